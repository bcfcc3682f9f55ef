//! Pages with JSON-LD, microdata, RDFa and other data for programs, each with what another reader
//! found in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ascolto::extract::{Structured, Thing, Value, plain_text, structured};
use serde_json::Value as Json;
use url::Url;

use super::{Wholes, corpus};

/// The share of files whose every item must come out whole.
const GOAL: f64 = 0.98;

/// Things within things are compared up to here.
const MAX_DEPTH: usize = 40;

/// Where the other reader was told that its files came from.
const BASES: &[(&str, &str)] = &[
    (
        "microdata.object",
        "http://www.example.com/microdata/test.html",
    ),
    ("w3crdfa", "http://www.example.com/index.html"),
    ("7.1", "http://blog.example.com/progress-report"),
    (
        "elysianfields",
        "http://www.songkick.com/artists/236156-elysian-fields",
    ),
    (
        "tovestyrke",
        "https://www.songkick.com/concerts/30166884-tove-styrke-at-hoxton-square-bar-and-kitchen",
    ),
    ("wikipedia", "http://www.example.com/index.html"),
    ("Portfolio", "http://nielslubberman.nl/drupal/"),
    ("expanded_OG", "http://www.example.com/index.html"),
];

fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .flat_map(|entry| fs::read_dir(entry.unwrap().path()).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "html"))
        .collect();
    found.sort();
    found
}

fn read(path: &Path) -> (Structured, Url) {
    let html = fs::read(path).unwrap();
    let shown = path.to_string_lossy();
    let base = BASES
        .iter()
        .find(|(part, _)| shown.contains(part))
        .map_or("https://corpus.example/page.html", |(_, base)| base);
    let url = Url::parse(base).unwrap();
    (structured(&String::from_utf8_lossy(&html), &url), url)
}

/// What was expected of a file, by the ending of the file that says so.
fn expected(path: &Path) -> Option<Json> {
    ["json", "jsonld", "expanded.json"]
        .iter()
        .map(|end| path.with_extension(end))
        .find_map(|path| fs::read(path).ok())
        .map(|text| serde_json::from_slice(&text).unwrap())
}

#[test]
fn every_item_comes_out_whole() {
    let folder = corpus("microdata");
    let mut wholes = Wholes::new();
    for path in pages(&folder) {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        let Some(expected) = expected(&path) else {
            let (page, _) = read(&path);
            println!("{name:<55} (nothing expected) {} things", page.things.len());
            continue;
        };
        let (page, _) = read(&path);
        let mut problems = Vec::new();
        compare(&page, &expected, &mut problems);
        problems.truncate(3);
        wholes.count(&name, &problems);
    }
    wholes.at_least(GOAL);
}

/// Compares what was found with what was expected, in the notation that the expectation is in.
fn compare(page: &Structured, expected: &Json, problems: &mut Vec<String>) {
    if let Json::Object(all) = expected {
        for name in ["microdata", "json-ld", "rdfa"] {
            if let Some(list) = all.get(name) {
                compare(page, list, problems);
            }
        }
        return;
    }
    let list = expected.as_array().unwrap();
    let mut tops: Vec<usize> = page.top.clone();
    for item in list {
        if item.get("namespaces").is_some() || item.get("namespace").is_some() {
            head(page, item, problems);
            continue;
        }
        let mut why = Vec::new();
        let found = tops.iter().position(|place| {
            let mut differences = Vec::new();
            same(page, *place, item, 0, &mut differences);
            let fits = differences.is_empty();
            if !fits && (why.is_empty() || differences.len() < why.len()) {
                why = differences;
            }
            fits
        });
        match found {
            Some(at) => drop(tops.remove(at)),
            None if said_only_of_the_page(item) => {}
            None => problems.push(format!(
                "no {} like {}: {}",
                item.get("@type")
                    .or(item.get("type"))
                    .unwrap_or(&Json::Null),
                item.to_string().chars().take(120).collect::<String>(),
                why.join("; ").chars().take(500).collect::<String>()
            )),
        }
    }
}

/// Statements that have no title, link, id, date or text: used vocabularies, roles, style sheets,
/// and what an action wants typed in.
fn is_furniture(name: &str) -> bool {
    name.contains("rdfa#usesVocabulary")
        || name.contains("/1999/xhtml/vocab#")
        || name.ends_with("-input")
}

fn said_only_of_the_page(item: &Json) -> bool {
    item.as_object()
        .is_some_and(|item| item.keys().all(|name| name == "@id" || is_furniture(name)))
}

