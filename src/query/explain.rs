//! Why a mention matches, or which clause failed first.

use std::fmt::{self, Display, Formatter};

use super::ast::{Node, NodeKind};
use super::document::Document;
use super::matcher::{Hearing, Plan, Span};
use super::set::Set;
use crate::model::{HitField, Timestamp};

/// A clause of a query, whether the mention satisfies it, and its parts.
///
/// `Display` is a small tree:
///
/// ```text
/// ✗ frigolux AND NOT gelato
/// ├─ ✓ frigolux: text 7-15 "Frigolux"
/// └─ ✗ NOT gelato   ← failed first
///    └─ ✓ gelato: text 20-26 "gelato"
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The clause, with its brackets.
    pub clause: String,
    /// Whether it holds.
    pub holds: bool,
    /// Where it holds, with the words that stand there; none for facts and negations.
    pub places: Vec<(Span, String)>,
    /// What the mention has where a fact was asked for.
    pub actual: Option<String>,
    /// Whether this is the clause that decided against the mention.
    pub failed_first: bool,
    /// Its parts. Of a long `OR`, only those that hold.
    pub parts: Vec<Explanation>,
}

impl Explanation {
    /// Whether the mention matches.
    pub fn matched(&self) -> bool {
        self.holds
    }

    /// The innermost clause that decided against the mention, where it does not match.
    pub fn first_failure(&self) -> Option<&Self> {
        if self.failed_first {
            return Some(self);
        }
        self.parts.iter().find_map(Self::first_failure)
    }
}

/// Of an `OR` with more parts than this, only those that hold are told.
const MANY: usize = 12;
/// The longest clause that is written out, in characters.
const LONGEST: usize = 160;

/// Explains the only query of `set`, whose tree is `root`.
pub(crate) fn explain(
    root: &Node,
    set: &Set<()>,
    document: &Document<'_>,
    now: Timestamp,
) -> Explanation {
    let hearing = set.hear(document, now);
    let mut explanation = match set.only() {
        Some(plan) => clause(root, plan, &hearing),
        None => blank(root),
    };
    if !explanation.holds {
        mark(&mut explanation, root);
    }
    explanation
}

fn blank(node: &Node) -> Explanation {
    Explanation {
        clause: shortened(node.to_string()),
        holds: false,
        places: Vec::new(),
        actual: None,
        failed_first: false,
        parts: Vec::new(),
    }
}

fn clause(node: &Node, plan: &Plan, hearing: &Hearing<'_>) -> Explanation {
    let mut spans = Vec::new();
    let mut told = blank(node);
    told.holds = hearing.decide(plan, &mut spans);
    match (&node.kind, plan) {
        (NodeKind::Or(nodes), Plan::Or(choice)) => {
            let all = nodes.iter().zip(&choice.parts);
            told.parts = all
                .map(|(node, plan)| clause(node, plan, hearing))
                .filter(|part| nodes.len() <= MANY || part.holds)
                .collect();
        }
        (NodeKind::And(nodes), Plan::And(plans)) => {
            let all = nodes.iter().zip(plans);
            told.parts = all
                .map(|(node, plan)| clause(node, plan, hearing))
                .collect();
        }
        (NodeKind::Not(node), Plan::Not(plan))
        | (NodeKind::Named { node, .. } | NodeKind::Within { node, .. }, Plan::Inside(plan)) => {
            let inner = clause(node, plan, hearing);
            // `title:acme` says all that its inner `acme` would.
            if matches!(inner.clause.as_str(), text if told.clause.ends_with(text))
                && inner.parts.is_empty()
                && matches!(node.kind, NodeKind::Term(_))
                && !matches!(plan.as_ref(), Plan::Not(_))
                && matches!(told.clause.split_once(':'), Some((_, rest)) if rest == inner.clause)
            {
                told.places = inner.places;
            } else {
                told.parts = vec![inner];
            }
        }
        (NodeKind::Near { left, right, .. }, Plan::Near { sides, .. }) => {
            told.parts = vec![
                clause(left, &sides.0, hearing),
                clause(right, &sides.1, hearing),
            ];
            told.places = written(spans, hearing.document);
        }
        (NodeKind::Except { keep, without }, Plan::Except(one, other)) => {
            told.parts = vec![clause(keep, one, hearing), clause(without, other, hearing)];
            told.places = written(spans, hearing.document);
        }
        (NodeKind::Fact(fact), _) => {
            told.places = written(spans, hearing.document);
            told.actual = Some(super::fact::actual(fact, hearing.document));
        }
        _ => told.places = written(spans, hearing.document),
    }
    told
}

