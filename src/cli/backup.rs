//! `ascolto backup`.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::app::App;
use super::output::{Format, json_line};
use super::progress::spinner;
use super::report_error::{Exit, Hinted};
use super::terminal::{bytes, count};
use crate::model::Timestamp;
use crate::pipeline::backup::backup;

/// Write the whole instance into one file
///
/// The file holds the database, the settings, the watchlists and the lists, as they are at one
/// moment: an `ascolto run` goes on meanwhile. It is read back before it gets its name. Passwords
/// in files of their own are not in it. Keep it as safe as the instance: it holds what people wrote.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ascolto backup frigolux.backup\n  \
    ascolto backup --replace nightly.backup")]
pub(crate) struct Backup {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Replace the file where there is one, once the new one is whole
    #[arg(long)]
    replace: bool,
}

#[derive(Serialize)]
struct BackupJson {
    file: String,
    made: Timestamp,
    mentions: u64,
    unmatched: u64,
    files: usize,
    bytes: u64,
}

impl Backup {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let instance = app.archive()?;
        let file = self.file.display().to_string();
        if self.file.exists() && !self.replace {
            return Err(Hinted {
                message: format!("there is a file {file} already"),
                hint: "name another one, or write --replace".to_owned(),
                exit: Exit::Failed,
            }
            .into());
        }
        let store = instance.store()?;
        let spinner = spinner("writing and reading back");
        let made = backup(&store, &instance.config.dir, &self.file, app.clock.now());
        spinner.finish_and_clear();
        let made = made?;
        let mut out = anstream::stdout().lock();
        if app.format == Format::Json {
            let object = BackupJson {
                file,
                made: made.made,
                mentions: made.mentions,
                unmatched: made.kept,
                files: made.files.len(),
                bytes: made.bytes,
            };
            json_line(&mut out, &object)?;
            return Ok(Exit::Done);
        }
        let mentions = usize::try_from(made.mentions).unwrap_or(usize::MAX);
        writeln!(
            out,
            "{file}: {}, {} of the instance, {}; read back and found whole",
            count(mentions, "mention", "mentions"),
            count(made.files.len(), "file", "files"),
            bytes(made.bytes),
        )?;
        if instance.config.settings.mail.password.is_some() {
            anstream::eprintln!("the mail password is not in it");
        }
        Ok(Exit::Done)
    }
}
