//! A door for messages of the instance itself: webhooks.
//!
//! What is posted goes to addresses that the team wrote into its settings, so that robots.txt and
//! the pauses of a crawler have no say; the guard of private networks, the caps and the waits that
//! a host asks for do. Redirects are not followed: a message is not for whoever the address points
//! at.
//!
//! Invariant: the address is not in any error or log line, but for its host: it may be a secret.

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::timeout;
use url::Url;

use super::body::{self, Beyond};
use super::client;
use super::fetcher::{Fetcher, IDLE};
use super::verdict::asks_to_wait;
use super::{FetchError, headers, limits};
use crate::model::{Response, Timestamp};

/// Bytes of an answer that are read: it says what was wrong.
const ANSWER: u64 = 4_096;

/// What a server said to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The HTTP status; 2xx means that it was taken.
    pub status: u16,
    /// The beginning of what it said.
    pub body: Bytes,
    /// Not before this moment, where it asks to wait.
    pub until: Option<Timestamp>,
}

impl Fetcher {
    /// Posts `body` to `url` once, and gives the server's answer, whatever its status.
    ///
    /// # Errors
    ///
    /// [`FetchError`] where there is no answer, or where the address may not be asked.
    pub async fn post(
        &self,
        url: &Url,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
        now: Timestamp,
    ) -> Result<Posted, FetchError> {
        let shared = &self.shared;
        let named = host_alone(url);
        shared.guard.check(&named)?;
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let mut value = HeaderValue::from_str(value).map_err(|_| FetchError::BadUrl {
                url: named.to_string(),
                why: "a token or name for it cannot stand in a header",
            })?;
            value.set_sensitive(true);
            map.insert(HeaderName::from_static(name), value);
        }
        let sending = shared
            .clients
            .of(url, false)?
            .post(url.clone())
            .headers(map)
            .body(body)
            .send();
        let answered = timeout(shared.timeout.min(IDLE), sending).await;
        let response = answered
            .map_err(|_| FetchError::TooSlow {
                url: named.to_string(),
                limit: shared.timeout.min(IDLE),
            })?
            .map_err(|error| client::failure(&named, error, shared.timeout))?;
        self.check_peer(&named, &response)?;
        let mut answer = Response {
            status: response.status().as_u16(),
            headers: headers::as_text(response.headers()),
            body: Bytes::new(),
            url: named,
        };
        // What it says beside the status is worth having, not waiting for.
        if let Ok(body) = body::read(response, ANSWER, Beyond::LeftAside, IDLE / 4).await {
            answer.body = body;
        }
        let until = asks_to_wait(&answer, now).or_else(|| match answer.status {
            503 => limits::retry_after(&answer, now),
            _ => None,
        });
        Ok(Posted {
            status: answer.status,
            body: answer.body,
            until,
        })
    }
}

/// The address without path and parameters.
fn host_alone(url: &Url) -> Url {
    let mut named = url.clone();
    named.set_path("/");
    named.set_query(None);
    named.set_fragment(None);
    // Both fail only for addresses that can hold neither.
    if named.set_username("").is_err() || named.set_password(None).is_err() {
        tracing::trace!("an address without user and password");
    }
    named
}
