//! The patterns of all queries of a set, found in one pass over a text.
//!
//! Each different pattern is one atom. A word of the text is looked up once in a hash table for
//! whole words; beginnings (`rimbors*`) cost one more look-up for each length that some pattern
//! with the same three first bytes has. So the cost of a word hardly depends on how many atoms
//! there are.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};

use super::ast::{Pattern, Shape};
use super::fold;
use super::keys::Keys;
use super::matcher::{TEXT, TITLE};
use super::sign;
use super::words::{self, Word, WordKind};

/// The number of an atom in its set.
pub(crate) type AtomId = u32;

/// A place where an atom stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) atom: AtomId,
    /// The number of the text among those that were read.
    pub(crate) field: u8,
    /// The number of words before it, and the number of words it takes.
    pub(crate) position: u32,
    pub(crate) width: u32,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// What an atom is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Atom {
    Pattern(Pattern),
    Exact(String),
    Raw(String),
}

impl Atom {
    /// A guess from its length: each further letter makes a word four times rarer.
    fn frequency(&self) -> u32 {
        let form = match self {
            Self::Pattern(pattern) => &pattern.form,
            Self::Exact(word) | Self::Raw(word) => word,
        };
        let letters = form.chars().filter(|&c| c != '?').take(10).count();
        1 << (2 * (10 - letters))
    }
}

/// Multiply and rotate, eight bytes at a time (the hash of the Rust compiler's own tables). The
/// keys are the user's terms; a text can only look them up, so it cannot make them collide.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Multiply(u64);

const FACTOR: u64 = 0xf135_7aea_2e62_a9c5;

impl Multiply {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(26) ^ word).wrapping_mul(FACTOR);
    }
}

impl Hasher for Multiply {
    fn write(&mut self, bytes: &[u8]) {
        // The first and the last eight bytes may overlap: no byte is left out, and none is copied.
        let (eights, _) = bytes.as_chunks::<8>();
        if let Some(last) = bytes.last_chunk::<8>() {
            for eight in eights {
                self.mix(u64::from_le_bytes(*eight));
            }
            self.mix(u64::from_le_bytes(*last));
        } else if let (Some(first), Some(last)) =
            (bytes.first_chunk::<4>(), bytes.last_chunk::<4>())
        {
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            self.mix(u64::from(first) | u64::from(last) << 32);
        } else if let (Some(first), Some(last)) = (bytes.first(), bytes.last()) {
            let middle = bytes.get(bytes.len() / 2).copied().unwrap_or(0);
            self.mix(u64::from(*first) | u64::from(middle) << 8 | u64::from(*last) << 16);
        }
        self.mix(bytes.len() as u64);
    }

    fn write_u8(&mut self, byte: u8) {
        self.mix(byte.into());
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(20)
    }
}

type Table<K, V> = HashMap<K, V, BuildHasherDefault<Multiply>>;

/// Tells of most words that no pattern is filed under them, in one look: few words of a
/// text are terms.
#[derive(Debug, Clone, Default)]
struct Filter {
    /// A power of two of them, or none.
    bits: Vec<u64>,
    shift: u32,
}

impl Filter {
    const BITS_EACH: usize = 16;

    fn of<'k>(keys: impl ExactSizeIterator<Item = &'k str>) -> Self {
        if keys.len() == 0 {
            return Self::default();
        }
        let words = (keys.len() * Self::BITS_EACH / 64)
            .next_power_of_two()
            .max(8);
        let mut filter = Self {
            bits: vec![0; words],
            shift: 64 - (words * 64).trailing_zeros(),
        };
        for key in keys {
            let (at, bits) = filter.place(key);
            if let Some(word) = filter.bits.get_mut(at) {
                *word |= bits;
            }
        }
        filter
    }

    /// Two bits of one word, so that one look is enough.
    fn place(&self, key: &str) -> (usize, u64) {
        let mut hasher = Multiply::default();
        hasher.write(key.as_bytes());
        let second = 1 << ((hasher.0 >> 20) % 64);
        let bit = usize::try_from(hasher.0 >> self.shift).unwrap_or(0);
        (bit / 64, 1 << (bit % 64) | second)
    }

    fn may_hold(&self, key: &str) -> bool {
        if self.bits.is_empty() {
            return false;
        }
        let (at, bits) = self.place(key);
        self.bits.get(at).is_some_and(|word| word & bits == bits)
    }
}

