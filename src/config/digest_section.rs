//! `[[digest]]`, read, and what alerts have in common with it: names and recipients.

use chrono::{NaiveTime, Weekday};

use super::cron;
use super::document::{Document, Finding};
use super::queries;
use super::section::{Section, short};
use super::settings::Settings;
use super::time_value::{minute_of_hour, time_of_day, weekday};
use super::value::{self, Fault, mail_address, mail_language, time_zone};
use super::watchlist::{Digest, Schedule, WhenEmpty};
use crate::model::WatchlistId;
use crate::query::Role;

/// When a daily or weekly digest is sent that says nothing else.
const MORNING: NaiveTime = match NaiveTime::from_hms_opt(8, 0, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Every {
    Hour,
    Day,
    Week,
}

/// Reads one `[[digest]]`; `None` where it lacks what it cannot do without.
pub(super) fn digest<'t>(
    document: &mut Document<'t>,
    section: &Section<'t>,
    watchlist: &WatchlistId,
    settings: &Settings,
) -> Option<Digest> {
    let name = section.parsed(document, "name", name);
    let to = recipients(document, section);
    let schedule = schedule(document, section);
    let timezone = section.parsed(document, "timezone", time_zone);
    let language = section.parsed(document, "language", mail_language);
    let when_empty = section.parsed(document, "when_empty", |text| {
        value::choice(
            text,
            &[("skip", WhenEmpty::Skip), ("send", WhenEmpty::Send)],
            &[("never", "skip"), ("always", "send")],
        )
    });
    let filter = section
        .text(document, "filter")
        .and_then(|text| queries::query(document, &text, Role::Search, &settings.names));
    let schedule = schedule?;
    let name = name.unwrap_or_else(|| schedule.as_str().to_owned());
    Some(Digest {
        key: format!("{watchlist}/{name}"),
        to,
        schedule,
        timezone: timezone.unwrap_or(settings.timezone),
        language: language.unwrap_or(settings.language),
        when_empty: when_empty.unwrap_or(WhenEmpty::Skip),
        filter,
    })
}

fn schedule<'t>(document: &mut Document<'t>, section: &Section<'t>) -> Option<Schedule> {
    if section.has("cron") {
        for key in ["every", "at", "on"] {
            if section.has(key) {
                document.report(
                    Finding::error(
                        section.place(key),
                        format!("`cron` and `{key}` both say when"),
                    )
                    .hint("keep one of them".to_owned()),
                );
            }
        }
        return section
            .parsed(document, "cron", cron::line)
            .map(Schedule::Cron);
    }
    if !section.has("every") {
        section.report_missing(
            document,
            "every",
            "every = \"daily\" (or \"hourly\", \"weekly\")",
        );
    }
    let every = section.parsed(document, "every", |text| {
        value::choice(
            text,
            &[
                ("hourly", Every::Hour),
                ("daily", Every::Day),
                ("weekly", Every::Week),
            ],
            &[
                ("1h", "hourly"),
                ("hour", "hourly"),
                ("1d", "daily"),
                ("24h", "daily"),
                ("day", "daily"),
                ("7d", "weekly"),
                ("1w", "weekly"),
                ("week", "weekly"),
            ],
        )
    });
    let on = section.parsed(document, "on", weekday);
    if section.has("on") && every.is_some_and(|every| every != Every::Week) {
        document.report(
            Finding::error(section.place("on"), "only a weekly digest has a day")
                .hint("write every = \"weekly\", or take `on` away".to_owned()),
        );
    }
    let (minute, at) = moment(document, section, every);
    match every? {
        Every::Hour => Some(Schedule::Hourly { minute }),
        Every::Day => Some(Schedule::Daily { at }),
        Every::Week => Some(Schedule::Weekly {
            on: on.unwrap_or(Weekday::Mon),
            at,
        }),
    }
}

/// `at`: a minute of the hour for hourly digests, a time of day for others.
fn moment<'t>(
    document: &mut Document<'t>,
    section: &Section<'t>,
    every: Option<Every>,
) -> (u32, NaiveTime) {
    // TOML 1.1 has times without quotes, and `at = 08:30` says what is meant.
    let bare = section
        .get("at")
        .and_then(|value| value.get_ref().as_datetime())
        .filter(|at| at.date.is_none() && at.offset.is_none())
        .and_then(|at| at.time.as_ref())
        .and_then(|time| NaiveTime::from_hms_opt(time.hour.into(), time.minute.into(), 0));
    match (every, bare) {
        (Some(Every::Hour), None) => {
            let minute = section.parsed(document, "at", minute_of_hour);
            (minute.unwrap_or(0), MORNING)
        }
        (Some(Every::Hour), Some(time)) => {
            let minute = time.format("%M");
            document.report(
                Finding::error(
                    section.place("at"),
                    "an hourly digest has a minute, not a time of day",
                )
                .hint(format!("write at = \":{minute}\"")),
            );
            (0, MORNING)
        }
        (_, Some(time)) => (0, time),
        (_, None) => {
            let at = section.parsed(document, "at", time_of_day);
            (0, at.unwrap_or(MORNING))
        }
    }
}

/// `to`: at least one address, none twice.
pub(super) fn recipients<'t>(document: &mut Document<'t>, section: &Section<'t>) -> Vec<String> {
    let mut addresses: Vec<String> = Vec::new();
    let sample = "to = [\"care@your-brand.example\"]";
    if !section.has("to") {
        if !section.has("webhooks") {
            section.report_missing(document, "to", sample);
        }
        return addresses;
    }
    let written = section.texts(document, "to");
    let is_empty_list = section
        .get("to")
        .and_then(|value| value.get_ref().as_array())
        .is_some_and(|list| list.is_empty());
    if is_empty_list {
        document.report(
            Finding::error(section.place("to"), "`to` names nobody")
                .hint(format!("write {sample}")),
        );
    }
    for text in written {
        let Some(address) = text.read(document, mail_address) else {
            continue;
        };
        if addresses
            .iter()
            .any(|other| other.eq_ignore_ascii_case(&address))
        {
            document.report(Finding::warning(
                text.span.clone(),
                format!("`{}` stands twice", short(text.value)),
            ));
        } else {
            addresses.push(address);
        }
    }
    addresses
}

/// A name that is part of a key, a subject or a header.
pub(super) fn name(text: &str) -> Result<String, Fault> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
        return Err(Fault::new(format!("`{}` cannot be a name", short(text)))
            .hint("a name has 1 to 80 characters on one line".to_owned()));
    }
    Ok(name.to_owned())
}
