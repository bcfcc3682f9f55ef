//! Deleting mentions: retention and `forget`.

use std::collections::{HashMap, HashSet};
use std::thread;
use std::time::Duration;

use rusqlite::params;

use super::identity::{self, Identity, Subject};
use super::{Durability, Store, StoreError, Write, row};
use crate::model::{MentionId, SourceKey, Timestamp, WatchlistId};

/// How often the log is tried to be emptied, ten times a second.
const EMPTYING_TRIES: usize = 300;

/// Free pages that are not worth a rewriting: 4 MB.
const LEAST_FREE_PAGES: i64 = 1_000;

/// How far a purge came: date and number of the last mention that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(i64, i64);

impl Store {
    /// Deletes mentions; gives how many were there. What they are recognised by stays, as
    /// hashes, so that a source that still shows them does not bring them back.
    pub fn delete_mentions(&mut self, ids: &[MentionId]) -> Result<usize, StoreError> {
        self.write(Durability::Full, |write| write.delete_mentions(ids))
    }

    /// Deletes at most `limit` mentions older than `before` (by date of publication, or of
    /// collection where undated), the oldest first; gives how many.
    pub fn purge_mentions(&mut self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.write(Durability::Normal, |write| {
            let ids = write
                .tx
                .prepare_cached("SELECT id FROM mentions WHERE date < ?1 ORDER BY date LIMIT ?2")?
                .query_map(params![before.millis(), row::rows(limit)], |row| {
                    row.get(0).map(MentionId)
                })?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            write.delete_mentions(&ids)?;
            Ok(ids.len())
        })
    }

    /// Deletes mentions that every watchlist which collects them has kept for long enough, at most
    /// `limit` of those from `after` on, the oldest first. `oldest` says for each watchlist which
    /// date it keeps, `None` for those that keep all; one that is not named keeps what `others` do.
    /// Gives how many went, and where to go on, where there is more.
    pub fn purge_kept_long_enough(
        &mut self,
        oldest: &[(WatchlistId, Option<Timestamp>)],
        others: Option<Timestamp>,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<(usize, Option<Cursor>), StoreError> {
        self.write(Durability::Normal, |write| {
            let mut kept: HashMap<i64, Option<Timestamp>> = HashMap::new();
            for (name, oldest) in oldest {
                let number = write.names.borrow_mut().watchlist_number(write.tx, name)?;
                kept.extend(number.map(|number| (number, *oldest)));
            }
            let last = oldest.iter().map(|(_, oldest)| *oldest).chain([others]);
            let Some(last) = last.flatten().max() else {
                return Ok((0, None));
            };
            let from = after.unwrap_or(Cursor(i64::MIN, 0));
            let page = write
                .tx
                .prepare_cached(
                    "SELECT id, date, watchlists FROM mentions \
                     WHERE (date, id) > (?1, ?2) AND date < ?3 ORDER BY date, id LIMIT ?4",
                )?
                .query_map(
                    params![from.0, from.1, last.millis(), row::rows(limit)],
                    |row| {
                        let watchlists: Vec<i64> = row::from_json(row, 2)?;
                        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, watchlists))
                    },
                )?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut old = Vec::new();
            for (id, date, watchlists) in &page {
                let gone = |oldest: Option<Timestamp>| {
                    oldest.is_some_and(|oldest| *date < oldest.millis())
                };
                let all = if watchlists.is_empty() {
                    gone(others)
                } else {
                    watchlists
                        .iter()
                        .all(|number| gone(kept.get(number).copied().unwrap_or(others)))
                };
                if all {
                    old.push(MentionId(*id));
                }
            }
            let deleted = write.delete_mentions(&old)?;
            let next = page
                .last()
                .filter(|_| page.len() >= limit)
                .map(|(id, date, _)| Cursor(*date, *id));
            Ok((deleted, next))
        })
    }

    /// Deletes what was deleted where it was published, known by identifier or address, whichever
    /// source brought it; gives how many mentions and items kept aside that were.
    pub fn delete_gone(
        &mut self,
        key: &SourceKey,
        gone: impl IntoIterator<Item = Identity>,
    ) -> Result<usize, StoreError> {
        // Of all that is deleted in a network, next to nothing is known here.
        let known = self.snapshot(|connection| {
            let mut known = Vec::new();
            for identity in gone {
                known.extend(identity::still_here(connection, key, &identity)?);
            }
            Ok(known)
        })?;
        if known.is_empty() {
            return Ok(0);
        }
        self.write(Durability::Full, |write| {
            let mut mentions = Vec::new();
            let mut kept = 0;
            for subject in known {
                match subject {
                    Subject::Mention(id) => mentions.push(MentionId(id)),
                    Subject::Kept(number) => {
                        write.drop_kept(number)?;
                        identity::redirect(write.tx, subject, Subject::Gone)?;
                        kept += 1;
                    }
                    Subject::Gone => {}
                }
            }
            Ok(write.delete_mentions(&mentions)? + kept)
        })
    }

    /// Rewrites the database without the room of what was deleted, so that neither its words nor
    /// its space remain on the disk. Takes as much free space as the database is large.
    pub fn compact(&mut self) -> Result<(), StoreError> {
        self.read(|connection| {
            connection.execute_batch("VACUUM")?;
            // Readers of an older state keep the log from being emptied: they are gone soon.
            for _ in 0..EMPTYING_TRIES {
                let busy: bool =
                    connection
                        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
                if !busy {
                    return Ok(());
                }
                thread::sleep(Duration::from_millis(100));
            }
            Err(rusqlite::Error::SqliteFailure(
                rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
                Some("the log of the database could not be emptied".to_owned()),
            ))
        })
    }

    /// Whether so much of the database is room of what was deleted that giving it back is worth
    /// rewriting the rest: a quarter of it, and not next to nothing.
    pub fn is_worth_compacting(&self) -> Result<bool, StoreError> {
        self.read(|connection| {
            let number = |what: &str| {
                connection.query_row(&format!("PRAGMA {what}"), [], |row| row.get::<_, i64>(0))
            };
            let (free, all) = (number("freelist_count")?, number("page_count")?);
            Ok(free > LEAST_FREE_PAGES && free > all / 4)
        })
    }
}

