//! The elements of a feed, one at a time, in one pass over its text.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

use crate::extract::{Ampersands, Attributes, Markup, Token, unescape};

use super::element::{Attribute, Element, Node};
use super::names::{self, Space};

/// Elements nested deeper within an item lose their tags and keep their text.
const MAX_DEPTH: usize = 64;

/// Elements within one item beyond this many lose their tags and keep their text.
const MAX_ELEMENTS: usize = 20_000;

/// Attributes of one element beyond this many are not read.
const MAX_ATTRIBUTES: usize = 256;

/// Namespace bindings beyond this many are not remembered.
const MAX_BINDINGS: usize = 64;

/// The longest replacement text of a declared entity that is used.
const MAX_ENTITY: usize = 256;

/// How many bytes declared entities may add in all.
const ENTITY_BUDGET: usize = 4 * 1024;

/// Elements of an RSS item that hold nothing but text, so that the next one ends them.
const LEAVES: &[&str] = &["title", "link", "guid", "pubdate", "comments", "category"];

/// What the reader comes upon.
#[derive(Debug, PartialEq)]
pub(super) enum Event<'a> {
    /// `<rss …>`, `<channel …>`, `<feed …>` begin: their attributes only.
    Container(Element<'a>),
    /// An item, whole; with its bytes where they alone decide what it is: it has an end of its own.
    Item(Element<'a>, Option<&'a str>),
    /// Something that a container says of the feed.
    Part(Element<'a>),
    /// The input ended before the feed; whether within an item.
    CutOff { item: bool },
}

/// The depth at which a prefix was bound, the prefix, and what it means.
type Binding<'a> = (usize, &'a str, Space);

/// An iterator over the elements of a feed.
pub(super) struct Elements<'a> {
    markup: Markup<'a>,
    waiting: VecDeque<Event<'a>>,
    containers: Vec<Cow<'a, str>>,
    /// The element being read and those open within it; the first is an item or a part.
    open: Vec<Element<'a>>,
    /// How many elements are open that were too deep or too many to keep.
    lost: usize,
    /// Elements kept since the first of `open` began.
    kept: usize,
    bindings: Vec<Binding<'a>>,
    /// Where the element being read begins.
    begun: usize,
    /// What was bound where the first item began.
    bound: Option<Vec<Binding<'a>>>,
    /// Whether something else was bound where another began.
    unlike: bool,
    entities: HashMap<String, String>,
    entity_budget: usize,
    /// Whether the outermost container has begun and not ended.
    unclosed: bool,
    ended: bool,
}

