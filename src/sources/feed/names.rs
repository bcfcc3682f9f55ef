//! The names of elements: which vocabulary they belong to, however they are written.

use std::borrow::Cow;

/// A vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// RSS in all versions, and names without any namespace.
    Core,
    /// Atom 0.3 and 1.0.
    Atom,
    /// `content:encoded`.
    Content,
    /// Dublin Core, both sets.
    Dublin,
    /// Media RSS.
    Media,
    /// iTunes and other podcast tags.
    Itunes,
    /// RDF.
    Rdf,
    /// `slash:comments`.
    Slash,
    /// `sy:updatePeriod`.
    Syndication,
    /// `thr:in-reply-to` (RFC 4685).
    Thread,
    /// `wfw:commentRss`.
    Wfw,
    /// XHTML.
    Xhtml,
    /// `xml:base`, `xml:lang`.
    Xml,
    /// YouTube.
    Youtube,
    /// Anything else.
    Other,
}

/// Parts of namespace addresses, which feeds misspell at their ends.
const ADDRESSES: &[(&str, Space)] = &[
    ("purl.org/rss/1.0/modules/content", Space::Content),
    ("purl.org/rss/1.0/modules/slash", Space::Slash),
    ("purl.org/rss/1.0/modules/syndication", Space::Syndication),
    ("purl.org/rss/1.0/modules/", Space::Other),
    ("purl.org/rss/1.0", Space::Core),
    ("purl.org/net/rss1.1", Space::Core),
    ("my.netscape.com/rdf", Space::Core),
    ("my.netscape.com/publish", Space::Core),
    ("channel.netscape.com/rdf", Space::Core),
    ("backend.userland.com", Space::Core),
    ("blogs.law.harvard.edu/tech/rss", Space::Core),
    ("cyber.law.harvard.edu/rss", Space::Core),
    ("rssboard.org/rss-spec", Space::Core),
    ("w3.org/2005/atom", Space::Atom),
    ("purl.org/atom/ns", Space::Atom),
    ("purl.org/dc/", Space::Dublin),
    ("search.yahoo.com/mrss", Space::Media),
    ("video.search.yahoo.com", Space::Media),
    ("itunes.com/dtds", Space::Itunes),
    ("itunes.apple.com/rss", Space::Itunes),
    ("22-rdf-syntax-ns", Space::Rdf),
    ("purl.org/syndication/thread", Space::Thread),
    ("wellformedweb.org/commentapi", Space::Wfw),
    ("w3.org/1999/xhtml", Space::Xhtml),
    ("w3.org/xml/1998/namespace", Space::Xml),
    ("youtube.com/xml/schemas", Space::Youtube),
];

/// What prefixes mean where nothing binds them.
const PREFIXES: &[(&str, Space)] = &[
    ("a10", Space::Atom),
    ("atom", Space::Atom),
    ("atom03", Space::Atom),
    ("atom10", Space::Atom),
    ("content", Space::Content),
    ("dc", Space::Dublin),
    ("dcterms", Space::Dublin),
    ("itunes", Space::Itunes),
    ("media", Space::Media),
    ("rdf", Space::Rdf),
    ("rss", Space::Core),
    ("slash", Space::Slash),
    ("sy", Space::Syndication),
    ("thr", Space::Thread),
    ("wfw", Space::Wfw),
    ("xhtml", Space::Xhtml),
    ("xml", Space::Xml),
    ("yt", Space::Youtube),
];

/// The vocabulary behind a namespace address.
pub(super) fn by_address(address: &str) -> Option<Space> {
    let address = address.trim().to_ascii_lowercase();
    if address.is_empty() {
        return Some(Space::Core);
    }
    ADDRESSES
        .iter()
        .find(|(part, _)| address.contains(part))
        .map(|(_, space)| *space)
}

/// The vocabulary that a prefix commonly stands for.
pub(super) fn by_prefix(prefix: &str) -> Space {
    PREFIXES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(prefix))
        .map_or(Space::Other, |(_, space)| *space)
}

/// Prefix (may be empty) and local name.
pub(super) fn split(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}

/// A name in lower case, as nearly all are written.
pub(super) fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// The local name in lower case.
pub(super) fn local(name: &str) -> String {
    split(name).1.to_ascii_lowercase()
}

/// Whether elements of that name hold items rather than say something of the feed.
pub(super) fn is_container(local: &str) -> bool {
    matches!(local, "rss" | "feed" | "rdf" | "channel")
}

/// Whether elements of that name are items.
pub(super) fn is_item(local: &str) -> bool {
    matches!(local, "item" | "entry")
}
