//! `kind = "mastodon"`: hashtags of an instance (`/api/v1/timelines/tag/:hashtag`) and, with a
//! token, its search (`/api/v2/search`), <https://docs.joinmastodon.org/methods/timelines/#tag>.
//!
//! Timelines are walked forward from the last post that was seen (`min_id`), so that nothing is
//! skipped however much was written meanwhile. An instance shows what it knows: posts of others
//! are told apart by their ActivityPub `uri`, which is the same everywhere.

use std::cmp::Ordering;

use serde_json::Value;

use super::api::{address, parameter, with_parameter};
use super::json::{Fields, document, list};
use super::{Access, Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, refusal};
use crate::extract::{absolute_url, clean_text};
use crate::model::{Author, Item, ItemKind, Lang, MastodonSettings, Request, SourceState};

const EXPECTED: &str = "posts of Mastodon";
const SERVICE: &str = "the Mastodon instance";

pub(super) static MANIFEST: Manifest = Manifest {
    access: Access::Open,
    terms_url: Some("https://docs.joinmastodon.org/api/guidelines/"),
    limits: "300 requests in 5 minutes and address; hashtags, and words with a token",
    ..Manifest::OPEN
};

/// Posts of a page.
const POSTS: usize = 40;

/// Tags and searches of one poll.
const MOST: usize = 20;

/// Reads a Mastodon instance.
#[derive(Debug, Clone, Copy)]
pub(super) struct MastodonAdapter<'a> {
    settings: &'a MastodonSettings,
}

impl<'a> MastodonAdapter<'a> {
    /// The adapter of one instance.
    pub(super) fn new(settings: &'a MastodonSettings) -> Self {
        Self { settings }
    }

    /// The hashtags to follow: those that are named, else what the terms would be as hashtags.
    fn tags(self, asking: &Asking<'_>) -> Vec<String> {
        if !self.settings.tags.is_empty() {
            return self.settings.tags.clone();
        }
        let mut tags: Vec<String> = Vec::new();
        for term in &asking.terms.terms {
            for phrase in term.phrases() {
                let tag: String = phrase
                    .chars()
                    .filter(|c| c.is_alphanumeric() || *c == '_')
                    .flat_map(char::to_lowercase)
                    .collect();
                // A tag of digits alone is none.
                let is_tag = tag.chars().any(char::is_alphabetic);
                if is_tag && !tags.contains(&tag) {
                    tags.push(tag);
                }
            }
        }
        tags
    }

    fn item(self, status: Fields<'_>) -> Option<Item> {
        let id = status.line("/uri").or_else(|| status.id("/id"))?;
        let public = matches!(
            status.raw("/visibility"),
            None | Some("public" | "unlisted")
        );
        let flag = |pointer: &str| status.at(pointer).and_then(Value::as_bool);
        // Who asks not to be indexed is not stored.
        if !public || flag("/account/noindex") == Some(true) {
            return None;
        }
        let warning = status.text("/spoiler_text");
        let body = status.html("/content");
        let text = match (warning.is_empty(), body.is_empty()) {
            (false, false) => clean_text(format!("{warning}\n\n{body}")),
            (false, true) => warning,
            (true, _) => body,
        };
        if text.is_empty() {
            return None;
        }
        let url = status
            .raw("/url")
            .or_else(|| status.raw("/uri"))
            .and_then(|url| absolute_url(None, url));
        let account = status.line("/account/acct");
        let handle = account.as_ref().map(|account| {
            match (account.contains('@'), self.settings.url.host_str()) {
                (false, Some(host)) => format!("@{account}@{host}"),
                _ => format!("@{account}"),
            }
        });
        let answers = status.at("/in_reply_to_id").is_some();
        Some(Item {
            native_id: Some(id),
            permalink: url.is_some(),
            url: url.map(String::from),
            kind: if answers {
                ItemKind::Comment
            } else {
                ItemKind::Post
            },
            text,
            author: Author {
                name: status
                    .line("/account/display_name")
                    .or_else(|| status.line("/account/username"))
                    .or(account),
                handle,
                followers: status.count("/account/followers_count"),
            },
            published: status.date("/created_at"),
            lang_hint: status.raw("/language").and_then(Lang::parse),
            engagement: status.counts(&["/replies_count", "/reblogs_count", "/favourites_count"]),
            ..Item::default()
        })
    }
}

