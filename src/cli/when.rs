//! Moments and spans as people type them on the command line.

use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::Tz;
use clap::Args;

use crate::config::parse_duration;
use crate::index::Window;
use crate::model::Timestamp;

/// `--since` and `--until`: a span back from now (`7d`, `24h`), a day, or a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// So long ago.
    Ago(Duration),
    /// A day of the instance's calendar.
    Day(NaiveDate),
    /// A moment.
    Moment(Timestamp),
}

// Without docs of its own, which clap would take for those of the command that it is part of.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Between {
    /// Published at or after: 90m, 24h, 7d, 2w, 2026-11-01, or a time
    #[arg(long, value_parser = When::parse, value_name = "WHEN")]
    pub(crate) since: Option<When>,

    /// Published at or before; a day is meant whole
    #[arg(long, value_parser = When::parse, value_name = "WHEN")]
    pub(crate) until: Option<When>,
}

impl Between {
    /// The time that they mean: all where neither is given.
    pub(crate) fn window(self, zone: Tz, now: Timestamp) -> Window {
        Window {
            since: self.since.map(|when| when.start(zone, now)),
            until: self.until.map(|when| when.end(zone, now)),
        }
    }
}

impl When {
    /// Reads what was typed; the error says what can be.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if let Some(span) = parse_duration(text) {
            return Ok(Self::Ago(span));
        }
        if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Ok(Self::Day(day));
        }
        Timestamp::parse(text).map(Self::Moment).ok_or_else(|| {
            "expected a span such as 90m, 24h, 7d or 2w, a day such as 2026-11-01, \
             or a time such as 2026-11-01T08:00:00Z"
                .to_owned()
        })
    }

    /// The first moment that it means.
    pub(crate) fn start(self, zone: Tz, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago(span) => now.minus(span),
            Self::Moment(at) => at,
            Self::Day(day) => Timestamp::start_of_day(zone, day),
        }
    }

    /// The first moment after what it means: a day is meant whole.
    pub(crate) fn end(self, zone: Tz, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago(span) => now.minus(span),
            Self::Moment(at) => at,
            Self::Day(day) => Timestamp::start_of_day(zone, day.succ_opt().unwrap_or(day)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_spans_days_and_moments() {
        let zone = chrono_tz::Europe::Rome;
        let now = Timestamp::parse("2026-11-21T12:00:00Z").unwrap();
        for (text, start, end) in [
            ("24h", "2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z"),
            ("1w", "2026-11-14T12:00:00Z", "2026-11-14T12:00:00Z"),
            ("2026-11-01", "2026-10-31T23:00:00Z", "2026-11-01T23:00:00Z"),
            (
                "2026-11-01T08:00:00+01:00",
                "2026-11-01T07:00:00Z",
                "2026-11-01T07:00:00Z",
            ),
        ] {
            let when = When::parse(text).unwrap();
            assert_eq!(when.start(zone, now).to_string(), start, "{text}");
            assert_eq!(when.end(zone, now).to_string(), end, "{text}");
        }
        for text in [
            "",
            "7",
            "d",
            "7 days",
            "yesterday",
            "-7d",
            "99999999999999999999w",
        ] {
            assert!(When::parse(text).is_err(), "{text}");
        }
    }
}
