//! Why a source could not be read, and when it is asked again.

use url::Url;

use crate::fetch::{FetchError, Retry};
use crate::model::{SourceHealth, Timestamp};
use crate::sources::{ParseError, Refusal};

/// Why reading failed.
pub(super) struct Failure {
    pub(super) health: SourceHealth,
    pub(super) retry: Retry,
    pub(super) error: String,
}

impl Failure {
    /// What came cannot be read.
    pub(super) fn of_body(error: String) -> Self {
        Self {
            health: SourceHealth::Failing,
            retry: Retry::Later,
            error,
        }
    }

    /// The service, or the settings, say no.
    pub(super) fn of_refusal(refusal: &Refusal, now: Timestamp) -> Self {
        let (health, retry) = match refusal {
            Refusal::Limited { wait, .. } => (SourceHealth::Failing, Retry::At(now.plus(*wait))),
            Refusal::Quota { until, .. } => (SourceHealth::Failing, Retry::At(*until)),
            Refusal::NotFound { .. } | Refusal::Trouble { .. } => {
                (SourceHealth::Failing, Retry::Later)
            }
            Refusal::Closed { .. } => (SourceHealth::Blocked, Retry::Never),
            Refusal::NoToken { .. }
            | Refusal::BadToken { .. }
            | Refusal::NoTerms
            | Refusal::BadQuestion { .. } => (SourceHealth::Failing, Retry::Never),
        };
        Self {
            health,
            retry,
            error: refusal.to_string(),
        }
    }

    /// The body of an answer cannot be read, or says no.
    pub(super) fn of_parsing(error: &ParseError, url: &Url, now: Timestamp) -> Self {
        match error {
            ParseError::Refused(refusal) => Self::of_refusal(refusal, now),
            error => Self::of_body(format!("{url}: {error}")),
        }
    }

    /// A status that is no success: the adapter's reading of it, but never sooner than the status
    /// alone allows.
    pub(super) fn of_status(said: Option<Refusal>, verdict: FetchError, now: Timestamp) -> Self {
        let Some(refusal) = said else {
            return verdict.into();
        };
        let mut failure = Self::of_refusal(&refusal, now);
        failure.retry = match (verdict.retry(), failure.retry) {
            (Retry::At(first), Retry::At(second)) => Retry::At(first.max(second)),
            (until @ Retry::At(_), _) => until,
            (_, own) => own,
        };
        failure
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        Self {
            health: error.health(),
            retry: error.retry(),
            error: error.line(),
        }
    }
}
