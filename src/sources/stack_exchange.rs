//! `kind = "stack_exchange"`: questions and answers of a site of Stack Exchange
//! (<https://api.stackexchange.com/docs/excerpt-search>).
//!
//! A success may ask to be left alone (`backoff`); who does not is banned.

use std::time::Duration;

use super::api::{address, keep_read, parameter, since, terms, with_parameter};
use super::json::{Fields, document, list};
use super::{Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, refusal};
use crate::model::{Item, ItemKind, Request, SourceState, StackExchangeSettings};

const EXPECTED: &str = "the search results of Stack Exchange";
const SERVICE: &str = "Stack Exchange";

pub(super) static MANIFEST: Manifest = Manifest {
    terms_url: Some("https://stackoverflow.com/legal/api-terms-of-use"),
    limits: "300 requests a day and address, 10,000 with a free key",
    cost: "free; what is shown is licensed CC BY-SA",
    ..Manifest::OPEN
};

/// How far windows overlap: the search runs late.
const OVERLAP: Duration = Duration::from_hours(24);

/// Sites that have a domain of their own.
const DOMAINS: [(&str, &str); 7] = [
    ("askubuntu", "askubuntu.com"),
    ("mathoverflow.net", "mathoverflow.net"),
    ("mathoverflow", "mathoverflow.net"),
    ("serverfault", "serverfault.com"),
    ("stackapps", "stackapps.com"),
    ("stackoverflow", "stackoverflow.com"),
    ("superuser", "superuser.com"),
];

/// Searches a site of Stack Exchange.
#[derive(Debug, Clone, Copy)]
pub(super) struct StackExchangeAdapter<'a> {
    settings: &'a StackExchangeSettings,
}

impl<'a> StackExchangeAdapter<'a> {
    /// The adapter of one site.
    pub(super) fn new(settings: &'a StackExchangeSettings) -> Self {
        Self { settings }
    }

    fn domain(self) -> String {
        let site = self.settings.site.as_str();
        match DOMAINS.iter().find(|(name, _)| *name == site) {
            Some((_, domain)) => (*domain).to_owned(),
            // `es.stackoverflow`, `meta.superuser`.
            None if DOMAINS
                .iter()
                .any(|(name, _)| site.ends_with(&format!(".{name}"))) =>
            {
                format!("{site}.com")
            }
            None => format!("{site}.stackexchange.com"),
        }
    }

    fn item(self, entry: Fields<'_>) -> Option<Item> {
        let question = entry.id("/question_id")?;
        let answer = entry
            .id("/answer_id")
            .filter(|_| entry.raw("/item_type") != Some("question"));
        let title = entry.html_line("/title");
        // `body` is whole where it is given; the excerpt has the places that were found.
        let text = Some(entry.html("/body"))
            .filter(|text| !text.is_empty())
            .unwrap_or_else(|| entry.html("/excerpt"));
        if title.is_none() && text.is_empty() {
            return None;
        }
        let domain = self.domain();
        let question_url = format!("https://{domain}/questions/{question}");
        let (id, url, kind) = match &answer {
            Some(answer) => (
                format!("a{answer}"),
                format!("https://{domain}/a/{answer}"),
                ItemKind::Comment,
            ),
            None => (
                format!("q{question}"),
                question_url.clone(),
                ItemKind::Question,
            ),
        };
        Some(Item {
            native_id: Some(id),
            url: Some(url),
            permalink: true,
            kind,
            title: title.filter(|_| answer.is_none()),
            text,
            published: entry.seconds("/creation_date"),
            engagement: entry.counts(&["/score", "/answer_count"]),
            parent: answer.map(|_| question_url),
            ..Item::default()
        })
    }
}

impl Adapter for StackExchangeAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let requests = terms(asking)?.into_iter().map(|term| {
            let part = term.to_string();
            let mut url = address(
                &self.settings.api,
                "search/excerpts",
                &[
                    ("site", &self.settings.site),
                    ("q", &term.quoted()),
                    ("sort", "creation"),
                    ("order", "desc"),
                    ("pagesize", "100"),
                ],
            );
            if let Some(since) = since(asking, &part, OVERLAP) {
                url = with_parameter(&url, "fromdate", &since.seconds().to_string());
            }
            let request = Request::api(url).as_part(part);
            match &self.settings.key {
                Some(key) => request.with_secret_parameter("key", key.clone()),
                None => request,
            }
        });
        Ok(requests.collect())
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let document = document(answer.response, EXPECTED)?;
        let fields = Fields(&document);
        if let Some(refusal) = refused(fields) {
            return Err(refusal.into());
        }
        let mut page = Page {
            items: list(&document, "/items", EXPECTED)?
                .filter_map(|entry| self.item(entry))
                .collect(),
            rest: fields.count("/backoff").map(Duration::from_secs),
            ..Page::default()
        };
        let quota = fields.count("/quota_remaining");
        if quota == Some(0) {
            page.notes
                .push("the day's quota of Stack Exchange is used up".to_owned());
        }
        let more = fields.at("/has_more").and_then(serde_json::Value::as_bool) == Some(true);
        // With a pause before it, the next page would come too late for this poll.
        if more && page.rest.is_none() && quota != Some(0) {
            let number = parameter(&answer.request.url, "page").and_then(|page| page.parse().ok());
            let next = number.unwrap_or(1_u32).saturating_add(1).to_string();
            let url = with_parameter(&answer.request.url, "page", &next);
            page.next = Some(answer.request.at(url));
        }
        keep_read(&mut page, answer);
        Ok(page)
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        let document = document(answer.response, EXPECTED).ok()?;
        refused(Fields(&document))
    }

    fn max_pages(&self, state: &SourceState) -> u32 {
        if state.last_ok.is_none() { 2 } else { 5 }
    }
}

/// What an error of the API says (<https://api.stackexchange.com/docs/error-handling>).
fn refused(error: Fields<'_>) -> Option<Refusal> {
    let id = error.count("/error_id")?;
    let says = error
        .raw("/error_message")
        .map(refusal::words)
        .unwrap_or_default();
    Some(match id {
        // "…, more requests available in 17524 seconds"
        502 => Refusal::Limited {
            service: SERVICE,
            wait: Duration::from_secs(seconds_in(&says).unwrap_or(3_600).min(86_400)),
        },
        401..=403 | 405 | 406 => Refusal::BadToken {
            service: SERVICE,
            says,
        },
        400 if says.contains("site") => Refusal::NotFound {
            service: SERVICE,
            what: "such site".to_owned(),
            says,
        },
        400 | 404 | 407 => Refusal::BadQuestion {
            service: SERVICE,
            says,
        },
        _ => Refusal::Trouble {
            service: SERVICE,
            says,
        },
    })
}

/// The number before the word `seconds`.
fn seconds_in(text: &str) -> Option<u64> {
    let (before, _) = text.split_once(" seconds")?;
    before.rsplit(' ').next()?.parse().ok()
}
