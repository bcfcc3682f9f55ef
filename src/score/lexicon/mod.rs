//! The lists: shipped ones, one's own, and what they become for the scorer.
//!
//! Invariant: a list that does not parse loses the lines that say nothing, and each is reported with
//! its place; the shipped lists lose none.
//! Invariant: any change of a line changes the version that every score carries.

mod paradigm;
mod parse;
mod role;
mod trie;

use std::sync::{Arc, LazyLock};

use sha2::{Digest, Sha256};

use super::fold::{Folding, fold, is_apostrophe, keeps_accent};
use crate::model::Lang;

pub use parse::ListProblem;
pub(super) use role::{Category, IntentList, Role};
use trie::FastMap;
pub(super) use trie::{Meaning, Resolved, Trie, WordId, hash_of};

/// The languages that have lists.
pub(super) const LANGUAGES: [Lang; 5] = [Lang::IT, Lang::EN, Lang::ES, Lang::FR, Lang::DE];

macro_rules! shipped {
    ($($language:literal: $($name:literal),+;)+) => {
        &[$($(($language, concat!($language, "/", $name, ".tsv"),
               include_str!(concat!("../lexicons/", $language, "/", $name, ".tsv")))),+),+]
    };
}

/// The shipped lists: language, name, text. Those of `any` serve every language.
const SHIPPED: &[(&str, &str, &str)] = shipped! {
    "any": "emoji", "faces", "intent";
    "it": "function", "rules", "faint", "sentiment", "care", "intent", "priority";
    "en": "function", "rules", "faint", "sentiment", "care", "intent", "priority";
    "es": "function", "rules", "sentiment", "intent", "priority";
    "fr": "function", "rules", "sentiment", "intent", "priority";
    "de": "function", "rules", "sentiment", "intent", "priority";
    "other": "function";
};

/// A line of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The list that it stands in: `it/sentiment.tsv`.
    pub list: String,
    /// Its line there, from 1.
    pub line: usize,
    /// Whether the list came on top of the shipped ones.
    pub own: bool,
    /// The term as it is written there: `perde acqua`, `delus*`, `lent/o`.
    pub term: String,
    /// Its weight, factor or points.
    pub weight: f32,
    /// Why.
    pub comment: String,
    pub(super) role: Role,
    face: bool,
}

impl Entry {
    /// The section that it stands in: `sentiment`, `negator`, `complaint`, `safety`, …
    pub fn section(&self) -> &'static str {
        self.role.as_str()
    }

    /// All that it stands for in a language, folded; `*`, `#`, `_` and `...` are left as they are.
    pub(super) fn phrases(&self, language: Lang) -> Vec<Vec<String>> {
        if self.face {
            return vec![vec![self.term.clone()]];
        }
        self.written(language)
            .iter()
            .map(|phrase| fold_phrase(phrase, folding(language)))
            .collect()
    }

    /// The same, as they are written.
    pub(super) fn written(&self, language: Lang) -> Vec<Vec<String>> {
        parse::expand(language, &self.term).unwrap_or_default()
    }

    /// Whether it is an emoticon, which is taken to the letter.
    pub(super) fn is_face(&self) -> bool {
        self.face
    }
}

/// All lists, ready to be asked.
#[derive(Debug)]
pub struct Lists {
    entries: Vec<(Lang, Vec<Entry>)>,
    /// In the order of [`LANGUAGES`], then the one for all others.
    languages: Vec<Language>,
    /// What a word says for each language, in the same order, in tenths of a point.
    evidence: FastMap<u64, [u8; 6]>,
    version: String,
}

/// The lists of a language, ready to be asked.
#[derive(Debug)]
pub(super) struct Language {
    pub(super) lang: Lang,
    pub(super) folding: Folding,
    pub(super) trie: Trie,
    /// Emoticons by their first byte, the longest first.
    faces: Vec<Vec<Box<str>>>,
    /// Whether a text without hashtags has the same tokens as in an unknown language.
    pub(super) reads_alike: bool,
}

