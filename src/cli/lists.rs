//! `ascolto lists`.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::app::App;
use super::lists_check;
use super::output::Table;
use super::report_error::{Exit, Hinted};
use super::terminal::count;
use crate::model::Lang;
use crate::score::{Entry, Lists as Keywords};

/// The languages that have lists, and the lists of all others.
pub(super) const LANGUAGES: [Lang; 6] = [
    Lang::IT,
    Lang::EN,
    Lang::ES,
    Lang::FR,
    Lang::DE,
    Lang::OTHER,
];

/// Show the keyword lists that scores are made from, write them out, check one's own
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ascolto lists show it --list care\n  \
    ascolto lists show it 'mi avete rimborsato subito'\n  \
    ascolto lists export shipped-lists\n  ascolto lists check")]
pub(crate) struct Lists {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Show(Show),
    Export(Export),
    /// Check the lists of the instance, and how far all lists agree with the labels
    ///
    /// Shows each line that says nothing, says two things, or can never match; and where mentions
    /// were labelled, the agreement by watchlist, the terms that are wrong most often, and what to take
    /// out of a query that collects what is not relevant.
    Check,
}

/// Show the lines of the lists, or those that apply to a term
#[derive(Debug, Args)]
struct Show {
    /// A language (it, en, es, fr, de, other) and a term; either may be left out
    #[arg(value_name = "LANG] [TERM")]
    words: Vec<String>,

    /// Only the lists with this name: care, sentiment, it/care, …
    #[arg(long, value_name = "NAME")]
    list: Option<String>,
}

/// Write the shipped lists as files, to read and to copy lines from
///
/// A file that exists is left as it is. Lines of your own belong in `watchlists/lists/`.
#[derive(Debug, Args)]
struct Export {
    /// The folder to write to; made where there is none
    #[arg(default_value = "shipped-lists")]
    dir: PathBuf,
}

impl Lists {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        match self.verb {
            Verb::Show(show) => show.run(app),
            Verb::Export(export) => export.run(),
            Verb::Check => lists_check::run(app),
        }
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    list: &'a str,
    line: usize,
    section: &'static str,
    term: &'a str,
    weight: f64,
    comment: &'a str,
    own: bool,
}

impl Show {
    fn run(self, app: &App) -> anyhow::Result<Exit> {
        let lists = app.lists()?;
        let (languages, term) = self.asked();
        let mut rows: Vec<(Vec<String>, Shown<'_>)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for language in languages {
            let lines = match &term {
                Some(term) => lists.lines_for(language, term),
                None => lists.entries(language).iter().collect(),
            };
            for entry in lines {
                if self.is_of_list(entry) && seen.insert((&entry.list, entry.line)) {
                    rows.push(row(entry));
                }
            }
        }
        if rows.is_empty() {
            anstream::eprintln!("no line of the lists says anything about this");
            return Ok(Exit::Nothing);
        }
        let table = Table {
            head: &["list", "line", "section", "term", "weight", "comment"],
            elastic: 5,
            rows,
        };
        table.print(app.format)?;
        if term.is_some() && table.rows.len() > 1 {
            anstream::eprintln!(
                "of several at one place the longest counts, a word before a stem, yours before ours"
            );
        }
        Ok(Exit::Done)
    }

    /// The languages and the term that are asked for: a first word that is a language is one.
    fn asked(&self) -> (Vec<Lang>, Option<String>) {
        let language = self.words.first().and_then(|word| {
            let known = |language: &&Lang| language.as_str() == word;
            LANGUAGES.iter().find(known).copied()
        });
        let rest = self
            .words
            .get(usize::from(language.is_some())..)
            .unwrap_or_default();
        let term = (!rest.is_empty()).then(|| rest.join(" "));
        (language.map_or(LANGUAGES.to_vec(), |only| vec![only]), term)
    }

    /// `care` is `it/care.tsv` and `watchlists/lists/it-care.tsv`.
    fn is_of_list(&self, entry: &Entry) -> bool {
        let Some(wanted) = &self.list else {
            return true;
        };
        let wanted = wanted.trim_end_matches(".tsv");
        let name = entry.list.trim_end_matches(".tsv");
        name.strip_suffix(wanted)
            .is_some_and(|before| before.is_empty() || before.ends_with(['/', '-']))
    }
}

fn row(entry: &Entry) -> (Vec<String>, Shown<'_>) {
    let cells = vec![
        entry.list.clone(),
        entry.line.to_string(),
        entry.section().to_owned(),
        entry.term.clone(),
        entry.weight.to_string(),
        entry.comment.clone(),
    ];
    let line = Shown {
        list: &entry.list,
        line: entry.line,
        section: entry.section(),
        term: &entry.term,
        // By way of its digits: 2.2 is not to become 2.2000000476837158.
        weight: entry.weight.to_string().parse().unwrap_or_default(),
        comment: &entry.comment,
        own: entry.own,
    };
    (cells, line)
}

impl Export {
    fn run(self) -> anyhow::Result<Exit> {
        let dir = &self.dir;
        std::fs::create_dir_all(dir)
            .with_context(|| format!("the folder {} cannot be made", dir.display()))?;
        let (mut written, mut kept) = (0, 0);
        for (_, name, text) in Keywords::files() {
            let path = dir.join(name.replace('/', "-"));
            let made = OpenOptions::new().write(true).create_new(true).open(&path);
            match made.and_then(|mut file| file.write_all(text.as_bytes())) {
                Ok(()) => written += 1,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => kept += 1,
                Err(error) => {
                    return Err(error).with_context(|| format!("while writing {}", path.display()));
                }
            }
        }
        if written == 0 {
            return Err(Hinted {
                message: format!("{} holds all lists already", dir.display()),
                hint: "no file is overwritten; name another folder".to_owned(),
                exit: Exit::Failed,
            }
            .into());
        }
        let kept = match kept {
            0 => String::new(),
            kept => format!(", {} left as found", count(kept, "file", "files")),
        };
        writeln!(
            anstream::stdout().lock(),
            "{} written to {}{kept}",
            count(written, "list", "lists"),
            dir.display()
        )?;
        Ok(Exit::Done)
    }
}
