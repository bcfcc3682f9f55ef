//! A query of ours as the widest question to Tantivy that misses no match.
//!
//! Every part becomes a question that finds at least what the part matches, and says whether it
//! finds exactly that. What the index cannot narrow (the neighbours of a `raw:` term, the middle
//! of an address) becomes "everything", and a `NOT` over what is not exact as well: leaving out
//! too much would miss matches.

use std::collections::BTreeSet;
use std::ops::Bound;

use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, PhraseQuery, Query, RangeQuery,
    RegexQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::complement::Complement;
use super::schema::{Fields, LONGEST_SITE, plain_zero, tone};
use super::search::everything;
use super::tokenizer::{LONGEST, cut};
use crate::model::{Lang, Sentiment, Timestamp};
use crate::query::ast::{
    Fact, Node, NodeKind, NumberField, NumberRange, Pattern, Shape, TermKind, TextField,
};
use crate::query::fold;
use crate::query::words::{self, WordKind, index_key};

/// How much more a word counts in the title.
const TITLE_BOOST: f32 = 2.0;

/// What a part of a query becomes.
struct Part {
    /// `None`: everything.
    question: Option<Box<dyn Query>>,
    /// Whether it finds nothing but matches.
    exact: bool,
}

impl Part {
    fn exact(question: impl Query) -> Self {
        Self {
            question: Some(Box::new(question)),
            exact: true,
        }
    }

    fn everything(exact: bool) -> Self {
        Self {
            question: None,
            exact,
        }
    }

    /// The same, known to find more than matches.
    fn wide(self) -> Self {
        Self {
            exact: false,
            ..self
        }
    }

    /// A condition: it decides, but does not weigh.
    fn fact(question: impl Query) -> Self {
        Self {
            question: Some(unweighted(Box::new(question))),
            exact: true,
        }
    }
}

/// The question for a query asked at `now`, and whether it finds nothing but matches.
pub(super) fn translate(
    searcher: &Searcher,
    fields: &Fields,
    query: &crate::query::Query,
    now: Timestamp,
) -> tantivy::Result<(Box<dyn Query>, bool)> {
    let translator = Translator {
        searcher,
        fields,
        now,
        view: query.view(),
    };
    let part = translator.node(query.root(), None)?;
    Ok((part.question.unwrap_or_else(everything), part.exact))
}

/// A question that weighs nothing in the order by relevance.
pub(super) fn unweighted(question: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(question, 0.0))
}

struct Translator<'a> {
    searcher: &'a Searcher,
    fields: &'a Fields,
    now: Timestamp,
    /// The watchlist about whose brand the sentiment is asked, folded.
    view: Option<&'a str>,
}

