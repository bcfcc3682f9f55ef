//! Many queries at once: the mention is read in one pass, and only queries of which something
//! stands in it are decided.

use super::Query;
use super::ast::{Node, NodeKind, TextField};
use super::atoms::{AtomId, Atoms, AtomsBuilder};
use super::document::Document;
use super::matcher::{HANDLE, Hearing, NAME, Plan, Span, TEXT, TITLE, compile, triggers};
use crate::model::Timestamp;
use std::borrow::Cow;

/// Queries that are asked together, each with the key that its matches are told by.
///
/// Compiling is linear in the number of terms; memory is bounded by a few hundred bytes a term.
#[derive(Debug, Clone)]
pub struct Set<K> {
    queries: Vec<(K, Plan)>,
    atoms: Atoms,
    terms: Vec<Box<str>>,
    /// The queries of each atom; a query without its atoms cannot match.
    wanted: Wanted,
    /// Queries that may match without any atom.
    free: Vec<u32>,
    authors: bool,
    texts: bool,
}

/// How many terms are expected to be found in a mention.
const EXPECTED: usize = 32;

/// The queries that ask for an atom, for every atom.
#[derive(Debug, Clone, Default)]
struct Wanted {
    /// Where in `queries` the part of each atom begins; the next one's begin is its end.
    starts: Vec<u32>,
    queries: Vec<u32>,
}

impl Wanted {
    fn of(mut pairs: Vec<(AtomId, u32)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut wanted = Self::default();
        for (number, (atom, query)) in (0..).zip(pairs) {
            if wanted.starts.len() <= atom as usize {
                wanted.starts.resize(atom as usize + 1, number);
            }
            wanted.queries.push(query);
        }
        wanted
    }

    fn by(&self, atom: AtomId) -> &[u32] {
        let at = atom as usize;
        let Some(&from) = self.starts.get(at) else {
            return &[];
        };
        let to = self.starts.get(at + 1);
        let to = to.map_or(self.queries.len(), |&to| to as usize);
        self.queries.get(from as usize..to).unwrap_or_default()
    }
}

impl<K> Set<K> {
    /// Compiles the queries.
    pub fn compile(queries: Vec<(K, Query)>) -> Self {
        Self::of_trees(
            queries
                .into_iter()
                .map(|(key, query)| (key, query.into_root()))
                .collect(),
        )
    }

    pub(crate) fn of_trees(queries: Vec<(K, Node)>) -> Self {
        let mut builder = AtomsBuilder::default();
        let mut set = Self {
            queries: Vec::with_capacity(queries.len()),
            atoms: Atoms::default(),
            terms: Vec::new(),
            wanted: Wanted::default(),
            free: Vec::new(),
            authors: false,
            texts: false,
        };
        let mut wanted = Vec::new();
        for (at, (key, root)) in (0..).zip(queries) {
            set.authors |= names_author(&root);
            let plan = compile(&root, None, &mut builder, &mut set.terms);
            match triggers(&plan, &builder) {
                Some(atoms) => wanted.extend(atoms.into_iter().map(|atom| (atom, at))),
                None => set.free.push(at),
            }
            set.queries.push((key, plan));
        }
        set.wanted = Wanted::of(wanted);
        set.texts = !set.terms.is_empty();
        set.atoms = builder.build();
        set
    }

    /// Whether no query is in it.
    pub fn is_empty(&self) -> bool {
        self.queries.is_empty()
    }

    /// The queries that match, of those that `is_wanted`, each with the places that made it match;
    /// in the order in which they were given.
    pub fn matches<'s>(
        &'s self,
        document: &Document<'_>,
        now: Timestamp,
        is_wanted: impl Fn(&K) -> bool,
    ) -> Vec<(&'s K, Vec<Span>)> {
        let hearing = self.hear(document, now);
        let mut possible = self.free.clone();
        for atom in hearing.atoms() {
            possible.extend_from_slice(self.wanted.by(atom));
        }
        possible.sort_unstable();
        possible.dedup();
        let mut matched = Vec::new();
        for at in possible {
            let Some((key, plan)) = self.queries.get(at as usize) else {
                continue;
            };
            let mut spans = Vec::new();
            if is_wanted(key) && hearing.decide(plan, &mut spans) {
                spans.sort();
                spans.dedup();
                matched.push((key, spans));
            }
        }
        matched
    }

    /// Reads a mention once.
    pub(crate) fn hear<'h>(&'h self, document: &'h Document<'_>, now: Timestamp) -> Hearing<'h> {
        let mut found = Vec::with_capacity(EXPECTED);
        if self.texts {
            if let Some(title) = document.title {
                self.atoms.find(title, TITLE, document.keys, &mut found);
            }
            self.atoms
                .find(document.text, TEXT, document.keys, &mut found);
        }
        if self.authors {
            if let Some(name) = document.author {
                self.atoms.find(name, NAME, None, &mut found);
            }
            if let Some(handle) = document.handle {
                let signed = signed(handle);
                let first = found.len();
                self.atoms.find(&signed, HANDLE, None, &mut found);
                // The places are those of the handle as it was given.
                let added = signed.len() - handle.len();
                for place in found.iter_mut().skip(first) {
                    place.start = place.start.saturating_sub(added);
                    place.end = place.end.saturating_sub(added);
                }
            }
        }
        Hearing::new(document, now, &self.terms, found)
    }

    /// The plan of the only query.
    pub(crate) fn only(&self) -> Option<&Plan> {
        self.queries.first().map(|(_, plan)| plan)
    }
}

/// An account with its sign: many sources give it without.
pub(crate) fn signed(handle: &str) -> Cow<'_, str> {
    let bare = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-');
    if !handle.is_empty() && handle.chars().all(bare) {
        Cow::Owned(format!("@{handle}"))
    } else {
        Cow::Borrowed(handle)
    }
}

fn names_author(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Term(_) | NodeKind::Fact(_) => false,
        NodeKind::Within { field, .. } => *field == TextField::Author,
        NodeKind::Not(node) | NodeKind::Named { node, .. } => names_author(node),
        NodeKind::Or(parts) | NodeKind::And(parts) => parts.iter().any(names_author),
        NodeKind::Except { keep, without } => names_author(keep) || names_author(without),
        NodeKind::Near { left, right, .. } => names_author(left) || names_author(right),
    }
}
