//! Which languages a text is spelt like: letters with marks, endings, and which letters follow
//! which.
//!
//! Two libraries know the last: `whichlang` counts pairs, threes and fours of letters in a quarter of a
//! microsecond; `whatlang` counts trigrams in ten, and knows more languages and how sure it is.

use std::sync::LazyLock;

use whatlang::{Detector, Info, Lang as Letters};

use super::lexicon::{LANGUAGES, Lists};
use super::tokens::{Kind, Tokens};
use crate::model::Lang;

/// Asks the trigrams of the languages that have lists.
static OURS: LazyLock<Detector> = LazyLock::new(|| Detector::with_allowlist(KNOWN.to_vec()));

/// Asks the trigrams of the languages that people write in Latin letters most; of other letters the
/// first one tells.
static LATIN: LazyLock<Detector> = LazyLock::new(|| {
    const OTHERS: [Letters; 15] = [
        Letters::Por,
        Letters::Nld,
        Letters::Cat,
        Letters::Ron,
        Letters::Pol,
        Letters::Ces,
        Letters::Hrv,
        Letters::Hun,
        Letters::Tur,
        Letters::Swe,
        Letters::Dan,
        Letters::Nob,
        Letters::Fin,
        Letters::Ind,
        Letters::Tgl,
    ];
    Detector::with_allowlist(KNOWN.into_iter().chain(OTHERS).collect())
});

/// The languages that have lists, as the trigrams call them.
const KNOWN: [Letters; 5] = [
    Letters::Ita,
    Letters::Eng,
    Letters::Spa,
    Letters::Fra,
    Letters::Deu,
];

/// Endings that one of the languages has alone, without accents, and what they say of it.
const ENDINGS: [(&str, Lang); 33] = [
    ("issimo", Lang::IT),
    ("issima", Lang::IT),
    ("issimi", Lang::IT),
    ("issime", Lang::IT),
    ("zione", Lang::IT),
    ("zioni", Lang::IT),
    ("aggio", Lang::IT),
    ("mento", Lang::IT),
    ("menti", Lang::IT),
    ("tto", Lang::IT),
    ("tti", Lang::IT),
    ("ing", Lang::EN),
    ("ness", Lang::EN),
    ("ful", Lang::EN),
    ("ght", Lang::EN),
    ("ship", Lang::EN),
    ("cion", Lang::ES),
    ("ciones", Lang::ES),
    ("dad", Lang::ES),
    ("dades", Lang::ES),
    ("iendo", Lang::ES),
    ("eux", Lang::FR),
    ("euse", Lang::FR),
    ("aient", Lang::FR),
    ("eau", Lang::FR),
    ("eaux", Lang::FR),
    ("ung", Lang::DE),
    ("ungen", Lang::DE),
    ("lich", Lang::DE),
    ("liche", Lang::DE),
    ("liches", Lang::DE),
    ("keit", Lang::DE),
    ("schaft", Lang::DE),
];
const OF_AN_ENDING: f32 = 0.6;

/// Words whose endings are looked at.
const ENDS: usize = 60;

/// What the trigrams of a text are like.
pub(super) enum Trigrams {
    /// Those of a language without lists, surely.
    Foreign,
    /// Those of one of ours, and how surely (0 to 1).
    Ours(usize, f32),
}

