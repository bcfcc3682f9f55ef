//! Cron lines of five fields, checked before anything relies on them.
//!
//! The fields are those of the POSIX crontab: minute, hour, day of month, month, day of week, with
//! `*`, numbers, ranges, lists and steps, English names of months and days, and 0 or 7 for Sunday.
//! <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/crontab.html>

use std::ops::RangeInclusive;

use super::section::short;
use super::value::Fault;

struct Field {
    name: &'static str,
    range: RangeInclusive<u32>,
    names: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field {
        name: "minute",
        range: 0..=59,
        names: &[],
    },
    Field {
        name: "hour",
        range: 0..=23,
        names: &[],
    },
    Field {
        name: "day of month",
        range: 1..=31,
        names: &[],
    },
    Field {
        name: "month",
        range: 1..=12,
        names: &[
            "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
        ],
    },
    Field {
        name: "day of week",
        range: 0..=7,
        names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    },
];

/// The longest line that is looked at, in bytes.
const LONGEST: usize = 256;

/// Checks a cron line and gives it with single spaces.
pub(super) fn line(text: &str) -> Result<String, Fault> {
    if text.len() > LONGEST {
        return Err(Fault::new("a cron line is not that long"));
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    let hint = match text.trim() {
        "@hourly" | "@daily" | "@weekly" => {
            format!(
                "write every = \"{}\" instead",
                text.trim().trim_start_matches('@')
            )
        }
        _ if fields.len() == 6 => "there are no seconds".to_owned(),
        _ => {
            "write minute, hour, day of month, month, day of week: \"30 8 * * MON-FRI\"".to_owned()
        }
    };
    if fields.len() != FIELDS.len() {
        return Err(Fault::new(format!(
            "a cron line has five fields, this has {}",
            fields.len()
        ))
        .hint(hint));
    }
    let mut days_and_months = [(false, 0), (false, 0)];
    for (field, written) in FIELDS.iter().zip(&fields) {
        let values = check(field, written).map_err(|message| {
            let start = written.as_ptr() as usize - text.as_ptr() as usize;
            Fault::new(message).at(start..start + written.len())
        })?;
        if field.name == "day of month" {
            days_and_months[0] = (*written == "*", values);
        } else if field.name == "month" {
            days_and_months[1] = (*written == "*", values);
        }
    }
    let [(_, days), (_, months)] = days_and_months;
    if fields.get(4) == Some(&"*") && !happens(days, months) {
        return Err(Fault::new("there is no such day in any year"));
    }
    Ok(fields.join(" "))
}

/// Whether one of the months (bits 1 to 12) has one of the days (bits 1 to 31).
fn happens(days: u64, months: u64) -> bool {
    (1..=12).any(|month| {
        let longest = match month {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        months & (1 << month) != 0 && (1..=longest).any(|day| days & (1 << day) != 0)
    })
}

/// The values of a field as bits, or what is wrong with it.
fn check(field: &Field, written: &str) -> Result<u64, String> {
    let mut values = 0_u64;
    for part in written.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (part, None),
        };
        let step: u32 = match step {
            None => 1,
            Some(step) => step
                .parse()
                .ok()
                .filter(|step| (1..=*field.range.end()).contains(step))
                .ok_or_else(|| format!("`/{}` is no step of the {}", short(step), field.name))?,
        };
        let (from, to) = if range == "*" {
            (*field.range.start(), *field.range.end())
        } else if let Some((from, to)) = range.split_once('-') {
            (value(field, from)?, value(field, to)?)
        } else {
            let from = value(field, range)?;
            let open_ended = part.contains('/');
            (from, if open_ended { *field.range.end() } else { from })
        };
        // FRI-SUN: Sunday is 7 at the end of a range.
        let to = if field.range == (0..=7) && to == 0 && from > 0 {
            7
        } else {
            to
        };
        if from > to {
            return Err(format!("`{}` runs backwards", short(range)));
        }
        let mut at = from;
        while at <= to {
            values |= 1 << at;
            at += step;
        }
    }
    Ok(values)
}

fn value(field: &Field, written: &str) -> Result<u32, String> {
    let named = field
        .names
        .iter()
        .position(|name| name.eq_ignore_ascii_case(written))
        .and_then(|index| u32::try_from(index).ok())
        .map(|index| index + field.range.start());
    named
        .or_else(|| {
            let digits =
                (1..=2).contains(&written.len()) && written.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| written.parse().ok()).flatten()
        })
        .filter(|value| field.range.contains(value))
        .ok_or_else(|| {
            format!(
                "`{}` is no {} (from {} to {})",
                short(written),
                field.name,
                field.range.start(),
                field.range.end()
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_lines_of_five_fields() {
        for text in [
            "30 8 * * MON-FRI",
            "*/15 * * * *",
            "0 9,13,18 1-7 JAN,jul 1",
            "0 0 29 2 *",
            "5/10 * * * 0",
            "0 8 * * FRI-SUN",
            "0 8 31 2 MON",
        ] {
            assert_eq!(line(text), Ok(text.to_owned()));
        }
        assert_eq!(line(" 0  8 * *\t7 "), Ok("0 8 * * 7".to_owned()));
    }

    #[test]
    fn says_which_field_is_wrong() {
        for (text, place, message) in [
            ("60 8 * * *", Some(0..2), "`60` is no minute (from 0 to 59)"),
            ("0 24 * * *", Some(2..4), "`24` is no hour (from 0 to 23)"),
            (
                "0 8 0 * *",
                Some(4..5),
                "`0` is no day of month (from 1 to 31)",
            ),
            ("0 8 * MAR-FEB *", Some(6..13), "`MAR-FEB` runs backwards"),
            (
                "0 8 * * LUN",
                Some(8..11),
                "`LUN` is no day of week (from 0 to 7)",
            ),
            ("*/0 8 * * *", Some(0..3), "`/0` is no step of the minute"),
            ("0 8 30 2 *", None, "there is no such day in any year"),
            (
                "0 0 8 * * *",
                None,
                "a cron line has five fields, this has 6",
            ),
            ("@daily", None, "a cron line has five fields, this has 1"),
            ("", None, "a cron line has five fields, this has 0"),
        ] {
            let fault = line(text).unwrap_err();
            assert_eq!(
                (fault.at, fault.message.as_str()),
                (place, message),
                "{text}"
            );
        }
        assert!(line(&"1,".repeat(100_000)).is_err());
    }
}
