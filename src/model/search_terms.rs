//! What a source that searches is asked for.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// What to search for, so that whatever a query matches is among what is found, as far as a
/// search can.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchTerms {
    /// Any one of these; each once.
    pub terms: Vec<SearchTerm>,
    /// Parts of queries that cannot be searched for, as they are written: `frigo*`, `site:x.it`.
    pub left_out: Vec<String>,
}

impl SearchTerms {
    /// Takes in what else is to be searched for.
    pub fn extend(&mut self, other: Self) {
        for term in other.terms {
            if !self.terms.contains(&term) {
                self.terms.push(term);
            }
        }
        for part in other.left_out {
            if !self.left_out.contains(&part) {
                self.left_out.push(part);
            }
        }
    }
}

/// Words or phrases that must all stand in what is found; never none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SearchTerm {
    phrases: Vec<String>,
}

impl SearchTerm {
    /// A word, or a phrase of several words; `None` for one without any letter.
    pub fn new(phrase: &str) -> Option<Self> {
        let words: Vec<&str> = phrase
            .split(|c: char| c.is_whitespace() || c.is_control() || c == '"')
            .filter(|word| !word.is_empty())
            .collect();
        (!words.is_empty()).then(|| Self {
            phrases: vec![words.join(" ")],
        })
    }

    /// What holds both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for phrase in other.phrases {
            if !self.phrases.contains(&phrase) {
                self.phrases.push(phrase);
            }
        }
        self
    }

    /// The words and phrases, without quotes.
    pub fn phrases(&self) -> impl Iterator<Item = &str> {
        self.phrases.iter().map(String::as_str)
    }

    /// Whether a text that was folded may hold it: all its words stand there, if only within others.
    /// Where this says no, no query means the text.
    pub fn may_stand_in(&self, folded: &str) -> bool {
        self.phrases
            .iter()
            .flat_map(|phrase| phrase.split(' '))
            .all(|word| folded.contains(&Self::fold(word)))
    }

    /// The text in small letters without accents.
    pub fn fold(text: &str) -> String {
        text.nfkd()
            .filter(|c| !is_combining_mark(*c))
            .flat_map(char::to_lowercase)
            .collect()
    }

    /// All its words, one after the other: for searches that know no phrases.
    pub fn words(&self) -> String {
        self.phrases.join(" ")
    }

    /// With quotes around phrases of several words, `"frigo lux" porta`: what most searches read.
    pub fn quoted(&self) -> String {
        let quoted: Vec<String> = self
            .phrases()
            .map(|phrase| {
                if phrase.contains(' ') {
                    format!("\"{phrase}\"")
                } else {
                    phrase.to_owned()
                }
            })
            .collect();
        quoted.join(" ")
    }

    /// With quotes around each, `"frigolux"`: for searches that take a bare word for a similar one.
    pub fn strictly_quoted(&self) -> String {
        let quoted: Vec<String> = self
            .phrases()
            .map(|phrase| format!("\"{phrase}\""))
            .collect();
        quoted.join(" ")
    }
}

impl fmt::Display for SearchTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.quoted())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_quoted_as_far_as_a_search_needs() {
        let both = SearchTerm::new("  frigo \"lux\n")
            .unwrap()
            .and(SearchTerm::new("porta").unwrap())
            .and(SearchTerm::new("porta").unwrap());
        assert_eq!(both.to_string(), "\"frigo lux\" porta");
        assert_eq!(both.strictly_quoted(), "\"frigo lux\" \"porta\"");
        assert_eq!(both.words(), "frigo lux porta");
        assert_eq!(SearchTerm::new(" \" "), None);
    }

    #[test]
    fn texts_that_may_hold_a_term_are_told() {
        let term = SearchTerm::new("frigo lux")
            .unwrap()
            .and(SearchTerm::new("Perch\u{e9}").unwrap());
        for (text, expected) in [
            ("PERCHE il frigo, lux?", true),
            ("#FrigoLux perche\u{301}", true),
            ("frigo perch\u{e9}", false),
            ("", false),
        ] {
            assert_eq!(
                term.may_stand_in(&SearchTerm::fold(text)),
                expected,
                "{text}"
            );
        }
    }
}
