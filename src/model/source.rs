//! What is polled, and how that went.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{SourceKey, Timestamp, WatchlistId};

/// Something that is polled: one `[[source]]` of the configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The name, unique in the instance: `source:forum` in a query.
    pub name: String,
    /// What kind of source, with the settings of that kind.
    pub kind: SourceKind,
    /// The time between two polls.
    pub every: Duration,
    /// The watchlists that its items are matched against.
    pub serves: Serves,
    /// Whether the first poll counts as new, instead of as the baseline.
    pub backfill: bool,
    /// Items published longer ago than this are left aside after the first poll.
    pub freshness: Option<Duration>,
}

impl Source {
    /// What makes it the same source after its name or timing was edited.
    pub fn key(&self) -> SourceKey {
        SourceKey(format!("{} {}", self.kind.as_str(), self.kind.url()))
    }
}

/// Which watchlists a source is read for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Serves {
    /// All of the instance: the source stands in `ascolto.toml`.
    Every,
    /// These: the source stands in their files.
    Only(Vec<WatchlistId>),
}

impl Serves {
    /// Whether items of the source are matched against `watchlist`.
    pub fn includes(&self, watchlist: &WatchlistId) -> bool {
        match self {
            Self::Every => true,
            Self::Only(ids) => ids.contains(watchlist),
        }
    }
}

/// The kind of a source, one variant an adapter.
#[derive(Debug, Clone, PartialEq)]
pub enum SourceKind {
    /// RSS, Atom or JSON Feed.
    Feed(FeedSettings),
    /// A web page, read by CSS selectors.
    Page(Box<PageSettings>),
}

impl SourceKind {
    /// The word for it in `kind = "…"`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Feed(_) => "feed",
            Self::Page(_) => "page",
        }
    }

    /// The address that is polled.
    pub fn url(&self) -> &Url {
        match self {
            Self::Feed(settings) => &settings.url,
            Self::Page(settings) => &settings.url,
        }
    }
}

/// Settings of `kind = "feed"`.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedSettings {
    /// The feed's address.
    pub url: Url,
    /// What its items are, where the feed itself does not tell comments or videos.
    pub item_kind: super::ItemKind,
}

/// Settings of `kind = "page"`: CSS selectors for the items of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct PageSettings {
    /// The page's address.
    pub url: Url,
    /// The selector of one item.
    pub item: String,
    /// Selectors within an item.
    pub fields: PageFields,
    /// The selector of the link to the next page.
    pub next: Option<String>,
    /// How many pages to read at most, the first included.
    pub max_pages: u32,
    /// What the items are.
    pub item_kind: super::ItemKind,
}

/// Selectors within an item of a page, each `css` or `css @attribute`.
///
/// Without `text` the whole item's text is taken; what is not given is not read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageFields {
    /// The title.
    pub title: Option<String>,
    /// The words.
    pub text: Option<String>,
    /// The address of the item; an `<a>` gives its `href`.
    pub link: Option<String>,
    /// The author's name.
    pub author: Option<String>,
    /// The date; a `<time>` gives its `datetime`.
    pub date: Option<String>,
    /// Stars: a number, also with a decimal comma.
    pub rating: Option<String>,
    /// The publisher's identifier.
    pub id: Option<String>,
}

/// What the store remembers of a source between two polls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceState {
    /// Which source.
    pub key: SourceKey,
    /// Its name when it was last polled.
    pub name: String,
    /// Not before this moment; `None` = as soon as possible.
    pub next: Option<Timestamp>,
    /// When a poll last began.
    pub last_poll: Option<Timestamp>,
    /// When a poll last went well.
    pub last_ok: Option<Timestamp>,
    /// How it is.
    pub health: SourceHealth,
    /// Since when it is like that.
    pub since: Option<Timestamp>,
    /// What went wrong the last time, in one line.
    pub error: Option<String>,
    /// Failures in a row.
    pub error_count: u32,
    /// Items read since the source was first polled.
    pub items: u64,
    /// Validators (`etag`, `last-modified`), a body hash and cursors, by name.
    pub memory: BTreeMap<String, String>,
}

impl SourceState {
    /// The state of a source that was never polled.
    pub fn new(key: SourceKey, name: String) -> Self {
        Self {
            key,
            name,
            next: None,
            last_poll: None,
            last_ok: None,
            health: SourceHealth::New,
            since: None,
            error: None,
            error_count: 0,
            items: 0,
            memory: BTreeMap::new(),
        }
    }
}

/// How a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceHealth {
    /// Read when due.
    Ok,
    /// Read, but answering slowly.
    Slow,
    /// Not read; tried again with growing gaps.
    Failing,
    /// robots.txt or the site forbids reading it.
    Blocked,
    /// Read, but silent for much longer than its habit.
    Stale,
    /// Switched off.
    Off,
    /// Never polled yet.
    New,
}

impl SourceHealth {
    /// All values, in the order in which they are documented.
    pub const ALL: [Self; 7] = [
        Self::Ok,
        Self::Slow,
        Self::Failing,
        Self::Blocked,
        Self::Stale,
        Self::Off,
        Self::New,
    ];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Slow => "slow",
            Self::Failing => "failing",
            Self::Blocked => "blocked",
            Self::Stale => "stale",
            Self::Off => "off",
            Self::New => "new",
        }
    }

    /// Reads the word for it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|health| health.as_str() == text)
    }
}
