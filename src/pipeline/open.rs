//! An instance, opened for work.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::Context;

use super::alert::Watch;
use super::archive::Archive;
use super::collect;
use super::daemon::Daemon;
use super::digest::Plan;
use super::index_tail;
use super::judge::Judge;
use super::poll::Crawler;
use crate::clock::Clock;
use crate::config::Config;
use crate::fetch::Fetcher;
use crate::model::{SourceKey, SourceState};
use crate::notify::Mailer;
use crate::score::{ListProblem, Lists};
use crate::store::{Owner, Store};

/// The folder of an instance in which everything collected lies.
const INDEX: &str = "index";

/// The folder, within that one, for mails of an instance without a mail server.
const OUTBOX: &str = "outbox";

/// A checked configuration and the time: everything else is opened when it is needed.
#[derive(Debug, Clone)]
pub struct Instance {
    /// The configuration.
    pub config: Arc<Config>,
    /// The time.
    pub clock: Clock,
    lists: Arc<OnceLock<Arc<Lists>>>,
}

/// The store of the instance in `dir`, made where there is none.
pub fn store_in(dir: &Path) -> anyhow::Result<Store> {
    Ok(Store::open(&dir.join(INDEX))?)
}

/// The shipped lists with those of an instance on top, and the lines that say nothing.
pub fn read_lists(config: &Config) -> (Arc<Lists>, Vec<ListProblem>) {
    let more: Vec<(&str, &str, &str)> = config
        .lists
        .iter()
        .map(|list| (&*list.language, &*list.name, &*list.text))
        .collect();
    Lists::with(&more)
}

impl Instance {
    /// An instance with this configuration.
    pub fn new(config: Config, clock: Clock) -> Self {
        Self {
            config: Arc::new(config),
            clock,
            lists: Arc::default(),
        }
    }

    /// The folder in which everything collected lies.
    pub fn index(&self) -> PathBuf {
        self.config.dir.join(INDEX)
    }

    /// The folder of mails, where there is no mail server.
    pub fn outbox(&self) -> PathBuf {
        self.index().join(OUTBOX)
    }

    /// The store, made where there is none.
    pub fn store(&self) -> anyhow::Result<Store> {
        store_in(&self.config.dir)
    }

    /// The keyword lists: the shipped ones and those of the instance, read once. A line that says
    /// nothing is left out; the log tells of it.
    pub fn lists(&self) -> Arc<Lists> {
        let lists = self.lists.get_or_init(|| {
            let (lists, problems) = read_lists(&self.config);
            for problem in problems {
                let (list, line, what) = (problem.list, problem.line, problem.message);
                tracing::warn!("{list}:{line}: {what}; `ascolto lists check` says more");
            }
            lists
        });
        Arc::clone(lists)
    }

    /// The watchlists, compiled.
    pub fn judge(&self) -> Judge {
        Judge::new(&self.config.watchlists, self.lists())
    }

    /// The mailer of the settings.
    pub fn mailer(&self) -> anyhow::Result<Mailer> {
        Ok(Mailer::new(&self.config.settings.mail, self.outbox())?)
    }

    /// A crawler on the instance's store.
    pub fn crawler(&self) -> anyhow::Result<Crawler> {
        let mut store = self.store()?;
        let now = self.clock.now();
        for plan in Plan::all(&self.config) {
            // What is collected from now on belongs to the first issue.
            plan.start(&mut store, now)?;
        }
        for watch in Watch::all(&self.config) {
            watch.start(&mut store, now)?;
        }
        let fetcher =
            Fetcher::new(&self.config.settings.fetch).context("the crawler could not be set up")?;
        let states: HashMap<SourceKey, SourceState> = store
            .source_states()?
            .into_iter()
            .map(|state| (state.key.clone(), state))
            .collect();
        for source in &self.config.sources {
            if let Some(state) = states.get(&source.key()) {
                fetcher.keep_rest(source.kind.url(), &state.memory, now);
            }
        }
        Ok(Crawler {
            judge: Arc::new(self.judge()),
            fetcher,
            archive: Archive::new(store),
            owner: Arc::new(Owner::new(&self.index())?),
            clock: self.clock.clone(),
            uncompared: Arc::default(),
            alone: Arc::new(collect::alone(&self.config.sources)),
        })
    }

    /// What `ascolto run` runs, with a crawler and a mailer of its own.
    pub fn daemon(&self) -> anyhow::Result<Daemon> {
        Ok(Daemon {
            config: Arc::clone(&self.config),
            crawler: self.crawler()?,
            mailer: Arc::new(self.mailer()?),
            index: self.index(),
        })
    }

    /// Brings the index up to date, unless another process is at it.
    pub fn tail(&self) -> anyhow::Result<()> {
        let store = self.store()?;
        index_tail::tail(&store).map(drop)
    }
}
