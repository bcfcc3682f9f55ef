//! When a digest is due.
//!
//! A schedule is evaluated on local time without a zone, and each local time is then resolved to
//! an instant by the one rule of [`Timestamp::of_local`]; a time that the clock shows twice in
//! autumn comes once. An hourly run that falls into the hour skipped in spring does not come.

use chrono::{Datelike, Days, Duration, NaiveDate, NaiveDateTime, Timelike};
use chrono_tz::Tz;

use crate::config::Schedule;
use crate::model::Timestamp;

/// The first moment after `after` at which the schedule is due; `None` only after the
/// calendar's end.
pub fn next_after(schedule: &Schedule, zone: Tz, after: Timestamp) -> Option<Timestamp> {
    // A local time up to an hour or two before the present one may still lie ahead after the
    // clock went back; looking from a little earlier costs nothing.
    let mut local = after.in_zone(zone).naive_local() - Duration::hours(3);
    loop {
        local = next_local(schedule, local)?;
        let due = Timestamp::of_local(zone, local)?;
        // Of an hour that the clocks skip there is nothing to tell: the next one follows at once.
        let skipped =
            matches!(schedule, Schedule::Hourly { .. }) && due.in_zone(zone).naive_local() != local;
        if due > after && !skipped {
            return Some(due);
        }
    }
}

/// The last moment at or before `at` at which the schedule was due.
pub fn last_at_or_before(schedule: &Schedule, zone: Tz, at: Timestamp) -> Option<Timestamp> {
    // Schedules are sparse at the far end (a yearly cron line), dense at the near one.
    for days in [1_i64, 8, 32, 370, 1_500] {
        let from = Timestamp::from_millis(at.millis() - days * 86_400_000);
        let mut last = None;
        let mut probe = from;
        while let Some(due) = next_after(schedule, zone, probe).filter(|due| *due <= at) {
            last = Some(due);
            probe = due;
        }
        if last.is_some() {
            return last;
        }
    }
    None
}

/// The first local time after `after` that the schedule names.
fn next_local(schedule: &Schedule, after: NaiveDateTime) -> Option<NaiveDateTime> {
    match schedule {
        Schedule::Hourly { minute } => {
            let this = after
                .date()
                .and_hms_opt(after.hour(), (*minute).min(59), 0)?;
            Some(if this > after {
                this
            } else {
                this + Duration::hours(1)
            })
        }
        Schedule::Daily { at } => first_day(after, *at, |_| true),
        Schedule::Weekly { on, at } => first_day(after, *at, |day| day.weekday() == *on),
        Schedule::Cron(line) => line.next_after(after),
    }
}

fn first_day(
    after: NaiveDateTime,
    at: chrono::NaiveTime,
    fits: impl Fn(NaiveDate) -> bool,
) -> Option<NaiveDateTime> {
    let mut day = after.date();
    loop {
        let local = day.and_time(at);
        if fits(day) && local > after {
            return Some(local);
        }
        day = day.checked_add_days(Days::new(1))?;
    }
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveTime, Weekday};

    use super::*;
    use crate::model::CronLine;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn clock(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
    }

    fn runs(schedule: &Schedule, zone: Tz, from: &str, count: usize) -> Vec<String> {
        let mut now = at(from);
        (0..count)
            .map(|_| {
                now = next_after(schedule, zone, now).unwrap();
                now.in_zone(zone).format("%a %d %b %H:%M %z").to_string()
            })
            .collect()
    }

    #[test]
    fn keeps_the_local_hour_over_both_changes_of_the_clock() {
        let daily = Schedule::Daily { at: clock(8, 30) };
        assert_eq!(
            runs(&daily, chrono_tz::Europe::Rome, "2026-10-24T00:00:00Z", 3),
            [
                "Sat 24 Oct 08:30 +0200",
                "Sun 25 Oct 08:30 +0100",
                "Mon 26 Oct 08:30 +0100"
            ]
        );
    }

    #[test]
    fn a_skipped_time_means_the_first_instant_after_the_gap() {
        let daily = Schedule::Daily { at: clock(2, 30) };
        assert_eq!(
            runs(&daily, chrono_tz::Europe::Rome, "2027-03-27T12:00:00Z", 2),
            ["Sun 28 Mar 03:00 +0200", "Mon 29 Mar 02:30 +0200"]
        );
    }

    #[test]
    fn a_repeated_time_means_the_first_and_happens_once() {
        let cron = Schedule::Cron(CronLine::parse("30 2 * * *").unwrap());
        assert_eq!(
            runs(&cron, chrono_tz::Europe::Rome, "2026-10-24T12:00:00Z", 2),
            ["Sun 25 Oct 02:30 +0200", "Mon 26 Oct 02:30 +0100"]
        );
    }

    #[test]
    fn weekly_and_hourly_fall_on_their_day_and_minute() {
        let weekly = Schedule::Weekly {
            on: Weekday::Mon,
            at: clock(9, 0),
        };
        assert_eq!(
            runs(
                &weekly,
                chrono_tz::America::New_York,
                "2026-11-21T00:00:00Z",
                2
            ),
            ["Mon 23 Nov 09:00 -0500", "Mon 30 Nov 09:00 -0500"]
        );
        let hourly = Schedule::Hourly { minute: 5 };
        assert_eq!(
            runs(&hourly, chrono_tz::Asia::Kolkata, "2026-11-21T00:00:00Z", 2),
            ["Sat 21 Nov 06:05 +0530", "Sat 21 Nov 07:05 +0530"]
        );
    }

    #[test]
    fn a_year_has_one_run_a_day_in_every_zone() {
        let daily = Schedule::Daily { at: clock(2, 30) };
        for zone in [
            chrono_tz::Europe::Rome,
            chrono_tz::America::New_York,
            chrono_tz::Asia::Kolkata,
            chrono_tz::Australia::Lord_Howe,
        ] {
            let (mut now, end) = (at("2026-01-01T12:00:00Z"), at("2027-01-01T12:00:00Z"));
            let mut days = Vec::new();
            while let Some(due) = next_after(&daily, zone, now).filter(|due| *due <= end) {
                assert!(due > now);
                days.push(due.day_in(zone));
                now = due;
            }
            days.dedup();
            assert_eq!(days.len(), 365, "{zone}");
        }
    }

    #[test]
    fn the_last_run_is_found_also_for_rare_schedules() {
        let yearly = Schedule::Cron(CronLine::parse("0 6 1 1 *").unwrap());
        let zone = chrono_tz::Europe::Rome;
        assert_eq!(
            last_at_or_before(&yearly, zone, at("2026-11-21T10:00:00Z")),
            Some(at("2026-01-01T05:00:00Z"))
        );
        let daily = Schedule::Daily { at: clock(8, 30) };
        assert_eq!(
            last_at_or_before(&daily, zone, at("2026-11-21T07:30:00Z")),
            Some(at("2026-11-21T07:30:00Z"))
        );
    }
}
