//! `ascolto index`.

use std::io::Write;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::app::App;
use super::output::{Format, json_line};
use super::report_error::Exit;
use super::terminal::count;
use crate::model::MentionId;
use crate::pipeline::index_tail::{self, Verified};

/// How long `rebuild` waits for another process that writes the index.
const PATIENCE: Duration = Duration::from_secs(30);

/// Look after the full-text index
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ascolto index status\n  \
    ascolto index verify\n  \
    ascolto index rebuild")]
pub(crate) struct Index {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make the index again from the database
    Rebuild,
    /// Compare the index with the database, mention by mention
    Verify,
    /// How far the index has come
    Status,
}

impl Index {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        match self.verb {
            Verb::Rebuild => rebuild(app),
            Verb::Verify => verify(app),
            Verb::Status => status(app),
        }
    }
}

fn rebuild(app: &App) -> anyhow::Result<Exit> {
    let store = app.archive()?.store()?;
    let taken = index_tail::rebuild(&store, PATIENCE)?;
    writeln!(
        anstream::stdout().lock(),
        "the index was made again: {}",
        count(taken, "change", "changes")
    )?;
    Ok(Exit::Done)
}

fn verify(app: &App) -> anyhow::Result<Exit> {
    let store = app.archive()?.store()?;
    let verified = index_tail::verify(&store)?;
    let mut out = anstream::stdout().lock();
    writeln!(
        out,
        "{} compared",
        count(verified.checked, "mention", "mentions")
    )?;
    if verified.is_equal() {
        writeln!(out, "the index holds exactly what the database holds")?;
        return Ok(Exit::Done);
    }
    for (what, ids) in differences(&verified) {
        if !ids.is_empty() {
            let some: Vec<String> = ids.iter().take(10).map(|id| format!("#{id}")).collect();
            let dots = if ids.len() > 10 { ", …" } else { "" };
            writeln!(out, "{} {what}: {}{dots}", ids.len(), some.join(", "))?;
        }
    }
    for path in &verified.damaged {
        writeln!(out, "damaged: {}", path.display())?;
    }
    anstream::eprintln!("`ascolto index rebuild` makes the index again; nothing is lost");
    Ok(Exit::Failed)
}

fn differences(verified: &Verified) -> [(&'static str, &[MentionId]); 3] {
    [
        ("missing in the index", &verified.missing),
        ("in the index but not in the database", &verified.extra),
        ("different", &verified.different),
    ]
}

#[derive(Serialize)]
struct StatusJson {
    stored: u64,
    indexed: Option<u64>,
    upto: i64,
    reached: i64,
    segments: usize,
    bytes: u64,
}

fn status(app: &App) -> anyhow::Result<Exit> {
    let store = app.archive()?.store()?;
    let status = index_tail::status(&store)?;
    let mut out = anstream::stdout().lock();
    if app.format == Format::Json {
        json_line(
            &mut out,
            &StatusJson {
                stored: status.stored,
                indexed: status.indexed,
                upto: status.upto.0,
                reached: status.reached.0,
                segments: status.segments,
                bytes: status.bytes,
            },
        )?;
        return Ok(Exit::Done);
    }
    let indexed = status.indexed.unwrap_or(0);
    writeln!(out, "in the database  {}", status.stored)?;
    writeln!(out, "in the index     {indexed}")?;
    writeln!(out, "changes behind   {}", status.upto.0 - status.reached.0)?;
    writeln!(out, "segments         {}", status.segments)?;
    writeln!(out, "on disk          {} kB", status.bytes / 1_000)?;
    Ok(Exit::Done)
}
