//! From the text of a query to its tokens.

use std::ops::Range;

use super::error::{Problem, Problems};
use super::field::Field;

/// How far a `NEAR` without a number reaches.
const NEAR_ALONE: u32 = 4;
/// How far a `NEAR` may reach, and from where on it is warned about.
const NEAR_MOST: u32 = 30;
const NEAR_WIDE: u32 = 10;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    Open,
    Close,
    And,
    Or,
    Not,
    /// `-` before a term.
    Dash,
    Except,
    Near {
        distance: u32,
        ordered: bool,
    },
    /// `name:`, the colon in the span; what follows at once is its value.
    Field(String),
    Bare(String),
    Quoted {
        text: String,
        slop: u32,
    },
    Braced(String),
    /// `[…]` after a field, without the brackets.
    Range(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lexeme {
    pub(crate) token: Token,
    pub(crate) span: Range<usize>,
}

/// Cuts a query into tokens; what cannot be one is a problem and is left out.
pub(crate) fn lex(source: &str) -> (Vec<Lexeme>, Problems) {
    let mut lexer = Lexer {
        source,
        at: 0,
        lexemes: Vec::new(),
        problems: Problems::default(),
        smart: None,
        unclosed: false,
    };
    while let Some(letter) = lexer.peek() {
        lexer.next(letter);
    }
    if let Some(span) = lexer.smart.take() {
        lexer.problems.push(Problem::note(
            span,
            "typographic quotes are read as plain ones",
            "a typographic quote",
        ));
    }
    (lexer.lexemes, lexer.problems)
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
    lexemes: Vec<Lexeme>,
    problems: Problems,
    smart: Option<Range<usize>>,
    /// Whether no `]` is left, so that it is not looked for again.
    unclosed: bool,
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn push(&mut self, token: Token, start: usize) {
        let span = start..self.at;
        self.lexemes.push(Lexeme { token, span });
    }

    fn next(&mut self, letter: char) {
        let start = self.at;
        if blank(letter) {
            self.at += letter.len_utf8();
        } else if self.rest().starts_with("<<<") {
            self.comment();
        } else if quote(letter) {
            self.quoted(letter);
        } else {
            match letter {
                '(' | ')' => {
                    self.at += 1;
                    let token = if letter == '(' {
                        Token::Open
                    } else {
                        Token::Close
                    };
                    self.push(token, start);
                }
                '{' => self.braced(),
                '[' => self.range(),
                ']' | '}' => {
                    self.at += 1;
                    let opening = if letter == ']' { '[' } else { '{' };
                    self.problems.push(Problem::error(
                        start..self.at,
                        format!("`{letter}` closes nothing"),
                        format!("no `{opening}` stands before it"),
                    ));
                }
                '-' | '–' | '−' => self.dash(letter),
                _ => self.bare(),
            }
        }
    }

    fn comment(&mut self) {
        let start = self.at;
        if let Some(length) = self.rest().find(">>>") {
            self.at += length + 3;
        } else {
            self.at = self.source.len();
            self.problems.push(
                Problem::error(
                    start..start + 3,
                    "this comment is never closed",
                    "the comment begins here",
                )
                .hint("write `>>>` where it ends"),
            );
        }
    }

    fn dash(&mut self, letter: char) {
        let start = self.at;
        self.at += letter.len_utf8();
        if self.peek().is_none_or(|next| blank(next) || next == ')') {
            self.problems.push(
                Problem::error(
                    start..self.at,
                    "a dash on its own says nothing",
                    "expected a term right after the dash",
                )
                .hint("to exclude a term, write NOT or put the dash right before it: `-term`"),
            );
        } else {
            self.push(Token::Dash, start);
        }
    }

    fn quoted(&mut self, opening: char) {
        let start = self.at;
        self.at += opening.len_utf8();
        self.see_quote(opening, start);
        let mut text = String::new();
        let mut closed = false;
        let mut letters = self.rest().chars();
        let mut escaped = false;
        for letter in letters.by_ref() {
            let at = self.at;
            self.at += letter.len_utf8();
            if escaped {
                if !matches!(letter, '"' | '\\') {
                    text.push('\\');
                }
                text.push(letter);
                escaped = false;
            } else if letter == '\\' {
                escaped = true;
            } else if quote(letter) {
                self.see_quote(letter, at);
                closed = true;
                break;
            } else {
                text.push(letter);
            }
        }
        if escaped {
            text.push('\\');
        }
        if !closed {
            self.problems.push(
                Problem::error(
                    start..start + opening.len_utf8(),
                    "this quote is never closed",
                    "the phrase begins here",
                )
                .hint("write `\"` where the phrase ends"),
            );
        }
        let slop = self.slop();
        self.push(Token::Quoted { text, slop }, start);
    }

    fn see_quote(&mut self, letter: char, at: usize) {
        if letter != '"' && self.smart.is_none() {
            self.smart = Some(at..at + letter.len_utf8());
        }
    }

    /// `~n` right after a phrase.
    fn slop(&mut self) -> u32 {
        let Some(after) = self.rest().strip_prefix('~') else {
            return 0;
        };
        let start = self.at;
        let length = after
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(after.len());
        self.at += 1 + length;
        let number = after.get(..length).unwrap_or_default();
        if let Ok(slop) = number.parse::<u32>()
            && slop <= 1000
        {
            return slop;
        }
        self.problems.push(
            Problem::error(
                start..self.at,
                "expected a number from 0 to 1000 after `~`",
                "how many other words may stand between",
            )
            .hint("write for example \"servizio clienti\"~3"),
        );
        0
    }

    fn braced(&mut self) {
        let start = self.at;
        if let Some(length) = self.rest().find('}') {
            self.at += length + 1;
            let text = self.source.get(start + 1..self.at - 1).unwrap_or_default();
            self.push(Token::Braced(text.to_owned()), start);
        } else {
            self.at = self.source.len();
            self.problems
                .push(unclosed(start, '{', '}', "the exact term begins here"));
        }
    }

    fn range(&mut self) {
        let start = self.at;
        let after_field = self
            .lexemes
            .last()
            .is_some_and(|last| matches!(last.token, Token::Field(_)) && last.span.end == start);
        let closing = if self.unclosed {
            None
        } else {
            self.rest().find(']')
        };
        let Some(length) = closing else {
            self.unclosed = true;
            self.at = if after_field {
                self.source.len()
            } else {
                start + 1
            };
            self.problems
                .push(unclosed(start, '[', ']', "the range begins here"));
            return;
        };
        self.at += length + 1;
        if after_field {
            let text = self.source.get(start + 1..self.at - 1).unwrap_or_default();
            self.push(Token::Range(text.to_owned()), start);
        } else {
            self.problems.push(
                Problem::error(
                    start..self.at,
                    "square brackets stand for a range and follow a field",
                    "no field stands right before it",
                )
                .hint("write for example rating:[1 TO 2]; to group terms, write ( )"),
            );
        }
    }

    fn bare(&mut self) {
        let start = self.at;
        let after_value_field = self.lexemes.last().is_some_and(|last| {
            last.span.end == start
                && matches!(&last.token, Token::Field(name)
                    if Field::parse(name).is_some_and(|field| !field.takes_terms()))
        });
        if !after_value_field {
            let rest = self.rest();
            let length = rest
                .bytes()
                .take_while(|b| b.is_ascii_alphabetic() || *b == b'_')
                .count();
            if let Some((name, after)) = rest.split_at_checked(length)
                && !name.is_empty()
                && after.starts_with(':')
            {
                self.at += length + 1;
                self.push(Token::Field(name.to_owned()), start);
                return;
            }
        }
        let run = run(self.rest());
        self.at += run.len().max(1);
        let token = match run {
            _ if after_value_field => Token::Bare(run.to_owned()),
            "AND" => Token::And,
            "OR" => Token::Or,
            "NOT" => Token::Not,
            "EXCEPT" => Token::Except,
            _ => match near(run) {
                Some((ordered, number)) => self.near(start, ordered, number),
                None => Token::Bare(run.to_owned()),
            },
        };
        self.push(token, start);
    }

    fn near(&mut self, start: usize, ordered: bool, number: Option<&str>) -> Token {
        let span = start..self.at;
        let Some(number) = number else {
            let distance = NEAR_ALONE;
            return Token::Near { distance, ordered };
        };
        let forward = number.strip_suffix(['f', 'F']);
        let ordered = ordered || forward.is_some();
        let digits = forward.unwrap_or(number);
        let distance = digits
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| digits.parse().unwrap_or(u32::MAX))
            .filter(|_| !digits.is_empty());
        match distance {
            Some(distance @ 0..=NEAR_MOST) => {
                if distance > NEAR_WIDE {
                    self.problems.push(Problem::warning(
                        span,
                        format!("terms {distance} words apart have little to do with each other"),
                        format!("more than {NEAR_WIDE} words"),
                    ));
                }
                Token::Near { distance, ordered }
            }
            Some(_) => {
                self.problems.push(
                    Problem::error(
                        span,
                        format!("`NEAR` reaches at most {NEAR_MOST} words"),
                        "too far",
                    )
                    .hint("to find both terms anywhere in a mention, write AND"),
                );
                let distance = NEAR_MOST;
                Token::Near { distance, ordered }
            }
            None => {
                self.problems.push(
                    Problem::error(
                        span,
                        format!("expected a number of words from 0 to {NEAR_MOST} after `NEAR/`"),
                        "not a number of words",
                    )
                    .hint("write for example `acme NEAR/5 refund`"),
                );
                let distance = NEAR_ALONE;
                Token::Near { distance, ordered }
            }
        }
    }
}

