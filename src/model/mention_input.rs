//! A mention as others write it in JSON: the form of [`MentionJson`](super::MentionJson), with
//! every field but `id` and `text` optional.

use serde::Deserialize;
use serde_json::Value;

use super::{
    Author, Intent, Item, ItemKind, Lang, OwnerReply, Priority, Sentiment, Status, Timestamp,
    WatchlistId,
};

/// One line of JSON that describes a mention.
///
/// What is known only after collection may be given too, so that what `ascolto search` prints
/// can be piped back. A class may be a word (`"negative"`) or an object with `label`.
#[derive(Debug, Clone, PartialEq)]
pub struct MentionInput {
    /// The line's identifier, given back as it came: any JSON value.
    pub id: Value,
    /// What was published.
    pub item: Item,
    /// The name of the source; empty where none was given.
    pub source: String,
    /// When it was collected.
    pub collected: Option<Timestamp>,
    /// The watchlists that collected it.
    pub watchlists: Vec<WatchlistId>,
    /// How it sounds.
    pub sentiment: Option<Sentiment>,
    /// How strongly, −1 (worst) to 1 (best).
    pub sentiment_score: Option<f64>,
    /// What its author wants.
    pub intent: Option<Intent>,
    /// How soon someone should look.
    pub priority: Option<Priority>,
    /// What the team did with it.
    pub status: Option<Status>,
    /// The team's labels.
    pub tags: Vec<String>,
    /// How many copies were folded into it.
    pub copies: u32,
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    id: Value,
    #[serde(default)]
    text: Option<String>,
    title: Option<String>,
    url: Option<String>,
    author: Option<AuthorInput>,
    followers: Option<u64>,
    #[serde(rename = "type")]
    kind: Option<ItemKind>,
    source: Option<String>,
    published: Option<Timestamp>,
    collected: Option<Timestamp>,
    #[serde(alias = "lang")]
    language: Option<Lang>,
    rating: Option<f64>,
    engagement: Option<u64>,
    parent: Option<String>,
    #[serde(default)]
    watchlists: Vec<WatchlistId>,
    sentiment: Option<Class<Sentiment>>,
    score: Option<f64>,
    intent: Option<Class<Intent>>,
    priority: Option<Class<Priority>>,
    status: Option<Status>,
    #[serde(default)]
    tags: Vec<String>,
    native_id: Option<String>,
    permalink: Option<bool>,
    owner_reply: Option<OwnerReply>,
    #[serde(default)]
    copies: u32,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum AuthorInput {
    Name(String),
    Author {
        name: Option<String>,
        handle: Option<String>,
        followers: Option<u64>,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Class<T> {
    Word(T),
    Scored {
        label: Option<T>,
        score: Option<f64>,
    },
}

impl<T> Class<T> {
    fn parts(self) -> (Option<T>, Option<f64>) {
        match self {
            Self::Word(label) => (Some(label), None),
            Self::Scored { label, score } => (label, score),
        }
    }
}

impl MentionInput {
    /// Reads one line; the error says what is wrong with it and at which column.
    pub fn parse(line: &str) -> Result<Self, serde_json::Error> {
        let line: Line = serde_json::from_str(line)?;
        let mut author = match line.author {
            None => Author::default(),
            // A lone name with a sign is a handle.
            Some(AuthorInput::Name(name)) if name.starts_with('@') => Author {
                handle: Some(name),
                ..Author::default()
            },
            Some(AuthorInput::Name(name)) => Author {
                name: Some(name),
                ..Author::default()
            },
            Some(AuthorInput::Author {
                name,
                handle,
                followers,
            }) => Author {
                name,
                handle,
                followers,
            },
        };
        author.followers = author.followers.or(line.followers);
        let (sentiment, sentiment_score) = line.sentiment.map_or((None, None), Class::parts);
        Ok(Self {
            id: line.id,
            item: Item {
                native_id: line.native_id,
                permalink: line.url.is_some() && line.permalink.unwrap_or(true),
                url: line.url,
                kind: line.kind.unwrap_or_default(),
                title: line.title,
                text: line.text.unwrap_or_default(),
                author,
                published: line.published,
                lang_hint: line.language,
                rating: line.rating,
                engagement: line.engagement,
                parent: line.parent,
                owner_reply: line.owner_reply,
            },
            source: line.source.unwrap_or_default(),
            collected: line.collected,
            watchlists: line.watchlists,
            sentiment,
            sentiment_score: sentiment_score.or(line.score),
            intent: line.intent.and_then(|class| class.parts().0),
            priority: line.priority.and_then(|class| class.parts().0),
            status: line.status,
            tags: line.tags,
            copies: line.copies,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_least_and_the_most() {
        let least = MentionInput::parse(r#"{"id":"a-1","text":"ciao"}"#).unwrap();
        assert_eq!(least.id, "a-1");
        assert_eq!(least.item.text, "ciao");

        let most = MentionInput::parse(
            r#"{"id": 812, "watchlists": ["frigolux"], "source": "forum", "type": "comment",
                "url": "https://forum.example/t/1", "title": "Aiuto", "text": "perde acqua",
                "author": {"name": "Lia", "handle": "@lia", "followers": 120},
                "published": "2026-11-20T07:12:00Z", "collected": "2026-11-20T07:20:11Z",
                "language": "it", "rating": null, "engagement": 14, "parent": null, "hits": [],
                "sentiment": {"label": "negative", "score": -0.71, "because": []},
                "intent": {"label": "complaint", "because": []},
                "priority": {"label": "high", "score": 62, "because": []}, "copies": 0}"#,
        )
        .unwrap();
        assert_eq!(most.item.author.followers, Some(120));
        assert_eq!(most.sentiment_score, Some(-0.71));
        assert_eq!(most.priority, Some(Priority::High));
        assert_eq!(most.item.kind, ItemKind::Comment);
        assert_eq!(most.item.lang_hint, Some(Lang::IT));
    }

    #[test]
    fn says_what_is_wrong() {
        for (line, part) in [
            ("{\"id\":1,\"text\":2}", "expected a string"),
            ("{\"id\":1", "EOF"),
            (
                "{\"id\":1,\"text\":\"\",\"language\":\"italian\"}",
                "two letters",
            ),
        ] {
            let error = MentionInput::parse(line).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
