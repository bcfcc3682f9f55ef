//! A backup: one file that holds the database and the instance's own files.
//!
//! The file is an SQLite database itself, with two more tables: what the backup is, and the files.
//! Any SQLite shell opens it.
//!
//! Invariant: a backup appears under its name when it is whole and was read back.
//! Invariant: a backup is foreign input: what it names is checked before anything is written.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::{Store, StoreError, migrate, row};
use crate::model::Timestamp;

/// "asco" in ASCII: what `file` and SQLite see of a backup.
const APPLICATION: i32 = 0x6173_636f;

/// Why a file is no backup that can be used.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// It is something else.
    #[error("{} is no backup of ascolto", path.display())]
    Other {
        /// The file.
        path: PathBuf,
    },
    /// It was damaged since it was written.
    #[error("{} is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// It could not be read or written.
    #[error("{} cannot be read or written", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A file of an instance: its path from the instance's folder, with `/`, and what it holds.
pub type InstanceFile = (String, Vec<u8>);

/// A backup that was found whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// When it was made.
    pub made: Timestamp,
    /// How many mentions it holds.
    pub mentions: u64,
    /// Items kept aside in it.
    pub kept: u64,
    /// Mails in it that wait to be sent.
    pub waiting: u64,
    /// The instance's files.
    pub files: Vec<InstanceFile>,
    /// How large the file is, in bytes.
    pub bytes: u64,
}

impl Store {
    /// Writes a backup of the database and `files` to `target`, while others go on working, and
    /// reads it back. A file that was there under that name is replaced when the new one is whole.
    ///
    /// # Errors
    ///
    /// Where it cannot be written, or does not read as it was written.
    pub fn backup(
        &self,
        target: &Path,
        files: &[InstanceFile],
        made: Timestamp,
    ) -> Result<Backup, BackupError> {
        let part = beside(target, "part");
        discard(&part);
        let done = self.backup_into(&part, files, made).and_then(|()| {
            let backup = Backup::open(&part)?;
            if backup.files != files {
                return Err(BackupError::Damaged {
                    path: part.clone(),
                    what: "the files in it are not those that were written".to_owned(),
                });
            }
            fs::rename(&part, target).map_err(|source| io(target, source))?;
            Ok(backup)
        });
        if done.is_err() {
            discard(&part);
        }
        done
    }

    fn backup_into(
        &self,
        part: &Path,
        files: &[InstanceFile],
        made: Timestamp,
    ) -> Result<(), BackupError> {
        self.copy_to(part)?;
        let failed = |source| StoreError::of(part, source);
        private(part)?;
        let write = || -> rusqlite::Result<()> {
            let mut connection = open(part, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            let tx = connection.transaction()?;
            tx.execute_batch(
                "CREATE TABLE backup_about (only INTEGER PRIMARY KEY CHECK (only = 1), \
                 made INTEGER NOT NULL, version TEXT NOT NULL); \
                 CREATE TABLE backup_files (path TEXT PRIMARY KEY, content BLOB NOT NULL) \
                 WITHOUT ROWID;",
            )?;
            tx.execute(
                "INSERT INTO backup_about VALUES (1, ?1, ?2)",
                params![made.millis(), env!("CARGO_PKG_VERSION")],
            )?;
            for (path, content) in files {
                tx.execute(
                    "INSERT INTO backup_files VALUES (?1, ?2)",
                    params![path, content],
                )?;
            }
            tx.pragma_update(None, "application_id", APPLICATION)?;
            tx.commit()
        };
        write().map_err(failed)?;
        File::open(part)
            .and_then(|file| file.sync_all())
            .map_err(|source| io(part, source))
    }
}

impl Backup {
    /// Reads a backup and finds out whether it is whole, page by page.
    ///
    /// # Errors
    ///
    /// Where the file is no backup, or a damaged one.
    pub fn open(path: &Path) -> Result<Self, BackupError> {
        let bytes = fs::metadata(path).map_err(|source| io(path, source))?.len();
        let other = || BackupError::Other {
            path: path.to_owned(),
        };
        let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(|_| other())?;
        let application: i32 = connection
            .query_row("PRAGMA application_id", [], |row| row.get(0))
            .map_err(|_| other())?;
        if application != APPLICATION {
            return Err(other());
        }
        let damaged = |what: String| BackupError::Damaged {
            path: path.to_owned(),
            what,
        };
        let found: String = connection
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
            .map_err(|error| damaged(error.to_string()))?;
        if found != "ok" {
            return Err(damaged(found));
        }
        let version: u32 = connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .map_err(|error| damaged(error.to_string()))?;
        let version = usize::try_from(version).unwrap_or(usize::MAX);
        if version > migrate::VERSION {
            return Err(StoreError::Newer {
                path: path.to_owned(),
                found: version,
                known: migrate::VERSION,
            }
            .into());
        }
        let backup = Self::read(&connection, bytes).map_err(|error| damaged(error.to_string()))?;
        if let Some((bad, _)) = backup.files.iter().find(|(path, _)| !is_ours(path)) {
            return Err(damaged(format!("it names a file `{}`", bad.escape_debug())));
        }
        Ok(backup)
    }