impl Adapter for MastodonAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let token = self.settings.token.as_ref();
        if token.is_none() && self.settings.names_token {
            return Err(Refusal::NoToken {
                service: SERVICE,
                advice: "the one that `token_file` or `token_env` names is not to be had here",
            });
        }
        let mut requests: Vec<Request> = self
            .tags(asking)
            .into_iter()
            .take(MOST)
            .map(|tag| {
                let url = address(
                    &self.settings.url,
                    &format!("api/v1/timelines/tag/{tag}"),
                    &[("limit", "40")],
                );
                Request::api(url).as_part(format!("#{tag}"))
            })
            .collect();
        if token.is_some() {
            for term in asking.terms.terms.iter().take(MOST) {
                let url = address(
                    &self.settings.url,
                    "api/v2/search",
                    &[("q", &term.quoted()), ("type", "statuses"), ("limit", "40")],
                );
                requests.push(Request::api(url).as_part(term.to_string()));
            }
        }
        if requests.is_empty() {
            return Err(Refusal::NoTerms);
        }
        for request in &mut requests {
            if let Some(last) = asking.kept(&last_of(&request.part)) {
                request.url = with_parameter(&request.url, "min_id", last);
            }
        }
        let requests = requests.into_iter();
        Ok(requests.map(|request| request.with_bearer(token)).collect())
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let document = document(answer.response, EXPECTED)?;
        let is_search = document.is_object();
        let pointer = if is_search { "/statuses" } else { "" };
        let statuses: Vec<Fields<'_>> = list(&document, pointer, EXPECTED)?.collect();
        let mut ids: Vec<&str> = statuses
            .iter()
            .filter_map(|status| status.raw("/id"))
            .filter(|id| id.len() <= 40 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
            .collect();
        ids.sort_by(|a, b| by_age(a, b));
        let asked = &answer.request.url;
        let forward = parameter(asked, "min_id");
        let newest = ids.last().copied();
        let full = statuses.len() >= POSTS;
        let next = match (&forward, newest, ids.first()) {
            (Some(last), Some(newest), _) if full && by_age(last, newest) == Ordering::Less => {
                Some(with_parameter(asked, "min_id", newest))
            }
            (None, _, Some(oldest)) if full => {
                let before = parameter(asked, "max_id");
                let goes_on = before.is_none_or(|before| by_age(oldest, &before) == Ordering::Less);
                goes_on.then(|| with_parameter(asked, "max_id", oldest))
            }
            _ => None,
        };
        let mut page = Page {
            items: statuses
                .into_iter()
                .filter_map(|status| self.item(status))
                .collect(),
            next: next.map(|url| answer.request.at(url)),
            ..Page::default()
        };
        // Older pages of a first poll do not bring the place back.
        if let Some(newest) = newest.filter(|_| forward.is_some() || answer.page == 0) {
            page.keep
                .insert(last_of(&answer.request.part), newest.to_owned());
        }
        Ok(page)
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        let says = refusal::said(answer);
        let has_token = !answer.request.credentials.is_empty();
        match answer.response.status {
            401 | 403 | 422 if has_token => Some(Refusal::BadToken {
                service: SERVICE,
                says,
            }),
            401 | 403 | 422 if !says.is_empty() => Some(Refusal::NoToken {
                service: SERVICE,
                advice: "make one under Preferences, Development, with the scopes read:statuses and \
                         read:search, and name it with token_file",
            }),
            404 => Some(Refusal::NotFound {
                service: SERVICE,
                what: "timelines at this address: is it an instance of Mastodon?".to_owned(),
                says,
            }),
            _ => None,
        }
    }

    fn max_pages(&self, state: &SourceState) -> u32 {
        if state.last_ok.is_none() { 2 } else { 10 }
    }
}

/// Where the newest post of a part is kept.
fn last_of(part: &str) -> String {
    format!("last-id {part}")
}

/// Ids are numbers of any length, written as text.
fn by_age(a: &str, b: &str) -> Ordering {
    (a.len(), a).cmp(&(b.len(), b))
}
