//! `kind = "lemmy"`: posts and comments that an instance of Lemmy knows, by its search
//! (`/api/v3/search`, <https://join-lemmy.org/api/interfaces/Search.html>; version 1.0 still
//! answers it, with `published_at` for `published`).

use std::time::Duration;

use super::api::{address, keep_read, parameter, since, terms, with_parameter};
use super::json::{Fields, document, list};
use super::{Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, refusal};
use crate::extract::parse_date;
use crate::model::{Author, Item, ItemKind, LemmySettings, Request, SourceState, Timestamp};

const EXPECTED: &str = "the search results of Lemmy";
const SERVICE: &str = "Lemmy";

pub(super) static MANIFEST: Manifest = Manifest {
    terms_url: Some("https://join-lemmy.org/docs/users/01-getting-started.html"),
    limits: "as the instance sets them, often 60 searches in 10 minutes",
    ..Manifest::OPEN
};

/// What reaches an instance from others may come late.
const OVERLAP: Duration = Duration::from_hours(24);

/// The most entries of a page that an instance gives.
const ENTRIES: usize = 50;

/// Searches a Lemmy instance.
#[derive(Debug, Clone, Copy)]
pub(super) struct LemmyAdapter<'a> {
    settings: &'a LemmySettings,
}

impl<'a> LemmyAdapter<'a> {
    /// The adapter of one instance.
    pub(super) fn new(settings: &'a LemmySettings) -> Self {
        Self { settings }
    }
}

impl Adapter for LemmyAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let requests = terms(asking)?.into_iter().map(|term| {
            let part = term.to_string();
            let url = address(
                &self.settings.url,
                "api/v3/search",
                &[
                    // The search knows no quotes; the watchlist decides on what it finds.
                    ("q", &term.words()),
                    ("type_", "All"),
                    ("sort", "New"),
                    ("listing_type", "All"),
                    ("limit", "50"),
                    ("page", "1"),
                ],
            );
            let since = since(asking, &part, OVERLAP);
            Request::api(url).as_part(part).since(since)
        });
        Ok(requests.collect())
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let document = document(answer.response, EXPECTED)?;
        let posts: Vec<Fields<'_>> = list(&document, "/posts", EXPECTED)?.collect();
        let comments: Vec<Fields<'_>> = list(&document, "/comments", EXPECTED)?.collect();
        let full = posts.len() >= ENTRIES || comments.len() >= ENTRIES;
        let number = parameter(&answer.request.url, "page").and_then(|page| page.parse().ok());
        let mut page = Page {
            items: posts
                .into_iter()
                .filter_map(post)
                .chain(comments.into_iter().filter_map(comment))
                .collect(),
            next: full.then(|| {
                let next = number.unwrap_or(1_u32).saturating_add(1).to_string();
                answer
                    .request
                    .at(with_parameter(&answer.request.url, "page", &next))
            }),
            ..Page::default()
        };
        keep_read(&mut page, answer);
        Ok(page)
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        let says = refusal::said(answer);
        match says.as_str() {
            "rate_limit_error" | "too_many_requests" => Some(Refusal::Limited {
                service: SERVICE,
                wait: Duration::from_mins(10),
            }),
            "instance_is_private" => Some(Refusal::Closed {
                service: SERVICE,
                why: "the instance is private".to_owned(),
            }),
            _ if answer.response.status == 404 => Some(Refusal::NotFound {
                service: SERVICE,
                what: "search at this address: is it an instance of Lemmy?".to_owned(),
                says,
            }),
            _ => None,
        }
    }

    fn max_pages(&self, state: &SourceState) -> u32 {
        if state.last_ok.is_none() { 3 } else { 10 }
    }
}

/// Old instances write moments without a zone, in UTC.
fn published(entry: Fields<'_>) -> Option<Timestamp> {
    let text = entry
        .raw("/published")
        .or_else(|| entry.raw("/published_at"))?;
    Timestamp::parse(text)
        .or_else(|| Timestamp::parse(&format!("{text}Z")))
        .or_else(|| parse_date(text))
}

fn author(view: Fields<'_>) -> Author {
    let name = view.line("/creator/name");
    let host = view
        .raw("/creator/actor_id")
        .or_else(|| view.raw("/creator/ap_id"))
        .and_then(|actor| url::Url::parse(actor).ok())
        .and_then(|actor| Some(actor.host_str()?.to_owned()));
    Author {
        handle: name.as_ref().map(|name| match host {
            Some(host) => format!("@{name}@{host}"),
            None => format!("@{name}"),
        }),
        name: view.line("/creator/display_name").or(name),
        followers: None,
    }
}

fn post(view: Fields<'_>) -> Option<Item> {
    let post = Fields(view.at("/post")?);
    let id = post.line("/ap_id")?;
    let title = post.html_line("/name");
    let text = post.text("/body");
    if title.is_none() && text.is_empty() {
        return None;
    }
    Some(Item {
        permalink: true,
        kind: ItemKind::Post,
        title,
        text,
        author: author(view),
        published: published(post),
        engagement: view
            .counts(&["/counts/score", "/counts/comments"])
            .or_else(|| post.counts(&["/score", "/comments"])),
        url: web(&id),
        native_id: Some(id),
        ..Item::default()
    })
}

fn comment(view: Fields<'_>) -> Option<Item> {
    let comment = Fields(view.at("/comment")?);
    let id = comment.line("/ap_id")?;
    let text = comment.text("/content");
    if text.is_empty() {
        return None;
    }
    Some(Item {
        permalink: true,
        kind: ItemKind::Comment,
        text,
        author: author(view),
        published: published(comment),
        engagement: view
            .counts(&["/counts/score", "/counts/child_count"])
            .or_else(|| comment.counts(&["/score", "/child_count"])),
        parent: view.line("/post/ap_id").as_deref().and_then(web),
        url: web(&id),
        native_id: Some(id),
        ..Item::default()
    })
}

/// The address that an ActivityPub id is.
fn web(id: &str) -> Option<String> {
    crate::extract::absolute_url(None, id).map(String::from)
}
