//! The real program on real feeds: served from loopback, collected twice, searched.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use ascolto::clock::Clock;
use ascolto::demo::{Server, World};
use serde_json::Value;

use crate::corpus;

/// The feeds, with the number of items that each is known to hold.
fn feeds() -> Vec<(PathBuf, Option<usize>)> {
    let mut feeds = Vec::new();
    for folder in corpus("feeds").read_dir().unwrap().flatten() {
        for file in folder.path().read_dir().into_iter().flatten().flatten() {
            let path = file.path();
            let name = path.to_string_lossy();
            if name.ends_with(".serde.json") || path.extension().is_some_and(|end| end == "md") {
                continue;
            }
            let expected = std::fs::read(path.with_extension("serde.json")).ok();
            let items = expected.map(|text| {
                let expected: Value = serde_json::from_slice(&text).unwrap();
                expected["entries"].as_array().unwrap().len()
            });
            feeds.push((path, items));
        }
    }
    feeds.sort();
    feeds
}

fn ascolto(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let ran = Command::new(env!("CARGO_BIN_EXE_ascolto"))
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&ran.stderr)
    );
    String::from_utf8(ran.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

#[test]
fn every_item_of_every_feed_is_collected_once() {
    let feeds = feeds();
    let world = World::empty(Clock::System.now());
    let server = Server::start(world.clone()).unwrap();
    let mut names = String::new();
    let mut sources = String::new();
    for (number, (path, _)) in feeds.iter().enumerate() {
        let shown = format!("/{number}/{}", path.file_name().unwrap().to_str().unwrap());
        let kind = if path.extension().is_some_and(|end| end == "json") {
            "application/feed+json"
        } else {
            "application/xml"
        };
        world.put(&shown, kind, std::fs::read(path).unwrap());
        let or = if names.is_empty() { "" } else { " OR " };
        write!(names, "{or}feed{number}").unwrap();
        write!(
            sources,
            "\n[[source]]\nkind = \"feed\"\nname = \"feed{number}\"\nurl = \"{}\"\n",
            server.url(&shown)
        )
        .unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let settings = "[fetch]\nallow_private = [\"127.0.0.1\"]\ngap = \"0s\"\n";
    std::fs::write(folder.path().join("ascolto.toml"), settings).unwrap();
    std::fs::create_dir(folder.path().join("watchlists")).unwrap();
    let watchlist = format!("name = \"All\"\nquery = 'source:({names})'\n{sources}");
    std::fs::write(folder.path().join("watchlists/all.toml"), watchlist).unwrap();

    let collect = ["collect", "--all", "--format", "json"];
    let first = by_name(ascolto(folder.path(), &collect));
    let second = by_name(ascolto(folder.path(), &collect));
    let mut items = 0;
    for (number, (path, expected)) in feeds.iter().enumerate() {
        let name = format!("feed{number}");
        let row = &first[&name];
        match expected {
            Some(expected) => assert_eq!(row["items"], *expected, "{}: {row}", path.display()),
            // Malformed: its readable items, or an error that says what was expected.
            None if row["items"] == 0 => {
                let error = row["error"].as_str().unwrap_or_default();
                assert!(error.contains("expected"), "{}: {row}", path.display());
            }
            None => {}
        }
        assert_eq!(row["new"], row["items"], "{}: {row}", path.display());
        assert_eq!(second[&name]["new"], 0, "{}", path.display());
        items += usize::try_from(row["new"].as_u64().unwrap()).unwrap();
    }
    let found = ascolto(
        folder.path(),
        &["search", "--limit", "100000", "--format", "json"],
    );
    assert_eq!(found.len(), items);
    ascolto(folder.path(), &["index", "verify"]);
    println!("{items} items of {} feeds", feeds.len());
}

fn by_name(rows: Vec<Value>) -> BTreeMap<String, Value> {
    rows.into_iter()
        .map(|row| (row["name"].as_str().unwrap().to_owned(), row))
        .collect()
}
