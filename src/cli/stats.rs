//! `ascolto stats`.

use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use anyhow::Context;
use chrono::Datelike;
use clap::Args;

use super::app::{App, watchlist};
use super::bars::{self, cells, plain};
use super::output::{Format, csv_cell, json_line};
use super::report_error::{Exit, Hinted};
use super::terminal::{one_line, width};
use super::when::Between;
use crate::model::{Lang, Numbers, Period, Share, Statistics, Step, Timestamp, Window};
use crate::pipeline::stats::{page, statistics};

/// The widest that the pictures are drawn.
const WIDEST: usize = 80;

/// Count what was said: by day, how it sounds, where, who, and beside whom
///
/// Without a watchlist: everything collected. Without `--since`: the last 30 days.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ascolto stats\n  \
    ascolto stats frigolux --since 90d\n  \
    ascolto stats frigolux --since 2026-10-01 --until 2026-10-31 --html october.html\n  \
    ascolto stats frigolux --format json")]
pub(crate) struct Stats {
    /// The watchlist
    #[arg(value_name = "WATCHLIST")]
    watchlist: Option<String>,

    #[command(flatten)]
    between: Between,

    /// Write a page with pictures, in the instance's language, that needs nothing else
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

impl Stats {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let instance = app.archive()?;
        let config = &instance.config;
        let chosen = self
            .watchlist
            .as_deref()
            .map(|name| watchlist(config, name))
            .transpose()?;
        let now = app.clock.now();
        let zone = config.settings.timezone;
        let to = self.between.until.map_or(now, |when| when.end(zone, now));
        let month = Duration::from_hours(24 * 29);
        let from = self.between.since.map_or_else(
            || Timestamp::start_of_day(zone, to.minus(month).day_in(zone)),
            |when| when.start(zone, now),
        );
        if from >= to {
            return Err(Hinted {
                message: "the time between --since and --until is empty".to_owned(),
                hint: "--since comes before --until".to_owned(),
                exit: Exit::BadInput,
            }
            .into());
        }
        let window = Window {
            from,
            to,
            timezone: zone,
        };
        let found = statistics(&instance.store()?, config, chosen, window, now)?;
        if let Some(path) = &self.html {
            std::fs::write(path, page(&found)?)
                .with_context(|| format!("{} could not be written", path.display()))?;
            anstream::eprintln!("{} was written", path.display());
        } else {
            let mut out = anstream::stdout().lock();
            match app.format {
                Format::Json => json_line(&mut out, &found)?,
                Format::Csv => print_csv(&mut out, &found)?,
                Format::Table => write!(out, "{}", drawn(&found, width().min(WIDEST)))?,
            }
        }
        Ok(if found.numbers.mentions == 0 {
            Exit::Nothing
        } else {
            Exit::Done
        })
    }
}

/// The periods, for a spreadsheet.
fn print_csv(out: &mut impl Write, statistics: &Statistics) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["from", "mentions", "negative", "neutral", "positive"])?;
    for period in &statistics.periods {
        let counts = [
            period.total(),
            period.negative,
            period.neutral,
            period.positive,
        ];
        let mut cells = vec![csv_cell(&period.start.to_string())];
        cells.extend(counts.iter().map(ToString::to_string));
        csv.write_record(&cells)?;
    }
    csv.flush()?;
    Ok(())
}

/// The statistics for a terminal of so many cells.
fn drawn(statistics: &Statistics, width: usize) -> String {
    let (bold, dim) = (Style::new().bold(), Style::new().dimmed());
    let window = statistics.window;
    let last = Timestamp::from_millis(window.to.millis() - 1).day_in(window.timezone);
    let name = statistics.name.as_deref().unwrap_or("All watchlists");
    let mut out = format!(
        "{bold}{}{bold:#}  {dim}{} to {last}, {}{dim:#}\n",
        one_line(name),
        window.from.day_in(window.timezone),
        window.timezone.name()
    );
    numbers(&mut out, &statistics.numbers);
    if statistics.numbers.mentions == 0 {
        return out;
    }
    periods(&mut out, statistics, width);
    voices(&mut out, statistics, width);
    let intents: Vec<Share> = statistics
        .intents
        .iter()
        .map(|count| plain(count.intent.as_str(), count.mentions))
        .collect();
    list(&mut out, "what they want", &intents, width);
    let mut sources = statistics.sources.clone();
    if statistics.other_sources > 0 {
        sources.push(plain("other sources", statistics.other_sources));
    }
    list(&mut out, "sources", &sources, width);
    list(&mut out, "authors", &statistics.authors, width);
    list(&mut out, "terms that matched", &statistics.terms, width);
    let languages = statistics.languages_by_name(Lang::EN);
    list(&mut out, "languages", &languages, width);
    list(
        &mut out,
        "words that weigh against",
        &statistics.complaints,
        width,
    );
    list(&mut out, "words that weigh for", &statistics.praise, width);
    out
}

