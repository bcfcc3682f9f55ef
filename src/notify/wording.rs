//! Numbers, dates and spans of time as a reader of Italian or English writes them.

use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, Weekday};
use chrono_tz::Tz;

use super::texts::{self, Plural, Texts};
use crate::model::{Timestamp, Window};

/// `1.247` or `1,247`.
pub(super) fn number(texts: &Texts, n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(texts.thousands);
        }
        out.push(digit);
    }
    out
}

/// A number with one digit after the comma and always a sign: `−2,1`, `+0,5`, `0`.
pub(super) fn signed(texts: &Texts, value: f64) -> String {
    let rounded = format!("{:.1}", value.abs());
    let figures = rounded.strip_suffix(".0").unwrap_or(&rounded);
    let figures = figures.replace('.', texts.decimal);
    sign(value.is_sign_negative(), figures)
}

/// A number of points, rounded, with a sign: `−18`, `+4`, `0`.
pub(super) fn points(texts: &Texts, value: f64) -> String {
    sign(value.is_sign_negative(), whole(texts, value))
}

/// A share as a percentage: `43%`.
pub(super) fn percent(texts: &Texts, share: f64) -> String {
    format!("{}%", whole(texts, share * 100.0))
}

/// The absolute value, rounded to a whole number.
fn whole(texts: &Texts, value: f64) -> String {
    let figures = format!("{:.0}", value.abs());
    figures.parse().map_or(figures, |n: u64| number(texts, n))
}

fn sign(negative: bool, figures: String) -> String {
    if figures == "0" {
        figures
    } else if negative {
        format!("−{figures}")
    } else {
        format!("+{figures}")
    }
}

/// Stars out of five: `4`, `3,5`.
pub(super) fn stars(texts: &Texts, rating: f64) -> String {
    let figures = format!("{rating:.1}");
    figures
        .strip_suffix(".0")
        .map_or_else(|| figures.replace('.', texts.decimal), str::to_owned)
}

/// `mar 4 nov`.
pub(super) fn day(texts: &Texts, day: NaiveDate) -> String {
    let weekday = weekday(texts, day.weekday());
    let month = usize::try_from(day.month0()).unwrap_or(0);
    let month = texts.months.get(month).copied().unwrap_or_default();
    format!("{weekday} {} {month}", day.day())
}

/// `mar 4 nov 08:00`, in the reader's zone; the day of the month is not parted from its month.
pub(super) fn moment(texts: &Texts, at: Timestamp, zone: Tz) -> String {
    let at = at.in_zone(zone);
    let day = day(texts, at.date_naive());
    let day = day.rsplit_once(' ');
    let day = day.map_or_else(String::new, |(day, month)| format!("{day}\u{a0}{month}"));
    format!("{day} {}", at.format("%H:%M"))
}

/// `lun 3 nov 08:00 – mar 4 nov 08:00, Europe/Rome`; the year where it is not the same, the day
/// once where it is.
pub(super) fn window(texts: &Texts, window: &Window) -> String {
    let (from, to) = (
        window.from.in_zone(window.timezone),
        window.to.in_zone(window.timezone),
    );
    let zone = window.timezone.name();
    if from.date_naive() == to.date_naive() {
        let start = moment(texts, window.from, window.timezone);
        return format!("{start} – {}, {zone}", to.format("%H:%M"));
    }
    let full = |at: &DateTime<Tz>| {
        let day = day(texts, at.date_naive());
        let time = at.format("%H:%M");
        if from.year() == to.year() {
            format!("{day} {time}")
        } else {
            format!("{day} {} {time}", at.year())
        }
    };
    format!("{} – {}, {zone}", full(&from), full(&to))
}

/// How long something has been waiting: `aspetta da 40 minuti`, `aspetta da 2 giorni`.
pub(super) fn waiting(texts: &Texts, span: Duration) -> String {
    let units = [
        texts.waiting_minutes,
        texts.waiting_hours,
        texts.waiting_days,
    ];
    in_the_largest(texts, span, units)
}

/// How long ago something was: `40 minuti fa`, `5 ore fa`, `2 giorni fa`.
pub(super) fn ago(texts: &Texts, span: Duration) -> String {
    texts::fill(texts.alert.ago, &[&roughly(texts, span)])
}

/// A span in the largest unit that fits: `40 minuti`, `5 ore`, `2 giorni`.
pub(super) fn roughly(texts: &Texts, span: Duration) -> String {
    let alert = &texts.alert;
    in_the_largest(texts, span, [alert.minutes, alert.hours, alert.days])
}

