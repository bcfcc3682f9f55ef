//! How far each alert came, and its incidents.
//!
//! Invariant: what an evaluation noted and the messages that it queued are one transaction, so that
//! a mention is told of once, whatever ends the process.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, Row, params};

use super::row::{self, from_json, json};
use super::{Durability, Store, StoreError, Write};
use crate::model::{Facts, MentionId, Message, Sequence, Timestamp, WatchlistId};

/// How far an alert came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertState {
    /// The last sequence number looked at.
    pub last_seq: Sequence,
    /// When it began to listen.
    pub started: Timestamp,
    /// How many evaluations changed something.
    pub turn: i64,
}

/// Something that an alert was raised for.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// Its number, for `ascolto ack`.
    pub id: i64,
    /// The key of the alert: `watchlist/name`.
    pub alert: String,
    /// When it began.
    pub opened: Timestamp,
    /// When it last held.
    pub seen: Timestamp,
    /// Messages that each recipient got.
    pub messages: u64,
    /// When the first of them was made.
    pub first: Option<Timestamp>,
    /// When the last of them was made.
    pub last: Option<Timestamp>,
    /// When somebody acknowledged it.
    pub acked: Option<Timestamp>,
    /// When it was escalated.
    pub escalated: Option<Timestamp>,
    /// When it was over.
    pub closed: Option<Timestamp>,
    /// What was counted.
    pub facts: Facts,
    /// Mentions that it is about.
    pub mentions: u64,
    /// Those of them that no message told of yet.
    pub waiting: u64,
}

/// What an evaluation of an alert changes.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// Which alert.
    pub alert: String,
    /// Where it stood when it was evaluated.
    pub state: AlertState,
    /// What was looked at.
    pub upto: Sequence,
    /// When this is.
    pub now: Timestamp,
    /// The incident that it opens or changes.
    pub change: Option<Change>,
    /// The messages that tell of it.
    pub messages: Vec<Message>,
}

/// What an evaluation does to an incident.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "any of these can happen with any other"
)]
pub struct Change {
    /// Which one; a number that was not given yet opens it.
    pub incident: i64,
    /// When it began.
    pub opened: Timestamp,
    /// When it last held.
    pub seen: Timestamp,
    /// What was counted.
    pub facts: Facts,
    /// The mentions that came to it.
    pub fresh: Vec<MentionId>,
    /// Whether the messages tell of all its mentions.
    pub told: bool,
    /// Whether it has to be acknowledged anew.
    pub unacknowledged: bool,
    /// Whether it was escalated.
    pub escalated: bool,
    /// Whether it is over.
    pub closed: bool,
}

const COLUMNS: &str = "id, alert, opened, seen, messages, first, last, acked, escalated, closed, \
     facts, (SELECT count(*) FROM incident_mentions WHERE incident = incidents.id), \
     (SELECT count(*) FROM incident_mentions WHERE incident = incidents.id AND told = 0)";

impl Store {
    /// How far an alert came. One that is new starts now, at the present sequence number: what was
    /// collected before is no news.
    pub fn start_alert(&mut self, alert: &str, now: Timestamp) -> Result<AlertState, StoreError> {
        if let Some(state) = self.alert(alert)? {
            return Ok(state);
        }
        self.write(Durability::Full, |write| {
            write.tx.execute(
                "INSERT OR IGNORE INTO alerts (key, last_seq, started) VALUES (?1, ?2, ?3)",
                params![alert, write.sequence, now.millis()],
            )?;
            Ok(find(write.tx, alert)?.unwrap_or(AlertState {
                last_seq: Sequence(write.sequence),
                started: now,
                turn: 0,
            }))
        })
    }

    /// How far an alert came; `None` if it never started.
    pub fn alert(&self, alert: &str) -> Result<Option<AlertState>, StoreError> {
        self.read(|connection| find(connection, alert))
    }

    /// Notes what an evaluation changes, and queues its messages; says whether the alert still
    /// stood where it was evaluated. Where somebody was quicker nothing is written.
    pub fn evaluate(&mut self, evaluation: &Evaluation) -> Result<bool, StoreError> {
        let durability = if evaluation.messages.is_empty() {
            Durability::Normal
        } else {
            Durability::Full
        };
        self.write(durability, |write| {
            let stands = find(write.tx, &evaluation.alert)?;
            if stands != Some(evaluation.state) {
                return Ok(false);
            }
            if let Some(change) = &evaluation.change
                && !write.change_incident(evaluation, change)?
            {
                return Ok(false);
            }
            write
                .tx
                .prepare_cached(
                    "UPDATE alerts SET last_seq = max(last_seq, ?2), turn = turn + 1 WHERE key = ?1",
                )?
                .execute(params![evaluation.alert, evaluation.upto.0])?;
            for message in &evaluation.messages {
                write.post(message, evaluation.now)?;
            }
            Ok(true)
        })
    }

