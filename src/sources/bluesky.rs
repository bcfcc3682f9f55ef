//! `kind = "bluesky"`: posts of the whole network from the stream of Jetstream
//! (<https://github.com/bluesky-social/jetstream>), matched here, or, with an app password, from
//! the search of Bluesky (`app.bsky.feed.searchPosts`).
//!
//! The stream goes on where it was left; a time that it no longer has is told of. A post has the
//! same identifier and address both ways.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::api::{address, each_once, keep_read, parameter, since, terms, with_parameter};
use super::json::{Fields, document, list};
use super::{Access, Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, refusal};
use crate::extract::clean_line;
use crate::model::{
    Author, BlueskySettings, EventQuery, Item, ItemKind, Lang, Login, Method, Request,
    STREAM_BEHIND, STREAM_BROKE, STREAM_CURSOR, STREAM_FIRST, SourceState, Timestamp,
};

const EXPECTED: &str = "posts of Bluesky";
const SERVICE: &str = "Bluesky";

pub(super) static MANIFEST: Manifest = Manifest {
    access: Access::Open,
    terms_url: Some("https://docs.bsky.app/docs/advanced-guides/rate-limits"),
    limits: "the stream: all posts of the network, some 2 GB a day, up to 36 hours back; \
             the search: an app password, 3,000 requests in 5 minutes",
    ..Manifest::OPEN
};

/// The collection of posts.
const POSTS: &str = "app.bsky.feed.post";

/// The name under which the place in the stream is kept.
const CURSOR: &str = "stream";

/// A hole between two events that is one: the network is never silent for as long.
const HOLE: Duration = Duration::from_mins(5);

/// How far searches overlap, as posts are indexed late.
const OVERLAP: Duration = Duration::from_hours(2);

/// A session lasts for two hours at least.
const SESSION: Duration = Duration::from_hours(2);

/// Reads Bluesky.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlueskyAdapter<'a> {
    settings: &'a BlueskySettings,
}

impl<'a> BlueskyAdapter<'a> {
    /// The adapter of the stream or the search.
    pub(super) fn new(settings: &'a BlueskySettings) -> Self {
        Self { settings }
    }

    fn stream(self, asking: &Asking<'_>) -> Result<Request, Refusal> {
        let sought = terms(asking)?.into_iter().cloned().collect();
        let mut url = with_parameter(&self.settings.stream, "wantedCollections", POSTS);
        if let Some(cursor) = asking.kept(CURSOR).filter(|cursor| is_number(cursor)) {
            url = with_parameter(&url, "cursor", cursor);
        }
        Ok(Request {
            method: Method::Events(Box::new(EventQuery {
                sought,
                always: ("/commit/operation", &["update", "delete"]),
                text: "/commit/record/text",
                time: "/time_us",
                until: asking.now,
            })),
            ..Request::get(url)
        })
    }

    fn searches(self, user: &str, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let Some(password) = &self.settings.password else {
            return Err(Refusal::NoToken {
                service: SERVICE,
                advice: "the app password that `password_file` or `password_env` names is not to \
                         be had here",
            });
        };
        let session = address(
            &self.settings.api,
            "xrpc/com.atproto.server.createSession",
            &[],
        );
        let body = json!({ "identifier": user, "password": password.reveal() }).to_string();
        let login = Login {
            request: Request::api(session).with_body("application/json", body),
            token: "/accessJwt",
            lasts: SESSION,
            assertion: None,
        };
        let requests = terms(asking)?.into_iter().map(|term| {
            let part = term.to_string();
            let mut url = address(
                &self.settings.api,
                "xrpc/app.bsky.feed.searchPosts",
                &[("q", &term.quoted()), ("sort", "latest"), ("limit", "100")],
            );
            let since = since(asking, &part, OVERLAP);
            if let Some(since) = since {
                url = with_parameter(&url, "since", &since.to_string());
            }
            Request::api(url)
                .with_login(login.clone())
                .as_part(part)
                .since(since)
        });
        Ok(requests.collect())
    }
}

