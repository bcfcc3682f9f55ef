//! The words of an element, read as its type says, or as they look where the type lies.

use std::borrow::Cow;

use crate::extract::{
    Ampersands, clean_line, clean_text, decode_base64, looks_like_html, may_be_html, plain_text,
    push_escaped, unescape,
};

use super::element::{Element, Node};
use super::names::Space;

/// Attributes that matter for turning markup into words, and for finding links in it.
const KEPT_ATTRIBUTES: &[&str] = &["alt", "hidden", "href", "style"];

/// The text of an element, in plain words.
pub(super) fn words(element: &Element<'_>) -> String {
    match source(element, may_be_html) {
        Source::Html(html) => plain_text(&html),
        Source::Text(text) => clean_text(text),
    }
}

/// The text of an element, in plain words on one line.
pub(super) fn line(element: &Element<'_>) -> Option<String> {
    let words = match source(element, looks_like_html) {
        Source::Html(html) => clean_line(plain_text(&html)),
        Source::Text(text) => clean_line(text),
    };
    (!words.is_empty()).then_some(words)
}

/// The element as HTML, where it is that.
pub(super) fn html<'a>(element: &'a Element<'_>) -> Option<Cow<'a, str>> {
    match source(element, may_be_html) {
        Source::Html(html) => Some(html),
        Source::Text(_) => None,
    }
}

enum Source<'a> {
    Html(Cow<'a, str>),
    Text(Cow<'a, str>),
}

/// What an element holds; `is_html` decides where its type does not.
fn source<'a>(element: &'a Element<'_>, is_html: fn(&str) -> bool) -> Source<'a> {
    let attribute = |name| {
        element
            .attribute(Space::Core, name)
            .map(|value| value.trim().to_ascii_lowercase())
            .unwrap_or_default()
    };
    let (kind, mode) = (attribute("type"), attribute("mode"));
    if element.attribute(Space::Core, "src").is_some() && element.children.is_empty() {
        return Source::Text(Cow::default());
    }
    if mode == "base64" || kind == "application/octet-stream" {
        return encoded(&element.text(), &kind);
    }
    if element.elements().next().is_some() && !is_foreign(&kind) {
        return Source::Html(Cow::Owned(inner(element)));
    }
    let text = element.text();
    match kind.as_str() {
        "html" | "xhtml" | "text/html" | "application/xhtml+xml" => Source::Html(text),
        // Said to be plain: only what cannot be anything else is read as HTML.
        "text" | "text/plain" if !(looks_like_html(&text) && text.contains("</")) => {
            Source::Text(text)
        }
        // A picture, a sound, a document: not for reading.
        kind if is_foreign(kind) => Source::Text(Cow::default()),
        _ if is_html(&text) => Source::Html(text),
        _ => Source::Text(text),
    }
}

/// Whether a type is that of neither text nor markup.
fn is_foreign(kind: &str) -> bool {
    kind.contains('/')
        && !kind.starts_with("text/")
        && !kind.ends_with("/xml")
        && !kind.ends_with("+xml")
        && !kind.ends_with("/html")
}

/// Base64, where what it holds is text.
fn encoded(text: &str, kind: &str) -> Source<'static> {
    let decoded = decode_base64(text).and_then(|bytes| String::from_utf8(bytes).ok());
    match decoded {
        Some(text) if kind.contains("html") || looks_like_html(&text) => Source::Html(text.into()),
        Some(text) if !text.chars().any(|c| c == '\0') => Source::Text(text.into()),
        _ => Source::Text(Cow::default()),
    }
}

/// The inside of an element as HTML.
fn inner(element: &Element<'_>) -> String {
    let mut out = String::new();
    push_inner(element, &mut out);
    out
}

fn push_inner(element: &Element<'_>, out: &mut String) {
    for node in &element.children {
        match node {
            Node::Text(text) => push_escaped(text, out),
            Node::Raw(raw) => push_escaped(&unescape(raw, Ampersands::Strict), out),
            Node::Element(child) => {
                out.push('<');
                out.push_str(&child.name);
                for attribute in &child.attributes {
                    if KEPT_ATTRIBUTES.contains(&&*attribute.name) {
                        out.push(' ');
                        out.push_str(&attribute.name);
                        out.push_str("=\"");
                        push_escaped(&attribute.value, out);
                        out.push('"');
                    }
                }
                if child.children.is_empty() {
                    out.push_str("/>");
                    continue;
                }
                out.push('>');
                push_inner(child, out);
                out.push_str("</");
                out.push_str(&child.name);
                out.push('>');
            }
        }
    }
}
