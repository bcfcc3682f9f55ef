//! Sites that are built to hurt whoever reads them, each a source of its own, beside honest ones:
//! the real program reads them all, says what is wrong with each, stays small and keeps nobody
//! waiting.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::harness::Instance;
use crate::loopback::{Answer, Asked, Site};

const SECOND: Duration = Duration::from_secs(1);

/// The most memory that the program may ever take, in kilobytes.
const MOST_MEMORY: u64 = 150_000;

/// The most items that are taken of one answer.
const MOST_ITEMS: usize = ascolto::sources::MAX_ITEMS;

/// Honest sites are read again after this time.
const EVERY: Duration = SECOND;

/// How late an honest site may be read, on a machine that does much else.
const LATE: Duration = Duration::from_secs(9);

/// A source, what it answers with, and how it must end: the state and words of its error; without
/// words, it must be read.
struct Trap {
    name: &'static str,
    kind: &'static str,
    answer: Answer,
    state: &'static str,
    says: &'static str,
}

fn trap(name: &'static str, answer: Answer, says: &'static str) -> Trap {
    Trap {
        name,
        kind: "feed",
        answer,
        state: if says.is_empty() { "ok" } else { "failing" },
        says,
    }
}

fn rss(items: &str) -> String {
    format!("<rss version=\"2.0\"><channel><title>T</title>{items}</channel></rss>")
}

fn item(id: impl std::fmt::Display, text: &str) -> String {
    format!("<item><guid>{id}</guid><description>{text}</description></item>")
}

/// A body of two hundred million zeros in 200 kB.
fn gzip_bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![0; 1 << 20];
    for _ in 0..200 {
        encoder.write_all(&zeros).unwrap();
    }
    encoder.finish().unwrap()
}

/// Ten levels of ten each: ten billion words.
fn entity_bomb() -> String {
    let mut doctype = "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY e0 \"frigolux\">".to_owned();
    for level in 1..=10 {
        let inner = format!("&e{};", level - 1).repeat(10);
        write!(doctype, "<!ENTITY e{level} \"{inner}\">").unwrap();
    }
    let external = "<!ENTITY file SYSTEM \"file:///etc/passwd\">]>";
    let items = item("bomb", "&e10; &file; A Frigolux at the end");
    format!("{doctype}{external}{}", rss(&items))
}

/// Five times as many items as are taken, each tenth a mention.
fn long_feed() -> String {
    let items: String = (0..5 * MOST_ITEMS)
        .map(|number| {
            let brand = if number % 10 == 9 {
                "Frigolux"
            } else {
                "Gelomax"
            };
            item(number, &format!("{brand} {number}"))
        })
        .collect();
    rss(&items)
}

/// The traps that answer with something bad.
fn bodies() -> Vec<Trap> {
    let xml: &[(&str, &str)] = &[("content-type", "application/rss+xml; charset=utf-8")];
    let gzip: &[(&str, &str)] = &[("content-encoding", "gzip")];
    let nested = format!(
        "{}Frigolux{}",
        "<div>".repeat(20_000),
        "</div>".repeat(20_000)
    );
    let mut slow = Answer::head(200, xml).bytes("\r\n<rss><channel>");
    for _ in 0..600 {
        slow = slow.pause(SECOND / 10).bytes(" ");
    }
    let long_line = item("line", &"Frigolux und kein Ende ".repeat(430_000));
    let latin = rss(&item("charset", "Il Frigolux perch\u{e9} no"))
        .chars()
        .map(|letter| u8::try_from(u32::from(letter)).unwrap())
        .collect::<Vec<u8>>();
    vec![
        trap(
            "gzip-bomb",
            Answer::new(200, gzip, gzip_bomb()),
            "is longer than 10000000 bytes",
        ),
        trap(
            "endless",
            Answer::head(200, xml)
                .bytes("\r\n<rss><channel>")
                .endless(item("", "Frigolux").repeat(1_000)),
            "is longer than 10000000 bytes",
        ),
        trap("slow", slow, "took longer than 6 s"),
        trap("loop", Answer::redirect(302, "/"), "in a circle"),
        Trap {
            kind: "page\"\nitem = \"div.r",
            ..trap(
                "nested-page",
                Answer::ok(&nested),
                "expected a page that can be read in bounded time",
            )
        },
        trap(
            "nested-feed",
            Answer::new(200, xml, rss(&item("n", &format!("<![CDATA[{nested}]]>")))),
            "",
        ),
        trap("entities", Answer::new(200, xml, entity_bomb()), ""),
        trap("long-line", Answer::new(200, xml, rss(&long_line)), ""),
        trap("charset", Answer::new(200, xml, latin), ""),
        trap("many-items", Answer::new(200, xml, long_feed()), ""),
    ]
}

/// The traps that send on to where nobody may go.
fn redirects(port: u16) -> Vec<Trap> {
    let to = |name, host: &str| {
        let target = format!("http://{host}:{port}/secret");
        trap(name, Answer::redirect(302, &target), "private network")
    };
    vec![
        trap(
            "to-metadata",
            Answer::redirect(302, "http://169.254.169.254/latest/meta-data/"),
            "169.254.169.254 lies in a private network",
        ),
        to("to-decimal", "2130706433"),
        to("to-hexadecimal", "0x7f.0x0.0x0.0x1"),
        to("to-octal", "0177.0.0.1"),
        to("to-mapped", "[::ffff:127.0.0.1]"),
        // The one name of this machine that needs no name server: it stands for 127.0.0.1, which
        // the settings do not name.
        to("to-name", "localhost"),
    ]
}

