//! The lists' format: `term<TAB>weight<TAB>comment`, sections in brackets, `#` before a remark.

use super::Entry;
use super::paradigm;
use super::role::Role;
use super::trie::SHORTEST_STEM;
use crate::model::Lang;

/// A line of a list that says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListProblem {
    /// The list: `it/sentiment.tsv`.
    pub list: String,
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
    /// What is expected there.
    pub hint: &'static str,
}

/// What a line of any list is.
const LINE: &str = "a line is the term, a tab, its weight, and if you like a tab and a comment";
/// What a line with a tone is.
const TONE: &str = "a tone goes from -4 (worst) to 4 (best); points for intent or priority stand \
                    below the name of their section, as in `[complaint]` or `[safety]`";
/// What sections there are.
const SECTIONS: &str = "`ascolto lists show it` names the section of each line; a list starts with \
                        `[sentiment]`";
/// How a term may be written.
const TERM: &str = "words, `stem*` of four letters at least, `a|b`, `word?`, `#`, `_`, one `...`, \
                    or a class of its language as in `lent/o`";

/// What is wrong with a line, and what is expected.
type Fault = (String, &'static str);

/// The most forms that one line may stand for.
const MOST_FORMS: usize = 6_000;

/// Reads a list: its entries, and the lines that are none.
pub(super) fn read(language: Lang, list: &str, text: &str) -> (Vec<Entry>, Vec<ListProblem>) {
    let mut entries = Vec::new();
    let mut problems = Vec::new();
    let mut role = Role::Sentiment;
    let faces = list.ends_with("faces.tsv");
    for (number, line) in text.lines().enumerate() {
        // `# chiamate` with a weight is a term: a number, and calls.
        let remark = line.starts_with("# ") && !line.contains('\t') || line == "#";
        if line.trim().is_empty() || remark {
            continue;
        }
        let section = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let parsed = match section {
            Some(name) => match Role::parse(name) {
                Some(known) => {
                    role = known;
                    continue;
                }
                None => Err((format!("no section is called `{name}`"), SECTIONS)),
            },
            None => entry(language, role, line, faces),
        };
        match parsed {
            Ok(found) => entries.push(Entry {
                list: list.to_owned(),
                line: number + 1,
                ..found
            }),
            Err((message, hint)) => problems.push(ListProblem {
                list: list.to_owned(),
                line: number + 1,
                message,
                hint,
            }),
        }
    }
    (entries, problems)
}

fn entry(language: Lang, role: Role, line: &str, face: bool) -> Result<Entry, Fault> {
    let mut columns = line.split('\t');
    let term = columns.next().unwrap_or_default().trim();
    let weight = columns
        .next()
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let comment = columns.next().unwrap_or_default().trim();
    let weight = match weight {
        None if role != Role::Sentiment => 1.0,
        None => return Err((format!("`{term}` has no weight"), LINE)),
        Some(text) => text
            .parse::<f32>()
            .ok()
            .filter(|weight| weight.is_finite())
            .ok_or_else(|| (format!("`{text}` is no number"), LINE))?,
    };
    if role == Role::Sentiment && !(-4.0..=4.0).contains(&weight) {
        let message = format!("the weight of `{term}` is not between -4 and 4");
        return Err((message, TONE));
    }
    if !face {
        expand(language, term).map_err(|message| (message, TERM))?;
    }
    Ok(Entry {
        list: String::new(),
        line: 0,
        own: false,
        term: term.to_owned(),
        weight,
        comment: comment.to_owned(),
        role,
        face,
    })
}

/// All phrases that a term stands for: `non funzion/are bene|male` is each form with each adverb.
pub(super) fn expand(language: Lang, term: &str) -> Result<Vec<Vec<String>>, String> {
    let mut phrases: Vec<Vec<String>> = vec![Vec::new()];
    if term.is_empty() {
        return Err("there is no term".to_owned());
    }
    let mut gaps = 0;
    for word in term.split_whitespace() {
        let (word, optional) = match word.strip_suffix('?') {
            Some(rest) if !rest.is_empty() => (rest, true),
            _ => (word, false),
        };
        gaps += usize::from(word == "...");
        let mut choices = Vec::new();
        for choice in word.split('|') {
            alternatives(language, choice, &mut choices)?;
        }
        if phrases.len() * choices.len() > MOST_FORMS || gaps > 1 {
            return Err(format!("`{term}` stands for too much"));
        }
        let mut longer = Vec::with_capacity(phrases.len() * choices.len());
        for phrase in &phrases {
            if optional {
                longer.push(phrase.clone());
            }
            for choice in &choices {
                let mut extended = phrase.clone();
                extended.push(choice.clone());
                longer.push(extended);
            }
        }
        phrases = longer;
    }
    Ok(phrases)
}

fn alternatives(language: Lang, word: &str, out: &mut Vec<String>) -> Result<(), String> {
    match word.split_once('/') {
        Some((stem, class)) if class.starts_with(|c: char| c.is_alphabetic()) => {
            let forms = paradigm::forms(language, stem, class)
                .ok_or_else(|| format!("`/{class}` is no class of `{language}`"))?;
            out.extend(forms);
        }
        _ => {
            if word
                .strip_suffix('*')
                .is_some_and(|stem| stem.len() < SHORTEST_STEM)
            {
                return Err(format!(
                    "the stem `{word}` is too short: it would match too much"
                ));
            }
            out.push(word.to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_stands_for_its_forms() {
        let phrases = |term| -> Vec<String> {
            expand(Lang::IT, term)
                .unwrap()
                .iter()
                .map(|p| p.join(" "))
                .collect()
        };
        assert_eq!(phrases("perde acqua"), ["perde acqua"]);
        assert_eq!(phrases("a|b c"), ["a c", "b c"]);
        assert_eq!(phrases("mai più? visto"), ["mai visto", "mai più visto"]);
        assert_eq!(phrases("lent/o"), ["lento", "lenta", "lenti", "lente"]);
        assert_eq!(phrases("10/10"), ["10/10"]);
    }

    #[test]
    fn lines_that_say_nothing_are_reported_with_their_place() {
        let list = "# a remark\nbello\t2\n[unheard]\nbrutto\nx/zz\t1\nab*\t1\nmale\tmolto\n";
        let (entries, problems) = read(Lang::IT, "it/mine.tsv", list);
        assert_eq!(entries.len(), 1);
        let lines: Vec<usize> = problems.iter().map(|p| p.line).collect();
        assert_eq!(lines, [3, 4, 5, 6, 7]);
    }

    #[test]
    fn a_term_may_begin_with_a_number_and_a_remark_has_no_weight() {
        let list = "# calls of those who wait\n# calls\t-1.8\n#\n#ilove\t2\n";
        let (entries, problems) = read(Lang::EN, "en/mine.tsv", list);
        assert!(problems.is_empty(), "{problems:?}");
        let terms: Vec<&str> = entries.iter().map(|entry| entry.term.as_str()).collect();
        assert_eq!(terms, ["# calls", "#ilove"]);
    }
}
