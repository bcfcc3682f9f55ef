//! `kind = "hacker_news"`: stories and comments, searched by the API of Algolia
//! (<https://hn.algolia.com/api>).
//!
//! A search shows at most 1,000 hits, so that it is bounded by time rather than followed without
//! end; its index runs late by hours at times, so that windows overlap by a day.

use std::time::Duration;

use url::Url;

use super::api::{address, keep_read, parameter, since, terms, with_parameter};
use super::json::{Fields, document, list};
use super::{Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal};
use crate::model::{Author, HackerNewsSettings, Item, ItemKind, Request, SourceState};

const EXPECTED: &str = "hits of the Hacker News search";

pub(super) static MANIFEST: Manifest = Manifest {
    terms_url: Some("https://hn.algolia.com/api"),
    limits: "10,000 requests an hour; 1,000 hits a search",
    ..Manifest::OPEN
};

/// How far windows overlap: the index was seen to run late by this much.
const OVERLAP: Duration = Duration::from_hours(24);

/// Hits of a page.
const HITS: &str = "100";

/// Pages of a search beyond which the API shows nothing.
const PAGES: u32 = 10;

/// Where a story or comment is read.
const SITE: &str = "https://news.ycombinator.com/item?id=";

/// Searches Hacker News.
#[derive(Debug, Clone, Copy)]
pub(super) struct HackerNewsAdapter<'a> {
    settings: &'a HackerNewsSettings,
}

impl<'a> HackerNewsAdapter<'a> {
    /// The adapter of one search.
    pub(super) fn new(settings: &'a HackerNewsSettings) -> Self {
        Self { settings }
    }
}

impl Adapter for HackerNewsAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let requests = terms(asking)?.into_iter().map(|term| {
            let mut url = address(
                &self.settings.api,
                "api/v1/search_by_date",
                &[
                    // Quoted, as the search takes "acne" for "acme" otherwise.
                    ("query", &term.strictly_quoted()),
                    ("tags", "(story,comment)"),
                    ("typoTolerance", "false"),
                    ("advancedSyntax", "true"),
                    ("hitsPerPage", HITS),
                ],
            );
            let part = term.to_string();
            if let Some(since) = since(asking, &part, OVERLAP) {
                let filter = format!("created_at_i>{}", since.seconds());
                url = with_parameter(&url, "numericFilters", &filter);
            }
            Request::api(url).as_part(part)
        });
        Ok(requests.collect())
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let document = document(answer.response, EXPECTED)?;
        let mut page = Page {
            items: list(&document, "/hits", EXPECTED)?
                .filter_map(item)
                .collect(),
            next: next(answer, Fields(&document)),
            ..Page::default()
        };
        keep_read(&mut page, answer);
        Ok(page)
    }

    fn max_pages(&self, state: &SourceState) -> u32 {
        if state.last_ok.is_none() { 3 } else { PAGES }
    }
}

fn next(answer: &Answer<'_>, document: Fields<'_>) -> Option<Request> {
    let (page, pages) = (document.count("/page")?, document.count("/nbPages")?);
    let next = page.saturating_add(1);
    let asked = parameter(&answer.request.url, "page").and_then(|page| page.parse().ok());
    // What was asked counts, so that an answer in circles ends.
    (next < pages && page == asked.unwrap_or(0)).then(|| {
        let url = with_parameter(&answer.request.url, "page", &next.to_string());
        answer.request.at(url)
    })
}

fn item(hit: Fields<'_>) -> Option<Item> {
    let id = hit.id("/objectID")?;
    let is_comment = hit.at("/comment_text").is_some();
    let title = hit.html_line("/title");
    let text = if is_comment {
        hit.html("/comment_text")
    } else {
        hit.html("/story_text")
    };
    if title.is_none() && text.is_empty() {
        return None;
    }
    let on_site = |id: &str| Url::parse(&format!("{SITE}{id}")).ok().map(String::from);
    let parent = if is_comment {
        hit.id("/parent_id")
    } else {
        None
    };
    Some(Item {
        url: on_site(&id),
        permalink: true,
        kind: if is_comment {
            ItemKind::Comment
        } else {
            ItemKind::Post
        },
        title: title.filter(|_| !is_comment),
        text,
        author: Author {
            name: hit.line("/author"),
            ..Author::default()
        },
        published: hit
            .seconds("/created_at_i")
            .or_else(|| hit.date("/created_at")),
        engagement: hit.counts(&["/points", "/num_comments"]),
        parent: parent.and_then(|parent| on_site(&parent)),
        native_id: Some(id),
        ..Item::default()
    })
}
