//! `ascolto copies`.

use std::fmt::Write as _;
use std::io::Write as _;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::app::App;
use super::output::{Format, json_line};
use super::report_error::{Exit, Hinted};
use super::show::mention;
use super::terminal::{number, one_line};
use crate::model::{Mention, MentionId};
use crate::store::{CopyOf, Store};

/// List the copies of a mention, or tell one apart
///
/// What others publish again in nearly the same words within seven days is shown once, with the
/// number of its copies. Nothing of a copy is lost: `ascolto show` shows it, and split off it is an
/// entry of its own again. Short texts are never taken for copies, nor are reviews and comments of
/// different people.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ascolto copies list 812\n  ascolto copies split 815")]
pub(crate) struct Copies {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the copies of a mention
    List {
        /// The mention's number
        #[arg(value_parser = number)]
        id: i64,
    },
    /// Tell a copy apart, for good: from then on it is an entry of its own
    Split {
        /// The number of the copy
        #[arg(value_parser = number)]
        id: i64,
    },
}

/// A copy, for machines and for the lines of `show`.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    id: i64,
    copy_of: i64,
    likeness: f64,
    source: String,
    url: Option<String>,
    author: Option<String>,
}

impl Copies {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let mut store = app.archive()?.store()?;
        match self.command {
            Command::List { id } => list(app, &store, id),
            Command::Split { id } => split(&mut store, id),
        }
    }
}

fn list(app: &App, store: &Store, id: i64) -> anyhow::Result<Exit> {
    let original = mention(store, id)?;
    let copies = of(store, &original)?;
    let mut out = anstream::stdout().lock();
    if app.format == Format::Json {
        for copy in &copies {
            json_line(&mut out, copy)?;
        }
    } else if copies.is_empty() {
        match store.copy_of(original.id)?.filter(|copy| !copy.split) {
            Some(copy) => writeln!(out, "{}", because(&copy))?,
            None => writeln!(out, "mention {id} has no copies")?,
        }
    } else {
        write!(out, "{}", lines(&copies))?;
    }
    Ok(if copies.is_empty() {
        Exit::Nothing
    } else {
        Exit::Done
    })
}

fn split(store: &mut Store, id: i64) -> anyhow::Result<Exit> {
    let copy = mention(store, id)?;
    let before = store.copy_of(copy.id)?;
    if !store.split_copy(copy.id)? {
        let hint = if copy.copies > 0 {
            format!("`ascolto copies list {id}` lists its copies; split those")
        } else {
            "`ascolto show` names the copies of a mention".to_owned()
        };
        return Err(Hinted {
            message: format!("mention {id} is no copy"),
            hint,
            exit: Exit::Nothing,
        }
        .into());
    }
    let original = before.map_or(0, |copy| copy.original.0);
    writeln!(
        anstream::stdout().lock(),
        "mention {id} is no longer a copy of {original} and stands for itself"
    )?;
    Ok(Exit::Done)
}

/// The copies of a mention.
pub(super) fn of(store: &Store, original: &Mention) -> anyhow::Result<Vec<Listed>> {
    if original.copies == 0 {
        return Ok(Vec::new());
    }
    let found = store.copies_of(original.id)?;
    let ids: Vec<MentionId> = found.iter().map(|copy| copy.mention).collect();
    let mentions = store.mentions(&ids)?;
    let copies = found.iter().filter_map(|copy| {
        let mention = mentions.iter().find(|mention| mention.id == copy.mention)?;
        let author = &mention.item.author;
        Some(Listed {
            id: copy.mention.0,
            copy_of: copy.original.0,
            likeness: f64::from(copy.likeness) / 1_000.0,
            source: mention.source.clone(),
            url: mention.item.url.clone(),
            author: author.name.clone().or_else(|| author.handle.clone()),
        })
    });
    Ok(copies.collect())
}

/// One line a copy.
pub(super) fn lines(copies: &[Listed]) -> String {
    let mut out = String::new();
    for copy in copies {
        let author = copy.author.as_deref().unwrap_or_default();
        let by = if author.is_empty() { "" } else { " by " };
        let _infallible = writeln!(
            out,
            "  {:<7} {:>3.0} %  {}{by}{}  {}",
            copy.id,
            copy.likeness * 100.0,
            one_line(&copy.source),
            one_line(author),
            one_line(copy.url.as_deref().unwrap_or_default())
        );
    }
    out
}

/// Why a mention is taken for a copy.
pub(super) fn because(copy: &CopyOf) -> String {
    let CopyOf {
        mention,
        original,
        likeness,
        split,
    } = copy;
    let (mention, original, share) = (mention.0, original.0, f64::from(*likeness) / 10.0);
    if *split {
        return format!(
            "It was a copy of {original} ({share:.0} % of its words stand there) and was told apart."
        );
    }
    format!(
        "It is a copy of {original}: {share:.0} % of its runs of three words stand there, and both \
         were published within seven days. `ascolto copies split {mention}` tells it apart."
    )
}
