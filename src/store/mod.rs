//! The truth: an SQLite database of mentions, sources, digests and waiting mail.
//!
//! In go the judged items of a poll, in one transaction with the state of their source; out come
//! mentions, the changes after a sequence number, and leases on work to be done. Any number of
//! programs work on one database at once.
//!
//! Invariant: nothing outside this module knows SQL.
//! Invariant: every change of a mention takes the next sequence number inside the transaction
//! that makes it. Writers take turns from the first statement on (`BEGIN IMMEDIATE`), so numbers
//! become visible in their order, and who has read up to n has missed nothing up to n.
//! Invariant: what is known and unchanged is not written.

mod alerts;
mod backup;
mod brief;
mod changes;
mod claims;
mod copies;
mod deletions;
mod digests;
mod error;
mod facts;
mod forget;
mod identity;
mod labels;
mod matches;
mod mentions;
mod migrate;
mod names;
mod numbers;
mod outbox;
mod owner;
mod past;
mod pieces;
mod record;
mod row;
mod runs;
mod sources;
mod unmatched;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, thread};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::model::Sequence;

pub use alerts::{AlertState, Change as IncidentChange, Evaluation, Incident};
pub use backup::{Backup, BackupError, InstanceFile};
pub use brief::Brief;
pub use changes::{Change, Changes};
pub use copies::{Banded, CopiesFound, CopyOf};
pub use deletions::Cursor;
pub use digests::{DigestState, Issue, IssueDraft, Issued};
pub use error::StoreError;
pub use facts::Fact;
pub use forget::{Forgettable, ForgettableLetter, Whom};
pub use identity::{Claims, Identity};
pub use matches::{Collected, Coverage, Redecided};
pub use migrate::{MIGRATIONS, VERSION};
pub use numbers::{Bucket, Count, TermCount};
pub use outbox::{Letter, Outcome};
pub use owner::Owner;
pub use past::{Added, Past, PastRecord, Taken};
pub use pieces::Pieces;
pub use record::{Draft, Judged, PollRecord, Recorded, Verdict};
pub use unmatched::Kept;

use names::Names;
use runs::Runs;

/// The name of the database in the instance's `index` folder.
const FILE: &str = "ascolto.db";

/// An open database.
///
/// It is `Send` but not `Sync`: each thread that works at the same time opens its own, which is
/// cheap.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    names: RefCell<Names>,
    /// The keys that an import writes apart; `None` where new keys go to their place at once.
    runs: Option<Runs>,
    folder: PathBuf,
    path: PathBuf,
}

impl Store {
    /// Opens the database in `folder` (an instance's `index`), and makes folder and database
    /// where there is none.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(FILE);
        // Always with "create": without, SQLite may find no file, and then open for reading only
        // the one that another program makes at that moment.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || Connection::open_with_flags(&path, flags);
        let connection = match open() {
            Err(_) if !folder.exists() => {
                fs::create_dir_all(folder).map_err(|source| StoreError::Folder {
                    path: folder.to_owned(),
                    source,
                })?;
                open()
            }
            opened => opened,
        }
        .map_err(|source| StoreError::of(&path, source))?;
        let mut store = Self {
            connection,
            names: RefCell::default(),
            runs: None,
            folder: folder.to_owned(),
            path,
        };
        store
            .prepare()
            .map_err(|source| StoreError::of(&store.path, source))?;
        migrate::migrate(&mut store.connection, &store.path)?;
        Ok(store)
    }

    /// Opens the database in `folder` if there is one.
    pub fn open_existing(folder: &Path) -> Result<Option<Self>, StoreError> {
        if folder.join(FILE).exists() {
            Self::open(folder).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Settings of a connection; none of them touches the disk.
    fn prepare(&mut self) -> rusqlite::Result<()> {
        self.connection.busy_handler(Some(wait_for_turn))?;
        self.connection.set_prepared_statement_cache_capacity(96);
        // Plans do not depend on what is bound, or statements are prepared anew at each use.
        self.connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        // The log may grow to 16 MB: pages that many polls write are then copied once.
        self.connection.execute_batch(
            "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32000; PRAGMA foreign_keys = OFF;
             PRAGMA wal_autocheckpoint = 4000;",
        )
    }

    /// The folder that the database lies in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The name that this database drew when it was made. Whoever follows it keeps the name
    /// beside the sequence number reached: the numbers of two databases say nothing together.
    pub fn token(&self) -> Result<String, StoreError> {
        self.read(|connection| {
            connection.query_row("SELECT token FROM identity_of_store", [], |row| row.get(0))
        })
    }

    /// The last sequence number given.
    pub fn max_seq(&self) -> Result<Sequence, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT sequence FROM counter")?
                .query_row([], |row| row.get(0))
                .map(Sequence)
        })
    }

    /// Returns once everything committed so far would survive a power failure.
    ///
    /// Polls are committed without waiting for the disk (`synchronous = NORMAL`): what a power
    /// failure takes back is a whole poll, with the validators of its source, and is read again.
    /// But whoever writes "I reached n" elsewhere calls this first, or n could be given twice.
    pub fn settle(&self) -> Result<(), StoreError> {
        self.read(|connection| {
            connection.execute_batch("PRAGMA synchronous = FULL")?;
            let settled = touch(connection);
            connection.execute_batch("PRAGMA synchronous = NORMAL")?;
            settled
        })
    }

    /// Writes a consistent copy of the database to `target`, which must not exist, while others
    /// go on working.
    pub fn copy_to(&self, target: &Path) -> Result<(), StoreError> {
        let name = target.to_string_lossy();
        self.read(|connection| connection.execute("VACUUM INTO ?1", [&name]).map(drop))
    }

    /// Runs several works in one transaction, which costs less than one each. Where `works` gives
    /// nothing, nothing of them happened; so it is when the commit fails.
    ///
    /// Each work may wait for its commit no longer than the others take, and none may ask for the
    /// disk ([`Store::settle`], what is sent to people): that fails within a transaction.
    pub fn together<T>(
        &mut self,
        works: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        self.read(|connection| connection.execute_batch("BEGIN IMMEDIATE"))?;
        let open = Together(self);
        let done = works(open.0);
        if done.is_some() {
            open.0
                .read(|connection| connection.execute_batch("COMMIT"))?;
        }
        Ok(done)
    }

    fn error(&self, source: rusqlite::Error) -> StoreError {
        StoreError::of(&self.path, source)
    }

    /// Runs a reading.
    fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        work(&self.connection).map_err(|source| self.error(source))
    }

    /// Runs several readings on one state of the database.
    fn snapshot<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        self.read(|connection| {
            if !connection.is_autocommit() {
                return work(connection);
            }
            let tx = Transaction::new_unchecked(connection, TransactionBehavior::Deferred)?;
            let found = work(&tx)?;
            tx.commit()?;
            Ok(found)
        })
    }

    /// Runs several readings on one state of the database, which costs less than one each.
    pub fn at_once<T>(
        &self,
        works: impl FnOnce(&Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if !self.connection.is_autocommit() {
            return works(self);
        }
        let tx = Transaction::new_unchecked(&self.connection, TransactionBehavior::Deferred)
            .map_err(|source| self.error(source))?;
        let found = works(self)?;
        tx.commit().map_err(|source| self.error(source))?;
        Ok(found)
    }

    /// Runs `work` in one transaction that has the write lock from its start. If it fails or the
    /// process ends, nothing of it happened.
    fn write<T>(
        &mut self,
        durability: Durability,
        work: impl FnOnce(&mut Write<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let done = run(&mut self.connection, &self.names, durability, work);
        if done.is_err() {
            // Names that were given in the transaction went with it.
            self.names.take();
        }
        done.map_err(|source| self.error(source))
    }
}

/// What a commit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Durability {
    /// The log is written, not flushed: survives the death of the process, not a power failure.
    Normal,
    /// The log is flushed: nothing that was said to someone else is taken back.
    Full,
}

