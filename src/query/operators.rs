//! Words that were probably meant as operators.

use std::ops::Range;

use super::error::Problem;

const OPERATORS: [&str; 6] = ["AND", "OR", "NOT", "NEAR", "ONEAR", "EXCEPT"];

/// What to say of the word `text` of a query, if it was probably meant as an operator: one in
/// small letters, or a misspelt one in capitals.
pub(super) fn misread(text: &str, span: &Range<usize>) -> Option<Problem> {
    let (word, distance) = match text.split_once('/') {
        Some((word, rest)) => (word, Some(rest)),
        None => (text, None),
    };
    let takes_distance = |operator: &str| distance.is_none() || operator.ends_with("NEAR");
    let operator = OPERATORS
        .into_iter()
        .filter(|operator| takes_distance(operator))
        .find(|operator| word.eq_ignore_ascii_case(operator));
    if let Some(operator) = operator {
        let message =
            format!("`{text}` is searched for as a word: operators are written in capitals");
        return Some(
            Problem::warning(span.clone(), message, "a word, not an operator").hint(format!(
                "write {operator} for the operator, or \"{text}\" in quotes for the word"
            )),
        );
    }
    let operator = OPERATORS
        .into_iter()
        .find(|operator| takes_distance(operator) && slipped(word, operator))?;
    let message = format!("`{text}` is searched for as a word: did you mean `{operator}`?");
    let hint = format!("write {operator} for the operator, or \"{text}\" in quotes for the word");
    let number = distance.is_some_and(|rest| {
        let digits = rest.trim_end_matches(['f', 'F']);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    Some(if number {
        // Nobody looks for the word `NAER/3`.
        let message = format!("there is no operator `{word}`: did you mean `{operator}`?");
        Problem::error(span.clone(), message, "not an operator").hint(hint)
    } else {
        Problem::warning(span.clone(), message, "a word, not an operator").hint(hint)
    })
}

/// Whether `word`, in capitals, is `operator` after a slip of the fingers: two neighbours swapped,
/// a letter twice, or one of four or more (not the first) left out. Other letters make other words: END, NET.
fn slipped(word: &str, operator: &str) -> bool {
    let (typed, meant) = (word.as_bytes(), operator.as_bytes());
    if !typed.iter().all(u8::is_ascii_uppercase) {
        return false;
    }
    let same = typed.iter().zip(meant).take_while(|(a, b)| a == b).count();
    let rest = |bytes: &[u8], skip: usize| bytes.get(same + skip..).unwrap_or_default().to_vec();
    match typed.len().checked_sub(meant.len()) {
        Some(0) => {
            meant.len() > 2
                && typed.get(same) == meant.get(same + 1)
                && typed.get(same + 1) == meant.get(same)
                && same + 1 < meant.len()
                && rest(typed, 2) == rest(meant, 2)
        }
        Some(1) => {
            same > 0 && typed.get(same) == typed.get(same - 1) && rest(typed, 1) == rest(meant, 0)
        }
        None => {
            same > 0
                && typed.len() + 1 == meant.len()
                && meant.len() > 3
                && rest(typed, 0) == rest(meant, 1)
        }
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Severity;

    fn told(word: &str) -> Option<(Severity, String)> {
        misread(word, &(0..word.len())).map(|problem| (problem.severity, problem.message))
    }

    #[test]
    fn slips_are_noticed() {
        for (word, operator) in [
            ("ADN", "AND"),
            ("NTO", "NOT"),
            ("ANDD", "AND"),
            ("ORR", "OR"),
            ("NAER", "NEAR"),
            ("NER", "NEAR"),
            ("ONER", "ONEAR"),
            ("EXEPT", "EXCEPT"),
            ("EXCETP", "EXCEPT"),
        ] {
            let (severity, message) = told(word).expect(word);
            assert_eq!(severity, Severity::Warning);
            assert!(
                message.ends_with(&format!("did you mean `{operator}`?")),
                "{message}"
            );
        }
        assert_eq!(told("NAER/3").map(|told| told.0), Some(Severity::Error));
        assert_eq!(told("ONER/2f").map(|told| told.0), Some(Severity::Error));
        assert_eq!(told("near/3").map(|told| told.0), Some(Severity::Warning));
        assert_eq!(told("and").map(|told| told.0), Some(Severity::Warning));
    }

    #[test]
    fn other_words_are_words() {
        for word in [
            "NASA", "END", "NET", "RO", "RAN", "AN", "NO", "adn", "Nto", "ANDA", "EAR", "YEAR",
            "A/B", "and/or", "O", "",
        ] {
            assert_eq!(told(word), None, "{word}");
        }
    }
}
