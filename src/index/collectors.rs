//! What is gathered over the mentions that a query finds: the first in an order, and counts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use super::schema;
use super::search::Order;
use crate::model::{Mention, MentionId, Sentiment, Timestamp};

/// A mention's place in an order: higher comes first. Equal ones go by date, then by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    weight: u64,
    date: i64,
    id: u64,
}

impl Place {
    pub(super) fn mention(self) -> MentionId {
        MentionId(i64::try_from(self.id).unwrap_or(i64::MAX))
    }
}

/// Gathers the first `limit` mentions in an order, and how many there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranked {
    pub(super) order: Order,
    pub(super) limit: usize,
}

/// A segment's share of [`Ranked`].
pub(super) struct RankedSegment {
    weight: Weight,
    date: Column<i64>,
    id: Column<u64>,
    limit: usize,
    /// The last of the gathered places on top.
    first: BinaryHeap<Reverse<Place>>,
    total: usize,
}

enum Weight {
    None,
    Score,
    Points(Column<u64>),
    Number(Column<f64>),
}

impl Collector for Ranked {
    type Fruit = (Vec<Place>, usize);
    type Child = RankedSegment;

    fn for_segment(
        &self,
        _: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<RankedSegment> {
        let columns = segment.fast_fields();
        Ok(RankedSegment {
            weight: match self.order {
                Order::Newest => Weight::None,
                Order::Relevance => Weight::Score,
                Order::Priority => Weight::Points(columns.u64("priority_score")?),
                Order::Engagement => Weight::Number(columns.f64("engagement")?),
            },
            date: columns.i64("date")?,
            id: columns.u64("id")?,
            limit: self.limit,
            first: BinaryHeap::new(),
            total: 0,
        })
    }

    fn requires_scoring(&self) -> bool {
        self.order == Order::Relevance
    }

    fn merge_fruits(
        &self,
        segments: Vec<(Vec<Place>, usize)>,
    ) -> tantivy::Result<(Vec<Place>, usize)> {
        let total = segments.iter().map(|(_, total)| total).sum();
        let mut places: Vec<_> = segments
            .into_iter()
            .flat_map(|(places, _)| places)
            .collect();
        places.sort_unstable_by(|a, b| b.cmp(a));
        places.truncate(self.limit);
        Ok((places, total))
    }
}

impl SegmentCollector for RankedSegment {
    type Fruit = (Vec<Place>, usize);

    fn collect(&mut self, doc: DocId, score: Score) {
        self.total += 1;
        if self.limit == 0 {
            return;
        }
        let place = Place {
            weight: match &self.weight {
                Weight::None => 0,
                Weight::Score => u64::from(score.max(0.0).to_bits()),
                Weight::Points(column) => column.first(doc).unwrap_or(0),
                // Of non-negative numbers, the greater has the greater bits; none comes last.
                Weight::Number(column) => column.first(doc).map_or(0, |n| n.max(0.0).to_bits() + 1),
            },
            date: self.date.first(doc).unwrap_or(0),
            id: self.id.first(doc).unwrap_or(0),
        };
        if self.first.len() < self.limit {
            self.first.push(Reverse(place));
        } else if let Some(mut last) = self.first.peek_mut()
            && place > last.0
        {
            *last = Reverse(place);
        }
    }

    fn harvest(self) -> (Vec<Place>, usize) {
        let places = self.first.into_iter().map(|Reverse(place)| place);
        (places.collect(), self.total)
    }
}

/// What mentions are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// The source's name.
    Source,
    /// Negative, neutral, positive.
    Sentiment,
    /// The language.
    Language,
    /// The watchlist; a mention counts for each that collects it.
    Watch,
    /// The author's name, or handle where there is no name.
    Author,
    /// Urgent, high, normal, low.
    Priority,
    /// The half-hour of its date, in UTC: any time zone can add up its own days from these.
    HalfHour,
}

/// The length of [`Dimension::HalfHour`] in milliseconds.
const HALF_HOUR: i64 = 30 * 60 * 1000;

impl Dimension {
    const fn column(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Sentiment => "sentiment",
            Self::Language => "language",
            Self::Watch => "watch",
            Self::Author => "author_name",
            Self::Priority => "priority",
            Self::HalfHour => "date",
        }
    }
}

/// Counts of mentions by one dimension.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many mentions have each value.
    pub values: BTreeMap<String, u64>,
    /// How many fall into each half-hour, by its beginning.
    pub half_hours: BTreeMap<Timestamp, u64>,
}

