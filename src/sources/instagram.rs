//! `kind = "instagram"`: a professional account of one's own: its posts and the comments on them,
//! posts that tag it, and hashtags
//! (<https://developers.facebook.com/docs/instagram-platform/api-reference>).

use super::api::{address, each_once};
use super::json::{Fields, document, list};
use super::{Access, Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, meta};
use crate::model::{Author, InstagramSettings, Item, ItemKind, Request, SourceState};

const EXPECTED: &str = "posts of Instagram";
const SERVICE: &str = "Instagram";

pub(super) static MANIFEST: Manifest = Manifest {
    access: Access::OwnAccount,
    terms_url: Some("https://developers.facebook.com/terms"),
    limits: "an account of one's own, by an app that Meta has reviewed; 30 hashtags in 7 days, \
             their last 24 hours",
    ..Manifest::OPEN
};

/// The posts under a hashtag, at the end of its address.
const RECENT: &str = "/recent_media";

const POSTS: &str = "posts";
const TAGGED: &str = "tagged";

const POST: &str = "id,caption,permalink,timestamp,username,like_count,comments_count";
/// Posts under a hashtag do not say whose they are.
const HASHTAG_POST: &str = "id,caption,permalink,timestamp,like_count,comments_count";
const COMMENT: &str = "id,text,username,timestamp,like_count";

/// Reads an account.
#[derive(Debug, Clone, Copy)]
pub(super) struct InstagramAdapter<'a> {
    settings: &'a InstagramSettings,
}

impl<'a> InstagramAdapter<'a> {
    /// The adapter of one account.
    pub(super) fn new(settings: &'a InstagramSettings) -> Self {
        Self { settings }
    }

    fn recent(self, hashtag: &str) -> url::Url {
        address(
            &self.settings.api,
            &format!("{hashtag}{RECENT}"),
            &[
                ("user_id", &self.settings.account),
                ("fields", HASHTAG_POST),
                ("limit", "50"),
            ],
        )
    }
}

