//! A Jetstream-shaped WebSocket on loopback, honest and hostile, and what is made of it.

use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use ascolto::config::FetchSettings;
use ascolto::fetch::{Fetched, Fetcher};
use ascolto::model::{
    EventQuery, Method, Request, STREAM_BEHIND, STREAM_BROKE, STREAM_CURSOR, SearchTerm, Timestamp,
};
use serde_json::json;
use tokio_tungstenite::tungstenite::handshake::server::{Request as Hello, Response};
use tokio_tungstenite::tungstenite::{Message, WebSocket, accept_hdr};
use url::Url;

use crate::harness::Instance;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manners {
    Honest,
    /// Hangs up after two events.
    Breaks,
    /// Sends old posts without an end.
    Floods,
    /// Sends one event of a megabyte.
    Giant,
    /// Sends what is no event.
    Nonsense,
    /// Says nothing.
    Silent,
}

#[derive(Clone)]
struct Jetstream {
    port: u16,
    manners: Arc<Mutex<Manners>>,
    events: Arc<Mutex<Vec<(i64, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

fn now_us() -> i64 {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    i64::try_from(since.as_micros()).unwrap()
}

fn post(at: i64, key: &str, text: &str) -> String {
    json!({"did": "did:plc:lia", "time_us": at, "kind": "commit", "commit": {
        "rev": "3l", "operation": "create", "collection": "app.bsky.feed.post", "rkey": key,
        "record": {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-11-21T10:00:00Z"},
        "cid": "bafy"}})
    .to_string()
}

fn heartbeat() -> String {
    json!({"did": "did:plc:x", "time_us": now_us(), "kind": "identity", "identity": {}}).to_string()
}

impl Jetstream {
    fn start(manners: Manners) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            manners: Arc::new(Mutex::new(manners)),
            events: Arc::default(),
            asked: Arc::default(),
        };
        let this = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let this = this.clone();
                thread::spawn(move || this.serve(stream));
            }
        });
        server
    }

    fn put(&self, key: &str, text: &str) -> i64 {
        let at = now_us();
        self.events.lock().unwrap().push((at, post(at, key, text)));
        at
    }

    fn delete(&self, key: &str) {
        let at = now_us();
        let event = json!({"did": "did:plc:lia", "time_us": at, "kind": "commit", "commit": {
            "rev": "3m", "operation": "delete", "collection": "app.bsky.feed.post", "rkey": key}});
        self.events.lock().unwrap().push((at, event.to_string()));
    }

    fn edit(&self, key: &str, text: &str) {
        let at = now_us();
        let event = post(at, key, text).replace("\"create\"", "\"update\"");
        self.events.lock().unwrap().push((at, event));
    }

    fn serve(&self, stream: TcpStream) {
        let asked = Arc::clone(&self.asked);
        #[expect(clippy::result_large_err, reason = "the library's own type")]
        let hello = |hello: &Hello, response: Response| {
            asked.lock().unwrap().push(hello.uri().to_string());
            Ok(response)
        };
        let Ok(mut socket) = accept_hdr(stream, hello) else {
            return;
        };
        let manners = *self.manners.lock().unwrap();
        // That the other side has heard enough is no mistake.
        self.talk(&mut socket, manners).ok();
        if manners != Manners::Breaks {
            while socket.read().is_ok() {}
        }
    }

    fn talk(
        &self,
        socket: &mut WebSocket<TcpStream>,
        manners: Manners,
    ) -> tokio_tungstenite::tungstenite::Result<()> {
        let uri = self.asked.lock().unwrap().last().unwrap().clone();
        let cursor = uri
            .split(['?', '&'])
            .find_map(|part| part.strip_prefix("cursor=")?.parse::<i64>().ok());
        match manners {
            Manners::Silent => return Ok(()),
            Manners::Giant => {
                let text = "frigolux ".repeat(120_000);
                return socket.send(Message::text(post(now_us(), "giant", &text)));
            }
            Manners::Nonsense => {
                for text in [
                    "",
                    "[",
                    "{}",
                    "{\"time_us\":\"x\"}",
                    "{\"time_us\":-4}",
                    "null",
                ] {
                    socket.send(Message::text(text))?;
                }
                socket.send(Message::binary(vec![0, 159]))?;
            }
            Manners::Floods => loop {
                let text = format!("frigolux {}", "x".repeat(2_000));
                socket.send(Message::text(post(1_700_000_000_000_000, "old", &text)))?;
            },
            Manners::Honest | Manners::Breaks => {
                let events = self.events.lock().unwrap().clone();
                let due = events
                    .iter()
                    .filter(|(at, _)| cursor.is_some_and(|cursor| *at >= cursor));
                let most = if manners == Manners::Breaks {
                    2
                } else {
                    usize::MAX
                };
                for (_, event) in due.take(most) {
                    socket.send(Message::text(event.clone()))?;
                }
                if manners == Manners::Breaks {
                    return Ok(());
                }
            }
        }
        socket.send(Message::text(heartbeat()))
    }
}

