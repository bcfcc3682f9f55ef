//! Which language a text is written in.
//!
//! Function words decide first: they are frequent, few, and each language has its own, so that
//! twenty letters are often enough. Then the words of the lists, and letters that not all languages
//! write. Where these do not decide, the spelling is asked, the quick way first.

use super::lexicon::{LANGUAGES, Lists};
use super::spelling::{self, Trigrams};
use super::tokens::{Field, Kind, Tokens};
use crate::model::Lang;

/// Words that are looked at: more do not change the answer.
const ENOUGH: usize = 120;

/// A lead that no further words overturn.
const DECIDED: f32 = 6.0;

/// A lead of the words that the letters do not overturn.
const CLEAR: f32 = 2.0;

/// Bytes of words whose letters are asked.
const ROOM: usize = 400;

/// What the letters say, in points of words.
const OF_LETTERS: f32 = 1.0;

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
            return conclude(&heard, &tokens, (Field::Text, text), hint, allowed);
        }
        tokens.clear();
    }
    tokens.read(text, Field::Text, other);
    language_of(&tokens, (Field::Text, text), hint, allowed)
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

/// The same for what was split into tokens already, as of no known language; `longer` is the longer
/// one of title and text.
pub(super) fn language_of(
    tokens: &Tokens,
    longer: (Field, &str),
    hint: Option<Lang>,
    allowed: &[Lang],
) -> (Lang, f32) {
    conclude(&hear(tokens), tokens, longer, hint, allowed)
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

fn conclude(
    heard: &Heard,
    tokens: &Tokens,
    (field, text): (Field, &str),
    hint: Option<Lang>,
    allowed: &[Lang],
) -> (Lang, f32) {
    let (mut points, letters) = (heard.points, heard.letters);
    spelling::marks(beginning(text), &mut points);
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
    // The longer a text is, the more of its words should be known.
    #[expect(clippy::cast_precision_loss, reason = "at most a few hundred letters")]
    let enough = (0.3 + letters as f32 * 0.01).min(2.0);
    let (said, first, second) = best_two(&points);
    if first >= enough && first - second >= CLEAR {
        return certain(said, first, first - second);
    }
    spelling::endings(tokens, &mut points);
    let words = words_of(tokens, field, text);
    let weight = weight_of(&words);
    if let Some(points) = spelling::likeness(&words).and_then(|at| points.get_mut(at)) {
        *points += OF_LETTERS * weight;
    }
    let (best, first, second) = best_two(&points);
    if first >= enough && first - second >= OF_LETTERS && best == said {
        return certain(best, first, first - second);
    }
    by_letters(&words, letters, &points, hint, allowed)
}

/// How much the spelling of a few letters counts, beside that of twenty.
fn weight_of(words: &str) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "at most a few hundred letters")]
    let letters = words.len() as f32;
    (letters / 20.0).min(1.0)
}

fn certain(best: usize, first: f32, margin: f32) -> (Lang, f32) {
    let confidence = if first >= 2.0 && margin >= 1.0 {
        (0.6 + 0.08 * margin).min(0.99)
    } else {
        (0.3 + 0.15 * margin).min(0.6)
    };
    let language = LANGUAGES.get(best).copied().unwrap_or(Lang::OTHER);
    (language, confidence)
}

/// The words of a text without its addresses, account names and tags, which are of no language.
fn words_of(tokens: &Tokens, field: Field, text: &str) -> String {
    let mut words = String::with_capacity(ROOM);
    for word in tokens
        .list
        .iter()
        .filter(|token| token.kind == Kind::Word && !token.hashtag && token.field == field)
        .filter_map(|token| text.get(token.start as usize..token.end as usize))
    {
        if words.len() + word.len() >= ROOM {
            break;
        }
        words.push_str(word);
        words.push(' ');
    }
    words
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
    words: &str,
    letters: usize,
    points: &[f32; 6],
    hint: Option<Lang>,
    allowed: &[Lang],
) -> (Lang, f32) {
    let mut points = *points;
    // Of fewer letters than these nobody can say that they are of none of ours; but how sure the
    // trigrams are is asked where someone else has a say.
    let few = letters < 40 && hint.is_none() && allowed.is_empty();
    let known = points.iter().take(5).any(|value| *value >= 2.0);
    match spelling::trigrams(words, !few, letters >= 40 && !known) {
        Some(Trigrams::Foreign) => return (Lang::OTHER, 0.7),
        Some(Trigrams::Ours(at, confidence)) => {
            if let Some(points) = points.get_mut(at) {
                *points += (0.6 + confidence) * weight_of(words);
            }
        }
        None => {}
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
            let whole = language_of(&tokens, (Field::Text, beginning(&text)), None, &allowed);
            assert_eq!(detect_language(&text, None, &allowed), whole);
        }
    }
}
