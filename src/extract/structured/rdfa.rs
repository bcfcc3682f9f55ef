//! RDFa 1.1: `vocab`, `typeof`, `property`, `resource` and the rest of its core, on HTML.
//!
//! Left out are lists (`inlist`), languages and datatypes of literals, and `role`: nothing here
//! asks for them.

use std::collections::HashMap;
use std::rc::Rc;

use scraper::{ElementRef, Html};
use url::Url;

use super::{Structured, Thing, Value};
use crate::extract::sanitize::clean_text;
use crate::extract::tree::element_text;
use crate::extract::url::absolute_url;

/// The most bytes of words that are read from a page; properties may lie within one another.
const MAX_WORDS: usize = 16 * 1024 * 1024;

/// Prefixes that need no declaration: those of RDFa's initial context that are met, and those of
/// Open Graph, which hardly anyone declares.
const PREFIXES: &[(&str, &str)] = &[
    ("article", "http://ogp.me/ns/article#"),
    ("book", "http://ogp.me/ns/book#"),
    ("cc", "http://creativecommons.org/ns#"),
    ("dc", "http://purl.org/dc/terms/"),
    ("dc11", "http://purl.org/dc/elements/1.1/"),
    ("dcterms", "http://purl.org/dc/terms/"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("gr", "http://purl.org/goodrelations/v1#"),
    ("music", "http://ogp.me/ns/music#"),
    ("og", "http://ogp.me/ns#"),
    ("profile", "http://ogp.me/ns/profile#"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("rev", "http://purl.org/stuff/rev#"),
    ("schema", "http://schema.org/"),
    ("sioc", "http://rdfs.org/sioc/ns#"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"),
    ("v", "http://rdf.data-vocabulary.org/#"),
    ("video", "http://ogp.me/ns/video#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

type Prefixes = Rc<HashMap<String, String>>;

/// What an element inherits.
#[derive(Clone)]
struct Context {
    subject: Place,
    /// What a `rel` around this waits for: the names, and whose they are.
    waiting: Option<Rc<Waiting>>,
    vocabulary: Option<Rc<str>>,
    prefixes: Prefixes,
}

struct Waiting {
    subject: Place,
    names: Vec<String>,
}

/// What the attributes of an element say.
struct Said {
    properties: Vec<String>,
    kinds: Vec<String>,
    rel: Vec<String>,
    rev: Vec<String>,
    about: Option<Place>,
    /// `resource`, `href` or `src`.
    target: Option<Place>,
    typed: bool,
}

impl Said {
    fn linked(&self) -> bool {
        !self.rel.is_empty() || !self.rev.is_empty()
    }
}

/// Who is who in what an element says.
struct Roles {
    subject: Place,
    object: Option<Place>,
    /// What `typeof` is about.
    typed: Option<Place>,
}

/// A subject, made a thing as soon as something is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// An address or identifier.
    Named(Rc<str>),
    /// A thing without a name.
    Blank(usize),
}

/// Reads all things of a page.
pub(super) fn read(document: &Html, base: &Url, page: &mut Structured) {
    let known = PREFIXES
        .iter()
        .map(|(prefix, vocabulary)| ((*prefix).to_owned(), (*vocabulary).to_owned()))
        .collect();
    let context = Context {
        subject: Place::Named(base.as_str().into()),
        waiting: None,
        vocabulary: None,
        prefixes: Rc::new(known),
    };
    let mut reading = Reading {
        base,
        words: 0,
        page,
    };
    reading.walk(document.root_element(), context);
}

struct Reading<'b> {
    base: &'b Url,
    words: usize,
    page: &'b mut Structured,
}

impl Reading<'_> {
    /// Reads a tree, each element before those within it.
    fn walk(&mut self, root: ElementRef<'_>, context: Context) {
        let mut open = vec![(root, Rc::new(context))];
        while let Some((element, outer)) = open.pop() {
            let inner = Rc::new(self.element(element, &outer));
            let children = element.children().filter_map(ElementRef::wrap);
            let first = open.len();
            open.extend(children.map(|child| (child, Rc::clone(&inner))));
            if let Some(new) = open.get_mut(first..) {
                new.reverse();
            }
        }
    }

    /// Reads one element; gives what those within it inherit.
    fn element(&mut self, element: ElementRef<'_>, outer: &Context) -> Context {
        let mut context = outer.clone();
        declare(element, &mut context);
        let said = self.said(element, &context);
        let Roles {
            subject,
            mut object,
            typed,
        } = self.roles(element, &said, outer);
        if said.typed
            && let Some(place) = typed.as_ref().and_then(|place| self.thing(place))
            && let Some(thing) = self.page.things.get_mut(place)
        {
            thing.kinds.extend(said.kinds.iter().cloned());
        }
        // An element that says nothing lets what a `rel` waits for through to those within it.
        let speaks = said.linked() || !said.properties.is_empty() || typed.is_some();
        if speaks && let Some(waiting) = &outer.waiting {
            self.relate(&waiting.subject, &waiting.names, &subject);
        }
        let mut waiting = None;
        match &object {
            Some(object) if said.linked() => {
                self.relate(&subject, &said.rel, object);
                self.relate(object, &said.rev, &subject);
            }
            None if !said.rel.is_empty() => {
                waiting = Some(Rc::new(Waiting {
                    subject: subject.clone(),
                    names: said.rel.clone(),
                }));
                object = self.blank();
            }
            _ => {}
        }
        if !said.properties.is_empty() {
            let value = self.value(element, &said, object.as_ref());
            if let Some(place) = self.thing(&subject) {
                for name in &said.properties {
                    self.page.put(place, name, value.clone());
                }
            }
        }
        context.subject = object.unwrap_or(subject);
        context.waiting = if speaks {
            waiting
        } else {
            outer.waiting.clone()
        };
        context
    }

    fn said(&mut self, element: ElementRef<'_>, context: &Context) -> Said {
        let terms = |attribute: &str| {
            let words = element.attr(attribute).unwrap_or_default();
            words.split_ascii_whitespace().take(32)
        };
        let names = |attribute: &str| -> Vec<String> {
            terms(attribute)
                .filter_map(|term| expand(term, context))
                .collect()
        };
        let links = |attribute: &str| -> Vec<String> {
            // In HTML a bare `rel` such as `nofollow` is none of RDFa's.
            terms(attribute)
                .filter(|term| element.attr("property").is_none() || term.contains(':'))
                .filter(|term| term.contains(':') || context.vocabulary.is_some())
                .filter_map(|term| expand(term, context))
                .collect()
        };
        let mut resource = |attribute: &str| {
            let name = element.attr(attribute)?;
            self.resource(name, context)
        };
        let (about, resource) = (resource("about"), resource("resource"));
        let target = resource.or_else(|| {
            let link = element.attr("href").or_else(|| element.attr("src"))?;
            Some(Place::Named(address(self.base, link).into()))
        });
        Said {
            properties: names("property"),
            kinds: names("typeof"),
            rel: links("rel"),
            rev: links("rev"),
            about,
            target,
            typed: element.attr("typeof").is_some(),
        }
    }

    /// Whom the properties of an element are about, and what the elements within are about: the
    /// rules 5 and 6 of RDFa Core 1.1, section 7.5.
    fn roles(&mut self, element: ElementRef<'_>, said: &Said, outer: &Context) -> Roles {
        let about = said.about.clone();
        let literal = element.attr("content").is_some() || element.attr("datatype").is_some();
        if said.linked() {
            let object = match said.target.clone() {
                None if said.typed && about.is_none() => self.blank(),
                target => target,
            };
            return Roles {
                typed: about.clone().or_else(|| object.clone()),
                subject: about.unwrap_or_else(|| outer.subject.clone()),
                object,
            };
        }
        if !said.properties.is_empty() && !literal {
            let object = match (said.typed, &about) {
                (false, _) => None,
                (true, Some(about)) => Some(about.clone()),
                (true, None) => said.target.clone().or_else(|| self.blank()),
            };
            return Roles {
                typed: object.clone(),
                subject: about.unwrap_or_else(|| outer.subject.clone()),
                object,
            };
        }
        let is_root = matches!(element.value().name(), "html" | "head" | "body");
        let typed = about
            .or_else(|| said.target.clone())
            .or_else(|| is_root.then(|| outer.subject.clone()))
            .or_else(|| said.typed.then(|| self.blank()).flatten());
        Roles {
            subject: typed.clone().unwrap_or_else(|| outer.subject.clone()),
            object: None,
            typed,
        }
    }

    fn relate(&mut self, subject: &Place, names: &[String], object: &Place) {
        if names.is_empty() {
            return;
        }
        let Some(place) = self.thing(subject) else {
            return;
        };
        let value = self.reference(object);
        for name in names {
            self.page.put(place, name, value.clone());
        }
    }

    /// A place as a value: a thing where something was said of it, else its address.
    fn reference(&self, object: &Place) -> Value {
        match object {
            Place::Blank(place) => Value::Thing(*place),
            Place::Named(name) => match self.page.by_id.get(&**name) {
                Some(place) => Value::Thing(*place),
                None => Value::Link(name.to_string()),
            },
        }
    }

    /// The thing at a place, made where there is none.
    fn thing(&mut self, place: &Place) -> Option<usize> {
        match place {
            Place::Blank(place) => Some(*place),
            Place::Named(name) => {
                let made = self.page.by_id.len();
                let place = self.page.identified(name)?;
                if self.page.by_id.len() > made {
                    self.page.top.push(place);
                }
                Some(place)
            }
        }
    }

    fn blank(&mut self) -> Option<Place> {
        let place = self.page.add(Thing::default())?;
        self.page.top.push(place);
        Some(Place::Blank(place))
    }

    fn value(&mut self, element: ElementRef<'_>, said: &Said, object: Option<&Place>) -> Value {
        if let Some(content) = element.attr("content") {
            return Value::Text(clean_text(content));
        }
        if let Some(moment) = element.attr("datetime") {
            return Value::Text(clean_text(moment));
        }
        if element.attr("datatype").is_none() && !said.linked() {
            if said.typed
                && let Some(object) = object
            {
                return self.reference(object);
            }
            if let Some(target) = &said.target {
                return self.reference(target);
            }
        }
        if self.words > MAX_WORDS {
            return Value::Text(String::new());
        }
        let text = element_text(element, |_| false);
        self.words += text.len() + element.descendants().count() * 16;
        Value::Text(text)
    }

    /// What `about` and `resource` name: an address, a prefixed name or `_:a`.
    fn resource(&mut self, name: &str, context: &Context) -> Option<Place> {
        let name = name.trim();
        if let Some(blank) = name.strip_prefix("_:") {
            return self
                .page
                .identified(&format!("_:{blank}"))
                .map(Place::Blank);
        }
        let name = match name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'))
        {
            Some(safe) => expand(safe, context)?,
            None => expand(name, context)
                .filter(|_| name.contains(':') && !name.contains("://"))
                .unwrap_or_else(|| address(self.base, name)),
        };
        Some(Place::Named(name.into()))
    }
}

/// Takes over the vocabulary and the prefixes that an element declares.
fn declare(element: ElementRef<'_>, context: &mut Context) {
    if let Some(vocabulary) = element.attr("vocab") {
        context.vocabulary =
            Some(vocabulary.trim().into()).filter(|name: &Rc<str>| !name.is_empty());
    }
    let mut declared: Vec<(String, String)> = Vec::new();
    if let Some(list) = element.attr("prefix") {
        let mut words = list.split_ascii_whitespace().take(200);
        while let (Some(prefix), Some(vocabulary)) = (words.next(), words.next()) {
            declared.push((
                prefix.trim_end_matches(':').to_lowercase(),
                vocabulary.to_owned(),
            ));
        }
    }
    for (name, value) in element.value().attrs() {
        if let Some(prefix) = name.strip_prefix("xmlns:") {
            declared.push((prefix.to_lowercase(), value.to_owned()));
        }
    }
    if !declared.is_empty() && context.prefixes.len() < 1_000 {
        Rc::make_mut(&mut context.prefixes).extend(declared);
    }
}

/// The full name of a term, `prefix:name` or address.
fn expand(term: &str, context: &Context) -> Option<String> {
    let Some((prefix, name)) = term.split_once(':') else {
        let vocabulary = context.vocabulary.as_deref()?;
        return Some(format!("{vocabulary}{term}"));
    };
    match context.prefixes.get(&prefix.to_lowercase()) {
        Some(vocabulary) if !name.starts_with("//") => Some(format!("{vocabulary}{name}")),
        _ => Some(term.to_owned()),
    }
}

/// An address of the page made absolute; one that cannot be stays as written.
fn address(base: &Url, target: &str) -> String {
    let target = target.trim();
    base.join(target)
        .ok()
        .or_else(|| absolute_url(Some(base), target))
        .map_or_else(|| target.to_owned(), |url| url.to_string())
}
