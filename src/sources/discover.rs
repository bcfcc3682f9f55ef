//! The feeds that a web page names, as browsers and feed readers find them: `<link>` elements with
//! `rel="alternate"` and the media type of a feed, or with `rel="feed"`.

use url::Url;

use crate::extract::{
    Ampersands, Attributes, Dialect, Markup, Token, absolute_url, clean_line, decode, unescape,
};
use crate::model::Response;

/// The most feeds that are listed; who names more means something else.
const MOST: usize = 20;

/// The elements with which a page begins that does not say what it is.
const BEGINNINGS: [&str; 12] = [
    "html", "head", "body", "title", "meta", "link", "base", "script", "style", "div", "p", "h1",
];

/// What a web page says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// What stands in `<title>`.
    pub title: Option<String>,
    /// The feeds that it names, each once, in its order.
    pub feeds: Vec<FeedLink>,
}

/// A feed that a page names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedLink {
    /// Where it is.
    pub url: Url,
    /// What the page calls it.
    pub title: Option<String>,
}

/// What a page says of itself; `None` where the response is no HTML.
pub fn head(response: &Response) -> Option<Head> {
    let header = response.header("content-type");
    let text = decode(&response.body, header, Dialect::Html);
    let mut head = Head::default();
    let mut base = response.url.clone();
    let mut first = true;
    let mut in_title = false;
    let mut markup = Markup::new(&text);
    while let Some(token) = markup.next() {
        match token {
            Token::Declaration(declaration) => {
                let mut words = declaration.split_ascii_whitespace().skip(1);
                let kind = words.next().unwrap_or_default();
                first &= !kind.eq_ignore_ascii_case("html");
            }
            Token::Start {
                name, attributes, ..
            } => match name.to_ascii_lowercase().as_str() {
                other if std::mem::take(&mut first) && !BEGINNINGS.contains(&other) => return None,
                "script" | "style" => drop(markup.skip_raw(name)),
                "title" => in_title = head.title.is_none(),
                "base" => {
                    let href = attributes.get("href");
                    base = href
                        .and_then(|href| response.url.join(href.trim()).ok())
                        .unwrap_or(base);
                }
                "link" => head.feeds.extend(feed(attributes, &base)),
                _ => {}
            },
            Token::Text(text) if in_title => {
                let title = clean_line(unescape(text, Ampersands::Lenient));
                head.title = Some(title).filter(|title| !title.is_empty());
            }
            Token::End(_) => in_title = false,
            _ => {}
        }
        if head.feeds.len() >= MOST {
            break;
        }
    }
    let mut seen = std::collections::HashSet::new();
    head.feeds.retain(|feed| seen.insert(feed.url.clone()));
    (!first).then_some(head)
}

/// The feed that a `<link>` names, if it names one.
fn feed(attributes: Attributes<'_>, base: &Url) -> Option<FeedLink> {
    let relations = attributes.get("rel")?;
    let has = |wanted: &str| {
        relations
            .split_ascii_whitespace()
            .any(|relation| relation.eq_ignore_ascii_case(wanted))
    };
    let kind = attributes.get("type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let is_feed = [
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/rdf+xml",
    ]
    .iter()
    .any(|known| kind.eq_ignore_ascii_case(known));
    if !((has("alternate") && is_feed) || has("feed")) {
        return None;
    }
    Some(FeedLink {
        url: absolute_url(Some(base), &attributes.get("href")?)?,
        title: attributes
            .get("title")
            .map(clean_line)
            .filter(|title| !title.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> Option<Head> {
        head(&Response {
            status: 200,
            headers: vec![("content-type".into(), "text/html; charset=utf-8".into())],
            body: body.to_owned().into(),
            url: Url::parse("https://casa.example/forum/").unwrap(),
        })
    }

    #[test]
    fn finds_the_feeds_that_a_page_names() {
        let found = page(
            "<!doctype html><html><head><title>Casa &amp; guai</title>\
             <script>'<link rel=alternate type=application/rss+xml href=/no>'</script>\
             <link rel='Alternate' type=application/rss+xml title='Il forum' href=rss>\
             <link rel=\"alternate home\" type='application/atom+xml; charset=utf-8' href='/a?x=1&amp;y=2'>\
             <LINK REL=alternate TYPE=application/feed+json HREF=//feeds.example/j>\
             <link rel=feed href=rss><link rel=alternate hreflang=en href=/en>\
             <link rel=alternate type=application/rss+xml href='javascript:alert(1)'>\
             <link rel=alternate type=application/json href=/wp-json/1>",
        )
        .unwrap();
        assert_eq!(found.title.as_deref(), Some("Casa & guai"));
        let urls: Vec<&str> = found.feeds.iter().map(|feed| feed.url.as_str()).collect();
        assert_eq!(
            urls,
            [
                "https://casa.example/forum/rss",
                "https://casa.example/a?x=1&y=2",
                "https://feeds.example/j",
            ]
        );
        assert_eq!(found.feeds[0].title.as_deref(), Some("Il forum"));
    }

    #[test]
    fn minds_the_base_and_says_what_is_no_page() {
        let found = page("<head><base href='/x/'><link rel=feed href=rss>").unwrap();
        assert_eq!(found.feeds[0].url.as_str(), "https://casa.example/x/rss");
        assert_eq!(page("<html><p>nothing").unwrap(), Head::default());
        assert_eq!(
            page("<?xml version='1.0'?><opml><head/><body/></opml>"),
            None
        );
        assert_eq!(page("{\"a\": 1}"), None);
    }

    #[test]
    fn lists_no_more_than_a_few_of_very_many() {
        let links = "<link rel=feed href=rss>".repeat(100_000);
        assert_eq!(page(&format!("<html>{links}")).unwrap().feeds.len(), 1);
    }
}
