//! What mentions are counted by, and the counts.

use std::collections::BTreeMap;

use crate::model::{Mention, Timestamp};

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
pub(super) const HALF_HOUR: i64 = 30 * 60 * 1000;

impl Dimension {
    pub(super) const fn column(self) -> &'static str {
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
