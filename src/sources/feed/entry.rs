//! An `item` of RSS or an `entry` of Atom, and what it says.
//!
//! Feeds mix the vocabularies, so that there is one reader for all: for each fact, the elements
//! that may hold it, the best first.

use url::Url;

use crate::extract::{canonical_url, clean_line, is_comment_anchor, parse_date};
use crate::model::{Author, Item, ItemKind, Lang, Timestamp};

use super::content;
use super::element::Element;
use super::link;
use super::names::Space;
use super::person;

/// Reads an item; `base` is what its relative addresses are relative to.
///
/// `None` if it says nothing: neither words nor address nor id.
pub(super) fn read(element: &Element<'_>, base: &Url) -> Option<Item> {
    let base = link::base_within(element, base);
    let native_id = native_id(element);
    let linked = link::best(element, &base);
    let url = address(element, &base, linked.clone());
    let (text, told) = text(element);
    let mut item = Item {
        native_id,
        url: url.as_ref().map(Url::to_string),
        permalink: url.is_some(),
        kind: ItemKind::Article,
        title: title(element),
        text,
        author: Author {
            name: author(element),
            ..Author::default()
        },
        published: published(element),
        lang_hint: language(element),
        rating: rating(element),
        engagement: engagement(element),
        parent: parent(element, &base, linked.as_ref(), told),
        owner_reply: None,
    };
    item.kind = kind(element, &item, url.as_ref());
    if item.kind == ItemKind::Comment && item.parent.is_none() {
        item.parent = url.and_then(page_of_comment);
    }
    let says_something = item.title.is_some()
        || !item.text.is_empty()
        || item.url.is_some()
        || item.native_id.is_some();
    says_something.then_some(item)
}

