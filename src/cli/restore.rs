//! `ascolto restore`.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::app::App;
use super::progress::spinner;
use super::report_error::{Exit, Hinted};
use super::terminal::count;
use crate::pipeline::backup::{is_taken, restore};
use crate::store::Backup;

/// Make the instance of a backup
///
/// The backup is looked through before anything is written, and the index is made anew. What was
/// forgotten since the backup was made stays forgotten.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ascolto -C new-folder restore frigolux.backup\n  \
    ascolto restore --replace frigolux.backup\n  \
    ascolto restore --check frigolux.backup")]
pub(crate) struct Restore {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Put it in the place of the instance that is there, which is kept in a folder beside
    #[arg(long)]
    replace: bool,

    /// Only look through the backup, and say what it holds
    #[arg(long, conflicts_with = "replace")]
    check: bool,
}

impl Restore {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let dir = &app.directory;
        if self.check {
            return self.look();
        }
        if is_taken(dir) && !self.replace {
            return Err(Hinted {
                message: format!("there is an instance in {}", dir.display()),
                hint: "`ascolto -C NEW-FOLDER restore FILE` makes it elsewhere; --replace puts it \
                       in the place of this one, which is kept in a folder beside"
                    .to_owned(),
                exit: Exit::Failed,
            }
            .into());
        }
        let spinner = spinner("restoring");
        let restored = restore(&self.file, dir, app.clock.now());
        spinner.finish_and_clear();
        let restored = restored?;
        let mut out = anstream::stdout().lock();
        writeln!(out, "{}", told(&restored.backup))?;
        writeln!(out, "restored in {}, its index made anew", dir.display())?;
        if let Some(before) = &restored.before {
            writeln!(
                out,
                "what was there before lies in {}; remove it when all is well",
                before.display()
            )?;
        }
        if restored.forgotten > 0 {
            writeln!(
                out,
                "{} forgotten since the backup was made, and again now",
                count(restored.forgotten, "item was", "items were")
            )?;
        }
        if restored.backup.waiting > 0 {
            let waiting = usize::try_from(restored.backup.waiting).unwrap_or(usize::MAX);
            anstream::eprintln!(
                "{} in its outbox: `ascolto outbox` shows what `ascolto run` would send",
                count(waiting, "mail waits", "mails wait")
            );
        }
        Ok(Exit::Done)
    }

    fn look(&self) -> anyhow::Result<Exit> {
        let spinner = spinner("reading");
        let backup = Backup::open(&self.file);
        spinner.finish_and_clear();
        let backup = backup?;
        let mut out = anstream::stdout().lock();
        writeln!(out, "{}; it is whole", told(&backup))?;
        for (path, content) in &backup.files {
            writeln!(out, "  {path}  {} bytes", content.len())?;
        }
        Ok(Exit::Done)
    }
}

fn told(backup: &Backup) -> String {
    let mentions = usize::try_from(backup.mentions).unwrap_or(usize::MAX);
    format!(
        "a backup of {}: {}, {} of the instance",
        backup.made,
        count(mentions, "mention", "mentions"),
        count(backup.files.len(), "file", "files"),
    )
}
