//! Whether two texts are one text, published twice.
//!
//! A text is its runs of three words. Few numbers drawn from these (MinHash, in bands) find texts
//! that may be alike without comparing each with each; the runs themselves decide.
//!
//! Invariant: what says little is like nothing else: below [`LEAST`] runs two texts are never
//! taken for one.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

/// A text of fewer different runs says too little to be told from another by its words.
pub const LEAST: usize = 14;

/// Words beyond this are not looked at.
const MAX_WORDS: usize = 2_000;

/// Below this many runs, one other number makes another text: `regional 2317 is 20 minutes late`.
const NUMBERED: usize = 80;

/// Bands, and how many minima make one.
const BANDS: usize = 8;
const ROWS: usize = 3;

/// The words with which two copies begin alike, also where one was cut soon after.
const OPENING: usize = 14;

/// How alike two texts are that are one, in thousandths: see [`Sketch::is_copy_of`].
pub const ALIKE: u16 = 800;

/// What a text is compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    /// The different runs of three words, in order of their numbers.
    runs: Vec<u64>,
    /// Words with a digit in them, in order, each once.
    numbers: Vec<u64>,
    bands: Vec<i64>,
}

impl Sketch {
    /// The sketch of a text; `None` where it says too little.
    pub fn of(text: &str) -> Option<Self> {
        let words = words(text);
        let mut runs: Vec<u64> = words
            .windows(3)
            .map(|run| run.iter().fold(17, |sum, word| mix(sum ^ word.hash)))
            .collect();
        runs.sort_unstable();
        runs.dedup();
        if runs.len() < LEAST {
            return None;
        }
        let mut numbers: Vec<u64> = words
            .iter()
            .filter(|word| word.numeric)
            .map(|word| word.hash)
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let opening = words
            .iter()
            .take(OPENING)
            .fold(23, |sum, word| mix(sum ^ word.hash));
        let mut bands: Vec<i64> = (0..BANDS)
            .map(|band| {
                let rows = (0..ROWS).map(|row| seed(band * ROWS + row));
                rows.fold(seed(1_000 + band), |sum, seed| {
                    let least = runs.iter().map(|run| mix(run ^ seed)).min();
                    mix(sum ^ least.unwrap_or_default())
                })
                .cast_signed()
            })
            .collect();
        bands.push(mix(opening).cast_signed());
        Some(Self {
            runs,
            numbers,
            bands,
        })
    }

    /// Numbers of which two texts that are alike most likely share one.
    pub fn bands(&self) -> &[i64] {
        &self.bands
    }

    /// How much of this text stands in `first` as well, in thousandths, where that makes it a copy:
    /// at least [`ALIKE`], and hardly more words than `first` has. Who quotes a text and adds
    /// as much of their own wrote another one.
    pub fn is_copy_of(&self, first: &Self) -> Option<u16> {
        let common = common(&self.runs, &first.runs);
        let share = |all: usize| u16::try_from(common * 1_000 / all.max(1)).unwrap_or(1_000);
        let of_this = share(self.runs.len());
        if of_this < ALIKE || (share(first.runs.len()) < 500 && of_this < 950) {
            return None;
        }
        let short = self.runs.len() < NUMBERED;
        if short
            && self
                .numbers
                .iter()
                .any(|number| first.numbers.binary_search(number).is_err())
        {
            return None;
        }
        Some(of_this)
    }
}

struct Word {
    hash: u64,
    numeric: bool,
}

impl Word {
    fn of(word: &str) -> Self {
        Self {
            hash: word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            }),
            numeric: word.contains(|c: char| c.is_numeric()),
        }
    }
}

/// The word, where a token is nothing but one in small ASCII letters, and marks at its end: as most
/// are, so that nothing has to be made lower or looked for in it.
fn plain_word(token: &str) -> Option<&str> {
    let word = token.trim_end_matches(['.', ',', ';', ':', '!', '?']);
    let plain = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    plain.then_some(word)
}

