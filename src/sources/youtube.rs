//! `kind = "youtube"`: the videos of a channel by its feed and, with a key of the Data API, the
//! comments on them (<https://developers.google.com/youtube/v3/docs/commentThreads/list>).
//!
//! A key has 10,000 units a day, which begins at midnight in California; what was spent is booked,
//! and nothing is asked beyond the settings' bound.

use std::time::Duration;

use chrono::Days;
use chrono_tz::America::Los_Angeles;
use sha2::{Digest, Sha256};
use url::Url;

use super::api::{address, keep_read, since, with_parameter};
use super::feed;
use super::json::{Fields, document, list};
use super::{Access, Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, refusal};
use crate::model::{Author, Item, ItemKind, Request, SourceState, Timestamp, YouTubeSettings};

const EXPECTED: &str = "comments of YouTube";
const SERVICE: &str = "YouTube";

pub(super) static MANIFEST: Manifest = Manifest {
    access: Access::Keyed,
    terms_url: Some("https://developers.google.com/youtube/terms/api-services-terms-of-service"),
    limits: "the newest 15 videos; comments with a key, 10,000 units a day, one unit a page",
    cost: "free; the key too",
    ..Manifest::OPEN
};

/// The requests of a poll, by what they ask for.
const VIDEOS: &str = "videos";
const COMMENTS: &str = "comments";

/// Comments are held for review, so that they appear later than they were written.
const OVERLAP: Duration = Duration::from_hours(48);

/// Pages of comments of one poll.
const PAGES: u32 = 5;

/// Reads a YouTube channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct YouTubeAdapter<'a> {
    settings: &'a YouTubeSettings,
}

impl<'a> YouTubeAdapter<'a> {
    /// The adapter of one channel.
    pub(super) fn new(settings: &'a YouTubeSettings) -> Self {
        Self { settings }
    }

    fn videos(self) -> Request {
        let url = address(
            &self.settings.feeds,
            "feeds/videos.xml",
            &[("channel_id", &self.settings.channel)],
        );
        feed::request(url).as_part(VIDEOS)
    }
}

impl Adapter for YouTubeAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let settings = self.settings;
        let Some(key) = &settings.key else {
            if settings.names_key {
                return Err(Refusal::NoToken {
                    service: SERVICE,
                    advice: "the one that `key_file` or `key_env` names is not to be had here",
                });
            }
            return Ok(vec![self.videos()]);
        };
        if asking.spent.saturating_add(u64::from(PAGES)) > u64::from(settings.daily_units) {
            return Err(Refusal::Quota {
                service: SERVICE,
                until: next_day(asking.now),
                says: format!("daily_units = {} are spent", settings.daily_units),
            });
        }
        let url = address(
            &settings.api,
            "commentThreads",
            &[
                ("part", "snippet,replies"),
                ("allThreadsRelatedToChannelId", &settings.channel),
                ("order", "time"),
                ("maxResults", "100"),
            ],
        );
        let comments = Request {
            units: 1,
            ..Request::api(url)
                .with_secret_parameter("key", key.clone())
                .as_part(COMMENTS)
                .since(since(asking, COMMENTS, OVERLAP))
        };
        Ok(vec![self.videos(), comments])
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        if answer.request.part == VIDEOS {
            let mut page = feed::read(answer.response)?;
            for item in &mut page.items {
                item.kind = ItemKind::Video;
            }
            page.next = None;
            return Ok(page);
        }
        let document = document(answer.response, EXPECTED)?;
        let fields = Fields(&document);
        if let Some(refusal) = refused(fields, answer.now) {
            return Err(refusal.into());
        }
        let mut page = Page::default();
        for thread in list(&document, "/items", EXPECTED)? {
            let top = Fields(
                thread
                    .0
                    .pointer("/snippet/topLevelComment")
                    .unwrap_or(&NULL),
            );
            let video = thread
                .line("/snippet/videoId")
                .or_else(|| top.line("/snippet/videoId"));
            let replies = thread.count("/snippet/totalReplyCount");
            let Some(first) = comment(top, video.as_deref(), None, replies) else {
                continue;
            };
            let parent = first.url.clone();
            page.items.push(first);
            for reply in thread.list("/replies/comments") {
                page.items
                    .extend(comment(reply, video.as_deref(), parent.as_deref(), None));
            }
        }
        page.next = fields.line("/nextPageToken").map(|token| {
            answer
                .request
                .at(with_parameter(&answer.request.url, "pageToken", &token))
        });
        page.next = page.next.filter(|next| next.url != answer.request.url);
        keep_read(&mut page, answer);
        Ok(page)
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        let document = document(answer.response, EXPECTED).ok()?;
        refused(Fields(&document), answer.now)
    }

    fn max_pages(&self, _state: &SourceState) -> u32 {
        PAGES
    }

    fn ledger(&self, now: Timestamp) -> Option<String> {
        let key = self.settings.key.as_ref()?;
        let digest = format!("{:x}", Sha256::digest(key.reveal()));
        let account: String = digest.chars().take(12).collect();
        let day = now.day_in(Los_Angeles);
        Some(format!("youtube {account} {day}"))
    }
}

static NULL: serde_json::Value = serde_json::Value::Null;

/// The next midnight in California, when quotas begin anew.
fn next_day(now: Timestamp) -> Timestamp {
    now.day_in(Los_Angeles)
        .checked_add_days(Days::new(1))
        .map_or(now.plus(Duration::from_hours(24)), |day| {
            Timestamp::start_of_day(Los_Angeles, day)
        })
}

