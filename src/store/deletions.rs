//! Deleting mentions: retention and `forget`.

use rusqlite::params;

use super::identity::{self, Subject};
use super::{Durability, Store, StoreError, Write, row};
use crate::model::{MentionId, Timestamp};

impl Store {
    /// Deletes mentions; gives how many were there. What they are recognised by stays, as
    /// hashes, so that a source that still shows them does not bring them back.
    pub fn delete_mentions(&mut self, ids: &[MentionId]) -> Result<usize, StoreError> {
        self.write(Durability::Full, |write| {
            let mut deleted = 0;
            for id in ids {
                deleted += usize::from(write.delete_mention(*id)?);
            }
            Ok(deleted)
        })
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
            for id in &ids {
                write.delete_mention(*id)?;
            }
            Ok(ids.len())
        })
    }

    /// Rewrites the database without the room of what was deleted, so that neither its words nor
    /// its space remain on the disk. Takes as much free space as the database is large.
    pub fn compact(&mut self) -> Result<(), StoreError> {
        self.read(|connection| {
            connection.execute_batch("VACUUM")?;
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        })
    }
}

impl Write<'_> {
    fn delete_mention(&mut self, id: MentionId) -> rusqlite::Result<bool> {
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
        self.forget_copies(id)?;
        self.tx
            .prepare_cached("DELETE FROM labels WHERE mention = ?1")?
            .execute([id.0])?;
        identity::redirect(&self.tx, Subject::Mention(id.0), Subject::Gone)?;
        let seq = self.next_sequence();
        self.tx
            .prepare_cached("INSERT INTO tombstones (seq, mention) VALUES (?1, ?2)")?
            .execute([seq.0, id.0])?;
        Ok(true)
    }
}
