//! Dropping what has passed its time, and giving its room back.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::index_tail;
use crate::config::Config;
use crate::model::{Timestamp, WatchlistId};
use crate::store::{Store, StoreError};

/// Rows that are dropped in one transaction: others wait for the write lock meanwhile.
const BATCH: usize = 500;

/// How long the bytes of sent messages are kept, for a look at what was sent.
const SENT: Duration = Duration::from_hours(24 * 30);

/// Longer than this is for good.
const FOREVER: Duration = Duration::from_hours(24 * 365 * 99);

/// A segment of the index is rewritten when a fifth of it was deleted.
const SHARE: f64 = 0.2;

/// How long the index's writer is waited for; it is tried again in an hour.
const PATIENCE: Duration = Duration::from_secs(5);

/// Drops what is older than the settings and the watchlists keep; gives how many rows. A mention
/// stays as long as one of the watchlists that collect it keeps it.
pub(super) fn purge(
    store: &mut Store,
    config: &Config,
    now: Timestamp,
) -> Result<usize, StoreError> {
    // What an import left that was cut off.
    store.sort_in()?;
    let settings = &config.settings.retention;
    let mut dropped = store.purge_letters(now.minus(SENT))?;
    let kept_since = now.minus(settings.unmatched);
    dropped += in_batches(|| store.purge_kept(kept_since, BATCH))?;
    let oldest = |span: Option<Duration>| {
        span.filter(|span| *span < FOREVER)
            .map(|span| now.minus(span))
    };
    let others = oldest(settings.mentions);
    let own: Vec<(WatchlistId, Option<Timestamp>)> = config
        .watchlists
        .iter()
        .map(|watchlist| {
            let span = watchlist.retention.or(settings.mentions);
            (watchlist.id.clone(), oldest(span))
        })
        .collect();
    if own.iter().all(|(_, oldest)| *oldest == others) {
        if let Some(others) = others {
            dropped += in_batches(|| store.purge_mentions(others, BATCH))?;
        }
        return Ok(dropped);
    }
    let mut cursor = None;
    loop {
        let (gone, next) = store.purge_kept_long_enough(&own, others, cursor, BATCH)?;
        dropped += gone;
        cursor = next;
        if cursor.is_none() {
            return Ok(dropped);
        }
    }
}

/// Gives the room of what was dropped back to the disk, where it is worth it.
pub(super) fn give_back(index: &Path) -> Result<()> {
    let mut store = Store::open(index)?;
    index_tail::expunge(&store, SHARE, PATIENCE)?;
    if store.is_worth_compacting()? {
        store.compact()?;
    }
    Ok(())
}

fn in_batches(mut purge: impl FnMut() -> Result<usize, StoreError>) -> Result<usize, StoreError> {
    let mut dropped = 0;
    loop {
        let batch = purge()?;
        dropped += batch;
        if batch < BATCH {
            return Ok(dropped);
        }
    }
}
