//! `ascolto watchlists`.

use clap::Args;
use serde::Serialize;

use super::app::App;
use super::output::Table;
use super::report_error::Exit;
use crate::config::WatchlistKind;

/// List the watchlists
#[derive(Debug, Args)]
pub(crate) struct Watchlists {}

#[derive(Serialize)]
struct Row {
    id: String,
    name: String,
    kind: &'static str,
    sources: usize,
    mentions: u64,
    query: String,
}

/// Lists the watchlists.
pub(crate) fn run(app: &App) -> anyhow::Result<Exit> {
    let instance = app.instance()?;
    let store = instance.store()?;
    let config = &instance.config;
    let mut rows = Vec::new();
    for watchlist in &config.watchlists {
        let serving = config
            .sources
            .iter()
            .filter(|source| source.serves.includes(&watchlist.id));
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
    if rows.is_empty() {
        anstream::eprintln!("there are no watchlists yet: `ascolto init` writes a first one");
        return Ok(Exit::Nothing);
    }
    Table {
        head: &["file", "name", "kind", "sources", "mentions", "query"],
        elastic: 5,
        rows,
    }
    .print(app.format)?;
    Ok(Exit::Done)
}
