//! What the kinds that read web pages have in common: how a page is asked for, and its text.

use url::Url;

use super::ParseError;
use crate::extract::{Dialect, decode};
use crate::model::{Request, Response};

/// Asks for a page, where robots.txt allows it.
pub fn page_request(url: Url) -> Request {
    Request {
        obeys_robots: true,
        ..Request::get(url).with_header("Accept", "text/html, application/xhtml+xml;q=0.9")
    }
}

/// The text of a page; an error where it has none.
pub(super) fn text(response: &Response, expected: &'static str) -> Result<String, ParseError> {
    let text = decode(
        &response.body,
        response.header("content-type"),
        Dialect::Html,
    );
    if text.trim().is_empty() {
        return Err(ParseError::Empty { expected });
    }
    Ok(text.into_owned())
}
