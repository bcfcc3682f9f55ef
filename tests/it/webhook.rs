//! Writing to the daemon: who may, what is taken, and that nothing is taken twice.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::harness::{Instance, Running};

const TOKEN: &str = "s3cret-of-the-shop";

struct Shop {
    instance: Instance,
    port: u16,
    _running: Running,
}

impl Shop {
    fn open() -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let instance = Instance::new()
            .file("ascolto.toml", "timezone = \"Europe/Rome\"\n")
            .file("token", &format!("{TOKEN}\n"))
            .file(
                "watchlists/frigolux.toml",
                &format!(
                    "name = \"Frigolux\"\nquery = 'frigolux'\n\n[[source]]\nkind = \"webhook\"\npath = \"shop\"\n\
                     listen = \"127.0.0.1:{port}\"\ntoken_file = \"token\"\n"
                ),
            );
        let running = instance.start(&["run"]);
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "nothing listens");
            std::thread::sleep(Duration::from_millis(30));
        }
        Self {
            instance,
            port,
            _running: running,
        }
    }

    fn send(&self, head: &str, body: &str) -> (u16, serde_json::Value) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(
            stream,
            "{head}\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        )
        .unwrap();
        // A server that has heard enough may hang up before all of it was said.
        stream.write_all(body.as_bytes()).ok();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok();
        let status = answer
            .split(' ')
            .nth(1)
            .map_or(0, |status| status.parse().unwrap());
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        (status, serde_json::from_str(body).unwrap_or_default())
    }

    fn post(&self, body: &str) -> (u16, serde_json::Value) {
        let head = format!("POST /ingest/shop HTTP/1.1\r\nAuthorization: Bearer {TOKEN}");
        self.send(&head, body)
    }

    fn found(&self) -> Vec<String> {
        // Who searches brings the index up to date, unless the daemon is at it.
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let ran = self
                .instance
                .run(&["search", "frigolux", "--format", "json"]);
            let mut texts: Vec<String> = ran
                .json_lines()
                .iter()
                .map(|line| line["text"].as_str().unwrap().to_owned())
                .collect();
            texts.sort();
            if !texts.is_empty() || Instant::now() > deadline {
                return texts;
            }
        }
    }
}

#[test]
fn what_is_sent_is_taken_once_and_what_is_wrong_is_told() {
    let shop = Shop::open();
    let sent = "[{\"id\":\"r-1\",\"text\":\"Il Frigolux perde acqua\",\"published\":\"2020-01-01T00:00:00Z\"},\
                {\"id\":\"r-2\",\"text\":\"Il tostapane è bello\"},{\"id\":\"r-3\"}]";
    let (status, answer) = shop.post(sent);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        answer.to_string(),
        "{\"taken\":2,\"new\":1,\"refused\":[\"mention 3: it has neither `text` nor `title`\"]}"
    );
    let (_, again) = shop.post(sent);
    assert_eq!(
        (&again["taken"], &again["new"]),
        (&2.into(), &0.into()),
        "{again}"
    );
    assert_eq!(shop.found(), ["Il Frigolux perde acqua"]);

    let (_, edited) = shop.post("{\"id\":\"r-1\",\"text\":\"Il Frigolux perde tanta acqua\"}");
    assert_eq!(edited["new"], 1, "{edited}");
    let (status, answer) = shop.post("[{\"id\":\"r-9\"}]");
    assert_eq!((status, &answer["taken"]), (422, &0.into()));
    let (status, answer) = shop.post("{\"text\": ");
    assert_eq!(status, 400, "{answer}");
    assert!(
        answer["error"]
            .as_str()
            .unwrap()
            .contains("JSON that breaks off"),
        "{answer}"
    );
    let sources = shop.instance.run(&["sources"]).code(0);
    assert!(sources.stdout.contains("shop"), "{}", sources.stdout);
}

#[test]
fn strangers_floods_and_giants_are_turned_away() {
    let shop = Shop::open();
    let body = "{\"id\":\"x\",\"text\":\"Frigolux\"}";
    for (head, expected) in [
        ("POST /ingest/shop HTTP/1.1", 401),
        (
            "POST /ingest/shop HTTP/1.1\r\nAuthorization: Bearer wrong",
            401,
        ),
        (
            "POST /ingest/shop HTTP/1.1\r\nX-Hub-Signature-256: sha256=00",
            401,
        ),
        ("POST /ingest/other HTTP/1.1", 404),
        ("GET /ingest/shop HTTP/1.1", 405),
    ] {
        let (status, answer) = shop.send(head, body);
        assert_eq!(status, expected, "{head}: {answer}");
        assert!(!answer.to_string().contains(TOKEN));
    }
    let giant = format!("{{\"text\":\"{}\"}}", "frigolux ".repeat(200_000));
    assert_eq!(shop.post(&giant).0, 413);
    let stored = ascolto::store::Store::open(&shop.instance.path().join("index"))
        .and_then(|store| store.count_mentions());
    assert_eq!(stored.unwrap(), 0);
    let statuses: Vec<u16> = (0..130).map(|_| shop.post("[]").0).collect();
    assert_eq!(statuses[0], 200);
    assert_eq!(statuses[129], 429);
}
