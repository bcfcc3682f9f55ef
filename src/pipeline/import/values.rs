//! Dates, numbers and words as people and spreadsheets write them in cells.

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};
use chrono_tz::Tz;

use crate::extract::parse_date;
use crate::model::{ItemKind, Lang, Timestamp};

/// Numbers that a spreadsheet means as days since the end of 1899: from 1954 to 2119.
const SERIALS: std::ops::Range<f64> = 20_000.0..80_000.0;

/// A moment in any of the usual shapes; one without a zone is in `zone`.
pub(super) fn moment(text: &str, zone: Tz) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(serial) = number(text).filter(|serial| SERIALS.contains(serial)) {
        return spreadsheet_day(serial).and_then(|local| Timestamp::of_local(zone, local));
    }
    let read = parse_date(text)?;
    if has_zone(text, read) {
        return Some(read);
    }
    Timestamp::of_local(zone, read.to_chrono().naive_utc())
}

/// Whether a date that was read names its zone, or is a number of seconds, which has none.
fn has_zone(text: &str, read: Timestamp) -> bool {
    if text.bytes().all(|byte| byte.is_ascii_digit()) && matches!(text.len(), 10 | 13) {
        return true;
    }
    if !text.contains(':') {
        // `20/11/2026`; but `2026-11-20Z` too, which nobody writes.
        return false;
    }
    // A zone behind one that stands there already changes nothing.
    let moved = parse_date(&format!("{text} +01:00"));
    moved.is_none_or(|moved| moved.millis() != read.millis() - 3_600_000)
}

/// The moment that a spreadsheet writes as a number of days.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the number is within 20,000 to 80,000"
)]
fn spreadsheet_day(serial: f64) -> Option<NaiveDateTime> {
    let day = NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(serial as u64))?;
    let seconds = (serial.fract() * 86_400.0).round() as i64;
    day.and_hms_opt(0, 0, 0)?
        .checked_add_signed(TimeDelta::seconds(seconds))
}

/// A number with a decimal point or comma.
pub(super) fn number(text: &str) -> Option<f64> {
    let plain = text.trim().replace(',', ".");
    let number: f64 = plain.parse().ok()?;
    number.is_finite().then_some(number)
}

/// Stars out of five: `4`, `4,5`, `4/5`, `★★★★`.
pub(super) fn rating(text: &str) -> Option<f64> {
    let text = text.trim();
    let signs = text.chars().filter(|c| *c == '★').count();
    let stars = if signs > 0 {
        u32::try_from(signs).ok().map(f64::from)
    } else {
        number(text.strip_suffix("/5").unwrap_or(text))
    };
    stars.filter(|stars| (0.0..=5.0).contains(stars))
}

/// A count: `1200`, `1.200`, `1,200`, `1 200`, `1,2k`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the product is not negative, and what is too large becomes the largest count"
)]
pub(super) fn count(text: &str) -> Option<u64> {
    let text = text.trim().to_lowercase();
    for (unit, times) in [("k", 1e3), ("m", 1e6)] {
        if let Some(figures) = text.strip_suffix(unit) {
            let value = number(figures.trim()).filter(|value| *value >= 0.0)?;
            return Some((value * times).round() as u64);
        }
    }
    let figures: String = text
        .chars()
        .filter(|c| !matches!(c, '.' | ',' | ' ' | '\u{a0}' | '\u{202f}' | '\''))
        .collect();
    // `12.5` is no count of thousands.
    let groups = text
        .split(['.', ',', ' ', '\u{a0}', '\u{202f}', '\''])
        .skip(1);
    if groups.clone().all(|group| group.len() == 3) {
        return figures.parse().ok();
    }
    number(&text)
        .filter(|n| *n >= 0.0)
        .map(|n| n.round() as u64)
}

/// What kind of thing it is, in English or Italian.
pub(super) fn kind(text: &str) -> Option<ItemKind> {
    let text = text.trim().to_lowercase();
    ItemKind::parse(&text).or(match text.as_str() {
        "commento" | "reply" | "risposta" => Some(ItemKind::Comment),
        "recensione" => Some(ItemKind::Review),
        "articolo" | "news" | "notizia" | "blog" => Some(ItemKind::Article),
        "domanda" => Some(ItemKind::Question),
        "messaggio" | "email" => Some(ItemKind::Message),
        _ => None,
    })
}

/// A language by its code, or by its name in English or Italian.
pub(super) fn language(text: &str) -> Option<Lang> {
    let text = text.trim().to_lowercase();
    match text.as_str() {
        "italian" | "italiano" | "ita" => Some(Lang::IT),
        "english" | "inglese" | "eng" => Some(Lang::EN),
        "german" | "tedesco" | "deutsch" => Some(Lang::DE),
        "french" | "francese" | "français" => Some(Lang::FR),
        "spanish" | "spagnolo" | "español" => Some(Lang::ES),
        other => Lang::parse(other),
    }
}

/// Whether a cell says yes.
pub(super) fn yes(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" | "vero" | "yes" | "sì" | "si" | "1" => Some(true),
        "false" | "falso" | "no" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_without_a_zone_are_local() {
        let rome = chrono_tz::Europe::Rome;
        for (text, expected) in [
            ("2026-11-20T07:12:00Z", "2026-11-20T07:12:00Z"),
            ("2026-11-20T07:12:00+02:00", "2026-11-20T05:12:00Z"),
            ("2026-11-20 07:12", "2026-11-20T06:12:00Z"),
            ("20/11/2026 07:12", "2026-11-20T06:12:00Z"),
            ("20/07/2026 07:12:30", "2026-07-20T05:12:30Z"),
            ("20/11/2026", "2026-11-19T23:00:00Z"),
            ("20.11.26", "2026-11-19T23:00:00Z"),
            ("20 novembre 2026", "2026-11-19T23:00:00Z"),
            ("Fri, 20 Nov 2026 07:12:00 GMT", "2026-11-20T07:12:00Z"),
            ("Nov 20, 2026 7:12 PM", "2026-11-20T18:12:00Z"),
            ("1795158720", "2026-11-20T07:12:00Z"),
            ("46346", "2026-11-19T23:00:00Z"),
            ("46346,3", "2026-11-20T06:12:00Z"),
            // The clock leaps from 2:00 to 3:00.
            ("2026-03-29 02:30", "2026-03-29T01:00:00Z"),
        ] {
            let read = moment(text, rome).map(|at| at.to_string());
            assert_eq!(read.as_deref(), Some(expected), "{text}");
        }
        for text in ["", "boh", "2 ore fa", "31/02/2026"] {
            assert_eq!(moment(text, rome), None, "{text}");
        }
    }

    #[test]
    fn numbers_as_people_write_them() {
        for (text, expected) in [
            ("1200", Some(1200)),
            ("1.200", Some(1200)),
            ("1,234,567", Some(1_234_567)),
            ("1 200", Some(1200)),
            ("1,2k", Some(1200)),
            ("12.0", Some(12)),
            ("-3", None),
            ("n/a", None),
        ] {
            assert_eq!(count(text), expected, "{text}");
        }
        for (text, expected) in [
            ("4", Some(4.0)),
            ("4,5", Some(4.5)),
            ("3/5", Some(3.0)),
            ("★★☆☆☆", Some(2.0)),
            ("80", None),
        ] {
            assert_eq!(rating(text), expected, "{text}");
        }
        assert_eq!(kind("Recensione"), Some(ItemKind::Review));
        assert_eq!(language("Italiano"), Some(Lang::IT));
    }
}
