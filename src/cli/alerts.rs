//! `ascolto alerts`.

use std::time::Duration;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::app::App;
use super::output::{Format, Table};
use super::report_error::{Exit, Hinted};
use super::terminal::{age, count, one_line, span};
use super::when::When;
use crate::config::Config;
use crate::model::{Facts, MentionId, Timestamp};
use crate::pipeline::alert::{Replayed, Watch};
use crate::store::{Incident, Store};

/// List what alerts were raised for, or try a rule on the past
///
/// The states: held (not told yet: quiet hours, or the half minute in which others may come), open
/// (told, nobody looks after it), acknowledged, escalated, over.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ascolto alerts\n  ascolto alerts rules\n  ascolto alerts test urgent\n  \
    ascolto alerts test 'frigolux/negative spike' --since 30d"
)]
pub(crate) struct Alerts {
    #[command(subcommand)]
    verb: Option<Verb>,

    /// How many to list at most
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// The alerts of the watchlists: what raises each, and who hears of it
    Rules,
    /// Replay an alert over the archive: when it would have been raised, and how often
    Test {
        /// Its name, or `watchlist/name`
        name: String,
        /// From when on: a span back from now, a day, or a moment
        #[arg(long, value_name = "WHEN", value_parser = When::parse, default_value = "30d")]
        since: When,
    },
}

impl Alerts {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        match self.verb {
            None => list(app, self.limit),
            Some(Verb::Rules) => rules(app),
            Some(Verb::Test { name, since }) => test(app, &name, since),
        }
    }
}

#[derive(Serialize)]
struct Row {
    id: i64,
    alert: String,
    state: &'static str,
    opened: Timestamp,
    told: Option<Timestamp>,
    acknowledged: Option<Timestamp>,
    escalated: Option<Timestamp>,
    over: Option<Timestamp>,
    messages: u64,
    mentions: u64,
    facts: Facts,
}

fn list(app: &App, limit: usize) -> anyhow::Result<Exit> {
    let instance = app.archive()?;
    let store = instance.store()?;
    let now = app.clock.now();
    let incidents = store.incidents(limit)?;
    if incidents.is_empty() {
        let rules = Watch::all(&instance.config).count();
        if rules == 0 {
            anstream::eprintln!("there are no alerts yet: add an [[alert]] to a watchlist");
        } else {
            anstream::eprintln!(
                "nothing was raised so far\n{}: `ascolto alerts rules` lists them",
                match rules {
                    1 => "1 alert listens while `ascolto run` does".to_owned(),
                    rules => format!("{rules} alerts listen while `ascolto run` does"),
                }
            );
        }
        return Ok(Exit::Nothing);
    }
    Table {
        head: &["id", "alert", "state", "since", "mentions", "what"],
        elastic: 5,
        rows: incidents
            .into_iter()
            .map(|incident| row(incident, now))
            .collect(),
    }
    .print(app.format)?;
    Ok(Exit::Done)
}

fn row(incident: Incident, now: Timestamp) -> (Vec<String>, Row) {
    let row = Row {
        state: state(&incident),
        id: incident.id,
        alert: incident.alert,
        opened: incident.opened,
        told: incident.last,
        acknowledged: incident.acked,
        escalated: incident.escalated,
        over: incident.closed,
        messages: incident.messages,
        mentions: incident.mentions,
        facts: incident.facts,
    };
    let cells = vec![
        row.id.to_string(),
        row.alert.clone(),
        row.state.to_owned(),
        age(row.opened, now),
        row.mentions.to_string(),
        in_words(&row.facts),
    ];
    (cells, row)
}

fn state(incident: &Incident) -> &'static str {
    if incident.closed.is_some() {
        "over"
    } else if incident.acked.is_some() {
        "acknowledged"
    } else if incident.escalated.is_some() {
        "escalated"
    } else if incident.messages == 0 {
        "held"
    } else {
        "open"
    }
}

/// What was counted: `23 in 1 h, usually 4`.
fn in_words(facts: &Facts) -> String {
    match facts {
        Facts::When => "single mentions".to_owned(),
        Facts::Threshold { count, bar, within } => {
            format!("{count} in {}, asked for {bar}", span(*within))
        }
        Facts::Spike {
            count, usual, bar, ..
        } => {
            format!("{count} in 1 h, usually {usual}, a spike from {bar}")
        }
        Facts::Silence {
            after,
            usual,
            sources,
            ..
        } => {
            if let Some(usual) = usual {
                return format!("nothing for {}, usually {usual}", span(*after));
            }
            let names: Vec<&str> = sources.iter().map(|source| &*source.name).collect();
            format!("silent: {}", names.join(", "))
        }
        Facts::Unanswered { after } => format!("unanswered for {}", span(*after)),
    }
}

#[derive(Serialize)]
struct RuleRow {
    alert: String,
    rule: &'static str,
    query: String,
    to: Vec<String>,
    webhooks: Vec<String>,
    cooldown_seconds: u64,
}