impl Lists {
    /// The lists that come with the program.
    pub fn shipped() -> &'static Self {
        Self::shared()
    }

    fn shared() -> &'static Arc<Self> {
        static SHIPPED_LISTS: LazyLock<Arc<Lists>> = LazyLock::new(|| Arc::new(Lists::read(&[]).0));
        &SHIPPED_LISTS
    }

    /// The same as [`Lists::read`], to be shared; without more lists nothing is read again.
    pub fn with(more: &[(&str, &str, &str)]) -> (Arc<Self>, Vec<ListProblem>) {
        if more.is_empty() {
            return (Arc::clone(Self::shared()), Vec::new());
        }
        let (lists, problems) = Self::read(more);
        (Arc::new(lists), problems)
    }

    /// The files that come with the program: for each its language, `any` for all, its name
    /// (`it/care.tsv`) and its text.
    pub fn files() -> &'static [(&'static str, &'static str, &'static str)] {
        SHIPPED
    }

    /// The shipped lists and more: for each, its language (`any` serves all), its name and its
    /// text. What stands later wins. The lines that say nothing are left out and reported.
    pub fn read(more: &[(&str, &str, &str)]) -> (Self, Vec<ListProblem>) {
        let mut problems = Vec::new();
        let mut hash = Sha256::new();
        let mut read_lists = Vec::new();
        for (number, &(code, name, text)) in SHIPPED.iter().chain(more).enumerate() {
            hash.update(name);
            hash.update([0]);
            hash.update(text);
            let (mut entries, wrong) = parse::read(lang(code), name, text);
            for entry in &mut entries {
                entry.own = number >= SHIPPED.len();
            }
            problems.extend(wrong);
            read_lists.push((code, entries));
        }
        let mut entries = Vec::new();
        let mut languages = Vec::new();
        for language in LANGUAGES.into_iter().chain([Lang::OTHER]) {
            let own: Vec<Entry> = read_lists
                .iter()
                .filter(|(code, _)| *code == "any" || lang(code) == language)
                .flat_map(|(_, entries)| entries.iter().cloned())
                .collect();
            languages.push(Language::new(language, &own));
            entries.push((language, own));
        }
        if let Some((other, known)) = languages.split_last_mut() {
            for language in known {
                language.reads_alike =
                    language.folding == other.folding && language.faces == other.faces;
            }
            other.reads_alike = true;
        }
        let version = hex(&hash.finalize());
        let evidence = evidence(&languages);
        (
            Self {
                entries,
                languages,
                evidence,
                version,
            },
            problems,
        )
    }

    /// A short name for exactly these lists: any change of a line changes it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The lines that serve a language.
    pub fn entries(&self, language: Lang) -> &[Entry] {
        self.entries
            .iter()
            .find(|(known, _)| *known == language)
            .map_or(&[], |(_, entries)| entries.as_slice())
    }

    /// What a folded word, by its hash, says for each language, in tenths of a point, in the order
    /// of [`LANGUAGES`] and then others.
    pub(super) fn evidence(&self, word: u64) -> Option<[u8; 6]> {
        self.evidence.get(&word).copied()
    }

    pub(super) fn language(&self, lang: Lang) -> &Language {
        let at = LANGUAGES
            .iter()
            .position(|known| *known == lang)
            .unwrap_or(LANGUAGES.len());
        &self.languages[at]
    }
}

/// Function words say what their list says, words with a tone half a point, others less.
fn evidence(languages: &[Language]) -> FastMap<u64, [u8; 6]> {
    let mut table: FastMap<u64, [u8; 6]> = FastMap::default();
    for (at, language) in languages.iter().enumerate() {
        for word in language.trie.words() {
            let points = match language.evidence(word) {
                Some((function, _)) if function >= 2.0 => 20,
                Some((function, _)) if function >= 1.5 => 15,
                Some((function, _)) if function >= 1.0 => 12,
                Some((function, _)) if function > 0.0 => 6,
                Some((_, true)) => 5,
                _ => 3,
            };
            if let Some(own) = table.entry(hash_of(word)).or_default().get_mut(at) {
                *own = points;
            }
        }
    }
    // What one language alone has says more of it.
    for says in table.values_mut() {
        if says.iter().filter(|points| **points > 0).count() == 1 {
            for points in says
                .iter_mut()
                .filter(|points| **points > 0 && **points <= 5)
            {
                *points *= 2;
            }
        }
    }
    table
}

fn lang(code: &str) -> Lang {
    Lang::parse(code).unwrap_or(Lang::OTHER)
}

fn hex(digest: &[u8]) -> String {
    use std::fmt::Write;
    digest.iter().take(5).fold(String::new(), |mut out, byte| {
        let _infallible = write!(out, "{byte:02x}");
        out
    })
}

