//! `kind = "wordpress"`: the comments of a WordPress site, by its REST API
//! (<https://developer.wordpress.org/rest-api/reference/comments/>).
//!
//! Sites without pretty addresses answer at `?rest_route=`; sites that closed the API still have
//! the feed of their comments. Each door is tried in turn when the one before it is shut.

use std::time::Duration;

use url::Url;

use super::api::{address, keep_read, parameter, since, with_parameter};
use super::feed;
use super::json::{Fields, document, list};
use super::{Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, refusal};
use crate::model::{Author, Item, ItemKind, Request, SourceState, Timestamp, WordPressSettings};

const EXPECTED: &str = "the comments of a WordPress site";
const SERVICE: &str = "the site";

pub(super) static MANIFEST: Manifest = Manifest {
    limits: "what the site shows to everyone",
    ..Manifest::OPEN
};

/// Comments appear when they were approved, under the moment at which they were written.
const OVERLAP: Duration = Duration::from_hours(7 * 24);

/// Comments of a page.
const COMMENTS: &str = "100";

/// What is read of a comment; nothing of the address of its author.
const FIELDS: &str = "id,post,parent,author_name,date_gmt,content,link,type";

/// Where it is kept that the site has the feed alone.
const DOOR: &str = "door";
const FEED: &str = "feed";

/// Reads the comments of a WordPress site.
#[derive(Debug, Clone, Copy)]
pub(super) struct WordPressAdapter<'a> {
    settings: &'a WordPressSettings,
}

impl<'a> WordPressAdapter<'a> {
    /// The adapter of one site.
    pub(super) fn new(settings: &'a WordPressSettings) -> Self {
        Self { settings }
    }

    fn api(self, plain: bool) -> Request {
        let mut parameters = vec![
            ("order", "desc"),
            ("orderby", "date_gmt"),
            ("per_page", COMMENTS),
            ("page", "1"),
            ("_fields", FIELDS),
        ];
        let path = if plain {
            parameters.insert(0, ("rest_route", "/wp/v2/comments"));
            ""
        } else {
            "wp-json/wp/v2/comments"
        };
        Request::api(self.at(path, &parameters))
    }

    fn feed(self, plain: bool) -> Request {
        let url = if plain {
            self.at("", &[("feed", "comments-rss2")])
        } else {
            let mut url = self.at("comments/feed", &[]);
            url.set_path(&format!("{}/", url.path()));
            url
        };
        Request {
            explains: true,
            ..feed::request(url)
        }
    }

    fn at(self, path: &str, parameters: &[(&str, &str)]) -> Url {
        let url = address(&self.settings.url, path, parameters);
        if path.is_empty() && !url.path().ends_with('/') {
            let mut url = url;
            url.set_path(&format!("{}/", url.path()));
            return url;
        }
        url
    }
}

impl Adapter for WordPressAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        // One day in seven the API is tried again: it tells more, and may have been opened.
        let again = (asking.now.seconds() / 86_400) % 7 == 0;
        let request = match asking.kept(DOOR) {
            Some(FEED) if !again => self.feed(false),
            _ => self.api(false),
        };
        Ok(vec![request.since(since(asking, "", OVERLAP))])
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        if is_feed(&answer.request.url) {
            let mut page = feed::read(answer.response)?;
            for item in &mut page.items {
                item.kind = ItemKind::Comment;
                item.title = None;
                as_by_the_api(item);
            }
            page.next = None;
            page.keep.insert(DOOR.to_owned(), FEED.to_owned());
            return Ok(page);
        }
        let document = document(answer.response, EXPECTED)?;
        let comments = list(&document, "", EXPECTED)?;
        let pages = answer.response.header("x-wp-totalpages");
        let pages: u32 = pages
            .and_then(|pages| pages.trim().parse().ok())
            .unwrap_or(1);
        let asked = parameter(&answer.request.url, "page").and_then(|page| page.parse().ok());
        let asked: u32 = asked.unwrap_or(1);
        let mut page = Page {
            items: comments.filter_map(item).collect(),
            next: (asked < pages).then(|| {
                let next = asked.saturating_add(1).to_string();
                answer
                    .request
                    .at(with_parameter(&answer.request.url, "page", &next))
            }),
            ..Page::default()
        };
        page.keep.insert(DOOR.to_owned(), "api".to_owned());
        keep_read(&mut page, answer);
        Ok(page)
    }

    fn instead(&self, answer: &Answer<'_>) -> Option<Request> {
        let url = &answer.request.url;
        // A success is asked about only where it held no comments: some sites answer with their
        // front page what they do not have.
        let shut = matches!(answer.response.status, 200..=299 | 400..=405 | 410 | 500..=503);
        if !shut || answer.page > 0 {
            return None;
        }
        let plain = url
            .path_segments()
            .is_none_or(|mut parts| !parts.any(|part| matches!(part, "wp-json" | "comments")));
        match (is_feed(url), plain) {
            (false, false) => Some(self.api(true)),
            (false, true) => Some(self.feed(false)),
            (true, false) => Some(self.feed(true)),
            (true, true) => None,
        }
        .map(|request| request.since(answer.request.since))
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        let says = refusal::said(answer);
        match answer.response.status {
            401 | 403 => Some(Refusal::Closed {
                service: SERVICE,
                why: "its comments are for those who log in".to_owned(),
            }),
            404 => Some(Refusal::NotFound {
                service: SERVICE,
                what: "comments at this address: is it a WordPress site?".to_owned(),
                says,
            }),
            _ => None,
        }
    }

    fn max_pages(&self, state: &SourceState) -> u32 {
        if state.last_ok.is_none() { 5 } else { 20 }
    }
}

/// Makes a comment of the feed what the API gives of it, so that it is known again whichever door
/// is open: the number for the id, and the words without the line that says whom they answer.
fn as_by_the_api(item: &mut Item) {
    let number = |url: &Option<String>| {
        let (_, number) = url.as_deref()?.rsplit_once("#comment-")?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| number.to_owned())
    };
    if let Some(id) = number(&item.url) {
        item.native_id = Some(id);
    }
    if number(&item.parent).is_some()
        && let Some((first, rest)) = item.text.split_once("\n\n")
        && first.ends_with('.')
        && !first.contains('\n')
    {
        item.text = rest.to_owned();
    }
}

fn is_feed(url: &Url) -> bool {
    url.path().ends_with("/comments/feed/") || parameter(url, "feed").is_some()
}

fn item(comment: Fields<'_>) -> Option<Item> {
    let id = comment.count("/id")?;
    // Pingbacks are written by machines.
    if comment.raw("/type").is_some_and(|kind| kind != "comment") {
        return None;
    }
    let text = comment.html("/content/rendered");
    if text.is_empty() {
        return None;
    }
    let url = crate::extract::absolute_url(None, comment.raw("/link").unwrap_or_default());
    let parent = url.clone().map(|mut post| {
        match comment.count("/parent") {
            None | Some(0) => post.set_fragment(None),
            Some(parent) => post.set_fragment(Some(&format!("comment-{parent}"))),
        }
        String::from(post)
    });
    // Without a zone, as it is UTC.
    let published = comment
        .raw("/date_gmt")
        .and_then(|date| Timestamp::parse(&format!("{date}Z")).or_else(|| Timestamp::parse(date)));
    Some(Item {
        native_id: Some(id.to_string()),
        permalink: url.is_some(),
        url: url.map(String::from),
        kind: ItemKind::Comment,
        text,
        author: Author {
            name: comment.html_line("/author_name"),
            ..Author::default()
        },
        published,
        parent,
        ..Item::default()
    })
}
