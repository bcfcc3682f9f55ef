//! Sentences that lack the blank between them.

/// Whether the full stop at `at` ends a sentence although the next word follows at once:
/// `acqua.Frigolux perde`. Small letter, full stop, capital, small letter; so neither `S.p.A` nor
/// `example.com` is cut.
pub(super) fn ends(text: &str, at: usize) -> bool {
    let mut after = text.get(at + 1..).unwrap_or_default().chars();
    after.next().is_some_and(char::is_uppercase)
        && after.next().is_some_and(char::is_lowercase)
        && text
            .get(..at)
            .and_then(|before| before.chars().next_back())
            .is_some_and(char::is_lowercase)
}