impl Language {
    fn new(lang: Lang, entries: &[Entry]) -> Self {
        let folding = folding(lang);
        let mut trie = Trie::default();
        let mut faces = vec![Vec::<Box<str>>::new(); 128];
        // A form that is written out says more than one that a rule or a stem makes, and a list of
        // one's own more than a shipped one.
        let made = |entry: &Entry| entry.term.contains(['/', '*', '#', '_']) && !entry.face;
        let mut in_order: Vec<&Entry> = entries.iter().collect();
        in_order.sort_by_key(|entry| (entry.own, !made(entry)));
        for entry in in_order {
            if entry.face {
                if let Some(bucket) = entry
                    .term
                    .bytes()
                    .next()
                    .and_then(|b| faces.get_mut(usize::from(b)))
                {
                    bucket.push(entry.term.as_str().into());
                }
                trie.insert(
                    std::iter::once(entry.term.as_str()),
                    (entry.role, entry.weight),
                );
                continue;
            }
            for folded in entry.phrases(lang) {
                trie.insert(
                    folded.iter().map(String::as_str),
                    (entry.role, entry.weight),
                );
            }
        }
        trie.finish();
        for bucket in &mut faces {
            bucket.sort_by_key(|face| std::cmp::Reverse(face.len()));
        }
        Self {
            lang,
            folding,
            trie,
            faces,
            reads_alike: false,
        }
    }

    /// The emoticons that may stand at the start of a text.
    pub(super) fn faces_from(&self, text: &str) -> &[Box<str>] {
        text.bytes()
            .next()
            .and_then(|byte| self.faces.get(usize::from(byte)))
            .map_or(&[], Vec::as_slice)
    }

    /// What a word says for this language: its weight as a function word, and whether the lists
    /// know it at all. Nothing where they do not.
    pub(super) fn evidence(&self, word: &str) -> Option<(f32, bool)> {
        let resolved = self.trie.resolve(word);
        resolved.exact.or(resolved.stem)?;
        let meanings = self.trie.meanings_of(resolved);
        let function = meanings.iter().find(|(role, _)| *role == Role::Function);
        Some((
            function.map_or(0.0, |(_, weight)| *weight),
            !meanings.is_empty(),
        ))
    }

    /// Splits what was written as one word into words of the lists, the fewest that cover it: the
    /// places after each, and how many. 0 where it is a word itself or cannot be split.
    pub(super) fn split(&self, word: &str, cuts: &mut [usize]) -> usize {
        let length = word.len();
        if length >= cuts.len() || !word.is_ascii() || self.trie.knows(word) {
            return 0;
        }
        // A short piece must be a word that sentences are made of: `hoo` and `die` make no hoodie.
        let is_piece = |piece: &str| {
            if !self.trie.knows(piece) {
                return false;
            }
            let function = || {
                self.evidence(piece)
                    .is_some_and(|(function, _)| function > 0.0)
            };
            piece.len() >= 4 || function()
        };
        // best[i]: the fewest words that cover the first i bytes, and where the last one starts.
        let mut best: Vec<Option<(u8, usize)>> = vec![None; length + 1];
        best[0] = Some((0, 0));
        for end in 2..=length {
            for start in end.saturating_sub(16)..end - 1 {
                let Some((count, _)) = best[start] else {
                    continue;
                };
                if best[end].is_some_and(|(fewest, _)| fewest <= count + 1) {
                    continue;
                }
                let piece = word.get(start..end).unwrap_or_default();
                if is_piece(piece) {
                    best[end] = Some((count + 1, start));
                }
            }
        }
        let Some((count, _)) = best[length] else {
            return 0;
        };
        // Many pieces are an accident, or the name of a game; not something that someone feels.
        if !(2..=3).contains(&count) || usize::from(count) * 3 > length {
            return 0;
        }
        let mut end = length;
        for at in (0..usize::from(count)).rev() {
            cuts[at] = end;
            end = best[end].map_or(0, |(_, start)| start);
        }
        usize::from(count)
    }
}

/// Weights of one's own, on top of the lists: the `[sentiment]` of a watchlist.
#[derive(Debug, Default)]
pub struct Overrides {
    plain: Trie,
    german: Trie,
    empty: bool,
    version: String,
}

impl Overrides {
    /// Reads terms (words, phrases, `stem*`) with their weights; 0 takes a word off the lists.
    pub fn new(terms: &[(String, f64)]) -> Self {
        let mut made = Self {
            empty: terms.is_empty(),
            ..Self::default()
        };
        let mut hash = Sha256::new();
        for (term, weight) in terms {
            hash.update(format!("{term}\t{weight}\n"));
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a weight needs no more digits"
            )]
            let meaning = (Role::Sentiment, weight.clamp(-4.0, 4.0) as f32);
            let phrase: Vec<String> = term.split_whitespace().map(str::to_owned).collect();
            for (folding, trie) in [
                (Folding::Plain, &mut made.plain),
                (Folding::German, &mut made.german),
            ] {
                let folded = fold_phrase(&phrase, folding);
                trie.insert(folded.iter().map(String::as_str), meaning);
            }
        }
        made.plain.finish();
        made.german.finish();
        made.version = hex(&hash.finalize());
        made
    }

    /// Whether it weighs nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.empty
    }

    pub(super) fn trie(&self, folding: Folding) -> &Trie {
        match folding {
            Folding::Plain => &self.plain,
            Folding::German => &self.german,
        }
    }

    /// A short name for exactly these weights.
    pub fn version(&self) -> &str {
        &self.version
    }
}

