//! What a query says that cannot be meant: never, always, or only noise.

use std::ops::Range;

use super::Role;
use super::ast::{Fact, Node, NodeKind, NumberRange, Shape, Term, TermKind};
use super::error::{Problem, Problems};
use super::fact::below;
use super::field::domain;
use super::term::loses_symbols;
use super::words::WordKind;
use crate::model::ItemKind;

/// Adds the problems of the whole to those of the parts.
pub(crate) fn check(root: &Node, role: Role, problems: &mut Problems) {
    let mut conflicts = Vec::new();
    let never = never(root, &mut conflicts);
    for mut problem in conflicts {
        if !never {
            problem.severity = crate::model::Severity::Warning;
            problem.message = String::from("this part of the query can never match");
        }
        problems.push(problem);
    }
    if role == Role::Watchlist {
        unknown_at_collection(root, problems);
        if always(root) {
            problems.push(
                Problem::error(
                    root.span.clone(),
                    "this query matches everything",
                    "every mention satisfies it",
                )
                .hint("name at least one word that a mention must hold"),
            );
        } else if !needs_something(root) {
            problems.push(only_negatives(root));
        }
    }
    if let Some((span, whole)) = only_stop_words(root) {
        let what = if whole { "this query" } else { "this part" };
        problems.push(
            Problem::warning(
                span,
                format!("{what} looks for nothing but very common words"),
                "nearly every text holds these",
            )
            .hint("add a word that tells what is meant, or write {Exact Case} for a name"),
        );
    }
    symbols(root, problems);
}

/// `status:`, `tag:` and `watch:` are facts of what was collected already.
fn unknown_at_collection(node: &Node, problems: &mut Problems) {
    if let NodeKind::Fact(fact) = &node.kind {
        let name = match fact {
            Fact::Status(_) => "status",
            Fact::Tag(_) => "tag",
            Fact::Watch(_) => "watch",
            _ => return,
        };
        problems.push(
            Problem::error(
                node.span.clone(),
                format!("a watchlist cannot ask for `{name}:`"),
                "known only after collection",
            )
            .hint(format!(
                "use `{name}:` in searches, alerts and digest filters"
            )),
        );
    }
    for part in parts(node) {
        unknown_at_collection(part, problems);
    }
}

/// The parts right below a node.
pub(crate) fn parts(node: &Node) -> Vec<&Node> {
    match &node.kind {
        NodeKind::Term(_) | NodeKind::Fact(_) => Vec::new(),
        NodeKind::Not(node) | NodeKind::Named { node, .. } | NodeKind::Within { node, .. } => {
            vec![node]
        }
        NodeKind::Or(parts) | NodeKind::And(parts) => parts.iter().collect(),
        NodeKind::Except { keep, without } => vec![keep, without],
        NodeKind::Near { left, right, .. } => vec![left, right],
    }
}

fn only_negatives(root: &Node) -> Problem {
    let message = match &root.kind {
        NodeKind::Or(_) => {
            "a part of this query says only what is not wanted, so it matches nearly everything"
        }
        _ => "a watchlist cannot say only what is not wanted",
    };
    let span = match &root.kind {
        NodeKind::Or(parts) => parts
            .iter()
            .find(|part| !needs_something(part))
            .map_or(root.span.clone(), |part| part.span.clone()),
        _ => root.span.clone(),
    };
    Problem::error(span, message, "nothing here must stand in a mention")
        .hint("name at least one term to look for: frigolux NOT \"offerta di lavoro\"")
}

/// Whether a mention that matches must hold or be something, not only lack something.
fn needs_something(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Term(_) | NodeKind::Fact(_) | NodeKind::Except { .. } | NodeKind::Near { .. } => {
            true
        }
        NodeKind::Within { node, .. } | NodeKind::Named { node, .. } => needs_something(node),
        NodeKind::And(parts) => parts.iter().any(needs_something),
        NodeKind::Or(parts) => parts.iter().all(needs_something),
        NodeKind::Not(node) => lacks_something(node),
    }
}

/// Whether a mention that does not match must hold or be something.
fn lacks_something(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Term(_) | NodeKind::Fact(_) | NodeKind::Except { .. } | NodeKind::Near { .. } => {
            false
        }
        NodeKind::Within { node, .. } | NodeKind::Named { node, .. } => lacks_something(node),
        NodeKind::And(parts) => parts.iter().all(lacks_something),
        NodeKind::Or(parts) => parts.iter().any(lacks_something),
        NodeKind::Not(node) => needs_something(node),
    }
}

