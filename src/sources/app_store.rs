//! `kind = "app_store"`: the reviews of an app in the App Store of a country, by the feed that
//! iTunes has for them.
//!
//! The feed is not documented any more and has its moods: all values are texts, one review is no
//! list, the app itself may stand among them, and at times it is empty where the same by another
//! order of the path is not. So an empty first page is asked for again, and is no error.

use super::api::each_once;
use super::json::{Fields, document};
use super::{Adapter, Answer, Asking, MAX_ITEMS, Manifest, Page, ParseError, Refusal};
use crate::model::{AppStoreSettings, Author, Item, ItemKind, Request, SourceState};

const EXPECTED: &str = "reviews of the App Store";

static MANIFEST: Manifest = Manifest {
    terms_url: Some("https://www.apple.com/legal/internet-services/itunes/"),
    limits: "the newest 500 reviews of a country",
    ..Manifest::OPEN
};

/// Pages that the feed has.
const PAGES: u32 = 10;

/// Reads the reviews of an app.
#[derive(Debug, Clone, Copy)]
pub(super) struct AppStoreAdapter<'a> {
    settings: &'a AppStoreSettings,
}

impl<'a> AppStoreAdapter<'a> {
    /// The adapter of one app in one country.
    pub(super) fn new(settings: &'a AppStoreSettings) -> Self {
        Self { settings }
    }

    /// A page of the feed, by one of the two orders that its path may have.
    fn address(&self, number: u32, other: bool) -> url::Url {
        let AppStoreSettings { api, app, country } = self.settings;
        let path = if other {
            format!("{country}/rss/customerreviews/id={app}/sortBy=mostRecent/page={number}/json")
        } else {
            format!("{country}/rss/customerreviews/page={number}/id={app}/sortby=mostrecent/json")
        };
        super::api::address(api, &path, &[])
    }
}

impl Adapter for AppStoreAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, _: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let mut request = Request::api(self.address(1, false));
        // The feed knows no JSON among its media types.
        request.headers.clear();
        Ok(vec![request])
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let document = document(answer.response, EXPECTED)?;
        let fields = Fields(&document);
        if !document
            .get("feed")
            .is_some_and(serde_json::Value::is_object)
        {
            return Err(ParseError::NotThisKind {
                expected: EXPECTED,
                found: "another kind of JSON".to_owned(),
            });
        }
        let entries: Vec<Fields<'_>> = match fields.at("/feed/entry") {
            Some(serde_json::Value::Array(entries)) => entries.iter().map(Fields).collect(),
            Some(entry) => vec![Fields(entry)],
            None => Vec::new(),
        };
        let mut page = Page {
            items: entries
                .into_iter()
                .take(MAX_ITEMS)
                .filter_map(item)
                .collect(),
            ..Page::default()
        };
        each_once(&mut page.items);
        let path = answer.request.url.path();
        let other = path.contains("/sortBy=");
        let number = path
            .split('/')
            .find_map(|part| part.strip_prefix("page=")?.parse::<u32>().ok())
            .unwrap_or(1);
        let next = match (page.items.is_empty(), number) {
            (true, 1) if !other => Some(self.address(1, true)),
            (false, 1..PAGES) => Some(self.address(number + 1, other)),
            _ => None,
        };
        page.next = next.map(|url| answer.request.at(url));
        Ok(page)
    }

    fn max_pages(&self, state: &SourceState) -> u32 {
        // Once all was read, what is new stands on the first pages.
        if state.last_ok.is_none() {
            PAGES + 1
        } else {
            3
        }
    }
}

fn item(entry: Fields<'_>) -> Option<Item> {
    // The app itself has no stars.
    entry.at("/im:rating")?;
    let id = entry.id("/id/label")?;
    let title = entry.line("/title/label");
    let text = entry.text("/content/label");
    if title.is_none() && text.is_empty() {
        return None;
    }
    Some(Item {
        native_id: Some(id),
        kind: ItemKind::Review,
        title,
        text,
        author: Author {
            name: entry.line("/author/name/label"),
            ..Author::default()
        },
        published: entry.date("/updated/label"),
        rating: entry.stars("/im:rating/label"),
        engagement: entry.count("/im:voteCount/label"),
        ..Item::default()
    })
}
