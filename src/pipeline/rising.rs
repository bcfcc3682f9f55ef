//! What is named more than usual: words, authors and sources against the windows before.
//!
//! The statistics. Words: the log-likelihood ratio G² (Dunning, 1993) of the share of mentions that
//! hold the word, now and in up to four windows before; 10.83 is exceeded by chance once in a
//! thousand. Authors and sources: how far the count stands above its mean in those windows, in
//! roots of the mean, by which counts scatter; three of them at least. Both must be twice as
//! frequent as usual, and not be a handful: a word in three mentions by two authors, five mentions
//! by an author or in a source.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::covered::Covered;
use crate::model::{Mention, Riser, Rising};
use crate::query::words::{WordKind, split};
use crate::score::Lists;

/// Mentions whose words are read, of the window and of those before it together.
pub(super) const SAMPLE: usize = 3_000;

/// Risers of a kind.
const SHOWN: usize = 8;

const LEAST_WORD: u64 = 3;
const LEAST_COUNT: u64 = 5;
const TWICE: f64 = 2.0;
const UNLIKELY: f64 = 10.83;
const DEVIATIONS: f64 = 3.0;

/// Letters of a word at least: shorter ones say too little.
const LETTERS: std::ops::RangeInclusive<usize> = 4..=40;

/// In how many of some mentions words occur.
#[derive(Debug, Default)]
pub(super) struct Words {
    mentions: u64,
    words: HashMap<String, Occurrence>,
}

#[derive(Debug, Default)]
struct Occurrence {
    mentions: u64,
    /// Who wrote the first of them, and whether somebody else wrote another.
    author: String,
    shared: bool,
}

impl Words {
    /// Reads a mention.
    pub(super) fn add(&mut self, mention: &Mention) {
        self.mentions += 1;
        let author = &mention.item.author;
        let author = author.handle.as_ref().or(author.name.as_ref());
        let author = author.map(|name| name.to_lowercase()).unwrap_or_default();
        let mut seen: HashSet<String> = HashSet::new();
        for text in [mention.item.title.as_deref(), Some(&*mention.item.text)] {
            split(text.unwrap_or_default(), &mut |word| {
                let fits = word.kind == WordKind::Word
                    && LETTERS.contains(&word.folded.chars().count())
                    && !word.folded.chars().any(|c| c.is_ascii_digit() || c == '_')
                    && !is_common(word.folded);
                if fits && !seen.contains(word.folded) {
                    seen.insert(word.folded.to_owned());
                }
            });
        }
        for word in seen {
            let occurrence = self.words.entry(word).or_default();
            occurrence.mentions += 1;
            if occurrence.mentions == 1 {
                occurrence.author.clone_from(&author);
            } else if occurrence.author != author {
                occurrence.shared = true;
            }
        }
    }
}

/// Whether the word is one that tells languages apart: it says nothing of what is talked about.
fn is_common(word: &str) -> bool {
    static COMMON: OnceLock<HashSet<&'static str>> = OnceLock::new();
    COMMON
        .get_or_init(|| {
            Lists::files()
                .iter()
                .filter(|(_, name, _)| *name == "function")
                .flat_map(|(_, _, text)| text.lines())
                .filter_map(|line| line.split('\t').next())
                .collect()
        })
        .contains(word)
}

/// What rose: `words` of a sample of the window against those of samples of the `windows` before,
/// counts against all that was counted in them.
pub(super) fn rising(
    now: &Covered,
    before: &Covered,
    windows: u32,
    words: (&Words, &Words),
) -> Rising {
    if windows == 0 {
        return Rising::default();
    }
    let named = |counts: Vec<(String, u64, u64)>| {
        let mut risers: Vec<(f64, Riser)> = counts
            .into_iter()
            .filter(|(name, ..)| !name.is_empty())
            .filter_map(|(name, count, then)| {
                let usual = to_f64(then) / f64::from(windows);
                let above = (to_f64(count) - usual) / usual.max(1.0).sqrt();
                let rose =
                    count >= LEAST_COUNT && to_f64(count) >= TWICE * usual && above >= DEVIATIONS;
                rose.then_some((above, Riser { name, count, usual }))
            })
            .collect();
        best(&mut risers)
    };
    let authors = now.authors.iter().map(|(key, author)| {
        let then = before.authors.get(key).map_or(0, |author| author.mentions);
        (author.name.clone(), author.mentions, then)
    });
    let sources = now.sources.iter().map(|(name, count)| {
        let then = before.sources.get(name).copied().unwrap_or(0);
        (name.clone(), *count, then)
    });
    Rising {
        terms: terms(now, before, windows, words),
        authors: named(authors.collect()),
        sources: named(sources.collect()),
    }
}

fn terms(
    now: &Covered,
    before: &Covered,
    windows: u32,
    (here, there): (&Words, &Words),
) -> Vec<Riser> {
    if here.mentions == 0 || there.mentions == 0 {
        return Vec::new();
    }
    // What was sampled stands for all.
    let scale = to_f64(now.tally().mentions) / to_f64(here.mentions);
    let scale_before =
        to_f64(before.tally().mentions) / to_f64(there.mentions) / f64::from(windows);
    let mut risers: Vec<(f64, Riser)> = here
        .words
        .iter()
        .filter(|(_, found)| found.mentions >= LEAST_WORD && found.shared)
        .filter_map(|(word, found)| {
            let then = there.words.get(word).map_or(0, |found| found.mentions);
            let share = to_f64(found.mentions) / to_f64(here.mentions);
            let share_then = to_f64(then) / to_f64(there.mentions);
            let g = likelihood((found.mentions, here.mentions), (then, there.mentions));
            let usual = to_f64(then) * scale_before;
            let count = rounded(to_f64(found.mentions) * scale);
            let rose = share >= TWICE * share_then && to_f64(count) > usual && g >= UNLIKELY;
            rose.then(|| {
                let name = word.clone();
                (g, Riser { name, count, usual })
            })
        })
        .collect();
    best(&mut risers)
}

