//! `kind = "webhook"`: what others write to the daemon, as JSON lines or an array in the form of a
//! mention ([`MentionInput`]).
//!
//! Nothing is asked: the plan's only request is the address that is written to.

use serde_json::Value;

use super::api::each_once;
use super::json::document;
use super::{Access, Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal};
use crate::extract::{absolute_url, clean_line, clean_text, looks_like_html, plain_text};
use crate::model::{Item, ItemKind, MentionInput, Request, SourceState, WebhookSettings};

const EXPECTED: &str = "mentions in JSON";

/// Mentions of one request.
const MENTIONS: usize = 1_000;

/// What is wrong with mentions is told of the first that are.
const TOLD: usize = 20;

pub(super) static MANIFEST: Manifest = Manifest {
    access: Access::OwnAccount,
    limits: "1,000 mentions and 1 MiB a request, 120 requests a minute; while `ascolto run` runs",
    ..Manifest::OPEN
};

/// Reads what was written to the daemon.
#[derive(Debug, Clone, Copy)]
pub(super) struct WebhookAdapter<'a> {
    settings: &'a WebhookSettings,
}

impl<'a> WebhookAdapter<'a> {
    /// The adapter of one address.
    pub(super) fn new(settings: &'a WebhookSettings) -> Self {
        Self { settings }
    }
}

impl Adapter for WebhookAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, _: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        Ok(vec![Request::get(self.settings.url.clone())])
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let mut page = Page::default();
        let mut wrong = 0_usize;
        for (number, written) in mentions(answer)?.into_iter().enumerate() {
            let read = if number < MENTIONS {
                written
                    .and_then(|text| MentionInput::parse(&text).map_err(|error| error.to_string()))
                    .and_then(|mention| item(mention, self.settings.item_kind))
            } else {
                Err(format!("more than {MENTIONS} at once"))
            };
            match read {
                Ok(item) => page.items.push(item),
                Err(error) => {
                    wrong += 1;
                    if wrong <= TOLD {
                        page.notes.push(format!("mention {}: {error}", number + 1));
                    }
                }
            }
        }
        if wrong > TOLD {
            page.notes
                .push(format!("and {} more are refused", wrong - TOLD));
        }
        each_once(&mut page.items);
        Ok(page)
    }

    fn max_pages(&self, _: &SourceState) -> u32 {
        1
    }
}

/// The mentions of a body, each as JSON of its own or with what is wrong about it.
fn mentions(answer: &Answer<'_>) -> Result<Vec<Result<String, String>>, ParseError> {
    match document(answer.response, EXPECTED) {
        Ok(Value::Array(values)) => Ok(values
            .into_iter()
            .map(|value| Ok(value.to_string()))
            .collect()),
        Ok(value) => Ok(vec![Ok(value.to_string())]),
        Err(error) => {
            let text = String::from_utf8_lossy(&answer.response.body);
            let lines: Vec<&str> = text
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .take(MENTIONS + 1)
                .collect();
            // One line, or what does not begin like an object, is no list of lines.
            if lines.len() < 2 || !lines.iter().all(|line| line.starts_with('{')) {
                return Err(error);
            }
            Ok(lines.into_iter().map(|line| Ok(line.to_owned())).collect())
        }
    }
}

fn item(mention: MentionInput, kind: ItemKind) -> Result<Item, String> {
    let native_id = match &mention.id {
        Value::String(text) => Some(clean_line(text)).filter(|id| !id.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null => None,
        _ => return Err("its `id` is neither a text nor a number".to_owned()),
    };
    let item = mention.item;
    let url = item.url.as_deref().and_then(|url| absolute_url(None, url));
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
    let title = item.title.map(|title| clean_line(words(&title)));
    let title = title.filter(|title| !title.is_empty());
    let text = words(&item.text);
    if title.is_none() && text.is_empty() {
        return Err("it has neither `text` nor `title`".to_owned());
    }
    let line = |text: Option<String>| {
        text.map(|text| clean_line(&text))
            .filter(|text| !text.is_empty())
    };
    Ok(Item {
        native_id,
        permalink: url.is_some(),
        url: url.map(String::from),
        // A post is what a mention is that does not say what it is.
        kind: if item.kind == ItemKind::default() {
            kind
        } else {
            item.kind
        },
        title,
        text,
        author: crate::model::Author {
            name: line(item.author.name),
            handle: line(item.author.handle),
            followers: item.author.followers,
        },
        rating: item.rating.filter(|stars| (1.0..=5.0).contains(stars)),
        parent: item
            .parent
            .as_deref()
            .and_then(|parent| absolute_url(None, parent))
            .map(String::from),
        ..item
    })
}

fn words(text: &str) -> String {
    if looks_like_html(text) {
        plain_text(text)
    } else {
        clean_text(text)
    }
}
