//! What the author of a mention wants: points from the lists and from a few rules; the class with
//! enough points wins, spam first, then a complaint, then a question, then praise.

use super::lexicon::{IntentList, Role};
use super::scan::{Reading, Sentence};
use super::sum::span;
use crate::model::{Intent, IntentScore, ItemKind, SentimentScore};

/// Points from which a class is believed.
const ENOUGH: f32 = 2.0;

/// What the rules need to know besides the words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) title: &'a str,
    pub(super) text: &'a str,
    pub(super) kind: ItemKind,
    pub(super) rating: Option<f64>,
}

#[derive(Default)]
struct Case {
    points: f32,
    because: Vec<String>,
}

impl Case {
    fn add(&mut self, points: f32, why: impl Into<String>) {
        self.points += points;
        self.because.push(why.into());
    }
}

/// The intent of a mention.
pub(super) fn score(
    reading: &Reading,
    sentiment: &SentimentScore,
    context: &Context<'_>,
) -> IntentScore {
    let mut complaint = Case::default();
    let mut praise = Case::default();
    let mut question = Case::default();
    let mut spam = Case::default();
    let mut covered = [0_usize; 4];
    for found in &reading.intents {
        let until = &mut covered[found.what as usize];
        if found.at < *until {
            continue;
        }
        *until = found.end;
        let term = span(
            &reading.tokens.list,
            found.at,
            found.end,
            context.title,
            context.text,
        );
        let case = match found.what {
            IntentList::Complaint => &mut complaint,
            IntentList::Praise => &mut praise,
            IntentList::Question => &mut question,
            IntentList::Spam => &mut spam,
        };
        if !(found.negated && found.what == IntentList::Praise) {
            case.add(found.points, term);
        }
    }
    tone(reading, sentiment, context, &mut complaint, &mut praise);
    asks(reading, context, &mut question);
    let candidates = [
        (Intent::Spam, spam, 3.0),
        (Intent::Complaint, complaint, ENOUGH),
        (Intent::Question, question, ENOUGH),
        (Intent::Praise, praise, ENOUGH),
    ];
    for (label, case, enough) in candidates {
        if case.points >= enough {
            return IntentScore {
                label,
                because: case.because,
            };
        }
    }
    IntentScore {
        label: Intent::Mention,
        because: Vec::new(),
    }
}

/// Displeasure is a complaint where someone speaks for himself or to the brand.
fn tone(
    reading: &Reading,
    sentiment: &SentimentScore,
    context: &Context<'_>,
    complaint: &mut Case,
    praise: &mut Case,
) {
    let direct = reading.persons > 0 || reading.tokens.names > 0;
    let named = || format!("sentiment {:+.2}", sentiment.score);
    let score = sentiment.score;
    if score <= -0.25 {
        complaint.add(if direct { 1.5 } else { 0.75 }, named());
    } else if score >= 0.35 {
        praise.add(if score >= 0.45 || direct { 2.0 } else { 1.0 }, named());
        complaint.points -= 1.0;
    }
    if score <= -0.5 {
        complaint.points += 0.5;
    }
    match context.rating {
        Some(stars) if stars <= 2.0 => complaint.add(2.0, format!("{stars} of 5")),
        Some(stars) if stars >= 4.0 => praise.add(2.0, format!("{stars} of 5")),
        _ => {}
    }
}

fn asks(reading: &Reading, context: &Context<'_>, question: &mut Case) {
    if context.kind == ItemKind::Question {
        question.add(2.0, "type question");
    }
    for sentence in reading
        .sentences
        .iter()
        .filter(|sentence| sentence.asks > 0)
    {
        if opens_with_interrogative(reading, sentence) {
            question.add(2.0, "? after a question word");
        } else if sentence.asks == 1 && sentence.bangs == 0 {
            // Italian asks without a word for it: `Il reso è gratuito?`
            question.add(2.0, "?");
        } else {
            question.add(1.0, "?");
        }
    }
    if reading
        .markers
        .iter()
        .any(|marker| marker.role == Role::Request)
    {
        question.add(1.0, "a request");
    }
}

fn opens_with_interrogative(reading: &Reading, sentence: &Sentence) -> bool {
    let markers = reading
        .markers
        .get(sentence.markers.0..sentence.markers.1)
        .unwrap_or_default();
    markers.iter().any(|marker| {
        let opens = marker.at <= sentence.first + 3
            || marker
                .at
                .checked_sub(1)
                .is_some_and(|before| reading.clauses[before] != reading.clauses[marker.at]);
        marker.role == Role::Request || (marker.role == Role::Interrogative && opens)
    })
}
