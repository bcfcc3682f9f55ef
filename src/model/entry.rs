//! A mention as a list shows it: the sentence that matched, and why it is there.

use std::ops::Range;

use serde::Serialize;

use super::{
    HitField, Intent, ItemKind, Lang, Mention, MentionId, Points, Priority, Sentiment, Timestamp,
    WatchlistId, WeightedTerm,
};

/// A mention as a digest shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Its number, for `ascolto show`.
    pub id: MentionId,
    /// The address of the original.
    pub url: Option<String>,
    /// The title, with what matched in it.
    pub title: Option<Marked>,
    /// The words around what matched.
    pub snippet: Marked,
    /// The name of the source.
    pub source: String,
    /// Who wrote it: the name, else the account.
    pub author: Option<String>,
    /// How many accounts follow the author.
    pub followers: Option<u64>,
    /// When it was published, or collected where it is undated.
    pub date: Timestamp,
    /// Whether `date` is only when it was collected.
    pub undated: bool,
    /// The language that it is written in.
    pub language: Lang,
    /// What kind of thing it is.
    pub kind: ItemKind,
    /// Stars, 1 to 5.
    pub rating: Option<f64>,
    /// Likes, replies and shares together.
    pub engagement: Option<u64>,
    /// How it sounds.
    pub sentiment: Sentiment,
    /// −1 (worst) to 1 (best).
    pub sentiment_score: f64,
    /// How soon someone should look.
    pub priority: Priority,
    /// The points behind it, 0 to 100.
    pub priority_score: u8,
    /// What its author wants.
    pub intent: Intent,
    /// Why it is here and weighs what it weighs.
    pub why: Why,
    /// How many copies are folded into it.
    pub copies: u32,
    /// The names of the sources of the copies, as far as they are known.
    pub copies_in: Vec<String>,
    /// Whether an alert was sent for it already.
    pub alerted: bool,
    /// Whether somebody answered it.
    pub answered: bool,
}

/// Why a mention was collected, and what weighed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Why {
    /// The terms of the watchlist that matched, each once, in the order of the text.
    pub terms: Vec<String>,
    /// What gave or took points of priority.
    pub priority: Vec<Points>,
    /// The words that made the sentiment.
    pub sentiment: Vec<WeightedTerm>,
}

/// Plain text in which places are marked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Marked {
    /// What is shown, without any markup.
    pub text: String,
    /// The marked bytes: ascending, apart from each other, on character boundaries.
    pub hits: Vec<Range<usize>>,
}

impl Entry {
    /// Characters of a snippet at most.
    pub const SNIPPET: usize = 280;

    /// The entry for a mention in a digest of `watchlist`, its hits alone marked.
    pub fn of(mention: &Mention, watchlist: &WatchlistId) -> Self {
        let item = &mention.item;
        let places = |field: HitField| -> Vec<Range<usize>> {
            mention
                .hits
                .iter()
                .filter(|hit| hit.field == field && &hit.watchlist == watchlist)
                .map(|hit| hit.start..hit.end)
                .collect()
        };
        let words = terms(mention, watchlist, |field| {
            matches!(field, HitField::Title | HitField::Text)
        });
        // An address or a name says why only where no word does.
        let terms = if words.is_empty() {
            terms(mention, watchlist, |_| true)
        } else {
            words
        };
        let scores = &mention.scores;
        Self {
            id: mention.id,
            url: item.url.clone(),
            title: item
                .title
                .as_deref()
                .map(|title| Marked::around(title, &places(HitField::Title), Self::SNIPPET)),
            snippet: Marked::around(&item.text, &places(HitField::Text), Self::SNIPPET),
            source: mention.source.clone(),
            author: item
                .author
                .name
                .clone()
                .or_else(|| item.author.handle.clone()),
            followers: item.author.followers,
            date: mention.date(),
            undated: item.published.is_none(),
            language: scores.language,
            kind: item.kind,
            rating: item.rating,
            engagement: item.engagement,
            sentiment: scores.sentiment.label,
            sentiment_score: scores.sentiment.score,
            priority: scores.priority.label,
            priority_score: scores.priority.score,
            intent: scores.intent.label,
            why: Why {
                terms,
                priority: scores.priority.because.clone(),
                sentiment: scores.sentiment.because.clone(),
            },
            copies: mention.copies,
            copies_in: Vec::new(),
            alerted: false,
            answered: mention.is_answered(),
        }
    }
}

