//! What was read and matched no watchlist, kept aside so that a new watchlist can be tried on it.

use std::cell::RefCell;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::identity::{self, Subject};
use super::names::{Names, Origin};
use super::row::{self, from_json, json};
use super::{Durability, Judged, Store, StoreError, Write};
use crate::model::{Item, MentionId, SourceKey, Timestamp};

/// An item that was read and matched nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Its number among the items kept aside.
    pub number: i64,
    /// What was found.
    pub item: Item,
    /// Its address without what does not identify.
    pub canonical_url: Option<String>,
    /// The name of the source that brought it.
    pub source: String,
    /// What that source is known by in the store.
    pub source_key: SourceKey,
    /// When it was read.
    pub collected: Timestamp,
}

impl Store {
    /// The next `limit` items kept aside with a number above `after`, collected at `since` or
    /// later, in the order of their numbers.
    pub fn kept(
        &self,
        after: i64,
        since: Timestamp,
        limit: usize,
    ) -> Result<Vec<Kept>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM unmatched \
                     WHERE id > ?1 AND collected >= ?2 ORDER BY id LIMIT ?3"
                ))?
                .query_map(params![after, since.millis(), row::rows(limit)], |row| {
                    read(connection, &self.names, row)
                })?
                .collect()
        })
    }

    /// Makes mentions of items kept aside, after a watchlist was changed: collected when they
    /// were read, and of the past, so that they enter no digest and no alert. All of `decided` or
    /// nothing. Gives the mentions; items that are gone, or changed since they were looked at, are
    /// passed over.
    pub fn apply_kept(&mut self, decided: &[(Kept, Judged)]) -> Result<Vec<MentionId>, StoreError> {
        self.write(Durability::Normal, |write| {
            let mut made = Vec::new();
            for (kept, judged) in decided {
                let number = kept.number;
                if find(write.tx, write.names, number)?.as_ref() != Some(kept) {
                    continue;
                }
                let origin = Origin {
                    key: kept.source_key.clone(),
                    name: kept.source.clone(),
                };
                let judged = Judged {
                    baseline: true,
                    ..judged.clone()
                };
                let url = kept.canonical_url.as_deref();
                let id = write.collect(&kept.item, url, &origin, kept.collected, &judged)?;
                write.drop_kept(number)?;
                identity::redirect(write.tx, Subject::Kept(number), Subject::Mention(id.0))?;
                made.push(id);
            }
            Ok(made)
        })
    }

    /// How many of the items kept aside were read at `since` or later.
    pub fn count_kept_since(&self, since: Timestamp) -> Result<u64, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT count(*) FROM unmatched WHERE collected >= ?1")?
                .query_row([since.millis()], |row| row.get(0).map(row::unsigned))
        })
    }

    /// How many items are kept aside.
    pub fn count_kept(&self) -> Result<u64, StoreError> {
        self.read(|connection| {
            connection
                .query_row("SELECT count(*) FROM unmatched", [], |row| row.get(0))
                .map(row::unsigned)
        })
    }

    /// Drops at most `limit` of the items that were read before `before`; gives how many. They
    /// are new if they come again.
    pub fn purge_kept(&mut self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.write(Durability::Normal, |write| {
            let numbers = write
                .tx
                .prepare_cached("SELECT id FROM unmatched WHERE collected < ?1 LIMIT ?2")?
                .query_map(params![before.millis(), row::rows(limit)], |row| row.get(0))?
                .collect::<rusqlite::Result<Vec<i64>>>()?;
            for number in &numbers {
                write.drop_kept(*number)?;
                identity::forget(write.tx, Subject::Kept(*number))?;
            }
            Ok(numbers.len())
        })
    }
}

impl Write<'_> {
    /// Keeps an item aside; gives its number.
    pub(super) fn keep(
        &self,
        item: &Item,
        canonical_url: Option<&str>,
        origin: &Origin,
        now: Timestamp,
    ) -> rusqlite::Result<i64> {
        self.tx
            .prepare_cached(
                "INSERT INTO unmatched (origin, collected, canonical_url, item) \
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .insert(params![
                self.origin_number(origin)?,
                now.millis(),
                canonical_url,
                json(item)?
            ])
    }

    /// Replaces what an item kept aside says.
    pub(super) fn replace_kept(
        &self,
        number: i64,
        item: &Item,
        canonical_url: Option<&str>,
    ) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached("UPDATE unmatched SET item = ?2, canonical_url = ?3 WHERE id = ?1")?
            .execute(params![number, json(item)?, canonical_url])
            .map(drop)
    }

    /// Removes an item kept aside; what it is recognised by stays.
    pub(super) fn drop_kept(&self, number: i64) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached("DELETE FROM unmatched WHERE id = ?1")?
            .execute([number])
            .map(drop)
    }
}

const COLUMNS: &str = "id, origin, collected, canonical_url, item";

fn find(
    connection: &Connection,
    names: &RefCell<Names>,
    number: i64,
) -> rusqlite::Result<Option<Kept>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM unmatched WHERE id = ?1"))?
        .query_row([number], |row| read(connection, names, row))
        .optional()
}

fn read(connection: &Connection, names: &RefCell<Names>, row: &Row<'_>) -> rusqlite::Result<Kept> {
    let origin = names.borrow_mut().origin(connection, row.get(1)?)?;
    Ok(Kept {
        number: row.get(0)?,
        item: from_json(row, 4)?,
        canonical_url: row.get(3)?,
        source: origin.name,
        source_key: origin.key,
        collected: Timestamp::from_millis(row.get(2)?),
    })
}

/// The key of the source that brought an item, and whether it has an identifier there.
pub(super) fn origin_of(
    connection: &Connection,
    number: i64,
) -> rusqlite::Result<Option<(String, bool)>> {
    connection
        .prepare_cached(
            "SELECT origins.key, item ->> 'native_id' IS NOT NULL FROM unmatched \
             JOIN origins ON origins.id = origin WHERE unmatched.id = ?1",
        )?
        .query_row([number], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}
