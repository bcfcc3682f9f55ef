//! Taking over mentions that others collected: JSON lines or CSV.
//!
//! In: a file, and a name for the source where its lines name none. Out: the same as of a poll,
//! by the same judge and into the same store: mentions, and what matched nothing kept aside. One
//! thread reads and judges, the other stores and hands on to the index.
//!
//! Invariant: memory does not grow with the file.
//! Invariant: a line that cannot be read is told and left out, and nothing else is.
//! Invariant: the same file taken over twice adds nothing.

mod cells;
mod columns;
mod decoded;
mod lines;
mod rows;
mod values;

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use chrono_tz::Tz;

use super::index_along::{Along, PATIENCE};
use super::judge::Judge;
use crate::model::{Serves, Source, SourceKey, Status, Timestamp};
use crate::query::keys::Keys;
use crate::store::{Draft, Identity, Judged, Past, PastRecord, Store, StoreError, Verdict};

use rows::{Input, Row, Rows, Unreadable};

pub use rows::Refused;

/// Rows that are judged together.
const BATCH: usize = 1_000;

/// What comes within so long is stored in one transaction, and so many rows at least. The keys of new
/// mentions fall on pages all over the database, so that each transaction writes most of them: the
/// longer it is, the less often. Others wait for the write lock meanwhile.
const TURN: Duration = Duration::from_secs(2);
const LEAST: u64 = 4_000;

/// When nothing came for so long, the transaction ends.
const GAP: Duration = Duration::from_millis(100);

/// Between two turns: who waits for the lock looks every ten milliseconds.
const PAUSE: Duration = Duration::from_millis(20);

/// Rows of a batch that are looked up first: where none is known, the file is probably new, and
/// looking up the others would be in vain.
const PROBE: usize = 40;

/// How a file is taken over.
#[derive(Debug, Clone)]
pub struct Options {
    /// The source of every row, whatever the rows say.
    pub source: Option<String>,
    /// The source of rows that name none.
    pub fallback: String,
    /// What columns of a table are: a name of ours, and the one in the table.
    pub columns: Vec<(String, String)>,
    /// Whether it counts as news, which enters digests and alerts, instead of as the past.
    pub as_new: bool,
    /// The sources of the instance: rows of a source of that name are judged by the watchlists
    /// that it serves, and are recognised when it brings them itself.
    pub sources: Vec<Source>,
    /// The zone of dates that name none.
    pub zone: Tz,
    /// When this is.
    pub now: Timestamp,
}

/// What came of taking over a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Rows that could be read.
    pub read: u64,
    /// Mentions that are new.
    pub new: u64,
    /// Mentions that were known and that a further watchlist collects now.
    pub joined: u64,
    /// Rows that were known.
    pub known: u64,
    /// Rows that no watchlist collects, kept aside.
    pub unmatched: u64,
    /// Rows that could not be read.
    pub refused: u64,
    /// Rows that the judge could not judge, by a mistake of ours; kept aside as well.
    pub beyond: u64,
    /// The date of the oldest mention that is new.
    pub oldest: Option<Timestamp>,
}

/// What is told while a file is taken over.
#[derive(Debug)]
pub enum Told<'a> {
    /// Columns of the table that nothing is taken from.
    Unused(&'a [String]),
    /// So many bytes of the file are done.
    Bytes(u64),
    /// A line that is left out.
    Refused(&'a Refused),
    /// All is stored; what follows is the index's.
    Indexing,
}

/// Why a file cannot be taken over at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is one JSON array.
    #[error("this is one JSON array; import reads one object a line")]
    Array,
    /// Its head names no column of words.
    #[error("no column of the table is a text or a title; its head is: {}", head.join(" | "))]
    NoText {
        /// The names in the head.
        head: Vec<String>,
    },
    /// It has no rows.
    #[error("the file is empty")]
    Empty,
}

/// Rows that were judged.
struct Batch {
    record: PastRecord,
    /// The terms of the words of each of its items.
    keys: Vec<Keys>,
    read: u64,
    /// Known and unchanged: nothing to do.
    known: u64,
    beyond: u64,
    refused: Vec<Refused>,
    bytes: u64,
}

