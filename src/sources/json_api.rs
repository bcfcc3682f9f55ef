//! `kind = "json_api"`: any API that answers in JSON, read by JSON Pointers (RFC 6901).

use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::api::{keep_read, parameter, since, terms, with_parameter};
use super::json::{Fields, document, list};
use super::{Access, Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, refusal};
use crate::extract::{
    absolute_url, clean_line, clean_text, looks_like_html, parse_date, plain_text,
};
use crate::model::{
    Author, Item, JsonApiSettings, Lang, OwnerReply, Paging, Request, SearchTerm, SourceState,
    Timestamp, TokenPlace,
};

const EXPECTED: &str = "a JSON answer with the items that `items` points to";
const SERVICE: &str = "the API";

pub(super) static MANIFEST: Manifest = Manifest {
    access: Access::Keyed,
    limits: "as the API's operator sets them",
    cost: "as the API's operator says",
    ..Manifest::OPEN
};

/// How far windows overlap, as many APIs index late.
const OVERLAP: Duration = Duration::from_hours(24);

/// Since when the first poll asks, where the address tells it.
const FIRST: Duration = Duration::from_hours(30 * 24);

/// Reads an API.
#[derive(Debug, Clone, Copy)]
pub(super) struct JsonApiAdapter<'a> {
    settings: &'a JsonApiSettings,
}

impl<'a> JsonApiAdapter<'a> {
    /// The adapter of one address.
    pub(super) fn new(settings: &'a JsonApiSettings) -> Self {
        Self { settings }
    }

    /// The address with its placeholders filled in.
    fn address(self, term: Option<&SearchTerm>, since: Timestamp) -> Option<Url> {
        let since_text = since.to_string();
        let day: String = since_text.chars().take(10).collect();
        let words = term.map(SearchTerm::quoted).unwrap_or_default();
        let filled = [
            ("{terms}", words),
            ("{since}", since_text),
            ("{since_date}", day),
            ("{since_seconds}", since.seconds().to_string()),
        ]
        .iter()
        .fold(self.settings.template.clone(), |text, (name, value)| {
            let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            // In a path a plus would be a plus.
            text.replace(name, &encoded.replace('+', "%20"))
        });
        let mut url = Url::parse(&filled).ok()?;
        url.set_fragment(None);
        Some(url)
    }

    fn request(self, asking: &Asking<'_>, term: Option<&SearchTerm>) -> Option<Request> {
        let settings = self.settings;
        let part = term.map(ToString::to_string).unwrap_or_default();
        let since = since(asking, &part, OVERLAP);
        let url = self.address(term, since.unwrap_or(asking.now.minus(FIRST)))?;
        let mut request = Request::api(url).as_part(part);
        for (name, value) in &settings.headers {
            request = request.with_header(name, value);
        }
        Some(match (&settings.token, &settings.token_place) {
            (None, _) => request,
            (token, TokenPlace::Bearer) => request.with_bearer(token.as_ref()),
            (Some(token), TokenPlace::Header(name)) => {
                request.with_secret_header(&name.to_lowercase(), token.clone())
            }
            (Some(token), TokenPlace::Parameter(name)) => {
                request.with_secret_parameter(name, token.clone())
            }
        })
    }

    fn next(self, answer: &Answer<'_>, document: Fields<'_>, items: usize) -> Option<Request> {
        let asked = &answer.request.url;
        let count_up = |name: &str, by: u64, first: u64| {
            let at: u64 = parameter(asked, name)
                .and_then(|at| at.parse().ok())
                .unwrap_or(first);
            with_parameter(asked, name, &at.saturating_add(by).to_string())
        };
        let url = match &self.settings.paging {
            Paging::Link => next_of_links(answer.response.header("link")?, &answer.response.url)?,
            Paging::Next(pointer) => document.address(pointer, &answer.response.url)?,
            Paging::Cursor { pointer, parameter } => {
                let cursor = document.id(pointer)?;
                with_parameter(asked, parameter, &cursor)
            }
            Paging::Page(name) if items > 0 => count_up(name, 1, 1),
            Paging::Offset(name) if items > 0 => {
                count_up(name, u64::try_from(items).unwrap_or(u64::MAX), 0)
            }
            Paging::Page(_) | Paging::Offset(_) => return None,
        };
        (url != *asked).then(|| answer.request.at(url))
    }

