//! `kind = "reviews"`: the reviews, comments and questions that a page describes for programs
//! (schema.org in JSON-LD, microdata or RDFa), as shops, review sites and forums do for search
//! engines.
//!
//! In goes a page, out come its items and the link to the next page. No selectors are needed, and
//! a new look of the page changes nothing.
//!
//! - `item`: one review, comment or question to an [`Item`];
//! - `rating`: stars on the publisher's scale;
//! - `settle`: what only all items of a page together tell.
//!
//! Invariant: a review that a page gives twice, in two notations, is read once.
//! Invariant: a page with schema.org but without reviews is a page without reviews; one without
//! any is a mistake and said to be one.

mod item;
mod rating;
mod settle;

use std::time::Duration;

use url::Url;

use crate::extract::{Structured, Thing, structured};
use crate::model::{Item, ItemKind, Lang, Request, ReviewsSettings, SourceState};

use self::item::Said;
use super::{
    Access, Adapter, Answer, Asking, MAX_ITEMS, Manifest, Page, ParseError, Refusal, Robots, html,
    page_request,
};

const EXPECTED: &str = "a page with schema.org reviews";

pub(super) static MANIFEST: Manifest = Manifest {
    access: Access::Open,
    terms_url: None,
    robots: Robots::Obeyed,
    limits: "what the page gives to search engines, often its newest reviews only, and as many \
             next pages as the settings allow",
    cost: "free",
    least_gap: Duration::ZERO,
};

/// Reads pages with schema.org reviews.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReviewsAdapter<'a> {
    settings: &'a ReviewsSettings,
}

impl<'a> ReviewsAdapter<'a> {
    /// The adapter of one page.
    pub(super) fn new(settings: &'a ReviewsSettings) -> Self {
        Self { settings }
    }
}

impl Adapter for ReviewsAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, _asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        Ok(vec![page_request(self.settings.url.clone())])
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let response = answer.response;
        let text = html::text(response, EXPECTED)?;
        let found = structured(&text, &response.url);
        if found.things.is_empty() {
            return Err(nothing(&text, found));
        }
        Ok(page(found, &response.url, &self.settings.url))
    }

    fn max_pages(&self, _state: &SourceState) -> u32 {
        self.settings.max_pages.max(1)
    }
}

/// Why nothing was found on a page.
fn nothing(text: &str, found: Structured) -> ParseError {
    let start = text.trim_start();
    if start.starts_with(['{', '[']) {
        return ParseError::NotThisKind {
            expected: EXPECTED,
            found: "JSON".to_owned(),
        };
    }
    let found =
        found.problems.into_iter().next().unwrap_or_else(|| {
            "no schema.org in it: use `kind = \"page\"` with selectors".to_owned()
        });
    ParseError::Malformed {
        expected: EXPECTED,
        found,
    }
}

fn page(found: Structured, address: &Url, asked: &Url) -> Page {
    let language = found
        .head
        .language
        .as_deref()
        .and_then(|tag| Lang::parse(tag.split(['-', '_']).next().unwrap_or_default()));
    let mut items: Vec<Item> = Vec::new();
    let mut silent = 0_usize;
    for read in item::items(&found, address).take(MAX_ITEMS) {
        match read {
            Said::Item(mut item) => {
                item.lang_hint = item.lang_hint.or(language);
                items.push(*item);
            }
            Said::Nothing => silent += 1,
        }
    }
    let mut notes = found.problems;
    if silent > 0 {
        notes.push(format!("left out, as they say nothing: {silent}"));
    }
    let items = settle::settle(items, address);
    if items.is_empty() && silent == 0 {
        notes.push(format!(
            "the page describes {}, but shows no reviews",
            described(&found.things)
        ));
    }
    let next = found
        .head
        .next
        .filter(|next| next != address && next != asked);
    Page {
        items,
        next: next.map(page_request),
        title: found.head.title,
        notes,
        ..Page::default()
    }
}

/// The kinds of things on a page, for a message.
fn described(things: &[Thing]) -> String {
    let mut kinds: Vec<&str> = Vec::new();
    for kind in things.iter().flat_map(|thing| &thing.kinds) {
        let kind = kind.rsplit(['/', '#', ':']).next().unwrap_or(kind);
        if !kinds.contains(&kind) && kinds.len() < 4 && kind.len() < 40 {
            kinds.push(kind);
        }
    }
    if kinds.is_empty() {
        "something".to_owned()
    } else {
        kinds.join(", ")
    }
}

/// What the thing of a page is, as an item; `None` where it is none.
fn kind(thing: &Thing) -> Option<ItemKind> {
    const KINDS: [(&str, ItemKind); 13] = [
        ("Review", ItemKind::Review),
        ("UserReview", ItemKind::Review),
        ("CriticReview", ItemKind::Review),
        ("EmployerReview", ItemKind::Review),
        ("Recommendation", ItemKind::Review),
        ("Comment", ItemKind::Comment),
        ("UserComments", ItemKind::Comment),
        ("Answer", ItemKind::Comment),
        ("CorrectionComment", ItemKind::Comment),
        ("Question", ItemKind::Question),
        ("DiscussionForumPosting", ItemKind::Post),
        ("SocialMediaPosting", ItemKind::Post),
        ("ClaimReview", ItemKind::Review),
    ];
    KINDS
        .into_iter()
        .find(|(name, _)| thing.is(name))
        .map(|(_, kind)| kind)
}
