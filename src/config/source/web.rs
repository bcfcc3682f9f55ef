//! Kinds that read any feed, page or API.

use std::time::Duration;

use super::fields::Fields;
use super::kind::Kind;
use crate::config::document::Finding;
use crate::config::section::short;
use crate::config::value::{Fault, selector, web_address};
use crate::model::{
    FeedSettings, ItemKind, JsonApiSettings, JsonFields, PageFields, PageSettings, Paging,
    ReviewsSettings, SourceKind, TokenPlace,
};

/// Pages read of a source that has next pages and says nothing else.
const PAGES: u32 = 5;

pub(super) const FEED: Kind = Kind {
    keys: &["url", "type", "full_text"],
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

pub(super) const JSON_API: Kind = Kind {
    keys: &[
        "url",
        "type",
        "items",
        "id",
        "title",
        "text",
        "link",
        "author",
        "handle",
        "followers",
        "date",
        "rating",
        "rating_best",
        "engagement",
        "language",
        "parent",
        "reply",
        "next",
        "cursor",
        "cursor_parameter",
        "page_parameter",
        "offset_parameter",
        "max_pages",
        "headers",
        "token_env",
        "token_file",
        "token_header",
        "token_parameter",
        "terms",
    ],
    ..Kind::new("json_api", Duration::from_hours(1), json_api)
};

pub(super) const REVIEWS: Kind = Kind {
    keys: &["url", "max_pages"],
    ..Kind::new("reviews", Duration::from_hours(6), reviews)
};

fn feed(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let url = fields.address("url", "url = \"https://…\"");
    let item_kind = fields.item_kind().unwrap_or(ItemKind::Article);
    let full_text = fields.flag("full_text").unwrap_or(false);
    Some(SourceKind::Feed(FeedSettings {
        url: url?,
        item_kind,
        full_text,
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

/// What `{…}` may stand for in the address of an API.
const PLACEHOLDERS: [&str; 4] = ["{terms}", "{since}", "{since_date}", "{since_seconds}"];

fn json_api(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let address = fields.needed("url", "url = \"https://api.example/reviews\"", |text| {
        let mut plain = text.to_owned();
        for placeholder in PLACEHOLDERS {
            plain = plain.replace(placeholder, "");
        }
        if plain.contains(['{', '}']) {
            return Err(Fault::new("`{…}` of this address is not known")
                .hint(format!("it may hold {}", PLACEHOLDERS.join(", "))));
        }
        let mut url = web_address(&plain)?;
        url.set_fragment(None);
        Ok((url, text.to_owned()))
    });
    let items = fields.needed(
        "items",
        "items = \"/reviews\", the JSON Pointer of the list of items (\"\" where the answer is the list)",
        pointer,
    );
    let selectors = json_fields(fields);
    let rating_best = fields
        .integer("rating_best", 1..=1000)
        .map_or(5.0, f64::from);
    let paging = paging(fields);
    let max_pages = fields.integer("max_pages", 1..=100);
    let headers = fields.list("headers", header);
    let token = fields.secret("token");
    let item_kind = fields.item_kind().unwrap_or(if selectors.rating.is_some() {
        ItemKind::Review
    } else {
        ItemKind::Post
    });
    if selectors.text.is_empty() && selectors.title.is_none() {
        fields.lacks(
            "text",
            "text = \"/body\", the JSON Pointer of an item's words",
        );
        return None;
    }
    let token_place = token_place(fields);
    let terms = fields.terms();
    let (url, template) = address?;
    let names_key = |name: &str| {
        let name = name.to_lowercase();
        ["key", "token", "secret", "password"]
            .iter()
            .any(|word| name.contains(word))
    };
    if let Some((name, _)) = url
        .query_pairs()
        .find(|(name, value)| names_key(name) && !value.is_empty())
    {
        fields.report(
            Finding::warning(
                fields.place("url"),
                format!("the value of `{name}` stands in the file for everyone to read"),
            )
            .hint(format!(
                "take it out of `url` and write token_file = \"…\", token_parameter = \"{name}\""
            )),
        );
    }
    Some(SourceKind::JsonApi(Box::new(JsonApiSettings {
        url,
        template,
        items: items?,
        fields: selectors,
        rating_best,
        paging,
        max_pages: max_pages.unwrap_or(PAGES),
        headers,
        token,
        names_token: fields.names_secret("token"),
        token_place,
        item_kind,
        terms,
    })))
}

fn json_fields(fields: &mut Fields<'_, '_>) -> JsonFields {
    let mut field = |key: &str| fields.parsed(key, pointer);
    JsonFields {
        id: field("id"),
        title: field("title"),
        author: field("author"),
        handle: field("handle"),
        followers: field("followers"),
        date: field("date"),
        rating: field("rating"),
        language: field("language"),
        reply: field("reply"),
        text: fields.list("text", pointer),
        engagement: fields.list("engagement", pointer),
        link: fields.parsed("link", pointer_or_template),
        parent: fields.parsed("parent", pointer_or_template),
    }
}

fn paging(fields: &mut Fields<'_, '_>) -> Paging {
    let ways = ["next", "cursor", "page_parameter", "offset_parameter"];
    let given: Vec<&str> = ways.into_iter().filter(|way| fields.has(way)).collect();
    if let [first, second, ..] = given.as_slice() {
        let message = format!("`{first}` and `{second}` both say where the next page is");
        fields.report(
            Finding::error(fields.place(second), message)
                .hint("take one of the two away".to_owned()),
        );
    }
    let next = fields.parsed("next", pointer);
    let cursor = fields.parsed("cursor", pointer);
    let parameter = fields.parsed("cursor_parameter", parameter);
    let page = fields.parsed("page_parameter", self::parameter);
    let offset = fields.parsed("offset_parameter", self::parameter);
    if cursor.is_some() && parameter.is_none() && !fields.has("cursor_parameter") {
        fields.lacks(
            "cursor_parameter",
            "cursor_parameter = \"page_token\", in which the cursor is sent back",
        );
    }
    match (next, cursor.zip(parameter), page, offset) {
        (Some(next), ..) => Paging::Next(next),
        (_, Some((pointer, parameter)), ..) => Paging::Cursor { pointer, parameter },
        (_, _, Some(page), _) => Paging::Page(page),
        (.., Some(offset)) => Paging::Offset(offset),
        _ => Paging::Link,
    }
}

fn token_place(fields: &mut Fields<'_, '_>) -> TokenPlace {
    let header = fields.parsed("token_header", header_name);
    let parameter = fields.parsed("token_parameter", parameter);
    if header.is_some() && parameter.is_some() {
        fields.report(
            Finding::error(
                fields.place("token_parameter"),
                "`token_header` and `token_parameter` both say how the token is sent",
            )
            .hint("take one of the two away".to_owned()),
        );
    }
    match (header, parameter) {
        (Some(header), _) => TokenPlace::Header(header),
        (None, Some(parameter)) => TokenPlace::Parameter(parameter),
        (None, None) => TokenPlace::Bearer,
    }
}

/// A JSON Pointer (RFC 6901): empty, or `/` and names.
fn pointer(text: &str) -> Result<String, Fault> {
    let well_escaped = text
        .split('~')
        .skip(1)
        .all(|rest| rest.starts_with(['0', '1']));
    if (text.is_empty() || text.starts_with('/')) && well_escaped {
        return Ok(text.to_owned());
    }
    let fault = Fault::new(format!("`{}` is not a JSON Pointer", short(text)));
    Err(fault.hint(if text.starts_with("$.") || text.contains('.') {
        let path = text
            .trim_start_matches('$')
            .replace(['.', '['], "/")
            .replace(']', "");
        format!("did you mean \"/{}\"?", path.trim_start_matches('/'))
    } else {
        format!("did you mean \"/{text}\"?")
    }))
}

/// A JSON Pointer, or an address with pointers in braces.
fn pointer_or_template(text: &str) -> Result<String, Fault> {
    if !text.contains("://") {
        return pointer(text);
    }
    for part in text.split('{').skip(1) {
        let Some((inner, _)) = part.split_once('}') else {
            return Err(Fault::new("a `{` of this address is never closed"));
        };
        pointer(inner)?;
    }
    Ok(text.to_owned())
}

fn parameter(text: &str) -> Result<String, Fault> {
    if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(
            Fault::new(format!("`{}` is not the name of a parameter", short(text)))
                .hint("such as \"page\", from `?page=2` of the address".to_owned()),
        );
    }
    Ok(text.to_owned())
}

fn header_name(text: &str) -> Result<String, Fault> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.!#$%&'*+^`|~".contains(c);
    if text.is_empty() || !text.chars().all(fits) {
        return Err(
            Fault::new(format!("`{}` is not the name of a header", short(text)))
                .hint("such as \"X-Api-Key\"".to_owned()),
        );
    }
    Ok(text.to_owned())
}

/// `Name: value`.
fn header(text: &str) -> Result<(String, String), Fault> {
    let (name, value) = text.split_once(':').ok_or_else(|| {
        Fault::new(format!("`{}` is not a header", short(text)))
            .hint("write it like \"X-Version: 3\"".to_owned())
    })?;
    let (name, value) = (header_name(name.trim())?, value.trim());
    let lower = name.to_lowercase();
    if ["authorization", "cookie", "key", "token", "secret"]
        .iter()
        .any(|word| lower.contains(word))
    {
        return Err(Fault::new(format!(
            "the value of `{name}` would stand in the file for everyone to read"
        ))
        .hint(format!(
            "name it with token_file = \"…\" and token_header = \"{name}\""
        )));
    }
    if value.chars().any(char::is_control) {
        return Err(Fault::new("a header holds no line breaks"));
    }
    Ok((name, value.to_owned()))
}

fn reviews(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let url = fields.address("url", "url = \"https://…\"");
    let max_pages = fields.integer("max_pages", 1..=100);
    Some(SourceKind::Reviews(ReviewsSettings {
        url: url?,
        max_pages: max_pages.unwrap_or(PAGES),
    }))
}
