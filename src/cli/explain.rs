//! `ascolto explain`.

use std::fmt::Write as _;
use std::io::Write as _;

use anstyle::Style;
use clap::Args;
use serde::Serialize;

use super::app::App;
use super::cards::card;
use super::copies;
use super::output::{Format, json_line};
use super::report_error::Exit;
use super::show::mention;
use super::terminal::{number, one_line, width};
use crate::model::{Hit, Item, Mention, Scores, SentimentScore, WatchlistId};
use crate::query::Document;
use crate::score::{Input, Scorer, detect_language};

/// Explain why a mention matched and what it weighs
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ascolto explain 812\n  \
    ascolto explain 812 --query 'frigolux NEAR/3 acqua'\n  \
    ascolto explain --text 'Non sono affatto contenta del mio Frigolux'")]
pub(crate) struct Explain {
    /// The mention's number
    #[arg(required_unless_present = "text", value_parser = number)]
    id: Option<i64>,

    /// Words to explain instead of a mention
    #[arg(long, value_name = "TEXT", conflicts_with = "id")]
    text: Option<String>,

    /// Explain this query instead of the watchlists'
    #[arg(long, value_name = "QUERY")]
    query: Option<String>,
}

#[derive(Serialize)]
struct Explained<'a> {
    id: Option<i64>,
    hits: &'a [Hit],
    scores: &'a Scores,
}

impl Explain {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let now = app.clock.now();
        let instance = app.archive();
        let names = instance
            .as_ref()
            .map(|instance| instance.config.settings.names.clone())
            .unwrap_or_default();
        let query = match &self.query {
            Some(text) => Some(App::query(text, &names)?),
            None => None,
        };
        let mut out = String::new();
        if let Some(text) = &self.text {
            let item = Item {
                text: text.clone(),
                ..Item::default()
            };
            let lists = app.lists()?;
            let scores = Scorer::new(&lists).score(&Input::of(&item));
            if app.format == Format::Json {
                let explained = Explained {
                    id: None,
                    hits: &[],
                    scores: &scores,
                };
                json_line(&mut anstream::stdout().lock(), &explained)?;
                return Ok(Exit::Done);
            }
            if let Some(query) = &query {
                let lang = detect_language(text, None, &[]).0;
                let document = Document::of_item(&item, "", lang, now);
                let _infallible = writeln!(out, "{}\n", query.explain(&document, now));
            }
            out.push_str(&working(&scores));
        } else {
            let instance = instance?;
            let id = self.id.unwrap_or_default();
            let store = instance.store()?;
            let mention = mention(&store, id)?;
            if app.format == Format::Json {
                let explained = Explained {
                    id: Some(id),
                    hits: &mention.hits,
                    scores: &mention.scores,
                };
                json_line(&mut anstream::stdout().lock(), &explained)?;
                return Ok(Exit::Done);
            }
            out.push_str(&card(&mention, &mention.hits, now, width()));
            let document = Document::of_mention(&mention);
            match &query {
                Some(query) => {
                    let _infallible = write!(out, "\n{}\n", query.explain(&document, now));
                }
                None => {
                    for watchlist in &instance.config.watchlists {
                        let _infallible = write!(
                            out,
                            "\n{}\n{}\n",
                            verdict(&mention, &watchlist.id, &watchlist.name),
                            watchlist.query.explain(&document, now)
                        );
                    }
                }
            }
            out.push('\n');
            out.push_str(&working(&mention.scores));
            if let Some(copy) = store.copy_of(mention.id)? {
                let _infallible = writeln!(out, "\n{}", copies::because(&copy));
            }
            let copies = copies::of(&store, &mention)?;
            if !copies.is_empty() {
                let _infallible = write!(
                    out,
                    "\nFolded into it, as they say the same within seven days:\n{}",
                    copies::lines(&copies)
                );
            }
        }
        write!(anstream::stdout().lock(), "{out}")?;
        Ok(Exit::Done)
    }
}

fn verdict(mention: &Mention, id: &WatchlistId, name: &str) -> String {
    let bold = Style::new().bold();
    let says = if mention.watchlists.contains(id) {
        "collects it"
    } else {
        "does not collect it"
    };
    format!("{bold}{}{bold:#} {says}", one_line(name))
}

/// How the scores came about: each word with its weight and the sum so far.
fn working(scores: &Scores) -> String {
    let bold = Style::new().bold();
    let mut out = String::new();
    let _infallible = writeln!(out, "{bold}language{bold:#}   {}", scores.language);
    tone(&mut out, "sentiment", &scores.sentiment);
    for brand in &scores.brands {
        tone(
            &mut out,
            &format!("sentiment about {}", brand.watchlist),
            &brand.sentiment,
        );
    }
    let _infallible = writeln!(out, "{bold}intent{bold:#}     {}", scores.intent.label);
    for reason in &scores.intent.because {
        let _infallible = writeln!(out, "          {}", one_line(reason));
    }
    let priority = &scores.priority;
    let _infallible = writeln!(
        out,
        "{bold}priority{bold:#}   {} ({} of 100)",
        priority.label, priority.score
    );
    for points in &priority.because {
        let _infallible = writeln!(
            out,
            "  {:>+6}  {}: {}",
            points.points,
            points.rule,
            one_line(&points.term)
        );
    }
    let _infallible = writeln!(out, "{bold}lists{bold:#}      {}", scores.lists);
    out
}

/// A sentiment, and how it came about.
fn tone(out: &mut String, title: &str, sentiment: &SentimentScore) {
    let bold = Style::new().bold();
    let _infallible = writeln!(
        out,
        "{bold}{title}{bold:#}  {} ({:+.2})",
        sentiment.label, sentiment.score
    );
    let mut sum = 0.0;
    for term in &sentiment.because {
        sum += term.weight;
        let rules = if term.rules.is_empty() {
            String::new()
        } else {
            format!("  by {}", term.rules.join(", "))
        };
        let _infallible = writeln!(
            out,
            "  {:>+6.2}  {}{rules}  (sum {sum:+.2})",
            term.weight,
            one_line(&term.term)
        );
    }
}
