//! The first mentions that a query finds, in an order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocId, Score, SegmentOrdinal, SegmentReader};

use super::counted::firsts;
use super::search::Order;
use crate::model::MentionId;

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

impl RankedSegment {
    /// Takes a mention in, if it is among the first so far. Most are not, and cost little.
    fn place(&mut self, doc: DocId, score: Score, date: i64) {
        let weight = match &self.weight {
            Weight::None => 0,
            Weight::Score => u64::from(score.max(0.0).to_bits()),
            Weight::Points(column) => column.first(doc).unwrap_or(0),
            // Of non-negative numbers, the greater has the greater bits; none comes last.
            Weight::Number(column) => column.first(doc).map_or(0, |n| n.max(0.0).to_bits() + 1),
        };
        let full = self.first.len() >= self.limit;
        if full
            && let Some(Reverse(last)) = self.first.peek()
            && (weight, date) < (last.weight, last.date)
        {
            return;
        }
        let id = self.id.first(doc).unwrap_or(0);
        let place = Place { weight, date, id };
        if !full {
            self.first.push(Reverse(place));
        } else if let Some(mut last) = self.first.peek_mut()
            && place > last.0
        {
            *last = Reverse(place);
        }
    }
}

impl SegmentCollector for RankedSegment {
    type Fruit = (Vec<Place>, usize);

    fn collect(&mut self, doc: DocId, score: Score) {
        self.total += 1;
        if self.limit > 0 {
            let date = self.date.first(doc).unwrap_or(0);
            self.place(doc, score, date);
        }
    }

    fn collect_block(&mut self, docs: &[DocId]) {
        self.total += docs.len();
        if self.limit == 0 {
            return;
        }
        for docs in docs.chunks(COLLECT_BLOCK_BUFFER_LEN) {
            let mut dates = [None; COLLECT_BLOCK_BUFFER_LEN];
            for (doc, date) in docs.iter().zip(firsts(&self.date, docs, &mut dates)) {
                self.place(*doc, 0.0, date.unwrap_or(0));
            }
        }
    }

    fn harvest(self) -> (Vec<Place>, usize) {
        let places = self.first.into_iter().map(|Reverse(place)| place);
        (places.collect(), self.total)
    }
}