fn folding(lang: Lang) -> Folding {
    if lang == Lang::DE {
        Folding::German
    } else {
        Folding::Plain
    }
}

/// Folds the words of a term as the tokens of a text are folded and split.
fn fold_phrase(phrase: &[String], folding: Folding) -> Vec<String> {
    let mut out = Vec::with_capacity(phrase.len());
    for word in phrase {
        if matches!(word.as_str(), "#" | "_" | "...") {
            out.push(word.clone());
            continue;
        }
        let word = contract(word);
        let separators = |c: char| is_apostrophe(c) || c == '-';
        for piece in word.split(separators).filter(|piece| !piece.is_empty()) {
            let mut folded = String::new();
            for character in piece.chars().filter(|c| *c != '\u{fe0f}') {
                fold(character, folding, &mut folded);
            }
            if keeps_accent(piece) {
                folded.push('\'');
            }
            out.push(folded);
        }
    }
    out
}

/// `don't` is one word, without the apostrophe, as in the texts.
fn contract(word: &str) -> String {
    word.strip_suffix("n't")
        .or_else(|| word.strip_suffix("n’t"))
        .map_or_else(|| word.to_owned(), |stem| format!("{stem}nt"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn every_shipped_line_says_something() {
        let (_, problems) = Lists::read(&[]);
        assert_eq!(problems, []);
    }

    #[test]
    fn no_term_stands_twice_in_a_list_with_two_weights() {
        let mut wrong = Vec::new();
        for language in LANGUAGES {
            let mut seen: HashMap<(&str, Role), (f32, &str)> = HashMap::new();
            // A language may weigh an emoji in its own way.
            let own = |entry: &&Entry| !entry.list.starts_with("any/");
            for entry in Lists::shipped().entries(language).iter().filter(own) {
                let known = seen.insert((&entry.term, entry.role), (entry.weight, &entry.list));
                if let Some((weight, list)) = known {
                    wrong.push(format!(
                        "{}: {} ({weight} in {list}, {})",
                        entry.list, entry.term, entry.weight
                    ));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn the_version_follows_every_line() {
        let (more, problems) = Lists::read(&[("it", "it/mine.tsv", "frigobello\t2\n")]);
        assert_eq!(problems, []);
        assert_ne!(more.version(), Lists::shipped().version());
        assert_eq!(Lists::read(&[]).0.version(), Lists::shipped().version());
        assert_eq!(Lists::with(&[]).0.version(), Lists::shipped().version());
        let other = Overrides::new(&[("bello".into(), 1.0)]);
        assert_ne!(
            other.version(),
            Overrides::new(&[("bello".into(), 0.0)]).version()
        );
    }

    #[test]
    fn a_line_of_ones_own_wins_over_a_shipped_one() {
        let text = "Che delusione, sono deluso";
        let score = |more: &[(&str, &str, &str)]| {
            let (lists, problems) = Lists::with(more);
            assert_eq!(problems, []);
            let input = crate::score::Input {
                text,
                lang_hint: Some(Lang::IT),
                ..Default::default()
            };
            let because = crate::score::Scorer::new(&lists)
                .score(&input)
                .sentiment
                .because;
            because
                .into_iter()
                .map(|term| term.term)
                .collect::<Vec<_>>()
        };
        assert_eq!(score(&[]), ["delusione", "deluso"]);
        let own = [("it", "mine.tsv", "delusione\t0\ndelus/o\t0\n")];
        assert_eq!(
            score(&own),
            [""; 0],
            "a class, too, over a word written out"
        );
        let all = [("any", "any-mine.tsv", "delusione\t0\n")];
        assert_eq!(score(&all), ["deluso"]);
    }

    #[test]
    fn terms_fold_as_texts_do() {
        let phrase = |text: &str| -> Vec<String> { text.split(' ').map(str::to_owned).collect() };
        assert_eq!(
            fold_phrase(&phrase("Tutt'altro che"), Folding::Plain),
            ["tutt", "altro", "che"]
        );
        assert_eq!(fold_phrase(&phrase("don't"), Folding::Plain), ["dont"]);
        assert_eq!(
            fold_phrase(&phrase("rip-off"), Folding::Plain),
            ["rip", "off"]
        );
        assert_eq!(fold_phrase(&phrase("schön"), Folding::German), ["schoen"]);
    }
}