/// The terms of `watchlist` that matched in such a field, each once.
fn terms(mention: &Mention, watchlist: &WatchlistId, field: fn(HitField) -> bool) -> Vec<String> {
    let mut terms: Vec<String> = Vec::new();
    for hit in &mention.hits {
        if &hit.watchlist == watchlist && field(hit.field) && !terms.contains(&hit.term) {
            terms.push(hit.term.clone());
        }
    }
    terms
}

impl Marked {
    /// Text in which nothing is marked.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            hits: Vec::new(),
        }
    }

    /// At most `room` characters of `text` around the first of `places`, cut between words where
    /// that costs little, on one line, with `…` where something was left out.
    ///
    /// Places outside the text or inside a character are brought to what they touch; those that
    /// overlap become one.
    pub fn around(text: &str, places: &[Range<usize>], room: usize) -> Self {
        let places = tidy(text, places);
        let (from, to) = cut(text, places.first().map_or(0, |place| place.start), room);
        let mut out = Self::default();
        if from > 0 {
            out.text.push('…');
        }
        let shown = text.get(from..to).unwrap_or_default();
        let mut marks = places
            .iter()
            .filter(|place| place.start < to && place.end > from)
            .map(|place| place.start.max(from)..place.end.min(to))
            .peekable();
        let mut open = None;
        let mut space = true;
        for (at, c) in shown.char_indices().map(|(at, c)| (from + at, c)) {
            if open.is_some() && marks.peek().is_some_and(|mark| mark.end <= at) {
                out.close(&mut open);
                marks.next();
            }
            if open.is_none() && marks.peek().is_some_and(|mark| mark.start <= at) {
                open = Some(out.text.len());
            }
            if !c.is_whitespace() {
                out.text.push(c);
            } else if !space {
                out.text.push(' ');
            }
            space = c.is_whitespace();
        }
        out.close(&mut open);
        let kept = out.text.trim_end().len();
        out.text.truncate(kept);
        for hit in &mut out.hits {
            hit.end = hit.end.min(kept);
        }
        out.hits.retain(|hit| hit.start < hit.end);
        if to < text.len() {
            out.text.push('…');
        }
        out
    }

    /// The text in pieces, each with whether it is marked.
    pub fn pieces(&self) -> impl Iterator<Item = (bool, &str)> {
        let mut at = 0;
        let mut pieces = Vec::with_capacity(self.hits.len() * 2 + 1);
        for hit in &self.hits {
            pieces.push((false, self.text.get(at..hit.start).unwrap_or_default()));
            pieces.push((true, self.text.get(hit.clone()).unwrap_or_default()));
            at = hit.end.max(at);
        }
        pieces.push((false, self.text.get(at..).unwrap_or_default()));
        pieces.into_iter().filter(|(_, piece)| !piece.is_empty())
    }

    fn close(&mut self, open: &mut Option<usize>) {
        if let Some(start) = open.take()
            && start < self.text.len()
        {
            self.hits.push(start..self.text.len());
        }
    }
}

/// The places in order, on character boundaries, overlapping ones as one.
fn tidy(text: &str, places: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut sorted: Vec<Range<usize>> = places
        .iter()
        .map(|place| {
            let start = text.floor_char_boundary(place.start);
            start..text.ceil_char_boundary(place.end.min(text.len()))
        })
        .filter(|place| place.start < place.end)
        .collect();
    sorted.sort_by_key(|place| (place.start, place.end));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(sorted.len());
    for place in sorted {
        match out.last_mut() {
            Some(last) if place.start < last.end => last.end = last.end.max(place.end),
            _ => out.push(place),
        }
    }
    out
}

