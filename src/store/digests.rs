//! What each digest has covered, and its issues.
//!
//! Invariant: the ranges of sequence numbers that the issues of one digest cover follow each
//! other without gap or overlap, and an issue is in the database if and only if its mail is.

use rusqlite::{OptionalExtension, params};

use super::row::{self, from_json, json};
use super::{Coverage, Durability, Store, StoreError, Write};
use crate::model::{Message, Sequence, Timestamp};

/// How far a digest (or an alert, which covers the same way) has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DigestState {
    /// The last sequence number covered.
    pub last_seq: Sequence,
    /// The end of the window covered last.
    pub last_at: Timestamp,
}

/// An issue to be made.
#[derive(Debug, Clone)]
pub struct IssueDraft {
    /// Which digest.
    pub digest: String,
    /// What it covers; `after` must be where the digest stands.
    pub coverage: Coverage,
    /// The window that it states: from, to.
    pub window: (Timestamp, Timestamp),
    /// When this is.
    pub now: Timestamp,
    /// The mails; none where there is nothing to say, which covers all the same.
    pub mails: Vec<Message>,
}

/// What came of making an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Issued {
    /// It is made, under this number.
    Made(i64),
    /// The digest does not stand where the issue begins: someone else was quicker. Nothing was
    /// written.
    Overtaken(DigestState),
}

/// An issue that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Its number.
    pub number: i64,
    /// Which digest.
    pub digest: String,
    /// What it covers.
    pub coverage: Coverage,
    /// The window that it states: from, to.
    pub window: (Timestamp, Timestamp),
    /// When it was made.
    pub created: Timestamp,
    /// The Message-IDs of its mails.
    pub message_ids: Vec<String>,
}

impl Store {
    /// How far a digest has come. One that is new starts now: at the present sequence number, and
    /// at `start`, the beginning of its first window.
    pub fn start_digest(
        &mut self,
        digest: &str,
        start: Timestamp,
    ) -> Result<DigestState, StoreError> {
        if let Some(state) = self.digest(digest)? {
            return Ok(state);
        }
        self.write(Durability::Full, |write| {
            write.tx.execute(
                "INSERT OR IGNORE INTO digests (key, last_seq, last_at) VALUES (?1, ?2, ?3)",
                params![digest, write.sequence, start.millis()],
            )?;
            write.digest(digest)
        })
        .map(|state| {
            state.unwrap_or(DigestState {
                last_seq: Sequence(0),
                last_at: start,
            })
        })
    }

    /// How far a digest has come; `None` if it never started.
    pub fn digest(&self, digest: &str) -> Result<Option<DigestState>, StoreError> {
        self.read(|connection| find(connection, digest))
    }

    /// Makes an issue: what it covers and its mails, in one transaction that survives a power
    /// failure.
    pub fn issue_digest(&mut self, draft: &IssueDraft) -> Result<Issued, StoreError> {
        self.write(Durability::Full, |write| {
            let state = write.digest(&draft.digest)?.unwrap_or(DigestState {
                last_seq: Sequence(0),
                last_at: draft.window.0,
            });
            if state.last_seq != draft.coverage.after || state.last_at > draft.window.0 {
                return Ok(Issued::Overtaken(state));
            }
            write.tx.execute(
                "INSERT INTO digests (key, last_seq, last_at) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (key) DO UPDATE SET last_seq = excluded.last_seq, \
                 last_at = excluded.last_at",
                params![draft.digest, draft.coverage.upto.0, draft.window.1.millis()],
            )?;
            for mail in &draft.mails {
                write.post(mail, draft.now)?;
            }
            let message_ids: Vec<_> = draft.mails.iter().map(|mail| &mail.message_id).collect();
            let number = write
                .tx
                .prepare_cached(
                    "INSERT INTO digest_issues (digest, from_seq, to_seq, window_from, \
                     window_to, created, message_ids) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .insert(params![
                    draft.digest,
                    draft.coverage.after.0,
                    draft.coverage.upto.0,
                    draft.window.0.millis(),
                    draft.window.1.millis(),
                    draft.now.millis(),
                    json(&message_ids)?,
                ])?;
            Ok(Issued::Made(number))
        })
    }

    /// How many issues of a digest became mail.
    pub fn count_sent_issues(&self, digest: &str) -> Result<u64, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT count(*) FROM digest_issues WHERE digest = ?1 AND message_ids <> '[]'",
                )?
                .query_row([digest], |row| row.get(0).map(row::unsigned))
        })
    }

    /// The last `limit` issues of a digest, the last first.
    pub fn issues(&self, digest: &str, limit: usize) -> Result<Vec<Issue>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT id, digest, from_seq, to_seq, window_from, window_to, created, \
                     message_ids FROM digest_issues WHERE digest = ?1 ORDER BY id DESC LIMIT ?2",
                )?
                .query_map(params![digest, row::rows(limit)], |row| {
                    Ok(Issue {
                        number: row.get(0)?,
                        digest: row.get(1)?,
                        coverage: Coverage {
                            after: Sequence(row.get(2)?),
                            upto: Sequence(row.get(3)?),
                        },
                        window: (
                            Timestamp::from_millis(row.get(4)?),
                            Timestamp::from_millis(row.get(5)?),
                        ),
                        created: Timestamp::from_millis(row.get(6)?),
                        message_ids: from_json(row, 7)?,
                    })
                })?
                .collect()
        })
    }
}

impl Write<'_> {
    fn digest(&self, digest: &str) -> rusqlite::Result<Option<DigestState>> {
        find(self.tx, digest)
    }
}

fn find(connection: &rusqlite::Connection, digest: &str) -> rusqlite::Result<Option<DigestState>> {
    connection
        .prepare_cached("SELECT last_seq, last_at FROM digests WHERE key = ?1")?
        .query_row([digest], |row| {
            Ok(DigestState {
                last_seq: Sequence(row.get(0)?),
                last_at: Timestamp::from_millis(row.get(1)?),
            })
        })
        .optional()
}
