//! How polling a source went, as the store remembers it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{SourceKey, Timestamp};

/// What the store remembers of a source between two polls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceState {
    /// Which source.
    pub key: SourceKey,
    /// Its name when it was last polled.
    pub name: String,
    /// Not before this moment; `None` = as soon as possible.
    pub next: Option<Timestamp>,
    /// When a poll last began.
    pub last_poll: Option<Timestamp>,
    /// When a poll last went well.
    pub last_ok: Option<Timestamp>,
    /// How it is.
    pub health: SourceHealth,
    /// Since when it is like that.
    pub since: Option<Timestamp>,
    /// What went wrong the last time, in one line.
    pub error: Option<String>,
    /// Failures in a row.
    pub error_count: u32,
    /// Items read since the source was first polled.
    pub items: u64,
    /// Validators (`etag`, `last-modified`), a body hash and cursors, by name.
    pub memory: BTreeMap<String, String>,
}

impl SourceState {
    /// The state of a source that was never polled.
    pub fn new(key: SourceKey, name: String) -> Self {
        Self {
            key,
            name,
            next: None,
            last_poll: None,
            last_ok: None,
            health: SourceHealth::New,
            since: None,
            error: None,
            error_count: 0,
            items: 0,
            memory: BTreeMap::new(),
        }
    }
}

/// How a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceHealth {
    /// Read when due.
    Ok,
    /// Read, but answering slowly.
    Slow,
    /// Not read; tried again with growing gaps.
    Failing,
    /// robots.txt or the site forbids reading it.
    Blocked,
    /// Read, but silent for much longer than its habit.
    Stale,
    /// Switched off.
    Off,
    /// Never polled yet.
    New,
}

impl SourceHealth {
    /// All values, in the order in which they are documented.
    pub const ALL: [Self; 7] = [
        Self::Ok,
        Self::Slow,
        Self::Failing,
        Self::Blocked,
        Self::Stale,
        Self::Off,
        Self::New,
    ];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Slow => "slow",
            Self::Failing => "failing",
            Self::Blocked => "blocked",
            Self::Stale => "stale",
            Self::Off => "off",
            Self::New => "new",
        }
    }

    /// Reads the word for it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|health| health.as_str() == text)
    }
}
