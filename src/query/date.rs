//! `date:` values: days, months and years of the instance's time zone.

use std::ops::Range;

use chrono::{Datelike, Months, NaiveDate};
use chrono_tz::Tz;

use super::ast::DateRange;
use super::error::Problem;
use super::field::{Value, halves};
use crate::model::Timestamp;

/// Reads `2026-11-21`, `2026-11`, `2026`, two of them joined by `..`, `/` or ` TO ` (either may be
/// missing), or one after `>`, `>=`, `<`, `<=`.
pub(crate) fn range(value: &Value, timezone: Tz) -> Result<DateRange, Problem> {
    let text = value.text.trim();
    let read = |text: &str| days(text.trim(), &value.span);
    let end = |text: &str| match text.trim() {
        "" | "*" => Ok(None),
        text => days(text, &value.span).map(Some),
    };
    let (first, last) = if let Some(rest) = text.strip_prefix(">=") {
        (Some(read(rest)?.0), None)
    } else if let Some(rest) = text.strip_prefix("<=") {
        (None, Some(read(rest)?.1))
    } else if let Some(rest) = text.strip_prefix('>') {
        (read(rest)?.1.succ_opt(), None)
    } else if let Some(rest) = text.strip_prefix('<') {
        (None, read(rest)?.0.pred_opt())
    } else if let Some((low, high)) = halves(text).or_else(|| text.split_once('/')) {
        (end(low)?.map(|days| days.0), end(high)?.map(|days| days.1))
    } else {
        let (first, last) = read(text)?;
        (Some(first), Some(last))
    };
    if first.is_none() && last.is_none() {
        return Err(unreadable(text, &value.span));
    }
    if let (Some(first), Some(last)) = (first, last)
        && first > last
    {
        return Err(Problem::error(
            value.span.clone(),
            "this range is reversed",
            "from the later day to the earlier",
        )
        .hint(format!("write date:{last}..{first}")));
    }
    Ok(DateRange {
        first,
        last,
        from: first.map(|day| Timestamp::start_of_day(timezone, day)),
        until: last
            .and_then(|day| day.succ_opt())
            .map(|day| Timestamp::start_of_day(timezone, day)),
    })
}

/// The first and last day of a day, month or year.
fn days(text: &str, span: &Range<usize>) -> Result<(NaiveDate, NaiveDate), Problem> {
    let mut parts = text.split('-');
    let mut part = |digits: usize| match parts.next() {
        None => Some(None),
        Some(part) if part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()) => {
            part.parse::<u32>().ok().map(Some)
        }
        Some(_) => None,
    };
    let found = match (part(4), part(2), part(2)) {
        (Some(Some(year)), Some(month), Some(day)) if parts.next().is_none() => {
            let year = i32::try_from(year).unwrap_or(i32::MAX);
            let first = NaiveDate::from_ymd_opt(year, month.unwrap_or(1), day.unwrap_or(1));
            first.and_then(|first| {
                let after = match (month, day) {
                    (_, Some(_)) => first.succ_opt(),
                    (Some(_), None) => first.checked_add_months(Months::new(1)),
                    (None, None) => first.checked_add_months(Months::new(12)),
                };
                let last = after?.pred_opt()?;
                Some((first, last))
            })
        }
        _ => None,
    };
    found
        .filter(|(first, _)| (1..=9998).contains(&first.year()))
        .ok_or_else(|| unreadable(text, span))
}

fn unreadable(text: &str, span: &Range<usize>) -> Problem {
    Problem::error(
        span.clone(),
        format!("`{text}` is no day"),
        "expected a day of the calendar, as year-month-day",
    )
    .hint("write for example date:2026-11-21 or date:2026-11-01..2026-11-21")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let value = Value {
            text: text.to_owned(),
            span: 0..text.len(),
        };
        match range(&value, chrono_tz::Europe::Rome) {
            Ok(range) => {
                let end = |end: Option<Timestamp>| end.map_or("-".to_owned(), |e| e.to_string());
                format!("{} {}", end(range.from), end(range.until))
            }
            Err(problem) => problem.message,
        }
    }

    #[test]
    fn intervals_in_local_days() {
        for (text, expected) in [
            ("2026-11-21", "2026-11-20T23:00:00Z 2026-11-21T23:00:00Z"),
            ("2026-07-01", "2026-06-30T22:00:00Z 2026-07-01T22:00:00Z"),
            (
                "2026-11-01..2026-11-21",
                "2026-10-31T23:00:00Z 2026-11-21T23:00:00Z",
            ),
            ("2026-11", "2026-10-31T23:00:00Z 2026-11-30T23:00:00Z"),
            ("2026", "2025-12-31T23:00:00Z 2026-12-31T23:00:00Z"),
            ("2026-11-01..", "2026-10-31T23:00:00Z -"),
            ("..2026-11-01", "- 2026-11-01T23:00:00Z"),
            (">2026-11-01", "2026-11-01T23:00:00Z -"),
            ("2026-02-30", "`2026-02-30` is no day"),
            ("21/11/2026", "`21` is no day"),
            ("2026-11-21..2026-11-01", "this range is reversed"),
            ("..", "`..` is no day"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
