//! Language, sentiment, intent and priority by keyword lists, explained.
//!
//! In: the words of a mention and what is known of it. Out: [`Scores`], with every word and rule
//! that counted. The lists are TSV files under `lexicons/`; `lexicons/README.md` says how they are
//! read, so that anyone can argue with a line and change it.
//!
//! A text is read once: [`detect_language`] chooses the lists, the tokens are looked up in a trie
//! of words and phrases, and the rules look at what was found, never at the text again.
//!
//! Invariant: nothing here reads a clock, a file or the network, nothing is asynchronous, and no
//! input can make it panic or take more than linear time.
//! Invariant: the weights of an explanation add up to what its score is made from.

mod brand;
mod faint;
mod fold;
mod intent;
mod language;
mod lexicon;
mod lookup;
mod priority;
mod scan;
mod sentiment;
mod spelling;
mod sum;
mod tokens;

use std::cell::Cell;

use crate::model::{Hit, HitField, Item, ItemKind, Lang, Priority, Scores};

pub use language::detect_language;
use language::language_of;
pub use lexicon::{Entry, ListProblem, Lists, Overrides};

use scan::Reading;
use tokens::{Field, Tokens};

/// A mention as the scorer sees it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Input<'a> {
    /// The title, where it has one.
    pub title: Option<&'a str>,
    /// The words.
    pub text: &'a str,
    /// The language, where it is known; otherwise it is found out.
    pub language: Option<Lang>,
    /// The language that the publisher declares.
    pub lang_hint: Option<Lang>,
    /// The languages that the watchlist reads; empty = any.
    pub languages: &'a [Lang],
    /// Stars, 1 to 5.
    pub rating: Option<f64>,
    /// How many accounts follow the author.
    pub followers: Option<u64>,
    /// Likes, replies and shares together.
    pub engagement: Option<u64>,
    /// What kind of thing it is.
    pub kind: ItemKind,
    /// The places where the watchlist matched: words near them weigh more.
    pub hits: &'a [Hit],
    /// The places where the text names other brands: what is said of them is not said of this one.
    pub rivals: &'a [Hit],
    /// The terms of the watchlist's `[priority]` that match.
    pub watchlist_terms: &'a [(Priority, String)],
    /// The `[sentiment]` of the watchlists that collect it.
    pub overrides: &'a [&'a Overrides],
}

impl<'a> Input<'a> {
    /// What an item says of itself; hits, lists and languages are the watchlist's to add.
    pub fn of(item: &'a Item) -> Self {
        Self {
            title: item.title.as_deref(),
            text: &item.text,
            lang_hint: item.lang_hint,
            rating: item.rating,
            followers: item.author.followers,
            engagement: item.engagement,
            kind: item.kind,
            ..Self::default()
        }
    }
}

thread_local! {
    /// The room in which the last mention was read: most are short, and the next needs as much.
    static SPARE: Cell<Reading> = Cell::default();
}

/// Tokens of a mention whose room is kept.
const LARGEST_SPARE: usize = 4_096;

/// Scores mentions by the lists.
#[derive(Debug, Clone, Copy)]
pub struct Scorer<'a> {
    lists: &'a Lists,
}

impl Default for Scorer<'static> {
    fn default() -> Self {
        Self::new(Lists::shipped())
    }
}

impl<'a> Scorer<'a> {
    /// A scorer by these lists.
    pub fn new(lists: &'a Lists) -> Self {
        Self { lists }
    }

    /// Scores a mention.
    pub fn score(&self, input: &Input<'_>) -> Scores {
        let mut reading = SPARE.take();
        let scores = self.score_with(&mut reading, input);
        if reading.tokens.list.len() <= LARGEST_SPARE {
            SPARE.set(reading);
        }
        scores
    }

