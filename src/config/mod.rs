//! `ascolto.toml` and `watchlists/*.toml`, read, checked and typed; `watchlists/lists/*.tsv`, read.
//!
//! [`Config::load`] reads the folder of an instance and gives what is right in it together with
//! everything that is wrong: each problem with file, line, column, a mark and what to write
//! instead. [`instance_files`] writes the files of a new instance.
//!
//! Invariant: what a [`Config`] holds was checked; no other room reads these files or doubts them.
//! Invariant: a key that nothing reads is an error, with the key that was probably meant.
//! Invariant: a password never leaves [`Secret`](crate::model::Secret), not even in a message about it.

mod alert_section;
mod cron;
mod digest_section;
mod document;
mod examples;
mod gather;
mod instance;
mod keys;
mod lists;
mod nearest;
mod places;
mod queries;
mod secret;
mod secret_value;
mod section;
mod settings;
mod settings_file;
mod source;
mod syntax;
mod template;
mod time_value;
mod value;
mod watchlist;
mod watchlist_file;
mod webhook_section;

pub use instance::{Config, ConfigError, Loaded, SETTINGS_FILE, WATCHLISTS};
pub use lists::{LISTS, ListFile};
pub use settings::{
    FetchSettings, MailSettings, RetentionSettings, Settings, Webhook, WebhookKind,
};
pub use source::source_kinds;
pub use template::{Answers, instance_files};
pub(crate) use time_value::{parse_duration, written_duration};
pub use watchlist::{
    Alert, AlertRule, Digest, Escalation, Example, QuietHours, Schedule, Watchlist, WatchlistKind,
    WhenEmpty,
};
