//! Who holds a claim, and whether it still lives.
//!
//! A claim is a row that names its owner. The owner is a file `run/<token>.lock` that its process
//! keeps locked: the system drops the lock when the process ends, however it ends, so a claim
//! dies with its process even after `kill -9`, and never before.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::process;

use super::StoreError;

/// The folder of the lock files, in the instance's `index` folder.
const FOLDER: &str = "run";

/// A process that claims work. Its claims end with it.
#[derive(Debug)]
pub struct Owner {
    token: String,
    path: PathBuf,
    /// Locked until dropped.
    file: File,
}

impl Owner {
    /// Makes this process (or this part of it) known to the others that work in `folder`, an
    /// instance's `index`, and clears away what dead ones left.
    pub fn new(folder: &Path) -> Result<Self, StoreError> {
        let run = folder.join(FOLDER);
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| StoreError::Folder { path, source }
        };
        fs::create_dir_all(&run).map_err(failed(&run))?;
        clear(&run);
        loop {
            // The process number alone would do on one machine; the rest keeps two owners of
            // one process, and numbers that come round again, apart.
            let token = format!(
                "{:x}-{:016x}",
                process::id(),
                RandomState::new().hash_one(process::id())
            );
            let path = lock_path(&run, &token);
            let file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(&path)
                .map_err(failed(&path))?;
            // Someone who clears up may have seen the file before it was locked, and removed it.
            // What is locked and still there is safe: they lock before they remove.
            if file.try_lock().is_ok() && path.exists() {
                return Ok(Self { token, path, file });
            }
        }
    }

    /// Whether any process works in `folder`, an instance's `index`.
    pub fn is_anyone(folder: &Path) -> bool {
        let entries = fs::read_dir(folder.join(FOLDER)).into_iter().flatten();
        entries
            .flatten()
            .filter_map(|entry| entry.path().file_stem()?.to_str().map(str::to_owned))
            .any(|token| lives(folder, &token))
    }

    /// The name that rows are claimed under.
    pub(super) fn token(&self) -> &str {
        &self.token
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // If either fails the file stays, unlocked, and the next owner clears it away.
        let removed = fs::remove_file(&self.path);
        let unlocked = self.file.unlock();
        if let Err(error) = removed.and(unlocked) {
            tracing::debug!(path = %self.path.display(), %error, "could not remove the lock file");
        }
    }
}

/// Whether the owner `token` of claims in `folder` (an instance's `index`) lives. Where that
/// cannot be told, it is taken to: claims end by time as well.
pub(super) fn lives(folder: &Path, token: &str) -> bool {
    let plain = |c: char| c.is_ascii_hexdigit() || c == '-';
    if !token.chars().all(plain) {
        return false;
    }
    match File::open(lock_path(&folder.join(FOLDER), token)) {
        // A shared lock: two who ask at once must not take each other for the owner.
        Ok(file) => matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)),
        Err(error) => error.kind() != std::io::ErrorKind::NotFound,
    }
}

fn lock_path(run: &Path, token: &str) -> PathBuf {
    run.join(format!("{token}.lock"))
}

/// Removes the files of owners that are dead. Nothing depends on it: what cannot be removed
/// stays.
fn clear(run: &Path) {
    let Ok(entries) = fs::read_dir(run) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path
            .extension()
            .is_some_and(|extension| extension == "lock")
            && let Ok(file) = File::open(&path)
            && file.try_lock().is_ok()
            && let Err(error) = fs::remove_file(&path)
        {
            tracing::debug!(path = %path.display(), %error, "could not remove a dead lock file");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lives_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let owner = Owner::new(folder.path()).unwrap();
        let token = owner.token().to_owned();
        let other = Owner::new(folder.path()).unwrap();
        assert_ne!(token, other.token());
        assert!(
            lives(folder.path(), &token),
            "clearing up spares the living"
        );
        drop(owner);
        assert!(!lives(folder.path(), &token));
        assert!(lives(folder.path(), other.token()));
    }

    #[test]
    fn what_a_dead_process_left_is_cleared_away() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join(FOLDER);
        fs::create_dir_all(&run).unwrap();
        fs::write(run.join("1-0.lock"), "").unwrap();
        assert!(!lives(folder.path(), "1-0"));
        let _owner = Owner::new(folder.path()).unwrap();
        assert_eq!(fs::read_dir(&run).unwrap().count(), 1);
    }

    #[test]
    fn a_token_is_no_path() {
        let folder = tempfile::tempdir().unwrap();
        for token in ["../x", "a/b", "no\0pe", "x.y"] {
            assert!(!lives(folder.path(), token), "{token}");
        }
    }
}
