//! Microdata: `itemscope`, `itemprop`, `itemref`, by the rules of the HTML standard.

use std::collections::HashMap;

use ego_tree::{NodeId, NodeRef};
use scraper::{ElementRef, Html, Node};
use url::Url;

use super::{Structured, Thing, Value};
use crate::extract::sanitize::{clean_line, clean_text};
use crate::extract::tree::element_text;
use crate::extract::url::absolute_url;

/// The most elements that are looked at, those reached by several `itemref` counted each time.
const MAX_VISITS: usize = 3_000_000;

/// The most bytes of words that are read from a page; properties may lie within one another.
const MAX_WORDS: usize = 16 * 1024 * 1024;

/// Reads all items of a page.
pub(super) fn read(document: &Html, base: &Url, page: &mut Structured) {
    let mut reading = Reading {
        base,
        places: HashMap::new(),
        by_id: HashMap::new(),
        visits: 0,
        words: 0,
        page,
    };
    let elements: Vec<ElementRef<'_>> = document
        .tree
        .root()
        .descendants()
        .filter_map(ElementRef::wrap)
        .collect();
    for element in &elements {
        if let Some(id) = element.attr("id") {
            reading.by_id.entry(id).or_insert(*element);
        }
        if element.attr("itemscope").is_some() && reading.place(*element).is_none() {
            break;
        }
    }
    for element in &elements {
        let Some(place) = reading.places.get(&element.id()).copied() else {
            continue;
        };
        if element.attr("itemprop").is_none() {
            reading.page.top.push(place);
        }
        if !reading.fill(*element, place) {
            reading
                .page
                .say("its microdata refers to itself too often to be read whole".to_owned());
            return;
        }
    }
}

struct Reading<'a, 'b> {
    base: &'b Url,
    /// Where in the page's things an item stands.
    places: HashMap<NodeId, usize>,
    /// The first element with an `id`.
    by_id: HashMap<&'a str, ElementRef<'a>>,
    visits: usize,
    words: usize,
    page: &'b mut Structured,
}

impl<'a> Reading<'a, '_> {
    fn place(&mut self, item: ElementRef<'a>) -> Option<usize> {
        let words = |name: &str| -> Vec<String> {
            item.attr(name)
                .unwrap_or_default()
                .split_ascii_whitespace()
                .take(32)
                .map(Into::into)
                .collect()
        };
        let id = item.attr("itemid").map(|id| address(self.base, id));
        let place = self.page.add(Thing {
            kinds: words("itemtype"),
            id,
            properties: Vec::new(),
        })?;
        self.places.insert(item.id(), place);
        Some(place)
    }

    /// Collects the properties of an item, in the order of the page; says whether it came to an
    /// end within the bounds.
    fn fill(&mut self, item: ElementRef<'a>, place: usize) -> bool {
        if !item.children().all(|child| self.walk(child, place)) {
            return false;
        }
        let Some(references) = item.attr("itemref") else {
            return true;
        };
        let mut roots: HashMap<NodeId, ElementRef<'a>> = HashMap::new();
        let mut order = Vec::new();
        for id in references.split_ascii_whitespace().take(1_000) {
            self.visits += 1;
            if let Some(root) = self.by_id.get(id)
                && roots.insert(root.id(), *root).is_none()
            {
                order.push(*root);
            }
        }
        for root in order {
            // What lies within the item or another root was walked with that.
            let mut within = false;
            for outer in root.ancestors() {
                self.visits += 1;
                within |= outer.id() == item.id() || roots.contains_key(&outer.id());
            }
            if within || root.id() == item.id() {
                continue;
            }
            // By the standard, a reference to an item that is nobody's property gives nothing;
            // who writes one means the properties of that item.
            let borrowed = root.attr("itemscope").is_some() && root.attr("itemprop").is_none();
            let whole = if borrowed {
                root.children().all(|child| self.walk(child, place))
            } else {
                self.walk(*root, place)
            };
            if !whole {
                return false;
            }
        }
        true
    }

    /// Collects the properties in the subtree of `root`, itself included.
    fn walk(&mut self, root: NodeRef<'a, Node>, place: usize) -> bool {
        let mut pending = vec![root];
        while let Some(node) = pending.pop() {
            self.visits += 1;
            if self.visits > MAX_VISITS || self.words > MAX_WORDS {
                return false;
            }
            let Some(element) = ElementRef::wrap(node) else {
                continue;
            };
            let inner = self.places.get(&node.id()).copied();
            if let Some(names) = element.attr("itemprop") {
                let value = match inner {
                    Some(inner) => Some(Value::Thing(inner)),
                    None if element.attr("itemscope").is_some() => None,
                    None => Some(self.value(element)),
                };
                for name in names.split_ascii_whitespace().take(32) {
                    if let Some(value) = &value {
                        self.page.put(place, name, value.clone());
                    }
                }
            }
            if inner.is_none() {
                pending.extend(node.children().rev());
            }
        }
        true
    }

    /// The value of a property that is no item.
    fn value(&mut self, element: ElementRef<'a>) -> Value {
        let link = |name: &str| {
            let target = element.attr(name).unwrap_or_default();
            Value::Link(address(self.base, target))
        };
        // Beyond the standard, but what search engines read: `content` on any element.
        if let Some(content) = element.attr("content").filter(|text| !text.is_empty()) {
            return Value::Text(clean_text(content));
        }
        match element.value().name() {
            "meta" => Value::Text(String::new()),
            "audio" | "embed" | "iframe" | "img" | "source" | "track" | "video" => link("src"),
            "a" | "area" | "link" => link("href"),
            "object" => link("data"),
            "data" | "meter" if element.attr("value").is_some() => {
                Value::Text(clean_line(element.attr("value").unwrap_or_default()))
            }
            "time" if element.attr("datetime").is_some() => {
                Value::Text(clean_line(element.attr("datetime").unwrap_or_default()))
            }
            _ => {
                let text = element_text(element, |_| false);
                self.words += text.len() + 16;
                self.visits += element.descendants().count();
                Value::Text(text)
            }
        }
    }
}

/// An address of the page made absolute; one that cannot be stays as written.
fn address(base: &Url, target: &str) -> String {
    let target = target.trim();
    absolute_url(Some(base), target).map_or_else(|| target.to_owned(), |url| url.to_string())
}
