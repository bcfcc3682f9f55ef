//! What a selector found, read as one field or another.

use scraper::{ElementRef, Selector};
use url::Url;

use crate::extract::{
    MAX_TEXT, absolute_url, clean_line, clean_text, markup_of, parse_date, plain_text,
};
use crate::model::Timestamp;

use super::rating;

/// Attributes in which markup puts a value for programs beside what readers see.
const VALUES: &[&str] = &["content", "value", "data-value"];

/// Attributes that say stars in words.
const STARS: &[&str] = &[
    "content",
    "data-rating",
    "data-score",
    "aria-label",
    "title",
    "alt",
    "value",
];

/// The elements that a selector matched, and the attribute asked for.
pub(super) struct Found<'a> {
    elements: Vec<ElementRef<'a>>,
    attribute: Option<String>,
}

impl<'a> Found<'a> {
    pub(super) fn new(elements: Vec<ElementRef<'a>>, attribute: Option<String>) -> Self {
        Self {
            elements,
            attribute,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// The value of the attribute asked for, or that of `<meta content>`.
    fn value(&self, element: ElementRef<'a>) -> Option<&'a str> {
        match &self.attribute {
            Some(attribute) => element.attr(attribute),
            None if matches!(element.value().name(), "meta" | "data" | "input") => {
                VALUES.iter().find_map(|name| element.attr(name))
            }
            None => None,
        }
    }

    /// The first match that says something, on one line.
    pub(super) fn line(&self) -> Option<String> {
        self.elements
            .iter()
            .map(|element| match self.value(*element) {
                Some(value) => clean_line(value),
                None => clean_line(plain_text(&markup_of(*element, |_| false))),
            })
            .find(|line| !line.is_empty())
    }

    /// All matches, those within another left out.
    pub(super) fn text(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut taken: Vec<ego_tree::NodeId> = Vec::new();
        let mut length = 0;
        for element in &self.elements {
            if element.ancestors().any(|node| taken.contains(&node.id())) {
                continue;
            }
            if taken.len() < 64 {
                taken.push(element.id());
            }
            let part = match self.value(*element) {
                Some(value) => clean_text(value),
                None => plain_text(&markup_of(*element, |_| false)),
            };
            length += part.len();
            if !part.is_empty() {
                parts.push(part);
            }
            if length > MAX_TEXT {
                break;
            }
        }
        clean_text(parts.join("\n\n"))
    }

    /// The address that the first match leads to.
    pub(super) fn address(&self, base: &Url) -> Option<Url> {
        self.elements.iter().find_map(|element| {
            let value = match &self.attribute {
                Some(attribute) => element.attr(attribute)?.to_owned(),
                None => ["href", "content", "data-href", "src", "cite"]
                    .iter()
                    .find_map(|name| element.attr(name))
                    .map(str::to_owned)
                    .or_else(|| link_near(*element))?,
            };
            absolute_url(Some(base), &value)
        })
    }

    /// The date of the first match that holds one: `datetime`, else the words.
    pub(super) fn date(&self) -> Option<Timestamp> {
        self.elements.iter().find_map(|element| {
            if let Some(value) = self.value(*element) {
                return parse_date(value);
            }
            let time = element
                .descendent_elements()
                .take(100)
                .find(|inner| inner.attr("datetime").is_some())
                .and_then(|inner| inner.attr("datetime"));
            time.or_else(|| element.attr("content"))
                .and_then(parse_date)
                .or_else(|| parse_date(&clean_line(element.text().collect::<String>())))
                .or_else(|| element.attr("title").and_then(parse_date))
        })
    }

    /// The stars of the first match that holds some.
    pub(super) fn rating(&self) -> Option<f64> {
        self.elements.iter().find_map(|element| {
            if self.attribute.is_some() {
                return self.value(*element).and_then(rating::parse);
            }
            let text = || clean_line(element.text().take(100).collect::<String>());
            STARS
                .iter()
                .filter_map(|name| element.attr(name))
                .find_map(rating::parse)
                .or_else(|| rating::parse(&text()))
                .or_else(|| {
                    element.descendent_elements().take(20).find_map(|inner| {
                        STARS
                            .iter()
                            .filter_map(|name| inner.attr(name))
                            .find_map(rating::parse)
                    })
                })
        })
    }
}

/// The link within an element that is none, else the one around it.
fn link_near(element: ElementRef<'_>) -> Option<String> {
    let inside = element
        .descendent_elements()
        .take(1000)
        .find_map(|inner| inner.attr("href"));
    let around = || {
        element
            .ancestors()
            .take(4)
            .filter_map(ElementRef::wrap)
            .find_map(|outer| outer.attr("href"))
    };
    inside.or_else(around).map(str::to_owned)
}

/// The item's HTML without the items within it.
pub(super) fn html_of(item: ElementRef<'_>, items: &Selector) -> String {
    markup_of(item, |element| items.matches(&element))
}