/// Whether every mention matches.
fn always(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Fact(Fact::Kind(kinds)) => ItemKind::ALL.iter().all(|kind| kinds.contains(kind)),
        NodeKind::Or(parts) => {
            parts.iter().any(always)
                || parts.iter().any(|part| {
                    matches!(&part.kind, NodeKind::Not(inner)
                        if parts.len() <= 256 && parts.contains(inner))
                })
                || union_of_kinds(parts)
        }
        NodeKind::And(parts) => parts.iter().all(always),
        NodeKind::Named { node, .. } | NodeKind::Within { node, .. } => always(node),
        NodeKind::Not(node) => never(node, &mut Vec::new()),
        _ => false,
    }
}

fn union_of_kinds(parts: &[Node]) -> bool {
    ItemKind::ALL.iter().all(|kind| {
        parts.iter().any(
            |part| matches!(&part.kind, NodeKind::Fact(Fact::Kind(kinds)) if kinds.contains(kind)),
        )
    })
}

/// Whether no mention can match; what makes it so is added to `conflicts`.
fn never(node: &Node, conflicts: &mut Vec<Problem>) -> bool {
    match &node.kind {
        NodeKind::Term(_) | NodeKind::Fact(_) => false,
        NodeKind::Within { node, .. } | NodeKind::Named { node, .. } => never(node, conflicts),
        NodeKind::Or(parts) => {
            // Each part is looked at, so that every conflict is told.
            let possible = parts.iter().filter(|part| !never(part, conflicts)).count();
            possible == 0
        }
        NodeKind::Near { left, right, .. } => never(left, conflicts) | never(right, conflicts),
        NodeKind::Except { keep, without } => {
            if keep == without {
                conflicts.push(conflict(
                    without,
                    "it excludes every place that it looks for",
                    None,
                ));
                return true;
            }
            never(keep, conflicts)
        }
        NodeKind::Not(inner) => {
            let all = always(inner);
            if all {
                conflicts.push(conflict(node, "it excludes everything", None));
            }
            all
        }
        NodeKind::And(parts) => {
            let impossible = parts.iter().filter(|part| never(part, conflicts)).count();
            let mut together = Vec::new();
            for part in parts {
                gather(part, &mut together);
            }
            let clash = clash(&together);
            let found = clash.is_some();
            conflicts.extend(clash);
            impossible > 0 || found
        }
    }
}

