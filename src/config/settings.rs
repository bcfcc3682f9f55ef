//! The checked settings of an instance.

use std::time::Duration;

use chrono_tz::Tz;
use ipnet::IpNet;
use url::Url;

use crate::model::{Lang, Secret};
use crate::query::Names;

/// `ascolto.toml`, checked; every key has a default.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The zone of dates in queries, and of digests that name none.
    pub timezone: Tz,
    /// The language of mails, unless a digest says otherwise: Italian or English.
    pub language: Lang,
    /// How mail leaves.
    pub mail: MailSettings,
    /// How the crawler behaves.
    pub fetch: FetchSettings,
    /// How long things are kept.
    pub retention: RetentionSettings,
    /// Where alerts can go besides mail.
    pub webhooks: Vec<Webhook>,
    /// `[lists]`, `[queries]` and the time zone, as queries need them.
    pub names: Names,
}

impl Settings {
    /// What holds where `ascolto.toml` says nothing, in this time zone.
    pub fn new(timezone: Tz) -> Self {
        Self {
            timezone,
            language: Lang::IT,
            mail: MailSettings::default(),
            fetch: FetchSettings::default(),
            retention: RetentionSettings::default(),
            webhooks: Vec::new(),
            names: Names {
                timezone,
                ..Names::default()
            },
        }
    }
}

/// `[mail]`.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// The sender: `Ascolto <ascolto@frigolux.example>`.
    pub from: String,
    /// `smtp://` or `smtps://` in lettre's form; `None` = `.eml` files in `index/outbox/`.
    pub url: Option<Url>,
    /// From `password_env` or `password_file`.
    pub password: Option<Secret>,
    /// A certificate (PEM) to trust besides the system's, for servers of one's own.
    pub ca_file: Option<std::path::PathBuf>,
    /// Mails in a minute at most; `None` = 60, and any number to a server on the same machine.
    pub per_minute: Option<u32>,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            from: "Ascolto <ascolto@localhost>".to_owned(),
            url: None,
            password: None,
            ca_file: None,
            per_minute: None,
        }
    }
}

/// `[fetch]`.
#[derive(Debug, Clone)]
pub struct FetchSettings {
    /// An address at which the crawler's owner can be reached, in the User-Agent.
    pub contact: Option<String>,
    /// The time between two requests to one host.
    pub gap: Duration,
    /// Private networks that may be asked all the same.
    pub allow_private: Vec<IpNet>,
    /// Bytes of a body after decoding.
    pub max_body: u64,
    /// The time that one request may take in all.
    pub timeout: Duration,
    /// Requests in flight at once, over all hosts.
    pub concurrency: usize,
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self {
            contact: None,
            gap: Duration::from_secs(2),
            allow_private: Vec::new(),
            max_body: 10_000_000,
            timeout: Duration::from_mins(1),
            concurrency: 64,
        }
    }
}

/// `[retention]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionSettings {
    /// How long mentions are kept; `None` = for good.
    pub mentions: Option<Duration>,
    /// How long items that matched no watchlist are kept aside.
    pub unmatched: Duration,
}

impl Default for RetentionSettings {
    fn default() -> Self {
        Self {
            mentions: Some(Duration::from_hours(400 * 24)),
            unmatched: Duration::from_hours(14 * 24),
        }
    }
}

/// A `[[webhook]]`: an address that takes alerts over HTTP.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Its name, unique in the instance: what alerts name and the outbox shows.
    pub name: String,
    /// Whose form the message has.
    pub kind: WebhookKind,
    /// Where it goes. The addresses of Slack, Discord and Teams are secrets themselves. `None`
    /// where the place that holds it holds nothing.
    pub address: Option<Secret>,
    /// What signs the message (`json`).
    pub secret: Option<Secret>,
    /// What opens the door (`telegram`, `ntfy`).
    pub token: Option<Secret>,
    /// The number or name of the chat (`telegram`).
    pub chat: Option<String>,
}

/// Whose form a webhook's message has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookKind {
    /// JSON for programs of one's own, signed.
    Json,
    /// Slack, an incoming webhook.
    Slack,
    /// Discord, a channel's webhook.
    Discord,
    /// Microsoft Teams, a workflow that posts a card.
    Teams,
    /// Telegram, a bot.
    Telegram,
    /// ntfy, a topic.
    Ntfy,
}

impl WebhookKind {
    /// The word for it in `kind = "…"`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Teams => "teams",
            Self::Telegram => "telegram",
            Self::Ntfy => "ntfy",
        }
    }
}
