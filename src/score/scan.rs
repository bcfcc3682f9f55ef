//! One pass over the tokens: which entries of the lists stand where.

use super::lexicon::{Category, IntentList, Language, Meaning, Resolved, Role, Trie, WordId};
use super::tokens::{Kind, Token, Tokens};
use crate::model::Lang;

/// A place with a tone.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what the lists say of a place, each for itself"
)]
pub(super) struct Signal {
    /// The first token and the one after the last.
    pub(super) at: usize,
    pub(super) end: usize,
    /// The weight so far.
    pub(super) weight: f64,
    /// The rules so far, as bits.
    pub(super) rules: u32,
    /// An emoji or an emoticon: grammar does not reach it.
    pub(super) picture: bool,
    /// May turn to mockery.
    pub(super) ironic: bool,
    /// Politeness.
    pub(super) courtesy: bool,
    /// Says that there is too much of something.
    pub(super) excess: bool,
    /// Makes what follows stronger, so that it has no tone of its own there: `damn good`.
    pub(super) booster: bool,
    /// Compares: `better`, `meglio`.
    pub(super) compares: bool,
    /// Laughter, thanks, bad language: a negator does not reach it.
    pub(super) outcry: bool,
}

/// A word that changes the tone of others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marker {
    pub(super) role: Role,
    pub(super) value: f64,
    pub(super) at: usize,
    pub(super) end: usize,
}

/// A sentence: its tokens, signals and markers, and how it ends.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sentence {
    pub(super) first: usize,
    pub(super) end: usize,
    pub(super) signals: (usize, usize),
    pub(super) markers: (usize, usize),
    pub(super) bangs: u8,
    pub(super) asks: u8,
    pub(super) dots: u8,
}

/// An entry of the intent or priority lists that was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<T> {
    pub(super) what: T,
    pub(super) points: f32,
    pub(super) at: usize,
    pub(super) end: usize,
    /// A negator stands before it.
    pub(super) negated: bool,
}

/// What was found in a mention.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) tokens: Tokens,
    resolved: Vec<Resolved>,
    /// The rules that each token carries by its own shape.
    pub(super) shapes: Vec<u8>,
    /// The number of the clause of each token.
    pub(super) clauses: Vec<u32>,
    pub(super) signals: Vec<Signal>,
    pub(super) markers: Vec<Marker>,
    /// What tells something only where nothing else does; the value is its weight.
    pub(super) faint: Vec<Marker>,
    pub(super) sentences: Vec<Sentence>,
    pub(super) intents: Vec<Found<IntentList>>,
    pub(super) priorities: Vec<Found<Category>>,
    /// Words in the whole.
    pub(super) words: u32,
    /// Words in capitals.
    pub(super) shouted: u32,
    /// Words about the author or to the brand.
    pub(super) persons: u32,
    /// Words that say when, or what people have to do with a firm.
    pub(super) matters: u32,
}

/// The rules that a word carries by its own shape.
pub(super) mod shape {
    pub(in crate::score) const ELONGATED: u8 = 1;
    pub(in crate::score) const SUPERLATIVE: u8 = 2;
}

impl Reading {
    /// Forgets all but the tokens, and keeps the room for more.
    pub(super) fn clear(&mut self) {
        self.resolved.clear();
        self.shapes.clear();
        self.clauses.clear();
        self.signals.clear();
        self.markers.clear();
        self.faint.clear();
        self.sentences.clear();
        self.intents.clear();
        self.priorities.clear();
        (self.words, self.shouted, self.persons, self.matters) = (0, 0, 0, 0);
    }

    /// Reads its tokens with the lists of their language; `own` are weights that come before the
    /// lists, and `brand` tells the tokens that are the brand's name.
    pub(super) fn read(&mut self, language: &Language, own: &[&Trie], brand: &[bool]) {
        self.clear();
        self.resolve(language, brand);
        self.divide();
        let own: Vec<(&Trie, Vec<Resolved>)> = own
            .iter()
            .map(|trie| (*trie, self.resolve_own(trie)))
            .collect();
        self.find(language, &own);
    }

