//! Counts over many mentions, without reading their words.

use std::collections::HashMap;
use std::time::Duration;

use rusqlite::params;
use serde::de::IgnoredAny;

use super::row::{SENTIMENT_SEEN, from_json, json, word};
use super::{Store, StoreError, row};
use crate::model::{Lang, Priority, Sentiment, SourceKey, Timestamp, WatchlistId};

/// What a count is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bucket {
    /// The beginning of the stretch of time.
    pub start: Timestamp,
    /// The name of the source.
    pub source: String,
    /// How they sound.
    pub sentiment: Sentiment,
    /// How soon someone should look.
    pub priority: Priority,
    /// The language they are written in.
    pub language: Lang,
}

/// How many mentions fall into a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Which bucket.
    pub bucket: Bucket,
    /// How many mentions, copies not counted.
    pub mentions: u64,
}

/// In how many mentions a term of a watchlist matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermCount {
    /// Whose query has the term.
    pub watchlist: WatchlistId,
    /// The term, as hits have it.
    pub term: String,
    /// In how many of those published (collected, where undated) lately.
    pub recent: u64,
    /// In how many of all.
    pub ever: u64,
}

impl Store {
    /// How many items the sources `keys` brought for the first time from `from` up to and with
    /// `to`, whether a watchlist collects them or not.
    pub fn count_read(
        &self,
        keys: &[SourceKey],
        (from, to): (Timestamp, Timestamp),
    ) -> Result<u64, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "WITH read AS (SELECT id FROM origins \
                     WHERE key IN (SELECT value FROM json_each(?1))) \
                     SELECT (SELECT count(*) FROM mentions WHERE origin IN read \
                     AND collected BETWEEN ?2 AND ?3) \
                     + (SELECT count(*) FROM unmatched WHERE origin IN read \
                     AND collected BETWEEN ?2 AND ?3)",
                )?
                .query_row(params![json(keys)?, from.millis(), to.millis()], |row| {
                    row.get(0).map(row::unsigned)
                })
        })
    }

    /// In how many stored mentions each term of each watchlist matches, and in how many of those
    /// from `since` on; in no order. Terms that match nowhere are not there. Memory is bounded by
    /// the number of terms.
    pub fn term_counts(&self, since: Timestamp) -> Result<Vec<TermCount>, StoreError> {
        // The three in the middle are field and place, which do not matter here.
        type Place = (i64, IgnoredAny, IgnoredAny, IgnoredAny, String);
        self.read(|connection| {
            let mut names = self.names.borrow_mut();
            let mut found: HashMap<(i64, String), (u64, u64)> = HashMap::new();
            let mut statement =
                connection.prepare_cached("SELECT date, hits FROM mentions WHERE hits <> '[]'")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let recent = row.get::<_, i64>(0)? >= since.millis();
                let mut terms: Vec<(i64, String)> = from_json::<Vec<Place>>(row, 1)?
                    .into_iter()
                    .map(|(watchlist, _, _, _, term)| (watchlist, term))
                    .collect();
                terms.sort_unstable();
                terms.dedup();
                for term in terms {
                    let counted = found.entry(term).or_default();
                    counted.0 += u64::from(recent);
                    counted.1 += 1;
                }
            }
            found
                .into_iter()
                .map(|((watchlist, term), (recent, ever))| {
                    Ok(TermCount {
                        watchlist: names.watchlist(connection, watchlist)?,
                        term,
                        recent,
                        ever,
                    })
                })
                .collect()
        })
    }

    /// Counts what `watchlist` collects by stretches of `step` (whole multiples of it since the
    /// Unix epoch; half an hour lets any time zone add up its own days), source, sentiment,
    /// priority and language, for dates of publication from `from` up to but not including `to`.
    pub fn counts(
        &self,
        watchlist: &WatchlistId,
        (from, to): (Timestamp, Timestamp),
        step: Duration,
    ) -> Result<Vec<Count>, StoreError> {
        let step = i64::try_from(step.as_millis()).unwrap_or(i64::MAX).max(1);
        self.of_watchlist(watchlist, |connection, number| {
            connection
                .prepare_cached(&format!(
                    "SELECT date - ((date % ?4) + ?4) % ?4 AS start, origins.name, {SENTIMENT_SEEN}, \
                     priority, language, count(*) FROM mentions \
                     JOIN origins ON origins.id = origin \
                     WHERE date >= ?2 AND date < ?3 \
                     AND EXISTS (SELECT 1 FROM json_each(watchlists) WHERE value = ?1) \
                     AND NOT EXISTS (SELECT 1 FROM copies \
                     WHERE copies.mention = mentions.id AND split = 0) \
                     GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
                ))?
                .query_map(params![number, from.millis(), to.millis(), step], |row| {
                    Ok(Count {
                        bucket: Bucket {
                            start: Timestamp::from_millis(row.get(0)?),
                            source: row.get(1)?,
                            sentiment: word(row, 2, Sentiment::parse)?,
                            priority: word(row, 3, Priority::parse)?,
                            language: word(row, 4, Lang::parse)?,
                        },
                        mentions: row.get(5).map(row::unsigned)?,
                    })
                })?
                .collect()
        })
    }
}