    fn item(self, entry: Fields<'_>, base: &Url) -> Option<Item> {
        let settings = self.settings;
        let fields = &settings.fields;
        let line = |pointer: &Option<String>| entry.html_line(pointer.as_deref()?);
        let title = line(&fields.title);
        let texts: Vec<String> = fields
            .text
            .iter()
            .filter_map(|pointer| words(entry, pointer))
            .collect();
        let text = clean_text(texts.join("\n\n"));
        if title.is_none() && text.is_empty() {
            return None;
        }
        let url = address_of(entry, fields.link.as_deref(), base);
        let handle = line(&fields.handle);
        let engagement: Vec<&str> = fields.engagement.iter().map(String::as_str).collect();
        let reply = fields
            .reply
            .as_deref()
            .and_then(|pointer| words(entry, pointer));
        Some(Item {
            native_id: fields.id.as_deref().and_then(|pointer| entry.id(pointer)),
            permalink: url.is_some(),
            url: url.map(String::from),
            kind: settings.item_kind,
            title,
            text,
            author: Author {
                name: line(&fields.author).or_else(|| handle.clone()),
                handle,
                followers: fields.followers.as_deref().and_then(|at| entry.count(at)),
            },
            published: fields
                .date
                .as_deref()
                .and_then(|pointer| moment(entry, pointer)),
            lang_hint: line(&fields.language).as_deref().and_then(Lang::parse),
            rating: fields
                .rating
                .as_deref()
                .and_then(|pointer| stars(entry, pointer, settings.rating_best)),
            engagement: entry.counts(&engagement),
            parent: address_of(entry, fields.parent.as_deref(), base).map(String::from),
            owner_reply: reply.map(|text| OwnerReply {
                text,
                published: None,
            }),
        })
    }
}

impl Adapter for JsonApiAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        if self.settings.token.is_none() && self.settings.names_token {
            return Err(Refusal::NoToken {
                service: SERVICE,
                advice: "the one that `token_file` or `token_env` names is not to be had here",
            });
        }
        let requests: Option<Vec<Request>> = if self.settings.template.contains("{terms}") {
            let terms = terms(asking)?.into_iter();
            terms.map(|term| self.request(asking, Some(term))).collect()
        } else {
            self.request(asking, None).map(|request| vec![request])
        };
        requests.ok_or(Refusal::BadQuestion {
            service: SERVICE,
            says: "the address is none once its placeholders are filled in".to_owned(),
        })
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let document = document(answer.response, EXPECTED)?;
        let entries: Vec<Fields<'_>> = list(&document, &self.settings.items, EXPECTED)?.collect();
        let found = entries.len();
        let base = &answer.response.url;
        let items: Vec<Item> = entries
            .into_iter()
            .filter_map(|entry| self.item(entry, base))
            .collect();
        let mut page = Page {
            next: self.next(answer, Fields(&document), found),
            ..Page::default()
        };
        if items.len() < found {
            let silent = found - items.len();
            page.notes
                .push(format!("left out, as they say nothing: {silent}"));
        }
        page.items = settled(items);
        keep_read(&mut page, answer);
        Ok(page)
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        let says = refusal::said(answer);
        let has_token = !answer.request.credentials.is_empty();
        match answer.response.status {
            401 | 403 if has_token => Some(Refusal::BadToken {
                service: SERVICE,
                says,
            }),
            401 => Some(Refusal::NoToken {
                service: SERVICE,
                advice: "name it with token_file or token_env",
            }),
            400 | 422 => Some(Refusal::BadQuestion {
                service: SERVICE,
                says,
            }),
            404 if !says.is_empty() => Some(Refusal::NotFound {
                service: SERVICE,
                what: "such address".to_owned(),
                says,
            }),
            _ => None,
        }
    }

    fn max_pages(&self, _state: &SourceState) -> u32 {
        self.settings.max_pages.max(1)
    }
}

/// An id or address that several items share is that of none.
fn settled(mut items: Vec<Item>) -> Vec<Item> {
    use std::collections::HashMap;
    let mut ids: HashMap<String, usize> = HashMap::new();
    let mut addresses: HashMap<String, usize> = HashMap::new();
    for item in &items {
        if let Some(id) = &item.native_id {
            *ids.entry(id.clone()).or_default() += 1;
        }
        if let Some(url) = &item.url {
            *addresses.entry(url.clone()).or_default() += 1;
        }
    }
    for item in &mut items {
        item.native_id = item.native_id.take().filter(|id| ids.get(id) == Some(&1));
        item.permalink &= item
            .url
            .as_ref()
            .is_some_and(|url| addresses.get(url) == Some(&1));
    }
    items
}

