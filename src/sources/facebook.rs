//! `kind = "facebook"`: a page of one's own: its posts and the comments on them, posts that mention
//! it, and recommendations (<https://developers.facebook.com/docs/graph-api/reference/page>).
//!
//! Private messages are not read. Who wrote a post or a comment is often not told: `from` is given to
//! who is allowed to see it. Recommendations are gone from version 22 of the API on (error 12;
//! <https://developers.facebook.com/docs/graph-api/reference/recommendation>).

use super::api::{address, each_once};
use super::json::{Fields, document, list};
use super::{Access, Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, meta};
use crate::model::{Author, FacebookPart, FacebookSettings, Item, ItemKind, Request, SourceState};

const EXPECTED: &str = "posts of a Facebook page";
const SERVICE: &str = "Facebook";

pub(super) static MANIFEST: Manifest = Manifest {
    access: Access::OwnAccount,
    terms_url: Some("https://developers.facebook.com/terms"),
    limits: "a page of one's own, by an app that Meta has reviewed; 200 requests an hour and user",
    ..Manifest::OPEN
};

const COMMENT: &str =
    "id,message,from{id,name},created_time,permalink_url,parent{id},like_count,comment_count";

/// Reads a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct FacebookAdapter<'a> {
    settings: &'a FacebookSettings,
}

impl<'a> FacebookAdapter<'a> {
    /// The adapter of one page.
    pub(super) fn new(settings: &'a FacebookSettings) -> Self {
        Self { settings }
    }
}

impl Adapter for FacebookAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, _: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let Some(token) = &self.settings.token else {
            return Err(Refusal::NoToken {
                service: SERVICE,
                advice: "the page token that `token_file` or `token_env` names is not to be had here",
            });
        };
        let post = "id,message,from{id,name},created_time,permalink_url,shares,\
                    reactions.limit(0).summary(true)";
        let requests = self.settings.parts.iter().map(|part| {
            let (edge, fields) = match part {
                FacebookPart::Posts => (
                    "feed",
                    format!(
                        "{post},comments.limit(50).filter(stream).order(reverse_chronological)\
                         {{{COMMENT}}}"
                    ),
                ),
                FacebookPart::Mentions => ("tagged", post.to_owned()),
                FacebookPart::Reviews => (
                    "ratings",
                    "created_time,has_rating,rating,recommendation_type,review_text,\
                     reviewer{id,name},open_graph_story{id}"
                        .to_owned(),
                ),
            };
            let url = address(
                &self.settings.api,
                &format!("{}/{edge}", self.settings.page),
                &[("fields", &fields), ("limit", "25")],
            );
            Request::api(url)
                .with_secret_parameter("access_token", token.clone())
                .as_part(part.as_str())
        });
        Ok(requests.collect())
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let document = meta::checked(answer, document(answer.response, EXPECTED)?, SERVICE)?;
        let mut page = Page::default();
        for entry in list(&document, "/data", EXPECTED)? {
            if answer.request.part == FacebookPart::Reviews.as_str() {
                page.items.extend(review(entry));
                continue;
            }
            let post = post(entry, ItemKind::Post, None);
            let parent = post.as_ref().and_then(|post| post.url.clone());
            page.items.extend(post);
            for comment in entry.list("/comments/data") {
                page.items
                    .extend(self::post(comment, ItemKind::Comment, parent.as_deref()));
            }
        }
        each_once(&mut page.items);
        page.next = meta::next(answer, &document);
        Ok(page)
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        meta::refusal(answer, SERVICE)
    }

    fn max_pages(&self, _: &SourceState) -> u32 {
        2
    }
}

fn post(entry: Fields<'_>, kind: ItemKind, parent: Option<&str>) -> Option<Item> {
    let id = entry.line("/id")?;
    let text = entry.text("/message");
    if text.is_empty() {
        return None;
    }
    let site = url::Url::parse("https://www.facebook.com/").ok()?;
    let url = entry.address("/permalink_url", &site);
    Some(Item {
        native_id: Some(id),
        permalink: url.is_some(),
        url: url.map(String::from),
        kind,
        text,
        author: Author {
            name: entry.line("/from/name"),
            ..Author::default()
        },
        published: entry.date("/created_time"),
        engagement: entry.counts(&[
            "/reactions/summary/total_count",
            "/shares/count",
            "/like_count",
            "/comment_count",
        ]),
        parent: parent.map(str::to_owned),
        ..Item::default()
    })
}

fn review(entry: Fields<'_>) -> Option<Item> {
    let text = entry.text("/review_text");
    if text.is_empty() {
        return None;
    }
    Some(Item {
        native_id: entry.line("/open_graph_story/id"),
        kind: ItemKind::Review,
        text,
        author: Author {
            name: entry.line("/reviewer/name"),
            ..Author::default()
        },
        published: entry.date("/created_time"),
        // A recommendation is no number of stars.
        rating: entry.stars("/rating"),
        ..Item::default()
    })
}
