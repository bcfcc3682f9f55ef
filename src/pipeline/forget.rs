//! Forgetting: out of the database, the index and the mails, down to the bytes on the disk.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::index_tail;
use crate::extract::canonical_url;
use crate::notify::is_file_of;
use crate::store::{Forgettable, Store, Whom};

/// How long the index's writer is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// What was published at an address, however it is written.
pub fn at_address(url: &str) -> Whom {
    let url = url.trim();
    let canonical = canonical_url(url).unwrap_or_else(|| url.to_owned());
    Whom::Url(url.to_owned(), canonical)
}

/// Forgets what was `found`, and with `for_good` what the author writes from now on; `outbox` is
/// the folder of mails of an instance without a mail server.
///
/// # Errors
///
/// Where something could not be removed: forgetting once more goes on where this ended.
pub fn forget(
    store: &mut Store,
    outbox: &Path,
    whom: &Whom,
    found: &Forgettable,
    for_good: bool,
) -> Result<()> {
    store.forget(whom, found, for_good)?;
    remove_files(outbox, found)?;
    let done = index_tail::expunge(store, 0.0, PATIENCE).context("while rewriting the index")?;
    if !done {
        bail!(
            "it is gone from the database, but another ascolto is writing the index, in which words \
             of it remain; run the same command again"
        );
    }
    store
        .compact()
        .context("it is forgotten, but its words remain in free room of the database")
}

/// Removes the files of mails whose words went.
fn remove_files(outbox: &Path, found: &Forgettable) -> Result<()> {
    let entries = match fs::read_dir(outbox) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            return Err(error).with_context(|| format!("{} cannot be read", outbox.display()));
        }
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if found
            .letters
            .iter()
            .any(|letter| is_file_of(&name, &letter.key))
        {
            fs::remove_file(entry.path())
                .with_context(|| format!("{} cannot be removed", entry.path().display()))?;
        }
    }
    Ok(())
}
