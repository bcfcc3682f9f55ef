//! The door of the daemon: what others write to sources that are written to (`kind = "webhook"`).
//!
//! A request is answered once what it holds is recorded, with what was taken and what was refused.
//! Sent again, it changes nothing.
//!
//! Invariant: nothing is read of a body whose sender does not know the source's token; what is read
//! is bounded in bytes, in time and in number.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method as Verb, Request as Incoming, StatusCode, header};
use axum::response::Response as Outgoing;
use bytes::Bytes;
use ring::hmac;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::{Mutex as Turn, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::poll::{Crawler, Outcome};
use super::read::{Step, parse};
use crate::model::{Recollection, Request, Response, Secret, Source, SourceKind};

/// Bytes of a request.
const MAX_BODY: usize = 1024 * 1024;

/// A body comes in this time or not at all.
const PATIENCE: Duration = Duration::from_secs(20);

/// Requests of a source in a [`PERIOD`], whether or not their senders know the token.
const MOST: u32 = 120;
const PERIOD: Duration = Duration::from_mins(1);

/// Requests that are read at the same time.
const AT_ONCE: usize = 16;

/// How long after a failure to listen the next try comes.
const AGAIN: Duration = Duration::from_secs(30);

/// The header with the HMAC of a body, `sha256=` and 64 digits, as GitHub and Meta write it.
const SIGNATURE: &str = "x-hub-signature-256";

/// A source, and who writes to it.
struct Door {
    source: Source,
    token: Option<Secret>,
    /// One request after the other: a source is recorded by one at a time.
    turn: Turn<()>,
    /// When the period began, and the requests in it.
    window: Mutex<(Instant, u32)>,
}

/// The doors of one address, by their paths.
struct Doors {
    crawler: Crawler,
    by_path: HashMap<String, Door>,
    room: Semaphore,
}

/// What came of a request.
#[derive(Debug, Default, Serialize)]
struct Answer {
    /// Mentions that were read.
    taken: usize,
    /// Of these, the ones that a watchlist collects for the first time, or that say something else.
    new: usize,
    /// What is wrong with the others.
    refused: Vec<String>,
}

/// Listens for all sources that are written to, and does not end; without such sources it waits.
pub(super) async fn serve(crawler: &Crawler, sources: &[Source]) -> anyhow::Result<()> {
    let mut addresses: HashMap<SocketAddr, Vec<(Source, Option<Secret>)>> = HashMap::new();
    for source in sources {
        if let SourceKind::Webhook(settings) = &source.kind {
            let token = settings.token.clone();
            let at = addresses.entry(settings.listen).or_default();
            at.push((source.clone(), token));
        }
    }
    let mut listening = JoinSet::new();
    for (address, sources) in addresses {
        listening.spawn(listen(crawler.clone(), address, sources));
    }
    match listening.join_next().await {
        Some(ended) => ended?,
        None => std::future::pending().await,
    }
}

async fn listen(
    crawler: Crawler,
    address: SocketAddr,
    sources: Vec<(Source, Option<Secret>)>,
) -> anyhow::Result<()> {
    let listener = loop {
        match TcpListener::bind(address).await {
            Ok(listener) => break listener,
            Err(error) => {
                tracing::error!("cannot listen on {address}: {error}");
                for (source, _) in &sources {
                    let error = format!("ascolto cannot listen on {address}: {error}");
                    crawler.note_failure(source, error).await?;
                }
                sleep(AGAIN).await;
            }
        }
    };
    tracing::info!(%address, "mentions can be written here");
    let by_path = sources
        .into_iter()
        .map(|(source, token)| {
            let door = Door {
                token,
                turn: Turn::new(()),
                window: Mutex::new((Instant::now(), 0)),
                source,
            };
            (door.source.kind.url().path().to_owned(), door)
        })
        .collect();
    let doors = Arc::new(Doors {
        crawler,
        by_path,
        room: Semaphore::new(AT_ONCE),
    });
    let router = Router::new().fallback(knock).with_state(doors);
    axum::serve(listener, router).await?;
    Ok(())
}

async fn knock(State(doors): State<Arc<Doors>>, request: Incoming<Body>) -> Outgoing {
    match doors.open(request).await {
        Ok(answer) => {
            let status = if answer.taken == 0 && !answer.refused.is_empty() {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::OK
            };
            let body = serde_json::to_vec(&answer).unwrap_or_default();
            response(status, None, body)
        }
        Err(refused) => {
            let body = serde_json::json!({ "error": refused.why }).to_string();
            response(refused.status, refused.wait, body.into_bytes())
        }
    }
}

/// Why nothing is taken.
struct Refused {
    status: StatusCode,
    why: String,
    wait: Option<Duration>,
}

fn refused(status: StatusCode, why: &str) -> Refused {
    Refused {
        status,
        why: why.to_owned(),
        wait: None,
    }
}

fn response(status: StatusCode, wait: Option<Duration>, body: Vec<u8>) -> Outgoing {
    let mut outgoing = Outgoing::new(Body::from(body));
    *outgoing.status_mut() = status;
    let headers = outgoing.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    if let Some(wait) = wait {
        headers.insert(header::RETRY_AFTER, wait.as_secs().max(1).into());
    }
    outgoing
}

impl Doors {
    async fn open(&self, request: Incoming<Body>) -> Result<Answer, Refused> {
        let Some(door) = self.by_path.get(request.uri().path()) else {
            return Err(refused(StatusCode::NOT_FOUND, "there is no such address"));
        };
        if request.method() != Verb::POST {
            return Err(refused(
                StatusCode::METHOD_NOT_ALLOWED,
                "mentions are sent with POST",
            ));
        }
        door.count()?;
        let Some(token) = &door.token else {
            return Err(refused(
                StatusCode::SERVICE_UNAVAILABLE,
                "ascolto does not have the token that its settings name",
            ));
        };
        let (head, body) = request.into_parts();
        let known = knows(&head.headers, token);
        if known == Some(false) {
            return Err(unauthorised());
        }
        let room = self.room.try_acquire().map_err(|_| Refused {
            wait: Some(Duration::from_secs(1)),
            ..refused(StatusCode::SERVICE_UNAVAILABLE, "too much at once")
        })?;
        let body = timeout(PATIENCE, to_bytes(body, MAX_BODY))
            .await
            .map_err(|_| refused(StatusCode::REQUEST_TIMEOUT, "the body took too long"))?
            .map_err(|_| {
                refused(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "the body broke off, or is longer than 1 MiB: send it in several requests",
                )
            })?;
        if known.is_none() && !is_signed(&head.headers, token, &body) {
            return Err(unauthorised());
        }
        let answer = self.take(door, &head.headers, body).await;
        drop(room);
        answer
    }

    async fn take(&self, door: &Door, headers: &HeaderMap, body: Bytes) -> Result<Answer, Refused> {
        let url = door.source.kind.url().clone();
        let content_type = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("application/json");
        let response = Response {
            status: 200,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body,
            url: url.clone(),
        };
        let now = self.crawler.clock.now();
        let known = Recollection::default();
        let read = parse(
            &door.source.kind,
            &Request::get(url),
            response,
            (0, known),
            now,
        )
        .await
        .map_err(|failure| refused(StatusCode::BAD_REQUEST, &failure.error))?;
        let Step::Read(page) = read else {
            return Err(refused(StatusCode::BAD_REQUEST, "these are no mentions"));
        };
        let mut answer = Answer {
            taken: page.items.len(),
            new: 0,
            refused: page.notes,
        };
        if page.items.is_empty() {
            return Ok(answer);
        }
        let _turn = door.turn.lock().await;
        let polled = self.crawler.take(&door.source, page.items).await;
        match polled.map(|polled| polled.outcome) {
            Ok(Outcome::Read { recorded, .. }) => {
                answer.new = recorded.new.len() + recorded.edited.len() + recorded.joined.len();
                Ok(answer)
            }
            Ok(_) => Err(Refused {
                wait: Some(Duration::from_secs(2)),
                ..refused(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "another process is at work; send it again",
                )
            }),
            Err(error) => {
                tracing::error!("what was written here could not be recorded: {error:#}");
                Err(refused(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "it could not be recorded; send it again",
                ))
            }
        }
    }
}

impl Door {
    /// Counts a request, unless there were too many.
    fn count(&self) -> Result<(), Refused> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, number) = &mut *window;
        let passed = since.elapsed();
        if passed >= PERIOD {
            (*since, *number) = (Instant::now(), 0);
        } else if *number >= MOST {
            return Err(Refused {
                wait: Some(PERIOD.saturating_sub(passed)),
                ..refused(
                    StatusCode::TOO_MANY_REQUESTS,
                    "120 requests a minute are taken",
                )
            });
        }
        *number += 1;
        Ok(())
    }
}

