//! What only all items of a page together tell: which are one and the same, and whose address an
//! address is.

use std::collections::HashMap;

use url::Url;

use crate::extract::canonical_url;
use crate::model::Item;

/// As many letters and digits decide whether two items begin alike: one notation may cut a text.
const BEGINNING: usize = 30;

/// Brings together what stands there twice; an address is an item's own if no other item and not
/// the page itself has it, and an id that several items share tells nothing.
pub(super) fn settle(items: Vec<Item>, page: &Url) -> Vec<Item> {
    let mut items = once(items);
    if are_positions(&items) {
        for item in &mut items {
            item.native_id = None;
            if item.url.as_ref().is_some_and(|url| url.contains('#')) {
                item.permalink = false;
            }
        }
    }
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
        item.permalink &=
            address != page && address.is_some_and(|address| addresses.get(&address) == Some(&1));
        item.native_id = item.native_id.take().filter(|id| ids.get(id) == Some(&1));
    }
    items
}

/// Whether the identifiers only count the items of the page: `#review-1`, `#review-2`, …, which
/// are others tomorrow.
fn are_positions(items: &[Item]) -> bool {
    let numbers: Option<Vec<u64>> = items
        .iter()
        .filter_map(|item| item.native_id.as_deref())
        .map(|id| {
            let name = id.trim_end_matches(|c: char| c.is_ascii_digit());
            id.get(name.len()..)?.parse().ok()
        })
        .collect();
    let Some((first, rest)) = numbers.as_deref().and_then(<[u64]>::split_first) else {
        return false;
    };
    let mut before = *first;
    *first <= 1
        && rest.iter().all(|number| {
            let follows = *number == before + 1;
            before = *number;
            follows
        })
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
        && begins(&squeezed(&one.text), &squeezed(&other.text))
}

/// Whether one of two texts is the beginning of the other.
fn begins(one: &str, other: &str) -> bool {
    let cut = |text: &str| text.trim_end_matches(['…', '.']).len();
    let length = cut(one).min(cut(other));
    length > 0 && one.get(..length) == other.get(..length)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Author, Timestamp};

    fn review(id: Option<&str>, author: &str, text: &str) -> Item {
        Item {
            native_id: id.map(Into::into),
            url: Some(format!("https://shop.example/p{}", id.unwrap_or_default())),
            permalink: id.is_some(),
            text: text.to_owned(),
            author: Author {
                name: Some(author.to_owned()),
                ..Author::default()
            },
            ..Item::default()
        }
    }

    fn settled(items: Vec<Item>) -> Vec<Item> {
        settle(items, &Url::parse("https://shop.example/p").unwrap())
    }

    #[test]
    fn two_notations_are_one_item_and_two_people_are_two() {
        let mut cut = review(None, "Lia", "Fa un rumore fortissimo, l'assistenza non…");
        cut.published = Timestamp::parse("2026-11-20T00:00:00Z");
        let whole = review(
            None,
            "lia",
            "Fa un rumore fortissimo,\nl'assistenza non risponde mai.",
        );
        let items = settled(vec![cut.clone(), whole.clone()]);
        assert_eq!(items.len(), 1);
        assert_eq!(items[0].text, whole.text);
        assert_eq!(items[0].published, cut.published);
        assert!(cut.published.is_some());

        let mut later = whole.clone();
        later.published = Timestamp::parse("2026-11-10T00:00:00Z");
        let mut milder = whole.clone();
        milder.rating = Some(3.0);
        let mut stars = whole.clone();
        stars.rating = Some(1.0);
        for (one, other) in [
            (cut, later),
            (milder, stars),
            (review(None, "Lia", "Ottimo"), review(None, "Leo", "Ottimo")),
            (
                review(None, "Lia", "Ottimo"),
                review(None, "Lia", "Pessimo"),
            ),
            (
                review(Some("#a"), "Lia", "Ottimo"),
                review(Some("#b"), "Lia", "Ottimo"),
            ),
        ] {
            assert_eq!(settled(vec![one, other]).len(), 2);
        }
    }

    #[test]
    fn identifiers_that_count_are_none() {
        for (ids, kept) in [
            (["#review-1", "#review-2", "#review-3"], false),
            (["#review0", "#review1", "#review2"], false),
            (["#r-1002", "#r-1003", "#r-1004"], true),
            (["#1", "#3", "#4"], true),
            (["#a", "#b", "#c"], true),
        ] {
            let items = ids
                .iter()
                .map(|id| review(Some(id), id, "Va bene così."))
                .collect();
            for item in settled(items) {
                assert_eq!(item.native_id.is_some(), kept, "{ids:?}");
                assert!(kept || !item.permalink, "{ids:?}");
            }
        }
    }
}
