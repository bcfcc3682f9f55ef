//! `kind = "google_business"`: the reviews of a place of one's own on Google Maps, by the Business
//! Profile API (<https://developers.google.com/my-business/content/review-data>).

use std::time::Duration;

use super::api::{address, since};
use super::json::Fields;
use super::{Access, Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, google};
use crate::extract::clean_text;
use crate::model::{
    Author, GoogleBusinessSettings, Item, ItemKind, OwnerReply, Request, SourceState,
};

const EXPECTED: &str = "reviews of a Google Business Profile";
const SERVICE: &str = "Google Business Profile";

pub(super) static MANIFEST: Manifest = Manifest {
    access: Access::OwnAccount,
    terms_url: Some("https://developers.google.com/my-business/content/policies"),
    limits: "verified places of one's own; 300 requests a minute, once Google has granted access",
    ..Manifest::OPEN
};

/// The only part of a poll.
const REVIEWS: &str = "reviews";

/// What was changed before the last poll is known, but for what Google checks first.
const OVERLAP: Duration = Duration::from_hours(48);

/// Reads the reviews of a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct GoogleBusinessAdapter<'a> {
    settings: &'a GoogleBusinessSettings,
}

impl<'a> GoogleBusinessAdapter<'a> {
    /// The adapter of one place.
    pub(super) fn new(settings: &'a GoogleBusinessSettings) -> Self {
        Self { settings }
    }
}

impl Adapter for GoogleBusinessAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let login = google::refreshed(&self.settings.oauth).ok_or(Refusal::NoToken {
            service: SERVICE,
            advice: "what `client_secret_file` and `refresh_token_file` (or `…_env`) name is not \
                     to be had here",
        })?;
        let path = format!("{}/reviews", self.settings.location);
        let url = address(
            &self.settings.api,
            &path,
            &[("pageSize", "50"), ("orderBy", "updateTime desc")],
        );
        Ok(vec![
            Request::api(url)
                .with_login(login)
                .as_part(REVIEWS)
                .since(since(asking, REVIEWS, OVERLAP)),
        ])
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        google::reviews(answer, EXPECTED, ("/nextPageToken", "pageToken"), item)
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        google::refused(
            answer,
            SERVICE,
            &format!("place `{}`", self.settings.location),
            "the account must own the verified place, and Google must have granted access to the API",
        )
    }

    fn max_pages(&self, state: &SourceState) -> u32 {
        if state.last_ok.is_none() { 20 } else { 5 }
    }
}

fn item(review: Fields<'_>) -> Option<Item> {
    let id = review.line("/reviewId").or_else(|| review.line("/name"))?;
    let text = original(review.raw("/comment")?);
    if text.is_empty() {
        return None;
    }
    let anonymous = review
        .at("/reviewer/isAnonymous")
        .and_then(serde_json::Value::as_bool);
    let rating = match review.raw("/starRating") {
        Some("ONE") => Some(1.0),
        Some("TWO") => Some(2.0),
        Some("THREE") => Some(3.0),
        Some("FOUR") => Some(4.0),
        Some("FIVE") => Some(5.0),
        _ => None,
    };
    let reply = review.raw("/reviewReply/comment").map(original);
    Some(Item {
        native_id: Some(id),
        kind: ItemKind::Review,
        text,
        author: Author {
            name: review
                .line("/reviewer/displayName")
                .filter(|_| anonymous != Some(true)),
            ..Author::default()
        },
        published: review.date("/createTime"),
        rating,
        owner_reply: reply
            .filter(|reply| !reply.is_empty())
            .map(|text| OwnerReply {
                text,
                published: review.date("/reviewReply/updateTime"),
            }),
        ..Item::default()
    })
}

/// What was written, without the translation that Google puts beside it.
fn original(comment: &str) -> String {
    const TRANSLATED: &str = "(Translated by Google)";
    const ORIGINAL: &str = "(Original)";
    let written = match (comment.split_once(ORIGINAL), comment.split_once(TRANSLATED)) {
        (Some((_, written)), Some(_)) => written,
        // Others put the original first.
        (None, Some((written, _))) if !written.trim().is_empty() => written,
        _ => comment,
    };
    clean_text(written)
}

#[cfg(test)]
mod tests {
    use super::original;

    #[test]
    fn translations_are_left_out() {
        for (comment, expected) in [
            ("Ottimo.", "Ottimo."),
            (
                "(Translated by Google) Great.\n\n(Original)\nOttimo.",
                "Ottimo.",
            ),
            ("Ottimo.\n\n(Translated by Google)\nGreat.", "Ottimo."),
            (
                "(Translated by Google) Great.",
                "(Translated by Google) Great.",
            ),
            ("The (Original) one", "The (Original) one"),
        ] {
            assert_eq!(original(comment), expected);
        }
    }
}
