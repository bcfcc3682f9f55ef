//! Whether a rule holds, and whether it no longer does.

use std::time::Duration;

use chrono_tz::Tz;

use super::past::{Past, Seen};
use super::usual::{self, Usual, median, to_f64};
use crate::config::AlertRule;
use crate::model::{Facts, SilentSource, Timestamp};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// What was published longer before it was collected raises nothing: it belongs into a digest.
pub(super) const NEWS: Duration = Duration::from_hours(48);

/// An unanswered mention older than this was left alone on purpose.
const FORGOTTEN: Duration = Duration::from_hours(7 * 24);

/// An incident of single mentions is over after so long without another.
const CALM: Duration = Duration::from_hours(4);

/// A source is silent when it is so for this many times its longest silence.
const SILENT: u32 = 2;

/// Arrivals that make a habit.
const HABIT: usize = 6;

/// What a rule is asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) rule: AlertRule,
    pub(super) zone: Tz,
    pub(super) now: Timestamp,
    /// The mentions that came since it was last asked.
    pub(super) fresh: &'a [Seen],
    /// Sources that fell silent.
    pub(super) silent: &'a [SilentSource],
    /// The incident that is on.
    pub(super) open: Option<&'a Open>,
}

/// An incident that is on.
#[derive(Debug, Clone)]
pub(super) struct Open {
    /// When it last held.
    pub(super) seen: Timestamp,
    /// What was counted.
    pub(super) facts: Facts,
    /// Whether all its mentions were answered.
    pub(super) answered: bool,
}

/// What a rule finds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Found {
    /// What was counted, where it holds.
    pub(super) facts: Option<Facts>,
    /// The mentions that come to the incident.
    pub(super) fresh: Vec<Seen>,
    /// Whether it is over, where an incident is on.
    pub(super) calm: bool,
}

/// Asks a rule.
pub(super) fn ask<P: Past>(question: &Question<'_>, past: &mut P) -> Result<Found, P::Error> {
    let news: Vec<Seen> = question
        .fresh
        .iter()
        .filter(|seen| seen.collected.since(seen.date) <= NEWS)
        .copied()
        .collect();
    match question.rule {
        AlertRule::When => Ok(Found {
            facts: (!news.is_empty()).then_some(Facts::When),
            calm: news.is_empty() && is_calm(question),
            fresh: news,
        }),
        AlertRule::Threshold { count, within } => many(question, news, within, past, |_, _| {
            Ok(Some(Bar::Set(u64::from(count))))
        }),
        AlertRule::Spike { at_least, ratio, z } => many(question, news, HOUR, past, |past, end| {
            let zone = question.zone;
            let Some((basis, ends)) = usual::compared(end, HOUR, past.since(), zone) else {
                return Ok(None);
            };
            let mut samples = Vec::with_capacity(ends.len());
            for end in ends {
                samples.push(past.count(end.minus(HOUR), end)?);
            }
            let (median, bar) = usual::bar(&samples, at_least, ratio, z);
            Ok(Some(Bar::Usual(Usual { median, bar, basis })))
        }),
        AlertRule::Silence { after } => silence(question, after, past),
        AlertRule::Unanswered { after } => unanswered(question, after, past),
    }
}

fn is_calm(question: &Question<'_>) -> bool {
    question
        .open
        .is_some_and(|open| question.now.since(open.seen) >= CALM)
}

/// What a count is held against.
enum Bar {
    Set(u64),
    Usual(Usual),
}

impl Bar {
    fn height(&self) -> u64 {
        match self {
            Self::Set(bar) | Self::Usual(Usual { bar, .. }) => *bar,
        }
    }

    fn facts(&self, count: u64, within: Duration) -> Facts {
        match self {
            Self::Set(bar) => Facts::Threshold {
                count,
                bar: *bar,
                within,
            },
            Self::Usual(usual) => Facts::Spike {
                count,
                usual: usual.median,
                bar: usual.bar,
                basis: usual.basis,
            },
        }
    }
}

