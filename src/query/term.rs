//! Terms: from what is written between blanks, quotes or braces to what it matches.

use std::ops::Range;

use super::ast::{Pattern, Shape, Term, TermKind};
use super::error::Problem;
use super::fold;
use super::words::{self, WordKind};

/// Letters that stand for `?` and `*` while a term is cut into words: no script uses them, no
/// folding changes them, and they are letters to UAX #29.
const ONE: char = '\u{A7F7}';
const MANY: char = '\u{A7FB}';

/// A bare term.
pub(crate) fn bare(text: &str, span: &Range<usize>) -> Result<Term, Problem> {
    if let Some(problem) = regular_expression(text, span) {
        return Err(problem);
    }
    words_of(text, text.to_owned(), 0, span)
}

/// `"…"` or `"…"~n`.
pub(crate) fn quoted(text: &str, slop: u32, span: &Range<usize>) -> Result<Term, Problem> {
    if text.trim().is_empty() {
        return Err(Problem::error(
            span.clone(),
            "this phrase is empty",
            "expected words between the quotes",
        )
        .hint("write the words between the quotes, or leave the quotes out"));
    }
    let mut written = quote(text);
    if slop > 0 {
        written = format!("{written}~{slop}");
    }
    words_of(text, written, slop, span)
}

/// The text in plain quotes.
pub(crate) fn quote(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

/// Reads `{…}`: words as they are written, capitals and accents included.
pub(crate) fn exact(text: &str, span: &Range<usize>) -> Result<Term, Problem> {
    if text.contains(['*', '?']) {
        return Err(Problem::error(
            span.clone(),
            "an exact term takes no wildcard",
            "`*` or `?` stands between the braces",
        )
        .hint("leave the braces out to use a wildcard, or write raw:\"…\" for the character"));
    }
    let mut found = Vec::new();
    words::split(text, &mut |word| {
        if word.kind == WordKind::Word {
            found.push(fold::exact(
                &text
                    .get(word.start..word.end)
                    .unwrap_or_default()
                    .replace("[.]", "."),
            ));
        }
    });
    if found.is_empty() {
        return Err(no_word(text, span));
    }
    Ok(Term {
        written: format!("{{{text}}}"),
        kind: TermKind::Exact(found),
    })
}

/// Reads `raw:"…"`: characters as they stand, punctuation included.
pub(crate) fn raw(text: &str, span: &Range<usize>) -> Result<Term, Problem> {
    if text.trim().is_empty() {
        return Err(Problem::error(
            span.clone(),
            "expected characters after `raw:`",
            "nothing to look for",
        )
        .hint("write for example raw:\"C++\""));
    }
    Ok(Term {
        written: format!("raw:{}", quote(text)),
        kind: TermKind::Raw(text.to_owned()),
    })
}

/// What is not in a word and yet may be what was meant: `C++`, `R&D` are not equal here.
pub(crate) fn loses_symbols(term: &Term) -> bool {
    let TermKind::Words { patterns, .. } = &term.kind else {
        return false;
    };
    let [pattern] = patterns.as_slice() else {
        return false;
    };
    pattern.kind == WordKind::Word
        && term
            .written
            .trim_end_matches('"')
            .ends_with(['+', '#', '$', '%', '&', '='])
}

fn words_of(text: &str, written: String, slop: u32, span: &Range<usize>) -> Result<Term, Problem> {
    let wild = text.contains(['*', '?']);
    let cut: String = if wild {
        text.chars()
            .map(|letter| match letter {
                '?' => ONE,
                '*' => MANY,
                other => other,
            })
            .collect()
    } else {
        text.to_owned()
    };
    let mut gathered = Gathered::default();
    words::split(&cut, &mut |word| gathered.add(&word));
    let tokens = gathered.finish(wild);
    if tokens.is_empty() {
        return Err(no_word(text, span));
    }
    let mut patterns = Vec::with_capacity(tokens.len());
    for token in tokens {
        patterns.push(pattern(token, wild, span)?);
    }
    Ok(Term {
        written,
        kind: TermKind::Words { patterns, slop },
    })
}

struct Token {
    kind: WordKind,
    range: Range<usize>,
    folded: String,
    bare: String,
}

#[derive(Default)]
struct Gathered {
    tokens: Vec<Token>,
    hosts: Vec<Token>,
    first: Option<usize>,
    last: usize,
}

impl Gathered {
    fn add(&mut self, word: &words::Word<'_>) {
        let token = Token {
            kind: word.kind,
            range: word.start..word.end,
            folded: word.folded.to_owned(),
            bare: word.bare.to_owned(),
        };
        self.first.get_or_insert(word.start);
        self.last = self.last.max(word.end);
        let covered = self.tokens.last().is_some_and(|last| {
            matches!(last.kind, WordKind::Hashtag | WordKind::Handle) && word.start < last.range.end
        });
        match word.kind {
            WordKind::Host => self.hosts.push(token),
            // A handle's long form is told after its words.
            WordKind::Handle if covered => {
                self.tokens.pop();
                self.tokens.push(token);
            }
            _ if covered => {}
            _ => self.tokens.push(token),
        }
    }

    /// The tokens that make the term: its host where it is one and nothing else.
    fn finish(mut self, wild: bool) -> Vec<Token> {
        let tagged = self.tokens.iter().any(|token| token.kind != WordKind::Word);
        if !wild && !tagged && !self.hosts.is_empty() {
            let host = self.hosts.swap_remove(0);
            if Some(host.range.start) == self.first && host.range.end == self.last {
                return vec![host];
            }
        }
        self.tokens
    }
}

fn pattern(token: Token, wild: bool, span: &Range<usize>) -> Result<Pattern, Problem> {
    let accented = token.folded != token.bare;
    let form = if accented { token.folded } else { token.bare };
    let kind = token.kind;
    if !wild || !form.contains([ONE, MANY]) {
        let shape = Shape::Whole;
        return Ok(Pattern {
            kind,
            shape,
            form,
            accented,
        });
    }
    let open = form.ends_with(MANY);
    let body = form.strip_suffix(MANY).unwrap_or(&form);
    if body.contains(MANY) {
        return Err(Problem::error(
            span.clone(),
            "`*` stands at the end of a word only",
            "a `*` inside a word",
        )
        .hint("write `?` for exactly one letter, or search for the beginning of the word"));
    }
    let letters = body.chars().filter(|&c| c != ONE).count();
    if letters == 0 {
        return Err(Problem::error(
            span.clone(),
            "a wildcard on its own would match every word",
            "no letters stand beside it",
        )
        .hint("write at least three letters before `*`: rimbors*"));
    }
    if open && letters < 3 {
        return Err(Problem::error(
            span.clone(),
            "`*` needs at least three letters before it",
            "this beginning is too short",
        )
        .hint("write more letters, or list the words: (re OR rex OR resa)"));
    }
    let ones = body.contains(ONE);
    if ones && letters < 2 {
        return Err(Problem::error(
            span.clone(),
            "`?` needs at least two other letters in its word",
            "too few letters",
        )
        .hint("`?` stands for exactly one letter: customi?e"));
    }
    let form: String = body
        .chars()
        .map(|letter| if letter == ONE { '?' } else { letter })
        .collect();
    let shape = if ones {
        Shape::Wildcard { open }
    } else {
        Shape::Prefix
    };
    Ok(Pattern {
        kind,
        shape,
        form,
        accented,
    })
}

fn no_word(text: &str, span: &Range<usize>) -> Problem {
    let hint = match text {
        "|" | "||" => "write OR".to_owned(),
        "&" | "&&" | "+" => "write AND, or just a space".to_owned(),
        "!" => "write NOT".to_owned(),
        _ if text.contains('"') => "write a word".to_owned(),
        _ => format!(
            "to search for these characters as they stand, write raw:{}",
            quote(text)
        ),
    };
    Problem::error(
        span.clone(),
        format!("`{text}` holds no word"),
        "expected a word, hashtag, handle or emoji",
    )
    .hint(hint)
}

/// A term that was written for another tool.
fn regular_expression(text: &str, span: &Range<usize>) -> Option<Problem> {
    let slashed = text.strip_prefix('/').is_some_and(|rest| {
        rest.rsplit_once('/').is_some_and(|(body, flags)| {
            !body.is_empty()
                && flags.len() <= 4
                && flags.bytes().all(|flag| b"gimsuxy".contains(&flag))
                && !body.starts_with("r/")
                && !body.starts_with("u/")
        })
    });
    let marked = [".*", ".+", "\\d", "\\w", "\\b", "\\s", "\\.", "(?"]
        .iter()
        .any(|mark| text.contains(mark));
    (slashed || marked).then(|| {
        let word: String = text
            .chars()
            .skip_while(|c| !c.is_alphanumeric())
            .take_while(|c| c.is_alphanumeric())
            .collect();
        let instead = if word.chars().count() >= 3 {
            format!("`{word}*` finds every word that begins so; ")
        } else {
            String::new()
        };
        Problem::error(
            span.clone(),
            "this looks like a regular expression, which queries do not read",
            "a regular expression?",
        )
        .hint(format!(
            "{instead}to search for the characters as they stand, write raw:{}",
            quote(text)
        ))
    })
}
