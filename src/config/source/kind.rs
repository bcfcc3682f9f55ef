//! What the configuration knows of each kind of source.

use std::time::Duration;

use super::fields::Fields;
use super::{forums, mail, networks, news, owned, web};
use crate::model::SourceKind;

/// Reads the settings of a kind; `None` where something is missing or wrong, which is reported.
type Read = fn(&mut Fields<'_, '_>) -> Option<SourceKind>;

/// A kind of source.
#[derive(Debug)]
pub(super) struct Kind {
    /// What the file writes: `kind = "…"`.
    pub(super) word: &'static str,
    /// Its keys besides [`COMMON`].
    pub(super) keys: &'static [&'static str],
    /// How often it is read where the file says nothing.
    pub(super) every: Duration,
    /// Why it is off until the file says `enabled = true`; most are on.
    pub(super) off: Option<&'static str>,
    /// Reads its settings.
    pub(super) read: Read,
}

impl Kind {
    /// A kind without keys of its own.
    pub(super) const fn new(word: &'static str, every: Duration, read: Read) -> Self {
        Self {
            word,
            keys: &[],
            every,
            off: None,
            read,
        }
    }
}

/// The keys that every kind has.
pub(super) const COMMON: &[&str] = &["kind", "name", "every", "backfill", "freshness", "enabled"];

/// All kinds, in alphabetical order.
pub(super) const KINDS: &[&Kind] = &[
    &owned::APP_STORE,
    &owned::BLUESKY,
    &forums::DISCOURSE,
    &owned::FACEBOOK,
    &web::FEED,
    &forums::GITHUB,
    &news::GOOGLE_ALERTS,
    &owned::GOOGLE_BUSINESS,
    &news::GOOGLE_NEWS,
    &owned::GOOGLE_PLAY,
    &forums::HACKER_NEWS,
    &mail::IMAP,
    &owned::INSTAGRAM,
    &web::JSON_API,
    &forums::LEMMY,
    &networks::MASTODON,
    &web::PAGE,
    &forums::REDDIT,
    &web::REVIEWS,
    &forums::STACK_EXCHANGE,
    &networks::TELEGRAM,
    &owned::THREADS,
    &owned::TRUSTPILOT,
    &mail::WEBHOOK,
    &news::WORDPRESS,
    &networks::YOUTUBE,
];

/// Words that are written for a kind, and the kind that is meant.
pub(super) const MEANT: &[(&str, &str)] = &[
    ("atom", "feed"),
    ("appstore", "app_store"),
    ("blog", "wordpress"),
    ("bsky", "bluesky"),
    ("api", "json_api"),
    ("discord", "webhook"),
    ("google", "google_alerts"),
    ("google_maps", "google_business"),
    ("googleplay", "google_play"),
    ("hackernews", "hacker_news"),
    ("hn", "hacker_news"),
    ("email", "imap"),
    ("html", "page"),
    ("json", "json_api"),
    ("json_feed", "feed"),
    ("jsonfeed", "feed"),
    ("mail", "imap"),
    ("mailbox", "imap"),
    ("microdata", "reviews"),
    ("news", "google_news"),
    ("review", "reviews"),
    ("rss", "feed"),
    ("schema", "reviews"),
    ("schema.org", "reviews"),
    ("stackexchange", "stack_exchange"),
    ("stackoverflow", "stack_exchange"),
    ("toot", "mastodon"),
    ("web", "page"),
    ("website", "page"),
    ("yt", "youtube"),
];

#[cfg(test)]
mod tests {
    use super::{COMMON, KINDS};

    #[test]
    fn kinds_are_in_order_and_have_each_key_once() {
        assert!(KINDS.is_sorted_by(|a, b| a.word < b.word));
        for kind in KINDS {
            let mut keys: Vec<&str> = COMMON.iter().chain(kind.keys).copied().collect();
            let all = keys.len();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), all, "{}", kind.word);
        }
    }
}