/// The transaction of several works; what is not committed when it is dropped is rolled back.
struct Together<'a>(&'a mut Store);

impl Drop for Together<'_> {
    fn drop(&mut self) {
        if self.0.connection.is_autocommit() {
            return;
        }
        if let Err(error) = self.0.connection.execute_batch("ROLLBACK") {
            tracing::warn!(%error, "a transaction could not be rolled back");
        }
        // Names that were given in the transaction went with it.
        self.0.names.take();
    }
}

/// A running write transaction.
struct Write<'a> {
    tx: &'a Connection,
    names: &'a RefCell<Names>,
    sequence: i64,
    /// Whether there are authors of whom nothing is to be collected, once someone asked.
    forgets_authors: Option<bool>,
}

impl Write<'_> {
    /// The next sequence number; it is written back when the transaction is committed.
    fn next_sequence(&mut self) -> Sequence {
        self.sequence += 1;
        Sequence(self.sequence)
    }
}

fn run<T>(
    connection: &mut Connection,
    names: &RefCell<Names>,
    durability: Durability,
    work: impl FnOnce(&mut Write<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    if durability == Durability::Full {
        connection.execute_batch("PRAGMA synchronous = FULL")?;
    }
    let done = transaction(connection, names, work);
    if durability == Durability::Full {
        connection.execute_batch("PRAGMA synchronous = NORMAL")?;
    }
    done
}

fn transaction<T>(
    connection: &mut Connection,
    names: &RefCell<Names>,
    work: impl FnOnce(&mut Write<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    if !connection.is_autocommit() {
        return within(connection, names, work);
    }
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = within(&tx, names, work)?;
    tx.commit()?;
    Ok(done)
}

/// Does the work in the transaction that is open.
fn within<T>(
    connection: &Connection,
    names: &RefCell<Names>,
    work: impl FnOnce(&mut Write<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let before = connection
        .prepare_cached("SELECT sequence FROM counter")?
        .query_row([], |row| row.get(0))?;
    let mut write = Write {
        tx: connection,
        names,
        sequence: before,
        forgets_authors: None,
    };
    let done = work(&mut write)?;
    if write.sequence > before {
        connection
            .prepare_cached("UPDATE counter SET sequence = ?1")?
            .execute([write.sequence])?;
    }
    Ok(done)
}

/// Commits without changing anything, which flushes the log and all that was committed to it.
fn touch(connection: &Connection) -> rusqlite::Result<()> {
    let tx = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    tx.prepare_cached("UPDATE counter SET sequence = sequence")?
        .execute([])?;
    tx.commit()
}

/// Waits for other writers: they hold the lock for milliseconds, so short naps that do not grow
/// keep the queue fair. Gives up after about two minutes.
fn wait_for_turn(tries: i32) -> bool {
    thread::sleep(Duration::from_millis(if tries < 10 { 1 } else { 10 }));
    tries < 12_000
}
