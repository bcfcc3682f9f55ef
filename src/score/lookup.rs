//! Which lines of the lists apply to a text, for people who argue with a line.

use super::lexicon::{Entry, Lists, Role};
use super::tokens::{Field, Kind, Tokens};
use crate::model::Lang;

/// The most words that `...` passes over.
const WIDEST_GAP: usize = 3;

/// A word of a text.
struct Word {
    folded: String,
    is_number: bool,
}

impl Lists {
    /// The lines of a language that apply somewhere in a text, in the order of the lists. Of
    /// several at one place the scorer takes the longest, and a word written out before a stem.
    pub fn lines_for(&self, language: Lang, text: &str) -> Vec<&Entry> {
        let words = self.words(language, text);
        self.entries(language)
            .iter()
            .filter(|entry| applies(&entry.phrases(language), &words))
            .collect()
    }

    /// Whether a line can change what any text of a language weighs: not where its term is never
    /// read as it is written (`c++`), and not where it is there to tell the language, for which
    /// the shipped lists alone are asked.
    pub fn can_match(&self, language: Lang, entry: &Entry) -> bool {
        if entry.role == Role::Function {
            return false;
        }
        let samples = if entry.is_face() {
            vec![entry.term.clone()]
        } else {
            entry
                .written(language)
                .iter()
                .map(|phrase| sample_of(phrase))
                .collect()
        };
        let phrases = entry.phrases(language);
        samples
            .iter()
            .any(|sample| applies(&phrases, &self.words(language, sample)))
    }

    /// The words of a text, as the scorer reads them; `None` stands where a sentence or a
    /// part of one ends.
    fn words(&self, language: Lang, text: &str) -> Vec<Option<Word>> {
        let lists = self.language(language);
        let mut tokens = Tokens::default();
        tokens.read(text, Field::Text, lists);
        let mut words = Vec::with_capacity(tokens.list.len());
        for token in &tokens.list {
            let folded = tokens.folded(token);
            match token.kind {
                Kind::Quote => {}
                Kind::Comma | Kind::Stop { .. } => words.push(None),
                kind => words.push(Some(Word {
                    is_number: kind == Kind::Number || lists.trie.resolve(folded).number,
                    folded: folded.to_owned(),
                })),
            }
        }
        words
    }
}

/// A text that a phrase stands for.
fn sample_of(phrase: &[String]) -> String {
    let words = phrase.iter().map(|word| match word.as_str() {
        "#" => "3".to_owned(),
        "_" => "abc".to_owned(),
        "..." => String::new(),
        _ => word.replace('*', "a"),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn applies(phrases: &[Vec<String>], words: &[Option<Word>]) -> bool {
    let starts = |from: usize| words.get(from..).unwrap_or_default();
    phrases
        .iter()
        .any(|phrase| !phrase.is_empty() && (0..words.len()).any(|from| fits(phrase, starts(from))))
}

/// Whether a phrase stands at the start of these words.
fn fits(phrase: &[String], words: &[Option<Word>]) -> bool {
    let Some((first, rest)) = phrase.split_first() else {
        return true;
    };
    if first == "..." {
        return (0..=WIDEST_GAP).any(|gap| {
            let (passed, after) = words.split_at_checked(gap).unwrap_or((&[None], &[]));
            passed.iter().all(Option::is_some) && fits(rest, after)
        });
    }
    let Some((Some(word), after)) = words.split_first() else {
        return false;
    };
    let same = match first.as_str() {
        "_" => true,
        "#" => word.is_number,
        written => match written.strip_suffix('*') {
            Some(stem) => word.folded.starts_with(stem),
            None => word.folded == *written,
        },
    };
    same && fits(rest, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINE: &str = "c++\t-1\nperde acqua\t-2\nzumpa*\t1\nda # zumpi\t-1\nnon ... zumpa\t-1\n\
                        \u{2764}\t2\n!!!\t1\nzumb/are\t1\nperò zumpa\t1\n[function]\nzumpi\n";

    #[test]
    fn a_text_is_told_which_lines_apply_to_it() {
        let (lists, problems) = Lists::read(&[("it", "mine.tsv", MINE)]);
        assert_eq!(problems, []);
        for (text, expected) in [
            ("Mi perde ACQUA.", &["perde acqua"][..]),
            ("perde. Acqua", &[]),
            ("zumpata", &["zumpa*"]),
            ("da tre zumpi", &["da # zumpi", "zumpi"]),
            ("non mi ha zumpa", &["zumpa*", "non ... zumpa"]),
            ("zumbavano", &["zumb/are"]),
            ("però zumpa", &["zumpa*", "però zumpa"]),
            ("❤️", &["\u{2764}"]),
            ("c++", &[]),
        ] {
            let found = lists.lines_for(Lang::IT, text);
            let own = found.iter().filter(|entry| entry.own);
            let terms: Vec<&str> = own.map(|entry| entry.term.as_str()).collect();
            assert_eq!(terms, expected, "{text}");
        }
    }

    #[test]
    fn a_line_that_can_never_count_is_known() {
        let (lists, _) = Lists::read(&[("it", "mine.tsv", MINE)]);
        let own = lists.entries(Lang::IT).iter().filter(|entry| entry.own);
        let never = own.filter(|entry| !lists.can_match(Lang::IT, entry));
        let terms: Vec<&str> = never.map(|entry| entry.term.as_str()).collect();
        assert_eq!(terms, ["c++", "!!!", "zumpi"]);
    }

    #[test]
    fn every_shipped_line_can_count() {
        let mut never = Vec::new();
        for language in super::super::lexicon::LANGUAGES {
            let lists = Lists::shipped();
            for entry in lists.entries(language) {
                if entry.role != Role::Function && !lists.can_match(language, entry) {
                    never.push(format!("{}:{}: {}", entry.list, entry.line, entry.term));
                }
            }
        }
        assert!(never.is_empty(), "{}", never.join("\n"));
    }
}