/// The bytes to show: about a third of `room` before `first`, the rest after it.
fn cut(text: &str, first: usize, room: usize) -> (usize, usize) {
    // No more than `room` characters on either side are ever looked at: texts may be megabytes.
    let ends = |from: usize, count: usize| {
        text.get(from..)
            .and_then(|rest| rest.char_indices().nth(count))
            .map_or(text.len(), |(at, _)| from + at)
    };
    if ends(0, room) == text.len() {
        return (0, text.len());
    }
    let before = text.get(..first).unwrap_or_default();
    let lead = room / 3;
    let mut from = before
        .char_indices()
        .rev()
        .nth(lead.saturating_sub(1))
        .map_or(0, |(at, _)| at);
    let mut to = ends(from, room);
    if to == text.len() {
        from = text
            .char_indices()
            .rev()
            .nth(room.saturating_sub(1))
            .map_or(0, |(at, _)| at);
    }
    // A word is not cut unless it is longer than a quarter of the room.
    let slack = room / 4;
    if from > 0 {
        let word = text.get(from..first.max(from)).unwrap_or_default();
        if let Some((skip, _)) = word
            .char_indices()
            .take(slack)
            .find(|(_, c)| c.is_whitespace())
        {
            from += skip;
        }
    }
    if to < text.len() {
        let tail = text.get(first.max(from)..to).unwrap_or_default();
        if let Some((at, _)) = tail
            .char_indices()
            .rev()
            .take(slack)
            .find(|(_, c)| c.is_whitespace())
        {
            to = first.max(from) + at;
        }
    }
    (from, to)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(text: &str, places: &[Range<usize>], room: usize) -> String {
        Marked::around(text, places, room)
            .pieces()
            .map(|(hit, piece)| {
                if hit {
                    format!("[{piece}]")
                } else {
                    piece.to_owned()
                }
            })
            .collect()
    }

    #[test]
    fn shows_what_matched_and_the_words_around_it() {
        let text = "Ho comprato un frigo\n\n Frigolux e dopo due giorni perde acqua dappertutto.";
        let at = text.find("Frigolux").unwrap();
        let place = at..at + 8;
        assert_eq!(
            marked(text, std::slice::from_ref(&place), 200),
            "Ho comprato un frigo [Frigolux] e dopo due giorni perde acqua dappertutto."
        );
        assert_eq!(
            marked(text, &[place], 40),
            "…un frigo [Frigolux] e dopo due giorni…"
        );
        assert_eq!(marked("abc", &[], 40), "abc");
        assert_eq!(marked("", std::slice::from_ref(&(0..3)), 40), "");
    }

    #[test]
    fn joins_places_that_overlap_and_survives_wrong_ones() {
        assert_eq!(
            marked("caffè nero", &[4..5, 0..6, 4..10], 40),
            "[caffè ner]o"
        );
        assert_eq!(marked("caffè", &[90..95, 5..99], 40), "caff[è]");
    }

    #[test]
    fn a_megabyte_without_a_space_is_cut() {
        let text = "x".repeat(1_000_000);
        let cut = Marked::around(&text, std::slice::from_ref(&(500_000..500_010)), 100);
        assert_eq!(cut.text.chars().count(), 102);
        assert_eq!(cut.hits.len(), 1);
    }

    proptest! {
        #[test]
        fn marks_stay_inside_and_apart(
            text in "[a-zè \n😀]{0,80}",
            places in proptest::collection::vec((0usize..120, 0usize..40), 0..5),
            room in 1usize..60,
        ) {
            let places: Vec<_> = places.iter().map(|(at, len)| *at..at + len).collect();
            let cut = Marked::around(&text, &places, room);
            prop_assert!(cut.text.chars().count() <= room + 2);
            let mut last = 0;
            for hit in &cut.hits {
                prop_assert!(hit.start >= last && hit.start < hit.end);
                prop_assert!(cut.text.get(hit.clone()).is_some());
                last = hit.end;
            }
            let whole: String = cut.pieces().map(|(_, piece)| piece).collect();
            prop_assert_eq!(whole, cut.text);
        }
    }
}
