//! What has passed its time goes, by watchlist, and gives its room back.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use ascolto::model::{Item, MentionId};
use ascolto::pipeline::index_tail;
use ascolto::store::{CopiesFound, CopyOf, Store};

use crate::harness::Instance;
use crate::world::{at, item, record};

const DAY: i64 = 86_400;

fn bytes_in(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(found) if found.is_dir() => bytes_in(&entry.path()),
            Ok(found) => found.len(),
            Err(_) => 0,
        })
        .sum()
}

#[test]
fn a_watchlist_keeps_for_as_long_as_it_says_and_the_disk_is_given_back() {
    let instance = Instance::new()
        .file("ascolto.toml", "[retention]\nmentions = \"forever\"\n")
        .file(
            "watchlists/w.toml",
            "name = \"W\"\nquery = \"frigolux\"\nretention = \"30d\"\n",
        )
        .file("watchlists/v.toml", "name = \"V\"\nquery = \"gelomax\"\n");
    let index = instance.path().join("index");
    let mut store = Store::open(&index).unwrap();
    let long = "parole che occupano spazio sul disco, ".repeat(60);
    let items = |word: &str, count: usize| -> Vec<Item> {
        (0..count)
            .map(|n| item(&format!("{word}-{n}"), "", &format!("{word} {n} {long}")))
            .collect()
    };
    // Old ones of the one, of the other and of both; and new ones of the first.
    record(
        &mut store,
        "a",
        -90 * DAY,
        &items("frigolux scaduto", 3_000),
    );
    record(&mut store, "b", -90 * DAY, &items("gelomax", 100));
    record(&mut store, "c", -90 * DAY, &items("frigolux gelomax", 100));
    record(&mut store, "d", -DAY, &items("frigolux", 100));
    index_tail::tail(&store).unwrap();
    let before = bytes_in(&index);
    drop(store);
    let running = instance.start(&["run"]);
    let deadline = Instant::now() + Duration::from_mins(1);
    let small = || bytes_in(&index) < before / 4;
    while !small() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(running.signal("TERM", 10), Some(0));
    assert!(small(), "{} of {before} bytes are left", bytes_in(&index));
    let store = Store::open(&index).unwrap();
    assert_eq!(store.count_mentions().unwrap(), 300);
    assert!(index_tail::verify(&store).unwrap().is_equal());
}

#[test]
fn an_original_goes_with_its_thousands_of_copies_at_once() {
    const COPIES: i64 = 6_000;
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let items: Vec<Item> = (0..=COPIES)
        .map(|n| item(&n.to_string(), "", &format!("frigolux {n}")))
        .collect();
    let ids = record(&mut store, "a", -90 * DAY, &items).new;
    let copies = ids[1..].iter().map(|mention| CopyOf {
        mention: *mention,
        original: ids[0],
        likeness: 900,
        split: false,
    });
    let found = CopiesFound {
        after: MentionId(0),
        upto: ids[0],
        copies: copies.collect(),
        originals: Vec::new(),
        forget_before: at(0),
    };
    assert!(store.fold_copies(&found).unwrap());
    assert_eq!(store.mention(ids[0]).unwrap().unwrap().copies, 6_000);

    // One copy after the other inherits what is left, a batch at a time.
    let begun = Instant::now();
    let mut gone = 0;
    while gone < items.len() {
        gone += store.purge_mentions(at(0), 500).unwrap();
        let left = store.count_mentions().unwrap();
        let originals = store.count_originals().unwrap();
        assert_eq!(originals, u64::from(left > 0), "{left} are left");
    }
    assert_eq!(gone, items.len());
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
}
