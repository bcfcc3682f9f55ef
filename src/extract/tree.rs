//! The words of a part of a parsed page.

use ego_tree::iter::Edge;
use scraper::{ElementRef, Node};

use super::entities::push_escaped;
use super::html::plain_text;
use super::sanitize::MAX_TEXT;

/// The words of an element as a reader sees them, without the elements within it that `skip`
/// names.
pub fn element_text(element: ElementRef<'_>, skip: impl Fn(ElementRef<'_>) -> bool) -> String {
    plain_text(&markup_of(element, skip))
}

/// The markup of an element, of its attributes only those that words or their being seen depend
/// on.
pub(crate) fn markup_of(element: ElementRef<'_>, skip: impl Fn(ElementRef<'_>) -> bool) -> String {
    let mut out = String::new();
    let mut skipping = None;
    for edge in element.traverse() {
        match edge {
            Edge::Open(node) if skipping.is_none() => match node.value() {
                Node::Text(text) => push_escaped(&text.text, &mut out),
                Node::Element(tag) => {
                    if node.id() != element.id() && ElementRef::wrap(node).is_some_and(&skip) {
                        skipping = Some(node.id());
                        continue;
                    }
                    out.push('<');
                    out.push_str(tag.name());
                    for (name, value) in tag.attrs() {
                        if matches!(name, "alt" | "hidden" | "style") {
                            out.push(' ');
                            out.push_str(name);
                            out.push_str("=\"");
                            push_escaped(value, &mut out);
                            out.push('"');
                        }
                    }
                    // An end of its own would be read as a second `<br>`.
                    out.push_str(if node.has_children() { ">" } else { "/>" });
                }
                _ => {}
            },
            Edge::Close(node) if skipping == Some(node.id()) => skipping = None,
            Edge::Close(node) if skipping.is_none() && node.has_children() => {
                if let Node::Element(tag) = node.value() {
                    out.push_str("</");
                    out.push_str(tag.name());
                    out.push('>');
                }
            }
            _ => {}
        }
        if out.len() > MAX_TEXT * 4 {
            break;
        }
    }
    out
}
