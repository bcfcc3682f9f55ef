//! `ascolto demo`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anstyle::Style;
use anyhow::Context;
use clap::Args;

use super::app::{App, block_on};
use super::cards::card;
use super::collect::report;
use super::progress::bar;
use super::report_error::{Exit, Hinted};
use super::search::as_hits;
use super::terminal::{count, width};
use crate::config::Config;
use crate::demo::{Server, World, instance_files};
use crate::index::Order;
use crate::model::Timestamp;
use crate::pipeline::Instance;
use crate::pipeline::collect::collect;
use crate::pipeline::digest::Plan;
use crate::pipeline::search::{Match, SearchOptions, search};

/// See the whole job on a small world served on this machine, offline
///
/// Serves a forum, a blog, shops and newspapers on 127.0.0.1, makes an instance that listens to
/// them, and does with it what ascolto does: collect, index, score, search, and write a digest.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ascolto demo\n  ascolto demo --keep my-demo")]
pub(crate) struct Demo {
    /// Leave the instance in this folder to play with
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

impl Demo {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let now = app.clock.now();
        let folder = self.folder(now)?;
        let server = Server::start(World::new(now)).context("the world could not be served")?;
        write_instance(&folder, &server)?;
        let (config, _) = Config::open(&folder)?;
        let instance = Instance::new(config, app.clock.clone());
        heading(&format!("A small world on http://{}", server.address()))?;
        collect_all(app, &instance, now)?;
        show_searches(&instance, now)?;
        send_digest(&instance, &folder, app.clock.now())?;
        last_words(&folder)
    }

    /// The folder of the instance: the one that was asked for, or one of its own among the
    /// system's temporary files.
    fn folder(&self, now: Timestamp) -> anyhow::Result<PathBuf> {
        let folder = match &self.keep {
            Some(folder) => folder.clone(),
            None => std::env::temp_dir().join(format!(
                "ascolto-demo-{}-{}",
                now.seconds(),
                std::process::id()
            )),
        };
        let taken = folder
            .read_dir()
            .is_ok_and(|mut entries| entries.next().is_some());
        if taken {
            return Err(Hinted {
                message: format!("{} is not empty", folder.display()),
                hint: "name a folder that does not exist yet".to_owned(),
                exit: Exit::Failed,
            }
            .into());
        }
        Ok(folder)
    }
}

fn last_words(folder: &Path) -> anyhow::Result<Exit> {
    heading("Go on")?;
    let mut out = anstream::stdout().lock();
    let folder = folder.display();
    writeln!(
        out,
        "The instance lies in {folder}. Its sites are gone now, its mentions are not:\n"
    )?;
    for line in [
        "search 'rimborso OR refund'",
        "search 'sentiment:negative' --sort priority",
        "explain 1",
    ] {
        writeln!(out, "  ascolto -C {folder} {line}")?;
    }
    writeln!(out, "\nListen for your own brand: `ascolto init my-brand`")?;
    Ok(Exit::Done)
}

fn write_instance(folder: &Path, server: &Server) -> anyhow::Result<()> {
    for (path, text) in instance_files(server.address()) {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&path, text))
            .with_context(|| format!("{} could not be written", path.display()))?;
    }
    Ok(())
}

fn collect_all(app: &App, instance: &Instance, now: Timestamp) -> anyhow::Result<()> {
    let sources = instance.config.sources.clone();
    let polled = block_on(async {
        let crawler = instance.crawler()?;
        let bar = bar(sources.len(), "collecting");
        let polled = collect(&crawler, sources, &mut |_| bar.inc(1)).await;
        bar.finish_and_clear();
        polled
    })?;
    instance.tail()?;
    report(app, &polled, now)
}

/// Searches as a person would make them first, with their first results.
fn show_searches(instance: &Instance, now: Timestamp) -> anyhow::Result<()> {
    let store = instance.store()?;
    for (text, order, limit) in [
        (
            "watch:frigolux priority:(urgent OR high)",
            Order::Priority,
            3,
        ),
        ("lang:en sentiment:negative", Order::Newest, 2),
        ("frigolux NEAR/6 (silenzios* OR quiet)", Order::Newest, 2),
    ] {
        heading(&format!("ascolto search '{text}'"))?;
        let query = App::query(text, &instance.config.settings.names)?;
        let options = SearchOptions {
            order,
            limit,
            ..SearchOptions::new(now)
        };
        let found = search(&store, &query, &options, &mut |_, _| {})?;
        let mut out = anstream::stdout().lock();
        for Match { mention, spans } in &found.page {
            writeln!(out, "{}", card(mention, &as_hits(spans), now, width()))?;
        }
        writeln!(
            out,
            "{} of {}",
            found.page.len(),
            count(found.total, "mention", "mentions")
        )?;
    }
    Ok(())
}

fn send_digest(instance: &Instance, folder: &Path, now: Timestamp) -> anyhow::Result<()> {
    heading("The digest")?;
    let mut store = instance.store()?;
    let Some(plan) = Plan::all(&instance.config).next() else {
        return Ok(());
    };
    let prepared = plan.prepare(&store, now, true)?;
    let rendered = prepared.render()?;
    let html = folder.join("digest.html");
    std::fs::write(&html, &rendered.html)
        .with_context(|| format!("{} could not be written", html.display()))?;
    let queued = plan.issue(&mut store, &prepared, now)?.unwrap_or(0);
    drop(store);
    let delivered = block_on(async { instance.deliver().await })?;
    let mut out = anstream::stdout().lock();
    writeln!(out, "{}", rendered.subject)?;
    writeln!(
        out,
        "{} written for {}, {} left for {}",
        count(queued, "mail", "mails"),
        plan.digest.to.join(", "),
        delivered.sent,
        instance.outbox().display()
    )?;
    for entry in instance.outbox().read_dir().into_iter().flatten().flatten() {
        writeln!(out, "  {}", entry.path().display())?;
    }
    writeln!(out, "  {}", html.display())?;
    Ok(())
}

fn heading(text: &str) -> anyhow::Result<()> {
    let bold = Style::new().bold();
    let mut out = anstream::stdout().lock();
    writeln!(out, "\n{bold}{text}{bold:#}\n")?;
    Ok(())
}
