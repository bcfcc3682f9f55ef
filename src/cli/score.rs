//! `ascolto score`.

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::app::App;
use super::lines::answer_each;
use super::report_error::Exit;
use super::rescore;
use crate::model::{IntentScore, Lang, PriorityScore, SentimentScore};
use crate::score::{Input, Scorer};

/// Score JSON lines from stdin, or the archive anew
///
/// Reads mentions, one JSON object a line (`id` and `text`; `language`, `rating` and every other
/// field of a mention are optional; a language that is named is believed), and answers each, in
/// order, with its `id`, `language`, `sentiment`, `intent` and `priority`: by the lists of the
/// instance, or by the shipped ones where the folder is no instance.
///
/// With `--all`, stored mentions that were scored by other lists than those of now are scored anew,
/// and the index follows. It can be interrupted and started again at any time.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    echo '{\"id\": 1, \"text\": \"Il mio Frigolux perde acqua!\"}' | ascolto score\n  \
    ascolto score --all")]
pub(crate) struct Score {
    /// Score the archive anew, by the lists and watchlists as they are now
    #[arg(long)]
    all: bool,

    /// Also what was scored by the same lists: after a change in the `[priority]` of a watchlist
    #[arg(long, requires = "all")]
    force: bool,
}

#[derive(Serialize)]
struct Answer {
    id: Value,
    language: Lang,
    sentiment: SentimentScore,
    intent: IntentScore,
    priority: PriorityScore,
}

impl Score {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        if self.all {
            rescore::run(app, self.force)
        } else {
            from_stdin(app)
        }
    }
}

fn from_stdin(app: &App) -> anyhow::Result<Exit> {
    let lists = app.lists()?;
    let scorer = Scorer::new(&lists);
    answer_each(|mention| {
        // Whoever names the language here knows it; a feed speaks for its whole site.
        let named = mention.item.lang_hint.filter(|lang| *lang != Lang::OTHER);
        let scores = scorer.score(&Input {
            language: named,
            ..Input::of(&mention.item)
        });
        Answer {
            id: mention.id,
            language: scores.language,
            sentiment: scores.sentiment,
            intent: scores.intent,
            priority: scores.priority,
        }
    })
}
