//! What an issue of a digest covers, counted mention by mention.
//!
//! Only counts and numbers are held, so that a hundred thousand mentions take little memory; the few
//! that are shown are loaded whole.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use super::figures::Tally;
use crate::model::{Intent, MentionId, Priority, Sum, Timestamp};
use crate::store::Brief;

/// What is counted of a set of mentions.
#[derive(Debug, Clone, Default)]
pub(super) struct Covered {
    /// All but the authors, which are counted by name.
    tally: Tally,
    /// Mentions by author, in lower case; those without a name are under the empty one.
    pub(super) authors: HashMap<String, Author>,
    /// Mentions by source.
    pub(super) sources: HashMap<String, u64>,
    /// The earliest date of all.
    pub(super) oldest: Option<Timestamp>,
    /// What became of questions and complaints.
    pub(super) asked: Asked,
    /// Mentions whose source tells how many follow the author.
    pub(super) followed: u64,
    /// Likes, replies and shares.
    pub(super) engagement: Sum,
    /// Mentions in languages that the team does not read: they are in nothing else.
    pub(super) hidden: u64,
    /// Those that press and that nobody answered.
    pressing: Vec<Ranked>,
    others: Vec<Ranked>,
}

/// What an issue before covered, and its window.
#[derive(Debug, Clone)]
pub(super) struct Past {
    pub(super) window: (Timestamp, Timestamp),
    pub(super) covered: Covered,
}

/// How often somebody writes.
#[derive(Debug, Clone, Default)]
pub(super) struct Author {
    /// The name as it is written.
    pub(super) name: String,
    pub(super) mentions: u64,
    /// How many follow, where a source tells.
    pub(super) followers: u64,
}

/// Questions and complaints, and what became of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    pub(super) all: u64,
    pub(super) answered: u64,
    /// How long the answers took that have a time.
    pub(super) after: Vec<Duration>,
    /// Whether any mention at all has an answer that is known.
    pub(super) any: bool,
}

impl Asked {
    fn add(&mut self, brief: &Brief) {
        self.any |= brief.answered;
        if matches!(brief.intent, Intent::Question | Intent::Complaint) {
            self.all += 1;
            self.answered += u64::from(brief.answered);
            self.after.extend(brief.answered_after);
        }
    }
}

/// A mention and what it is sorted by.
#[derive(Debug, Clone, Copy)]
struct Ranked {
    id: MentionId,
    priority: Priority,
    engagement: Option<u64>,
    date: Timestamp,
}

impl Covered {
    /// Counts a mention; one in another language is `hidden`.
    pub(super) fn add(&mut self, brief: Brief, hidden: bool) {
        if hidden {
            self.hidden += 1;
            return;
        }
        self.tally.add(brief.sentiment, brief.priority);
        self.asked.add(&brief);
        self.oldest = Some(
            self.oldest
                .map_or(brief.date, |oldest| oldest.min(brief.date)),
        );
        if let Some(engagement) = brief.engagement {
            self.engagement.total = self.engagement.total.saturating_add(engagement);
            self.engagement.mentions += 1;
        }
        let name = brief.author.unwrap_or_default();
        let author = self.authors.entry(name.to_lowercase()).or_default();
        author.mentions += 1;
        if let Some(followers) = brief.followers.filter(|_| !name.is_empty()) {
            author.followers = author.followers.max(followers);
            self.followed += 1;
        }
        if author.name.is_empty() {
            author.name = name;
        }
        *self.sources.entry(brief.source).or_default() += 1;
        let ranked = Ranked {
            id: brief.id,
            priority: brief.priority,
            engagement: brief.engagement,
            date: brief.date,
        };
        if brief.priority >= Priority::High && !brief.answered {
            self.pressing.push(ranked);
        } else {
            self.others.push(ranked);
        }
    }

    /// Adds what was counted elsewhere, but for what is to be shown.
    pub(super) fn join(&mut self, other: &Self) {
        self.tally.mentions += other.tally.mentions;
        for (key, author) in &other.authors {
            let own = self.authors.entry(key.clone()).or_default();
            own.mentions += author.mentions;
        }
        for (name, count) in &other.sources {
            *self.sources.entry(name.clone()).or_default() += count;
        }
    }

    /// What was counted.
    pub(super) fn tally(&self) -> Tally {
        self.tally.by(self.authors.len())
    }

    /// How many press.
    pub(super) fn pressing(&self) -> usize {
        self.pressing.len()
    }

    /// How many do not.
    pub(super) fn others(&self) -> usize {
        self.others.len()
    }

    /// Those that press, the oldest first, at most `room`.
    pub(super) fn oldest_pressing(&self, room: usize) -> Vec<MentionId> {
        first(&self.pressing, room, |it| (it.date, it.id))
    }

    /// The others by priority, then engagement, then time, at most `room`.
    pub(super) fn weightiest_others(&self, room: usize) -> Vec<MentionId> {
        first(&self.others, room, |it| {
            (
                Reverse(it.priority),
                Reverse(it.engagement),
                Reverse(it.date),
                it.id,
            )
        })
    }

    /// At most `room` of all, spread evenly, in the order in which they were collected.
    pub(super) fn sample(&self, room: usize) -> Vec<MentionId> {
        let all = self.pressing.len() + self.others.len();
        let step = all.div_ceil(room.max(1)).max(1);
        let mut ids: Vec<MentionId> = self
            .pressing
            .iter()
            .chain(&self.others)
            .map(|it| it.id)
            .collect();
        ids.sort_unstable();
        ids.into_iter().step_by(step).collect()
    }
}

fn first<K: Ord>(all: &[Ranked], room: usize, key: impl Fn(&Ranked) -> K) -> Vec<MentionId> {
    let mut sorted: Vec<&Ranked> = all.iter().collect();
    if sorted.len() > room {
        sorted.select_nth_unstable_by_key(room, |it| key(it));
        sorted.truncate(room);
    }
    sorted.sort_by_key(|it| key(it));
    sorted.into_iter().map(|it| it.id).collect()
}
