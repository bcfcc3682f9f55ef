//! Parsing what stands after a field's colon.

use std::ops::Range;

use super::ast::{Fact, Node, NodeKind};
use super::error::Problem;
use super::field::{self, Field, Value};
use super::lexer::{Lexeme, Token};
use super::near;
use super::parser::{Built, DEEPEST, Parser, combine};
use super::term;

impl Parser<'_, '_> {
    pub(crate) fn field(&mut self, name: &str, span: &Range<usize>) -> Option<Built> {
        self.at += 1;
        let follows = self
            .lexemes
            .get(self.at)
            .filter(|next| next.span.start == span.end);
        let Some(found) = Field::parse(name) else {
            self.problems
                .push_error(|| field::unknown(name, span.clone()));
            if follows.is_some() {
                self.skip_value();
            }
            return None;
        };
        let operator = matches!(
            follows.map(|next| &next.token),
            Some(Token::Close | Token::Dash | Token::Not) | None
        );
        if operator {
            self.problems.push(
                Problem::error(
                    span.end..span.end,
                    format!("expected a value right after `{name}:`"),
                    "no value stands here",
                )
                .hint(format!(
                    "write the value without a blank, or \"{name}\" in quotes for the word"
                )),
            );
            return None;
        }
        match found {
            Field::Raw | Field::List | Field::Query => self.named(found, name, span),
            _ if self.inside_words => {
                self.problems.push(
                    Problem::error(
                        span.clone(),
                        format!("`{name}:` may not stand inside another field"),
                        "a field inside a field",
                    )
                    .hint(format!("write it beside: title:(…) AND {name}:…")),
                );
                self.skip_value();
                None
            }
            Field::Words(field) => {
                self.inside_words = true;
                let inner = self.atom();
                self.inside_words = false;
                let inner = inner?;
                let node = Node {
                    span: span.start..inner.node.span.end,
                    kind: NodeKind::Within {
                        field,
                        node: Box::new(inner.node),
                    },
                };
                let height = inner.height + 1;
                if near::check_words(&node, self.problems) {
                    Some(Built { node, height })
                } else {
                    None
                }
            }
            _ => self.fact(found, name, span),
        }
    }

    /// `raw:`, `list:`, `query:` and their value.
    fn named(&mut self, found: Field, name: &str, span: &Range<usize>) -> Option<Built> {
        let Some(Lexeme {
            token: Token::Bare(text) | Token::Quoted { text, .. },
            span: place,
        }) = self.lexemes.get(self.at)
        else {
            let here = self.span();
            self.problems.push(
                Problem::error(
                    here,
                    format!("expected a name or text after `{name}:`"),
                    "not a plain value",
                )
                .hint(format!("write {}:\"…\"", name.to_lowercase())),
            );
            self.skip_value();
            return None;
        };
        let value = Value {
            text: text.clone(),
            span: place.clone(),
        };
        self.at += 1;
        let whole = span.start..value.span.end;
        if found == Field::Raw {
            return self.term(term::raw(&value.text, &whole), whole);
        }
        let built = self.resolver.resolve(
            found == Field::List,
            &value,
            &whole,
            self.depth,
            self.problems,
        )?;
        if built.height + self.depth > DEEPEST {
            self.deep(whole);
            return None;
        }
        Some(built)
    }

    fn fact(&mut self, found: Field, name: &str, span: &Range<usize>) -> Option<Built> {
        let values = self.values(name)?;
        let end = self
            .at
            .checked_sub(1)
            .and_then(|last| self.lexemes.get(last))
            .map_or(span.end, |lexeme| lexeme.span.end);
        let whole = span.start..end;
        if found == Field::Subreddit {
            return subreddit(&values, &whole);
        }
        match field::fact(found, &values, self.resolver.timezone()) {
            Ok(fact) => Some(Built {
                node: Node {
                    span: whole,
                    kind: NodeKind::Fact(fact),
                },
                height: 1,
            }),
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        }
    }

    /// A value or a bracket of values.
    fn values(&mut self, name: &str) -> Option<Vec<Value>> {
        let value = |lexeme: &Lexeme| match &lexeme.token {
            Token::Bare(text) | Token::Quoted { text, .. } | Token::Range(text) => Some(Value {
                text: text.clone(),
                span: lexeme.span.clone(),
            }),
            _ => None,
        };
        let first = self.lexemes.get(self.at)?;
        if first.token != Token::Open {
            let Some(found) = value(first) else {
                self.problems.push(Problem::error(
                    first.span.clone(),
                    format!("expected a value after `{name}:`"),
                    "not a value",
                ));
                self.skip_value();
                return None;
            };
            self.at += 1;
            return Some(vec![found]);
        }
        let opening = first.span.clone();
        self.at += 1;
        let mut values = Vec::new();
        let mut expected = true;
        let mut fine = true;
        loop {
            let Some(lexeme) = self.lexemes.get(self.at) else {
                self.problems.push(
                    Problem::error(opening, "`(` is never closed", "the values begin here")
                        .hint("write `)` where they end"),
                );
                return None;
            };
            self.at += 1;
            let problem = match (&lexeme.token, value(lexeme)) {
                (Token::Close, _) => {
                    if expected {
                        self.problems.push(Problem::error(
                            lexeme.span.clone(),
                            format!("expected a value of `{name}:`"),
                            "the bracket closes here",
                        ));
                        return None;
                    }
                    return fine.then_some(values);
                }
                (Token::Or, _) if !expected => {
                    expected = true;
                    continue;
                }
                (_, Some(found)) if expected => {
                    values.push(found);
                    expected = false;
                    continue;
                }
                (Token::Open, _) => {
                    self.at -= 1;
                    self.skip_group();
                    "a bracket inside the bracket"
                }
                (_, Some(_)) => "a second value without OR",
                _ => "not a value",
            };
            if fine {
                fine = false;
                self.problems.push(
                    Problem::error(
                        lexeme.span.clone(),
                        format!("the brackets of `{name}:` hold values joined by OR"),
                        problem,
                    )
                    .hint(format!(
                        "write for example {name}:(a OR b); to exclude, NOT {name}:a"
                    )),
                );
            }
            expected = false;
        }
    }

    /// Goes past a value, also one that begins with fields of its own.
    fn skip_value(&mut self) {
        while let Some(Token::Field(_)) = self.peek() {
            let end = self.span().end;
            self.at += 1;
            if self.span().start != end {
                return;
            }
        }
        if self.peek() == Some(&Token::Open) {
            self.skip_group();
        } else {
            self.at += 1;
        }
    }
}

/// `subreddit:x` is `site:reddit.com url:"/r/x/"`.
fn subreddit(values: &[Value], span: &Range<usize>) -> Option<Built> {
    let mut parts = Vec::new();
    for value in values {
        let name = value.text.trim().trim_matches('/');
        let name = name.strip_prefix("r/").unwrap_or(name);
        let written = format!("/r/{name}/");
        let facts = [
            Fact::Site(vec!["reddit.com".to_owned()]),
            Fact::Url {
                form: written.to_lowercase(),
                written,
            },
        ];
        let both = facts.map(|fact| Node {
            span: span.clone(),
            kind: NodeKind::Fact(fact),
        });
        parts.push(Some(Built {
            node: Node {
                span: span.clone(),
                kind: NodeKind::And(both.into()),
            },
            height: 2,
        }));
    }
    combine(parts, NodeKind::Or)
}
