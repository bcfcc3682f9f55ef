//! Settings of kinds that read any feed, page or API.

use url::Url;

use super::SourceSettings;
use crate::model::ItemKind;

/// Settings of `kind = "feed"`.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedSettings {
    /// The feed's address.
    pub url: Url,
    /// What its items are, where the feed itself does not tell comments or videos.
    pub item_kind: ItemKind,
}

impl SourceSettings for FeedSettings {
    fn kind(&self) -> &'static str {
        "feed"
    }

    fn url(&self) -> &Url {
        &self.url
    }
}

/// Settings of `kind = "page"`: CSS selectors for the items of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct PageSettings {
    /// The page's address.
    pub url: Url,
    /// The selector of one item.
    pub item: String,
    /// Selectors within an item.
    pub fields: PageFields,
    /// The selector of the link to the next page.
    pub next: Option<String>,
    /// How many pages to read at most, the first included.
    pub max_pages: u32,
    /// What the items are.
    pub item_kind: ItemKind,
}

impl SourceSettings for PageSettings {
    fn kind(&self) -> &'static str {
        "page"
    }

    fn url(&self) -> &Url {
        &self.url
    }
}

/// Selectors within an item of a page, each `css` or `css @attribute`.
///
/// Without `text` the whole item's text is taken; what is not given is not read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageFields {
    /// The title.
    pub title: Option<String>,
    /// The words.
    pub text: Option<String>,
    /// The address of the item; an `<a>` gives its `href`.
    pub link: Option<String>,
    /// The author's name.
    pub author: Option<String>,
    /// The date; a `<time>` gives its `datetime`.
    pub date: Option<String>,
    /// Stars: a number, also with a decimal comma.
    pub rating: Option<String>,
    /// The publisher's identifier.
    pub id: Option<String>,
}
