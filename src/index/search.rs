//! Asking the index.

use std::ops::Bound;
use std::path::{Path, PathBuf};

use tantivy::collector::Count;
use tantivy::query::{AllQuery, BooleanQuery, Occur, RangeQuery};
use tantivy::schema::Field;
use tantivy::{Index, IndexReader, ReloadPolicy, SegmentReader, TantivyError, Term};

use super::counted::Counted;
use super::error::IndexError;
use super::folder;
use super::ranked::Ranked;
use super::schema::{self, Fields};
use super::tally::{Dimension, Tally};
use super::translate::translate;
use super::writer::{Target, payload_in, register};
use crate::model::{MentionId, Sequence, Timestamp};
use crate::query::Query;

/// In which order mentions are listed; equal ones by date, the newest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// By date, the newest first.
    #[default]
    Newest,
    /// By how well title and text answer the query (BM25, the title weighs more).
    Relevance,
    /// By priority score, the highest first.
    Priority,
    /// By engagement, the highest first; unknown last.
    Engagement,
}

/// A stretch of time; an end that is `None` is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Window {
    /// The first moment, included.
    pub since: Option<Timestamp>,
    /// The moment after the last, excluded.
    pub until: Option<Timestamp>,
}

impl Window {
    /// Whether the moment lies in it.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }
}

/// How far the index in `folder` has come and which store it follows, read without opening it;
/// `None` where there is none that this version can read.
pub fn standing(folder: &Path) -> Option<Target> {
    let generation = folder::current(folder)?;
    let payload = payload_in(&generation)?;
    (payload.version == schema::VERSION).then_some(Target {
        token: payload.store,
        upto: payload.reached,
    })
}

/// The state of the index at one moment, for reading.
pub struct Searcher {
    tantivy: tantivy::Searcher,
    fields: Fields,
    reached: Sequence,
    token: String,
    generation: PathBuf,
    _reader: IndexReader,
}

impl std::fmt::Debug for Searcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Searcher")
            .field("generation", &self.generation)
            .field("reached", &self.reached)
            .finish_non_exhaustive()
    }
}

/// A query as the index can answer it.
pub struct Narrowed {
    query: Box<dyn tantivy::query::Query>,
    /// Whether the index's answer is the answer; else it holds every match, and others.
    pub exact: bool,
}

impl std::fmt::Debug for Narrowed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Narrowed")
            .field("query", &self.query)
            .field("exact", &self.exact)
            .finish()
    }
}

/// A mention as the index has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its number.
    pub id: MentionId,
    /// The number of the change that was indexed.
    pub seq: Sequence,
    /// The hash of what was indexed.
    pub fingerprint: u64,
}

impl Searcher {
    /// Opens the index in `folder`; `None` where there is none that this version can read.
    pub fn open(folder: &Path) -> Result<Option<Self>, IndexError> {
        // A generation may be replaced between reading its name and opening it: look again.
        let mut tries = 0;
        loop {
            let Some(generation) = folder::current(folder) else {
                return Ok(None);
            };
            match Self::open_generation(&generation) {
                Err(source) if folder::current(folder).as_ref() == Some(&generation) => {
                    return Err(IndexError::of(&generation, source));
                }
                Err(source) if tries > 10 => return Err(IndexError::of(&generation, source)),
                Err(_) => tries += 1,
                Ok(opened) => return Ok(opened),
            }
        }
    }

    fn open_generation(generation: &Path) -> tantivy::Result<Option<Self>> {
        let index = Index::open_in_dir(generation)?;
        let (schema, fields) = schema::schema();
        // The payload is read before and after the reader is made: if they differ, someone
        // committed in between, and the reader may show either.
        loop {
            let before = payload_in(generation);
            let Some(payload) = before
                .filter(|payload| payload.version == schema::VERSION && index.schema() == schema)
            else {
                return Ok(None);
            };
            register(&index);
            let reader = index
                .reader_builder()
                .reload_policy(ReloadPolicy::Manual)
                .num_warming_threads(0)
                .try_into()?;
            if payload_in(generation).as_ref() == Some(&payload) {
                return Ok(Some(Self {
                    tantivy: IndexReader::searcher(&reader),
                    fields,
                    reached: payload.reached,
                    token: payload.store,
                    generation: generation.to_owned(),
                    _reader: reader,
                }));
            }
        }
    }

    /// The sequence number up to which the store is indexed.
    pub fn reached(&self) -> Sequence {
        self.reached
    }

