//! Which language a text is written in.
//!
//! Function words decide first: they are frequent, few, and each language has its own, so that
//! twenty letters are often enough. Then the words of the lists, and letters that not all languages
//! write (`ñ`, `ß`, `ł`). Only where all are silent are the trigrams asked (by `whatlang`), which need
//! more text and take ten times as long.

use std::sync::LazyLock;

use whatlang::{Detector, Lang as Letters};

use super::lexicon::{LANGUAGES, Lists};
use super::tokens::{Field, Kind, Tokens};
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

/// Words that are looked at: more do not change the answer.
const ENOUGH: usize = 120;

/// A lead that no further words overturn.
const DECIDED: f32 = 6.0;

/// Bytes of a longer text that are read first: the words in them decide nearly always.
const OPENING: usize = 280;

/// The language of a text and how sure that is (0 to 1). `hint` is what the publisher declares,
/// which is often the language of the site; `allowed` are the languages that the watchlist reads
/// (empty: any), which decide where the text alone does not.
pub fn detect_language(text: &str, hint: Option<Lang>, allowed: &[Lang]) -> (Lang, f32) {
    let text = beginning(text);
    let mut tokens = Tokens::default();
    let other = Lists::shipped().language(Lang::OTHER);
    if let Some(opening) = opening(text) {
        tokens.read(opening, Field::Text, other);
        let heard = hear(&tokens);
        if heard.decided {
            return conclude(&heard, text, hint, allowed);
        }
        tokens.clear();
    }
    tokens.read(text, Field::Text, other);
    language_of(&tokens, text, hint, allowed)
}

/// The first words of a long text, up to a blank: they are the same words in the whole.
fn opening(text: &str) -> Option<&str> {
    let rest = text.as_bytes().get(OPENING..)?;
    let blank = rest.iter().position(|byte| *byte == b' ')?;
    text.get(..OPENING + blank)
}

/// What the words of a text say.
struct Heard {
    /// For each of the languages.
    points: [f32; 6],
    /// Bytes of the words that were looked at.
    letters: usize,
    /// Whether one leads so far that the words after these were not looked at.
    decided: bool,
}

/// The same for a text that was split into tokens already, as one of no known language.
pub(super) fn language_of(
    tokens: &Tokens,
    text: &str,
    hint: Option<Lang>,
    allowed: &[Lang],
) -> (Lang, f32) {
    conclude(&hear(tokens), text, hint, allowed)
}

fn hear(tokens: &Tokens) -> Heard {
    let lists = Lists::shipped();
    let mut heard = Heard {
        points: [0.0_f32; 6],
        letters: 0,
        decided: false,
    };
    let mut looked_at = 0;
    for token in tokens
        .list
        .iter()
        .filter(|token| token.kind == Kind::Word)
        .take(ENOUGH)
    {
        heard.letters += (token.end - token.start) as usize;
        if let Some(evidence) = lists.evidence(token.hash) {
            for (points, says) in heard.points.iter_mut().zip(evidence) {
                let says = f32::from(says) / 10.0;
                *points += if token.hashtag { says * 0.4 } else { says };
            }
        }
        looked_at += 1;
        if looked_at % 4 == 0 && lead(&heard.points) >= DECIDED {
            heard.decided = true;
            break;
        }
    }
    heard
}

fn conclude(heard: &Heard, text: &str, hint: Option<Lang>, allowed: &[Lang]) -> (Lang, f32) {
    let (mut points, letters) = (heard.points, heard.letters);
    written_in(text, &mut points);
    if letters == 0 {
        return (
            hint.filter(|lang| LANGUAGES.contains(lang))
                .unwrap_or(fallback(allowed)),
            0.0,
        );
    }
    for (at, points) in points.iter_mut().enumerate() {
        let language = LANGUAGES.get(at).copied();
        if language.is_some_and(|lang| allowed.contains(&lang)) {
            *points += if allowed.len() == 1 { 1.5 } else { 0.9 };
        }
        if hint.is_some() && hint == language {
            *points += 0.8;
        }
    }
    let (best, first, second) = best_two(&points);
    let margin = first - second;
    // The longer a text is, the more of its words should be known.
    #[expect(clippy::cast_precision_loss, reason = "at most a few hundred letters")]
    let enough = (0.3 + letters as f32 * 0.01).min(2.0);
    if first >= enough && margin >= 0.3 {
        let confidence = if first >= 2.0 && margin >= 1.0 {
            (0.6 + 0.08 * margin).min(0.99)
        } else {
            (0.3 + 0.15 * margin).min(0.6)
        };
        let language = LANGUAGES.get(best).copied().unwrap_or(Lang::OTHER);
        return (language, confidence);
    }
    by_letters(beginning(text), letters, &points, hint, allowed)
}

