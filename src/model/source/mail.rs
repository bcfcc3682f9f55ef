//! Settings of kinds that read what is sent to the brand.

use std::net::SocketAddr;
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
    /// The mailbox's folder, `INBOX` where nothing else is said.
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
                identity = format!("{identity} {key} {}", texts.join(", "));
            }
        }
        identity
    }
}

/// Settings of `kind = "webhook"`.
#[derive(Debug, Clone, PartialEq)]
pub struct WebhookSettings {
    /// The address that is written to: `http://127.0.0.1:8787/ingest/shop`.
    pub url: Url,
    /// Where the daemon listens.
    pub listen: SocketAddr,
    /// What who writes there knows, where it is to be had.
    pub token: Option<Secret>,
    /// What comes in is, where it does not say so itself.
    pub item_kind: ItemKind,
}

impl SourceSettings for WebhookSettings {
    fn kind(&self) -> &'static str {
        "webhook"
    }

    fn url(&self) -> &Url {
        &self.url
    }

    fn identity(&self) -> String {
        self.url.path().to_owned()
    }

    fn name(&self) -> Option<&str> {
        self.url.path().rsplit('/').next()
    }

    fn is_pushed(&self) -> bool {
        true
    }
}