fn own_text(element: &Element<'_>) -> Option<String> {
    let text = element.text();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `guid`, `id`, `rdf:about` or `dc:identifier`, as written.
fn native_id(element: &Element<'_>) -> Option<String> {
    ["guid", "id"]
        .into_iter()
        .flat_map(|name| element.named(name))
        .find_map(own_text)
        .or_else(|| {
            let about = element
                .attribute(Space::Rdf, "about")
                .or_else(|| element.attribute(Space::Core, "about"))?
                .trim();
            (!about.is_empty()).then(|| about.to_owned())
        })
        .or_else(|| element.of(Space::Dublin, "identifier").find_map(own_text))
}

/// The address of the item: its link, else its permanent id, else what it encloses.
fn address(element: &Element<'_>, base: &Url, linked: Option<Url>) -> Option<Url> {
    let of_guid = || {
        element
            .named("guid")
            .filter(|guid| {
                guid.attribute(Space::Core, "ispermalink")
                    .is_none_or(|value| !value.trim().eq_ignore_ascii_case("false"))
            })
            .find_map(|guid| web_address(&guid.text()))
    };
    let of_id = || {
        element
            .named("id")
            .find_map(|id| web_address(&id.text()))
            .or_else(|| element.attribute(Space::Rdf, "about").and_then(web_address))
    };
    let of_content = || {
        element.named("content").find_map(|content| {
            let base = link::base_within(content, base);
            link::resolve(&base, content.attribute(Space::Core, "src")?)
        })
    };
    let enclosed = || {
        let enclosures = element.named("enclosure").chain(
            element
                .named("link")
                .filter(|link| link::relation(link) == "enclosure"),
        );
        let media = element.of(Space::Media, "content").chain(
            element
                .of(Space::Media, "group")
                .flat_map(|group| group.of(Space::Media, "content")),
        );
        enclosures.chain(media).find_map(|found| {
            let address = found
                .attribute(Space::Core, "url")
                .or_else(|| found.attribute(Space::Core, "href"))?;
            link::resolve(base, address)
        })
    };
    // Channel definition format has it as an attribute.
    let of_itself = || link::resolve(base, element.attribute(Space::Core, "href")?);
    linked
        .or_else(of_itself)
        .or_else(of_guid)
        .or_else(of_id)
        .or_else(of_content)
        .or_else(enclosed)
}

/// An absolute web address, and nothing that only may be one.
fn web_address(text: &str) -> Option<Url> {
    let text = text.trim();
    let absolute = text.starts_with("http://") || text.starts_with("https://");
    absolute
        .then(|| crate::extract::absolute_url(None, text))
        .flatten()
}

fn title(element: &Element<'_>) -> Option<String> {
    let group = || {
        element
            .of(Space::Media, "group")
            .flat_map(|group| group.of(Space::Media, "title"))
    };
    element
        .named("title")
        .chain(element.of(Space::Dublin, "title"))
        .chain(element.of(Space::Media, "title"))
        .chain(group())
        .chain(element.of(Space::Itunes, "title"))
        .find_map(content::line)
}

/// The words, and the element that holds them.
fn text<'a, 'b>(element: &'b Element<'a>) -> (String, Option<&'b Element<'a>>) {
    let media = element
        .of(Space::Media, "group")
        .flat_map(|group| group.of(Space::Media, "description"));
    element
        .of(Space::Content, "encoded")
        .chain(element.named("content"))
        .chain(element.of(Space::Xhtml, "body"))
        .chain(element.of(Space::Xhtml, "div"))
        .chain(element.of(Space::Content, "items"))
        .chain(element.named("fulltext"))
        .chain(element.named("description"))
        .chain(element.named("summary"))
        .chain(element.of(Space::Itunes, "summary"))
        .chain(element.of(Space::Dublin, "description"))
        .chain(element.of(Space::Dublin, "abstract"))
        .chain(element.of(Space::Media, "description"))
        .chain(media)
        .chain(element.named("abstract"))
        .chain(element.named("tagline"))
        .chain(element.named("subtitle"))
        .chain(element.of(Space::Itunes, "subtitle"))
        .chain(element.of(Space::Media, "text"))
        .map(|found| (content::words(found), found))
        .find(|(words, _)| !words.is_empty())
        .map(|(words, found)| (words, Some(found)))
        .unwrap_or_default()
}

fn author(element: &Element<'_>) -> Option<String> {
    let own = names(element.of(Space::Dublin, "creator"))
        .or_else(|| names(element.named("author")))
        .or_else(|| names(element.of(Space::Itunes, "author")))
        .or_else(|| names(written(element)))
        .or_else(|| names(element.of(Space::Dublin, "contributor")))
        .or_else(|| names(element.of(Space::Dublin, "author")))
        .or_else(|| names(element.named("creator")));
    own.or_else(|| {
        // Taken over from another feed, whose author wrote it (RFC 4287, 4.2.11).
        element
            .of(Space::Atom, "source")
            .find_map(|source| names(source.named("author")))
    })
}

/// Media RSS credits many; only those who wrote are authors.
fn written<'a, 'b>(element: &'b Element<'a>) -> impl Iterator<Item = &'b Element<'a>> {
    element.of(Space::Media, "credit").filter(|credit| {
        credit
            .attribute(Space::Core, "role")
            .is_some_and(|role| role.eq_ignore_ascii_case("author"))
    })
}

/// The names of several authors, each once.
pub(super) fn names<'a: 'b, 'b>(elements: impl Iterator<Item = &'b Element<'a>>) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    for name in elements.take(20).filter_map(person::author) {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    match found.len() {
        0 => None,
        1 => found.pop().map(clean_line),
        _ => Some(clean_line(found.join(", "))),
    }
}

/// When it was published, else when it was changed; the first of each that can be read.
fn published(element: &Element<'_>) -> Option<Timestamp> {
    const PUBLISHED: &[&str] = &[
        "pubdate",
        "published",
        "issued",
        "created",
        "date",
        "publisheddate",
    ];
    const CHANGED: &[&str] = &["updated", "modified", "lastbuilddate", "lastmod"];
    let dated = |names: &[&str]| {
        names.iter().find_map(|name| {
            element
                .elements()
                .filter(|child| child.name == *name && has_dates(child.space))
                .find_map(|child| parse_date(&child.text()))
        })
    };
    dated(PUBLISHED)
        .or_else(|| {
            // PRISM, the vocabulary of publishers.
            element
                .of(Space::Other, "publicationdate")
                .find_map(|date| parse_date(&date.text()))
        })
        .or_else(|| dated(CHANGED))
        .or_else(|| parse_date(element.attribute(Space::Core, "lastmod")?))
}

fn has_dates(space: Space) -> bool {
    matches!(space, Space::Core | Space::Atom | Space::Dublin)
}

fn language(element: &Element<'_>) -> Option<Lang> {
    let parts = ["content", "summary", "title", "description"];
    element
        .attribute(Space::Xml, "lang")
        .and_then(Lang::parse)
        .or_else(|| {
            element
                .of(Space::Dublin, "language")
                .chain(element.named("language"))
                .find_map(|language| Lang::parse(language.text().trim()))
        })
        .or_else(|| {
            parts
                .into_iter()
                .flat_map(|name| element.named(name))
                .find_map(|part| Lang::parse(part.attribute(Space::Xml, "lang")?))
        })
}

