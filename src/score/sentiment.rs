//! The tone of a mention: weights from the lists, changed by rules, added up.
//!
//! Every rule changes the weight of a word and leaves its name; what no word carries (exclamation
//! marks, stars, a sum too small to tell) is a line of its own. So the weights of the explanation
//! add up to the sum, and `sum / sqrt(sum² + 15)` is the score.

use super::brand;
use super::lexicon::Role;
use super::scan::{Marker, Reading, Sentence, Signal, shape};
use super::sum::{TOO_LITTLE, add_up};
use super::tokens::Kind;
use crate::model::{ItemKind, Lang, SentimentScore};

macro_rules! rules {
    ($($name:ident = $text:literal),+ $(,)?) => {
        #[expect(clippy::upper_case_acronyms, reason = "the constants are counted by it")]
        enum Bits { $($name),+ }
        $(pub(super) const $name: u32 = 1 << Bits::$name as u32;)+
        pub(super) const RULES: &[&str] = &[$($text),+];
    };
}

rules! {
    NEGATION = "negation",
    INTENSIFIER = "intensifier",
    DIMINISHER = "diminisher",
    REVERSAL = "reversal",
    SUPERLATIVE = "superlative",
    ELONGATION = "elongation",
    CAPITALS = "capitals",
    CONTRAST = "contrast",
    CONCESSION = "concession",
    WISH = "wish",
    HOPE = "hope",
    QUESTION = "question",
    REQUEST = "request",
    COURTESY = "courtesy",
    IRONY = "irony",
    QUOTATION = "quotation",
    HEADLINE = "headline",
    NEAR = "near the name",
    FAR = "far from the name",
    REPETITION = "repetition",
    NAME = "part of a name",
    FAINT = "faint",
    COMPARED = "comparison",
    RIVAL = "about another name",
}

/// What the rules need to know besides the words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) language: Lang,
    pub(super) title: &'a str,
    pub(super) text: &'a str,
    pub(super) kind: ItemKind,
    pub(super) rating: Option<f64>,
    /// The tokens at which a watchlist's term matched.
    pub(super) hits: &'a [usize],
    /// The tokens at which the text names another brand.
    pub(super) rivals: &'a [usize],
}

/// How far a negator reaches: words after it, and words before it.
fn reach(language: Lang) -> (usize, usize) {
    match language.as_str() {
        "en" => (3, 0),
        "de" => (3, 2),
        _ => (4, 0),
    }
}

/// The tone of a mention.
pub(super) fn score(reading: &mut Reading, context: &Context<'_>) -> SentimentScore {
    let sentences = std::mem::take(&mut reading.sentences);
    let mut signals = std::mem::take(&mut reading.signals);
    for sentence in &sentences {
        let range = sentence.signals.0..sentence.signals.1;
        let Some(own) = signals.get_mut(range) else {
            continue;
        };
        if own.is_empty() {
            continue;
        }
        shapes_of(reading, own);
        scopes(reading, sentence, own, context.language);
        contrast(reading, sentence, own);
        gates(reading, sentence, own);
    }
    for pair in sentences.windows(2) {
        if let [before, after] = pair {
            contrast_across(reading, *before, *after, &mut signals);
        }
    }
    proper_names(reading, &sentences, &mut signals, context.language);
    quotations(reading, &mut signals);
    // What is said of another brand mocks nobody here.
    brand::weigh(reading, &sentences, &mut signals, context);
    irony(reading, &sentences, &mut signals);
    repetition(reading, &mut signals);
    headline(reading, &sentences, &mut signals, context);
    let score = add_up(reading, &sentences, &signals, context);
    reading.sentences = sentences;
    reading.signals = signals;
    score
}

pub(super) fn scale(signal: &mut Signal, factor: f64, rule: u32) {
    signal.weight *= factor;
    signal.rules |= rule;
}

fn shapes_of(reading: &Reading, signals: &mut [Signal]) {
    // Where all is in capitals, no word is.
    let shouting = reading.shouted * 5 > reading.words * 3;
    for signal in signals {
        for place in signal.at..signal.end {
            let shape = reading.shapes.get(place).copied().unwrap_or_default();
            if shape & shape::SUPERLATIVE != 0 {
                scale(signal, 1.4, SUPERLATIVE);
            }
            if shape & shape::ELONGATED != 0 {
                scale(signal, 1.25, ELONGATION);
            }
        }
        let tokens = reading
            .tokens
            .list
            .get(signal.at..signal.end)
            .unwrap_or_default();
        if !signal.picture && !shouting && tokens.iter().any(|token| token.capitals) {
            scale(signal, 1.25, CAPITALS);
        }
    }
}

