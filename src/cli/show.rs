//! `ascolto show`.

use std::io::Write;

use clap::Args;

use super::app::App;
use super::cards::whole;
use super::copies;
use super::output::{Format, json_line};
use super::report_error::{Exit, Hinted};
use super::terminal::{number, width};
use crate::model::{Mention, MentionId, MentionJson};
use crate::store::Store;

/// Show a mention whole
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ascolto show 812")]
pub(crate) struct Show {
    /// Its number, as `ascolto search` shows it
    #[arg(value_parser = number)]
    id: i64,
}

impl Show {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let store = app.archive()?.store()?;
        let mention = mention(&store, self.id)?;
        let mut out = anstream::stdout().lock();
        match app.format {
            Format::Json => json_line(&mut out, &MentionJson::from(&mention))?,
            Format::Table | Format::Csv => {
                write!(out, "{}", whole(&mention, app.clock.now(), width()))?;
                let copies = copies::of(&store, &mention)?;
                if !copies.is_empty() {
                    write!(out, "\n  Copies:\n{}", copies::lines(&copies))?;
                }
                if let Some(copy) = store.copy_of(mention.id)? {
                    writeln!(out, "\n  {}", copies::because(&copy))?;
                }
            }
        }
        Ok(Exit::Done)
    }
}

/// The mention with that number.
pub(crate) fn mention(store: &Store, id: i64) -> anyhow::Result<Mention> {
    store.mention(MentionId(id))?.ok_or_else(|| {
        Hinted {
            message: format!("there is no mention {id}"),
            hint: "`ascolto search` lists mentions with their numbers".to_owned(),
            exit: Exit::Nothing,
        }
        .into()
    })
}
