//! How often a source brings something new, and whether it has fallen silent.
//!
//! Invariant: what is not known is no habit: few gaps, or none, never make a source stale.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::{SourceHealth, SourceState, Timestamp};

/// Where a source's memory keeps its habit: the moment of its last news in seconds, and the
/// latest gaps between news in seconds, the newest last.
const KEY: &str = "habit";

/// Gaps that are remembered.
const REMEMBERED: usize = 60;

/// Fewer gaps are no habit.
const ENOUGH: usize = 8;

/// No silence is long that is shorter.
const PATIENCE: Duration = Duration::from_hours(7 * 24);

/// A silence is long that is this many times as long as nearly all gaps.
const TIMES: u64 = 5;

/// Takes news into account, published at these moments (undated news counts as of `now`), and
/// gives the state its health where the source has been silent for much longer than its habit.
pub(super) fn observe(
    state: &mut SourceState,
    before: &SourceState,
    news: &[Option<Timestamp>],
    now: Timestamp,
) {
    let (mut last, mut gaps) = read(&state.memory);
    let mut moments: Vec<Timestamp> = news
        .iter()
        .map(|published| published.unwrap_or(now).min(now))
        .collect();
    moments.sort_unstable();
    for moment in moments {
        match last {
            Some(before) if moment > before => {
                gaps.push(moment.since(before).as_secs());
                last = Some(moment);
            }
            Some(_) => {}
            None => last = Some(moment),
        }
    }
    gaps.drain(..gaps.len().saturating_sub(REMEMBERED));
    let Some(last) = last else {
        return;
    };
    let written: Vec<String> = std::iter::once(last.seconds().to_string())
        .chain(gaps.iter().map(ToString::to_string))
        .collect();
    state.memory.insert(KEY.to_owned(), written.join(" "));
    let Some(limit) = limit(&gaps).filter(|limit| now.since(last) > *limit) else {
        return;
    };
    if !matches!(state.health, SourceHealth::Ok | SourceHealth::Slow) {
        return;
    }
    state.health = SourceHealth::Stale;
    state.since = match (before.health, before.since) {
        (SourceHealth::Stale, Some(since)) => Some(since),
        _ => Some(now),
    };
    let usual = limit.as_secs() / TIMES;
    state.error = Some(format!(
        "nothing new since {}; it used to bring something at least every {}",
        day(last),
        in_words(usual),
    ));
}

fn read(memory: &BTreeMap<String, String>) -> (Option<Timestamp>, Vec<u64>) {
    let mut numbers = memory
        .get(KEY)
        .map(String::as_str)
        .unwrap_or_default()
        .split(' ');
    let last = numbers
        .next()
        .and_then(|last| last.parse().ok())
        .map(Timestamp::from_seconds);
    (last, numbers.filter_map(|gap| gap.parse().ok()).collect())
}

/// How long a silence may last: five times the 95th percentile of the gaps, at least a week.
fn limit(gaps: &[u64]) -> Option<Duration> {
    if gaps.len() < ENOUGH {
        return None;
    }
    let mut sorted = gaps.to_vec();
    sorted.sort_unstable();
    // The smallest gap that is at least as long as 95 of 100 are.
    let place = (sorted.len() * 95).div_ceil(100).saturating_sub(1);
    let usual = sorted.get(place).copied()?;
    Some(Duration::from_secs(usual.saturating_mul(TIMES)).max(PATIENCE))
}

fn day(moment: Timestamp) -> String {
    moment.to_string().chars().take(10).collect()
}

fn in_words(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..=5_399 => (seconds.div_ceil(60).max(1), "minute"),
        5_400..=129_599 => (seconds.div_ceil(3_600), "hour"),
        _ => (seconds.div_ceil(86_400), "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SourceKey;

    const DAY: i64 = 86_400;

    fn state() -> SourceState {
        let mut state = SourceState::new(SourceKey("feed x".into()), "x".into());
        state.health = SourceHealth::Ok;
        state
    }

    /// The state after news on these days and a poll without any on `now`.
    fn after(days: &[i64], now: i64) -> SourceState {
        let mut state = state();
        for day in days {
            let moment = Timestamp::from_seconds(day * DAY);
            let before = state.clone();
            observe(&mut state, &before, &[Some(moment)], moment);
        }
        let before = state.clone();
        observe(&mut state, &before, &[], Timestamp::from_seconds(now * DAY));
        state
    }

    #[test]
    fn a_source_is_stale_when_it_is_silent_for_much_longer_than_its_habit() {
        let daily: Vec<i64> = (100..130).collect();
        let weekly: Vec<i64> = (0..12).map(|week| 100 + week * 7).collect();
        for (days, now, stale) in [
            (&daily[..], 130, false),
            (&daily[..], 135, false),
            (&daily[..], 137, true),
            (&weekly[..], 200, false),
            (&weekly[..], 211, false),
            (&weekly[..], 213, true),
            // Too little is known.
            (&daily[..5], 900, false),
            (&[], 900, false),
        ] {
            let health = after(days, now).health;
            assert_eq!(health == SourceHealth::Stale, stale, "{days:?} {now}");
        }
    }

    #[test]
    fn one_holiday_makes_no_habit_and_news_ends_the_silence() {
        let mut days: Vec<i64> = (100..140).collect();
        days.extend(170..200);
        let silent = after(&days, 208);
        assert_eq!(silent.health, SourceHealth::Stale, "{silent:?}");
        assert_eq!(
            silent.error.as_deref(),
            Some(
                "nothing new since 1970-07-19; it used to bring something at least every 34 hours"
            )
        );
        let mut again = SourceState {
            health: SourceHealth::Ok,
            error: None,
            ..silent.clone()
        };
        let now = Timestamp::from_seconds(209 * DAY);
        observe(&mut again, &silent, &[None], now);
        assert_eq!(again.health, SourceHealth::Ok);
        let mut still = SourceState {
            health: SourceHealth::Ok,
            ..silent.clone()
        };
        observe(&mut still, &silent, &[], now);
        assert_eq!(
            (still.health, still.since),
            (SourceHealth::Stale, silent.since)
        );
    }

    #[test]
    fn the_first_reading_teaches_the_habit() {
        let mut first = state();
        let before = first.clone();
        let published: Vec<Option<Timestamp>> = (0..20)
            .rev()
            .map(|day| Some(Timestamp::from_seconds((100 + day) * DAY)))
            .collect();
        observe(
            &mut first,
            &before,
            &published,
            Timestamp::from_seconds(400 * DAY),
        );
        assert_eq!(first.health, SourceHealth::Stale);
        // What lies in the future is of now.
        let mut ahead = state();
        let early = Timestamp::from_seconds(DAY);
        observe(
            &mut ahead,
            &before,
            &[Some(Timestamp::from_seconds(9 * DAY))],
            early,
        );
        assert_eq!(ahead.memory.get(KEY).map(String::as_str), Some("86400"));
    }

    #[test]
    fn a_failing_source_is_not_called_stale() {
        let days: Vec<i64> = (100..130).collect();
        let mut failing = after(&days, 130);
        failing.health = SourceHealth::Failing;
        failing.error = Some("refused".into());
        let before = failing.clone();
        observe(
            &mut failing,
            &before,
            &[],
            Timestamp::from_seconds(900 * DAY),
        );
        assert_eq!(failing.health, SourceHealth::Failing);
        assert_eq!(failing.error.as_deref(), Some("refused"));
    }
}
