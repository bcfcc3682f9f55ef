//! Statistics: one pass over the mentions of a stretch of time, and one over the equal one before.
//!
//! Invariant: memory grows with the number of names (authors, terms, words), not of mentions.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use chrono::{Datelike, Days, Months, NaiveDate};
use chrono_tz::Tz;

use super::figures::{self, Tally};
use crate::config::{Config, Watchlist, WatchlistKind};
use crate::model::{
    Intent, IntentCount, Period, Sentiment, Share, Statistics, Step, Timestamp, Voice, WatchlistId,
    Window,
};
use crate::notify::report;
use crate::store::{Fact, Store};

/// Names of a list at most.
const LISTED: usize = 10;

/// So many periods are drawn at most before days become weeks, and weeks months.
const PERIODS: usize = 31;

/// Counts what `watchlist` collected in `window`, or all watchlists together.
pub fn statistics(
    store: &Store,
    config: &Config,
    watchlist: Option<&Watchlist>,
    window: Window,
    now: Timestamp,
) -> Result<Statistics> {
    let zone = window.timezone;
    let mut voices = voices_of(config, watchlist);
    let wanted = watchlist.map(|watchlist| &watchlist.id);
    let mut counting = Counting::new(zone, wanted);
    store.each_fact((window.from, window.to), &mut |fact| {
        count_voices(&mut voices, &fact);
        counting.take(fact);
    })?;
    let mut voices_before = voices_of(config, watchlist);
    let before = before(store, window, wanted, &mut voices_before)?;
    let only = |voices: Vec<(WatchlistId, Voice)>| -> Vec<Voice> {
        voices.into_iter().map(|(_, voice)| voice).collect()
    };
    let (voices, voices_before) = (only(voices), only(voices_before));
    let (step, periods) = counting.periods(window);
    let (sources, other_sources) = top(counting.sources, Once::Kept);
    Ok(Statistics {
        name: watchlist.map(|watchlist| watchlist.name.clone()),
        watchlist: wanted.cloned(),
        language: config.settings.language,
        window,
        made: now,
        numbers: figures::numbers(
            &counting.all.tally(),
            before.as_ref(),
            [&voices, &voices_before],
        ),
        step,
        periods,
        sources,
        other_sources,
        voices,
        intents: intents(&counting.intents),
        authors: top(counting.authors, Once::LeftOut).0,
        terms: top(counting.terms, Once::Kept).0,
        complaints: top(counting.complaints, Once::LeftOut).0,
        praise: top(counting.praise, Once::LeftOut).0,
        languages: top(counting.languages, Once::Kept).0,
    })
}

/// The statistics as one HTML page that needs nothing else.
///
/// # Errors
///
/// None that the statistics can cause; the error type is that of the templates.
pub fn page(statistics: &Statistics) -> Result<String> {
    Ok(report::page(statistics)?)
}

/// Who is compared: a brand with its competitors; all brands and competitors where no watchlist is
/// named. Empty where there would be one alone.
fn voices_of(config: &Config, watchlist: Option<&Watchlist>) -> Vec<(WatchlistId, Voice)> {
    let is_own = |other: &Watchlist| match watchlist {
        Some(watchlist) => other.id == watchlist.id,
        None => other.kind == WatchlistKind::Brand,
    };
    let voices: Vec<_> = config
        .watchlists
        .iter()
        .filter(|other| is_own(other) || other.kind == WatchlistKind::Competitor)
        .map(|other| {
            let voice = Voice {
                name: other.name.clone(),
                mentions: 0,
                own: is_own(other),
            };
            (other.id.clone(), voice)
        })
        .collect();
    let compared = watchlist.is_none_or(|watchlist| watchlist.kind == WatchlistKind::Brand);
    if compared && voices.len() > 1 && voices.iter().any(|(_, voice)| voice.own) {
        voices
    } else {
        Vec::new()
    }
}