fn conflict(node: &Node, label: &str, hint: Option<String>) -> Problem {
    let problem = Problem::error(node.span.clone(), "this query can never match", label);
    match hint {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

/// The conditions that hold together, through brackets and names.
fn gather<'n>(node: &'n Node, together: &mut Vec<&'n Node>) {
    match &node.kind {
        NodeKind::And(parts) => {
            for part in parts {
                gather(part, together);
            }
        }
        NodeKind::Named { node, .. } => gather(node, together),
        _ => together.push(node),
    }
}

/// How many pairs of conditions are looked at; nobody writes so many by hand.
const MOST_PAIRS: usize = 20_000;

fn clash(together: &[&Node]) -> Option<Problem> {
    if together.len() * together.len() > MOST_PAIRS {
        return None;
    }
    for (at, later) in together.iter().enumerate() {
        for earlier in together.iter().take(at) {
            if let Some(problem) = clash_of(earlier, later) {
                return Some(problem);
            }
        }
    }
    None
}

fn clash_of(earlier: &Node, later: &Node) -> Option<Problem> {
    match (&earlier.kind, &later.kind) {
        (_, NodeKind::Not(inner)) if covers(inner, earlier) => {
            Some(conflict(later, "it excludes what it asks for", None))
        }
        (NodeKind::Not(inner), _) if covers(inner, later) => {
            Some(conflict(later, "it asks for what it excludes", None))
        }
        _ => {
            let (one, other) = (facts(earlier)?, facts(later)?);
            let apart = one
                .iter()
                .all(|one| other.iter().all(|other| disjoint(one, other)));
            if !apart {
                return None;
            }
            let field = name(one.first()?);
            let hint = match other.first()? {
                Fact::Number { .. } | Fact::Date(_) | Fact::Newer(_) | Fact::Older(_) => None,
                _ => Some(format!(
                    "for any of them, write {field}:({} OR {})",
                    values(&one),
                    values(&other)
                )),
            };
            Some(conflict(later, &format!("`{field}:` cannot be both"), hint))
        }
    }
}

/// The values of conditions on one field, as they stand in its brackets.
fn values(facts: &[&Fact]) -> String {
    let all: Vec<String> = facts
        .iter()
        .map(|fact| {
            let written = fact.to_string();
            let value = written.split_once(':').map_or("", |(_, value)| value);
            value
                .trim_start_matches('(')
                .trim_end_matches(')')
                .to_owned()
        })
        .collect();
    all.join(" OR ")
}

/// Whether everything that satisfies `narrow` satisfies `wide`, as far as can be told at a glance.
fn covers(wide: &Node, narrow: &Node) -> bool {
    if wide == narrow {
        return true;
    }
    match (&wide.kind, &narrow.kind) {
        (NodeKind::Named { node, .. }, _) => covers(node, narrow),
        (NodeKind::Or(parts), _) => parts.iter().any(|part| part == narrow),
        (NodeKind::Fact(wide), NodeKind::Fact(narrow)) => match (wide, narrow) {
            (Fact::Kind(wide), Fact::Kind(narrow)) => narrow.iter().all(|v| wide.contains(v)),
            (Fact::Lang(wide), Fact::Lang(narrow)) => narrow.iter().all(|v| wide.contains(v)),
            (Fact::Site(wide), Fact::Site(narrow)) => narrow
                .iter()
                .all(|host| wide.iter().any(|site| below(host, site))),
            _ => false,
        },
        _ => false,
    }
}

/// A condition on one field as the facts of which one must hold.
fn facts(node: &Node) -> Option<Vec<&Fact>> {
    match &node.kind {
        NodeKind::Fact(fact) => Some(vec![fact]),
        NodeKind::Or(parts) if parts.len() <= 64 => {
            let all: Option<Vec<_>> = parts
                .iter()
                .map(|part| match &part.kind {
                    NodeKind::Fact(fact) => Some(fact),
                    _ => None,
                })
                .collect();
            all.filter(|all| {
                all.windows(2).all(|pair| match pair {
                    [one, other] => name(one) == name(other),
                    _ => true,
                })
            })
        }
        _ => None,
    }
}

fn name(fact: &Fact) -> &'static str {
    match fact {
        Fact::Url { .. } => "url",
        Fact::Site(_) => "site",
        Fact::Kind(_) => "type",
        Fact::Lang(_) => "lang",
        Fact::Source(_) => "source",
        Fact::Watch(_) => "watch",
        Fact::Sentiment(_) => "sentiment",
        Fact::Intent(_) => "intent",
        Fact::Priority(_) => "priority",
        Fact::Status(_) => "status",
        Fact::Tag(_) => "tag",
        Fact::Number { field, .. } => field.as_str(),
        Fact::Date(_) | Fact::Newer(_) | Fact::Older(_) => "date",
    }
}

/// Whether no mention satisfies both.
fn disjoint(one: &Fact, other: &Fact) -> bool {
    fn apart<T: PartialEq>(one: &[T], other: &[T]) -> bool {
        !one.iter().any(|value| other.contains(value))
    }
    match (one, other) {
        (Fact::Site(one), Fact::Site(other)) => !one
            .iter()
            .any(|a| other.iter().any(|b| below(a, b) || below(b, a))),
        (Fact::Kind(one), Fact::Kind(other)) => apart(one, other),
        (Fact::Lang(one), Fact::Lang(other)) => apart(one, other),
        (Fact::Source(one), Fact::Source(other)) => apart(one, other),
        (Fact::Sentiment(one), Fact::Sentiment(other)) => apart(one, other),
        (Fact::Intent(one), Fact::Intent(other)) => apart(one, other),
        (Fact::Priority(one), Fact::Priority(other)) => apart(one, other),
        (Fact::Status(one), Fact::Status(other)) => apart(one, other),
        (
            Fact::Number {
                field: first,
                ranges: one,
            },
            Fact::Number {
                field: second,
                ranges: other,
            },
        ) => {
            first == second
                && !one
                    .iter()
                    .any(|a| other.iter().any(|b| meet(a, b, domain(*first).0)))
        }
        (Fact::Date(one), Fact::Date(other)) => {
            let before = |a: &super::ast::DateRange, b: &super::ast::DateRange| matches!((a.last, b.first), (Some(last), Some(first)) if last < first);
            before(one, other) || before(other, one)
        }
        (Fact::Newer(newer), Fact::Older(older)) | (Fact::Older(older), Fact::Newer(newer)) => {
            older >= newer
        }
        _ => false,
    }
}

