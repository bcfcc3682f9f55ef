//! `ascolto run`: polls when due, indexes, raises alerts, sends digests when due, until it is
//! stopped.

use std::collections::HashMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{self, JoinSet};
use tokio::time::{MissedTickBehavior, interval};

use super::alert::Watch;
use super::archive::Archive;
use super::collect::{by_host, due};
use super::copies;
use super::digest::Plan;
use super::index_tail;
use super::ingest;
use super::outbox::{Ways, deliver_by};
use super::poll::{Crawler, Outcome, Polled};
use super::retention;
use crate::clock::Clock;
use crate::config::Config;
use crate::model::{Channel, Source, Timestamp};
use crate::notify::Mailer;
use crate::store::Store;

/// How often the daemon looks for sources that are due.
const POLLING: Duration = Duration::from_secs(1);
/// How often the index is brought up to date: each commit costs, so not after every poll.
const INDEXING: Duration = Duration::from_secs(1);
/// How often the daemon looks for alerts, digests and messages that are due.
const SENDING: Duration = Duration::from_secs(2);
/// How often what has passed its time is dropped.
const PURGING: Duration = Duration::from_hours(1);
/// How long sending may go on after the stop.
const GRACE: Duration = Duration::from_millis(1_200);

/// The daemon.
#[derive(Debug)]
pub struct Daemon {
    pub(super) config: Arc<Config>,
    pub(super) crawler: Crawler,
    pub(super) mailer: Arc<Mailer>,
    pub(super) index: PathBuf,
}

impl Daemon {
    /// Works until `stop` comes, then ends within two seconds with nothing half-written: polls
    /// are dropped, transactions and messages on their way are finished.
    pub async fn run(&self, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        let mut indexing = tokio::spawn(tail_on(
            self.crawler.archive.clone(),
            self.index.clone(),
            self.crawler.clock.clone(),
        ));
        let (stop_sending, stopping) = watch::channel(());
        let mut sending = tokio::spawn(send_on(
            Arc::clone(&self.config),
            self.crawler.clone(),
            Arc::clone(&self.mailer),
            self.index.clone(),
            stopping,
        ));
        let purging = tokio::spawn(purge_on(
            self.config.clone(),
            self.crawler.archive.clone(),
            self.index.clone(),
            self.crawler.clock.clone(),
        ));
        let ended = tokio::select! {
            () = stop => Ok(()),
            ended = self.poll_on() => ended,
            ended = ingest::serve(&self.crawler, &self.config.sources) => ended,
            ended = &mut indexing => ended?,
            ended = &mut sending => ended?,
        };
        purging.abort();
        indexing.abort();
        if !sending.is_finished() {
            // A message that the server is taking should not be sent twice for our haste.
            drop(stop_sending);
            if tokio::time::timeout(GRACE, &mut sending).await.is_err() {
                sending.abort();
            }
        }
        self.mailer.close().await;
        ended
    }

    async fn poll_on(&self) -> anyhow::Result<()> {
        let mut tick = interval(POLLING);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut busy: HashMap<task::Id, String> = HashMap::new();
        let mut tasks: JoinSet<anyhow::Result<()>> = JoinSet::new();
        loop {
            tokio::select! {
                _ = tick.tick() => {
                    let states = self.crawler.archive.run(|store| store.source_states()).await?;
                    let due = due(&self.config.sources, &states, self.crawler.clock.now());
                    for (host, sources) in by_host(due) {
                        if busy.values().all(|other| *other != host) {
                            let polls = poll_all(self.crawler.clone(), sources);
                            busy.insert(tasks.spawn(polls).id(), host);
                        }
                    }
                }
                Some(done) = tasks.join_next_with_id() => match done {
                    Ok((id, ended)) => {
                        busy.remove(&id);
                        // Without the store nothing can be done; systemd starts us again.
                        ended?;
                    }
                    Err(cut) => {
                        busy.remove(&cut.id());
                        tracing::error!(error = %cut, "a poll failed by a mistake of ascolto's");
                    }
                },
            }
        }
    }
}

/// Polls the sources of one host, one after the other.
async fn poll_all(crawler: Crawler, sources: Vec<Source>) -> anyhow::Result<()> {
    for source in sources {
        log(&crawler.poll(&source).await?);
    }
    Ok(())
}

fn log(polled: &Polled) {
    match &polled.outcome {
        Outcome::Read { items, recorded } => tracing::info!(
            source.name = %polled.name,
            items,
            mentions.new = recorded.new.len(),
            mentions.edited = recorded.edited.len(),
            mentions.gone = recorded.gone,
            "a source was read"
        ),
        Outcome::Unchanged => tracing::debug!(source.name = %polled.name, "nothing has changed"),
        Outcome::Failed { error, .. } => tracing::warn!(
            source.name = %polled.name,
            error = %error,
            "a source could not be read"
        ),
        Outcome::Elsewhere => {
            tracing::debug!(source.name = %polled.name, "another ascolto is reading it");
        }
    }
    for note in &polled.notes {
        tracing::warn!(source.name = %polled.name, "{note}");
    }
}

async fn tail_on(archive: Archive, index: PathBuf, clock: Clock) -> anyhow::Result<()> {
    let mut tick = interval(INDEXING);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut reached = None;
    loop {
        tick.tick().await;
        let now = clock.now();
        let seq = archive
            .run(move |store| {
                copies::follow(store, now)?;
                store.max_seq()
            })
            .await?;
        if reached == Some(seq) {
            continue;
        }
        let folder = index.clone();
        let tailed = tokio::task::spawn_blocking(move || {
            let store = Store::open(&folder)?;
            index_tail::tail(&store)
        })
        .await?;
        match tailed {
            // Who holds the lock goes on to what was committed meanwhile; look again next time.
            Ok(tailed) => reached = (!tailed.elsewhere).then_some(tailed.reached),
            Err(error) => tracing::error!("the index could not be brought up to date: {error:#}"),
        }
    }
}

