//! `[[source]]`, read.

use std::ops::Range;
use std::time::Duration;

use url::{Host, Url};

use super::document::{Document, Finding};
use super::keys::PAGE_ONLY;
use super::section::{Section, short};
use super::time_value::{self, duration_within};
use super::value::{self, Fault, selector, web_address};
use crate::model::{FeedSettings, ItemKind, PageFields, PageSettings, SourceKind};

/// The least time between two polls.
const LEAST_EVERY: Duration = Duration::from_secs(1);
/// A site of someone else's that is asked more often than this has reason to complain.
const POLITE_EVERY: Duration = Duration::from_mins(1);
/// The greatest.
const MOST_EVERY: Duration = Duration::from_hours(31 * 24);
/// How often a feed is read that says nothing else.
pub(super) const FEED_EVERY: Duration = Duration::from_mins(15);
/// How often a page is read that says nothing else.
pub(super) const PAGE_EVERY: Duration = Duration::from_hours(1);
/// Pages read of a source that has `next` and says nothing else.
const PAGES: u32 = 5;

/// A source as one file lists it, before those of all files are brought together.
#[derive(Debug, Clone)]
pub(super) struct ListedSource {
    /// The name, where it was given.
    pub(super) name: Option<String>,
    /// Kind and settings.
    pub(super) kind: SourceKind,
    /// The time between two polls.
    pub(super) every: Duration,
    /// Whether the first poll counts as new.
    pub(super) backfill: bool,
    /// Items older than this are left aside.
    pub(super) freshness: Option<Duration>,
    /// Whether it is polled at all.
    pub(super) enabled: bool,
    /// Where it stands: its header, or its name where it has one.
    pub(super) span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Feed,
    Page,
}

/// Reads one `[[source]]`; `None` where it lacks what it cannot do without.
pub(super) fn read<'t>(document: &mut Document<'t>, section: &Section<'t>) -> Option<ListedSource> {
    let kind = kind(document, section);
    let url = section.parsed(document, "url", web_address);
    if !section.has("url") {
        section.report_missing(document, "url", "url = \"https://…\"");
    }
    let name = section.parsed(document, "name", source_name);
    let within = duration_within(LEAST_EVERY..=MOST_EVERY);
    let every = section.parsed(document, "every", within);
    if every.is_some_and(|every| every < POLITE_EVERY) && !url.as_ref().is_some_and(is_at_home) {
        document.report(
            Finding::warning(section.place("every"), "this asks the site very often")
                .hint("once a minute is plenty: what has not changed is not sent again".to_owned()),
        );
    }
    let backfill = section.flag(document, "backfill").unwrap_or(false);
    let within = duration_within(Duration::from_hours(1)..=time_value::LONGEST);
    let freshness = section.parsed(document, "freshness", within);
    let enabled = section.flag(document, "enabled").unwrap_or(true);
    let kind = match kind? {
        Kind::Feed => {
            report_page_keys(document, section);
            SourceKind::Feed(FeedSettings {
                item_kind: item_kind(document, section).unwrap_or(ItemKind::Article),
                url: without_fragment(url?),
            })
        }
        Kind::Page => SourceKind::Page(Box::new(page(document, section, url)?)),
    };
    Some(ListedSource {
        span: section.place(if name.is_some() { "name" } else { "url" }),
        name,
        every: every.unwrap_or(match kind {
            SourceKind::Feed(_) => FEED_EVERY,
            SourceKind::Page(_) => PAGE_EVERY,
        }),
        kind,
        backfill,
        freshness,
        enabled,
    })
}

/// Whether the address is one of this machine or of a private network, where nobody minds.
fn is_at_home(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_private(),
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unique_local(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn kind<'t>(document: &mut Document<'t>, section: &Section<'t>) -> Option<Kind> {
    if !section.has("kind") {
        section.report_missing(document, "kind", "kind = \"feed\", or kind = \"page\"");
    }
    section.parsed(document, "kind", |text| {
        value::choice(
            text,
            &[("feed", Kind::Feed), ("page", Kind::Page)],
            &[
                ("rss", "feed"),
                ("atom", "feed"),
                ("jsonfeed", "feed"),
                ("json_feed", "feed"),
                ("google_alerts", "feed"),
                ("html", "page"),
                ("web", "page"),
                ("website", "page"),
                ("reviews", "page"),
            ],
        )
    })
}

fn page<'t>(
    document: &mut Document<'t>,
    section: &Section<'t>,
    url: Option<Url>,
) -> Option<PageSettings> {
    if !section.has("item") {
        section.report_missing(
            document,
            "item",
            "item = \"article.comment\", the CSS selector of one item",
        );
    }
    let item = section.parsed(document, "item", selector);
    let mut field = |key: &str| section.parsed(document, key, selector);
    let fields = PageFields {
        title: field("title"),
        text: field("text"),
        link: field("link"),
        author: field("author"),
        date: field("date"),
        rating: field("rating"),
        id: field("id"),
    };
    let next = field("next");
    let max_pages = section.integer(document, "max_pages", 1..=100);
    if max_pages.is_some_and(|pages| pages > 1) && !section.has("next") {
        document.report(
            Finding::warning(
                section.place("max_pages"),
                "`max_pages` does nothing without `next`",
            )
            .hint(
                "add next = \"a.next\", the CSS selector of the link to the next page".to_owned(),
            ),
        );
    }
    let item_kind = item_kind(document, section);
    let default_kind = if fields.rating.is_some() {
        ItemKind::Review
    } else {
        ItemKind::Post
    };
    Some(PageSettings {
        url: without_fragment(url?),
        item: item?,
        max_pages: max_pages.unwrap_or(if next.is_some() { PAGES } else { 1 }),
        next,
        item_kind: item_kind.unwrap_or(default_kind),
        fields,
    })
}

fn item_kind<'t>(document: &mut Document<'t>, section: &Section<'t>) -> Option<ItemKind> {
    section.parsed(document, "type", |text| {
        let kinds = ItemKind::ALL.map(|kind| (kind.as_str(), kind));
        value::choice(text, &kinds, &[])
    })
}

fn report_page_keys<'t>(document: &mut Document<'t>, section: &Section<'t>) {
    for key in PAGE_ONLY {
        if section.has(key) {
            document.report(
                Finding::error(section.place(key), format!("a feed has no `{key}`"))
                    .hint("selectors belong to kind = \"page\"".to_owned()),
            );
        }
    }
}

/// What follows `#` is for browsers; without it one source is not two.
fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

fn source_name(text: &str) -> Result<String, Fault> {
    let name = text.trim();
    if name.is_empty()
        || name.chars().count() > 80
        || name.chars().any(|c| c.is_control() || c == '"')
    {
        return Err(Fault::new(format!("`{}` cannot be a name", short(text)))
            .hint("a name has 1 to 80 characters, without quotes and line breaks".to_owned()));
    }
    Ok(name.to_owned())
}
