//! Named lists and queries: what `list:competitors` and `query:"core"` stand for.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use super::ast::{Node, NodeKind};
use super::error::{Problem, Problems};
use super::field::Value;
use super::lexer::lex;
use super::parser::{self, Built};
use super::suggest::did_you_mean;
use super::term;

/// The named lists and queries of an instance, and its time zone.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// `[lists]`: terms by name.
    pub lists: BTreeMap<String, Vec<String>>,
    /// `[queries]`: queries by name.
    pub queries: BTreeMap<String, String>,
    /// The zone in which `date:` counts days.
    pub timezone: chrono_tz::Tz,
}

/// How many terms the names of one query may stand for in all.
const MOST_TERMS: usize = 500_000;
/// How many names may be looked up for one query, those within names among them.
const MOST_NAMES: usize = 20_000;

/// Puts names' meanings in their place, once around no circle.
pub(crate) struct Resolver<'n> {
    names: &'n Names,
    open: Vec<String>,
    /// Lists and queries that could not be resolved: what is wrong is told once.
    failed: HashSet<(bool, String)>,
    terms: usize,
    resolved: usize,
}

impl<'n> Resolver<'n> {
    pub(crate) fn new(names: &'n Names) -> Self {
        Self {
            names,
            open: Vec::new(),
            failed: HashSet::new(),
            terms: 0,
            resolved: 0,
        }
    }

    pub(crate) fn timezone(&self) -> chrono_tz::Tz {
        self.names.timezone
    }

    pub(crate) fn resolve(
        &mut self,
        list: bool,
        value: &Value,
        span: &Range<usize>,
        depth: usize,
        problems: &mut Problems,
    ) -> Option<Built> {
        let name = value.text.trim();
        self.resolved += 1;
        if self.resolved > MOST_NAMES {
            if self.resolved == MOST_NAMES + 1 {
                problems.push(Problem::error(
                    span.clone(),
                    format!("this query names lists and queries more than {MOST_NAMES} times over"),
                    "one name too many",
                ));
            }
            return None;
        }
        if self.terms > MOST_TERMS || self.failed.contains(&(list, name.to_owned())) {
            return None;
        }
        let inner = if list {
            let Some(entries) = self.names.lists.get(name) else {
                problems.push(self.unknown(list, name, span));
                return None;
            };
            list_of(name, entries, span, problems)
        } else {
            let Some(source) = self.names.queries.get(name) else {
                problems.push(self.unknown(list, name, span));
                return None;
            };
            self.query(name, source, span, depth, problems)
        };
        let Some(inner) = inner else {
            self.failed.insert((list, name.to_owned()));
            return None;
        };
        self.terms += terms(&inner.node);
        if self.terms > MOST_TERMS {
            problems.push(Problem::error(
                span.clone(),
                format!("the names in this query stand for more than {MOST_TERMS} terms"),
                "one name too many",
            ));
            return None;
        }
        let mut node = inner.node;
        set_span(&mut node, span);
        Some(Built {
            node: Node {
                span: span.clone(),
                kind: NodeKind::Named {
                    list,
                    name: name.to_owned(),
                    node: Box::new(node),
                },
            },
            height: inner.height + 1,
        })
    }

    fn unknown(&self, list: bool, name: &str, span: &Range<usize>) -> Problem {
        let (kind, table, hint, known) = if list {
            let hint = did_you_mean(name, self.names.lists.keys().map(String::as_str));
            ("list", "lists", hint, self.names.lists.len())
        } else {
            let hint = did_you_mean(name, self.names.queries.keys().map(String::as_str));
            ("query", "queries", hint, self.names.queries.len())
        };
        let problem = Problem::error(
            span.clone(),
            format!("there is no {kind} `{name}`"),
            format!("not in [{table}] of ascolto.toml"),
        );
        match hint {
            Some(hint) => problem.hint(hint),
            None if known == 0 => problem.hint(format!("ascolto.toml has no [{table}] yet")),
            None => problem,
        }
    }

