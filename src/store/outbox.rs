//! Mail that waits to be sent, was sent, or failed.
//!
//! Invariant: a key is posted once, however often it is tried, and a message keeps its bytes and
//! so its Message-ID through all attempts.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row, params};

use super::owner::Owner;
use super::row::{self, word};
use super::{Durability, Store, StoreError, Write, claims};
use crate::model::{Channel, DeliveryState, Message, MessageKind, Timestamp};

/// A message of the outbox, and how far it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its number.
    pub id: i64,
    /// The message; its bytes are there only where it was claimed to be sent.
    pub message: Message,
    /// Where it is.
    pub state: DeliveryState,
    /// How often it was tried, attempts that were cut off included.
    pub attempts: u32,
    /// Not before this moment.
    pub next: Timestamp,
    /// What went wrong the last time.
    pub error: Option<String>,
    /// When it was posted.
    pub created: Timestamp,
    /// When a server took it.
    pub sent: Option<Timestamp>,
    /// Attempts whose end nobody saw: a server may have taken the message each time.
    pub uncertain: u32,
}

/// What came of an attempt to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A server took it, at this moment.
    Sent(Timestamp),
    /// Not now: again at this moment, and why.
    Retry(Timestamp, String),
    /// Perhaps: the answer was not seen. Again at this moment, and why.
    Unclear(Timestamp, String),
    /// Never, and why.
    Failed(String),
}

const COLUMNS: &str = "id, key, kind, sender, recipient, subject, message_id, state, attempts, \
     next, error, created, sent_at, channel, uncertain";

impl Store {
    /// Posts messages, all or none; gives how many were not posted before.
    pub fn post(&mut self, mails: &[Message], now: Timestamp) -> Result<usize, StoreError> {
        self.write(Durability::Full, |write| {
            let mut posted = 0;
            for mail in mails {
                posted += write.post(mail, now)?;
            }
            Ok(posted)
        })
    }

    /// Claims at most `limit` messages that leave by `channel` and are due for `owner`, the longest
    /// due first, and counts the attempt. A claim ends with [`Store::settle_letter`] or with its
    /// owner.
    pub fn claim_letters(
        &mut self,
        owner: &Owner,
        channel: Channel,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Letter>, StoreError> {
        let folder = self.folder.clone();
        self.write(Durability::Normal, |write| {
            let due = write
                .tx
                .prepare_cached(
                    "SELECT id, claimed_by, claimed_at FROM outbox \
                     WHERE state = 'waiting' AND next <= ?1 AND channel = ?2 \
                     ORDER BY next, id",
                )?
                .query_map(params![now.millis(), channel.as_str()], |row| {
                    let by: Option<String> = row.get(1)?;
                    let at: Option<i64> = row.get(2)?;
                    Ok((row.get::<_, i64>(0)?, by.zip(at)))
                })?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut held = HashMap::new();
            let mut claimed = Vec::new();
            for (id, claim) in due {
                let taken = claim.is_some_and(|claim| {
                    *held.entry(claim).or_insert_with_key(|(token, at)| {
                        claims::holds(&folder, token, Timestamp::from_millis(*at), now)
                    })
                });
                if !taken {
                    claimed.push(write.claim_letter(id, owner, now)?);
                }
                if claimed.len() >= limit {
                    break;
                }
            }
            Ok(claimed)
        })
    }

    /// Notes what came of an attempt, and ends the claim. What a server took stays sent.
    pub fn settle_letter(&mut self, id: i64, outcome: &Outcome) -> Result<(), StoreError> {
        self.settle_letters(&[(id, outcome.clone())])
    }

    /// Notes what came of several attempts, waiting for the disk once.
    pub fn settle_letters(&mut self, outcomes: &[(i64, Outcome)]) -> Result<(), StoreError> {
        self.write(Durability::Full, |write| {
            for (id, outcome) in outcomes {
                write.settle_letter(*id, outcome)?;
            }
            Ok(())
        })
    }

    /// Makes a message that waits or failed due at once; says whether there is such a one.
    pub fn retry_letter(&mut self, id: i64, now: Timestamp) -> Result<bool, StoreError> {
        self.write(Durability::Full, |write| {
            write
                .tx
                .execute(
                    "UPDATE outbox SET state = 'waiting', next = ?2 \
                     WHERE id = ?1 AND state <> 'sent'",
                    params![id, now.millis()],
                )
                .map(|rows| rows > 0)
        })
    }

    /// The last `limit` messages in any of `states`, the last first.
    pub fn letters(
        &self,
        states: &[DeliveryState],
        limit: usize,
    ) -> Result<Vec<Letter>, StoreError> {
        let has = |state| {
            states
                .contains(&state)
                .then(|| DeliveryState::as_str(state))
        };
        self.read(|connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM outbox WHERE state IN (?1, ?2, ?3) \
                     ORDER BY id DESC LIMIT ?4"
                ))?
                .query_map(
                    params![
                        has(DeliveryState::Waiting),
                        has(DeliveryState::Sent),
                        has(DeliveryState::Failed),
                        row::rows(limit)
                    ],
                    read,
                )?
                .collect()
        })
    }

    /// The bytes of a message.
    pub fn letter_message(&self, id: i64) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT message FROM outbox WHERE id = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()
        })
    }

    /// When the next message that leaves by `channel` is due; `None` where none waits.
    pub fn next_letter_due(&self, channel: Channel) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT min(next) FROM outbox WHERE state = 'waiting' AND channel = ?1",
                )?
                .query_row([channel.as_str()], |row| row.get::<_, Option<i64>>(0))
                .map(|at| at.map(Timestamp::from_millis))
        })
    }

    /// Drops the bytes of messages sent before `before`, so that the outbox does not grow for
    /// ever; their rows stay.
    pub fn purge_letters(&mut self, before: Timestamp) -> Result<usize, StoreError> {
        self.write(Durability::Normal, |write| {
            write.tx.execute(
                "UPDATE outbox SET message = x'' \
                 WHERE state = 'sent' AND sent_at < ?1 AND length(message) > 0",
                [before.millis()],
            )
        })
    }
}

