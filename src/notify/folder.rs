//! Mail as files: the default, until a server is named.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::DateTime;
use sha2::{Digest as _, Sha256};

use super::send_error::SendError;
use crate::model::Message;

/// Characters of a name that come from the message's key.
const READABLE: usize = 80;

/// Writes `message` into `folder`, whole or not at all. Written again, it is the same file.
pub(super) fn write(folder: &Path, message: &Message) -> Result<PathBuf, SendError> {
    let path = folder.join(file_name(message));
    let temporary = path.with_extension("eml.part");
    let attempt = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut file = fs::File::create(&temporary)?;
        file.write_all(&message.raw)?;
        file.sync_all()?;
        fs::rename(&temporary, &path)
    };
    attempt().map_err(|source| SendError::Folder {
        path: path.clone(),
        source,
    })?;
    Ok(path)
}

/// The message's own `Date`, so that its file has the same name whenever it is written.
fn date(message: &Message) -> Option<String> {
    let head = message.raw.get(..message.raw.len().min(4_096))?;
    let date = String::from_utf8_lossy(head)
        .lines()
        .take_while(|line| !line.is_empty())
        .find_map(|line| line.strip_prefix("Date: ").map(str::to_owned))?;
    let date = DateTime::parse_from_rfc2822(&date).ok()?;
    Some(date.to_utc().format("%Y-%m-%dT%H%M").to_string())
}

/// `2025-11-04T0700-frigolux-daily-17-care-frigolux-example-1f6b03aa.eml`: sorted by time (UTC),
/// readable, and different for different keys.
pub fn file_name(message: &Message) -> String {
    let date = date(message).map_or_else(String::new, |date| format!("{date}-"));
    let mut readable = String::new();
    for c in message.key.chars() {
        if readable.len() >= READABLE {
            break;
        }
        if c.is_ascii_alphanumeric() {
            readable.push(c.to_ascii_lowercase());
        } else if !readable.ends_with('-') {
            readable.push('-');
        }
    }
    format!(
        "{date}{}{}",
        readable.trim_matches('-'),
        ending(&message.key)
    )
}

/// Whether a file of the folder is that of the message with this key.
pub fn is_file_of(name: &str, key: &str) -> bool {
    let ending = ending(key);
    name.ends_with(&ending) || name.ends_with(&format!("{ending}.part"))
}

/// How the name of a message's file ends.
fn ending(key: &str) -> String {
    let hash = format!("{:x}", Sha256::digest(key));
    format!("-{hash:.8}.eml")
}