/// Takes over `input` into the store in the folder `index`.
///
/// # Errors
///
/// An [`ImportError`] where the file is not what can be read; any other is of the disk.
pub fn import(
    index: &Path,
    judge: &Judge,
    input: impl Read + Send,
    options: &Options,
    tell: &mut dyn FnMut(Told<'_>),
) -> anyhow::Result<Imported> {
    let mut store = Store::open(index)?;
    store.expect_much()?;
    let (sender, receiver) = sync_channel(2);
    let (names, unused) = sync_channel(1);
    let (used, spare) = sync_channel(2);
    thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let rows = Rows::open(input, &options.columns, options.zone).map_err(explain)?;
            let columns = rows.unused_columns().into_iter().map(str::to_owned);
            // Nobody waits any more only where storing failed, which is the error to tell.
            if names.send(columns.collect::<Vec<_>>()).is_err() {
                return Ok(());
            }
            drop(names);
            let sources = options.sources.iter();
            let reader = Reader {
                store: Store::open(index)?,
                judge,
                options,
                spare,
                sources: sources
                    .map(|source| (source.name.as_str(), (source.key(), &source.serves)))
                    .collect(),
            };
            reader.run(rows, &sender)
        });
        if let Ok(columns) = unused.recv() {
            tell(Told::Unused(&columns));
        }
        let stored = take(&mut store, (&receiver, &used), tell);
        // So that the reader does not wait for who has gone.
        drop(receiver);
        let read: anyhow::Result<()> = reader
            .join()
            .unwrap_or_else(|_| Err(anyhow::anyhow!("reading the file was cut off")));
        let imported = stored?;
        read?;
        Ok(imported)
    })
}

fn explain(why: Unreadable) -> anyhow::Error {
    match why {
        Unreadable::Io(error) => unreadable(error),
        Unreadable::Array => ImportError::Array.into(),
        Unreadable::NoText(head) => ImportError::NoText { head }.into(),
        Unreadable::Empty => ImportError::Empty.into(),
    }
}

fn unreadable(error: io::Error) -> anyhow::Error {
    anyhow::Error::new(error).context("the file cannot be read")
}

/// Stores what comes.
fn take(
    store: &mut Store,
    (batches, used): (&Receiver<Batch>, &SyncSender<Vec<Keys>>),
    tell: &mut dyn FnMut(Told<'_>),
) -> anyhow::Result<Imported> {
    let mut imported = Imported::default();
    let mut index = Along::default();
    loop {
        let first = match batches.recv_timeout(PATIENCE) {
            Err(RecvTimeoutError::Timeout) => {
                index.rest(store);
                batches.recv().ok()
            }
            received => received.ok(),
        };
        let Some(first) = first else {
            break;
        };
        let turn = Turn {
            begun: Instant::now(),
            rows: 0,
            first: Some(first),
            batches,
            used,
        };
        turn.take(store, &mut imported, &mut index, tell)
            .context("while storing what was read")?;
        index.settle(store);
        store.sort_in_if_much().context("while sorting keys in")?;
        thread::sleep(PAUSE);
    }
    tell(Told::Indexing);
    store.expect_little()?;
    index.rest(store);
    Ok(imported)
}

/// What is stored in one transaction.
struct Turn<'a> {
    begun: Instant,
    rows: u64,
    first: Option<Batch>,
    batches: &'a Receiver<Batch>,
    /// Where the room of terms goes when they are indexed.
    used: &'a SyncSender<Vec<Keys>>,
}

impl Turn<'_> {
    /// The first batch, and those that come soon.
    fn next(&mut self) -> Option<Batch> {
        let batch = match self.first.take() {
            Some(first) => first,
            None if self.rows >= LEAST && self.begun.elapsed() >= TURN => return None,
            None => self.batches.recv_timeout(GAP).ok()?,
        };
        self.rows += batch.read;
        Some(batch)
    }

    fn take(
        mut self,
        store: &mut Store,
        imported: &mut Imported,
        index: &mut Along,
        tell: &mut dyn FnMut(Told<'_>),
    ) -> Result<(), StoreError> {
        let used = self.used;
        let keys = RefCell::new(Vec::new());
        let (mut read, mut stored) = (Imported::default(), Imported::default());
        let next = || {
            let batch = self.next()?;
            for refused in &batch.refused {
                tell(Told::Refused(refused));
            }
            tell(Told::Bytes(batch.bytes));
            read.add(&Imported {
                read: batch.read,
                known: batch.known,
                beyond: batch.beyond,
                refused: u64::try_from(batch.refused.len()).unwrap_or(0),
                ..Imported::default()
            });
            keys.replace(batch.keys);
            Some(batch.record)
        };
        store.record_past(next, |taken| {
            let keys = keys.take();
            index.take(&taken.added, &keys);
            // Who reads may have enough of them, or have ended.
            drop(used.try_send(keys));
            stored.add(&Imported {
                new: taken.new,
                joined: taken.joined,
                known: taken.known,
                unmatched: taken.kept,
                oldest: taken.oldest,
                ..Imported::default()
            });
        })?;
        imported.add(&read);
        imported.add(&stored);
        Ok(())
    }
}

