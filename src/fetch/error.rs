//! What can go wrong with a request, and when it is worth another.

use std::error::Error as StdError;
use std::net::IpAddr;
use std::time::Duration;

use thiserror::Error;

use crate::model::{SourceHealth, Timestamp};

/// Any cause.
pub(crate) type Cause = Box<dyn StdError + Send + Sync>;

/// What the layers of the HTTP client say of a failure besides that there is one: what it was comes
/// after them.
const SAYS_NOTHING: [&str; 6] = [
    "error sending request",
    "client error (Connect)",
    "client error (SendRequest)",
    "tcp connect error",
    "request or response body error",
    "error decoding response body",
];

/// Why a request gave nothing. Addresses in it show no secrets.
#[derive(Debug, Error)]
pub enum FetchError {
    /// The site's robots.txt forbids it to this crawler.
    #[error("robots.txt of {host} forbids {url}")]
    Forbidden {
        /// What was to be asked.
        url: String,
        /// Whose robots.txt.
        host: String,
    },
    /// The site answers, but not to crawlers: a challenge, a login or consent page, 401, 403 or
    /// 451. Nothing is done to get around it.
    #[error("{url} is closed to crawlers: {why} (status {status})")]
    Blocked {
        /// What was asked.
        url: String,
        /// The status.
        status: u16,
        /// What it looks like.
        why: &'static str,
    },
    /// The site asks to come less often: 429, or a limit that it stated before.
    #[error("{url} asks to wait until {until}")]
    RateLimited {
        /// What was asked.
        url: String,
        /// Not before this moment.
        until: Timestamp,
    },
    /// 410: it is gone, and will not come back.
    #[error("{url} is gone for good (status 410)")]
    Gone {
        /// What was asked.
        url: String,
    },
    /// Any other status that is no success.
    #[error("{url} answered with status {status}")]
    Status {
        /// What was asked.
        url: String,
        /// The status.
        status: u16,
        /// From `Retry-After`, when it is a 503.
        until: Option<Timestamp>,
    },
    /// More than is taken, after decompression.
    #[error("the {part} of {url} is longer than {limit} bytes")]
    TooLarge {
        /// What was asked.
        url: String,
        /// `body` or `header`.
        part: &'static str,
        /// Bytes that are taken.
        limit: u64,
    },
    /// No answer in time, or none that got any further.
    #[error("{url} took longer than {} s", limit.as_secs_f32())]
    TooSlow {
        /// What was asked.
        url: String,
        /// The time that it had.
        limit: Duration,
    },
    /// Redirects that lead nowhere.
    #[error("{url} redirects {why}")]
    Redirect {
        /// What was asked at first.
        url: String,
        /// How they fail.
        why: &'static str,
    },
    /// The host lies in a private network that the settings do not name.
    #[error("{} lies in a private network that is not in allow_private of [fetch]", located(host, *address))]
    Private {
        /// The host as written.
        host: String,
        /// Its address.
        address: IpAddr,
    },
    /// The host's name has no address.
    #[error("{host} was not found")]
    Dns {
        /// The name.
        host: String,
        /// What the lookup said.
        #[source]
        source: Cause,
    },
    /// No connection, or one that broke before the end of the answer.
    #[error("the connection for {url} failed")]
    Connection {
        /// What was asked.
        url: String,
        /// What the connection said.
        #[source]
        source: Cause,
    },
    /// No secure connection: a certificate that is not valid, or no TLS at all.
    #[error("no secure connection for {url}")]
    Tls {
        /// What was asked.
        url: String,
        /// What TLS said.
        #[source]
        source: Cause,
    },
    /// The server does not let this user in.
    #[error("{url} does not accept the user and password (\"{says}\")")]
    Login {
        /// What was asked.
        url: String,
        /// In the server's words.
        says: String,
    },
    /// The server says no to what it understands, such as a folder that it does not have.
    #[error("{url} refuses {what} (\"{says}\")")]
    Refused {
        /// What was asked.
        url: String,
        /// What is refused.
        what: String,
        /// In the server's words.
        says: String,
    },
    /// An address or header that cannot be asked with.
    #[error("{url} cannot be fetched: {why}")]
    BadUrl {
        /// The address.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
}

/// When the same request is worth sending again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Not before this moment: the site said so.
    At(Timestamp),
    /// After a growing pause.
    Later,
    /// Not until something changes at the site or in the settings: looked at once a day.
    Never,
}

/// A host and its address, once where they are the same.
fn located(host: &str, address: IpAddr) -> String {
    let written = host.trim_matches(['[', ']']);
    if written.parse() == Ok(address) {
        host.to_owned()
    } else {
        format!("{host} ({address})")
    }
}

impl FetchError {
    /// When it is worth another try.
    pub fn retry(&self) -> Retry {
        match self {
            Self::RateLimited { until, .. }
            | Self::Status {
                until: Some(until), ..
            } => Retry::At(*until),
            // Sites answer 404 for days and come back, so it is no last word.
            Self::Status {
                status: 404 | 408 | 425 | 500..,
                ..
            }
            | Self::TooSlow { .. }
            | Self::Redirect { .. }
            | Self::Dns { .. }
            | Self::Connection { .. }
            | Self::Tls { .. }
            | Self::Refused { .. }
            | Self::TooLarge { .. } => Retry::Later,
            Self::Forbidden { .. }
            | Self::Blocked { .. }
            | Self::Gone { .. }
            // Asking again and again with a wrong password locks accounts.
            | Self::Login { .. }
            | Self::Status { .. }
            | Self::Private { .. }
            | Self::BadUrl { .. } => Retry::Never,
        }
    }

    /// How a source is whose poll ended like this.
    pub fn health(&self) -> SourceHealth {
        match self {
            Self::Forbidden { .. } | Self::Blocked { .. } => SourceHealth::Blocked,
            _ => SourceHealth::Failing,
        }
    }

    /// The error and its causes in one line, for `SourceState::error`.
    pub fn line(&self) -> String {
        let mut line = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !line.ends_with(&text) && !SAYS_NOTHING.contains(&text.as_str()) {
                line.push_str(": ");
                line.push_str(&text);
            }
            cause = error.source();
        }
        line
    }
}

/// Why no client could be made.
#[derive(Debug, Error)]
#[error("the HTTP client cannot start")]
pub struct SetupError {
    /// What the client said.
    #[source]
    pub(crate) source: reqwest::Error,
}
