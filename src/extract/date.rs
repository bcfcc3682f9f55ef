//! Dates as publishers write them.
//!
//! What is read is what is written: no part is filled in from the clock, and a date without a
//! zone is taken as UTC. A date without a time of day is midnight.

use chrono::{Datelike, NaiveDate};

use crate::model::Timestamp;

/// Dates before this year are defaults of software (1970, 1900, 0001), not dates of posts.
const FIRST_YEAR: i32 = 1971;

/// Longer text is no date.
const LONGEST: usize = 120;

/// The names of the months in English, Italian, German, French, Spanish, Portuguese
/// and Hungarian; three
/// letters or more of their start will do.
const MONTHS: [&str; 12] = [
    "january gennaio januar jänner janvier enero janeiro január",
    "february febbraio februar février fevrier febrero fevereiro február",
    "march marzo märz mrz mars março március",
    "april aprile avril abril április",
    "may maggio mai mayo maio május",
    "june giugno juni juin junio junho június",
    "july luglio juli juillet julio julho július",
    "august agosto août aout augusztus",
    "september settembre septembre septiembre setembro szeptember",
    "october ottobre oktober octobre octubre outubro október",
    "november novembre noviembre novembro",
    "december dicembre dezember décembre decembre diciembre dezembro",
];

/// Time zones by name, in minutes east of Greenwich (RFC 2822, 4.3, and those of Europe).
const ZONES: &[(&str, i32)] = &[
    ("z", 0),
    ("ut", 0),
    ("utc", 0),
    ("gmt", 0),
    ("wet", 0),
    ("est", -300),
    ("edt", -240),
    ("cst", -360),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("akst", -540),
    ("akdt", -480),
    ("hst", -600),
    ("ast", -240),
    ("adt", -180),
    ("cet", 60),
    ("mez", 60),
    ("cest", 120),
    ("mesz", 120),
    ("bst", 60),
    ("west", 60),
    ("ist", 330),
    ("eet", 120),
    ("eest", 180),
    ("msk", 180),
    ("jst", 540),
    ("kst", 540),
    ("aest", 600),
    ("aedt", 660),
    ("et", -300),
    ("ct", -360),
    ("mt", -420),
    ("pt", -480),
];

/// Reads a date in any of the forms that feeds and pages use: RFC 3339 and the partial dates of
/// W3C-DTF, RFC 2822 and its broken relatives, `2026-11-20 07:12`, `20 novembre 2026`,
/// `Nov 20, 2026 7:12 PM`, `20/11/2026`, `20.11.26`, seconds or milliseconds since 1970.
///
/// `dd/mm` is read before `mm/dd`. `None` where it is no date, where it is relative
/// (`2 ore fa`), and for the defaults of software such as 1970-01-01.
pub fn parse_date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let text = if text.contains('(') {
        without_comments(text).to_lowercase()
    } else {
        text.to_lowercase()
    };
    let text = text.trim();
    let moment = digits_alone(text)
        .or_else(|| year_first(text))
        .or_else(|| in_words(text))?;
    (moment.to_chrono().year() >= FIRST_YEAR).then_some(moment)
}

/// A day, a time of day in milliseconds (possibly past its end: leap seconds, 24:00), a zone.
#[derive(Clone, Copy)]
struct Parts {
    day: NaiveDate,
    time: i64,
    zone: i32,
}

impl Parts {
    fn moment(self) -> Option<Timestamp> {
        let midnight = self.day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis();
        Some(Timestamp::from_millis(
            midnight + self.time - i64::from(self.zone) * 60_000,
        ))
    }
}

fn without_comments(text: &str) -> String {
    let mut depth = 0_usize;
    text.chars()
        .filter(|c| {
            depth += usize::from(*c == '(');
            let kept = depth == 0;
            depth = depth.saturating_sub(usize::from(*c == ')'));
            kept
        })
        .collect()
}

