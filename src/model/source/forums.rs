//! Settings of kinds that read forums and sites of questions and answers.

use url::Url;

use super::SourceSettings;
use crate::model::SearchTerm;

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
