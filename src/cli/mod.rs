//! The command line: the tree of commands, and nothing of what they do.
//!
//! In: arguments. Out: data on stdout, everything else on stderr, and an exit code.
//!
//! Invariant: a command opens only what it needs; `--help`, `init` and `check` need no database.

mod ack;
mod alerts;
mod app;
mod backup;
mod bars;
mod cards;
mod check;
mod check_online;
mod collect;
mod completions;
mod copies;
mod demo;
mod digest;
mod explain;
mod export;
mod facets;
mod follow;
mod forget;
mod frugal;
mod import;
mod index;
mod init;
mod kinds;
mod label;
mod labels;
mod lines;
mod links;
mod lists;
mod lists_check;
mod mail;
mod man;
mod matching;
mod nothing;
mod outbox;
mod output;
mod probe;
mod progress;
mod report_error;
mod rescore;
mod restore;
mod run;
mod score;
mod search;
mod show;
mod sources;
mod stats;
mod terminal;
mod tune;
mod watchlists;
mod when;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing::level_filters::LevelFilter;

use app::App;
use output::Format;
pub use report_error::{BadInput, Exit, Hinted, print_problems, report};

/// Listens for what is said about a brand: collects mentions, comments and reviews, weighs
/// them, and sends digests by mail.
#[derive(Debug, Parser)]
#[command(
    name = "ascolto",
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = "Start with `ascolto demo` to see it work, or with `ascolto init` to listen for your own brand.\n\
                  Exit codes: 0 done or found, 1 nothing found, 2 failed, 3 bad configuration or query."
)]
pub struct Arguments {
    /// The instance's folder
    #[arg(
        short = 'C',
        long = "directory",
        value_name = "DIR",
        default_value = ".",
        global = true,
        hide_default_value = true
    )]
    directory: PathBuf,

    /// How to print data: a table for people, JSON (one object a line) or CSV for machines
    #[arg(long, value_name = "FORMAT", default_value = "table", global = true)]
    format: Format,

    /// Say more of what happens
    #[arg(short, long, global = true)]
    verbose: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make an instance: asks for brand, competitors and mail, and writes the files
    Init(init::Init),
    /// See the whole job on a small world served on this machine, offline
    Demo(demo::Demo),
    /// Check the configuration: every problem with its place, and the examples
    Check(check::Check),
    /// Poll the sources that are due, once
    Collect(collect::Collect),
    /// Poll, index, raise alerts and send digests until stopped
    Run(run::Run),
    /// Search the mentions
    Search(search::Search),
    /// Show a mention whole
    Show(show::Show),
    /// Explain why a mention matched and what it weighs
    Explain(explain::Explain),
    /// List the copies of a mention, or tell one apart
    Copies(copies::Copies),
    /// List, preview or send digests
    Digest(digest::Digest),
    /// List what alerts were raised for, or try a rule on the past
    Alerts(alerts::Alerts),
    /// Say that somebody looks after an incident
    Ack(ack::Ack),
    /// Count what was said: by day, how it sounds, where, who, and beside whom
    Stats(stats::Stats),
    /// List the messages that wait or were sent
    Outbox(outbox::Outbox),
    /// List the sources and how they are, or try an address out
    Sources(sources::Sources),
    /// List the watchlists, try a changed one on the past, apply it to the past
    Watchlists(watchlists::Watchlists),
    /// Match JSON lines from stdin against a query or watchlists
    Match(matching::Match),
    /// Score JSON lines from stdin, or the archive anew
    Score(score::Score),
    /// Say what a mention really is, to see how far the lists agree
    Label(label::Label),
    /// Show the keyword lists, write them out, check one's own
    Lists(lists::Lists),
    /// Try the mail settings
    Mail(mail::Mail),
    /// Take over mentions from a file: JSON lines or CSV
    Import(import::Import),
    /// Write mentions out: JSON lines or CSV
    Export(export::Export),
    /// Look after the full-text index
    Index(index::Index),
    /// Write the whole instance into one file
    Backup(backup::Backup),
    /// Make the instance of a backup
    Restore(restore::Restore),
    /// Forget an author, an address or a watchlist, down to the bytes on the disk
    Forget(forget::Forget),
    /// Print what a shell needs to complete ascolto's commands
    Completions(completions::Completions),
    /// Print the manual page, or write all of them
    Man(man::Man),
}

/// Runs the command line and says how it ended.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    app::log(match (arguments.verbose, &arguments.command) {
        (true, _) => LevelFilter::DEBUG,
        (false, Command::Run(_)) => LevelFilter::INFO,
        (false, _) => LevelFilter::WARN,
    });
    let app = App::new(arguments.directory, arguments.format);
    let ended = arguments.command.run(&app);
    ended.unwrap_or_else(|error| report(&error)).into()
}

impl Command {
    fn run(self, app: &App) -> anyhow::Result<Exit> {
        match self {
            Self::Init(command) => command.run(&app.directory),
            Self::Demo(command) => command.run(app),
            Self::Check(command) => command.run(app),
            Self::Collect(command) => command.run(app),
            Self::Run(_) => run::run(app),
            Self::Search(command) => command.run(app),
            Self::Show(command) => command.run(app),
            Self::Explain(command) => command.run(app),
            Self::Copies(command) => command.run(app),
            Self::Digest(command) => command.run(app),
            Self::Alerts(command) => command.run(app),
            Self::Ack(command) => command.run(app),
            Self::Stats(command) => command.run(app),
            Self::Outbox(command) => command.run(app),
            Self::Sources(command) => command.run(app),
            Self::Watchlists(command) => command.run(app),
            Self::Match(command) => command.run(app),
            Self::Score(command) => command.run(app),
            Self::Label(command) => command.run(app),
            Self::Lists(command) => command.run(app),
            Self::Mail(command) => command.run(app),
            Self::Import(command) => command.run(app),
            Self::Export(command) => command.run(app),
            Self::Index(command) => command.run(app),
            Self::Backup(command) => command.run(app),
            Self::Restore(command) => command.run(app),
            Self::Forget(command) => command.run(app),
            Self::Completions(command) => command.run(),
            Self::Man(command) => command.run(),
        }
    }
}
