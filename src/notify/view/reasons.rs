//! Why a mention is there and weighs what it weighs, in the reader's words.

use super::NAME;
use crate::model::{Entry, Intent, Points, Sentiment, WeightedTerm};
use crate::notify::harmless;
use crate::notify::texts::{self, Texts};
use crate::notify::wording;

/// Reasons shown of each kind.
const SHOWN: usize = 4;
/// Reasons looked at: a text of a megabyte has more than anyone reads.
const LOOKED_AT: usize = 200;

/// `frigolux; priority 62: rimborso +30; sentiment −0,7: perde acqua −2,1`.
///
/// Of a mention that can wait only the words of its sentiment, where it has one: what matched is
/// marked in the snippet anyway.
pub(super) fn why(texts: &Texts, entry: &Entry, pressing: bool) -> String {
    let mut parts = Vec::new();
    if pressing {
        let terms = entry.why.terms.iter().take(SHOWN);
        let terms: Vec<String> = terms.map(|term| harmless::line(term, NAME)).collect();
        if !terms.is_empty() {
            parts.push(terms.join(", "));
        }
        let priority = entry.why.priority.iter().take(LOOKED_AT);
        let rules = strongest(priority.map(|points| {
            let name = counted(texts, points, entry);
            (name, f64::from(points.points))
        }));
        let score = entry.priority_score.to_string();
        let word = texts::fill(texts.why_priority, &[&score]);
        parts.extend(listed(&word, &rules, |points| {
            wording::points(texts, points)
        }));
    }
    if pressing || entry.sentiment != Sentiment::Neutral {
        let words = entry.why.sentiment.iter().take(LOOKED_AT);
        let words =
            strongest(words.filter_map(|word| Some((felt(texts, word, entry)?, word.weight))));
        let score = wording::signed(texts, entry.sentiment_score);
        let word = texts::fill(texts.why_sentiment, &[&score]);
        parts.extend(listed(&word, &words, |weight| {
            wording::signed(texts, weight)
        }));
    }
    harmless::breakable(&parts.join("; "))
}

/// The names with the largest weights, each name once: of two of which one holds the other
/// (`truffa`, `una truffa`), the longer, with the weight of both.
fn strongest(named: impl Iterator<Item = (String, f64)>) -> Vec<(String, f64)> {
    let mut sums: Vec<(String, f64)> = Vec::new();
    for (name, weight) in named {
        let same = |(known, sum): &&mut (String, f64)| {
            *known == name || (*sum * weight > 0.0 && (holds(known, &name) || holds(&name, known)))
        };
        match sums.iter_mut().find(same) {
            Some((known, sum)) => {
                *sum += weight;
                if name.len() > known.len() {
                    *known = name;
                }
            }
            None => sums.push((name, weight)),
        }
    }
    sums.sort_by(|(_, a), (_, b)| b.abs().total_cmp(&a.abs()));
    sums.truncate(SHOWN);
    sums
}

/// Whether one name stands within another, as words.
fn holds(name: &str, part: &str) -> bool {
    !part.is_empty()
        && name.match_indices(part).any(|(at, _)| {
            let before = name.get(..at).and_then(|before| before.chars().next_back());
            let after = name
                .get(at + part.len()..)
                .and_then(|after| after.chars().next());
            ![before, after]
                .into_iter()
                .flatten()
                .any(char::is_alphanumeric)
        })
}

fn listed(
    heading: &str,
    named: &[(String, f64)],
    weight: impl Fn(f64) -> String,
) -> Option<String> {
    let listed: Vec<String> = named
        .iter()
        .map(|(name, value)| format!("{name}\u{a0}{}", weight(*value)))
        .collect();
    (!listed.is_empty()).then(|| format!("{heading}: {}", listed.join(", ")))
}

/// What gave points: the term, or in words what was counted.
fn counted(texts: &Texts, points: &Points, entry: &Entry) -> String {
    let number = || points.term.parse().unwrap_or(0);
    match points.rule.as_str() {
        "intent" => Intent::parse(&points.term).map(|intent| texts.intent(intent).to_owned()),
        "sentiment" => Some(texts.negative_tone.to_owned()),
        "rating" => stars(texts, entry),
        "followers" => Some(texts.followers.with(texts, number())),
        "engagement" => Some(texts.engagement.with(texts, number())),
        _ => None,
    }
    .unwrap_or_else(|| {
        let term = harmless::line(points.term.trim_matches('"'), NAME);
        if term.chars().any(char::is_alphabetic) {
            term
        } else {
            // A number alone says nothing: its rule says what was counted.
            format!("{} {term}", harmless::line(&points.rule, NAME))
        }
    })
}