impl Imported {
    fn add(&mut self, other: &Self) {
        self.read += other.read;
        self.new += other.new;
        self.joined += other.joined;
        self.known += other.known;
        self.unmatched += other.unmatched;
        self.refused += other.refused;
        self.beyond += other.beyond;
        self.oldest = match (self.oldest, other.oldest) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}

/// Reads rows and judges them.
struct Reader<'a> {
    store: Store,
    judge: &'a Judge,
    options: &'a Options,
    /// Terms that are indexed, whose room can be used again.
    spare: Receiver<Vec<Keys>>,
    sources: HashMap<&'a str, (SourceKey, &'a Serves)>,
}

impl Reader<'_> {
    fn run<R: Read>(
        &self,
        mut rows: Rows<Input<R>>,
        batches: &SyncSender<Batch>,
    ) -> anyhow::Result<()> {
        loop {
            let (mut read, mut refused) = (Vec::with_capacity(BATCH), Vec::new());
            let mut ended = false;
            while read.len() + refused.len() < BATCH {
                match rows.next().map_err(unreadable)? {
                    Some(Ok(row)) => read.push(row),
                    Some(Err(wrong)) => refused.push(wrong),
                    None => {
                        ended = true;
                        break;
                    }
                }
            }
            let mut batch = self.judge(read)?;
            batch.refused = refused;
            batch.bytes = rows.bytes_read();
            if batches.send(batch).is_err() || ended {
                return Ok(());
            }
        }
    }

    fn judge(&self, rows: Vec<Row>) -> anyhow::Result<Batch> {
        let mut batch = Batch {
            record: PastRecord {
                now: self.options.now,
                items: Vec::with_capacity(rows.len()),
            },
            keys: Vec::with_capacity(rows.len()),
            read: u64::try_from(rows.len()).unwrap_or(0),
            known: 0,
            beyond: 0,
            refused: Vec::new(),
            bytes: 0,
        };
        let rows = self.identified(rows);
        let mut spare = self.spare.try_recv().unwrap_or_default();
        let identities: Vec<(&SourceKey, &Identity)> =
            rows.iter().map(|(_, key, own)| (key, own)).collect();
        let (probe, rest) = identities.split_at(identities.len().min(PROBE));
        let mut known = self.store.known_past(probe)?;
        if known.contains(&true) {
            known.extend(self.store.known_past(rest)?);
        }
        for (number, (row, source_key, identity)) in rows.into_iter().enumerate() {
            if known.get(number).copied().unwrap_or(false) {
                batch.known += 1;
            } else {
                let mut keys = spare.pop().unwrap_or_default();
                keys.clear();
                let (past, beyond) = self.past(row, source_key, identity, &keys);
                batch.beyond += u64::from(beyond);
                batch.record.items.push(past);
                batch.keys.push(keys);
            }
        }
        Ok(batch)
    }

    /// The rows with what they are recognised by.
    fn identified(&self, rows: Vec<Row>) -> Vec<(Row, SourceKey, Identity)> {
        rows.into_iter()
            .map(|mut row| {
                if let Some(name) = &self.options.source {
                    row.source.clone_from(name);
                } else if row.source.is_empty() {
                    row.source.clone_from(&self.options.fallback);
                }
                let key = match self.sources.get(row.source.as_str()) {
                    Some((key, _)) => key.clone(),
                    None => SourceKey(format!("import {}", row.source)),
                };
                let identity = Identity::alone(&key, &row.item, row.canonical_url.as_deref());
                (row, key, identity)
            })
            .collect()
    }

    /// Judges a row, as of when it was collected, and notes the terms of its words; says also whether
    /// that was beyond the judge.
    fn past(
        &self,
        row: Row,
        source_key: SourceKey,
        identity: Identity,
        keys: &Keys,
    ) -> (Past, bool) {
        let now = self.options.now;
        let collected = row.collected.filter(|at| *at <= now).unwrap_or(now);
        let serves = self
            .sources
            .get(row.source.as_str())
            .map_or(&Serves::Every, |(_, serves)| serves);
        let judging = AssertUnwindSafe(|| {
            self.judge
                .judge_and_note(&row.item, &row.source, serves, collected, keys)
        });
        let (opinion, beyond) = match catch_unwind(judging) {
            Ok(opinion) => (opinion, false),
            Err(_) => (None, true),
        };
        let verdict = opinion.map_or(Verdict::Unmatched, |opinion| {
            Verdict::Matched(Box::new(Judged {
                matches: opinion.matches,
                scores: opinion.scores,
                baseline: !self.options.as_new,
            }))
        });
        let past = Past {
            draft: Draft {
                item: row.item,
                canonical_url: row.canonical_url,
                identity,
                verdict,
            },
            source: row.source,
            source_key,
            collected,
            status: row.status.unwrap_or(Status::Open),
            tags: row.tags,
            copies: row.copies,
        };
        (past, beyond)
    }
}
