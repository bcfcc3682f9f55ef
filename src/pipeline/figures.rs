//! The figures of a digest: what was counted, as it is shown.

use std::collections::BTreeMap;

use chrono::Days;
use chrono_tz::Tz;

use super::covered::Covered;
use crate::model::{
    DayCount, Measure, Numbers, Priority, Sentiment, SourceCount, Timestamp, Voice,
};
use crate::store::Count;

/// The least number of days that a digest shows sentiment for.
const DAYS: u64 = 7;

/// What is counted of a set of mentions.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) mentions: u64,
    /// How many wrote them; those without a name are one.
    authors: u64,
    positive: u64,
    negative: u64,
    urgent: u64,
    high: u64,
}

impl Tally {
    /// Counts a mention, but for its author.
    pub(super) fn add(&mut self, sentiment: Sentiment, priority: Priority) {
        self.mentions += 1;
        match sentiment {
            Sentiment::Positive => self.positive += 1,
            Sentiment::Negative => self.negative += 1,
            Sentiment::Neutral => {}
        }
        match priority {
            Priority::Urgent => self.urgent += 1,
            Priority::High => self.high += 1,
            Priority::Normal | Priority::Low => {}
        }
    }

    /// The same, written by so many.
    pub(super) fn by(self, authors: usize) -> Self {
        Self {
            authors: u64::try_from(authors).unwrap_or(u64::MAX),
            ..self
        }
    }

    /// A share, unless the base is too small to say anything.
    fn share(&self, part: fn(&Self) -> f64) -> Option<f64> {
        (self.mentions >= Numbers::BASE).then(|| part(self) / to_f64(self.mentions))
    }
}

/// The figures of a window; `then` is what the equal window before it held, where there was one;
/// `voices` are those of the window and of the one before.
pub(super) fn numbers(now: &Tally, then: Option<&Tally>, voices: [&[Voice]; 2]) -> Numbers {
    let measure = |part: fn(&Tally) -> f64| {
        Measure::new(now.share(part), then.and_then(|then| then.share(part)))
    };
    let [voice_now, voice_then] = voices.map(share_of_voice);
    Numbers {
        mentions: now.mentions,
        mentions_before: then.map(|then| then.mentions),
        urgent: now.urgent,
        high: now.high,
        authors: Measure::new(Some(now.authors), then.map(|then| then.authors)),
        net_sentiment: measure(|of| 100.0 * (to_f64(of.positive) - to_f64(of.negative))),
        negative_share: measure(|of| to_f64(of.negative)),
        share_of_voice: Measure::new(voice_now, voice_then.filter(|_| then.is_some())),
    }
}

/// The share of the own voices, unless there is no other or the base is too small.
fn share_of_voice(voices: &[Voice]) -> Option<f64> {
    let all: u64 = voices.iter().map(|voice| voice.mentions).sum();
    let own = voices.iter().filter(|voice| voice.own);
    let own: u64 = own.map(|voice| voice.mentions).sum();
    (voices.len() > 1 && all >= Numbers::BASE).then(|| to_f64(own) / to_f64(all))
}

/// Mentions by source, the most first.
pub(super) fn by_source(now: &Covered, then: Option<&Covered>) -> Vec<SourceCount> {
    let mut sources: Vec<SourceCount> = now
        .sources
        .iter()
        .map(|(name, mentions)| SourceCount {
            name: name.clone(),
            mentions: *mentions,
            before: then.map(|then| then.sources.get(name).copied().unwrap_or(0)),
        })
        .collect();
    sources.sort_by(|a, b| b.mentions.cmp(&a.mentions).then(a.name.cmp(&b.name)));
    sources
}

/// The first moment of the days that [`by_day`] shows for a window.
pub(super) fn first_day(zone: Tz, from: Timestamp, to: Timestamp) -> Timestamp {
    let from = from.min(Timestamp::from_millis(to.millis() - day_millis(DAYS - 1)));
    Timestamp::start_of_day(zone, from.day_in(zone))
}

/// Sentiment by day, every day from `from` to `to` without gaps, in the zone.
pub(super) fn by_day(counts: &[Count], zone: Tz, from: Timestamp, to: Timestamp) -> Vec<DayCount> {
    let mut days: BTreeMap<_, DayCount> = BTreeMap::new();
    let (mut day, last) = (
        from.day_in(zone),
        Timestamp::from_millis(to.millis().saturating_sub(1)).day_in(zone),
    );
    while day <= last {
        days.insert(
            day,
            DayCount {
                day,
                negative: 0,
                neutral: 0,
                positive: 0,
            },
        );
        let Some(next) = day.checked_add_days(Days::new(1)) else {
            break;
        };
        day = next;
    }
    for count in counts {
        let Some(day) = days.get_mut(&count.bucket.start.day_in(zone)) else {
            continue;
        };
        match count.bucket.sentiment {
            Sentiment::Negative => day.negative += count.mentions,
            Sentiment::Neutral => day.neutral += count.mentions,
            Sentiment::Positive => day.positive += count.mentions,
        }
    }
    days.into_values().collect()
}

fn day_millis(days: u64) -> i64 {
    i64::try_from(days * 86_400_000).unwrap_or(i64::MAX)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of mentions stay far below 2^52"
)]
fn to_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_whole_when_the_clock_changes_too() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        for (to, start) in [
            ("2026-11-21T11:00:00Z", "2026-11-14T23:00:00Z"),
            ("2026-10-31T11:00:00Z", "2026-10-24T22:00:00Z"),
            ("2027-04-03T10:00:00Z", "2027-03-27T23:00:00Z"),
        ] {
            let (zone, to) = (chrono_tz::Europe::Rome, at(to));
            let from = first_day(zone, to, to);
            assert_eq!(from, at(start));
            assert_eq!(by_day(&[], zone, from, to).len(), 7, "{to}");
        }
    }
}