    /// Looks every word up, in the shape in which it is known.
    fn resolve(&mut self, language: &Language, brand: &[bool]) {
        self.resolved.reserve(self.tokens.list.len());
        self.shapes.resize(self.tokens.list.len(), 0);
        let mut scratch = String::new();
        for (place, token) in self.tokens.list.iter().enumerate() {
            let mut resolved = Resolved::default();
            if matches!(
                token.kind,
                Kind::Word | Kind::Number | Kind::Emoji | Kind::Face
            ) {
                let folded = self.tokens.folded(token);
                if token.kind == Kind::Word {
                    self.words += 1;
                    self.shouted += u32::from(token.capitals);
                }
                if !brand.get(place).copied().unwrap_or(false) {
                    resolved = language.trie.resolve_hashed(folded, token.hash);
                }
                resolved.number |= token.kind == Kind::Number;
                if token.kind == Kind::Word {
                    self.shapes[place] =
                        reshape(language, token, folded, &mut resolved, &mut scratch);
                }
            }
            self.resolved.push(resolved);
        }
    }

    fn resolve_own(&self, trie: &Trie) -> Vec<Resolved> {
        let known = |token: &Token| trie.resolve_hashed(self.tokens.folded(token), token.hash);
        self.tokens.list.iter().map(known).collect()
    }

    /// Numbers the clauses.
    fn divide(&mut self) {
        let mut clause = 0;
        self.clauses.reserve(self.tokens.list.len());
        for token in &self.tokens.list {
            self.clauses.push(clause);
            clause += u32::from(matches!(token.kind, Kind::Comma | Kind::Stop { .. }));
        }
    }

    fn find(&mut self, language: &Language, own: &[(&Trie, Vec<Resolved>)]) {
        let mut sentence = Sentence::default();
        let mut free_from = 0;
        for place in 0..self.tokens.list.len() {
            let token = self.tokens.list[place];
            if let Kind::Stop { bangs, asks, dots } = token.kind {
                sentence.end = place;
                sentence.signals.1 = self.signals.len();
                sentence.markers.1 = self.markers.len();
                sentence.bangs = bangs;
                sentence.asks = asks;
                sentence.dots = dots;
                if sentence.end > sentence.first || bangs > 0 || asks > 0 {
                    self.sentences.push(sentence);
                }
                sentence = Sentence {
                    first: place + 1,
                    signals: (self.signals.len(), 0),
                    markers: (self.markers.len(), 0),
                    ..Sentence::default()
                };
                continue;
            }
            if let Some(end) = self.own_weight(place, free_from, own) {
                free_from = end;
            } else if self.resolved[place].is_known() {
                free_from = self.entries(place, free_from, language);
            }
        }
    }

    fn own_weight(
        &mut self,
        place: usize,
        free_from: usize,
        own: &[(&Trie, Vec<Resolved>)],
    ) -> Option<usize> {
        let mut best: Option<(f32, usize)> = None;
        for (trie, resolved) in own {
            let words = |at: usize| next_word(&self.tokens, resolved, at);
            trie.visit(place, &words, &mut |meanings, end| {
                if let Some(&(_, weight)) =
                    meanings.first().filter(|_| best.is_none_or(|b| end > b.1))
                {
                    best = Some((weight, end));
                }
            });
        }
        let (weight, end) = best.filter(|_| place >= free_from)?;
        self.push_signal(place, end, weight, &[]);
        Some(end)
    }

