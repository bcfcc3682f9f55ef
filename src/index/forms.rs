//! Words of the index that are like another: of the same stem, or nearly spelt so.

use std::collections::BTreeMap;

use tantivy::tokenizer::{Language, RawTokenizer, Stemmer, TextAnalyzer, TokenStream};

use super::error::IndexError;
use super::search::Searcher;
use crate::model::edit_distance;

/// How many forms of a word are told.
const MOST_FORMS: usize = 40;
/// Words with a common stem begin alike for at least so many letters.
const COMMON: usize = 3;
/// How many words of a dictionary are compared in search of a near spelling.
const MOST_COMPARED: usize = 3_000_000;

impl Searcher {
    /// The words of titles and texts that have the same stem as `word` (folded, without accents)
    /// in Italian or English, the most frequent first, at most 40; without `word` itself.
    pub fn same_stem(&self, word: &str) -> Result<Vec<String>, IndexError> {
        let beginning: String = word.chars().take(COMMON).collect();
        if beginning.len() < COMMON {
            return Ok(Vec::new());
        }
        let mut stemmers = [Language::Italian, Language::English].map(stemmer);
        let stems = stemmers.each_mut().map(|stemmer| stem(stemmer, word));
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        self.each_word(&beginning, &mut |other, count| {
            let mut pairs = stemmers.iter_mut().zip(&stems);
            if other != word && pairs.any(|(stemmer, wanted)| stem(stemmer, other) == *wanted) {
                *found.entry(other.to_owned()).or_default() += count;
            }
        })?;
        let mut found: Vec<(String, u64)> = found.into_iter().collect();
        found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        found.truncate(MOST_FORMS);
        Ok(found.into_iter().map(|(form, _)| form).collect())
    }

    /// The word of titles and texts that `word` (folded, without accents) is most likely a slip
    /// for: the nearest, and of equally near ones the most frequent.
    pub fn nearest(&self, word: &str) -> Result<Option<String>, IndexError> {
        let letters: Vec<char> = word.chars().collect();
        let most = match letters.len() {
            0..=3 => return Ok(None),
            4..=6 => 1,
            _ => 2,
        };
        let mut compared = 0;
        let mut near: BTreeMap<String, (usize, u64)> = BTreeMap::new();
        self.each_word("", &mut |other, count| {
            compared += 1;
            let length = other.chars().count();
            if compared > MOST_COMPARED || length.abs_diff(letters.len()) > most {
                return;
            }
            let other_letters: Vec<char> = other.chars().collect();
            let steps = edit_distance(&letters, &other_letters);
            if (1..=most).contains(&steps) {
                near.entry(other.to_owned()).or_insert((steps, 0)).1 += count;
            }
        })?;
        let best = near
            .into_iter()
            .min_by_key(|(_, (steps, count))| (*steps, std::cmp::Reverse(*count)));
        Ok(best.map(|(word, _)| word))
    }

    /// Tells the words of titles and texts that begin so, each with the number of its mentions; a
    /// word comes once for each field and segment.
    fn each_word(
        &self,
        beginning: &str,
        tell: &mut dyn FnMut(&str, u64),
    ) -> Result<(), IndexError> {
        for segment in self.segment_readers() {
            for field in self.word_fields() {
                let words = segment
                    .inverted_index(field)
                    .map_err(|error| self.error(error))?;
                let mut stream = words
                    .terms()
                    .range()
                    .ge(beginning.as_bytes())
                    .into_stream()
                    .map_err(|error| self.error(error.into()))?;
                while stream.advance() {
                    let Ok(key) = std::str::from_utf8(stream.key()) else {
                        continue;
                    };
                    if !key.starts_with(beginning) {
                        break;
                    }
                    // Tags, hosts and accented forms bear a sign.
                    if key.starts_with(char::is_alphanumeric) {
                        tell(key, u64::from(stream.value().doc_freq));
                    }
                }
            }
        }
        Ok(())
    }
}

fn stemmer(language: Language) -> TextAnalyzer {
    TextAnalyzer::builder(RawTokenizer::default())
        .filter(Stemmer::new(language))
        .build()
}

fn stem(stemmer: &mut TextAnalyzer, word: &str) -> String {
    let mut stream = stemmer.token_stream(word);
    if stream.advance() {
        stream.token().text.clone()
    } else {
        word.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for (language, forms) in [
            (Language::Italian, ["rimborso", "rimborsi"]),
            (Language::Italian, ["pessimo", "pessima"]),
            (Language::English, ["refund", "refunded"]),
        ] {
            let mut stemmer = stemmer(language);
            let [one, other] = forms.map(|form| stem(&mut stemmer, form));
            assert_eq!(one, other, "{forms:?}");
        }
    }
}
