//! Queries that stand in files: parsed by the query room, complained of in the file.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::document::{Document, Finding};
use super::places::Places;
use super::section::{Text, short, texts};
use crate::query::{Names, Problem, Query, Role};

/// A query that stands in one text.
pub(super) fn query<'t>(
    document: &mut Document<'t>,
    text: &Text<'t>,
    role: Role,
    names: &Names,
) -> Option<Query> {
    let (query, problems) = parsed(text.value, role, names);
    if !problems.is_empty() {
        let places = text.places(document);
        for problem in problems {
            let span = places.of(&problem.span);
            document.report(Finding::of_query(problem, span));
        }
    }
    query
}

/// A query as one text, or a list of terms of which any may match.
pub(super) fn query_or_terms<'t>(
    document: &mut Document<'t>,
    what: &str,
    value: &'t Spanned<DeValue<'t>>,
    names: &Names,
) -> Option<Query> {
    let terms = texts(document, what, value);
    if let (Some(text), true) = (terms.first(), value.get_ref().is_str()) {
        return query(document, text, Role::Search, names);
    }
    if terms.is_empty() {
        return None;
    }
    let joined = Joined::new(document, &terms);
    let (query, problems) = parsed(&joined.query, Role::Search, names);
    for problem in problems {
        let span = joined.place(&problem.span);
        document.report(Finding::of_query(problem, span));
    }
    query
}

/// The terms of the list `name`, as they are written, each checked alone.
pub(super) fn terms<'t>(
    document: &mut Document<'t>,
    name: &str,
    value: &'t Spanned<DeValue<'t>>,
) -> Vec<String> {
    let what = format!("list `{}`", short(name));
    let written = texts(document, &what, value);
    if written.is_empty() && value.get_ref().is_array() {
        document.report(Finding::warning(value.span(), format!("{what} is empty")));
    }
    // The language alone says what a term is; it is asked by way of a list of one.
    let asked = name.replace(['"', '\\'], "");
    let mut names = Names::default();
    for term in &written {
        if term.value.trim().is_empty() {
            document.report(Finding::error(term.span.clone(), "a term holds no word"));
            continue;
        }
        names
            .lists
            .insert(asked.clone(), vec![term.value.to_owned()]);
        let (_, problems) = parsed(&format!("list:\"{asked}\""), Role::Search, &names);
        for problem in problems {
            document.report(Finding::of_query(problem, term.span.clone()));
        }
    }
    written.iter().map(|term| term.value.to_owned()).collect()
}

fn parsed(text: &str, role: Role, names: &Names) -> (Option<Query>, Vec<Problem>) {
    match Query::parse(text, role, names) {
        Ok((query, problems)) => (Some(query), problems),
        Err(problems) => (None, problems),
    }
}

/// A term of a list as a query: several plain words are a phrase.
fn as_query(term: &str) -> String {
    let term = term.trim();
    let syntax = |word: &str| {
        word.starts_with('-')
            || ["AND", "OR", "NOT", "EXCEPT"].contains(&word)
            || word.starts_with("NEAR")
            || word.starts_with("ONEAR")
            || word.contains(['"', '“', '”', '„', '«', '(', ')', '{', '}', ':', '~', '<'])
    };
    let words = term.split_whitespace().count();
    if term.split_whitespace().any(syntax) {
        format!("({term})")
    } else if words > 1 {
        format!("\"{term}\"")
    } else {
        term.to_owned()
    }
}

/// Terms joined into one query, with the way back to each.
struct Joined {
    query: String,
    /// Bytes of the query, the bytes of the term that they hold before its first, and its places.
    parts: Vec<(Range<usize>, Places)>,
}

impl Joined {
    fn new<'t>(document: &Document<'t>, terms: &[Text<'t>]) -> Self {
        let mut query = String::new();
        let mut parts = Vec::new();
        for term in terms {
            if !query.is_empty() {
                query.push_str(" OR ");
            }
            let written = as_query(term.value);
            let kept = term.value.trim();
            let opening = written.find(kept).unwrap_or_default();
            let start = query.len() + opening;
            let lead = term.value.len() - term.value.trim_start().len();
            query.push_str(&written);
            // Shifted so that a place in the query is a place in the term.
            parts.push((
                start.saturating_sub(lead)..start + kept.len(),
                term.places(document),
            ));
        }
        Self { query, parts }
    }

    fn place(&self, span: &Range<usize>) -> Range<usize> {
        let index = self
            .parts
            .partition_point(|(part, _)| part.end < span.start)
            .min(self.parts.len().saturating_sub(1));
        self.parts.get(index).map_or(0..0, |(part, places)| {
            let start = span.start.saturating_sub(part.start);
            let end = span.end.min(part.end).saturating_sub(part.start);
            places.of(&(start..end.max(start)))
        })
    }
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::*;

    #[test]
    fn several_plain_words_are_a_phrase() {
        for (term, query) in [
            ("rimborso", "rimborso"),
            ("mai più", "\"mai più\""),
            ("\"polar frost\"", "(\"polar frost\")"),
            ("a OR b", "(a OR b)"),
            ("raw:\"C++\"", "(raw:\"C++\")"),
            ("{FLX}", "({FLX})"),
            ("#frigolux", "#frigolux"),
            ("rimbors*", "rimbors*"),
        ] {
            assert_eq!(as_query(term), query);
        }
    }

    #[test]
    fn a_place_in_joined_terms_is_found_in_the_file() {
        let file = "high = [\"rimborso\", 'mai più', \"\\\"a b\\\" OR c\"]";
        let table = DeTable::parse(file).unwrap();
        let mut document = Document::new("x.toml", file);
        let value = table.get_ref().get("high").unwrap();
        let found = texts(&mut document, "`high`", value);
        let joined = Joined::new(&document, &found);
        assert_eq!(joined.query, "rimborso OR \"mai più\" OR (\"a b\" OR c)");
        for (in_query, in_file) in [
            ("rimborso", "rimborso"),
            ("mai più", "mai più"),
            ("più", "più"),
            ("\"a b\"", "\\\"a b\\\""),
            ("c", "c"),
        ] {
            let at = joined.query.find(in_query).unwrap();
            let place = joined.place(&(at..at + in_query.len()));
            assert_eq!(file.get(place), Some(in_file));
        }
    }
}
