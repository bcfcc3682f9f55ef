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

mod api;
mod app_store;
mod bluesky;
mod discourse;
mod discover;
mod facebook;
mod feed;
mod github;
mod google;
mod google_alerts;
mod google_business;
mod google_news;
mod google_play;
mod hacker_news;
mod html;
mod imap;
mod instagram;
mod json;
mod json_api;
mod lemmy;
mod manifest;
mod mastodon;
mod meta;
mod page;
mod reddit;
mod refusal;
mod reviews;
mod stack_exchange;
mod telegram;
mod threads;
mod trustpilot;
mod webhook;
mod wordpress;
mod youtube;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::extract::HtmlTooComplex;
use crate::model::{
    Item, Outline, Recollection, Request, Response, SearchTerms, SourceKind, SourceState, Timestamp,
};

pub use discover::{FeedLink, Head, head};
pub use feed::read as read_feed;
pub use html::page_request;
pub use manifest::{Access, Manifest, Robots};
pub use page::check_selectors;
pub use refusal::Refusal;

use app_store::AppStoreAdapter;
use bluesky::BlueskyAdapter;
use discourse::DiscourseAdapter;
use facebook::FacebookAdapter;
use feed::FeedAdapter;
use github::GitHubAdapter;
use google_alerts::GoogleAlertsAdapter;
use google_business::GoogleBusinessAdapter;
use google_news::GoogleNewsAdapter;
use google_play::GooglePlayAdapter;
use hacker_news::HackerNewsAdapter;
use imap::ImapAdapter;
use instagram::InstagramAdapter;
use json_api::JsonApiAdapter;
use lemmy::LemmyAdapter;
use mastodon::MastodonAdapter;
use page::PageAdapter;
use reddit::RedditAdapter;
use reviews::ReviewsAdapter;
use stack_exchange::StackExchangeAdapter;
use telegram::TelegramAdapter;
use threads::ThreadsAdapter;
use trustpilot::TrustpilotAdapter;
use webhook::WebhookAdapter;
use wordpress::WordPressAdapter;
use youtube::YouTubeAdapter;

/// The most items that are taken from one response: more than any site shows at once, and few
/// enough that a site which never ends them fills no memory.
pub const MAX_ITEMS: usize = 20_000;

/// What a kind of source knows: whom to ask, and how to read the answer.
pub trait Adapter {
    /// What access to the source takes and costs.
    fn manifest(&self) -> &'static Manifest;

    /// The requests of one poll, each with a [`Request::part`] of its own where there are several;
    /// or why nothing can be asked.
    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal>;

    /// What a successful response holds.
    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError>;

    /// The same; pieces that are `known` may be passed over, where [`Page::outline`] says so.
    /// The items of these and those of the page are, in the order of the outline, what
    /// [`Adapter::parse`] gives.
    fn parse_beside(&self, answer: &Answer<'_>, known: &Recollection) -> Result<Page, ParseError> {
        let _ = known;
        self.parse(answer)
    }

    /// Whether anything is ever passed over as known.
    fn recalls(&self) -> bool {
        false
    }

    /// What the body of a refusal (4xx, 5xx) says, where the request wanted to know; `None` where
    /// it says no more than the status.
    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        refusal::of_status(answer)
    }

    /// What to ask instead of what was refused, or was answered with something else altogether: the
    /// same by another door, where there is one.
    fn instead(&self, answer: &Answer<'_>) -> Option<Request> {
        let _ = answer;
        None
    }

    /// How many pages one poll reads at most from each request of the plan, following
    /// [`Page::next`].
    fn max_pages(&self, state: &SourceState) -> u32;

    /// Where the units that requests take of a vendor's quota are booked at `now`: a name of the
    /// account and of the period, without secrets. All sources of the same name share it.
    fn ledger(&self, now: Timestamp) -> Option<String> {
        let _ = now;
        None
    }
}

/// What an adapter plans a poll by.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// What is remembered of the source.
    pub state: &'a SourceState,
    /// What to search for; empty for kinds that do not search.
    pub terms: &'a SearchTerms,
    /// The units that were booked in the adapter's ledger so far, by all sources that share it.
    pub spent: u64,
    /// The time.
    pub now: Timestamp,
}

impl Asking<'_> {
    /// What [`Page::keep`] left under this name at the last poll. Nothing where the source was
    /// never read, or is to be read afresh.
    pub fn kept(&self, name: &str) -> Option<&str> {
        let key = format!("{KEPT}{name}");
        self.state.memory.get(&key).map(String::as_str)
    }
}

/// Where a source's memory has what its adapter keeps.
pub const KEPT: &str = "kept/";

/// An answer, and what it is one to.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The request.
    pub request: &'a Request,
    /// The response to it.
    pub response: &'a Response,
    /// The pages that were read before it, from the request of the plan on.
    pub page: u32,
    /// The time.
    pub now: Timestamp,
}