fn comment(
    entry: Fields<'_>,
    video: Option<&str>,
    parent: Option<&str>,
    replies: Option<u64>,
) -> Option<Item> {
    let id = entry.id("/id")?;
    let text = Some(entry.text("/snippet/textOriginal"))
        .filter(|text| !text.is_empty())
        .unwrap_or_else(|| entry.html("/snippet/textDisplay"));
    if text.is_empty() {
        return None;
    }
    let watch = |parameters: &[(&str, &str)]| {
        Url::parse_with_params("https://www.youtube.com/watch", parameters).ok()
    };
    let url = video.and_then(|video| watch(&[("v", video), ("lc", &id)]));
    let parent = parent.map(str::to_owned).or_else(|| {
        video
            .and_then(|video| watch(&[("v", video)]))
            .map(String::from)
    });
    let name = entry.line("/snippet/authorDisplayName");
    Some(Item {
        permalink: url.is_some(),
        url: url.map(String::from),
        native_id: Some(id),
        kind: ItemKind::Comment,
        text,
        author: Author {
            handle: name.clone().filter(|name| name.starts_with('@')),
            name,
            followers: None,
        },
        published: entry.date("/snippet/publishedAt"),
        engagement: match (entry.count("/snippet/likeCount"), replies) {
            (None, None) => None,
            (likes, replies) => Some(likes.unwrap_or(0).saturating_add(replies.unwrap_or(0))),
        },
        parent,
        ..Item::default()
    })
}

/// What an error of the API says (<https://developers.google.com/youtube/v3/docs/errors>).
fn refused(answer: Fields<'_>, now: Timestamp) -> Option<Refusal> {
    let error = Fields(answer.at("/error")?);
    let reason = error
        .raw("/errors/0/reason")
        .or_else(|| error.raw("/details/0/reason"))
        .or_else(|| error.raw("/status"))
        .unwrap_or_default();
    let says = error
        .raw("/message")
        .map(refusal::words)
        .unwrap_or_default();
    Some(match reason {
        "quotaExceeded" | "dailyLimitExceeded" => Refusal::Quota {
            service: SERVICE,
            until: next_day(now),
            says,
        },
        "rateLimitExceeded" | "userRateLimitExceeded" | "RESOURCE_EXHAUSTED" => Refusal::Limited {
            service: SERVICE,
            wait: Duration::from_mins(5),
        },
        "commentsDisabled" => Refusal::Closed {
            service: SERVICE,
            why: "comments are switched off there".to_owned(),
        },
        "channelNotFound" | "videoNotFound" | "commentThreadNotFound" => Refusal::NotFound {
            service: SERVICE,
            what: "such channel".to_owned(),
            says,
        },
        "backendError" | "internalError" => Refusal::Trouble {
            service: SERVICE,
            says,
        },
        _ if says.to_lowercase().contains("api key") || reason == "keyInvalid" => {
            Refusal::BadToken {
                service: SERVICE,
                says,
            }
        }
        "forbidden" | "accessNotConfigured" => Refusal::BadToken {
            service: SERVICE,
            says,
        },
        _ => Refusal::BadQuestion {
            service: SERVICE,
            says,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SearchTerms, Secret, SourceKey};

    fn settings() -> YouTubeSettings {
        YouTubeSettings {
            api: Url::parse("https://www.googleapis.com/youtube/v3/").unwrap(),
            feeds: Url::parse("https://www.youtube.com/").unwrap(),
            channel: "UC1".to_owned(),
            key: Some(Secret::new("abc".to_owned())),
            names_key: true,
            daily_units: 100,
        }
    }

    #[test]
    fn a_day_begins_at_midnight_in_california_also_when_the_clocks_change() {
        for (now, until, day) in [
            ("2026-11-21T10:00:00Z", "2026-11-22T08:00:00Z", "2026-11-21"),
            ("2026-11-21T07:59:59Z", "2026-11-21T08:00:00Z", "2026-11-20"),
            ("2026-07-01T06:59:59Z", "2026-07-01T07:00:00Z", "2026-06-30"),
            ("2026-11-01T12:00:00Z", "2026-11-02T08:00:00Z", "2026-11-01"),
        ] {
            let now = Timestamp::parse(now).unwrap();
            assert_eq!(next_day(now), Timestamp::parse(until).unwrap());
            let settings = settings();
            let ledger = YouTubeAdapter::new(&settings).ledger(now).unwrap();
            assert!(ledger.ends_with(day) && !ledger.contains("abc"), "{ledger}");
        }
    }

    #[test]
    fn nothing_is_asked_beyond_the_quota() {
        let settings = settings();
        let adapter = YouTubeAdapter::new(&settings);
        let state = SourceState::new(SourceKey("youtube UC1".into()), "x".into());
        let terms = SearchTerms::default();
        let now = Timestamp::parse("2026-11-21T10:00:00Z").unwrap();
        let plan = |spent| {
            adapter.plan(&Asking {
                state: &state,
                terms: &terms,
                spent,
                now,
            })
        };
        assert_eq!(plan(95).unwrap().len(), 2);
        assert_eq!(
            plan(96).unwrap_err().to_string(),
            "the quota of YouTube is used up until 2026-11-22T08:00:00Z (\"daily_units = 100 are spent\")"
        );
    }
}