impl Adapter for BlueskyAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        match &self.settings.user {
            Some(user) => self.searches(user, asking),
            None => Ok(vec![self.stream(asking)?]),
        }
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        if matches!(answer.request.method, Method::Events(_)) {
            return Ok(events(answer));
        }
        let document = document(answer.response, EXPECTED)?;
        let mut page = Page {
            items: list(&document, "/posts", EXPECTED)?
                .filter_map(found)
                .collect(),
            next: Fields(&document).line("/cursor").map(|cursor| {
                let url = with_parameter(&answer.request.url, "cursor", &cursor);
                answer.request.at(url)
            }),
            ..Page::default()
        };
        page.next = page.next.filter(|next| next.url != answer.request.url);
        keep_read(&mut page, answer);
        Ok(page)
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        let body: Value = serde_json::from_slice(&answer.response.body).ok()?;
        let says = refusal::said(answer);
        match body.get("error")?.as_str()? {
            "AuthenticationRequired"
            | "InvalidToken"
            | "ExpiredToken"
            | "AuthMissing"
            | "AccountTakedown" => Some(Refusal::BadToken {
                service: SERVICE,
                says,
            }),
            "BadQueryString" | "InvalidRequest" => Some(Refusal::BadQuestion {
                service: SERVICE,
                says,
            }),
            "InternalServerError" | "UpstreamFailure" | "NotEnoughResources" => {
                Some(Refusal::Trouble {
                    service: SERVICE,
                    says,
                })
            }
            // Of limits the status and its headers say more.
            _ => None,
        }
    }

    fn max_pages(&self, state: &SourceState) -> u32 {
        if state.last_ok.is_none() { 3 } else { 10 }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The posts among events, and how the stream was.
fn events(answer: &Answer<'_>) -> Page {
    let header = |name: &str| answer.response.header(name);
    let mut page = Page::default();
    let text = String::from_utf8_lossy(&answer.response.body);
    // As many as the body holds, since the next poll goes on after the last of them.
    for line in text.lines() {
        if let Ok(event) = serde_json::from_str::<Value>(line) {
            let event = Fields(&event);
            page.items.extend(posted(event));
            page.gone.extend(deleted(event));
        }
    }
    // An identifier is never given twice, so that what is deleted is so whatever came before.
    let gone: HashSet<Option<&str>> = page
        .gone
        .iter()
        .map(|item| item.native_id.as_deref())
        .collect();
    page.items
        .retain(|item| !gone.contains(&item.native_id.as_deref()));
    // Of a post that was changed meanwhile, the last word counts.
    page.items.reverse();
    each_once(&mut page.items);
    page.items.reverse();
    let asked = parameter(&answer.request.url, "cursor").and_then(|cursor| micros(&cursor));
    if let Some(cursor) = header(STREAM_CURSOR).filter(|cursor| is_number(cursor)) {
        page.keep.insert(CURSOR.to_owned(), cursor.to_owned());
        let reached = micros(cursor);
        if header(STREAM_BEHIND).is_some()
            && let Some(reached) = reached
        {
            page.notes.push(format!(
                "it is read up to {reached}; there is more than could be read in one go"
            ));
        }
    }
    if let (Some(asked), Some(first)) = (asked, header(STREAM_FIRST).and_then(micros))
        && first.since(asked) > HOLE
    {
        page.notes.push(format!(
            "the stream no longer has what was posted from {asked} to {first}"
        ));
    }
    if let Some(why) = header(STREAM_BROKE) {
        page.notes.push(format!(
            "the stream broke off ({}); the next poll goes on from there",
            refusal::words(why)
        ));
    }
    page
}

/// A moment in microseconds since 1970.
fn micros(text: &str) -> Option<Timestamp> {
    let micros: i64 = text.parse().ok()?;
    Some(Timestamp::from_millis(micros / 1_000))
}

/// The post of an event that says that it was deleted, without its words.
fn deleted(event: Fields<'_>) -> Option<Item> {
    if event.raw("/commit/operation") != Some("delete")
        || event.raw("/commit/collection") != Some(POSTS)
    {
        return None;
    }
    let (did, key) = (event.raw("/did")?, event.raw("/commit/rkey")?);
    let uri = format!("at://{did}/{POSTS}/{key}");
    Some(Item {
        url: Some(on_site(&uri)?.into()),
        native_id: Some(clean_line(&uri)),
        permalink: true,
        ..Item::default()
    })
}

/// The post of an event, where it is one that was made or changed.
fn posted(event: Fields<'_>) -> Option<Item> {
    let made = matches!(event.raw("/commit/operation")?, "create" | "update");
    if !made || event.raw("/commit/collection") != Some(POSTS) {
        return None;
    }
    let did = event.raw("/did")?;
    let key = event.raw("/commit/rkey")?;
    let record = Fields(event.at("/commit/record")?);
    let seen = event
        .count("/time_us")
        .and_then(|at| micros(&at.to_string()));
    item(record, &format!("at://{did}/{POSTS}/{key}"), seen)
}

/// A post that was found by the search.
fn found(post: Fields<'_>) -> Option<Item> {
    let record = Fields(post.at("/record")?);
    let handle = post.line("/author/handle");
    Some(Item {
        author: Author {
            name: post.line("/author/displayName").or_else(|| handle.clone()),
            handle: handle.map(|handle| format!("@{handle}")),
            followers: None,
        },
        engagement: post.counts(&["/likeCount", "/replyCount", "/repostCount", "/quoteCount"]),
        ..item(record, post.raw("/uri")?, post.date("/indexedAt"))?
    })
}

fn item(record: Fields<'_>, uri: &str, seen: Option<Timestamp>) -> Option<Item> {
    let url = on_site(uri)?;
    let text = record.text("/text");
    if text.is_empty() {
        return None;
    }
    let did = uri.strip_prefix("at://")?.split('/').next()?;
    let parent = record.raw("/reply/parent/uri").and_then(on_site);
    // Writers set the clock of their posts themselves; who was seen before cannot be later.
    let written = record.date("/createdAt");
    let published = match (written, seen) {
        (Some(written), Some(seen)) => Some(written.min(seen)),
        (written, _) => written,
    };
    Some(Item {
        native_id: Some(clean_line(uri)),
        permalink: true,
        url: Some(url.into()),
        kind: if parent.is_some() {
            ItemKind::Comment
        } else {
            ItemKind::Post
        },
        text,
        author: Author {
            handle: Some(clean_line(did)),
            ..Author::default()
        },
        published,
        lang_hint: record.raw("/langs/0").and_then(Lang::parse),
        parent: parent.map(String::from),
        ..Item::default()
    })
}

/// Where a post is read: `at://did/app.bsky.feed.post/key`.
fn on_site(uri: &str) -> Option<Url> {
    let mut parts = uri.strip_prefix("at://")?.split('/');
    let (did, collection, key) = (parts.next()?, parts.next()?, parts.next()?);
    let plain = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".:_~-%".contains(&byte))
    };
    (collection == POSTS && plain(did) && plain(key))
        .then(|| Url::parse(&format!("https://bsky.app/profile/{did}/post/{key}")).ok())
        .flatten()
}
