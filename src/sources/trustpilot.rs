//! `kind = "trustpilot"`: the reviews of a business, by the API
//! (<https://developers.trustpilot.com/business-units-api>; limits:
//! <https://developers.trustpilot.com/rate-limiting>,
//! <https://developers.trustpilot.com/api-module-best-practices>).
//!
//! The first poll asks for the business of the domain; its identifier is kept.

use std::time::Duration;

use super::api::{address, each_once, keep_read, parameter, since, with_parameter};
use super::json::{Fields, document, list};
use super::{Access, Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, refusal};
use crate::model::{
    Author, Item, ItemKind, Lang, OwnerReply, Request, SourceState, TrustpilotSettings,
};

const EXPECTED: &str = "reviews of Trustpilot";
const SERVICE: &str = "Trustpilot";

pub(super) static MANIFEST: Manifest = Manifest {
    access: Access::Keyed,
    terms_url: Some(
        "https://legal.trustpilot.com/for-businesses/trustpilot-apis-and-services-terms",
    ),
    limits: "833 requests in 5 minutes, 10,000 an hour; 200,000 a year with the smallest plan",
    cost: "the key comes with the API module of paid plans",
    ..Manifest::OPEN
};

const REVIEWS: &str = "reviews";

/// The name under which the identifier of the business is kept.
const BUSINESS: &str = "business";

const OVERLAP: Duration = Duration::from_hours(48);

const PER_PAGE: usize = 100;

/// Reads the reviews of a business.
#[derive(Debug, Clone, Copy)]
pub(super) struct TrustpilotAdapter<'a> {
    settings: &'a TrustpilotSettings,
}

impl<'a> TrustpilotAdapter<'a> {
    /// The adapter of one business.
    pub(super) fn new(settings: &'a TrustpilotSettings) -> Self {
        Self { settings }
    }

    fn reviews(self, business: &str) -> url::Url {
        address(
            &self.settings.api,
            &format!("business-units/{business}/reviews"),
            &[("perPage", "100"), ("orderBy", "createdat.desc")],
        )
    }
}

impl Adapter for TrustpilotAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let Some(key) = &self.settings.key else {
            return Err(Refusal::NoToken {
                service: SERVICE,
                advice: "the key that `key_file` or `key_env` names is not to be had here",
            });
        };
        let url = match asking.kept(BUSINESS).filter(|business| is_id(business)) {
            Some(business) => self.reviews(business),
            None => address(
                &self.settings.api,
                "business-units/find",
                &[("name", &self.settings.domain)],
            ),
        };
        Ok(vec![
            Request::api(url)
                .with_secret_header("apikey", key.clone())
                .as_part(REVIEWS)
                .since(since(asking, REVIEWS, OVERLAP)),
        ])
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let document = document(answer.response, EXPECTED)?;
        let fields = Fields(&document);
        let mut page = Page::default();
        if answer.request.url.path().ends_with("/find") {
            let business = fields.line("/id").filter(|id| is_id(id));
            let business = business.ok_or_else(|| ParseError::NotThisKind {
                expected: "a business of Trustpilot",
                found: "another kind of JSON".to_owned(),
            })?;
            page.title = fields.line("/displayName");
            page.next = Some(answer.request.at(self.reviews(&business)));
            page.keep.insert(BUSINESS.to_owned(), business);
            return Ok(page);
        }
        page.items = list(&document, "/reviews", EXPECTED)?
            .filter_map(item)
            .collect();
        if fields.list("/reviews").count() >= PER_PAGE {
            let number = parameter(&answer.request.url, "page")
                .and_then(|page| page.parse::<u32>().ok())
                .unwrap_or(1);
            let next = number.saturating_add(1).to_string();
            let url = with_parameter(&answer.request.url, "page", &next);
            page.next = Some(answer.request.at(url));
        }
        each_once(&mut page.items);
        keep_read(&mut page, answer);
        Ok(page)
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        let says = refusal::said(answer);
        match answer.response.status {
            401 | 403 => Some(Refusal::BadToken {
                service: SERVICE,
                says,
            }),
            404 => Some(Refusal::NotFound {
                service: SERVICE,
                what: format!("business `{}`", self.settings.domain),
                says,
            }),
            400 => Some(Refusal::BadQuestion {
                service: SERVICE,
                says,
            }),
            _ => None,
        }
    }

    fn max_pages(&self, _: &SourceState) -> u32 {
        10
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn item(review: Fields<'_>) -> Option<Item> {
    let id = review.line("/id")?;
    let title = review.line("/title");
    let text = review.text("/text");
    if title.is_none() && text.is_empty() {
        return None;
    }
    let url = is_id(&id).then(|| format!("https://www.trustpilot.com/reviews/{id}"));
    let reply = review.text("/companyReply/text");
    Some(Item {
        permalink: url.is_some(),
        url,
        native_id: Some(id),
        kind: ItemKind::Review,
        title,
        text,
        author: Author {
            name: review.line("/consumer/displayName"),
            ..Author::default()
        },
        published: review.date("/createdAt"),
        lang_hint: review.raw("/language").and_then(Lang::parse),
        rating: review.stars("/stars"),
        engagement: review.count("/numberOfLikes"),
        owner_reply: (!reply.is_empty()).then(|| OwnerReply {
            text: reply,
            published: review.date("/companyReply/createdAt"),
        }),
        ..Item::default()
    })
}