impl Translator<'_> {
    fn node(&self, node: &Node, field: Option<TextField>) -> tantivy::Result<Part> {
        match &node.kind {
            NodeKind::Or(nodes) => Ok(any(self.nodes(nodes, field)?)),
            NodeKind::And(nodes) => Ok(all(self.nodes(nodes, field)?)),
            NodeKind::Not(node) => Ok(not(self.node(node, field)?)),
            NodeKind::Except { keep, .. } => self.node(keep, field).map(Part::wide),
            NodeKind::Near { left, right, .. } => {
                let sides = vec![self.node(left, field)?, self.node(right, field)?];
                Ok(all(sides).wide())
            }
            NodeKind::Term(term) => Ok(self.term(&term.kind, field)),
            NodeKind::Within { field, node } => self.node(node, Some(*field)),
            NodeKind::Fact(fact) => self.fact(fact),
            NodeKind::Named { node, .. } => self.node(node, field),
        }
    }

    fn nodes(&self, nodes: &[Node], field: Option<TextField>) -> tantivy::Result<Vec<Part>> {
        nodes.iter().map(|node| self.node(node, field)).collect()
    }

    /// A term: in one of the fields that it is looked for in.
    fn term(&self, term: &TermKind, field: Option<TextField>) -> Part {
        let fields: &[TextField] = match &field {
            Some(field) => std::slice::from_ref(field),
            None => &[TextField::Title, TextField::Text],
        };
        let mut parts = Vec::with_capacity(fields.len());
        for field in fields {
            let part = match term {
                TermKind::Words { patterns, slop } => self.words(patterns, *slop, *field),
                TermKind::Exact(words) => {
                    let bare = words.iter().map(|word| fold::bare(word));
                    self.together(&bare.collect(), *field)
                }
                TermKind::Raw(characters) => self.together(&words_of(inner(characters)), *field),
            };
            parts.push(if *field == TextField::Title {
                boosted(part)
            } else {
                part
            });
        }
        any(parts)
    }

    /// Words one after the other.
    fn words(&self, patterns: &[Pattern], slop: u32, field: TextField) -> Part {
        if let [pattern] = patterns {
            return self.pattern(pattern, field);
        }
        let plain = |pattern: &Pattern| {
            pattern.kind == WordKind::Word
                && pattern.shape == Shape::Whole
                && key_of(pattern).len() < LONGEST
        };
        // The author's field has no positions: name and handle are two texts.
        if slop == 0 && field != TextField::Author && patterns.iter().all(plain) {
            let terms = patterns
                .iter()
                .map(|pattern| self.key(field, &key_of(pattern)));
            return Part::exact(PhraseQuery::new(terms.collect()));
        }
        let each = patterns.iter().map(|pattern| self.pattern(pattern, field));
        all(each.collect()).wide()
    }

    fn pattern(&self, pattern: &Pattern, field: TextField) -> Part {
        let key = key_of(pattern);
        match pattern.shape {
            Shape::Whole if key.len() < LONGEST => Part::exact(self.word(field, &key)),
            Shape::Whole => Part::exact(self.word(field, cut(&key))).wide(),
            Shape::Prefix => self.beginning(field, &key),
            // Each `?` may be a character of four bytes: what might be cut is not looked for.
            Shape::Wildcard { .. } if key.len() * 4 >= LONGEST => Part::everything(false),
            Shape::Wildcard { open } => {
                let pattern: String = key.chars().map(one_or_itself).collect();
                let rest = if open { "(?s:.)*" } else { "" };
                self.regex(field, &format!("{pattern}{rest}"))
            }
        }
    }

    fn beginning(&self, field: TextField, key: &str) -> Part {
        let pattern: String = cut(key).chars().map(escaped).collect();
        let part = self.regex(field, &format!("{pattern}(?s:.)*"));
        if key.len() < LONGEST {
            part
        } else {
            part.wide()
        }
    }

    fn regex(&self, field: TextField, pattern: &str) -> Part {
        match RegexQuery::from_pattern(pattern, self.field(field)) {
            Ok(query) => Part::exact(query),
            Err(_) => Part::everything(false),
        }
    }

    /// What may match only where all these words stand, given by their bare forms.
    fn together(&self, bare: &BTreeSet<String>, field: TextField) -> Part {
        let words = bare.iter().map(|form| {
            let key = index_key(WordKind::Word, false, form);
            Part::exact(self.word(field, cut(&key)))
        });
        all(words.collect()).wide()
    }

    fn fact(&self, fact: &Fact) -> tantivy::Result<Part> {
        let fields = self.fields;
        Ok(match fact {
            Fact::Url { .. } => Part::everything(false),
            Fact::Site(hosts) if hosts.iter().any(|host| host.len() > LONGEST_SITE) => {
                Part::everything(false)
            }
            Fact::Site(hosts) => values(fields.site, hosts.iter().map(String::as_str)),
            Fact::Kind(kinds) => values(fields.kind, kinds.iter().map(|kind| kind.as_str())),
            Fact::Lang(langs) => values(fields.language, langs.iter().map(Lang::as_str)),
            Fact::Source(names) => self.named(fields.source, names)?,
            Fact::Watch(names) => self.named(fields.watch, names)?,
            Fact::Tag(names) => self.named(fields.tag, names)?,
            Fact::Sentiment(labels) => self.sentiment(labels),
            Fact::Intent(labels) => {
                values(fields.intent, labels.iter().map(|label| label.as_str()))
            }
            Fact::Priority(labels) => {
                values(fields.priority, labels.iter().map(|label| label.as_str()))
            }
            Fact::Status(labels) => {
                values(fields.status, labels.iter().map(|label| label.as_str()))
            }
            Fact::Number { field, ranges } => {
                let field = match field {
                    NumberField::Rating => fields.rating,
                    NumberField::Followers => fields.followers,
                    NumberField::Engagement => fields.engagement,
                    NumberField::Score => fields.score,
                };
                let whole = any(ranges.iter().map(|range| numbers(field, range)).collect());
                match self.view {
                    Some(view) if field == fields.score => self.score(view, whole)?,
                    _ => whole,
                }
            }
            Fact::Date(range) => self.between(range.from, range.until),
            Fact::Newer(span) => self.between(Some(self.now.minus(*span)), None),
            Fact::Older(span) => self.between(None, Some(self.now.minus(*span))),
        })
    }

    /// A sentiment: about the brand of the watchlist asked for where that is another than as a
    /// whole.
    fn sentiment(&self, labels: &[Sentiment]) -> Part {
        let names = || labels.iter().map(|label| label.as_str());
        let whole = values(self.fields.sentiment, names());
        match self.view {
            None => whole,
            Some(view) => any(vec![
                self.tones(view, labels),
                all(vec![whole, not(self.tones(view, Sentiment::ALL))]),
            ]),
        }
    }

    /// The same for numbers; those about single brands are left to the matcher.
    fn score(&self, view: &str, whole: Part) -> tantivy::Result<Part> {
        for label in Sentiment::ALL {
            let term = Term::from_field_text(self.fields.tone, &tone(view, label.as_str()));
            if self.searcher.doc_freq(&term)? > 0 {
                let own = self.tones(view, Sentiment::ALL);
                return Ok(any(vec![whole, own.wide()]).wide());
            }
        }
        Ok(whole)
    }

    /// Whatever speaks of that brand, and not as it does as a whole, in one of these tones.
    fn tones(&self, view: &str, labels: &[Sentiment]) -> Part {
        let terms: Vec<String> = labels
            .iter()
            .map(|label| tone(view, label.as_str()))
            .collect();
        values(self.fields.tone, terms.iter().map(String::as_str))
    }

    /// Values that are names: one means every value that folds to it. The values are few; the
    /// index tells them.
    fn named(&self, field: Field, names: &[String]) -> tantivy::Result<Part> {
        let mut found = BTreeSet::new();
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(field)?;
            let mut stream = index.terms().stream()?;
            while let Some((value, _)) = stream.next() {
                let value = String::from_utf8_lossy(value);
                if names.contains(&fold::fold(value.trim())) {
                    found.insert(value.into_owned());
                }
            }
        }
        Ok(values(field, found.iter().map(String::as_str)))
    }

    fn between(&self, from: Option<Timestamp>, until: Option<Timestamp>) -> Part {
        let term = |at: Timestamp| Term::from_field_i64(self.fields.date, at.millis());
        match (from, until) {
            (None, None) => Part::everything(true),
            _ => Part::fact(RangeQuery::new(
                from.map_or(Bound::Unbounded, |at| Bound::Included(term(at))),
                until.map_or(Bound::Unbounded, |at| Bound::Excluded(term(at))),
            )),
        }
    }

    fn word(&self, field: TextField, key: &str) -> TermQuery {
        TermQuery::new(self.key(field, key), IndexRecordOption::WithFreqs)
    }

    fn key(&self, field: TextField, key: &str) -> Term {
        Term::from_field_text(self.field(field), key)
    }

    fn field(&self, field: TextField) -> Field {
        match field {
            TextField::Title => self.fields.title,
            TextField::Text => self.fields.text,
            TextField::Author => self.fields.author,
        }
    }
}

