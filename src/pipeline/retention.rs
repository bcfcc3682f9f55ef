//! Dropping what has passed its time.

use std::time::Duration;

use crate::config::RetentionSettings;
use crate::model::Timestamp;
use crate::store::{Store, StoreError};

/// Rows that are dropped in one transaction: others wait for the write lock meanwhile.
const BATCH: usize = 500;

/// How long the bytes of sent messages are kept, for a look at what was sent.
const SENT: Duration = Duration::from_hours(24 * 30);

/// Drops what is older than the settings keep; gives how many rows.
pub(super) fn purge(
    store: &mut Store,
    settings: &RetentionSettings,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut dropped = store.purge_letters(now.minus(SENT))?;
    let kept_since = now.minus(settings.unmatched);
    dropped += in_batches(|| store.purge_kept(kept_since, BATCH))?;
    if let Some(span) = settings.mentions {
        let oldest = now.minus(span);
        dropped += in_batches(|| store.purge_mentions(oldest, BATCH))?;
    }
    Ok(dropped)
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
