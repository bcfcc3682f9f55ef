//! The nearest word that would have been right.

use crate::model::edit_distance;

/// The candidate that `written` most likely meant, if any is near enough.
pub(crate) fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let written: Vec<char> = written.to_lowercase().chars().take(64).collect();
    candidates
        .into_iter()
        .map(|candidate| {
            let letters: Vec<char> = candidate.to_lowercase().chars().take(64).collect();
            (edit_distance(&written, &letters), letters.len(), candidate)
        })
        .filter(|&(steps, length, _)| steps <= length.max(written.len()).div_ceil(3))
        .min_by_key(|&(steps, ..)| steps)
        .map(|(.., candidate)| candidate)
}

/// `did you mean `x`?`, where there is such an `x`.
pub(crate) fn did_you_mean<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(written, candidates).map(|found| format!("did you mean `{found}`?"))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_words_are_suggested_and_far_ones_not() {
        let fields = ["lang", "title", "text", "type", "followers"];
        for (written, meant) in [
            ("lagn", Some("lang")),
            ("langs", Some("lang")),
            ("folowers", Some("followers")),
            ("Titel", Some("title")),
            ("banana", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, fields), meant, "{written}");
        }
    }
}
