//! `kind = "threads"`: public posts of Threads, searched by words
//! (<https://developers.facebook.com/docs/threads/keyword-search>).

use std::time::Duration;

use super::api::{address, each_once, keep_read, since, terms, with_parameter};
use super::json::{Fields, document, list};
use super::{Access, Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, meta};
use crate::model::{Author, Item, ItemKind, Request, SourceState, ThreadsSettings};

const EXPECTED: &str = "posts of Threads";
const SERVICE: &str = "Threads";

pub(super) static MANIFEST: Manifest = Manifest {
    access: Access::Keyed,
    terms_url: Some("https://developers.facebook.com/terms"),
    limits: "an app that Meta has reviewed, before that one's own posts alone; 2,200 searches in 24 hours",
    ..Manifest::OPEN
};

const OVERLAP: Duration = Duration::from_hours(6);

/// Searches Threads.
#[derive(Debug, Clone, Copy)]
pub(super) struct ThreadsAdapter<'a> {
    settings: &'a ThreadsSettings,
}

impl<'a> ThreadsAdapter<'a> {
    /// The adapter of one search.
    pub(super) fn new(settings: &'a ThreadsSettings) -> Self {
        Self { settings }
    }
}

impl Adapter for ThreadsAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let Some(token) = &self.settings.token else {
            return Err(Refusal::NoToken {
                service: SERVICE,
                advice: "the token that `token_file` or `token_env` names is not to be had here",
            });
        };
        let requests = terms(asking)?.into_iter().map(|term| {
            let part = term.to_string();
            let mut url = address(
                &self.settings.api,
                "keyword_search",
                &[
                    ("q", &term.words()),
                    ("search_type", "RECENT"),
                    (
                        "fields",
                        "id,text,permalink,timestamp,username,is_reply,is_quote_post",
                    ),
                    ("limit", "100"),
                ],
            );
            let since = since(asking, &part, OVERLAP);
            if let Some(since) = since {
                url = with_parameter(&url, "since", &since.seconds().to_string());
            }
            Request::api(url)
                .with_secret_parameter("access_token", token.clone())
                .as_part(part)
                .since(since)
        });
        Ok(requests.collect())
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let document = meta::checked(answer, document(answer.response, EXPECTED)?, SERVICE)?;
        let mut page = Page {
            items: list(&document, "/data", EXPECTED)?
                .filter_map(item)
                .collect(),
            next: meta::next(answer, &document),
            ..Page::default()
        };
        each_once(&mut page.items);
        keep_read(&mut page, answer);
        Ok(page)
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        meta::refusal(answer, SERVICE)
    }

    fn max_pages(&self, _: &SourceState) -> u32 {
        5
    }
}

fn item(entry: Fields<'_>) -> Option<Item> {
    let id = entry.id("/id")?;
    let text = entry.text("/text");
    if text.is_empty() {
        return None;
    }
    let site = url::Url::parse("https://www.threads.com/").ok()?;
    let url = entry.address("/permalink", &site);
    let reply = entry.at("/is_reply").and_then(serde_json::Value::as_bool);
    let name = entry.line("/username");
    Some(Item {
        native_id: Some(id),
        permalink: url.is_some(),
        url: url.map(String::from),
        kind: if reply == Some(true) {
            ItemKind::Comment
        } else {
            ItemKind::Post
        },
        text,
        author: Author {
            handle: name.as_ref().map(|name| format!("@{name}")),
            name,
            followers: None,
        },
        published: entry.date("/timestamp"),
        ..Item::default()
    })
}
