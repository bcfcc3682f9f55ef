//! Claims on work, so that two programs on one instance do not do it twice.
//!
//! Invariant: a claim holds while its owner lives, and no longer than [`HELD`].

use std::path::Path;
use std::time::Duration;

use rusqlite::{OptionalExtension, params};

use super::owner::{self, Owner};
use super::{Durability, Store, StoreError};
use crate::model::{SourceHealth, SourceKey, SourceState, Timestamp};

/// The longest that a claim holds. Longer than any poll or sending takes: it is there for the
/// case that a process hangs.
pub(super) const HELD: Duration = Duration::from_mins(30);

/// Whether a claim made at `at` by `token` still holds. A claim from the future was made before
/// the clock was set back, and counts as old.
pub(super) fn holds(folder: &Path, token: &str, at: Timestamp, now: Timestamp) -> bool {
    let fresh = at <= now.plus(HELD) && now <= at.plus(HELD);
    fresh && owner::lives(folder, token)
}

impl Store {
    /// Claims the polling of a source for `owner`; says whether nobody else (nor `owner` itself,
    /// already) is at it, and gives the state as of the claim. The claim ends when the poll is
    /// recorded, or when it is released.
    pub fn claim_source(
        &mut self,
        key: &SourceKey,
        name: &str,
        owner: &Owner,
        now: Timestamp,
    ) -> Result<Option<SourceState>, StoreError> {
        let folder = self.folder.clone();
        let claimed = self.write(Durability::Normal, |write| {
            let held = write
                .tx
                .prepare_cached(
                    "SELECT claimed_by, claimed_at FROM sources \
                     WHERE key = ?1 AND claimed_by IS NOT NULL",
                )?
                .query_row([&key.0], |row| {
                    Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
                })
                .optional()?;
            if let Some((token, at)) = held
                && holds(&folder, &token, Timestamp::from_millis(at), now)
            {
                return Ok(false);
            }
            write
                .tx
                .prepare_cached(
                    "INSERT INTO sources (key, name, health, error_count, items, memory, \
                     claimed_by, claimed_at) VALUES (?1, ?2, ?3, 0, 0, '{}', ?4, ?5) \
                     ON CONFLICT (key) DO UPDATE SET claimed_by = excluded.claimed_by, \
                     claimed_at = excluded.claimed_at",
                )?
                .execute(params![
                    key.0,
                    name,
                    SourceHealth::New.as_str(),
                    owner.token(),
                    now.millis()
                ])?;
            Ok(true)
        })?;
        if claimed {
            self.source_state(key)
        } else {
            Ok(None)
        }
    }

    /// Gives up the claim of `owner` on a source without having polled it.
    pub fn release_source(&mut self, key: &SourceKey, owner: &Owner) -> Result<(), StoreError> {
        self.write(Durability::Normal, |write| {
            write
                .tx
                .prepare_cached(
                    "UPDATE sources SET claimed_by = NULL WHERE key = ?1 AND claimed_by = ?2",
                )?
                .execute([&key.0, owner.token()])
                .map(drop)
        })
    }
}
