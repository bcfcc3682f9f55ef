//! What an issue of a digest shows: no markup, no layout, no words of a language.
//!
//! Filled from the store by `pipeline`, made into mail by `notify`, into tables by `cli`.

use std::fmt;

use chrono::{NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;
use serde::{Serialize, Serializer};

use super::{Care, Entry, Lang, Reach, SourceHealth, Timestamp, WatchlistId};

/// One issue of a digest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Digest {
    /// The name of the watchlist that the digest belongs to, as people read it.
    pub name: String,
    /// That watchlist's identifier.
    pub watchlist: WatchlistId,
    /// What its coverage is remembered by: `frigolux/daily`.
    pub key: String,
    /// The number of this issue, from 1; 0 for a preview.
    pub issue: u64,
    /// The language of the reader: Italian or English.
    pub language: Lang,
    /// The time that it covers.
    pub window: Window,
    /// The day on which the oldest of what it covers was published, where that is before the
    /// window; in the zone of the instance. Searches that list what it covers begin there.
    #[serde(serialize_with = "as_text")]
    pub since: NaiveDate,
    /// When it goes out.
    pub cadence: Cadence,
    /// What was read in the window, and which sources could not be.
    pub reading: Reading,
    /// Urgent and high mentions that nobody answered, oldest first.
    pub act_now: Vec<Entry>,
    /// Those of them that found no place.
    pub act_now_more: Option<More>,
    /// The window against the one before it.
    pub numbers: Numbers,
    /// How far it may have carried.
    pub reach: Reach,
    /// Mentions of this and of the other watchlists of the set, for share of voice; empty where
    /// no competitor is listened for.
    pub voices: Vec<Voice>,
    /// Mentions by source, the most first.
    pub by_source: Vec<SourceCount>,
    /// Sentiment by day: every day of the window without gaps, and before them as many as make
    /// seven; oldest first.
    pub by_day: Vec<DayCount>,
    /// The mentions, by watchlist, without those of `act_now`.
    pub sections: Vec<Section>,
    /// What is named more than usual.
    pub rising: Rising,
    /// What became of those who asked.
    pub care: Care,
    /// Mentions collected but hidden: languages that the team does not read.
    pub hidden: u64,
    /// Mails of this digest that a server refused for good since the last issue.
    pub undelivered: Vec<Undelivered>,
    /// Where the reader writes to be taken off: the sender's bare address.
    pub contact: String,
}

impl Digest {
    /// Mentions that the issue covers, shown or not.
    pub fn total(&self) -> u64 {
        self.numbers.mentions
    }

    /// The command that lists what the issue covers, as far as `further` finds it.
    pub fn search(&self, further: &str) -> String {
        More::search(&self.watchlist, further, self.since)
    }

    /// Whether nothing was collected in the window.
    pub fn is_empty(&self) -> bool {
        self.numbers.mentions == 0
    }

    /// Whether it must be sent even when it is empty: some source could not be read.
    pub fn has_unread_sources(&self) -> bool {
        self.reading.unread() > 0
    }
}

/// A half-open span of time, and the zone that it is shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Window {
    /// The first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub to: Timestamp,
    /// The reader's zone; its name is in the IANA form.
    #[serde(serialize_with = "as_text")]
    pub timezone: Tz,
}

/// When a digest goes out, in the zone of its window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "every")]
pub enum Cadence {
    /// At this minute of every hour.
    Hourly {
        /// 0 to 59.
        minute: u32,
    },
    /// Every day.
    Daily {
        /// The time of day.
        #[serde(serialize_with = "as_text")]
        at: NaiveTime,
    },
    /// Every week.
    Weekly {
        /// The day.
        #[serde(serialize_with = "as_text")]
        on: Weekday,
        /// The time of day.
        #[serde(serialize_with = "as_text")]
        at: NaiveTime,
    },
    /// By a cron line.
    Cron {
        /// The line, as it was written.
        line: String,
    },
    /// When someone asks for it.
    Asked,
}

/// What was read in the window.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Reading {
    /// Items read, whether they match or not.
    pub items: u64,
    /// Sources that were read at least once.
    pub read: u32,
    /// Sources that are well and were not to be read in the window: it is shorter than their rhythm.
    pub not_due: u32,
    /// Sources that serve the digest's watchlists and are not switched off.
    pub sources: u32,
    /// Those that are not well, the worst first.
    pub troubled: Vec<SourceReport>,
}

impl Reading {
    /// How many sources could not be read: failing or forbidden.
    pub fn unread(&self) -> usize {
        self.troubled
            .iter()
            .filter(|report| matches!(report.health, SourceHealth::Failing | SourceHealth::Blocked))
            .count()
    }

    /// Whether there are sources, some of them were to be read, and none could be.
    pub fn nothing_read(&self) -> bool {
        self.sources > self.not_due && self.read == 0
    }
}

