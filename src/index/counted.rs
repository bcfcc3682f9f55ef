//! Counts of the mentions that a query finds, by several dimensions in one pass over columns.

use std::collections::BTreeMap;
use std::fmt::Debug;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Cardinality, Column, StrColumn};
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocId, Score, SegmentOrdinal, SegmentReader};

use super::schema;
use super::tally::{Dimension, HALF_HOUR, Tally};
use crate::model::{Sentiment, Timestamp};

/// Counts by several dimensions at once.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    pub(super) dimensions: Vec<Dimension>,
    /// The watchlist about whose brand the sentiment is, folded; `None`: as a whole.
    pub(super) view: Option<String>,
}

/// A segment's share of [`Counted`].
pub(super) struct CountedSegment(Vec<Counter>);

/// Counts of a segment's mentions by one dimension. Words are counted by their numbers in the
/// segment's dictionary, and looked up once for all at the end.
pub(super) enum Counter {
    /// No mention of the segment has a value.
    Nothing,
    /// None has more than one.
    Single(StrColumn, Vec<u64>),
    Several(StrColumn, Vec<u64>),
    /// How mentions sound as a whole, unless they sound otherwise about one brand.
    Seen(Box<Counter>, Own),
    Moments(Column<i64>, HalfHours),
}

/// Counts by half-hours since the epoch.
pub(super) struct HalfHours {
    /// The one that is counted first in `near`.
    first: i64,
    near: Vec<u64>,
    /// What lies beyond `near`.
    far: BTreeMap<i64, u64>,
}

/// Half-hours that are counted in a list: about 60 years.
const NEAR: usize = 1 << 20;

impl HalfHours {
    fn between(first: i64, last: i64) -> Self {
        let (first, last) = (first.div_euclid(HALF_HOUR), last.div_euclid(HALF_HOUR));
        let length = last.saturating_sub(first).saturating_add(1).max(0);
        let length = usize::try_from(length).unwrap_or(NEAR).min(NEAR);
        Self {
            first,
            near: vec![0; length],
            far: BTreeMap::new(),
        }
    }

    fn count(&mut self, at: i64) {
        let number = at.div_euclid(HALF_HOUR);
        let place = usize::try_from(number.wrapping_sub(self.first)).unwrap_or(usize::MAX);
        match self.near.get_mut(place) {
            Some(count) => *count += 1,
            None => *self.far.entry(number).or_default() += 1,
        }
    }

    fn each(&self) -> impl Iterator<Item = (Timestamp, u64)> + '_ {
        let near = (self.first..).zip(self.near.iter().copied());
        let far = self.far.iter().map(|(number, count)| (*number, *count));
        near.chain(far)
            .filter(|(_, count)| *count > 0)
            .map(|(number, count)| (Timestamp::from_millis(number * HALF_HOUR), count))
    }
}

impl Collector for Counted {
    type Fruit = Vec<Tally>;
    type Child = CountedSegment;

    fn for_segment(
        &self,
        _: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<CountedSegment> {
        let counters = self.dimensions.iter().map(|dimension| {
            let columns = segment.fast_fields();
            if *dimension == Dimension::HalfHour {
                let column = columns.i64(dimension.column())?;
                let counts = HalfHours::between(column.min_value(), column.max_value());
                return Ok(Counter::Moments(column, counts));
            }
            let whole = Counter::of_words(columns.str(dimension.column())?);
            Ok(match &self.view {
                Some(view) if *dimension == Dimension::Sentiment => match columns.str("tone")? {
                    Some(column) => Counter::Seen(Box::new(whole), Own::of(column, view)?),
                    None => whole,
                },
                _ => whole,
            })
        });
        counters.collect::<tantivy::Result<_>>().map(CountedSegment)
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<Vec<Counter>>) -> tantivy::Result<Vec<Tally>> {
        let mut segments: Vec<_> = segments.into_iter().map(Vec::into_iter).collect();
        let each = self.dimensions.iter().map(|_| {
            let counters: Vec<Counter> = segments.iter_mut().filter_map(Iterator::next).collect();
            merge(&counters)
        });
        Ok(each.collect())
    }
}

impl SegmentCollector for CountedSegment {
    type Fruit = Vec<Counter>;

    fn collect(&mut self, doc: DocId, _: Score) {
        self.collect_block(&[doc]);
    }

    fn collect_block(&mut self, docs: &[DocId]) {
        for counter in &mut self.0 {
            for docs in docs.chunks(COLLECT_BLOCK_BUFFER_LEN) {
                counter.count(docs);
            }
        }
    }

    fn harvest(self) -> Vec<Counter> {
        self.0
    }
}

impl Counter {
    fn of_words(column: Option<StrColumn>) -> Self {
        let Some(column) = column else {
            return Self::Nothing;
        };
        let counts = vec![0; column.num_terms()];
        match column.ords().get_cardinality() {
            Cardinality::Full | Cardinality::Optional => Self::Single(column, counts),
            Cardinality::Multivalued => Self::Several(column, counts),
        }
    }

