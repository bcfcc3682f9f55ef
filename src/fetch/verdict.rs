//! What an answer without a body to read means.

use std::time::Duration;

use super::shown::shown;
use super::{FetchError, limits};
use crate::model::{Response, Timestamp};

/// A host that asks to wait, but not until when, is left alone this long.
const UNSTATED_WAIT: Duration = Duration::from_mins(10);

/// What a status that is no success means.
pub(crate) fn verdict(answer: &Response, now: Timestamp) -> FetchError {
    let url = shown(&answer.url);
    let status = answer.status;
    let blocked = |why| FetchError::Blocked {
        url: shown(&answer.url),
        status,
        why,
    };
    if answer.header("cf-mitigated").is_some() {
        return blocked("a challenge for browsers stands before it");
    }
    if let Some(until) = asks_to_wait(answer, now) {
        return FetchError::RateLimited { url, until };
    }
    match status {
        401 | 407 => blocked("it asks for a login"),
        403 => blocked("the site refuses"),
        451 => blocked("it is withheld for legal reasons"),
        410 => FetchError::Gone { url },
        503 => FetchError::Status {
            url,
            status,
            until: limits::retry_after(answer, now),
        },
        _ => FetchError::Status {
            url,
            status,
            until: None,
        },
    }
}

/// Whether the place that an address moved to is worse than the address itself may be.
pub(crate) fn misled(error: &FetchError) -> bool {
    matches!(
        error,
        FetchError::Gone { .. }
            | FetchError::Status { status: 404, .. }
            | FetchError::Dns { .. }
            | FetchError::Connection { .. }
            | FetchError::Tls { .. }
            | FetchError::Private { .. }
            | FetchError::Redirect { .. }
    )
}

/// Until when a 429 asks to wait, or a 403 that is one in truth: some vendors answer so when a
/// limit is used up.
pub(crate) fn asks_to_wait(answer: &Response, now: Timestamp) -> Option<Timestamp> {
    match answer.status {
        429 => Some(
            limits::retry_after(answer, now)
                .or_else(|| limits::reset(answer, now))
                .unwrap_or_else(|| now.plus(UNSTATED_WAIT)),
        ),
        403 => limits::retry_after(answer, now).or_else(|| limits::used_up(answer, now)),
        _ => None,
    }
}
