//! Watchlists and sources by number, so that rows stay small.
//!
//! Invariant: a number never changes its meaning, so a name that was read once can be kept.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, StoreError, Write};
use crate::model::{SourceKey, WatchlistId};

/// A source as it was called when it brought something.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Origin {
    pub(super) key: SourceKey,
    pub(super) name: String,
}

/// The names read or given so far.
#[derive(Debug, Default)]
pub(super) struct Names {
    watchlists: HashMap<i64, WatchlistId>,
    watchlist_numbers: HashMap<WatchlistId, i64>,
    origins: HashMap<i64, Origin>,
    origin_numbers: HashMap<Origin, i64>,
}

impl Names {
    fn keep_watchlist(&mut self, number: i64, name: &WatchlistId) {
        self.watchlists.insert(number, name.clone());
        self.watchlist_numbers.insert(name.clone(), number);
    }

    fn keep_origin(&mut self, number: i64, origin: &Origin) {
        self.origins.insert(number, origin.clone());
        self.origin_numbers.insert(origin.clone(), number);
    }

    /// The number of a watchlist that has collected something; `None` if it never did.
    pub(super) fn watchlist_number(
        &mut self,
        connection: &Connection,
        name: &WatchlistId,
    ) -> rusqlite::Result<Option<i64>> {
        if let Some(number) = self.watchlist_numbers.get(name) {
            return Ok(Some(*number));
        }
        let number = connection
            .prepare_cached("SELECT id FROM watchlists WHERE name = ?1")?
            .query_row([name.as_str()], |row| row.get(0))
            .optional()?;
        if let Some(number) = number {
            self.keep_watchlist(number, name);
        }
        Ok(number)
    }

    /// The watchlist with that number.
    pub(super) fn watchlist(
        &mut self,
        connection: &Connection,
        number: i64,
    ) -> rusqlite::Result<WatchlistId> {
        if let Some(name) = self.watchlists.get(&number) {
            return Ok(name.clone());
        }
        let name = connection
            .prepare_cached("SELECT name FROM watchlists WHERE id = ?1")?
            .query_row([number], |row| row.get(0).map(WatchlistId))?;
        self.keep_watchlist(number, &name);
        Ok(name)
    }

    /// The source with that number.
    pub(super) fn origin(
        &mut self,
        connection: &Connection,
        number: i64,
    ) -> rusqlite::Result<Origin> {
        if let Some(origin) = self.origins.get(&number) {
            return Ok(origin.clone());
        }
        let origin = connection
            .prepare_cached("SELECT key, name FROM origins WHERE id = ?1")?
            .query_row([number], |row| {
                Ok(Origin {
                    key: SourceKey(row.get(0)?),
                    name: row.get(1)?,
                })
            })?;
        self.keep_origin(number, &origin);
        Ok(origin)
    }
}

impl Store {
    /// Runs a reading on the number of `watchlist`; gives nothing where it never collected anything.
    pub(super) fn of_watchlist<T: Default>(
        &self,
        watchlist: &WatchlistId,
        work: impl FnOnce(&Connection, i64) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        self.read(|connection| {
            let number = self
                .names
                .borrow_mut()
                .watchlist_number(connection, watchlist)?;
            number.map_or_else(|| Ok(T::default()), |number| work(connection, number))
        })
    }
}

impl Write<'_> {
    /// The number of a watchlist, given now where it has none.
    pub(super) fn watchlist_number(&self, name: &WatchlistId) -> rusqlite::Result<i64> {
        let mut names = self.names.borrow_mut();
        if let Some(number) = names.watchlist_number(self.tx, name)? {
            return Ok(number);
        }
        let number = self
            .tx
            .prepare_cached("INSERT INTO watchlists (name) VALUES (?1)")?
            .insert([name.as_str()])?;
        names.keep_watchlist(number, name);
        Ok(number)
    }

    /// The number of a source under its present name, given now where it has none.
    pub(super) fn origin_number(&self, origin: &Origin) -> rusqlite::Result<i64> {
        let mut names = self.names.borrow_mut();
        if let Some(number) = names.origin_numbers.get(origin) {
            return Ok(*number);
        }
        let known = self
            .tx
            .prepare_cached("SELECT id FROM origins WHERE key = ?1 AND name = ?2")?
            .query_row([&origin.key.0, &origin.name], |row| row.get(0))
            .optional()?;
        let number = match known {
            Some(number) => number,
            None => self
                .tx
                .prepare_cached("INSERT INTO origins (key, name) VALUES (?1, ?2)")?
                .insert(params![origin.key.0, origin.name])?,
        };
        names.keep_origin(number, origin);
        Ok(number)
    }
}
