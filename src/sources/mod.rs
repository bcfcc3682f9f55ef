//! One adapter for each kind of source: which requests to make, and what an answer holds.
//!
//! In go a source's settings, its state and responses; out come requests and items. Fetching,
//! politeness and storage are others' work.
//!
//! Invariant: pure. No clock, no I/O, no async: the same response gives the same page.
//! Invariant: nothing is invented. An id, a date or an author that the publisher does not give
//! is `None`, and what a response does not say about an item does not become part of it.
//! Invariant: input is hostile. A response gives items or a [`ParseError`], never a panic, in time
//! linear in its size.

mod discover;
mod feed;
mod page;

use std::time::Duration;

use crate::extract::HtmlTooComplex;
use crate::model::{Item, Request, Response, SourceKind, SourceState, Timestamp};

pub use discover::{FeedLink, Head, head};
pub use feed::FeedAdapter;
pub use page::{PageAdapter, check_selectors};

/// The most items that are taken from one response.
pub const MAX_ITEMS: usize = 100_000;

/// What a kind of source knows: whom to ask, and how to read the answer.
pub trait Adapter {
    /// What access to the source takes and costs.
    fn manifest(&self) -> &'static Manifest;

    /// The requests of one poll. Most kinds make one.
    fn plan(&self, state: &SourceState, now: Timestamp) -> Vec<Request>;

    /// What a successful response holds.
    fn parse(&self, response: &Response) -> Result<Page, ParseError>;

    /// How many pages one poll reads at most, following [`Page::next`] from the first.
    fn max_pages(&self, state: &SourceState) -> u32;
}

/// The adapter for a kind of source.
pub fn adapter(kind: &SourceKind) -> Box<dyn Adapter + Send + Sync + '_> {
    match kind {
        SourceKind::Feed(settings) => Box::new(FeedAdapter::new(settings)),
        SourceKind::Page(settings) => Box::new(PageAdapter::new(settings)),
    }
}

/// What one response held.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// The items, in the order of the source, each once.
    pub items: Vec<Item>,
    /// Where older items are, if the source says so.
    pub next: Option<Request>,
    /// The name that the source gives itself.
    pub title: Option<String>,
    /// How long the source asks to be left alone between two polls.
    pub poll_hint: Option<Duration>,
    /// What a person should know of the response: "left out, as they say nothing: 3".
    pub notes: Vec<String>,
}

/// Why a response gave no items.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The response is something else altogether.
    #[error("expected {expected}, found {found}")]
    NotThisKind {
        /// What the source should have been: "a feed".
        expected: &'static str,
        /// What came: "an HTML page".
        found: String,
    },
    /// The response is of the right kind, but nothing in it can be read.
    #[error("expected {expected}, found {found}")]
    Malformed {
        /// What was looked for: "an end to the first item".
        expected: &'static str,
        /// What stood there.
        found: String,
    },
    /// There is no body, or nothing but white space.
    #[error("expected {expected}, found an empty response")]
    Empty {
        /// What the source should have been.
        expected: &'static str,
    },
    /// The page is built to exhaust whoever reads it.
    #[error("expected a page that can be read in bounded time, found that {found}")]
    TooDeep {
        /// Which bound it breaks.
        found: HtmlTooComplex,
    },
    /// A selector of the settings cannot be read.
    #[error("expected a CSS selector in `{field}`, found `{selector}`")]
    BadSelector {
        /// The field of the settings.
        field: &'static str,
        /// What stands there.
        selector: String,
    },
    /// The page is there, but a selector finds nothing in it.
    #[error("expected at least one match of `{field} = \"{selector}\"`, found none on the page")]
    NothingMatched {
        /// The field of the settings.
        field: &'static str,
        /// The selector.
        selector: String,
    },
}

/// What access to a kind of source takes and costs: shown by `ascolto sources`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manifest {
    /// Who may read it.
    pub access: Access,
    /// Where its terms stand, if it has any of its own.
    pub terms_url: Option<&'static str>,
    /// How robots.txt applies.
    pub robots: Robots,
    /// Its limits, in words.
    pub limits: &'static str,
    /// What it costs, in words.
    pub cost: &'static str,
}

/// Who may read a kind of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Open,
    /// The owner of the account or app.
    OwnAccount,
    /// Whoever holds a key.
    Keyed,
    /// Whoever pays.
    Paid,
    /// Its operator does not wish it to be read by programs: off until switched on.
    Restricted,
}

/// How robots.txt applies to a kind of source (RFC 9309 speaks of crawlers).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Robots {
    /// There is none: an API or a push.
    NotApplicable,
    /// Not asked: the address was given by a person and exists to be polled.
    UserInitiated,
    /// Asked, and obeyed.
    Obeyed,
}
