//! An element of a feed with all that is in it, borrowed from the feed's text where it stands there
//! as it is meant.

use std::borrow::Cow;

use crate::extract::{Ampersands, unescape};

use super::names::Space;

/// Pieces of text are put together within an element that has more parts than this.
const MANY: usize = 64;

/// An element with all that is in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Element<'a> {
    pub(super) space: Space,
    /// The local name, in lower case.
    pub(super) name: Cow<'a, str>,
    /// [`brief`] of the name: each fact of an item is looked for under many names.
    brief: u64,
    pub(super) attributes: Vec<Attribute<'a>>,
    pub(super) children: Vec<Node<'a>>,
}

/// The first bytes of a name and its length, by which most names differ.
#[inline]
fn brief(name: &str) -> u64 {
    name.bytes().take(7).fold(name.len() as u64, |brief, byte| {
        brief << 8 | u64::from(byte)
    })
}

/// An attribute; names without a prefix are of [`Space::Core`].
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Attribute<'a> {
    pub(super) space: Space,
    pub(super) name: Cow<'a, str>,
    pub(super) value: Cow<'a, str>,
}

/// What an element holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node<'a> {
    Text(Cow<'a, str>),
    /// Text whose references are not replaced yet: of most elements nobody asks for it.
    Raw(&'a str),
    Element(Element<'a>),
}

impl Node<'_> {
    /// The text, if it is one.
    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Raw(raw) => Some(unescape(raw, Ampersands::Strict)),
            Self::Element(_) => None,
        }
    }
}

impl<'a> Element<'a> {
    /// An element without anything in it.
    pub(super) fn new(space: Space, name: Cow<'a, str>, attributes: Vec<Attribute<'a>>) -> Self {
        Self {
            space,
            brief: brief(&name),
            name,
            attributes,
            children: Vec::new(),
        }
    }

    /// The value of an attribute.
    pub(super) fn attribute(&self, space: Space, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.space == space && attribute.name == name)
            .map(|attribute| &*attribute.value)
    }

    /// The child elements.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) | Node::Raw(_) => None,
        })
    }

    /// The child elements of that name, RSS's and Atom's alike.
    pub(super) fn named<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'b Self> {
        let brief = brief(name);
        self.elements().filter(move |element| {
            element.brief == brief
                && matches!(element.space, Space::Core | Space::Atom)
                && element.name == name
        })
    }

    /// The child elements of that vocabulary and name.
    pub(super) fn of<'b>(&'b self, space: Space, name: &'b str) -> impl Iterator<Item = &'b Self> {
        let brief = brief(name);
        self.elements().filter(move |element| {
            element.brief == brief && element.space == space && element.name == name
        })
    }

    /// All text within, tags left out.
    pub(super) fn text(&self) -> Cow<'_, str> {
        if let [only] = self.children.as_slice()
            && let Some(text) = only.text()
        {
            return text;
        }
        let mut out = String::new();
        self.push_text(&mut out);
        Cow::Owned(out)
    }

    fn push_text(&self, out: &mut String) {
        for node in &self.children {
            match node {
                Node::Text(text) => out.push_str(text),
                Node::Raw(raw) => out.push_str(&unescape(raw, Ampersands::Strict)),
                Node::Element(element) => element.push_text(out),
            }
        }
    }

    /// Adds text at the end.
    pub(super) fn push(&mut self, text: Node<'a>) {
        if self.children.len() > MANY
            && let Some(before) = self.children.last_mut()
            && let (Some(start), Some(end)) = (before.text(), text.text())
        {
            if let Node::Text(Cow::Owned(before)) = before {
                before.push_str(&end);
                return;
            }
            *before = Node::Text(Cow::Owned(format!("{start}{end}")));
            return;
        }
        if self.children.is_empty() {
            // Most elements hold one text and nothing else.
            self.children.reserve_exact(1);
        }
        self.children.push(text);
    }
}
