//! What is remembered of each source between two polls.

use rusqlite::{OptionalExtension, Row, params};

use super::owner::Owner;
use super::row::{self, from_json, json, word};
use super::{Durability, Store, StoreError, Write};
use crate::model::{SourceHealth, SourceKey, SourceState, Timestamp};

const COLUMNS: &str =
    "key, name, next, last_poll, last_ok, health, since, error, error_count, items, memory";

impl Store {
    /// The state of every source that was ever polled or claimed, by key.
    pub fn source_states(&self) -> Result<Vec<SourceState>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM sources ORDER BY key"))?
                .query_map([], read)?
                .collect()
        })
    }

    /// The state of one source.
    pub fn source_state(&self, key: &SourceKey) -> Result<Option<SourceState>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM sources WHERE key = ?1"))?
                .query_row([&key.0], read)
                .optional()
        })
    }

    /// Saves the state of a source alone: for polls that read nothing. The claim that `owner`
    /// holds on it ends.
    pub fn save_source(
        &mut self,
        state: &SourceState,
        owner: Option<&Owner>,
    ) -> Result<(), StoreError> {
        self.write(Durability::Normal, |write| write.save_source(state, owner))
    }

    /// Forgets what is remembered of a source; its mentions stay.
    pub fn drop_source(&mut self, key: &SourceKey) -> Result<(), StoreError> {
        self.write(Durability::Normal, |write| {
            write.drop_pieces(key)?;
            write
                .tx
                .execute("DELETE FROM sources WHERE key = ?1", [&key.0])
                .map(drop)
        })
    }
}

impl Write<'_> {
    pub(super) fn save_source(
        &self,
        state: &SourceState,
        owner: Option<&Owner>,
    ) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached(
                "INSERT INTO sources (key, name, next, last_poll, last_ok, health, since, error, \
                 error_count, items, memory) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
                 ON CONFLICT (key) DO UPDATE SET name = excluded.name, next = excluded.next, \
                 last_poll = excluded.last_poll, last_ok = excluded.last_ok, \
                 health = excluded.health, since = excluded.since, error = excluded.error, \
                 error_count = excluded.error_count, items = excluded.items, \
                 memory = excluded.memory, \
                 claimed_by = CASE claimed_by WHEN ?12 THEN NULL ELSE claimed_by END",
            )?
            .execute(params![
                state.key.0,
                state.name,
                state.next.map(Timestamp::millis),
                state.last_poll.map(Timestamp::millis),
                state.last_ok.map(Timestamp::millis),
                state.health.as_str(),
                state.since.map(Timestamp::millis),
                state.error,
                state.error_count,
                row::signed(state.items),
                json(&state.memory)?,
                owner.map(Owner::token),
            ])
            .map(drop)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<SourceState> {
    let moment = |column: usize| {
        row.get::<_, Option<i64>>(column)
            .map(|at| at.map(Timestamp::from_millis))
    };
    Ok(SourceState {
        key: SourceKey(row.get(0)?),
        name: row.get(1)?,
        next: moment(2)?,
        last_poll: moment(3)?,
        last_ok: moment(4)?,
        health: word(row, 5, SourceHealth::parse)?,
        since: moment(6)?,
        error: row.get(7)?,
        error_count: row.get(8)?,
        items: row.get(9).map(row::unsigned)?,
        memory: from_json(row, 10)?,
    })
}