/// An atom of a whole word, filed under the word's bare form.
#[derive(Debug, Clone)]
struct Whole {
    atom: AtomId,
    check: Check,
}

#[derive(Debug, Clone)]
enum Check {
    /// The bare form is all.
    Bare,
    /// The folded form is this.
    Folded(Box<str>),
    /// The word as it stands is this, but for NFC.
    Exact(Box<str>),
}

/// An atom of a beginning, filed under its letters before the first `?`.
#[derive(Debug, Clone)]
struct Head {
    atom: AtomId,
    form: Box<str>,
    shape: Shape,
}

/// Beginnings of one kind of token in one of its two forms.
#[derive(Debug, Clone, Default)]
struct Heads {
    by_head: Table<Box<str>, Vec<Head>>,
    /// For the first three bytes of a word (hashed), the lengths of heads that begin so, as bits.
    lengths: Vec<u64>,
    /// Wildcards with less than three bytes before the first `?`.
    short: Vec<Head>,
}

/// The longest head that is filed, in bytes; longer ones are filed by their beginning.
const LONGEST_HEAD: usize = 63;
const SLOTS: usize = 4096;

impl Heads {
    fn is_empty(&self) -> bool {
        self.by_head.is_empty() && self.short.is_empty()
    }

    fn slot(word: &[u8]) -> usize {
        match word {
            [a, b, c, ..] => {
                let mixed = u32::from(*a) | u32::from(*b) << 8 | u32::from(*c) << 16;
                (mixed.wrapping_mul(0x9E37_79B1) >> 20) as usize
            }
            _ => 0,
        }
    }

    fn insert(&mut self, head: Head) {
        let literal = head.form.split('?').next().unwrap_or_default();
        let mut length = literal.len().min(LONGEST_HEAD);
        while !literal.is_char_boundary(length) {
            length -= 1;
        }
        if length < 3 {
            self.short.push(head);
            return;
        }
        self.lengths.resize(SLOTS, 0);
        if let Some(bits) = self.lengths.get_mut(Self::slot(literal.as_bytes())) {
            *bits |= 1 << length;
        }
        let key = literal.get(..length).unwrap_or_default();
        if let Some(heads) = self.by_head.get_mut(key) {
            heads.push(head);
        } else {
            self.by_head.insert(key.into(), vec![head]);
        }
    }

    fn find(&self, word: &str, tell: &mut impl FnMut(AtomId)) {
        for head in &self.short {
            if fits(&head.form, head.shape, word) {
                tell(head.atom);
            }
        }
        let mut bits = if word.len() < 3 {
            0
        } else {
            self.lengths
                .get(Self::slot(word.as_bytes()))
                .copied()
                .unwrap_or(0)
        };
        while bits != 0 {
            let length = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            let Some(heads) = word.get(..length).and_then(|key| self.by_head.get(key)) else {
                continue;
            };
            for head in heads {
                if fits(&head.form, head.shape, word) {
                    tell(head.atom);
                }
            }
        }
    }
}

/// Whether a word fits a pattern's form.
fn fits(form: &str, shape: Shape, word: &str) -> bool {
    match shape {
        Shape::Whole => form == word,
        Shape::Prefix => word.starts_with(form),
        Shape::Wildcard { open } => {
            let mut letters = word.chars();
            for wanted in form.chars() {
                match letters.next() {
                    Some(letter) if wanted == '?' || wanted == letter => {}
                    _ => return false,
                }
            }
            open || letters.next().is_none()
        }
    }
}

