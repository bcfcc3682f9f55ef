//! One poll, from start to end.

use std::collections::HashSet;
use std::sync::Arc;

use super::apart::{here_or_apart, is_much};
use super::archive::Archive;
use super::copies;
use super::failure::Failure;
use super::habit;
use super::health::{after_failure, after_success, next_poll};
use super::judge::Judge;
use super::parts::Job;
use super::read::Reading;
use super::recall::{Found, Poll};
use super::remembered;
use crate::clock::Clock;
use crate::extract;
use crate::fetch::{Fetcher, next_try};
use crate::model::{Item, Source, SourceHealth, SourceKey, SourceState, Timestamp};
use crate::store::{Identity, Owner, PollRecord, Recorded};

/// Where a source's memory keeps what its items were judged by.
const JUDGED_BY: &str = "judged-by";

/// Polls sources. Clones share everything.
#[derive(Debug, Clone)]
pub struct Crawler {
    pub(super) judge: Arc<Judge>,
    pub(super) fetcher: Fetcher,
    pub(super) archive: Archive,
    pub(super) owner: Arc<Owner>,
    pub(super) clock: Clock,
    pub(super) uncompared: Arc<copies::Uncompared>,
    /// The sources of whose host nothing else is asked.
    pub(super) alone: Arc<HashSet<SourceKey>>,
}

/// What came of a poll.
#[derive(Debug, Clone)]
pub struct Polled {
    /// The source's name.
    pub name: String,
    /// How it went.
    pub outcome: Outcome,
    /// What was odd about it, in sentences.
    pub notes: Vec<String>,
    /// When the source is polled next.
    pub next: Option<Timestamp>,
}

/// How a poll went.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Items were read.
    Read {
        /// How many.
        items: usize,
        /// What the store made of them.
        recorded: Recorded,
    },
    /// Nothing has changed since the last poll.
    Unchanged,
    /// It failed.
    Failed {
        /// How the source is now.
        health: SourceHealth,
        /// Why, in one line.
        error: String,
    },
    /// Another process is polling it at this moment.
    Elsewhere,
}

impl Crawler {
    /// Polls one source: plan, fetch, parse, match, score, and one transaction.
    ///
    /// That a source fails is an outcome; an error is one of the store.
    pub async fn poll(&self, source: &Source) -> anyhow::Result<Polled> {
        let polled = {
            let _polling = self.uncompared.polling();
            self.poll_alone(source).await?
        };
        self.compare().await?;
        Ok(polled)
    }

    /// Looks for copies among what was recorded, where enough of it is waiting or nobody else would.
    async fn compare(&self) -> anyhow::Result<()> {
        if !self.uncompared.is_time() {
            return Ok(());
        }
        let now = self.clock.now();
        self.archive
            .run(move |store| copies::follow(store, now).map(drop))
            .await
    }

    async fn poll_alone(&self, source: &Source) -> anyhow::Result<Polled> {
        let now = self.clock.now();
        if source.kind.is_pushed() {
            return Ok(Polled {
                name: source.name.clone(),
                outcome: Outcome::Unchanged,
                notes: vec![
                    "nothing is asked for: what is sent to it is taken while `ascolto run` runs"
                        .to_owned(),
                ],
                next: None,
            });
        }
        let Some(mut state) = self.claimed(source, now).await? else {
            return Ok(elsewhere(source));
        };
        let judged_by = self.judge.fingerprint(&source.serves).to_string();
        let rejudge = state
            .memory
            .get(JUDGED_BY)
            .is_some_and(|old| *old != judged_by);
        if rejudge {
            // What is still shown is looked at again by the watchlists as they are now.
            remembered::forget_progress(&mut state.memory);
        }
        let mut reading = self.read(source, &state, rejudge, now).await?;
        if !reading.answered
            && let Some(failure) = reading.failure
        {
            state.memory.extend(remembered::facts(&reading.memory));
            return self.record_failure(source, &state, failure, now).await;
        }
        reading.memory.insert(JUDGED_BY.to_owned(), judged_by);
        self.record(source, &state, reading, rejudge, now).await
    }

    /// The state of a source, claimed; `None` where another process is at it.
    async fn claimed(
        &self,
        source: &Source,
        now: Timestamp,
    ) -> anyhow::Result<Option<SourceState>> {
        let (key, name, owner) = (source.key(), source.name.clone(), Arc::clone(&self.owner));
        let claimed = self
            .archive
            .run_with_others(move |store| store.claim_source(&key, &name, &owner, now))
            .await?;
        Ok(claimed.map(|mut state| {
            state.name.clone_from(&source.name);
            state
        }))
    }