/// Negators, intensifiers and their like: what stands before a word, and little of what follows.
fn scopes(reading: &Reading, sentence: &Sentence, signals: &mut [Signal], language: Lang) {
    let markers = reading
        .markers
        .get(sentence.markers.0..sentence.markers.1)
        .unwrap_or_default();
    let (forward, backward) = reach(language);
    let mut next_marker = 0;
    for index in 0..signals.len() {
        let mut signal = signals[index];
        while markers
            .get(next_marker)
            .is_some_and(|marker| marker.at < signal.at)
        {
            next_marker += 1;
        }
        if signal.picture {
            continue;
        }
        let mut effect = Effect::default();
        for marker in markers.get(..next_marker).unwrap_or_default().iter().rev() {
            let distance = signal.at.saturating_sub(marker.end);
            if distance > 8 || !reaches(reading, marker, &signal) {
                break;
            }
            effect.before(marker, distance, forward);
        }
        let following = markers.get(next_marker..).unwrap_or_default().iter();
        for marker in following.filter(|marker| marker.at >= signal.end).take(2) {
            let distance = marker.at - signal.end;
            if reading.clauses[marker.at] != reading.clauses[signal.at] {
                break;
            }
            let before_other = signals
                .get(index + 1)
                .is_some_and(|next| next.at <= marker.end + 1);
            if marker.role == Role::Negator && distance < backward {
                effect.negated = true;
            } else if marker.role == Role::Booster && distance == 0 && !before_other {
                effect.factor *= marker.value;
                effect.rules |= INTENSIFIER;
            }
        }
        effect.apply(&mut signal);
        signals[index] = signal;
        // `troppo bello`, `damn good`: the first word has no tone of its own.
        if let Some(previous) = index
            .checked_sub(1)
            .and_then(|before| signals.get_mut(before))
        {
            let spent = previous.excess || (previous.booster && signal.weight > 0.0);
            if spent && !signal.excess && signal.at - previous.end <= 1 {
                previous.weight = 0.0;
            }
        }
    }
    for signal in signals.iter_mut().filter(|signal| signal.excess) {
        let next = reading.tokens.list.get(signal.end).map(|token| token.kind);
        if !matches!(next, Some(Kind::Word | Kind::Number)) {
            signal.weight = 0.0;
        }
    }
}

/// Whether nothing stands between a marker and a word that ends what the marker reaches.
fn reaches(reading: &Reading, marker: &Marker, signal: &Signal) -> bool {
    let far = matches!(marker.role, Role::Wish | Role::Hope);
    far || reading.clauses[marker.at] == reading.clauses[signal.at]
}

#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each rule applies or does not"
)]
struct Effect {
    factor: f64,
    negated: bool,
    reversed: bool,
    wished: bool,
    hoped: bool,
    cut: bool,
    rules: u32,
}

impl Default for Effect {
    fn default() -> Self {
        Self {
            factor: 1.0,
            negated: false,
            reversed: false,
            wished: false,
            hoped: false,
            cut: false,
            rules: 0,
        }
    }
}

impl Effect {
    fn before(&mut self, marker: &Marker, distance: usize, forward: usize) {
        match marker.role {
            Role::Contrast => self.cut = true,
            Role::Negator if distance <= forward && !self.cut => self.negated = true,
            Role::Reverser if distance <= 1 && !self.cut => self.reversed = true,
            Role::Booster | Role::Excess if distance <= 1 && !self.cut => {
                self.factor *= if marker.role == Role::Excess {
                    1.2
                } else {
                    marker.value
                };
                self.rules |= INTENSIFIER;
            }
            Role::Dampener if distance <= 2 && !self.cut => {
                self.factor *= marker.value;
                self.rules |= DIMINISHER;
            }
            Role::Wish if !self.cut => self.wished = true,
            Role::Hope if !self.cut => self.hoped = true,
            _ => {}
        }
    }

    fn apply(&self, signal: &mut Signal) {
        signal.weight *= self.factor.clamp(0.2, 2.0);
        signal.rules |= self.rules;
        let pleased = signal.weight > 0.0;
        if self.reversed && !signal.outcry {
            scale(signal, if pleased { -0.6 } else { 0.5 }, REVERSAL);
        }
        if self.negated && !signal.outcry {
            // `non eccezionale` is less than `non buono`; `non male` is faint praise, and
            // `non orrendo` is no more than that.
            let factor = match signal.weight {
                w if w > 2.4 => -0.5,
                w if w > 0.0 => -0.75,
                w => -(0.5 / w.abs()).min(0.3),
            };
            scale(signal, factor, NEGATION);
        }
        if self.wished && !self.negated {
            scale(signal, if pleased { -0.3 } else { 0.4 }, WISH);
        } else if self.hoped {
            scale(signal, 0.5, HOPE);
        }
    }
}

