//! Settings of kinds that read forums and sites of questions and answers.

use url::Url;

use super::SourceSettings;
use crate::model::{SearchTerm, Secret};

/// Settings of `kind = "discourse"`.
#[derive(Debug, Clone, PartialEq)]
pub struct DiscourseSettings {
    /// The forum's address.
    pub url: Url,
}

impl SourceSettings for DiscourseSettings {
    fn kind(&self) -> &'static str {
        "discourse"
    }

    fn url(&self) -> &Url {
        &self.url
    }
}

/// Settings of `kind = "github"`.
#[derive(Debug, Clone, PartialEq)]
pub struct GitHubSettings {
    /// The base of the API.
    pub api: Url,
    /// A token, which may ask more often.
    pub token: Option<Secret>,
    /// `owner/name`: where to search; empty = everywhere.
    pub repositories: Vec<String>,
    /// What is searched for; empty = the terms of the watchlists.
    pub terms: Vec<SearchTerm>,
}

impl SourceSettings for GitHubSettings {
    fn kind(&self) -> &'static str {
        "github"
    }

    fn url(&self) -> &Url {
        &self.api
    }

    fn identity(&self) -> String {
        format!("{} {}", self.api, self.repositories.join(" "))
    }

    fn name(&self) -> Option<&str> {
        Some("github")
    }

    fn terms(&self) -> Option<&[SearchTerm]> {
        Some(&self.terms)
    }
}

/// Settings of `kind = "hacker_news"`.
#[derive(Debug, Clone, PartialEq)]
pub struct HackerNewsSettings {
    /// The base of the search API.
    pub api: Url,
    /// What is searched for; empty = the terms of the watchlists.
    pub terms: Vec<SearchTerm>,
}

impl SourceSettings for HackerNewsSettings {
    fn kind(&self) -> &'static str {
        "hacker_news"
    }

    fn url(&self) -> &Url {
        &self.api
    }

    fn name(&self) -> Option<&str> {
        Some("hacker_news")
    }

    fn terms(&self) -> Option<&[SearchTerm]> {
        Some(&self.terms)
    }
}

/// Settings of `kind = "lemmy"`.
#[derive(Debug, Clone, PartialEq)]
pub struct LemmySettings {
    /// The address of an instance; what it knows of others is searched too.
    pub url: Url,
    /// What is searched for; empty = the terms of the watchlists.
    pub terms: Vec<SearchTerm>,
}

impl SourceSettings for LemmySettings {
    fn kind(&self) -> &'static str {
        "lemmy"
    }

    fn url(&self) -> &Url {
        &self.url
    }

    fn terms(&self) -> Option<&[SearchTerm]> {
        Some(&self.terms)
    }
}

/// Settings of `kind = "reddit"`.
#[derive(Debug, Clone, PartialEq)]
pub struct RedditSettings {
    /// The site.
    pub api: Url,
    /// Where to search; empty = everywhere.
    pub subreddits: Vec<String>,
    /// The account that the token is of.
    pub user: Option<String>,
    /// The token of the account's private feeds.
    pub feed_token: Option<Secret>,
    /// What is searched for; empty = the terms of the watchlists.
    pub terms: Vec<SearchTerm>,
}

impl SourceSettings for RedditSettings {
    fn kind(&self) -> &'static str {
        "reddit"
    }

    fn url(&self) -> &Url {
        &self.api
    }

    fn identity(&self) -> String {
        format!("{} {}", self.api, self.subreddits.join("+"))
    }

    fn name(&self) -> Option<&str> {
        Some("reddit")
    }

    fn terms(&self) -> Option<&[SearchTerm]> {
        Some(&self.terms)
    }
}

/// Settings of `kind = "stack_exchange"`.
#[derive(Debug, Clone, PartialEq)]
pub struct StackExchangeSettings {
    /// The base of the API.
    pub api: Url,
    /// The site, as the API calls it: `stackoverflow`, `cooking`.
    pub site: String,
    /// A key, which may ask more often.
    pub key: Option<Secret>,
    /// What is searched for; empty = the terms of the watchlists.
    pub terms: Vec<SearchTerm>,
}

impl SourceSettings for StackExchangeSettings {
    fn kind(&self) -> &'static str {
        "stack_exchange"
    }

    fn url(&self) -> &Url {
        &self.api
    }

    fn identity(&self) -> String {
        format!("{} {}", self.api, self.site)
    }

    fn name(&self) -> Option<&str> {
        Some(&self.site)
    }

    fn terms(&self) -> Option<&[SearchTerm]> {
        Some(&self.terms)
    }
}
