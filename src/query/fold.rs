//! Folding: what makes two spellings one.
//!
//! The folded form is NFKC with full case folding (`ß` = `ss`), apostrophes made plain and
//! invisible characters left out; the bare form lacks accents too. Accents are the combining
//! diacritics and the points of Hebrew and Arabic; the vowel signs of Indic scripts and the voicing
//! marks of Japanese are letters of their own and stay.

use unicase::UniCase;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_canonical;

/// The folded form of a text.
pub fn fold(text: &str) -> String {
    let mut forms = Forms::default();
    forms.fill(text);
    forms.folded
}

/// The bare form of a text: folded, without accents.
pub fn bare(text: &str) -> String {
    let mut forms = Forms::default();
    forms.fill(text);
    forms.take_bare()
}

/// A text without its accents, otherwise as it stands.
#[must_use]
pub fn unaccented(text: &str) -> String {
    text.nfd().filter(|&c| !accent(c)).nfc().collect()
}

/// Both forms of one word, in memory that is used again for the next.
#[derive(Debug, Default)]
pub(crate) struct Forms {
    folded: String,
    stripped: String,
    differ: bool,
}

impl Forms {
    /// The folded form.
    pub(crate) fn folded(&self) -> &str {
        &self.folded
    }

    /// The bare form.
    pub(crate) fn bare(&self) -> &str {
        if self.differ {
            &self.stripped
        } else {
            &self.folded
        }
    }

    fn take_bare(self) -> String {
        if self.differ {
            self.stripped
        } else {
            self.folded
        }
    }

    /// Folds a word into both forms.
    pub(crate) fn fill(&mut self, text: &str) {
        self.folded.clear();
        self.stripped.clear();
        self.differ = false;
        if text.is_ascii() {
            self.folded.push_str(text);
            self.folded.make_ascii_lowercase();
        } else if text.chars().all(simple) {
            self.fill_latin(text);
        } else {
            self.fill_any(text);
        }
    }

    fn fill_latin(&mut self, text: &str) {
        for letter in text.chars() {
            if letter.is_ascii() {
                let lower = letter.to_ascii_lowercase();
                self.folded.push(lower);
                self.stripped.push(lower);
                continue;
            }
            let lower = letter.to_lowercase().next().unwrap_or(letter);
            self.folded.push(lower);
            if let Some(base) = western(lower) {
                self.differ |= base != lower;
                self.stripped.push(base);
            } else {
                let mut base = None;
                decompose_canonical(lower, |part| {
                    base.get_or_insert(part);
                });
                let base = base.unwrap_or(lower);
                self.differ |= base != lower;
                self.stripped.push(base);
            }
        }
    }

    fn fill_any(&mut self, text: &str) {
        let decomposed: String = text.nfkd().filter(|&c| !invisible(c)).collect();
        let cased = UniCase::unicode(decomposed.as_str()).to_folded_case();
        self.folded
            .extend(cased.nfkc().filter(|&c| !invisible(c)).map(plain));
        self.stripped
            .extend(self.folded.nfd().filter(|&c| !accent(c)).nfc());
        self.differ = self.stripped != self.folded;
    }
}

/// Replaces the emoji's marks that do not count: variation selectors, and for the bare form skin
/// tones.
pub(crate) fn fill_emoji(forms: &mut Forms, text: &str) {
    forms.folded.clear();
    forms.stripped.clear();
    forms.folded.extend(
        text.chars()
            .filter(|&c| !matches!(c, '\u{FE0E}' | '\u{FE0F}')),
    );
    forms
        .stripped
        .extend(forms.folded.chars().filter(|&c| !skin_tone(c)));
    forms.differ = forms.folded != forms.stripped;
}

/// Whether the character is a skin tone of an emoji.
pub(crate) const fn skin_tone(letter: char) -> bool {
    matches!(letter, '\u{1F3FB}'..='\u{1F3FF}')
}

/// The plain apostrophe for each of its likes.
pub(crate) const fn plain(letter: char) -> char {
    if apostrophe(letter) { '\'' } else { letter }
}

/// Whether the character is an apostrophe, typographic or not.
pub(crate) const fn apostrophe(letter: char) -> bool {
    matches!(
        letter,
        '\'' | '\u{2018}' | '\u{2019}' | '\u{02BC}' | '\u{FF07}'
    )
}

/// The form of an exact word: NFC, apostrophes made plain.
pub(crate) fn exact(text: &str) -> String {
    text.nfc().map(plain).collect()
}

/// The small letters of Western Europe without their accent; others are looked up in Unicode.
const fn western(letter: char) -> Option<char> {
    Some(match letter {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        _ => return None,
    })
}

/// Whether one character folds to one, which has at most one accent to take off.
const fn simple(letter: char) -> bool {
    matches!(letter, '\0'..='\x7F' | 'À'..='ž')
        && !matches!(
            letter,
            'ß' | 'ĸ' | 'İ' | 'ı' | 'ŉ' | 'ſ' | 'Ĳ' | 'ĳ' | 'Ŀ' | 'ŀ' | '×' | '÷'
        )
}

const fn accent(letter: char) -> bool {
    matches!(
        letter,
        '\u{0300}'..='\u{036F}'
            | '\u{0591}'..='\u{05BD}'
            | '\u{05BF}'
            | '\u{05C1}'..='\u{05C2}'
            | '\u{05C4}'..='\u{05C5}'
            | '\u{05C7}'
            | '\u{064B}'..='\u{065F}'
            | '\u{0670}'
            | '\u{1AB0}'..='\u{1AFF}'
            | '\u{1DC0}'..='\u{1DFF}'
            | '\u{20D0}'..='\u{20FF}'
            | '\u{FE20}'..='\u{FE2F}'
    )
}

/// Default-ignorable characters (Unicode DerivedCoreProperties) that stand in words.
const fn invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{00AD}'
            | '\u{034F}'
            | '\u{061C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_that_are_one() {
        for (text, folded, bare_form) in [
            ("Perché", "perché", "perche"),
            ("Perche\u{301}", "perché", "perche"),
            ("STRASSE", "strasse", "strasse"),
            ("Straße", "strasse", "strasse"),
            ("ﬁat", "fiat", "fiat"),
            ("ＡＣＭＥ", "acme", "acme"),
            ("İstanbul", "i\u{307}stanbul", "istanbul"),
            ("ΟΔΟΣ", "οδοσ", "οδοσ"),
            ("οδός", "οδόσ", "οδοσ"),
            ("Fri\u{AD}go", "frigo", "frigo"),
            ("O’Neill", "o'neill", "o'neill"),
            ("ЁЛКА", "ёлка", "елка"),
            ("が", "が", "が"),
            ("Łódź", "łódź", "łodz"),
            ("ŒUVRE", "œuvre", "œuvre"),
            ("Ǆ", "dž", "dz"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
            assert_eq!(bare(text), bare_form, "{text}");
        }
    }

    #[test]
    fn the_short_way_agrees_with_the_long() {
        for letter in ('\0'..='\u{24F}').filter(|&c| simple(c)) {
            let text = letter.to_string();
            let (mut short, mut long) = (Forms::default(), Forms::default());
            short.fill(&text);
            long.fill_any(&text);
            assert_eq!(short.folded(), long.folded(), "{letter:?}");
            assert_eq!(short.bare(), long.bare(), "{letter:?}");
        }
    }
}