/// Marks the innermost clause that the decision hung on.
fn mark(explanation: &mut Explanation, node: &Node) {
    let culprit = match &node.kind {
        NodeKind::And(nodes) => explanation
            .parts
            .iter()
            .position(|part| !part.holds)
            .and_then(|at| Some((at, nodes.get(at)?))),
        NodeKind::Named { node, .. } | NodeKind::Within { node, .. } => Some((0, node.as_ref())),
        NodeKind::Near { left, right, .. } => [left, right]
            .into_iter()
            .enumerate()
            .find(|(at, _)| explanation.parts.get(*at).is_some_and(|part| !part.holds))
            .map(|(at, node)| (at, node.as_ref())),
        NodeKind::Except { keep, .. } => explanation
            .parts
            .first()
            .is_some_and(|part| !part.holds)
            .then_some((0, keep.as_ref())),
        // Where all of several failed, the whole failed.
        _ => None,
    };
    if let Some((at, node)) = culprit
        && let Some(part) = explanation.parts.get_mut(at)
    {
        mark(part, node);
    } else {
        explanation.failed_first = true;
    }
}

fn written(mut spans: Vec<Span>, document: &Document<'_>) -> Vec<(Span, String)> {
    spans.sort();
    spans.dedup();
    spans
        .into_iter()
        .map(|span| {
            let range = span.start..span.end;
            let texts = match span.field {
                HitField::Title => [document.title, None],
                HitField::Text => [Some(document.text), None],
                HitField::Author => [document.author, document.handle],
                HitField::Url => [document.url, None],
            };
            let words = texts
                .into_iter()
                .flatten()
                .find_map(|text| text.get(range.clone()))
                .unwrap_or_default()
                .to_owned();
            (span, words)
        })
        .collect()
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

impl Display for Explanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.line(f)?;
        self.below(f, "")
    }
}

impl Explanation {
    fn line(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", if self.holds { '✓' } else { '✗' }, self.clause)?;
        for (at, (span, words)) in self.places.iter().enumerate() {
            let lead = if at == 0 { ": " } else { ", " };
            let field = span.field.as_str();
            let words: String = words
                .chars()
                .map(|letter| if letter.is_control() { ' ' } else { letter })
                .collect();
            write!(f, "{lead}{field} {}-{} \"{words}\"", span.start, span.end)?;
        }
        if let (Some(actual), false) = (&self.actual, self.holds) {
            write!(f, ": it is {actual}")?;
        }
        if self.failed_first {
            f.write_str("   ← failed first")?;
        }
        Ok(())
    }

    fn below(&self, f: &mut Formatter<'_>, lead: &str) -> fmt::Result {
        for (at, part) in self.parts.iter().enumerate() {
            let last = at + 1 == self.parts.len();
            write!(f, "\n{lead}{} ", if last { "└─" } else { "├─" })?;
            part.line(f)?;
            part.below(f, &format!("{lead}{}", if last { "   " } else { "│  " }))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Document, Names, Query, Role};
    use crate::model::Timestamp;

    #[test]
    fn a_decision_is_told_as_a_tree() {
        let names = Names::default();
        let source = "(frigolux OR {FLX}) NOT gelato title:acqua rating:>3";
        let (query, _) = Query::parse(source, Role::Search, &names).unwrap();
        let document = Document {
            text: "Il mio Frigolux perde il gelato",
            rating: Some(2.0),
            ..Document::default()
        };
        let explanation = query.explain(&document, Timestamp::from_seconds(0));
        insta::assert_snapshot!(explanation, @r#"
        ✗ (frigolux OR {FLX}) AND NOT gelato AND title:acqua AND rating:>3
        ├─ ✓ frigolux OR {FLX}
        │  ├─ ✓ frigolux: text 7-15 "Frigolux"
        │  └─ ✗ {FLX}
        ├─ ✗ NOT gelato   ← failed first
        │  └─ ✓ gelato: text 25-31 "gelato"
        ├─ ✗ title:acqua
        └─ ✗ rating:>3: it is 2
        "#);
        let first = explanation
            .first_failure()
            .map(|found| found.clause.as_str());
        assert_eq!(first, Some("NOT gelato"));
    }
}
