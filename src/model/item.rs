//! What an adapter found, before anyone asked whether it matters.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Lang, Timestamp};

/// One thing that was published: a post, a comment, a review, an article.
///
/// `title` and `text` are plain text: no markup, no control characters but line breaks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The publisher's own identifier (`guid`, `id`), unique within its source.
    pub native_id: Option<String>,
    /// The absolute address, as published.
    pub url: Option<String>,
    /// Whether `url` is the address of this item alone. The reviews of one page share theirs.
    pub permalink: bool,
    /// What kind of thing it is.
    pub kind: ItemKind,
    /// The title, where it has one.
    pub title: Option<String>,
    /// The words; may be empty where the title is all there is.
    pub text: String,
    /// Who published it.
    pub author: Author,
    /// When, as far as the publisher says; never guessed.
    pub published: Option<Timestamp>,
    /// The language that the publisher declares.
    pub lang_hint: Option<Lang>,
    /// Stars, brought to the scale 1 to 5.
    pub rating: Option<f64>,
    /// Likes, replies and shares together.
    pub engagement: Option<u64>,
    /// The address of what it answers to.
    pub parent: Option<String>,
    /// What the brand answered, where the source shows it.
    pub owner_reply: Option<OwnerReply>,
}

/// Who published an item. Every field may be unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The name that readers see.
    pub name: Option<String>,
    /// The account, with its sign: `@lia`.
    pub handle: Option<String>,
    /// How many accounts follow.
    pub followers: Option<u64>,
}

impl Author {
    /// Whether the name or the handle is one of `accounts`, whatever the case.
    pub fn is_one_of(&self, accounts: &[String]) -> bool {
        if accounts.is_empty() {
            return false;
        }
        [&self.name, &self.handle]
            .into_iter()
            .flatten()
            .any(|name| {
                let name = name.to_lowercase();
                accounts
                    .iter()
                    .any(|account| account.to_lowercase() == name)
            })
    }
}

/// The brand's public answer to a review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerReply {
    /// The words of the answer.
    pub text: String,
    /// When it was given.
    pub published: Option<Timestamp>,
}

/// What kind of thing an item is; `type:` in the query language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemKind {
    /// A post of a forum or network.
    #[default]
    Post,
    /// An answer to something else.
    Comment,
    /// A judgement, usually with stars.
    Review,
    /// A text of a newspaper, magazine or blog.
    Article,
    /// A video.
    Video,
    /// A question of a question-and-answer site.
    Question,
    /// A message to the brand.
    Message,
}

impl ItemKind {
    /// All kinds, in the order in which they are documented.
    pub const ALL: [Self; 7] = [
        Self::Post,
        Self::Comment,
        Self::Review,
        Self::Article,
        Self::Video,
        Self::Question,
        Self::Message,
    ];

    /// The word for it: `post`, `comment`, …
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Comment => "comment",
            Self::Review => "review",
            Self::Article => "article",
            Self::Video => "video",
            Self::Question => "question",
            Self::Message => "message",
        }
    }

    /// Reads the word for it, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(text))
    }
}

impl fmt::Display for ItemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
