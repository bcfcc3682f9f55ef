//! The values of keys that tell the time: durations, times of day, weekdays.

use std::ops::RangeInclusive;
use std::time::Duration;

use chrono::{NaiveTime, Weekday};

use super::nearest::nearest;
use super::section::short;
use super::value::Fault;
use super::watchlist::QuietHours;

const DAY: u64 = 86_400;

/// The longest duration that is read: a hundred years.
pub(super) const LONGEST: Duration = Duration::from_secs(36_500 * DAY);

/// A duration as it is written in files, `24h` or `1h30m`; `None` for anything else.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    duration(text).ok()
}

/// A number and a unit: `90s`, `15m`, `6h`, `400d`, `2w`, or several as in `1h30m`.
pub(super) fn duration(text: &str) -> Result<Duration, Fault> {
    let wrong = || {
        Fault::new(format!("`{}` is not a duration", short(text))).hint(
            meant_duration(text).map_or_else(
                || {
                    "a number and a unit, such as \"90s\", \"15m\", \"6h\", \"30d\" or \"2w\""
                        .to_owned()
                },
                |meant| format!("did you mean \"{meant}\"?"),
            ),
        )
    };
    let mut seconds: u64 = 0;
    let mut rest = text;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at_checked(digits).ok_or_else(wrong)?;
        let unit = after.chars().next().and_then(unit).ok_or_else(wrong)?;
        if number.is_empty() {
            return Err(wrong());
        }
        seconds = number
            .parse::<u64>()
            .ok()
            .and_then(|number| number.checked_mul(unit))
            .and_then(|part| part.checked_add(seconds))
            .filter(|seconds| *seconds <= LONGEST.as_secs())
            .ok_or_else(|| {
                Fault::new(format!("`{}` is longer than a hundred years", short(text)))
            })?;
        rest = after.get(1..).unwrap_or_default();
    }
    Ok(Duration::from_secs(seconds))
}

fn unit(letter: char) -> Option<u64> {
    match letter {
        's' => Some(1),
        'm' => Some(60),
        'h' => Some(3_600),
        'd' => Some(DAY),
        'w' => Some(7 * DAY),
        _ => None,
    }
}

/// `15 min`, `2 ore`, `1 year` in the form that is read.
fn meant_duration(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text.get(..digits)?.parse().ok()?;
    let word = text.get(digits..)?.trim();
    let (factor, unit) = match word {
        "s" | "sec" | "secs" | "second" | "seconds" | "secondi" => (1, 's'),
        "" | "m" | "min" | "mins" | "minute" | "minutes" | "minuto" | "minuti" => (1, 'm'),
        "h" | "hour" | "hours" | "ora" | "ore" => (1, 'h'),
        "d" | "day" | "days" | "g" | "gg" | "giorno" | "giorni" => (1, 'd'),
        "w" | "week" | "weeks" | "settimana" | "settimane" => (1, 'w'),
        "month" | "months" | "mo" | "mese" | "mesi" => (30, 'd'),
        "y" | "year" | "years" | "anno" | "anni" => (365, 'd'),
        _ => return None,
    };
    Some(format!("{}{unit}", number.checked_mul(factor)?))
}

/// A duration within bounds.
pub(super) fn duration_within(
    range: RangeInclusive<Duration>,
) -> impl FnOnce(&str) -> Result<Duration, Fault> {
    move |text| {
        let found = duration(text)?;
        if found < *range.start() {
            Err(Fault::new(format!(
                "`{text}` is too short: {} at least",
                written_duration(*range.start())
            )))
        } else if found > *range.end() {
            Err(Fault::new(format!(
                "`{text}` is too long: {} at most",
                written_duration(*range.end())
            )))
        } else {
            Ok(found)
        }
    }
}

/// A duration as it is written in a file: `90s`, `6h`, `14d`.
pub(crate) fn written_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    for (unit, letter) in [(DAY, 'd'), (3_600, 'h'), (60, 'm')] {
        if seconds > 0 && seconds.is_multiple_of(unit) {
            return format!("{}{letter}", seconds / unit);
        }
    }
    format!("{seconds}s")
}

/// A time of day, `08:30`.
pub(super) fn time_of_day(text: &str) -> Result<NaiveTime, Fault> {
    let parts = |separator: char| -> Option<(u32, u32)> {
        let (hour, minute) = text.trim().split_once(separator)?;
        let number = |part: &str, length: RangeInclusive<usize>| {
            (length.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse().ok())
                .flatten()
        };
        Some((number(hour, 1..=2)?, number(minute, 2..=2)?))
    };
    if let Some(time) =
        parts(':').and_then(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0))
    {
        return Ok(time);
    }
    let meant = match parts(':').or_else(|| parts('.')).or_else(|| parts('h')) {
        Some((24, 0)) => Some("00:00".to_owned()),
        Some((hour, minute)) if hour < 24 && minute < 60 => Some(format!("{hour:02}:{minute:02}")),
        _ => None,
    };
    Err(
        Fault::new(format!("`{}` is not a time of day", short(text))).hint(meant.map_or_else(
            || "write hours and minutes from 00:00 to 23:59, such as \"08:30\"".to_owned(),
            |meant| format!("did you mean \"{meant}\"?"),
        )),
    )
}

