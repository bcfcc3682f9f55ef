//! Writing the index: one writer at a time, each commit with the sequence number it reaches.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, thread};

use serde::{Deserialize, Serialize};
use tantivy::directory::error::LockError;
use tantivy::index::{SegmentId, SegmentMeta};
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, NoMergePolicy};
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{Index, IndexSettings, IndexWriter, TantivyDocument, TantivyError, Term};

use super::error::IndexError;
use super::schema::{self, Fields, document, unsigned};
use super::{folder, tokenizer};
use crate::model::{Mention, MentionId, Sequence};
use crate::query::keys::Keys;

/// Which store the index is to follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The name that the store drew when it was made.
    pub token: String,
    /// The last sequence number that it has given.
    pub upto: Sequence,
}

/// How much work a writing is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// A few mentions, and someone waits: little memory, no segments merged.
    Little,
    /// The usual: one thread, segments merged.
    Usual,
    /// Very many mentions, which are made in this process meanwhile: one thread with much memory,
    /// segments merged.
    Alongside,
    /// Very many mentions: two threads with much memory, segments merged.
    Bulk,
}

/// Why an index is made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fresh {
    /// There was none.
    Missing,
    /// Someone asked for it.
    Asked,
    /// It was made by another version, with other fields.
    OtherVersion,
    /// It followed another store, or this one before a backup was restored.
    OtherStore,
    /// It could not be read; this is what Tantivy said.
    Damaged(String),
}

/// What each commit carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Payload {
    /// The version of the fields.
    pub(super) version: u32,
    /// The name of the store.
    pub(super) store: String,
    /// The sequence number reached.
    pub(super) reached: Sequence,
    /// The highest number of a mention that was ever indexed: above it, nothing is to be replaced.
    pub(super) last_id: i64,
}

/// So many of the largest segments are left as they are: a cold search opens each segment's files, and
/// looks each word up in it.
const KEPT: usize = 3;

/// How often the engine's own lock is asked for, and how long to wait in between: five seconds in all.
const TRIES: u32 = 2_500;
const BETWEEN_TRIES: Duration = Duration::from_millis(2);

/// The engine's writer. Whoever opens it has the right to write, so that its own lock can be taken
/// only by a process that is being started, which has the files of the one that starts it for a
/// moment.
fn tantivy_writer(index: &Index, effort: Effort) -> Result<IndexWriter, TantivyError> {
    // Threads, the bytes that each may hold, and how many merge at once: what is merged is mapped
    // into memory.
    let (threads, budget, merging) = match effort {
        Effort::Little => (1, 20_000_000, 4),
        Effort::Usual => (1, 60_000_000, 4),
        Effort::Alongside => (1, 130_000_000, 1),
        Effort::Bulk => (2, 100_000_000, 2),
    };
    let open = || {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(threads)
            .memory_budget_per_thread(budget)
            .num_merge_threads(merging)
            .build();
        index.writer_with_options(options)
    };
    for _ in 1..TRIES {
        match open() {
            Err(TantivyError::LockFailure(LockError::LockBusy, _)) => thread::sleep(BETWEEN_TRIES),
            opened => return opened,
        }
    }
    open()
}

/// The one who writes. The right to write ends with it, whether it is finished or dropped; what
/// was not committed is then lost, and found again from the store.
#[derive(Debug)]
pub struct Indexer {
    /// Dropped before the lock, as fields are in their order.
    writer: Writer,
    effort: Effort,
    folder: PathBuf,
    generation: PathBuf,
    payload: Payload,
    fresh: Option<Fresh>,
    _lock: folder::Right,
}