/// `bello, ma si è rotto`: what comes after `ma` counts.
fn contrast(reading: &Reading, sentence: &Sentence, signals: &mut [Signal]) {
    let markers = reading
        .markers
        .get(sentence.markers.0..sentence.markers.1)
        .unwrap_or_default();
    let turn = markers
        .iter()
        .rev()
        .find(|m| m.role == Role::Contrast && m.at > sentence.first + 1);
    if let Some(turn) = turn.filter(|turn| signals.iter().any(|signal| signal.at >= turn.end)) {
        for signal in signals.iter_mut().filter(|signal| !signal.picture) {
            let factor = if signal.at < turn.at { 0.5 } else { 1.25 };
            scale(signal, factor, CONTRAST);
        }
    }
    for marker in markers
        .iter()
        .filter(|marker| marker.role == Role::Concession)
    {
        let clause = reading.clauses[marker.at];
        let mut conceded = None;
        for signal in signals.iter_mut() {
            if signal.at >= marker.end && reading.clauses[signal.at] == clause {
                // `Despite the delay I am happy`: what turns is no longer conceded.
                let pleased = signal.weight > 0.0;
                if *conceded.get_or_insert(pleased) != pleased {
                    break;
                }
                scale(signal, 0.4, CONCESSION);
            }
        }
    }
}

/// `Sembrava bello. Ma si è rotto.`
fn contrast_across(reading: &Reading, before: Sentence, after: Sentence, signals: &mut [Signal]) {
    let first = reading
        .markers
        .get(after.markers.0..after.markers.1)
        .and_then(|markers| markers.first());
    let turns = first.is_some_and(|m| m.role == Role::Contrast && m.at <= after.first + 1);
    if turns && after.asks == 0 && after.signals.0 < after.signals.1 {
        for signal in signals
            .get_mut(before.signals.0..before.signals.1)
            .unwrap_or_default()
        {
            scale(signal, 0.6, CONTRAST);
        }
    }
}

/// Questions and requests: what they name is asked for, not judged.
fn gates(reading: &Reading, sentence: &Sentence, signals: &mut [Signal]) {
    let markers = reading
        .markers
        .get(sentence.markers.0..sentence.markers.1)
        .unwrap_or_default();
    let request = markers.iter().find(|marker| marker.role == Role::Request);
    let question = sentence.asks > 0 && !(request.is_none() && tagged(reading, sentence, markers));
    if !question && request.is_none() {
        return;
    }
    let rule = if question { QUESTION } else { REQUEST };
    for signal in signals.iter_mut().filter(|signal| !signal.picture) {
        if signal.weight > 0.0 {
            scale(signal, if question { 0.2 } else { 0.4 }, rule);
        } else if signal.weight > -1.5 {
            scale(signal, 0.5, rule);
        } else if request.is_some() {
            scale(signal, 0.75, rule);
        }
    }
}

/// `È proprio bello, vero?`: a question in form alone.
fn tagged(reading: &Reading, sentence: &Sentence, markers: &[Marker]) -> bool {
    let opens_clause = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| reading.clauses.get(at));
        before != reading.clauses.get(at)
    };
    markers.iter().any(|marker| {
        let apart = marker.end - marker.at > 1 || opens_clause(marker.at);
        marker.role == Role::Tag && marker.end == sentence.end && apart
    })
}

/// `Eden Hazard`, `Fallimento Spa`: a capital within a sentence, beside another, makes a name or a
/// title of a word. German writes all nouns so.
fn proper_names(reading: &Reading, sentences: &[Sentence], signals: &mut [Signal], language: Lang) {
    if language == Lang::DE {
        return;
    }
    let named = |place: Option<usize>, first: usize| {
        place
            .filter(|place| *place > first)
            .and_then(|place| reading.tokens.list.get(place))
            .is_some_and(|token| token.capitalised && !token.capitals && !token.hashtag)
    };
    for sentence in sentences {
        let own = signals
            .get_mut(sentence.signals.0..sentence.signals.1)
            .unwrap_or_default();
        for signal in own.iter_mut().filter(|signal| signal.end == signal.at + 1) {
            let beside = named(signal.at.checked_sub(1), sentence.first)
                || named(Some(signal.end), sentence.first);
            if named(Some(signal.at), sentence.first) && beside {
                scale(signal, 0.4, NAME);
            }
        }
    }
}

