//! What only all items of a page together tell: which are one and the same, and whose address an
//! address is.

use std::collections::HashMap;

use url::Url;

use crate::extract::canonical_url;
use crate::model::Item;

/// As many letters and digits decide whether two items begin alike: one notation may cut a text.
const BEGINNING: usize = 60;

/// Brings together what stands there twice; an address is an item's own if no other item and not
/// the page itself has it, and an id that several items share tells nothing.
pub(super) fn settle(items: Vec<Item>, page: &Url) -> Vec<Item> {
    let mut items = once(items);
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
    let page = canonical_url(page.as_str());
    for item in &mut items {
        let address = item.url.as_deref().and_then(canonical_url);
        item.permalink &= address != page
            && address.is_some_and(|address| addresses.get(&address) == Some(&1));
        item.native_id = item.native_id.take().filter(|id| ids.get(id) == Some(&1));
    }
    items
}

/// Items with the same author, kind and beginning are one; each tells what the other does not.
fn once(items: Vec<Item>) -> Vec<Item> {
    let mut places: HashMap<(String, &'static str, String), usize> = HashMap::new();
    let mut kept: Vec<Item> = Vec::with_capacity(items.len());
    for item in items {
        let words = if item.text.is_empty() {
            item.title.as_deref().unwrap_or_default()
        } else {
            &item.text
        };
        let key = (
            folded(item.author.name.as_deref().unwrap_or_default()),
            item.kind.as_str(),
            folded(words),
        );
        match places.get(&key).and_then(|place| kept.get_mut(*place)) {
            Some(same) if agree(same, &item) => join(same, item),
            _ => {
                places.insert(key, kept.len());
                kept.push(item);
            }
        }
    }
    kept
}

fn folded(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .take(BEGINNING)
        .collect()
}

/// Whether nothing says that two items that begin alike are two: another day, other stars,
/// another identifier, or, where neither is cut, another text.
fn agree(one: &Item, other: &Item) -> bool {
    fn same<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
        one.zip(other).is_none_or(|(one, other)| one == other)
    }
    let day = |item: &Item| item.published.map(|at| at.millis() / 86_400_000);
    let apart = day(one)
        .zip(day(other))
        .is_some_and(|(one, other)| (one - other).abs() > 1);
    !apart
        && same(one.rating.as_ref(), other.rating.as_ref())
        && same(one.native_id.as_ref(), other.native_id.as_ref())
        && (one.text.starts_with(other.text.trim_end_matches(['…', '.']))
            || other.text.starts_with(one.text.trim_end_matches(['…', '.']))
            || squeezed(&one.text) == squeezed(&other.text))
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn join(kept: &mut Item, other: Item) {
    if other.text.len() > kept.text.len() {
        kept.text = other.text;
    }
    if !kept.permalink && other.permalink {
        kept.url = other.url;
        kept.permalink = true;
    }
    kept.title = kept.title.take().or(other.title);
    kept.native_id = kept.native_id.take().or(other.native_id);
    kept.published = kept.published.or(other.published);
    kept.rating = kept.rating.or(other.rating);
    kept.engagement = kept.engagement.or(other.engagement);
    kept.parent = kept.parent.take().or(other.parent);
    kept.owner_reply = kept.owner_reply.take().or(other.owner_reply);
}
