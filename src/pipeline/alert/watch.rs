//! One alert, evaluated: from what came in to what is queued.

use std::time::Duration;

use super::past::{Seen, Stored, concerns};
use super::quiet::is_quiet;
use super::rule::{self, Found, Open, Question};
use super::step::{GATHER, Manners, News, Standing, Step, is_about_mentions, step};
use super::told::Telling;
use crate::config::{Alert, AlertRule, Config, Watchlist};
use crate::model::{MentionId, Sequence, SilentSource, SourceHealth, Stage, Timestamp};
use crate::store::{AlertState, Coverage, Evaluation, Incident, IncidentChange, Store, StoreError};

/// Mentions that are loaded at a time.
const BATCH: usize = 1_000;

/// How far a source's habit is looked back for.
const HABIT: Duration = Duration::from_hours(28 * 24);

/// An alert of the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Watch<'a> {
    /// The whole configuration.
    pub config: &'a Config,
    /// In whose file it stands, and whose mentions it looks at.
    pub watchlist: &'a Watchlist,
    /// Its rule, its recipients and its manners.
    pub alert: &'a Alert,
}

/// What came in since the alert last looked.
struct Incoming {
    fresh: Vec<Seen>,
    /// Whether the watchlist collected anything at all.
    any: bool,
}

impl<'a> Watch<'a> {
    /// The alerts of an instance, in the order of the files.
    pub fn all(config: &'a Config) -> impl Iterator<Item = Self> {
        config.watchlists.iter().flat_map(move |watchlist| {
            watchlist.alerts.iter().map(move |alert| Self {
                config,
                watchlist,
                alert,
            })
        })
    }

    /// Notes where the alert begins, so that nothing collected before raises it.
    pub fn start(&self, store: &mut Store, now: Timestamp) -> Result<(), StoreError> {
        store.start_alert(&self.alert.key, now).map(drop)
    }

    /// How often what the passing of time changes is worth a look.
    pub fn pace(&self) -> Duration {
        match self.alert.rule {
            // What gathers is told within the minute.
            AlertRule::When => Duration::from_secs(5),
            // Reads when each source brought something, for a month.
            AlertRule::Silence { .. } => Duration::from_mins(5),
            _ => Duration::from_secs(15),
        }
    }

    /// Looks at what came in since the last time, and queues what is to be told; gives how many
    /// messages that are.
    ///
    /// `timed` also looks at what the passing of time alone changes: silence, answers that did not
    /// come, incidents that are over, messages that were held back.
    pub fn look(&self, store: &mut Store, now: Timestamp, timed: bool) -> anyhow::Result<usize> {
        let state = store.start_alert(&self.alert.key, now)?;
        let upto = store.max_seq()?;
        if upto == state.last_seq && !timed {
            return Ok(0);
        }
        let incoming = self.incoming(store, state.last_seq, upto, now)?;
        if incoming.fresh.is_empty() && !timed {
            if incoming.any {
                self.pass(store, state, upto, now)?;
            }
            return Ok(0);
        }
        let incident = store.open_incident(&self.alert.key)?;
        let found = self.found(store, &incoming, incident.as_ref(), state, now)?;
        let manners = self.manners(now);
        let news = news(store, &found, incident.as_ref(), &manners)?;
        let standing = incident
            .as_ref()
            .map(|incident| standing(store, incident, &manners))
            .transpose()?;
        let decided = step(&manners, standing.as_ref(), &news, now);
        if decided == Step::Rest {
            if incoming.any {
                self.pass(store, state, upto, now)?;
            }
            return Ok(0);
        }
        let id = match &incident {
            Some(incident) => incident.id,
            None => store.next_incident()?,
        };
        let change = change((decided, id), incident.as_ref(), &found, manners.rule, now);
        let messages = match decided {
            Step::Tell(stage) => Telling {
                watch: self,
                stage,
                incident: incident.as_ref(),
                change: &change,
                held: was_held(&news, &manners, self.alert),
                now,
            }
            .messages(store)?,
            _ => Vec::new(),
        };
        let queued = messages.len();
        let taken = store.evaluate(&Evaluation {
            alert: self.alert.key.clone(),
            state,
            upto,
            now,
            change: Some(change),
            messages,
        })?;
        Ok(if taken { queued } else { 0 })
    }

