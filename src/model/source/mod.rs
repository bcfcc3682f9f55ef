//! What is polled, and how that went.
//!
//! A source is one `[[source]]` of the configuration: what all have in common ([`Source`]), and
//! the settings of its kind, a struct each ([`SourceKind`], [`SourceSettings`]).
//!
//! Invariant: what identifies a source ([`Source::key`]) holds no secret, and stays the same when
//! its name, its timing, its token or the watchlists' queries are edited.

mod forums;
mod mail;
mod networks;
mod news;
mod owned;
mod state;
mod web;

use std::time::Duration;

use url::Url;

use super::{SearchTerm, SearchTerms, SourceKey, WatchlistId};

pub use forums::{
    DiscourseSettings, GitHubSettings, HackerNewsSettings, LemmySettings, RedditSettings,
    StackExchangeSettings,
};
pub use mail::{ImapSettings, WebhookSettings};
pub use networks::{MastodonSettings, TelegramSettings, YouTubeSettings};
pub use news::{GoogleAlertsSettings, GoogleNewsSettings, WordPressSettings};
pub use owned::{
    AppStoreSettings, BlueskySettings, FacebookPart, FacebookSettings, GoogleBusinessSettings,
    GooglePlaySettings, InstagramSettings, OauthSettings, ThreadsSettings, TrustpilotSettings,
};
pub use state::{SourceHealth, SourceState};
pub use web::{
    FeedSettings, JsonApiSettings, JsonFields, PageFields, PageSettings, Paging, ReviewsSettings,
    TokenPlace,
};

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
    /// What to search for, where the kind searches: its own terms, or those of the watchlists.
    pub terms: SearchTerms,
    /// Whether the first poll counts as new, instead of as the baseline.
    pub backfill: bool,
    /// Items published longer ago than this are left aside after the first poll.
    pub freshness: Option<Duration>,
}

