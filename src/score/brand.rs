//! Whose sentiment it is: words near what the watchlist looks for weigh more, and what is said of
//! another brand counts for that one.
//!
//! A word belongs to the name in its clause; where there are two, to the nearer one; where there is
//! none, to the name before it in the sentence, then to the one after it, then to the one that was
//! spoken of last. A comparison speaks well of one and ill of the other.

use super::lexicon::Role;
use super::scan::{Reading, Sentence, Signal};
use super::sentiment::{COMPARED, Context, FAR, NEAR, RIVAL, scale};

/// What a word about another name still weighs: too little to tell anything by itself.
const OF_ANOTHER: f64 = 0.1;

/// Weighs the signals by the names near them.
pub(super) fn weigh(
    reading: &Reading,
    sentences: &[Sentence],
    signals: &mut [Signal],
    context: &Context<'_>,
) {
    if context.hits.is_empty() {
        return;
    }
    let names = Names::of(context);
    if !context.rivals.is_empty() {
        for sentence in sentences {
            let own = signals.get_mut(sentence.signals.0..sentence.signals.1);
            for signal in own.unwrap_or_default() {
                match names.owner(reading, *sentence, signal) {
                    Owner::Own | Owner::All => {}
                    Owner::Lesser => scale(signal, -0.7, COMPARED),
                    Owner::Another => scale(signal, OF_ANOTHER, RIVAL),
                }
            }
        }
    } else if sentences.len() >= 3 {
        for sentence in sentences {
            let near = names.between(sentence.first, sentence.end);
            let (factor, rule) = if near { (1.25, NEAR) } else { (0.75, FAR) };
            let own = signals.get_mut(sentence.signals.0..sentence.signals.1);
            for signal in own.unwrap_or_default() {
                scale(signal, factor, rule);
            }
        }
    }
}

/// Of whom a word speaks.
enum Owner {
    /// Of what the watchlist looks for.
    Own,
    /// Of another brand.
    Another,
    /// Of another brand, at the expense of this one.
    Lesser,
    /// No name tells.
    All,
}

#[derive(Debug, Clone, Copy)]
struct Name {
    at: usize,
    own: bool,
}

/// The names in a text, in its order.
struct Names(Vec<Name>);

impl Names {
    fn of(context: &Context<'_>) -> Self {
        let own = context.hits.iter().map(|at| Name { at: *at, own: true });
        let others = context.rivals.iter().map(|at| Name {
            at: *at,
            own: false,
        });
        let mut names: Vec<Name> = own.chain(others).collect();
        names.sort_by_key(|name| (name.at, !name.own));
        // What two watchlists both look for is nobody's rival.
        names.dedup_by_key(|name| name.at);
        Self(names)
    }

    fn between(&self, first: usize, end: usize) -> bool {
        let after = self.0.partition_point(|name| name.at < first);
        self.0.get(after).is_some_and(|name| name.at < end)
    }

    fn owner(&self, reading: &Reading, sentence: Sentence, signal: &Signal) -> Owner {
        let after = self.0.partition_point(|name| name.at < signal.at);
        let last = after.checked_sub(1).and_then(|at| self.0.get(at)).copied();
        let next = self.0.get(after).copied();
        let before = last.filter(|name| name.at >= sentence.first);
        let behind = next.filter(|name| name.at < sentence.end);
        if let (Some(before), Some(behind)) = (before, behind)
            && before.own != behind.own
            && compares(reading, sentence, signal)
        {
            return if before.own {
                Owner::Own
            } else {
                Owner::Lesser
            };
        }
        let clause = |name: &Name| reading.clauses.get(name.at) == reading.clauses.get(signal.at);
        let nearer = match (before.filter(clause), behind.filter(clause)) {
            (Some(before), Some(behind)) => {
                let ahead = behind.at.saturating_sub(signal.end);
                if ahead + 1 < signal.at - before.at {
                    Some(behind)
                } else {
                    Some(before)
                }
            }
            (before, behind) => before.or(behind),
        };
        match nearer.or(before).or(behind).or(last) {
            Some(name) if name.own => Owner::Own,
            Some(_) => Owner::Another,
            None => Owner::All,
        }
    }
}

/// Whether a word compares: `better`, `more reliable`, `più silenzioso`.
fn compares(reading: &Reading, sentence: Sentence, signal: &Signal) -> bool {
    let markers = reading.markers.get(sentence.markers.0..sentence.markers.1);
    signal.compares
        || markers.unwrap_or_default().iter().any(|marker| {
            marker.role == Role::Comparison && (marker.end == signal.at || marker.at == signal.end)
        })
}

#[cfg(test)]
mod tests {
    use crate::model::{Hit, HitField, Lang, Sentiment, WatchlistId};
    use crate::score::{Input, Scorer};

    fn hits(text: &str, name: &str) -> Vec<Hit> {
        text.match_indices(name)
            .map(|(start, _)| Hit {
                watchlist: WatchlistId(name.to_owned()),
                field: HitField::Text,
                start,
                end: start + name.len(),
                term: name.into(),
            })
            .collect()
    }

    #[test]
    fn each_of_two_brands_has_its_own_sentiment() {
        use Sentiment::{Negative, Neutral, Positive};
        let mut wrong = Vec::new();
        for (text, frigolux, gelomax) in [
            ("Frigolux è ottimo, Gelomax è pessimo.", Positive, Negative),
            (
                "Il mio Gelomax si è rotto, il Frigolux funziona benissimo.",
                Positive,
                Negative,
            ),
            ("Frigolux è meglio di Gelomax.", Positive, Negative),
            ("Gelomax è molto meglio di Frigolux.", Negative, Positive),
            ("Frigolux è più affidabile di Gelomax.", Positive, Negative),
            (
                "Frigolux? Una delusione. Gelomax invece è silenzioso e affidabile.",
                Negative,
                Positive,
            ),
            ("Ho visto Frigolux e Gelomax in negozio.", Neutral, Neutral),
            (
                "Ho un Gelomax. Non funziona. Ora prendo un Frigolux.",
                Neutral,
                Negative,
            ),
            ("Frigolux is better than Gelomax.", Positive, Negative),
            (
                "Gelomax is more reliable than Frigolux.",
                Negative,
                Positive,
            ),
            (
                "The Frigolux is fantastic but the Gelomax is a disaster.",
                Positive,
                Negative,
            ),
            ("Frigolux is worse than Gelomax.", Negative, Positive),
            (
                "Gelomax support was rude. Frigolux support was great!",
                Positive,
                Negative,
            ),
        ] {
            let lang = if text.contains(" is ") || text.contains(" was ") {
                Lang::EN
            } else {
                Lang::IT
            };
            let (one, two) = (hits(text, "Frigolux"), hits(text, "Gelomax"));
            let about = |own: &[Hit], other: &[Hit]| {
                Scorer::default()
                    .score(&Input {
                        text,
                        language: Some(lang),
                        hits: own,
                        rivals: other,
                        ..Input::default()
                    })
                    .sentiment
            };
            let found = (about(&one, &two), about(&two, &one));
            if (found.0.label, found.1.label) != (frigolux, gelomax) {
                wrong.push(format!("{text}\n  {:?}\n  {:?}", found.0, found.1));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
