//! The mails of Google Alerts: one item for each page that was found.
//!
//! Each is a link through Google's redirect, marked `ct=ga`, with the title as its words; then
//! come, as microdata of schema.org, the publisher's name and a snippet.

use url::Url;

use crate::extract::{Ampersands, Markup, Token, clean_line, unescape, unwrap_redirect};
use crate::model::{Author, Item, ItemKind, Timestamp};

/// The most items of a mail; Google sends some dozens.
const MOST: usize = 500;

/// An entry of an alert while it is read.
#[derive(Default)]
struct Entry {
    url: Option<Url>,
    title: String,
    publisher: String,
    snippet: String,
    /// What stands after the title, for mails without microdata.
    rest: String,
}

/// What the text at a place belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Title,
    Publisher,
    Snippet,
    Rest,
}

/// The items of an alert in HTML, dated as its mail.
pub(super) fn items(html: &str, published: Option<Timestamp>) -> Vec<Item> {
    let mut entries: Vec<Entry> = Vec::new();
    // Elements that are open since a place began, with how deep they are nested within.
    let mut place = Place::Rest;
    let mut element = "";
    let mut depth = 0_u32;
    let mut markup = Markup::new(html);
    while let Some(token) = markup.next() {
        match token {
            Token::Start {
                name,
                attributes,
                empty,
            } => {
                if ["script", "style", "title"]
                    .iter()
                    .any(|raw| name.eq_ignore_ascii_case(raw))
                {
                    markup.skip_raw(name);
                    continue;
                }
                let opened = if name.eq_ignore_ascii_case("a") {
                    let target = attributes.get("href").and_then(|href| target(&href));
                    target.map(|url| {
                        // Title and picture lead to the same page.
                        if entries.last().and_then(|last| last.url.as_ref()) != Some(&url) {
                            entries.push(Entry {
                                url: Some(url),
                                ..Entry::default()
                            });
                        }
                        Place::Title
                    })
                } else {
                    match attributes.get("itemprop").as_deref() {
                        Some("publisher") => Some(Place::Publisher),
                        Some("description") => Some(Place::Snippet),
                        _ => None,
                    }
                };
                match opened {
                    Some(opened) if !empty => (place, element, depth) = (opened, name, 1),
                    _ if !empty && name.eq_ignore_ascii_case(element) => depth += 1,
                    _ => {}
                }
            }
            Token::End(name) if name.eq_ignore_ascii_case(element) => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    (place, element) = (Place::Rest, "");
                }
            }
            Token::Text(text) | Token::Literal(text) => {
                if let Some(entry) = entries.last_mut() {
                    let words = unescape(text, Ampersands::Strict);
                    entry.part(place).push_str(&words);
                }
            }
            _ => {}
        }
        if entries.len() > MOST {
            entries.pop();
            break;
        }
        if place == Place::Rest
            && let Some(entry) = entries.last_mut()
        {
            entry.rest.push(' ');
        }
    }
    entries
        .into_iter()
        .filter_map(|entry| entry.item(published))
        .collect()
}

/// Where a link of an alert leads, where it is one to what was found.
fn target(href: &str) -> Option<Url> {
    let url = Url::parse(href.trim()).ok()?;
    if !url
        .query_pairs()
        .any(|(name, value)| name == "ct" && value == "ga")
    {
        return None;
    }
    let target = unwrap_redirect(url.clone());
    (target != url && matches!(target.scheme(), "http" | "https")).then_some(target)
}

impl Entry {
    fn part(&mut self, place: Place) -> &mut String {
        match place {
            Place::Title => &mut self.title,
            Place::Publisher => &mut self.publisher,
            Place::Snippet => &mut self.snippet,
            Place::Rest => &mut self.rest,
        }
    }

    fn item(self, published: Option<Timestamp>) -> Option<Item> {
        let title = clean_line(&self.title);
        let has_parts = !self.snippet.is_empty() || !self.publisher.is_empty();
        let text = if has_parts { self.snippet } else { self.rest };
        let publisher = clean_line(&self.publisher);
        (!title.is_empty()).then(|| Item {
            url: self.url.map(String::from),
            permalink: true,
            kind: ItemKind::Article,
            title: Some(title),
            text: clean_line(&text),
            author: Author {
                name: Some(publisher).filter(|name| !name.is_empty()),
                ..Author::default()
            },
            published,
            ..Item::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(target: &str, words: &str) -> String {
        format!(
            "<a href=\"https://www.google.com/url?rct=j&amp;sa=t&amp;url={target}&amp;ct=ga&amp;cd=CAE&amp;usg=AOv\">{words}</a>"
        )
    }

    #[test]
    fn links_to_what_was_found_are_told_from_all_others() {
        let html = [
            &link(
                "https://a.example/1%3Fx%3D1%26y%3D2",
                "<b>Frigolux</b> &amp; Co",
            ),
            "<div itemprop=\"publisher\"><span itemprop=\"name\">A Blog</span></div>",
            "<div itemprop=\"description\">It <b>leaks</b> <div>again</div> &hellip;</div>",
            "<a href=\"https://www.google.com/alerts/feedback?ffu=x\">Flag as irrelevant</a>",
            &link("https://b.example/2", "<img src=x>"),
            &link("https://b.example/2", "Second"),
            "It was repaired.",
            &link("javascript:alert(1)", "No"),
        ]
        .concat();
        let found = items(&html, None);
        let shown: Vec<(&str, &str, &str)> = found
            .iter()
            .map(|item| {
                (
                    item.url.as_deref().unwrap(),
                    item.title.as_deref().unwrap(),
                    item.text.as_str(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                (
                    "https://a.example/1?x=1&y=2",
                    "Frigolux & Co",
                    "It leaks again \u{2026}"
                ),
                ("https://b.example/2", "Second", "It was repaired. No"),
            ]
        );
        assert_eq!(found[0].author.name.as_deref(), Some("A Blog"));
    }

    #[test]
    fn many_links_take_no_time() {
        let html = link("https://a.example/1", "x").repeat(20_000)
            + &"<div itemprop=description>".repeat(20_000);
        assert_eq!(items(&html, None).len(), 1);
        let html: String = (0..2_000)
            .map(|n| link(&format!("https://a.example/{n}"), "x"))
            .collect();
        assert_eq!(items(&html, None).len(), MOST);
    }
}
