//! `ascolto outbox`.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::app::{App, block_on};
use super::output::{Format, Table};
use super::report_error::{Exit, Hinted};
use super::terminal::{age, number};
use crate::model::{DeliveryState, Timestamp};
use crate::store::Letter;

/// List the messages that wait or were sent
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ascolto outbox\n  ascolto outbox retry 12\n  ascolto outbox send"
)]
pub(crate) struct Outbox {
    #[command(subcommand)]
    verb: Option<Verb>,

    /// How many to list at most
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a mail that waits or was refused due at once
    Retry {
        /// Its number, as `ascolto outbox` shows it
        #[arg(value_parser = number)]
        id: i64,
    },
    /// Send what is due now, without the daemon
    Send,
}

#[derive(Serialize)]
struct Row {
    id: i64,
    key: String,
    kind: &'static str,
    to: String,
    subject: String,
    state: &'static str,
    attempts: u32,
    next: Option<Timestamp>,
    error: Option<String>,
    message_id: String,
    /// By what it goes: mail, or a kind of webhook.
    channel: &'static str,
    /// Tries that were never answered: each may have arrived.
    uncertain: u32,
}

impl Outbox {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        match self.verb {
            None => list(app, self.limit),
            Some(Verb::Retry { id }) => retry(app, id),
            Some(Verb::Send) => send(app),
        }
    }
}

fn list(app: &App, limit: usize) -> anyhow::Result<Exit> {
    let store = app.archive()?.store()?;
    let now = app.clock.now();
    let letters = store.letters(DeliveryState::ALL, limit)?;
    if letters.is_empty() {
        anstream::eprintln!("the outbox is empty");
        return Ok(Exit::Nothing);
    }
    let table = Table {
        head: &["id", "to", "state", "tries", "when", "subject", "note"],
        elastic: 5,
        rows: letters
            .into_iter()
            .map(|letter| row(letter, now, app.format))
            .collect(),
    };
    table.print(app.format)?;
    Ok(Exit::Done)
}

fn row(letter: Letter, now: Timestamp, format: Format) -> (Vec<String>, Row) {
    let when = letter.sent.unwrap_or(letter.next);
    let message = letter.message;
    let row = Row {
        id: letter.id,
        key: message.key,
        kind: message.kind.as_str(),
        channel: message.channel.as_str(),
        to: message.to,
        subject: message.subject,
        state: letter.state.as_str(),
        attempts: letter.attempts,
        uncertain: letter.uncertain,
        next: (letter.state == DeliveryState::Waiting).then_some(letter.next),
        error: letter.error,
        message_id: message.message_id,
    };
    // Every subject begins with it; on a screen it takes the room of what differs.
    let subject = match format {
        Format::Table => row.subject.trim_start_matches("[ascolto] "),
        _ => &row.subject,
    };
    let cells = vec![
        row.id.to_string(),
        row.to.clone(),
        row.state.to_owned(),
        row.attempts.to_string(),
        age(when, now),
        subject.to_owned(),
        note(&row),
    ];
    (cells, row)
}

/// What went wrong; of what was sent, whether it may have arrived more than once.
fn note(row: &Row) -> String {
    match (&row.error, row.uncertain) {
        (Some(error), _) => error.clone(),
        (None, 0) => String::new(),
        (None, _) => "an answer was lost: it may have arrived twice".to_owned(),
    }
}

fn retry(app: &App, id: i64) -> anyhow::Result<Exit> {
    let mut store = app.archive()?.store()?;
    if !store.retry_letter(id, app.clock.now())? {
        return Err(Hinted {
            message: format!("no mail {id} waits or was refused"),
            hint: "`ascolto outbox` lists them".to_owned(),
            exit: Exit::Nothing,
        }
        .into());
    }
    drop(store);
    send(app)
}

fn send(app: &App) -> anyhow::Result<Exit> {
    let instance = app.archive()?;
    let delivered = block_on(async { instance.deliver().await })?;
    Ok(super::mail::report(&delivered))
}
