//! The head of a page: its title, what `<meta>` says (Open Graph, Dublin Core, …), and the pages
//! that `<link>` names.

use url::Url;

use crate::extract::entities::{Ampersands, unescape};
use crate::extract::markup::{Attributes, Markup, Token};
use crate::extract::sanitize::clean_line;
use crate::extract::url::absolute_url;

/// The most `<meta>` elements that are kept.
const MOST: usize = 500;

/// The head of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// What stands in `<title>`, on one line.
    pub title: Option<String>,
    /// The language of the page, as written: `it-IT`.
    pub language: Option<String>,
    /// `<base href>`: what the page's addresses are relative to.
    pub base: Option<Url>,
    /// `<link rel="canonical">`.
    pub canonical: Option<Url>,
    /// `rel="next"`, of a `<link>` or of an `<a>`.
    pub next: Option<Url>,
    /// `<meta>`: the name or property as written, and its content, in order.
    pub meta: Vec<(String, String)>,
}

impl Head {
    /// The content of the first of these names that has some, in any case of letters.
    pub fn meta(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|wanted| {
            self.meta
                .iter()
                .find(|(name, content)| name.eq_ignore_ascii_case(wanted) && !content.is_empty())
                .map(|(_, content)| content.as_str())
        })
    }
}

/// Reads the head, and the first `<a rel="next">` of the body.
pub(super) fn read(html: &str, url: &Url) -> Head {
    let mut head = Head::default();
    let mut markup = Markup::new(html);
    let mut in_title = false;
    while let Some(token) = markup.next() {
        match token {
            Token::Start {
                name, attributes, ..
            } => {
                in_title = false;
                match name.to_ascii_lowercase().as_str() {
                    "script" | "style" | "template" => drop(markup.skip_raw(name)),
                    "title" => in_title = head.title.is_none(),
                    "html" => head.language = text(attributes, "lang"),
                    "base" if head.base.is_none() => {
                        head.base = attributes
                            .get("href")
                            .and_then(|href| url.join(href.trim()).ok());
                    }
                    "meta" => head.push(attributes),
                    "link" | "a" => head.link(attributes, url),
                    _ => {}
                }
            }
            Token::Text(text) if in_title => {
                head.title = Some(clean_line(unescape(text, Ampersands::Lenient)))
                    .filter(|title| !title.is_empty());
            }
            Token::End(_) => in_title = false,
            _ => {}
        }
    }
    head
}

fn text(attributes: Attributes<'_>, name: &str) -> Option<String> {
    attributes
        .get(name)
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
}

impl Head {
    fn link(&mut self, attributes: Attributes<'_>, url: &Url) {
        if self.next.is_some() && self.canonical.is_some() {
            return;
        }
        let Some(relations) = attributes.get("rel") else {
            return;
        };
        let has = |wanted: &str| {
            relations
                .split_ascii_whitespace()
                .any(|relation| relation.eq_ignore_ascii_case(wanted))
        };
        let address = || {
            let base = self.base.as_ref().unwrap_or(url);
            absolute_url(Some(base), &attributes.get("href")?)
        };
        if self.next.is_none() && has("next") {
            self.next = address();
        } else if self.canonical.is_none() && has("canonical") {
            self.canonical = address();
        }
    }
}

impl Head {
    fn push(&mut self, attributes: Attributes<'_>) {
        if self.meta.len() >= MOST {
            return;
        }
        let name = ["property", "name", "itemprop"]
            .iter()
            .find_map(|name| text(attributes, name));
        if let Some((name, content)) = name.zip(attributes.get("content")) {
            self.meta.push((name, content.trim().to_owned()));
        }
    }
}