/// The names in the head: Open Graph and Dublin Core.
fn head(page: &Structured, expected: &Json, problems: &mut Vec<String>) {
    let mut wanted: Vec<(String, String)> = Vec::new();
    for pair in expected["properties"].as_array().into_iter().flatten() {
        wanted.push((text(&pair[0]), text(&pair[1])));
    }
    for list in ["elements", "terms"] {
        for element in expected[list].as_array().into_iter().flatten() {
            if element.get("content").is_some() {
                wanted.push((text(&element["name"]), text(&element["content"])));
            }
        }
    }
    for (name, content) in wanted {
        let there = page.head.meta.iter().any(|(own, value)| {
            own.eq_ignore_ascii_case(&name) && folded(value) == folded(&content)
        });
        if !there {
            problems.push(format!("the head lacks {name} = {content:?}"));
        }
    }
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The differences between a thing and what was expected, in either notation.
fn same(page: &Structured, place: usize, wanted: &Json, depth: usize, differ: &mut Vec<String>) {
    let thing: &Thing = page.thing(place).unwrap();
    if depth > MAX_DEPTH {
        return;
    }
    let object = wanted.as_object().unwrap();
    let is_microdata = object.contains_key("properties") || object.contains_key("type");
    let kinds = object.get(if is_microdata { "type" } else { "@type" });
    for kind in each(kinds) {
        if !thing.kinds.iter().any(|own| own == kind.as_str().unwrap()) {
            differ.push(format!("is no {kind} but {:?}", thing.kinds));
        }
    }
    let id = object.get(if is_microdata { "id" } else { "@id" });
    if let Some(id) = id.and_then(Json::as_str)
        && !id.starts_with("_:")
        && thing.id.as_deref() != Some(id)
    {
        differ.push(format!("its id is {:?}, not {id:?}", thing.id));
    }
    let none = serde_json::Map::new();
    let properties = if is_microdata {
        // An item without properties is given by its words.
        let own = object.get("properties").and_then(Json::as_object);
        own.unwrap_or(&none)
    } else {
        object
    };
    for (name, values) in properties {
        if name.starts_with('@') || is_furniture(name) {
            continue;
        }
        let found: Vec<&Value> = thing
            .properties
            .iter()
            .filter(|(own, _)| own == name)
            .map(|(_, value)| value)
            .collect();
        for value in each(Some(values)) {
            if !found.iter().any(|own| equal(page, own, value, depth)) {
                differ.push(format!(
                    "{name} is {:?}, not {}",
                    found.iter().take(3).collect::<Vec<_>>(),
                    value.to_string().chars().take(120).collect::<String>()
                ));
            }
        }
    }
}

fn each(value: Option<&Json>) -> Vec<&Json> {
    match value {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Array(list)) => list.iter().filter(|value| !value.is_null()).collect(),
        Some(value) => vec![value],
    }
}

fn equal(page: &Structured, found: &Value, wanted: &Json, depth: usize) -> bool {
    let plain = match wanted {
        Json::Object(object) => match object.get("@value") {
            Some(value) => value,
            None => {
                return match found {
                    Value::Thing(place) => {
                        let mut differences = Vec::new();
                        same(page, *place, wanted, depth + 1, &mut differences);
                        differences.is_empty()
                    }
                    Value::Link(link) => object.get("@id").is_some_and(|id| id == link.as_str()),
                    _ => false,
                };
            }
        },
        plain => plain,
    };
    let is_markup = wanted["@type"] == "http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral";
    let plain = match plain {
        Json::String(text) if is_markup => plain_text(text),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    match found {
        Value::Text(text) | Value::Markup(text) => folded(text) == folded(&plain),
        // The other reader was not always told where a page came from.
        Value::Link(link) => {
            *link == plain
                || Url::parse("https://corpus.example/page.html")
                    .and_then(|base| base.join(plain.trim()))
                    .is_ok_and(|url| url.as_str() == link)
        }
        Value::Thing(place) => page
            .thing(*place)
            .is_some_and(|thing| thing.id.as_deref() == Some(plain.as_str())),
    }
}

#[test]
fn cut_anywhere_they_give_an_answer_at_once() {
    for path in pages(&corpus("microdata")) {
        let html = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        let url = Url::parse("https://corpus.example/").unwrap();
        let step = (html.len() / 25).max(1);
        let started = Instant::now();
        for length in (0..html.len()).step_by(step) {
            if let Some(cut) = html.get(..length) {
                structured(cut, &url);
            }
        }
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "{}",
            path.display()
        );
    }
}