/// The equal window before; `None` where nothing was collected then: nobody listened yet.
fn before(
    store: &Store,
    window: Window,
    wanted: Option<&WatchlistId>,
    voices: &mut [(WatchlistId, Voice)],
) -> Result<Option<Tally>> {
    let from = window.from.minus(window.to.since(window.from));
    let mut all = Counted::default();
    let mut any = false;
    store.each_fact((from, window.from), &mut |fact| {
        any = true;
        count_voices(voices, &fact);
        if wanted.is_none_or(|wanted| fact.watchlists.contains(wanted)) {
            all.add(&fact, fact.seen_by(wanted));
        }
    })?;
    Ok(any.then(|| all.tally()))
}

fn count_voices(voices: &mut [(WatchlistId, Voice)], fact: &Fact) {
    for (id, voice) in voices {
        voice.mentions += u64::from(fact.watchlists.contains(id));
    }
}

/// A tally and whose mentions are in it.
#[derive(Debug, Default)]
struct Counted {
    tally: Tally,
    authors: HashSet<String>,
}

impl Counted {
    fn add(&mut self, fact: &Fact, sentiment: Sentiment) {
        self.tally.add(sentiment, fact.priority);
        self.authors.insert(fact.author.to_lowercase());
    }

    fn tally(&self) -> Tally {
        self.tally.by(self.authors.len())
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    mentions: u64,
    negative: u64,
    positive: u64,
}

type Names = HashMap<String, Counts>;

struct Counting<'a> {
    zone: Tz,
    wanted: Option<&'a WatchlistId>,
    all: Counted,
    days: HashMap<NaiveDate, Counts>,
    sources: Names,
    authors: Names,
    terms: Names,
    complaints: Names,
    praise: Names,
    languages: Names,
    intents: HashMap<Intent, u64>,
}

impl<'a> Counting<'a> {
    fn new(zone: Tz, wanted: Option<&'a WatchlistId>) -> Self {
        Self {
            zone,
            wanted,
            all: Counted::default(),
            days: HashMap::new(),
            sources: Names::new(),
            authors: Names::new(),
            terms: Names::new(),
            complaints: Names::new(),
            praise: Names::new(),
            languages: Names::new(),
            intents: HashMap::new(),
        }
    }

    fn take(&mut self, fact: Fact) {
        if self
            .wanted
            .is_some_and(|wanted| !fact.watchlists.contains(wanted))
        {
            return;
        }
        let sentiment = fact.seen_by(self.wanted);
        self.all.add(&fact, sentiment);
        count(
            self.days.entry(fact.date.day_in(self.zone)).or_default(),
            sentiment,
        );
        note(&mut self.sources, fact.source, sentiment);
        if !fact.author.is_empty() {
            note(&mut self.authors, fact.author, sentiment);
        }
        note(&mut self.languages, fact.language.to_string(), sentiment);
        *self.intents.entry(fact.intent).or_default() += 1;
        let mut terms: Vec<String> = fact
            .terms
            .into_iter()
            .filter(|(watchlist, _)| self.wanted.is_none_or(|wanted| wanted == watchlist))
            .map(|(_, term)| term)
            .collect();
        terms.sort_unstable();
        terms.dedup();
        for term in terms {
            note(&mut self.terms, term, sentiment);
        }
        for (word, good) in fact.words {
            // Signs, stars and what stands for "too little to tell" are no words.
            if word.chars().next().is_some_and(char::is_alphabetic) {
                let words = if good {
                    &mut self.praise
                } else {
                    &mut self.complaints
                };
                note(words, word, sentiment);
            }
        }
    }

    /// All periods of the window, those without mentions as well.
    fn periods(&self, window: Window) -> (Step, Vec<Period>) {
        let last = Timestamp::from_millis(window.to.millis().saturating_sub(1)).day_in(self.zone);
        let first = window.from.day_in(self.zone).min(last);
        for step in [Step::Day, Step::Week] {
            let starts = starts(step, first, last);
            if starts.len() <= PERIODS {
                return (step, self.periods_from(&starts));
            }
        }
        (
            Step::Month,
            self.periods_from(&starts(Step::Month, first, last)),
        )
    }

