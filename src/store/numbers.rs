//! Counts over many mentions, without reading their words.

use std::time::Duration;

use rusqlite::params;

use super::row::word;
use super::{Store, StoreError, row};
use crate::model::{Lang, Priority, Sentiment, Timestamp, WatchlistId};

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

impl Store {
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
        self.read(|connection| {
            let mut names = self.names.borrow_mut();
            let Some(number) = names.watchlist_number(connection, watchlist)? else {
                return Ok(Vec::new());
            };
            connection
                .prepare_cached(
                    "SELECT date - ((date % ?4) + ?4) % ?4 AS start, origins.name, sentiment, \
                     priority, language, count(*) FROM mentions \
                     JOIN origins ON origins.id = origin \
                     WHERE date >= ?2 AND date < ?3 \
                     AND EXISTS (SELECT 1 FROM json_each(watchlists) WHERE value = ?1) \
                     GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
                )?
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
