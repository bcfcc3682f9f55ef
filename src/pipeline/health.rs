//! What a poll makes of a source's state.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::{SourceHealth, SourceState, Timestamp};

/// An answer that took longer than this is slow.
const SLOW: Duration = Duration::from_secs(20);

/// The state after a poll that went well.
///
/// `elapsed` is how long the slowest answer took, `items` how many items were read, `memory` what
/// the source's memory changes to.
pub(super) fn after_success(
    state: &SourceState,
    now: Timestamp,
    elapsed: Duration,
    items: u64,
    memory: BTreeMap<String, String>,
) -> SourceState {
    let health = if elapsed > SLOW {
        SourceHealth::Slow
    } else {
        SourceHealth::Ok
    };
    SourceState {
        last_ok: Some(now),
        error: None,
        error_count: 0,
        items: state.items.saturating_add(items),
        memory,
        ..turned(state, health, now)
    }
}

/// The state after a poll that failed: the memory stays, so that the next try is as cheap as
/// this one would have been.
pub(super) fn after_failure(
    state: &SourceState,
    now: Timestamp,
    health: SourceHealth,
    error: String,
) -> SourceState {
    SourceState {
        error: Some(error),
        error_count: state.error_count.saturating_add(1),
        ..turned(state, health, now)
    }
}

/// The state with another health; since when it is like that changes only with the health.
fn turned(state: &SourceState, health: SourceHealth, now: Timestamp) -> SourceState {
    SourceState {
        health,
        since: state.since.filter(|_| state.health == health).or(Some(now)),
        last_poll: Some(now),
        ..state.clone()
    }
}

/// When to poll next: after `every`, up to a tenth of it later, so that sources with the same
/// rhythm drift apart.
///
/// `lot` is any number that differs from poll to poll.
pub(super) fn next_poll(now: Timestamp, every: Duration, lot: u64) -> Timestamp {
    let spread = u64::try_from(every.as_millis() / 10)
        .unwrap_or(u64::MAX)
        .max(1);
    now.plus(every + Duration::from_millis(lot % spread))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SourceKey;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn remembers_since_when_a_source_fails_and_forgets_it_when_it_is_read() {
        let new = SourceState::new(SourceKey("feed x".into()), "x".into());
        let first = after_failure(&new, at(10), SourceHealth::Failing, "refused".into());
        let second = after_failure(&first, at(20), SourceHealth::Failing, "refused".into());
        assert_eq!((second.since, second.error_count), (Some(at(10)), 2));
        assert_eq!(second.last_ok, None);

        let well = after_success(&second, at(30), Duration::ZERO, 7, BTreeMap::new());
        assert_eq!((well.since, well.error_count), (Some(at(30)), 0));
        assert_eq!((well.last_ok, well.error.as_deref()), (Some(at(30)), None));
        assert_eq!(well.items, 7);

        let slow = after_success(&well, at(40), Duration::from_secs(30), 0, BTreeMap::new());
        assert_eq!(
            (slow.health, slow.since),
            (SourceHealth::Slow, Some(at(40)))
        );
    }

    #[test]
    fn polls_spread_by_a_tenth_at_most() {
        for lot in [0, 1, 59_999, 60_000, u64::MAX] {
            let next = next_poll(at(0), Duration::from_mins(10), lot);
            assert!((600..660).contains(&next.seconds()), "{next}");
        }
        assert_eq!(next_poll(at(0), Duration::ZERO, 5), at(0));
    }
}
