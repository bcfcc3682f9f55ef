//! `ascolto watchlists test` and `apply`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use clap::Args;
use serde::Serialize;

use super::app::{App, watchlist};
use super::cards::card;
use super::output::{Format, Table, json_line};
use super::progress::bar;
use super::report_error::{BadInput, Exit, print_problems};
use super::terminal::{count, one_line, width};
use super::when::When;
use crate::config::{Config, Watchlist};
use crate::model::{MentionJson, Severity, Timestamp};
use crate::pipeline::tuning::{Applied, Example, Past, Side, Tried, Tuning};
use crate::store::Store;

/// Show what a watchlist's file would have collected from the past; nothing is written
///
/// Asks everything stored, and everything that was read and matched nothing (kept for
/// `retention.unmatched`). A file with the name of a watchlist of the instance is compared with what
/// that collects now; any other is taken for a new watchlist.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// The watchlist's file, wherever it lies
    file: PathBuf,

    /// Only what was collected since: 24h, 14d, 2026-11-01, or a time
    #[arg(long, value_parser = When::parse, value_name = "WHEN")]
    since: Option<When>,

    /// How many examples to show of what is gained, and of what is lost
    #[arg(long, value_name = "N", default_value_t = 3)]
    examples: usize,
}

/// Take a watchlist's file, as it is now, over to the past
///
/// What was kept aside and matches becomes a mention; stored mentions join or leave the watchlist and
/// are weighed anew. No digest and no alert tells of it. Mentions that leave stay in the archive.
#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// The watchlist, by file name
    #[arg(value_name = "NAME")]
    watchlist: String,

    /// Only to what was collected since: 24h, 14d, 2026-11-01, or a time
    #[arg(long, value_parser = When::parse, value_name = "WHEN")]
    since: Option<When>,
}

/// What `test` prints as JSON.
#[derive(Serialize)]
struct TriedJson<'a> {
    watchlist: &'a str,
    is_new: bool,
    since: Option<Timestamp>,
    mentions: u64,
    kept: u64,
    gained: SideJson<'a>,
    gained_kept: u64,
    lost: SideJson<'a>,
    unchanged: SideJson<'a>,
    /// By source: what else matches in sources that the watchlist does not read.
    elsewhere: &'a BTreeMap<String, u64>,
}

#[derive(Serialize)]
struct SideJson<'a> {
    count: u64,
    examples: Vec<ExampleJson<'a>>,
}

/// A mention, `kept` where it is kept aside and has no number yet; `because` where it is lost.
#[derive(Serialize)]
struct ExampleJson<'a> {
    kept: bool,
    because: Option<&'a str>,
    mention: MentionJson<'a>,
}

impl<'a> From<&'a Side> for SideJson<'a> {
    fn from(side: &'a Side) -> Self {
        Self {
            count: side.number,
            examples: side
                .examples
                .iter()
                .map(|example| ExampleJson {
                    kept: example.mention.id.0 == 0,
                    because: example.because.as_deref(),
                    mention: MentionJson::from(&example.mention),
                })
                .collect(),
        }
    }
}

impl Test {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let instance = app.archive()?;
        let watchlist = self.watchlist(app)?;
        let now = app.clock.now();
        let zone = instance.config.settings.timezone;
        let past = Past {
            since: self.since.map(|when| when.start(zone, now)),
            examples: self.examples,
        };
        let tuning = Tuning::new(&instance.config, watchlist.clone(), instance.lists());
        let Some(store) = Store::open_existing(&instance.index())? else {
            anstream::eprintln!("nothing was collected yet: `ascolto collect`");
            return Ok(Exit::Nothing);
        };
        let tried = with_bar(|progress| tuning.test(&store, past, progress))?;
        match app.format {
            Format::Table => print(&watchlist, &tuning, &tried, now)?,
            Format::Json => {
                let object = TriedJson {
                    watchlist: watchlist.id.as_str(),
                    is_new: tuning.is_new(),
                    since: past.since,
                    mentions: tried.mentions,
                    kept: tried.kept,
                    gained: (&tried.gained).into(),
                    gained_kept: tried.gained_kept,
                    lost: (&tried.lost).into(),
                    unchanged: (&tried.unchanged).into(),
                    elsewhere: &tried.elsewhere,
                };
                json_line(&mut anstream::stdout().lock(), &object)?;
            }
            Format::Csv => counts(&tried).print(Format::Csv)?,
        }
        Ok(Exit::Done)
    }

    fn watchlist(&self, app: &App) -> anyhow::Result<Watchlist> {
        let (watchlist, problems) = Config::watchlist_file(&self.file, &app.directory);
        let wrong = |severity| problems.iter().any(|problem| problem.severity == severity);
        match watchlist {
            Some(watchlist) if !wrong(Severity::Error) => {
                print_problems(&problems);
                Ok(watchlist)
            }
            _ => Err(BadInput(problems).into()),
        }
    }
}

