//! What a query is asked about: a mention, or an item that may become one.

use std::fmt;

use super::fold::fold;
use super::keys::Keys;
use crate::model::{
    BrandTone, Intent, Item, ItemKind, Lang, Mention, MentionInput, Priority, Scores, Sentiment,
    Status, Timestamp, WatchlistId,
};

/// Finds out the language of a mention, which costs more than most queries; so it is done when a
/// query asks for it.
#[derive(Clone, Copy)]
pub struct FindLang<'a>(pub &'a dyn Fn() -> Lang);

impl fmt::Debug for FindLang<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FindLang")
    }
}

/// A view of a mention. Nothing is copied; what is `None` satisfies no condition.
#[derive(Debug, Clone, Copy, Default)]
pub struct Document<'a> {
    /// The heading, where it has one: terms match in it as in the text.
    pub title: Option<&'a str>,
    /// What it says.
    pub text: &'a str,
    /// The author's name.
    pub author: Option<&'a str>,
    /// The author's account, with its sign.
    pub handle: Option<&'a str>,
    /// The address, as published.
    pub url: Option<&'a str>,
    /// The name of its source.
    pub source: Option<&'a str>,
    /// What kind of thing it is.
    pub kind: Option<ItemKind>,
    /// The language that it is written in.
    pub lang: Option<Lang>,
    /// How to find it out where `lang` does not say it.
    pub find_lang: Option<FindLang<'a>>,
    /// Stars, 1 to 5.
    pub rating: Option<f64>,
    /// Followers of the author.
    pub followers: Option<u64>,
    /// Likes, replies and shares.
    pub engagement: Option<u64>,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// When it was collected.
    pub collected: Option<Timestamp>,
    /// How it sounds as a whole; [`Document::sentiment_seen`] is what conditions ask.
    pub sentiment: Option<Sentiment>,
    /// The sentiment as a number, −1 to 1.
    pub score: Option<f64>,
    /// How it sounds about single brands, where that is another.
    pub brands: &'a [BrandTone],
    /// The watchlist whose brand the sentiment is about; `None`: as a whole.
    pub view: Option<&'a str>,
    /// What the author wants.
    pub intent: Option<Intent>,
    /// How soon someone should look.
    pub priority: Option<Priority>,
    /// What the team did with it.
    pub status: Option<Status>,
    /// The team's labels.
    pub tags: &'a [String],
    /// The watchlists that collect it.
    pub watchlists: &'a [WatchlistId],
    /// Where the terms of its title and text are noted when they are cut, for who indexes it.
    pub keys: Option<&'a Keys>,
}

impl<'a> Document<'a> {
    /// An item before it was scored or kept.
    pub fn of_item(item: &'a Item, source: &'a str, lang: Lang, collected: Timestamp) -> Self {
        Self {
            title: item.title.as_deref(),
            text: &item.text,
            author: item.author.name.as_deref(),
            handle: item.author.handle.as_deref(),
            url: item.url.as_deref(),
            source: Some(source),
            kind: Some(item.kind),
            lang: Some(lang),
            rating: item.rating,
            followers: item.author.followers,
            engagement: item.engagement,
            published: item.published,
            collected: Some(collected),
            ..Self::default()
        }
    }

    /// A mention, with all that is known of it.
    pub fn of_mention(mention: &'a Mention) -> Self {
        let scores = &mention.scores;
        let language = scores.language;
        Self {
            status: Some(mention.status),
            tags: &mention.tags,
            watchlists: &mention.watchlists,
            brands: &scores.brands,
            ..Self::of_item(&mention.item, &mention.source, language, mention.collected)
        }
        .with_scores(scores)
    }

    /// What someone else's JSON says of a mention, as of `collected`; `find` finds out the language
    /// where it is not given.
    pub fn of_input(
        input: &'a MentionInput,
        find: &'a dyn Fn() -> Lang,
        collected: Timestamp,
    ) -> Self {
        Self {
            sentiment: input.sentiment,
            score: input.sentiment_score,
            intent: input.intent,
            priority: input.priority,
            status: input.status,
            tags: &input.tags,
            watchlists: &input.watchlists,
            lang: input.item.lang_hint,
            find_lang: Some(FindLang(find)),
            ..Self::of_item(&input.item, &input.source, Lang::OTHER, collected)
        }
    }

    /// The same document with its scores known.
    #[must_use]
    pub fn with_scores(self, scores: &Scores) -> Self {
        Self {
            sentiment: Some(scores.sentiment.label),
            score: Some(scores.sentiment.score),
            intent: Some(scores.intent.label),
            priority: Some(scores.priority.label),
            ..self
        }
    }

    /// The same document as a watchlist sees it: with the sentiment about its own brand.
    #[must_use]
    pub fn seen_by(self, watchlist: &'a WatchlistId) -> Self {
        Self {
            view: Some(watchlist.as_str()),
            ..self
        }
    }

    /// How it sounds to whom it is shown.
    pub fn sentiment_seen(&self) -> Option<Sentiment> {
        match self.own_tone() {
            Some(tone) => Some(tone.sentiment.label),
            None => self.sentiment,
        }
    }

    /// The same as a number, −1 to 1.
    pub fn score_seen(&self) -> Option<f64> {
        match self.own_tone() {
            Some(tone) => Some(tone.sentiment.score),
            None => self.score,
        }
    }

    fn own_tone(&self) -> Option<&'a BrandTone> {
        if self.brands.is_empty() {
            return None;
        }
        let view = fold(self.view?);
        self.brands
            .iter()
            .find(|brand| fold(brand.watchlist.as_str()) == view)
    }

    /// The language, found out where that is needed.
    pub fn lang(&self) -> Option<Lang> {
        self.lang.or_else(|| self.find_lang.map(|find| (find.0)()))
    }

    /// When it was published, or collected where it is undated.
    pub fn date(&self) -> Option<Timestamp> {
        self.published.or(self.collected)
    }
}
