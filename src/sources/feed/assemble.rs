//! What only all items of a feed together tell.

use std::collections::{HashMap, HashSet};

use crate::extract::{canonical_url, content_hash};
use crate::model::Item;

/// Drops items that occur twice, takes ids from items that share one without being the same,
/// and finds out whose address is theirs alone. `site` is the address of the feed's home page.
///
/// Gives the items and what is to be said of them.
pub(super) fn settle(items: Vec<Item>, site: Option<&str>) -> (Vec<Item>, Vec<String>) {
    let mut notes = Vec::new();
    let before = items.len();
    let mut items = without_copies(items);
    if items.len() < before {
        notes.push(format!(
            "items that occur more than once, taken once: {}",
            before - items.len()
        ));
    }
    let shared_ids = forget_shared_ids(&mut items);
    if shared_ids > 0 {
        notes.push(format!(
            "items whose id another has, too, so that it tells nothing: {shared_ids}"
        ));
    }
    let site = site.and_then(canonical_url);
    let mut uses: HashMap<String, usize> = HashMap::new();
    let canonical: Vec<Option<String>> = items
        .iter()
        .map(|item| item.url.as_deref().and_then(canonical_url))
        .collect();
    for address in canonical.iter().flatten() {
        *uses.entry(address.clone()).or_default() += 1;
    }
    for (item, address) in items.iter_mut().zip(&canonical) {
        item.permalink = address
            .as_ref()
            .is_some_and(|address| uses.get(address) == Some(&1) && site.as_ref() != Some(address));
    }
    (items, notes)
}

/// Leaves out items with the id, address and words of one before.
fn without_copies(items: Vec<Item>) -> Vec<Item> {
    let mut uses: HashMap<(Option<&str>, Option<&str>), usize> = HashMap::new();
    for item in &items {
        *uses.entry(claim(item)).or_default() += 1;
    }
    // Their words are looked at only where the rest is the same.
    let alike: Vec<bool> = items
        .iter()
        .map(|item| uses.get(&claim(item)).is_some_and(|count| *count > 1))
        .collect();
    let mut seen = HashSet::new();
    items
        .into_iter()
        .zip(alike)
        .filter(|(item, alike)| {
            !alike || seen.insert((item.native_id.clone(), item.url.clone(), content_hash(item)))
        })
        .map(|(item, _)| item)
        .collect()
}

/// What an item says it is.
fn claim(item: &Item) -> (Option<&str>, Option<&str>) {
    (item.native_id.as_deref(), item.url.as_deref())
}

/// An id that different items carry would make them one: the next to come with it would be
/// taken for an old one and lost.
fn forget_shared_ids(items: &mut [Item]) -> usize {
    let mut uses: HashMap<String, usize> = HashMap::new();
    for id in items.iter().filter_map(|item| item.native_id.as_ref()) {
        *uses.entry(id.clone()).or_default() += 1;
    }
    let mut forgotten = 0;
    for item in items {
        if item
            .native_id
            .as_ref()
            .is_some_and(|id| uses.get(id).is_some_and(|count| *count > 1))
        {
            item.native_id = None;
            forgotten += 1;
        }
    }
    forgotten
}
