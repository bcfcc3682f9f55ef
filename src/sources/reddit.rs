//! `kind = "reddit"`: posts and comments of Reddit, by the feed of its search.
//!
//! Reddit closed its API to new programs, and its robots.txt forbids everything; the feeds are
//! there for people's readers, about one request a minute and address. So this kind is off until
//! a person switches it on, asks once in ninety seconds, and does not hide who asks.

use std::time::Duration;

use super::api::{address, terms};
use super::feed::{self, read};
use super::{Access, Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, Robots};
use crate::model::{ItemKind, RedditSettings, Request, SearchTerm, SourceState};

const SERVICE: &str = "Reddit";

/// One request a minute and address was seen to pass; this is well below.
const GAP: Duration = Duration::from_secs(90);

pub(super) static MANIFEST: Manifest = Manifest {
    access: Access::Restricted,
    terms_url: Some("https://redditinc.com/policies/data-api-terms"),
    robots: Robots::UserInitiated,
    least_gap: GAP,
    limits: "one request in 90 seconds; the newest 100 of a search",
    cost: "free; use by companies takes a contract with Reddit",
};

/// Characters of a query that the search takes.
const CHARACTERS: usize = 480;

/// Searches Reddit.
#[derive(Debug, Clone, Copy)]
pub(super) struct RedditAdapter<'a> {
    settings: &'a RedditSettings,
}

impl<'a> RedditAdapter<'a> {
    /// The adapter of one search.
    pub(super) fn new(settings: &'a RedditSettings) -> Self {
        Self { settings }
    }
}

/// All terms in one query, as each request costs a minute and a half.
fn query(terms: &[&SearchTerm]) -> String {
    let mut query = String::new();
    for term in terms {
        let phrases: Vec<String> = term
            .phrases()
            .map(|phrase| format!("\"{phrase}\""))
            .collect();
        let word = match phrases.as_slice() {
            [only] => only.clone(),
            several => format!("({})", several.join(" AND ")),
        };
        if query.len() + word.len() + 4 > CHARACTERS {
            break;
        }
        if !query.is_empty() {
            query.push_str(" OR ");
        }
        query.push_str(&word);
    }
    query
}

/// The text without the line about who submitted it, where it ends with one.
fn own_words(text: &str) -> Option<String> {
    let (before, after) = text.rsplit_once("submitted by /u/")?;
    let is_last = after.lines().count() <= 2 && after.contains("[comments]");
    is_last.then(|| before.trim_end().to_owned())
}

/// The address of the post that a comment's address lies below.
fn thread(comment: &str) -> Option<String> {
    let (post, id) = comment.trim_end_matches('/').rsplit_once('/')?;
    (!id.is_empty() && post.contains("/comments/")).then(|| format!("{post}/"))
}

impl Adapter for RedditAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let query = query(&terms(asking)?);
        let settings = self.settings;
        let within = settings.subreddits.join("+");
        let mut parameters = vec![("q", query.as_str()), ("sort", "new"), ("limit", "100")];
        let path = if within.is_empty() {
            "search.rss".to_owned()
        } else {
            parameters.push(("restrict_sr", "1"));
            format!("r/{within}/search.rss")
        };
        let mut url = address(&settings.api, &path, &parameters);
        let mut request = Request {
            least_gap: GAP,
            explains: true,
            ..feed::request(url.clone())
        };
        if let (Some(user), Some(token)) = (&settings.user, &settings.feed_token) {
            url.query_pairs_mut().append_pair("user", user);
            request = request.at(url).with_secret_parameter("feed", token.clone());
        }
        Ok(vec![request])
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let mut page = read(answer.response)?;
        for item in &mut page.items {
            let is_comment = item
                .native_id
                .as_deref()
                .is_some_and(|id| id.starts_with("t1_"));
            item.kind = if is_comment {
                ItemKind::Comment
            } else {
                ItemKind::Post
            };
            let user = item
                .author
                .name
                .as_deref()
                .and_then(|name| name.strip_prefix("/u/"));
            if let Some(user) = user.map(str::to_owned) {
                item.author.handle = Some(format!("u/{user}"));
                item.author.name = Some(user);
            }
            if let Some(text) = own_words(&item.text) {
                item.text = text;
            }
            if is_comment {
                // "/u/lia on TITLE": the title is that of what it answers to.
                item.title = None;
                item.parent = item.url.as_deref().and_then(thread);
            }
        }
        // A feed that names another page would be asked for at once.
        page.next = None;
        Ok(page)
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        (answer.response.status == 403).then(|| Refusal::Closed {
            service: SERVICE,
            why: "it refuses this address; a personal feed token (feed_token_file) may help"
                .to_owned(),
        })
    }

    fn max_pages(&self, _state: &SourceState) -> u32 {
        1
    }
}
