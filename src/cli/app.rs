//! What commands share: where they work, how they print, and how they open things.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

use super::output::Format;
use super::report_error::{BadInput, Exit, Hinted, print_problems};
use crate::clock::Clock;
use crate::config::{Config, ConfigError, SETTINGS_FILE, Settings};
use crate::model::{Diagnostic, Severity, WatchlistId};
use crate::pipeline::Instance;
use crate::query::{Names, Query, Role};
use crate::score::Lists;

/// The command line's surroundings. Nothing is opened before it is asked for.
#[derive(Debug)]
pub(crate) struct App {
    /// The instance's folder.
    pub(crate) directory: PathBuf,
    /// How to print data.
    pub(crate) format: Format,
    /// The time.
    pub(crate) clock: Clock,
}

impl App {
    pub(crate) fn new(directory: PathBuf, format: Format) -> Self {
        Self {
            directory,
            format,
            clock: Clock::System,
        }
    }

    /// The instance, with the problems that leave watchlists out told on stderr.
    pub(crate) fn instance(&self) -> anyhow::Result<Instance> {
        let (instance, problems) = self.open()?;
        let errors: Vec<Diagnostic> = problems
            .into_iter()
            .filter(|problem| problem.severity == Severity::Error)
            .collect();
        if !errors.is_empty() {
            print_problems(&errors);
            anstream::eprintln!("the rest goes on without what is wrong here\n");
        }
        Ok(instance)
    }

    /// The instance, for commands that look at what is stored: problems of watchlists are for
    /// `check`.
    pub(crate) fn archive(&self) -> anyhow::Result<Instance> {
        Ok(self.open()?.0)
    }

    /// The settings alone, for commands that ask what is stored and nothing else.
    pub(crate) fn settings(&self) -> anyhow::Result<Settings> {
        Config::settings(&self.directory).map_err(explained)
    }

    /// The keyword lists: those of the instance, or the shipped ones where the folder is none.
    pub(crate) fn lists(&self) -> anyhow::Result<Arc<Lists>> {
        if !self.directory.join(SETTINGS_FILE).exists() {
            return Ok(Lists::with(&[]).0);
        }
        Ok(self.archive()?.lists())
    }

    fn open(&self) -> anyhow::Result<(Instance, Vec<Diagnostic>)> {
        match Config::open(&self.directory) {
            Ok((config, problems)) => Ok((Instance::new(config, self.clock.clone()), problems)),
            Err(error) => Err(explained(error)),
        }
    }

    /// The words of a command line as a query; none ask for everything.
    pub(crate) fn query_of(words: &[String], names: &Names) -> anyhow::Result<Query> {
        let text = words.join(" ");
        if text.trim().is_empty() {
            return Ok(Query::everything());
        }
        Self::query(&text, names)
    }

    /// A query of the command line; its warnings are told on stderr.
    pub(crate) fn query(text: &str, names: &Names) -> anyhow::Result<Query> {
        match Query::parse(text, Role::Search, names) {
            Ok((query, warnings)) => {
                let warnings: Vec<Diagnostic> = warnings
                    .iter()
                    .map(|warning| warning.diagnostic("query", text))
                    .collect();
                print_problems(&warnings);
                Ok(query)
            }
            Err(problems) => Err(BadInput(
                problems
                    .iter()
                    .map(|problem| problem.diagnostic("query", text))
                    .collect(),
            )
            .into()),
        }
    }
}

/// Why there is no instance to work with, as it is told.
fn explained(error: ConfigError) -> anyhow::Error {
    match error {
        ConfigError::Broken { problems } => BadInput(problems).into(),
        ConfigError::NotAnInstance { dir } => Hinted {
            message: format!(
                "{} is not an instance: it has no ascolto.toml",
                dir.display()
            ),
            hint: format!(
                "`ascolto init {}` makes one; `ascolto -C DIR …` works on another folder",
                dir.display()
            ),
            exit: Exit::BadInput,
        }
        .into(),
    }
}

/// Runs asynchronous work to its end. Threads that hang in foreign input do not delay the end of
/// the process.
pub(crate) fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the asynchronous runtime could not be started")?;
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(Duration::from_millis(300));
    done
}

/// Sends the log to stderr, from this level on; without colour where nobody would see it.
pub(crate) fn log(level: LevelFilter) {
    let colour = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(colour)
        .with_target(false);
    let subscriber = tracing_subscriber::registry()
        .with(lines.with_filter(Targets::new().with_target("ascolto", level)));
    if let Err(error) = tracing::subscriber::set_global_default(subscriber) {
        tracing::debug!(%error, "the log was set up before");
    }
}

/// The watchlist of that name, by file name or by the name that people read.
pub(crate) fn watchlist<'a>(
    config: &'a Config,
    name: &str,
) -> anyhow::Result<&'a crate::config::Watchlist> {
    let by_name = || {
        config
            .watchlists
            .iter()
            .find(|watchlist| watchlist.name.eq_ignore_ascii_case(name))
    };
    config
        .watchlist(&WatchlistId(name.to_owned()))
        .or_else(by_name)
        .ok_or_else(|| {
            let known: Vec<&str> = config
                .watchlists
                .iter()
                .map(|watchlist| watchlist.id.as_str())
                .collect();
            Hinted {
                message: format!("there is no watchlist `{name}`"),
                hint: if known.is_empty() {
                    "`ascolto init` writes a first one".to_owned()
                } else {
                    format!("there are: {}", known.join(", "))
                },
                exit: Exit::BadInput,
            }
            .into()
        })
}
