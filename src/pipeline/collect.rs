//! Polling many sources: all hosts at once, the sources of one host one after the other.

use std::collections::{BTreeMap, HashMap, HashSet};

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::poll::{Crawler, Polled};
use crate::model::{Source, SourceKey, SourceState, Timestamp};

/// The sources that are due at `now`, by what the store knows of them.
pub fn due(sources: &[Source], states: &[SourceState], now: Timestamp) -> Vec<Source> {
    let next: HashMap<&SourceKey, Option<Timestamp>> = states
        .iter()
        .map(|state| (&state.key, state.next))
        .collect();
    sources
        .iter()
        .filter(|source| !source.kind.is_pushed())
        .filter(|source| {
            let next = next.get(&source.key()).copied().flatten();
            next.is_none_or(|next| next <= now)
        })
        .cloned()
        .collect()
}

/// The sources by host: what is asked of one host is asked in turn, so that one slow host keeps
/// no other waiting.
pub(super) fn by_host(sources: Vec<Source>) -> BTreeMap<String, Vec<Source>> {
    let mut hosts: BTreeMap<String, Vec<Source>> = BTreeMap::new();
    for source in sources {
        hosts.entry(host(&source)).or_default().push(source);
    }
    hosts
}

fn host(source: &Source) -> String {
    let url = source.kind.url();
    let port = url.port().map_or_else(String::new, |port| port.to_string());
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

/// The sources that share their host with no other.
pub(super) fn alone(sources: &[Source]) -> HashSet<SourceKey> {
    let mut hosts: HashMap<String, Vec<&Source>> = HashMap::new();
    for source in sources {
        hosts.entry(host(source)).or_default().push(source);
    }
    let alone = hosts.into_values().filter(|sources| sources.len() == 1);
    alone.flatten().map(Source::key).collect()
}

/// Polls sources and tells what came of each as it comes.
///
/// Dropping the future ends the polls; what was recorded stays whole.
pub async fn collect(
    crawler: &Crawler,
    sources: Vec<Source>,
    tell: &mut (dyn FnMut(&Polled) + Send),
) -> anyhow::Result<Vec<Polled>> {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let mut tasks = JoinSet::new();
    for (_, sources) in by_host(sources) {
        let (crawler, sender) = (crawler.clone(), sender.clone());
        tasks.spawn(async move {
            for source in sources {
                // The receiver is gone only when nobody waits for the outcome any more.
                if sender.send(crawler.poll(&source).await).is_err() {
                    break;
                }
            }
        });
    }
    drop(sender);
    let mut outcomes = Vec::new();
    while let Some(polled) = receiver.recv().await {
        let polled = polled?;
        tell(&polled);
        outcomes.push(polled);
    }
    outcomes.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(outcomes)
}