fn instance(port: u16) -> Instance {
    Instance::new()
        .file(
            "ascolto.toml",
            "timezone = \"Europe/Rome\"\n[fetch]\nallow_private = [\"127.0.0.1\"]\ngap = \"0s\"\n",
        )
        .file(
            "watchlists/frigolux.toml",
            &format!(
                "name = \"Frigolux\"\nquery = 'frigolux OR \"frigo lux\"'\n\n[[source]]\nkind = \"bluesky\"\n\
                 stream = \"ws://127.0.0.1:{port}/subscribe\"\nbackfill = true\n"
            ),
        )
}

fn found(instance: &Instance) -> Vec<String> {
    let ran = instance.run(&["search", "frigolux OR \"frigo lux\"", "--format", "json"]);
    let lines = ran.json_lines();
    let mut texts: Vec<String> = lines
        .iter()
        .map(|line| line["text"].as_str().unwrap().to_owned())
        .collect();
    texts.sort();
    texts
}

fn collect(instance: &Instance) -> String {
    let ran = instance.run(&["collect", "--all"]).code(0);
    format!("{}{}", ran.stdout, ran.stderr)
}

#[test]
fn the_stream_goes_on_where_it_was_left() {
    let server = Jetstream::start(Manners::Honest);
    let instance = instance(server.port);
    server.put("before", "Frigolux before anyone listened");
    collect(&instance);
    assert_eq!(
        found(&instance),
        [""; 0],
        "the first poll begins with the moment"
    );

    server.put("a", "Il mio FRIGOLUX è bello");
    server.put("b", "buongiorno a tutti");
    server.put("c", "frigo, anzi: Frigo Lux!");
    *server.manners.lock().unwrap() = Manners::Breaks;
    let said = collect(&instance);
    assert!(said.contains("the stream broke off"), "{said}");
    assert_eq!(found(&instance), ["Il mio FRIGOLUX è bello"]);

    *server.manners.lock().unwrap() = Manners::Honest;
    let said = collect(&instance);
    assert!(
        !said.contains("broke off") && !said.contains("no longer has"),
        "{said}"
    );
    assert_eq!(
        found(&instance),
        ["Il mio FRIGOLUX è bello", "frigo, anzi: Frigo Lux!"]
    );
    let asked = server.asked.lock().unwrap().clone();
    assert_eq!(asked[0], "/subscribe?wantedCollections=app.bsky.feed.post");
    assert!(asked[1].contains("&cursor="), "{asked:?}");
}

