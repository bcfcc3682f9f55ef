//! `ascolto man`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, CommandFactory};
use clap_mangen::{Man as Page, generate_to};

use super::Arguments;
use super::report_error::Exit;

/// Print the manual page, or write all of them
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ascolto man > ascolto.1\n  \
    ascolto man --dir man1\n\n\
    `man ./ascolto.1` shows it; ~/.local/share/man/man1 is where `man ascolto` finds it.")]
pub(crate) struct Man {
    /// Write the pages of all commands into this folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Man {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        if let Some(dir) = self.dir {
            std::fs::create_dir_all(&dir)
                .and_then(|()| generate_to(Arguments::command(), &dir))
                .with_context(|| format!("{} could not be written", dir.display()))?;
            return Ok(Exit::Done);
        }
        let mut page = Vec::new();
        Page::new(Arguments::command()).render(&mut page)?;
        std::io::stdout().lock().write_all(&page)?;
        Ok(Exit::Done)
    }
}