/// The words of a text without what reposting adds: `RT @lia:`, `via @leo`, addresses.
fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut skip = 0_usize;
    for (place, token) in text.split_whitespace().enumerate() {
        if words.len() >= MAX_WORDS {
            break;
        }
        let plain = plain_word(token);
        if token.starts_with("www.") || (plain.is_none() && token.contains("://")) {
            continue;
        }
        let lower = match plain {
            Some(_) => Cow::Borrowed(token),
            None => Cow::Owned(token.to_lowercase()),
        };
        // `RT @lia: …`, and `… via @leo` wherever it stands.
        let passes_on = (place == 0 && lower.trim_end_matches(':') == "rt")
            || (lower == "via" && text.len() > token.len());
        if passes_on {
            skip = 1;
            continue;
        }
        if std::mem::take(&mut skip) > 0 && lower.starts_with('@') {
            continue;
        }
        match plain {
            Some(word) => words.push(Word::of(word)),
            None => words.extend(lower.unicode_words().map(Word::of)),
        }
    }
    words.truncate(MAX_WORDS);
    words
}

/// How many numbers two ordered lists have in common.
fn common(one: &[u64], other: &[u64]) -> usize {
    let (mut left, mut right, mut both) = (one.iter().peekable(), other.iter().peekable(), 0);
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => drop(left.next()),
            std::cmp::Ordering::Greater => drop(right.next()),
            std::cmp::Ordering::Equal => {
                both += 1;
                left.next();
                right.next();
            }
        }
    }
    both
}

/// The finalizer of SplitMix64: spreads numbers evenly.
const fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// Numbers that never change: sketches are stored.
const fn seed(place: usize) -> u64 {
    mix(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(place as u64 + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::*;

    proptest! {
        #[test]
        fn plain_words_are_what_any_would_be(token in "[a-c]{0,3}[a-z.,;:!?'è@]{0,4}") {
            if let Some(word) = plain_word(&token) {
                let lower = token.to_lowercase();
                assert_eq!(lower.unicode_words().collect::<Vec<_>>(), [word]);
                assert!(!token.contains("://"));
            }
        }
    }

    const NEWS: &str = "La società ha annunciato oggi il richiamo di quarantamila forni per un \
        difetto alla porta di vetro che può rompersi durante la pulizia. I clienti riceveranno una \
        lettera con le istruzioni e la sostituzione gratuita del pezzo entro due settimane.";

    fn copy(new: &str, first: &str) -> Option<u16> {
        let (new, first) = (Sketch::of(new)?, Sketch::of(first)?);
        let copy = new.is_copy_of(&first)?;
        let shared = new.bands.iter().filter(|band| first.bands.contains(band));
        assert!(shared.count() > 0, "no band in common");
        Some(copy)
    }

    #[test]
    fn copies_are_found() {
        let cut: String = NEWS.chars().take(150).collect();
        for again in [
            NEWS.to_owned(),
            NEWS.to_uppercase(),
            format!("RT @ansa: {NEWS}"),
            format!("{NEWS} via @leo https://t.example/1"),
            format!("{NEWS} (ANSA) Riproduzione riservata"),
            format!("ROMA - {NEWS}"),
            format!("{cut}…"),
            NEWS.replace("oggi", "martedì"),
        ] {
            assert!(copy(&again, NEWS).is_some(), "{again}");
        }
    }

    #[test]
    fn what_only_resembles_is_not() {
        for (new, first) in [
            (
                "Ottimo prodotto, lo consiglio a tutti!",
                "Ottimo prodotto, lo consiglio a tutti!",
            ),
            (
                "Il treno regionale 2317 delle ore 7.40 per Bologna centrale viaggia oggi con venti minuti di ritardo per un guasto",
                "Il treno regionale 2319 delle ore 8.40 per Bologna centrale viaggia oggi con venti minuti di ritardo per un guasto",
            ),
            (
                &format!(
                    "{NEWS} Io ce l'ho da un anno e mi si è rotto proprio così, il servizio \
                    clienti mi ha fatto aspettare tre mesi e alla fine ho dovuto pagare di tasca mia, \
                    altro che gratis; e adesso scopro che lo sapevano già tutti da prima dell'estate."
                ),
                NEWS,
            ),
            (
                "Nessuno qui ha mai parlato di forni, solo di biciclette e di quanto sia bello andarci al lavoro ogni mattina di sole",
                NEWS,
            ),
        ] {
            assert_eq!(copy(new, first), None, "{new}");
        }
    }

    #[test]
    fn sketches_never_change() {
        // They are stored: another number for the same words would make old ones worthless.
        let sketch = Sketch::of(NEWS).unwrap();
        assert_eq!(sketch.bands().len(), BANDS + 1);
        assert_eq!(sketch.bands()[0], 4_322_420_863_957_531_585);
    }
}