fn in_the_largest(texts: &Texts, span: Duration, units: [Plural; 3]) -> String {
    let [in_minutes, in_hours, in_days] = units;
    let minutes = span.as_secs() / 60;
    let (hours, days) = (minutes / 60, minutes / (60 * 24));
    if days >= 2 {
        in_days.with(texts, days)
    } else if hours >= 1 {
        in_hours.with(texts, hours)
    } else {
        in_minutes.with(texts, minutes.max(1))
    }
}

fn weekday(texts: &Texts, day: Weekday) -> &'static str {
    let at = usize::try_from(day.num_days_from_monday()).unwrap_or(0);
    texts.weekdays.get(at).copied().unwrap_or_default()
}

/// The whole name of a weekday, as in `ogni lunedì`.
pub(super) fn long_weekday(texts: &Texts, day: Weekday) -> &'static str {
    let at = usize::try_from(day.num_days_from_monday()).unwrap_or(0);
    texts.long_weekdays.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::texts::{ENGLISH, ITALIAN};
    use super::*;

    fn span(from: &str, to: &str, timezone: Tz) -> Window {
        Window {
            from: Timestamp::parse(from).unwrap(),
            to: Timestamp::parse(to).unwrap(),
            timezone,
        }
    }

    #[test]
    fn numbers_read_as_the_language_writes_them() {
        for (n, italian, english) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1_247, "1.247", "1,247"),
            (12_345_678, "12.345.678", "12,345,678"),
        ] {
            assert_eq!(number(&ITALIAN, n), italian);
            assert_eq!(number(&ENGLISH, n), english);
        }
        assert_eq!(signed(&ITALIAN, -2.1), "−2,1");
        assert_eq!(signed(&ENGLISH, 3.0), "+3");
        assert_eq!(signed(&ENGLISH, -0.01), "0");
        assert_eq!(points(&ITALIAN, -17.6), "−18");
        assert_eq!(percent(&ENGLISH, 0.426), "43%");
        assert_eq!(stars(&ITALIAN, 3.5), "3,5");
        assert_eq!(stars(&ITALIAN, 4.0), "4");
    }

    #[test]
    fn windows_are_stated_in_the_readers_zone() {
        let night = span(
            "2025-11-03T07:00:00Z",
            "2025-11-04T07:00:00Z",
            chrono_tz::Europe::Rome,
        );
        assert_eq!(
            window(&ITALIAN, &night),
            "lun 3 nov 08:00 – mar 4 nov 08:00, Europe/Rome"
        );
        assert_eq!(
            window(&ENGLISH, &night),
            "Mon 3 Nov 08:00 – Tue 4 Nov 08:00, Europe/Rome"
        );
        // The clock goes back in between: the same local time, 25 hours apart.
        let autumn = span(
            "2026-10-24T06:30:00Z",
            "2026-10-25T07:30:00Z",
            chrono_tz::Europe::Rome,
        );
        assert_eq!(
            window(&ENGLISH, &autumn),
            "Sat 24 Oct 08:30 – Sun 25 Oct 08:30, Europe/Rome"
        );
        let hour = span(
            "2026-11-20T02:30:00Z",
            "2026-11-20T03:30:00Z",
            chrono_tz::Asia::Kolkata,
        );
        assert_eq!(
            texts::plain(&window(&ENGLISH, &hour)),
            "Fri 20 Nov 08:00 – 09:00, Asia/Kolkata"
        );
        let years = span(
            "2026-12-31T05:00:00Z",
            "2027-01-01T05:00:00Z",
            chrono_tz::UTC,
        );
        assert_eq!(
            window(&ITALIAN, &years),
            "gio 31 dic 2026 05:00 – ven 1 gen 2027 05:00, UTC"
        );
    }

    #[test]
    fn waiting_is_told_in_the_largest_unit_that_fits() {
        for (minutes, italian, english) in [
            (0, "1 minuto", "1 minute"),
            (40, "40 minuti", "40 minutes"),
            (60, "1 ora", "1 hour"),
            (119, "1 ora", "1 hour"),
            (47 * 60, "47 ore", "47 hours"),
            (49 * 60, "2 giorni", "2 days"),
        ] {
            let span = Duration::from_secs(minutes * 60);
            let said = |told: String| texts::plain(&told);
            assert_eq!(
                said(waiting(&ITALIAN, span)),
                format!("aspetta da {italian}")
            );
            assert_eq!(
                said(waiting(&ENGLISH, span)),
                format!("waiting for {english}")
            );
            assert_eq!(said(ago(&ITALIAN, span)), format!("{italian} fa"));
            assert_eq!(said(ago(&ENGLISH, span)), format!("{english} ago"));
        }
    }
}
