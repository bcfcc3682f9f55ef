//! `ascolto.toml` and `watchlists/*.toml`, read, checked and typed.

mod secret;
mod settings;
mod watchlist;

pub use secret::Secret;
pub use settings::{FetchSettings, MailSettings, RetentionSettings, Settings};
pub use watchlist::{
    Alert, AlertRule, Digest, Example, QuietHours, Schedule, Watchlist, WatchlistKind, WhenEmpty,
};
