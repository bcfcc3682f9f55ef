//! Through whose eyes a query looks: whose brand a sentiment is about.

use super::ast::{Fact, Node, NodeKind};

/// The watchlist that everything a query finds is of, folded; `None` where it may be of several.
pub(crate) fn view(node: &Node) -> Option<&str> {
    match &node.kind {
        NodeKind::Fact(Fact::Watch(names)) => match names.as_slice() {
            [only] => Some(only),
            _ => None,
        },
        NodeKind::And(nodes) => {
            let mut views = nodes.iter().filter_map(view);
            let first = views.next()?;
            views.all(|other| other == first).then_some(first)
        }
        NodeKind::Or(nodes) => {
            let (first, others) = nodes.split_first()?;
            let first = view(first)?;
            let same = |other| view(other) == Some(first);
            others.iter().all(same).then_some(first)
        }
        NodeKind::Except { keep, .. } => view(keep),
        NodeKind::Within { node, .. } | NodeKind::Named { node, .. } => view(node),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::query::{Names, Query, Role};

    #[test]
    fn one_watchlist_that_all_must_be_of() {
        let mut wrong = Vec::new();
        for (text, expected) in [
            ("watch:Frigolux", Some("frigolux")),
            ("guasto watch:frigolux sentiment:negative", Some("frigolux")),
            ("watch:a (sentiment:negative OR rating:<=2)", Some("a")),
            ("(watch:a guasto) OR (watch:a perde)", Some("a")),
            ("watch:a watch:a", Some("a")),
            ("sentiment:negative", None),
            ("watch:a watch:b", None),
            ("watch:(a OR b)", None),
            ("watch:a OR guasto", None),
            ("(watch:a guasto) OR (watch:b perde)", None),
            ("guasto NOT watch:a", None),
        ] {
            let query = Query::parse(text, Role::Search, &Names::default())
                .unwrap()
                .0;
            if query.view() != expected {
                wrong.push((text, query.view().map(str::to_owned)));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
