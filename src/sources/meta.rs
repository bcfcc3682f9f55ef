//! What the APIs of Meta have in common: fields, pages, and how they say no
//! (<https://developers.facebook.com/docs/graph-api/guides/error-handling>).

use std::time::Duration;

use serde_json::Value;

use super::api::with_parameter;
use super::json::Fields;
use super::refusal::words;
use super::{Answer, ParseError, Refusal};
use crate::model::Request;

/// How long after a limit the next try comes, where the answer does not say: limits run by the hour.
const HOUR: Duration = Duration::from_hours(1);

/// The next page. `paging.next` holds the token, and is not used; its presence says that there is
/// one.
pub(super) fn next(answer: &Answer<'_>, document: &Value) -> Option<Request> {
    let next = next_or_same(answer, document)?;
    (next.url != answer.request.url).then_some(next)
}

/// The next page, which of some lists has the address of this one: their cursor is the same on
/// each page, and gives the next one each time.
pub(super) fn next_or_same(answer: &Answer<'_>, document: &Value) -> Option<Request> {
    let fields = Fields(document);
    fields.raw("/paging/next")?;
    let after = fields.line("/paging/cursors/after")?;
    let url = with_parameter(&answer.request.url, "after", &after);
    Some(answer.request.at(url))
}

/// The document, unless it is an error that came with a 200.
pub(super) fn checked(
    answer: &Answer<'_>,
    document: Value,
    service: &'static str,
) -> Result<Value, ParseError> {
    match refused(answer, &document, service) {
        Some(refusal) => Err(refusal.into()),
        None => Ok(document),
    }
}

/// What a refusal says.
pub(super) fn refusal(answer: &Answer<'_>, service: &'static str) -> Option<Refusal> {
    let document: Value = serde_json::from_slice(&answer.response.body).ok()?;
    refused(answer, &document, service)
}

/// What an error says.
fn refused(answer: &Answer<'_>, document: &Value, service: &'static str) -> Option<Refusal> {
    let error = Fields(Fields(document).at("/error")?);
    let says = error.raw("/message").map(words).unwrap_or_default();
    Some(match error.count("/code")? {
        4 | 17 | 32 | 341 | 613 | 80_000..=80_099 => Refusal::Limited {
            service,
            wait: regained(answer).unwrap_or(HOUR),
        },
        102 | 190 | 463 | 467 => Refusal::BadToken { service, says },
        12 => Refusal::Closed {
            service,
            why: format!("Meta has withdrawn this (\"{says}\")"),
        },
        3 | 10 | 200..=299 => Refusal::Closed {
            service,
            why: format!("the token lacks a permission (\"{says}\")"),
        },
        803 => Refusal::NotFound {
            service,
            what: "such page or account".to_owned(),
            says,
        },
        1 | 2 => Refusal::Trouble { service, says },
        _ => Refusal::BadQuestion { service, says },
    })
}

/// When access comes back, as the header of business use cases says: minutes, by account.
fn regained(answer: &Answer<'_>) -> Option<Duration> {
    let header = answer.response.header("x-business-use-case-usage")?;
    let usage: Value = serde_json::from_str(header).ok()?;
    let minutes = usage
        .as_object()?
        .values()
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(|case| case.get("estimated_time_to_regain_access")?.as_u64())
        .max()?;
    (minutes > 0).then(|| Duration::from_mins(minutes.min(24 * 60)))
}