impl Write<'_> {
    /// Posts a message; gives 0 where its key was posted before.
    pub(super) fn post(&self, mail: &Message, now: Timestamp) -> rusqlite::Result<usize> {
        self.tx
            .prepare_cached(
                "INSERT OR IGNORE INTO outbox (key, kind, sender, recipient, subject, message_id, \
                 state, next, created, message, channel) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'waiting', ?7, ?7, ?8, ?9)",
            )?
            .execute(params![
                mail.key,
                mail.kind.as_str(),
                mail.from,
                mail.to,
                mail.subject,
                mail.message_id,
                now.millis(),
                mail.raw,
                mail.channel.as_str()
            ])
    }

    fn settle_letter(&self, id: i64, outcome: &Outcome) -> rusqlite::Result<()> {
        let unclear = matches!(outcome, Outcome::Unclear(..));
        let (state, next, error, sent_at) = match outcome {
            Outcome::Sent(at) => (DeliveryState::Sent, None, None, Some(at.millis())),
            Outcome::Retry(at, error) | Outcome::Unclear(at, error) => {
                (DeliveryState::Waiting, Some(at.millis()), Some(error), None)
            }
            Outcome::Failed(error) => (DeliveryState::Failed, None, Some(error), None),
        };
        self.tx
            .prepare_cached(
                "UPDATE outbox SET state = ?2, next = coalesce(?3, next), error = ?4, \
                 sent_at = ?5, uncertain = uncertain + ?6, claimed_by = NULL, \
                 claimed_at = NULL WHERE id = ?1 AND state <> 'sent'",
            )?
            .execute(params![id, state.as_str(), next, error, sent_at, unclear])
            .map(drop)
    }

    fn claim_letter(&self, id: i64, owner: &Owner, now: Timestamp) -> rusqlite::Result<Letter> {
        self.tx
            .prepare_cached(
                // A claim that was never settled was cut off, perhaps after the server's answer.
                "UPDATE outbox SET uncertain = uncertain + (claimed_by IS NOT NULL), \
                 claimed_by = ?2, claimed_at = ?3, attempts = attempts + 1 WHERE id = ?1",
            )?
            .execute(params![id, owner.token(), now.millis()])?;
        self.tx
            .prepare_cached(&format!(
                "SELECT {COLUMNS}, message FROM outbox WHERE id = ?1"
            ))?
            .query_row([id], |row| {
                let mut letter = read(row)?;
                letter.message.raw = row.get(15)?;
                Ok(letter)
            })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Letter> {
    Ok(Letter {
        id: row.get(0)?,
        message: Message {
            key: row.get(1)?,
            kind: word(row, 2, MessageKind::parse)?,
            from: row.get(3)?,
            to: row.get(4)?,
            subject: row.get(5)?,
            message_id: row.get(6)?,
            channel: word(row, 13, Channel::parse)?,
            raw: Vec::new(),
        },
        state: word(row, 7, DeliveryState::parse)?,
        attempts: row.get(8)?,
        next: Timestamp::from_millis(row.get(9)?),
        error: row.get(10)?,
        created: Timestamp::from_millis(row.get(11)?),
        sent: row.get::<_, Option<i64>>(12)?.map(Timestamp::from_millis),
        uncertain: row.get(14)?,
    })
}