/// The atoms of one kind of token.
#[derive(Debug, Clone, Default)]
struct Kind {
    whole: Table<Box<str>, Vec<Whole>>,
    /// Of the keys of `whole`.
    filter: Filter,
    bare_heads: Heads,
    folded_heads: Heads,
}

impl Kind {
    fn find(&self, text: &str, word: &Word<'_>, tell: &mut impl FnMut(AtomId)) {
        if self.filter.may_hold(word.bare)
            && let Some(all) = self.whole.get(word.bare)
        {
            for whole in all {
                let equal = match &whole.check {
                    Check::Bare => true,
                    Check::Folded(form) => **form == *word.folded,
                    Check::Exact(form) => text
                        .get(word.start..word.end)
                        .is_some_and(|written| same(form, written)),
                };
                if equal {
                    tell(whole.atom);
                }
            }
        }
        if !self.bare_heads.is_empty() {
            self.bare_heads.find(word.bare, tell);
        }
        if !self.folded_heads.is_empty() {
            self.folded_heads.find(word.folded, tell);
        }
    }
}

fn same(form: &str, written: &str) -> bool {
    form == written
        || ((!written.is_ascii() || written.contains("[.]"))
            && fold::exact(&written.replace("[.]", ".")) == form)
}

/// Collects the atoms of a set; equal patterns are one.
#[derive(Debug, Default)]
pub(crate) struct AtomsBuilder {
    ids: Table<Atom, AtomId>,
    /// How often each atom may be expected, by its number.
    frequencies: Vec<u32>,
}

impl AtomsBuilder {
    pub(crate) fn pattern(&mut self, pattern: &Pattern) -> AtomId {
        self.id(Atom::Pattern(pattern.clone()))
    }

    pub(crate) fn exact(&mut self, word: &str) -> AtomId {
        self.id(Atom::Exact(word.to_owned()))
    }

    pub(crate) fn raw(&mut self, characters: &str) -> AtomId {
        self.id(Atom::Raw(characters.to_owned()))
    }

    fn id(&mut self, atom: Atom) -> AtomId {
        let next = AtomId::try_from(self.ids.len()).unwrap_or(AtomId::MAX);
        let frequency = atom.frequency();
        let id = *self.ids.entry(atom).or_insert(next);
        if id == next {
            self.frequencies.push(frequency);
        }
        id
    }

    /// How often the atom may be expected in a text, compared with others.
    pub(crate) fn frequency(&self, atom: AtomId) -> u32 {
        self.frequencies.get(atom as usize).copied().unwrap_or(1)
    }

    pub(crate) fn build(self) -> Atoms {
        let mut atoms = Atoms::default();
        let mut raws = Vec::new();
        for (atom, id) in self.ids {
            match atom {
                Atom::Pattern(pattern) => atoms.insert(pattern, id),
                Atom::Exact(word) => {
                    let check = Check::Exact(word.as_str().into());
                    atoms.file(
                        WordKind::Word,
                        &fold::bare(&word),
                        Whole { atom: id, check },
                    );
                }
                Atom::Raw(characters) => raws.push((characters, id)),
            }
        }
        for kind in &mut atoms.kinds {
            kind.filter = Filter::of(kind.whole.keys().map(|key| &**key));
        }
        raws.sort_by_key(|(_, id)| *id);
        let needles = raws.iter().map(|(characters, _)| characters);
        // Overlaps are asked for one after the other; the automaton without a table of all
        // transitions keeps memory in proportion to the characters.
        let kind = (raws.len() > 64).then_some(AhoCorasickKind::ContiguousNFA);
        atoms.raw = AhoCorasickBuilder::new()
            .match_kind(MatchKind::Standard)
            .kind(kind)
            .build(needles)
            .ok()
            .filter(|_| !raws.is_empty());
        atoms.raws = raws;
        atoms
    }
}

/// The atoms of a set, ready to be looked up.
#[derive(Debug, Clone, Default)]
pub(crate) struct Atoms {
    kinds: [Kind; 5],
    raw: Option<AhoCorasick>,
    raws: Vec<(String, AtomId)>,
}

