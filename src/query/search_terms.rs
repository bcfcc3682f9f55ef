//! What to ask of a search that knows words and phrases, so that it finds what a query matches.
//!
//! Of an alternative every side is asked for; of things that must all be there one is enough, so
//! the one with the fewest and longest words is taken. What a search cannot be asked is widened
//! (case, distance, wildcards beside whole words), and where nothing is left of it, told.

use super::ast::{Node, NodeKind, Term, TermKind, TextField};
use super::ast::{Pattern, Shape};
use crate::model::{SearchTerm, SearchTerms};

/// The most terms of one query; what is beyond is left out, and told.
const MOST: usize = 50;

/// The widest terms of a tree.
pub(super) fn search_terms(root: &Node) -> SearchTerms {
    let mut found = cover(root);
    if found.terms.len() > MOST {
        let beyond = found.terms.split_off(MOST);
        found
            .left_out
            .extend(beyond.iter().map(SearchTerm::to_string));
    }
    found
}

/// Terms of which at least one stands in whatever the node matches, but for what is left out.
fn cover(node: &Node) -> SearchTerms {
    match &node.kind {
        NodeKind::Term(term) => of_term(term),
        NodeKind::Within {
            field: TextField::Title | TextField::Text,
            node,
        }
        | NodeKind::Named { node, .. } => cover(node),
        NodeKind::Except { keep, .. } => cover(keep),
        NodeKind::Within { .. } | NodeKind::Fact(_) | NodeKind::Not(_) => none(node),
        NodeKind::Near { left, right, .. } => narrowest([&**left, &**right]),
        NodeKind::And(parts) => narrowest(parts),
        NodeKind::Or(parts) => {
            let mut all = SearchTerms::default();
            for part in parts {
                all.extend(cover(part));
            }
            all
        }
    }
}

fn none(node: &Node) -> SearchTerms {
    SearchTerms {
        terms: Vec::new(),
        left_out: vec![node.to_string()],
    }
}

/// The terms of that part which can be asked for whole and has the fewest terms; with it, in the
/// same search, the other parts that are a single term each.
fn narrowest<'n>(parts: impl IntoIterator<Item = &'n Node>) -> SearchTerms {
    let mut single: Option<SearchTerm> = None;
    let mut best: Option<SearchTerms> = None;
    for part in parts {
        // What must not be there narrows nothing that can be asked for.
        if matches!(part.kind, NodeKind::Not(_)) {
            continue;
        }
        let found = cover(part);
        if let ([only], true) = (found.terms.as_slice(), found.left_out.is_empty()) {
            single = Some(match single {
                Some(others) => others.and(only.clone()),
                None => only.clone(),
            });
            continue;
        }
        let better = |best: &SearchTerms| rank(&found) < rank(best);
        if best.as_ref().is_none_or(better) {
            best = Some(found);
        }
    }
    match (single, best) {
        (Some(single), _) => SearchTerms {
            terms: vec![single],
            left_out: Vec::new(),
        },
        (None, Some(best)) => best,
        (None, None) => SearchTerms::default(),
    }
}

/// What is lower is better to ask for: all of it can be, and it is little.
fn rank(terms: &SearchTerms) -> (bool, bool, usize) {
    (
        terms.terms.is_empty(),
        !terms.left_out.is_empty(),
        terms.terms.len(),
    )
}

fn of_term(term: &Term) -> SearchTerms {
    let words: Vec<&str> = match &term.kind {
        TermKind::Words { patterns, .. } => patterns.iter().filter_map(whole).collect(),
        TermKind::Exact(words) => words.iter().map(String::as_str).collect(),
        TermKind::Raw(text) => vec![text.as_str()],
    };
    // Other words may stand between these: then they are no phrase.
    let loose = match &term.kind {
        TermKind::Words { patterns, slop } => *slop > 0 || words.len() < patterns.len(),
        TermKind::Exact(_) | TermKind::Raw(_) => false,
    };
    let found = if loose {
        words
            .iter()
            .filter_map(|word| SearchTerm::new(word))
            .reduce(SearchTerm::and)
    } else {
        SearchTerm::new(&words.join(" "))
    };
    match found {
        Some(found) => SearchTerms {
            terms: vec![found],
            left_out: Vec::new(),
        },
        None => SearchTerms {
            terms: Vec::new(),
            left_out: vec![term.written.clone()],
        },
    }
}

/// The word, where the pattern is one: a sign before it (`#`, `@`) only narrows it.
fn whole(pattern: &Pattern) -> Option<&str> {
    (pattern.shape == Shape::Whole).then_some(pattern.form.as_str())
}

#[cfg(test)]
mod tests {
    use crate::query::{Names, Query, Role};

    fn found(text: &str) -> (Vec<String>, Vec<String>) {
        let (query, _) = Query::parse(text, Role::Search, &Names::default()).unwrap();
        let found = query.search_terms();
        let terms = found.terms.iter().map(ToString::to_string).collect();
        (terms, found.left_out)
    }

    #[test]
    fn the_widest_terms_are_found() {
        for (text, terms, left_out) in [
            ("frigolux", vec!["frigolux"], vec![]),
            (
                "(frigolux OR {FLX} OR \"frigo lux\" OR #frigolux OR @frigolux) NOT (volley OR site:x.example)",
                vec!["frigolux", "FLX", "\"frigo lux\""],
                vec![],
            ),
            ("Perché OR caffè", vec!["perché", "caffè"], vec![]),
            ("mela AND (telefono OR cellulare)", vec!["mela"], vec![]),
            (
                "mela AND frutta AND (a1 OR b1)",
                vec!["mela frutta"],
                vec![],
            ),
            ("(a1 OR b1 OR c1) AND (d1 OR e1)", vec!["d1", "e1"], vec![]),
            ("acqua NEAR/3 perd*", vec!["acqua"], vec![]),
            ("acqua NEAR/3 perde", vec!["acqua perde"], vec![]),
            ("\"frigo lux\"~3", vec!["frigo lux"], vec![]),
            ("\"frigo lux*\"", vec!["frigo"], vec![]),
            ("raw:\"C++\"", vec!["C++"], vec![]),
            ("title:frigolux author:lia", vec!["frigolux"], vec![]),
            ("orto EXCEPT \"orto botanico\"", vec!["orto"], vec![]),
            ("frigolux OR frigo*", vec!["frigolux"], vec!["frigo*"]),
            (
                "frigolux OR author:lia",
                vec!["frigolux"],
                vec!["author:lia"],
            ),
            ("frigo*", vec![], vec!["frigo*"]),
            ("lang:it rating:<3", vec![], vec!["lang:it"]),
            ("\u{1F9CA}", vec!["\u{1F9CA}"], vec![]),
        ] {
            let (asked, out) = found(text);
            assert_eq!(asked, terms, "{text}");
            assert_eq!(out, left_out, "{text}");
        }
    }

    #[test]
    fn a_thousand_alternatives_are_bounded_and_told() {
        let text: Vec<String> = (0..1000).map(|number| format!("w{number}x")).collect();
        let (terms, left_out) = found(&text.join(" OR "));
        assert_eq!((terms.len(), left_out.len()), (50, 950));
    }
}
