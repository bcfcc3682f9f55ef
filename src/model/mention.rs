//! A mention: an item that a watchlist collects, with why and with what it weighs.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Item, Lang, MentionId, Sequence, SourceKey, Timestamp, WatchlistId};

/// An item that at least one watchlist collects: the stored fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mention {
    /// Its number in the instance.
    pub id: MentionId,
    /// The number of its last change.
    pub seq: Sequence,
    /// What was found.
    pub item: Item,
    /// The address without what does not identify (tracking parameters, `www.`).
    pub canonical_url: Option<String>,
    /// The name of the source that brought it first.
    pub source: String,
    /// What that source is known by in the store, whatever it is called.
    pub source_key: SourceKey,
    /// When it was collected.
    pub collected: Timestamp,
    /// The watchlists that collect it, in alphabetical order.
    pub watchlists: Vec<WatchlistId>,
    /// The places that matched.
    pub hits: Vec<Hit>,
    /// What it weighs, with the words that decided.
    pub scores: Scores,
    /// How many copies of it were folded into it.
    pub copies: u32,
    /// What the team did with it.
    pub status: Status,
    /// The team's own labels, in alphabetical order.
    pub tags: Vec<String>,
}

impl Mention {
    /// The same as a watchlist sees it: with the sentiment about its own brand. What the others
    /// see lies beside it.
    #[must_use]
    pub fn seen_by(mut self, watchlist: &WatchlistId) -> Self {
        let brands = &mut self.scores.brands;
        if let Some(place) = brands.iter().position(|b| b.watchlist == *watchlist) {
            let own = brands.remove(place).sentiment;
            let whole = std::mem::replace(&mut self.scores.sentiment, own);
            for other in &self.watchlists {
                let known = other == watchlist || brands.iter().any(|b| b.watchlist == *other);
                if !known {
                    brands.push(BrandTone {
                        watchlist: other.clone(),
                        sentiment: whole.clone(),
                    });
                }
            }
        }
        self
    }

    /// Whether somebody answered: the source shows it, or the team dealt with it.
    pub const fn is_answered(&self) -> bool {
        !matches!(self.status, Status::Open) || self.item.owner_reply.is_some()
    }

    /// When it was published, or collected where it is undated: what lists sort by.
    pub fn date(&self) -> Timestamp {
        self.item.published.unwrap_or(self.collected)
    }
}

/// A place that matched: bytes `start..end` of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// The watchlist whose query matched there.
    pub watchlist: WatchlistId,
    /// Where the place is: `start` and `end` count in it.
    pub field: HitField,
    /// The first byte of the place in the field.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The term of the query, as it is written there.
    pub term: String,
}

/// A field in which a term can match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HitField {
    /// The title.
    Title,
    /// The text.
    Text,
    /// The author's name or handle.
    Author,
    /// The address.
    Url,
}

impl HitField {
    /// The word for it: `title`, `text`, `author`, `url`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Text => "text",
            Self::Author => "author",
            Self::Url => "url",
        }
    }
}

/// What a mention weighs, with what decided it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// The language that it is written in.
    pub language: Lang,
    /// How the words sound.
    pub sentiment: SentimentScore,
    /// What the author wants.
    pub intent: IntentScore,
    /// How soon someone should look.
    pub priority: PriorityScore,
    /// The sentiment about the brands of which the text speaks otherwise than as a whole: where it
    /// names two, each has its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub brands: Vec<BrandTone>,
    /// The version of the lists that these scores come from.
    pub lists: String,
}

/// How a mention sounds about the brand of one watchlist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BrandTone {
    /// Which listens for that brand.
    pub watchlist: WatchlistId,
    /// How it sounds about what that watchlist listens for.
    pub sentiment: SentimentScore,
}

/// How the words of a mention sound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SentimentScore {
    /// The class.
    pub label: Sentiment,
    /// −1 (worst) to 1 (best).
    pub score: f64,
    /// The words that made it, in the order of the text.
    pub because: Vec<WeightedTerm>,
}

/// A word that counted, and how much.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WeightedTerm {
    /// The word or phrase, as the text has it, in lower case.
    pub term: String,
    /// What it added, after every rule.
    pub weight: f64,
    /// The rules that changed its weight, by name (`negation`, `intensifier`, …).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
}

/// What the author of a mention wants, and why that is thought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentScore {
    /// The class.
    pub label: Intent,
    /// The rules and terms that decided.
    pub because: Vec<String>,
}

/// How soon someone should look at a mention, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorityScore {
    /// The class.
    pub label: Priority,
    /// The points that made the class, added up and kept within 0 to 100.
    pub score: u8,
    /// What gave or took points.
    pub because: Vec<Points>,
}

/// Points that a rule gave for a term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Points {
    /// The rule: `high`, `safety`, `sentiment`, …
    pub rule: String,
    /// The term or value that it saw.
    pub term: String,
    /// Points given, or taken where negative.
    pub points: i32,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// All values, in the order in which they are documented.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it, as in queries and JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads the word for it, in any case.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str().eq_ignore_ascii_case(text))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words! {
    /// How a mention sounds.
    Sentiment {
        /// Displeased.
        Negative = "negative",
        /// Neither, or too little to tell.
        Neutral = "neutral",
        /// Pleased.
        Positive = "positive",
    }
}

words! {
    /// What the author of a mention wants.
    Intent {
        /// Something went wrong.
        Complaint = "complaint",
        /// Something went well.
        Praise = "praise",
        /// An answer from the brand.
        Question = "question",
        /// To sell or to lure.
        Spam = "spam",
        /// Nothing of the brand: it is only named.
        Mention = "mention",
    }
}

words! {
    /// How soon someone should look, the soonest last.
    Priority {
        /// When there is time.
        Low = "low",
        /// In the day's round.
        Normal = "normal",
        /// Today.
        High = "high",
        /// Now.
        Urgent = "urgent",
    }
}

words! {
    /// What the team did with a mention.
    Status {
        /// Nothing yet.
        Open = "open",
        /// Answered or set aside, waiting for something.
        Pending = "pending",
        /// Done.
        Closed = "closed",
    }
}
