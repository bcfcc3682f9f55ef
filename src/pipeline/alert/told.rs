//! What a message of an incident shows, and the messages that it becomes.

use std::collections::HashMap;

use super::watch::Watch;
use crate::model::{
    Entry, Facts, Mention, MentionId, Message, More, Named, Notice, Priority, Stage, Timestamp,
};
use crate::notify;
use crate::store::{Incident, IncidentChange, Store, StoreError};

/// Entries that are handed to the renderer; the rest is counted.
const SHOWN: usize = 30;

/// Mentions that are looked at to find the weightiest.
const LOOKED_AT: usize = 2_000;

/// Places and words that are named.
const NAMED: usize = 4;

/// A message to be made.
#[derive(Clone, Copy)]
pub(super) struct Telling<'a> {
    pub(super) watch: &'a Watch<'a>,
    pub(super) stage: Stage,
    /// The incident before the change; none where it begins.
    pub(super) incident: Option<&'a Incident>,
    pub(super) change: &'a IncidentChange,
    /// Whether quiet hours held it back until now.
    pub(super) held: bool,
    pub(super) now: Timestamp,
}

impl Telling<'_> {
    /// The messages, one for each recipient and webhook.
    pub(super) fn messages(&self, store: &Store) -> anyhow::Result<Vec<Message>> {
        let notice = self.notice(store)?;
        let alert = self.watch.alert;
        let settings = &self.watch.config.settings;
        let escalation = alert.escalate.iter().flat_map(|escalate| &escalate.to);
        let escalated = self.incident.is_some_and(|it| it.escalated.is_some());
        let mut recipients: Vec<&String> = match self.stage {
            Stage::Escalated => escalation.collect(),
            _ if escalated => alert.to.iter().chain(escalation).collect(),
            _ => alert.to.iter().collect(),
        };
        recipients.dedup_by_key(|to| to.to_lowercase());
        let rendered = notify::render::alert(&notice)?;
        let mut messages = Vec::new();
        for to in recipients {
            messages.push(notify::message::alert(
                &notice,
                &notify::Letter {
                    from: &settings.mail.from,
                    to,
                    date: self.now,
                    rendered: &rendered,
                },
            )?);
        }
        if self.stage != Stage::Escalated {
            for name in &alert.webhooks {
                let Some(webhook) = settings.webhooks.iter().find(|hook| hook.name == *name) else {
                    continue;
                };
                let subject = &rendered.subject;
                let from = &settings.mail.from;
                messages.push(notify::webhook::message(&notice, webhook, subject, from)?);
            }
        }
        Ok(messages)
    }

    fn notice(&self, store: &Store) -> Result<Notice, StoreError> {
        let Watch {
            config,
            watchlist,
            alert,
        } = *self.watch;
        let ids = self.shown(store)?;
        let fresh = u64::try_from(self.change.fresh.len()).unwrap_or(u64::MAX);
        let mut mentions = store.mentions(ids.get(..LOOKED_AT).unwrap_or(&ids))?;
        sort(&mut mentions, &self.change.facts);
        let (mut places, mut words) = (Vec::new(), Vec::new());
        if matches!(
            self.change.facts,
            Facts::Threshold { .. } | Facts::Spike { .. }
        ) {
            places = most(mentions.iter().map(|mention| mention.source.as_str()), 1);
            words = most(mentions.iter().flat_map(weighty), 2);
        }
        let urgent = mentions
            .iter()
            .any(|mention| mention.scores.priority.label == Priority::Urgent);
        let left = ids.len().saturating_sub(SHOWN);
        let since = self.change.opened;
        Ok(Notice {
            alert: alert.name.clone(),
            key: alert.key.clone(),
            name: watchlist.name.clone(),
            watchlist: watchlist.id.clone(),
            incident: self.change.incident,
            number: self.incident.map_or(0, |incident| incident.messages) + 1,
            stage: self.stage,
            facts: self.change.facts.clone(),
            query: alert.query.source().to_owned(),
            language: alert.language,
            timezone: alert.timezone,
            at: self.now,
            since,
            told: self.incident.and_then(|incident| incident.first),
            places,
            words,
            entries: mentions
                .iter()
                .take(SHOWN)
                .map(|mention| Entry::of(&mention.clone().seen_by(&watchlist.id), &watchlist.id))
                .collect(),
            more: (left > 0).then(|| More {
                count: u64::try_from(left).unwrap_or(u64::MAX),
                command: command(self.watch, since),
            }),
            total: self.incident.map_or(0, |incident| incident.mentions) + fresh,
            urgent,
            held_since: self
                .incident
                .filter(|incident| incident.messages == 0 && self.held)
                .map(|incident| incident.opened),
            passed: self.change.closed && self.stage == Stage::Raised,
            contact: notify::message::bare_address(&config.settings.mail.from),
        })
    }

    /// The mentions that the message shows: the new ones, all where it is escalated, none where it
    /// is over.
    fn shown(&self, store: &Store) -> Result<Vec<MentionId>, StoreError> {
        let mut ids = match (self.stage, self.incident) {
            (_, None) => Vec::new(),
            (Stage::Escalated, Some(incident)) => store.incident_mentions(incident.id, false)?,
            (_, Some(incident)) => store.incident_mentions(incident.id, true)?,
        };
        ids.extend(self.change.fresh.iter().copied());
        Ok(ids)
    }
}

/// The words of a mention that weighed for its sentiment, each once.
fn weighty(mention: &Mention) -> Vec<&str> {
    let because = &mention.scores.sentiment.because;
    let mut words: Vec<&str> = because
        .iter()
        .filter(|word| word.rules.iter().all(|rule| rule != "rating"))
        .map(|word| word.term.as_str())
        .filter(|term| term.chars().any(char::is_alphabetic))
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The names that are there most often, at least `least` times.
fn most<'a>(names: impl Iterator<Item = &'a str>, least: u64) -> Vec<Named> {
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut counts: Vec<(&str, u64)> = counts
        .into_iter()
        .filter(|(_, mentions)| *mentions >= least)
        .collect();
    counts.sort_unstable_by_key(|(name, mentions)| (std::cmp::Reverse(*mentions), *name));
    counts.truncate(NAMED);
    counts
        .into_iter()
        .map(|(name, mentions)| Named {
            name: name.to_owned(),
            mentions,
        })
        .collect()
}

/// What waits for an answer, the longest waiting first; all else by weight.
fn sort(mentions: &mut [Mention], facts: &Facts) {
    mentions.sort_by_key(|mention| {
        let priority = std::cmp::Reverse(mention.scores.priority.label);
        let date = mention.date().millis();
        match facts {
            Facts::Unanswered { .. } => (None, None, date),
            _ => (
                Some(priority),
                Some(std::cmp::Reverse(mention.item.engagement)),
                -date,
            ),
        }
    });
}

/// The search that lists the mentions of an incident.
fn command(watch: &Watch<'_>, since: Timestamp) -> String {
    let query = watch.alert.query.source().trim();
    let query = match query {
        "" => format!("watch:{}", watch.watchlist.id),
        query => format!("watch:{} ({query})", watch.watchlist.id),
    };
    format!(
        "ascolto search '{}' --since {}",
        query.replace('\'', "'\\''"),
        since.day_in(watch.alert.timezone)
    )
}
