//! `ascolto check --online`.

use serde::Serialize;

use super::app::{App, block_on};
use super::output::Table;
use super::progress::bar;
use super::terminal::{age, count, one_line};
use crate::config::Config;
use crate::model::{SourceHealth, Timestamp};
use crate::pipeline::probe::{Prober, Tried};

#[derive(Serialize)]
struct Row {
    name: String,
    kind: &'static str,
    url: String,
    state: &'static str,
    items: usize,
    newest: Option<Timestamp>,
    error: Option<String>,
    notes: Vec<String>,
}

/// Asks every source once and prints what each gave; says whether all could be read.
pub(crate) fn run(app: &App, config: &Config) -> anyhow::Result<bool> {
    let sources = config.sources.clone();
    if sources.is_empty() {
        anstream::eprintln!("there are no sources to ask");
        return Ok(true);
    }
    let tried = block_on(async {
        let prober = Prober::new(&config.settings.fetch, app.clock.clone())?;
        let bar = bar(sources.len(), "asking");
        let tried = prober
            .try_all(sources, &mut |tried| {
                bar.set_message(tried.source.name.clone());
                bar.inc(1);
            })
            .await;
        bar.finish_and_clear();
        Ok(tried)
    })?;
    let now = app.clock.now();
    let table = Table {
        head: &["source", "kind", "state", "items", "newest"],
        elastic: 0,
        rows: tried.iter().map(|tried| row(tried, now)).collect(),
    };
    table.print(app.format)?;
    for (_, row) in &table.rows {
        for remark in row.error.iter().chain(&row.notes) {
            anstream::eprintln!("{}: {}", one_line(&row.name), one_line(remark));
        }
    }
    let failed = tried.iter().filter(|tried| tried.outcome.is_err()).count();
    if failed > 0 {
        anstream::eprintln!(
            "{failed} of {} cannot be read",
            count(tried.len(), "source", "sources")
        );
    }
    Ok(failed == 0)
}

fn row(tried: &Tried, now: Timestamp) -> (Vec<String>, Row) {
    let source = &tried.source;
    let mut row = Row {
        name: source.name.clone(),
        kind: source.kind.as_str(),
        url: source.kind.url().to_string(),
        state: SourceHealth::Ok.as_str(),
        items: 0,
        newest: None,
        error: None,
        notes: Vec::new(),
    };
    match &tried.outcome {
        Ok(given) => {
            row.items = given.items.len();
            row.newest = given.items.iter().filter_map(|item| item.published).max();
            row.notes.clone_from(&given.notes);
        }
        Err(refused) => {
            row.state = refused.health.as_str();
            row.error = Some(refused.error.clone());
        }
    }
    let cells = vec![
        row.name.clone(),
        row.kind.to_owned(),
        row.state.to_owned(),
        row.items.to_string(),
        row.newest
            .map_or_else(String::new, |newest| age(newest, now)),
    ];
    (cells, row)
}
