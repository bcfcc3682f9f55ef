//! Moments by the clocks of a time zone.
//!
//! One rule for all: a time that the clocks skip in spring means the first instant after the gap;
//! a time that they show twice in autumn means the first of the two.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

use super::timestamp::Timestamp;

/// The longest gap on record is a day (Samoa, December 2011).
const LONGEST_GAP: i64 = 25 * 60;

impl Timestamp {
    /// The moment at which the clocks of `zone` show `local`; `None` at the ends of the calendar.
    pub fn of_local(zone: Tz, local: NaiveDateTime) -> Option<Self> {
        match zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.into()),
            LocalResult::None => after_gap(zone, local),
        }
    }

    /// The first moment of a day by the clocks of `zone`.
    pub fn start_of_day(zone: Tz, day: NaiveDate) -> Self {
        let midnight = day.and_time(NaiveTime::MIN);
        Self::of_local(zone, midnight).unwrap_or_else(|| midnight.and_utc().into())
    }

    /// What the clocks of `zone` show.
    pub fn in_zone(self, zone: Tz) -> DateTime<Tz> {
        self.to_chrono().with_timezone(&zone)
    }

    /// The day on the calendars of `zone`.
    pub fn day_in(self, zone: Tz) -> NaiveDate {
        self.in_zone(zone).date_naive()
    }
}

/// The first instant after the gap that `local` lies in, to the minute.
fn after_gap(zone: Tz, local: NaiveDateTime) -> Option<Timestamp> {
    let exists = |minutes: i64| {
        let later = local.checked_add_signed(TimeDelta::minutes(minutes))?;
        zone.from_local_datetime(&later).earliest()
    };
    let (mut inside, mut outside) = (0, LONGEST_GAP);
    exists(outside)?;
    while outside - inside > 1 {
        let middle = i64::midpoint(inside, outside);
        if exists(middle).is_some() {
            outside = middle;
        } else {
            inside = middle;
        }
    }
    exists(outside).map(Timestamp::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_when_the_clocks_first_show_it() {
        for (zone, day, start) in [
            ("Europe/Rome", "2026-11-21", "2026-11-20T23:00:00Z"),
            ("Europe/Rome", "2026-10-25", "2026-10-24T22:00:00Z"),
            ("Europe/Rome", "2027-03-28", "2027-03-27T23:00:00Z"),
            // Midnight was skipped, shown twice, and lost with its whole day.
            ("Asia/Beirut", "2022-03-27", "2022-03-26T22:00:00Z"),
            ("America/Havana", "2022-03-13", "2022-03-13T05:00:00Z"),
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
            ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),
            ("UTC", "+262142-12-31", "9999-12-31T23:59:59Z"),
        ] {
            let (zone, day): (Tz, NaiveDate) = (zone.parse().unwrap(), day.parse().unwrap());
            let found = Timestamp::start_of_day(zone, day);
            assert_eq!(found.to_string(), start, "{zone} {day}");
        }
    }

    #[test]
    fn a_local_time_means_one_moment() {
        for (local, moment) in [
            ("2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
            ("2027-03-28T02:30:00", "2027-03-28T01:00:00Z"),
            ("2026-11-21T08:30:00", "2026-11-21T07:30:00Z"),
        ] {
            let found = Timestamp::of_local(chrono_tz::Europe::Rome, local.parse().unwrap());
            assert_eq!(found, Timestamp::parse(moment), "{local}");
        }
        let last = Timestamp::of_local(chrono_tz::Pacific::Apia, NaiveDateTime::MAX);
        assert!(last.is_none_or(|last| last.to_string().starts_with("9999-")));
    }

    #[test]
    fn a_moment_has_a_day() {
        let at = Timestamp::parse("2026-11-20T23:30:00Z").unwrap();
        assert_eq!(at.day_in(chrono_tz::Europe::Rome).to_string(), "2026-11-21");
        assert_eq!(
            at.day_in(chrono_tz::America::New_York).to_string(),
            "2026-11-20"
        );
    }
}