/// The bare forms of the words of a text.
fn words_of(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    words::split(text, &mut |word| {
        if word.kind == WordKind::Word {
            found.insert(word.bare.to_owned());
        }
    });
    found
}

fn key_of(pattern: &Pattern) -> String {
    index_key(pattern.kind, pattern.accented, &pattern.form)
}

/// The part of a `raw:` term whose words are whole words wherever it stands: what lies between
/// its first and its last white space. Outside, a word may go on in the neighbours.
fn inner(characters: &str) -> &str {
    let first = characters.find(char::is_whitespace);
    let last = characters.rfind(char::is_whitespace);
    first
        .zip(last)
        .and_then(|(first, last)| characters.get(first..last))
        .unwrap_or_default()
}

/// A character of a pattern in the syntax of the automaton.
fn escaped(letter: char) -> String {
    if letter.is_alphanumeric() {
        letter.to_string()
    } else {
        format!("\\x{{{:x}}}", u32::from(letter))
    }
}

fn one_or_itself(letter: char) -> String {
    match letter {
        '?' => "(?s:.)".to_owned(),
        _ => escaped(letter),
    }
}

fn boosted(part: Part) -> Part {
    Part {
        question: part
            .question
            .map(|question| Box::new(BoostQuery::new(question, TITLE_BOOST)) as Box<dyn Query>),
        ..part
    }
}