    /// Nothing came of what was looked at.
    fn pass(
        &self,
        store: &mut Store,
        state: AlertState,
        upto: Sequence,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let evaluation = Evaluation {
            alert: self.alert.key.clone(),
            state,
            upto,
            now,
            change: None,
            messages: Vec::new(),
        };
        store.evaluate(&evaluation).map(drop)
    }

    fn incoming(
        &self,
        store: &Store,
        after: Sequence,
        upto: Sequence,
        now: Timestamp,
    ) -> Result<Incoming, StoreError> {
        let mut coverage = Coverage { after, upto };
        let mut incoming = Incoming {
            fresh: Vec::new(),
            any: false,
        };
        loop {
            let batch = store.collected(&self.watchlist.id, coverage, BATCH)?;
            let Some(last) = batch.last().map(|found| found.seq) else {
                return Ok(incoming);
            };
            incoming.any = true;
            let ids: Vec<MentionId> = batch.iter().map(|found| found.mention).collect();
            // What stands for a copy was, or is, an occasion itself.
            let copies = store.copies_among(&ids)?;
            for mention in store.mentions(&ids)? {
                if copies.contains(&mention.id) {
                    continue;
                }
                if concerns(self.alert, self.watchlist, &mention, now) {
                    incoming.fresh.push(Seen::of(&mention));
                }
            }
            coverage.after = last;
        }
    }

    fn found(
        &self,
        store: &Store,
        incoming: &Incoming,
        incident: Option<&Incident>,
        state: AlertState,
        now: Timestamp,
    ) -> Result<Found, StoreError> {
        let open = incident
            .map(|incident| self.open(store, incident))
            .transpose()?;
        let silent = self.silent(store, now)?;
        let question = Question {
            rule: self.alert.rule,
            zone: self.alert.timezone,
            now,
            fresh: &incoming.fresh,
            silent: &silent,
            open: open.as_ref(),
        };
        let mut past = Stored {
            store,
            alert: self.alert,
            watchlist: self.watchlist,
            since: state.started,
            now,
        };
        let mut found = rule::ask(&question, &mut past)?;
        // A mention is told of once by each alert, whatever it was that raised it.
        let ids: Vec<MentionId> = found.fresh.iter().map(|seen| seen.id).collect();
        let known = store.known_to_alert(&self.alert.key, &ids)?;
        found.fresh.retain(|seen| !known.contains(&seen.id));
        if found.fresh.is_empty() && is_about_mentions(self.alert.rule) {
            found.facts = None;
        }
        Ok(found)
    }

    fn open(&self, store: &Store, incident: &Incident) -> Result<Open, StoreError> {
        let answered = matches!(self.alert.rule, AlertRule::Unanswered { .. }) && {
            let ids = store.incident_mentions(incident.id, false)?;
            let mentions = store.mentions(&ids)?;
            mentions.iter().all(|mention| Seen::of(mention).answered)
        };
        Ok(Open {
            seen: incident.seen,
            facts: incident.facts.clone(),
            answered,
        })
    }

