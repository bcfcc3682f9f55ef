//! `kind = "google_play"`: the reviews of an app of one's own, by the Developer API
//! (<https://developers.google.com/android-publisher/reply-to-reviews>).
//!
//! It shows reviews with words of the last week alone, those changed last first.

use std::time::Duration;

use url::Url;

use super::api::{address, since};
use super::json::Fields;
use super::{Access, Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, google};
use crate::extract::{clean_line, clean_text};
use crate::model::{
    Author, GooglePlaySettings, Item, ItemKind, Lang, OwnerReply, Request, SourceState,
};

const EXPECTED: &str = "reviews of Google Play";
const SERVICE: &str = "Google Play";

pub(super) static MANIFEST: Manifest = Manifest {
    access: Access::OwnAccount,
    terms_url: Some("https://developers.google.com/android-publisher/quotas"),
    limits: "reviews with words, of the last week; 200 requests an hour and app",
    ..Manifest::OPEN
};

const SCOPE: &str = "https://www.googleapis.com/auth/androidpublisher";

/// The requests of a poll, by what they ask for.
const REVIEWS: &str = "reviews";

/// What was changed before the last poll is known; the API is not exact to the minute.
const OVERLAP: Duration = Duration::from_hours(6);

/// Reads the reviews of an app.
#[derive(Debug, Clone, Copy)]
pub(super) struct GooglePlayAdapter<'a> {
    settings: &'a GooglePlaySettings,
}

impl<'a> GooglePlayAdapter<'a> {
    /// The adapter of one app.
    pub(super) fn new(settings: &'a GooglePlaySettings) -> Self {
        Self { settings }
    }

    fn item(self, review: Fields<'_>) -> Option<Item> {
        let id = review.line("/reviewId")?;
        let comments: Vec<Fields<'_>> = review.list("/comments").collect();
        let user = comments
            .iter()
            .find_map(|comment| comment.at("/userComment"))
            .map(Fields)?;
        let owner = comments
            .iter()
            .find_map(|comment| comment.at("/developerComment"))
            .map(Fields);
        // Title and text are parted by a tab.
        let written = user.raw("/originalText").or_else(|| user.raw("/text"))?;
        let (title, text) = written.split_once('\t').unwrap_or(("", written));
        let (title, text) = (clean_line(title), clean_text(text));
        if title.is_empty() && text.is_empty() {
            return None;
        }
        let url = Url::parse_with_params(
            "https://play.google.com/store/apps/details",
            [("id", self.settings.package.as_str()), ("reviewId", &id)],
        );
        Some(Item {
            permalink: url.is_ok(),
            url: url.ok().map(String::from),
            native_id: Some(id),
            kind: ItemKind::Review,
            title: Some(title).filter(|title| !title.is_empty()),
            text,
            author: Author {
                name: review.line("/authorName"),
                ..Author::default()
            },
            published: user.seconds("/lastModified/seconds"),
            lang_hint: user.raw("/reviewerLanguage").and_then(Lang::parse),
            rating: user.stars("/starRating"),
            engagement: user.counts(&["/thumbsUpCount", "/thumbsDownCount"]),
            owner_reply: owner.and_then(|owner| {
                let text = owner.text("/text");
                (!text.is_empty()).then(|| OwnerReply {
                    text,
                    published: owner.seconds("/lastModified/seconds"),
                })
            }),
            ..Item::default()
        })
    }
}

impl Adapter for GooglePlayAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let login = self.settings.key.as_ref();
        let login = login
            .and_then(|key| google::service_account(key, SCOPE))
            .ok_or(Refusal::NoToken {
                service: SERVICE,
                advice: "`key_file` names the JSON key of a service account that may see the app's \
                         reviews in the Play Console; it is not to be had here, or is no such key",
            })?;
        let path = format!(
            "androidpublisher/v3/applications/{}/reviews",
            self.settings.package
        );
        let url = address(&self.settings.api, &path, &[("maxResults", "100")]);
        Ok(vec![
            Request::api(url)
                .with_login(login)
                .as_part(REVIEWS)
                .since(since(asking, REVIEWS, OVERLAP)),
        ])
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        google::reviews(
            answer,
            EXPECTED,
            ("/tokenPagination/nextPageToken", "token"),
            |review| self.item(review),
        )
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        google::refused(
            answer,
            SERVICE,
            &format!("app `{}`", self.settings.package),
            "give the service account the right to see app information in the Play Console",
        )
    }

    fn max_pages(&self, _: &SourceState) -> u32 {
        10
    }
}