    /// Records what came by itself, as if it had been read: all of it is new, as nobody writes what
    /// was there before.
    pub(super) async fn take(&self, source: &Source, items: Vec<Item>) -> anyhow::Result<Polled> {
        let now = self.clock.now();
        let Some(state) = self.claimed(source, now).await? else {
            return Ok(elsewhere(source));
        };
        let source = Source {
            backfill: true,
            ..source.clone()
        };
        let reading = Reading {
            memory: state.memory.clone(),
            answered: true,
            items: items.into_iter().map(Found::from).collect(),
            ..Reading::default()
        };
        let polled = self.record(&source, &state, reading, false, now).await?;
        self.compare().await?;
        Ok(polled)
    }

    /// Notes that a source that should be written to cannot be.
    pub(super) async fn note_failure(&self, source: &Source, error: String) -> anyhow::Result<()> {
        let now = self.clock.now();
        if let Some(state) = self.claimed(source, now).await? {
            self.record_failure(source, &state, Failure::of_body(error), now)
                .await?;
        }
        Ok(())
    }

    async fn record(
        &self,
        source: &Source,
        state: &SourceState,
        mut reading: Reading,
        rejudge: bool,
        now: Timestamp,
    ) -> anyhow::Result<Polled> {
        let read = reading.items.len();
        let mut after = after_reading(source, state, &mut reading, now);
        self.note_rest(source, &mut after);
        let next = after.next;
        let polled = |outcome, notes| Polled {
            name: source.name.clone(),
            outcome,
            notes,
            next,
        };
        let owner = Arc::clone(&self.owner);
        if reading.unchanged {
            habit::observe(&mut after, state, &[], now);
            let saved = after.clone();
            self.archive
                .run_with_others(move |store| store.save_source(&saved, Some(&owner)))
                .await?;
            let outcome = match reading.failure {
                Some(failure) => Outcome::Failed {
                    health: failure.health,
                    error: failure.error,
                },
                None => Outcome::Unchanged,
            };
            return Ok(polled(outcome, reading.notes));
        }
        let found = Poll::of(fresh_enough(source, state, reading.items, now));
        let (found, seen, mut items) = self.unknown(source, state, found, rejudge).await?;
        let pieces = found.pieces(reading.around, &seen);
        let gone = self.delete_gone(source, reading.gone).await?;
        let news: Vec<Option<Timestamp>> = items
            .iter()
            .filter(|arrival| !arrival.known)
            .map(|arrival| arrival.item.published)
            .collect();
        habit::observe(&mut after, state, &news, now);
        if source.kind.reads_articles() {
            reading.place = None;
            reading.notes.extend(self.read_articles(&mut items).await);
        }
        let job = Arc::new(Job {
            judge: Arc::clone(&self.judge),
            source: source.clone(),
            // Before a source was read once, what it shows was there before anyone listened;
            // so was, for a watchlist that changed, what it did not collect then.
            past: (state.last_ok.is_none() || rejudge) && !source.backfill,
            now,
        });
        let record = PollRecord {
            state: after,
            now,
            judged_by: self.judge.serving(&source.serves),
            seen,
            drafts: Vec::new(),
            pieces,
        };
        let (mut recorded, beyond) = self.record_parts(&job, items, record).await?;
        recorded.gone = gone;
        if beyond > 0 {
            reading.notes.push(format!(
                "{beyond} of its items could not be judged and were kept aside; this is a mistake \
                 of ascolto's"
            ));
        }
        if !recorded.new.is_empty() {
            self.uncompared.note();
        }
        let outcome = Outcome::Read {
            items: read,
            recorded,
        };
        Ok(polled(outcome, reading.notes))
    }

    /// The identities of all items, and the items that are not known and unchanged; where `all` is
    /// set, those that are as well. Gives back also what was found, without its items.
    async fn unknown(
        &self,
        source: &Source,
        state: &SourceState,
        mut found: Poll,
        all: bool,
    ) -> anyhow::Result<(Poll, Vec<Identity>, Vec<Arrival>)> {
        let key = source.key();
        let items = std::mem::take(&mut found.items);
        let (items, canonical, read) = here_or_apart(is_much(&items), {
            let key = key.clone();
            move || identified(&key, items)
        })
        .await?;
        let (seen, passed) = (Arc::new(found.seen(read)), found.passed());
        // Of a source that was never read nothing can be known.
        let known = if state.last_poll.is_none() {
            vec![false; seen.len()]
        } else if items.is_empty() {
            passed.clone()
        } else {
            let (key, seen, passed) = (key.clone(), Arc::clone(&seen), passed.clone());
            self.archive
                .run_with_others(move |store| store.unchanged(&key, &seen, &passed))
                .await?
        };
        let read = seen.iter().zip(known).zip(passed);
        let read = read.filter_map(|(told, passed)| (!passed).then_some(told));
        let mut arrivals = Vec::new();
        for ((item, canonical_url), (identity, known)) in items.into_iter().zip(canonical).zip(read)
        {
            if known && !all {
                continue;
            }
            let mut arrival = Arrival {
                item,
                canonical_url,
                identity: *identity,
                known,
            };
            // The feed still shows the teaser of an article that was read.
            if known && source.kind.reads_articles() {
                let (key, identity) = (key.clone(), arrival.identity);
                let text = self
                    .archive
                    .run(move |store| store.known_text(&key, &identity))
                    .await?;
                arrival.item.text = text.unwrap_or(arrival.item.text);
            }
            arrivals.push(arrival);
        }
        Ok((found, Arc::unwrap_or_clone(seen), arrivals))
    }

