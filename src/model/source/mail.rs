//! Settings of kinds that read what is sent to the brand.

use std::path::PathBuf;

use url::Url;

use super::SourceSettings;
use crate::model::{ItemKind, MailEncryption, Secret};

/// Settings of `kind = "imap"`.
#[derive(Debug, Clone, PartialEq)]
pub struct ImapSettings {
    /// The server, without user and password: `imaps://mail.example/`.
    pub url: Url,
    /// How the connection is encrypted.
    pub encryption: MailEncryption,
    /// Further certificates to trust, in PEM form.
    pub ca_file: Option<PathBuf>,
    /// Whose mailbox.
    pub user: String,
    /// That one's password, where it is to be had.
    pub password: Option<Secret>,
    /// The folder.
    pub folder: String,
    /// Only mails whose sender holds one of these; none = any.
    pub from: Vec<String>,
    /// Only mails whose subject holds one of these; none = any.
    pub subject: Vec<String>,
    /// What the mails are, but for alerts, whose items are articles.
    pub item_kind: ItemKind,
}

impl SourceSettings for ImapSettings {
    fn kind(&self) -> &'static str {
        "imap"
    }

    fn url(&self) -> &Url {
        &self.url
    }

    fn identity(&self) -> String {
        let mut identity = format!("{} {} {}", self.url, self.user, self.folder);
        for (key, texts) in [("from", &self.from), ("subject", &self.subject)] {
            if !texts.is_empty() {
                identity.push_str(&format!(" {key} {}", texts.join(", ")));
            }
        }
        identity
    }
}