/// The word that sounded so; none for a correction without a word.
fn felt(texts: &Texts, word: &WeightedTerm, entry: &Entry) -> Option<String> {
    if word.rules.iter().any(|rule| rule == "rating") {
        return stars(texts, entry);
    }
    let said = word.term.chars().any(|c| !matches!(c, '·' | ' '));
    said.then(|| harmless::line(&word.term, NAME))
}

fn stars(texts: &Texts, entry: &Entry) -> Option<String> {
    let rating = entry.rating.filter(|rating| rating.is_finite())?;
    Some(texts::fill(texts.stars, &[&wording::stars(texts, rating)]))
}

#[cfg(test)]
mod tests {
    use super::super::super::texts::{ENGLISH, ITALIAN};
    use super::*;
    use crate::model::{ItemKind, Lang, Marked, MentionId, Priority, Timestamp, Why};

    fn entry() -> Entry {
        let points = |rule: &str, term: &str, points| Points {
            rule: rule.to_owned(),
            term: term.to_owned(),
            points,
        };
        let word = |term: &str, weight, rule: &str| WeightedTerm {
            term: term.to_owned(),
            weight,
            rules: vec![rule.to_owned()],
        };
        Entry {
            id: MentionId(1),
            url: None,
            title: None,
            snippet: Marked::default(),
            source: String::new(),
            author: None,
            followers: Some(12_400),
            date: Timestamp::from_seconds(0),
            undated: false,
            language: Lang::IT,
            kind: ItemKind::Review,
            rating: Some(1.0),
            engagement: None,
            sentiment: Sentiment::Negative,
            sentiment_score: -0.82,
            priority: Priority::Urgent,
            priority_score: 100,
            intent: Intent::Complaint,
            why: Why {
                terms: vec!["frigolux".to_owned()],
                priority: vec![
                    points("intent", "complaint", 18),
                    points("legal", "codacons", 42),
                    points("urgent", "codacons", 60),
                    points("sentiment", "-0.82", 16),
                    points("followers", "12400", 10),
                ],
                sentiment: vec![
                    word("scossa", -2.6, ""),
                    word("·", 0.1, "too little to tell"),
                    word("1 of 5", -3.0, "rating"),
                ],
            },
            copies: 0,
            copies_in: Vec::new(),
            alerted: false,
            answered: false,
        }
    }

    #[test]
    fn reasons_are_in_the_readers_words_and_each_once() {
        let said = |texts| why(texts, &entry(), true).replace('\u{a0}', " ");
        assert_eq!(
            said(&ITALIAN),
            "frigolux; priorità 100: codacons +102, reclamo +18, tono negativo +16, \
             12.400 follower +10; sentiment −0,8: voto 1 su 5 −3, scossa −2,6"
        );
        assert_eq!(
            said(&ENGLISH),
            "frigolux; priority 100: codacons +102, complaint +18, negative tone +16, \
             12,400 followers +10; sentiment −0.8: rated 1 out of 5 −3, scossa −2.6"
        );
    }

    #[test]
    fn a_word_and_a_phrase_with_it_are_one_reason() {
        let named = [
            ("truffa", -2.6),
            ("bene", 1.6),
            ("una truffa", -2.1),
            ("truffatori", -3.5),
            ("non funziona bene", -3.5),
        ];
        let said = strongest(
            named
                .into_iter()
                .map(|(name, weight)| (name.to_owned(), weight)),
        );
        let said: Vec<(&str, f64)> = said
            .iter()
            .map(|(name, sum)| (name.as_str(), *sum))
            .collect();
        assert_eq!(
            said,
            [
                ("una truffa", -4.7),
                ("truffatori", -3.5),
                ("non funziona bene", -3.5),
                ("bene", 1.6),
            ]
        );
    }

    #[test]
    fn what_can_wait_says_no_more_than_how_it_sounds() {
        let said = why(&ENGLISH, &entry(), false).replace('\u{a0}', " ");
        assert_eq!(said, "sentiment −0.8: rated 1 out of 5 −3, scossa −2.6");
        let neutral = Entry {
            sentiment: Sentiment::Neutral,
            ..entry()
        };
        assert_eq!(why(&ENGLISH, &neutral, false), "");
    }
}
