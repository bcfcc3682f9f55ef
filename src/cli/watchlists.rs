//! `ascolto watchlists`.

use std::collections::HashMap;
use std::io::Write;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::app::App;
use super::output::{Format, Table};
use super::report_error::Exit;
use super::terminal::{count, fit, one_line, width};
use super::tune;
use crate::config::{Config, Watchlist, WatchlistKind};
use crate::model::WatchlistId;
use crate::store::Store;

/// What counts as lately.
const LATELY: Duration = Duration::from_hours(24 * 30);

/// List the watchlists, try a changed one on the past, apply it to the past
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  ascolto watchlists --terms\n  \
    ascolto watchlists test watchlists/frigolux.toml --since 14d\n  \
    ascolto watchlists apply frigolux"
)]
pub(crate) struct Watchlists {
    #[command(subcommand)]
    verb: Option<Verb>,

    #[command(flatten)]
    list: List,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(List),
    Test(tune::Test),
    Apply(tune::Apply),
}

/// List the watchlists: what each collected, and which of its terms never matched
#[derive(Debug, Args)]
struct List {
    /// Show each term: how many mentions it matched in the last 30 days, and ever
    #[arg(long)]
    terms: bool,
}

impl Watchlists {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        match self.verb {
            None => self.list.run(app),
            Some(Verb::List(list)) => list.run(app),
            Some(Verb::Test(test)) => test.run(app),
            Some(Verb::Apply(apply)) => apply.run(app),
        }
    }
}

#[derive(Serialize)]
struct Row {
    id: String,
    name: String,
    kind: &'static str,
    sources: usize,
    mentions: u64,
    query: String,
    never_matched: Vec<String>,
}

#[derive(Serialize)]
struct TermRow {
    watchlist: String,
    term: String,
    last_30_days: u64,
    ever: u64,
}

/// In how many mentions a term matched.
#[derive(Clone, Copy, Default)]
struct Matched {
    lately: u64,
    ever: u64,
}

/// How often the terms of all watchlists matched.
struct Terms(HashMap<(WatchlistId, String), Matched>);

impl Terms {
    fn read(app: &App, store: &Store) -> anyhow::Result<Self> {
        let counted = store.term_counts(app.clock.now().minus(LATELY))?;
        let counted = counted.into_iter().map(|term| {
            let matched = Matched {
                lately: term.recent,
                ever: term.ever,
            };
            ((term.watchlist, term.term), matched)
        });
        Ok(Self(counted.collect()))
    }

    /// The terms of a watchlist's query, in its order.
    fn of(&self, watchlist: &Watchlist) -> Vec<(String, Matched)> {
        let terms = watchlist.query.terms().into_iter();
        terms
            .map(|sought| {
                let written = sought.written();
                let key = (watchlist.id.clone(), sought.term);
                (written, self.0.get(&key).copied().unwrap_or_default())
            })
            .collect()
    }
}

impl List {
    fn run(self, app: &App) -> anyhow::Result<Exit> {
        let instance = app.instance()?;
        let config = &instance.config;
        if config.watchlists.is_empty() {
            anstream::eprintln!("there are no watchlists yet: `ascolto init` writes a first one");
            return Ok(Exit::Nothing);
        }
        let store = instance.store()?;
        let terms = Terms::read(app, &store)?;
        if self.terms {
            by_term(config, &terms).print(app.format)?;
            return Ok(Exit::Done);
        }
        let table = by_watchlist(config, &store, &terms)?;
        table.print(app.format)?;
        if app.format == Format::Table {
            tell_silent(&table)?;
        }
        Ok(Exit::Done)
    }
}

fn by_watchlist(config: &Config, store: &Store, terms: &Terms) -> anyhow::Result<Table<Row>> {
    let mut rows = Vec::new();
    for watchlist in &config.watchlists {
        let serving = config
            .sources
            .iter()
            .filter(|source| source.serves.includes(&watchlist.id));
        let silent = terms.of(watchlist).into_iter();
        let row = Row {
            id: watchlist.id.to_string(),
            name: watchlist.name.clone(),
            kind: match watchlist.kind {
                WatchlistKind::Brand => "brand",
                WatchlistKind::Competitor => "competitor",
                WatchlistKind::Topic => "topic",
            },
            sources: serving.count(),
            mentions: store.count_collected(&watchlist.id)?,
            query: watchlist.query.to_string(),
            never_matched: silent
                .filter(|(_, matched)| matched.ever == 0)
                .map(|(term, _)| term)
                .collect(),
        };
        let cells = vec![
            row.id.clone(),
            row.name.clone(),
            row.kind.to_owned(),
            row.sources.to_string(),
            row.mentions.to_string(),
            row.query.clone(),
        ];
        rows.push((cells, row));
    }
    Ok(Table {
        head: &["file", "name", "kind", "sources", "mentions", "query"],
        elastic: 5,
        rows,
    })
}

fn by_term(config: &Config, terms: &Terms) -> Table<TermRow> {
    let mut rows = Vec::new();
    for watchlist in &config.watchlists {
        for (term, matched) in terms.of(watchlist) {
            let row = TermRow {
                watchlist: watchlist.id.to_string(),
                term,
                last_30_days: matched.lately,
                ever: matched.ever,
            };
            let cells = vec![
                row.watchlist.clone(),
                row.term.clone(),
                row.last_30_days.to_string(),
                row.ever.to_string(),
            ];
            rows.push((cells, row));
        }
    }
    Table {
        head: &["watchlist", "term", "30 days", "ever"],
        elastic: 1,
        rows,
    }
}

/// Names the terms that never matched, a line a watchlist: they are dead or misspelt.
fn tell_silent(table: &Table<Row>) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let mut gap = "\n";
    for (_, row) in &table.rows {
        // Of a watchlist that collected nothing yet, no term has matched; that says nothing.
        if row.never_matched.is_empty() || row.mentions == 0 {
            continue;
        }
        let line = format!(
            "{}: {} never matched: {}",
            row.id,
            count(row.never_matched.len(), "term", "terms"),
            row.never_matched.join(", ")
        );
        writeln!(out, "{gap}{}", fit(&one_line(&line), 3 * width()))?;
        gap = "";
    }
    Ok(())
}
