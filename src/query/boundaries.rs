//! Word boundaries of UAX #29 for text that holds more than ASCII.
//!
//! A colon joins no letters, as in the tailoring of CLDR (only Swedish and Finnish write it inside
//! words): a brand that is named before a colon without a blank is named. Nor does a full stop
//! join two sentences.
//!
//! Latin text, which is most of it, goes a short way; any other goes through
//! `unicode-segmentation`. A test holds the two to the same answer.

use unicode_segmentation::UnicodeSegmentation;

use super::sentence;

/// Word_Break classes of the characters that the short way knows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    /// ExtendNumLet: `_`.
    Joiner,
    /// MidLetter: `·`.
    BetweenLetters,
    /// MidNum: `,`, `;`.
    BetweenDigits,
    /// MidNumLet and Single_Quote: `.`, `'`, `’`.
    BetweenBoth,
    Other,
}

/// Puts the bytes of the words of `text` into `words`, in place of what it holds.
pub(crate) fn words(text: &str, words: &mut Vec<(usize, usize)>) {
    words.clear();
    if text.chars().all(|letter| class(letter).is_some()) {
        latin(text, words);
    } else {
        by_unicode(text, words);
    }
}

fn by_unicode(text: &str, words: &mut Vec<(usize, usize)>) {
    let mut tell = |from: usize, to: usize| {
        let counts = |word: &str| word.chars().any(char::is_alphanumeric);
        if text.get(from..to).is_some_and(counts) {
            words.push((from, to));
        }
    };
    for (start, word) in text.unicode_word_indices() {
        let mut from = start;
        for (at, sign) in word.match_indices([':', '\u{FE13}', '\u{FE55}', '\u{FF1A}', '.']) {
            if sign != "." || sentence::ends(text, start + at) {
                tell(from, start + at);
                from = start + at + sign.len();
            }
        }
        tell(from, start + word.len());
    }
}

fn class(letter: char) -> Option<Class> {
    Some(match letter {
        'a'..='z' | 'A'..='Z' | '\u{AA}' | '\u{B5}' | '\u{BA}' => Class::Letter,
        '0'..='9' => Class::Digit,
        '_' => Class::Joiner,
        '\u{B7}' => Class::BetweenLetters,
        ',' | ';' => Class::BetweenDigits,
        '.' | '\'' | '\u{2018}' | '\u{2019}' => Class::BetweenBoth,
        '\u{AD}' | '²' | '³' | '¸' | '¹' | '¼'..='¾' => return None,
        '\0'..='\u{BF}'
        | '×'
        | '÷'
        | '\u{2010}'..='\u{2017}'
        | '\u{201A}'..='\u{2023}'
        | '\u{2026}'
        | '\u{2030}'
        | '\u{2032}'..='\u{203A}'
        | '\u{20AC}' => Class::Other,
        'À'..='ɏ' => Class::Letter,
        _ => return None,
    })
}

fn latin(text: &str, words: &mut Vec<(usize, usize)>) {
    let mut letters = text.char_indices().peekable();
    while let Some((start, first)) = letters.next() {
        let mut last = class(first).unwrap_or(Class::Other);
        if !matches!(last, Class::Letter | Class::Digit | Class::Joiner) {
            continue;
        }
        let mut end = start + first.len_utf8();
        let mut counts = last != Class::Joiner;
        while let Some(&(at, letter)) = letters.peek() {
            let here = class(letter).unwrap_or(Class::Other);
            let joined = match here {
                Class::Letter | Class::Digit | Class::Joiner => true,
                Class::BetweenLetters => last == Class::Letter,
                Class::BetweenDigits => last == Class::Digit,
                Class::BetweenBoth => {
                    matches!(last, Class::Letter | Class::Digit)
                        && !(letter == '.' && sentence::ends(text, at))
                }
                Class::Other => false,
            };
            if !joined {
                break;
            }
            let after = at + letter.len_utf8();
            if matches!(here, Class::Letter | Class::Digit | Class::Joiner) {
                last = here;
                counts |= here != Class::Joiner;
            } else if text
                .get(after..)
                .and_then(|rest| rest.chars().next())
                .and_then(class)
                != Some(last)
            {
                break;
            }
            letters.next();
            end = after;
        }
        if counts {
            words.push((start, end));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::*;

    proptest! {
        #[test]
        fn the_short_way_agrees_with_the_long(text in "[a-c0-1_:.,;'’· é€–\u{AA}ßABÈ(]{0,14}") {
            let (mut short, mut long) = (Vec::new(), Vec::new());
            latin(&text, &mut short);
            by_unicode(&text, &mut long);
            prop_assert_eq!(short, long);
        }
    }

    #[test]
    fn every_known_class_is_that_of_unicode() {
        for letter in ('\0'..='\u{24F}').chain('\u{2010}'..='\u{20AC}') {
            if class(letter).is_none() {
                continue;
            }
            for text in [
                format!("a{letter}b"),
                format!("1{letter}2"),
                format!("_{letter}_"),
                format!("a{letter}1"),
                format!("{letter}"),
            ] {
                let (mut short, mut long) = (Vec::new(), Vec::new());
                latin(&text, &mut short);
                by_unicode(&text, &mut long);
                assert_eq!(short, long, "{text:?} {:x}", u32::from(letter));
            }
        }
    }
}
