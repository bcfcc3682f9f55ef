//! Text as it is stored: tidy, bounded, and the same for a reader as for a program.

use std::borrow::Cow;

/// The most bytes that the text of an item keeps.
pub const MAX_TEXT: usize = 256 * 1024;

/// The most bytes that a title or name keeps.
pub const MAX_LINE: usize = 2 * 1024;

/// One line: control characters, bidirectional overrides and zero-width marks left out, white
/// space as single spaces, trimmed, at most [`MAX_LINE`] bytes.
pub fn clean_line<'t>(text: impl Into<Cow<'t, str>>) -> String {
    clean(text.into(), MAX_LINE, false)
}

/// Several lines: like [`clean_line`], but line breaks stay, at most one empty line in a row,
/// at most [`MAX_TEXT`] bytes.
pub fn clean_text<'t>(text: impl Into<Cow<'t, str>>) -> String {
    clean(text.into(), MAX_TEXT, true)
}

/// A text that is given and not lent stays where it is, if it is clean.
fn clean(text: Cow<'_, str>, limit: usize, lines: bool) -> String {
    // What begins and ends with white space, as what was HTML does, is else as often clean.
    let trimmed = text.trim();
    if trimmed.len() <= limit && is_clean(trimmed, lines) {
        return if trimmed.len() == text.len() {
            text.into_owned()
        } else {
            trimmed.to_owned()
        };
    }
    cleaned(&text, limit, lines)
}

/// Whether [`cleaned`] would change nothing but the length, told without looking at each character
/// twice. What it does not know of, it calls not clean.
fn is_clean(text: &str, lines: bool) -> bool {
    let bytes = text.as_bytes();
    // As if white space stood before the text: none may begin it.
    let (mut gap, mut breaks) = (true, 0);
    let (mut at, mut next_run) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        if at >= next_run {
            let rest = bytes.get(at..).unwrap_or_default();
            let plain = plain_run(rest, gap);
            if plain > 0 {
                (gap, breaks) = (bytes.get(at + plain - 1) == Some(&b' '), 0);
            }
            at += plain;
            next_run = at + RUN;
            if plain > 0 {
                continue;
            }
        }
        match byte {
            0x21..=0x7E => {
                (gap, breaks) = (false, 0);
                at += 1;
            }
            b' ' if !gap => {
                gap = true;
                at += 1;
            }
            b'\n' if lines && (!gap || breaks == 1) => {
                gap = true;
                breaks += 1;
                at += 1;
            }
            // À to ÿ, and with them most letters that are not of ASCII.
            0xC3 => {
                (gap, breaks) = (false, 0);
                at += 2;
            }
            0x80.. => {
                let Some(letter) = text.get(at..).and_then(|rest| rest.chars().next()) else {
                    return false;
                };
                if letter.is_whitespace() || is_break(letter) || is_unwanted(letter) {
                    return false;
                }
                (gap, breaks) = (false, 0);
                at += letter.len_utf8();
            }
            _ => return false,
        }
    }
    !gap || text.is_empty()
}

/// Bytes that are looked at together.
const RUN: usize = 16;

/// How many bytes, in whole runs, are nothing but visible ASCII and single spaces; `gap` says that
/// white space stands before them.
fn plain_run(bytes: &[u8], mut gap: bool) -> usize {
    let (runs, _) = bytes.as_chunks::<RUN>();
    let mut plain = 0;
    for run in runs {
        let [first, .., last] = run;
        // Without a branch for each byte, so that all are looked at in one step.
        let foreign = run
            .iter()
            .fold(0, |any, byte| any | u8::from(!matches!(byte, 0x20..=0x7E)));
        let doubled = run.iter().zip(run.iter().skip(1)).fold(0, |any, pair| {
            any | u8::from(*pair.0 == b' ') & u8::from(*pair.1 == b' ')
        });
        if (foreign | doubled) != 0 || (gap && *first == b' ') {
            break;
        }
        gap = *last == b' ';
        plain += RUN;
    }
    plain
}

