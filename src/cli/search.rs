//! `ascolto search`.

use std::io::{BufWriter, Write};

use clap::{Args, ValueEnum};

use super::app::App;
use super::cards::card;
use super::facets::{self, Facet};
use super::follow;
use super::nothing;
use super::output::{Format, csv_cell, json_line};
use super::progress::bar;
use super::report_error::Exit;
use super::terminal::{count, width};
use super::when::Between;
use crate::index::Order;
use crate::model::{Hit, Mention, MentionJson, Timestamp, WatchlistId};
use crate::pipeline::follow::Follower;
use crate::pipeline::search::{Found, Match, SearchOptions, search};
use crate::pipeline::store_in;
use crate::query::Span;

/// Search the mentions
///
/// Without a query: the newest. The query language is that of watchlists.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ascolto search 'frigolux rimborso'\n  \
    ascolto search 'sentiment:negative priority:(high OR urgent)' --since 7d\n  \
    ascolto search 'rimborso' --stem          # rimborsi and rimborsare as well\n  \
    ascolto search 'priority:urgent' --follow\n  \
    ascolto search 'watch:frigolux type:review rating:<=2' --format json")]
pub(crate) struct Search {
    /// What to look for; words side by side must all be there
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    #[command(flatten)]
    between: Between,

    /// What comes first
    #[arg(long, value_name = "ORDER", default_value = "newest")]
    sort: Sort,

    /// How many mentions a page
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,

    /// Which page, from 1
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    page: u32,

    /// Look for other forms of each word as well, by the stemmers of Italian and English
    ///
    /// Phrases, wildcards and whatever NOT or EXCEPT shuts out are taken as they are written.
    #[arg(long)]
    stem: bool,

    /// After the newest, print new mentions as they come, until Ctrl-C
    #[arg(long, conflicts_with_all = ["count", "facets", "sort", "page"])]
    follow: bool,

    /// Print only how many there are
    #[arg(long)]
    count: bool,

    /// Count all that match by these
    #[arg(long, value_name = "BY", value_delimiter = ',')]
    facets: Vec<Facet>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sort {
    Newest,
    Relevance,
    Priority,
    Engagement,
}

impl From<Sort> for Order {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::Newest => Self::Newest,
            Sort::Relevance => Self::Relevance,
            Sort::Priority => Self::Priority,
            Sort::Engagement => Self::Engagement,
        }
    }
}

impl Search {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let settings = app.settings()?;
        let query = App::query_of(&self.query, &settings.names)?;
        let now = app.clock.now();
        let zone = settings.timezone;
        let store = store_in(&app.directory)?;
        let options = SearchOptions {
            window: self.between.window(zone, now),
            order: self.sort.into(),
            limit: if self.count { 0 } else { self.limit },
            page: usize::try_from(self.page - 1).unwrap_or(usize::MAX),
            dimensions: self.facets.iter().map(|facet| facet.dimension()).collect(),
            stem: self.stem,
            ..SearchOptions::new(now)
        };
        // From before the search on, so that what comes meanwhile is not missed.
        let follower = Follower::from_now(&store)?;
        let mut shown = None;
        let found = search(&store, &query, &options, &mut |done, all| {
            let bar = shown.get_or_insert_with(|| bar(0, "comparing"));
            bar.set_length(u64::try_from(all).unwrap_or(u64::MAX));
            bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
        });
        if let Some(bar) = shown {
            bar.finish_and_clear();
        }
        let mut found = found?;
        if !found.forms.is_empty() && app.format == Format::Table {
            anstream::eprintln!("also looked for: {}", found.forms.join(", "));
        }
        if self.follow {
            found.page.reverse();
            let query = if self.stem {
                found.widened.unwrap_or(query)
            } else {
                query
            };
            return follow::follow(app, &store, &query, options.window, follower, &found.page);
        }
        if self.count {
            writeln!(anstream::stdout().lock(), "{}", found.total)?;
        } else {
            // Who asks for no mentions wants the facets' table alone.
            let mentions = self.limit > 0 || self.facets.is_empty();
            if mentions {
                print(&found.page, app.format, now, Head::Shown)?;
            }
            facets::print(&self.facets, &found.tallies, app.format, zone, mentions)?;
            if app.format == Format::Table {
                if found.total > 0 {
                    self.summarise(&found);
                } else {
                    nothing::explain(app, &store, &query, &options)?;
                }
            }
        }
        Ok(if found.total == 0 {
            Exit::Nothing
        } else {
            Exit::Done
        })
    }

    /// Says what was shown of what there is.
    fn summarise(&self, found: &Found) {
        let all = count(found.total, "mention", "mentions");
        if found.total > found.page.len() {
            let next = if found.page.is_empty() {
                String::new()
            } else {
                format!("; more with --page {}", self.page + 1)
            };
            anstream::eprintln!("{} of {all} shown{next}", found.page.len());
        } else {
            anstream::eprintln!("{all}");
        }
    }
}

/// Whether the names of the columns stand above the rows, or stood there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head {
    Shown,
    LeftOut,
}

/// Prints mentions, each with the places that made it match.
pub(crate) fn print(
    matches: &[Match],
    format: Format,
    now: Timestamp,
    head: Head,
) -> anyhow::Result<()> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    match format {
        Format::Table => {
            let width = width();
            for Match { mention, spans } in matches {
                // Where facts alone decided, the places of the watchlists are the better excerpt.
                let hits = if spans.is_empty() {
                    &mention.hits
                } else {
                    &as_hits(spans)
                };
                writeln!(out, "{}", card(mention, hits, now, width))?;
            }
        }
        Format::Json => {
            for Match { mention, .. } in matches {
                json_line(&mut out, &MentionJson::from(mention))?;
            }
        }
        Format::Csv => {
            let mut csv = csv::Writer::from_writer(&mut out);
            if head == Head::Shown {
                csv.write_record(COLUMNS)?;
            }
            for Match { mention, .. } in matches {
                csv.write_record(cells(mention).iter().map(|cell| csv_cell(cell)))?;
            }
            csv.flush()?;
        }
    }
    out.flush()?;
    Ok(())
}

/// Places that a search matched, for the card; they belong to no watchlist.
pub(crate) fn as_hits(spans: &[Span]) -> Vec<Hit> {
    spans
        .iter()
        .map(|span| span.clone().into_hit(WatchlistId(String::new())))
        .collect()
}

const COLUMNS: [&str; 16] = [
    "id",
    "published",
    "collected",
    "source",
    "type",
    "watchlists",
    "author",
    "title",
    "text",
    "url",
    "language",
    "rating",
    "sentiment",
    "sentiment_score",
    "intent",
    "priority",
];

fn cells(mention: &Mention) -> [String; 16] {
    let item = &mention.item;
    let scores = &mention.scores;
    let watchlists: Vec<&str> = mention.watchlists.iter().map(WatchlistId::as_str).collect();
    [
        mention.id.to_string(),
        item.published.map_or_else(String::new, |at| at.to_string()),
        mention.collected.to_string(),
        mention.source.clone(),
        item.kind.to_string(),
        watchlists.join(" "),
        item.author
            .name
            .clone()
            .or_else(|| item.author.handle.clone())
            .unwrap_or_default(),
        item.title.clone().unwrap_or_default(),
        item.text.clone(),
        item.url.clone().unwrap_or_default(),
        scores.language.to_string(),
        item.rating
            .map_or_else(String::new, |stars| stars.to_string()),
        scores.sentiment.label.to_string(),
        format!("{:.2}", scores.sentiment.score),
        scores.intent.label.to_string(),
        scores.priority.label.to_string(),
    ]
}
