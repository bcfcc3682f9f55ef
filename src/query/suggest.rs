//! The nearest word that would have been right.

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
            (distance(&written, &letters), letters.len(), candidate)
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

/// Letters to insert, remove, replace or swap with their neighbour.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, b) in right.iter().enumerate() {
            let at =
                |line: &[usize], column: usize| line.get(column).copied().unwrap_or(usize::MAX);
            let mut best = (at(&last, column) + usize::from(a != b))
                .min(at(&last, column + 1) + 1)
                .min(at(&line, column) + 1);
            if row > 0
                && column > 0
                && Some(a) == right.get(column - 1)
                && Some(b) == left.get(row - 1)
            {
                best = best.min(at(&before, column - 1) + 1);
            }
            line.push(best);
        }
        before = std::mem::replace(&mut last, line);
    }
    last.last().copied().unwrap_or(0)
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