/// `1763622720`, `1763622720000`, `20261120`, `20261120071200`.
fn digits_alone(text: &str) -> Option<Timestamp> {
    let whole = text.strip_suffix(".0").unwrap_or(text);
    if !whole.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    match whole.len() {
        10 => Some(Timestamp::from_seconds(number)),
        13 => Some(Timestamp::from_millis(number)),
        12 | 14 => {
            let (day, time) = whole.split_at_checked(8)?;
            let (hour, rest) = time.split_at_checked(2)?;
            let (minute, second) = rest.split_at_checked(2)?;
            Parts {
                day: compact_day(day)?,
                time: time_of_day(hour, minute, Some(second).filter(|s| !s.is_empty()))?,
                zone: 0,
            }
            .moment()
        }
        _ => None,
    }
}

/// `20261120`.
fn compact_day(digits: &str) -> Option<NaiveDate> {
    let (year, rest) = digits.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// `2026`, `2026-11`, `2026-11-20`, `2026-324`, `20261120`, `2026/11/20`, each of the full ones with
/// a time (W3C-DTF and ISO 8601).
fn year_first(text: &str) -> Option<Timestamp> {
    let digits = leading_digits(text);
    let (day, rest) = match digits {
        8 => {
            let (day, rest) = text.split_at_checked(8)?;
            (compact_day(day)?, rest)
        }
        7 => {
            let (day, rest) = text.split_at_checked(7)?;
            let (year, ordinal) = day.split_at_checked(4)?;
            (
                NaiveDate::from_yo_opt(year.parse().ok()?, ordinal.parse().ok()?)?,
                rest,
            )
        }
        6 => {
            let (day, rest) = text.split_at_checked(6)?;
            (compact_day(&format!("{day}01"))?, rest)
        }
        4 => separated_day(text)?,
        _ => return None,
    };
    let rest = rest.trim_start();
    if rest.is_empty() {
        return Parts {
            day,
            time: 0,
            zone: 0,
        }
        .moment();
    }
    let rest = rest
        .strip_prefix(['t', '_', ',', '|'])
        .unwrap_or(rest)
        .trim_start();
    let (time, after) = match clock(rest) {
        Some(found) => found,
        // A time was meant and is wrong, or stands behind words.
        None if rest.contains(':') && !rest.starts_with(['+', '-']) => return None,
        None if rest.starts_with(|c: char| c.is_ascii_digit()) => return None,
        // `2026-11-20Z`, `2026-11-20+01:00`: a day with a zone.
        None => (0, rest),
    };
    let zone = zone(after).0.unwrap_or(0);
    Parts { day, time, zone }.moment()
}

fn leading_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// `2026`, `2026-11`, `2026-11-20`, `2026-324`; gives what follows.
fn separated_day(text: &str) -> Option<(NaiveDate, &str)> {
    let (year, rest) = text.split_at_checked(4)?;
    let year: i32 = year.parse().ok()?;
    let Some(after) = rest.strip_prefix(['-', '/', '.']) else {
        // `2026 nov 20` is for words.
        return rest
            .is_empty()
            .then(|| NaiveDate::from_ymd_opt(year, 1, 1))?
            .map(|day| (day, ""));
    };
    let length = leading_digits(after);
    let (second, rest) = after.split_at_checked(length)?;
    if length == 3 {
        return Some((NaiveDate::from_yo_opt(year, second.parse().ok()?)?, rest));
    }
    let month = second.parse().ok()?;
    let Some(after) = rest.strip_prefix(['-', '/', '.']) else {
        return Some((NaiveDate::from_ymd_opt(year, month, 1)?, rest));
    };
    let (day, rest) = after.split_at_checked(leading_digits(after))?;
    Some((
        NaiveDate::from_ymd_opt(year, month, day.parse().ok()?)?,
        rest,
    ))
}

/// Milliseconds from midnight.
fn time_of_day(hour: &str, minute: &str, second: Option<&str>) -> Option<i64> {
    let hour: i64 = hour.parse().ok()?;
    let minute: i64 = minute.parse().ok()?;
    let second: i64 = second.map_or(Some(0), |text| text.parse().ok())?;
    let within = hour <= 24 && minute <= 59 && second <= 60 && (hour < 24 || minute + second == 0);
    within.then_some(((hour * 60 + minute) * 60 + second) * 1000)
}

/// A time of day at the start of `text`: `7:12`, `07:12:30.5`, `07.12`, `071230`, `7 pm`; gives
/// what follows.
fn clock(text: &str) -> Option<(i64, &str)> {
    let length = leading_digits(text);
    let (first, rest) = text.split_at_checked(length)?;
    if length == 4 || length == 6 {
        let (hour, minute) = first.split_at_checked(2)?;
        let (minute, second) = minute.split_at_checked(2)?;
        let second = Some(second).filter(|text| !text.is_empty());
        return Some((time_of_day(hour, minute, second)?, rest));
    }
    if length == 0 || length > 2 {
        return None;
    }
    let (minute, rest) = after_mark(rest, &[':', '.', 'h']);
    let (second, rest) = match minute {
        Some(_) => after_mark(rest, &[':', '.']),
        None => (None, rest),
    };
    let (millis, rest) = if second.is_some() {
        fraction(rest)
    } else {
        (0, rest)
    };
    let time = time_of_day(first, minute.unwrap_or("0"), second)? + millis;
    let half = half_day(rest);
    if minute.is_none() && half.is_none() && !rest.is_empty() && !rest.starts_with(['z', '+', '-'])
    {
        // An hour alone is any number, unless a zone follows: `T07Z`.
        return None;
    }
    let Some((afternoon, after)) = half else {
        return Some((time, rest));
    };
    let hours = time / 3_600_000;
    let shift = match (hours, afternoon) {
        (1..=11, true) => 12,
        (12, false) => -12,
        _ => 0,
    };
    Some((time + shift * 3_600_000, after))
}

/// One or two digits after one of `marks`.
fn after_mark<'a>(text: &'a str, marks: &[char]) -> (Option<&'a str>, &'a str) {
    let Some(rest) = text.strip_prefix(marks) else {
        return (None, text);
    };
    let length = leading_digits(rest);
    if length == 0 || length > 2 {
        return (None, text);
    }
    let (digits, rest) = rest.split_at_checked(length).unwrap_or((rest, ""));
    (Some(digits), rest)
}