impl Write<'_> {
    /// Deletes mentions in an order in which each copy is looked at once; gives how many were there.
    pub(super) fn delete_mentions(&mut self, ids: &[MentionId]) -> rusqlite::Result<usize> {
        let mut deleted = 0;
        let mut fewer = HashSet::new();
        for id in self.copies_first(ids)? {
            deleted += usize::from(self.delete(id, &mut fewer)?);
        }
        for original in fewer {
            self.count_copies(MentionId(original))?;
        }
        Ok(deleted)
    }

    pub(super) fn delete_mention(&mut self, id: MentionId) -> rusqlite::Result<bool> {
        self.delete_mentions(&[id]).map(|deleted| deleted > 0)
    }

    /// Deletes a mention, where it is there; notes the original that has one copy less.
    fn delete(&mut self, id: MentionId, fewer: &mut HashSet<i64>) -> rusqlite::Result<bool> {
        let there = self
            .tx
            .prepare_cached("DELETE FROM mentions WHERE id = ?1")?
            .execute([id.0])?;
        if there == 0 {
            return Ok(false);
        }
        self.tx
            .prepare_cached("DELETE FROM matches WHERE mention = ?1")?
            .execute([id.0])?;
        fewer.extend(self.forget_copies(id)?.map(|original| original.0));
        self.tx
            .prepare_cached("DELETE FROM labels WHERE mention = ?1")?
            .execute([id.0])?;
        self.tx
            .prepare_cached("DELETE FROM incident_mentions WHERE mention = ?1")?
            .execute([id.0])?;
        identity::redirect(self.tx, Subject::Mention(id.0), Subject::Gone)?;
        let seq = self.next_sequence();
        self.tx
            .prepare_cached("INSERT INTO tombstones (seq, mention) VALUES (?1, ?2)")?
            .execute([seq.0, id.0])?;
        Ok(true)
    }
}
