//! What an alert knows of the past: from the store, or from an archive held in memory.

use std::convert::Infallible;

use crate::config::{Alert, Watchlist};
use crate::model::{Mention, MentionId, Priority, Timestamp};
use crate::query::Document;
use crate::store::{Store, StoreError};

/// Mentions of a stretch of time that are looked at; more are as good as this many.
const MOST: usize = 20_000;

/// Mentions that are loaded at a time.
const BATCH: usize = 500;

/// A mention, as far as rules look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// Which one.
    pub(super) id: MentionId,
    /// When it was published; when it was collected, where it is undated or from the future.
    pub(super) date: Timestamp,
    /// When it was collected.
    pub(super) collected: Timestamp,
    /// How soon someone should look.
    pub(super) priority: Priority,
    /// Whether somebody answered it.
    pub(super) answered: bool,
}

impl Seen {
    pub(super) fn of(mention: &Mention) -> Self {
        Self {
            id: mention.id,
            date: mention.date().min(mention.collected),
            collected: mention.collected,
            priority: mention.scores.priority.label,
            answered: mention.is_answered(),
        }
    }

    pub(super) fn is_urgent(&self) -> bool {
        self.priority == Priority::Urgent
    }
}

/// The mentions that an alert looks at, by their dates.
pub(super) trait Past {
    /// What can go wrong.
    type Error;

    /// Those from `from` up to but not including `to`, in order.
    fn between(&mut self, from: Timestamp, to: Timestamp) -> Result<Vec<Seen>, Self::Error>;

    /// When the listening began; before it nothing is known.
    fn since(&self) -> Timestamp;

    /// How many there are in the stretch.
    fn count(&mut self, from: Timestamp, to: Timestamp) -> Result<u64, Self::Error> {
        let found = self.between(from, to)?.len();
        Ok(u64::try_from(found).unwrap_or(u64::MAX))
    }
}

/// Whether an alert looks at a mention: one that the watchlist still collects, in a language that
/// the team reads, and that its query matches.
pub(super) fn concerns(
    alert: &Alert,
    watchlist: &Watchlist,
    mention: &Mention,
    now: Timestamp,
) -> bool {
    let languages = &watchlist.languages;
    mention.watchlists.contains(&watchlist.id)
        && (languages.is_empty() || languages.contains(&mention.scores.language))
        && (alert.query.source().is_empty()
            || alert
                .query
                .hits(&Document::of_mention(mention).seen_by(&watchlist.id), now)
                .is_some())
}

/// The past as the store has it.
pub(super) struct Stored<'a> {
    pub(super) store: &'a Store,
    pub(super) alert: &'a Alert,
    pub(super) watchlist: &'a Watchlist,
    pub(super) since: Timestamp,
    pub(super) now: Timestamp,
}

impl Past for Stored<'_> {
    type Error = StoreError;

    fn between(&mut self, from: Timestamp, to: Timestamp) -> Result<Vec<Seen>, StoreError> {
        let ids = self
            .store
            .collected_between(&self.watchlist.id, (from, to), MOST)?;
        let mut found = Vec::new();
        for batch in ids.chunks(BATCH) {
            let copies = self.store.copies_among(batch)?;
            for mention in self.store.mentions(batch)? {
                // One story told by ten papers is one story.
                if !copies.contains(&mention.id)
                    && concerns(self.alert, self.watchlist, &mention, self.now)
                {
                    found.push(Seen::of(&mention));
                }
            }
        }
        found.sort_by_key(|seen| (seen.date, seen.id));
        Ok(found)
    }

    fn since(&self) -> Timestamp {
        self.since
    }
}

/// An archive held in memory: in the order of the dates, and known up to a moment.
pub(super) struct Held<'a> {
    pub(super) all: &'a [Seen],
    pub(super) since: Timestamp,
    pub(super) now: Timestamp,
}

impl Past for Held<'_> {
    type Error = Infallible;

    fn between(&mut self, from: Timestamp, to: Timestamp) -> Result<Vec<Seen>, Infallible> {
        let start = self.all.partition_point(|seen| seen.date < from);
        let end = self.all.partition_point(|seen| seen.date < to);
        let found = self.all.get(start..end).unwrap_or_default();
        Ok(found
            .iter()
            .filter(|seen| seen.collected <= self.now)
            .copied()
            .collect())
    }

    fn since(&self) -> Timestamp {
        self.since
    }
}