/// A decimal fraction of a second, in milliseconds.
fn fraction(text: &str) -> (i64, &str) {
    let Some(rest) = text.strip_prefix(['.', ',']) else {
        return (0, text);
    };
    let (digits, rest) = rest
        .split_at_checked(leading_digits(rest))
        .unwrap_or((rest, ""));
    let millis: i64 = format!("{digits:0<3}")
        .get(..3)
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0);
    (millis, rest)
}

/// `am` or `pm` at the start of `text`: whether it is the afternoon, and what follows.
fn half_day(text: &str) -> Option<(bool, &str)> {
    let text = text.trim_start();
    for (mark, afternoon) in [("a.m.", false), ("p.m.", true), ("am", false), ("pm", true)] {
        if let Some(rest) = text.strip_prefix(mark)
            && !rest.starts_with(char::is_alphabetic)
        {
            return Some((afternoon, rest));
        }
    }
    None
}

/// A zone at the start of `text`, in minutes east of Greenwich, and what follows: `Z`, `+01:00`,
/// `-0500`, `CET`, `GMT+1`. Zones that cannot be read count as none.
fn zone(text: &str) -> (Option<i32>, &str) {
    let text = text.trim_start();
    let length = text
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(length).unwrap_or((text, ""));
    let named = if length == 1 && name != "j" {
        // Military letters: RFC 2822 reads them all as UTC, so often were they misused.
        Some(0)
    } else {
        ZONES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, minutes)| *minutes)
    };
    if length > 0 && named.is_none() {
        return (None, text);
    }
    match offset(rest) {
        Some((minutes, rest)) => (Some(minutes), rest),
        None => (named, rest),
    }
}

/// `+01:00`, `-0500`, `+1`.
fn offset(text: &str) -> Option<(i32, &str)> {
    let (sign, rest) = match text.chars().next()? {
        '+' => (1, text.get(1..)?),
        '-' => (-1, text.get(1..)?),
        _ => return None,
    };
    let (digits, rest) = rest.split_at_checked(leading_digits(rest))?;
    let (hours, minutes, rest) = match digits.len() {
        1 | 2 => match after_mark(rest, &[':']) {
            (Some(minutes), rest) => (digits, minutes, rest),
            (None, rest) => (digits, "0", rest),
        },
        3 | 4 => {
            let (hours, minutes) = digits.split_at_checked(digits.len() - 2)?;
            (hours, minutes, rest)
        }
        _ => return None,
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 15 && minutes <= 59).then_some((sign * (hours * 60 + minutes), rest))
}