    fn periods_from(&self, starts: &[NaiveDate]) -> Vec<Period> {
        let mut periods: Vec<Period> = starts
            .iter()
            .map(|start| Period {
                start: *start,
                negative: 0,
                neutral: 0,
                positive: 0,
            })
            .collect();
        for (day, counts) in &self.days {
            let at = starts.partition_point(|start| start <= day);
            let period = at.checked_sub(1).and_then(|at| periods.get_mut(at));
            if let Some(period) = period {
                period.negative += counts.negative;
                period.positive += counts.positive;
                period.neutral += counts.mentions - counts.negative - counts.positive;
            }
        }
        periods
    }
}

/// The first days of the periods from the one with `first` to the one with `last`.
fn starts(step: Step, first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
    /// More than anyone can draw: two hundred years of months.
    const MOST: usize = 2_400;
    let begin = match step {
        Step::Day => Some(first),
        Step::Week => {
            first.checked_sub_days(Days::new(first.weekday().num_days_from_monday().into()))
        }
        Step::Month => first.with_day(1),
    };
    let next = |day: &NaiveDate| match step {
        Step::Day => day.checked_add_days(Days::new(1)),
        Step::Week => day.checked_add_days(Days::new(7)),
        Step::Month => day.checked_add_months(Months::new(1)),
    };
    std::iter::successors(begin, next)
        .take_while(|day| *day <= last)
        .take(MOST)
        .collect()
}

fn count(counts: &mut Counts, sentiment: Sentiment) {
    counts.mentions += 1;
    match sentiment {
        Sentiment::Negative => counts.negative += 1,
        Sentiment::Positive => counts.positive += 1,
        Sentiment::Neutral => {}
    }
}

fn note(names: &mut Names, name: String, sentiment: Sentiment) {
    count(names.entry(name).or_default(), sentiment);
}

/// What becomes of names that stand in one mention only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Once {
    Kept,
    LeftOut,
}

/// The first of the names, the most first, and how many mentions the others have.
fn top(names: Names, once: Once) -> (Vec<Share>, u64) {
    let mut shares: Vec<Share> = names
        .into_iter()
        .map(|(name, counts)| Share {
            name,
            mentions: counts.mentions,
            negative: counts.negative,
            positive: counts.positive,
        })
        .collect();
    shares.sort_by(|a, b| {
        b.mentions
            .cmp(&a.mentions)
            .then_with(|| a.name.cmp(&b.name))
    });
    // Among names that come again, those that stand once say nothing.
    if shares.get(2).is_some_and(|third| third.mentions > 1) && once == Once::LeftOut {
        shares.retain(|share| share.mentions > 1);
    }
    let others = shares.iter().skip(LISTED).map(|share| share.mentions).sum();
    shares.truncate(LISTED);
    (shares, others)
}

fn intents(found: &HashMap<Intent, u64>) -> Vec<IntentCount> {
    let mut counts: Vec<IntentCount> = found
        .iter()
        .map(|(intent, mentions)| IntentCount {
            intent: *intent,
            mentions: *mentions,
        })
        .collect();
    counts.sort_by(|a, b| b.mentions.cmp(&a.mentions).then(a.intent.cmp(&b.intent)));
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_weeks_and_months_where_there_are_many() {
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap();
        let counting = Counting::new(chrono_tz::Europe::Rome, None);
        for (from, to, step, count, first) in [
            ("2026-11-01", "2026-11-22", Step::Day, 22, "2026-11-01"),
            ("2026-08-25", "2026-11-22", Step::Week, 13, "2026-08-24"),
            ("2025-11-23", "2026-11-22", Step::Month, 13, "2025-11-01"),
        ] {
            let zone = chrono_tz::Europe::Rome;
            let window = Window {
                from: Timestamp::start_of_day(zone, day(from)),
                to: Timestamp::start_of_day(zone, day(to).succ_opt().unwrap()),
                timezone: zone,
            };
            let (found, periods) = counting.periods(window);
            assert_eq!((found, periods.len()), (step, count), "{from}");
            assert_eq!(periods[0].start, day(first));
        }
    }
}