const fn slot(kind: WordKind) -> usize {
    match kind {
        WordKind::Word => 0,
        WordKind::Hashtag => 1,
        WordKind::Handle => 2,
        WordKind::Host => 3,
        WordKind::Emoji => 4,
    }
}

impl Atoms {
    fn insert(&mut self, pattern: Pattern, atom: AtomId) {
        let Pattern {
            kind,
            shape,
            form,
            accented,
        } = pattern;
        if shape != Shape::Whole {
            let form = form.into();
            let head = Head { atom, form, shape };
            if let Some(kind) = self.kinds.get_mut(slot(kind)) {
                if accented {
                    kind.folded_heads.insert(head);
                } else {
                    kind.bare_heads.insert(head);
                }
            }
        } else if accented {
            let bare = if kind == WordKind::Emoji {
                form.chars().filter(|&c| !fold::skin_tone(c)).collect()
            } else {
                fold::bare(&form)
            };
            let check = Check::Folded(form.into());
            self.file(kind, &bare, Whole { atom, check });
        } else {
            let check = Check::Bare;
            self.file(kind, &form, Whole { atom, check });
        }
    }

    fn file(&mut self, kind: WordKind, bare: &str, whole: Whole) {
        let Some(kind) = self.kinds.get_mut(slot(kind)) else {
            return;
        };
        if let Some(all) = kind.whole.get_mut(bare) {
            all.push(whole);
        } else {
            kind.whole.insert(bare.into(), vec![whole]);
        }
    }

    /// Finds every atom in a text, in no particular order; the terms of a title or text are noted
    /// in `keys`.
    pub(crate) fn find(&self, text: &str, field: u8, keys: Option<&Keys>, found: &mut Vec<Found>) {
        let mut raws = self.find_raw(text, field);
        let mut borders: Vec<(usize, usize)> = Vec::new();
        let mut look = |word: Word<'_>| {
            if !raws.is_empty() && word.kind == WordKind::Word {
                borders.push((word.start, word.end));
            }
            let Some(kind) = self.kinds.get(slot(word.kind)) else {
                return;
            };
            kind.find(text, &word, &mut |atom| {
                found.push(Found {
                    atom,
                    field,
                    position: word.position,
                    width: word.width,
                    start: word.start,
                    end: word.end,
                });
            });
        };
        match (keys, field) {
            (Some(keys), TITLE) => keys.split_title(text, &mut look),
            (Some(keys), TEXT) => keys.split_text(text, &mut look),
            _ => words::split(text, &mut look),
        }
        for raw in &mut raws {
            let first = borders.partition_point(|(_, end)| *end <= raw.start);
            let after = borders.partition_point(|(start, _)| *start < raw.end);
            raw.position = u32::try_from(first).unwrap_or(u32::MAX);
            raw.width = u32::try_from(after.saturating_sub(first)).unwrap_or(0);
        }
        found.append(&mut raws);
    }

    fn find_raw(&self, text: &str, field: u8) -> Vec<Found> {
        let Some(automaton) = &self.raw else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for hit in automaton.find_overlapping_iter(text) {
            let Some((needle, atom)) = self.raws.get(hit.pattern().as_usize()) else {
                continue;
            };
            let (before, after) = (text.get(..hit.start()), text.get(hit.end()..));
            let first = needle.chars().next().is_some_and(char::is_alphanumeric);
            let last = needle
                .chars()
                .next_back()
                .is_some_and(char::is_alphanumeric);
            let joined = |letter: char| sign::tag_letter(letter) && letter != '_';
            let grown = first
                && before
                    .and_then(|text| text.chars().next_back())
                    .is_some_and(joined)
                || last
                    && after
                        .and_then(|text| text.chars().next())
                        .is_some_and(joined);
            if !grown {
                found.push(Found {
                    atom: *atom,
                    field,
                    position: 0,
                    width: 0,
                    start: hit.start(),
                    end: hit.end(),
                });
            }
        }
        found
    }
}