/// A source that is not well.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceReport {
    /// What the settings call it.
    pub name: String,
    /// How it is.
    pub health: SourceHealth,
    /// Since when it is like that.
    pub since: Option<Timestamp>,
    /// When it was last read well.
    pub last_ok: Option<Timestamp>,
    /// When it is tried next.
    pub next: Option<Timestamp>,
    /// What went wrong the last time, in one line.
    pub error: Option<String>,
}

impl SourceReport {
    /// Whether it could not be read: it fails, or reading it is forbidden.
    pub const fn is_unread(&self) -> bool {
        matches!(self.health, SourceHealth::Failing | SourceHealth::Blocked)
    }
}

/// A value and what it was in the equal window before.
///
/// `None` is shown as a dash: the base is smaller than [`Numbers::BASE`], or there was no window
/// before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Measure<T> {
    /// In the window.
    pub value: Option<T>,
    /// In the equal window before.
    pub previous: Option<T>,
}

impl<T> Measure<T> {
    /// A value with or without one before it.
    pub const fn new(value: Option<T>, previous: Option<T>) -> Self {
        Self { value, previous }
    }
}

/// The figures of an issue.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Numbers {
    /// Mentions that the issue covers: exact, whatever the base.
    pub mentions: u64,
    /// Mentions of the equal window before; `None` where the instance did not listen then.
    pub mentions_before: Option<u64>,
    /// Those of priority urgent.
    pub urgent: u64,
    /// Those of priority high.
    pub high: u64,
    /// Different authors; those without a name count as one.
    pub authors: Measure<u64>,
    /// Percentage of positive mentions minus percentage of negative ones, neutral ones in the
    /// base: −100 to 100 points.
    pub net_sentiment: Measure<f64>,
    /// Negative mentions among all: 0 to 1.
    pub negative_share: Measure<f64>,
    /// Mentions of the brand among those of the brand and its competitors: 0 to 1.
    pub share_of_voice: Measure<f64>,
}

impl Numbers {
    /// Shares and changes on fewer mentions than this say nothing and are left out: "+300 %"
    /// from one mention to four.
    pub const BASE: u64 = 10;
}

/// How often a watchlist of the set was mentioned.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Voice {
    /// The watchlist's name.
    pub name: String,
    /// Its mentions in the window.
    pub mentions: u64,
    /// Whether it is the digest's own.
    pub own: bool,
}

/// How many mentions a source brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceCount {
    /// The source's name.
    pub name: String,
    /// Mentions in the window.
    pub mentions: u64,
    /// Mentions in the equal window before; `None` where it was not read then.
    pub before: Option<u64>,
}

/// How the mentions of a day sounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DayCount {
    /// The day, in the zone of the window.
    #[serde(serialize_with = "as_text")]
    pub day: NaiveDate,
    /// Negative mentions.
    pub negative: u64,
    /// Neutral mentions.
    pub neutral: u64,
    /// Positive mentions.
    pub positive: u64,
}

impl DayCount {
    /// All mentions of the day.
    pub const fn total(&self) -> u64 {
        self.negative + self.neutral + self.positive
    }
}

/// The mentions of one watchlist.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// Whose mentions these are.
    pub watchlist: WatchlistId,
    /// The heading: what the watchlist calls itself.
    pub name: String,
    /// Its mentions in the window, shown or not, here or under `act_now`.
    pub total: u64,
    /// By priority, then engagement, then time; duplicates folded.
    pub entries: Vec<Entry>,
    /// Those that found no place.
    pub more: Option<More>,
}

/// Mentions that found no place, and how to see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct More {
    /// How many.
    pub count: u64,
    /// The command that lists them: `ascolto search 'watch:frigolux' --since 2026-11-21`.
    pub command: String,
}

impl More {
    /// The command that lists what a watchlist collects, as far as `further` finds it, published
    /// from that day on.
    pub fn search(watchlist: &WatchlistId, further: &str, since: NaiveDate) -> String {
        let query = format!("watch:{watchlist} {further}");
        format!("ascolto search '{}' --since {since}", query.trim_end())
    }
}

/// What is named more than usual, the most first; may be empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Rising {
    /// Words of the mentions.
    pub terms: Vec<Riser>,
    /// Who writes them.
    pub authors: Vec<Riser>,
    /// Where they appear.
    pub sources: Vec<Riser>,
}

impl Rising {
    /// Whether nothing rose.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.authors.is_empty() && self.sources.is_empty()
    }
}

/// Something that is named more than usual.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Riser {
    /// The word or name.
    pub name: String,
    /// How often in the window.
    pub count: u64,
    /// How often in an equal window, usually.
    pub usual: f64,
}

/// A mail that a server refused for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Undelivered {
    /// Whom it was for.
    pub to: String,
    /// When it was given up.
    pub at: Timestamp,
    /// What the server said.
    pub reply: String,
}

/// Writes a value as its text.
fn as_text<T: fmt::Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
