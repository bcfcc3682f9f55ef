//! What a message of an alert shows: no markup, no layout, no words of a language.
//!
//! Filled from the store by `pipeline`, made into mail and webhooks by `notify`.

use std::time::Duration;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize, Serializer};

use super::{Entry, Lang, More, Timestamp, WatchlistId};

/// One message of an incident.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Notice {
    /// The alert's name.
    pub alert: String,
    /// What its incidents are remembered by: `frigolux/urgent`.
    pub key: String,
    /// The name of the watchlist, as people read it.
    pub name: String,
    /// That watchlist's identifier.
    pub watchlist: WatchlistId,
    /// The incident's number, for `ascolto ack`.
    pub incident: i64,
    /// The number of this message among those of the incident, from 1.
    pub number: u64,
    /// What it says.
    pub stage: Stage,
    /// What was counted.
    pub facts: Facts,
    /// What is looked at, in the query language; empty = all that the watchlist collects.
    pub query: String,
    /// The language of the reader: Italian or English.
    pub language: Lang,
    /// The zone that times are shown in.
    #[serde(serialize_with = "as_text")]
    pub timezone: Tz,
    /// When it was made.
    pub at: Timestamp,
    /// When the incident began.
    pub since: Timestamp,
    /// When its first message was made; `None` where this is the first.
    pub told: Option<Timestamp>,
    /// The mentions that no message of the incident told of yet, the weightiest first.
    pub entries: Vec<Entry>,
    /// Those of them that found no place.
    pub more: Option<More>,
    /// Where they were found, the most first; only where counts raised it.
    pub places: Vec<Named>,
    /// The words in them that weighed for their sentiment, the most frequent first; only where
    /// counts raised it.
    pub words: Vec<Named>,
    /// Mentions of the incident so far.
    pub total: u64,
    /// Whether any of the mentions is urgent.
    pub urgent: bool,
    /// Since when it was held back by quiet hours.
    pub held_since: Option<Timestamp>,
    /// Whether it was over before anyone could be told.
    pub passed: bool,
    /// Where the reader writes to be taken off: the sender's bare address.
    pub contact: String,
}

/// A name, and how many mentions it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// What is counted: a source, or a word.
    pub name: String,
    /// How many mentions of the incident are of it.
    pub mentions: u64,
}

/// What a message of an incident says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// It began.
    Raised,
    /// It goes on.
    Again,
    /// Nobody acknowledged it.
    Escalated,
    /// It is over.
    Over,
}

impl Stage {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Again => "again",
            Self::Escalated => "escalated",
            Self::Over => "over",
        }
    }
}

/// What an alert found, by what raised it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "rule")]
pub enum Facts {
    /// Mentions that match.
    #[default]
    When,
    /// Many mentions within a time.
    Threshold {
        /// How many were within the time when there were the most.
        count: u64,
        /// How many were asked for.
        bar: u64,
        /// The time, in seconds.
        #[serde(with = "seconds")]
        within: Duration,
    },
    /// More mentions than usual.
    Spike {
        /// How many were within an hour when there were the most.
        count: u64,
        /// How many there usually are.
        usual: f64,
        /// How many had to be there.
        bar: u64,
        /// What is usual was taken from.
        basis: Basis,
    },
    /// Silence where there usually is something.
    Silence {
        /// For how long there has been nothing, in seconds.
        #[serde(with = "seconds")]
        after: Duration,
        /// How many there usually are in that time; `None` where only sources are silent.
        usual: Option<f64>,
        /// When the last mention was published, where one is known.
        last: Option<Timestamp>,
        /// Sources that fell silent.
        sources: Vec<SilentSource>,
    },
    /// Mentions that nobody answered.
    Unanswered {
        /// For how long, in seconds.
        #[serde(with = "seconds")]
        after: Duration,
    },
}

/// What is usual was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// The same hour of the last weeks.
    Weeks,
    /// The hours of the day before: the alert does not listen for long enough yet.
    Day,
}

/// A source that brought nothing new for much longer than its habit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SilentSource {
    /// What the settings call it.
    pub name: String,
    /// When it last brought something new.
    pub last: Timestamp,
    /// Its longest silence before, in seconds.
    #[serde(with = "seconds")]
    pub longest: Duration,
}

/// Seconds in JSON.
mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        span: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(span.as_secs())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_secs)
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over references"
)]
fn as_text<S: Serializer>(zone: &Tz, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.name())
}
