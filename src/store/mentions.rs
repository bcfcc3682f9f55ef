//! Reading mentions.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, params};

use super::row::{self, COLUMNS};
use super::{Store, StoreError};
use crate::model::{Mention, MentionId, Timestamp};

/// How many mentions one statement asks for.
const BATCH: usize = 64;

/// How many mentions are in memory where all are looked through.
const MANY: usize = 500;

impl Store {
    /// The mention with that number.
    pub fn mention(&self, id: MentionId) -> Result<Option<Mention>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM mentions WHERE id = ?1"))?
                .query_row([id.0], |row| row::read(connection, &self.names, row))
                .optional()
        })
    }

    /// The mentions with these numbers, in the order given; those that are gone are left out.
    pub fn mentions(&self, ids: &[MentionId]) -> Result<Vec<Mention>, StoreError> {
        self.read(|connection| {
            let mut found = HashMap::with_capacity(ids.len());
            for batch in ids.chunks(BATCH) {
                // One statement for all batches: the places left over repeat the last number.
                let places = vec!["?"; BATCH].join(",");
                let mut statement = connection.prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM mentions WHERE id IN ({places})"
                ))?;
                let last = batch.last().copied().unwrap_or(MentionId(0));
                let padded = batch.iter().copied().chain(std::iter::repeat(last));
                let numbers = padded.map(|id| id.0).take(BATCH);
                let rows = statement.query_map(rusqlite::params_from_iter(numbers), |row| {
                    row::read(connection, &self.names, row)
                })?;
                for mention in rows {
                    let mention = mention?;
                    found.insert(mention.id, mention);
                }
            }
            Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
        })
    }

    /// The `limit` newest mentions by date, the newest first, after the first `skip`.
    pub fn newest(&self, skip: usize, limit: usize) -> Result<Vec<Mention>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM mentions ORDER BY date DESC, id DESC \
                     LIMIT ?1 OFFSET ?2"
                ))?
                .query_map(params![row::rows(limit), row::rows(skip)], |row| {
                    row::read(connection, &self.names, row)
                })?
                .collect()
        })
    }

    /// The next `limit` mentions with a number above `after`, in the order of their numbers.
    pub fn mentions_after(
        &self,
        after: MentionId,
        limit: usize,
    ) -> Result<Vec<Mention>, StoreError> {
        self.after(COLUMNS, after, limit)
    }

    /// The same without why they matched, and why they weigh what they do.
    pub fn said_after(&self, after: MentionId, limit: usize) -> Result<Vec<Mention>, StoreError> {
        self.after(&row::UNEXPLAINED, after, limit)
    }

    fn after(
        &self,
        columns: &str,
        after: MentionId,
        limit: usize,
    ) -> Result<Vec<Mention>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {columns} FROM mentions WHERE id > ?1 ORDER BY id LIMIT ?2"
                ))?
                .query_map(params![after.0, row::rows(limit)], |row| {
                    row::read(connection, &self.names, row)
                })?
                .collect()
        })
    }

    /// Hands on every mention, in the order of their numbers. Some hundreds at a time are in memory, and what
    /// is stored meanwhile is handed on as well.
    pub fn each_mention(&self, mut take: impl FnMut(&Mention)) -> Result<(), StoreError> {
        let mut after = MentionId(0);
        loop {
            let batch = self.mentions_after(after, MANY)?;
            let Some(last) = batch.last() else {
                return Ok(());
            };
            after = last.id;
            batch.iter().for_each(&mut take);
        }
    }

    /// The number of the mention that was stored last; `None` where there is none.
    pub fn newest_id(&self) -> Result<Option<MentionId>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT max(id) FROM mentions")?
                .query_row([], |row| row.get::<_, Option<i64>>(0))
                .map(|id| id.map(MentionId))
        })
    }

    /// How many mentions there are.
    pub fn count_mentions(&self) -> Result<u64, StoreError> {
        self.read(|connection| {
            connection
                .query_row("SELECT count(*) FROM mentions", [], |row| row.get(0))
                .map(row::unsigned)
        })
    }

    /// When the oldest and the newest mention were published (collected, where undated).
    pub fn dates(&self) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
        self.read(|connection| {
            // Two look-ups in the index; one statement with both would read all of it.
            let edge = |order: &str| {
                connection
                    .query_row(
                        &format!("SELECT date FROM mentions ORDER BY date {order} LIMIT 1"),
                        [],
                        |row| row.get(0).map(Timestamp::from_millis),
                    )
                    .optional()
            };
            Ok(edge("ASC")?.zip(edge("DESC")?))
        })
    }
}
