//! Keeps the index up with the store: tailing, rebuilding, verifying.
//!
//! Whoever stored something tails the index afterwards; one at a time writes. Who finds the lock
//! taken goes away, and nothing stays unindexed for it:
//!
//! - A stores number n, then finds the lock taken by B. At that moment B has not released it.
//! - B looks at the store once more *after* releasing the lock, so it sees n; it takes the lock
//!   again and indexes n.
//! - If it finds the lock taken by C by then, C took it after B released it and looked at the
//!   store after taking it, so C sees n.
//! - If B dies in between, n waits for whoever stores or searches next: a search tails first.
//!
//! The index never knows more than the store: before each commit of the index everything in the
//! store up to the number it carries is flushed to the disk ([`Store::settle`]). And it is bound
//! to the store by the store's token, so after a restored backup it is made anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context, Result, bail};

use super::index_feed::Feed;
use crate::index::{Effort, Fresh, Indexer, Searcher, Target, fingerprint, standing};
use crate::model::{MentionId, Sequence};
use crate::store::{Change, Store};

/// Mentions that are compared at once.
const BATCH: usize = 1000;

/// From so many changes on, indexing is worth two threads and much memory.
pub(super) const MANY: i64 = 20_000;

/// What came of tailing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tailed {
    /// How far the index is now, as far as this process knows.
    pub reached: Sequence,
    /// How many changes this process took over.
    pub changes: usize,
    /// Whether another process is writing, and goes on to the present.
    pub elsewhere: bool,
    /// Why the index was made anew, where it was.
    pub fresh: Option<Fresh>,
}

/// The folder of the index of an instance, inside the one of its store.
pub fn folder(store: &Store) -> PathBuf {
    store.folder().join("search")
}

/// Brings the index up to the store.
pub fn tail(store: &Store) -> Result<Tailed> {
    tail_with(store, Effort::Usual)
}

/// Brings the index up to the store for someone who waits: merging is left to others.
pub(crate) fn tail_quickly(store: &Store) -> Result<Tailed> {
    tail_with(store, Effort::Little)
}

fn tail_with(store: &Store, effort: Effort) -> Result<Tailed> {
    let folder = folder(store);
    let mut tailed = Tailed {
        reached: Sequence(0),
        changes: 0,
        elsewhere: false,
        fresh: None,
    };
    loop {
        let target = target(store)?;
        let reached = match standing(&folder) {
            Some(standing) if standing == target => {
                tailed.reached = target.upto;
                return Ok(tailed);
            }
            Some(standing) if standing.token == target.token => standing.upto,
            _ => Sequence(0),
        };
        let many = target.upto.0 - reached.0 > MANY;
        let effort = if many { Effort::Bulk } else { effort };
        let Some(indexer) = Indexer::try_open(&folder, &target, effort)? else {
            tailed.elsewhere = true;
            tailed.reached = reached;
            return Ok(tailed);
        };
        if let Some(why) = indexer.fresh() {
            tracing::info!(?why, "the index is made anew");
            tailed.fresh = Some(why.clone());
        }
        let (indexer, changes) = feed(store, indexer)?;
        tailed.changes += changes;
        tailed.reached = indexer.reached();
        indexer.finish()?;
    }
}

pub(super) fn target(store: &Store) -> Result<Target> {
    Ok(Target {
        token: store.token()?,
        upto: store.max_seq()?,
    })
}

/// Takes over everything that the store changed since; gives how many changes. Always commits at
/// the end, so that also an index of nothing says what it reached.
fn feed(store: &Store, indexer: Indexer) -> Result<(Indexer, usize)> {
    let mut feed = Feed::new(indexer);
    feed.catch_up(store)?;
    feed.commit(store)?;
    Ok(feed.end())
}

/// Makes a new index beside the one there is and puts it in its place by one rename. Waits up to
/// `patience` for another writer; gives how many mentions are indexed.
pub fn rebuild(store: &Store, patience: Duration) -> Result<usize> {
    let folder = folder(store);
    let begun = Instant::now();
    let indexer = loop {
        if let Some(indexer) = Indexer::try_fresh(&folder, &target(store)?, Effort::Bulk)? {
            break indexer;
        }
        if begun.elapsed() >= patience {
            bail!("another ascolto is writing the index; try again when it is done");
        }
        thread::sleep(Duration::from_millis(20));
    };
    let (indexer, taken) = feed(store, indexer).context("while making the index anew")?;
    indexer.finish()?;
    // What was stored meanwhile was left to us.
    let rest = tail(store)?;
    Ok(taken + rest.changes)
}

