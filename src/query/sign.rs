//! What follows a `#` or `@`: how far a hashtag or handle goes.

use unicode_normalization::char::is_combining_mark;

/// A character of a hashtag or handle.
pub(crate) fn tag_letter(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric() || is_combining_mark(letter)
}

/// Bytes of the text that belong to a hashtag or handle, from its beginning.
pub(super) fn tag_length(text: &str) -> usize {
    text.find(|c| !tag_letter(c)).unwrap_or(text.len())
}

/// Whether an `@` after this text begins a handle: not inside an e-mail address.
pub(super) fn free_for_handle(before: &str) -> bool {
    let mut letters = before.chars().rev();
    match letters.next() {
        Some('+' | '-' | '%') => !letters.next().is_some_and(tag_letter),
        Some(letter) => !tag_letter(letter) && letter != '@',
        None => true,
    }
}

/// How far a handle goes on beyond its first word: `.bsky.social`, `@mastodon.social`.
pub(crate) fn long_handle(rest: &str) -> usize {
    let mut taken = 0;
    while let Some(tail) = rest.get(taken..)
        && tail.starts_with(['.', '-', '@'])
        && taken < 253
    {
        match tail.get(1..).map_or(0, tag_length) {
            0 => break,
            length => taken += 1 + length,
        }
    }
    taken
}
