//! Reads a stream of events over a WebSocket (RFC 6455), from where it was left up to now.
//!
//! A stream shows everything, so that what nobody looks for is let go as it comes; what is kept is
//! handed on a line each. The next request goes on where this one ended.
//!
//! Invariant: memory holds one event and what is kept, which is bounded like a body.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::Value;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use url::Url;

use super::fetcher::{Fetched, Fetcher};
use super::host::{HostKey, Place};
use super::shown::shown;
use super::socket::Socket;
use super::{FetchError, socket};
use crate::model::{
    EventQuery, Request, Response, STREAM_BEHIND, STREAM_BROKE, STREAM_CURSOR, STREAM_FIRST,
    SearchTerm, Timestamp,
};

/// Bytes of one event; those of people are far smaller.
const MAX_EVENT: usize = 256 * 1024;

/// A stream that says nothing for this long has said all there is.
const SILENCE: Duration = Duration::from_secs(5);

/// The answer to the first question comes in this time.
const HELLO: Duration = Duration::from_secs(15);

type Stream = WebSocketStream<Box<dyn Socket>>;

/// What was taken so far.
#[derive(Default)]
struct Taken {
    kept: Vec<u8>,
    first: Option<i64>,
    last: Option<i64>,
}

/// Why reading ended.
enum Ended {
    /// All that was there up to now was seen.
    CaughtUp,
    /// Time or room is used up; there is more.
    Behind,
    /// The connection broke.
    Broke(String),
}

impl Fetcher {
    /// Reads what a stream has that is new.
    pub(super) async fn read_events(
        &self,
        request: &Request,
        query: &EventQuery,
        now: Timestamp,
    ) -> Result<Fetched, FetchError> {
        let url = &request.url;
        self.unless_parked_at(url, now)?;
        let turn = self.turn(HostKey::of(url), request.least_gap).await;
        let begun = Instant::now();
        let mut stream = self.connected(url).await?;
        let mut taken = Taken::default();
        let until = begun + self.patience().mul_f32(0.9);
        let room = usize::try_from(self.max_body()).unwrap_or(usize::MAX);
        let ended = taken.read(&mut stream, query, until, room).await;
        // A goodbye; whether it is heard does not matter.
        drop(timeout(Duration::from_secs(1), stream.close(None)).await);
        drop(turn);
        let mut headers = vec![("content-type".to_owned(), "application/x-ndjson".to_owned())];
        let mut say = |name: &str, value: String| headers.push((name.to_owned(), value));
        if let (Some(first), Some(last)) = (taken.first, taken.last) {
            say(STREAM_FIRST, first.to_string());
            say(STREAM_CURSOR, last.to_string());
        }
        match ended {
            Ended::CaughtUp => {}
            Ended::Behind => say(STREAM_BEHIND, "yes".to_owned()),
            Ended::Broke(why) if taken.last.is_none() => {
                return Err(FetchError::Connection {
                    url: shown(url),
                    source: why.into(),
                });
            }
            Ended::Broke(why) => say(STREAM_BROKE, why),
        }
        Ok(Fetched::Fresh {
            response: Response {
                status: 200,
                headers,
                body: Bytes::from(taken.kept),
                url: url.clone(),
            },
            memory: BTreeMap::new(),
            moved: None,
            // Catching up is no sign of a slow host.
            elapsed: Duration::ZERO,
            place: Place::default(),
        })
    }

    async fn connected(&self, url: &Url) -> Result<Stream, FetchError> {
        let secure = url.scheme() == "wss";
        let port = url.port().unwrap_or(if secure { 443 } else { 80 });
        let tcp = socket::connect(self.guard(), url, port).await?;
        let socket: Box<dyn Socket> = if secure {
            socket::encrypted(tcp, url, None).await?
        } else {
            Box::new(tcp)
        };
        let bad = |why| FetchError::BadUrl {
            url: shown(url),
            why,
        };
        let mut hello = url
            .as_str()
            .into_client_request()
            .map_err(|_| bad("it is no address of a WebSocket"))?;
        let agent = HeaderValue::from_str(self.user_agent())
            .map_err(|_| bad("the contact of [fetch] cannot stand in a header"))?;
        hello.headers_mut().insert("user-agent", agent);
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_EVENT))
            .max_frame_size(Some(MAX_EVENT));
        let opening = client_async_with_config(hello, socket, Some(config));
        match timeout(HELLO, opening).await {
            Err(_) => Err(FetchError::TooSlow {
                url: shown(url),
                limit: HELLO,
            }),
            Ok(Err(SocketError::Http(answer))) => Err(FetchError::Status {
                url: shown(url),
                status: answer.status().as_u16(),
                until: None,
            }),
            Ok(Err(error)) => Err(FetchError::Connection {
                url: shown(url),
                source: error.into(),
            }),
            Ok(Ok((stream, _))) => Ok(stream),
        }
    }
}

impl Taken {
    async fn read(
        &mut self,
        stream: &mut Stream,
        query: &EventQuery,
        until: Instant,
        room: usize,
    ) -> Ended {
        loop {
            let silence = Instant::now() + SILENCE;
            let message = match timeout_at(silence.min(until), stream.next()).await {
                Err(_) if Instant::now() >= until => return Ended::Behind,
                Err(_) => return Ended::CaughtUp,
                Ok(None) => return Ended::Broke("the stream was closed".to_owned()),
                Ok(Some(Err(SocketError::Capacity(_)))) => {
                    return Ended::Broke(format!("an event is longer than {MAX_EVENT} bytes"));
                }
                Ok(Some(Err(error))) => return Ended::Broke(error.to_string()),
                Ok(Some(Ok(message))) => message,
            };
            let text = match &message {
                Message::Text(text) => text.as_str(),
                Message::Close(_) => return Ended::Broke("the stream was closed".to_owned()),
                _ => continue,
            };
            let Some(at) = self.take(text, query) else {
                continue;
            };
            if at >= query.until.millis().saturating_mul(1_000) {
                return Ended::CaughtUp;
            }
            if self.kept.len() >= room {
                return Ended::Behind;
            }
        }
    }

    /// Takes an event in; gives when it happened. What is none is passed over.
    fn take(&mut self, text: &str, query: &EventQuery) -> Option<i64> {
        let event: Value = serde_json::from_str(text).ok()?;
        let at = event.pointer(query.time)?.as_i64().filter(|at| *at > 0)?;
        self.first = self.first.or(Some(at));
        self.last = self.last.max(Some(at));
        let words = event.pointer(query.text).and_then(Value::as_str);
        let (place, always) = query.always;
        let became = event.pointer(place).and_then(Value::as_str);
        if became.is_some_and(|became| always.contains(&became))
            || words.is_some_and(|words| is_sought(words, &query.sought))
        {
            // Written anew, so that it is one line whatever came.
            self.kept.extend_from_slice(event.to_string().as_bytes());
            self.kept.push(b'\n');
        }
        Some(at)
    }
}

/// Whether a text may hold one of these; the watchlists decide.
fn is_sought(text: &str, sought: &[SearchTerm]) -> bool {
    let folded = SearchTerm::fold(text);
    sought.iter().any(|term| term.may_stand_in(&folded))
}