impl Adapter for InstagramAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let settings = self.settings;
        let Some(token) = &settings.token else {
            return Err(Refusal::NoToken {
                service: SERVICE,
                advice: "the token that `token_file` or `token_env` names is not to be had here",
            });
        };
        let own = |edge: &str, fields: &str| {
            let path = format!("{}/{edge}", settings.account);
            address(&settings.api, &path, &[("fields", fields), ("limit", "25")])
        };
        let with_comments =
            format!("{POST},comments.limit(50){{{COMMENT},replies.limit(20){{{COMMENT}}}}}");
        let mut addresses = vec![
            (POSTS.to_owned(), own("media", &with_comments)),
            (TAGGED.to_owned(), own("tags", POST)),
        ];
        for hashtag in &settings.hashtags {
            let part = format!("#{hashtag}");
            let known = asking.kept(&part).filter(|id| is_id(id));
            let url = match known {
                Some(id) => self.recent(id),
                None => address(
                    &settings.api,
                    "ig_hashtag_search",
                    &[("user_id", &settings.account), ("q", hashtag)],
                ),
            };
            addresses.push((part, url));
        }
        let requests = addresses.into_iter().map(|(part, url)| {
            Request::api(url)
                .with_secret_parameter("access_token", token.clone())
                .as_part(part)
        });
        Ok(requests.collect())
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let document = meta::checked(answer, document(answer.response, EXPECTED)?, SERVICE)?;
        let mut page = Page::default();
        if answer.request.url.path().ends_with("/ig_hashtag_search") {
            let found = list(&document, "/data", "a hashtag of Instagram")?
                .find_map(|hashtag| hashtag.id("/id"))
                .filter(|id| is_id(id));
            if let Some(id) = found {
                page.next = Some(answer.request.at(self.recent(&id)));
                page.keep.insert(answer.request.part.clone(), id);
            }
            return Ok(page);
        }
        for entry in list(&document, "/data", EXPECTED)? {
            let permalink = entry.raw("/permalink").map(str::to_owned);
            page.items.extend(post(entry));
            for comment in entry.list("/comments/data") {
                page.items
                    .extend(self::comment(comment, permalink.as_deref()));
                for reply in comment.list("/replies/data") {
                    page.items
                        .extend(self::comment(reply, permalink.as_deref()));
                }
            }
        }
        each_once(&mut page.items);
        page.next = if answer.request.url.path().ends_with(RECENT) {
            // https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-hashtag/recent-media
            meta::next_or_same(answer, &document).filter(|_| !page.items.is_empty())
        } else {
            meta::next(answer, &document)
        };
        Ok(page)
    }

    fn refusal(&self, answer: &Answer<'_>) -> Option<Refusal> {
        meta::refusal(answer, SERVICE)
    }

    fn max_pages(&self, _: &SourceState) -> u32 {
        3
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn post(entry: Fields<'_>) -> Option<Item> {
    let id = entry.id("/id")?;
    let text = entry.text("/caption");
    if text.is_empty() {
        return None;
    }
    let site = url::Url::parse("https://www.instagram.com/").ok()?;
    let url = entry.address("/permalink", &site);
    Some(Item {
        native_id: Some(id),
        permalink: url.is_some(),
        url: url.map(String::from),
        kind: ItemKind::Post,
        text,
        author: author(entry),
        published: entry.date("/timestamp"),
        engagement: entry.counts(&["/like_count", "/comments_count"]),
        ..Item::default()
    })
}

fn comment(entry: Fields<'_>, post: Option<&str>) -> Option<Item> {
    let id = entry.id("/id")?;
    let text = entry.text("/text");
    if text.is_empty() {
        return None;
    }
    let site = url::Url::parse("https://www.instagram.com/").ok()?;
    let post = post.and_then(|post| crate::extract::absolute_url(Some(&site), post));
    let post = post.map(String::from);
    Some(Item {
        native_id: Some(id),
        // Comments have no address of their own.
        permalink: false,
        url: post.clone(),
        kind: ItemKind::Comment,
        text,
        author: author(entry),
        published: entry.date("/timestamp"),
        engagement: entry.count("/like_count"),
        parent: post,
        ..Item::default()
    })
}

fn author(entry: Fields<'_>) -> Author {
    let name = entry.line("/username");
    Author {
        handle: name.as_ref().map(|name| format!("@{name}")),
        name,
        followers: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Response, Timestamp};

    /// The cursor of a hashtag's posts is the same on each page.
    #[test]
    fn a_hashtag_goes_on_with_the_same_cursor_as_long_as_there_are_posts() {
        let settings = InstagramSettings {
            account: "1".to_owned(),
            hashtags: Vec::new(),
            token: None,
            api: url::Url::parse("https://graph.facebook.com/v25.0/").unwrap(),
        };
        let next = |edge: &str, data: &str| {
            let url = format!("https://graph.facebook.com/v25.0/2/{edge}?limit=50&after=QVF");
            let url = url::Url::parse(&url).unwrap();
            let body = format!(
                r#"{{"data":[{data}],"paging":{{"cursors":{{"after":"QVF"}},"next":"https://x"}}}}"#
            );
            let request = Request::api(url.clone());
            let answer = Answer {
                request: &request,
                response: &Response {
                    status: 200,
                    headers: Vec::new(),
                    body: body.into(),
                    url,
                },
                page: 1,
                now: Timestamp::from_seconds(0),
            };
            let page = InstagramAdapter::new(&settings).parse(&answer).unwrap();
            page.next.map(|next| next.url == request.url)
        };
        let post = r##"{"id":"3","caption":"#frigolux"}"##;
        assert_eq!(next("recent_media", post), Some(true));
        assert_eq!(next("recent_media", ""), None);
        assert_eq!(next("tags", post), None, "elsewhere it would be a circle");
    }
}
