//! `kind = "github"`: issues and pull requests, searched
//! (<https://docs.github.com/rest/search/search#search-issues-and-pull-requests>).
//!
//! A query may hold 256 characters and five operators, so that many terms are several searches;
//! and issues are asked for apart from pull requests, as the search wants to know which.

use std::time::Duration;

use super::api::{address, keep_read, parameter, since, terms, with_parameter};
use super::json::{Fields, document, list};
use super::{Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, refusal};
use crate::model::{Author, GitHubSettings, Item, ItemKind, Request, SourceState, Timestamp};

const EXPECTED: &str = "the search results of GitHub";
const SERVICE: &str = "GitHub";

/// Ten searches a minute without a token.
const GAP: Duration = Duration::from_secs(7);

pub(super) static MANIFEST: Manifest = Manifest {
    terms_url: Some("https://docs.github.com/site-policy/github-terms/github-terms-of-service"),
    least_gap: GAP,
    limits: "10 searches a minute, 30 with a token; 1,000 results a search",
    ..Manifest::OPEN
};

/// How far windows overlap: edits and comments come after the creation.
const OVERLAP: Duration = Duration::from_hours(24);

/// How far back the first poll looks.
const FIRST: Duration = Duration::from_hours(30 * 24);

/// Characters and terms of one query, with room for its qualifiers.
const CHARACTERS: usize = 150;
const TERMS: usize = 5;

/// Entries of a page, and pages that the search shows.
const ENTRIES: u64 = 100;
const PAGES: u32 = 10;

/// Searches GitHub.
#[derive(Debug, Clone, Copy)]
pub(super) struct GitHubAdapter<'a> {
    settings: &'a GitHubSettings,
}

impl<'a> GitHubAdapter<'a> {
    /// The adapter of one search.
    pub(super) fn new(settings: &'a GitHubSettings) -> Self {
        Self { settings }
    }

    fn request(self, words: &str, what: &str, since: Timestamp) -> Request {
        let part = format!("{what} {words}");
        let mut query = format!(
            "{words} in:title,body,comments is:{what} updated:>={}",
            since.to_chrono().format("%Y-%m-%dT%H:%M:%SZ")
        );
        for repository in &self.settings.repositories {
            query.push_str(" repo:");
            query.push_str(repository);
        }
        let url = address(
            &self.settings.api,
            "search/issues",
            &[
                ("q", &query),
                ("sort", "updated"),
                ("order", "desc"),
                ("per_page", &ENTRIES.to_string()),
            ],
        );
        Request {
            least_gap: GAP,
            ..Request::api(url)
                .with_bearer(self.settings.token.as_ref())
                .as_part(part)
        }
    }
}

impl Adapter for GitHubAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let mut batches: Vec<Vec<String>> = Vec::new();
        for term in terms(asking)? {
            let word = term.strictly_quoted();
            let fits = |batch: &&mut Vec<String>| {
                let length: usize = batch.iter().map(|word| word.len() + 4).sum();
                batch.len() < TERMS && length + word.len() < CHARACTERS
            };
            match batches.last_mut().filter(fits) {
                Some(batch) => batch.push(word),
                None => batches.push(vec![word]),
            }
        }
        let mut requests = Vec::new();
        for batch in batches {
            let words = batch.join(" OR ");
            for what in ["issue", "pull-request"] {
                let part = format!("{what} {words}");
                let since = since(asking, &part, OVERLAP).unwrap_or(asking.now.minus(FIRST));
                requests.push(self.request(&words, what, since));
            }
        }
        Ok(requests)
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let document = document(answer.response, EXPECTED)?;
        let fields = Fields(&document);
        let mut page = Page {
            items: list(&document, "/items", EXPECTED)?
                .filter_map(item)
                .collect(),
            ..Page::default()
        };
        if fields
            .at("/incomplete_results")
            .and_then(serde_json::Value::as_bool)
            == Some(true)
        {
            page.notes
                .push("GitHub gave up before it had found everything".to_owned());
        }
        let asked = parameter(&answer.request.url, "page").and_then(|page| page.parse().ok());
        let asked: u64 = asked.unwrap_or(1);
        let shown = fields.count("/total_count").unwrap_or(0).min(1_000);
        if asked.saturating_mul(ENTRIES) < shown {
            let next = asked.saturating_add(1).to_string();
            let url = with_parameter(&answer.request.url, "page", &next);
            page.next = Some(answer.request.at(url));
        }
        keep_read(&mut page, answer);
        Ok(page)
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        let says = refusal::said(answer);
        let lower = says.to_lowercase();
        match answer.response.status {
            401 => Some(Refusal::BadToken {
                service: SERVICE,
                says,
            }),
            403 | 429 if lower.contains("rate limit") => Some(Refusal::Limited {
                service: SERVICE,
                wait: Duration::from_mins(1),
            }),
            403 => Some(Refusal::Closed {
                service: SERVICE,
                why: says,
            }),
            422 => Some(Refusal::BadQuestion {
                service: SERVICE,
                says,
            }),
            _ => None,
        }
    }

    fn max_pages(&self, state: &SourceState) -> u32 {
        if state.last_ok.is_none() { 2 } else { PAGES }
    }
}

fn item(entry: Fields<'_>) -> Option<Item> {
    let id = entry.id("/node_id").or_else(|| entry.id("/id"))?;
    let url = crate::extract::absolute_url(None, entry.raw("/html_url")?)?;
    let title = entry.line("/title");
    let text = entry.text("/body");
    if title.is_none() && text.is_empty() {
        return None;
    }
    let login = entry.line("/user/login");
    Some(Item {
        native_id: Some(id),
        url: Some(url.into()),
        permalink: true,
        kind: ItemKind::Post,
        title,
        text,
        author: Author {
            handle: login.as_ref().map(|login| format!("@{login}")),
            name: login,
            followers: None,
        },
        published: entry.date("/created_at"),
        engagement: entry.counts(&["/comments", "/reactions/total_count"]),
        ..Item::default()
    })
}
