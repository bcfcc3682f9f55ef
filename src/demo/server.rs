//! The world over HTTP, on 127.0.0.1.

use std::future::pending;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use tokio::sync::oneshot;

use super::World;

/// How long open connections may take to end when the server stops.
const GRACE: Duration = Duration::from_millis(500);

/// A server that shows a [`World`] until it is dropped.
///
/// It runs on a thread of its own, so that it can be started from anywhere, with or without a
/// runtime, and answers while its caller blocks.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    log: Log,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A request that the server has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// `GET` or another, as it was sent.
    pub method: String,
    /// The path, with the query where there was one.
    pub path: String,
    /// The headers, names in lower case, in the order received.
    pub headers: Vec<(String, String)>,
    /// The status that was answered.
    pub status: u16,
}

impl Seen {
    /// The first header of that name, given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

type Log = Arc<Mutex<Vec<Seen>>>;

#[derive(Clone)]
struct Shown {
    world: World,
    log: Log,
}

impl Server {
    /// Shows `world` on a free port of 127.0.0.1. The error is the system's: no free port, no thread.
    pub fn start(world: World) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let log = Log::default();
        let (stop, stopped) = oneshot::channel();
        let shown = Shown {
            world,
            log: Arc::clone(&log),
        };
        let thread = thread::Builder::new()
            .name("demo world".to_owned())
            .spawn(move || runtime.block_on(serve(listener, shown, stopped)))?;
        Ok(Self {
            address,
            log,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path, which starts with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests seen so far, the oldest first.
    pub fn requests(&self) -> Vec<Seen> {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The receiver is gone if the server ended by itself; then there is nothing to stop.
        let _already_ended = self.stop.take().map(|stop| stop.send(()));
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

async fn serve(listener: TcpListener, shown: Shown, stopped: oneshot::Receiver<()>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    let router = Router::new().fallback(answer).with_state(shown);
    let (told, mut tell) = oneshot::channel();
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
        let _dropped = stopped.await;
        let _ended = told.send(());
    });
    let overdue = async {
        match (&mut tell).await {
            Ok(()) => tokio::time::sleep(GRACE).await,
            Err(_) => pending().await,
        }
    };
    tokio::select! {
        _ended = serving => {}
        () = overdue => {}
    }
}

async fn answer(
    State(shown): State<Shown>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let response = if method == Method::GET || method == Method::HEAD {
        reply(&shown.world, &uri, &headers)
    } else {
        status_only(StatusCode::METHOD_NOT_ALLOWED)
    };
    let seen = Seen {
        method: method.to_string(),
        path: uri
            .path_and_query()
            .map_or_else(|| uri.path().to_owned(), ToString::to_string),
        headers: headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (name.as_str().to_owned(), value.into_owned())
            })
            .collect(),
        status: response.status().as_u16(),
    };
    shown
        .log
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(seen);
    response
}

fn reply(world: &World, uri: &Uri, headers: &HeaderMap) -> Response<Body> {
    let answer = world.answer(uri.path(), uri.query(), |name| {
        headers.get(name).and_then(|value| value.to_str().ok())
    });
    let Ok(status) = StatusCode::from_u16(answer.status) else {
        return status_only(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = status;
    let last_modified = answer
        .last_modified
        // The form of RFC 9110, 5.6.7.
        .map(|at| at.to_chrono().format("%a, %d %b %Y %T GMT").to_string())
        .unwrap_or_default();
    let wanted: [(HeaderName, &str); 3] = [
        (header::CONTENT_TYPE, &answer.content_type),
        (header::ETAG, &answer.etag),
        (header::LAST_MODIFIED, &last_modified),
    ];
    for (name, value) in wanted {
        if let (false, Ok(value)) = (value.is_empty(), HeaderValue::from_str(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn status_only(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use super::*;
    use crate::demo::{Entry, Place};
    use crate::model::Timestamp;

    fn world() -> World {
        World::new(Timestamp::parse("2026-11-21T10:00:00Z").unwrap())
    }

    fn ask(server: &Server, head: &str) -> String {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        let request = format!(
            "{head}\r\nHost: {}\r\nConnection: close\r\n\r\n",
            server.address()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[test]
    fn shows_the_world_and_remembers_who_asked() {
        let world = world();
        let server = Server::start(world.clone()).unwrap();
        let first = ask(&server, "GET /forum/rss HTTP/1.1\r\nUser-Agent: test/1");
        assert!(first.starts_with("HTTP/1.1 200"), "{first}");
        assert!(
            first.contains("last-modified: Sat, 21 Nov 2026 09:51:00 GMT"),
            "{first}"
        );
        let etag = first
            .lines()
            .find_map(|line| line.strip_prefix("etag: "))
            .unwrap();
        let again = format!("GET /forum/rss HTTP/1.1\r\nIf-None-Match: {etag}");
        assert!(ask(&server, &again).starts_with("HTTP/1.1 304"));
        let late = Timestamp::parse("2026-11-21T09:59:00Z").unwrap();
        world.add_item(Place::Forum, Entry::new("9", late, "Arrivato adesso"));
        assert!(ask(&server, &again).contains("Arrivato adesso"));
        assert!(ask(&server, "POST / HTTP/1.1").starts_with("HTTP/1.1 405"));
        assert!(
            ask(
                &server,
                "GET /shop/frigoriferi/frigolux-flx-340?page=2 HTTP/1.1"
            )
            .contains("<article")
        );
        let seen: Vec<(String, u16)> = server
            .requests()
            .into_iter()
            .map(|seen| (format!("{} {}", seen.method, seen.path), seen.status))
            .collect();
        assert_eq!(
            seen,
            [
                ("GET /forum/rss".to_owned(), 200),
                ("GET /forum/rss".to_owned(), 304),
                ("GET /forum/rss".to_owned(), 200),
                ("POST /".to_owned(), 405),
                (
                    "GET /shop/frigoriferi/frigolux-flx-340?page=2".to_owned(),
                    200
                ),
            ]
        );
        assert_eq!(server.requests()[0].header("user-agent"), Some("test/1"));
    }

    #[test]
    fn a_dropped_server_is_gone_even_with_a_connection_open() {
        let server = Server::start(world()).unwrap();
        let address = server.address();
        let idle = TcpStream::connect(address).unwrap();
        drop(server);
        assert!(TcpStream::connect(address).is_err());
        drop(idle);
    }

    #[tokio::test]
    async fn starts_within_a_runtime() {
        let server = Server::start(world()).unwrap();
        assert!(server.url("/").starts_with("http://127.0.0.1:"));
    }
}