fn meet(one: &NumberRange, other: &NumberRange, least: f64) -> bool {
    let low = [one.low, other.low]
        .into_iter()
        .flatten()
        .fold((least, true), |most, end| {
            if end.0 > most.0 || (end.0 >= most.0 && !end.1) {
                end
            } else {
                most
            }
        });
    [one.high, other.high]
        .into_iter()
        .flatten()
        .all(|high| high.0 > low.0 || (high.0 >= low.0 && high.1 && low.1))
}

/// Where a query, or a part that is enough for a match, looks for common words alone.
fn only_stop_words(node: &Node) -> Option<(Range<usize>, bool)> {
    match &node.kind {
        NodeKind::Term(term) => common(term).then(|| (node.span.clone(), true)),
        NodeKind::Within { node, .. } | NodeKind::Named { node, .. } => only_stop_words(node),
        NodeKind::Except { keep, .. } => only_stop_words(keep),
        NodeKind::Or(parts) => {
            let mut found = parts.iter().map(only_stop_words);
            let first = found.clone().flatten().next()?;
            if found.all(|part| part.is_some()) {
                Some((node.span.clone(), true))
            } else {
                Some((first.0, false))
            }
        }
        NodeKind::And(parts) => {
            let mut words = parts
                .iter()
                .filter(|part| !matches!(part.kind, NodeKind::Not(_) | NodeKind::Fact(_)))
                .peekable();
            words.peek()?;
            words
                .all(|part| only_stop_words(part).is_some_and(|(_, whole)| whole))
                .then(|| (node.span.clone(), true))
        }
        NodeKind::Near { left, right, .. } => {
            let whole = |node| only_stop_words(node).is_some_and(|(_, whole)| whole);
            (whole(left) && whole(right)).then(|| (node.span.clone(), true))
        }
        NodeKind::Not(_) | NodeKind::Fact(_) => None,
    }
}

fn common(term: &Term) -> bool {
    match &term.kind {
        TermKind::Words { patterns, .. } => patterns.iter().all(|pattern| {
            pattern.kind == WordKind::Word
                && pattern.shape == Shape::Whole
                // A letter among several is a name more often than not: AT&T.
                && (patterns.len() == 1 || pattern.form.chars().nth(1).is_some())
                && STOP_WORDS.binary_search(&pattern.form.as_str()).is_ok()
        }),
        TermKind::Exact(_) | TermKind::Raw(_) => false,
    }
}

/// `C++` is read as the word `C`.
fn symbols(node: &Node, problems: &mut Problems) {
    if let NodeKind::Term(term) = &node.kind
        && loses_symbols(term)
    {
        let plain = term.written.trim_matches('"');
        problems.push(
            Problem::note(
                node.span.clone(),
                format!("signs are not part of a word: `{plain}` is read without them"),
                "only the word counts",
            )
            .hint(format!(
                "for the characters as they stand, write raw:\"{plain}\""
            )),
        );
    }
    for part in parts(node) {
        symbols(part, problems);
    }
}

/// The commonest words of Italian and English, folded, sorted.
#[rustfmt::skip]
const STOP_WORDS: &[&str] = &[
    "a", "about", "ad", "agli", "ai", "al", "all", "alla", "alle", "allo", "am", "an", "anche",
    "and", "are", "as", "at", "be", "been", "but", "by", "can", "che", "chi", "ci", "come", "con",
    "cosa", "cosi", "così", "da", "dagli", "dai", "dal", "dall", "dalla", "dalle", "dallo", "degli",
    "dei", "del", "dell", "della", "delle", "dello", "di", "did", "do", "does", "e", "ed", "era",
    "for", "from", "gli", "ha", "had", "hanno", "has", "have", "he", "her", "him", "his", "ho",
    "how", "i", "if", "il", "in", "is", "it", "its", "l", "la", "le", "lei", "lo", "loro", "lui",
    "ma", "me", "mi", "mia", "mio", "my", "ne", "negli", "nei", "nel", "nell", "nella", "nelle",
    "nello", "no", "noi", "non", "not", "o", "of", "on", "or", "our", "per", "perche", "perché",
    "piu", "più", "quale", "quando", "quella", "quello", "questa", "questo", "qui", "s", "se", "she",
    "si", "so", "sono", "sta", "su", "sua", "sugli", "sui", "sul", "sull", "sulla", "sulle",
    "sullo", "suo", "t", "that", "the", "their", "them", "then", "there", "they", "this", "to",
    "tra", "tu", "tuo", "un", "una", "uno", "was", "we", "were", "what", "when", "which", "who",
    "why", "will", "with", "you", "your", "è",
];

#[cfg(test)]
mod tests {
    #[test]
    fn the_list_of_common_words_is_sorted() {
        assert!(super::STOP_WORDS.is_sorted());
    }
}
