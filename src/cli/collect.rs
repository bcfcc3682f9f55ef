//! `ascolto collect`.

use clap::Args;
use serde::Serialize;

use super::app::{App, block_on};
use super::frugal::with_little_memory;
use super::output::Table;
use super::progress::bar;
use super::report_error::{Exit, Hinted};
use super::terminal::{age, count, one_line};
use crate::model::{Source, SourceState, Timestamp};
use crate::pipeline::collect::{collect, due};
use crate::pipeline::poll::{Outcome, Polled};

/// Poll the sources that are due, once
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ascolto collect\n  ascolto collect --all\n  ascolto collect --source forum"
)]
pub(crate) struct Collect {
    /// Only this source, due or not (repeatable)
    #[arg(long = "source", value_name = "NAME")]
    sources: Vec<String>,

    /// All sources, due or not
    #[arg(long, conflicts_with = "sources")]
    all: bool,
}

#[derive(Serialize)]
struct Row {
    name: String,
    outcome: &'static str,
    items: usize,
    new: usize,
    edited: usize,
    error: Option<String>,
    notes: Vec<String>,
    next: Option<Timestamp>,
}

impl Collect {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        with_little_memory();
        let instance = app.instance()?;
        let sources = self.chosen(app, &instance.config.sources)?;
        let now = app.clock.now();
        let sources = if self.all || !self.sources.is_empty() {
            sources
        } else {
            let states = instance.store()?.source_states()?;
            let due = due(&sources, &states, now);
            if due.is_empty() {
                say_when(&states, now);
                instance.tail()?;
                return Ok(Exit::Done);
            }
            due
        };
        let polled = block_on(async {
            let crawler = instance.crawler()?;
            let bar = bar(sources.len(), "collecting");
            let polled = collect(&crawler, sources, &mut |polled| {
                bar.set_message(polled.name.clone());
                bar.inc(1);
            })
            .await;
            bar.finish_and_clear();
            polled
        })?;
        instance.tail()?;
        report(app, &polled, now)?;
        let failed = polled
            .iter()
            .filter(|polled| matches!(polled.outcome, Outcome::Failed { .. }))
            .count();
        // One bad site is its own matter; none that could be read is the user's.
        Ok(if failed > 0 && failed == polled.len() {
            Exit::Failed
        } else {
            Exit::Done
        })
    }

    fn chosen(&self, app: &App, all: &[Source]) -> anyhow::Result<Vec<Source>> {
        if all.is_empty() {
            return Err(Hinted {
                message: "there are no sources to read".to_owned(),
                hint: format!(
                    "add a [[source]] to a file of {}",
                    app.directory.join(crate::config::WATCHLISTS).display()
                ),
                exit: Exit::BadInput,
            }
            .into());
        }
        if self.sources.is_empty() {
            return Ok(all.to_vec());
        }
        self.sources
            .iter()
            .map(|name| {
                let known = all.iter().find(|source| source.name == *name);
                known.cloned().ok_or_else(|| {
                    let names: Vec<&str> = all.iter().map(|source| source.name.as_str()).collect();
                    Hinted {
                        message: format!("there is no source `{name}`"),
                        hint: format!("there are: {}", names.join(", ")),
                        exit: Exit::BadInput,
                    }
                    .into()
                })
            })
            .collect()
    }
}

/// Says why nothing was read.
fn say_when(states: &[SourceState], now: Timestamp) {
    let next = states
        .iter()
        .filter_map(|state| Some((state.next?, &state.name)))
        .min();
    let next = next.map_or_else(String::new, |(at, name)| {
        format!(", the next is {} {}", one_line(name), age(at, now))
    });
    anstream::eprintln!("no source is due{next}; `ascolto collect --all` reads them all now");
}

pub(crate) fn report(app: &App, polled: &[Polled], now: Timestamp) -> anyhow::Result<()> {
    let table = Table {
        head: &["source", "outcome", "items", "new", "next"],
        elastic: 0,
        rows: polled.iter().map(|polled| row(polled, now)).collect(),
    };
    if !table.rows.is_empty() {
        table.print(app.format)?;
    }
    for (_, row) in &table.rows {
        for remark in row.error.iter().chain(&row.notes) {
            anstream::eprintln!("{}: {}", one_line(&row.name), one_line(remark));
        }
    }
    let new: usize = table.rows.iter().map(|(_, row)| row.new).sum();
    let failed = polled
        .iter()
        .filter(|polled| matches!(polled.outcome, Outcome::Failed { .. }))
        .count();
    let unread = if failed > 0 {
        format!(", {failed} not")
    } else {
        String::new()
    };
    anstream::eprintln!(
        "{} read{unread}; {}",
        count(polled.len() - failed, "source", "sources"),
        count(new, "new mention", "new mentions"),
    );
    Ok(())
}

fn row(polled: &Polled, now: Timestamp) -> (Vec<String>, Row) {
    let mut row = Row {
        name: polled.name.clone(),
        outcome: "read",
        items: 0,
        new: 0,
        edited: 0,
        error: None,
        notes: polled.notes.clone(),
        next: polled.next,
    };
    match &polled.outcome {
        Outcome::Read { items, recorded } => {
            row.items = *items;
            row.new = recorded.new.len();
            row.edited = recorded.edited.len();
            if recorded.gone > 0 {
                let gone = count(recorded.gone, "item was", "items were");
                row.notes.push(format!(
                    "{gone} deleted where it was published, and so here"
                ));
            }
        }
        Outcome::Unchanged => row.outcome = "unchanged",
        Outcome::Failed { health, error } => {
            row.outcome = health.as_str();
            row.error = Some(error.clone());
        }
        Outcome::Elsewhere => {
            row.outcome = "busy";
            row.notes.push("another ascolto is reading it".to_owned());
        }
    }
    let cells = vec![
        row.name.clone(),
        row.outcome.to_owned(),
        row.items.to_string(),
        row.new.to_string(),
        row.next.map_or_else(String::new, |next| age(next, now)),
    ];
    (cells, row)
}
