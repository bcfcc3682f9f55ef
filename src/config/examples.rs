//! `[[example]]`s, tried.

use super::instance::Loaded;
use super::watchlist::{Example, Watchlist};
use crate::model::{Diagnostic, Severity, Timestamp};
use crate::query::Document;

impl Loaded {
    /// Tries every example of every watchlist: one error for each that does not come out as it
    /// says.
    pub fn run_examples(&self, now: Timestamp) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        for watchlist in &self.config.watchlists {
            let text = self.texts.get(&watchlist.id).map_or("", String::as_str);
            let origin = format!("watchlists/{}.toml", watchlist.id);
            for example in &watchlist.examples {
                let found = matches(watchlist, example, now);
                if found == example.matches {
                    continue;
                }
                let (message, label) = if found {
                    (
                        "the watchlist collects this example, which says it should not",
                        "matched",
                    )
                } else {
                    (
                        "the watchlist does not collect this example, which says it should",
                        "not matched",
                    )
                };
                problems.push(
                    Diagnostic::new(Severity::Error, &origin, message)
                        .at(text, example.span.clone(), label)
                        .hint("change `query`, or `matches`"),
                );
            }
        }
        problems
    }
}

fn matches(watchlist: &Watchlist, example: &Example, now: Timestamp) -> bool {
    let document = Document {
        title: example.title.as_deref(),
        text: &example.text,
        published: Some(now),
        collected: Some(now),
        ..Document::default()
    };
    watchlist.query.hits(&document, now).is_some()
}