/// The strongest, the strongest first; by name where equal.
fn best(risers: &mut Vec<(f64, Riser)>) -> Vec<Riser> {
    risers.sort_by(|(a, left), (b, right)| b.total_cmp(a).then(left.name.cmp(&right.name)));
    risers.truncate(SHOWN);
    risers.drain(..).map(|(_, riser)| riser).collect()
}

/// The log-likelihood ratio of two shares, each so many of so many.
fn likelihood(here: (u64, u64), there: (u64, u64)) -> f64 {
    let (a, n) = (to_f64(here.0), to_f64(here.1));
    let (b, m) = (to_f64(there.0), to_f64(there.1));
    let share = (a + b) / (n + m);
    let part = |seen: f64, expected: f64| {
        if seen > 0.0 {
            seen * (seen / expected).ln()
        } else {
            0.0
        }
    };
    2.0 * (part(a, n * share)
        + part(b, m * share)
        + part(n - a, n * (1.0 - share))
        + part(m - b, m * (1.0 - share)))
}

fn rounded(value: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of mentions, never negative"
    )]
    let rounded = value.round() as u64;
    rounded
}

fn to_f64(count: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    let value = count as f64;
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Author, Intent, IntentScore, Item, Lang, MentionId, Priority, PriorityScore, Scores,
        Sentiment, SentimentScore, Sequence, SourceKey, Status, Timestamp,
    };
    use crate::store::Brief;

    fn mention(id: i64, author: &str, source: &str, text: &str) -> Mention {
        Mention {
            id: MentionId(id),
            seq: Sequence(id),
            item: Item {
                text: text.to_owned(),
                author: Author {
                    name: Some(author.to_owned()),
                    ..Author::default()
                },
                ..Item::default()
            },
            canonical_url: None,
            source: source.to_owned(),
            source_key: SourceKey(source.to_owned()),
            collected: Timestamp::from_seconds(id),
            watchlists: Vec::new(),
            hits: Vec::new(),
            scores: Scores {
                language: Lang::IT,
                sentiment: SentimentScore {
                    label: Sentiment::Neutral,
                    score: 0.0,
                    because: Vec::new(),
                },
                intent: IntentScore {
                    label: Intent::Mention,
                    because: Vec::new(),
                },
                priority: PriorityScore {
                    label: Priority::Normal,
                    score: 0,
                    because: Vec::new(),
                },
                brands: Vec::new(),
                lists: String::new(),
            },
            copies: 0,
            status: Status::Open,
            tags: Vec::new(),
        }
    }

    fn counted(mentions: &[Mention]) -> (Covered, Words) {
        let (mut covered, mut words) = (Covered::default(), Words::default());
        for mention in mentions {
            covered.add(Brief::of(mention, mention.seq), false);
            words.add(mention);
        }
        (covered, words)
    }

    fn names(risers: &[Riser]) -> Vec<(&str, u64, f64)> {
        risers
            .iter()
            .map(|riser| (&*riser.name, riser.count, riser.usual))
            .collect()
    }

    #[test]
    fn what_is_named_more_than_usual_rises_and_nothing_else() {
        let before: Vec<Mention> = (0..200)
            .map(|id| {
                mention(
                    id,
                    &format!("a{}", id % 50),
                    "forum",
                    "il frigo perché è rotto",
                )
            })
            .collect();
        let now: Vec<Mention> = (0..60)
            .map(|id| match id {
                0..12 => mention(id, &format!("a{id}"), "forum", "richiamo del frigo rotto"),
                12..20 => mention(id, "Solo Lui", "blog", "comprate comprate offertissima"),
                _ => mention(id, &format!("a{id}"), "forum", "il frigo è rotto"),
            })
            .collect();
        let ((old, old_words), (new, new_words)) = (counted(&before), counted(&now));
        let found = rising(&new, &old, 4, (&new_words, &old_words));
        assert_eq!(names(&found.terms), [("richiamo", 12, 0.0)]);
        assert_eq!(names(&found.authors), [("Solo Lui", 8, 0.0)]);
        assert_eq!(names(&found.sources), [("blog", 8, 0.0)]);
        assert!(rising(&new, &old, 0, (&new_words, &old_words)).is_empty());
        // Twice as many of everything is no news of any word.
        let (same, same_words) = counted(&before);
        assert!(rising(&same, &old, 1, (&same_words, &old_words)).is_empty());
    }

    #[test]
    fn the_ratio_is_dunnings() {
        // 10 of 100 against 1 of 100: 2 (10 ln 10/5.5 + 1 ln 1/5.5 + 90 ln 90/94.5 + 99 ln 99/94.5).
        let g = likelihood((10, 100), (1, 100));
        assert!((g - 8.976).abs() < 0.001, "{g}");
        assert!(likelihood((5, 100), (5, 100)).abs() < 1e-9);
    }
}
