//! The folder of the index: which generation is current, and who may write.
//!
//! ```text
//! search/
//! ├── current   the name of the generation that readers open
//! ├── lock      locked by who writes, whatever the generation
//! └── g7/       a Tantivy index
//! ```
//!
//! A rebuilt index is a new generation: it becomes current by one rename of the file `current`,
//! so that a reader finds the old one or the new one, whole, and a crash leaves the old one.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::error::IndexError;

const CURRENT: &str = "current";
const LOCK: &str = "lock";

/// The folder of the current generation.
pub(super) fn current(folder: &Path) -> Option<PathBuf> {
    let name = fs::read_to_string(folder.join(CURRENT)).ok()?;
    generation(name.trim()).map(|_| folder.join(name.trim()))
}

/// The right to write, until it is dropped.
#[derive(Debug)]
pub(super) struct Right(File);

impl Drop for Right {
    /// Closing the file would do, but for a process that is being started at this moment: until it
    /// runs its own program it has the file as well, and who looks now would find the lock taken.
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::debug!(%error, "the lock of the index goes with its file");
        }
    }
}

/// Takes the right to write; `None` if another has it.
pub(super) fn lock(folder: &Path) -> Result<Option<Right>, IndexError> {
    fs::create_dir_all(folder).map_err(IndexError::folder(folder))?;
    let path = folder.join(LOCK);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(IndexError::folder(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Right(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(IndexError::folder(&path)(source)),
    }
}

/// Makes the folder of a new generation. Only who has the lock may.
pub(super) fn begin(folder: &Path) -> Result<PathBuf, IndexError> {
    sweep(folder);
    let last = generations(folder).into_iter().map(|(number, _)| number);
    let path = folder.join(format!("g{}", last.max().unwrap_or(0) + 1));
    fs::create_dir(&path).map_err(IndexError::folder(&path))?;
    Ok(path)
}

/// Makes a generation current. Only who has the lock may.
pub(super) fn publish(folder: &Path, generation: &Path) -> Result<(), IndexError> {
    let name = generation.file_name().unwrap_or_default();
    let path = folder.join(format!("{CURRENT}.new"));
    let write = || {
        let mut file = File::create(&path)?;
        file.write_all(name.as_encoded_bytes())?;
        file.sync_all()?;
        fs::rename(&path, folder.join(CURRENT))
    };
    write().map_err(IndexError::folder(&path))?;
    sweep(folder);
    Ok(())
}

/// Removes the generations that are not current. Who still reads one has its files open; what
/// cannot be removed is removed the next time.
fn sweep(folder: &Path) {
    let current = current(folder);
    for (_, path) in generations(folder) {
        if Some(&path) != current.as_ref()
            && let Err(error) = fs::remove_dir_all(&path)
        {
            tracing::debug!(path = %path.display(), %error, "could not remove an old index");
        }
    }
}

fn generations(folder: &Path) -> Vec<(u64, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let number = generation(entry.file_name().to_str()?)?;
            Some((number, entry.path()))
        })
        .collect()
}

fn generation(name: &str) -> Option<u64> {
    name.strip_prefix('g')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_writes_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let held = lock(folder.path()).unwrap();
        assert!(held.is_some());
        assert!(lock(folder.path()).unwrap().is_none());
        // As a process has it that is being started.
        let inherited = held.as_ref().unwrap().0.try_clone().unwrap();
        drop(held);
        assert!(lock(folder.path()).unwrap().is_some());
        drop(inherited);
    }

    #[test]
    fn a_generation_is_current_once_published() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let first = begin(folder).unwrap();
        assert_eq!(current(folder), None);
        publish(folder, &first).unwrap();
        let abandoned = begin(folder).unwrap();
        assert_eq!(current(folder), Some(first.clone()));
        let second = begin(folder).unwrap();
        assert!(!abandoned.exists() || abandoned == second);
        publish(folder, &second).unwrap();
        assert_eq!(current(folder), Some(second));
        assert!(!first.exists());
    }

    #[test]
    fn the_name_of_a_generation_is_no_path() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["", "../g1", "g", "g1/..", "x"] {
            fs::write(folder.path().join(CURRENT), name).unwrap();
            assert_eq!(current(folder.path()), None, "{name}");
        }
    }
}
