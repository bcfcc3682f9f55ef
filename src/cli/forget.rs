//! `ascolto forget`.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::Context;
use clap::Args;
use serde::Serialize;

use super::app::App;
use super::output::{Format, json_line};
use super::progress::spinner;
use super::report_error::{Exit, Hinted};
use super::terminal::{count, fit, one_line, width};
use crate::model::WatchlistId;
use crate::pipeline::forget::{at_address, forget};
use crate::store::{Forgettable, Store, Whom};

/// Mentions that are shown before asking.
const SHOWN: usize = 5;

/// Forget an author, an address or a watchlist, down to the bytes on the disk
///
/// What is forgotten is gone from the database, its free room and its log, from the index and from
/// the mails that were kept, and a source that still shows it does not bring it back: a hash stays,
/// nothing else. Backups that were made before still hold it; restoring one forgets it again.
///
/// Mentions of others that name an author stay: `ascolto search NAME` finds them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ascolto forget --author '@lia' --dry-run\n  \
    ascolto forget --author 'Lia Rossi' --for-good --yes\n  \
    ascolto forget --url https://forum.example/t/48231 --yes\n  \
    ascolto forget --watchlist gelomax --dry-run")]
pub(crate) struct Forget {
    #[command(flatten)]
    whom: WhomArguments,

    /// Collect nothing that the author writes from now on, either
    #[arg(long, requires = "author")]
    for_good: bool,

    /// Only say what would be forgotten
    #[arg(long)]
    dry_run: bool,

    /// Do not ask
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct WhomArguments {
    /// Everything of this author, by name or handle
    #[arg(long, value_name = "NAME")]
    author: Option<String>,

    /// What was published at this address
    #[arg(long, value_name = "URL")]
    url: Option<String>,

    /// What only this watchlist collects; what others collect as well stays with them
    #[arg(long, value_name = "NAME")]
    watchlist: Option<String>,

    /// Collect again what this author writes: takes `--for-good` back
    #[arg(long, value_name = "NAME")]
    again: Option<String>,
}

#[derive(Serialize)]
struct ForgottenJson {
    mentions: usize,
    shared: usize,
    unmatched: usize,
    mails: usize,
    taken_back: usize,
    done: bool,
}

impl Forget {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let instance = app.archive()?;
        let mut store = instance.store()?;
        if let Some(name) = &self.whom.again {
            return again(&mut store, name);
        }
        let whom = self.whom.whom();
        let found = store.forgettable(&whom)?;
        if found.is_empty() && !self.for_good {
            anstream::eprintln!("nothing of it is stored");
            return Ok(Exit::Nothing);
        }
        if app.format != Format::Json {
            show(&store, &found, self.for_good)?;
        }
        let go = !self.dry_run && (self.yes || confirmed()?);
        if go {
            let spinner = spinner("forgetting");
            let done = forget(&mut store, &instance.outbox(), &whom, &found, self.for_good);
            spinner.finish_and_clear();
            done?;
        }
        let mut out = anstream::stdout().lock();
        if app.format == Format::Json {
            let object = ForgottenJson {
                mentions: found.mentions.len(),
                shared: found.shared.len(),
                unmatched: found.kept.len(),
                mails: found.letters.len(),
                taken_back: found.letters.iter().filter(|letter| letter.waiting).count(),
                done: go,
            };
            json_line(&mut out, &object)?;
        } else if go {
            writeln!(out, "forgotten")?;
            anstream::eprintln!(
                "backups and exports that were made before still hold it: remove them"
            );
        } else {
            writeln!(out, "nothing was changed")?;
        }
        Ok(Exit::Done)
    }
}

impl WhomArguments {
    fn whom(&self) -> Whom {
        match (&self.author, &self.url, &self.watchlist) {
            (Some(author), ..) => Whom::Author(author.clone()),
            (None, Some(url), _) => at_address(url),
            (None, None, watchlist) => {
                Whom::Watchlist(WatchlistId(watchlist.clone().unwrap_or_default()))
            }
        }
    }
}

fn again(store: &mut Store, name: &str) -> anyhow::Result<Exit> {
    let mut out = anstream::stdout().lock();
    if store.remember_author(name)? {
        writeln!(out, "what {} writes is collected again", one_line(name))?;
        return Ok(Exit::Done);
    }
    writeln!(out, "{} was not forgotten for good", one_line(name))?;
    Ok(Exit::Nothing)
}

/// Shows what would be forgotten.
fn show(store: &Store, found: &Forgettable, for_good: bool) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let mentions = found.mentions.len();
    writeln!(out, "{}", count(mentions, "mention", "mentions"))?;
    let some = found
        .mentions
        .get(..mentions.min(SHOWN))
        .unwrap_or_default();
    for mention in store.mentions(some)? {
        let item = &mention.item;
        let author = item.author.handle.as_ref().or(item.author.name.as_ref());
        let line = format!(
            "#{} {} {}: {}",
            mention.id,
            mention.source,
            author.map_or("", String::as_str),
            item.title.as_deref().unwrap_or(&item.text)
        );
        let indented = format!("  {}", one_line(&line));
        writeln!(out, "{}", fit(&indented, width()))?;
    }
    if mentions > SHOWN {
        writeln!(out, "  and {} more", mentions - SHOWN)?;
    }
    let waiting = found.letters.iter().filter(|letter| letter.waiting).count();
    let lines = [
        (
            found.shared.len(),
            "of another watchlist too: it keeps what is its own",
            "of other watchlists too: these keep what is theirs",
        ),
        (
            found.kept.len(),
            "that matched nothing and was kept aside",
            "that matched nothing and were kept aside",
        ),
        (
            found.letters.len() - waiting,
            "sent mail that may show it: its words go",
            "sent mails that may show it: their words go",
        ),
        (
            waiting,
            "mail that waits and may show it: it is not sent",
            "mails that wait and may show it: they are not sent",
        ),
    ];
    for (number, one, many) in lines {
        if number > 0 {
            writeln!(out, "{}", count(number, one, many))?;
        }
    }
    if for_good {
        writeln!(
            out,
            "and what the author writes from now on is not collected"
        )?;
    }
    Ok(())
}

/// Asks at the terminal.
fn confirmed() -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(Hinted {
            message: "nobody is there to be asked".to_owned(),
            hint: "write --yes to forget it, or --dry-run to look only".to_owned(),
            exit: Exit::Failed,
        }
        .into());
    }
    anstream::eprint!("Forget it? This cannot be undone. Write yes: ");
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .context("the answer cannot be read")?;
    Ok(matches!(
        answer.trim().to_lowercase().as_str(),
        "yes" | "y" | "sì" | "si"
    ))
}
