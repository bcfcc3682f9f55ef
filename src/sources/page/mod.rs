//! `kind = "page"`: the items of a web page, found by CSS selectors.
//!
//! In goes a page, out come its items and the link to the next page. A selector is `css`, or
//! `css @attribute`, or `@attribute` of the item itself.
//!
//! Invariant: a page that would take a tree builder more than linear time is refused before a
//! tree is built.
//! Invariant: what belongs to an item within an item (a reply) does not become part of the outer.

mod fields;
mod rating;
mod selector;

use std::collections::HashMap;

use scraper::{ElementRef, Html, Selector};
use url::Url;

use crate::extract::{canonical_url, check_html, clean_line, plain_text, unwrap_redirect};
use crate::model::{Author, Item, Lang, PageSettings, Request, SourceState};

use self::selector::{Field, Selectors};
use super::{
    Adapter, Answer, Asking, MAX_ITEMS, Manifest, Page, ParseError, Refusal, Robots, html,
    page_request,
};

const EXPECTED: &str = "an HTML page";

/// Elements looked at in all items of a page together; items may lie within one another.
const MAX_VISITS: usize = 2_000_000;

pub(super) static MANIFEST: Manifest = Manifest {
    robots: Robots::Obeyed,
    limits: "what the page shows, and as many next pages as the settings allow",
    ..Manifest::OPEN
};

/// Reads web pages.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageAdapter<'a> {
    settings: &'a PageSettings,
}

impl<'a> PageAdapter<'a> {
    /// The adapter of one page.
    pub(super) fn new(settings: &'a PageSettings) -> Self {
        Self { settings }
    }
}

/// What is wrong with the selectors of a page: the field of the settings and a message, for
/// each one that cannot be read.
pub fn check_selectors(settings: &PageSettings) -> Vec<(&'static str, String)> {
    selector::problems(settings)
}

impl Adapter for PageAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, _asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        Ok(vec![page_request(self.settings.url.clone())])
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let response = answer.response;
        let selectors = Selectors::compile(self.settings)?;
        let text = html::text(response, EXPECTED)?;
        if let Some(found) = other_kind(&text) {
            return Err(ParseError::NotThisKind {
                expected: EXPECTED,
                found: found.to_owned(),
            });
        }
        check_html(&text).map_err(|found| ParseError::TooDeep { found })?;
        let document = Html::parse_document(&text);
        let reading = Reading {
            settings: self.settings,
            selectors: &selectors,
            base: base(&document, &response.url),
            address: &response.url,
        };
        reading.page(&document)
    }

    fn max_pages(&self, _state: &SourceState) -> u32 {
        self.settings.max_pages.max(1)
    }
}

/// What a text is that is no page.
fn other_kind(text: &str) -> Option<&'static str> {
    let start = text.trim_start();
    if start.starts_with(['{', '[']) {
        return Some("JSON");
    }
    let head: String = start.chars().take(400).collect();
    let feed = head.contains("<rss") || head.contains("<feed") || head.contains("<rdf:RDF");
    (feed && !head.contains("<html")).then_some("a feed: use `kind = \"feed\"`")
}

/// What addresses of the page are relative to: `<base href>`, else where it came from.
fn base(document: &Html, address: &Url) -> Url {
    first(document, "base[href]")
        .and_then(|base| address.join(base.attr("href")?.trim()).ok())
        .unwrap_or_else(|| address.clone())
}

/// The first match of a selector of ours.
fn first<'a>(document: &'a Html, css: &str) -> Option<ElementRef<'a>> {
    let selector = Selector::parse(css).ok()?;
    document.select(&selector).next()
}

/// One page being read.
struct Reading<'a> {
    settings: &'a PageSettings,
    selectors: &'a Selectors,
    base: Url,
    address: &'a Url,
}

