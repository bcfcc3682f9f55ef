//! How soon someone should look: points per rule, 0 to 100.
//!
//! | from | class | means |
//! |---|---|---|
//! | 75 | urgent | now |
//! | 50 | high | today |
//! | 20 | normal | in the day's round |
//! | 0 | low | when there is time |
//!
//! Each category of the lists counts once, by its strongest term. A watchlist's own lists decide
//! the class: `urgent` and `high` are at least that, `low` is at most that.

use super::lexicon::Category;
use super::scan::Reading;
use super::sum::span;
use crate::model::{
    Intent, IntentScore, Points, Priority, PriorityScore, Sentiment, SentimentScore,
};

const URGENT: i32 = 75;
const HIGH: i32 = 50;
const NORMAL: i32 = 20;

/// What the rules need to know besides the words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) title: &'a str,
    pub(super) text: &'a str,
    pub(super) rating: Option<f64>,
    pub(super) followers: Option<u64>,
    pub(super) engagement: Option<u64>,
    pub(super) watchlist_terms: &'a [(Priority, String)],
}

/// The priority of a mention.
pub(super) fn score(
    reading: &Reading,
    sentiment: &SentimentScore,
    intent: &IntentScore,
    context: &Context<'_>,
) -> PriorityScore {
    let mut because = Vec::new();
    let mut add = |rule: &str, term: String, points: i32| {
        if points != 0 {
            because.push(Points {
                rule: rule.to_owned(),
                term,
                points,
            });
        }
    };
    let spam = intent.label == Intent::Spam;
    add(
        "intent",
        intent.label.to_string(),
        intent_points(intent.label),
    );
    let tone = sentiment.score;
    if sentiment.label == Sentiment::Negative && !spam {
        #[expect(clippy::cast_possible_truncation, reason = "between 0 and 20")]
        let points = (-tone * 20.0).round() as i32;
        add("sentiment", format!("{tone:+.2}"), points);
    }
    if !spam {
        for (category, points, term) in categories(reading, sentiment, context) {
            add(category.as_str(), term, points);
        }
        if let Some(stars) = context.rating.filter(|stars| *stars <= 2.0) {
            add("rating", format!("{stars} of 5"), 10);
        }
        reach(sentiment.label, context, &mut add);
    }
    let base: i32 = because.iter().map(|points: &Points| points.points).sum();
    own_lists(base.clamp(0, 100), context, &mut because);
    finish(because)
}

/// What the author wants is worth this before anything else is known.
fn intent_points(intent: Intent) -> i32 {
    match intent {
        Intent::Complaint => 18,
        Intent::Question => 20,
        Intent::Praise | Intent::Mention => 5,
        Intent::Spam => 0,
    }
}

/// The strongest term of each category. What is denied is not there, for the categories that
/// raise an alarm; pleased people who name them are not in need.
fn categories(
    reading: &Reading,
    sentiment: &SentimentScore,
    context: &Context<'_>,
) -> Vec<(Category, i32, String)> {
    let mut best: Vec<(Category, f32, usize, usize)> = Vec::new();
    for found in &reading.priorities {
        let alarm = matches!(
            found.what,
            Category::Safety
                | Category::Injury
                | Category::Legal
                | Category::Privacy
                | Category::Discrimination
                | Category::Outage
        );
        if alarm && found.negated {
            continue;
        }
        match best
            .iter_mut()
            .find(|(category, ..)| *category == found.what)
        {
            Some(known) if known.1.abs() < found.points.abs() => {
                *known = (found.what, found.points, found.at, found.end);
            }
            Some(_) => {}
            None => best.push((found.what, found.points, found.at, found.end)),
        }
    }
    let pleased = sentiment.score >= 0.4;
    best.into_iter()
        .map(|(category, points, at, end)| {
            let points = if pleased && points > 0.0 {
                points * 0.5
            } else {
                points
            };
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the lists hold points up to 100"
            )]
            let points = points.round() as i32;
            (
                category,
                points,
                span(&reading.tokens.list, at, end, context.title, context.text),
            )
        })
        .collect()
}

/// Many readers make a mention weigh more, above all one that displeases.
fn reach(label: Sentiment, context: &Context<'_>, add: &mut impl FnMut(&str, String, i32)) {
    let halved = |points: i32| {
        if label == Sentiment::Negative {
            points
        } else {
            points / 2
        }
    };
    let followers = context.followers.unwrap_or(0);
    let points = match followers {
        1_000_000.. => 25,
        100_000.. => 18,
        10_000.. => 10,
        2_000.. => 4,
        _ => 0,
    };
    add("followers", followers.to_string(), halved(points));
    let engagement = context.engagement.unwrap_or(0);
    let points = match engagement {
        10_000.. => 25,
        1_000.. => 16,
        100.. => 8,
        20.. => 4,
        _ => 0,
    };
    add("engagement", engagement.to_string(), halved(points));
}

/// The watchlist's `[priority]`: points, and as many more as its class needs.
fn own_lists(base: i32, context: &Context<'_>, because: &mut Vec<Points>) {
    let mut sum = base;
    let mut terms: Vec<&(Priority, String)> = context.watchlist_terms.iter().collect();
    terms.sort_by_key(|(priority, _)| std::cmp::Reverse(*priority));
    terms.dedup_by_key(|(priority, _)| *priority);
    let raised = terms
        .first()
        .is_some_and(|(priority, _)| *priority >= Priority::High);
    for (priority, term) in terms {
        let points = match priority {
            Priority::Urgent => (URGENT - sum).max(60),
            Priority::High => (HIGH - sum).max(30),
            Priority::Normal => (NORMAL - sum).max(0),
            Priority::Low if !raised => (NORMAL - 1 - sum).min(-10),
            Priority::Low => -10,
        };
        sum += points;
        if points != 0 {
            because.push(Points {
                rule: priority.to_string(),
                term: term.clone(),
                points,
            });
        }
    }
}

fn finish(because: Vec<Points>) -> PriorityScore {
    let sum: i32 = because.iter().map(|points| points.points).sum();
    let score = sum.clamp(0, 100);
    let label = match score {
        URGENT.. => Priority::Urgent,
        HIGH.. => Priority::High,
        NORMAL.. => Priority::Normal,
        _ => Priority::Low,
    };
    PriorityScore {
        label,
        score: u8::try_from(score).unwrap_or(100),
        because,
    }
}
