//! JSON Feed 1 and 1.1 (<https://www.jsonfeed.org/version/1.1/>).

use serde_json::{Map, Value};
use url::Url;

use crate::extract::{clean_line, clean_text, looks_like_html, parse_date, plain_text};
use crate::model::{Author, Item, ItemKind, Lang, Request};
use crate::sources::{MAX_ITEMS, Page, ParseError};

use super::assemble;
use super::link;

/// The most values of a document that is read: each takes memory, however short it is written.
const MAX_VALUES: usize = 1_500_000;

/// Reads a JSON Feed that came from `address`.
pub(super) fn read(text: &str, address: &Url) -> Result<Page, ParseError> {
    if memchr::memchr_iter(b',', text.as_bytes()).count() > MAX_VALUES {
        return Err(ParseError::Malformed {
            expected: "a JSON Feed of bounded size",
            found: format!("one of more than {MAX_VALUES} values"),
        });
    }
    let (feed, cut) = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(feed)) => (feed, false),
        Ok(_) => return Err(other("another kind of JSON")),
        Err(_) => repaired(text)?,
    };
    let string = |name: &str| feed.get(name).and_then(Value::as_str);
    let versioned = string("version").is_some_and(|version| version.contains("jsonfeed.org"));
    let Some(entries) = feed.get("items").and_then(Value::as_array) else {
        if versioned && !cut {
            return Err(ParseError::Malformed {
                expected: "a list of items",
                found: "a JSON Feed without one".to_owned(),
            });
        }
        return Err(other("another kind of JSON"));
    };
    let home = string("home_page_url").and_then(|home| link::resolve(address, home));
    let base = home.as_ref().unwrap_or(address);
    let authors = names(&feed);
    let language = string("language").and_then(Lang::parse);
    let mut blank = 0;
    let mut items = Vec::new();
    for entry in entries.iter().take(MAX_ITEMS) {
        match entry.as_object().and_then(|entry| item(entry, base)) {
            Some(mut item) => {
                item.author.name = item.author.name.or_else(|| authors.clone());
                item.lang_hint = item.lang_hint.or(language);
                items.push(item);
            }
            None => blank += 1,
        }
    }
    if items.is_empty() && cut {
        return Err(ParseError::Malformed {
            expected: "a whole item",
            found: "a JSON Feed that breaks off before the end of its first".to_owned(),
        });
    }
    let (items, mut notes) = assemble::settle(items, home.as_ref().map(Url::as_str));
    if blank > 0 {
        notes.push(format!("left out, as they say nothing: {blank}"));
    }
    if cut {
        notes.push("the feed is damaged; items after the damage were left out".to_owned());
    }
    Ok(Page {
        items,
        next: string("next_url")
            .and_then(|next| link::resolve(address, next))
            .filter(|next| next != address)
            .map(Request::get),
        title: string("title")
            .map(words_on_a_line)
            .filter(|title| !title.is_empty()),
        notes,
        ..Page::default()
    })
}

fn other(found: &str) -> ParseError {
    ParseError::NotThisKind {
        expected: "a feed",
        found: found.to_owned(),
    }
}

fn item(entry: &Map<String, Value>, base: &Url) -> Option<Item> {
    let string = |name: &str| {
        entry
            .get(name)
            .and_then(Value::as_str)
            .map(str::trim)
            .filter(|text| !text.is_empty())
    };
    // Version 1 allowed numbers, and feeds of version 1.1 still have them.
    let native_id = match entry.get("id") {
        Some(Value::String(id)) if !id.trim().is_empty() => Some(id.trim().to_owned()),
        Some(Value::Number(id)) => Some(id.to_string()),
        _ => None,
    };
    let url = ["url", "external_url"]
        .into_iter()
        .filter_map(string)
        .find_map(|address| link::resolve(base, address))
        .or_else(|| {
            let id = native_id.as_deref()?;
            id.starts_with("http")
                .then(|| link::resolve(base, id))
                .flatten()
        });
    let text = string("content_text")
        .map(clean_text)
        .or_else(|| string("content_html").map(plain_text))
        .filter(|text| !text.is_empty())
        .or_else(|| string("summary").map(plain_text))
        .unwrap_or_default();
    let title = string("title")
        .map(words_on_a_line)
        .filter(|title| !title.is_empty());
    if native_id.is_none() && url.is_none() && title.is_none() && text.is_empty() {
        return None;
    }
    Some(Item {
        permalink: url.is_some(),
        url: url.map(String::from),
        native_id,
        kind: ItemKind::Article,
        title,
        text,
        author: Author {
            name: names(entry),
            ..Author::default()
        },
        published: ["date_published", "date_modified"]
            .into_iter()
            .filter_map(string)
            .find_map(parse_date),
        lang_hint: string("language").and_then(Lang::parse),
        ..Item::default()
    })
}

fn words_on_a_line(text: &str) -> String {
    if looks_like_html(text) {
        clean_line(plain_text(text))
    } else {
        clean_line(text)
    }
}

/// `authors` of version 1.1, else `author` of version 1.
fn names(object: &Map<String, Value>) -> Option<String> {
    let single = object.get("author");
    let several = object.get("authors").and_then(Value::as_array);
    let mut found: Vec<String> = Vec::new();
    for author in several.into_iter().flatten().chain(single).take(20) {
        let name = author
            .get("name")
            .or(Some(author))
            .and_then(Value::as_str)
            .map(clean_line);
        found.extend(name.filter(|name| !name.is_empty() && !found.contains(name)));
    }
    (!found.is_empty()).then(|| clean_line(found.join(", ")))
}

/// What can be read of damaged JSON: what precedes the items, and the items up to the damage;
/// and whether anything is lost.
fn repaired(text: &str) -> Result<(Map<String, Value>, bool), ParseError> {
    let fixed = escaped_breaks(text);
    if let Ok(Value::Object(feed)) = serde_json::from_str(&fixed) {
        return Ok((feed, false));
    }
    let Some((head, rest)) = split_at_items(&fixed) else {
        return Err(ParseError::Malformed {
            expected: "a JSON Feed",
            found: "JSON that is damaged before its items".to_owned(),
        });
    };
    let mut feed: Map<String, Value> =
        serde_json::from_str(&format!("{head}\"items\":null}}")).unwrap_or_default();
    let mut items = Vec::new();
    let mut rest = rest;
    while items.len() < MAX_ITEMS {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let Some(Ok(value @ Value::Object(_))) = values.next() else {
            break;
        };
        let used = values.byte_offset();
        items.push(value);
        rest = rest.get(used..).unwrap_or_default();
    }
    feed.insert("items".to_owned(), Value::Array(items));
    Ok((feed, true))
}

/// The text before `"items": [` and after it.
fn split_at_items(text: &str) -> Option<(&str, &str)> {
    text.match_indices("\"items\"").find_map(|(at, found)| {
        let rest = text
            .get(at + found.len()..)?
            .trim_start()
            .strip_prefix(':')?;
        Some((text.get(..at)?, rest.trim_start().strip_prefix('[')?))
    })
}

/// Line breaks and tabs within strings, which JSON forbids and people write, as escapes.
fn escaped_breaks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut within, mut escaped) = (false, false);
    for c in text.chars() {
        match c {
            '"' if !escaped => within = !within,
            '\n' if within => {
                out.push_str("\\n");
                escaped = false;
                continue;
            }
            '\r' if within => continue,
            '\t' if within => {
                out.push_str("\\t");
                escaped = false;
                continue;
            }
            _ => {}
        }
        escaped = within && c == '\\' && !escaped;
        out.push(c);
    }
    out
}