struct Writer {
    tantivy: IndexWriter,
    fields: Fields,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl Indexer {
    /// Takes the right to write to the index in `folder`; `None` if another has it. An index that
    /// cannot go on to `target` is made anew: [`Indexer::fresh`] tells why.
    pub fn try_open(
        folder: &Path,
        target: &Target,
        effort: Effort,
    ) -> Result<Option<Self>, IndexError> {
        let Some(lock) = folder::lock(folder)? else {
            return Ok(None);
        };
        match existing(folder, target) {
            Ok((generation, index, payload)) => {
                let opened = Self::new(folder, generation, &index, payload, effort, lock)?;
                Ok(Some(opened))
            }
            Err(why) => Self::begin(folder, target, effort, lock, why).map(Some),
        }
    }

    /// Takes the right to write and begins a new index beside the one there is, which readers go
    /// on using until [`Indexer::finish`]; `None` if another has the right.
    pub fn try_fresh(
        folder: &Path,
        target: &Target,
        effort: Effort,
    ) -> Result<Option<Self>, IndexError> {
        match folder::lock(folder)? {
            Some(lock) => Self::begin(folder, target, effort, lock, Fresh::Asked).map(Some),
            None => Ok(None),
        }
    }

    fn begin(
        folder: &Path,
        target: &Target,
        effort: Effort,
        lock: folder::Right,
        why: Fresh,
    ) -> Result<Self, IndexError> {
        let generation = folder::begin(folder)?;
        let payload = Payload {
            version: schema::VERSION,
            store: target.token.clone(),
            reached: Sequence(0),
            last_id: 0,
        };
        let (schema, _) = schema::schema();
        let index = Index::builder()
            .schema(schema)
            .settings(IndexSettings::default())
            .create_in_dir(&generation)
            .map_err(|source| IndexError::of(&generation, source))?;
        let mut fresh = Self::new(folder, generation, &index, payload, effort, lock)?;
        fresh.fresh = Some(why);
        Ok(fresh)
    }

    fn new(
        folder: &Path,
        generation: PathBuf,
        index: &Index,
        payload: Payload,
        effort: Effort,
        lock: folder::Right,
    ) -> Result<Self, IndexError> {
        register(index);
        let (_, fields) = schema::schema();
        let tantivy =
            tantivy_writer(index, effort).map_err(|source| IndexError::of(&generation, source))?;
        tantivy.set_merge_policy(match effort {
            Effort::Little => Box::new(NoMergePolicy),
            Effort::Usual | Effort::Alongside | Effort::Bulk => {
                // A cold search opens every segment's files: rather few. And what is merged is mapped
                // into memory: eight at a time are merged less often, but take 200 MB more.
                let mut policy = LogMergePolicy::default();
                policy.set_min_num_segments(4);
                policy.set_del_docs_ratio_before_merge(0.3);
                Box::new(policy)
            }
        });
        Ok(Self {
            writer: Writer { tantivy, fields },
            effort,
            folder: folder.to_owned(),
            generation,
            payload,
            fresh: None,
            _lock: lock,
        })
    }

    /// The sequence number reached: what the store changed after it is to be taken over.
    pub fn reached(&self) -> Sequence {
        self.payload.reached
    }

    /// Why the index is made anew; `None` where it goes on.
    pub fn fresh(&self) -> Option<&Fresh> {
        self.fresh.as_ref()
    }

    /// Takes over a mention that is new or differs.
    pub fn put(&mut self, mention: &Mention) -> Result<(), IndexError> {
        self.put_noted(mention, &Keys::default())
    }

    /// The same, where the terms of its title and text may have been noted.
    pub fn put_noted(&mut self, mention: &Mention, keys: &Keys) -> Result<(), IndexError> {
        if mention.id.0 <= self.payload.last_id {
            self.delete(mention.id);
        }
        self.payload.last_id = self.payload.last_id.max(mention.id.0);
        let taken: TantivyDocument = document(&self.writer.fields, mention, keys);
        let added = self.writer.tantivy.add_document(taken);
        added.map(drop).map_err(|source| self.error(source))
    }

    /// Takes over that a mention is gone.
    pub fn delete(&mut self, id: MentionId) {
        let term = Term::from_field_u64(self.writer.fields.id, unsigned(id.0));
        self.writer.tantivy.delete_term(term);
    }

    /// Makes what was taken over durable, and visible if the index is not fresh: everything that
    /// the store changed up to `reached`, which must not be lost there any more.
    pub fn commit(&mut self, reached: Sequence) -> Result<(), IndexError> {
        self.payload.reached = reached;
        let generation = self.generation.clone();
        let failed = |source| IndexError::of(&generation, source);
        let payload = serde_json::to_string(&self.payload)
            .map_err(|error| failed(TantivyError::InternalError(error.to_string())))?;
        let mut commit = self.writer.tantivy.prepare_commit().map_err(failed)?;
        commit.set_payload(&payload);
        commit.commit().map(drop).map_err(failed)
    }

    /// Rewrites the segments of which at least this share (0 to 1) was deleted, so that neither
    /// the words nor the space of what is gone remain on the disk. What was committed counts.
    pub fn expunge(&mut self, share: f64) -> Result<(), IndexError> {
        let segments = self.writer.tantivy.index().searchable_segment_metas();
        for segment in segments.map_err(|source| self.error(source))? {
            let deleted = f64::from(segment.num_deleted_docs());
            if deleted > 0.0 && deleted >= share * f64::from(segment.max_doc()) {
                let merged = self.writer.tantivy.merge(&[segment.id()]).wait();
                merged.map_err(|source| self.error(source))?;
            }
        }
        let collected = self.writer.tantivy.garbage_collect_files().wait();
        collected.map(drop).map_err(|source| self.error(source))
    }

    /// Waits for merges and gives the right to write back. A fresh index becomes the current one
    /// now. After very many mentions the smallest segments become one.
    pub fn finish(self) -> Result<(), IndexError> {
        let Self {
            writer,
            effort,
            folder,
            generation,
            fresh,
            _lock: lock,
            ..
        } = self;
        let index = writer.tantivy.index().clone();
        let done = writer.tantivy.wait_merging_threads();
        let done = done.and_then(|()| match effort {
            Effort::Little | Effort::Usual => Ok(()),
            Effort::Alongside | Effort::Bulk => join_small(&index),
        });
        done.map_err(|source| IndexError::of(&generation, source))?;
        if fresh.is_some() {
            folder::publish(&folder, &generation)?;
        }
        drop(lock);
        Ok(())
    }

    fn error(&self, source: TantivyError) -> IndexError {
        IndexError::of(&self.generation, source)
    }
}

/// Merges the smallest segments into one, where that leaves fewer to open.
fn join_small(index: &Index) -> tantivy::Result<()> {
    let small = small_segments(index)?;
    if small.len() > 1 {
        let mut writer = tantivy_writer(index, Effort::Little)?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        writer.merge(&small).wait()?;
        writer.garbage_collect_files().wait()?;
        writer.wait_merging_threads()?;
    }
    Ok(())
}

/// Which segments are worth joining. By name: as long as someone has what describes them, their files
/// are kept.
fn small_segments(index: &Index) -> tantivy::Result<Vec<SegmentId>> {
    let mut segments = index.searchable_segment_metas()?;
    segments.sort_by_key(|segment| Reverse(segment.num_docs()));
    let sizes: Vec<u32> = segments.iter().map(SegmentMeta::num_docs).collect();
    let small = segments.iter().rev().take(worth_joining(&sizes));
    Ok(small.map(SegmentMeta::id).collect())
}

/// How many of the last of these sizes, the largest first, are joined: none of the largest, and none
/// that is over four times as large as all after it together, or it would be written again for each few
/// that come.
fn worth_joining(sizes: &[u32]) -> usize {
    let small = sizes.get(KEPT..).unwrap_or_default();
    let mut sum = 0;
    let mut count = 0;
    for size in small.iter().rev().map(|size| u64::from(*size)) {
        if count > 0 && size > 4 * sum {
            break;
        }
        sum += size;
        count += 1;
    }
    count
}

/// The current index with its payload, if it can go on to `target`; else why it cannot.
fn existing(folder: &Path, target: &Target) -> Result<(PathBuf, Index, Payload), Fresh> {
    let generation = folder::current(folder).ok_or(Fresh::Missing)?;
    let damaged = |error: TantivyError| Fresh::Damaged(error.to_string());
    let index = Index::open_in_dir(&generation).map_err(damaged)?;
    let payload = payload(&index).map_err(damaged)?;
    if index.schema() != schema::schema().0 {
        return Err(Fresh::OtherVersion);
    }
    match payload {
        None => Err(Fresh::OtherVersion),
        Some(payload) if payload.version != schema::VERSION => Err(Fresh::OtherVersion),
        Some(payload) if payload.store != target.token || payload.reached > target.upto => {
            Err(Fresh::OtherStore)
        }
        // Opening a reader opens the files of all segments: what is missing shows here.
        Some(payload) => match index.reader() {
            Ok(_) => Ok((generation, index, payload)),
            Err(error) => Err(damaged(error)),
        },
    }
}

/// What the last commit carries; `None` where nothing that can be read.
fn payload(index: &Index) -> tantivy::Result<Option<Payload>> {
    let text = index.load_metas()?.payload.unwrap_or_default();
    Ok(serde_json::from_str(&text).ok())
}

/// The payload of the index in a folder, as Tantivy's `meta.json` has it.
pub(super) fn payload_in(generation: &Path) -> Option<Payload> {
    #[derive(Deserialize)]
    struct Meta {
        payload: String,
    }
    let meta = fs::read(generation.join("meta.json")).ok()?;
    let meta: Meta = serde_json::from_slice(&meta).ok()?;
    serde_json::from_str(&meta.payload).ok()
}

/// Tells Tantivy how words are cut.
pub(super) fn register(index: &Index) {
    let words = TextAnalyzer::from(tokenizer::Words::default());
    index.tokenizers().register(tokenizer::NAME, words);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_segments_are_joined_and_large_ones_left() {
        for (sizes, joined) in [
            (&[][..], 0),
            (&[9], 0),
            (&[9, 9, 9], 0),
            (&[9, 9, 9, 9], 1),
            (&[40, 40, 10, 10, 3, 3], 3),
            (&[40, 40, 10, 10, 3, 1], 3),
            // Nothing is written again and again for the few that come.
            (&[40, 40, 10, 10, 1], 1),
            (&[40, 40, 40, 20, 1, 1], 2),
            (&[5, 5, 5, 5, 5, 5, 5, 5], 5),
            // What a million left.
            (&[222, 222, 222, 221, 39, 30, 27, 13], 5),
        ] {
            assert_eq!(worth_joining(sizes), joined, "{sizes:?}");
        }
    }

    #[test]
    fn the_smallest_segments_become_one() {
        let (schema, fields) = schema::schema();
        let index = Index::create_in_ram(schema);
        register(&index);
        let mut writer = tantivy_writer(&index, Effort::Little).unwrap();
        writer.set_merge_policy(Box::new(NoMergePolicy));
        for number in 1..=7_u64 {
            let mut document = TantivyDocument::new();
            document.add_u64(fields.id, number);
            writer.add_document(document).unwrap();
            writer.commit().unwrap();
        }
        writer.wait_merging_threads().unwrap();
        assert_eq!(index.searchable_segment_ids().unwrap().len(), 7);
        join_small(&index).unwrap();
        let segments = index.searchable_segment_metas().unwrap();
        let mut sizes: Vec<u32> = segments.iter().map(SegmentMeta::num_docs).collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [1, 1, 1, 4]);
    }
}
