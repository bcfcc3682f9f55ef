//! What says little: it tells only where nothing else does, in small talk more than elsewhere, and
//! softens what speaks against it.

use super::lexicon::Role;
use super::scan::{Marker, Reading, Sentence, Signal};
use super::sentiment::{COURTESY, Context, FAINT, QUESTION};
use super::sum::{TOO_LITTLE, line, names, round, written};
use crate::model::{ItemKind, Lang, WeightedTerm};

/// A sum nearer to zero than this tells nothing in small talk, where nobody has reason to sound
/// pleased but that he is.
const TOO_LITTLE_IN_TALK: f64 = 0.15;

/// What exclamation marks weigh where nothing else tells.
const THRILL: f64 = 0.6;

/// What a "not" weighs where nothing else tells.
const LACK: f64 = -0.5;

/// How much more a faint word says that was heard than what it takes to be heard.
const HEARD: f64 = 2.0;

/// How much a faint word softens what speaks against it.
const SOFTENING: f64 = 1.5;

/// What faint words leave of a sum that they speak against.
const LEFT: f64 = 0.6;

/// Words of a text that is short enough to be about one thing.
const SHORT: u32 = 30;

/// Adds the faint words to what the others say; gives the sum from which on the whole tells
/// something.
pub(super) fn add(
    reading: &Reading,
    sentences: &[Sentence],
    signals: &[Signal],
    context: &Context<'_>,
    sum: f64,
    because: &mut Vec<WeightedTerm>,
) -> f64 {
    let told = sum.abs() >= TOO_LITTLE;
    if told && reading.faint.is_empty() {
        return TOO_LITTLE;
    }
    let talk = is_small_talk(reading, sentences, signals, context);
    if told {
        soften(reading, signals, context, talk, sum, because);
        return TOO_LITTLE;
    }
    let enough = if talk { TOO_LITTLE_IN_TALK } else { TOO_LITTLE };
    alone(
        reading,
        sentences,
        context,
        talk.then_some(enough),
        sum,
        because,
    );
    enough
}

/// Whether people talk for the pleasure of it: in a few words without a link, a name, a day, a
/// request, and without anything that people have to do with a firm. Announcements and news have
/// these, and so has what a brand must answer. In Italian it made no difference.
fn is_small_talk(
    reading: &Reading,
    sentences: &[Sentence],
    signals: &[Signal],
    context: &Context<'_>,
) -> bool {
    let tokens = &reading.tokens;
    if context.language == Lang::IT
        || context.kind == ItemKind::Article
        || !context.title.is_empty()
        || !context.hits.is_empty()
        || reading.words > SHORT
        || reading.matters > 0
        || tokens.urls > 0
        || tokens.hashtags > 0
    {
        return false;
    }
    let asked = reading
        .markers
        .iter()
        .any(|marker| marker.role == Role::Request);
    let polite = signals
        .iter()
        .any(|signal| signal.rules & (COURTESY | QUESTION) != 0);
    let named = sentences.iter().any(|sentence| {
        let words = tokens.list.get(sentence.first + 1..sentence.end);
        words
            .unwrap_or_default()
            .iter()
            .any(|word| word.capitalised && !word.capitals && word.end - word.start > 2)
    });
    !asked && !polite && !named
}

/// Where nothing else tells, what says little says all: `Ready for the show!!`. A link beside it
/// makes news of it. In small talk less is enough.
fn alone(
    reading: &Reading,
    sentences: &[Sentence],
    context: &Context<'_>,
    talk: Option<f64>,
    sum: f64,
    because: &mut Vec<WeightedTerm>,
) {
    let news = context.kind == ItemKind::Article || reading.tokens.urls > 0 && reading.persons == 0;
    if news {
        return;
    }
    let enough = talk.unwrap_or(TOO_LITTLE);
    let mut told = sum;
    let mut counted = Vec::new();
    for marker in &reading.faint {
        let sentence = sentences.partition_point(|sentence| sentence.end < marker.at);
        let open = sentences
            .get(sentence)
            .is_none_or(|sentence| sentence.asks == 0 && !denied(reading, sentence, marker));
        if may_tell(marker, talk.is_some()) && (open || marker.value < 0.0) {
            told += marker.value;
            counted.push(marker);
        }
    }
    let bangs: u32 = sentences.iter().map(|s| u32::from(s.bangs)).sum();
    let asked = sentences.iter().any(|sentence| sentence.asks > 0);
    // To somebody, or under a hashtag, people exclaim what they want as well.
    let aimed = reading.tokens.names > 0 || reading.tokens.hashtags > 0;
    let thrilled = bangs >= 2 && !asked && told >= 0.0 && !(aimed && counted.is_empty());
    if thrilled {
        told += THRILL;
    }
    // Italian says "non" of anything; there it tells nothing by itself.
    let missed = !asked && told.abs() < enough && context.language != Lang::IT;
    let lack = lacking(reading, sentences).filter(|_| missed);
    if lack.is_some() {
        told += LACK;
    }
    if told.abs() < enough {
        return;
    }
    because.extend(counted.into_iter().map(|marker| WeightedTerm {
        term: written(reading, marker.at, marker.end, context),
        weight: round(marker.value * HEARD),
        rules: names(FAINT),
    }));
    if thrilled {
        because.push(line("!!", THRILL * HEARD, "faint"));
    }
    if let Some(negator) = lack {
        let word = written(reading, negator.at, negator.end, context);
        because.push(line(&word, LACK, "faint"));
    }
}

/// `A bit weird, but yay`: what says little makes what speaks against it weaker, and never turns it.
fn soften(
    reading: &Reading,
    signals: &[Signal],
    context: &Context<'_>,
    talk: bool,
    sum: f64,
    because: &mut Vec<WeightedTerm>,
) {
    let mut room = sum.abs() - LEFT;
    for marker in &reading.faint {
        let counted = signals
            .iter()
            .any(|signal| signal.at <= marker.at && marker.at < signal.end);
        if counted || marker.value * sum >= 0.0 || !may_tell(marker, talk) {
            continue;
        }
        if room <= 0.0 {
            break;
        }
        let weight = (marker.value.abs() * SOFTENING).min(room);
        room -= weight;
        let word = written(reading, marker.at, marker.end, context);
        because.push(line(&word, weight.copysign(marker.value), "faint"));
    }
}

fn may_tell(marker: &Marker, talk: bool) -> bool {
    talk || marker.role == Role::Faint
}

/// What says that something is not, cannot or did not, where somebody speaks for themselves or to
/// the brand: mostly something is missed. `You don't open at nine.` Negators of half the weight (`without`) miss nothing.
fn lacking<'a>(reading: &'a Reading, sentences: &[Sentence]) -> Option<&'a Marker> {
    if reading.persons == 0 || reading.words > SHORT {
        return None;
    }
    sentences
        .iter()
        .filter_map(|sentence| reading.markers.get(sentence.markers.0..sentence.markers.1))
        .flatten()
        .find(|marker| marker.role == Role::Negator && marker.value >= 1.0)
}

/// Whether a negator stands before a place of a sentence.
fn denied(reading: &Reading, sentence: &Sentence, marker: &Marker) -> bool {
    reading
        .markers
        .get(sentence.markers.0..sentence.markers.1)
        .unwrap_or_default()
        .iter()
        .any(|other| other.role == Role::Negator && other.at < marker.at)
}