fn any(parts: Vec<Part>) -> Part {
    let exact = parts.iter().all(|part| part.exact);
    let everything_exactly = parts
        .iter()
        .any(|part| part.exact && part.question.is_none());
    let mut questions = Vec::with_capacity(parts.len());
    for part in parts {
        match part.question {
            Some(question) => questions.push(question),
            None => return Part::everything(exact || everything_exactly),
        }
    }
    Part {
        question: Some(one_or(questions, |many| {
            Box::new(BooleanQuery::union(many))
        })),
        exact,
    }
}

fn all(parts: Vec<Part>) -> Part {
    let exact = parts.iter().all(|part| part.exact);
    let questions: Vec<_> = parts.into_iter().filter_map(|part| part.question).collect();
    if questions.is_empty() {
        return Part::everything(exact);
    }
    Part {
        question: Some(one_or(questions, |many| {
            Box::new(BooleanQuery::intersection(many))
        })),
        exact,
    }
}

fn not(part: Part) -> Part {
    match part {
        Part { exact: false, .. } => Part::everything(false),
        Part { question: None, .. } => Part::exact(EmptyQuery),
        Part {
            question: Some(question),
            ..
        } => Part::exact(Complement(question)),
    }
}

fn one_or(
    mut questions: Vec<Box<dyn Query>>,
    join: impl FnOnce(Vec<Box<dyn Query>>) -> Box<dyn Query>,
) -> Box<dyn Query> {
    if questions.len() == 1
        && let Some(only) = questions.pop()
    {
        return only;
    }
    join(questions)
}

/// One of these values.
fn values<'a>(field: Field, values: impl Iterator<Item = &'a str>) -> Part {
    let terms = values.map(|value| Term::from_field_text(field, value));
    Part::fact(TermSetQuery::new(terms))
}

fn numbers(field: Field, range: &NumberRange) -> Part {
    let bound = |end: Option<(f64, bool)>, open: f64| {
        let term = |number| Term::from_field_f64(field, plain_zero(number));
        match end {
            None => Bound::Included(term(open)),
            Some((number, true)) => Bound::Included(term(number)),
            Some((number, false)) => Bound::Excluded(term(number)),
        }
    };
    Part::fact(RangeQuery::new(
        bound(range.low, f64::NEG_INFINITY),
        bound(range.high, f64::INFINITY),
    ))
}
