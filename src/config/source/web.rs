//! Kinds that read any feed, page or API.

use std::time::Duration;

use super::fields::Fields;
use super::kind::Kind;
use crate::config::document::Finding;
use crate::config::value::selector;
use crate::model::{FeedSettings, ItemKind, PageFields, PageSettings, SourceKind};

/// Pages read of a source that has `next` and says nothing else.
const PAGES: u32 = 5;

pub(super) const FEED: Kind = Kind {
    keys: &["url", "type"],
    ..Kind::new("feed", Duration::from_mins(15), feed)
};

pub(super) const PAGE: Kind = Kind {
    keys: &[
        "url",
        "type",
        "item",
        "title",
        "text",
        "link",
        "author",
        "date",
        "rating",
        "id",
        "next",
        "max_pages",
    ],
    ..Kind::new("page", Duration::from_hours(1), page)
};

fn feed(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let url = fields.address("url", "url = \"https://…\"");
    let item_kind = fields.item_kind().unwrap_or(ItemKind::Article);
    Some(SourceKind::Feed(FeedSettings {
        url: url?,
        item_kind,
    }))
}

fn page(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let url = fields.address("url", "url = \"https://…\"");
    let item = fields.needed(
        "item",
        "item = \"article.comment\", the CSS selector of one item",
        selector,
    );
    let mut field = |key: &str| fields.parsed(key, selector);
    let selectors = PageFields {
        title: field("title"),
        text: field("text"),
        link: field("link"),
        author: field("author"),
        date: field("date"),
        rating: field("rating"),
        id: field("id"),
    };
    let next = field("next");
    let max_pages = fields.integer("max_pages", 1..=100);
    if max_pages.is_some_and(|pages| pages > 1) && !fields.has("next") {
        fields.report(
            Finding::warning(
                fields.place("max_pages"),
                "`max_pages` does nothing without `next`",
            )
            .hint(
                "add next = \"a.next\", the CSS selector of the link to the next page".to_owned(),
            ),
        );
    }
    let item_kind = fields.item_kind();
    let default_kind = if selectors.rating.is_some() {
        ItemKind::Review
    } else {
        ItemKind::Post
    };
    Some(SourceKind::Page(Box::new(PageSettings {
        url: url?,
        item: item?,
        max_pages: max_pages.unwrap_or(if next.is_some() { PAGES } else { 1 }),
        next,
        item_kind: item_kind.unwrap_or(default_kind),
        fields: selectors,
    })))
}