    /// The name of the store that it follows.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// How many mentions are indexed.
    pub fn len(&self) -> u64 {
        self.tantivy.num_docs()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many segments the index has.
    pub fn segments(&self) -> usize {
        self.tantivy.segment_readers().len()
    }

    /// The widest question that finds every mention that `query` matches at `now`, within
    /// `window`.
    pub fn narrow(
        &self,
        query: &Query,
        window: Window,
        now: Timestamp,
    ) -> Result<Narrowed, IndexError> {
        let (mut narrow, exact) =
            translate(&self.tantivy, &self.fields, query, now).map_err(|e| self.error(e))?;
        if window != Window::default() {
            let term = |at: Timestamp| Term::from_field_i64(self.fields.date, at.millis());
            let range = RangeQuery::new(
                window
                    .since
                    .map_or(Bound::Unbounded, |at| Bound::Included(term(at))),
                window
                    .until
                    .map_or(Bound::Unbounded, |at| Bound::Excluded(term(at))),
            );
            narrow = Box::new(BooleanQuery::new(vec![
                (Occur::Must, narrow),
                (Occur::Must, super::translate::unweighted(Box::new(range))),
            ]));
        }
        Ok(Narrowed {
            query: narrow,
            exact,
        })
    }

    /// The first `limit` mentions that the index finds, in order, and how many it finds.
    pub fn list(
        &self,
        narrowed: &Narrowed,
        order: Order,
        limit: usize,
    ) -> Result<(Vec<MentionId>, usize), IndexError> {
        let ranked = Ranked { order, limit };
        let (places, total) = self
            .tantivy
            .search(&narrowed.query, &ranked)
            .map_err(|e| self.error(e))?;
        let ids = places.into_iter().map(super::ranked::Place::mention);
        Ok((ids.collect(), total))
    }

    /// What [`Searcher::list`] gives and, in the same pass, counts by each of `dimensions`, in their
    /// order; by the sentiment about the brand of the watchlist `view` (folded) where one is given.
    pub fn list_and_tally(
        &self,
        narrowed: &Narrowed,
        (order, limit): (Order, usize),
        dimensions: &[Dimension],
        view: Option<&str>,
    ) -> Result<(Vec<MentionId>, usize, Vec<Tally>), IndexError> {
        let counted = Counted {
            dimensions: dimensions.to_vec(),
            view: view.map(str::to_owned),
        };
        let ((places, total), tallies) = self
            .tantivy
            .search(&narrowed.query, &(Ranked { order, limit }, counted))
            .map_err(|e| self.error(e))?;
        let ids = places.into_iter().map(super::ranked::Place::mention);
        Ok((ids.collect(), total, tallies))
    }

    /// How many mentions the index finds.
    pub fn count(&self, narrowed: &Narrowed) -> Result<usize, IndexError> {
        self.tantivy
            .search(&narrowed.query, &Count)
            .map_err(|e| self.error(e))
    }

    /// Everything that is indexed, by the numbers of the mentions; a mention that is indexed
    /// twice comes twice.
    pub fn entries(&self) -> Result<Vec<Entry>, IndexError> {
        let mut entries = Vec::new();
        for segment in self.tantivy.segment_readers() {
            let columns = segment.fast_fields();
            let column = |name| columns.u64(name).map_err(|e| self.error(e));
            let (ids, seqs, prints) = (column("id")?, column("seq")?, column("fingerprint")?);
            entries.extend(segment.doc_ids_alive().map(|doc| Entry {
                id: MentionId(signed(ids.first(doc))),
                seq: Sequence(signed(seqs.first(doc))),
                fingerprint: prints.first(doc).unwrap_or(0),
            }));
        }
        entries.sort_unstable();
        Ok(entries)
    }

    /// Files whose bytes are not those that were written.
    pub fn damaged_files(&self) -> Result<Vec<PathBuf>, IndexError> {
        let damaged = self
            .tantivy
            .index()
            .validate_checksum()
            .map_err(|e| self.error(e))?;
        Ok(damaged.into_iter().collect())
    }

    pub(super) fn segment_readers(&self) -> &[SegmentReader] {
        self.tantivy.segment_readers()
    }

    /// The fields of words that a term without a field looks through.
    pub(super) fn word_fields(&self) -> [Field; 2] {
        [self.fields.title, self.fields.text]
    }

    pub(super) fn error(&self, source: TantivyError) -> IndexError {
        IndexError::of(&self.generation, source)
    }
}

/// A question that finds everything.
pub(super) fn everything() -> Box<dyn tantivy::query::Query> {
    Box::new(AllQuery)
}

fn signed(number: Option<u64>) -> i64 {
    number.map_or(0, |number| i64::try_from(number).unwrap_or(i64::MAX))
}