    /// Takes what starts at a place: the longest phrase that bears on the tone, and the longest of
    /// every other list. Gives the place from which the next phrase of tone may start.
    fn entries(&mut self, place: usize, free_from: usize, language: &Language) -> usize {
        let mut tone: Option<(usize, Meanings)> = None;
        let mut intents: [Option<(f32, usize)>; 4] = [None; 4];
        let mut priorities: Vec<(Category, f32, usize)> = Vec::new();
        {
            let words = |at: usize| next_word(&self.tokens, &self.resolved, at);
            language.trie.visit(place, &words, &mut |meanings, end| {
                let mut kept = Meanings::default();
                for &(role, value) in meanings {
                    match role {
                        Role::Function | Role::Number => {}
                        Role::Intent(list) => {
                            let best = &mut intents[list as usize];
                            if best.is_none_or(|(_, longest)| end > longest) {
                                *best = Some((value, end));
                            }
                        }
                        Role::Priority(category) => priorities.push((category, value, end)),
                        _ => kept.push((role, value)),
                    }
                }
                if kept.count == 0 || place < free_from {
                    return;
                }
                match &mut tone {
                    Some((longest, known)) if end == *longest => known.join(&kept),
                    Some((longest, _)) if end < *longest => {}
                    _ => tone = Some((end, kept)),
                }
            });
        }
        let negated = self.follows_negator(place);
        for (list, found) in INTENTS.into_iter().zip(intents) {
            if let Some((points, end)) = found {
                self.intents.push(Found {
                    what: list,
                    points,
                    at: place,
                    end,
                    negated,
                });
            }
        }
        for (category, points, end) in priorities {
            self.priorities.push(Found {
                what: category,
                points,
                at: place,
                end,
                negated,
            });
        }
        match tone {
            Some((end, kept)) => {
                self.take(place, end, kept.list());
                end
            }
            None => free_from,
        }
    }

    fn take(&mut self, place: usize, end: usize, meanings: &[Meaning]) {
        let weight = meanings.iter().find_map(|(role, value)| {
            matches!(role, Role::Sentiment | Role::Excess).then_some(*value)
        });
        for &(role, value) in meanings {
            match role {
                Role::Sentiment | Role::Courtesy | Role::Ironic | Role::Outcry => {}
                Role::Person => self.persons += 1,
                Role::When | Role::Business => self.matters += 1,
                Role::Faint | Role::SmallTalk => self.faint.push(Marker {
                    role,
                    value: f64::from(value),
                    at: place,
                    end,
                }),
                _ => {
                    let stretched = role == Role::Booster && self.tokens.list[place].elongated;
                    self.markers.push(Marker {
                        role,
                        value: f64::from(value) * if stretched { 1.2 } else { 1.0 },
                        at: place,
                        end,
                    });
                }
            }
        }
        if let Some(weight) = weight.filter(|weight| *weight != 0.0) {
            self.push_signal(place, end, weight, meanings);
        }
    }

    fn push_signal(&mut self, at: usize, end: usize, weight: f32, meanings: &[Meaning]) {
        let has = |wanted: Role| meanings.iter().any(|(role, _)| *role == wanted);
        let token = self.tokens.list[at];
        self.signals.push(Signal {
            at,
            end,
            weight: f64::from(weight),
            rules: 0,
            picture: matches!(token.kind, Kind::Emoji | Kind::Face),
            ironic: has(Role::Ironic),
            courtesy: has(Role::Courtesy),
            excess: has(Role::Excess),
            booster: has(Role::Booster),
            compares: has(Role::Comparison),
            outcry: has(Role::Outcry),
        });
    }

    fn follows_negator(&self, place: usize) -> bool {
        self.markers.last().is_some_and(|marker| {
            marker.role == Role::Negator
                && marker.end <= place
                && place - marker.end <= 2
                && self.clauses[marker.at] == self.clauses[place]
        })
    }
}

const INTENTS: [IntentList; 4] = [
    IntentList::Complaint,
    IntentList::Praise,
    IntentList::Question,
    IntentList::Spam,
];

/// The meanings of one phrase; no phrase has more than a few.
#[derive(Clone, Copy)]
struct Meanings {
    kept: [Meaning; 6],
    count: usize,
}

