//! `[[alert]]`, read.

use std::time::Duration;

use toml::de::DeValue;

use super::digest_section::{name, recipients};
use super::document::{Document, Finding};
use super::keys::WATCHLIST;
use super::nearest::nearest;
use super::queries;
use super::section::{Section, described, number, short};
use super::settings::Settings;
use super::time_value::{duration_within, quiet_hours};
use super::value::{mail_language, time_zone};
use super::watchlist::{Alert, AlertRule, Escalation};
use crate::model::WatchlistId;
use crate::query::{Query, Role};

/// The keys that say what raises an alert, each with the keys that only it has.
const RULES: [(&str, &[&str]); 5] = [
    ("when", &[]),
    ("threshold", &["count", "within"]),
    ("spike", &["at_least", "ratio", "z"]),
    ("silence", &["after"]),
    ("unanswered", &["after"]),
];

/// What `unanswered = true` looks at.
const WANTS_AN_ANSWER: &str = "intent:(question OR complaint) priority:(high OR urgent)";

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// Reads one `[[alert]]`; `None` where it lacks what it cannot do without.
pub(super) fn alert<'t>(
    document: &mut Document<'t>,
    section: &Section<'t>,
    watchlist: &WatchlistId,
    settings: &Settings,
) -> Option<Alert> {
    if !section.has("name") {
        section.report_missing(
            document,
            "name",
            "name = \"urgent\", which the mail's subject shows",
        );
    }
    let name = section.parsed(document, "name", name);
    let raised = raised(document, section, settings);
    let to = recipients(document, section);
    let webhooks = webhooks(document, section, settings);
    let quiet_hours = section.parsed(document, "quiet_hours", quiet_hours);
    let cooldown = section.parsed(document, "cooldown", duration_within(MINUTE..=7 * DAY));
    let escalate = escalate(document, section);
    let timezone = section.parsed(document, "timezone", time_zone);
    let language = section.parsed(document, "language", mail_language);
    let ((rule, query), name) = (raised?, name?);
    Some(Alert {
        key: format!("{watchlist}/{name}"),
        name,
        rule,
        query,
        to,
        webhooks,
        quiet_hours,
        cooldown: cooldown.unwrap_or(match rule {
            AlertRule::When => 15 * MINUTE,
            _ => HOUR,
        }),
        escalate,
        timezone: timezone.unwrap_or(settings.timezone),
        language: language.unwrap_or(settings.language),
    })
}

/// The rule, and the mentions that it looks at.
fn raised<'t>(
    document: &mut Document<'t>,
    section: &Section<'t>,
    settings: &Settings,
) -> Option<(AlertRule, Query)> {
    let given: Vec<&'static str> = RULES
        .iter()
        .map(|(key, _)| *key)
        .filter(|key| section.has(key))
        .collect();
    let (kind, second) = match given[..] {
        [] => {
            section.report_missing(
                document,
                "when",
                "when = \"priority:urgent\" (or spike = \"sentiment:negative\")",
            );
            return None;
        }
        [kind] => (kind, None),
        [kind, second, ..] => (kind, Some(second)),
    };
    if second.is_none() {
        report_foreign_keys(document, section, kind);
    }
    let query = asked(document, section, kind, settings);
    if let Some(second) = second {
        // Both are read, so that both are checked.
        asked(document, section, second, settings);
        document.report(
            Finding::error(
                section.place(second),
                format!("`{kind}` and `{second}` both say what raises the alert"),
            )
            .hint("write two alerts, each with one of them".to_owned()),
        );
        return None;
    }
    let rule = match kind {
        "threshold" => threshold(document, section)?,
        "spike" => AlertRule::Spike {
            at_least: section
                .integer(document, "at_least", 2..=1_000_000)
                .unwrap_or(5),
            ratio: factor(document, section, "ratio", 1.1, 100.0).unwrap_or(2.0),
            z: factor(document, section, "z", 1.0, 20.0).unwrap_or(3.5),
        },
        "silence" => AlertRule::Silence {
            after: section
                .parsed(document, "after", duration_within(HOUR..=60 * DAY))
                .unwrap_or(DAY),
        },
        "unanswered" => AlertRule::Unanswered {
            after: section
                .parsed(document, "after", duration_within(MINUTE..=30 * DAY))
                .unwrap_or(2 * HOUR),
        },
        _ => AlertRule::When,
    };
    Some((rule, query?))
}