    /// Counts at most [`COLLECT_BLOCK_BUFFER_LEN`] mentions.
    fn count(&mut self, docs: &[DocId]) {
        match self {
            Self::Nothing => {}
            Self::Single(column, counts) => {
                let mut values = [None; COLLECT_BLOCK_BUFFER_LEN];
                for value in firsts(column.ords(), docs, &mut values).iter().flatten() {
                    add(counts, *value);
                }
            }
            Self::Several(column, counts) => {
                for doc in docs {
                    for value in column.ords().values_for_doc(*doc) {
                        add(counts, value);
                    }
                }
            }
            Self::Seen(whole, own) => {
                let mut others = [0; COLLECT_BLOCK_BUFFER_LEN];
                let mut length = 0;
                for (other, doc) in others.iter_mut().zip(own.others(docs)) {
                    *other = doc;
                    length += 1;
                }
                whole.count(others.get(..length).unwrap_or_default());
            }
            Self::Moments(column, counts) => {
                let mut moments = [None; COLLECT_BLOCK_BUFFER_LEN];
                for at in firsts(column, docs, &mut moments).iter().flatten() {
                    counts.count(*at);
                }
            }
        }
    }
}

/// The first value of each of at most [`COLLECT_BLOCK_BUFFER_LEN`] mentions.
pub(super) fn firsts<'v, T: PartialOrd + Copy + Debug + Send + Sync + 'static>(
    column: &Column<T>,
    docs: &[DocId],
    values: &'v mut [Option<T>; COLLECT_BLOCK_BUFFER_LEN],
) -> &'v [Option<T>] {
    let values = values.get_mut(..docs.len()).unwrap_or_default();
    column.first_vals(docs, values);
    values
}

/// The mentions that sound otherwise about one brand than as a whole, by how they sound about it.
pub(super) struct Own {
    column: StrColumn,
    /// The values of the column that are about it, the label of each, and its count.
    labels: Vec<(u64, &'static str, u64)>,
}

impl Own {
    fn of(column: StrColumn, view: &str) -> tantivy::Result<Self> {
        let mut labels = Vec::new();
        for label in Sentiment::ALL {
            let label = label.as_str();
            let value = schema::tone(view, label);
            if let Some(number) = column.dictionary().term_ord(value.as_bytes())? {
                labels.push((number, label, 0));
            }
        }
        Ok(Self { column, labels })
    }

    /// Counts those of `docs` that are among these; gives the others.
    fn others<'a>(&'a mut self, docs: &'a [DocId]) -> impl Iterator<Item = DocId> + 'a {
        docs.iter().copied().filter(|doc| !self.count(*doc))
    }

    fn count(&mut self, doc: DocId) -> bool {
        if self.labels.is_empty() {
            return false;
        }
        for value in self.column.ords().values_for_doc(doc) {
            let own = self.labels.iter_mut().find(|(own, ..)| *own == value);
            if let Some((_, _, count)) = own {
                *count += 1;
                return true;
            }
        }
        false
    }
}

fn add(counts: &mut [u64], value: u64) {
    let value = usize::try_from(value).unwrap_or(usize::MAX);
    if let Some(count) = counts.get_mut(value) {
        *count += 1;
    }
}

/// Words with their counts, one after the other in one piece of memory: there are as many as
/// authors.
#[derive(Default)]
struct Words {
    bytes: Vec<u8>,
    /// Where each ends in `bytes`, and its count.
    places: Vec<(usize, u64)>,
}

impl Words {
    /// The words that were counted, in one pass over the dictionary. A column that cannot be read
    /// has no names; the count is not lost on others.
    fn read(&mut self, column: &StrColumn, counts: &[u64]) {
        let (ords, counts): (Vec<u64>, Vec<u64>) =
            (0..).zip(counts).filter(|(_, count)| **count > 0).unzip();
        let mut counts = counts.into_iter();
        let read = column.dictionary().sorted_ords_to_term_cb(&ords, |word| {
            self.push(word, counts.next().unwrap_or(0));
        });
        if let Err(error) = read {
            tracing::debug!(%error, "a column of the index cannot be read");
        }
    }

    fn push(&mut self, word: &[u8], count: u64) {
        self.bytes.extend_from_slice(word);
        self.places.push((self.bytes.len(), count));
    }

    fn each(&self) -> impl Iterator<Item = (&[u8], u64)> {
        let mut start = 0;
        self.places.iter().map(move |&(end, count)| {
            let word = self.bytes.get(start..end).unwrap_or_default();
            start = end;
            (word, count)
        })
    }
}

/// Adds up what the segments counted by one dimension.
fn merge(counters: &[Counter]) -> Tally {
    let mut tally = Tally::default();
    let mut words = Words::default();
    for counter in counters {
        let whole = match counter {
            Counter::Seen(whole, own) => {
                for (_, label, count) in own.labels.iter().filter(|(.., count)| *count > 0) {
                    words.push(label.as_bytes(), *count);
                }
                whole
            }
            counter => counter,
        };
        match whole {
            Counter::Single(column, counts) | Counter::Several(column, counts) => {
                words.read(column, counts);
            }
            Counter::Moments(_, counts) => {
                for (moment, count) in counts.each() {
                    *tally.half_hours.entry(moment).or_default() += count;
                }
            }
            Counter::Nothing | Counter::Seen(..) => {}
        }
    }
    // Each segment tells its words in order: sorting only merges these runs.
    let mut each: Vec<(&[u8], u64)> = words.each().collect();
    each.sort();
    tally.values = each
        .chunk_by(|a, b| a.0 == b.0)
        .filter_map(|same| {
            let (word, _) = same.first()?;
            let count = same.iter().map(|(_, count)| count).sum();
            Some((String::from_utf8_lossy(word).into_owned(), count))
        })
        .collect();
    tally
}