/// Dates with words or with the day first: RFC 2822, `asctime`, `20 novembre 2026 alle 7:12`,
/// `20/11/2026`.
fn in_words(text: &str) -> Option<Timestamp> {
    let (before, time, zone, after) = find_clock(text);
    let pieces = Pieces::read(before, after)?;
    let (day, left) = pieces.day()?;
    let time = match (time, left) {
        (Some(time), []) => time,
        (Some(_), _) | (None, [_]) => return None,
        (None, []) => 0,
        // `20.11.2026 07.12`
        (None, [hour, minute, rest @ ..]) => {
            time_of_day(hour, minute, rest.first().map(String::as_str))?
        }
    };
    Parts { day, time, zone }.moment()
}

/// The text before the time of day, the time, its zone, and the text after.
fn find_clock(text: &str) -> (&str, Option<i64>, i32, &str) {
    for (colon, _) in text.match_indices(':') {
        let (before, _) = text.split_at_checked(colon).unwrap_or((text, ""));
        let digits = before
            .bytes()
            .rev()
            .take(2)
            .take_while(u8::is_ascii_digit)
            .count();
        if digits == 0 {
            continue;
        }
        let (before, from) = text.split_at_checked(colon - digits).unwrap_or((text, ""));
        if let Some((time, rest)) = clock(from) {
            let (minutes, rest) = zone(rest);
            return (before, Some(time), minutes.unwrap_or(0), rest);
        }
    }
    (text, None, 0, "")
}

/// The numbers and the month of a date, in the order written.
struct Pieces {
    month: Option<u32>,
    numbers: Vec<String>,
    /// Whether hyphens stand between all numbers, as in `20-11-26`.
    hyphens: bool,
}

impl Pieces {
    fn read(before: &str, after: &str) -> Option<Self> {
        let mut pieces = Self {
            month: None,
            numbers: Vec::new(),
            hyphens: before.matches('-').count() >= 2,
        };
        let mut strange = 0;
        for part in [before, after] {
            for run in runs(part) {
                if run.starts_with(|c: char| c.is_ascii_digit()) {
                    pieces.numbers.push(run.to_owned());
                } else if let Some(month) = month(run) {
                    // `mar 3 nov`: the first was Tuesday.
                    pieces.month = Some(month);
                } else {
                    strange += 1;
                }
            }
        }
        // Words such as weekdays, `alle`, `Reviewed in Italy on`; a sentence is no date.
        (strange <= 8 && pieces.numbers.len() <= 6).then_some(pieces)
    }

    /// The day, and the numbers that are left.
    fn day(&self) -> Option<(NaiveDate, &[String])> {
        let numbers = self.numbers.as_slice();
        if let Some(month) = self.month {
            return match numbers {
                [year] if year.len() == 4 => Some((day_of(year, month, "1")?, &[])),
                [first, second, rest @ ..] => {
                    let year_first = first.len() == 4 || first.parse::<u32>().ok()? > 31;
                    let (year, day) = if year_first {
                        (first, second)
                    } else {
                        (second, first)
                    };
                    Some((day_of(year, month, day)?, rest))
                }
                _ => None,
            };
        }
        let [first, second, third, rest @ ..] = numbers else {
            return None;
        };
        if first.len() == 4 {
            return Some((day_of(first, second.parse().ok()?, third)?, rest));
        }
        if self.hyphens && third.len() <= 2 {
            // `03-12-31`, `20-11-26`: nobody can tell the year.
            return None;
        }
        let (day, month) = match second.parse().ok()? {
            1..=12 => (first, second),
            _ => (second, first),
        };
        Some((day_of(third, month.parse().ok()?, day)?, rest))
    }
}

/// Runs of digits and runs of letters.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .flat_map(|word| {
            let digits = leading_digits(word);
            let (number, letters) = word.split_at_checked(digits).unwrap_or((word, ""));
            [number, letters]
        })
        .filter(|run| !run.is_empty())
}

fn month(word: &str) -> Option<u32> {
    if word.chars().count() < 3 {
        return None;
    }
    (1..).zip(MONTHS).find_map(|(number, names)| {
        names
            .split(' ')
            .any(|name| name.starts_with(word))
            .then_some(number)
    })
}

