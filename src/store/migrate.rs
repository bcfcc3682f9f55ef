//! Brings a database of any earlier version up to date.
//!
//! Invariant: the list only ever grows at its end; a migration that was released is never edited.

use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::error::StoreError;

/// The migrations; `user_version` counts how many of them a file has had.
pub const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_ground.sql"),
    include_str!("migrations/0002_labels.sql"),
    include_str!("migrations/0004_copies.sql"),
    include_str!("migrations/0005_alerts.sql"),
    include_str!("migrations/0006_care.sql"),
    include_str!("migrations/0007_brands.sql"),
    include_str!("migrations/0008_pieces.sql"),
    include_str!("migrations/0009_runs.sql"),
    include_str!("migrations/0010_channels.sql"),
];

/// The version of an up-to-date database.
pub const VERSION: usize = MIGRATIONS.len();

/// Applies what is missing, all of it or nothing. Two programs that start at once on an old file
/// do it once: the version is read again under the write lock.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let found = version(connection).map_err(|source| StoreError::of(path, source))?;
    if found == VERSION {
        return Ok(());
    }
    if found > VERSION {
        let path = path.to_owned();
        return Err(StoreError::Newer {
            path,
            found,
            known: VERSION,
        });
    }
    apply(connection).map_err(|source| StoreError::of(path, source))
}

fn apply(connection: &mut Connection) -> rusqlite::Result<()> {
    use_log(connection)?;
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&tx)?;
    for migration in MIGRATIONS.iter().skip(found) {
        tx.execute_batch(migration)?;
    }
    if found < VERSION {
        tx.pragma_update(None, "user_version", VERSION.to_string())?;
    }
    tx.commit()
}

/// Sets the write-ahead log, with which readers and the writer do not wait for each other. It is
/// written into the file's header, so once is enough. While another program does the same on a
/// new file, SQLite says "busy" without asking the busy handler.
fn use_log(connection: &Connection) -> rusqlite::Result<()> {
    let mut tries = 0;
    loop {
        match connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())) {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && tries < 1000 =>
            {
                tries += 1;
                thread::sleep(Duration::from_millis(10));
            }
            other => return other,
        }
    }
}

fn version(connection: &Connection) -> rusqlite::Result<usize> {
    let version = connection.query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}
