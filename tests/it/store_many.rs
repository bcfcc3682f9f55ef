//! Several programs at once on one database, and programs that die.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use ascolto::model::{Sentiment, Sequence, Status};
use ascolto::store::{Draft, Identity, Judged, Owner, Past, PastRecord, Store, Taken, Verdict};

use crate::world::{at, item, key, poll, record, scores, watchlist};

/// The environment variable that makes the child of a test play its part.
const PART: &str = "ASCOLTO_TEST_FOLDER";

#[test]
fn many_write_at_once_and_nobody_is_turned_away() {
    let folder = tempfile::tempdir().unwrap();
    let (writers, polls) = (6, 25);
    thread::scope(|scope| {
        for writer in 0..writers {
            let folder = folder.path();
            scope.spawn(move || {
                // Also opening, and making the tables, happens at once.
                let mut store = Store::open(folder).unwrap();
                for n in 0..polls {
                    // Each source is read by all writers: the same items meet.
                    let (source, from) = (format!("s{}", n % 5), n / 5 * 3);
                    let items: Vec<_> = (from..from + 4)
                        .map(|n| {
                            item(
                                &n.to_string(),
                                &format!("{source}/{n}"),
                                &format!("frigolux {source} {n}"),
                            )
                        })
                        .collect();
                    record(&mut store, &source, writer, &items);
                }
            });
        }
    });
    let store = Store::open(folder.path()).unwrap();
    let all = store.newest(0, 1000).unwrap();
    let urls: BTreeSet<_> = all.iter().map(|mention| mention.item.url.clone()).collect();
    assert_eq!((all.len(), urls.len()), (5 * 16, 5 * 16), "each once");
    let seqs: BTreeSet<_> = all.iter().map(|mention| mention.seq).collect();
    assert_eq!(seqs.len(), all.len(), "each sequence number once");
    assert_eq!(
        store.max_seq().unwrap(),
        Sequence(80),
        "and none without need"
    );
}

/// Not a test of its own: the child that `a_killed_writer_loses_and_doubles_nothing` kills.
#[test]
fn child_that_is_killed() {
    let Ok(folder) = std::env::var(PART) else {
        return;
    };
    let folder = std::path::Path::new(&folder);
    let mut store = Store::open(folder).unwrap();
    let owner = Owner::new(folder).unwrap();
    for n in 0..1_000_000 {
        let now = at(n);
        if store
            .claim_source(&key("a"), "a", &owner, now)
            .unwrap()
            .is_none()
        {
            continue;
        }
        // A source whose window moves on by two items each poll.
        let from = store.count_mentions().unwrap() / 2 * 2;
        let items: Vec<_> = (from..from + 6)
            .map(|n| item(&n.to_string(), &format!("u{n}"), &format!("frigolux {n}")))
            .collect();
        let done = poll(&store, "a", now, &items[..4]);
        store.record_poll(&done, Some(&owner)).unwrap();
    }
}

#[test]
fn a_killed_writer_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open(folder.path()).unwrap());
    let mut total = 0;
    for round in 0..12_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store_many::child_that_is_killed"])
            .env(PART, folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // It dies in the middle of writing, however long this machine takes to start it.
        let watching = Store::open(folder.path()).unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        while watching.count_mentions().unwrap() < total + 10 {
            assert!(Instant::now() < deadline, "the child wrote nothing");
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_millis(round * 13 % 50));
        child.kill().unwrap();
        child.wait().unwrap();

        let mut store = Store::open(folder.path()).unwrap();
        let count = store.count_mentions().unwrap();
        assert!(count >= total);
        total = count;
        // The source is as its last recorded poll left it, and free for the next.
        let state = store.source_state(&key("a")).unwrap();
        assert_eq!(
            state.is_some_and(|state| state.last_poll.is_some()),
            count > 0
        );
        let owner = Owner::new(folder.path()).unwrap();
        assert!(
            store
                .claim_source(&key("a"), "a", &owner, at(0))
                .unwrap()
                .is_some()
        );
        store.release_source(&key("a"), &owner).unwrap();
    }
    assert!(total > 100, "the children did write: {total}");
    let store = Store::open(folder.path()).unwrap();
    let all = store.newest(0, usize::MAX).unwrap();
    let texts: BTreeSet<_> = all.iter().map(|mention| &mention.item.text).collect();
    assert_eq!(texts.len(), all.len(), "each once");
    let numbers: BTreeSet<u64> = texts
        .iter()
        .map(|text| text[9..].parse().unwrap())
        .collect();
    assert_eq!(numbers, (0..total).collect(), "none is missing");
    assert_eq!(
        store.changes(Sequence(0), usize::MAX).unwrap().list.len(),
        all.len()
    );
}