impl Tally {
    /// Counts one mention.
    pub fn count(&mut self, dimension: Dimension, mention: &Mention) {
        let author = &mention.item.author;
        let one = match dimension {
            Dimension::Source => Some(mention.source.as_str()),
            Dimension::Sentiment => Some(mention.scores.sentiment.label.as_str()),
            Dimension::Language => Some(mention.scores.language.as_str()),
            Dimension::Author => author.name.as_deref().or(author.handle.as_deref()),
            Dimension::Priority => Some(mention.scores.priority.label.as_str()),
            Dimension::Watch => {
                for watchlist in &mention.watchlists {
                    self.add(watchlist.as_str(), 1);
                }
                None
            }
            Dimension::HalfHour => {
                *self
                    .half_hours
                    .entry(half_hour(mention.date().millis()))
                    .or_default() += 1;
                None
            }
        };
        if let Some(value) = one {
            self.add(value, 1);
        }
    }

    fn add(&mut self, value: &str, count: u64) {
        match self.values.get_mut(value) {
            Some(known) => *known += count,
            None => {
                self.values.insert(value.to_owned(), count);
            }
        }
    }
}

fn half_hour(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis.div_euclid(HALF_HOUR) * HALF_HOUR)
}

/// Counts by several dimensions at once.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    pub(super) dimensions: Vec<Dimension>,
    /// The watchlist about whose brand the sentiment is, folded; `None`: as a whole.
    pub(super) view: Option<String>,
}

/// A segment's share of [`Counted`].
pub(super) struct CountedSegment(Vec<Counter>);

enum Counter {
    Values(Option<StrColumn>, Vec<u64>),
    Seen(Box<Counter>, Own),
    Moments(Column<i64>, BTreeMap<i64, u64>),
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
                return Ok(Counter::Moments(column, BTreeMap::new()));
            }
            let column = columns.str(dimension.column())?;
            let values = column.as_ref().map_or(0, |column| column.num_terms());
            let counter = Counter::Values(column, vec![0; values]);
            Ok(match &self.view {
                Some(view) if *dimension == Dimension::Sentiment => match columns.str("tone")? {
                    Some(column) => Counter::Seen(Box::new(counter), Own::of(column, view)?),
                    None => counter,
                },
                _ => counter,
            })
        });
        counters.collect::<tantivy::Result<_>>().map(CountedSegment)
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<Vec<Tally>>) -> tantivy::Result<Vec<Tally>> {
        let mut merged = vec![Tally::default(); self.dimensions.len()];
        for tallies in segments {
            for (sum, tally) in merged.iter_mut().zip(tallies) {
                for (value, count) in tally.values {
                    *sum.values.entry(value).or_default() += count;
                }
                for (moment, count) in tally.half_hours {
                    *sum.half_hours.entry(moment).or_default() += count;
                }
            }
        }
        Ok(merged)
    }
}

impl SegmentCollector for CountedSegment {
    type Fruit = Vec<Tally>;

    fn collect(&mut self, doc: DocId, _: Score) {
        for counter in &mut self.0 {
            counter.count(doc);
        }
    }

    fn harvest(self) -> Vec<Tally> {
        self.0.into_iter().map(harvest).collect()
    }
}

impl Counter {
    fn count(&mut self, doc: DocId) {
        match self {
            Self::Values(Some(column), counts) => {
                for value in column.ords().values_for_doc(doc) {
                    let value = usize::try_from(value).unwrap_or(usize::MAX);
                    if let Some(count) = counts.get_mut(value) {
                        *count += 1;
                    }
                }
            }
            Self::Values(None, _) => {}
            Self::Seen(whole, own) => {
                if !own.count(doc) {
                    whole.count(doc);
                }
            }
            Self::Moments(column, counts) => {
                if let Some(at) = column.first(doc) {
                    *counts.entry(at.div_euclid(HALF_HOUR)).or_default() += 1;
                }
            }
        }
    }
}

/// The mentions that sound otherwise about one brand than as a whole, by how they sound about it.
struct Own {
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

    /// Counts a mention where it is one of these.
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

fn harvest(counter: Counter) -> Tally {
    let mut tally = Tally::default();
    match counter {
        Counter::Seen(whole, own) => {
            tally = harvest(*whole);
            for (_, label, count) in own.labels.into_iter().filter(|(.., count)| *count > 0) {
                tally.add(label, count);
            }
        }
        Counter::Values(None, _) => {}
        Counter::Values(Some(column), counts) => {
            let mut value = String::new();
            for (number, count) in (0_u64..).zip(counts).filter(|(_, count)| *count > 0) {
                value.clear();
                // A column that cannot be read has no names; the count is not lost on others.
                if column.ord_to_str(number, &mut value).unwrap_or(false) {
                    tally.add(&value, count);
                }
            }
        }
        Counter::Moments(_, counts) => {
            tally.half_hours = counts
                .into_iter()
                .map(|(number, count)| (Timestamp::from_millis(number * HALF_HOUR), count))
                .collect();
        }
    }
    tally
}
