//! `kill -9` of the daemon around sends: nothing is missing from what the mail server took, and
//! nothing is in it twice but as the same message.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ascolto::clock::Clock;
use ascolto::config::Config;
use ascolto::model::{DeliveryState, Priority, Timestamp};
use ascolto::pipeline::Instance;
use mail_parser::MessageParser;

use crate::alerts::{Room, at};
use crate::calendar::is_long;

/// The folder of the instance that the child serves, and its time.
const FOLDER: &str = "ASCOLTO_TEST_DAEMON";
const NOW: &str = "ASCOLTO_TEST_NOW";

/// Not a test of its own: the daemon that the test below starts and kills, at a time of its own.
#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_that_is_killed() {
    let (Some(folder), Ok(now)) = (std::env::var_os(FOLDER), std::env::var(NOW)) else {
        return;
    };
    let config = Config::open(folder.as_ref()).unwrap().0;
    let daemon = Instance::new(config, Clock::fixed(at(&now)))
        .daemon()
        .unwrap();
    daemon.run(std::future::pending()).await.unwrap();
}

fn start(room: &Room, now: Timestamp) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "mail_crash::the_daemon_that_is_killed",
            "--nocapture",
        ])
        .env(FOLDER, room.folder.path())
        .env(NOW, now.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// A mail server that takes its time: a message counts as taken before its answer leaves.
struct Post {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<Vec<u8>>>>,
    callers: Arc<AtomicUsize>,
}

impl Post {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let callers = Arc::new(AtomicUsize::new(0));
        let (shared, counted) = (Arc::clone(&taken), Arc::clone(&callers));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                let shared = Arc::clone(&shared);
                // Whoever is killed leaves a conversation in the middle.
                std::thread::spawn(move || drop(talk(&stream, &shared)));
            }
        });
        Self {
            address,
            taken,
            callers,
        }
    }

    /// Waits until somebody calls who had not before.
    fn await_caller(&self, before: usize) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while self.callers.load(Ordering::SeqCst) == before && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn taken(&self) -> Vec<Vec<u8>> {
        self.taken.lock().unwrap().clone()
    }
}

fn talk(stream: &TcpStream, taken: &Mutex<Vec<Vec<u8>>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream.try_clone()?;
    writer.write_all(b"220 post\r\n")?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let answer = match line.get(..4).unwrap_or_default() {
            "EHLO" => "250 post\r\n",
            "DATA" => {
                writer.write_all(b"354 go on\r\n")?;
                let mut message = Vec::new();
                loop {
                    let mut line = Vec::new();
                    if reader.read_until(b'\n', &mut line)? == 0 {
                        return Ok(());
                    }
                    if line == b".\r\n" {
                        break;
                    }
                    message.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
                }
                let count = {
                    let mut taken = taken.lock().unwrap();
                    taken.push(message);
                    taken.len()
                };
                // Between nothing and thirty milliseconds pass between taking and answering.
                std::thread::sleep(Duration::from_millis(count as u64 * 7 % 31));
                "250 taken\r\n"
            }
            "QUIT" => {
                writer.write_all(b"221 bye\r\n")?;
                return Ok(());
            }
            _ => "250 ok\r\n",
        };
        writer.write_all(answer.as_bytes())?;
    }
}

/// The numbers of the mentions that a mail shows.
fn shown(text: &str) -> Vec<i64> {
    text.split("ascolto show ")
        .skip(1)
        .map(|rest| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().unwrap()
        })
        .collect()
}