/// Brings the index up to the store and rewrites what of it was deleted to at least this share (0
/// to 1) of a segment, so that nothing of it remains on the disk. Waits up to `patience` for
/// another writer; says whether it could be done.
pub fn expunge(store: &Store, share: f64, patience: Duration) -> Result<bool> {
    let folder = folder(store);
    let begun = Instant::now();
    loop {
        if let Some(indexer) = Indexer::try_open(&folder, &target(store)?, Effort::Little)? {
            let (mut indexer, _) = feed(store, indexer)?;
            indexer.expunge(share)?;
            indexer.finish()?;
            tail(store)?;
            return Ok(true);
        }
        if begun.elapsed() >= patience {
            return Ok(false);
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// What comparing index and store showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many mentions were compared.
    pub checked: usize,
    /// Stored and not indexed.
    pub missing: Vec<MentionId>,
    /// Indexed and not stored, or indexed twice.
    pub extra: Vec<MentionId>,
    /// Indexed otherwise than stored.
    pub different: Vec<MentionId>,
    /// Files of the index whose bytes changed since they were written.
    pub damaged: Vec<PathBuf>,
}

impl Verified {
    /// Whether index and store agree.
    pub fn is_equal(&self) -> bool {
        self.missing.is_empty()
            && self.extra.is_empty()
            && self.different.is_empty()
            && self.damaged.is_empty()
    }
}

/// Brings the index up to the store and compares the two, mention by mention. What changes while
/// it runs is not counted against the index.
pub fn verify(store: &Store) -> Result<Verified> {
    tail(store)?;
    let searcher = Searcher::open(&folder(store))?.context("there is no index yet")?;
    let reached = searcher.reached();
    let mut verified = Verified {
        damaged: searcher.damaged_files()?,
        ..Verified::default()
    };
    let mut indexed = searcher.entries()?.into_iter().peekable();
    let mut after = MentionId(0);
    let mut not_stored = BTreeSet::new();
    loop {
        let page = store.mentions_after(after, BATCH)?;
        let ids: Vec<MentionId> = page.iter().map(|mention| mention.id).collect();
        let copies = store.copies_among(&ids)?;
        for mention in &page {
            after = mention.id;
            while let Some(entry) = indexed.next_if(|entry| entry.id < mention.id) {
                not_stored.insert(entry.id);
            }
            let entry = indexed.next_if(|entry| entry.id == mention.id);
            if indexed.peek().is_some_and(|entry| entry.id == mention.id) {
                verified.extra.push(mention.id);
            }
            while indexed.next_if(|entry| entry.id == mention.id).is_some() {}
            if mention.seq > reached {
                continue;
            }
            if copies.contains(&mention.id) {
                verified.extra.extend(entry.map(|_| mention.id));
                continue;
            }
            verified.checked += 1;
            match entry {
                None => verified.missing.push(mention.id),
                Some(entry)
                    if entry.seq != mention.seq || entry.fingerprint != fingerprint(mention) =>
                {
                    verified.different.push(mention.id);
                }
                Some(_) => {}
            }
        }
        if page.len() < BATCH {
            break;
        }
    }
    not_stored.extend(indexed.map(|entry| entry.id));
    // What was deleted after the index was read is not held against it.
    for change in store.changes(reached, usize::MAX)?.list {
        if let Change::Delete(id) = change {
            not_stored.remove(&id);
        }
    }
    verified.extra.extend(not_stored);
    Ok(verified)
}

/// How the index is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// How many mentions are stored, those that are copies of others left out.
    pub stored: u64,
    /// How many are indexed; `None` where there is no index.
    pub indexed: Option<u64>,
    /// The last sequence number of the store.
    pub upto: Sequence,
    /// The one that the index reaches.
    pub reached: Sequence,
    /// How many segments it has.
    pub segments: usize,
    /// What it takes on the disk, in bytes.
    pub bytes: u64,
}

/// Looks at the index without changing it.
pub fn status(store: &Store) -> Result<Status> {
    let folder = folder(store);
    let searcher = Searcher::open(&folder)?;
    Ok(Status {
        stored: store.count_originals()?,
        indexed: searcher.as_ref().map(Searcher::len),
        upto: store.max_seq()?,
        reached: searcher.as_ref().map_or(Sequence(0), Searcher::reached),
        segments: searcher.as_ref().map_or(0, Searcher::segments),
        bytes: bytes_in(&folder),
    })
}

/// The bytes of all files in a folder and the folders in it. What vanishes meanwhile counts zero.
pub fn bytes_in(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(found) if found.is_dir() => bytes_in(&entry.path()),
            Ok(found) => found.len(),
            Err(_) => 0,
        })
        .sum()
}
