//! Quiet hours.

use chrono_tz::Tz;

use crate::config::QuietHours;
use crate::model::Timestamp;

/// Whether `at` lies in quiet hours, by the clocks of `zone`; they may pass midnight.
pub(super) fn is_quiet(hours: Option<QuietHours>, zone: Tz, at: Timestamp) -> bool {
    hours.is_some_and(|hours| {
        let time = at.in_zone(zone).time();
        if hours.from <= hours.to {
            (hours.from..hours.to).contains(&time)
        } else {
            time >= hours.from || time < hours.to
        }
    })
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;

    use super::*;

    #[test]
    fn quiet_hours_may_pass_midnight_and_keep_to_the_clocks() {
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        let night = Some(QuietHours {
            from: hour(22),
            to: hour(7),
        });
        let lunch = Some(QuietHours {
            from: hour(12),
            to: hour(14),
        });
        let zone = chrono_tz::Europe::Rome;
        for (hours, at, quiet) in [
            (night, "2026-11-20T21:30:00Z", true),
            (night, "2026-11-20T20:59:00Z", false),
            (night, "2026-11-20T05:59:00Z", true),
            (night, "2026-11-20T06:00:00Z", false),
            // In summer the same hour is another one by UTC.
            (night, "2026-07-20T05:00:00Z", false),
            (lunch, "2026-11-20T11:00:00Z", true),
            (lunch, "2026-11-20T13:00:00Z", false),
            (None, "2026-11-20T03:00:00Z", false),
        ] {
            let at = Timestamp::parse(at).unwrap();
            assert_eq!(is_quiet(hours, zone, at), quiet, "{at}");
        }
    }
}