    fn read(connection: &Connection, bytes: u64) -> rusqlite::Result<Self> {
        // Tables and indices are all that ascolto makes: anything else would act on its own.
        let actors: Option<String> = connection
            .query_row(
                "SELECT name FROM sqlite_schema WHERE type NOT IN ('table', 'index') LIMIT 1",
                [],
                |row| row.get(0),
            )
            .optional()?;
        if actors.is_some() {
            return Err(rusqlite::Error::InvalidQuery);
        }
        let count =
            |sql: &str| connection.query_row(sql, [], |found| found.get(0).map(row::unsigned));
        Ok(Self {
            made: connection.query_row("SELECT made FROM backup_about", [], |row| {
                row.get(0).map(Timestamp::from_millis)
            })?,
            mentions: count("SELECT count(*) FROM mentions")?,
            kept: count("SELECT count(*) FROM unmatched")?,
            waiting: count("SELECT count(*) FROM outbox WHERE state = 'waiting'")?,
            files: connection
                .prepare("SELECT path, content FROM backup_files ORDER BY path")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?,
            bytes,
        })
    }

    /// Makes the database of the backup at `path` that of `folder`, which has none. It draws a
    /// new name, so that no index of another time is taken for its own.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn restore(path: &Path, folder: &Path) -> Result<Store, BackupError> {
        fs::create_dir_all(folder).map_err(|source| io(folder, source))?;
        let target = folder.join(super::FILE);
        fs::copy(path, &target).map_err(|source| io(&target, source))?;
        private(&target)?;
        let failed = |source| StoreError::of(&target, source);
        let write = || -> rusqlite::Result<()> {
            let mut connection = open(&target, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            let tx = connection.transaction()?;
            tx.execute_batch(
                "DROP TABLE backup_files; DROP TABLE backup_about; \
                 UPDATE identity_of_store SET token = lower(hex(randomblob(16))); \
                 PRAGMA application_id = 0;",
            )?;
            tx.commit()?;
            connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
        };
        write().map_err(failed)?;
        Ok(Store::open(folder)?)
    }
}

fn open(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")?;
    Ok(connection)
}

/// Whether a path is one that a backup may write: the settings, or a file of the watchlists.
fn is_ours(path: &str) -> bool {
    let mut parts = path.split('/');
    let plain = path
        .split('/')
        .all(|part| !matches!(part, "" | "." | "..") && !part.contains(['\\', ':', '\0']));
    plain
        && (path == "ascolto.toml"
            || (parts.next() == Some("watchlists") && parts.next().is_some()))
}

/// Lets only the owner read a file: it holds what people wrote.
fn private(path: &Path) -> Result<(), BackupError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))
            .map_err(|source| io(path, source))?;
    }
    Ok(())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    path.with_file_name(name)
}

fn discard(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::debug!(path = %path.display(), %error, "could not remove what was begun");
    }
}

fn io(path: &Path, source: std::io::Error) -> BackupError {
    BackupError::Io {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_names_only_files_of_an_instance() {
        for path in [
            "ascolto.toml",
            "watchlists/a.toml",
            "watchlists/lists/it.tsv",
        ] {
            assert!(is_ours(path), "{path}");
        }
        for path in [
            "",
            "/etc/passwd",
            "../ascolto.toml",
            "watchlists",
            "watchlists/",
            "watchlists/../x",
            "watchlists/./x",
            "watchlists\\x",
            "watchlists/C:x",
            "index/ascolto.db",
        ] {
            assert!(!is_ours(path), "{path}");
        }
    }
}