impl Reading<'_> {
    fn page(&self, document: &Html) -> Result<Page, ParseError> {
        let language =
            first(document, "html[lang]").and_then(|html| Lang::parse(html.attr("lang")?.trim()));
        let mut items = Vec::new();
        let mut matched: HashMap<&'static str, usize> = HashMap::new();
        let mut notes = Vec::new();
        let (mut found, mut visits) = (0_usize, 0_usize);
        for element in document.select(&self.selectors.item) {
            visits += element.descendants().take(MAX_VISITS).count();
            if found >= MAX_ITEMS || visits > MAX_VISITS {
                notes.push(format!("only the first {found} items were read"));
                break;
            }
            found += 1;
            if let Some(mut item) = self.item(element, &mut matched) {
                item.lang_hint = item.lang_hint.or(language);
                items.push(item);
            }
        }
        if found == 0 {
            return Err(ParseError::NothingMatched {
                field: "item",
                selector: self.settings.item.clone(),
            });
        }
        let silent: Vec<(&'static str, &str)> = selector::given(self.settings)
            .filter(|(name, _)| !matched.contains_key(name))
            .collect();
        if items.is_empty() {
            let (field, selector) = silent
                .first()
                .copied()
                .unwrap_or(("item", self.settings.item.as_str()));
            return Err(ParseError::NothingMatched {
                field,
                selector: selector.to_owned(),
            });
        }
        for (field, selector) in silent {
            notes.push(format!(
                "`{field} = \"{selector}\"` matches in none of the items ({found})"
            ));
        }
        if items.len() < found {
            notes.push(format!(
                "left out, as they say nothing: {}",
                found - items.len()
            ));
        }
        let items = self.settle(items);
        Ok(Page {
            next: self.next(document),
            title: first(document, "title")
                .map(|title| clean_line(title.text().collect::<String>()))
                .filter(|title| !title.is_empty()),
            items,
            notes,
            ..Page::default()
        })
    }

    /// Reads one item, counting the fields that matched; `None` if it says nothing.
    fn item(
        &self,
        element: ElementRef<'_>,
        matched: &mut HashMap<&'static str, usize>,
    ) -> Option<Item> {
        let mut find = |name: &'static str, field: &Option<Field>| {
            let found = field
                .as_ref()
                .map(|field| field.find(element, &self.selectors.item))?;
            if !found.is_empty() {
                *matched.entry(name).or_default() += 1;
            }
            Some(found)
        };
        let selectors = self.selectors;
        let title = find("title", &selectors.title).and_then(|found| found.line());
        let link = find("link", &selectors.link).and_then(|found| found.address(&self.base));
        let name = find("author", &selectors.author).and_then(|found| found.line());
        let published = find("date", &selectors.date).and_then(|found| found.date());
        let rating = find("rating", &selectors.rating).and_then(|found| found.rating());
        let native_id = find("id", &selectors.id).and_then(|found| found.line());
        let text = match find("text", &selectors.text) {
            Some(found) => found.text(),
            None => plain_text(&fields::html_of(element, &selectors.item)),
        };
        if title.is_none() && text.is_empty() {
            return None;
        }
        let handle = name
            .clone()
            .filter(|name| name.starts_with('@') && !name.contains(' '));
        Some(Item {
            native_id,
            permalink: link.is_some(),
            url: Some(link.map_or_else(
                || self.address.to_string(),
                |link| unwrap_redirect(link).to_string(),
            )),
            kind: self.settings.item_kind,
            title,
            text,
            author: Author {
                name,
                handle,
                followers: None,
            },
            published,
            rating,
            ..Item::default()
        })
    }

    /// An address is an item's own if no other item and not the page itself has it. An id that
    /// several items share tells nothing.
    fn settle(&self, mut items: Vec<Item>) -> Vec<Item> {
        let mut addresses: HashMap<String, usize> = HashMap::new();
        let mut ids: HashMap<String, usize> = HashMap::new();
        for item in &items {
            if let Some(address) = item.url.as_deref().and_then(canonical_url) {
                *addresses.entry(address).or_default() += 1;
            }
            if let Some(id) = &item.native_id {
                *ids.entry(id.clone()).or_default() += 1;
            }
        }
        let page = canonical_url(self.address.as_str());
        for item in &mut items {
            let address = item.url.as_deref().and_then(canonical_url);
            item.permalink &= address != page
                && address.is_some_and(|address| addresses.get(&address) == Some(&1));
            item.native_id = item.native_id.take().filter(|id| ids.get(id) == Some(&1));
        }
        items
    }

    fn next(&self, document: &Html) -> Option<Request> {
        let field = self.selectors.next.as_ref()?;
        let next = field.find_in_page(document).address(&self.base)?;
        (next != *self.address && next != self.settings.url).then(|| page_request(next))
    }
}
