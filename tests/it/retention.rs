//! What has passed its time goes, by watchlist, and gives its room back.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use ascolto::model::Item;
use ascolto::pipeline::index_tail;
use ascolto::store::Store;

use crate::harness::Instance;
use crate::world::{item, record};

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
