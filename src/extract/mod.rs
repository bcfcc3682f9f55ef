//! From bytes to text and facts: charsets, markup, dates, addresses, identity.
//!
//! In go bytes and strings as publishers send them; out come plain text, moments and canonical
//! addresses. What cannot be read is `None`, never a default.
//!
//! Invariant: pure. No clock, no I/O; every function ends in time linear in its input and
//! allocates no more than a small multiple of it.
//! Invariant: text that leaves this room holds no markup, no control characters but line breaks,
//! and nothing that reorders what a reader sees.

mod article;
mod base64;
mod charset;
mod date;
mod entities;
mod html;
mod identity;
mod likeness;
mod markup;
mod nesting;
mod sanitize;
mod structured;
mod tree;
mod url;

pub use article::{NoArticle, article};
pub use base64::decode_base64;
pub use charset::{Dialect, decode};
pub use date::parse_date;
pub(crate) use entities::push_escaped;
pub use entities::{Ampersands, unescape};
pub use html::{looks_like_html, may_be_html, plain_text};
pub use identity::content_hash;
pub use likeness::{ALIKE, LEAST, Sketch};
pub use markup::{Attributes, Markup, Token};
pub use nesting::{HtmlTooComplex, MAX_HTML_DEPTH, MAX_HTML_TAGS, check_html};
pub use sanitize::{MAX_LINE, MAX_TEXT, clean_line, clean_text};
pub use structured::{Head, Structured, Thing, Value, structured};
pub use tree::element_text;
pub(crate) use tree::markup_of;
pub use url::{absolute_url, canonical_url, is_comment_anchor, unwrap_redirect};
