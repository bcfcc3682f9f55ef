//! `ascolto digest`.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use clap::{Args, Subcommand};
use serde::Serialize;

use super::app::{App, block_on, watchlist};
use super::output::{Format, Table, json_line};
use super::report_error::{Exit, Hinted};
use super::terminal::count;
use crate::config::{Config, Watchlist};
use crate::model::Timestamp;
use crate::pipeline::digest::Plan;
use crate::pipeline::schedule::next_after;

/// List, preview or send digests
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ascolto digest list\n  ascolto digest preview frigolux\n  \
    ascolto digest preview frigolux --open\n  ascolto digest send frigolux"
)]
pub(crate) struct Digest {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// The next three runs of each digest, in its own zone
    List,
    /// What the next issue holds: as text, and as files where asked
    Preview {
        #[command(flatten)]
        which: Which,
        /// Write the HTML part to this file
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
        /// Write the whole message to this file
        #[arg(long, value_name = "FILE")]
        eml: Option<PathBuf>,
        /// Open the HTML part in the browser
        #[arg(long)]
        open: bool,
    },
    /// Send the next issue now; the one after covers what comes later
    Send {
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Debug, Args)]
struct Which {
    /// The watchlist, by file name
    watchlist: String,
    /// Which of its digests, where it has several: hourly, daily, weekly, or its name
    #[arg(long, value_name = "NAME")]
    period: Option<String>,
}

impl Digest {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        match self.verb {
            Verb::List => list(app),
            Verb::Preview {
                which,
                html,
                eml,
                open,
            } => preview(app, &which, html, eml, open),
            Verb::Send { which } => send(app, &which),
        }
    }
}

#[derive(Serialize)]
struct Row {
    digest: String,
    to: Vec<String>,
    timezone: String,
    next: Vec<Timestamp>,
}

fn list(app: &App) -> anyhow::Result<Exit> {
    let instance = app.instance()?;
    let now = app.clock.now();
    let mut rows = Vec::new();
    for plan in Plan::all(&instance.config) {
        let digest = plan.digest;
        let mut next = Vec::new();
        let mut at = now;
        while let Some(due) =
            next_after(&digest.schedule, digest.timezone, at).filter(|_| next.len() < 3)
        {
            next.push(due);
            at = due;
        }
        let shown: Vec<String> = next
            .iter()
            .map(|due| {
                due.in_zone(digest.timezone)
                    .format("%a %d %b %H:%M")
                    .to_string()
            })
            .collect();
        let row = Row {
            digest: digest.key.clone(),
            to: digest.to.clone(),
            timezone: digest.timezone.name().to_owned(),
            next,
        };
        let cells = vec![
            row.digest.clone(),
            shown.join(", "),
            row.timezone.clone(),
            row.to.join(", "),
        ];
        rows.push((cells, row));
    }
    if rows.is_empty() {
        anstream::eprintln!("there are no digests yet: add a [[digest]] to a watchlist");
        return Ok(Exit::Nothing);
    }
    Table {
        head: &["digest", "next", "zone", "to"],
        elastic: 3,
        rows,
    }
    .print(app.format)?;
    Ok(Exit::Done)
}

impl Which {
    fn plan<'a>(&self, config: &'a Config) -> anyhow::Result<Plan<'a>> {
        let watchlist = watchlist(config, &self.watchlist)?;
        let digest = match &self.period {
            None => watchlist.digests.first(),
            Some(name) => watchlist
                .digests
                .iter()
                .find(|digest| digest.key == format!("{}/{name}", watchlist.id)),
        };
        digest
            .map(|digest| Plan {
                config,
                watchlist,
                digest,
            })
            .ok_or_else(|| self.missing(watchlist).into())
    }

    fn missing(&self, watchlist: &Watchlist) -> Hinted {
        let keys: Vec<&str> = watchlist
            .digests
            .iter()
            .map(|digest| digest.key.as_str())
            .collect();
        Hinted {
            message: match &self.period {
                Some(name) => format!("{} has no digest `{name}`", watchlist.name),
                None => format!("{} has no digest", watchlist.name),
            },
            hint: if keys.is_empty() {
                format!("add a [[digest]] to {}", watchlist.path.display())
            } else {
                format!("there are: {}", keys.join(", "))
            },
            exit: Exit::BadInput,
        }
    }
}

fn preview(
    app: &App,
    which: &Which,
    html: Option<PathBuf>,
    eml: Option<PathBuf>,
    open: bool,
) -> anyhow::Result<Exit> {
    let instance = app.instance()?;
    let plan = which.plan(&instance.config)?;
    let store = instance.store()?;
    let now = app.clock.now();
    let prepared = plan.prepare(&store, now, true)?;
    let mut out = anstream::stdout().lock();
    if app.format == Format::Json {
        json_line(&mut out, &prepared.digest)?;
    } else {
        let rendered = prepared.render()?;
        writeln!(out, "{}\n\n{}", rendered.subject, rendered.text)?;
    }
    // What is opened stays where it was written: the browser reads it when it pleases.
    let html = html.or_else(|| open.then(|| instance.index().join("preview.html")));
    if let Some(path) = &html {
        write_file(path, prepared.render()?.html.as_bytes())?;
    }
    if let Some(path) = eml {
        let mails = plan.mails(&prepared, now)?;
        let raw = mails.first().map(|mail| mail.raw.as_slice());
        write_file(&path, raw.unwrap_or_default())?;
    }
    drop(out);
    if let Some(path) = html.filter(|_| open) {
        return show(&path);
    }
    Ok(Exit::Done)
}

/// Hands a page to the program that opens pages.
fn show(path: &std::path::Path) -> anyhow::Result<Exit> {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let opened = Command::new(opener)
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match opened {
        Ok(status) if status.success() => Ok(Exit::Done),
        _ => Err(Hinted {
            message: format!("`{opener}` opened nothing"),
            hint: format!("open {} yourself", path.display()),
            exit: Exit::Failed,
        }
        .into()),
    }
}

fn write_file(path: &std::path::Path, bytes: &[u8]) -> anyhow::Result<()> {
    use anyhow::Context;
    std::fs::write(path, bytes)
        .with_context(|| format!("{} could not be written", path.display()))?;
    anstream::eprintln!("written to {}", path.display());
    Ok(())
}

fn send(app: &App, which: &Which) -> anyhow::Result<Exit> {
    let instance = app.instance()?;
    let plan = which.plan(&instance.config)?;
    let mut store = instance.store()?;
    let now = app.clock.now();
    let prepared = plan.prepare(&store, now, true)?;
    let Some(queued) = plan.issue(&mut store, &prepared, now)? else {
        anstream::eprintln!("another ascolto has just made this issue");
        return Ok(Exit::Nothing);
    };
    let mentions = usize::try_from(prepared.digest.total()).unwrap_or(usize::MAX);
    anstream::eprintln!(
        "{} with {} queued",
        count(queued, "mail", "mails"),
        count(mentions, "mention", "mentions")
    );
    drop(store);
    let delivered = block_on(async { instance.deliver().await })?;
    if instance.config.settings.mail.url.is_none() {
        anstream::eprintln!(
            "no mail server is set: mails lie in {}",
            instance.outbox().display()
        );
    }
    Ok(super::mail::report(&delivered))
}