/// What stands between quotation marks is a title or another's word.
fn quotations(reading: &Reading, signals: &mut [Signal]) {
    if signals.is_empty() || reading.tokens.quotes < 2 {
        return;
    }
    let quotes: Vec<usize> = reading
        .tokens
        .list
        .iter()
        .enumerate()
        .filter(|(_, token)| token.kind == Kind::Quote)
        .map(|(place, _)| place)
        .collect();
    for pair in quotes.chunks_exact(2) {
        let [open, close] = *pair else { continue };
        let words = close - open - 1;
        // Where nearly all stands between them, they mark nothing.
        if words * 5 > reading.words as usize * 3 {
            continue;
        }
        for signal in signals
            .iter_mut()
            .filter(|signal| signal.at > open && signal.end <= close)
        {
            // One word in quotation marks, and nothing after it but what it doubts.
            let factor = if words == 1 && signal.weight > 0.0 {
                -0.3
            } else {
                0.15
            };
            scale(signal, factor, QUOTATION);
        }
    }
}

/// `Complimenti, dopo due ore…`: praise beside a complaint is mockery; thanks are politeness.
fn irony(reading: &Reading, sentences: &[Sentence], signals: &mut [Signal]) {
    let blame: f64 = signals
        .iter()
        .filter(|signal| signal.weight < 0.0)
        .map(|signal| signal.weight)
        .sum();
    let praise = signals
        .iter()
        .any(|s| s.weight > 0.0 && !s.ironic && !s.courtesy && !s.picture);
    let mocked = reading
        .markers
        .iter()
        .any(|marker| marker.role == Role::Mockery);
    let asked = sentences.iter().any(|sentence| sentence.asks > 0)
        || reading
            .markers
            .iter()
            .any(|marker| marker.role == Role::Request);
    let mut blamed_in = u32::MAX;
    for signal in signals.iter_mut() {
        let sentence = sentence_of(sentences, signal.at);
        if signal.weight < 0.0 {
            blamed_in = sentence;
            continue;
        }
        // Mockery comes before what it mocks, or in a sentence of its own.
        let leads = blamed_in != sentence && signal.rules & (CONTRAST | CONCESSION | NEGATION) == 0;
        if signal.ironic && !signal.picture && mocked && reading.words <= 25 {
            scale(signal, -0.8, IRONY);
        } else if signal.ironic && leads && !praise && blame <= -1.8 && reading.words <= 40 {
            scale(signal, -0.6, IRONY);
        } else if signal.courtesy && (asked || blame <= -1.7) {
            scale(signal, 0.15, COURTESY);
        }
    }
}

fn sentence_of(sentences: &[Sentence], place: usize) -> u32 {
    let after = sentences.partition_point(|sentence| sentence.first <= place);
    u32::try_from(after).unwrap_or(u32::MAX)
}

/// The fifth heart says no more than the second.
fn repetition(reading: &Reading, signals: &mut [Signal]) {
    let (mut pleased, mut displeased) = (0_u32, 0_u32);
    for signal in signals.iter_mut().filter(|signal| signal.picture) {
        let count = if signal.weight > 0.0 {
            &mut pleased
        } else {
            &mut displeased
        };
        *count += 1;
        match count {
            0 | 1 => {}
            2 => scale(signal, 0.5, REPETITION),
            _ => scale(signal, 0.1, REPETITION),
        }
    }
    // `Una truffa, truffa vera`: what a phrase ends in says the same once more.
    let mut previous: Option<[&str; 2]> = None;
    for signal in signals.iter_mut() {
        let words = [signal.at, signal.end.saturating_sub(1)]
            .map(|at| reading.tokens.folded(&reading.tokens.list[at]));
        if !signal.picture
            && previous.is_some_and(|[first, last]| first == words[0] || last == words[1])
        {
            scale(signal, 0.5, REPETITION);
        }
        previous = Some(words);
    }
}

/// News tell what happened; nobody in them is pleased or displeased with the brand.
fn headline(
    reading: &Reading,
    sentences: &[Sentence],
    signals: &mut [Signal],
    context: &Context<'_>,
) {
    let linked = reading.tokens.urls > 0 || context.kind == ItemKind::Article;
    if !linked || reading.persons > 0 || context.rating.is_some() {
        return;
    }
    let moved = signals.iter().any(|signal| signal.picture)
        || sentences.iter().any(|sentence| sentence.bangs > 0);
    if moved {
        return;
    }
    // What is not strong enough to be heard is not; what is, is heard.
    let whole: f64 = signals.iter().map(|signal| signal.weight).sum();
    let factor = if whole.abs() * 0.3 < TOO_LITTLE {
        0.3
    } else {
        0.6
    };
    for signal in signals {
        scale(signal, factor, HEADLINE);
    }
}