/// The minute of the hour, `:05`.
pub(super) fn minute_of_hour(text: &str) -> Result<u32, Fault> {
    let minute = text
        .strip_prefix(':')
        .filter(|minute| minute.len() == 2 && minute.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|minute| minute.parse().ok())
        .filter(|minute| *minute < 60);
    minute.ok_or_else(|| {
        let last = text.rsplit(':').next().unwrap_or_default();
        let hint = match last.parse::<u32>() {
            Ok(minute) if minute < 60 => format!("did you mean \":{minute:02}\"?"),
            _ => "write the minute from \":00\" to \":59\"".to_owned(),
        };
        Fault::new(format!("`{}` is not a minute of the hour", short(text))).hint(hint)
    })
}

/// A span of the day, `22:00-07:00`.
pub(super) fn quiet_hours(text: &str) -> Result<QuietHours, Fault> {
    let Some((from, to)) = text.split_once(['-', '–', '—']) else {
        return Err(
            Fault::new(format!("`{}` is not a span of the day", short(text)))
                .hint("write \"22:00-07:00\"".to_owned()),
        );
    };
    let (Ok(from), Ok(to)) = (time_of_day(from), time_of_day(to)) else {
        let hour = |text: &str| text.trim().parse::<u32>().ok().filter(|hour| *hour < 24);
        let meant = match (hour(from), hour(to)) {
            (Some(from), Some(to)) => format!("did you mean \"{from:02}:00-{to:02}:00\"?"),
            _ => "write \"22:00-07:00\"".to_owned(),
        };
        return Err(Fault::new(format!("`{}` is not a span of the day", short(text))).hint(meant));
    };
    let hours = QuietHours { from, to };
    if hours.from == hours.to {
        return Err(Fault::new(format!(
            "`{}` begins and ends at the same minute",
            short(text)
        ))
        .hint("leave `quiet_hours` out where there are none".to_owned()));
    }
    Ok(hours)
}

/// A day of the week, by its English name or the first three letters of it.
pub(super) fn weekday(text: &str) -> Result<Weekday, Fault> {
    const DAYS: [(&str, &str, Weekday); 7] = [
        ("monday", "lunedi", Weekday::Mon),
        ("tuesday", "martedi", Weekday::Tue),
        ("wednesday", "mercoledi", Weekday::Wed),
        ("thursday", "giovedi", Weekday::Thu),
        ("friday", "venerdi", Weekday::Fri),
        ("saturday", "sabato", Weekday::Sat),
        ("sunday", "domenica", Weekday::Sun),
    ];
    let lower = text.to_lowercase().replace('ì', "i");
    let named = DAYS
        .iter()
        .find(|(english, ..)| lower == *english || english.get(..3) == Some(lower.as_str()));
    if let Some((_, _, day)) = named {
        return Ok(*day);
    }
    let italian = DAYS.iter().find(|(_, italian, _)| lower == *italian);
    let meant = italian
        .map(|(english, ..)| *english)
        .or_else(|| nearest(&lower, DAYS.iter().map(|(english, ..)| *english)));
    Err(
        Fault::new(format!("`{}` is not a day of the week", short(text))).hint(meant.map_or_else(
            || "write \"monday\" … \"sunday\"".to_owned(),
            |meant| format!("did you mean \"{meant}\"?"),
        )),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint<T: std::fmt::Debug>(result: Result<T, Fault>) -> String {
        result.unwrap_err().hint.unwrap_or_default()
    }

    #[test]
    fn reads_durations() {
        for (text, seconds) in [
            ("0s", 0),
            ("90s", 90),
            ("15m", 900),
            ("1h30m", 5_400),
            ("400d", 400 * 86_400),
            ("2w", 14 * 86_400),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for (text, meant) in [
            ("15 min", "did you mean \"15m\"?"),
            ("15", "did you mean \"15m\"?"),
            ("2 ore", "did you mean \"2h\"?"),
            ("6 months", "did you mean \"180d\"?"),
            ("2H", "did you mean \"2h\"?"),
        ] {
            assert_eq!(hint(duration(text)), meant, "{text}");
        }
        for text in [
            "",
            "m",
            "h5",
            "1.5h",
            "-5m",
            "5m5",
            "99999999999999999999d",
            "5é",
            "40000d",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
        for text in ["90s", "6h", "14d", "0s"] {
            assert_eq!(written_duration(duration(text).unwrap()), text);
        }
    }

    #[test]
    fn reads_times() {
        let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        assert_eq!(time_of_day("08:30"), Ok(time(8, 30)));
        assert_eq!(time_of_day("8:30"), Ok(time(8, 30)));
        assert_eq!(hint(time_of_day("8.30")), "did you mean \"08:30\"?");
        assert_eq!(hint(time_of_day("24:00")), "did you mean \"00:00\"?");
        for text in [
            "", "8", "25:00", "08:60", "08:5", "+8:30", "08:30:00", "8am",
        ] {
            assert!(time_of_day(text).is_err(), "{text}");
        }
        assert_eq!(minute_of_hour(":05"), Ok(5));
        assert_eq!(hint(minute_of_hour("08:05")), "did you mean \":05\"?");
        assert_eq!(hint(minute_of_hour("5")), "did you mean \":05\"?");
        assert!(minute_of_hour(":60").is_err());
        let quiet = quiet_hours("22:00 – 07:00").unwrap();
        assert_eq!((quiet.from, quiet.to), (time(22, 0), time(7, 0)));
        assert!(quiet_hours("22:00").is_err());
        assert!(quiet_hours("22:00-22:00").is_err());
        assert_eq!(weekday("Monday"), Ok(Weekday::Mon));
        assert_eq!(weekday("thu"), Ok(Weekday::Thu));
        assert_eq!(hint(weekday("lunedì")), "did you mean \"monday\"?");
        assert_eq!(hint(weekday("wensday")), "did you mean \"wednesday\"?");
    }
}