#[test]
fn killed_around_sends_it_loses_and_doubles_no_mail() {
    let rounds = if is_long() { 100 } else { 14 };
    let post = Post::open();
    let settings = format!(
        "[mail]\nfrom = \"Ascolto <ascolto@frigolux.example>\"\nurl = \"smtp://{}\"\n",
        post.address
    );
    let mut room = Room::new(&settings, "");
    std::fs::write(
        room.folder.path().join("watchlists/w.toml"),
        "name = \"Frigolux\"\nquery = 'frigolux'\n\n\
         [[digest]]\nname = \"d\"\nto = [\"care@frigolux.example\", \"boss@frigolux.example\"]\n\
         every = \"hourly\"\n\n\
         [[alert]]\nname = \"a\"\nwhen = \"frigolux\"\nto = [\"care@frigolux.example\"]\n\
         cooldown = \"1m\"\n",
    )
    .unwrap();
    room.config = Config::open(room.folder.path()).unwrap().0;
    let mut now = at("2026-11-20T11:30:00Z");
    room.set(&now.to_string());
    Instance::new(room.config.clone(), Clock::fixed(now))
        .crawler()
        .unwrap();
    let mut said = BTreeSet::new();
    let mut random = 88_172_645_463_325_252_u64;
    for round in 0..rounds {
        now = now.plus(Duration::from_hours(1));
        room.set(&now.to_string());
        for id in room.say(&format!("frigolux numero {round}"), Priority::Normal, 1) {
            said.insert(id.0);
        }
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let before = post.callers.load(Ordering::SeqCst);
        let mut daemon = start(&room, now);
        // One in four dies at any moment, the others in the middle of sending.
        if round % 4 == 3 {
            std::thread::sleep(Duration::from_millis(random % 400));
        } else {
            post.await_caller(before);
            std::thread::sleep(Duration::from_micros(random % 60_000));
        }
        daemon.kill().unwrap();
        daemon.wait().unwrap();
    }
    // It is left alone until nothing waits; what was claimed by the dead is void at once.
    now = now.plus(Duration::from_hours(12));
    let mut daemon = start(&room, now);
    let deadline = Instant::now() + Duration::from_secs(30);
    let waits = || {
        let waiting = room.store.letters(&[DeliveryState::Waiting], 1).unwrap();
        let covered = room.store.issues("w/d", 1).unwrap();
        !waiting.is_empty()
            || covered
                .first()
                .is_none_or(|issue| issue.coverage.upto < room.store.max_seq().unwrap())
    };
    while waits() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(Duration::from_millis(100));
    daemon.kill().unwrap();
    daemon.wait().unwrap();
    check(&room, &post, &said);
}

fn check(room: &Room, post: &Post, said: &BTreeSet<i64>) {
    // Message-ID, then what it said; told twice, it says the same.
    let mut messages: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut repeated = 0;
    // By recipient and kind: the mentions, in the order of the messages.
    let mut told: BTreeMap<(String, bool), Vec<i64>> = BTreeMap::new();
    for raw in post.taken() {
        let mail = MessageParser::default().parse(&raw).unwrap();
        let id = mail.message_id().unwrap().to_owned();
        if let Some(before) = messages.insert(id, raw.clone()) {
            assert_eq!(before, raw, "a repeated message is the same message");
            repeated += 1;
            continue;
        }
        let to = mail
            .to()
            .unwrap()
            .first()
            .unwrap()
            .address()
            .unwrap()
            .to_owned();
        let alert = mail.subject().unwrap().contains("Frigolux: a,");
        let text = mail.body_text(0).unwrap();
        told.entry((to, alert)).or_default().extend(shown(&text));
    }
    let expected: Vec<i64> = said.iter().copied().collect();
    assert_eq!(told.len(), 3, "{:?}", told.keys());
    for (who, mut ids) in told {
        ids.sort_unstable();
        assert_eq!(ids, expected, "{who:?}");
    }
    // Each repetition was counted as one that may have happened.
    let letters = room.store.letters(DeliveryState::ALL, 10_000).unwrap();
    assert!(
        letters
            .iter()
            .all(|letter| letter.state == DeliveryState::Sent)
    );
    let uncertain: u32 = letters.iter().map(|letter| letter.uncertain).sum();
    assert!(
        repeated <= uncertain,
        "{repeated} repeated, {uncertain} uncertain"
    );
    assert_eq!(letters.len(), messages.len());
}