fn rules(app: &App) -> anyhow::Result<Exit> {
    let instance = app.instance()?;
    let rows: Vec<_> = Watch::all(&instance.config)
        .map(|watch| {
            let alert = watch.alert;
            let row = RuleRow {
                alert: alert.key.clone(),
                rule: alert.rule.as_str(),
                query: alert.query.source().to_owned(),
                to: alert.to.clone(),
                webhooks: alert.webhooks.clone(),
                cooldown_seconds: alert.cooldown.as_secs(),
            };
            let heard = alert.to.iter().chain(&alert.webhooks);
            let cells = vec![
                row.alert.clone(),
                row.rule.to_owned(),
                if row.query.is_empty() {
                    "all mentions".to_owned()
                } else {
                    one_line(&row.query)
                },
                heard.cloned().collect::<Vec<_>>().join(", "),
            ];
            (cells, row)
        })
        .collect();
    if rows.is_empty() {
        anstream::eprintln!("there are no alerts yet: add an [[alert]] to a watchlist");
        return Ok(Exit::Nothing);
    }
    Table {
        head: &["alert", "rule", "query", "to"],
        elastic: 2,
        rows,
    }
    .print(app.format)?;
    Ok(Exit::Done)
}

/// The alert of that name.
fn watch<'a>(config: &'a Config, name: &str) -> anyhow::Result<Watch<'a>> {
    let named: Vec<Watch<'a>> = Watch::all(config)
        .filter(|watch| watch.alert.key == name || watch.alert.name == name)
        .collect();
    match named[..] {
        [watch] => Ok(watch),
        ref several => {
            let keys = |watches: &[Watch<'_>]| -> Vec<String> {
                watches
                    .iter()
                    .map(|watch| format!("`{}`", watch.alert.key))
                    .collect()
            };
            let all: Vec<Watch<'a>> = Watch::all(config).collect();
            Err(Hinted {
                message: if several.is_empty() {
                    format!("there is no alert `{name}`")
                } else {
                    format!("several alerts are called `{name}`")
                },
                hint: match (several.is_empty(), all.is_empty()) {
                    (true, true) => "add an [[alert]] to a watchlist".to_owned(),
                    (true, false) => format!("there are: {}", keys(&all).join(", ")),
                    (false, _) => format!("say which: {}", keys(several).join(", ")),
                },
                exit: Exit::BadInput,
            }
            .into())
        }
    }
}

#[derive(Serialize)]
struct ReplayRow {
    at: Timestamp,
    incident: usize,
    stage: &'static str,
    mentions: usize,
    first: Option<MentionId>,
    facts: Facts,
}

fn test(app: &App, name: &str, since: When) -> anyhow::Result<Exit> {
    let instance = app.instance()?;
    let watch = watch(&instance.config, name)?;
    let store = instance.store()?;
    let now = app.clock.now();
    let zone = watch.alert.timezone;
    let since = since.start(zone, now);
    let replay = watch.replay(&store, since, now)?;
    let messages = replay.messages.len();
    let mut rows = Vec::with_capacity(messages);
    for replayed in replay.messages {
        rows.push(replayed_row(&store, replayed, zone, app.format)?);
    }
    if !rows.is_empty() {
        Table {
            head: &["at", "incident", "stage", "mentions", "what", "first"],
            elastic: 5,
            rows,
        }
        .print(app.format)?;
    }
    let days = now.since(since).max(Duration::from_hours(24)).as_secs() / 86_400;
    anstream::eprintln!(
        "{}: {} and {} in {}, of {}",
        watch.alert.key,
        count(replay.incidents, "incident", "incidents"),
        count(messages, "message", "messages"),
        count(usize::try_from(days).unwrap_or(usize::MAX), "day", "days"),
        count(replay.looked_at, "mention", "mentions"),
    );
    Ok(if messages == 0 {
        Exit::Nothing
    } else {
        Exit::Done
    })
}

fn replayed_row(
    store: &Store,
    replayed: Replayed,
    zone: chrono_tz::Tz,
    format: Format,
) -> anyhow::Result<(Vec<String>, ReplayRow)> {
    let first = match replayed.first {
        Some(id) => store.mention(id)?.map(|mention| {
            let title = mention.item.title.unwrap_or(mention.item.text);
            format!("#{id} {}", title.chars().take(80).collect::<String>())
        }),
        None => None,
    };
    let row = ReplayRow {
        at: replayed.at,
        incident: replayed.incident,
        stage: replayed.stage.as_str(),
        mentions: replayed.mentions,
        first: replayed.first,
        facts: replayed.facts,
    };
    let at = match format {
        Format::Csv => row.at.to_string(),
        _ => row.at.in_zone(zone).format("%a %d %b %H:%M").to_string(),
    };
    let cells = vec![
        at,
        row.incident.to_string(),
        row.stage.to_owned(),
        row.mentions.to_string(),
        in_words(&row.facts),
        first.unwrap_or_default(),
    ];
    Ok((cells, row))
}
