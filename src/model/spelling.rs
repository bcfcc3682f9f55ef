//! How far a word is from one that may have been meant.

/// The fewest insertions, deletions, replacements and swaps of neighbours that turn one word into
/// the other. Takes time with the product of both lengths.
pub(crate) fn edit_distance(from: &[char], to: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (row, a) in from.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, b) in to.iter().enumerate() {
            let cost = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut best = (cost(&last, column) + usize::from(a != b))
                .min(cost(&last, column + 1) + 1)
                .min(cost(&current, column) + 1);
            let swapped = row > 0
                && column > 0
                && from.get(row - 1) == Some(b)
                && to.get(column - 1) == Some(a);
            if swapped {
                best = best.min(cost(&before_last, column - 1) + 1);
            }
            current.push(best);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_steps_between_two_words() {
        for (from, to, steps) in [
            ("", "", 0),
            ("", "name", 4),
            ("name", "", 4),
            ("name", "name", 0),
            ("nmae", "name", 1),
            ("nam", "name", 1),
            ("names", "name", 1),
            ("nome", "name", 1),
            ("eman", "name", 3),
        ] {
            let [from, to] = [from, to].map(|word| word.chars().collect::<Vec<_>>());
            assert_eq!(edit_distance(&from, &to), steps, "{from:?} {to:?}");
        }
    }
}