/// What letters say that some languages write and others do not.
fn written_in(text: &str, points: &mut [f32; 6]) {
    if text.is_ascii() {
        return;
    }
    let mut said = [0.0_f32; 6];
    for character in beginning(text).chars().filter(|c| !c.is_ascii()) {
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

fn beginning(text: &str) -> &str {
    text.get(..text.floor_char_boundary(1_500))
        .unwrap_or_default()
}

fn lead(points: &[f32; 6]) -> f32 {
    let (_, first, second) = best_two(points);
    first - second
}

fn best_two(points: &[f32; 6]) -> (usize, f32, f32) {
    let (mut best, mut first, mut second) = (0, f32::MIN, f32::MIN);
    for (at, &value) in points.iter().enumerate() {
        if value > first {
            second = first;
            first = value;
            best = at;
        } else if value > second {
            second = value;
        }
    }
    (best, first, second)
}

fn by_letters(
    text: &str,
    letters: usize,
    points: &[f32; 6],
    hint: Option<Lang>,
    allowed: &[Lang],
) -> (Lang, f32) {
    let mut points = *points;
    // Of fewer letters than these nobody can say that they are of none of ours; but how sure the
    // trigrams are is asked where someone else has a say.
    let few = letters < 40 && hint.is_none() && allowed.is_empty();
    let full = (!few).then(|| LATIN.detect(text)).flatten();
    let foreign = full
        .as_ref()
        .is_some_and(|found| ours(found.lang()).is_none() && found.is_reliable() && letters >= 40);
    if foreign && points.iter().take(5).all(|value| *value < 2.0) {
        return (Lang::OTHER, 0.7);
    }
    // Counting trigrams is the slowest step of all: once is enough where it named one of ours.
    let of_ours = full
        .filter(|found| ours(found.lang()).is_some())
        .or_else(|| OURS.detect(text));
    if let Some(found) = of_ours
        && let Some(points) = ours(found.lang())
            .and_then(|lang| LANGUAGES.iter().position(|known| *known == lang))
            .and_then(|at| points.get_mut(at))
    {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a confidence needs no more digits"
        )]
        let confidence = found.confidence() as f32;
        *points += 0.6 + confidence;
    }
    let (best, first, second) = best_two(&points);
    let language = LANGUAGES.get(best).copied().unwrap_or(Lang::OTHER);
    if first < 1.0 && letters < 20 {
        return (
            hint.filter(|lang| LANGUAGES.contains(lang))
                .unwrap_or(language),
            0.2,
        );
    }
    let welcome = allowed.is_empty() || allowed.contains(&language);
    let doubt = if welcome { 1.0 } else { 0.8 };
    (language, (0.3 + 0.15 * (first - second)).min(0.85) * doubt)
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

fn fallback(allowed: &[Lang]) -> Lang {
    match allowed {
        [only] => *only,
        _ => Lang::OTHER,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, proptest};
    use proptest::sample::select;

    use super::*;

    const WORDS: [&str; 16] = [
        "il", "the", "che", "and", "perché", "von", "nicht", "les", "est", "pero", "#maipiu",
        "qwertz", "don't", "ñandú", "@lia", "👍🏽",
    ];

    proptest! {
        #[test]
        fn the_opening_says_what_the_whole_says(
            words in prop::collection::vec(select(WORDS.as_slice()), 0..160),
        ) {
            let text = words.join(" ");
            let mut tokens = Tokens::default();
            let other = Lists::shipped().language(Lang::OTHER);
            tokens.read(beginning(&text), Field::Text, other);
            let allowed = [Lang::IT, Lang::EN];
            let whole = language_of(&tokens, beginning(&text), None, &allowed);
            assert_eq!(detect_language(&text, None, &allowed), whole);
        }
    }
}
