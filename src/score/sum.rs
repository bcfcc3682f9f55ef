//! The sum: what the words weigh after all rules, and what no word carries (exclamation marks, stars,
//! a sum too small to tell), each a line of the explanation.

use super::faint;
use super::scan::{Reading, Sentence, Signal};
use super::sentiment::{Context, RULES};
use super::tokens::{Field, Token};
use crate::model::{Sentiment, SentimentScore, WeightedTerm};

/// The score from which a mention is called positive, and from whose negative it is called
/// negative.
const THRESHOLD: f64 = 0.05;

/// How soon the score nears its ends: the larger, the later.
const SLOWNESS: f64 = 15.0;

/// A sum nearer to zero than this tells nothing.
pub(super) const TOO_LITTLE: f64 = 0.45;

/// Adds up what the rules left of the signals.
pub(super) fn add_up(
    reading: &Reading,
    sentences: &[Sentence],
    signals: &[Signal],
    context: &Context<'_>,
) -> SentimentScore {
    let mut because = Vec::new();
    for sentence in sentences {
        let own = signals
            .get(sentence.signals.0..sentence.signals.1)
            .unwrap_or_default();
        let mut sum = 0.0;
        for signal in own.iter().filter(|signal| signal.weight.abs() >= 0.005) {
            sum += signal.weight;
            because.push(WeightedTerm {
                term: written(reading, signal.at, signal.end, context),
                weight: round(signal.weight),
                rules: names(signal.rules),
            });
        }
        if let Some(mark) = punctuation(sentence, sum) {
            because.push(mark);
        }
    }
    if let Some(rating) = context.rating {
        because.push(line(
            &format!("{rating} of 5"),
            (rating.clamp(1.0, 5.0) - 3.0) * 1.5,
            "rating",
        ));
    }
    let total = |because: &[WeightedTerm]| because.iter().map(|term| term.weight).sum::<f64>();
    let mut sum = total(&because);
    let mut enough = TOO_LITTLE;
    if context.rating.is_none() {
        enough = faint::add(reading, sentences, signals, context, sum, &mut because);
        sum = total(&because);
    }
    if sum != 0.0 && sum.abs() < enough {
        because.push(line("·", -sum, "too little to tell"));
    }
    let sum = round(total(&because));
    let score = round(sum / (sum * sum + SLOWNESS).sqrt());
    let label = match score {
        s if s >= THRESHOLD => Sentiment::Positive,
        s if s <= -THRESHOLD => Sentiment::Negative,
        _ => Sentiment::Neutral,
    };
    SentimentScore {
        label,
        score,
        because,
    }
}

fn punctuation(sentence: &Sentence, sum: f64) -> Option<WeightedTerm> {
    let bangs = f64::from(sentence.bangs.min(3));
    if sum != 0.0 && bangs > 0.0 {
        // What people are glad of they say with marks rather than with stronger words.
        let weight = if sum > 0.0 { 0.4 } else { -0.25 };
        return Some(line("!", bangs * weight, "punctuation"));
    }
    let indignant = sentence.asks >= 2 && sum < 0.0;
    indignant.then(|| line("??", -0.5, "punctuation"))
}

pub(super) fn line(term: &str, weight: f64, rule: &str) -> WeightedTerm {
    WeightedTerm {
        term: term.to_owned(),
        weight: round(weight),
        rules: vec![rule.to_owned()],
    }
}

/// Four digits: what a person can check, and the same on every machine; never minus nothing.
pub(super) fn round(weight: f64) -> f64 {
    (weight * 10_000.0).round() / 10_000.0 + 0.0
}

pub(super) fn names(rules: u32) -> Vec<String> {
    let set = |(bit, _): &(usize, _)| rules & (1 << bit) != 0;
    RULES
        .iter()
        .enumerate()
        .filter(set)
        .map(|(_, name)| (*name).to_owned())
        .collect()
}

/// The words between two tokens of the mention, as [`span`] gives them.
pub(super) fn written(reading: &Reading, at: usize, end: usize, context: &Context<'_>) -> String {
    span(&reading.tokens.list, at, end, context.title, context.text)
}

/// The words between two tokens as the text has them, in lower case.
pub(super) fn span(tokens: &[Token], at: usize, end: usize, title: &str, text: &str) -> String {
    let (Some(first), Some(last)) = (tokens.get(at), tokens.get(end.saturating_sub(1))) else {
        return String::new();
    };
    let field = if first.field == Field::Title {
        title
    } else {
        text
    };
    let words = field
        .get(first.start as usize..last.end as usize)
        .unwrap_or_default();
    let words = words.trim_end_matches(['\'', '’']);
    let mut written = String::with_capacity(words.len());
    for word in words.split_ascii_whitespace() {
        if !written.is_empty() {
            written.push(' ');
        }
        written.push_str(word);
    }
    if written.is_ascii() {
        written.make_ascii_lowercase();
        return written;
    }
    // Beyond ASCII there is more white space, and letters that change their length.
    let words: Vec<&str> = written.split_whitespace().collect();
    words.join(" ").to_lowercase()
}
