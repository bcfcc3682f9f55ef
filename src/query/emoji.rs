//! Emoji: where one begins in a text and how far it goes.
//!
//! After the grammar of UTS #51: a pictograph, a flag or a keycap, with its variation selectors,
//! skin tone and tags, joined to the next by U+200D.

use super::fold::skin_tone;

const JOINER: char = '\u{200D}';
const KEYCAP: char = '\u{20E3}';

/// The length in bytes of the emoji that `text` begins with; 0 where it begins with none.
pub(crate) fn length(text: &str) -> usize {
    let mut rest = text;
    let mut taken = 0;
    loop {
        let unit = unit(rest);
        if unit == 0 {
            return taken;
        }
        taken += unit;
        rest = rest.get(unit..).unwrap_or_default();
        let Some(next) = rest.strip_prefix(JOINER) else {
            return taken;
        };
        if self::unit(next) == 0 {
            return taken;
        }
        taken += JOINER.len_utf8();
        rest = next;
    }
}

/// One pictograph, flag or keycap with what modifies it, without joiners.
fn unit(text: &str) -> usize {
    let mut letters = text.chars().peekable();
    let Some(first) = letters.next() else {
        return 0;
    };
    let mut taken = first.len_utf8();
    if matches!(first, '0'..='9' | '#' | '*') {
        if letters.next_if_eq(&'\u{FE0F}').is_some() {
            taken += 3;
        }
        return match letters.next() {
            Some(KEYCAP) => taken + KEYCAP.len_utf8(),
            _ => 0,
        };
    }
    if regional(first) {
        return match letters.next() {
            Some(second) if regional(second) => taken + second.len_utf8(),
            _ => 0,
        };
    }
    // Names bear these as letters bear dots: only as a picture (U+FE0F) are they emoji.
    let mark = matches!(first, '©' | '®' | '™');
    if !pictograph(first) || mark && letters.peek() != Some(&'\u{FE0F}') {
        return 0;
    }
    while let Some(next) = letters.next_if(|&c| modifier(c)) {
        taken += next.len_utf8();
    }
    taken
}

fn modifier(letter: char) -> bool {
    skin_tone(letter)
        || matches!(
            letter,
            '\u{FE0E}' | '\u{FE0F}' | KEYCAP | '\u{E0020}'..='\u{E007F}'
        )
}

fn regional(letter: char) -> bool {
    matches!(letter, '\u{1F1E6}'..='\u{1F1FF}')
}

/// `Extended_Pictographic` of Unicode's emoji-data.txt.
pub(crate) fn pictograph(letter: char) -> bool {
    let code = u32::from(letter);
    if code < 0x1F000 {
        return code >= 0xA9
            && BASIC
                .binary_search_by(|&(first, last)| order(first.into(), last.into(), code))
                .is_ok();
    }
    HIGH.binary_search_by(|&(first, last)| order(first, last, code))
        .is_ok()
}

fn order(first: u32, last: u32, code: u32) -> std::cmp::Ordering {
    if last < code {
        std::cmp::Ordering::Less
    } else if first > code {
        std::cmp::Ordering::Greater
    } else {
        std::cmp::Ordering::Equal
    }
}

#[rustfmt::skip]
const BASIC: &[(u16, u16)] = &[
    (0xA9, 0xA9), (0xAE, 0xAE), (0x203C, 0x203C), (0x2049, 0x2049), (0x2122, 0x2122),
    (0x2139, 0x2139), (0x2194, 0x2199), (0x21A9, 0x21AA), (0x231A, 0x231B), (0x2328, 0x2328),
    (0x2388, 0x2388), (0x23CF, 0x23CF), (0x23E9, 0x23F3), (0x23F8, 0x23FA), (0x24C2, 0x24C2),
    (0x25AA, 0x25AB), (0x25B6, 0x25B6), (0x25C0, 0x25C0), (0x25FB, 0x25FE), (0x2600, 0x2605),
    (0x2607, 0x2612), (0x2614, 0x2685), (0x2690, 0x2705), (0x2708, 0x2712), (0x2714, 0x2714),
    (0x2716, 0x2716), (0x271D, 0x271D), (0x2721, 0x2721), (0x2728, 0x2728), (0x2733, 0x2734),
    (0x2744, 0x2744), (0x2747, 0x2747), (0x274C, 0x274C), (0x274E, 0x274E), (0x2753, 0x2755),
    (0x2757, 0x2757), (0x2763, 0x2767), (0x2795, 0x2797), (0x27A1, 0x27A1), (0x27B0, 0x27B0),
    (0x27BF, 0x27BF), (0x2934, 0x2935), (0x2B05, 0x2B07), (0x2B1B, 0x2B1C), (0x2B50, 0x2B50),
    (0x2B55, 0x2B55), (0x3030, 0x3030), (0x303D, 0x303D), (0x3297, 0x3297), (0x3299, 0x3299),
];

#[rustfmt::skip]
const HIGH: &[(u32, u32)] = &[
    (0x1F000, 0x1F0FF), (0x1F10D, 0x1F10F), (0x1F12F, 0x1F12F), (0x1F16C, 0x1F171),
    (0x1F17E, 0x1F17F), (0x1F18E, 0x1F18E), (0x1F191, 0x1F19A), (0x1F1AD, 0x1F1E5),
    (0x1F201, 0x1F20F), (0x1F21A, 0x1F21A), (0x1F22F, 0x1F22F), (0x1F232, 0x1F23A),
    (0x1F23C, 0x1F23F), (0x1F249, 0x1F3FA), (0x1F400, 0x1F53D), (0x1F546, 0x1F64F),
    (0x1F680, 0x1F6FF), (0x1F774, 0x1F77F), (0x1F7D5, 0x1F7FF), (0x1F80C, 0x1F80F),
    (0x1F848, 0x1F84F), (0x1F85A, 0x1F85F), (0x1F888, 0x1F88F), (0x1F8AE, 0x1F8FF),
    (0x1F90C, 0x1F93A), (0x1F93C, 0x1F945), (0x1F947, 0x1FAFF), (0x1FC00, 0x1FFFD),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_ends_where_its_sequence_ends() {
        for (text, whole) in [
            ("😡!", "😡"),
            ("😡😡", "😡"),
            ("👍🏽 ok", "👍🏽"),
            ("❤️ ok", "❤️"),
            ("👩‍💻x", "👩‍💻"),
            ("👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"),
            ("🏳️‍🌈.", "🏳️‍🌈"),
            ("🇮🇹🇫🇷", "🇮🇹"),
            ("1️⃣0", "1️⃣"),
            ("#️⃣", "#️⃣"),
            ("🏴󠁧󠁢󠁥󠁮󠁧󠁿a", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
            ("😡\u{200D}x", "😡"),
            ("12", ""),
            ("#acme", ""),
            ("a", ""),
            ("", ""),
        ] {
            assert_eq!(length(text), whole.len(), "{text}");
        }
    }
}
