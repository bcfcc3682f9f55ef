//! JSON-LD: the scripts of a page that hold schema.org data.
//!
//! No contexts are fetched: names count as written, without the vocabulary before them.

use serde_json::{Map, Value as Json};

use super::{Structured, Value};
use crate::extract::markup::{Markup, Token};

use super::repair::parse;

/// The most scripts of one page that are read.
const MOST: usize = 2_000;

/// Reads all scripts of a page.
pub(super) fn read(html: &str, page: &mut Structured) {
    let mut markup = Markup::new(html);
    let mut scripts = 0;
    while let Some(token) = markup.next() {
        let Token::Start {
            name, attributes, ..
        } = token
        else {
            continue;
        };
        if name.eq_ignore_ascii_case("style") {
            markup.skip_raw(name);
        }
        if !name.eq_ignore_ascii_case("script") {
            continue;
        }
        let is_data = attributes.get("type").is_some_and(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            kind.eq_ignore_ascii_case("application/ld+json")
        });
        let body = markup.skip_raw(name);
        if !is_data || body.trim().is_empty() {
            continue;
        }
        scripts += 1;
        if scripts > MOST {
            page.say(format!("only its first {MOST} scripts of data were read"));
            break;
        }
        match parse(body) {
            Ok(values) => {
                for value in &values {
                    top(value, page);
                }
            }
            Err(error) => page.say(format!("a script of data cannot be read: {error}")),
        }
    }
}

/// What stands for itself: an object, the members of a list, the members of `@graph`.
fn top(value: &Json, page: &mut Structured) {
    match value {
        Json::Array(list) => list.iter().for_each(|value| top(value, page)),
        Json::Object(object) => {
            let graph = object.get("@graph");
            if let Some(graph) = graph {
                top(graph, page);
            }
            let says = object
                .keys()
                .any(|name| !matches!(name.as_str(), "@graph" | "@context" | "@id"));
            if (says || graph.is_none())
                && let Some(place) = thing(object, page)
                && page.top.last() != Some(&place)
            {
                page.top.push(place);
            }
        }
        _ => {}
    }
}

fn thing(object: &Map<String, Json>, page: &mut Structured) -> Option<usize> {
    let id = ["@id", "id"]
        .iter()
        .find_map(|name| object.get(*name)?.as_str())
        .map(str::trim)
        .filter(|id| !id.is_empty());
    let place = match id {
        Some(id) => page.identified(id)?,
        None => page.add(super::Thing::default())?,
    };
    for (name, value) in object {
        match name.as_str() {
            "@type" => kinds(place, value, page),
            "@context" | "@id" | "@graph" => {}
            _ => property(place, name, value, page),
        }
    }
    Some(place)
}

fn kinds(place: usize, value: &Json, page: &mut Structured) {
    let named: Vec<String> = match value {
        Json::Array(list) => list
            .iter()
            .filter_map(Json::as_str)
            .map(Into::into)
            .collect(),
        Json::String(kind) => vec![kind.clone()],
        _ => Vec::new(),
    };
    if let Some(thing) = page.things.get_mut(place) {
        for kind in named.into_iter().take(32) {
            if !thing.kinds.contains(&kind) {
                thing.kinds.push(kind);
            }
        }
    }
}

fn property(place: usize, name: &str, value: &Json, page: &mut Structured) {
    match value {
        Json::Null => {}
        Json::Bool(value) => page.put(place, name, Value::Text(value.to_string())),
        Json::Number(value) => page.put(place, name, Value::Text(value.to_string())),
        Json::String(text) => page.put(place, name, Value::Markup(text.clone())),
        Json::Array(list) => {
            for value in list {
                property(place, name, value, page);
            }
        }
        Json::Object(object) => {
            let plain = ["@value", "@list", "@set"]
                .iter()
                .find_map(|name| object.get(*name));
            if let Some(value) = plain {
                property(place, name, value, page);
            } else if let Some(inner) = thing(object, page) {
                page.put(place, name, Value::Thing(inner));
            }
        }
    }
}
