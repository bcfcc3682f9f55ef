//! `ascolto completions`.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::Arguments;
use super::report_error::Exit;

/// Print what a shell needs to complete ascolto's commands
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ascolto completions bash > ascolto.bash\n  \
    ascolto completions zsh > _ascolto\n  \
    ascolto completions fish > ascolto.fish\n\n\
    bash reads ~/.local/share/bash-completion/completions/ascolto, zsh any folder of its fpath, \
    fish ~/.config/fish/completions/ascolto.fish.")]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let mut text = Vec::new();
        generate(self.shell, &mut Arguments::command(), "ascolto", &mut text);
        std::io::stdout().lock().write_all(&text)?;
        Ok(Exit::Done)
    }
}
