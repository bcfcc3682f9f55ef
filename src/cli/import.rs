//! `ascolto import`.

use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde::Serialize;

use super::app::App;
use super::output::{Format, json_line};
use super::progress::{bytes_bar, spinner};
use super::report_error::{Exit, Hinted, print_problems};
use super::terminal::{count, one_line};
use crate::model::{Diagnostic, Severity, Timestamp};
use crate::pipeline::Instance;
use crate::pipeline::import::{ImportError, Imported, Options, Refused, Told, import};

/// Lines that are told one by one; the others are counted.
const TOLD: u64 = 20;

/// Take over mentions from a file: JSON lines or CSV
///
/// Every line goes the way of what is collected: the watchlists decide, it is weighed, and what is
/// known already is not taken again. JSON lines have the fields of `ascolto search --format json`;
/// all but `text` may be missing. A table in CSV needs a head: its columns are known by their
/// Italian or English names (text or testo, titolo, data, autore, url, fonte, voto, …), parted by
/// commas, semicolons or tabs, in any encoding that a spreadsheet writes.
///
/// What is taken over is the past: it is in no digest and raises no alert.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ascolto import mentions.jsonl\n  \
    ascolto import recensioni.csv --source negozio\n  \
    ascolto import tabella.csv --column text=Messaggio --column published='Quando'\n  \
    ascolto export | ascolto -C other-brand import -")]
pub(crate) struct Import {
    /// The file; `-` is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The name of the source, for all lines; otherwise what each line says, else the file's name
    #[arg(long, value_name = "NAME")]
    source: Option<String>,

    /// What a column of the table is: text, title, url, author, handle, published, source, … =
    /// its name in the head (repeatable)
    #[arg(long = "column", value_name = "WHAT=NAME", value_parser = pair)]
    columns: Vec<(String, String)>,

    /// Count it as news: it enters the next digest and raises alerts
    #[arg(long)]
    as_new: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(ours, theirs)| (ours.trim().to_owned(), theirs.trim().to_owned()))
        .filter(|(ours, theirs)| !ours.is_empty() && !theirs.is_empty())
        .ok_or_else(|| "write it as text=Messaggio".to_owned())
}

#[derive(Serialize)]
struct ImportedJson {
    read: u64,
    new: u64,
    joined: u64,
    known: u64,
    unmatched: u64,
    refused: u64,
}

impl Import {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let instance = app.instance()?;
        let now = app.clock.now();
        let stdin = self.file.as_os_str() == "-";
        let name = if stdin {
            "stdin".to_owned()
        } else {
            self.file.display().to_string()
        };
        let (input, length): (Box<dyn Read + Send>, Option<u64>) = if stdin {
            (Box::new(std::io::stdin()), None)
        } else {
            let file =
                File::open(&self.file).with_context(|| format!("{name} cannot be opened"))?;
            let length = file.metadata().ok().map(|found| found.len());
            (Box::new(file), length)
        };
        let options = Options {
            source: self.source,
            fallback: self
                .file
                .file_stem()
                .filter(|_| !stdin)
                .map_or_else(|| "import".to_owned(), |stem| stem.to_string_lossy().into()),
            columns: self.columns,
            as_new: self.as_new,
            sources: instance.config.sources.clone(),
            zone: instance.config.settings.timezone,
            now,
        };
        let progress = bytes_bar(length, "importing");
        let mut told = 0;
        let mut tell = |what: Told<'_>| match what {
            Told::Bytes(bytes) => progress.set_position(bytes),
            Told::Indexing => progress.set_message("indexing"),
            Told::Unused(columns) if !columns.is_empty() => progress.suspend(|| {
                let names: Vec<String> = columns.iter().map(|name| one_line(name)).collect();
                anstream::eprintln!("columns that are not used: {}", names.join(", "));
            }),
            Told::Unused(_) => {}
            Told::Refused(refused) => {
                told += 1;
                if told <= TOLD {
                    progress.suspend(|| print_problems(&[problem(&name, refused)]));
                }
            }
        };
        let judge = instance.judge();
        let imported = import(&instance.index(), &judge, input, &options, &mut tell);
        progress.finish_and_clear();
        let imported = imported.map_err(|error| hinted(&name, error))?;
        if told > TOLD {
            anstream::eprintln!("… and {} more lines that cannot be read", told - TOLD);
        }
        let indexing = spinner("indexing");
        let tailed = instance.tail();
        indexing.finish_and_clear();
        tailed?;
        report(&instance, app.format, &name, &imported, now)?;
        Ok(if imported.refused > 0 {
            Exit::BadInput
        } else {
            Exit::Done
        })
    }
}

fn problem(name: &str, refused: &Refused) -> Diagnostic {
    let mut place = format!("{name}:{}", refused.line);
    if let Some(column) = refused.column {
        place = format!("{place}:{column}");
    }
    Diagnostic::new(Severity::Error, place, one_line(&refused.message))
}

/// An error with what to do, where that is known.
fn hinted(name: &str, error: anyhow::Error) -> anyhow::Error {
    let hint = match error.downcast_ref::<ImportError>() {
        Some(ImportError::Array) => {
            "`jq -c '.[]' FILE | ascolto import -` makes lines of it".to_owned()
        }
        Some(ImportError::NoText { .. }) => {
            "say which column holds the words: --column text=NAME".to_owned()
        }
        Some(ImportError::Empty) => "it should hold JSON lines, or a table with a head".to_owned(),
        None => return error.context(format!("{name} was not taken over to its end")),
    };
    Hinted {
        message: one_line(&format!("{name}: {error}")),
        hint,
        exit: Exit::BadInput,
    }
    .into()
}

fn report(
    instance: &Instance,
    format: Format,
    name: &str,
    imported: &Imported,
    now: Timestamp,
) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    if format == Format::Json {
        let object = ImportedJson {
            read: imported.read,
            new: imported.new,
            joined: imported.joined,
            known: imported.known,
            unmatched: imported.unmatched,
            refused: imported.refused,
        };
        return json_line(&mut out, &object);
    }
    let read = usize::try_from(imported.read).unwrap_or(usize::MAX);
    writeln!(
        out,
        "{} read from {name}",
        count(read, "mention", "mentions")
    )?;
    for (number, what) in [
        (imported.new, "new"),
        (
            imported.joined,
            "known, and collected by a further watchlist now",
        ),
        (imported.known, "known"),
        (imported.unmatched, "that no watchlist collects, kept aside"),
        (imported.refused, "refused"),
    ] {
        if number > 0 || what == "new" {
            writeln!(out, "  {number:>9}  {what}")?;
        }
    }
    if imported.beyond > 0 {
        anstream::eprintln!(
            "{} could not be judged and were kept aside; this is a mistake of ascolto's",
            imported.beyond
        );
    }
    if let Some((oldest, kept)) = imported
        .oldest
        .zip(instance.config.settings.retention.mentions)
        && oldest < now.minus(kept)
    {
        anstream::eprintln!(
            "the oldest is of {}: `ascolto run` drops what is older than `[retention] mentions` in \
             ascolto.toml; \"forever\" keeps it",
            oldest.day_in(instance.config.settings.timezone)
        );
    }
    Ok(())
}