    /// The number that the next incident gets, unless somebody else is quicker.
    pub fn next_incident(&self) -> Result<i64, StoreError> {
        self.read(|connection| {
            connection.query_row(
                "SELECT coalesce(max(id), 0) + 1 FROM incidents",
                [],
                |row| row.get(0),
            )
        })
    }

    /// The incident of an alert that is not over.
    pub fn open_incident(&self, alert: &str) -> Result<Option<Incident>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM incidents WHERE alert = ?1 AND closed IS NULL \
                     ORDER BY id DESC LIMIT 1"
                ))?
                .query_row([alert], read)
                .optional()
        })
    }

    /// The incident with that number.
    pub fn incident(&self, id: i64) -> Result<Option<Incident>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM incidents WHERE id = ?1"))?
                .query_row([id], read)
                .optional()
        })
    }

    /// The last `limit` incidents, the last first.
    pub fn incidents(&self, limit: usize) -> Result<Vec<Incident>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM incidents ORDER BY id DESC LIMIT ?1"
                ))?
                .query_map([row::rows(limit)], read)?
                .collect()
        })
    }

    /// The mentions of an incident, in the order of their numbers: all, or those that no message
    /// told of yet.
    pub fn incident_mentions(
        &self,
        incident: i64,
        waiting: bool,
    ) -> Result<Vec<MentionId>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT mention FROM incident_mentions \
                     WHERE incident = ?1 AND (told = 0 OR NOT ?2) ORDER BY mention",
                )?
                .query_map(params![incident, waiting], |row| row.get(0).map(MentionId))?
                .collect()
        })
    }

    /// Those of `mentions` that a message of any alert told of.
    pub fn alerted(&self, mentions: &[MentionId]) -> Result<HashSet<MentionId>, StoreError> {
        self.read(|connection| {
            let mut found = HashSet::new();
            let mut statement = connection.prepare_cached(
                "SELECT 1 FROM incident_mentions WHERE mention = ?1 AND told > 0 LIMIT 1",
            )?;
            for mention in mentions {
                if statement.exists([mention.0])? {
                    found.insert(*mention);
                }
            }
            Ok(found)
        })
    }

    /// Those of `mentions` that an incident of this alert is or was about.
    pub fn known_to_alert(
        &self,
        alert: &str,
        mentions: &[MentionId],
    ) -> Result<HashSet<MentionId>, StoreError> {
        self.read(|connection| {
            let mut found = HashSet::new();
            let mut statement = connection.prepare_cached(
                "SELECT 1 FROM incident_mentions JOIN incidents ON incidents.id = incident \
                 WHERE mention = ?1 AND alert = ?2 LIMIT 1",
            )?;
            for mention in mentions {
                if statement.exists(params![mention.0, alert])? {
                    found.insert(*mention);
                }
            }
            Ok(found)
        })
    }

    /// Notes that somebody looks after an incident; where `over`, it is closed unless mentions
    /// wait to be told of. Says whether there is such an incident.
    pub fn acknowledge(
        &mut self,
        incident: i64,
        over: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(Durability::Full, |write| {
            write
                .tx
                .execute(
                    "UPDATE incidents SET acked = coalesce(acked, ?2), closed = CASE \
                     WHEN closed IS NULL AND ?3 AND NOT EXISTS (SELECT 1 FROM incident_mentions \
                     WHERE incident = ?1 AND told = 0) THEN ?2 ELSE closed END WHERE id = ?1",
                    params![incident, now.millis(), over],
                )
                .map(|rows| rows > 0)
        })
    }

    /// The mentions that `watchlist` collects with a date from `from` up to but not including
    /// `to`, in the order of their dates, at most `limit`; those that were there before anyone
    /// listened are left out.
    pub fn collected_between(
        &self,
        watchlist: &WatchlistId,
        (from, to): (Timestamp, Timestamp),
        limit: usize,
    ) -> Result<Vec<MentionId>, StoreError> {
        self.of_watchlist(watchlist, |connection, number| {
            connection
                .prepare_cached(
                    "SELECT mentions.id FROM mentions JOIN matches ON matches.mention = \
                     mentions.id AND matches.watchlist = ?1 AND baseline = 0 \
                     WHERE date >= ?2 AND date < ?3 ORDER BY date LIMIT ?4",
                )?
                .query_map(
                    params![number, from.millis(), to.millis(), row::rows(limit)],
                    |row| row.get(0).map(MentionId),
                )?
                .collect()
        })
    }

    /// The mentions that were there before anyone listened for `watchlist`, or that it took over
    /// from the past.
    pub fn baseline(&self, watchlist: &WatchlistId) -> Result<HashSet<MentionId>, StoreError> {
        self.of_watchlist(watchlist, |connection, number| {
            connection
                .prepare_cached(
                    "SELECT mention FROM matches WHERE watchlist = ?1 AND baseline = 1",
                )?
                .query_map([number], |row| row.get(0).map(MentionId))?
                .collect()
        })
    }

    /// The moments from `since` on at which the source `key` brought something new, in order.
    pub fn arrivals(&self, key: &str, since: Timestamp) -> Result<Vec<Timestamp>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "WITH read AS (SELECT id FROM origins WHERE key = ?1) \
                     SELECT DISTINCT collected FROM (SELECT collected FROM mentions \
                     WHERE origin IN read AND collected >= ?2 UNION ALL \
                     SELECT collected FROM unmatched WHERE origin IN read AND collected >= ?2) \
                     ORDER BY 1",
                )?
                .query_map(params![key, since.millis()], |row| {
                    row.get(0).map(Timestamp::from_millis)
                })?
                .collect()
        })
    }
}

