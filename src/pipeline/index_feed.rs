//! Hands on to the index what the store changed, and commits now and then.

use anyhow::Result;

use crate::index::Indexer;
use crate::model::Sequence;
use crate::query::keys::Keys;
use crate::store::{Added, Change, Store};

/// Mentions that are read from the store at once.
const BATCH: usize = 1000;

/// Changes between two commits. A commit writes segments that are merged later: rare commits
/// make a long indexing a third cheaper, and what a crash loses is indexed again.
const COMMIT_AFTER: usize = 250_000;

/// The index while it is fed.
#[derive(Debug)]
pub(super) struct Feed {
    indexer: Indexer,
    /// With what was taken over, everything up to this number is known.
    reached: Sequence,
    all: usize,
    uncommitted: usize,
}

impl Feed {
    pub(super) fn new(indexer: Indexer) -> Self {
        Self {
            reached: indexer.reached(),
            indexer,
            all: 0,
            uncommitted: 0,
        }
    }

    /// Takes over what the store changed up to now.
    pub(super) fn catch_up(&mut self, store: &Store) -> Result<()> {
        loop {
            let batch = store.changes(self.reached, BATCH)?;
            for change in &batch.list {
                match change {
                    Change::Put(mention) => self.indexer.put(mention)?,
                    Change::Delete(id) => self.indexer.delete(*id),
                }
            }
            self.note(batch.list.len(), batch.upto);
            self.commit_if_much(store)?;
            if !batch.more {
                return Ok(());
            }
        }
    }

    /// Takes over from memory what this process stores, which need not be certain yet: then nothing
    /// is to be committed before it is. Says whether it could, as nothing else changed since what
    /// was taken over last; if not, it is to catch up. `keys` are the terms of all that was to be
    /// stored, as far as they were noted.
    pub(super) fn take(&mut self, added: &Added, keys: &[Keys]) -> Result<bool> {
        if added.after != self.reached || !added.is_all() {
            return Ok(false);
        }
        let unnoted = Keys::default();
        for (mention, place) in added.mentions.iter().zip(&added.places) {
            let keys = keys.get(*place).unwrap_or(&unnoted);
            self.indexer.put_noted(mention, keys)?;
        }
        self.note(added.mentions.len(), added.upto);
        Ok(true)
    }

    fn note(&mut self, changes: usize, reached: Sequence) {
        self.reached = reached;
        self.all += changes;
        self.uncommitted += changes;
    }

    /// Commits where much was taken over since the last time.
    pub(super) fn commit_if_much(&mut self, store: &Store) -> Result<()> {
        if self.uncommitted >= COMMIT_AFTER {
            self.commit(store)?;
        }
        Ok(())
    }

    /// Makes what was taken over durable, here after it is so in the store.
    pub(super) fn commit(&mut self, store: &Store) -> Result<()> {
        store.settle()?;
        self.indexer.commit(self.reached)?;
        self.uncommitted = 0;
        Ok(())
    }

    /// The index again, and how many changes it took over.
    pub(super) fn end(self) -> (Indexer, usize) {
        (self.indexer, self.all)
    }
}
