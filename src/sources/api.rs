//! Addresses of APIs, and what a search is asked again.

use std::collections::BTreeSet;
use std::time::Duration;

use url::Url;

use super::{Answer, Asking, Page, Refusal};
use crate::model::{Item, SearchTerm, Timestamp};

/// The most searches of one poll; what is beyond is told by `check`.
const MAX_SEARCHES: usize = 20;

/// The address of a path below an API's base, with parameters.
pub(super) fn address(base: &Url, path: &str, parameters: &[(&str, &str)]) -> Url {
    let mut url = base.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Bases are http addresses, which have a path.
    if let Ok(mut segments) = url.path_segments_mut() {
        segments
            .pop_if_empty()
            .extend(path.split('/').filter(|part| !part.is_empty()));
    }
    if !parameters.is_empty() {
        url.query_pairs_mut().extend_pairs(parameters);
    }
    url
}

/// The same address with this parameter set to this value.
pub(super) fn with_parameter(url: &Url, name: &str, value: &str) -> Url {
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(known, _)| known != name)
        .map(|(known, value)| (known.into_owned(), value.into_owned()))
        .collect();
    let mut url = url.clone();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(kept)
        .append_pair(name, value);
    url
}

/// The value of a parameter of an address.
pub(super) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

/// What to search for, at least one term.
pub(super) fn terms<'a>(asking: &Asking<'a>) -> Result<Vec<&'a SearchTerm>, Refusal> {
    let terms: Vec<&SearchTerm> = asking.terms.terms.iter().take(MAX_SEARCHES).collect();
    if terms.is_empty() {
        return Err(Refusal::NoTerms);
    }
    Ok(terms)
}

/// Since when this part of the plan is to be asked for what is new: when it was last read, less
/// `overlap`, as services index late. `None` where it never was, or is to be read afresh.
pub(super) fn since(asking: &Asking<'_>, part: &str, overlap: Duration) -> Option<Timestamp> {
    let last = asking.kept(&read_at(part)).and_then(Timestamp::parse)?;
    Some(last.minus(overlap))
}

/// Keeps for [`since`] that the answer's part was read now.
pub(super) fn keep_read(page: &mut Page, answer: &Answer<'_>) {
    page.keep
        .insert(read_at(&answer.request.part), answer.now.to_string());
}

fn read_at(part: &str) -> String {
    format!("read-at {part}")
}

/// Leaves of items with the same identifier, or the same address of their own, the first.
pub(super) fn each_once(items: &mut Vec<Item>) {
    let mut seen = BTreeSet::new();
    items.retain(|item| {
        let own = item.url.clone().filter(|_| item.permalink);
        let known = [
            item.native_id.clone().map(|id| (0, id)),
            own.map(|url| (1, url)),
        ]
        .into_iter()
        .flatten()
        .filter(|name| !seen.insert(name.clone()))
        .count();
        known == 0
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_the_path_of_their_base() {
        for (base, expected) in [
            (
                "https://a.example",
                "https://a.example/api/v1/x%3F?q=a+%26b",
            ),
            (
                "https://a.example/",
                "https://a.example/api/v1/x%3F?q=a+%26b",
            ),
            (
                "https://a.example/b/?c#d",
                "https://a.example/b/api/v1/x%3F?q=a+%26b",
            ),
        ] {
            let base = Url::parse(base).unwrap();
            assert_eq!(
                address(&base, "api/v1/x?", &[("q", "a &b")]).as_str(),
                expected
            );
        }
        let url = Url::parse("https://a.example/?q=x&page=1").unwrap();
        let second = with_parameter(&url, "page", "2");
        assert_eq!(second.as_str(), "https://a.example/?q=x&page=2");
        assert_eq!(parameter(&second, "page").as_deref(), Some("2"));
    }
}