impl Apply {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let instance = app.instance()?;
        let watchlist = watchlist(&instance.config, &self.watchlist)?;
        let zone = instance.config.settings.timezone;
        let since = self.since.map(|when| when.start(zone, app.clock.now()));
        let tuning = Tuning::new(&instance.config, watchlist.clone(), instance.lists());
        let mut store = instance.store()?;
        let now = app.clock.now();
        let applied = with_bar(|progress| tuning.apply(&mut store, since, now, progress))?;
        report(app, watchlist, applied)?;
        Ok(Exit::Done)
    }
}

fn count_of(number: u64, one: &str, many: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), one, many)
}

fn with_bar<T>(
    work: impl FnOnce(&mut dyn FnMut(u64, u64)) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let bar = bar(0, "comparing");
    let done = work(&mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    done
}

fn counts(tried: &Tried) -> Table<()> {
    let row = |what: &str, number: u64| (vec![what.to_owned(), number.to_string()], ());
    Table {
        head: &["change", "mentions"],
        elastic: 0,
        rows: vec![
            row("gained", tried.gained.number),
            row("lost", tried.lost.number),
            row("unchanged", tried.unchanged.number),
        ],
    }
}

fn print(
    watchlist: &Watchlist,
    tuning: &Tuning,
    tried: &Tried,
    now: Timestamp,
) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let name = one_line(&watchlist.name);
    let (gained, lost) = (tried.gained.number, tried.lost.number);
    let against = if tuning.is_new() {
        "a new watchlist"
    } else {
        "against what it collects now"
    };
    writeln!(
        out,
        "{name}, {against}: {gained} gained, {lost} lost, {} unchanged",
        tried.unchanged.number
    )?;
    let green = AnsiColor::Green.on_default().bold();
    let red = AnsiColor::Red.on_default().bold();
    let aside = match tried.gained_kept {
        0 => String::new(),
        kept => format!(", {kept} of them kept aside until now"),
    };
    side(
        &mut out,
        green,
        &format!("gained{aside}"),
        &tried.gained,
        now,
    )?;
    side(&mut out, red, "lost", &tried.lost, now)?;
    if gained == 0 && lost == 0 {
        side(
            &mut out,
            Style::new().bold(),
            "unchanged",
            &tried.unchanged,
            now,
        )?;
    }
    if !tried.elsewhere.is_empty() {
        let names: Vec<&str> = tried.elsewhere.keys().map(String::as_str).collect();
        anstream::eprintln!(
            "{} more would match in sources that it does not read: {}",
            tried.elsewhere.values().sum::<u64>(),
            one_line(&names.join(", "))
        );
    }
    anstream::eprintln!(
        "{} and {} kept aside looked at; nothing was changed",
        count_of(tried.mentions, "mention", "mentions"),
        count_of(tried.kept, "item", "items"),
    );
    Ok(())
}

fn side(
    out: &mut impl Write,
    style: Style,
    what: &str,
    side: &Side,
    now: Timestamp,
) -> anyhow::Result<()> {
    if side.examples.is_empty() {
        return Ok(());
    }
    let shown = side.examples.len();
    let newest = if u64::try_from(shown).is_ok_and(|shown| shown < side.number) {
        format!(" (the newest {shown} of {})", side.number)
    } else {
        String::new()
    };
    writeln!(out, "\n{style}{what}{style:#}{newest}\n")?;
    for Example { mention, because } in &side.examples {
        write!(out, "{}", card(mention, &mention.hits, now, width()))?;
        if let Some(because) = because {
            writeln!(out, "  {style}✗{style:#} {}", one_line(because))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// What `apply` prints as JSON.
#[derive(Serialize)]
struct AppliedJson<'a> {
    watchlist: &'a str,
    gained: u64,
    gained_kept: u64,
    lost: u64,
    updated: u64,
    unchanged: u64,
    passed_over: u64,
}

fn report(app: &App, watchlist: &Watchlist, applied: Applied) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let gained = applied.gained + applied.promoted;
    if app.format == Format::Json {
        let object = AppliedJson {
            watchlist: watchlist.id.as_str(),
            gained,
            gained_kept: applied.promoted,
            lost: applied.lost,
            updated: applied.updated,
            unchanged: applied.unchanged,
            passed_over: applied.passed_over,
        };
        return json_line(&mut out, &object);
    }
    let aside = match applied.promoted {
        0 => String::new(),
        promoted => format!(" ({promoted} kept aside until now)"),
    };
    writeln!(
        out,
        "{}: {gained} gained{aside}, {} lost, {} weighed anew, {} unchanged",
        one_line(&watchlist.name),
        applied.lost,
        applied.updated,
        applied.unchanged,
    )?;
    if applied.passed_over > 0 {
        anstream::eprintln!(
            "{} changed meanwhile and left alone: run it once more",
            count_of(applied.passed_over, "mention was", "mentions were")
        );
    }
    if applied.lost > 0 {
        anstream::eprintln!(
            "what was lost stays in the archive; `watch:{}` finds it no more",
            watchlist.id
        );
    }
    if gained + applied.lost + applied.updated > 0 {
        anstream::eprintln!("an `ascolto run` that is running reads the file when it starts again");
    }
    Ok(())
}
