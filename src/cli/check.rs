//! `ascolto check`.

use std::io::Write;

use super::app::App;
use super::check_online;
use super::lists_check;
use super::output::Format;
use super::report_error::{Exit, print_problems};
use super::terminal::{count, printable};
use crate::config::{Config, Loaded, Watchlist};
use crate::model::Severity;

/// Looks through the whole configuration and shows all problems at once, with their places; tries
/// the examples of the watchlists.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    ascolto check\n  \
    ascolto check --online")]
pub(crate) struct Check {
    /// Also ask every source once; nothing is stored
    #[arg(long)]
    online: bool,
}

impl Check {
    /// Checks the instance; the examples are tried as if they were published now.
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let loaded = Config::load(&app.directory);
        let mut problems = loaded.problems.clone();
        problems.extend(loaded.run_examples(app.clock.now()));
        problems.extend(lists_check::problems(&loaded.config));
        print_problems(&problems);
        let mut stdout = anstream::stdout().lock();
        // Whoever sees the brackets sees how the query is read.
        if app.format == Format::Table {
            for watchlist in &loaded.config.watchlists {
                writeln!(stdout, "{}", as_read(watchlist))?;
            }
        }
        let number = |severity| {
            problems
                .iter()
                .filter(|problem| problem.severity == severity)
                .count()
        };
        let errors = number(Severity::Error);
        let verdict = match (errors, number(Severity::Warning)) {
            (0, 0) => "all well".to_owned(),
            (0, warnings) => format!("well, with {}", count(warnings, "warning", "warnings")),
            (errors, _) => count(errors, "error", "errors"),
        };
        let verdict = format!("{}: {verdict}", held(&loaded));
        if errors == 0 && loaded.config.sources.is_empty() {
            anstream::eprintln!(
                "hint: there is no source to read yet: add a [[source]] to a watchlist"
            );
        }
        if self.online && app.format != Format::Table {
            // stdout is for the sources alone.
            anstream::eprintln!("{verdict}");
        } else {
            writeln!(stdout, "{verdict}")?;
        }
        drop(stdout);
        let all_read = if self.online && loaded.usable {
            check_online::run(app, &loaded.config)?
        } else {
            true
        };
        Ok(match (errors, all_read) {
            (0, true) => Exit::Done,
            (0, false) => Exit::Failed,
            _ => Exit::BadInput,
        })
    }
}

/// `3 watchlists, 5 sources, 7 examples`.
fn held(loaded: &Loaded) -> String {
    let config = &loaded.config;
    let examples = config
        .watchlists
        .iter()
        .map(|watchlist| watchlist.examples.len())
        .sum();
    let mut parts = vec![
        count(config.watchlists.len(), "watchlist", "watchlists"),
        count(config.sources.len(), "source", "sources"),
        count(examples, "example", "examples"),
    ];
    if !config.switched_off.is_empty() {
        parts.push(format!(
            "{} switched off",
            count(config.switched_off.len(), "source", "sources")
        ));
    }
    parts.join(", ")
}

/// A watchlist's query on one line.
fn as_read(watchlist: &Watchlist) -> String {
    format!(
        "{}: {}",
        watchlist.id,
        printable(&watchlist.query.to_string())
    )
}
