//! Feeds that no one wrote, each of its own host, and the server that they lie on.
//!
//! The server runs in the measuring process, of which nobody counts the processor's time.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Context;
use ascolto::model::Timestamp;
use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::ground::mentions::{Language, Random};

/// Items that a feed shows.
pub(crate) const ITEMS: usize = 20;

const SEED: u64 = 11;

/// What the server was asked for since it was last asked.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) whole: usize,
    pub(crate) unchanged: usize,
}

/// The feeds before and after an item was added to each, and how often they were asked for.
pub(crate) struct Farm {
    feeds: Vec<[Bytes; 2]>,
    /// Which of the two is shown.
    shown: AtomicUsize,
    whole: AtomicUsize,
    unchanged: AtomicUsize,
    port: u16,
}

impl Farm {
    /// Makes the feeds and serves them until the process ends.
    pub(crate) fn open(
        language: &Language,
        amount: usize,
        now: Timestamp,
    ) -> anyhow::Result<Arc<Self>> {
        // Every address of 127.0.0.0/8 is this machine's.
        let listener = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let mut random = Random::new(SEED);
        let feeds = (0..amount)
            .map(|number| feed(language, &mut random, (number, port), now))
            .collect();
        let farm = Arc::new(Self {
            feeds,
            shown: AtomicUsize::new(0),
            whole: AtomicUsize::new(0),
            unchanged: AtomicUsize::new(0),
            port,
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let served = Arc::clone(&farm);
        thread::spawn(move || runtime.block_on(serve(served, listener)));
        Ok(farm)
    }

    pub(crate) fn urls(&self) -> impl Iterator<Item = String> {
        (0..self.feeds.len()).map(|number| format!("http://{}/feed.xml", host(number, self.port)))
    }

    pub(crate) fn len(&self) -> usize {
        self.feeds.len()
    }

    /// The bytes of all feeds.
    pub(crate) fn bytes(&self) -> usize {
        let bytes = |[first, _]: &[Bytes; 2]| first.len();
        self.feeds.iter().map(bytes).sum()
    }

    /// Shows the feeds as they were (0), or with one item more each (1).
    pub(crate) fn show(&self, which: usize) {
        self.shown.store(which, Ordering::Relaxed);
    }

    /// What was asked for since this was called last.
    pub(crate) fn asked(&self) -> Asked {
        Asked {
            whole: self.whole.swap(0, Ordering::Relaxed),
            unchanged: self.unchanged.swap(0, Ordering::Relaxed),
        }
    }

    /// The answer to a request: head and body in one.
    fn answer(&self, request: &str) -> Vec<u8> {
        let path = request.split(' ').nth(1).unwrap_or_default();
        let shown = self.shown.load(Ordering::Relaxed);
        let feed = header(request, "host")
            .and_then(number)
            .and_then(|number| self.feeds.get(number)?.get(shown));
        let Some(feed) = feed.filter(|_| path == "/feed.xml") else {
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec();
        };
        let tag = format!("\"v{shown}\"");
        if header(request, "if-none-match") == Some(&tag) {
            self.unchanged.fetch_add(1, Ordering::Relaxed);
            return format!("HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\n\r\n").into_bytes();
        }
        self.whole.fetch_add(1, Ordering::Relaxed);
        let head = format!("Content-Type: application/xml\r\nETag: {tag}\r\n");
        with_body(&head, feed)
    }
}

fn with_body(head: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\n{head}Content-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend_from_slice(body);
    answer
}

/// The value of a header of a request.
fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    request
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

/// The host of a feed: an address of its own.
fn host(number: usize, port: u16) -> String {
    format!("127.1.{}.{}:{port}", number / 250, number % 250 + 1)
}

/// The feed of a host.
fn number(host: &str) -> Option<usize> {
    let (address, _) = host.split_once(':')?;
    let [_, _, high, low] = address.parse::<Ipv4Addr>().ok()?.octets();
    (usize::from(high) * 250 + usize::from(low)).checked_sub(1)
}

async fn serve(farm: Arc<Farm>, listener: std::net::TcpListener) -> anyhow::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        let (stream, peer) = listener.accept().await?;
        if peer.ip().is_loopback() {
            stream.set_nodelay(true)?;
            tokio::spawn(converse(Arc::clone(&farm), stream));
        }
    }
}

/// Answers the requests of one connection. An error is the end of it, whoever made it.
async fn converse(farm: Arc<Farm>, mut stream: TcpStream) -> anyhow::Result<()> {
    let mut request = Vec::with_capacity(1024);
    loop {
        request.clear();
        while !request.ends_with(b"\r\n\r\n") {
            let read = stream.read_buf(&mut request).await?;
            anyhow::ensure!(read > 0, "the other end has closed");
        }
        let answer = farm.answer(&String::from_utf8_lossy(&request));
        stream.write_all(&answer).await?;
    }
}

/// A feed, RSS or Atom in turn, and the same with an item more at its head.
fn feed(
    language: &Language,
    random: &mut Random,
    (number, port): (usize, u16),
    now: Timestamp,
) -> [Bytes; 2] {
    let atom = number % 2 == 1;
    let items: Vec<String> = (0..=ITEMS)
        .map(|item| {
            let mention = language.mention(random);
            let hours = 3_600 * i64::try_from(item).unwrap_or(0);
            let published = Timestamp::from_seconds(now.seconds() - hours);
            let link = format!("http://{}/t/{item}", host(number, port));
            let text = mention.text.replace('&', "&amp;");
            let mut html = String::new();
            for paragraph in text.split('\n') {
                html.push_str("<p>");
                html.push_str(paragraph);
                html.push_str("</p>\n");
            }
            let (title, who) = (mention.title, random.below(30_000));
            if atom {
                format!(
                    "<entry><id>{link}</id><title>{title}</title><link href=\"{link}\"/>\
                     <updated>{published}</updated><author><name>Lia {who}</name></author>\
                     <content type=\"html\"><![CDATA[{html}]]></content></entry>\n"
                )
            } else {
                let published = rfc_2822(published);
                format!(
                    "<item><guid>{link}</guid><title>{title}</title><link>{link}</link>\
                     <pubDate>{published}</pubDate><dc:creator>Lia {who}</dc:creator>\
                     <description><![CDATA[{html}]]></description></item>\n"
                )
            }
        })
        .collect();
    let shown = |from: usize| {
        let items = items.get(from..from + ITEMS).unwrap_or_default().concat();
        let home = format!("http://{}/", host(number, port));
        Bytes::from(if atom {
            format!(
                "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
                 <feed xmlns=\"http://www.w3.org/2005/Atom\"><id>{home}</id>\
                 <title>Forum {number}</title><updated>{now}</updated>\
                 <link href=\"{home}\"/>\n{items}</feed>\n"
            )
        } else {
            format!(
                "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\" \
                 xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel>\
                 <title>Forum {number}</title><link>{home}</link>\
                 <description>What is said</description>\n{items}</channel></rss>\n"
            )
        })
    };
    [shown(1), shown(0)]
}

fn rfc_2822(at: Timestamp) -> String {
    chrono::DateTime::from_timestamp(at.seconds(), 0)
        .context("a time beyond the calendar")
        .map_or_else(|error| error.to_string(), |at| at.to_rfc2822())
}
