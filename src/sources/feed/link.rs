//! The addresses that an element gives.

use std::borrow::Cow;

use url::Url;

use crate::extract::{absolute_url, unwrap_redirect};

use super::element::Element;
use super::names::Space;

/// The base that holds within an element: its `xml:base`, if it has one, else that around it.
pub(super) fn base_within<'a>(element: &Element<'_>, around: &'a Url) -> Cow<'a, Url> {
    element
        .attribute(Space::Xml, "base")
        .and_then(|base| around.join(base.trim()).ok())
        .filter(|base| matches!(base.scheme(), "http" | "https"))
        .map_or(Cow::Borrowed(around), Cow::Owned)
}

/// An address made absolute, and freed of redirectors.
pub(super) fn resolve(base: &Url, address: &str) -> Option<Url> {
    absolute_url(Some(base), address).map(unwrap_redirect)
}

/// Where a `link` element leads: its `href`, else its text.
pub(super) fn target(link: &Element<'_>, base: &Url) -> Option<Url> {
    let base = base_within(link, base);
    let address = link
        .attribute(Space::Core, "href")
        .or_else(|| link.attribute(Space::Rdf, "resource"))
        .map_or_else(|| link.text(), Cow::Borrowed);
    if address.trim().is_empty() {
        return None;
    }
    resolve(&base, &address)
}

/// What a `link` element is for: `alternate` where it does not say.
pub(super) fn relation(link: &Element<'_>) -> String {
    let relation = link
        .attribute(Space::Core, "rel")
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let relation = relation
        .strip_prefix("http://www.iana.org/assignments/relation/")
        .unwrap_or(&relation);
    if relation.is_empty() {
        "alternate".to_owned()
    } else {
        relation.to_owned()
    }
}

/// The address of what the links of an element are about: the page for readers, else the
/// nearest thing to it.
pub(super) fn best(element: &Element<'_>, base: &Url) -> Option<Url> {
    let mut best: Option<(u8, Url)> = None;
    for link in element.named("link") {
        let kind = link.attribute(Space::Core, "type").unwrap_or_default();
        let rank = match relation(link).as_str() {
            "alternate" if kind.is_empty() || kind.contains("html") => 0,
            "alternate" => 1,
            "related" | "via" => 3,
            "replies" | "hub" | "next" | "enclosure" | "license" | "search" | "service.edit"
            | "service.post" | "service.feed" | "prev" | "previous" | "first" | "last"
            | "stylesheet" => continue,
            "self" | "edit" => 5,
            _ => 4,
        };
        if best.as_ref().is_some_and(|(known, _)| *known <= rank) {
            continue;
        }
        if let Some(url) = target(link, base) {
            best = Some((rank, url));
        }
    }
    best.map(|(_, url)| url)
}
