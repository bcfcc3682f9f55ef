//! Settings of kinds that read news and blogs.

use url::Url;

use super::SourceSettings;
use crate::model::{Lang, SearchTerm};

/// Settings of `kind = "google_alerts"`.
#[derive(Debug, Clone, PartialEq)]
pub struct GoogleAlertsSettings {
    /// The feed's address, which Google gives to the owner of the alert alone.
    pub url: Url,
}

impl SourceSettings for GoogleAlertsSettings {
    fn kind(&self) -> &'static str {
        "google_alerts"
    }

    fn url(&self) -> &Url {
        &self.url
    }

    fn name(&self) -> Option<&str> {
        Some("google_alerts")
    }
}

/// Settings of `kind = "google_news"`.
#[derive(Debug, Clone, PartialEq)]
pub struct GoogleNewsSettings {
    /// The site.
    pub api: Url,
    /// The language of the news.
    pub language: Lang,
    /// The country of the edition: `IT`, `GB`.
    pub country: String,
    /// What is searched for; empty = the terms of the watchlists.
    pub terms: Vec<SearchTerm>,
}

impl SourceSettings for GoogleNewsSettings {
    fn kind(&self) -> &'static str {
        "google_news"
    }

    fn url(&self) -> &Url {
        &self.api
    }

    fn identity(&self) -> String {
        format!("{} {} {}", self.api, self.language, self.country)
    }

    fn name(&self) -> Option<&str> {
        Some("google_news")
    }

    fn terms(&self) -> Option<&[SearchTerm]> {
        Some(&self.terms)
    }
}

/// Settings of `kind = "wordpress"`.
#[derive(Debug, Clone, PartialEq)]
pub struct WordPressSettings {
    /// The site's address.
    pub url: Url,
}

impl SourceSettings for WordPressSettings {
    fn kind(&self) -> &'static str {
        "wordpress"
    }

    fn url(&self) -> &Url {
        &self.url
    }
}