#[test]
fn what_is_deleted_or_changed_there_is_so_here() {
    let server = Jetstream::start(Manners::Honest);
    let instance = instance(server.port);
    collect(&instance);
    for (key, text) in [
        ("a", "Frigolux: stays"),
        ("b", "Frigolux: to be deleted"),
        ("c", "Frigolux: to be changed"),
        ("d", "Frigolux: changed into something else"),
        ("e", "Frigolux: deleted before anyone saw it"),
    ] {
        server.put(key, text);
    }
    server.delete("e");
    collect(&instance);
    assert_eq!(found(&instance).len(), 4);
    assert!(!found(&instance).concat().contains("before anyone"));

    server.delete("b");
    server.delete("never-seen");
    server.edit("c", "Frigolux: was changed");
    server.edit("d", "nothing to see here");
    let said = collect(&instance);
    assert!(said.contains("1 item was deleted where it was"), "{said}");
    assert_eq!(
        found(&instance),
        ["Frigolux: stays", "Frigolux: was changed"]
    );
    // The stream shows it once more from an older place: it does not come back.
    server.put("b", "Frigolux: to be deleted");
    collect(&instance);
    assert_eq!(found(&instance).len(), 2);
    instance.run(&["index", "verify"]).code(0);
}

fn fetcher(max_body: u64) -> Fetcher {
    Fetcher::new(&FetchSettings {
        gap: Duration::ZERO,
        allow_private: vec!["127.0.0.1/32".parse().unwrap()],
        max_body,
        timeout: Duration::from_secs(8),
        ..FetchSettings::default()
    })
    .unwrap()
}

async fn read(manners: Manners, until: Timestamp) -> Result<ascolto::model::Response, String> {
    let server = Jetstream::start(manners);
    let address = format!("ws://127.0.0.1:{}/subscribe?cursor=1", server.port);
    let request = Request {
        method: Method::Events(Box::new(EventQuery {
            sought: vec![SearchTerm::new("frigolux").unwrap()],
            always: ("/commit/operation", &["delete"]),
            text: "/commit/record/text",
            time: "/time_us",
            until,
        })),
        ..Request::get(Url::parse(&address).unwrap())
    };
    let now = Timestamp::from_seconds(now_us() / 1_000_000);
    match fetcher(500_000).get(&request, &BTreeMap::new(), now).await {
        Ok(Fetched::Fresh { response, .. }) => Ok(response),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.line()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_streams_are_bounded_in_time_and_memory() {
    let now = Timestamp::from_seconds(now_us() / 1_000_000);
    let begun = Instant::now();
    let flood = read(Manners::Floods, now).await.unwrap();
    assert!(flood.body.len() < 520_000, "{}", flood.body.len());
    assert_eq!(flood.header(STREAM_BEHIND), Some("yes"));
    assert_eq!(flood.header(STREAM_CURSOR), Some("1700000000000000"));

    let error = read(Manners::Giant, now).await.unwrap_err();
    assert!(error.contains("an event is longer than"), "{error}");

    let nonsense = read(Manners::Nonsense, now).await.unwrap();
    assert_eq!(nonsense.body.len(), 0);
    assert_eq!(nonsense.header(STREAM_BROKE), None);

    let silent = read(Manners::Silent, now).await.unwrap();
    assert_eq!((silent.body.len(), silent.header(STREAM_CURSOR)), (0, None));
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn streams_of_private_networks_and_sites_without_one_are_errors() {
    for (address, part) in [
        ("ws://10.0.0.1/subscribe", "private network"),
        ("ws://[::ffff:127.0.0.2]/subscribe", "private network"),
    ] {
        let request = Request {
            method: Method::Events(Box::new(EventQuery {
                sought: Vec::new(),
                always: ("/kind", &[]),
                text: "/text",
                time: "/time_us",
                until: Timestamp::from_seconds(0),
            })),
            ..Request::get(Url::parse(address).unwrap())
        };
        let now = Timestamp::from_seconds(1_795_000_000);
        let error = fetcher(1_000)
            .get(&request, &BTreeMap::new(), now)
            .await
            .unwrap_err();
        assert!(error.line().contains(part), "{address}: {}", error.line());
    }
}
