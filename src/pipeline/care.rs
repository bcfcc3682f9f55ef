//! What became of those who asked, and how far what was said may have carried, as far as sources and
//! the team tell.

use std::time::Duration;

use super::covered::{Covered, Past};
use crate::config::{AlertRule, Watchlist};
use crate::model::{Answers, Care, Facts, Measure, Numbers, Reach, Sum, Taken, Timestamp, Window};
use crate::store::{Incident, Store, StoreError};

/// Incidents that are looked through, the newest first: more in two windows are noise.
const INCIDENTS: usize = 2_000;

/// Followers and interactions, where sources give them.
pub(super) fn reach(now: &Covered, then: Option<&Covered>) -> Reach {
    let known = |sum: Sum| (sum.mentions > 0).then_some(sum);
    let followers = |of: &Covered| {
        known(Sum {
            total: of
                .authors
                .values()
                .fold(0, |sum, author| sum.saturating_add(author.followers)),
            mentions: of.followed,
        })
    };
    Reach {
        followers: Measure::new(followers(now), then.and_then(followers)),
        engagement: Measure::new(
            known(now.engagement),
            then.and_then(|then| known(then.engagement)),
        ),
    }
}

/// Answers and alerts of the window and of the one before.
pub(super) fn care(
    store: &Store,
    watchlist: &Watchlist,
    window: Window,
    covered: &Covered,
    before: &[Past],
) -> Result<Care, StoreError> {
    let last = before.first();
    let known = covered.asked.any || before.iter().any(|past| past.covered.asked.any);
    let answers = |of: &Covered| {
        (known && of.asked.all > 0).then(|| Answers {
            asked: of.asked.all,
            answered: of.asked.answered,
            first_answer: median(of.asked.after.clone()),
        })
    };
    let prefix = format!("{}/", watchlist.id);
    let mut incidents = store.incidents(INCIDENTS)?;
    incidents.retain(|incident| incident.alert.starts_with(&prefix));
    let within = |(from, to): (Timestamp, Timestamp)| -> Vec<&Incident> {
        incidents
            .iter()
            .filter(|incident| incident.first.is_some_and(|at| at >= from && at < to))
            .collect()
    };
    let now = within((window.from, window.to));
    let then = last.map(|past| within(past.window));
    let waits = watchlist
        .alerts
        .iter()
        .any(|alert| matches!(alert.rule, AlertRule::Unanswered { .. }));
    let late = |of: &Vec<&Incident>| {
        let told = of
            .iter()
            .filter(|incident| matches!(incident.facts, Facts::Unanswered { .. }));
        waits.then(|| told.map(|incident| incident.mentions).sum())
    };
    Ok(Care {
        answers: Measure::new(
            answers(covered),
            last.and_then(|past| answers(&past.covered)),
        ),
        late: Measure::new(late(&now), then.as_ref().and_then(late)),
        alerts: Measure::new(taken(&now), then.as_deref().and_then(taken)),
    })
}

/// How many alerts were taken on, and how soon.
fn taken(incidents: &[&Incident]) -> Option<Taken> {
    let times: Vec<Duration> = incidents
        .iter()
        .filter_map(|incident| Some(incident.acked?.since(incident.first?)))
        .collect();
    (!incidents.is_empty()).then(|| Taken {
        raised: count(incidents.len()),
        acknowledged: count(times.len()),
        after: median(times),
    })
}

/// The median in seconds, unless the base is too small.
fn median(mut times: Vec<Duration>) -> Option<u64> {
    if count(times.len()) < Numbers::BASE {
        return None;
    }
    times.sort_unstable();
    let middle = times.len() / 2;
    let (low, high) = (
        times.get((times.len() - 1) / 2).copied()?,
        times.get(middle).copied()?,
    );
    Some(u64::midpoint(low.as_secs(), high.as_secs()))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_needs_a_base() {
        let of = |times: &[u64]| median(times.iter().map(|s| Duration::from_secs(*s)).collect());
        assert_eq!(of(&[60; 9]), None);
        assert_eq!(of(&[900, 60, 60, 60, 60, 60, 60, 60, 60, 60]), Some(60));
        assert_eq!(of(&[1, 2, 3, 4, 5, 7, 8, 9, 10, 11]), Some(6));
        assert_eq!(of(&[1, 1, 1, 1, 1, 8, 9, 9, 9, 9, 9]), Some(8));
    }
}
