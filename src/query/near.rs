//! What may stand beside `NEAR` and `EXCEPT`, and inside `title:( … )`.

use super::ast::{Node, NodeKind};
use super::error::{Problem, Problems};

/// Checks a side of `NEAR`: a term, terms joined by `OR`, a place with `EXCEPT`, and on the left
/// the chain so far.
pub(crate) fn check_side(node: &Node, left: bool, problems: &mut Problems) -> bool {
    check(node, left, "NEAR", problems)
}

/// Checks a side of `EXCEPT`: whatever stands at a place.
pub(crate) fn check_except(node: &Node, problems: &mut Problems) -> bool {
    match &node.kind {
        NodeKind::Within { node, .. } => check(node, true, "EXCEPT", problems),
        _ => check(node, true, "EXCEPT", problems),
    }
}

fn check(node: &Node, chain: bool, operator: &str, problems: &mut Problems) -> bool {
    let (what, hint) = match &node.kind {
        // The sides of EXCEPT were checked when it was made.
        NodeKind::Term(_) | NodeKind::Except { .. } => return true,
        NodeKind::Or(parts) => {
            let within = operator == "EXCEPT";
            let wrong = parts
                .iter()
                .filter(|part| !check(part, within, operator, problems))
                .count();
            return wrong == 0;
        }
        NodeKind::Named { node: inner, .. } => {
            let mut found = Problems::default();
            let fine = check(inner, chain, operator, &mut found);
            problems.extend(found.first());
            return fine;
        }
        NodeKind::Near { .. } if chain => return true,
        NodeKind::Near { .. } => (
            "another NEAR",
            "a chain goes from the left: a NEAR/3 b NEAR/3 c".to_owned(),
        ),
        NodeKind::And(_) => (
            "terms joined by AND",
            format!("a bracket beside {operator} joins its terms by OR"),
        ),
        NodeKind::Not(_) if operator == "NEAR" => (
            "a negation",
            "to leave out places, write EXCEPT; to leave out mentions, put NOT outside".to_owned(),
        ),
        NodeKind::Not(_) => (
            "a negation",
            "NOT binds first: write NOT (… EXCEPT …)".to_owned(),
        ),
        NodeKind::Within { field, .. } => (
            "a field",
            format!(
                "put the field outside: {}:(a {operator}{} b)",
                field.as_str(),
                if operator == "NEAR" { "/4" } else { "" }
            ),
        ),
        NodeKind::Fact(_) => (
            "a field",
            format!(
                "write {} for a condition on the whole mention",
                if operator == "NEAR" { "AND" } else { "NOT" }
            ),
        ),
    };
    problems.push(
        Problem::error(
            node.span.clone(),
            format!("`{operator}` takes words, phrases and the like, and terms joined by OR"),
            what,
        )
        .hint(hint),
    );
    false
}

/// Checks that no field stands within a field, also where it came through a name.
pub(crate) fn check_words(node: &Node, problems: &mut Problems) -> bool {
    let NodeKind::Within { node: inner, .. } = &node.kind else {
        return true;
    };
    if !holds_field(inner) {
        return true;
    }
    problems.push(
        Problem::error(
            node.span.clone(),
            "a field may not stand inside another field",
            "what stands here names fields of its own",
        )
        .hint("put it beside the field, joined by AND"),
    );
    false
}

fn holds_field(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Term(_) => false,
        NodeKind::Fact(_) | NodeKind::Within { .. } => true,
        NodeKind::Not(node) | NodeKind::Named { node, .. } => holds_field(node),
        NodeKind::Or(parts) | NodeKind::And(parts) => parts.iter().any(holds_field),
        NodeKind::Except { keep, without } => holds_field(keep) || holds_field(without),
        NodeKind::Near { left, right, .. } => holds_field(left) || holds_field(right),
    }
}