/// What letters say that some languages write and others do not.
pub(super) fn marks(text: &str, points: &mut [f32; 6]) {
    if text.is_ascii() {
        return;
    }
    let mut said = [0.0_f32; 6];
    for character in text.chars().filter(|c| !c.is_ascii()) {
        let (it, es, fr, de, other) = match character.to_ascii_lowercase() {
            'ñ' | '¿' | '¡' | 'Ñ' => (0.0, 1.0, 0.0, 0.0, 0.0),
            'ß' => (0.0, 0.0, 0.0, 1.5, 0.0),
            'ä' | 'ö' | 'ü' | 'Ä' | 'Ö' | 'Ü' => (0.0, 0.0, 0.0, 0.6, 0.3),
            'ì' | 'ò' | 'Ì' | 'Ò' => (0.6, 0.0, 0.0, 0.0, 0.0),
            'è' | 'ù' | 'È' | 'Ù' => (0.4, 0.0, 0.4, 0.0, 0.0),
            'ê' | 'î' | 'û' | 'œ' | 'ë' | 'Ê' => (0.0, 0.0, 0.8, 0.0, 0.1),
            'ç' | 'â' | 'ô' | 'Ç' => (0.0, 0.0, 0.5, 0.0, 0.4),
            'ú' | 'í' | 'ó' | 'á' => (0.0, 0.4, 0.0, 0.0, 0.1),
            'ã' | 'õ' | 'å' | 'ø' | 'æ' | 'Å' | 'Ø' | 'ğ' | 'ı' | 'ş' | 'ț' | 'ă' | 'ș' | 'ţ' => {
                (0.0, 0.0, 0.0, 0.0, 1.0)
            }
            // The rest of the Latin letters with marks (`ł`, `č`, `ő`), and other alphabets.
            c if c.is_alphabetic() && !matches!(c, '\u{c0}'..='\u{ff}' | 'ª' | 'º') => {
                (0.0, 0.0, 0.0, 0.0, 1.0)
            }
            _ => continue,
        };
        for (said, says) in said.iter_mut().zip([it, 0.0, es, fr, de, other]) {
            *said = (*said + says).min(3.0);
        }
    }
    for (points, said) in points.iter_mut().zip(said) {
        *points += said;
    }
}

/// What the ends of words say that the lists do not know.
pub(super) fn endings(tokens: &Tokens, points: &mut [f32; 6]) {
    let lists = Lists::shipped();
    let unknown = tokens
        .list
        .iter()
        .filter(|token| token.kind == Kind::Word && !token.hashtag)
        .take(ENDS)
        .filter(|token| lists.evidence(token.hash).is_none());
    for token in unknown {
        let word = tokens.folded(token);
        let ending = ENDINGS.iter().find(|(ending, _)| word.ends_with(ending));
        if let Some(points) = ending
            .and_then(|(_, language)| LANGUAGES.iter().position(|known| known == language))
            .and_then(|at| points.get_mut(at))
        {
            *points += OF_AN_ENDING;
        }
    }
}

/// The one of our languages that words are spelt like, if any.
pub(super) fn likeness(words: &str) -> Option<usize> {
    use whichlang::Lang as Spelt;

    let language = match whichlang::detect_language(words) {
        Spelt::Ita => Lang::IT,
        Spelt::Eng => Lang::EN,
        Spelt::Spa => Lang::ES,
        Spelt::Fra => Lang::FR,
        Spelt::Deu => Lang::DE,
        _ => return None,
    };
    LANGUAGES.iter().position(|known| *known == language)
}

/// What the trigrams of some words are like. Other languages than ours are thought of where
/// they are to be asked `widely`, and believed in where the words `may` be foreign.
pub(super) fn trigrams(words: &str, widely: bool, may: bool) -> Option<Trigrams> {
    let full = widely.then(|| LATIN.detect(words)).flatten();
    let is_ours = |found: &Info| ours(found.lang()).is_some();
    if may
        && full
            .as_ref()
            .is_some_and(|found| !is_ours(found) && found.is_reliable())
    {
        return Some(Trigrams::Foreign);
    }
    // Counting is slow: once is enough where it named one of ours.
    let found = full.filter(is_ours).or_else(|| OURS.detect(words))?;
    let language = ours(found.lang())?;
    let at = LANGUAGES.iter().position(|known| *known == language)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a confidence needs no more digits"
    )]
    let confidence = found.confidence() as f32;
    Some(Trigrams::Ours(at, confidence))
}

fn ours(letters: Letters) -> Option<Lang> {
    Some(match letters {
        Letters::Ita => Lang::IT,
        Letters::Eng => Lang::EN,
        Letters::Spa => Lang::ES,
        Letters::Fra => Lang::FR,
        Letters::Deu => Lang::DE,
        _ => return None,
    })
}
