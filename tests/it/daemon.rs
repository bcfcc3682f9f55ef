//! The daemon over days: a clock that the test moves, real HTTP, real files.

use std::path::Path;
use std::time::{Duration, Instant};

use ascolto::clock::Clock;
use ascolto::config::Config;
use ascolto::demo::{Entry, Place, Server, World};
use ascolto::model::Timestamp;
use ascolto::pipeline::Instance;
use tokio::sync::oneshot;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Runs a daemon at the clock's time until `done`, which must come within ten seconds.
pub(crate) async fn run_until(folder: &Path, clock: &Clock, done: impl Fn() -> bool) {
    let (config, problems) = Config::open(folder).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let daemon = Instance::new(config, clock.clone()).daemon().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(async move {
        daemon
            .run(async {
                let _dropped = stopped.await;
            })
            .await
    });
    let deadline = Instant::now() + Duration::from_secs(10);
    while !done() && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(done(), "it did not happen in time");
    stop.send(()).unwrap();
    running.await.unwrap().unwrap();
}

/// The digests that lie in the outbox folder, in the order of their dates.
fn mails(folder: &Path) -> Vec<String> {
    let mut paths: Vec<_> = folder
        .join("index/outbox")
        .read_dir()
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "eml"))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let raw = std::fs::read(path).unwrap();
            let mail = mail_parser::MessageParser::default().parse(&raw).unwrap();
            mail.body_text(0).unwrap().into_owned()
        })
        .collect()
}

fn stored(folder: &Path) -> u64 {
    ascolto::store::Store::open(&folder.join("index"))
        .and_then(|store| store.count_mentions())
        .unwrap()
}

fn issues(folder: &Path) -> usize {
    ascolto::store::Store::open(&folder.join("index"))
        .and_then(|store| store.issues("frigolux/daily", 99))
        .unwrap()
        .len()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mention_enters_one_digest_at_its_local_hour() {
    let start = at("2026-11-20T06:00:00Z");
    let world = World::empty(start);
    let server = Server::start(world.clone()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(
        folder,
        "ascolto.toml",
        "timezone = \"Europe/Rome\"\n[fetch]\nallow_private = [\"127.0.0.1\"]\ngap = \"0s\"\n",
    );
    write(
        folder,
        "watchlists/frigolux.toml",
        &format!(
            "name = \"Frigolux\"\nquery = 'frigolux'\n\n[[source]]\nkind = \"feed\"\nurl = \"{}\"\n\
             every = \"1m\"\n\n[[digest]]\nto = [\"care@frigolux.example\"]\nevery = \"daily\"\n\
             at = \"08:30\"\nlanguage = \"en\"\n",
            server.url(Place::Forum.path())
        ),
    );
    let clock = Clock::fixed(start);
    let say = |id: &str, published: Timestamp| {
        world.add_item(
            Place::Forum,
            Entry::new(id, published, format!("My Frigolux said {id}.")),
        );
    };

    // The first visit: what is old is the baseline, what is of the last day is news.
    say("old", at("2026-11-10T06:00:00Z"));
    say("fresh", at("2026-11-20T05:00:00Z"));
    run_until(folder, &clock, || stored(folder) == 2).await;
    assert_eq!(mails(folder).len(), 0, "it is not half past eight");

    clock.set(at("2026-11-20T07:29:00Z"));
    say("later", at("2026-11-20T07:00:00Z"));
    run_until(folder, &clock, || stored(folder) == 3).await;
    assert_eq!(mails(folder).len(), 0, "a minute to half past eight");

    clock.set(at("2026-11-20T07:30:30Z"));
    run_until(folder, &clock, || mails(folder).len() == 1).await;
    let first = &mails(folder)[0];
    assert!(first.contains("*Frigolux* said fresh") && first.contains("*Frigolux* said later"));
    assert!(!first.contains("said old"), "{first}");
    assert!(first.contains("2 mentions"), "{first}");
    assert!(first.contains("3 items read from 1 source"), "{first}");

    // Down for three days: one issue makes up for all, and says from when to when.
    say("weekend", at("2026-11-21T12:00:00Z"));
    clock.set(at("2026-11-23T09:00:00Z"));
    run_until(folder, &clock, || {
        issues(folder) == 2 && stored(folder) == 4
    })
    .await;
    clock.set(at("2026-11-24T07:30:10Z"));
    run_until(folder, &clock, || issues(folder) == 3).await;
    let mails = mails(folder);
    let weekend: Vec<&String> = mails
        .iter()
        .filter(|mail| mail.contains("said weekend"))
        .collect();
    assert_eq!(weekend.len(), 1, "in one issue, whichever was made first");
    assert!(
        mails
            .iter()
            .skip(1)
            .all(|mail| !mail.contains("said fresh"))
    );
}
