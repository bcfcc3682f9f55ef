//! The whole of an instance in one file, and back.
//!
//! Invariant: what is restored is made beside what there is and takes its place at the end, so a
//! crash leaves the one or the other.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::index_tail;
use crate::config::{SETTINGS_FILE, WATCHLISTS};
use crate::model::Timestamp;
use crate::store::{Backup, InstanceFile, Owner, Store};

/// The largest file of an instance that a backup takes.
const LARGEST: u64 = 16 << 20;

/// The folder in which a restored instance is made.
const MAKING: &str = ".restoring";

/// What lies in an instance's folder.
const PARTS: [&str; 3] = [SETTINGS_FILE, WATCHLISTS, "index"];

/// Writes the instance in `dir` to `target`: settings, watchlists, lists and database. Passwords
/// that lie in files of their own are not in it.
pub fn backup(store: &Store, dir: &Path, target: &Path, now: Timestamp) -> Result<Backup> {
    let mut files = Vec::new();
    take(dir, SETTINGS_FILE, &mut files)?;
    take(dir, WATCHLISTS, &mut files)?;
    files.sort();
    Ok(store.backup(target, &files, now)?)
}

/// Takes a file, or the files of a folder, by their path from `dir`.
fn take(dir: &Path, path: &str, files: &mut Vec<InstanceFile>) -> Result<()> {
    let full = dir.join(path);
    let failed = || format!("{} cannot be read", full.display());
    let found = match fs::metadata(&full) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(failed),
    };
    if found.is_dir() {
        for entry in fs::read_dir(&full).with_context(failed)? {
            let name = entry.with_context(failed)?.file_name();
            let Some(name) = name.to_str() else {
                bail!("{} holds a file whose name is no text", full.display());
            };
            if !name.starts_with('.') {
                take(dir, &format!("{path}/{name}"), files)?;
            }
        }
    } else if found.len() > LARGEST {
        bail!("{} is too large for a file of an instance", full.display());
    } else {
        files.push((path.to_owned(), fs::read(&full).with_context(failed)?));
    }
    Ok(())
}

/// What came of restoring.
#[derive(Debug)]
pub struct Restored {
    /// What the backup held.
    pub backup: Backup,
    /// Where what was there before lies now.
    pub before: Option<PathBuf>,
    /// Mentions and items that were forgotten since the backup was made, and are again.
    pub forgotten: usize,
}

/// Whether there is an instance in `dir`.
pub fn is_taken(dir: &Path) -> bool {
    PARTS.iter().any(|part| dir.join(part).exists())
}

/// Makes the instance of the backup at `path` in `dir`. What is there is kept in a folder beside,
/// and what it has forgotten since is forgotten in what is restored.
pub fn restore(path: &Path, dir: &Path, now: Timestamp) -> Result<Restored> {
    let backup = Backup::open(path)?;
    let index = dir.join("index");
    if Owner::is_anyone(&index) {
        bail!(
            "an ascolto is at work in {}; stop it first (`ascolto run` ends with Ctrl-C)",
            dir.display()
        );
    }
    let making = dir.join(MAKING);
    if making.exists() {
        fs::remove_dir_all(&making)
            .with_context(|| format!("{} cannot be removed", making.display()))?;
    }
    let forgotten = make(path, &backup, &making, &index)
        .with_context(|| format!("{} was not restored; nothing was changed", path.display()))?;
    let before = set_aside(dir, now)?;
    for part in PARTS {
        let from = making.join(part);
        if from.exists() {
            fs::rename(&from, dir.join(part))
                .with_context(|| format!("{} cannot be put in its place", from.display()))?;
        }
    }
    fs::remove_dir(&making).with_context(|| format!("{} cannot be removed", making.display()))?;
    Ok(Restored {
        backup,
        before,
        forgotten,
    })
}

/// Makes the instance in `making`; gives how much of it was forgotten since, as the database in
/// `present` has it.
fn make(path: &Path, backup: &Backup, making: &Path, present: &Path) -> Result<usize> {
    for (name, content) in &backup.files {
        let file = making.join(name);
        let folder = file.parent().unwrap_or(making);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&file, content))
            .with_context(|| format!("{} cannot be written", file.display()))?;
    }
    let mut store = Backup::restore(path, &making.join("index"))?;
    // Where the present database is the reason for restoring, it cannot be asked.
    let mut forgotten = 0;
    match Store::open_existing(present) {
        Ok(Some(present)) => {
            forgotten = store.forget_as(&present)?;
            if forgotten > 0 {
                store.compact()?;
            }
        }
        Ok(None) => {}
        Err(error) => tracing::warn!(
            "what was forgotten since the backup cannot be read from the present database: {error}"
        ),
    }
    index_tail::rebuild(&store, Duration::from_secs(10))?;
    Ok(forgotten)
}

/// Moves what is there into a folder of its own.
fn set_aside(dir: &Path, now: Timestamp) -> Result<Option<PathBuf>> {
    if !is_taken(dir) {
        return Ok(None);
    }
    let day = now.to_chrono().format("%Y-%m-%dT%H%M%S");
    let aside = dir.join(format!("before-restore-{day}"));
    fs::create_dir(&aside).with_context(|| format!("{} cannot be made", aside.display()))?;
    for part in PARTS {
        let from = dir.join(part);
        if from.exists() {
            fs::rename(&from, aside.join(part))
                .with_context(|| format!("{} cannot be moved", from.display()))?;
        }
    }
    Ok(Some(aside))
}
