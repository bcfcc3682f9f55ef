//! Deciding: a compiled query against what was found of its atoms in a mention.

use super::ast::{Fact, Node, NodeKind, TermKind, TextField};
use super::atoms::{AtomId, AtomsBuilder, Found};
use super::document::Document;
use super::fact;
use super::place::{self, Place};
use crate::model::{Hit, HitField, Timestamp, WatchlistId};

/// A place that matched: bytes `start..end` of a field.
///
/// In [`HitField::Author`] they are bytes of the author's name, or of the handle where the term
/// stands there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Where the place is.
    pub field: HitField,
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The term, as it is written in the query.
    pub term: String,
}

impl Span {
    /// The place as what a watchlist found.
    pub fn into_hit(self, watchlist: WatchlistId) -> Hit {
        Hit {
            watchlist,
            field: self.field,
            start: self.start,
            end: self.end,
            term: self.term,
        }
    }
}

/// The texts of a mention that terms can stand in, by number.
pub(crate) const TITLE: u8 = 0;
pub(crate) const TEXT: u8 = 1;
pub(crate) const NAME: u8 = 2;
pub(crate) const HANDLE: u8 = 3;

/// A query as the matcher takes it; its shape is that of the tree.
#[derive(Debug, Clone)]
pub(crate) enum Plan {
    Or(Choice),
    And(Vec<Plan>),
    Not(Box<Plan>),
    Except(Box<Plan>, Box<Plan>),
    Near {
        sides: Box<(Plan, Plan)>,
        distance: u32,
        ordered: bool,
    },
    Term {
        atoms: Box<[AtomId]>,
        slop: u32,
        /// The number of its writing.
        term: u32,
        scope: Option<TextField>,
    },
    Fact(Fact),
    /// A field's or a name's content.
    Inside(Box<Plan>),
}

/// The parts of an `OR`. Where there are many, only those are looked at of which something stands
/// in the mention.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub(crate) parts: Vec<Plan>,
    /// Atom and part, in order; a part without its atoms cannot match.
    wanted: Vec<(AtomId, u32)>,
    /// Parts that may match without any atom.
    free: Vec<u32>,
}

impl Choice {
    /// What is wanted from this atom on.
    fn from(&self, atom: AtomId) -> &[(AtomId, u32)] {
        let number = |at: usize| self.wanted.get(at).map(|(wanted, _)| *wanted);
        // A list of new terms has atoms of consecutive numbers: no search is needed.
        let guess = atom.saturating_sub(number(0).unwrap_or(0)) as usize;
        let right = number(guess) == Some(atom)
            && (guess == 0 || number(guess - 1).is_some_and(|before| before < atom));
        let from = if right {
            guess
        } else {
            self.wanted.partition_point(|(wanted, _)| *wanted < atom)
        };
        self.wanted.get(from..).unwrap_or_default()
    }
}

/// From how many parts on it pays to look for those that can match.
const FEW: usize = 6;

/// Compiles a tree. `terms` collects how terms are written.
pub(crate) fn compile(
    node: &Node,
    scope: Option<TextField>,
    atoms: &mut AtomsBuilder,
    terms: &mut Vec<Box<str>>,
) -> Plan {
    let mut inner = |node: &Node| Box::new(compile(node, scope, atoms, terms));
    match &node.kind {
        NodeKind::Not(node) => Plan::Not(inner(node)),
        NodeKind::Except { keep, without } => Plan::Except(inner(keep), inner(without)),
        NodeKind::Near {
            left,
            right,
            distance,
            ordered,
        } => Plan::Near {
            sides: Box::new((*inner(left), *inner(right))),
            distance: *distance,
            ordered: *ordered,
        },
        NodeKind::Named { node, .. } => Plan::Inside(inner(node)),
        NodeKind::Within { field, node } => {
            Plan::Inside(Box::new(compile(node, Some(*field), atoms, terms)))
        }
        NodeKind::And(parts) => Plan::And(parts.iter().map(|part| *inner(part)).collect()),
        NodeKind::Or(parts) => {
            let parts = parts.iter().map(|part| *inner(part)).collect();
            Plan::Or(choice(parts, atoms))
        }
        NodeKind::Fact(fact) => Plan::Fact(fact.clone()),
        NodeKind::Term(found) => {
            let term = u32::try_from(terms.len()).unwrap_or(u32::MAX);
            terms.push(found.written.as_str().into());
            let (atoms, slop) = match &found.kind {
                TermKind::Words { patterns, slop } => (
                    patterns.iter().map(|one| atoms.pattern(one)).collect(),
                    *slop,
                ),
                TermKind::Exact(words) => (words.iter().map(|word| atoms.exact(word)).collect(), 0),
                TermKind::Raw(characters) => (Box::from([atoms.raw(characters)]), 0),
            };
            Plan::Term {
                atoms,
                slop,
                term,
                scope,
            }
        }
    }
}

