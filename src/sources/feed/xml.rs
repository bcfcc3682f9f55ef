//! A feed in XML: its parts, its items, and what holds for all of them.

use std::time::Duration;

use url::Url;

use crate::extract::canonical_url;
use crate::model::{Item, ItemKind, Lang, Outline, Piece, Print, Recollection, Request, Shown};
use crate::sources::{MAX_ITEMS, Page, ParseError};

use super::assemble;
use super::content;
use super::element::Element;
use super::elements::{Elements, Event};
use super::entry;
use super::link;
use super::names::Space;
use super::recall;

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

/// Reads a feed in XML that came from `address`, but for what is known.
pub(super) fn read(text: &str, address: &Url, known: &Recollection) -> Result<Page, ParseError> {
    let mut pass = Pass::over(text, address, known);
    if pass.passed > 0 && pass.around() != Some(known.around) {
        pass = Pass::over(text, address, &Recollection::default());
    }
    pass.page(address)
}

/// What one pass over a feed found.
struct Pass {
    feed: Feed,
    items: Vec<Item>,
    /// Their addresses, in one form.
    canonical: Vec<Option<String>>,
    /// The items and those that were passed over, in the order of the feed.
    pieces: Vec<Shown>,
    /// How many were passed over.
    passed: usize,
    blank: usize,
    beyond: usize,
    /// Whether the feed breaks off, and whether within an item.
    cut: Option<bool>,
    /// The address of the site, in one form.
    site: Option<String>,
    /// What addresses of the first item are relative to.
    base: Option<Url>,
    /// What the items have in common, where nothing else is among what each of them is told by.
    common: Option<String>,
    /// Whether no item depends on which others there are.
    alone: bool,
}

impl Pass {
    fn over(text: &str, address: &Url, known: &Recollection) -> Self {
        let mut pass = Self {
            feed: Feed::at(address),
            items: Vec::new(),
            canonical: Vec::new(),
            pieces: Vec::new(),
            passed: 0,
            blank: 0,
            beyond: 0,
            cut: None,
            site: None,
            base: None,
            common: None,
            alone: false,
        };
        let mut elements = Elements::new(text);
        let (mut base, mut moved) = (None, false);
        for event in &mut elements {
            match event {
                Event::Container(element) => {
                    pass.feed.container(&element);
                    base = None;
                }
                Event::Part(element) => {
                    pass.feed.part(&element);
                    base = None;
                }
                Event::Item(..) if pass.items.len() + pass.passed >= MAX_ITEMS => pass.beyond += 1,
                Event::Item(element, raw) => {
                    let base = base.get_or_insert_with(|| {
                        let base = pass.feed.item_base();
                        moved |= *pass.base.get_or_insert_with(|| base.clone()) != base;
                        base
                    });
                    pass.item(&element, raw, base, known);
                }
                Event::CutOff { item } => pass.cut = Some(item),
            }
        }
        pass.common = elements
            .common()
            .filter(|_| !moved)
            .map(|bound| format!("{bound:?}"));
        pass.compare();
        pass
    }

    fn item(&mut self, element: &Element<'_>, raw: Option<&str>, base: &Url, known: &Recollection) {
        let print = raw
            .filter(|_| self.pieces.len() < recall::TOLD)
            .map(recall::print);
        if let Some(piece) = print.and_then(|print| known.pieces.get(&print)) {
            self.pieces.push(Shown::Known(*piece));
            self.passed += 1;
            return;
        }
        let Some(item) = entry::read(element, base) else {
            self.blank += 1;
            return;
        };
        self.canonical
            .push(item.url.as_deref().and_then(canonical_url));
        self.pieces.push(Shown::Read(print.map(|print| Piece {
            print,
            id: None,
            address: None,
            published: item.published,
        })));
        self.items.push(item);
    }

    /// Finds out what the items claim to be, and whether two claim the same.
    fn compare(&mut self) {
        let site = self.feed.site.as_ref().map(Url::as_str);
        self.site = site.and_then(canonical_url);
        let claims: Vec<(Option<u32>, Option<u32>)> = self
            .items
            .iter()
            .zip(&self.canonical)
            .map(|(item, address)| {
                let own = address.as_ref().filter(|_| address != &self.site);
                (
                    item.native_id.as_deref().map(recall::short),
                    own.map(|address| recall::short(address)),
                )
            })
            .collect();
        let read = self.pieces.iter_mut().filter_map(|shown| match shown {
            Shown::Read(piece) => Some(piece),
            Shown::Known(_) => None,
        });
        for (piece, claims) in read.zip(&claims) {
            if let Some(piece) = piece {
                (piece.id, piece.address) = *claims;
            }
        }
        let passed = self.pieces.iter().filter_map(recall::claims);
        self.alone = recall::stand_alone(claims.into_iter().chain(passed));
    }

    /// The print of what the items take from around them; `None` where they cannot be told by it
    /// and their bytes.
    fn around(&self) -> Option<Print> {
        let common = self.common.as_ref().filter(|_| self.alone)?;
        let feed = &self.feed;
        Some(recall::around((
            self.base.as_ref().map(Url::as_str),
            &self.site,
            &feed.author,
            feed.language,
            feed.comments,
            common,
        )))
    }

    fn page(mut self, address: &Url) -> Result<Page, ParseError> {
        if self.pieces.is_empty()
            && let Some(item) = self.cut
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
        let around = self.around();
        let feed = self.feed;
        for item in &mut self.items {
            if item.author.name.is_none() {
                item.author.name.clone_from(&feed.author);
            }
            item.lang_hint = item.lang_hint.or(feed.language);
            if feed.comments && item.kind == ItemKind::Article {
                item.kind = ItemKind::Comment;
            }
        }
        let (items, mut notes) = if self.alone {
            for (item, address) in self.items.iter_mut().zip(&self.canonical) {
                item.permalink = address.is_some() && *address != self.site;
            }
            (self.items, Vec::new())
        } else {
            assemble::settle(self.items, feed.site.as_ref().map(Url::as_str))
        };
        if self.blank > 0 {
            notes.push(format!("left out, as they say nothing: {}", self.blank));
        }
        match self.cut {
            Some(true) => {
                notes.push("the feed breaks off within an item, which was left out".to_owned());
            }
            Some(false) => notes.push("the feed breaks off after its last whole item".to_owned()),
            None => {}
        }
        if self.beyond > 0 {
            let beyond = self.beyond;
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
            outline: around.map(|around| Outline {
                around,
                pieces: self.pieces,
            }),
            ..Page::default()
        })
    }
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
            self.base = link::base_within(element, &self.base).into_owned();
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
