//! Settings of kinds that read any feed, page or API.

use url::Url;

use super::SourceSettings;
use crate::model::{ItemKind, SearchTerm, Secret};

/// Settings of `kind = "feed"`.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedSettings {
    /// The feed's address.
    pub url: Url,
    /// What its items are, where the feed itself does not tell comments or videos.
    pub item_kind: ItemKind,
    /// Whether its items are teasers, whose pages are read for the whole article.
    pub full_text: bool,
}

impl SourceSettings for FeedSettings {
    fn kind(&self) -> &'static str {
        "feed"
    }

    fn reads_articles(&self) -> bool {
        self.full_text
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

/// Settings of `kind = "reviews"`: a page with schema.org reviews.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewsSettings {
    /// The page's address.
    pub url: Url,
    /// How many pages to read at most, the first included.
    pub max_pages: u32,
}

impl SourceSettings for ReviewsSettings {
    fn kind(&self) -> &'static str {
        "reviews"
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
    /// The heading of the item.
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

/// Settings of `kind = "json_api"`: JSON Pointers (RFC 6901) into the answer of an API.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonApiSettings {
    /// The address without its placeholders.
    pub url: Url,
    /// The address as it is written: `{terms}`, `{since}`, `{since_seconds}` and `{since_date}` in
    /// it are filled in.
    pub template: String,
    /// The list of items.
    pub items: String,
    /// Pointers within an item.
    pub fields: JsonFields,
    /// What the greatest rating is; 5 if nothing is said.
    pub rating_best: f64,
    /// Where the next page is.
    pub paging: Paging,
    /// How many pages to read at most, the first included.
    pub max_pages: u32,
    /// Headers that are no secret.
    pub headers: Vec<(String, String)>,
    /// What opens the door, where it is to be had.
    pub token: Option<Secret>,
    /// Whether the settings name a token, whether or not it is to be had.
    pub names_token: bool,
    /// How the token is sent.
    pub token_place: TokenPlace,
    /// What the items are.
    pub item_kind: ItemKind,
    /// What is searched for, where the address has `{terms}`; empty = the terms of the watchlists.
    pub terms: Vec<SearchTerm>,
}

impl SourceSettings for JsonApiSettings {
    fn kind(&self) -> &'static str {
        "json_api"
    }

    fn url(&self) -> &Url {
        &self.url
    }

    fn identity(&self) -> String {
        format!("{} {}", self.template, self.items)
    }

    fn terms(&self) -> Option<&[SearchTerm]> {
        self.template.contains("{terms}").then_some(&self.terms)
    }
}

/// Pointers within an item of an API; what is not given is not read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JsonFields {
    /// The publisher's identifier.
    pub id: Option<String>,
    /// The heading of the item.
    pub title: Option<String>,
    /// The words, as text or HTML; of several, all that are there.
    pub text: Vec<String>,
    /// The address, or a text with pointers in braces: `https://shop.example/review/{/id}`.
    pub link: Option<String>,
    /// The author's name.
    pub author: Option<String>,
    /// The author's account.
    pub handle: Option<String>,
    /// How many accounts follow the author.
    pub followers: Option<String>,
    /// When it was published: a written date, or seconds or milliseconds since 1970.
    pub date: Option<String>,
    /// Stars.
    pub rating: Option<String>,
    /// Likes, replies, shares: their sum is taken.
    pub engagement: Vec<String>,
    /// What the publisher says its language is, as a code (`it`, `it-IT`).
    pub language: Option<String>,
    /// The address of what it answers to, or a text with pointers in braces.
    pub parent: Option<String>,
    /// What the brand answered.
    pub reply: Option<String>,
}

/// How an API tells of further pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paging {
    /// Not at all, or by the header `Link` (RFC 8288).
    Link,
    /// By the address at this pointer.
    Next(String),
    /// By a word at this pointer, to be sent back in this parameter.
    Cursor {
        /// Where the word stands.
        pointer: String,
        /// The parameter.
        parameter: String,
    },
    /// By a parameter that numbers the pages.
    Page(String),
    /// By a parameter that counts the items before the page.
    Offset(String),
}

/// How a token is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenPlace {
    /// As `Authorization: Bearer …`.
    Bearer,
    /// In this header, as it is.
    Header(String),
    /// In this parameter of the address.
    Parameter(String),
}
