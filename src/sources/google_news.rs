//! `kind = "google_news"`: Google News, by the feed of its search.
//!
//! The feed is not documented. Its links lead through Google and do not tell the article's own
//! address any more; they are kept as they are. The title ends with the publisher's name, and the
//! text repeats the title.

use super::api::{address, terms};
use super::feed;
use super::{Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, Robots};
use crate::model::{GoogleNewsSettings, ItemKind, Request, SourceState};

pub(super) static MANIFEST: Manifest = Manifest {
    terms_url: Some("https://policies.google.com/terms"),
    robots: Robots::UserInitiated,
    limits: "not documented; 100 headlines a search, without the articles' own addresses",
    ..Manifest::OPEN
};

/// Terms and characters of one query.
const TERMS: usize = 8;
const CHARACTERS: usize = 400;

/// Searches Google News.
#[derive(Debug, Clone, Copy)]
pub(super) struct GoogleNewsAdapter<'a> {
    settings: &'a GoogleNewsSettings,
}

impl<'a> GoogleNewsAdapter<'a> {
    /// The adapter of one search.
    pub(super) fn new(settings: &'a GoogleNewsSettings) -> Self {
        Self { settings }
    }

    fn request(self, words: &str, window: &str) -> Request {
        let settings = self.settings;
        let language = settings.language.as_str();
        let country = settings.country.as_str();
        let shown = if language == "en" {
            format!("en-{country}")
        } else {
            language.to_owned()
        };
        let url = address(
            &settings.api,
            "rss/search",
            &[
                ("q", &format!("{words} when:{window}")),
                ("hl", &shown),
                ("gl", country),
                ("ceid", &format!("{country}:{language}")),
            ],
        );
        feed::request(url).as_part(words)
    }
}

impl Adapter for GoogleNewsAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let mut batches: Vec<(usize, String)> = Vec::new();
        for term in terms(asking)? {
            let word = term.strictly_quoted();
            match batches.last_mut() {
                Some((number, words))
                    if *number < TERMS && words.len() + word.len() < CHARACTERS =>
                {
                    words.push_str(" OR ");
                    words.push_str(&word);
                    *number += 1;
                }
                _ => batches.push((1, word)),
            }
        }
        // A month for the archive, then what a weekend without this machine may bring.
        let window = if asking.state.last_ok.is_none() {
            "30d"
        } else {
            "7d"
        };
        let batches = batches.into_iter();
        Ok(batches
            .map(|(_, words)| self.request(&words, window))
            .collect())
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let mut page = feed::read(answer.response)?;
        for item in &mut page.items {
            item.kind = ItemKind::Article;
            if let Some((headline, publisher)) = item
                .title
                .as_deref()
                .and_then(|title| title.rsplit_once(" - "))
            {
                let (headline, publisher) = (headline.trim().to_owned(), publisher.trim());
                if !headline.is_empty() && !publisher.is_empty() {
                    item.author.name = Some(publisher.to_owned());
                    item.title = Some(headline);
                }
            }
            item.text.clear();
        }
        page.items.retain(|item| item.title.is_some());
        page.next = None;
        Ok(page)
    }

    fn max_pages(&self, _state: &SourceState) -> u32 {
        1
    }
}
