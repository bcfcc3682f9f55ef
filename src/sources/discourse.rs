//! `kind = "discourse"`: all new posts of a Discourse forum, whole
//! (`/posts.json`, <https://docs.discourse.org/#tag/Posts/operation/listPosts>).
//!
//! The newest come first; `before` leads to older ones.

use std::time::Duration;

use url::Url;

use super::api::{address, keep_read, since};
use super::json::{Fields, document, list};
use super::{Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, refusal};
use crate::model::{Author, DiscourseSettings, Item, ItemKind, Request, SourceState};

const EXPECTED: &str = "the posts of a Discourse forum";
const SERVICE: &str = "the forum";

pub(super) static MANIFEST: Manifest = Manifest {
    terms_url: None,
    limits: "as the forum sets them, usually 200 requests a minute and address",
    ..Manifest::OPEN
};

/// Posts are approved and moved after they were written.
const OVERLAP: Duration = Duration::from_hours(12);

/// Reads a Discourse forum.
#[derive(Debug, Clone, Copy)]
pub(super) struct DiscourseAdapter<'a> {
    settings: &'a DiscourseSettings,
}

impl<'a> DiscourseAdapter<'a> {
    /// The adapter of one forum.
    pub(super) fn new(settings: &'a DiscourseSettings) -> Self {
        Self { settings }
    }

    fn item(self, post: Fields<'_>) -> Option<Item> {
        let id = post.id("/id")?;
        let text = Some(post.html("/cooked"))
            .filter(|text| !text.is_empty())
            .unwrap_or_else(|| post.text("/raw"));
        // What a moderator did to a topic is a post without words of its own.
        if text.is_empty() || post.count("/post_type").is_some_and(|kind| kind != 1) {
            return None;
        }
        let topic = post
            .id("/topic_id")
            .filter(|id| id.bytes().all(|b| b.is_ascii_digit()));
        let number = post.count("/post_number");
        let first = number == Some(1);
        let at = |number: Option<u64>| {
            let topic = topic.as_deref()?;
            let path = match number {
                Some(number) => format!("t/{topic}/{number}"),
                None => format!("t/{topic}"),
            };
            Some(address(&self.settings.url, &path, &[]))
        };
        let url = number
            .and_then(|number| at(Some(number)))
            .or_else(|| post.address("/post_url", &self.settings.url));
        let parent = if first {
            None
        } else {
            at(post.count("/reply_to_post_number").or(Some(1)))
        };
        let username = post.line("/username");
        Some(Item {
            native_id: Some(id),
            permalink: url.is_some(),
            url: url.map(String::from),
            kind: if first {
                ItemKind::Post
            } else {
                ItemKind::Comment
            },
            title: post.html_line("/topic_title").filter(|_| first),
            text,
            author: Author {
                name: post
                    .line("/display_username")
                    .or_else(|| post.line("/name"))
                    .or_else(|| username.clone()),
                handle: username.map(|name| format!("@{name}")),
                followers: None,
            },
            published: post.date("/created_at"),
            engagement: post.counts(&["/reply_count", "/like_count"]),
            parent: parent.map(String::from),
            ..Item::default()
        })
    }
}

impl Adapter for DiscourseAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let url = address(&self.settings.url, "posts.json", &[]);
        Ok(vec![Request::api(url).since(since(asking, "", OVERLAP))])
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let document = document(answer.response, EXPECTED)?;
        let posts: Vec<Fields<'_>> = list(&document, "/latest_posts", EXPECTED)?.collect();
        let oldest = posts.iter().filter_map(|post| post.count("/id")).min();
        let asked = super::api::parameter(&answer.request.url, "before")
            .and_then(|before| before.parse().ok())
            .unwrap_or(u64::MAX);
        let mut page = Page {
            next: oldest
                .filter(|oldest| (2..asked).contains(oldest))
                .map(|oldest| {
                    let url = next_url(&answer.request.url, oldest);
                    answer.request.at(url)
                }),
            items: posts
                .into_iter()
                .filter_map(|post| self.item(post))
                .collect(),
            ..Page::default()
        };
        keep_read(&mut page, answer);
        Ok(page)
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        let document = document(answer.response, EXPECTED).ok();
        let fields = document.as_ref().map(Fields);
        let says = refusal::said(answer);
        match answer.response.status {
            429 => {
                let wait = fields.and_then(|fields| fields.count("/extras/wait_seconds"))?;
                Some(Refusal::Limited {
                    service: SERVICE,
                    wait: Duration::from_secs(wait.min(86_400)),
                })
            }
            403 if says.is_empty() => None,
            403 => Some(Refusal::Closed {
                service: SERVICE,
                why: format!("it asks for a login (\"{says}\")"),
            }),
            404 => Some(Refusal::NotFound {
                service: SERVICE,
                what: "posts.json: is it a Discourse forum?".to_owned(),
                says,
            }),
            _ => None,
        }
    }

    fn max_pages(&self, state: &SourceState) -> u32 {
        if state.last_ok.is_none() { 4 } else { 20 }
    }
}

fn next_url(url: &Url, before: u64) -> Url {
    super::api::with_parameter(url, "before", &before.to_string())
}