/// Whether there are too many within a time. The stretches that end with one of the news are
/// looked at, so that what was read late counts as if it had been read at once.
fn many<P: Past>(
    question: &Question<'_>,
    news: Vec<Seen>,
    within: Duration,
    past: &mut P,
    bar: impl FnOnce(&mut P, Timestamp) -> Result<Option<Bar>, P::Error>,
) -> Result<Found, P::Error> {
    let now = question.now;
    if let Some(open) = question.open {
        return still_many(question, open, news, within, past);
    }
    let recent: Vec<Timestamp> = news
        .iter()
        .map(|seen| seen.date)
        .filter(|date| now.since(*date) <= DAY.max(within))
        .collect();
    let (Some(first), Some(last)) = (recent.iter().min(), recent.iter().max()) else {
        return Ok(Found::default());
    };
    let around = past.between(first.minus(within), after(*last))?;
    let Some((end, count)) = densest(&around, &recent, within) else {
        return Ok(Found::default());
    };
    let Some(bar) = bar(past, after(end))? else {
        return Ok(Found::default());
    };
    if count < bar.height() {
        return Ok(Found::default());
    }
    let start = after(end).minus(within);
    Ok(Found {
        facts: Some(bar.facts(count, within)),
        fresh: around
            .into_iter()
            .filter(|seen| seen.date >= start)
            .collect(),
        calm: false,
    })
}

/// An incident goes on until there is less than half of what raised it.
fn still_many<P: Past>(
    question: &Question<'_>,
    open: &Open,
    news: Vec<Seen>,
    within: Duration,
    past: &mut P,
) -> Result<Found, P::Error> {
    let now = question.now;
    let present = past.count(after(now).minus(within), after(now))?;
    let (most, bar) = match &open.facts {
        Facts::Threshold { count, bar, .. } | Facts::Spike { count, bar, .. } => (*count, *bar),
        _ => (0, 1),
    };
    let mut facts = open.facts.clone();
    if let Facts::Threshold { count, .. } | Facts::Spike { count, .. } = &mut facts {
        *count = most.max(present);
    }
    let on = 2 * present >= bar;
    Ok(Found {
        facts: on.then_some(facts),
        calm: !on,
        fresh: news,
    })
}

/// The first moment after `at`.
fn after(at: Timestamp) -> Timestamp {
    at.plus(Duration::from_millis(1))
}

/// The end of the fullest stretch `within` long that ends with one of `ends`, and how many of
/// `dates` (in order) lie in it.
fn densest(dates: &[Seen], ends: &[Timestamp], within: Duration) -> Option<(Timestamp, u64)> {
    ends.iter()
        .map(|end| {
            let start = after(*end).minus(within);
            let from = dates.partition_point(|seen| seen.date < start);
            let to = dates.partition_point(|seen| seen.date <= *end);
            let count = to.saturating_sub(from);
            (*end, u64::try_from(count).unwrap_or(u64::MAX))
        })
        .max_by_key(|(end, count)| (*count, *end))
}

/// Nothing, although in each of the last weeks (days, for who is young) there was something.
fn silence<P: Past>(
    question: &Question<'_>,
    length: Duration,
    past: &mut P,
) -> Result<Found, P::Error> {
    let now = question.now;
    let here = past.count(now.minus(length), after(now))?;
    let sources = question.silent.to_vec();
    let mut usual = None;
    if here == 0 {
        let mut ends = usual::weeks_before(now, length, past.since(), question.zone);
        if ends.len() < 3 {
            ends = (1..=6)
                .map(|day| now.minus(DAY * day))
                .filter(|end| end.minus(length) >= past.since())
                .collect();
        }
        let mut samples = Vec::new();
        for end in ends {
            samples.push(to_f64(past.count(end.minus(length), end)?));
        }
        if samples.len() >= 3 && samples.iter().all(|count| *count >= 1.0) {
            usual = Some(median(samples));
        }
    }
    let holds = usual.is_some() || !sources.is_empty();
    let last = if holds && here == 0 {
        let known = past.between(past.since(), after(now))?;
        known.last().map(|seen| seen.date)
    } else {
        None
    };
    Ok(Found {
        facts: holds.then_some(Facts::Silence {
            after: length,
            usual,
            last,
            sources,
        }),
        fresh: Vec::new(),
        calm: here > 0 && question.silent.is_empty(),
    })
}