fn is_within(field: u8, scope: Option<TextField>) -> bool {
    match scope {
        None => matches!(field, TITLE | TEXT),
        Some(TextField::Title) => field == TITLE,
        Some(TextField::Text) => field == TEXT,
        Some(TextField::Author) => matches!(field, NAME | HANDLE),
    }
}

fn choice(parts: Vec<Plan>, atoms: &AtomsBuilder) -> Choice {
    let (mut wanted, mut free) = (Vec::new(), Vec::new());
    if parts.len() > FEW {
        for (at, part) in (0..).zip(&parts) {
            match triggers(part, atoms) {
                Some(atoms) => wanted.extend(atoms.into_iter().map(|atom| (atom, at))),
                None => free.push(at),
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
    }
    Choice {
        parts,
        wanted,
        free,
    }
}

/// Atoms of which at least one stands in every mention that matches, the rarest where there is a
/// choice; `None` where it may match without any.
pub(crate) fn triggers(plan: &Plan, atoms: &AtomsBuilder) -> Option<Vec<AtomId>> {
    let frequency = |of: &Vec<AtomId>| -> u64 {
        let each = of.iter().map(|atom| u64::from(atoms.frequency(*atom)));
        each.sum()
    };
    match plan {
        Plan::Or(choice) => {
            let mut all = Vec::new();
            for part in &choice.parts {
                all.extend(triggers(part, atoms)?);
            }
            Some(all)
        }
        Plan::And(parts) => parts
            .iter()
            .filter_map(|part| triggers(part, atoms))
            .min_by_key(frequency),
        Plan::Near { sides, .. } => [&sides.0, &sides.1]
            .into_iter()
            .filter_map(|side| triggers(side, atoms))
            .min_by_key(frequency),
        Plan::Not(_) | Plan::Fact(_) => None,
        Plan::Except(keep, _) => triggers(keep, atoms),
        Plan::Inside(inner) => triggers(inner, atoms),
        Plan::Term { atoms: words, .. } => words
            .iter()
            .min_by_key(|atom| atoms.frequency(**atom))
            .map(|atom| vec![*atom]),
    }
}

/// What was found in one mention, and the mention.
#[derive(Debug)]
pub(crate) struct Hearing<'h> {
    pub(crate) document: &'h Document<'h>,
    pub(crate) now: Timestamp,
    pub(crate) terms: &'h [Box<str>],
    found: Vec<Found>,
    /// The atoms that were found, each with its part of `found`.
    touched: Vec<(AtomId, usize, usize)>,
}

impl<'h> Hearing<'h> {
    pub(crate) fn new(
        document: &'h Document<'h>,
        now: Timestamp,
        terms: &'h [Box<str>],
        mut found: Vec<Found>,
    ) -> Self {
        found.sort_unstable_by_key(|one| (one.atom, one.field, one.position, one.start, one.end));
        let mut touched: Vec<(AtomId, usize, usize)> = Vec::new();
        for (at, one) in found.iter().enumerate() {
            match touched.last_mut() {
                Some(last) if last.0 == one.atom => last.2 = at + 1,
                _ => touched.push((one.atom, at, at + 1)),
            }
        }
        Self {
            document,
            now,
            terms,
            found,
            touched,
        }
    }

    /// The atoms that were found, in order.
    pub(crate) fn atoms(&self) -> impl Iterator<Item = AtomId> {
        self.touched.iter().map(|(atom, ..)| *atom)
    }

    fn places_of(&self, atom: AtomId) -> &[Found] {
        self.touched
            .binary_search_by_key(&atom, |(touched, ..)| *touched)
            .ok()
            .and_then(|at| self.touched.get(at))
            .and_then(|&(_, from, to)| self.found.get(from..to))
            .unwrap_or_default()
    }

    /// Whether the mention matches; the places that made it are added to `spans`.
    pub(crate) fn decide(&self, plan: &Plan, spans: &mut Vec<Span>) -> bool {
        let before = spans.len();
        match plan {
            Plan::Or(choice) => {
                let mut any = false;
                self.each_possible(choice, |part| any |= self.decide(part, spans));
                any
            }
            Plan::And(parts) => {
                for part in parts {
                    if !self.decide(part, spans) {
                        spans.truncate(before);
                        return false;
                    }
                }
                true
            }
            Plan::Not(inner) => {
                let matched = self.decide(inner, spans);
                spans.truncate(before);
                !matched
            }
            Plan::Inside(inner) => self.decide(inner, spans),
            Plan::Fact(condition) => {
                if let Fact::Url { written, form } = condition {
                    spans.extend(
                        fact::url_places(form, self.document)
                            .into_iter()
                            .map(|place| Span {
                                field: HitField::Url,
                                start: place.start,
                                end: place.end,
                                term: written.clone(),
                            }),
                    );
                    spans.len() > before
                } else {
                    fact::holds(condition, self.document, self.now)
                }
            }
            Plan::Term {
                atoms, term, scope, ..
            } if atoms.len() == 1 => {
                let found = atoms.first().map_or(&[][..], |atom| self.places_of(*atom));
                let within = found.iter().filter(|one| is_within(one.field, *scope));
                spans.extend(within.map(|one| self.span(one.field, one.start, one.end, *term)));
                spans.len() > before
            }
            Plan::Term { .. } | Plan::Near { .. } | Plan::Except(..) => {
                let places = self.places(plan, false);
                self.tell(&places, spans);
                !places.is_empty()
            }
        }
    }

    fn tell(&self, places: &[Place], spans: &mut Vec<Span>) {
        for place in places {
            let parts = place.parts.iter();
            spans.extend(parts.map(|part| self.span(place.field, part.start, part.end, part.term)));
        }
    }

    fn span(&self, field: u8, start: usize, end: usize, term: u32) -> Span {
        let term = self.terms.get(term as usize);
        Span {
            field: match field {
                TITLE => HitField::Title,
                TEXT => HitField::Text,
                _ => HitField::Author,
            },
            start,
            end,
            term: term.map_or_else(String::new, ToString::to_string),
        }
    }

    fn each_possible(&self, choice: &Choice, mut look: impl FnMut(&Plan)) {
        if choice.parts.len() <= FEW {
            choice.parts.iter().for_each(look);
            return;
        }
        let mut possible = choice.free.clone();
        for atom in self.atoms() {
            let of_atom = choice.from(atom).iter();
            let of_atom = of_atom.take_while(|(wanted, _)| *wanted == atom);
            possible.extend(of_atom.map(|(_, part)| *part));
        }
        possible.sort_unstable();
        possible.dedup();
        for part in possible {
            if let Some(part) = choice.parts.get(part as usize) {
                look(part);
            }
        }
    }

    /// Where a part stands, in the order of the text. With `every`, all the ways to read a loose
    /// phrase are told.
    pub(crate) fn places(&self, plan: &Plan, every: bool) -> Vec<Place> {
        match plan {
            Plan::Term {
                atoms,
                slop,
                term,
                scope,
            } => self.term_places(atoms, *slop, *term, *scope, every),
            Plan::Or(choice) => {
                let mut places = Vec::new();
                self.each_possible(choice, |part| places.extend(self.places(part, every)));
                place::sort(&mut places);
                places
            }
            Plan::Near {
                sides,
                distance,
                ordered,
            } => {
                let left = self.places(&sides.0, true);
                if left.is_empty() {
                    return left;
                }
                let right = self.places(&sides.1, true);
                place::near(&left, &right, *distance, *ordered)
            }
            Plan::Except(keep, without) => {
                let keep = self.places(keep, every);
                if keep.is_empty() {
                    return keep;
                }
                place::except(keep, &self.places(without, true))
            }
            Plan::Inside(inner) => self.places(inner, every),
            // No place: the parser lets none of these stand where places are asked for.
            Plan::And(_) | Plan::Not(_) | Plan::Fact(_) => Vec::new(),
        }
    }

    fn term_places(
        &self,
        atoms: &[AtomId],
        slop: u32,
        term: u32,
        scope: Option<TextField>,
        every: bool,
    ) -> Vec<Place> {
        let within = |field: u8| is_within(field, scope);
        if let [atom] = atoms {
            return self
                .places_of(*atom)
                .iter()
                .filter(|found| within(found.field))
                .map(|found| Place::of(found, term))
                .collect();
        }
        let all: Vec<&[Found]> = atoms.iter().map(|atom| self.places_of(*atom)).collect();
        let mut places = Vec::new();
        if all.iter().any(|found| found.is_empty()) {
            return places;
        }
        for field in [TITLE, TEXT, NAME, HANDLE] {
            if !within(field) {
                continue;
            }
            let lists: Vec<Vec<Found>> = all
                .iter()
                .map(|found| {
                    let from = found.partition_point(|one| one.field < field);
                    let to = found.partition_point(|one| one.field <= field);
                    found.get(from..to).unwrap_or_default().to_vec()
                })
                .collect();
            place::phrase(&lists, slop, every, term, &mut places);
        }
        places
    }
}
