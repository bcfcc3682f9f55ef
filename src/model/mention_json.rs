//! A mention as JSON: the stable interface, the same wherever a machine reads it.

use serde::Serialize;

use super::{
    BrandTone, Hit, IntentScore, ItemKind, Lang, Mention, OwnerReply, PriorityScore,
    SentimentScore, Status, Timestamp, WatchlistId,
};

/// One mention, field by field in the documented order. Times are RFC 3339 in UTC; `start` and
/// `end` of a hit are byte offsets into its field.
///
/// What an archive needs besides to be taken over whole is in [`MentionJson::whole`] alone.
#[derive(Debug, Serialize)]
pub struct MentionJson<'a> {
    id: i64,
    watchlists: Vec<&'a str>,
    source: &'a str,
    #[serde(rename = "type")]
    kind: ItemKind,
    url: Option<&'a str>,
    title: Option<&'a str>,
    text: &'a str,
    author: AuthorJson<'a>,
    published: Option<Timestamp>,
    collected: Timestamp,
    language: Lang,
    rating: Option<f64>,
    engagement: Option<u64>,
    parent: Option<&'a str>,
    hits: &'a [Hit],
    sentiment: &'a SentimentScore,
    intent: &'a IntentScore,
    priority: &'a PriorityScore,
    #[serde(skip_serializing_if = "<[BrandTone]>::is_empty")]
    brands: &'a [BrandTone],
    copies: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    native_id: Option<&'a str>,
    /// Only where the address is not that of this mention alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    permalink: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_reply: Option<&'a OwnerReply>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'a [String],
}

#[derive(Debug, Serialize)]
struct AuthorJson<'a> {
    name: Option<&'a str>,
    handle: Option<&'a str>,
    followers: Option<u64>,
}

impl<'a> From<&'a Mention> for MentionJson<'a> {
    fn from(mention: &'a Mention) -> Self {
        let item = &mention.item;
        Self {
            id: mention.id.0,
            watchlists: mention.watchlists.iter().map(WatchlistId::as_str).collect(),
            source: &mention.source,
            kind: item.kind,
            url: item.url.as_deref(),
            title: item.title.as_deref(),
            text: &item.text,
            author: AuthorJson {
                name: item.author.name.as_deref(),
                handle: item.author.handle.as_deref(),
                followers: item.author.followers,
            },
            published: item.published,
            collected: mention.collected,
            language: mention.scores.language,
            rating: item.rating,
            engagement: item.engagement,
            parent: item.parent.as_deref(),
            hits: &mention.hits,
            sentiment: &mention.scores.sentiment,
            intent: &mention.scores.intent,
            priority: &mention.scores.priority,
            brands: &mention.scores.brands,
            copies: mention.copies,
            native_id: None,
            permalink: None,
            owner_reply: None,
            status: None,
            tags: &[],
        }
    }
}

impl<'a> MentionJson<'a> {
    /// The mention with what identifies it and what the team made of it: as `ascolto export`
    /// writes it and `ascolto import` reads it.
    pub fn whole(mention: &'a Mention) -> Self {
        let item = &mention.item;
        Self {
            native_id: item.native_id.as_deref(),
            permalink: (item.url.is_some() && !item.permalink).then_some(false),
            owner_reply: item.owner_reply.as_ref(),
            status: (mention.status != Status::Open).then_some(mention.status),
            tags: &mention.tags,
            ..Self::from(mention)
        }
    }
}
