//! Words to numbers, and phrases as paths over those numbers.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::role::Role;

/// FNV-1a: short words hash faster with it than with the standard hasher. An attacker who finds
/// collisions makes his own text slower by the length of a bucket, no more: the tables are fixed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_u8(&mut self, _: u8) {}
}

pub(super) type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<Fnv>>;

/// The number of a word or stem of the lists.
pub(in crate::score) type WordId = u32;

/// Stands for any number, in digits or letters: `#` in a list.
pub(in crate::score) const NUMBER: WordId = 0;
/// Stands for any one word: `_` in a list.
const ANY: WordId = 1;
/// Stands for no word up to three: `...` in a list.
const GAP: WordId = 2;
/// The most words that a [`GAP`] passes over.
const WIDEST_GAP: usize = 3;
/// The bytes by which stems are found; no stem is shorter.
pub(super) const SHORTEST_STEM: usize = 4;

/// What a word of a text may be in the lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::score) struct Resolved {
    /// The word itself.
    pub(in crate::score) exact: Option<WordId>,
    /// The longest stem that it starts with.
    pub(in crate::score) stem: Option<WordId>,
    /// The word without its superlative ending.
    pub(in crate::score) plain: Option<WordId>,
    /// It is a number.
    pub(in crate::score) number: bool,
}

impl Resolved {
    /// All that it may be.
    fn ids(self) -> impl Iterator<Item = WordId> {
        let number = self.number.then_some(NUMBER);
        [self.exact, self.stem, self.plain, number]
            .into_iter()
            .flatten()
    }

    pub(in crate::score) fn is_known(self) -> bool {
        self.exact.is_some() || self.stem.is_some() || self.plain.is_some() || self.number
    }
}

/// What the entries at the end of a path say.
pub(in crate::score) type Meaning = (Role, f32);

/// A node while the trie grows.
#[derive(Debug, Default)]
struct Sprout {
    meanings: Vec<Meaning>,
    next: u64,
    any: u32,
    gap: u32,
}

/// A node of the grown trie. Most of the time of a look-up goes by waiting for memory, so it is small,
/// and the ends of phrases that mean the same are one.
#[derive(Debug, Clone, Copy, Default)]
struct Node {
    /// A bit for each word that goes on from here, by its number modulo 64: most words do not. None
    /// where no phrase goes on.
    next: u64,
    /// What follows any word and any words; 0 is none.
    any: u32,
    gap: u32,
    /// Its meanings in [`Trie::said`].
    said: (u32, u32),
}

#[derive(Debug, Clone, Copy)]
struct Word {
    id: WordId,
    /// The longest stem that it starts with, once [`Trie::finish`] looked for it, doubled; odd where
    /// the word is a number. 0 is no stem.
    stem_and_number: u32,
}

impl Word {
    fn stem(self) -> Option<WordId> {
        Some(self.stem_and_number >> 1).filter(|stem| *stem != 0)
    }

    fn is_number(self) -> bool {
        self.stem_and_number & 1 != 0
    }
}

/// The words and phrases of a language.
#[derive(Debug)]
pub(in crate::score) struct Trie {
    /// By [`hash_of`]: no two words of the lists share one, and a strange word that did would be
    /// taken for a known one, no worse.
    words: FastMap<u64, Word>,
    /// The words as they are written.
    written: Vec<Box<str>>,
    stems: FastMap<[u8; SHORTEST_STEM], Vec<(Box<str>, WordId)>>,
    next_word: WordId,
    /// The nodes until [`Trie::finish`] packs them.
    sprouts: Vec<Sprout>,
    nodes: Vec<Node>,
    said: Vec<Meaning>,
    /// The edges of the first node by word: what every word of a text is asked for. 0 is none.
    first: Vec<u32>,
    edges: FastMap<u64, u32>,
}

impl Default for Trie {
    fn default() -> Self {
        Self {
            words: FastMap::default(),
            written: Vec::new(),
            stems: FastMap::default(),
            next_word: GAP + 1,
            sprouts: vec![Sprout::default()],
            nodes: Vec::new(),
            said: Vec::new(),
            first: Vec::new(),
            edges: FastMap::default(),
        }
    }
}

