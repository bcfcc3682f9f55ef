//! Sites on loopback that answer as told, also as no honest server would.
//!
//! Each site has an address of its own (`127.1.2.3`), so that it is a host of its own, and keeps
//! a log of what it was asked and when.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// A request, as the site saw it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Path and query.
    pub(crate) path: String,
    /// The headers, names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    /// What was posted.
    pub(crate) body: Vec<u8>,
    /// How many requests the site saw before.
    pub(crate) number: usize,
    /// When it came, by the time of the runtime, which a test may have in its hand.
    pub(crate) began: Instant,
    /// When it was answered, or when the connection broke.
    pub(crate) ended: Option<Instant>,
}

/// What goes over the wire, piece by piece; then the connection is closed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone)]
enum Piece {
    Bytes(Vec<u8>),
    Pause(Duration),
    Endless(Vec<u8>),
}

impl Answer {
    /// An honest answer.
    pub(crate) fn new(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let length = body.as_ref().len();
        Self::head(status, headers)
            .bytes(format!("content-length: {length}\r\n\r\n"))
            .bytes(body)
    }

    /// 200 with a body.
    pub(crate) fn ok(body: impl AsRef<[u8]>) -> Self {
        Self::new(200, &[], body)
    }

    /// A redirect.
    pub(crate) fn redirect(status: u16, location: &str) -> Self {
        Self::new(status, &[("location", location)], "")
    }

    /// The start of an answer: status line and headers, without the empty line that ends them.
    pub(crate) fn head(status: u16, headers: &[(&str, &str)]) -> Self {
        let first = format!("HTTP/1.1 {status} x\r\nconnection: close\r\n");
        headers
            .iter()
            .fold(Self::default().bytes(first), |head, (name, value)| {
                head.bytes(format!("{name}: {value}\r\n"))
            })
    }

    /// Sends these bytes next.
    pub(crate) fn bytes(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.pieces.push(Piece::Bytes(bytes.as_ref().to_vec()));
        self
    }

    /// Sends nothing for a while.
    pub(crate) fn pause(mut self, span: Duration) -> Self {
        self.pieces.push(Piece::Pause(span));
        self
    }

    /// Sends these bytes again and again until the other side hangs up.
    pub(crate) fn endless(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.pieces.push(Piece::Endless(bytes.as_ref().to_vec()));
        self
    }
}

/// A site that runs until it is dropped.
#[derive(Debug)]
pub(crate) struct Site {
    address: SocketAddr,
    log: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Site {
    /// Serves on a free port of `ip`, a loopback address.
    pub(crate) async fn serve(
        ip: &str,
        answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((ip, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(answer);
        let task = tokio::spawn({
            let log = Arc::clone(&log);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                    tokio::spawn(async move {
                        serve_one(stream, &log, |asked| answer(asked)).await;
                    });
                }
            }
        });
        Self { address, log, task }
    }

    /// The URL of a path on the site.
    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    /// The port it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.log.lock().unwrap().clone()
    }

    /// The paths that it was asked for so far.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.path).collect()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

async fn serve_one(
    mut stream: TcpStream,
    log: &Mutex<Vec<Asked>>,
    answer: impl Fn(&Asked) -> Answer,
) {
    let Some(mut asked) = read_head(&mut stream).await else {
        return;
    };
    {
        let mut log = log.lock().unwrap();
        asked.number = log.len();
        log.push(asked.clone());
    }
    for piece in answer(&asked).pieces {
        if !send(&mut stream, piece).await {
            break;
        }
    }
    log.lock().unwrap()[asked.number].ended = Some(now());
    drop(stream.shutdown().await);
}

async fn send(stream: &mut TcpStream, piece: Piece) -> bool {
    match piece {
        Piece::Bytes(bytes) => stream.write_all(&bytes).await.is_ok(),
        Piece::Pause(span) => {
            tokio::time::sleep(span).await;
            true
        }
        Piece::Endless(bytes) => {
            while stream.write_all(&bytes).await.is_ok() {}
            false
        }
    }
}

async fn read_head(stream: &mut TcpStream) -> Option<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").and_then(|it| it.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked {
        path,
        headers,
        body,
        number: 0,
        began: now(),
        ended: None,
    })
}
