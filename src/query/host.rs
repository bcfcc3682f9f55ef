//! Hosts in a text: what reads as one, also where its dots were defanged.

use std::borrow::Cow;

/// The host without its first label; empty for the last.
pub(super) fn parent(host: &str) -> &str {
    host.split_once('.').map_or("", |(_, parent)| parent)
}

/// The text with `[.]` between letters or digits made `.`, and where the made dots stand.
pub(super) fn refanged(text: &str) -> (Cow<'_, str>, Vec<usize>) {
    let mut dots = Vec::new();
    if !text.contains("[.]") {
        return (Cow::Borrowed(text), dots);
    }
    let mut cleaned = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[.]") {
        cleaned.push_str(before);
        let inside = cleaned
            .chars()
            .next_back()
            .is_some_and(char::is_alphanumeric)
            && after.chars().next().is_some_and(char::is_alphanumeric);
        if inside {
            dots.push(cleaned.len());
            cleaned.push('.');
        } else {
            cleaned.push_str("[.]");
        }
        rest = after;
    }
    cleaned.push_str(rest);
    (Cow::Owned(cleaned), dots)
}

/// Whether the text reads as a host: labels of letters, digits and inner hyphens, the last of two
/// letters or more.
pub(crate) fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let Some((rest, last)) = text.rsplit_once('.') else {
        return false;
    };
    text.len() <= 253
        && last.chars().nth(1).is_some()
        && (last.chars().all(char::is_alphabetic) || last.starts_with("xn--"))
        && label(last)
        && rest.split('.').all(label)
}