    fn score_with(self, reading: &mut Reading, input: &Input<'_>) -> Scores {
        let title = input
            .title
            .filter(|title| !repeats(title, input.text))
            .unwrap_or_default();
        let language = self.read(title, input, &mut reading.tokens);
        let lists = self.lists.language(language);
        let (mut brand, hits) = brand_tokens(&reading.tokens, input.hits);
        let (other, rivals) = brand_tokens(&reading.tokens, input.rivals);
        join(&mut brand, &other);
        let own: Vec<_> = input
            .overrides
            .iter()
            .filter(|own| !own.is_empty())
            .map(|own| own.trie(lists.folding))
            .collect();
        reading.read(lists, &own, &brand);
        let sentiment = sentiment::score(
            reading,
            &sentiment::Context {
                language,
                title,
                text: input.text,
                kind: input.kind,
                rating: input.rating,
                hits: &hits,
                rivals: &rivals,
            },
        );
        let intent = intent::score(
            reading,
            &sentiment,
            &intent::Context {
                title,
                text: input.text,
                kind: input.kind,
                rating: input.rating,
            },
        );
        let priority = priority::score(
            reading,
            &sentiment,
            &intent,
            &priority::Context {
                title,
                text: input.text,
                rating: input.rating,
                followers: input.followers,
                engagement: input.engagement,
                watchlist_terms: input.watchlist_terms,
            },
        );
        Scores {
            language,
            sentiment,
            intent,
            priority,
            brands: Vec::new(),
            lists: self.version(input.overrides),
        }
    }

    /// The language of a mention, and its words as the lists of that language know them.
    fn read(self, title: &str, input: &Input<'_>, tokens: &mut Tokens) -> Lang {
        let read = |tokens: &mut Tokens, language: Lang| {
            tokens.clear();
            let lists = self.lists.language(language);
            if !title.is_empty() {
                tokens.read(title, Field::Title, lists);
            }
            tokens.read(input.text, Field::Text, lists);
        };
        if let Some(language) = input.language {
            read(tokens, language);
            return language;
        }
        read(tokens, Lang::OTHER);
        let longer = if title.len() > input.text.len() {
            (Field::Title, title)
        } else {
            (Field::Text, input.text)
        };
        let (language, _) = language_of(tokens, longer, input.lang_hint, input.languages);
        let lists = self.lists.language(language);
        if lists.reads_alike {
            tokens.read_hashtags(title, input.text, lists);
        } else {
            read(tokens, language);
        }
        language
    }

    /// The version of the lists and of the weights on top of them.
    fn version(self, overrides: &[&Overrides]) -> String {
        overrides
            .iter()
            .fold(self.lists.version().to_owned(), |version, own| {
                format!("{version}+{}", own.version())
            })
    }
}

/// Feeds often give the start of the text as its title; it must not count twice.
fn repeats(title: &str, text: &str) -> bool {
    let title = title.trim_end_matches(['…', '.', ' ']);
    title.is_empty() || text.trim_start().starts_with(title)
}

/// Adds the names of other brands to those of this one.
fn join(brand: &mut Vec<bool>, other: &[bool]) {
    if brand.is_empty() {
        other.clone_into(brand);
    }
    for (brand, other) in brand.iter_mut().zip(other) {
        *brand |= other;
    }
}

/// Which tokens are the brand's name (no word of the lists, however it sounds: a shop called
/// `Perfetto`), and at which tokens the watchlist matched.
fn brand_tokens(tokens: &Tokens, hits: &[Hit]) -> (Vec<bool>, Vec<usize>) {
    if hits.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let mut spans: Vec<(Field, usize, usize)> = hits
        .iter()
        .filter_map(|hit| match hit.field {
            HitField::Title => Some((Field::Title, hit.start, hit.end)),
            HitField::Text => Some((Field::Text, hit.start, hit.end)),
            HitField::Author | HitField::Url => None,
        })
        .collect();
    spans.sort_unstable_by_key(|(field, start, _)| (*field == Field::Text, *start));
    let mut brand = vec![false; tokens.list.len()];
    let mut places = Vec::new();
    let mut next = 0;
    for (place, token) in tokens.list.iter().enumerate() {
        let (start, end) = (token.start as usize, token.end as usize);
        let here = (token.field == Field::Text, start);
        while spans
            .get(next)
            .is_some_and(|(field, _, hit_end)| (*field == Field::Text, *hit_end) <= here)
        {
            next += 1;
        }
        let inside = spans.get(next).is_some_and(|(field, hit_start, hit_end)| {
            *field == token.field && *hit_start <= start && end <= *hit_end
        });
        if inside && end > start {
            brand[place] = token.capitalised && !token.capitals;
            places.push(place);
        }
    }
    (brand, places)
}
