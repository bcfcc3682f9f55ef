//! `kind = "google_alerts"`: the feed of a Google Alert, which its owner set to be delivered so.
//!
//! Its titles are HTML with the words marked, its links lead through Google, its moments are those
//! of the indexing; it has no validators and holds about twenty entries.

use super::feed;
use super::{Access, Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, Robots};
use crate::model::{GoogleAlertsSettings, ItemKind, Request, SourceState};

pub(super) static MANIFEST: Manifest = Manifest {
    access: Access::OwnAccount,
    terms_url: Some("https://policies.google.com/terms"),
    robots: Robots::UserInitiated,
    limits: "about 20 entries, each a teaser; asked every half an hour at most",
    ..Manifest::OPEN
};

/// Reads the feed of an alert.
#[derive(Debug, Clone, Copy)]
pub(super) struct GoogleAlertsAdapter<'a> {
    settings: &'a GoogleAlertsSettings,
}

impl<'a> GoogleAlertsAdapter<'a> {
    /// The adapter of one alert.
    pub(super) fn new(settings: &'a GoogleAlertsSettings) -> Self {
        Self { settings }
    }
}

impl Adapter for GoogleAlertsAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, _asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        Ok(vec![feed::request(self.settings.url.clone())])
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let mut page = feed::read(answer.response)?;
        for item in &mut page.items {
            item.kind = ItemKind::Article;
        }
        page.next = None;
        Ok(page)
    }

    fn max_pages(&self, _state: &SourceState) -> u32 {
        1
    }
}