/// Mentions that are open for the time and longer.
fn unanswered<P: Past>(
    question: &Question<'_>,
    length: Duration,
    past: &mut P,
) -> Result<Found, P::Error> {
    let end = question.now.minus(length);
    let from = end.minus(FORGOTTEN).max(past.since());
    let waiting: Vec<Seen> = past
        .between(from, after(end))?
        .into_iter()
        .filter(|seen| !seen.answered && seen.collected.since(seen.date) <= NEWS)
        .collect();
    Ok(Found {
        facts: (!waiting.is_empty()).then_some(Facts::Unanswered { after: length }),
        calm: question.open.is_some_and(|open| open.answered),
        fresh: waiting,
    })
}

/// The source's silence, where it is much longer than its habit: twice its longest silence so far,
/// and `least` at least. `arrivals` are the moments at which it brought something, in order.
pub(super) fn silent(
    name: &str,
    arrivals: &[Timestamp],
    least: Duration,
    now: Timestamp,
) -> Option<SilentSource> {
    let last = *arrivals.last()?;
    // What the first visit brought is no habit.
    let habit = arrivals.get(1..).filter(|habit| habit.len() >= HABIT)?;
    let longest = habit
        .windows(2)
        .filter_map(|pair| match pair {
            [earlier, later] => Some(later.since(*earlier)),
            _ => None,
        })
        .max()?;
    let silence = now.since(last);
    (silence >= least && silence >= longest.saturating_mul(SILENT)).then(|| SilentSource {
        name: name.to_owned(),
        last,
        longest,
    })
}

#[cfg(test)]
mod tests {
    use super::super::past::Held;
    use super::*;
    use crate::model::{Basis, MentionId, Priority};

    const MINUTE: Duration = Duration::from_mins(1);

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn seen(id: i64, date: Timestamp) -> Seen {
        Seen {
            id: MentionId(id),
            date,
            collected: date,
            priority: Priority::Normal,
            answered: false,
        }
    }

    /// One mention at each of these moments.
    fn archive(dates: impl IntoIterator<Item = Timestamp>) -> Vec<Seen> {
        let mut all: Vec<Seen> = (1..).zip(dates).map(|(id, date)| seen(id, date)).collect();
        all.sort_by_key(|seen| seen.date);
        all
    }

    fn asked(
        rule: AlertRule,
        all: &[Seen],
        fresh: &[Seen],
        open: Option<&Open>,
        now: Timestamp,
    ) -> Found {
        let mut past = Held {
            all,
            since: at("2026-01-01T00:00:00Z"),
            now,
        };
        let question = Question {
            rule,
            zone: chrono_tz::Europe::Rome,
            now,
            fresh,
            silent: &[],
            open,
        };
        ask(&question, &mut past).unwrap()
    }

    #[test]
    fn any_mention_that_is_news_raises_at_once() {
        let now = at("2026-11-20T12:00:00Z");
        let late = Seen {
            collected: now,
            ..seen(1, now.minus(DAY * 3))
        };
        let news = seen(2, now);
        assert_eq!(
            asked(AlertRule::When, &[], &[late], None, now),
            Found::default()
        );
        let found = asked(AlertRule::When, &[], &[late, news], None, now);
        assert_eq!((found.facts, found.fresh), (Some(Facts::When), vec![news]));
    }

    #[test]
    fn a_threshold_is_reached_within_its_time_however_late_it_is_read() {
        let rule = AlertRule::Threshold {
            count: 3,
            within: HOUR,
        };
        let start = at("2026-11-20T06:00:00Z");
        let minutes = |list: &[u32]| archive(list.iter().map(|m| start.plus(MINUTE * *m)));
        let now = start.plus(HOUR * 6);
        for (list, reached) in [
            (&[0, 30, 59][..], true),
            (&[0, 30, 60], false),
            (&[0, 61, 90, 119], true),
            (&[0, 10], false),
        ] {
            let all = minutes(list);
            let found = asked(rule, &all, &all, None, now);
            assert_eq!(found.facts.is_some(), reached, "{list:?}");
            if reached {
                assert_eq!(found.fresh.len(), 3);
            }
        }
        // The last one alone is new: those before it count.
        let all = minutes(&[0, 30, 59]);
        assert!(asked(rule, &all, &all[2..], None, now).facts.is_some());
        // The day before yesterday is no news of today.
        let found = asked(rule, &all, &all, None, now.plus(DAY));
        assert_eq!(found, Found::default());
    }

