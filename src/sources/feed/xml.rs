//! A feed in XML: its parts, its items, and what holds for all of them.

use std::time::Duration;

use url::Url;

use crate::model::{Item, ItemKind, Lang, Request};
use crate::sources::{MAX_ITEMS, Page, ParseError};

use super::assemble;
use super::content;
use super::element::Element;
use super::elements::{Elements, Event};
use super::entry;
use super::link;
use super::names::Space;

/// The longest time that a feed may ask to be left alone.
const LONGEST_HINT: Duration = Duration::from_hours(24);

/// What is known of the feed so far.
struct Feed {
    /// What addresses are relative to: `xml:base`, else where the feed came from.
    base: Url,
    /// Whether an `xml:base` was given.
    explicit_base: bool,
    site: Option<Url>,
    /// Whether the feed's address or name says that it holds comments.
    comments: bool,
    title: Option<String>,
    author: Option<String>,
    language: Option<Lang>,
    ttl: Option<Duration>,
    period: Option<Duration>,
    frequency: u32,
    next: Option<Url>,
    atom: bool,
}

/// Reads a feed in XML that came from `address`.
pub(super) fn read(text: &str, address: &Url) -> Result<Page, ParseError> {
    let mut feed = Feed::at(address);
    let mut items: Vec<Item> = Vec::new();
    let (mut blank, mut beyond) = (0_usize, 0_usize);
    // Whether the feed breaks off, and whether within an item.
    let mut cut = None;
    for event in Elements::new(text) {
        match event {
            Event::Container(element) => feed.container(&element),
            Event::Part(element) => feed.part(&element),
            Event::Item(_) if items.len() >= MAX_ITEMS => beyond += 1,
            Event::Item(element) => match entry::read(&element, &feed.item_base()) {
                Some(item) => items.push(item),
                None => blank += 1,
            },
            Event::CutOff { item } => cut = Some(item),
        }
    }
    if items.is_empty()
        && let Some(item) = cut
    {
        let place = if item {
            "within its first item"
        } else {
            "before its first item"
        };
        return Err(ParseError::Malformed {
            expected: "a whole item",
            found: format!("a feed that breaks off {place}"),
        });
    }
    for item in &mut items {
        if item.author.name.is_none() {
            item.author.name.clone_from(&feed.author);
        }
        item.lang_hint = item.lang_hint.or(feed.language);
        if feed.comments && item.kind == ItemKind::Article {
            item.kind = ItemKind::Comment;
        }
    }
    let site = feed.site.as_ref().map(Url::as_str);
    let (items, mut notes) = assemble::settle(items, site);
    if blank > 0 {
        notes.push(format!("left out, as they say nothing: {blank}"));
    }
    match cut {
        Some(true) => {
            notes.push("the feed breaks off within an item, which was left out".to_owned());
        }
        Some(false) => notes.push("the feed breaks off after its last whole item".to_owned()),
        None => {}
    }
    if beyond > 0 {
        notes.push(format!("left out, beyond the first {MAX_ITEMS}: {beyond}"));
    }
    Ok(Page {
        items,
        next: feed
            .next
            .clone()
            .filter(|next| next != address)
            .map(Request::get),
        poll_hint: feed.poll_hint(),
        title: feed.title,
        notes,
        ..Page::default()
    })
}

impl Feed {
    fn at(address: &Url) -> Self {
        Self {
            base: address.clone(),
            explicit_base: false,
            site: None,
            comments: is_comments_path(address),
            title: None,
            author: None,
            language: None,
            ttl: None,
            period: None,
            frequency: 1,
            next: None,
            atom: false,
        }
    }

    /// What relative addresses of items are relative to. RSS does not say; the site that the
    /// channel is about is what publishers mean, as feeds are often served from elsewhere.
    fn item_base(&self) -> Url {
        match &self.site {
            Some(site) if !self.explicit_base && !self.atom => site.clone(),
            _ => self.base.clone(),
        }
    }

    fn container(&mut self, element: &Element<'_>) {
        self.atom |= element.name == "feed";
        if element.attribute(Space::Xml, "base").is_some() {
            self.explicit_base = true;
            self.base = link::base_within(element, &self.base);
        }
        if let Some(language) = element.attribute(Space::Xml, "lang") {
            self.language = self.language.or(Lang::parse(language.trim()));
        }
    }

    /// Takes over what an element beside the items says.
    fn part(&mut self, element: &Element<'_>) {
        let core = matches!(element.space, Space::Core | Space::Atom);
        let text = element.text();
        let text = text.trim();
        match (element.space, &*element.name) {
            (Space::Core | Space::Atom | Space::Dublin, "title") if self.title.is_none() => {
                self.title = content::line(element);
                let title = self.title.as_deref().unwrap_or_default().to_lowercase();
                self.comments |= [
                    "comments on ",
                    "comments for ",
                    "commenti a ",
                    "commenti per ",
                    "commenti su ",
                ]
                .iter()
                .any(|start| title.starts_with(start));
            }
            (_, "link") if core => self.link(element),
            (Space::Atom, "author") => {
                self.author = self
                    .author
                    .take()
                    .or_else(|| entry::names([element].into_iter()));
            }
            (Space::Core, "author") if self.atom => {
                self.author = self
                    .author
                    .take()
                    .or_else(|| entry::names([element].into_iter()));
            }
            (Space::Core | Space::Dublin, "language") => {
                self.language = self.language.or(Lang::parse(text));
            }
            (Space::Core, "ttl") => {
                self.ttl = text
                    .parse()
                    .ok()
                    .map(|minutes: u32| Duration::from_secs(60 * u64::from(minutes)));
            }
            (Space::Syndication, "updateperiod") => self.period = period(text),
            (Space::Syndication, "updatefrequency") => {
                self.frequency = text.parse().unwrap_or(1).max(1);
            }
            _ => {}
        }
    }

    fn link(&mut self, element: &Element<'_>) {
        let Some(url) = link::target(element, &self.base) else {
            return;
        };
        match link::relation(element).as_str() {
            "alternate" => self.site = self.site.take().or(Some(url)),
            "self" => self.comments |= is_comments_path(&url),
            "next" => self.next = Some(url),
            _ => {}
        }
    }

    fn poll_hint(&self) -> Option<Duration> {
        let asked = self
            .ttl
            .or_else(|| self.period.map(|period| period / self.frequency))
            .filter(|hint| !hint.is_zero())?;
        Some(asked.min(LONGEST_HINT))
    }
}

/// WordPress serves comments at `/comments/feed/` and at `/a-post/feed/`.
fn is_comments_path(url: &Url) -> bool {
    url.path().trim_end_matches('/').ends_with("/comments/feed")
        || url.path().contains("/feeds/comments/")
        || url
            .query()
            .is_some_and(|query| query.contains("feed=comments-"))
}

/// `sy:updatePeriod`.
fn period(text: &str) -> Option<Duration> {
    let hours = match text.to_ascii_lowercase().as_str() {
        "hourly" => 1,
        "daily" | "weekly" | "monthly" | "yearly" => 24,
        _ => return None,
    };
    Some(Duration::from_hours(hours))
}