    fn query(
        &mut self,
        name: &str,
        source: &str,
        span: &Range<usize>,
        depth: usize,
        problems: &mut Problems,
    ) -> Option<Built> {
        if self.open.iter().any(|open| open == name) {
            let circle = self.open.join("` → `");
            problems.push(
                Problem::error(
                    span.clone(),
                    format!("the query `{name}` stands for itself"),
                    format!("`{circle}` → `{name}`"),
                )
                .hint("a named query may not name itself, not even through others"),
            );
            return None;
        }
        // A chain of names is as deep as brackets are.
        if depth + self.open.len() > 32 {
            problems.push(Problem::error(
                span.clone(),
                "named queries stand for named queries too many times over",
                "one name too many",
            ));
            return None;
        }
        self.open.push(name.to_owned());
        let (lexemes, mut found) = lex(source);
        let built = parser::parse(source, &lexemes, self, &mut found);
        self.open.pop();
        let what = format!("the query `{name}`");
        let fine = !found.fatal();
        // A circle is told as it is, where it closes.
        problems.take(found, |problem| {
            if problem.message.ends_with("stands for itself") {
                Problem {
                    span: span.clone(),
                    ..problem
                }
            } else {
                problem.inside(&what, span)
            }
        });
        built.filter(|_| fine)
    }
}

/// Any of a list's entries.
fn list_of(
    name: &str,
    entries: &[String],
    span: &Range<usize>,
    problems: &mut Problems,
) -> Option<Built> {
    let what = format!("the list `{name}`");
    let mut nodes = Vec::with_capacity(entries.len());
    let mut fine = true;
    for entry in entries {
        match entry_term(entry) {
            Ok(node) => nodes.push(node),
            Err(problem) => {
                fine = false;
                problems.push(problem.inside(&what, span));
            }
        }
    }
    if entries.is_empty() {
        problems.push(Problem::error(
            span.clone(),
            format!("{what} is empty"),
            "nothing to look for",
        ));
        return None;
    }
    fine.then(|| any_of(nodes, span))?
}

/// A list's entry: one term, written as in a query; several words without quotes are a phrase.
pub(crate) fn entry_term(entry: &str) -> Result<Node, Problem> {
    let (lexemes, mut problems) = lex(entry);
    let names = Names::default();
    if let [_] | [_, _] = lexemes.as_slice() {
        let built = parser::parse(entry, &lexemes, &mut Resolver::new(&names), &mut problems);
        if let Some(Built { node, .. }) = built
            && matches!(node.kind, NodeKind::Term(_))
            && !problems.fatal()
        {
            return Ok(node);
        }
    }
    let whole = 0..entry.len();
    if let [_] = lexemes.as_slice()
        && let Some(problem) = problems.first()
    {
        return Err(Problem {
            span: whole,
            ..problem
        });
    }
    if entry.contains(['"', '(', ')', '{', '}', '“', '”']) {
        return Err(Problem::error(
            whole,
            format!("`{entry}` is not one term"),
            "expected a word, a phrase, a hashtag or the like",
        )
        .hint("put each term in an entry of its own; queries go to [queries]"));
    }
    term::quoted(entry, 0, &whole).map(|term| Node {
        span: whole,
        kind: NodeKind::Term(term),
    })
}

/// Any of several terms.
pub(crate) fn any_of(mut nodes: Vec<Node>, span: &Range<usize>) -> Option<Built> {
    if nodes.len() == 1 {
        return nodes.pop().map(|node| Built { node, height: 1 });
    }
    Some(Built {
        node: Node {
            span: span.clone(),
            kind: NodeKind::Or(nodes),
        },
        height: 2,
    })
}

fn terms(node: &Node) -> usize {
    match &node.kind {
        NodeKind::Term(_) | NodeKind::Fact(_) => 1,
        // What a name stands for was counted when it was resolved.
        NodeKind::Named { .. } => 0,
        NodeKind::Not(node) | NodeKind::Within { node, .. } => terms(node),
        NodeKind::Or(parts) | NodeKind::And(parts) => parts.iter().map(terms).sum(),
        NodeKind::Except { keep, without } => terms(keep) + terms(without),
        NodeKind::Near { left, right, .. } => terms(left) + terms(right),
    }
}

fn set_span(node: &mut Node, span: &Range<usize>) {
    node.span = span.clone();
    match &mut node.kind {
        NodeKind::Term(_) | NodeKind::Fact(_) => {}
        NodeKind::Not(node) | NodeKind::Within { node, .. } | NodeKind::Named { node, .. } => {
            set_span(node, span);
        }
        NodeKind::Or(parts) | NodeKind::And(parts) => {
            for part in parts {
                set_span(part, span);
            }
        }
        NodeKind::Except { keep, without } => {
            set_span(keep, span);
            set_span(without, span);
        }
        NodeKind::Near { left, right, .. } => {
            set_span(left, span);
            set_span(right, span);
        }
    }
}