/// Reports keys that belong to other rules.
fn report_foreign_keys<'t>(document: &mut Document<'t>, section: &Section<'t>, kind: &str) {
    for key in ["count", "within", "at_least", "ratio", "z", "after"] {
        let of: Vec<String> = RULES
            .iter()
            .filter(|(_, keys)| keys.contains(&key))
            .map(|(rule, _)| format!("`{rule}`"))
            .collect();
        if section.has(key) && !of.contains(&format!("`{kind}`")) {
            document.report(
                Finding::error(
                    section.place(key),
                    format!("an alert by `{kind}` has no `{key}`"),
                )
                .hint(format!(
                    "`{key}` belongs to {}; take it away",
                    of.join(" and ")
                )),
            );
        }
    }
}

fn threshold<'t>(document: &mut Document<'t>, section: &Section<'t>) -> Option<AlertRule> {
    if !section.has("count") {
        section.report_missing(document, "count", "count = 10, and within = \"1h\"");
    }
    let count = section.integer(document, "count", 1..=1_000_000);
    let within = section.parsed(document, "within", duration_within(MINUTE..=31 * DAY));
    Some(AlertRule::Threshold {
        count: count?,
        within: within.unwrap_or(HOUR),
    })
}

/// The query of a rule's key; `true` asks for all mentions, or for what the rule is about.
fn asked<'t>(
    document: &mut Document<'t>,
    section: &Section<'t>,
    key: &str,
    settings: &Settings,
) -> Option<Query> {
    let value = section.get(key)?;
    match value.get_ref() {
        DeValue::Boolean(true) if key != "when" => Some(if key == "unanswered" {
            Query::parse(WANTS_AN_ANSWER, Role::Search, &settings.names)
                .map_or_else(|_| Query::everything(), |(query, _)| query)
        } else {
            Query::everything()
        }),
        DeValue::Boolean(_) => {
            let hint = if key == "when" {
                "write when = \"priority:urgent\", or whatever is to be told at once".to_owned()
            } else {
                format!(
                    "write {key} = true for all mentions, {key} = \"sentiment:negative\" for some"
                )
            };
            document.report(
                Finding::error(
                    value.span(),
                    format!("`{key}` is a query, not {}", described(value.get_ref())),
                )
                .hint(hint),
            );
            None
        }
        _ => {
            let text = section.text(document, key)?;
            queries::query(document, &text, Role::Search, &settings.names)
        }
    }
}

fn factor<'t>(
    document: &mut Document<'t>,
    section: &Section<'t>,
    key: &str,
    least: f64,
    most: f64,
) -> Option<f64> {
    let value = section.get(key)?;
    let found = number(value.get_ref()).filter(|found| (least..=most).contains(found));
    if found.is_none() {
        document.report(Finding::error(
            value.span(),
            format!(
                "`{key}` is a number from {least} to {most}, not {}",
                described(value.get_ref())
            ),
        ));
    }
    found
}

/// The names of webhooks, each of which `ascolto.toml` must have.
fn webhooks<'t>(
    document: &mut Document<'t>,
    section: &Section<'t>,
    settings: &Settings,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for text in section.texts(document, "webhooks") {
        let known = || {
            settings
                .webhooks
                .iter()
                .map(|webhook| webhook.name.as_str())
        };
        if known().any(|name| name == text.value) {
            if !names.iter().any(|name| name == text.value) {
                names.push(text.value.to_owned());
            }
            continue;
        }
        let hint = match nearest(text.value, known()) {
            Some(meant) => format!("did you mean \"{meant}\"?"),
            None if known().next().is_none() => {
                "add a [[webhook]] with this name to ascolto.toml".to_owned()
            }
            None => format!("there are: {}", known().collect::<Vec<_>>().join(", ")),
        };
        document.report(
            Finding::error(
                text.span,
                format!("ascolto.toml has no webhook `{}`", short(text.value)),
            )
            .hint(hint),
        );
    }
    names
}

fn escalate<'t>(document: &mut Document<'t>, section: &Section<'t>) -> Option<Escalation> {
    let inner = section.table(document, "escalate", WATCHLIST)?;
    if !inner.has("after") {
        inner.report_missing(document, "after", "after = \"30m\"");
    }
    let after = inner.parsed(document, "after", duration_within(MINUTE..=7 * DAY));
    let to = recipients(document, &inner);
    Some(Escalation { after: after?, to })
}
