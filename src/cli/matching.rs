//! `ascolto match`.

use std::cell::OnceCell;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::app::App;
use super::lines::answer_each;
use super::report_error::{BadInput, Exit};
use crate::config::Config;
use crate::model::{Author, Hit, Lang, MentionInput, Severity, Timestamp, WatchlistId};
use crate::query::{Document, Names, Query, Set};
use crate::score::detect_language;

/// Match JSON lines from stdin against a query or watchlists
///
/// Reads mentions, one JSON object a line (`id` and `text`; every other field of a mention is
/// optional), and answers each, in order, with its `id`, the `watchlists` that match it and the
/// `hits`: byte offsets into the field.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ascolto match --query 'frigolux NOT volley' < mentions.jsonl\n  \
    ascolto match --watchlist watchlists/frigolux.toml < mentions.jsonl")]
pub(crate) struct Match {
    /// A query, answered as watchlist `query`
    #[arg(
        long,
        value_name = "QUERY",
        required_unless_present = "watchlists",
        allow_hyphen_values = true
    )]
    query: Option<String>,

    /// A watchlist's file (repeatable)
    #[arg(long = "watchlist", value_name = "FILE", conflicts_with = "query")]
    watchlists: Vec<PathBuf>,
}

/// A watchlist to match against.
struct Listener {
    id: WatchlistId,
    own_accounts: Vec<String>,
}

/// All that mentions are matched against.
struct Matching {
    set: Set<usize>,
    listeners: Vec<Listener>,
}

#[derive(Serialize)]
struct Answer {
    id: Value,
    watchlists: Vec<WatchlistId>,
    hits: Vec<Hit>,
}

impl Match {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let (listeners, queries) = self.queries(app)?;
        let matching = Matching {
            set: Set::compile(queries.into_iter().enumerate().collect()),
            listeners,
        };
        let now = app.clock.now();
        answer_each(|mention| matching.answer(&mention, now))
    }

    fn queries(&self, app: &App) -> anyhow::Result<(Vec<Listener>, Vec<Query>)> {
        if let Some(text) = &self.query {
            // Named lists and queries are the instance's, where there is one.
            let names = match app.archive() {
                Ok(instance) => instance.config.settings.names.clone(),
                Err(_) => Names::default(),
            };
            let listener = Listener {
                id: WatchlistId("query".to_owned()),
                own_accounts: Vec::new(),
            };
            return Ok((vec![listener], vec![App::query(text, &names)?]));
        }
        let mut listeners = Vec::new();
        let mut queries = Vec::new();
        let mut problems = Vec::new();
        for path in &self.watchlists {
            let (watchlist, found) = Config::watchlist_file(path, &app.directory);
            problems.extend(found);
            if let Some(watchlist) = watchlist {
                listeners.push(Listener {
                    id: watchlist.id,
                    own_accounts: watchlist.own_accounts,
                });
                queries.push(watchlist.query);
            }
        }
        if problems
            .iter()
            .any(|problem| problem.severity == Severity::Error)
        {
            return Err(BadInput(problems).into());
        }
        super::print_problems(&problems);
        Ok((listeners, queries))
    }
}

impl Matching {
    fn answer(&self, mention: &MentionInput, now: Timestamp) -> Answer {
        let item = &mention.item;
        let known = OnceCell::new();
        let find = || *known.get_or_init(|| language(item.title.as_deref(), &item.text));
        let document = Document::of_input(mention, &find, mention.collected.unwrap_or(now));
        let mut found = self.set.matches(&document, now, |number| {
            self.listeners
                .get(*number)
                .is_some_and(|listener| !listener.owns(&item.author))
        });
        found.sort_by_key(|(number, _)| **number);
        let mut answer = Answer {
            id: mention.id.clone(),
            watchlists: Vec::new(),
            hits: Vec::new(),
        };
        for (number, spans) in found {
            let Some(listener) = self.listeners.get(*number) else {
                continue;
            };
            answer.watchlists.push(listener.id.clone());
            let hits = spans
                .into_iter()
                .map(|span| span.into_hit(listener.id.clone()));
            answer.hits.extend(hits);
        }
        answer
    }
}

fn language(title: Option<&str>, text: &str) -> Lang {
    let whole = match title {
        Some(title) => &format!("{title}\n{text}"),
        None => text,
    };
    detect_language(whole, None, &[]).0
}

impl Listener {
    fn owns(&self, author: &Author) -> bool {
        author.is_one_of(&self.own_accounts)
    }
}
