//! The syntax tree: a query with its names resolved and its values checked.
//!
//! Equality is of meaning, not of place: spans and spelling are left out of it.

use std::ops::Range;
use std::time::Duration;

use chrono::NaiveDate;

use super::words::WordKind;
use crate::model::{Intent, ItemKind, Lang, Priority, Sentiment, Status, Timestamp};

/// A part of a query, and where it stands.
#[derive(Debug, Clone)]
pub struct Node {
    /// Bytes of the query's text. Parts of a named list or query have the span of the name.
    pub span: Range<usize>,
    /// What it says.
    pub kind: NodeKind,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// What a part of a query says.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// At least one of two or more.
    Or(Vec<Node>),
    /// All of two or more.
    And(Vec<Node>),
    /// The mention does not match it.
    Not(Box<Node>),
    /// Places of `keep` that touch no place of `without`.
    Except {
        /// What is looked for.
        keep: Box<Node>,
        /// Where it does not count.
        without: Box<Node>,
    },
    /// Two places of one field, close to each other.
    Near {
        /// The one side; a chain leans to the left.
        left: Box<Node>,
        /// The other.
        right: Box<Node>,
        /// At most so many words in between, 0 to 30.
        distance: u32,
        /// Whether `left` comes first.
        ordered: bool,
    },
    /// A term: in title and text, or in the field that an outer [`NodeKind::Within`] names.
    Term(Term),
    /// A query about the words of one field: `title:…`, `text:…`, `author:…`.
    Within {
        /// The field.
        field: TextField,
        /// What its words must say.
        node: Box<Node>,
    },
    /// A condition on a fact of the mention.
    Fact(Fact),
    /// `list:name` or `query:"name"`, with what it stands for.
    Named {
        /// Whether it is a list (terms, any of them) or a query.
        list: bool,
        /// The name in `ascolto.toml`.
        name: String,
        /// What it stands for.
        node: Box<Node>,
    },
}

/// A field of words that can be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextField {
    /// The title.
    Title,
    /// The text.
    Text,
    /// The author's name and handle.
    Author,
}

impl TextField {
    /// The field's name in a query.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Text => "text",
            Self::Author => "author",
        }
    }
}

/// Something that stands at a place of a text.
#[derive(Debug, Clone)]
pub struct Term {
    /// As it is written in the query, quotes made plain: what hits and `Display` show.
    pub written: String,
    /// What it matches.
    pub kind: TermKind,
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// What a term matches.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TermKind {
    /// One pattern, or several one after the other (a phrase); never none.
    Words {
        /// In the order in which they stand.
        patterns: Vec<Pattern>,
        /// At most so many other words in all between them.
        slop: u32,
    },
    /// `{Exact Case}`: words one after the other, as written but for the Unicode form (NFC).
    Exact(Vec<String>),
    /// `raw:"…"`: these characters; where an end is a letter or digit, so may the neighbour not be.
    Raw(String),
}

/// What one word, hashtag, handle, host or emoji must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    /// The kind of token that it is compared with.
    pub kind: WordKind,
    /// How it is compared.
    pub shape: Shape,
    /// The form without sign and without a final `*`; a `?` of a [`Shape::Wildcard`] stays.
    pub form: String,
    /// Whether `form` holds an accent (or, in an emoji, a skin tone): then it is compared with
    /// [`folded`](super::words::Word::folded), else with [`bare`](super::words::Word::bare).
    pub accented: bool,
}

/// How a pattern is compared with a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// The whole word is equal.
    Whole,
    /// The word begins with it.
    Prefix,
    /// Every `?` stands for exactly one character.
    Wildcard {
        /// Whether any characters may follow.
        open: bool,
    },
}

/// A condition on a fact of the mention. A mention that lacks the fact never satisfies it.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// `url:`: these characters (lower-cased, no scheme, no `www.`) stand in the address.
    Url {
        /// As written, for hits.
        written: String,
        /// What is looked for.
        form: String,
    },
    /// `site:`: the host of the address is one of these, or below one (lower-cased, no `www.`).
    Site(Vec<String>),
    /// `type:` is one of these.
    Kind(Vec<ItemKind>),
    /// `lang:` is one of these.
    Lang(Vec<Lang>),
    /// `source:`: the source's name is one of these, case and accents as in `words::fold`.
    Source(Vec<String>),
    /// `watch:`: one of these watchlists collects it.
    Watch(Vec<String>),
    /// `sentiment:` is one of these.
    Sentiment(Vec<Sentiment>),
    /// `intent:` is one of these.
    Intent(Vec<Intent>),
    /// `priority:` is one of these.
    Priority(Vec<Priority>),
    /// `status:` is one of these.
    Status(Vec<Status>),
    /// `tag:`: it bears one of these.
    Tag(Vec<String>),
    /// A number lies in one of these ranges.
    Number {
        /// Which number.
        field: NumberField,
        /// In the order of the query; never none.
        ranges: Vec<NumberRange>,
    },
    /// `date:`: it was published (collected, where undated) in this interval.
    Date(DateRange),
    /// `newer:`: published or collected at most so long ago.
    Newer(Duration),
    /// `older:`: published or collected longer ago.
    Older(Duration),
}

/// A number that a mention may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberField {
    /// Stars, 1 to 5.
    Rating,
    /// Followers of the author.
    Followers,
    /// Likes, replies and shares.
    Engagement,
    /// The sentiment, −1 to 1.
    Score,
}

impl NumberField {
    /// The field's name in a query.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rating => "rating",
            Self::Followers => "followers",
            Self::Engagement => "engagement",
            Self::Score => "score",
        }
    }
}

/// A range of numbers; an end that is `None` is open. Each end says whether it is included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NumberRange {
    /// The lower end, and whether it belongs to the range.
    pub low: Option<(f64, bool)>,
    /// The upper end, and whether it belongs to the range.
    pub high: Option<(f64, bool)>,
}

impl NumberRange {
    /// Whether the number lies in it.
    pub fn contains(&self, number: f64) -> bool {
        let above = self
            .low
            .is_none_or(|(end, with)| number > end || (with && number >= end));
        let below = self
            .high
            .is_none_or(|(end, with)| number < end || (with && number <= end));
        above && below
    }
}

/// Days in the instance's time zone, both included; an end that is `None` is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateRange {
    /// The first day.
    pub first: Option<NaiveDate>,
    /// The last day.
    pub last: Option<NaiveDate>,
    /// The first moment of `first`, included.
    pub from: Option<Timestamp>,
    /// The first moment after `last`, excluded.
    pub until: Option<Timestamp>,
}
