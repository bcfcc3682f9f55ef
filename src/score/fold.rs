//! One spelling for a word, whatever its case and accents.

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// How accents are folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folding {
    /// Accents are dropped: `perché` and `perche` are one word.
    Plain,
    /// Umlauts are written out, as people without them on the keyboard do: dropping them would
    /// make one word of `schön` (beautiful) and `schon` (already).
    German,
}

/// Appends a character, folded.
pub(super) fn fold(character: char, folding: Folding, out: &mut String) {
    if character.is_ascii() {
        out.push(character.to_ascii_lowercase());
        return;
    }
    let written = match (character, folding) {
        ('ß' | 'ẞ', _) => "ss",
        ('æ' | 'Æ', _) | ('ä' | 'Ä', Folding::German) => "ae",
        ('œ' | 'Œ', _) | ('ö' | 'Ö', Folding::German) => "oe",
        ('ü' | 'Ü', Folding::German) => "ue",
        ('\u{308}', Folding::German) => "e",
        ('ø' | 'Ø', _) => "o",
        ('ł' | 'Ł', _) => "l",
        _ => {
            decompose_canonical(character, |part| {
                if !is_combining_mark(part) {
                    out.extend(part.to_lowercase());
                }
            });
            return;
        }
    };
    out.push_str(written);
}

/// Whether a word of two letters is told from another by its accent alone: `né` (nor) and `ne`,
/// `sì` (yes) and `si`, `où` and `ou`. Longer words are not, and people leave their accents out.
pub(super) fn keeps_accent(word: &str) -> bool {
    let mut letters = word.chars();
    let (Some(_), Some(second), None) = (letters.next(), letters.next(), letters.next()) else {
        return false;
    };
    "éèìíòóùúàá".contains(second) || "ÉÈÌÍÒÓÙÚÀÁ".contains(second)
}

/// Whether a character stands for an apostrophe, as keyboards and typesetters write it.
pub(super) fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '’' | '‘' | 'ʼ' | '`' | '´')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str, folding: Folding) -> String {
        let mut out = String::new();
        for character in text.chars() {
            fold(character, folding, &mut out);
        }
        out
    }

    #[test]
    fn case_and_accents_do_not_tell_words_apart() {
        for (text, expected) in [
            ("PERCHÉ", "perche"),
            ("piu\u{300}", "piu"),
            ("Straße", "strasse"),
            ("cœur", "coeur"),
            ("İ", "i"),
        ] {
            assert_eq!(folded(text, Folding::Plain), expected, "{text}");
        }
    }

    #[test]
    fn german_keeps_umlauts_written_out() {
        for (text, expected) in [
            ("schön", "schoen"),
            ("SCHON", "schon"),
            ("u\u{308}bel", "uebel"),
        ] {
            assert_eq!(folded(text, Folding::German), expected, "{text}");
        }
    }
}
