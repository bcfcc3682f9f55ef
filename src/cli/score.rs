//! `ascolto score`.

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::app::App;
use super::lines::answer_each;
use super::report_error::Exit;
use crate::model::{IntentScore, Lang, PriorityScore, SentimentScore};
use crate::score::{Input, Scorer};

/// Score JSON lines from stdin
///
/// Reads mentions, one JSON object a line (`id` and `text`; `language`, `rating` and every other
/// field of a mention are optional), and answers each, in order, with its `id`, `language`,
/// `sentiment`, `intent` and `priority`: by the lists of the instance, or by the shipped ones where
/// the folder is no instance.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    echo '{\"id\": 1, \"text\": \"Il mio Frigolux perde acqua!\"}' | ascolto score")]
pub(crate) struct Score {}

#[derive(Serialize)]
struct Answer {
    id: Value,
    language: Lang,
    sentiment: SentimentScore,
    intent: IntentScore,
    priority: PriorityScore,
}

/// Scores stdin.
pub(crate) fn run(app: &App) -> anyhow::Result<Exit> {
    let lists = app.lists()?;
    let scorer = Scorer::new(&lists);
    answer_each(|mention| {
        let scores = scorer.score(&Input::of(&mention.item));
        Answer {
            id: mention.id,
            language: scores.language,
            sentiment: scores.sentiment,
            intent: scores.intent,
            priority: scores.priority,
        }
    })
}
