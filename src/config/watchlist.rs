//! A checked watchlist.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{NaiveTime, Weekday};
use chrono_tz::Tz;

use crate::model::{CronLine, Lang, Priority, WatchlistId};
use crate::query::Query;

/// One file of `watchlists/`, checked.
#[derive(Debug, Clone)]
pub struct Watchlist {
    /// The file's name without `.toml`.
    pub id: WatchlistId,
    /// The file, for messages.
    pub path: PathBuf,
    /// The name that people read.
    pub name: String,
    /// What it listens for.
    pub kind: WatchlistKind,
    /// The languages that the team reads; empty = all.
    pub languages: Vec<Lang>,
    /// What it collects.
    pub query: Query,
    /// Accounts and names of the brand itself.
    pub own_accounts: Vec<String>,
    /// `[priority]`: queries that raise or lower the priority.
    pub priority: Vec<(Priority, Query)>,
    /// `[priority] vip`: accounts and names whose every mention is at least of high priority.
    pub vips: Vec<String>,
    /// `[sentiment]`: weights on top of the shipped lists; 0 takes a word off.
    pub sentiment: Vec<(String, f64)>,
    /// `[[digest]]`: what is mailed when, each with a schedule of its own.
    pub digests: Vec<Digest>,
    /// `[[alert]]`: what is told without waiting for a digest.
    pub alerts: Vec<Alert>,
    /// `[[example]]`: texts that it should or should not collect, tried by `check`.
    pub examples: Vec<Example>,
    /// How long its mentions are kept, where it differs from the instance; a hundred years stand
    /// for `forever`.
    pub retention: Option<Duration>,
}

/// What a watchlist listens for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchlistKind {
    /// The brand that the team answers for.
    Brand,
    /// Another brand, for share of voice.
    Competitor,
    /// A subject.
    Topic,
}

/// A `[[digest]]` of a watchlist.
#[derive(Debug, Clone)]
pub struct Digest {
    /// `watchlist/name`: what its coverage is remembered by.
    pub key: String,
    /// Who gets it.
    pub to: Vec<String>,
    /// When.
    pub schedule: Schedule,
    /// In which zone.
    pub timezone: Tz,
    /// Italian or English.
    pub language: Lang,
    /// What to do when nothing was collected.
    pub when_empty: WhenEmpty,
    /// Which mentions, where not all.
    pub filter: Option<Query>,
}

/// When a digest is sent, in local time of its zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// At this minute of every hour.
    Hourly {
        /// 0 to 59.
        minute: u32,
    },
    /// Every day.
    Daily {
        /// The time of day.
        at: NaiveTime,
    },
    /// Every week.
    Weekly {
        /// The day.
        on: Weekday,
        /// The time of day.
        at: NaiveTime,
    },
    /// By a cron line of five fields: minute, hour, day of month, month, day of week.
    Cron(CronLine),
}

impl Schedule {
    /// The word for it, which names a digest that has no name of its own.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Hourly { .. } => "hourly",
            Self::Daily { .. } => "daily",
            Self::Weekly { .. } => "weekly",
            Self::Cron(_) => "cron",
        }
    }
}

/// What a digest does when nothing was collected and all sources are well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenEmpty {
    /// It is not sent.
    Skip,
    /// It is sent, and says so.
    Send,
}

/// An `[[alert]]` of a watchlist.
#[derive(Debug, Clone)]
pub struct Alert {
    /// `watchlist/name`: what its incidents are remembered by.
    pub key: String,
    /// Its name, unique in the watchlist.
    pub name: String,
    /// What raises it.
    pub rule: AlertRule,
    /// Which mentions it looks at: all that the watchlist collects, or those that match.
    pub query: Query,
    /// Who gets it by mail.
    pub to: Vec<String>,
    /// The names of the webhooks that get it.
    pub webhooks: Vec<String>,
    /// When only urgent mentions pass.
    pub quiet_hours: Option<QuietHours>,
    /// The least time between two messages of one incident.
    pub cooldown: Duration,
    /// Who hears of it where nobody acknowledged it.
    pub escalate: Option<Escalation>,
    /// The zone of quiet hours and of the hours of the week.
    pub timezone: Tz,
    /// Italian or English.
    pub language: Lang,
}

/// What raises an alert.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AlertRule {
    /// Any mention that matches, at once.
    When,
    /// So many mentions within a time.
    Threshold {
        /// How many.
        count: u32,
        /// Within which time.
        within: Duration,
    },
    /// More mentions in an hour than usual in the same hour of the week.
    Spike {
        /// Fewer than this are no spike, whatever is usual.
        at_least: u32,
        /// How many times the usual number.
        ratio: f64,
        /// How many robust standard deviations above the usual number.
        z: f64,
    },
    /// Nothing for a time in which there usually is something, or a source that fell silent.
    Silence {
        /// For how long.
        after: Duration,
    },
    /// A mention that nobody answered for a time.
    Unanswered {
        /// For how long.
        after: Duration,
    },
}

impl AlertRule {
    /// The key that names it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::When => "when",
            Self::Threshold { .. } => "threshold",
            Self::Spike { .. } => "spike",
            Self::Silence { .. } => "silence",
            Self::Unanswered { .. } => "unanswered",
        }
    }
}

/// `escalate` of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// How long after the first message.
    pub after: Duration,
    /// Who gets it then.
    pub to: Vec<String>,
}

/// A span of the day, in the alert's zone; may pass midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    /// The first minute.
    pub from: NaiveTime,
    /// The first minute after.
    pub to: NaiveTime,
}

/// An `[[example]]` of a watchlist, run by `ascolto check`.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The title of the imagined mention.
    pub title: Option<String>,
    /// What the imagined mention says.
    pub text: String,
    /// Whether the watchlist should collect it.
    pub matches: bool,
    /// Where it stands: bytes of the file.
    pub span: std::ops::Range<usize>,
}
