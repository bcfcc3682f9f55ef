//! A cron line of five fields, as Unix reads it, on local time without a zone.
//!
//! The `cron` crate evaluates the fields. Three of its habits differ from what `crontab(5)`
//! taught people, and are translated here: it wants seconds, it counts weekdays from Sunday = 1,
//! and it joins day of month and day of week by AND where Unix joins them by OR.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime};

/// Minute, hour, day of month, month, day of week: `30 8 * * MON-FRI`.
#[derive(Debug, Clone)]
pub struct CronLine {
    source: String,
    /// One schedule, or two where day of month and day of week are both restricted.
    either: Vec<cron::Schedule>,
}

/// What is wrong with a cron line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    /// Not five fields.
    #[error("expected five fields (minute, hour, day of month, month, day of week), found {found}")]
    Fields {
        /// How many there are.
        found: usize,
    },
    /// A field that cannot be read.
    #[error("`{field}` is no valid {name}")]
    Field {
        /// Which one: `minute`, `day of week`, …
        name: &'static str,
        /// What stands there.
        field: String,
    },
    /// A line such as `0 0 30 2 *`.
    #[error("no day of the calendar fits this line")]
    Never,
}

/// The fields in order; the last is handled apart.
const NAMES: [&str; 5] = ["minute", "hour", "day of month", "month", "day of week"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl CronLine {
    /// Reads a line; all its fields are checked, the first that is wrong is reported.
    pub fn parse(line: &str) -> Result<Self, CronError> {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(CronError::Fields {
                found: fields.len(),
            });
        };
        let weekdays = weekdays(weekday).ok_or_else(|| CronError::Field {
            name: NAMES[4],
            field: weekday.to_owned(),
        })?;
        for (position, field) in [minute, hour, day, month].into_iter().enumerate() {
            let mut probe = ["*"; 4];
            probe[position] = field;
            schedule(&probe, "*").ok_or_else(|| CronError::Field {
                name: NAMES[position],
                field: field.to_owned(),
            })?;
        }
        let days: &[(&str, &str)] = if day.starts_with('*') || weekday.starts_with('*') {
            &[(day, &weekdays)]
        } else {
            &[(day, "*"), ("*", &weekdays)]
        };
        let either: Vec<_> = days
            .iter()
            .filter_map(|(day, weekdays)| schedule(&[minute, hour, day, month], weekdays))
            .collect();
        let parsed = Self {
            source: fields.join(" "),
            either,
        };
        match parsed.next_after(DateTime::UNIX_EPOCH.naive_utc()) {
            Some(_) => Ok(parsed),
            None => Err(CronError::Never),
        }
    }

    /// The first local time after `after` that fits; `None` after the calendar's end.
    pub fn next_after(&self, after: NaiveDateTime) -> Option<NaiveDateTime> {
        self.either
            .iter()
            .filter_map(|schedule| schedule.after(&after.and_utc()).next())
            .map(|at| at.naive_utc())
            .min()
    }
}

/// A schedule of the `cron` crate, which wants seconds first; `None` where it refuses.
fn schedule(fields: &[&str; 4], weekdays: &str) -> Option<cron::Schedule> {
    let line = format!("0 {} {weekdays}", fields.join(" "));
    cron::Schedule::from_str(&line).ok()
}

/// A day-of-week field as a list of names, which mean the same everywhere; `None` if it is wrong.
fn weekdays(field: &str) -> Option<String> {
    let mut chosen = [false; 7];
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse().ok().filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (0, 6),
            Some((first, last)) => (weekday(first)?, weekday(last)?),
            None if part.contains('/') => (weekday(range)?, 6),
            None => (weekday(range)?, weekday(range)?),
        };
        // `FRI-SUN` and `5-7` end on the Sunday after.
        let last = if last < first { last + 7 } else { last };
        for day in (first..=last).step_by(step) {
            chosen[day % 7] = true;
        }
    }
    if chosen.iter().all(|day| *day) {
        return Some("*".to_owned());
    }
    let names: Vec<&str> = (0..7)
        .filter(|day| chosen[*day])
        .map(|day| WEEKDAYS[day])
        .collect();
    Some(names.join(","))
}

/// 0 (Sunday) to 7 (Sunday again), or the first three letters of the English name.
fn weekday(text: &str) -> Option<usize> {
    text.parse().ok().filter(|number| *number <= 7).or_else(|| {
        WEEKDAYS
            .iter()
            .position(|name| name.eq_ignore_ascii_case(text))
    })
}

impl PartialEq for CronLine {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for CronLine {}

impl fmt::Display for CronLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(line: &str, after: &str) -> String {
        CronLine::parse(line)
            .unwrap()
            .next_after(after.parse().unwrap())
            .unwrap()
            .format("%a %Y-%m-%d %H:%M")
            .to_string()
    }

    #[test]
    fn weekdays_count_as_unix_counts_them() {
        // 2026-11-21 is a Saturday.
        for (line, expected) in [
            ("0 9 * * 1-5", "Mon 2026-11-23 09:00"),
            ("0 9 * * MON-FRI", "Mon 2026-11-23 09:00"),
            ("0 9 * * 0", "Sun 2026-11-22 09:00"),
            ("0 9 * * 7", "Sun 2026-11-22 09:00"),
            ("0 9 * * sat", "Sat 2026-11-28 09:00"),
            ("0 9 * * 5-7", "Sun 2026-11-22 09:00"),
            ("0 9 * * FRI-SUN", "Sun 2026-11-22 09:00"),
            ("0 9 * * 1,3", "Mon 2026-11-23 09:00"),
            ("0 9 * * */2", "Sun 2026-11-22 09:00"),
            ("*/15 * * * *", "Sat 2026-11-21 12:15"),
        ] {
            assert_eq!(next(line, "2026-11-21T12:00:00"), expected, "{line}");
        }
    }

    #[test]
    fn either_day_will_do_where_both_are_given() {
        let line = "0 0 13 * 5";
        assert_eq!(next(line, "2026-11-21T12:00:00"), "Fri 2026-11-27 00:00");
        assert_eq!(next(line, "2026-12-12T12:00:00"), "Sun 2026-12-13 00:00");
    }

    #[test]
    fn says_which_field_is_wrong() {
        for (line, message) in [
            (
                "30 8 * *",
                "expected five fields (minute, hour, day of month, month, day of week), found 4",
            ),
            ("60 8 * * *", "`60` is no valid minute"),
            ("0 24 * * *", "`24` is no valid hour"),
            ("0 0 32 * *", "`32` is no valid day of month"),
            ("0 0 * 13 *", "`13` is no valid month"),
            ("0 0 * * 8", "`8` is no valid day of week"),
            ("0 0 * * */0", "`*/0` is no valid day of week"),
            ("0 0 30 2 *", "no day of the calendar fits this line"),
        ] {
            let problem = CronLine::parse(line).unwrap_err();
            assert_eq!(problem.to_string(), message, "{line}");
        }
    }
}