/// A line of a file; each third has no identifier.
fn line(number: u64) -> Past {
    let (id, address) = (
        number.to_string(),
        format!("https://forum.example/{number}"),
    );
    let id = if number.is_multiple_of(3) { "" } else { &id };
    let item = item(id, &address, &format!("frigolux {number}"));
    let identity = Identity::alone(&key("file"), &item, Some(&address));
    let judged = Judged {
        matches: vec![(watchlist("w"), Vec::new())],
        scores: scores(Sentiment::Negative),
        baseline: true,
    };
    Past {
        draft: Draft {
            item,
            canonical_url: Some(address),
            identity,
            verdict: Verdict::Matched(Box::new(judged)),
        },
        source: "file".to_owned(),
        source_key: key("file"),
        collected: at(0),
        status: Status::Open,
        tags: Vec::new(),
        copies: 0,
    }
}

/// Takes over some lines, and now and then sorts their keys in; tells how many were new and known.
fn take_over(store: &mut Store, lines: std::ops::Range<u64>) -> (u64, u64) {
    store.expect_much().unwrap();
    let (mut new, mut known) = (0, 0);
    for from in lines.clone().step_by(20) {
        let items = (from..lines.end.min(from + 20)).map(line).collect();
        let mut record = Some(PastRecord { now: at(0), items });
        let told = |taken: Taken| {
            new += taken.new;
            known += taken.known;
        };
        store.record_past(|| record.take(), told).unwrap();
        if from % 140 == 0 {
            store.sort_in().unwrap();
        }
    }
    (new, known)
}

/// Not a test of its own: the child that `an_import_that_is_killed_is_taken_up_again` kills.
#[test]
fn child_that_imports_and_is_killed() {
    let Ok(folder) = std::env::var(PART) else {
        return;
    };
    let mut store = Store::open(std::path::Path::new(&folder)).unwrap();
    take_over(&mut store, 0..1_000_000);
}

#[test]
fn an_import_that_is_killed_is_taken_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let mut total = 0;
    for round in 0..6_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store_many::child_that_imports_and_is_killed"])
            .env(PART, folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        while store.count_mentions().unwrap() < total + 50 {
            assert!(Instant::now() < deadline, "the child wrote nothing");
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_millis(round * 13 % 50));
        child.kill().unwrap();
        child.wait().unwrap();
        total = store.count_mentions().unwrap();
        // A source that shows what the file told, whether its keys are sorted in or not: each
        // address is known, and nothing is added.
        let shown: Vec<_> = (total - 3..total)
            .map(|n| item("", &format!("https://forum.example/{n}"), "frigolux"))
            .collect();
        assert_eq!(record(&mut store, "feed", 0, &shown).new, []);
    }
    assert_eq!(take_over(&mut store, 0..total + 70), (70, total));
    store.expect_little().unwrap();
    assert_eq!(store.count_mentions().unwrap(), total + 70);
    let all = store.newest(0, usize::MAX).unwrap();
    let texts: BTreeSet<_> = all.iter().map(|mention| &mention.item.text).collect();
    assert_eq!(texts.len(), all.len(), "each once");
}