/// Text or HTML.
fn words(entry: Fields<'_>, pointer: &str) -> Option<String> {
    let raw = entry.raw(pointer)?;
    let text = if looks_like_html(raw) {
        plain_text(raw)
    } else {
        clean_text(raw)
    };
    Some(text).filter(|text| !text.is_empty())
}

/// An address at a pointer, or one with pointers in braces.
fn address_of(entry: Fields<'_>, written: Option<&str>, base: &Url) -> Option<Url> {
    let written = written?;
    if !written.contains("://") {
        return entry.address(written, base);
    }
    let mut address = String::new();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once('{') {
        let (pointer, after) = after.split_once('}')?;
        address.push_str(before);
        let value = entry.id(pointer)?;
        let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        address.push_str(&encoded.replace('+', "%20"));
        rest = after;
    }
    address.push_str(rest);
    absolute_url(None, &address)
}

/// A written date, or seconds, milliseconds or microseconds since 1970.
fn moment(entry: Fields<'_>, pointer: &str) -> Option<Timestamp> {
    let number = match entry.at(pointer)? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => match text.trim().parse::<f64>() {
            // A year alone is no moment since 1970.
            Ok(number) if number > 1e8 => number,
            _ => return parse_date(text.trim()),
        },
        _ => return None,
    };
    let seconds = match number {
        n if n >= 1e14 => n / 1e6,
        n if n >= 1e11 => n / 1e3,
        n => n,
    };
    let since = Duration::try_from_secs_f64(seconds).ok()?;
    let at = Timestamp::from_seconds(0).plus(since);
    // What lies before 1980 or after 2200 is a mistake, or no time at all.
    (315_532_800..7_258_118_400)
        .contains(&at.seconds())
        .then_some(at)
}

/// Stars on the scale 1 to 5; a decimal comma is read as well.
fn stars(entry: Fields<'_>, pointer: &str, best: f64) -> Option<f64> {
    let value = match entry.at(pointer)? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => clean_line(text).replace(',', ".").parse().ok()?,
        _ => return None,
    };
    let within = value.is_finite() && value > 0.0 && value <= best;
    within.then(|| (value * 5.0 / best).clamp(1.0, 5.0))
}

/// The address of `rel="next"` (RFC 8288).
fn next_of_links(header: &str, base: &Url) -> Option<Url> {
    header.split(',').find_map(|link| {
        let (target, parameters) = link.split_once('>')?;
        let is_next = parameters.split(';').any(|parameter| {
            let parameter = parameter.trim().to_ascii_lowercase();
            parameter
                .strip_prefix("rel=")
                .is_some_and(|rel| rel.trim_matches('"').split(' ').any(|rel| rel == "next"))
        });
        let target = target.trim().strip_prefix('<')?;
        is_next.then(|| absolute_url(Some(base), target)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn moments_are_read_in_every_unit() {
        let expected = Timestamp::parse("2026-11-21T10:00:00Z");
        for value in [
            json!(1_795_255_200),
            json!(1_795_255_200_000_i64),
            json!(1_795_255_200_000_000_i64),
            json!("1795255200"),
            json!("2026-11-21T11:00:00+01:00"),
            json!(1_795_255_200.0),
        ] {
            let entry = json!({ "at": value });
            assert_eq!(moment(Fields(&entry), "/at"), expected, "{value}");
        }
        for value in [json!(0), json!(-5), json!(1e300), json!("soon"), json!([])] {
            let entry = json!({ "at": value });
            assert_eq!(moment(Fields(&entry), "/at"), None, "{value}");
        }
    }

    #[test]
    fn stars_keep_to_their_scale() {
        for (value, best, expected) in [
            (json!(4), 5.0, Some(4.0)),
            (json!("4,5"), 5.0, Some(4.5)),
            (json!(8), 10.0, Some(4.0)),
            (json!(1), 100.0, Some(1.0)),
            (json!(0), 5.0, None),
            (json!(6), 5.0, None),
            (json!("good"), 5.0, None),
        ] {
            let entry = json!({ "stars": value });
            assert_eq!(stars(Fields(&entry), "/stars", best), expected, "{value}");
        }
    }

    #[test]
    fn links_of_the_header_are_told_apart() {
        let base = Url::parse("https://api.example/x").unwrap();
        let header = "<https://api.example/x?page=1>; rel=\"prev\", </x?page=3>; rel=\"last next\"";
        assert_eq!(
            next_of_links(header, &base).map(String::from).as_deref(),
            Some("https://api.example/x?page=3")
        );
        assert_eq!(next_of_links("<x>; rel=prev", &base), None);
        assert_eq!(next_of_links("nonsense", &base), None);
    }
}
