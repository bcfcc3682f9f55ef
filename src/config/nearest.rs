//! What someone probably meant to write.

use crate::model::edit_distance;

/// The candidate that is closest to `written`, ignoring case, if any is close enough to be meant.
pub(super) fn nearest<'c>(
    written: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let written: Vec<char> = folded(written);
    // Beyond this length nobody mistyped one of our words.
    if written.is_empty() || written.len() > 64 {
        return None;
    }
    let allowed = match written.len() {
        0..=2 => 1,
        3..=7 => 2,
        _ => 3,
    };
    candidates
        .into_iter()
        .map(|candidate| (edit_distance(&written, &folded(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn folded(word: &str) -> Vec<char> {
    word.chars()
        .flat_map(char::to_lowercase)
        .map(|c| if c == '-' || c == ' ' { '_' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let keys = ["name", "query", "languages", "own_accounts", "at"];
        for (written, meant) in [
            ("nmae", Some("name")),
            ("Query", Some("query")),
            ("language", Some("languages")),
            ("own-accounts", Some("own_accounts")),
            ("ta", Some("at")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, keys), meant, "{written}");
        }
        assert_eq!(nearest(&"n".repeat(1_000_000), keys), None);
    }
}