fn source(name: &str, kind: &str, url: &str, every: &str) -> String {
    format!(
        "[[source]]\nname = \"{name}\"\nkind = \"{kind}\"\nurl = \"{url}\"\nevery = \"{every}\"\n\n"
    )
}

/// A feed that has one thing more each time it is asked.
fn honest(asked: &Asked) -> Answer {
    let items: String = (0..=asked.number)
        .map(|number| {
            item(
                number,
                &format!("Honest words on my Frigolux, number {number}."),
            )
        })
        .collect();
    Answer::ok(rss(&items))
}

fn rows(instance: &Instance) -> Vec<Value> {
    instance
        .run(&["sources", "--format", "json"])
        .code(0)
        .json_lines()
}

fn row<'a>(rows: &'a [Value], name: &str) -> &'a Value {
    rows.iter().find(|row| row["name"] == name).unwrap()
}

#[expect(
    clippy::print_stderr,
    reason = "benches/README.md tells what the release build takes: read with --nocapture"
)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn traps_are_told_and_hurt_nobody() {
    let secret = Site::serve("127.0.0.1", |_| Answer::ok("secret")).await;
    let mut settings = "timezone = \"Europe/Rome\"\n[fetch]\nallow_private = [\"127.9.0.0/16\"]\n\
                        gap = \"0s\"\ntimeout = \"6s\"\n\n"
        .to_owned();
    let mut sites = Vec::new();
    let traps: Vec<Trap> = bodies()
        .into_iter()
        .chain(redirects(secret.port()))
        .collect();
    for (number, trap) in traps.iter().enumerate() {
        let answer = trap.answer.clone();
        let site = Site::serve(&format!("127.9.1.{number}"), move |_| answer.clone()).await;
        settings.push_str(&source(trap.name, trap.kind, site.url("/").as_str(), "1d"));
        sites.push(site);
    }
    let direct = format!("http://localhost:{}/", secret.port());
    settings.push_str(&source("name", "feed", &direct, "1d"));
    let mut ordinary = Vec::new();
    for number in 0..3 {
        let site = Site::serve(&format!("127.9.2.{number}"), honest).await;
        let name = format!("honest-{number}");
        settings.push_str(&source(&name, "feed", site.url("/").as_str(), "1s"));
        ordinary.push(site);
    }
    let instance = Instance::new()
        .file("ascolto.toml", &settings)
        .file("watchlists/f.toml", "name = \"F\"\nquery = 'frigolux'\n");

    let begun = Instant::now();
    let daemon = instance.start(&["run"]);
    let deadline = begun + Duration::from_secs(150);
    let rows = loop {
        let rows = rows(&instance);
        if rows.iter().all(|row| row["state"] != "new") || Instant::now() > deadline {
            break rows;
        }
        tokio::time::sleep(SECOND / 4).await;
    };
    let took = begun.elapsed();
    // What was collected goes into the index as well.
    let last = format!("frigolux {}", MOST_ITEMS - 1);
    while instance.run(&["search", &last]).code != 0 {
        assert!(Instant::now() < deadline, "it was not indexed in time");
        tokio::time::sleep(SECOND / 4).await;
    }
    let memory = daemon.peak_memory();
    eprintln!("{memory} kB at most, after {took:?}");
    assert_eq!(daemon.signal("INT", 10), Some(0));

    for trap in &traps {
        let row = row(&rows, trap.name);
        let error = row["error"].as_str().unwrap_or_default();
        assert_eq!(row["state"], trap.state, "{}: {error}", trap.name);
        assert!(error.contains(trap.says), "{}: {error}", trap.name);
        assert!(row["next"].is_string(), "{}: nothing gives up", trap.name);
    }
    let name = row(&rows, "name");
    assert_eq!(name["state"], "failing");
    assert!(name["error"].as_str().unwrap().contains("private network"));
    assert!(secret.asked().is_empty(), "{:?}", secret.paths());
    assert_eq!(row(&rows, "many-items")["items"], MOST_ITEMS);

    let charset = instance.run(&["search", "source:charset", "--format", "json"]);
    assert!(
        charset.stdout.contains("Il Frigolux perché no"),
        "{}",
        charset.stdout
    );
    let bomb = instance.run(&["search", "source:entities", "--format", "json"]);
    let bomb = bomb.json_lines()[0]["text"].as_str().unwrap().to_owned();
    assert!(bomb.len() < 2_000 && !bomb.contains("root:"), "{bomb}");

    // From the first second to the last, honest sites were asked when they were due.
    for (number, site) in ordinary.iter().enumerate() {
        let mut before = begun;
        for asked in site.asked() {
            let waited = asked.began.duration_since(before);
            assert!(waited < EVERY + LATE, "honest-{number}: {waited:?}");
            before = asked.began;
        }
        assert!(begun + took < before + EVERY + LATE, "honest-{number}");
        assert!(site.asked().len() > 2, "{}", site.asked().len());
    }
    assert!(memory < MOST_MEMORY, "{memory} kB, after {took:?}");
}
