//! `kind = "feed"`: RSS 0.90 to 2.0, Atom 0.3 and 1.0, JSON Feed 1 and 1.1.
//!
//! In goes a response, out come its items, whatever is wrong with it: wrong charset, bare
//! ampersands, HTML entities, unbound prefixes, junk before the root, no end. The reader is our
//! own, as a feed that a strict parser refuses still has readers who complain in it.
//!
//! - `elements`: one pass over the text, one element of the feed at a time;
//! - `element`: what such an element is;
//! - `entry`: an element to an [`Item`](crate::model::Item), for all XML formats alike;
//! - `content`: the words of an element, as its type says;
//! - `person`: authors;
//! - `json`: JSON Feed;
//! - `assemble`: what only all items together tell: repeated ids, shared addresses;
//! - `recall`: which items need not be read, as they stood there before.
//!
//! Invariant: no entity of a document type is expanded but short plain text, and no more of that
//! than a page.
//! Invariant: an item that the end of the input cuts off is left out, so that it is not stored
//! half now and whole as another later.
//! Invariant: what is passed over as known is what reading it would give; in doubt all is read.

mod assemble;
mod content;
mod element;
mod elements;
mod entry;
mod json;
mod link;
mod names;
mod person;
mod recall;
#[cfg(test)]
mod tests;
mod xml;

use url::Url;

use crate::extract::{Dialect, Markup, Token, decode};
use crate::model::{FeedSettings, ItemKind, Recollection, Request, Response, SourceState};

use super::{Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, Robots};

const EXPECTED: &str = "a feed";

/// What people most often give for a feed.
const HTML_PAGE: &str = "an HTML page: `ascolto sources test` looks for the feed that it names";

/// What servers are asked for; some give HTML to who does not say.
const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, \
                      application/xml;q=0.9, */*;q=0.1";

pub(super) static MANIFEST: Manifest = Manifest {
    robots: Robots::UserInitiated,
    limits: "the newest items only, as many as the publisher shows",
    ..Manifest::OPEN
};

/// How many pages of a feed's archive (RFC 5005) are read on the first poll.
const FIRST_POLL_PAGES: u32 = 10;

/// Reads feeds.
#[derive(Debug, Clone, Copy)]
pub(super) struct FeedAdapter<'a> {
    settings: &'a FeedSettings,
}

impl<'a> FeedAdapter<'a> {
    /// The adapter of one feed.
    pub(super) fn new(settings: &'a FeedSettings) -> Self {
        Self { settings }
    }
}

/// Gives the items the kind that the settings name, but for those that told theirs.
fn of_kind(mut page: Page, kind: ItemKind) -> Page {
    for item in &mut page.items {
        if item.kind == ItemKind::Article {
            item.kind = kind;
        }
    }
    page
}

impl Adapter for FeedAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, _asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        Ok(vec![request(self.settings.url.clone())])
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        self.parse_beside(answer, &Recollection::default())
    }

    fn parse_beside(&self, answer: &Answer<'_>, known: &Recollection) -> Result<Page, ParseError> {
        read_beside(answer.response, known).map(|page| of_kind(page, self.settings.item_kind))
    }

    fn recalls(&self) -> bool {
        true
    }

    fn max_pages(&self, state: &SourceState) -> u32 {
        if state.last_ok.is_none() {
            FIRST_POLL_PAGES
        } else {
            1
        }
    }
}

/// Asks for a feed.
pub(super) fn request(url: Url) -> Request {
    Request::get(url).with_header("Accept", ACCEPT)
}

/// The items of a feed, as articles but for those that tell what they are.
pub fn read(response: &Response) -> Result<Page, ParseError> {
    let page = read_beside(response, &Recollection::default())?;
    Ok(Page {
        outline: None,
        ..page
    })
}

/// The same, but for items that are known.
fn read_beside(response: &Response, known: &Recollection) -> Result<Page, ParseError> {
    if response.body.trim_ascii().is_empty() {
        return Err(ParseError::Empty { expected: EXPECTED });
    }
    let header = response.header("content-type");
    let json = response.body.trim_ascii_start().starts_with(b"{");
    let dialect = if json { Dialect::Json } else { Dialect::Xml };
    let text = decode(&response.body, header, dialect);
    let start = text.trim_start();
    if start.is_empty() {
        return Err(ParseError::Empty { expected: EXPECTED });
    }
    if start.starts_with('{') {
        return json::read(start, &response.url);
    }
    if !has_feed_root(&text) {
        return Err(ParseError::NotThisKind {
            expected: EXPECTED,
            found: what_is(&text).to_owned(),
        });
    }
    xml::read(&text, &response.url, known)
}

/// Whether a feed begins somewhere in `text` before a page does.
fn has_feed_root(text: &str) -> bool {
    let mut first = true;
    for token in Markup::new(text) {
        match token {
            Token::Start { name, .. } => {
                let name = names::local(name);
                if names::is_container(&name) || (first && names::is_item(&name)) {
                    return true;
                }
                if is_page(&name) || matches!(name.as_str(), "opml" | "urlset" | "sitemapindex") {
                    return false;
                }
                first = false;
            }
            Token::Declaration(text) if is_html_doctype(text) => return false,
            _ => {}
        }
    }
    false
}

fn is_page(name: &str) -> bool {
    matches!(name, "html" | "head" | "body")
}

fn is_html_doctype(declaration: &str) -> bool {
    let mut words = declaration.split_ascii_whitespace();
    words
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("!doctype"))
        && words
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("html"))
}

/// What a text that is no feed is, for a message.
fn what_is(text: &str) -> &'static str {
    for token in Markup::new(text).take(200) {
        match token {
            Token::Declaration(text) if is_html_doctype(text) => return HTML_PAGE,
            Token::Start { name, .. } => {
                return match names::local(name).as_str() {
                    "html" | "head" | "body" | "div" | "p" | "script" | "meta" | "title" => {
                        HTML_PAGE
                    }
                    "opml" => "an OPML list of feeds",
                    "urlset" | "sitemapindex" => "a sitemap",
                    "error" => "an XML error message",
                    _ => "another kind of XML",
                };
            }
            Token::Unfinished(_) => return "the beginning of something that breaks off",
            _ => {}
        }
    }
    if text.trim_start().starts_with('[') {
        "a JSON array"
    } else {
        "plain text"
    }
}
