//! What the APIs of Google for an owner's own things have in common: tokens, pages of reviews, and how
//! they say no.

use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::api::{each_once, keep_read, with_parameter};
use super::json::{Fields, document};
use super::{Answer, Page, ParseError, Refusal, refusal};
use crate::model::{Assertion, Item, Login, OauthSettings, Request, Secret};

/// What a token lasts where the answer does not say.
const HOUR: Duration = Duration::from_hours(1);

/// Where a service account's key names no other place for tokens.
const TOKENS: &str = "https://oauth2.googleapis.com/token";

/// The login of a service account, by its key as Google hands it out (JSON); `None` where it is no
/// such key. <https://developers.google.com/identity/protocols/oauth2/service-account>
pub(super) fn service_account(key: &Secret, scope: &str) -> Option<Login> {
    let key: Value = serde_json::from_str(key.reveal()).ok()?;
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    let audience = text("token_uri").unwrap_or(TOKENS).to_owned();
    let url = Url::parse(&audience).ok()?;
    Some(Login {
        request: Request::api(url),
        token: "/access_token",
        lasts: HOUR,
        assertion: Some(Assertion {
            issuer: text("client_email")?.to_owned(),
            scope: scope.to_owned(),
            audience,
            key: Secret::new(text("private_key")?.to_owned()),
        }),
    })
}

/// The login by a refresh token (RFC 6749, section 6); `None` where a secret is not to be had.
pub(super) fn refreshed(settings: &OauthSettings) -> Option<Login> {
    let (secret, token) = (
        settings.client_secret.as_ref()?,
        settings.refresh_token.as_ref()?,
    );
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "refresh_token")
        .append_pair("client_id", &settings.client_id)
        .append_pair("client_secret", secret.reveal())
        .append_pair("refresh_token", token.reveal())
        .finish();
    Some(Login {
        request: Request::api(settings.tokens.clone())
            .with_body("application/x-www-form-urlencoded", body),
        token: "/access_token",
        lasts: HOUR,
        assertion: None,
    })
}

/// A page of a list of reviews, and where the next is: by the token at a pointer, sent back in a
/// parameter.
pub(super) fn reviews(
    answer: &Answer<'_>,
    expected: &'static str,
    (token, parameter): (&str, &str),
    item: impl Fn(Fields<'_>) -> Option<Item>,
) -> Result<Page, ParseError> {
    let document = document(answer.response, expected)?;
    let fields = Fields(&document);
    if !document.is_object() || fields.at("/error").is_some() {
        return Err(ParseError::NotThisKind {
            expected,
            found: "another kind of JSON".to_owned(),
        });
    }
    // Where there are no reviews, there is no list of them.
    let mut page = Page {
        items: fields.list("/reviews").filter_map(item).collect(),
        next: fields
            .line(token)
            .map(|token| with_parameter(&answer.request.url, parameter, &token))
            .filter(|url| *url != answer.request.url)
            .map(|url| answer.request.at(url)),
        ..Page::default()
    };
    let silent = fields.list("/reviews").count() - page.items.len();
    if silent > 0 {
        page.notes.push(format!(
            "left out, as they are stars without words: {silent}"
        ));
    }
    each_once(&mut page.items);
    keep_read(&mut page, answer);
    Ok(page)
}

/// What a refusal says (<https://cloud.google.com/apis/design/errors>, and RFC 6749, section 5.2).
pub(super) fn refused(
    answer: &Answer<'_>,
    service: &'static str,
    what: &str,
    advice: &str,
) -> Option<Refusal> {
    let body: Value = serde_json::from_slice(&answer.response.body).ok()?;
    let says = refusal::said(answer);
    if let Some(error) = body.get("error").and_then(Value::as_str) {
        // The answer to a login.
        return Some(match error {
            "invalid_grant" | "invalid_client" | "unauthorized_client" => {
                Refusal::BadToken { service, says }
            }
            _ => Refusal::BadQuestion { service, says },
        });
    }
    let status = body.pointer("/error/status").and_then(Value::as_str)?;
    Some(match status {
        "UNAUTHENTICATED" => Refusal::BadToken { service, says },
        "PERMISSION_DENIED" => Refusal::Closed {
            service,
            why: format!("{advice} (\"{says}\")"),
        },
        "NOT_FOUND" => Refusal::NotFound {
            service,
            what: what.to_owned(),
            says,
        },
        "RESOURCE_EXHAUSTED" => Refusal::Limited {
            service,
            wait: Duration::from_mins(15),
        },
        "INVALID_ARGUMENT" | "FAILED_PRECONDITION" => Refusal::BadQuestion { service, says },
        "INTERNAL" | "UNAVAILABLE" | "UNKNOWN" | "DEADLINE_EXCEEDED" => {
            Refusal::Trouble { service, says }
        }
        _ => return None,
    })
}
