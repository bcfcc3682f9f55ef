//! A rule over the archive: when it would have been raised, and how often.

use std::convert::Infallible;
use std::time::Duration;

use super::past::{Held, Seen, concerns};
use super::quiet::is_quiet;
use super::rule::{self, Open, Question};
use super::step::{GATHER, Manners, News, Standing, Step, is_about_mentions, step};
use super::watch::Watch;
use crate::model::{Facts, MentionId, Stage, Timestamp};
use crate::store::{Store, StoreError};

/// How often the passing of time is looked at.
const TICK: Duration = Duration::from_mins(15);

/// A message that would have been sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// When.
    pub at: Timestamp,
    /// The number of the incident within the replay.
    pub incident: usize,
    /// What it would have said.
    pub stage: Stage,
    /// What was counted.
    pub facts: Facts,
    /// How many mentions it would have told of.
    pub mentions: usize,
    /// The weightiest of them.
    pub first: Option<MentionId>,
}

/// What a replay came to.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    /// The messages, in order.
    pub messages: Vec<Replayed>,
    /// How many incidents there would have been.
    pub incidents: usize,
    /// How many mentions the alert would have looked at.
    pub looked_at: usize,
}

/// The incident that is on.
struct On {
    number: usize,
    standing: Standing,
    open: Open,
    waiting: Vec<Seen>,
    all: Vec<Seen>,
    /// When what waits is told, unless quiet hours or the cool-down hold it back.
    gathered: Option<Timestamp>,
}

impl Watch<'_> {
    /// Replays the alert from `since` up to `now`, as if nobody had acknowledged or answered
    /// anything in between.
    ///
    /// What was there on the first visit to a source, or was read long after it was published,
    /// counts as collected when it was published: a new instance has nothing else to try a rule on.
    pub fn replay(
        &self,
        store: &Store,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Replay, StoreError> {
        let mut all = self.archive(store, now)?;
        all.sort_by_key(|seen| (seen.date, seen.id));
        Ok(replay(self, &all, since, now))
    }

    /// Everything that the alert looks at, whenever it was collected.
    fn archive(&self, store: &Store, now: Timestamp) -> Result<Vec<Seen>, StoreError> {
        let baseline = store.baseline(&self.watchlist.id)?;
        let mut all = Vec::new();
        store.each_mention(|mention| {
            if concerns(self.alert, self.watchlist, mention, now) {
                let mut seen = Seen::of(mention);
                let late = seen.collected.since(seen.date) > rule::NEWS;
                if late || baseline.contains(&seen.id) {
                    seen.collected = seen.date;
                }
                seen.answered = false;
                all.push(seen);
            }
        })?;
        Ok(all)
    }
}

/// `all` in the order of their dates.
fn replay(watch: &Watch<'_>, all: &[Seen], since: Timestamp, now: Timestamp) -> Replay {
    let mut arriving: Vec<Seen> = all
        .iter()
        .filter(|seen| seen.collected >= since && seen.collected <= now)
        .copied()
        .collect();
    arriving.sort_by_key(|seen| (seen.collected, seen.id));
    let began = all.iter().map(|seen| seen.date).min().unwrap_or(since);
    let mut replay = Replay {
        looked_at: arriving.len(),
        ..Replay::default()
    };
    let mut on: Option<On> = None;
    let mut rest = arriving.as_slice();
    let mut at = since;
    loop {
        // The next arrival, the next look at the clock, or the end of a gathering, whichever comes
        // first.
        let gathered = on.as_ref().and_then(|on| on.gathered);
        let due = gathered
            .filter(|gathered| *gathered > at)
            .map_or(at.plus(TICK), |gathered| gathered.min(at.plus(TICK)));
        at = rest
            .first()
            .map_or(due, |seen| seen.collected.min(due).max(at));
        if at > now {
            return replay;
        }
        let count = rest.partition_point(|seen| seen.collected <= at);
        let (fresh, later) = rest.split_at_checked(count).unwrap_or((rest, &[]));
        rest = later;
        let mut past = Held {
            all,
            since: began,
            now: at,
        };
        evaluate(watch, &mut past, fresh, &mut on, &mut replay);
        if count > 0 {
            at = at.plus(Duration::from_millis(1));
        }
    }
}

fn evaluate(
    watch: &Watch<'_>,
    past: &mut Held<'_>,
    fresh: &[Seen],
    on: &mut Option<On>,
    replay: &mut Replay,
) {
    let alert = watch.alert;
    let now = past.now;
    let question = Question {
        rule: alert.rule,
        zone: alert.timezone,
        now,
        fresh,
        silent: &[],
        open: on.as_ref().map(|on| &on.open),
    };
    let asked: Result<_, Infallible> = rule::ask(&question, past);
    let Ok(mut found) = asked;
    let known = |seen: &Seen| {
        on.as_ref()
            .is_some_and(|on| on.all.iter().any(|other| other.id == seen.id))
    };
    found.fresh.retain(|seen| !known(seen));
    if found.fresh.is_empty() && is_about_mentions(alert.rule) {
        found.facts = None;
    }
    let manners = Manners {
        rule: alert.rule,
        cooldown: alert.cooldown,
        escalate: None,
        quiet: is_quiet(alert.quiet_hours, alert.timezone, now),
    };
    let waiting = on.iter().flat_map(|on| &on.waiting);
    let untold: Vec<Seen> = found.fresh.iter().chain(waiting).copied().collect();
    let news = News::of(&found, &untold, &manners);
    let decided = step(&manners, on.as_ref().map(|on| &on.standing), &news, now);
    if decided == Step::Rest {
        return;
    }
    let current = on.get_or_insert_with(|| {
        replay.incidents += 1;
        On {
            number: replay.incidents,
            standing: Standing::default(),
            open: Open {
                seen: now,
                facts: Facts::default(),
                answered: false,
            },
            waiting: Vec::new(),
            all: Vec::new(),
            gathered: None,
        }
    });
    if let Some(facts) = found.facts {
        current.open.facts = facts;
        current.open.seen = now;
    }
    current.waiting.extend(&found.fresh);
    current.all.extend(&found.fresh);
    current.gathered = news.since.map(|since| since.plus(GATHER));
    if let Step::Tell(stage) = decided {
        let first = current
            .waiting
            .iter()
            .max_by_key(|seen| (seen.priority, seen.date));
        replay.messages.push(Replayed {
            at: now,
            incident: current.number,
            stage,
            facts: current.open.facts.clone(),
            mentions: current.waiting.len(),
            first: first.map(|seen| seen.id),
        });
        current.waiting.clear();
        current.standing.messages += 1;
        current.standing.first = current.standing.first.or(Some(now));
        current.standing.last = Some(now);
    }
    current.standing.waiting = u64::try_from(current.waiting.len()).unwrap_or(u64::MAX);
    if matches!(decided, Step::Close | Step::Tell(Stage::Over)) {
        *on = None;
    }
}
