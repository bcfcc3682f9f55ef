//! What was said in a stretch of time, in figures: no layout, no words of a language.
//!
//! Filled from the store by `pipeline`, drawn by `notify` and `cli`.

use std::fmt;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use super::{Intent, Lang, Numbers, Timestamp, Voice, WatchlistId, Window};

/// The figures of a stretch of time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statistics {
    /// The watchlist's name, as people read it; `None` for all watchlists together.
    pub name: Option<String>,
    /// The watchlist; `None` for all together.
    pub watchlist: Option<WatchlistId>,
    /// The language of the reader: Italian or English.
    pub language: Lang,
    /// The time that they cover.
    pub window: Window,
    /// When they were counted.
    pub made: Timestamp,
    /// The window against the one before it.
    pub numbers: Numbers,
    /// How long the stretches of `periods` are.
    pub step: Step,
    /// Mentions by day, or by week or month where there are many days; without gaps, oldest first.
    pub periods: Vec<Period>,
    /// Mentions by source, the most first.
    pub sources: Vec<Share>,
    /// Those that are not in `sources`.
    pub other_sources: u64,
    /// How often this and the competitors were mentioned; empty where there is none to compare.
    pub voices: Vec<Voice>,
    /// What the authors want, the most first.
    pub intents: Vec<IntentCount>,
    /// Who wrote most, the most first.
    pub authors: Vec<Share>,
    /// The terms of the watchlists that matched in most mentions, the most first.
    pub terms: Vec<Share>,
    /// Words that weighed against, in most mentions first.
    pub complaints: Vec<Share>,
    /// Words that weighed for, in most mentions first.
    pub praise: Vec<Share>,
    /// The languages by their codes, the most first.
    pub languages: Vec<Share>,
}

impl Statistics {
    /// The languages by their names, for a reader of Italian or of English.
    pub fn languages_by_name(&self, reader: Lang) -> Vec<Share> {
        self.languages
            .iter()
            .map(|share| Share {
                name: Lang::parse(&share.name).map_or_else(
                    || share.name.clone(),
                    |language| language.name(reader).to_owned(),
                ),
                ..share.clone()
            })
            .collect()
    }
}

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// A day.
    Day,
    /// Seven days from a Monday.
    Week,
    /// A calendar month.
    Month,
}

/// How the mentions of a period sounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Period {
    /// Its first day, in the zone of the window.
    #[serde(serialize_with = "as_text")]
    pub start: NaiveDate,
    /// Negative mentions.
    pub negative: u64,
    /// Neutral mentions.
    pub neutral: u64,
    /// Positive mentions.
    pub positive: u64,
}

impl Period {
    /// All mentions of the period.
    pub const fn total(&self) -> u64 {
        self.negative + self.neutral + self.positive
    }
}

/// A part of the mentions, by a name that they share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    /// What they share: a source, an author, a term, a language's code.
    pub name: String,
    /// How many mentions.
    pub mentions: u64,
    /// How many of them are negative.
    pub negative: u64,
    /// How many of them are positive.
    pub positive: u64,
}

/// How many mentions want the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct IntentCount {
    /// What they want.
    pub intent: Intent,
    /// How many.
    pub mentions: u64,
}

/// Writes a value as its text.
fn as_text<T: fmt::Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