    /// Deletes what was deleted where it was published; gives how much of it there was.
    async fn delete_gone(&self, source: &Source, gone: Vec<Item>) -> anyhow::Result<usize> {
        if gone.is_empty() {
            return Ok(0);
        }
        let key = source.key();
        self.archive
            .run(move |store| {
                let identities = gone.iter().map(|item| {
                    let canonical = item.url.as_deref().and_then(extract::canonical_url);
                    Identity::alone(&key, item, canonical.as_deref())
                });
                store.delete_gone(&key, identities)
            })
            .await
    }

    /// What the source's host asked for outlives this process.
    fn note_rest(&self, source: &Source, after: &mut SourceState) {
        let now = self.clock.now();
        self.fetcher
            .note_rest(source.kind.url(), &mut after.memory, now);
    }

    async fn record_failure(
        &self,
        source: &Source,
        state: &SourceState,
        failure: Failure,
        now: Timestamp,
    ) -> anyhow::Result<Polled> {
        let mut after = after_failure(state, now, failure.health, failure.error.clone());
        after.next = Some(next_try(
            failure.retry,
            after.error_count,
            source.every,
            now,
            seed(&after.key, now),
        ));
        self.note_rest(source, &mut after);
        let (saved, owner) = (after.clone(), Arc::clone(&self.owner));
        self.archive
            .run_with_others(move |store| store.save_source(&saved, Some(&owner)))
            .await?;
        Ok(Polled {
            name: source.name.clone(),
            outcome: Outcome::Failed {
                health: failure.health,
                error: failure.error,
            },
            notes: Vec::new(),
            next: after.next,
        })
    }
}

fn elsewhere(source: &Source) -> Polled {
    Polled {
        name: source.name.clone(),
        outcome: Outcome::Elsewhere,
        notes: Vec::new(),
        next: None,
    }
}

/// The state after at least one request was answered. Where others failed, what was given counts,
/// and the source fails until all of it was read.
fn after_reading(
    source: &Source,
    state: &SourceState,
    reading: &mut Reading,
    now: Timestamp,
) -> SourceState {
    let mut after = after_success(
        state,
        now,
        reading.elapsed,
        u64::try_from(reading.items.len()).unwrap_or(u64::MAX),
        std::mem::take(&mut reading.memory),
    );
    let seed = seed(&after.key, now);
    after.next = Some(next_poll(now, source.every, seed));
    if let Some(failure) = &reading.failure {
        after = SourceState {
            last_ok: state.last_ok,
            items: after.items,
            memory: after.memory,
            ..after_failure(state, now, failure.health, failure.error.clone())
        };
        let next = next_try(failure.retry, after.error_count, source.every, now, seed);
        after.next = Some(next);
        let note = format!("not all of it was read: {}", failure.error);
        reading.notes.push(note);
    }
    if let Some(rest) = reading.rest {
        after.next = after.next.max(Some(now.plus(rest)));
    }
    after
}

/// An item to be judged.
pub(super) struct Arrival {
    pub(super) item: Item,
    pub(super) canonical_url: Option<String>,
    pub(super) identity: Identity,
    /// Whether the store knows it as it is.
    pub(super) known: bool,
}

/// The items with their canonical addresses and their identities.
fn identified(
    key: &SourceKey,
    items: Vec<Item>,
) -> (Vec<Item>, Vec<Option<String>>, Vec<Identity>) {
    let canonical: Vec<Option<String>> = items
        .iter()
        .map(|item| item.url.as_deref().and_then(extract::canonical_url))
        .collect();
    let pairs = items
        .iter()
        .zip(&canonical)
        .map(|(item, url)| (item, url.as_deref()));
    let seen = Identity::of_poll(key, pairs);
    (items, canonical, seen)
}

/// The items that are not older than the source's `freshness`; all on the first poll.
fn fresh_enough(
    source: &Source,
    state: &SourceState,
    mut items: Vec<Found>,
    now: Timestamp,
) -> Vec<Found> {
    if let (Some(freshness), Some(_)) = (source.freshness, state.last_ok) {
        let oldest = now.minus(freshness);
        items.retain(|found| found.published().is_none_or(|at| at >= oldest));
    }
    items
}

/// A number that differs from source to source and from poll to poll.
fn seed(key: &SourceKey, now: Timestamp) -> u64 {
    key.0
        .bytes()
        .fold(now.millis().unsigned_abs(), |seed, byte| {
            seed.wrapping_mul(31).wrapping_add(u64::from(byte))
        })
}