impl Default for Meanings {
    fn default() -> Self {
        Self {
            kept: [(Role::Number, 0.0); 6],
            count: 0,
        }
    }
}

impl Meanings {
    fn push(&mut self, meaning: Meaning) {
        if let Some(slot) = self.kept.get_mut(self.count) {
            *slot = meaning;
            self.count += 1;
        }
    }

    /// Adds what another phrase of the same length says: a word and a stem of it.
    fn join(&mut self, other: &Self) {
        for &meaning in other.list() {
            if !self.list().iter().any(|(role, _)| *role == meaning.0) {
                self.push(meaning);
            }
        }
    }

    fn list(&self) -> &[Meaning] {
        self.kept.get(..self.count).unwrap_or_default()
    }
}

/// The word at a place, and the place after it: quotation marks are passed over, the end of a
/// clause is not.
fn next_word(tokens: &Tokens, resolved: &[Resolved], mut at: usize) -> Option<(Resolved, usize)> {
    while tokens.list.get(at)?.kind == Kind::Quote {
        at += 1;
    }
    match tokens.list.get(at)?.kind {
        Kind::Comma | Kind::Stop { .. } => None,
        _ => Some((*resolved.get(at)?, at + 1)),
    }
}

/// Looks a word up again in its plain shape: `bellissimooo` is `bello`, stretched and superlative.
fn reshape(
    language: &Language,
    token: &Token,
    folded: &str,
    resolved: &mut Resolved,
    scratch: &mut String,
) -> u8 {
    let mut shape = 0;
    let mut word = folded;
    let mut shortened = String::new();
    if token.elongated {
        shape |= shape::ELONGATED;
        for keep in [2, 1] {
            if resolved.exact.is_some() {
                break;
            }
            shorten(folded, keep, &mut shortened);
            *resolved = language.trie.resolve(&shortened);
        }
        if !shortened.is_empty() {
            word = &shortened;
        }
    }
    if language.lang == Lang::IT && word.len() > 7 {
        let stem = ["issimo", "issima", "issimi", "issime"]
            .iter()
            .find_map(|ending| word.strip_suffix(ending));
        if let Some(stem) = stem.filter(|_| !has_tone(language, resolved.exact)) {
            shape |= shape::SUPERLATIVE;
            let soft = stem
                .strip_suffix('h')
                .filter(|soft| soft.ends_with(['c', 'g']));
            for (stem, vowel) in [stem, soft.unwrap_or(stem)]
                .into_iter()
                .flat_map(|s| ["o", "e", "a", "i"].map(|v| (s, v)))
            {
                if resolved.plain.is_some() {
                    break;
                }
                scratch.clear();
                scratch.push_str(stem);
                scratch.push_str(vowel);
                let plain = language.trie.resolve(scratch);
                resolved.plain = [plain.exact, plain.stem]
                    .into_iter()
                    .find(|id| has_tone(language, *id))
                    .flatten();
                resolved.stem = resolved.stem.or(plain.stem);
            }
        }
    }
    shape
}

/// Whether a word or stem has a tone where it stands alone.
fn has_tone(language: &Language, id: Option<WordId>) -> bool {
    let word = Resolved {
        exact: id,
        ..Resolved::default()
    };
    let meanings = language.trie.meanings_of(word);
    meanings.iter().any(|(role, _)| *role == Role::Sentiment)
}

/// Writes a word with at most `keep` of a letter in a row, where it has three or more.
fn shorten(word: &str, keep: usize, out: &mut String) {
    out.clear();
    let mut characters = word.chars().peekable();
    while let Some(character) = characters.next() {
        let mut run = 1;
        while characters.next_if_eq(&character).is_some() {
            run += 1;
        }
        let kept = if run >= 3 { keep } else { run };
        out.extend(std::iter::repeat_n(character, kept));
    }
}
