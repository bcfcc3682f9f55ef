//! `full_text = true`: the articles behind a feed's teasers.
//!
//! Invariant: an article that cannot be read costs nothing but itself: its teaser stays.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use url::Url;

use super::apart::bounded;
use super::poll::{Arrival, Crawler};
use crate::extract::{Dialect, article, decode};
use crate::fetch::Fetched;
use crate::model::Response;
use crate::sources::page_request;

/// The most pages that one poll reads.
const MOST: usize = 30;

/// A poll begins no page after this time.
const PATIENCE: Duration = Duration::from_mins(5);

/// A text of so many characters is no teaser.
const WHOLE: usize = 3_000;

impl Crawler {
    /// Reads the articles of new items, one after the other and as politely as any page; gives
    /// what a person should know.
    pub(super) async fn read_articles(&self, arrivals: &mut [Arrival]) -> Vec<String> {
        let begun = Instant::now();
        let (mut asked, mut left, mut failed) = (0_usize, 0_usize, Vec::new());
        for arrival in arrivals {
            let Some(url) = behind(arrival) else {
                continue;
            };
            if asked >= MOST || begun.elapsed() > PATIENCE {
                left += 1;
                continue;
            }
            asked += 1;
            match self.article(&url).await {
                // The page of a video or a pay wall may say less than the feed.
                Ok(text) if text.len() > arrival.item.text.len() => arrival.item.text = text,
                Ok(_) => {}
                Err(error) => failed.push(error),
            }
        }
        let mut notes = Vec::new();
        if let Some(first) = failed.first() {
            notes.push(format!(
                "{} of {asked} articles could not be read and stay teasers, the first as {first}",
                failed.len()
            ));
        }
        if left > 0 {
            notes.push(format!(
                "{left} articles stay teasers, as one poll reads {MOST} pages at most"
            ));
        }
        notes
    }

    async fn article(&self, url: &Url) -> Result<String, String> {
        let request = page_request(url.clone());
        let asked = self
            .fetcher
            .get(&request, &BTreeMap::new(), self.clock.now())
            .await;
        let response = match asked {
            Ok(Fetched::Fresh { response, .. }) => response,
            Ok(Fetched::Unchanged { .. }) => return Err(format!("{url} has no body")),
            Ok(Fetched::Refused { verdict, .. }) => return Err(verdict.line()),
            Err(error) => return Err(error.line()),
        };
        let found = bounded(url, move || read(&response)).await;
        found
            .map_err(|failure| failure.error)?
            .map_err(|error| format!("{url}: {error}"))
    }
}

fn read(response: &Response) -> Result<String, String> {
    let header = response.header("content-type");
    let html = decode(&response.body, header, Dialect::Html);
    article(&html, response.url.as_str()).map_err(|error| error.to_string())
}

/// The page of an item that is only a teaser.
fn behind(arrival: &Arrival) -> Option<Url> {
    let item = &arrival.item;
    if !item.permalink || arrival.known || item.text.chars().count() >= WHOLE {
        return None;
    }
    Url::parse(item.url.as_deref()?)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
}