fn unclosed(start: usize, opening: char, closing: char, label: &str) -> Problem {
    Problem::error(
        start..start + 1,
        format!("`{opening}` is never closed"),
        label,
    )
    .hint(format!("write `{closing}` where it ends"))
}

/// `NEAR`, `ONEAR`, either with `/…`: whether it is ordered, and what stands after the slash.
fn near(run: &str) -> Option<(bool, Option<&str>)> {
    let (ordered, rest) = match run.strip_prefix('O') {
        Some(rest) => (true, rest),
        None => (false, run),
    };
    match rest.strip_prefix("NEAR")? {
        "" => Some((ordered, None)),
        rest => rest.strip_prefix('/').map(|number| (ordered, Some(number))),
    }
}

/// The longest beginning that holds no blank, bracket, quote or comment.
fn run(text: &str) -> &str {
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        let rest = text.get(at..).unwrap_or_default();
        if letter == '[' {
            let inside = rest.strip_prefix("[.]").is_some_and(|after| {
                at > 0 && after.chars().next().is_some_and(char::is_alphanumeric)
            });
            if !inside {
                return text.get(..at).unwrap_or_default();
            }
            letters.next();
            letters.next();
        } else if blank(letter)
            || quote(letter)
            || matches!(letter, '(' | ')' | '{' | '}' | ']')
            || rest.starts_with("<<<")
        {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// White space, and what editors and web pages leave behind in pasted text.
fn blank(letter: char) -> bool {
    letter.is_whitespace() || letter.is_control() || matches!(letter, '\u{200B}' | '\u{FEFF}')
}

/// A double quote, plain or typographic.
fn quote(letter: char) -> bool {
    matches!(
        letter,
        '"' | '\u{201C}'..='\u{201F}' | '«' | '»' | '\u{2033}' | '\u{FF02}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str) -> String {
        let (lexemes, problems) = lex(source);
        let tokens: Vec<_> = lexemes
            .iter()
            .map(|lexeme| format!("{:?}", lexeme.token))
            .collect();
        let problems: Vec<_> = problems.told().into_iter().map(|p| p.message).collect();
        format!("{} {}", tokens.join(" "), problems.join("; "))
            .trim()
            .to_owned()
    }

    #[test]
    fn tokens_of_queries() {
        for (source, tokens) in [
            ("acme OR x", r#"Bare("acme") Or Bare("x")"#),
            ("a <<< b >>> c", r#"Bare("a") Bare("c")"#),
            ("-a", r#"Dash Bare("a")"#),
            ("e-mail", r#"Bare("e-mail")"#),
            ("NEAR/2f", "Near { distance: 2, ordered: true }"),
            ("ONEAR", "Near { distance: 4, ordered: true }"),
            ("NOT(a)", r#"Not Open Bare("a") Close"#),
            ("\"a \\\" b\"~3", r#"Quoted { text: "a \" b", slop: 3 }"#),
            ("{Frigo Lux}", r#"Braced("Frigo Lux")"#),
            ("rating:[1 TO 2]", r#"Field("rating") Range("1 TO 2")"#),
            ("url:http://x/a", r#"Field("url") Bare("http://x/a")"#),
            ("title:#a", r##"Field("title") Bare("#a")"##),
            ("example[.]com", r#"Bare("example[.]com")"#),
            ("score:<-0.5", r#"Field("score") Bare("<-0.5")"#),
        ] {
            assert_eq!(shown(source), tokens, "{source}");
        }
    }

    #[test]
    fn what_cannot_be_a_token_is_told() {
        for (source, message) in [
            ("a <<< b", "this comment is never closed"),
            ("\"a", "this quote is never closed"),
            ("{a", "`{` is never closed"),
            ("a ]", "`]` closes nothing"),
            ("a - b", "a dash on its own says nothing"),
            ("NEAR/31", "`NEAR` reaches at most 30 words"),
            (
                "NEAR/x",
                "expected a number of words from 0 to 30 after `NEAR/`",
            ),
            ("“a”", "typographic quotes are read as plain ones"),
            ("\"a\"~", "expected a number from 0 to 1000 after `~`"),
        ] {
            assert!(
                shown(source).ends_with(message),
                "{source}: {}",
                shown(source)
            );
        }
    }
}