    /// The sources of the watchlist that fell silent, for an alert that listens for silence.
    fn silent(&self, store: &Store, now: Timestamp) -> Result<Vec<SilentSource>, StoreError> {
        let AlertRule::Silence { after } = self.alert.rule else {
            return Ok(Vec::new());
        };
        let mut silent = Vec::new();
        for source in &self.config.sources {
            if !source.serves.includes(&self.watchlist.id) {
                continue;
            }
            let key = source.key();
            let arrivals = store.arrivals(&key.0, now.minus(HABIT))?;
            let found = rule::silent(&source.name, &arrivals, after, now);
            let stale = || -> Result<Option<SilentSource>, StoreError> {
                let state = store.source_state(&key)?;
                let state = state.filter(|state| state.health == SourceHealth::Stale);
                Ok(state.and_then(|state| {
                    Some(SilentSource {
                        name: source.name.clone(),
                        last: arrivals.last().copied().or(state.since)?,
                        longest: Duration::ZERO,
                    })
                }))
            };
            silent.extend(match found {
                Some(found) => Some(found),
                None => stale()?,
            });
        }
        Ok(silent)
    }

    fn manners(&self, now: Timestamp) -> Manners {
        Manners {
            rule: self.alert.rule,
            cooldown: self.alert.cooldown,
            escalate: self.alert.escalate.as_ref().map(|escalate| escalate.after),
            quiet: is_quiet(self.alert.quiet_hours, self.alert.timezone, now),
        }
    }
}

fn standing(store: &Store, incident: &Incident, manners: &Manners) -> Result<Standing, StoreError> {
    let urgent = manners.quiet && manners.escalate.is_some() && {
        let ids = store.incident_mentions(incident.id, false)?;
        let mentions = store.mentions(&ids)?;
        mentions.iter().any(|mention| Seen::of(mention).is_urgent())
    };
    Ok(Standing {
        messages: incident.messages,
        first: incident.first,
        last: incident.last,
        acked: incident.acked.is_some(),
        escalated: incident.escalated.is_some(),
        waiting: incident.waiting,
        urgent,
    })
}

fn news(
    store: &Store,
    found: &Found,
    incident: Option<&Incident>,
    manners: &Manners,
) -> Result<News, StoreError> {
    let mut untold = found.fresh.clone();
    if let Some(incident) = incident.filter(|incident| incident.waiting > 0) {
        let ids = store.incident_mentions(incident.id, true)?;
        untold.extend(store.mentions(&ids)?.iter().map(Seen::of));
    }
    Ok(News::of(found, &untold, manners))
}

/// Whether quiet hours held back what is told now for the first time.
fn was_held(news: &News, manners: &Manners, alert: &Alert) -> bool {
    let quiet = |at| is_quiet(alert.quiet_hours, alert.timezone, at);
    !manners.quiet
        && news
            .since
            .is_none_or(|since| quiet(since) || quiet(since.plus(GATHER)))
}

/// What a decision does to the incident `id`.
fn change(
    (decided, id): (Step, i64),
    incident: Option<&Incident>,
    found: &Found,
    rule: AlertRule,
    now: Timestamp,
) -> IncidentChange {
    let begun = found.fresh.iter().map(|seen| seen.date).min();
    let held = incident.is_some_and(|incident| incident.messages == 0);
    let tells = matches!(
        decided,
        Step::Tell(Stage::Raised | Stage::Again | Stage::Over)
    );
    // What was over before anyone could be told is told and over in one message.
    let passed =
        decided == Step::Tell(Stage::Raised) && held && found.calm && !is_about_mentions(rule);
    IncidentChange {
        incident: id,
        opened: incident.map_or_else(|| begun.unwrap_or(now), |incident| incident.opened),
        seen: match incident {
            Some(incident) if found.facts.is_none() => incident.seen,
            _ => now,
        },
        facts: found
            .facts
            .clone()
            .or_else(|| incident.map(|incident| incident.facts.clone()))
            .unwrap_or_default(),
        fresh: found.fresh.iter().map(|seen| seen.id).collect(),
        told: tells,
        unacknowledged: decided == Step::Tell(Stage::Again) && is_about_mentions(rule),
        escalated: decided == Step::Tell(Stage::Escalated),
        closed: passed || matches!(decided, Step::Close | Step::Tell(Stage::Over)),
    }
}