impl Source {
    /// What makes it the same source after its name or timing was edited.
    pub fn key(&self) -> SourceKey {
        self.kind.key()
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

/// What the settings of a kind of source tell of themselves.
pub trait SourceSettings {
    /// The word for the kind in `kind = "…"`.
    fn kind(&self) -> &'static str;

    /// The address that is polled; of an API, its base.
    fn url(&self) -> &Url;

    /// What tells it from other sources of its kind, without secrets.
    fn identity(&self) -> String {
        self.url().to_string()
    }

    /// What a source without a name is called; `None` = after the host of its address.
    fn name(&self) -> Option<&str> {
        None
    }

    /// Whether nothing is asked for: what there is comes by itself, while the daemon runs.
    fn is_pushed(&self) -> bool {
        false
    }

    /// Whether the pages of its items are read for their whole text.
    fn reads_articles(&self) -> bool {
        false
    }

    /// Of a kind that searches: the terms that the settings name. Where they name none, those of
    /// the watchlists are searched for.
    fn terms(&self) -> Option<&[SearchTerm]> {
        None
    }
}

/// The kind of a source, one variant an adapter.
#[derive(Debug, Clone, PartialEq)]
pub enum SourceKind {
    /// The reviews of an app in the App Store.
    AppStore(AppStoreSettings),
    /// Bluesky, by its stream or its search.
    Bluesky(Box<BlueskySettings>),
    /// The posts of a Discourse forum.
    Discourse(DiscourseSettings),
    /// A Facebook page of one's own.
    Facebook(FacebookSettings),
    /// RSS, Atom or JSON Feed.
    Feed(FeedSettings),
    /// Issues and pull requests of GitHub, searched.
    GitHub(GitHubSettings),
    /// The feed of a Google Alert.
    GoogleAlerts(GoogleAlertsSettings),
    /// The reviews of a place of one's own on Google Maps.
    GoogleBusiness(Box<GoogleBusinessSettings>),
    /// Google News, searched.
    GoogleNews(GoogleNewsSettings),
    /// The reviews of an app of one's own on Google Play.
    GooglePlay(GooglePlaySettings),
    /// Hacker News, searched by the API of Algolia.
    HackerNews(HackerNewsSettings),
    /// Mails of a mailbox.
    Imap(Box<ImapSettings>),
    /// An Instagram account of one's own.
    Instagram(InstagramSettings),
    /// Any API that answers in JSON, read by JSON Pointers.
    JsonApi(Box<JsonApiSettings>),
    /// A Lemmy instance, searched.
    Lemmy(LemmySettings),
    /// Hashtags of a Mastodon instance, and its search.
    Mastodon(MastodonSettings),
    /// A web page, read by CSS selectors.
    Page(Box<PageSettings>),
    /// Reddit, searched by its feed.
    Reddit(RedditSettings),
    /// A web page, read by what it says for programs (schema.org).
    Reviews(ReviewsSettings),
    /// A site of Stack Exchange, searched.
    StackExchange(StackExchangeSettings),
    /// The preview of a public Telegram channel.
    Telegram(TelegramSettings),
    /// Threads, searched.
    Threads(ThreadsSettings),
    /// The reviews of a business on Trustpilot.
    Trustpilot(TrustpilotSettings),
    /// What is written to the daemon.
    Webhook(WebhookSettings),
    /// The comments of a WordPress site.
    WordPress(WordPressSettings),
    /// The videos of a YouTube channel, and the comments on them.
    YouTube(YouTubeSettings),
}

impl SourceKind {
    fn settings(&self) -> &dyn SourceSettings {
        match self {
            Self::AppStore(settings) => settings,
            Self::Bluesky(settings) => &**settings,
            Self::Discourse(settings) => settings,
            Self::Facebook(settings) => settings,
            Self::Feed(settings) => settings,
            Self::GitHub(settings) => settings,
            Self::GoogleAlerts(settings) => settings,
            Self::GoogleBusiness(settings) => &**settings,
            Self::GoogleNews(settings) => settings,
            Self::GooglePlay(settings) => settings,
            Self::HackerNews(settings) => settings,
            Self::Imap(settings) => &**settings,
            Self::Instagram(settings) => settings,
            Self::JsonApi(settings) => &**settings,
            Self::Lemmy(settings) => settings,
            Self::Mastodon(settings) => settings,
            Self::Page(settings) => &**settings,
            Self::Reddit(settings) => settings,
            Self::Reviews(settings) => settings,
            Self::StackExchange(settings) => settings,
            Self::Telegram(settings) => settings,
            Self::Threads(settings) => settings,
            Self::Trustpilot(settings) => settings,
            Self::Webhook(settings) => settings,
            Self::WordPress(settings) => settings,
            Self::YouTube(settings) => settings,
        }
    }

    /// The word for it in `kind = "…"`.
    pub fn as_str(&self) -> &'static str {
        self.settings().kind()
    }

    /// The address that is polled; of an API, its base.
    pub fn url(&self) -> &Url {
        self.settings().url()
    }

    /// Whether the pages of its items are read for their whole text.
    pub fn reads_articles(&self) -> bool {
        self.settings().reads_articles()
    }

    /// What tells it from other sources of its kind, without secrets.
    pub fn identity(&self) -> String {
        self.settings().identity()
    }

    /// What a source without a name is called; `None` = after the host of its address.
    pub fn name(&self) -> Option<&str> {
        self.settings().name()
    }

    /// Of a kind that searches: the terms that its settings name, which may be none.
    pub fn terms(&self) -> Option<&[SearchTerm]> {
        self.settings().terms()
    }

    /// Whether nothing is asked for: what there is comes by itself, while the daemon runs.
    pub fn is_pushed(&self) -> bool {
        self.settings().is_pushed()
    }

    /// What makes a source of this kind the same source.
    pub fn key(&self) -> SourceKey {
        SourceKey(format!("{} {}", self.as_str(), self.identity()))
    }
}
