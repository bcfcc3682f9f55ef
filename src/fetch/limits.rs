//! When a site says that it may be asked again.

use std::time::{Duration, SystemTime};

use crate::model::{Response, Timestamp};

/// No site keeps a source waiting for longer.
const LONGEST: Duration = Duration::from_hours(24);

/// Names under which vendors tell when their limit is lifted, and what is left of it.
const RESETS: [&str; 3] = ["x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset"];
const REMAINING: [&str; 3] = [
    "x-ratelimit-remaining",
    "x-rate-limit-remaining",
    "ratelimit-remaining",
];

/// `Retry-After` (RFC 9110, section 10.2.3), in seconds or as a date; at most a day away.
///
/// A date is measured against the answer's own `Date`, since servers' clocks are often wrong.
pub(crate) fn retry_after(answer: &Response, now: Timestamp) -> Option<Timestamp> {
    let value = answer.header("retry-after")?.trim();
    let wait = seconds(value).or_else(|| {
        let theirs = answer.header("date").and_then(http_date).unwrap_or(now);
        Some(http_date(value)?.since(theirs))
    })?;
    Some(now.plus(wait.min(LONGEST)))
}

/// The parameter `name` of `RateLimit: "default";r=0;t=30`
/// (draft-ietf-httpapi-ratelimit-headers), a whole number.
fn structured<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    // With several policies the first is the closest to its end.
    let first = answer.header("ratelimit")?.split(',').next()?;
    first
        .split(';')
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim())
}

/// When a vendor's limit is lifted: seconds from now, seconds or milliseconds since 1970, or
/// RFC 3339; at most a day away.
pub(crate) fn reset(answer: &Response, now: Timestamp) -> Option<Timestamp> {
    let value = RESETS
        .iter()
        .find_map(|name| answer.header(name))
        .or_else(|| structured(answer, "t"))?
        .trim();
    let until = match value.parse::<f64>() {
        Ok(number) if number > 1e12 => after_epoch(number / 1000.0)?,
        Ok(number) if number > 1e9 => after_epoch(number)?,
        Ok(_) => now.plus(seconds(value)?),
        Err(_) => Timestamp::parse(value)?,
    };
    Some(until.clamp(now, now.plus(LONGEST)))
}

/// The moment up to which nothing is left of a vendor's limit, stated with a success.
pub(crate) fn used_up(answer: &Response, now: Timestamp) -> Option<Timestamp> {
    let left = REMAINING
        .iter()
        .find_map(|name| answer.header(name))
        .or_else(|| structured(answer, "r"))?;
    let left: f64 = left.trim().parse().ok()?;
    if left >= 1.0 {
        return None;
    }
    reset(answer, now)
}

fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

fn after_epoch(seconds: f64) -> Option<Timestamp> {
    Some(Timestamp::from_seconds(0).plus(Duration::try_from_secs_f64(seconds).ok()?))
}

fn http_date(text: &str) -> Option<Timestamp> {
    let at = httpdate::parse_http_date(text.trim()).ok()?;
    let since = at.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_seconds(0).plus(since))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use url::Url;

    use super::*;

    type Headers = &'static [(&'static str, &'static str)];

    fn answer(headers: &[(&str, &str)]) -> Response {
        Response {
            status: 429,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: Bytes::new(),
            url: Url::parse("http://a.example/").unwrap(),
        }
    }

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-21T10:00:00Z").unwrap()
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let cases: &[(Headers, Option<u64>)] = &[
            (&[("retry-after", "120")], Some(120)),
            (&[("retry-after", " 0 ")], Some(0)),
            (&[("retry-after", "999999999999")], Some(86_400)),
            (&[("retry-after", "-5")], None),
            (&[("retry-after", "soon")], None),
            (
                &[("retry-after", "Sat, 21 Nov 2026 10:02:00 GMT")],
                Some(120),
            ),
            (&[("retry-after", "Sat, 21 Nov 2026 09:00:00 GMT")], Some(0)),
            // Their clock is an hour behind.
            (
                &[
                    ("retry-after", "Sat, 21 Nov 2026 09:05:00 GMT"),
                    ("date", "Sat, 21 Nov 2026 09:00:00 GMT"),
                ],
                Some(300),
            ),
            (&[], None),
        ];
        for (headers, expected) in cases {
            let wait = retry_after(&answer(headers), now()).map(|until| until.since(now()));
            assert_eq!(wait.map(|wait| wait.as_secs()), *expected, "{headers:?}");
        }
    }

    #[test]
    fn vendors_resets_are_told_apart() {
        let epoch = now().seconds() + 90;
        let cases = [
            ("x-ratelimit-reset", "90".to_owned(), Some(90)),
            ("x-ratelimit-reset", "90.0".to_owned(), Some(90)),
            ("x-rate-limit-reset", epoch.to_string(), Some(90)),
            ("x-ratelimit-reset", (epoch * 1000).to_string(), Some(90)),
            (
                "ratelimit-reset",
                "2026-11-21T10:01:30.5Z".to_owned(),
                Some(90),
            ),
            ("x-ratelimit-reset", "1".to_owned(), Some(1)),
            ("x-ratelimit-reset", "NaN".to_owned(), None),
            (
                "x-ratelimit-reset",
                "1999-01-01T00:00:00Z".to_owned(),
                Some(0),
            ),
            ("x-ratelimit-reset", "9e99".to_owned(), None),
        ];
        for (name, value, expected) in cases {
            let wait = reset(&answer(&[(name, &value)]), now()).map(|until| until.since(now()));
            assert_eq!(wait.map(|wait| wait.as_secs()), expected, "{name}: {value}");
        }
    }

    #[test]
    fn a_limit_that_is_used_up_is_seen_in_a_success() {
        let until = |left: &str| {
            used_up(
                &answer(&[("x-ratelimit-remaining", left), ("x-ratelimit-reset", "60")]),
                now(),
            )
        };
        assert_eq!(until("0.0"), Some(now().plus(Duration::from_mins(1))));
        assert_eq!(until("12"), None);
        for (value, expected) in [
            ("\"default\";r=0;t=30", Some(30)),
            ("\"default\";r=4;t=30, \"day\";r=0;t=3000", None),
            ("r=0", None),
        ] {
            let until = used_up(&answer(&[("ratelimit", value)]), now());
            assert_eq!(until.map(|until| until.since(now()).as_secs()), expected);
        }
    }
}
