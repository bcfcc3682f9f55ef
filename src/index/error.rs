//! What can go wrong with the index.

use std::io;
use std::path::{Path, PathBuf};

use tantivy::TantivyError;
use tantivy::directory::error::{OpenReadError, OpenWriteError};

/// Why the index could not do what it was asked. The index can always be made again.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// A folder or file could not be read or written.
    #[error("cannot use {}; check that it may be written and that the disk is not full", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The index cannot be read as it is.
    #[error("the index {} is damaged; `ascolto index rebuild` makes it again", path.display())]
    Damaged {
        /// The folder of the index.
        path: PathBuf,
        /// What Tantivy said.
        source: Box<TantivyError>,
    },
    /// Anything else.
    #[error("the index {} failed", path.display())]
    Engine {
        /// The folder of the index.
        path: PathBuf,
        /// What Tantivy said.
        source: Box<TantivyError>,
    },
}

impl IndexError {
    pub(super) fn of(path: &Path, source: TantivyError) -> Self {
        let path = path.to_owned();
        let damaged = matches!(
            source,
            TantivyError::DataCorruption(_)
                | TantivyError::IncompatibleIndex(_)
                | TantivyError::OpenDirectoryError(_)
                | TantivyError::OpenReadError(
                    OpenReadError::FileDoesNotExist(_) | OpenReadError::IncompatibleIndex(_)
                )
                | TantivyError::OpenWriteError(OpenWriteError::FileAlreadyExists(_))
                | TantivyError::SchemaError(_)
                | TantivyError::FieldNotFound(_)
        );
        let source = Box::new(source);
        if damaged {
            Self::Damaged { path, source }
        } else {
            Self::Engine { path, source }
        }
    }

    pub(super) fn folder(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        |source| Self::Folder { path, source }
    }

    /// Whether making the index again would help.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged { .. })
    }
}
