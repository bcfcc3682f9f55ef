//! The terms that a query looks for.

use super::ast::{Fact, Node, NodeKind, TextField};

/// A term that makes mentions match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// As hits name it: [`Span::term`](super::Span::term).
    pub term: String,
    /// The field that it is looked for in alone, where it is not title and text: `title`, `text`,
    /// `author` or `url`.
    pub field: Option<&'static str>,
}

impl Sought {
    /// As a query has it, with its field.
    pub fn written(&self) -> String {
        match self.field {
            Some(field) => format!("{field}:{}", self.term),
            None => self.term.clone(),
        }
    }
}

/// The terms of a tree, each once, in their order.
pub(super) fn terms(root: &Node) -> Vec<Sought> {
    nodes(root).into_iter().map(|(sought, _)| sought).collect()
}

/// The terms of a tree, each once, in their order, as trees of their own.
pub(super) fn nodes(root: &Node) -> Vec<(Sought, Node)> {
    let mut found = Vec::new();
    gather(root, None, &mut found);
    let mut seen = std::collections::HashSet::new();
    found.retain(|(sought, _): &(Sought, Node)| seen.insert(sought.written()));
    found
}

fn gather(node: &Node, within: Option<TextField>, found: &mut Vec<(Sought, Node)>) {
    match &node.kind {
        NodeKind::Term(term) => {
            let sought = Sought {
                term: term.written.clone(),
                field: within.map(TextField::as_str),
            };
            let alone = match within {
                None => node.clone(),
                Some(field) => Node {
                    span: node.span.clone(),
                    kind: NodeKind::Within {
                        field,
                        node: Box::new(node.clone()),
                    },
                },
            };
            found.push((sought, alone));
        }
        NodeKind::Fact(Fact::Url { written, .. }) => found.push((
            Sought {
                term: written.clone(),
                field: Some("url"),
            },
            node.clone(),
        )),
        // What must not be there leaves no hits.
        NodeKind::Fact(_) | NodeKind::Not(_) => {}
        NodeKind::Except { keep, .. } => gather(keep, within, found),
        NodeKind::Within { field, node } => gather(node, Some(*field), found),
        NodeKind::Named { node, .. } => gather(node, within, found),
        NodeKind::Near { left, right, .. } => {
            gather(left, within, found);
            gather(right, within, found);
        }
        NodeKind::Or(parts) | NodeKind::And(parts) => {
            for part in parts {
                gather(part, within, found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::query::{Names, Query, Role};

    #[test]
    fn lists_what_is_looked_for_and_not_what_is_shut_out() {
        for (text, expected) in [
            ("frigolux", vec!["frigolux"]),
            (
                "(frigolux OR {FLX} OR \"frigo lux\" OR frigolux) NOT (volley OR site:x.example)",
                vec!["frigolux", "{FLX}", "\"frigo lux\""],
            ),
            (
                "acqua NEAR/3 perd* author:lia url:shop/flx",
                vec!["acqua", "perd*", "author:lia", "url:shop/flx"],
            ),
            ("(orto EXCEPT \"orto botanico\") lang:it", vec!["orto"]),
        ] {
            let (query, _) = Query::parse(text, Role::Watchlist, &Names::default()).unwrap();
            let written: Vec<String> = query.terms().iter().map(super::Sought::written).collect();
            assert_eq!(written, expected, "{text}");
        }
    }
}
