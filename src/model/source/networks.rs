//! Settings of kinds that read social networks.

use url::Url;

use super::SourceSettings;
use crate::model::{SearchTerm, Secret};

/// Settings of `kind = "mastodon"`.
#[derive(Debug, Clone, PartialEq)]
pub struct MastodonSettings {
    /// The address of an instance.
    pub url: Url,
    /// Hashtags without their sign; empty = made of what is searched for.
    pub tags: Vec<String>,
    /// A token of an account there, with which posts are searched as well.
    pub token: Option<Secret>,
    /// Whether the settings name a token, whether or not it is to be had.
    pub names_token: bool,
    /// What is searched for; empty = the terms of the watchlists.
    pub terms: Vec<SearchTerm>,
}

impl SourceSettings for MastodonSettings {
    fn kind(&self) -> &'static str {
        "mastodon"
    }

    fn url(&self) -> &Url {
        &self.url
    }

    fn identity(&self) -> String {
        format!("{} {}", self.url, self.tags.join(" "))
    }

    fn terms(&self) -> Option<&[SearchTerm]> {
        Some(&self.terms)
    }
}

/// Settings of `kind = "telegram"`.
#[derive(Debug, Clone, PartialEq)]
pub struct TelegramSettings {
    /// The site that shows the previews.
    pub api: Url,
    /// The name of a public channel, without `@`.
    pub channel: String,
}

impl SourceSettings for TelegramSettings {
    fn kind(&self) -> &'static str {
        "telegram"
    }

    fn url(&self) -> &Url {
        &self.api
    }

    fn identity(&self) -> String {
        format!("{} {}", self.api, self.channel)
    }

    fn name(&self) -> Option<&str> {
        Some(&self.channel)
    }
}

/// Settings of `kind = "youtube"`.
#[derive(Debug, Clone, PartialEq)]
pub struct YouTubeSettings {
    /// The base of the Data API.
    pub api: Url,
    /// The site that has the feeds.
    pub feeds: Url,
    /// The channel's id, which begins with `UC`.
    pub channel: String,
    /// A key of the Data API, with which comments are read.
    pub key: Option<Secret>,
    /// Whether the settings name a key, whether or not it is to be had.
    pub names_key: bool,
    /// What all sources with this key may take of its quota in a day.
    pub daily_units: u32,
}

impl SourceSettings for YouTubeSettings {
    fn kind(&self) -> &'static str {
        "youtube"
    }

    fn url(&self) -> &Url {
        &self.feeds
    }

    fn identity(&self) -> String {
        format!("{} {}", self.feeds, self.channel)
    }

    fn name(&self) -> Option<&str> {
        Some("youtube")
    }
}