/// The adapter for a kind of source.
pub fn adapter(kind: &SourceKind) -> Box<dyn Adapter + Send + Sync + '_> {
    match kind {
        SourceKind::AppStore(settings) => Box::new(AppStoreAdapter::new(settings)),
        SourceKind::Bluesky(settings) => Box::new(BlueskyAdapter::new(settings)),
        SourceKind::Discourse(settings) => Box::new(DiscourseAdapter::new(settings)),
        SourceKind::Facebook(settings) => Box::new(FacebookAdapter::new(settings)),
        SourceKind::Feed(settings) => Box::new(FeedAdapter::new(settings)),
        SourceKind::GitHub(settings) => Box::new(GitHubAdapter::new(settings)),
        SourceKind::GoogleAlerts(settings) => Box::new(GoogleAlertsAdapter::new(settings)),
        SourceKind::GoogleBusiness(settings) => Box::new(GoogleBusinessAdapter::new(settings)),
        SourceKind::GoogleNews(settings) => Box::new(GoogleNewsAdapter::new(settings)),
        SourceKind::GooglePlay(settings) => Box::new(GooglePlayAdapter::new(settings)),
        SourceKind::HackerNews(settings) => Box::new(HackerNewsAdapter::new(settings)),
        SourceKind::Imap(settings) => Box::new(ImapAdapter::new(settings)),
        SourceKind::Instagram(settings) => Box::new(InstagramAdapter::new(settings)),
        SourceKind::JsonApi(settings) => Box::new(JsonApiAdapter::new(settings)),
        SourceKind::Lemmy(settings) => Box::new(LemmyAdapter::new(settings)),
        SourceKind::Mastodon(settings) => Box::new(MastodonAdapter::new(settings)),
        SourceKind::Page(settings) => Box::new(PageAdapter::new(settings)),
        SourceKind::Reddit(settings) => Box::new(RedditAdapter::new(settings)),
        SourceKind::Reviews(settings) => Box::new(ReviewsAdapter::new(settings)),
        SourceKind::StackExchange(settings) => Box::new(StackExchangeAdapter::new(settings)),
        SourceKind::Telegram(settings) => Box::new(TelegramAdapter::new(settings)),
        SourceKind::Threads(settings) => Box::new(ThreadsAdapter::new(settings)),
        SourceKind::Trustpilot(settings) => Box::new(TrustpilotAdapter::new(settings)),
        SourceKind::Webhook(settings) => Box::new(WebhookAdapter::new(settings)),
        SourceKind::WordPress(settings) => Box::new(WordPressAdapter::new(settings)),
        SourceKind::YouTube(settings) => Box::new(YouTubeAdapter::new(settings)),
    }
}

/// What access to each kind takes and costs, by the word for it.
pub const MANIFESTS: &[(&str, &Manifest)] = &[
    ("app_store", &app_store::MANIFEST),
    ("bluesky", &bluesky::MANIFEST),
    ("discourse", &discourse::MANIFEST),
    ("facebook", &facebook::MANIFEST),
    ("feed", &feed::MANIFEST),
    ("github", &github::MANIFEST),
    ("google_alerts", &google_alerts::MANIFEST),
    ("google_business", &google_business::MANIFEST),
    ("google_news", &google_news::MANIFEST),
    ("google_play", &google_play::MANIFEST),
    ("hacker_news", &hacker_news::MANIFEST),
    ("imap", &imap::MANIFEST),
    ("instagram", &instagram::MANIFEST),
    ("json_api", &json_api::MANIFEST),
    ("lemmy", &lemmy::MANIFEST),
    ("mastodon", &mastodon::MANIFEST),
    ("page", &page::MANIFEST),
    ("reddit", &reddit::MANIFEST),
    ("reviews", &reviews::MANIFEST),
    ("stack_exchange", &stack_exchange::MANIFEST),
    ("telegram", &telegram::MANIFEST),
    ("threads", &threads::MANIFEST),
    ("trustpilot", &trustpilot::MANIFEST),
    ("webhook", &webhook::MANIFEST),
    ("wordpress", &wordpress::MANIFEST),
    ("youtube", &youtube::MANIFEST),
];

/// What one response held.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// The items, in the order of the source, each once.
    pub items: Vec<Item>,
    /// What was deleted where it was published; only what it is recognised by counts.
    pub gone: Vec<Item>,
    /// Where older items are, if the source says so.
    pub next: Option<Request>,
    /// The name that the source gives itself.
    pub title: Option<String>,
    /// How long the source asks to be left alone between two polls.
    pub poll_hint: Option<Duration>,
    /// What a person should know of the response: "left out, as they say nothing: 3".
    pub notes: Vec<String>,
    /// What to remember until the next poll, by name: cursors. It is remembered only where all
    /// pages were read; a later page has the last word.
    pub keep: BTreeMap<String, String>,
    /// How long the host asks to be left alone by everyone, said in the body.
    pub rest: Option<Duration>,
    /// The pieces that the answer is made of, where they can be told when they come again.
    pub outline: Option<Outline>,
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
    /// The service answers that it does not answer.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The page is there, but a selector finds nothing in it.
    #[error("expected at least one match of `{field} = \"{selector}\"`, found none on the page")]
    NothingMatched {
        /// The field of the settings.
        field: &'static str,
        /// The selector.
        selector: String,
    },
}