impl Trie {
    /// Adds a phrase of folded words; a later meaning in the same role replaces an earlier one.
    pub(super) fn insert<'w>(&mut self, phrase: impl Iterator<Item = &'w str>, meaning: Meaning) {
        let mut node = 0;
        for word in phrase {
            if meaning.0 == Role::Number {
                self.intern(word);
                if let Some(known) = self.words.get_mut(&hash_of(word)) {
                    known.stem_and_number |= 1;
                }
                return;
            }
            let word = self.intern(word);
            node = self.grow(node, word);
        }
        if let Some(end) = self.sprouts.get_mut(node as usize).filter(|_| node != 0) {
            match end.meanings.iter_mut().find(|(role, _)| *role == meaning.0) {
                Some(known) => *known = meaning,
                None => end.meanings.push(meaning),
            }
        }
    }

    fn intern(&mut self, word: &str) -> WordId {
        match word {
            "#" => return NUMBER,
            "_" => return ANY,
            "..." => return GAP,
            _ => {}
        }
        let next = self.next_word;
        if let Some(stem) = word.strip_suffix('*') {
            let Some(&first) = stem.as_bytes().first_chunk() else {
                return self.intern(stem);
            };
            let bucket = self.stems.entry(first).or_default();
            if let Some((_, id)) = bucket.iter().find(|(known, _)| **known == *stem) {
                return *id;
            }
            bucket.push((stem.into(), next));
            bucket.sort_by_key(|(stem, _)| std::cmp::Reverse(stem.len()));
        } else {
            if let Some(known) = self.words.get(&hash_of(word)) {
                return known.id;
            }
            self.written.push(word.into());
            self.words.insert(
                hash_of(word),
                Word {
                    id: next,
                    stem_and_number: 0,
                },
            );
        }
        self.next_word += 1;
        next
    }

    fn grow(&mut self, node: u32, word: WordId) -> u32 {
        let known = if node == 0 {
            self.first(word)
        } else {
            self.edges.get(&edge(node, word)).copied()
        };
        if let Some(child) = known {
            return child;
        }
        let child = u32::try_from(self.sprouts.len()).unwrap_or(u32::MAX);
        self.sprouts.push(Sprout::default());
        if let Some(parent) = self.sprouts.get_mut(node as usize) {
            parent.next |= 1 << (word % 64);
            match word {
                ANY => parent.any = child,
                GAP => parent.gap = child,
                _ => {}
            }
        }
        if node == 0 {
            let place = word as usize;
            if self.first.len() <= place {
                self.first.resize(place + 1, 0);
            }
            self.first[place] = child;
        } else {
            self.edges.insert(edge(node, word), child);
        }
        child
    }

    fn first(&self, word: WordId) -> Option<u32> {
        let child = self.first.get(word as usize)?;
        Some(*child).filter(|child| *child != 0)
    }

    /// Notes the stems of all known words, so that a text need not look for them, and packs the nodes.
    pub(super) fn finish(&mut self) {
        self.pack();
        let found: Vec<(u64, WordId)> = self
            .written
            .iter()
            .filter_map(|word| Some((hash_of(word), self.stem_of(word)?)))
            .collect();
        for (word, stem) in found {
            if let Some(known) = self.words.get_mut(&word) {
                known.stem_and_number |= stem << 1;
            }
        }
    }

    fn pack(&mut self) {
        let sprouts = std::mem::take(&mut self.sprouts);
        let mut ends: FastMap<Vec<(Role, u32)>, u32> = FastMap::default();
        let mut new_number = Vec::with_capacity(sprouts.len());
        for sprout in &sprouts {
            let at = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
            if sprout.next == 0 && at > 0 {
                let means = sprout
                    .meanings
                    .iter()
                    .map(|(role, value)| (*role, value.to_bits()));
                let same = *ends.entry(means.collect()).or_insert(at);
                if same != at {
                    new_number.push(same);
                    continue;
                }
            }
            new_number.push(at);
            let place = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
            let from = place(self.said.len());
            self.said.extend(&sprout.meanings);
            self.nodes.push(Node {
                next: sprout.next,
                any: sprout.any,
                gap: sprout.gap,
                said: (from, place(self.said.len())),
            });
        }
        let renumber = |node: &mut u32| {
            *node = new_number.get(*node as usize).copied().unwrap_or_default();
        };
        for node in &mut self.nodes {
            renumber(&mut node.any);
            renumber(&mut node.gap);
        }
        self.first.iter_mut().for_each(renumber);
        let edges = std::mem::take(&mut self.edges);
        self.edges = edges
            .into_iter()
            .map(|(from, mut to)| {
                let (mut parent, word) = ends_of(from);
                renumber(&mut parent);
                renumber(&mut to);
                (edge(parent, word), to)
            })
            .collect();
    }

    fn said(&self, node: Node) -> &[Meaning] {
        self.said
            .get(node.said.0 as usize..node.said.1 as usize)
            .unwrap_or_default()
    }

    fn stem_of(&self, word: &str) -> Option<WordId> {
        let first = word.as_bytes().first_chunk()?;
        let bucket = self.stems.get::<[u8; SHORTEST_STEM]>(first)?;
        let (_, id) = bucket
            .iter()
            .find(|(stem, _)| word.starts_with(stem.as_ref()))?;
        Some(*id)
    }

    /// The words that are known as they are.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.written.iter().map(AsRef::as_ref)
    }

    /// Whether a folded word is written out in the lists.
    pub(in crate::score) fn knows(&self, word: &str) -> bool {
        self.words.contains_key(&hash_of(word))
    }

    /// Looks a folded word up.
    pub(in crate::score) fn resolve(&self, word: &str) -> Resolved {
        self.resolve_hashed(word, hash_of(word))
    }

    /// The same, where the hash of the word is known.
    pub(in crate::score) fn resolve_hashed(&self, word: &str, hash: u64) -> Resolved {
        let exact = self.words.get(&hash);
        Resolved {
            exact: exact.map(|known| known.id),
            stem: exact.map_or_else(|| self.stem_of(word), |known| known.stem()),
            plain: None,
            number: exact.is_some_and(|known| known.is_number()),
        }
    }

    /// What a word says where it stands alone.
    pub(in crate::score) fn meanings_of(&self, word: Resolved) -> &[Meaning] {
        word.exact
            .and_then(|id| self.first(id))
            .and_then(|node| self.nodes.get(node as usize))
            .map_or(&[], |node| self.said(*node))
    }

    /// Visits every entry that starts at `at`, with the place after its last word. `words` gives
    /// what stands at a place and the place after it, and `None` where no phrase can go on.
    pub(in crate::score) fn visit(
        &self,
        at: usize,
        words: &impl Fn(usize) -> Option<(Resolved, usize)>,
        seen: &mut impl FnMut(&[Meaning], usize),
    ) {
        let Some((word, next)) = words(at) else {
            return;
        };
        for id in word.ids() {
            if let Some(child) = self.first(id) {
                self.walk(child, next, words, seen);
            }
        }
        if let Some(root) = self.nodes.first().filter(|root| root.any != 0) {
            self.walk(root.any, next, words, seen);
        }
    }

    fn walk(
        &self,
        node: u32,
        at: usize,
        words: &impl Fn(usize) -> Option<(Resolved, usize)>,
        seen: &mut impl FnMut(&[Meaning], usize),
    ) {
        let Some(&here) = self.nodes.get(node as usize) else {
            return;
        };
        let said = self.said(here);
        if !said.is_empty() {
            seen(said, at);
        }
        if here.next == 0 {
            return;
        }
        if here.gap != 0 {
            let mut from = at;
            for _ in 0..=WIDEST_GAP {
                self.step(here.gap, from, words, seen);
                match words(from) {
                    Some((_, next)) => from = next,
                    None => break,
                }
            }
        }
        self.step(node, at, words, seen);
    }

    fn step(
        &self,
        node: u32,
        at: usize,
        words: &impl Fn(usize) -> Option<(Resolved, usize)>,
        seen: &mut impl FnMut(&[Meaning], usize),
    ) {
        let Some(&here) = self.nodes.get(node as usize) else {
            return;
        };
        let Some((word, next)) = words(at) else {
            return;
        };
        for id in word.ids() {
            if here.next & (1 << (id % 64)) != 0
                && let Some(&child) = self.edges.get(&edge(node, id))
            {
                self.walk(child, next, words, seen);
            }
        }
        if here.any != 0 {
            self.walk(here.any, next, words, seen);
        }
    }
}