/// A day with a year of two, three (RFC 2822, 4.3) or four digits.
fn day_of(year: &str, month: u32, day: &str) -> Option<NaiveDate> {
    let number: i32 = year.parse().ok()?;
    let year = match year.len() {
        1 | 2 if number < 50 => 2000 + number,
        1..=3 => 1900 + number,
        4 => number,
        _ => return None,
    };
    NaiveDate::from_ymd_opt(year, month, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, proptest};

    fn read(text: &str) -> Option<String> {
        parse_date(text).map(|at| at.to_string())
    }

    fn reads(cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            assert_eq!(read(text).as_deref(), Some(*expected), "{text}");
        }
    }

    #[test]
    fn reads_w3c_and_iso_dates() {
        reads(&[
            ("2026-11-20T07:12:00Z", "2026-11-20T07:12:00Z"),
            ("2026-11-20T08:12:00+01:00", "2026-11-20T07:12:00Z"),
            ("2026-11-20T08:12:00.123+0100", "2026-11-20T07:12:00Z"),
            ("2026-11-20t07:12:00z", "2026-11-20T07:12:00Z"),
            ("2026-11-20 07:12", "2026-11-20T07:12:00Z"),
            ("2026-11-20 07:12:30 +0000 UTC", "2026-11-20T07:12:30Z"),
            ("2026-11-20T08:12+01", "2026-11-20T07:12:00Z"),
            ("2026-11-20T07Z", "2026-11-20T07:00:00Z"),
            ("2026-11-20", "2026-11-20T00:00:00Z"),
            ("2026-11-20Z", "2026-11-20T00:00:00Z"),
            ("2026-11", "2026-11-01T00:00:00Z"),
            ("2026", "2026-01-01T00:00:00Z"),
            ("20261120", "2026-11-20T00:00:00Z"),
            ("20261120T071200Z", "2026-11-20T07:12:00Z"),
            ("20261120071200", "2026-11-20T07:12:00Z"),
            ("2026-324", "2026-11-20T00:00:00Z"),
            ("2026324", "2026-11-20T00:00:00Z"),
            ("2026/11/20 07:12:00", "2026-11-20T07:12:00Z"),
            ("2026.11.20", "2026-11-20T00:00:00Z"),
            ("2026-11-20T24:00:00Z", "2026-11-21T00:00:00Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
            ("2026-1-5T7:5:3Z", "2026-01-05T07:05:03Z"),
            (
                " 2026-11-20T07:12:00Z
",
                "2026-11-20T07:12:00Z",
            ),
        ]);
        assert_eq!(
            parse_date("2026-11-20T07:12:00.364Z").unwrap().millis() % 1000,
            364
        );
    }

    #[test]
    fn reads_mail_dates_and_their_broken_forms() {
        reads(&[
            ("Fri, 20 Nov 2026 07:12:00 GMT", "2026-11-20T07:12:00Z"),
            ("Fri, 20 Nov 2026 08:12:00 +0100", "2026-11-20T07:12:00Z"),
            ("Fri, 20 Nov 2026 08:12 CET", "2026-11-20T07:12:00Z"),
            ("20 Nov 26 02:12 EST", "2026-11-20T07:12:00Z"),
            ("Fri, 20 Nov 2026", "2026-11-20T00:00:00Z"),
            ("Friday, 20-Nov-26 07:12:00 GMT", "2026-11-20T07:12:00Z"),
            ("Fri Nov 20 07:12:00 2026", "2026-11-20T07:12:00Z"),
            ("Fri Nov 20 07:12:00 +0000 2026", "2026-11-20T07:12:00Z"),
            ("Fri Nov 20 08:12:00 CET 2026", "2026-11-20T07:12:00Z"),
            ("Fry, 20 November 2026 07:12:00 Z", "2026-11-20T07:12:00Z"),
            ("Fri,20 Nov 2026 7:12:00 +00:00", "2026-11-20T07:12:00Z"),
            ("Thu, 01 Jan 2004 19:48:21 GMT", "2004-01-01T19:48:21Z"),
            ("01 Jan 99 12:00 UT", "1999-01-01T12:00:00Z"),
            ("Thu, 1 Jan 104 12:00:00 GMT", "2004-01-01T12:00:00Z"),
            ("Fri, 20 Nov 2026 08:12:00 GMT+1", "2026-11-20T07:12:00Z"),
            (
                "Fri, 20 Nov 2026 07:12:00 +0000 (GMT)",
                "2026-11-20T07:12:00Z",
            ),
            ("Fri, 20 Nov 2026 07:12:00 PM", "2026-11-20T19:12:00Z"),
            ("2026 Nov 20 07:12", "2026-11-20T07:12:00Z"),
            (
                "Fri, 20 Nov 2026 07:12:00 Nowhere/Land",
                "2026-11-20T07:12:00Z",
            ),
        ]);
    }

    #[test]
    fn reads_dates_of_pages() {
        reads(&[
            ("20 novembre 2026", "2026-11-20T00:00:00Z"),
            (
                "venerdì 20 novembre 2026 alle 07:12",
                "2026-11-20T07:12:00Z",
            ),
            ("20 novembre 2026 ore 07.12", "2026-11-20T07:12:00Z"),
            (
                "Recensito in Italia il 3 marzo 2026",
                "2026-03-03T00:00:00Z",
            ),
            ("mar 3 nov 2026", "2026-11-03T00:00:00Z"),
            ("1º maggio 2026", "2026-05-01T00:00:00Z"),
            ("lun, 30 giu. 2025 12:00:00 +0200", "2025-06-30T10:00:00Z"),
            ("20/11/2026", "2026-11-20T00:00:00Z"),
            ("20/11/26 07:12", "2026-11-20T07:12:00Z"),
            ("20.11.2026 07.12", "2026-11-20T07:12:00Z"),
            ("20-11-2026", "2026-11-20T00:00:00Z"),
            ("05/11/2026", "2026-11-05T00:00:00Z"),
            ("11/20/2026", "2026-11-20T00:00:00Z"),
            ("November 20th, 2026 7:12 pm", "2026-11-20T19:12:00Z"),
            ("Nov. 20, 2026, 12:05 a.m.", "2026-11-20T00:05:00Z"),
            (
                "Reviewed in the United Kingdom on 2 Sept 2026",
                "2026-09-02T00:00:00Z",
            ),
            ("settembre 2026", "2026-09-01T00:00:00Z"),
            ("2026-11-20, alle 07:12", "2026-11-20T07:12:00Z"),
            ("2004-július-13T9:15-05:00", "2004-07-13T14:15:00Z"),
            ("20. März 2026", "2026-03-20T00:00:00Z"),
            ("20 de octubre de 2026", "2026-10-20T00:00:00Z"),
            ("1763622720", "2025-11-20T07:12:00Z"),
            ("1763622720000", "2025-11-20T07:12:00Z"),
        ]);
    }

    #[test]
    fn what_says_no_date_gives_none() {
        for text in [
            "",
            "ieri",
            "2 ore fa",
            "yesterday at 7:12",
            "20 novembre",
            "Nov 20",
            "7:12",
            "novembre",
            "1970-01-01T00:00:00Z",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "0",
            "0000000000",
            "0001-01-01T00:00:00",
            "0000-00-00 00:00:00",
            "1969-12-31T23:59:59-05:00",
            "30 Feb 2026",
            "2026-13-01",
            "2026-02-30",
            "31/31/2026",
            "20-11-26",
            "123",
            "2026-11-20T25:00:00Z garbage 7",
            "now",
            "null",
            "NaN",
            "Abbiamo comprato 3 forni nel 2026 per 1200 euro",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(noise in any::<String>(), close in "[0-9TZ:.,/+ a-z-]{0,40}") {
            for text in [noise, close] {
                if let Some(at) = parse_date(&text) {
                    assert!(at.to_chrono().year() >= FIRST_YEAR);
                }
            }
        }

        #[test]
        fn reads_what_is_written(seconds in 31_536_000_i64..253_402_300_799) {
            let at = Timestamp::from_seconds(seconds);
            assert_eq!(parse_date(&at.to_string()), Some(at));
            let mail = at.to_chrono().format("%a, %d %b %Y %H:%M:%S +0000").to_string();
            assert_eq!(parse_date(&mail), Some(at));
        }
    }
}
