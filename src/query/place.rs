//! Places: where terms stand, how phrases are put together from words, and how far terms are from
//! each other.

use std::collections::HashSet;
use std::ops::Range;

use super::atoms::Found;

/// A span of words of one field that a part of a query matched.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) field: u8,
    /// The first word, and the word after the last.
    pub(crate) words: Range<u32>,
    /// What of it is a hit: one span for a term, two or more for `NEAR`.
    pub(crate) parts: Vec<Part>,
}

/// One term at one place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Part {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The number of the term in its set.
    pub(crate) term: u32,
}

impl Place {
    /// A single word, tag, emoji or raw text.
    pub(crate) fn of(found: &Found, term: u32) -> Self {
        Self {
            field: found.field,
            words: found.position..found.position.saturating_add(found.width),
            parts: vec![Part {
                start: found.start,
                end: found.end,
                term,
            }],
        }
    }

    fn start(&self) -> usize {
        self.parts.iter().map(|part| part.start).min().unwrap_or(0)
    }

    fn end(&self) -> usize {
        self.parts.iter().map(|part| part.end).max().unwrap_or(0)
    }
}

/// Puts places in the order of the text.
pub(crate) fn sort(places: &mut [Place]) {
    places.sort_by_cached_key(|place| (place.field, place.words.start, place.start(), place.end()));
}

/// The places of a phrase in one field, given those of its words in the order of the text.
///
/// With `every` all of them are told, else the tightest of those that end at the same word.
pub(crate) fn phrase(
    lists: &[Vec<Found>],
    slop: u32,
    every: bool,
    term: u32,
    places: &mut Vec<Place>,
) {
    let Some((firsts, rest)) = lists.split_first() else {
        return;
    };
    let loose = every && (1..=30).contains(&slop);
    let mut cursors = vec![0; rest.len()];
    let from = places.len();
    for first in firsts {
        let (mut end, mut byte) = (first.position + first.width, first.end);
        let mut width = first.width;
        let mut before = (end, byte, width);
        for (list, cursor) in rest.iter().zip(&mut cursors) {
            before = (end, byte, width);
            while list
                .get(*cursor)
                .is_some_and(|next| next.position < end || next.start < byte)
            {
                *cursor += 1;
            }
            let Some(next) = list.get(*cursor) else {
                return;
            };
            end = next.position + next.width;
            byte = next.end;
            width += next.width;
        }
        let enough = places.len() - from > MOST_WAYS;
        let mut tell = |end: u32, byte: usize, width: u32| {
            let gap = (end - first.position).saturating_sub(width);
            if gap > slop {
                return false;
            }
            places.push(Place {
                field: first.field,
                words: first.position..end,
                parts: vec![Part {
                    start: first.start,
                    end: byte,
                    term,
                }],
            });
            true
        };
        if !tell(end, byte, width) || !loose || enough {
            continue;
        }
        let (Some(list), Some(cursor)) = (rest.last(), cursors.last()) else {
            continue;
        };
        for next in list.iter().skip(cursor + 1).take(MOST_ENDS) {
            let fits = next.position >= before.0 && next.start >= before.1;
            let end = next.position + next.width;
            if fits && !tell(end, next.end, before.2 + next.width) {
                break;
            }
        }
    }
    if !every {
        tightest(places, from);
    }
}

/// Of the places from `from` on that end together, keeps the one that begins last.
fn tightest(places: &mut Vec<Place>, from: usize) {
    let mut kept = places.split_off(from);
    let mut later: Option<usize> = None;
    kept.reverse();
    kept.retain(|place| {
        let fresh = later != Some(place.end());
        later = Some(place.end());
        fresh
    });
    kept.reverse();
    places.append(&mut kept);
}

/// How many pairs are told, and for each of them how many are tried. Only a text that says the same
/// words over and over has more, and then it matched long before.
const MOST_PAIRS: usize = 16_384;
const TRIES_EACH: usize = 64;

/// How many ways to end are told of a loose phrase that begins at one word, and how many of all
/// its ways.
const MOST_ENDS: usize = 8;
const MOST_WAYS: usize = 65_536;

/// The pairs of a left and a right place with at most `distance` words in between.
pub(crate) fn near(left: &[Place], right: &[Place], distance: u32, ordered: bool) -> Vec<Place> {
    let widest = right
        .iter()
        .map(|place| place.words.end - place.words.start)
        .max()
        .unwrap_or(0);
    let mut tries = TRIES_EACH * MOST_PAIRS;
    let mut pairs = Vec::new();
    let mut seen: HashSet<(u8, Vec<Part>)> = HashSet::new();
    for one in left {
        let least = (
            one.field,
            one.words
                .start
                .saturating_sub(distance.saturating_add(widest)),
        );
        let last = one.words.end.saturating_add(distance);
        let from = right.partition_point(|place| (place.field, place.words.start) < least);
        for other in right.iter().skip(from) {
            if other.field != one.field || other.words.start > last {
                break;
            }
            tries -= 1;
            if pairs.len() >= MOST_PAIRS || tries == 0 {
                sort(&mut pairs);
                return pairs;
            }
            if !close(one, other, distance, ordered) {
                continue;
            }
            let mut parts: Vec<Part> = one.parts.iter().chain(&other.parts).cloned().collect();
            parts.sort();
            if seen.insert((one.field, parts.clone())) {
                pairs.push(Place {
                    field: one.field,
                    words: one.words.start.min(other.words.start)
                        ..one.words.end.max(other.words.end),
                    parts,
                });
            }
        }
    }
    sort(&mut pairs);
    pairs
}

fn close(left: &Place, right: &Place, distance: u32, ordered: bool) -> bool {
    let overlap = left.parts.iter().any(|one| {
        right
            .parts
            .iter()
            .any(|other| one.start < other.end && other.start < one.end)
    });
    if overlap {
        return false;
    }
    if right.start() >= left.end() {
        return right.words.start.saturating_sub(left.words.end) <= distance;
    }
    // Before the span matched so far, or between its words.
    !ordered && left.words.start.saturating_sub(right.words.end) <= distance
}

/// The places of `keep` that touch none of `without`.
pub(crate) fn except(mut keep: Vec<Place>, without: &[Place]) -> Vec<Place> {
    let mut covered: Vec<(u8, usize, usize)> = Vec::with_capacity(without.len());
    let mut spans: Vec<_> = without
        .iter()
        .map(|place| (place.field, place.start(), place.end()))
        .collect();
    spans.sort_unstable();
    for (field, start, end) in spans {
        match covered.last_mut() {
            Some(last) if last.0 == field && start < last.2 => last.2 = last.2.max(end),
            _ => covered.push((field, start, end)),
        }
    }
    keep.retain(|place| {
        !place.parts.iter().any(|part| {
            let next =
                covered.partition_point(|span| (span.0, span.2) <= (place.field, part.start));
            covered
                .get(next)
                .is_some_and(|span| span.0 == place.field && span.1 < part.end)
        })
    });
    keep
}
