//! A query widened by further forms of its words, and taken apart into its terms.

use std::collections::{BTreeMap, BTreeSet};

use super::Query;
use super::ast::{Node, NodeKind, Pattern, Shape, Term, TermKind};
use super::sought::{self, Sought};
use super::words::WordKind;

/// A term of a query on its own.
#[derive(Debug, Clone)]
pub struct Lone {
    /// As the query has it.
    pub sought: Sought,
    /// A query for it alone, in its field.
    pub query: Query,
    /// Its word, folded and without accents, where it is one whole word.
    pub word: Option<String>,
}

impl Query {
    /// The words that it looks for as they stand: no phrases, wildcards, tags or exact terms, and
    /// nothing that it shuts out. Folded, without accents.
    pub fn plain_words(&self) -> BTreeSet<String> {
        let mut words = BTreeSet::new();
        let mut root = (*self.root).clone();
        each_wanted(&mut root, &mut |node| words.extend(plain_word(node)));
        words
    }

    /// The same query, where each of [`Self::plain_words`] may also be one of its forms. What it
    /// shuts out stays as it is, so it matches at least what it matched.
    #[must_use]
    pub fn widened(&self, forms: &BTreeMap<String, Vec<String>>) -> Self {
        let mut root = (*self.root).clone();
        each_wanted(&mut root, &mut |node| {
            let Some(more) = plain_word(node).and_then(|word| forms.get(&word)) else {
                return;
            };
            if more.is_empty() {
                return;
            }
            let span = node.span.clone();
            let mut parts = vec![node.clone()];
            parts.extend(more.iter().map(|form| Node {
                span: span.clone(),
                kind: NodeKind::Term(whole(form)),
            }));
            node.kind = NodeKind::Or(parts);
        });
        Self::of_tree(self.source.clone(), root)
    }

    /// Each term that makes mentions match, on its own, in their order.
    pub fn lone_terms(&self) -> Vec<Lone> {
        sought::nodes(&self.root)
            .into_iter()
            .map(|(sought, node)| Lone {
                word: match &node.kind {
                    NodeKind::Within { node, .. } => plain_word(node),
                    _ => plain_word(&node),
                },
                query: Self::of_tree(sought.written(), node),
                sought,
            })
            .collect()
    }
}

/// Goes to every term that is wanted.
fn each_wanted(node: &mut Node, look: &mut dyn FnMut(&mut Node)) {
    match &mut node.kind {
        NodeKind::Term(_) => look(node),
        NodeKind::Fact(_) | NodeKind::Not(_) => {}
        NodeKind::Except { keep, .. } => each_wanted(keep, look),
        NodeKind::Named { node, .. } | NodeKind::Within { node, .. } => each_wanted(node, look),
        NodeKind::Near { left, right, .. } => {
            each_wanted(left, look);
            each_wanted(right, look);
        }
        NodeKind::Or(parts) | NodeKind::And(parts) => {
            for part in parts {
                each_wanted(part, look);
            }
        }
    }
}

fn plain_word(node: &Node) -> Option<String> {
    let NodeKind::Term(Term {
        kind: TermKind::Words { patterns, .. },
        ..
    }) = &node.kind
    else {
        return None;
    };
    match patterns.as_slice() {
        [pattern] if pattern.kind == WordKind::Word && pattern.shape == Shape::Whole => {
            Some(super::fold::bare(&pattern.form))
        }
        _ => None,
    }
}

fn whole(form: &str) -> Term {
    Term {
        written: form.to_owned(),
        kind: TermKind::Words {
            patterns: vec![Pattern {
                kind: WordKind::Word,
                shape: Shape::Whole,
                form: form.to_owned(),
                accented: false,
            }],
            slop: 0,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{Names, Role};

    fn parsed(text: &str) -> Query {
        Query::parse(text, Role::Search, &Names::default())
            .unwrap()
            .0
    }

    #[test]
    fn only_what_is_wanted_is_widened() {
        let forms = BTreeMap::from([(
            "rimborso".to_owned(),
            vec!["rimborsi".to_owned(), "rimborsare".to_owned()],
        )]);
        let or = "(rimborso OR rimborsi OR rimborsare)";
        for (text, widened) in [
            ("rimborso", or.trim_matches(['(', ')']).to_owned()),
            ("acme rimborso", format!("acme AND {or}")),
            ("acme NOT rimborso", "acme AND NOT rimborso".to_owned()),
            ("rimborso NEAR/3 acme", format!("{or} NEAR/3 acme")),
            ("title:rimborso", format!("title:{or}")),
            ("\"rimborso subito\"", "\"rimborso subito\"".to_owned()),
            (
                "{Rimborso} OR #rimborso",
                "{Rimborso} OR #rimborso".to_owned(),
            ),
        ] {
            assert_eq!(parsed(text).widened(&forms).to_string(), widened);
        }
    }

    #[test]
    fn terms_stand_alone() {
        let query = parsed("(Frigolux OR \"frigo lux\") NEAR/3 perd* title:acqua NOT gelo");
        let lone: Vec<(String, Option<String>)> = query
            .lone_terms()
            .into_iter()
            .map(|lone| (lone.query.to_string(), lone.word))
            .collect();
        assert_eq!(
            lone,
            [
                ("Frigolux".to_owned(), Some("frigolux".to_owned())),
                ("\"frigo lux\"".to_owned(), None),
                ("perd*".to_owned(), None),
                ("title:acqua".to_owned(), Some("acqua".to_owned())),
            ]
        );
    }
}
