//! Settings of kinds that read what belongs to the brand, by its own account or key.

use url::Url;

use super::SourceSettings;
use crate::model::{SearchTerm, Secret};

/// Settings of `kind = "app_store"`.
#[derive(Debug, Clone, PartialEq)]
pub struct AppStoreSettings {
    /// The base of the feeds.
    pub api: Url,
    /// The app's number.
    pub app: String,
    /// The country whose store is read: `it`.
    pub country: String,
}

impl SourceSettings for AppStoreSettings {
    fn kind(&self) -> &'static str {
        "app_store"
    }

    fn url(&self) -> &Url {
        &self.api
    }

    fn identity(&self) -> String {
        format!("{} {} {}", self.api, self.app, self.country)
    }
}

/// Settings of `kind = "google_play"`.
#[derive(Debug, Clone, PartialEq)]
pub struct GooglePlaySettings {
    /// The base of the API.
    pub api: Url,
    /// The app's package: `example.frigolux.app`.
    pub package: String,
    /// The JSON key of a service account, where it is to be had.
    pub key: Option<Secret>,
}

impl SourceSettings for GooglePlaySettings {
    fn kind(&self) -> &'static str {
        "google_play"
    }

    fn url(&self) -> &Url {
        &self.api
    }

    fn identity(&self) -> String {
        format!("{} {}", self.api, self.package)
    }
}

/// Access by OAuth 2.0 that was granted once.
#[derive(Debug, Clone, PartialEq)]
pub struct OauthSettings {
    /// Where tokens are had.
    pub tokens: Url,
    /// The application.
    pub client_id: String,
    /// Its secret, where it is to be had.
    pub client_secret: Option<Secret>,
    /// What its owner granted, where it is to be had.
    pub refresh_token: Option<Secret>,
}

/// Settings of `kind = "google_business"`.
#[derive(Debug, Clone, PartialEq)]
pub struct GoogleBusinessSettings {
    /// The base of the API.
    pub api: Url,
    /// The place: `accounts/1/locations/2`.
    pub location: String,
    /// Access.
    pub oauth: OauthSettings,
}

impl SourceSettings for GoogleBusinessSettings {
    fn kind(&self) -> &'static str {
        "google_business"
    }

    fn url(&self) -> &Url {
        &self.api
    }

    fn identity(&self) -> String {
        format!("{} {}", self.api, self.location)
    }
}

/// Settings of `kind = "trustpilot"`.
#[derive(Debug, Clone, PartialEq)]
pub struct TrustpilotSettings {
    /// The base of the API.
    pub api: Url,
    /// The domain of the business: `frigolux.example`.
    pub domain: String,
    /// The key, where it is to be had.
    pub key: Option<Secret>,
}

impl SourceSettings for TrustpilotSettings {
    fn kind(&self) -> &'static str {
        "trustpilot"
    }

    fn url(&self) -> &Url {
        &self.api
    }

    fn identity(&self) -> String {
        format!("{} {}", self.api, self.domain)
    }
}

/// What is read of a Facebook page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FacebookPart {
    /// Its posts, and the comments on them.
    Posts,
    /// Posts of others that mention it.
    Mentions,
    /// Recommendations.
    Reviews,
}

impl FacebookPart {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Posts => "posts",
            Self::Mentions => "mentions",
            Self::Reviews => "reviews",
        }
    }
}

/// Settings of `kind = "facebook"`.
#[derive(Debug, Clone, PartialEq)]
pub struct FacebookSettings {
    /// The base of the API, with its version.
    pub api: Url,
    /// The page's number or name.
    pub page: String,
    /// What is read.
    pub parts: Vec<FacebookPart>,
    /// The page token, where it is to be had.
    pub token: Option<Secret>,
}

impl SourceSettings for FacebookSettings {
    fn kind(&self) -> &'static str {
        "facebook"
    }

    fn url(&self) -> &Url {
        &self.api
    }

    fn identity(&self) -> String {
        format!("{} {}", self.api, self.page)
    }
}

/// Settings of `kind = "instagram"`.
#[derive(Debug, Clone, PartialEq)]
pub struct InstagramSettings {
    /// The base of the API, with its version.
    pub api: Url,
    /// The account's number.
    pub account: String,
    /// Hashtags without their sign.
    pub hashtags: Vec<String>,
    /// The token, where it is to be had.
    pub token: Option<Secret>,
}

impl SourceSettings for InstagramSettings {
    fn kind(&self) -> &'static str {
        "instagram"
    }

    fn url(&self) -> &Url {
        &self.api
    }

    fn identity(&self) -> String {
        format!("{} {}", self.api, self.account)
    }
}

/// Settings of `kind = "threads"`.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreadsSettings {
    /// The base of the API, with its version.
    pub api: Url,
    /// The token, where it is to be had.
    pub token: Option<Secret>,
    /// What is searched for; empty = the terms of the watchlists.
    pub terms: Vec<SearchTerm>,
}

impl SourceSettings for ThreadsSettings {
    fn kind(&self) -> &'static str {
        "threads"
    }

    fn url(&self) -> &Url {
        &self.api
    }

    fn name(&self) -> Option<&str> {
        Some("threads")
    }

    fn terms(&self) -> Option<&[SearchTerm]> {
        Some(&self.terms)
    }
}

/// Settings of `kind = "bluesky"`.
#[derive(Debug, Clone, PartialEq)]
pub struct BlueskySettings {
    /// The address of the stream.
    pub stream: Url,
    /// The server of the account by which the search is asked.
    pub api: Url,
    /// The account; with one, the search is asked instead of the stream.
    pub user: Option<String>,
    /// Its app password, where it is to be had.
    pub password: Option<Secret>,
    /// What is searched for; empty = the terms of the watchlists.
    pub terms: Vec<SearchTerm>,
}

impl SourceSettings for BlueskySettings {
    fn kind(&self) -> &'static str {
        "bluesky"
    }

    fn url(&self) -> &Url {
        if self.user.is_some() {
            &self.api
        } else {
            &self.stream
        }
    }

    fn name(&self) -> Option<&str> {
        Some("bluesky")
    }

    fn terms(&self) -> Option<&[SearchTerm]> {
        Some(&self.terms)
    }
}