/// Makes and sends what is due, until the other end of `stopping` is gone.
///
/// Making does not wait for sending, nor one channel for the other: a mail server may take minutes
/// to answer, and an alert that is raised meanwhile is not to wait for it.
async fn send_on(
    config: Arc<Config>,
    crawler: Crawler,
    mailer: Arc<Mailer>,
    index: PathBuf,
    stopping: watch::Receiver<()>,
) -> anyhow::Result<()> {
    let ways = Ways {
        mailer: &mailer,
        fetcher: &crawler.fetcher,
        webhooks: &config.settings.webhooks,
    };
    // Gone when nothing more is made: then those who send end with what they hold.
    let (made, makes) = watch::channel(());
    let making = make_on(
        Arc::clone(&config),
        index,
        crawler.clock.clone(),
        made,
        stopping,
    );
    let by = |channel| deliver_on(channel, &crawler, ways, makes.clone());
    let mailing = by(Channel::Mail);
    let posting = by(Channel::Webhook);
    tokio::try_join!(making, mailing, posting).map(|_| ())
}

/// Makes what is due and tells so by `made`, until the other end of `stopping` is gone.
async fn make_on(
    config: Arc<Config>,
    index: PathBuf,
    clock: Clock,
    made: watch::Sender<()>,
    mut stopping: watch::Receiver<()>,
) -> anyhow::Result<()> {
    let mut tick = interval(SENDING);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let paces = Arc::new(Mutex::new(Paces::default()));
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            _ = stopping.changed() => return Ok(()),
        }
        let (shared, folder, now) = (Arc::clone(&config), index.clone(), clock.now());
        let looks = Arc::clone(&paces);
        tokio::task::spawn_blocking(move || {
            let mut paces = looks.lock().unwrap_or_else(PoisonError::into_inner);
            make_due(&shared, &folder, now, &mut paces);
        })
        .await?;
        made.send_replace(());
    }
}

/// Sends what is due by one channel each time that `made` tells of something, until its other end
/// is gone.
async fn deliver_on(
    channel: Channel,
    crawler: &Crawler,
    ways: Ways<'_>,
    mut made: watch::Receiver<()>,
) -> anyhow::Result<()> {
    while made.changed().await.is_ok() {
        let (archive, owner, clock) = (&crawler.archive, &crawler.owner, &crawler.clock);
        let delivered = deliver_by(channel, archive, ways, owner, clock).await?;
        if delivered.sent > 0 {
            tracing::info!(
                message.channel = %channel,
                messages.sent = delivered.sent,
                "messages were sent"
            );
        }
    }
    Ok(())
}

/// Makes every alert and digest that is due. What fails is told and tried again; it keeps nothing
/// else from being made.
fn make_due(config: &Config, index: &Path, now: Timestamp, paces: &mut Paces) {
    let failed = |what: &str, error: &anyhow::Error| {
        tracing::error!("{what} could not be made: {error:#}");
    };
    let mut store = match Store::open(index) {
        Ok(store) => store,
        Err(error) => return failed("digests and alerts", &error.into()),
    };
    // What was published twice is told of once.
    if let Err(error) = copies::follow(&mut store, now) {
        failed("the comparison with what was there before", &error.into());
    }
    for watch in Watch::all(config) {
        let timed = paces.is_due(&watch, now);
        match watch.look(&mut store, now, timed) {
            Ok(0) => {}
            Ok(messages) => {
                tracing::info!(alert = %watch.alert.key, messages, "an alert was raised");
            }
            Err(error) => failed(&format!("the alert {}", watch.alert.key), &error),
        }
    }
    for plan in Plan::all(config) {
        if let Err(error) = plan.issue_if_due(&mut store, now) {
            failed(&format!("the digest {}", plan.digest.key), &error);
        }
    }
}

/// When each alert last looked at what the passing of time changes.
#[derive(Debug, Default)]
struct Paces(HashMap<String, Timestamp>);

impl Paces {
    fn is_due(&mut self, watch: &Watch<'_>, now: Timestamp) -> bool {
        let last = self.0.get(&watch.alert.key).copied();
        // A last time from the future was before the clock was set back.
        let due = last.is_none_or(|last| last > now || now.since(last) >= watch.pace());
        if due {
            self.0.insert(watch.alert.key.clone(), now);
        }
        due
    }
}

async fn purge_on(config: Arc<Config>, archive: Archive, index: PathBuf, clock: Clock) {
    let mut tick = interval(PURGING);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let (config, now) = (config.clone(), clock.now());
        let purged = archive
            .run(move |store| retention::purge(store, &config, now))
            .await;
        match purged {
            Ok(0) => continue,
            Ok(rows) => tracing::info!(rows, "what has passed its time was dropped"),
            Err(error) => {
                tracing::error!("could not drop what has passed its time: {error:#}");
                continue;
            }
        }
        let folder = index.clone();
        let given = task::spawn_blocking(move || retention::give_back(&folder)).await;
        if let Err(error) = given.map_err(anyhow::Error::from).and_then(|given| given) {
            tracing::warn!("the room of what was dropped could not be given back: {error:#}");
        }
    }
}
