//! `ascolto label`.

use std::io::Write;

use clap::{ArgGroup, Args, ValueEnum};
use serde::Serialize;

use super::app::App;
use super::output::{Format, json_line};
use super::report_error::Exit;
use super::show::mention;
use super::terminal::number;
use crate::model::{Label as Judgement, Priority, Sentiment, Timestamp};

/// Say what a mention really is: its sentiment, its priority, or that it should not be here
///
/// Labels are kept apart from the scores and change none. `ascolto lists check` shows how far the
/// lists agree with them, and which terms are wrong most often. A second label of a mention changes
/// what it names and leaves the rest.
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("what").required(true).multiple(true)
        .args(["sentiment", "priority", "not_relevant", "remove"])),
    after_help = "Examples:\n  ascolto label 812 neutral\n  \
        ascolto label 812 negative --priority high\n  ascolto label 813 --not-relevant"
)]
pub(crate) struct Label {
    /// The mention's number
    #[arg(value_parser = number)]
    id: i64,

    /// How it sounds
    sentiment: Option<Tone>,

    /// How soon someone should look
    #[arg(long, value_name = "PRIORITY")]
    priority: Option<Level>,

    /// It is not about what the watchlist listens for
    #[arg(long)]
    not_relevant: bool,

    /// Take the label away
    #[arg(long, conflicts_with_all = ["sentiment", "priority", "not_relevant"])]
    remove: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Tone {
    Negative,
    Neutral,
    Positive,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Level {
    Urgent,
    High,
    Normal,
    Low,
}

impl From<Tone> for Sentiment {
    fn from(tone: Tone) -> Self {
        match tone {
            Tone::Negative => Self::Negative,
            Tone::Neutral => Self::Neutral,
            Tone::Positive => Self::Positive,
        }
    }
}

impl From<Level> for Priority {
    fn from(level: Level) -> Self {
        match level {
            Level::Urgent => Self::Urgent,
            Level::High => Self::High,
            Level::Normal => Self::Normal,
            Level::Low => Self::Low,
        }
    }
}

#[derive(Serialize)]
struct LabelJson {
    id: i64,
    sentiment: Option<Sentiment>,
    priority: Option<Priority>,
    relevant: bool,
    labelled: Timestamp,
}

impl Label {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let mut store = app.archive()?.store()?;
        let id = mention(&store, self.id)?.id;
        let mut out = anstream::stdout().lock();
        if self.remove {
            store.set_label(id, None)?;
            writeln!(out, "#{id} has no label")?;
            return Ok(Exit::Done);
        }
        let before = store.label(id)?;
        let label = Judgement {
            sentiment: self
                .sentiment
                .map(Sentiment::from)
                .or(before.and_then(|label| label.sentiment)),
            priority: self
                .priority
                .map(Priority::from)
                .or(before.and_then(|label| label.priority)),
            relevant: !self.not_relevant && before.is_none_or(|label| label.relevant),
            labelled: app.clock.now(),
        };
        store.set_label(id, Some(&label))?;
        if app.format == Format::Json {
            json_line(
                &mut out,
                &LabelJson {
                    id: id.0,
                    sentiment: label.sentiment,
                    priority: label.priority,
                    relevant: label.relevant,
                    labelled: label.labelled,
                },
            )?;
            return Ok(Exit::Done);
        }
        let parts = [
            label
                .sentiment
                .map(|sentiment| sentiment.as_str().to_owned()),
            label
                .priority
                .map(|priority| format!("priority {}", priority.as_str())),
            (!label.relevant).then(|| "not relevant".to_owned()),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        writeln!(out, "#{id} is labelled: {}", parts.join(", "))?;
        if self.not_relevant {
            anstream::eprintln!("`ascolto lists check` proposes what to take out of the query");
        }
        Ok(Exit::Done)
    }
}