    #[test]
    fn an_incident_is_over_at_less_than_half() {
        let rule = AlertRule::Threshold {
            count: 4,
            within: HOUR,
        };
        let now = at("2026-11-20T12:00:00Z");
        let open = Open {
            seen: now,
            facts: Facts::Threshold {
                count: 9,
                bar: 4,
                within: HOUR,
            },
            answered: false,
        };
        for (count, calm) in [(2, false), (1, true), (0, true)] {
            let all = archive((0..count).map(|m| now.minus(MINUTE * m)));
            assert_eq!(
                asked(rule, &all, &[], Some(&open), now).calm,
                calm,
                "{count}"
            );
        }
    }

    #[test]
    fn a_spike_stands_out_from_the_same_hour_of_the_week() {
        let rule = AlertRule::Spike {
            at_least: 5,
            ratio: 2.0,
            z: 3.5,
        };
        let now = at("2026-11-20T12:00:00Z");
        // Busy every Friday at this hour: twenty.
        let fridays = (1..=4)
            .flat_map(|week| (0..20).map(move |m| now.minus(DAY * 7 * week).minus(MINUTE * m)));
        let today = |count: u32| (0..count).map(move |m| now.minus(MINUTE * m));
        for (count, raised) in [(20, false), (39, false), (40, true)] {
            let all = archive(fridays.clone().chain(today(count)));
            let fresh: Vec<Seen> = all
                .iter()
                .copied()
                .filter(|s| now.since(s.date) < HOUR)
                .collect();
            let found = asked(rule, &all, &fresh, None, now);
            assert_eq!(found.facts.is_some(), raised, "{count}");
            if let Some(Facts::Spike {
                usual, basis, bar, ..
            }) = found.facts
            {
                assert_eq!((usual, bar, basis), (20.0, 40, Basis::Weeks));
            }
        }
        // On another day the same number is one.
        let all = archive(today(20).map(|date| date.minus(DAY)));
        let found = asked(rule, &all, &all, None, now.minus(DAY));
        assert!(found.facts.is_some());
    }

    #[test]
    fn silence_is_noticed_where_there_usually_is_something() {
        let rule = AlertRule::Silence { after: DAY };
        let now = at("2026-11-20T12:00:00Z");
        let busy =
            |days: std::ops::Range<u32>| archive(days.map(|day| now.minus(DAY * day + HOUR)));
        assert!(asked(rule, &busy(1..40), &[], None, now).facts.is_some());
        assert!(asked(rule, &busy(0..40), &[], None, now).facts.is_none());
        // A quiet brand is always silent.
        let rare = archive((1..5).map(|n| now.minus(DAY * 9 * n)));
        assert!(asked(rule, &rare, &[], None, now).facts.is_none());
        let open = Open {
            seen: now,
            facts: Facts::When,
            answered: false,
        };
        assert!(asked(rule, &busy(0..40), &[], Some(&open), now).calm);
        assert!(!asked(rule, &busy(1..40), &[], Some(&open), now).calm);
    }

    #[test]
    fn a_source_is_silent_for_twice_its_longest_silence() {
        let now = at("2026-11-20T12:00:00Z");
        let hours = |list: &[u32]| -> Vec<Timestamp> {
            list.iter()
                .rev()
                .map(|hour| now.minus(HOUR * *hour))
                .collect()
        };
        let habit = hours(&[12, 13, 15, 20, 21, 22, 23, 900]);
        let found = silent("forum", &habit, HOUR, now).unwrap();
        assert_eq!(
            (found.longest, found.last),
            (HOUR * 5, now.minus(HOUR * 12))
        );
        assert_eq!(silent("forum", &habit, DAY, now), None);
        assert_eq!(
            silent(
                "forum",
                &hours(&[9, 13, 18, 20, 21, 22, 23, 900]),
                HOUR,
                now
            ),
            None
        );
        assert_eq!(silent("forum", &hours(&[100, 101, 102]), HOUR, now), None);
    }

    #[test]
    fn what_nobody_answered_waits_for_its_time() {
        let rule = AlertRule::Unanswered { after: HOUR * 2 };
        let now = at("2026-11-20T12:00:00Z");
        let mut all = archive([now.minus(HOUR * 3), now.minus(HOUR), now.minus(DAY * 20)]);
        let found = asked(rule, &all, &[], None, now);
        assert_eq!(found.fresh.len(), 1);
        for seen in &mut all {
            seen.answered = true;
        }
        assert_eq!(asked(rule, &all, &[], None, now), Found::default());
    }
}
