//! From tokens to the tree, by recursive descent with a bound on its depth.

use std::ops::Range;

use super::ast::{Node, NodeKind, Term};
use super::error::Problem;
use super::field::{self, Field, Value};
use super::lexer::{Lexeme, Token};
use super::names::Resolver;
use super::near;
use super::term;
use crate::model::Severity;

/// How deep brackets, negations and chains may nest; far more than a person can follow, and little
/// enough for any stack.
const DEEPEST: usize = 64;

/// A part of the tree and how many levels lie below it.
pub(crate) struct Built {
    pub(crate) node: Node,
    pub(crate) height: usize,
}

/// Parses the tokens of `source`. The tree is there if nothing was wrong with it.
pub(crate) fn parse(
    source: &str,
    lexemes: &[Lexeme],
    resolver: &mut Resolver<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Built> {
    let mut parser = Parser {
        source,
        lexemes,
        at: 0,
        depth: 0,
        inside_words: false,
        too_deep: false,
        resolver,
        problems,
    };
    if lexemes.is_empty() {
        if parser.problems.is_empty() {
            parser.problems.push(
                Problem::error(0..source.len(), "the query is empty", "expected a term")
                    .hint("write a word to search for"),
            );
        }
        return None;
    }
    let mut whole = None;
    while parser.at < parser.lexemes.len() {
        whole = parser.or();
        if let Some(Lexeme { span, .. }) = parser.lexemes.get(parser.at) {
            parser.problems.push(
                Problem::error(
                    span.clone(),
                    "`)` closes nothing",
                    "no `(` stands before it",
                )
                .hint("take it away, or write `(` where the group begins"),
            );
            parser.at += 1;
        }
    }
    whole
}

struct Parser<'p, 'n> {
    source: &'p str,
    lexemes: &'p [Lexeme],
    at: usize,
    depth: usize,
    /// Whether what is parsed stands in the brackets of `title:( … )`.
    inside_words: bool,
    too_deep: bool,
    resolver: &'p mut Resolver<'n>,
    problems: &'p mut Vec<Problem>,
}

impl Parser<'_, '_> {
    fn peek(&self) -> Option<&Token> {
        self.lexemes.get(self.at).map(|lexeme| &lexeme.token)
    }

    fn span(&self) -> Range<usize> {
        self.lexemes
            .get(self.at)
            .map_or(self.source.len()..self.source.len(), |lexeme| {
                lexeme.span.clone()
            })
    }

    fn or(&mut self) -> Option<Built> {
        let mut parts = vec![self.and()];
        while self.peek() == Some(&Token::Or) {
            self.at += 1;
            parts.push(self.operand_after("OR", Self::and));
        }
        combine(parts, NodeKind::Or)
    }

    fn and(&mut self) -> Option<Built> {
        let mut parts = vec![self.near()];
        loop {
            match self.peek() {
                None | Some(Token::Or | Token::Close) => break,
                Some(Token::And) => {
                    self.at += 1;
                    parts.push(self.operand_after("AND", Self::near));
                }
                Some(_) => parts.push(self.near()),
            }
        }
        combine(parts, NodeKind::And)
    }

    fn near(&mut self) -> Option<Built> {
        let mut left = self.except();
        while let Some(&Token::Near { distance, ordered }) = self.peek() {
            let operator = self.span();
            self.at += 1;
            let right = self.operand_after(if ordered { "ONEAR" } else { "NEAR" }, Self::except);
            left = match (left, right) {
                (Some(left), Some(right)) => {
                    let fine = near::check_side(&left.node, true, self.problems)
                        & near::check_side(&right.node, false, self.problems);
                    let span = left.node.span.start..right.node.span.end;
                    let (left, right, height) = boxed(left, right);
                    let kind = NodeKind::Near {
                        left,
                        right,
                        distance,
                        ordered,
                    };
                    let built = self.chained(kind, span, height, &operator);
                    built.filter(|_| fine)
                }
                _ => None,
            };
        }
        left
    }

    fn except(&mut self) -> Option<Built> {
        let mut keep = self.not();
        while self.peek() == Some(&Token::Except) {
            let operator = self.span();
            self.at += 1;
            let without = self.operand_after("EXCEPT", Self::not);
            keep = match (keep, without) {
                (Some(keep), Some(without)) => {
                    let fine = near::check_except(&keep.node, self.problems)
                        & near::check_except(&without.node, self.problems);
                    let span = keep.node.span.start..without.node.span.end;
                    let (keep, without, height) = boxed(keep, without);
                    let kind = NodeKind::Except { keep, without };
                    let built = self.chained(kind, span, height, &operator);
                    built.filter(|_| fine)
                }
                _ => None,
            };
        }
        keep
    }

    fn chained(
        &mut self,
        kind: NodeKind,
        span: Range<usize>,
        height: usize,
        operator: &Range<usize>,
    ) -> Option<Built> {
        if height > DEEPEST {
            self.deep(operator.clone());
            return None;
        }
        let node = Node { span, kind };
        Some(Built { node, height })
    }

    fn not(&mut self) -> Option<Built> {
        let first = self.at;
        while matches!(self.peek(), Some(Token::Not | Token::Dash)) {
            self.at += 1;
        }
        let nots = self.at - first;
        if nots == 0 {
            return self.atom();
        }
        let start = self
            .lexemes
            .get(first)
            .map_or(0, |lexeme| lexeme.span.start);
        let built = self.operand_after("NOT", Self::atom);
        if nots + self.depth > DEEPEST {
            self.deep(start..start + 1);
            return None;
        }
        let mut built = built?;
        for place in (first..self.at).rev().skip_while(|at| *at >= first + nots) {
            let start = self
                .lexemes
                .get(place)
                .map_or(start, |lexeme| lexeme.span.start);
            built = Built {
                node: Node {
                    span: start..built.node.span.end,
                    kind: NodeKind::Not(Box::new(built.node)),
                },
                height: built.height + 1,
            };
        }
        if built.height > DEEPEST {
            self.deep(start..start + 1);
            return None;
        }
        Some(built)
    }

    /// What stands after an operator, or the problem that nothing does.
    fn operand_after(
        &mut self,
        operator: &str,
        parse: fn(&mut Self) -> Option<Built>,
    ) -> Option<Built> {
        let label = match self.peek() {
            None => "the query ends here",
            Some(Token::Close) => "the bracket closes here",
            Some(Token::And | Token::Or | Token::Near { .. } | Token::Except) => {
                "another operator stands here"
            }
            Some(_) => return parse(self),
        };
        let span = self.span();
        self.problems.push(
            Problem::error(span, format!("expected a word after `{operator}`"), label).hint(
                format!(
                    "to search for the word itself, write \"{}\" in quotes",
                    operator.to_lowercase()
                ),
            ),
        );
        None
    }

    fn atom(&mut self) -> Option<Built> {
        let Some(lexeme) = self.lexemes.get(self.at) else {
            self.missing("the query ends here");
            return None;
        };
        let span = lexeme.span.clone();
        let found = match &lexeme.token {
            Token::Open => return self.group(),
            Token::Field(name) => return self.field(name, &span),
            Token::Bare(text) => {
                self.warn_of_words(text, &span);
                term::bare(text, &span)
            }
            Token::Quoted { text, slop } => term::quoted(text, *slop, &span),
            Token::Braced(text) => term::exact(text, &span),
            Token::Close => {
                self.missing("the bracket closes here");
                return None;
            }
            Token::Range(_) => {
                self.at += 1;
                return None;
            }
            operator @ (Token::And | Token::Or | Token::Near { .. } | Token::Except) => {
                let name = match operator {
                    Token::And => "AND",
                    Token::Or => "OR",
                    Token::Except => "EXCEPT",
                    _ => "NEAR",
                };
                self.problems.push(
                    Problem::error(
                        span,
                        format!("expected a word before `{name}`"),
                        "nothing stands before this operator",
                    )
                    .hint(format!(
                        "to search for the word itself, write \"{}\" in quotes",
                        name.to_lowercase()
                    )),
                );
                // The operator is left to the caller where it takes it, so that what follows is
                // still read.
                if matches!(operator, Token::And | Token::Or) {
                    return None;
                }
                self.at += 1;
                return None;
            }
            Token::Not | Token::Dash => return self.not(),
        };
        self.at += 1;
        self.term(found, span)
    }

    fn term(&mut self, found: Result<Term, Problem>, span: Range<usize>) -> Option<Built> {
        match found {
            Ok(term) => Some(Built {
                node: Node {
                    span,
                    kind: NodeKind::Term(term),
                },
                height: 1,
            }),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn missing(&mut self, label: &str) {
        let span = self.span();
        self.problems
            .push(Problem::error(span, "expected a term", label));
    }

    fn group(&mut self) -> Option<Built> {
        let opening = self.span();
        if self.depth >= DEEPEST {
            self.deep(opening);
            self.skip_group();
            return None;
        }
        self.at += 1;
        if self.peek() == Some(&Token::Close) {
            let span = opening.start..self.span().end;
            self.at += 1;
            self.problems.push(
                Problem::error(span, "these brackets are empty", "expected a term in them")
                    .hint("write a term between them, or take them away"),
            );
            return None;
        }
        self.depth += 1;
        let before = self.problems.len();
        let inner = self.or();
        self.depth -= 1;
        if self.peek() == Some(&Token::Close) {
            let end = self.span().end;
            self.at += 1;
            let mut inner = inner?;
            inner.height += 1;
            inner.node.span = opening.start..end;
            return Some(inner);
        }
        // An operator that waits for its operand at the end is the same mistake only once.
        if self.problems.len() == before || self.depth == 0 {
            self.problems.push(
                Problem::error(opening, "`(` is never closed", "the group begins here")
                    .hint("write `)` where it ends"),
            );
        }
        None
    }

    /// Goes past a group without looking into it.
    fn skip_group(&mut self) {
        let mut open = 0_usize;
        while let Some(token) = self.peek() {
            match token {
                Token::Open => open += 1,
                Token::Close => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return;
            }
        }
    }

    fn deep(&mut self, span: Range<usize>) {
        if !self.too_deep {
            self.too_deep = true;
            self.problems.push(
                Problem::error(
                    span,
                    format!("the query nests more than {DEEPEST} levels deep"),
                    "one level too many",
                )
                .hint(
                    "give a part of it a name in [queries] of ascolto.toml, or use fewer brackets",
                ),
            );
        }
    }

    fn warn_of_words(&mut self, text: &str, span: &Range<usize>) {
        let operator = ["and", "or", "not", "near", "onear", "except"]
            .into_iter()
            .find(|operator| {
                text.get(..operator.len())
                    .is_some_and(|head| head.eq_ignore_ascii_case(operator))
                    && text.get(operator.len()..).is_some_and(|tail| {
                        tail.is_empty() || (operator.ends_with("near") && tail.starts_with('/'))
                    })
            });
        if let Some(operator) = operator {
            let operator = operator.to_uppercase();
            self.problems.push(
                Problem::warning(
                    span.clone(),
                    format!(
                        "`{text}` is searched for as a word: operators are written in capitals"
                    ),
                    "a word, not an operator",
                )
                .hint(format!(
                    "write {operator} for the operator, or \"{text}\" in quotes for the word"
                )),
            );
        }
    }

    fn field(&mut self, name: &str, span: &Range<usize>) -> Option<Built> {
        self.at += 1;
        let follows = self
            .lexemes
            .get(self.at)
            .filter(|next| next.span.start == span.end);
        let Some(found) = Field::parse(name) else {
            self.problems.push(field::unknown(name, span.clone()));
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
        let value = match self.lexemes.get(self.at) {
            Some(Lexeme {
                token: Token::Bare(text) | Token::Quoted { text, .. },
                span: value,
            }) => Value {
                text: text.clone(),
                span: value.clone(),
            },
            _ => {
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
            }
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
            return self.subreddit(&values, whole);
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

    /// `subreddit:x` is `site:reddit.com url:"/r/x/"`.
    fn subreddit(&mut self, values: &[Value], span: Range<usize>) -> Option<Built> {
        let mut parts = Vec::new();
        for value in values {
            let name = value.text.trim().trim_matches('/');
            let name = name.strip_prefix("r/").unwrap_or(name);
            let written = format!("/r/{name}/");
            let facts = [
                super::ast::Fact::Site(vec!["reddit.com".to_owned()]),
                super::ast::Fact::Url {
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

/// One node of several; `None` where any of them is missing.
fn combine(parts: Vec<Option<Built>>, kind: fn(Vec<Node>) -> NodeKind) -> Option<Built> {
    let mut nodes = Vec::with_capacity(parts.len());
    let mut height = 0;
    for part in parts {
        let part = part?;
        height = height.max(part.height);
        nodes.push(part.node);
    }
    if nodes.len() == 1 {
        return nodes.pop().map(|node| Built { node, height });
    }
    let start = nodes.first().map_or(0, |node| node.span.start);
    let end = nodes.last().map_or(0, |node| node.span.end);
    Some(Built {
        node: Node {
            span: start..end,
            kind: kind(nodes),
        },
        height: height + 1,
    })
}

fn boxed(left: Built, right: Built) -> (Box<Node>, Box<Node>, usize) {
    let height = left.height.max(right.height) + 1;
    (Box::new(left.node), Box::new(right.node), height)
}

/// Whether any of the problems forbids the query.
pub(crate) fn fatal(problems: &[Problem]) -> bool {
    problems
        .iter()
        .any(|problem| problem.severity == Severity::Error)
}
