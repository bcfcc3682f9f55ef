//! What a page says of itself for programs: schema.org and its like, in JSON-LD, microdata and
//! RDFa, and the names in its head.
//!
//! In goes a page's HTML and its address; out come things with properties, one graph for the three
//! notations, and what could not be read, in words.
//!
//! Invariant: a thing may refer to any other, also to itself; who walks the graph bounds the walk.
//! Invariant: time and memory are linear in the page, also where thousands of items refer to one
//! another (`itemref`); what goes beyond the bounds is left out and said.

mod head;
mod json_ld;
mod microdata;
mod rdfa;
mod repair;

use std::collections::HashMap;

use scraper::Html;
use url::Url;

use super::html::{looks_like_html, plain_text};
use super::nesting::check_html;
use super::sanitize::{clean_line, clean_text};

pub use head::Head;

/// The most things of one page.
const MAX_THINGS: usize = 100_000;

/// The most properties of all things of one page.
const MAX_PROPERTIES: usize = 1_000_000;

/// Everything that a page says of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Structured {
    /// All things, nested ones as well.
    pub things: Vec<Thing>,
    /// The places in `things` of those that stand for themselves, in the order of the page.
    pub top: Vec<usize>,
    /// The head of the page: title, `<meta>`, and the pages that it names.
    pub head: Head,
    /// What could not be read, in words.
    pub problems: Vec<String>,
    /// Where in `things` an identifier of JSON-LD or RDFa stands.
    by_id: HashMap<String, usize>,
    properties: usize,
}

/// Something that a page describes: a review, a product, a person.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Thing {
    /// What it is, as written: `Review` or `http://schema.org/Review`.
    pub kinds: Vec<String>,
    /// Its identifier (`@id`, `itemid`, `resource`), as written.
    pub id: Option<String>,
    /// Its properties, in order; one with several values comes several times. Names as written.
    pub properties: Vec<(String, Value)>,
}

/// The value of a property.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Words as a reader sees them.
    Text(String),
    /// Words in which publishers may have left markup (the strings of JSON-LD).
    Markup(String),
    /// An absolute address.
    Link(String),
    /// Another thing, by its place in [`Structured::things`].
    Thing(usize),
}

/// `Review` of `http://schema.org/Review`, `schema:Review` and `Review`.
fn local(name: &str) -> &str {
    name.rsplit(['/', '#', ':']).next().unwrap_or(name)
}

impl Thing {
    /// Whether it is of that kind, whatever the vocabulary is called.
    pub fn is(&self, kind: &str) -> bool {
        self.kinds
            .iter()
            .any(|own| local(own).eq_ignore_ascii_case(kind))
    }

    /// The values of a property, whatever the vocabulary is called.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        self.properties
            .iter()
            .filter(move |(own, _)| local(own).eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The words of the first of these properties that has some, on several lines.
    pub fn text(&self, names: &[&str]) -> Option<String> {
        self.first(names, Value::text)
    }

    /// The words of the first of these properties that has some, on one line.
    pub fn line(&self, names: &[&str]) -> Option<String> {
        self.first(names, |value| value.text().map(|text| clean_line(&text)))
    }

    fn first<T>(&self, names: &[&str], read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        names
            .iter()
            .find_map(|name| self.values(name).find_map(&read))
    }
}

impl Value {
    /// Its words, without markup and cleaned; `None` for a thing and for nothing.
    pub fn text(&self) -> Option<String> {
        let text = match self {
            Self::Markup(text) if looks_like_html(text) => plain_text(text),
            Self::Text(text) | Self::Markup(text) => clean_text(text),
            Self::Link(link) => clean_line(link),
            Self::Thing(_) => return None,
        };
        Some(text).filter(|text| !text.is_empty())
    }
}

/// Reads what a page says of itself. `url` is where it came from.
pub fn structured(html: &str, url: &Url) -> Structured {
    let mut page = Structured {
        head: head::read(html, url),
        ..Structured::default()
    };
    json_ld::read(html, &mut page);
    let has = |mark: &str| memchr::memmem::find(html.as_bytes(), mark.as_bytes()).is_some();
    let (microdata, rdfa) = (
        has("itemscope") || has("ITEMSCOPE"),
        has("typeof=") || has("property=") || has("vocab="),
    );
    if !microdata && !rdfa {
        return page;
    }
    if let Err(error) = check_html(html) {
        page.problems
            .push(format!("its microdata was not read, as {error}"));
        return page;
    }
    let document = Html::parse_document(html);
    let base = page.head.base.clone().unwrap_or_else(|| url.clone());
    if microdata {
        microdata::read(&document, &base, &mut page);
    }
    if rdfa {
        rdfa::read(&document, &base, &mut page);
    }
    page
}

impl Structured {
    /// The thing at that place.
    pub fn thing(&self, place: usize) -> Option<&Thing> {
        self.things.get(place)
    }

    /// Makes a thing; `None` where there are too many.
    fn add(&mut self, thing: Thing) -> Option<usize> {
        if self.things.len() >= MAX_THINGS {
            self.say(format!("only its first {MAX_THINGS} things were read"));
            return None;
        }
        self.things.push(thing);
        Some(self.things.len() - 1)
    }

    /// The thing with that identifier, made where there is none.
    fn identified(&mut self, id: &str) -> Option<usize> {
        if let Some(place) = self.by_id.get(id) {
            return Some(*place);
        }
        let place = self.add(Thing {
            id: Some(id.to_owned()),
            ..Thing::default()
        })?;
        self.by_id.insert(id.to_owned(), place);
        Some(place)
    }

    fn put(&mut self, place: usize, name: &str, value: Value) {
        if self.properties >= MAX_PROPERTIES {
            self.say(format!(
                "only its first {MAX_PROPERTIES} properties were read"
            ));
            return;
        }
        if let Some(thing) = self.things.get_mut(place) {
            self.properties += 1;
            thing.properties.push((name.to_owned(), value));
        }
    }

    /// Notes a problem once.
    fn say(&mut self, problem: String) {
        if !self.problems.contains(&problem) && self.problems.len() < 20 {
            self.problems.push(problem);
        }
    }
}

#[cfg(test)]
mod tests;
