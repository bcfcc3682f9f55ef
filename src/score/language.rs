//! Which language a text is written in.
//!
//! Function words decide first: they are frequent, few, and each language has its own, so that
//! twenty letters are often enough. Then the words of the lists. Only where both are silent are
//! the letters asked (trigrams, by `whatlang`), which need more text.

use whatlang::{Detector, Lang as Letters};

use super::lexicon::{LANGUAGES, Lists};
use super::tokens::{Field, Kind, Tokens};
use crate::model::Lang;

/// Words that are looked at: more do not change the answer.
const ENOUGH: usize = 120;

/// A lead that no further words overturn.
const DECIDED: f32 = 8.0;

/// The language of a text and how sure that is (0 to 1). `hint` is what the publisher declares,
/// which is often the language of the site; `allowed` are the languages that the watchlist reads
/// (empty: any), which decide where the text alone does not.
pub fn detect_language(text: &str, hint: Option<Lang>, allowed: &[Lang]) -> (Lang, f32) {
    let lists = Lists::shipped();
    let mut tokens = Tokens::default();
    let end = text.floor_char_boundary(1_500);
    tokens.read(
        text.get(..end).unwrap_or_default(),
        Field::Text,
        lists.language(Lang::OTHER),
    );
    let mut points = [0.0_f32; 6];
    let mut letters = 0;
    let mut looked_at = 0;
    for token in tokens
        .list
        .iter()
        .filter(|token| token.kind == Kind::Word)
        .take(ENOUGH)
    {
        let word = tokens.folded(token);
        letters += word.len();
        if let Some(evidence) = lists.evidence(word) {
            for (points, says) in points.iter_mut().zip(evidence) {
                let says = f32::from(says) / 10.0;
                *points += if token.hashtag { says * 0.4 } else { says };
            }
        }
        looked_at += 1;
        if looked_at % 8 == 0 && lead(&points) >= DECIDED {
            break;
        }
    }
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
            *points += 0.9;
        }
        if hint.is_some() && hint == language {
            *points += 0.8;
        }
    }
    let (best, first, second) = best_two(&points);
    if first >= 2.0 && first - second >= 1.0 {
        let confidence = (0.6 + 0.08 * (first - second)).min(0.99);
        return (
            LANGUAGES.get(best).copied().unwrap_or(Lang::OTHER),
            confidence,
        );
    }
    by_letters(
        text.get(..end).unwrap_or_default(),
        letters,
        &points,
        hint,
        allowed,
    )
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
    let full = Detector::new().detect(text);
    let foreign = full.as_ref().is_some_and(|found| {
        ours(found.lang()).is_none()
            && ((found.is_reliable() && letters >= 40) || !latin(found.script()))
    });
    if foreign && points.iter().take(5).all(|value| *value < 2.0) {
        return (Lang::OTHER, 0.7);
    }
    let known = [
        Letters::Ita,
        Letters::Eng,
        Letters::Spa,
        Letters::Fra,
        Letters::Deu,
    ];
    // Counting trigrams is the slowest step of all: once is enough where it named one of ours.
    let of_ours = match full {
        Some(found) if known.contains(&found.lang()) => Some(found),
        _ => Detector::with_allowlist(known.to_vec()).detect(text),
    };
    if let Some(found) = of_ours
        && let Some(at) = known.iter().position(|lang| *lang == found.lang())
    {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a confidence needs no more digits"
        )]
        let confidence = found.confidence() as f32;
        points[at] += 0.6 + confidence;
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

fn latin(script: whatlang::Script) -> bool {
    script == whatlang::Script::Latin
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
