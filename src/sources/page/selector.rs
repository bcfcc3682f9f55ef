//! The selectors of a page's settings.

use scraper::{ElementRef, Html, Selector};

use crate::model::PageSettings;
use crate::sources::ParseError;

use super::fields::Found;

/// The most matches of one selector within one item that are looked at.
const MAX_MATCHES: usize = 1_000;

/// `css`, `css @attribute` or `@attribute`, read.
#[derive(Debug)]
pub(super) struct Field {
    /// `None`: the item itself.
    css: Option<Selector>,
    attribute: Option<String>,
}

/// All selectors of a page, read.
#[derive(Debug)]
pub(super) struct Selectors {
    pub(super) item: Selector,
    pub(super) title: Option<Field>,
    pub(super) text: Option<Field>,
    pub(super) link: Option<Field>,
    pub(super) author: Option<Field>,
    pub(super) date: Option<Field>,
    pub(super) rating: Option<Field>,
    pub(super) id: Option<Field>,
    pub(super) next: Option<Field>,
}

/// The fields of an item that the settings give a selector for.
pub(super) fn given(settings: &PageSettings) -> impl Iterator<Item = (&'static str, &str)> {
    let fields = &settings.fields;
    [
        ("title", &fields.title),
        ("text", &fields.text),
        ("link", &fields.link),
        ("author", &fields.author),
        ("date", &fields.date),
        ("rating", &fields.rating),
        ("id", &fields.id),
    ]
    .into_iter()
    .filter_map(|(name, selector)| Some((name, selector.as_deref()?)))
}

/// The selectors that cannot be read, and why.
pub(super) fn problems(settings: &PageSettings) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    if let Err(problem) = read_css(&settings.item) {
        found.push(("item", problem));
    }
    for (name, selector) in
        given(settings).chain(settings.next.as_deref().map(|next| ("next", next)))
    {
        if let Err(problem) = Field::read(selector) {
            found.push((name, problem));
        }
    }
    found
}

fn read_css(css: &str) -> Result<Selector, String> {
    Selector::parse(css).map_err(|_| {
        format!("expected a CSS selector such as `.review` or `a.title @href`, found `{css}`")
    })
}

/// The selector and the attribute of `css @attribute`.
fn split(selector: &str) -> (&str, Option<&str>) {
    let selector = selector.trim();
    let Some((css, attribute)) = selector.rsplit_once('@') else {
        return (selector, None);
    };
    let is_name = !attribute.is_empty()
        && attribute
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':'));
    if is_name && (css.is_empty() || css.ends_with(char::is_whitespace)) {
        (css.trim(), Some(attribute))
    } else {
        (selector, None)
    }
}

impl Field {
    fn read(selector: &str) -> Result<Self, String> {
        let (css, attribute) = split(selector);
        Ok(Self {
            css: match (css, attribute) {
                ("", Some(_)) => None,
                _ => Some(read_css(css)?),
            },
            attribute: attribute.map(str::to_ascii_lowercase),
        })
    }

    /// What the selector finds in an item; what lies in an item within is not its own.
    pub(super) fn find<'a>(&self, item: ElementRef<'a>, items: &Selector) -> Found<'a> {
        let Some(css) = &self.css else {
            return self.found(vec![item]);
        };
        let own = |element: &ElementRef<'a>| {
            let mut between = element
                .ancestors()
                .take_while(|node| node.id() != item.id());
            !items.matches(element)
                && !between
                    .any(|node| ElementRef::wrap(node).is_some_and(|node| items.matches(&node)))
        };
        let mut elements: Vec<ElementRef<'a>> =
            item.select(css).take(MAX_MATCHES).filter(own).collect();
        if elements.is_empty() && css.matches(&item) {
            elements.push(item);
        }
        self.found(elements)
    }

    /// What the selector finds in a whole page.
    pub(super) fn find_in_page<'a>(&self, document: &'a Html) -> Found<'a> {
        let elements = self
            .css
            .as_ref()
            .and_then(|css| document.select(css).next());
        self.found(elements.into_iter().collect())
    }

    fn found<'a>(&self, mut elements: Vec<ElementRef<'a>>) -> Found<'a> {
        if let Some(attribute) = &self.attribute {
            elements.retain(|element| element.attr(attribute).is_some());
        }
        Found::new(elements, self.attribute.clone())
    }
}

impl Selectors {
    /// Reads all selectors; the first that cannot be read is the error.
    pub(super) fn compile(settings: &PageSettings) -> Result<Self, ParseError> {
        let field = |name: &'static str, selector: &Option<String>| {
            selector
                .as_deref()
                .map(|selector| {
                    Field::read(selector).map_err(|_| ParseError::BadSelector {
                        field: name,
                        selector: selector.to_owned(),
                    })
                })
                .transpose()
        };
        let fields = &settings.fields;
        Ok(Self {
            item: read_css(&settings.item).map_err(|_| ParseError::BadSelector {
                field: "item",
                selector: settings.item.clone(),
            })?,
            title: field("title", &fields.title)?,
            text: field("text", &fields.text)?,
            link: field("link", &fields.link)?,
            author: field("author", &fields.author)?,
            date: field("date", &fields.date)?,
            rating: field("rating", &fields.rating)?,
            id: field("id", &fields.id)?,
            next: field("next", &settings.next)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_off_the_attribute() {
        for (selector, expected) in [
            ("a.title", ("a.title", None)),
            ("a.title @href", ("a.title", Some("href"))),
            (" @data-id ", ("", Some("data-id"))),
            ("a[href*='@']", ("a[href*='@']", None)),
            ("a[href*='@'] @title", ("a[href*='@']", Some("title"))),
            ("a@href", ("a@href", None)),
        ] {
            assert_eq!(split(selector), expected, "{selector}");
        }
    }
}