/// Stars of the app store's feeds: `im:rating`, 1 to 5.
fn rating(element: &Element<'_>) -> Option<f64> {
    element
        .elements()
        .find(|child| child.space == Space::Other && child.name == "rating")
        .and_then(|child| child.text().trim().parse::<f64>().ok())
        .filter(|stars| (1.0..=5.0).contains(stars))
}

/// Comments and likes, as far as the feed counts them.
fn engagement(element: &Element<'_>) -> Option<u64> {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let comments = element
        .of(Space::Slash, "comments")
        .chain(element.of(Space::Thread, "total"))
        .find_map(|count| number(&count.text()));
    let likes = element
        .of(Space::Media, "group")
        .flat_map(|group| group.of(Space::Media, "community"))
        .chain(element.of(Space::Media, "community"))
        .flat_map(|community| community.of(Space::Media, "starrating"))
        .find_map(|stars| number(stars.attribute(Space::Core, "count")?));
    match (comments, likes) {
        (None, None) => None,
        (comments, likes) => Some(comments.unwrap_or(0).saturating_add(likes.unwrap_or(0))),
    }
}

/// What it answers to: `thr:in-reply-to` (RFC 4685), else the comment that a WordPress comment
/// links to first ("In reply to …").
fn parent(
    element: &Element<'_>,
    base: &Url,
    linked: Option<&Url>,
    told: Option<&Element<'_>>,
) -> Option<String> {
    let declared = element.of(Space::Thread, "in-reply-to").find_map(|reply| {
        let base = link::base_within(reply, base);
        ["href", "ref"]
            .into_iter()
            .filter_map(|name| reply.attribute(Space::Core, name))
            .find_map(|address| match web_address(address) {
                Some(url) => Some(url),
                None if address.starts_with('/') => link::resolve(&base, address),
                None => None,
            })
    });
    if let Some(url) = declared {
        return Some(url.to_string());
    }
    let own = linked?;
    let own_anchor = own.fragment().filter(|anchor| is_comment(anchor))?;
    let html = content::html(told?)?;
    let first = crate::extract::Markup::new(&html).find_map(|token| match token {
        crate::extract::Token::Start {
            name, attributes, ..
        } if name.eq_ignore_ascii_case("a") => attributes.get("href"),
        _ => None,
    })?;
    let answered = link::resolve(base, &first)?;
    let same_page = canonical_page(&answered) == canonical_page(own);
    let anchor = answered.fragment().filter(|anchor| is_comment(anchor))?;
    (same_page && anchor != own_anchor).then(|| answered.to_string())
}

fn canonical_page(url: &Url) -> Option<String> {
    let mut page = url.clone();
    page.set_fragment(None);
    canonical_url(page.as_str())
}

/// The page that a comment stands on.
fn page_of_comment(mut url: Url) -> Option<String> {
    let anchor = url.fragment().is_some_and(is_comment);
    url.set_fragment(None);
    anchor.then(|| url.to_string())
}

/// Whether an anchor names a comment rather than a post.
fn is_comment(anchor: &str) -> bool {
    let anchor = anchor.to_ascii_lowercase();
    is_comment_anchor(&anchor)
        && [
            "comment",
            "commento",
            "c",
            "cmt",
            "reply",
            "risposta",
            "issuecomment",
            "discussioncomment",
            "kommentar",
        ]
        .iter()
        .any(|word| {
            anchor
                .strip_prefix(word)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic()))
        })
}

fn kind(element: &Element<'_>, item: &Item, url: Option<&Url>) -> ItemKind {
    if item.rating.is_some() {
        return ItemKind::Review;
    }
    if element.of(Space::Thread, "in-reply-to").next().is_some() {
        return ItemKind::Comment;
    }
    let anchors = [
        url.and_then(|url| url.fragment().map(str::to_owned)),
        item.native_id
            .as_deref()
            .and_then(|id| id.split_once('#'))
            .map(|(_, anchor)| anchor.to_owned()),
    ];
    if anchors.iter().flatten().any(|anchor| is_comment(anchor)) {
        return ItemKind::Comment;
    }
    let host = url.and_then(Url::host_str).unwrap_or_default();
    let video = element.of(Space::Youtube, "videoid").next().is_some()
        || ["youtube.com", "www.youtube.com", "youtu.be", "vimeo.com"].contains(&host);
    if video {
        ItemKind::Video
    } else {
        ItemKind::Article
    }
}