impl Write<'_> {
    /// Opens or changes an incident; says whether its number was still free, or was its own.
    fn change_incident(&self, evaluation: &Evaluation, change: &Change) -> rusqlite::Result<bool> {
        let now = evaluation.now.millis();
        let owner: Option<String> = self
            .tx
            .prepare_cached("SELECT alert FROM incidents WHERE id = ?1")?
            .query_row([change.incident], |row| row.get(0))
            .optional()?;
        match owner {
            Some(alert) if alert != evaluation.alert => return Ok(false),
            Some(_) => {}
            None => {
                self.tx
                    .prepare_cached(
                        "INSERT INTO incidents (id, alert, opened, seen, facts) \
                         VALUES (?1, ?2, ?3, ?4, '')",
                    )?
                    .execute(params![
                        change.incident,
                        evaluation.alert,
                        change.opened.millis(),
                        change.seen.millis()
                    ])?;
            }
        }
        let told = !evaluation.messages.is_empty();
        self.tx
            .prepare_cached(
                "UPDATE incidents SET seen = ?2, facts = ?3, messages = messages + ?4, \
                 first = CASE WHEN ?4 THEN coalesce(first, ?5) ELSE first END, \
                 last = CASE WHEN ?4 THEN ?5 ELSE last END, \
                 acked = CASE WHEN ?6 THEN NULL ELSE acked END, \
                 escalated = CASE WHEN ?7 THEN ?5 ELSE escalated END, \
                 closed = CASE WHEN ?8 THEN ?5 ELSE closed END WHERE id = ?1",
            )?
            .execute(params![
                change.incident,
                change.seen.millis(),
                json(&change.facts)?,
                told,
                now,
                change.unacknowledged,
                change.escalated,
                change.closed
            ])?;
        let mut insert = self.tx.prepare_cached(
            "INSERT OR IGNORE INTO incident_mentions (incident, mention, told) VALUES (?1, ?2, 0)",
        )?;
        for mention in &change.fresh {
            insert.execute(params![change.incident, mention.0])?;
        }
        if change.told {
            self.tx
                .prepare_cached(
                    "UPDATE incident_mentions SET told = \
                     (SELECT messages FROM incidents WHERE id = ?1) WHERE incident = ?1 AND told = 0",
                )?
                .execute([change.incident])?;
        }
        Ok(true)
    }
}

fn find(connection: &rusqlite::Connection, alert: &str) -> rusqlite::Result<Option<AlertState>> {
    connection
        .prepare_cached("SELECT last_seq, started, turn FROM alerts WHERE key = ?1")?
        .query_row([alert], |row| {
            Ok(AlertState {
                last_seq: Sequence(row.get(0)?),
                started: Timestamp::from_millis(row.get(1)?),
                turn: row.get(2)?,
            })
        })
        .optional()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Incident> {
    let moment = |column| {
        row.get::<_, Option<i64>>(column)
            .map(|at| at.map(Timestamp::from_millis))
    };
    Ok(Incident {
        id: row.get(0)?,
        alert: row.get(1)?,
        opened: Timestamp::from_millis(row.get(2)?),
        seen: Timestamp::from_millis(row.get(3)?),
        messages: row.get(4).map(row::unsigned)?,
        first: moment(5)?,
        last: moment(6)?,
        acked: moment(7)?,
        escalated: moment(8)?,
        closed: moment(9)?,
        facts: from_json(row, 10)?,
        mentions: row.get(11).map(row::unsigned)?,
        waiting: row.get(12).map(row::unsigned)?,
    })
}