impl<'a> Elements<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            markup: Markup::new(text),
            waiting: VecDeque::new(),
            containers: Vec::new(),
            open: Vec::new(),
            lost: 0,
            kept: 0,
            bindings: Vec::new(),
            begun: 0,
            bound: None,
            unlike: false,
            entities: HashMap::new(),
            entity_budget: ENTITY_BUDGET,
            unclosed: false,
            ended: false,
        }
    }

    /// What the items have in common, where what each says is told by this and its own bytes.
    /// To be asked at the end.
    pub(super) fn common(&self) -> Option<&[Binding<'a>]> {
        let told = !self.unlike && self.entities.is_empty() && self.markup.is_sure();
        self.bound.as_deref().filter(|_| told)
    }

    /// Notes what is bound where an item begins; of `before` bindings it knows nothing.
    fn note_bound(&mut self, before: usize) {
        let bound = self.bindings.get(..before).unwrap_or_default();
        let depth = self.depth();
        self.unlike |= bound.iter().any(|(at, _, _)| *at > depth);
        match &self.bound {
            Some(first) => self.unlike |= first != bound,
            None => self.bound = Some(bound.to_vec()),
        }
    }

    fn depth(&self) -> usize {
        self.containers.len() + self.open.len()
    }

    fn start(&mut self, name: &'a str, attributes: Attributes<'a>, empty: bool) {
        let before = self.bindings.len();
        let element = self.element(name, attributes);
        let item = names::is_item(&element.name) && is_feed(element.space);
        if !self.open.is_empty() {
            let in_markup = self.open.iter().any(|open| open.space == Space::Xhtml);
            if item && !in_markup {
                // The one before has no end.
                self.close_to(0, None);
                self.unlike = true;
            } else {
                self.close_leaf(&element);
                self.push(element, empty);
                return;
            }
        }
        let container = names::is_container(&element.name)
            && (is_feed(element.space) || element.space == Space::Rdf);
        if container && !item {
            if !empty {
                self.unclosed = true;
                self.containers.push(element.name.clone());
            }
            self.waiting.push_back(Event::Container(element));
        } else if item || !self.containers.is_empty() {
            if item {
                self.note_bound(before);
            }
            self.begun = self.markup.begun();
            self.push(element, empty);
        }
    }

    fn push(&mut self, element: Element<'a>, empty: bool) {
        if self.open.is_empty() {
            self.kept = 0;
            self.lost = 0;
        }
        self.kept += 1;
        if self.lost > 0 || self.open.len() >= MAX_DEPTH || self.kept > MAX_ELEMENTS {
            self.lost += usize::from(!empty);
            return;
        }
        self.open.push(element);
        if empty {
            let at = self.open.len() - 1;
            self.close_to(at, None);
        }
    }

    /// `<title>A<link>…`: the first has no end.
    fn close_leaf(&mut self, next: &Element<'a>) {
        let [_, top] = self.open.as_slice() else {
            return;
        };
        let leaf = |element: &Element<'a>| {
            element.space == Space::Core && LEAVES.contains(&&*element.name)
        };
        if leaf(top) && leaf(next) {
            self.close_to(1, None);
        }
    }

    fn end(&mut self, name: &str) {
        let (prefix, local) = names::split(name);
        let space = self.space(prefix);
        let local = names::lower(local);
        let is_it = |element: &Element<'a>| element.name == local && element.space == space;
        if self.lost > 0 {
            if self.open.first().is_none_or(|root| !is_it(root)) {
                self.lost -= 1;
                return;
            }
            self.lost = 0;
        }
        if let Some(at) = self.open.iter().rposition(is_it) {
            let raw = self.markup.since(self.begun);
            self.close_to(at, Some(raw));
            return;
        }
        if names::is_container(&local)
            && let Some(at) = self.containers.iter().rposition(|open| *open == local)
        {
            self.close_to(0, None);
            // A feed may go on after its end: items beside `channel`, a second `rss`.
            if at > 0 {
                self.containers.truncate(at);
            } else {
                self.unclosed = false;
            }
            let depth = self.depth();
            self.bindings.retain(|(bound, _, _)| *bound <= depth);
        }
    }

    /// Ends all open elements from `at` on; `raw` are the bytes of the first, where it ends itself.
    fn close_to(&mut self, at: usize, raw: Option<&'a str>) {
        while self.open.len() > at {
            let Some(element) = self.open.pop() else {
                return;
            };
            match self.open.last_mut() {
                Some(parent) => parent.children.push(Node::Element(element)),
                None if names::is_item(&element.name) && is_feed(element.space) => {
                    self.waiting.push_back(Event::Item(element, raw));
                }
                None => self.waiting.push_back(Event::Part(element)),
            }
        }
        let depth = self.depth();
        self.bindings.retain(|(bound, _, _)| *bound <= depth);
    }

    fn text(&mut self, text: Node<'a>) {
        if let Some(top) = self.open.last_mut() {
            top.push(text);
        }
    }

    /// The element that a tag begins, its namespaces resolved.
    fn element(&mut self, name: &'a str, attributes: Attributes<'a>) -> Element<'a> {
        let depth = self.depth() + 1;
        let mut plain = Vec::new();
        for (key, value) in attributes.iter().take(MAX_ATTRIBUTES) {
            let (prefix, local) = names::split(key);
            let bound = match (prefix, local) {
                ("", "xmlns") => "",
                ("xmlns", bound) => bound,
                _ => {
                    let attribute = Attribute {
                        space: Space::Core,
                        name: names::lower(local),
                        value,
                    };
                    plain.push((prefix, attribute));
                    continue;
                }
            };
            let known = names::by_address(&value);
            let space = match (bound, known) {
                (_, Some(space)) => space,
                // An unknown vocabulary of the whole feed is a misspelt RSS.
                ("", None) if self.open.is_empty() => Space::Core,
                ("", None) => Space::Other,
                (prefix, None) => names::by_prefix(prefix),
            };
            if self.bindings.len() < MAX_BINDINGS {
                self.bindings.push((depth, bound, space));
            }
        }
        let (prefix, local) = names::split(name);
        let resolved = |(prefix, attribute): (&str, Attribute<'a>)| {
            // A prefix may be bound by an attribute after it.
            let space = match prefix {
                "" => Space::Core,
                prefix => self.space(prefix),
            };
            Attribute { space, ..attribute }
        };
        let attributes = plain.into_iter().map(resolved).collect();
        Element::new(self.space(prefix), names::lower(local), attributes)
    }

    fn space(&self, prefix: &str) -> Space {
        self.bindings
            .iter()
            .rev()
            .find(|(_, bound, _)| *bound == prefix)
            .map_or_else(
                || {
                    if prefix.is_empty() {
                        Space::Core
                    } else {
                        names::by_prefix(prefix)
                    }
                },
                |(_, _, space)| *space,
            )
    }

    /// Remembers entities whose replacement is short and plain; others are never expanded.
    fn declare(&mut self, declaration: &str) {
        for part in declaration.split("<!ENTITY").skip(1).take(256) {
            let mut words = part.split_ascii_whitespace();
            let Some(name) = words.next().filter(|name| *name != "%") else {
                continue;
            };
            let Some(rest) = part.split_once(name).map(|(_, rest)| rest.trim_start()) else {
                continue;
            };
            let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                continue;
            };
            let value = rest.split(quote).nth(1).unwrap_or_default();
            if value.len() <= MAX_ENTITY && !value.contains(['&', '<', '%']) {
                self.entities.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Text whose references to declared entities are replaced.
    fn decoded(&mut self, raw: &'a str) -> Node<'a> {
        if self.entities.is_empty() || !raw.contains('&') {
            return Node::Raw(raw);
        }
        let mut pieces = raw.split('&');
        let mut out = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let replacement = piece
                .split_once(';')
                .and_then(|(name, rest)| Some((self.entities.get(name)?, rest)))
                .filter(|(value, _)| value.len() <= self.entity_budget);
            if let Some((value, rest)) = replacement {
                self.entity_budget -= value.len();
                out.push_str(value);
                out.push_str(rest);
            } else {
                out.push_str(&unescape(&format!("&{piece}"), Ampersands::Strict));
            }
        }
        Node::Text(Cow::Owned(out))
    }
}

fn is_feed(space: Space) -> bool {
    matches!(space, Space::Core | Space::Atom)
}

impl<'a> Iterator for Elements<'a> {
    type Item = Event<'a>;

    fn next(&mut self) -> Option<Event<'a>> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if self.ended {
                return None;
            }
            match self.markup.next() {
                Some(Token::Start {
                    name,
                    attributes,
                    empty,
                }) => self.start(name, attributes, empty),
                Some(Token::End(name)) => self.end(name),
                Some(Token::Text(raw)) if !self.open.is_empty() => {
                    let text = self.decoded(raw);
                    self.text(text);
                }
                Some(Token::Literal(text)) => self.text(Node::Text(Cow::Borrowed(text))),
                Some(Token::Declaration(text)) if self.containers.is_empty() => self.declare(text),
                Some(Token::Text(_) | Token::Declaration(_)) => {}
                Some(Token::Unfinished(_)) | None => {
                    self.ended = true;
                    let within = self.open.first();
                    if within.is_some() || self.unclosed {
                        return Some(Event::CutOff {
                            item: within.is_some_and(|root| names::is_item(&root.name)),
                        });
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(text: &str) -> Vec<String> {
        Elements::new(text)
            .filter_map(|event| match event {
                Event::Item(item, _) => Some(item.named("title").map(Element::text).collect()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn reads_items_that_have_no_end() {
        for text in [
            "<rss><channel><item><title>a</title></item><item><title>b</title></item></channel></rss>",
            "<rss><channel><item><title>a</title><item><title>b</title></channel></rss>",
            "<rss><channel><item><title>a<link>x</link></item><item><title>b</item></rss>",
            "<rss><item><title>a</title></item></channel><item><title>b</title></item>",
            "<rss><channel></channel></rss><item><title>a</title></item><item><title>b</title></item>",
            "<br /><b>Warning</b>: x<rss><channel><image><item><title>a</title></item><item><title>b</title></item>",
            "<RSS><Channel><Item><TITLE>a</title></item><ITEM><title>b</title></ITEM></channel></RSS>",
        ] {
            assert_eq!(titles(text), ["a", "b"], "{text}");
        }
    }

    #[test]
    fn says_when_the_input_breaks_off() {
        for text in [
            "<rss><item><title>a",
            "<rss><item><title>a</ti",
            "<rss><item><![CDATA[x",
        ] {
            assert_eq!(
                Elements::new(text).last(),
                Some(Event::CutOff { item: true }),
                "{text}"
            );
        }
    }

    #[test]
    fn resolves_namespaces_however_they_are_bound() {
        let text = "<f:feed xmlns:f='http://www.w3.org/2005/Atom' xmlns:x='http://search.yahoo.com/mrss/'>\
                    <f:entry><f:title>a</f:title><x:title>b</x:title><dc:title>c</dc:title></f:entry></f:feed>";
        let Some(Event::Item(entry, _)) =
            Elements::new(text).find(|event| matches!(event, Event::Item(..)))
        else {
            panic!("no item");
        };
        let spaces: Vec<Space> = entry.elements().map(|child| child.space).collect();
        assert_eq!(spaces, [Space::Atom, Space::Media, Space::Dublin]);
    }

    #[test]
    fn expands_short_entities_and_no_bombs() {
        let text = "<!DOCTYPE rss [<!ENTITY co 'Frigolux S.p.A.'><!ENTITY lol \"&co;&co;\"><!ENTITY x SYSTEM 'file:///etc/passwd'>]>\
                    <rss><item><title>&co; &lol; &x; &egrave; A&B</title></item></rss>";
        assert_eq!(titles(text), ["Frigolux S.p.A. &lol; &x; è A&B"]);
        let flood = format!(
            "<!DOCTYPE rss [<!ENTITY a '{}'>]><rss><item><title>{}</title></item></rss>",
            "x".repeat(200),
            "&a;".repeat(100_000)
        );
        assert!(titles(&flood).concat().len() < 310_000);
    }

    #[test]
    fn deep_items_take_linear_time() {
        let text = format!(
            "<rss><item><title>t</title>{}</item><item><title>u</title></item>",
            "<a>x".repeat(300_000)
        );
        assert_eq!(titles(&text), ["t", "u"]);
        let text = format!(
            "<rss><item><title>t</title>{}</item>",
            "</a><b>".repeat(300_000)
        );
        assert_eq!(titles(&text), ["t"]);
    }
}
