//! What can go wrong with the database, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder could not be made or read.
    #[error("cannot use the folder {}; check that it exists and may be written", path.display())]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file could not be opened or written.
    #[error("cannot write the database {}; check the permissions of the file and its folder", path.display())]
    Denied {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// No space is left.
    #[error("the disk is full: {} cannot grow; free some space, nothing that was stored is lost", path.display())]
    Full {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file is no SQLite database, or a damaged one.
    #[error("{} is not a readable database; move it aside and restore a backup (`ascolto restore FILE`)", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file was written by a newer ascolto.
    #[error("{} was made by a newer ascolto (its version is {found}, this one knows {known}); update ascolto", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: usize,
        /// The newest version that this program knows.
        known: usize,
    },
    /// Someone else wrote for longer than anyone should wait.
    #[error("another program keeps {} locked; is a backup tool or database browser open on it?", path.display())]
    Locked {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// Anything else.
    #[error("the database {} failed", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
}

impl StoreError {
    /// The error for what SQLite said about the database at `path`.
    pub(super) fn of(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { path, source },
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                Self::Damaged { path, source }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Locked { path, source }
            }
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                Self::Denied { path, source }
            }
            _ => Self::Database { path, source },
        }
    }

    /// Whether waiting and asking again can help.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Locked { .. } | Self::Full { .. })
    }
}
