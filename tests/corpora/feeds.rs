//! Feeds of all formats, each with the data that another reader found in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ascolto::extract::{canonical_url, clean_line, parse_date, plain_text};
use ascolto::model::{Item, Response};
use ascolto::sources::{Page, ParseError, read_feed};
use bytes::Bytes;
use serde_json::Value;
use url::Url;

use super::{Wholes, corpus};

/// The share of files whose every item must come out whole.
const GOAL: f64 = 0.98;

fn parse(body: Vec<u8>) -> Result<Page, ParseError> {
    read_feed(&Response {
        status: 200,
        headers: Vec::new(),
        body: Bytes::from(body),
        url: Url::parse("https://corpus.example/feed").unwrap(),
    })
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect();
    found.sort();
    found
}

#[test]
fn every_item_comes_out_whole() {
    let folder = corpus("feeds");
    let mut wholes = Wholes::new();
    for path in files(&folder) {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        if name.ends_with(".serde.json") {
            continue;
        }
        let body = fs::read(&path).unwrap();
        let raw = String::from_utf8_lossy(&body).into_owned();
        let page = parse(body);
        let expected = path.with_extension("serde.json");
        if !expected.is_file() {
            let found = page.map(|page| page.items.len());
            println!("{name:<45} (nothing expected) {found:?}");
            continue;
        }
        let expected: Value = serde_json::from_slice(&fs::read(expected).unwrap()).unwrap();
        let problems = match page {
            Ok(page) => differences(&page, &expected, &raw),
            Err(error) => vec![error.to_string()],
        };
        wholes.count(&name, &problems);
    }
    wholes.at_least(GOAL);
}

fn differences(page: &Page, expected: &Value, raw: &str) -> Vec<String> {
    let entries = expected["entries"].as_array().unwrap();
    let mut problems = Vec::new();
    if page.items.len() != entries.len() {
        problems.push(format!(
            "{} items, expected {}",
            page.items.len(),
            entries.len()
        ));
    }
    for (number, (item, entry)) in page.items.iter().zip(entries).enumerate() {
        let mut differ = |what: &str, found: Option<String>, wanted: String| {
            problems.push(format!(
                "item {number}: {what} is {found:?}, expected {wanted:?}"
            ));
        };
        compare(item, entry, raw, &mut differ);
    }
    problems
}

fn compare(
    item: &Item,
    entry: &Value,
    raw: &str,
    differ: &mut dyn FnMut(&str, Option<String>, String),
) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let id = text(&entry["id"]);
    // Where a file gives no id, the other reader made one up, of 32 digits or from the link.
    let given = raw.contains(id.as_str());
    if given
        && item
            .native_id
            .as_ref()
            .map_or(item.url.as_ref() != Some(&id), |own| *own != id)
    {
        differ("id", item.native_id.clone(), id);
    }
    let title = clean_line(plain_text(&text(&entry["title"]["content"])));
    if item.title.clone().unwrap_or_default() != title {
        differ("title", item.title.clone(), title);
    }
    let links: Vec<String> = entry["links"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|link| matches!(link["rel"].as_str(), None | Some("alternate")))
        .map(|link| text(&link["href"]))
        .collect();
    let own = item.url.as_deref().and_then(canonical_url);
    let same = |link: &String| {
        if let Some(link) = canonical_url(link) {
            return own.as_ref() == Some(&link);
        }
        // Relative: the other reader did not know where the file came from.
        let base = Url::parse("https://corpus.example/").unwrap();
        let joined = base.join(link).unwrap();
        own.as_ref().is_some_and(|own| own.ends_with(joined.path()))
    };
    if !links.is_empty() && !links.iter().any(same) {
        differ("link", item.url.clone(), links.join(" "));
    }
    let dates: Vec<_> = ["published", "updated"]
        .into_iter()
        .filter_map(|name| parse_date(entry[name].as_str()?))
        .collect();
    if !dates.is_empty() && !item.published.is_some_and(|at| dates.contains(&at)) {
        differ(
            "date",
            item.published.map(|at| at.to_string()),
            format!("{dates:?}"),
        );
    }
    let words: Vec<String> = [&entry["content"]["body"], &entry["summary"]["content"]]
        .into_iter()
        .map(|value| plain_text(&text(value)))
        .filter(|words| !words.is_empty())
        .collect();
    if item.text.is_empty() && !words.is_empty() {
        differ("text", None, words.concat().chars().take(60).collect());
    }
    for (what, text) in [
        ("title", item.title.as_deref().unwrap_or_default()),
        ("text", &item.text),
    ] {
        if text.contains("</p>") || text.contains("<br") || text.contains("&amp;") {
            differ(
                what,
                Some(text.chars().take(200).collect()),
                "no markup".to_owned(),
            );
        }
    }
}

#[test]
fn cut_anywhere_they_give_an_answer_at_once() {
    for path in files(&corpus("feeds")) {
        let body = fs::read(&path).unwrap();
        let step = (body.len() / 60).max(1);
        let whole = parse(body.clone())
            .map(|page| page.items)
            .unwrap_or_default();
        let started = Instant::now();
        for length in (0..body.len()).step_by(step) {
            let mut cut = body.clone();
            cut.truncate(length);
            if let Ok(page) = parse(cut) {
                assert!(
                    page.items.len() <= whole.len(),
                    "{} at {length}",
                    path.display()
                );
            }
        }
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "{}",
            path.display()
        );
    }
}
