//! From tokens to the tree, by recursive descent with a bound on its depth.

use std::ops::Range;

use super::ast::{Node, NodeKind, Term};
use super::error::{Problem, Problems};
use super::lexer::{Lexeme, Token};
use super::names::Resolver;
use super::near;
use super::operators;
use super::term;

/// How deep brackets, negations and chains may nest; far more than a person can follow, and little
/// enough for any stack.
pub(crate) const DEEPEST: usize = 64;

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
    problems: &mut Problems,
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

pub(crate) struct Parser<'p, 'n> {
    source: &'p str,
    pub(crate) lexemes: &'p [Lexeme],
    pub(crate) at: usize,
    pub(crate) depth: usize,
    /// Whether what is parsed stands in the brackets of `title:( … )`.
    pub(crate) inside_words: bool,
    too_deep: bool,
    pub(crate) resolver: &'p mut Resolver<'n>,
    pub(crate) problems: &'p mut Problems,
}

impl Parser<'_, '_> {
    pub(crate) fn peek(&self) -> Option<&Token> {
        self.lexemes.get(self.at).map(|lexeme| &lexeme.token)
    }

    /// Where the next token stands; at the end, the place right after the last one.
    pub(crate) fn span(&self) -> Range<usize> {
        if let Some(lexeme) = self.lexemes.get(self.at) {
            return lexeme.span.clone();
        }
        let end = self
            .lexemes
            .last()
            .map_or(self.source.len(), |lexeme| lexeme.span.end);
        end..end
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

    pub(crate) fn atom(&mut self) -> Option<Built> {
        let Some(lexeme) = self.lexemes.get(self.at) else {
            self.missing("the query ends here");
            return None;
        };
        let span = lexeme.span.clone();
        let found = match &lexeme.token {
            Token::Open => return self.group(),
            Token::Field(name) => return self.field(name, &span),
            Token::Bare(text) => {
                self.problems.extend(operators::misread(text, &span));
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

    pub(crate) fn term(
        &mut self,
        found: Result<Term, Problem>,
        span: Range<usize>,
    ) -> Option<Built> {
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
    pub(crate) fn skip_group(&mut self) {
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

    pub(crate) fn deep(&mut self, span: Range<usize>) {
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
}

/// One node of several; `None` where any of them is missing.
pub(crate) fn combine(parts: Vec<Option<Built>>, kind: fn(Vec<Node>) -> NodeKind) -> Option<Built> {
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
