//! Character references of HTML and XML.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The named character references of the HTML standard: name (with `*` if it is also read
/// without a semicolon) and code points in hexadecimal.
static TABLE: LazyLock<HashMap<&'static str, Named>> = LazyLock::new(|| {
    include_str!("entities.tsv")
        .lines()
        .filter_map(|line| {
            let (name, points) = line.split_once('\t')?;
            let text: String = points
                .split(' ')
                .filter_map(|point| u32::from_str_radix(point, 16).ok())
                .filter_map(char::from_u32)
                .collect();
            let bare = name.ends_with('*');
            Some((name.trim_end_matches('*'), Named { text, bare }))
        })
        .collect()
});

/// What `&` 128 to 159 mean in practice: the bytes of Windows-1252.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The longest name in the table is shorter than this.
const MAX_NAME: usize = 32;

struct Named {
    text: String,
    /// Whether browsers read it without a semicolon: `&copy 2026`.
    bare: bool,
}

/// How an `&` that starts no complete reference is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ampersands {
    /// As itself: XML and addresses, where `&copy=1` is a parameter.
    Strict,
    /// As browsers do: `&copy 2026` is a copyright sign.
    Lenient,
}

/// Appends text as it is written in markup, between tags and between double quotes.
pub(crate) fn push_escaped(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
}

/// Replaces character references, numeric and named; what is none stays as it is.
pub fn unescape(text: &str, ampersands: Ampersands) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'&', text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut at = first;
    loop {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        if from.is_empty() {
            break;
        }
        let used = reference(from, ampersands, &mut out).unwrap_or_else(|| {
            out.push('&');
            1
        });
        rest = from.get(used..).unwrap_or_default();
        at = memchr::memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
    }
    Cow::Owned(out)
}

/// Whether `text` holds a complete reference to a known character.
pub(crate) fn has_reference(text: &str) -> bool {
    let mut scratch = String::new();
    memchr::memchr_iter(b'&', text.as_bytes()).any(|at| {
        scratch.clear();
        text.get(at..)
            .is_some_and(|from| reference(from, Ampersands::Strict, &mut scratch).is_some())
    })
}

/// Reads the reference at the start of `from`, pushes what it means, and gives its length.
fn reference(from: &str, ampersands: Ampersands, out: &mut String) -> Option<usize> {
    let body = from.get(1..)?;
    if let Some(number) = body.strip_prefix('#') {
        return numeric(number, ampersands, out).map(|used| used + 2);
    }
    let length = body
        .bytes()
        .take(MAX_NAME)
        .take_while(u8::is_ascii_alphanumeric)
        .count();
    let name = body.get(..length)?;
    if body.as_bytes().get(length) == Some(&b';') {
        out.push_str(&TABLE.get(name)?.text);
        return Some(length + 2);
    }
    if ampersands == Ampersands::Strict {
        return None;
    }
    let named = TABLE.get(name).filter(|named| named.bare)?;
    out.push_str(&named.text);
    Some(length + 1)
}

/// Reads `233;`, `xE9;`; gives the length read.
fn numeric(number: &str, ampersands: Ampersands, out: &mut String) -> Option<usize> {
    let (digits, radix, lead) = match number.as_bytes().first()? {
        b'x' | b'X' => (number.get(1..)?, 16, 1),
        _ => (number, 10, 0),
    };
    let length = digits
        .chars()
        .take(10)
        .take_while(|c| c.is_digit(radix))
        .count();
    let ended = digits.as_bytes().get(length) == Some(&b';');
    if length == 0 || (!ended && ampersands == Ampersands::Strict) {
        return None;
    }
    let code = u32::from_str_radix(digits.get(..length)?, radix).unwrap_or(u32::MAX);
    let meant = match code {
        0x80..=0x9f => WINDOWS_1252
            .get(usize::try_from(code - 0x80).ok()?)
            .copied(),
        0 => None,
        _ => char::from_u32(code),
    };
    out.push(meant.unwrap_or('\u{FFFD}'));
    Some(lead + length + usize::from(ended))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_references_as_browsers_do() {
        for (from, to) in [
            ("caff&egrave;", "caffè"),
            ("caff&#232; &#xE8;&#XE8;", "caffè èè"),
            ("a &amp; b &lt;i&gt; &quot;&apos;", "a & b <i> \"'"),
            ("&#8217;&#146;&#x80;", "’’€"),
            (
                "&copy 2026 &nosuch; & &; &#; &#x;",
                "© 2026 &nosuch; & &; &#; &#x;",
            ),
            ("&#0;&#xD800;&#99999999999;", "\u{FFFD}\u{FFFD}\u{FFFD}9;"),
            ("&nbsp;&hellip;", "\u{a0}…"),
            ("&", "&"),
            ("è&", "è&"),
        ] {
            assert_eq!(unescape(from, Ampersands::Lenient), to, "{from}");
        }
    }

    #[test]
    fn leaves_parameters_of_addresses_alone() {
        assert_eq!(
            unescape("?a=1&copy=2&amp;b=3", Ampersands::Strict),
            "?a=1&copy=2&b=3"
        );
    }

    #[test]
    fn knows_when_there_is_a_reference() {
        assert!(has_reference("Rock &amp; Roll"));
        assert!(has_reference("it&#39;s"));
        assert!(!has_reference("AT&T; R&D & more"));
    }
}
