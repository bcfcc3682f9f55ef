//! How much is usual, and how much is too much.
//!
//! The statistic: the median of what there was in the same hour of the week before, and the median
//! absolute deviation from it times 1.4826, which estimates a standard deviation and is not moved
//! by single outliers (Rousseeuw and Croux, 1993). Counts of a handful vary by the root of their
//! mean by chance alone, so the deviation is never taken to be less.

use chrono::{Duration as Span, NaiveDateTime};
use chrono_tz::Tz;

use crate::model::{Basis, Timestamp};

/// Weeks looked back.
pub(super) const WEEKS: u32 = 4;

/// Weeks that must be there before the hour of the week is asked.
const ENOUGH_WEEKS: usize = 3;

/// Hours of the last day that must be there before they are asked.
const ENOUGH_HOURS: usize = 12;

/// How many there usually are, and how many are too many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Usual {
    /// How many there usually are: the median of the hours compared with.
    pub(super) median: f64,
    /// The least number that is a spike.
    pub(super) bar: u64,
    /// Where it comes from.
    pub(super) basis: Basis,
}

/// The bar above samples: the floor, the ratio and the robust z, all of them.
pub(super) fn bar(samples: &[u64], at_least: u32, ratio: f64, z: f64) -> (f64, u64) {
    let values: Vec<f64> = samples.iter().map(|count| to_f64(*count)).collect();
    let middle = median(values.clone());
    let away = median(values.iter().map(|value| (value - middle).abs()).collect());
    let deviation = (1.4826 * away).max(middle.max(1.0).sqrt());
    let bar = f64::from(at_least)
        .max(ratio * middle)
        .max(middle + z * deviation)
        .ceil();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of mentions, rounded up, never negative"
    )]
    let bar = bar as u64;
    (middle, bar)
}

/// The median; 0 of nothing.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (values.get(middle), values.len() % 2) {
        (Some(high), 0) => values
            .get(middle.wrapping_sub(1))
            .map_or(*high, |low| f64::midpoint(*low, *high)),
        (Some(value), _) => *value,
        (None, _) => 0.0,
    }
}

/// The ends of the stretches that a stretch ending at `end` and `length` long is compared with, all
/// of them wholly after `since`: the same time of the last weeks, by the clocks of `zone`; or the
/// hours of the day before; or none, where nobody listened for long enough.
pub(super) fn compared(
    end: Timestamp,
    length: std::time::Duration,
    since: Timestamp,
    zone: Tz,
) -> Option<(Basis, Vec<Timestamp>)> {
    let weeks = weeks_before(end, length, since, zone);
    if weeks.len() >= ENOUGH_WEEKS {
        return Some((Basis::Weeks, weeks));
    }
    let hours: Vec<Timestamp> = (1..=24)
        .map(|hour| end.minus(std::time::Duration::from_hours(hour)))
        .filter(|end| end.minus(length) >= since)
        .collect();
    (hours.len() >= ENOUGH_HOURS).then_some((Basis::Day, hours))
}

/// The same local time of the last weeks, for stretches `length` long that lie after `since`.
pub(super) fn weeks_before(
    end: Timestamp,
    length: std::time::Duration,
    since: Timestamp,
    zone: Tz,
) -> Vec<Timestamp> {
    let local: NaiveDateTime = end.in_zone(zone).naive_local();
    (1..=WEEKS)
        .filter_map(|week| {
            let then = local.checked_sub_signed(Span::weeks(week.into()))?;
            Timestamp::of_local(zone, then)
        })
        .filter(|end| end.minus(length) >= since)
        .collect()
}

pub(super) fn to_f64(count: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    let value = count as f64;
    value
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn the_bar_is_the_highest_of_floor_ratio_and_robust_z() {
        for (samples, expected) in [
            (&[0, 0, 0, 0][..], (0.0, 5)),
            (&[4, 4, 4, 4], (4.0, 11)),
            (&[1, 2, 3, 40], (2.5, 9)),
            (&[100, 100, 100, 100], (100.0, 200)),
            (&[10, 60, 110, 160], (85.0, 345)),
            (&[], (0.0, 5)),
        ] {
            assert_eq!(bar(samples, 5, 2.0, 3.5), expected, "{samples:?}");
        }
    }

    #[test]
    fn the_same_hour_of_the_week_is_that_of_the_clocks() {
        let zone = chrono_tz::Europe::Rome;
        let hour = Duration::from_hours(1);
        let long_ago = at("2020-01-01T00:00:00Z");
        let (basis, ends) = compared(at("2026-11-04T09:00:00Z"), hour, long_ago, zone).unwrap();
        assert_eq!(basis, Basis::Weeks);
        // Ten in the morning, also when that was eight by UTC.
        assert_eq!(
            ends.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "2026-10-28T09:00:00Z",
                "2026-10-21T08:00:00Z",
                "2026-10-14T08:00:00Z",
                "2026-10-07T08:00:00Z"
            ]
        );
    }

    #[test]
    fn who_is_young_looks_at_the_day_before_and_who_is_new_at_nothing() {
        let zone = chrono_tz::Europe::Rome;
        let hour = Duration::from_hours(1);
        let now = at("2026-11-04T09:00:00Z");
        let (basis, ends) = compared(now, hour, at("2026-10-20T09:00:00Z"), zone).unwrap();
        assert_eq!((basis, ends.len()), (Basis::Day, 24));
        let (_, ends) = compared(now, hour, at("2026-11-03T18:00:00Z"), zone).unwrap();
        assert_eq!(ends.len(), 14);
        assert_eq!(compared(now, hour, at("2026-11-03T23:00:00Z"), zone), None);
    }
}