fn unauthorised() -> Refused {
    refused(
        StatusCode::UNAUTHORIZED,
        "send `Authorization: Bearer` and the token, or `X-Hub-Signature-256: sha256=` and the \
         HMAC of the body with the token as key",
    )
}

/// Whether the sender says the token; `None` where it is not said but may have signed the body. Words
/// are compared by their digests, so that the time it takes tells nothing.
fn knows(headers: &HeaderMap, token: &Secret) -> Option<bool> {
    let Some(given) = headers.get(header::AUTHORIZATION) else {
        return if headers.contains_key(SIGNATURE) {
            None
        } else {
            Some(false)
        };
    };
    let (scheme, given) = given.to_str().ok()?.split_once(' ')?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"ascolto");
    let tag = hmac::sign(&key, token.reveal().as_bytes());
    let same = hmac::verify(&key, given.trim().as_bytes(), tag.as_ref()).is_ok();
    Some(scheme.eq_ignore_ascii_case("Bearer") && same)
}

fn is_signed(headers: &HeaderMap, token: &Secret, body: &[u8]) -> bool {
    let digits = headers
        .get(SIGNATURE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("sha256="))
        .unwrap_or_default();
    let tag: Option<Vec<u8>> = digits
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    let key = hmac::Key::new(hmac::HMAC_SHA256, token.reveal().as_bytes());
    tag.is_some_and(|tag| hmac::verify(&key, body, &tag).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        headers
    }

    #[test]
    fn only_who_knows_the_token_is_let_in() {
        let token = Secret::new("geheim".to_owned());
        for (value, expected) in [
            ("Bearer geheim", Some(true)),
            ("bearer  geheim ", Some(true)),
            ("Bearer Geheim", Some(false)),
            ("Bearer geheim2", Some(false)),
            ("Basic geheim", Some(false)),
            ("Bearer", None),
        ] {
            assert_eq!(
                knows(&headers("authorization", value), &token),
                expected,
                "{value}"
            );
        }
        assert_eq!(knows(&HeaderMap::new(), &token), Some(false));
        // RFC 4231, test case 2.
        let key = Secret::new("Jefe".to_owned());
        let body = b"what do ya want for nothing?";
        let right = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(knows(&headers(SIGNATURE, right), &key), None);
        assert!(is_signed(&headers(SIGNATURE, right), &key, body));
        for wrong in [
            "sha256=",
            "sha256=5b",
            "5bdc",
            &right.replace('5', "6"),
            &format!("{right}0"),
        ] {
            assert!(
                !is_signed(&headers(SIGNATURE, wrong), &key, body),
                "{wrong}"
            );
        }
        assert!(!is_signed(&HeaderMap::new(), &key, body));
    }
}
