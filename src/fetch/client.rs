//! Makes the HTTP clients: one for http, one for https; and each a second time, without memory, for
//! hosts that are asked for one thing only. An idle connection holds 50 KB, and thousands are made
//! within the seconds that one is kept.
//!
//! Reading the system's certificates takes longer than everything else at the start, and fails
//! on machines that have none; so the client for https is made at the first https request.

use std::error::Error as StdError;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Once, OnceLock};
use std::time::Duration;

use reqwest::header::{ACCEPT_LANGUAGE, FROM, HeaderMap, HeaderValue};
use reqwest::{Client, ClientBuilder, redirect, retry};
use rustls::{ClientConfig, RootCertStore};
use url::Url;

use super::FetchError;
use super::error::{Cause, SetupError};
use super::guard::{Guard, ResolveError};
use super::shown::shown;
use crate::config::FetchSettings;

/// The name that robots.txt may know this crawler by; the plain name is honoured as well.
pub(crate) const TOKENS: [&str; 2] = ["ascoltobot", "ascolto"];

/// Bytes of headers that are taken.
pub(crate) const MAX_HEADER_BYTES: u64 = 64 * 1024;

/// A connection is made in this time or not at all.
const CONNECT: Duration = Duration::from_secs(10);

/// A connection waits so much longer than the gap for another request to its host: there is one
/// for each host that was read just now.
const KEPT: Duration = Duration::from_secs(3);

/// The clients, which share nothing but their settings.
#[derive(Debug)]
pub(crate) struct Clients {
    plain: Client,
    plain_once: Client,
    secure: OnceLock<Client>,
    secure_once: OnceLock<Client>,
    guard: Guard,
    user_agent: String,
    from: Option<HeaderValue>,
    idle: Duration,
}

impl Clients {
    /// Clients that introduce themselves as the settings say.
    pub(crate) fn new(settings: &FetchSettings, guard: Guard) -> Result<Self, SetupError> {
        install_provider();
        #[cfg(unix)]
        super::open_files::make_room();
        let contact = settings.contact.as_deref().map(printable);
        let user_agent = user_agent(contact.as_deref());
        let from = contact
            .filter(|contact| is_mail_address(contact))
            .and_then(|contact| HeaderValue::from_str(&contact).ok());
        let no_certificates = ClientConfig::builder()
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        let idle = settings.gap + KEPT;
        let plain = |keeps: bool| {
            builder(&guard, &user_agent, from.as_ref(), idle)
                .pool_max_idle_per_host(usize::from(keeps))
                .tls_backend_preconfigured(no_certificates.clone())
                .build()
                .map_err(|source| SetupError { source })
        };
        Ok(Self {
            plain: plain(true)?,
            plain_once: plain(false)?,
            secure: OnceLock::new(),
            secure_once: OnceLock::new(),
            guard,
            user_agent,
            from,
            idle,
        })
    }

    /// What the clients introduce themselves by.
    pub(crate) fn user_agent(&self) -> &str {
        &self.user_agent
    }

    /// The client for this URL; where nothing else is asked of its host soon, one that closes the
    /// connection at once.
    pub(crate) fn of(&self, url: &Url, parting: bool) -> Result<&Client, FetchError> {
        let (plain, secure) = if parting {
            (&self.plain_once, &self.secure_once)
        } else {
            (&self.plain, &self.secure)
        };
        if url.scheme() == "http" {
            return Ok(plain);
        }
        if let Some(client) = secure.get() {
            return Ok(client);
        }
        let client = builder(&self.guard, &self.user_agent, self.from.as_ref(), self.idle)
            .pool_max_idle_per_host(usize::from(!parting))
            .build()
            .map_err(|source| FetchError::Tls {
                url: shown(url),
                source: source.into(),
            })?;
        Ok(secure.get_or_init(|| client))
    }
}

fn builder(
    guard: &Guard,
    user_agent: &str,
    from: Option<&HeaderValue>,
    idle: Duration,
) -> ClientBuilder {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("*"));
    if let Some(from) = from {
        headers.insert(FROM, from.clone());
    }
    Client::builder()
        .user_agent(user_agent)
        .default_headers(headers)
        .dns_resolver(Arc::new(guard.clone()))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .no_proxy()
        .connect_timeout(CONNECT)
        .pool_idle_timeout(idle)
        .http1_ignore_invalid_headers_in_responses(true)
        .http2_max_header_list_size(u32::try_from(MAX_HEADER_BYTES).unwrap_or(u32::MAX))
}

/// rustls takes its cryptography from one provider a process; whoever installed one first wins.
fn install_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if rustls::crypto::ring::default_provider()
            .install_default()
            .is_err()
        {
            tracing::debug!("a cryptography provider was installed before");
        }
    });
}

/// Holds the product token, so that who reads a log can write the robots.txt (RFC 9309, 2.2.1).
fn user_agent(contact: Option<&str>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let [token, _] = TOKENS;
    match contact {
        Some(contact) => format!("ascolto/{version} ({token}; +{contact})"),
        None => format!("ascolto/{version} ({token})"),
    }
}

/// What can stand in a header's comment.
fn printable(contact: &str) -> String {
    contact
        .chars()
        .filter(|c| c.is_ascii_graphic() && !matches!(c, '(' | ')' | '\\'))
        .collect()
}

fn is_mail_address(contact: &str) -> bool {
    contact
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
        && !contact.contains(['/', ':', ' '])
}

/// What a failed request failed of.
enum Kind {
    TooSlow,
    Private(IpAddr),
    Dns,
    Tls,
    Connection,
}

/// Tells from the causes of a failure what it was. `limit` is the time it had.
pub(crate) fn failure(url: &Url, error: reqwest::Error, limit: Duration) -> FetchError {
    // The error would show the URL as it is, secrets included.
    let error = error.without_url();
    let kind = kind(&error);
    let source: Cause = error.into();
    let host = url.host_str().unwrap_or_default().to_owned();
    let url = shown(url);
    match kind {
        Kind::TooSlow => FetchError::TooSlow { url, limit },
        Kind::Private(address) => FetchError::Private { host, address },
        Kind::Dns => FetchError::Dns { host, source },
        Kind::Tls => FetchError::Tls { url, source },
        Kind::Connection => FetchError::Connection { url, source },
    }
}

fn kind(error: &reqwest::Error) -> Kind {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        match error.downcast_ref::<ResolveError>() {
            Some(ResolveError::Private { address }) => return Kind::Private(*address),
            Some(ResolveError::NoAddress | ResolveError::Lookup { .. }) => return Kind::Dns,
            None => {}
        }
        if is_tls(error) {
            return Kind::Tls;
        }
        cause = error.source();
    }
    if error.is_timeout() {
        Kind::TooSlow
    } else {
        Kind::Connection
    }
}

/// I/O errors keep what they wrap from `source`, and are wrapped by I/O errors themselves.
fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    let inner = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    error.is::<rustls::Error>() || inner.is_some_and(|inner| is_tls(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_who_asks() {
        assert_eq!(
            user_agent(Some("https://a.example/bot")),
            format!(
                "ascolto/{} (ascoltobot; +https://a.example/bot)",
                env!("CARGO_PKG_VERSION")
            )
        );
        assert_eq!(printable("a\r\nX: y(è)"), "aX:y");
        for (contact, expected) in [
            ("care@a.example", true),
            ("https://a.example/@bot", false),
            ("@a.example", false),
            ("care@localhost", false),
        ] {
            assert_eq!(is_mail_address(contact), expected, "{contact}");
        }
    }
}
