//! `ascolto sources`.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::app::App;
use super::kinds;
use super::output::{Format, Table};
use super::probe;
use super::report_error::Exit;
use super::terminal::{age, one_line, span};
use crate::model::{Source, SourceHealth, SourceState, Timestamp};

/// List the sources and how they are, or try an address out
///
/// ok: read when due. slow: read, but answering slowly. failing: not read, tried again with
/// growing gaps. blocked: the site forbids reading it. stale: silent for much longer than usual.
/// off: switched off. new: never read yet.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ascolto sources\n  \
    ascolto sources --format json\n  \
    ascolto sources test https://forum.example/")]
pub(crate) struct Sources {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the sources and how they are
    List,
    /// List the kinds of sources, with what access to each takes and costs
    ///
    /// open: anyone may read it. own account: its owner may. key: some of it takes a key, which may
    /// be free. restricted: its operator does not wish it to be read by programs, so that it is off
    /// until switched on. `docs/sources.md` shows how each is written.
    Kinds,
    Test(probe::Test),
}

impl Sources {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        match self.verb {
            None | Some(Verb::List) => list(app),
            Some(Verb::Kinds) => kinds::run(app),
            Some(Verb::Test(test)) => test.run(app),
        }
    }
}

#[derive(Serialize)]
struct Row {
    name: String,
    kind: &'static str,
    url: String,
    state: &'static str,
    since: Option<Timestamp>,
    last_ok: Option<Timestamp>,
    next: Option<Timestamp>,
    error: Option<String>,
    items: u64,
}

fn list(app: &App) -> anyhow::Result<Exit> {
    let instance = app.instance()?;
    let states = instance.store()?.source_states()?;
    let now = app.clock.now();
    let config = &instance.config;
    let listed = config.sources.iter().map(|source| (source, false));
    let off = config.switched_off.iter().map(|source| (source, true));
    let table = Table {
        head: &["source", "kind", "state", "last read", "next", "items"],
        elastic: 0,
        rows: listed
            .chain(off)
            .map(|(source, off)| row(source, off, &states, now))
            .collect(),
    };
    if table.rows.is_empty() {
        anstream::eprintln!("there are no sources yet: add a [[source]] to a watchlist");
        return Ok(Exit::Nothing);
    }
    table.print(app.format)?;
    for (_, row) in &table.rows {
        if let (Some(error), true) = (&row.error, app.format == Format::Table) {
            let since = row
                .since
                .map_or_else(String::new, |at| format!(" for {}", span(now.since(at))));
            anstream::eprintln!(
                "\n{} is {}{since}: {}",
                one_line(&row.name),
                row.state,
                one_line(error)
            );
        }
    }
    Ok(Exit::Done)
}

fn row(source: &Source, off: bool, states: &[SourceState], now: Timestamp) -> (Vec<String>, Row) {
    let key = source.key();
    let state = states
        .iter()
        .find(|state| state.key == key)
        .cloned()
        .unwrap_or_else(|| SourceState::new(key, source.name.clone()));
    let health = if off { SourceHealth::Off } else { state.health };
    let row = Row {
        name: source.name.clone(),
        kind: source.kind.as_str(),
        url: source.kind.url().to_string(),
        state: health.as_str(),
        since: state.since,
        last_ok: state.last_ok,
        next: state.next.filter(|_| !off),
        error: state.error,
        items: state.items,
    };
    let when = |at: Option<Timestamp>| at.map_or_else(String::new, |at| age(at, now));
    let cells = vec![
        row.name.clone(),
        row.kind.to_owned(),
        row.state.to_owned(),
        when(row.last_ok),
        when(row.next),
        row.items.to_string(),
    ];
    (cells, row)
}
