//! When a source that failed is polled again.
//!
//! Invariant: pure; nothing gives up for good, and nothing waits for more than a day unless the
//! source is polled less often than that anyway.

use std::time::Duration;

use super::Retry;
use crate::model::Timestamp;

/// The longest pause after a failure.
pub const CEILING: Duration = Duration::from_hours(24);

/// The pause after a first failure is drawn from zero to this, or to the source's interval if
/// that is shorter; the range doubles with each further failure.
const FIRST: Duration = Duration::from_mins(5);

/// No pause is shorter.
const FLOOR: Duration = Duration::from_secs(10);

/// When to try again after the `failures`-th failure in a row (1 = the first).
///
/// Draws the pause with full jitter, so that sources that failed together do not come back
/// together: from zero to a range that doubles up to [`CEILING`]. A moment that the site named is
/// always waited for. `seed` makes the draw: the same seed gives the same moment.
pub fn next_try(
    retry: Retry,
    failures: u32,
    every: Duration,
    now: Timestamp,
    seed: u64,
) -> Timestamp {
    let seed = seed.wrapping_add(u64::from(failures));
    let exponent = failures.saturating_sub(1).min(20);
    let range = every
        .clamp(FLOOR, FIRST)
        .saturating_mul(1 << exponent)
        .min(CEILING);
    let pause = drawn(range, seed).max(FLOOR);
    match retry {
        Retry::Later => now.plus(pause),
        Retry::At(until) => now.plus(pause).max(until.plus(drawn(FLOOR, seed))),
        Retry::Never => now.plus(CEILING / 2 + drawn(CEILING / 2, seed)),
    }
}

/// A time from zero to `range`.
fn drawn(range: Duration, seed: u64) -> Duration {
    let share = scrambled(seed) >> 40;
    let millis = range.as_millis().saturating_mul(u128::from(share)) >> 24;
    Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
}

/// Splitmix64, the mixing step of Steele, Lea and Flood (OOPSLA 2014): neighbouring seeds give
/// numbers that have nothing to do with one another.
fn scrambled(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);
    const QUARTER: Duration = Duration::from_mins(15);

    fn mean(failures: u32) -> f64 {
        let total: Duration = (0..1000)
            .map(|seed| next_try(Retry::Later, failures, QUARTER, NOW, seed * 7919).since(NOW))
            .sum();
        total.as_secs_f64() / 1000.0
    }

    #[test]
    fn pauses_grow_to_a_day_and_no_further() {
        // Half of 5 min, 10 min, 40 min, and of the ceiling.
        for (failures, expected) in [(1, 150.0), (2, 300.0), (4, 1200.0), (30, 43_200.0)] {
            let mean = mean(failures);
            assert!((mean / expected - 1.0).abs() < 0.1, "{failures}: {mean}");
        }
    }

    #[test]
    fn what_the_site_said_is_kept() {
        let until = NOW.plus(Duration::from_hours(3));
        let next = next_try(Retry::At(until), 1, QUARTER, NOW, 1);
        assert!(
            next >= until && next < until.plus(Duration::from_mins(1)),
            "{next}"
        );
    }

    proptest! {
        #[test]
        fn nothing_is_given_up_or_hammered(
            failures in any::<u32>(), every in 0_u64..1_000_000, seed in any::<u64>(),
        ) {
            for retry in [Retry::Later, Retry::Never, Retry::At(NOW)] {
                let next = next_try(retry, failures, Duration::from_secs(every), NOW, seed);
                let pause = next.since(NOW);
                prop_assert!(pause >= FLOOR || matches!(retry, Retry::At(_)));
                prop_assert!(pause <= CEILING);
            }
        }
    }
}