fn numbers(out: &mut String, numbers: &Numbers) {
    let percent = |share: f64| format!("{:.0}%", share * 100.0);
    let points = |points: f64| format!("{points:+.0}");
    let rows = [
        (
            "mentions",
            Some(numbers.mentions.to_string()),
            numbers.mentions_before.map(|n| n.to_string()),
        ),
        (
            "authors",
            numbers.authors.value.map(|n| n.to_string()),
            numbers.authors.previous.map(|n| n.to_string()),
        ),
        (
            "urgent or high",
            Some((numbers.urgent + numbers.high).to_string()),
            None,
        ),
        (
            "positive less negative, in points",
            numbers.net_sentiment.value.map(points),
            numbers.net_sentiment.previous.map(points),
        ),
        (
            "negative",
            numbers.negative_share.value.map(percent),
            numbers.negative_share.previous.map(percent),
        ),
        (
            "share of voice",
            numbers.share_of_voice.value.map(percent),
            numbers.share_of_voice.previous.map(percent),
        ),
    ];
    for (label, value, before) in rows {
        if let Some(value) = value {
            let before = before.map_or_else(String::new, |before| format!("   before: {before}"));
            let _infallible = writeln!(out, "  {label:<34}{value:>7}{before}");
        }
    }
}

fn periods(out: &mut String, statistics: &Statistics, width: usize) {
    let (red, green, dim) = colours();
    let what = match statistics.step {
        Step::Day => "mentions a day",
        Step::Week => "mentions a week, from Monday",
        Step::Month => "mentions a month",
    };
    heading(out, what);
    let most = statistics
        .periods
        .iter()
        .map(Period::total)
        .max()
        .unwrap_or(1);
    let figures = most.to_string().len();
    let room = width.saturating_sub(16 + figures + 4).max(8);
    // A month of nothing before the first mention says one thing.
    let silent = statistics
        .periods
        .iter()
        .take_while(|period| period.total() == 0);
    let silent = silent.count();
    let first = statistics.periods.get(silent).filter(|_| silent > 3);
    if let Some(first) = first {
        let _infallible = writeln!(out, "  none before {}", first.start);
    }
    let skipped = if first.is_some() { silent } else { 0 };
    for period in statistics.periods.iter().skip(skipped) {
        let start = period.start;
        let name = match statistics.step {
            Step::Day => format!("{} {start}", start.weekday()),
            Step::Week => start.to_string(),
            Step::Month => start.format("%Y-%m").to_string(),
        };
        let cells = |n: u64| cells(n, most, room);
        let (bad, good) = (cells(period.negative), cells(period.positive));
        let rest = cells(period.total()).saturating_sub(bad + good);
        let rest = rest.max(usize::from(period.neutral > 0));
        let _infallible = writeln!(
            out,
            "  {name:<14}  {:>figures$}  {red}{}{red:#}{dim}{}{dim:#}{green}{}{green:#}",
            period.total(),
            "#".repeat(bad),
            "·".repeat(rest),
            "+".repeat(good),
        );
    }
    let _infallible = writeln!(
        out,
        "  {red}#{red:#} negative  {dim}·{dim:#} neutral  {green}+{green:#} positive"
    );
}

fn voices(out: &mut String, statistics: &Statistics, width: usize) {
    let all: u64 = statistics.voices.iter().map(|voice| voice.mentions).sum();
    if all == 0 {
        return;
    }
    let shares: Vec<Share> = statistics
        .voices
        .iter()
        .map(|voice| {
            let percent = (voice.mentions * 200 + all) / (2 * all);
            plain(&format!("{} {percent}%", voice.name), voice.mentions)
        })
        .collect();
    list(out, "share of voice", &shares, width);
}

fn list(out: &mut String, what: &str, shares: &[Share], width: usize) {
    if !shares.is_empty() {
        heading(out, what);
        bars::draw(out, shares, width);
    }
}

fn heading(out: &mut String, what: &str) {
    out.push('\n');
    bars::heading(out, what);
}

fn colours() -> (Style, Style, Style) {
    (
        AnsiColor::Red.on_default(),
        AnsiColor::Green.on_default(),
        Style::new().dimmed(),
    )
}