fn cleaned(text: &str, limit: usize, lines: bool) -> String {
    let mut out = String::with_capacity(text.len().min(limit));
    let mut breaks = 0_usize;
    let mut space = false;
    let mut previous = ' ';
    let mut rest = text;
    loop {
        // Within a word nothing is to be decided.
        if breaks == 0 && !space && !out.is_empty() {
            let word = rest.bytes().take_while(u8::is_ascii_graphic).count();
            let word = word.min(limit - out.len());
            if let Some((word, after)) = rest.split_at_checked(word).filter(|_| word > 0) {
                out.push_str(word);
                (previous, rest) = ('.', after);
            }
        }
        let mut letters = rest.chars();
        let Some(c) = letters.next() else {
            break;
        };
        rest = letters.as_str();
        let after_return = previous == '\r' && c == '\n';
        previous = c;
        if is_break(c) {
            breaks += usize::from(!after_return);
        } else if c.is_whitespace() {
            space = true;
        } else if !is_unwanted(c) {
            let gap = match breaks {
                _ if out.is_empty() => "",
                0 if space => " ",
                0 => "",
                _ if !lines => " ",
                1 => "\n",
                _ => "\n\n",
            };
            if out.len() + gap.len() + c.len_utf8() > limit {
                break;
            }
            out.push_str(gap);
            out.push(c);
            (breaks, space) = (0, false);
        }
    }
    out
}

/// Whether `c` ends a line.
fn is_break(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Whether `c` hides, reorders or does nothing: control characters, bidirectional embeddings,
/// overrides and isolates, soft hyphens, zero-width spaces, byte order marks, non-characters.
///
/// Joiners stay: emoji and several scripts are spelled with them.
pub(crate) fn is_unwanted(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, proptest};

    #[test]
    fn tidies() {
        for (from, line, text) in [
            ("  a \t b\u{a0}c ", "a b c", "a b c"),
            ("a\r\nb\rc\n\n\n\nd", "a b c d", "a\nb\nc\n\nd"),
            ("a\u{2028}b \n c", "a b c", "a\nb\nc"),
            ("fri\u{ad}go\u{200b}lux\u{feff}", "frigolux", "frigolux"),
            (
                "\u{202e}evil\u{202c} \u{1b}[2Jx\0",
                "evil [2Jx",
                "evil [2Jx",
            ),
            ("👩\u{200d}🍳", "👩\u{200d}🍳", "👩\u{200d}🍳"),
            ("\n\n", "", ""),
        ] {
            assert_eq!(clean_line(from), line);
            assert_eq!(clean_text(from), text);
        }
    }

    #[test]
    fn cuts_between_characters() {
        let long = "è".repeat(MAX_TEXT);
        assert_eq!(clean_text(&long).len(), MAX_TEXT);
        assert!(clean_line(format!("a{long}")).len() < MAX_LINE);
    }

    proptest! {
        #[test]
        fn what_is_clean_stays_as_it_is(text in "([a-zè€👍 \n\t\u{ad}\u{a0}\u{2028}]|a b|\n\n|[a-z ]{12,40}){0,12}") {
            for lines in [false, true] {
                let slowly = cleaned(&text, MAX_TEXT, lines);
                assert_eq!(clean(text.as_str().into(), MAX_TEXT, lines), slowly);
                assert!(is_clean(&slowly, lines), "{slowly:?}");
            }
        }

        #[test]
        fn cleaning_twice_changes_nothing(text in any::<String>()) {
            let once = clean_text(&text);
            assert_eq!(clean_text(&once), once);
            assert!(!once.chars().any(|c| is_unwanted(c) && c != '\n'));
            let line = clean_line(&text);
            assert_eq!(clean_line(&line), line);
            assert!(!line.contains('\n'));
        }
    }
}