/// What a word is looked up by: eight bytes at a time, as most words have no more.
pub(in crate::score) fn hash_of(word: &str) -> u64 {
    let (chunks, rest) = word.as_bytes().as_chunks::<8>();
    let last = rest
        .iter()
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
    let mix = |hash: u64, bytes: u64| {
        let mixed = (hash ^ bytes).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 32)
    };
    let whole = chunks.iter().map(|chunk| u64::from_le_bytes(*chunk));
    let length = u64::try_from(word.len()).unwrap_or(u64::MAX);
    mix(whole.fold(length, mix), last)
}

fn edge(node: u32, word: WordId) -> u64 {
    (u64::from(node) << 32) | u64::from(word)
}

/// The node and the word of an [`edge`].
fn ends_of(edge: u64) -> (u32, WordId) {
    let word = u32::try_from(edge & u64::from(u32::MAX));
    let node = u32::try_from(edge >> 32);
    (node.unwrap_or_default(), word.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(entries: &[&str], text: &str) -> Vec<(usize, usize)> {
        let mut trie = Trie::default();
        for entry in entries {
            trie.insert(entry.split(' '), (Role::Sentiment, 1.0));
        }
        trie.finish();
        let words: Vec<Resolved> = text
            .split(' ')
            .map(|word| {
                let mut resolved = trie.resolve(word);
                resolved.number = word.parse::<u32>().is_ok();
                resolved
            })
            .collect();
        let at = |place: usize| words.get(place).map(|word| (*word, place + 1));
        let mut out = Vec::new();
        for place in 0..words.len() {
            trie.visit(place, &at, &mut |_, end| out.push((place, end)));
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    #[test]
    fn finds_phrases_stems_numbers_and_gaps() {
        for (entries, text, expected) in [
            (&["perde acqua"][..], "mi perde acqua ora", &[(1, 3)][..]),
            (&["delus*"], "sono delusissima", &[(1, 2)]),
            (&["# volta che"], "la 4 volta che", &[(1, 4)]),
            (&["da _ giorni"], "da molti giorni", &[(0, 3)]),
            (
                &["non ... rispost*"],
                "non mi avete mai risposto",
                &[(0, 5)],
            ),
            (
                &["non ... rispost*"],
                "non mi avete proprio mai risposto",
                &[],
            ),
            (&["a", "a b"], "a b", &[(0, 1), (0, 2)]),
        ] {
            assert_eq!(found(entries, text), expected, "{entries:?} in {text}");
        }
    }
}
