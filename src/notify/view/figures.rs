//! The figures: tables, the picture by day, and what rises.

use super::{NAME, ROWS};
use crate::model::{DayCount, Digest, Measure, Numbers, Riser, Sum};
use crate::notify::colours::LIGHT;
use crate::notify::harmless;
use crate::notify::texts::{self, Texts};
use crate::notify::wording;

/// Days of the picture at most.
const DAYS: usize = 31;

/// A row of a data table.
#[derive(Debug)]
pub(in crate::notify) struct Row {
    pub(in crate::notify) label: String,
    pub(in crate::notify) value: String,
    pub(in crate::notify) previous: String,
    pub(in crate::notify) change: String,
}

/// A day of the picture.
#[derive(Debug)]
pub(in crate::notify) struct DayRow {
    pub(in crate::notify) label: String,
    pub(in crate::notify) negative: String,
    pub(in crate::notify) neutral: String,
    pub(in crate::notify) positive: String,
    /// The picture: one part for each sentiment that occurs, in the order of the columns.
    pub(in crate::notify) bars: Vec<Bar>,
    /// Hundredths of the row that stay empty.
    pub(in crate::notify) left: u64,
    /// The same picture in characters.
    pub(in crate::notify) bar: String,
}

/// A part of a bar.
#[derive(Debug)]
pub(in crate::notify) struct Bar {
    pub(in crate::notify) class: &'static str,
    pub(in crate::notify) colour: &'static str,
    /// Hundredths of the row.
    pub(in crate::notify) width: u64,
}

/// What rises, of one kind.
#[derive(Debug)]
pub(in crate::notify) struct RisingList {
    pub(in crate::notify) heading: &'static str,
    pub(in crate::notify) items: Vec<(String, String)>,
}

pub(super) fn numbers(texts: &Texts, digest: &Digest) -> Vec<Row> {
    let numbers = &digest.numbers;
    let count = |label: &str, value: Option<u64>, previous: Option<u64>| Row {
        label: label.to_owned(),
        value: dash(value.map(|n| wording::number(texts, n))),
        previous: dash(previous.map(|n| wording::number(texts, n))),
        change: dash(
            value
                .zip(previous)
                .and_then(|(now, before)| growth(texts, now, before)),
        ),
    };
    let share = |label: &str, measure: Measure<f64>| Row {
        label: label.to_owned(),
        value: dash(measure.value.map(|share| wording::percent(texts, share))),
        previous: dash(measure.previous.map(|share| wording::percent(texts, share))),
        change: moved(texts, measure, 100.0),
    };
    let mut rows = vec![
        count(
            texts.mentions_label,
            Some(numbers.mentions),
            numbers.mentions_before,
        ),
        count(
            texts.authors_label,
            numbers.authors.value,
            numbers.authors.previous,
        ),
        Row {
            label: texts.net_sentiment_label.to_owned(),
            value: dash(
                numbers
                    .net_sentiment
                    .value
                    .map(|p| wording::points(texts, p)),
            ),
            previous: dash(
                numbers
                    .net_sentiment
                    .previous
                    .map(|p| wording::points(texts, p)),
            ),
            change: moved(texts, numbers.net_sentiment, 1.0),
        },
        share(texts.negative_share_label, numbers.negative_share),
    ];
    if !digest.voices.is_empty() {
        rows.push(share(texts.share_of_voice_label, numbers.share_of_voice));
    }
    rows.push(sum(texts, texts.followers_label, digest.reach.followers));
    rows.push(sum(texts, texts.engagement_label, digest.reach.engagement));
    rows.retain(|row| row.value != "–" || row.previous != "–");
    rows
}

/// What sources tell of some mentions; its change only where they tell it of enough.
fn sum(texts: &Texts, label: &str, measure: Measure<Sum>) -> Row {
    let total = |sum: Option<Sum>| dash(sum.map(|sum| wording::number(texts, sum.total)));
    let enough = |sum: Option<Sum>| sum.filter(|sum| sum.mentions >= Numbers::BASE);
    Row {
        label: label.to_owned(),
        value: total(measure.value),
        previous: total(measure.previous),
        change: dash(
            enough(measure.value)
                .zip(enough(measure.previous))
                .and_then(|(now, before)| growth(texts, now.total, before.total)),
        ),
    }
}

/// The change of a count in percent; none on a base that is too small.
fn growth(texts: &Texts, now: u64, before: u64) -> Option<String> {
    if before < Numbers::BASE {
        return None;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a percentage is rounded to a whole number anyway"
    )]
    let change = (now as f64 - before as f64) / before as f64 * 100.0;
    Some(format!("{}%", wording::points(texts, change)))
}

fn moved(texts: &Texts, measure: Measure<f64>, scale: f64) -> String {
    dash(measure.value.zip(measure.previous).map(|(now, before)| {
        let points = wording::points(texts, (now - before) * scale);
        texts::fill(texts.points, &[&points])
    }))
}

pub(super) fn dash(text: Option<String>) -> String {
    text.unwrap_or_else(|| "–".to_owned())
}

pub(super) fn notes(texts: &Texts, digest: &Digest, name: &str) -> Vec<String> {
    let mut notes = Vec::new();
    if digest.voices.iter().any(|voice| voice.mentions > 0) {
        let voices: Vec<String> = digest
            .voices
            .iter()
            .take(ROWS)
            .map(|voice| {
                let label = if voice.own {
                    name.to_owned()
                } else {
                    harmless::line(&voice.name, NAME)
                };
                format!("{label} {}", wording::number(texts, voice.mentions))
            })
            .collect();
        notes.push(format!("{}: {}.", texts.voices, voices.join(", ")));
    }
    let rows = numbers(texts, digest);
    if rows
        .iter()
        .any(|row| row.label == texts.net_sentiment_label)
    {
        notes.push(texts.net_sentiment_note.to_owned());
    }
    notes.extend(reach_note(texts, digest));
    if rows.iter().any(|row| row.change == "–") {
        notes.push(dash_note(texts));
    }
    notes
}

/// Of how many mentions sources tell followers and interactions, where it is not of all.
fn reach_note(texts: &Texts, digest: &Digest) -> Option<String> {
    let of = |measure: Measure<Sum>| measure.value.map_or(0, |sum| sum.mentions);
    let (followers, engagement) = (of(digest.reach.followers), of(digest.reach.engagement));
    let all = digest.numbers.mentions;
    let number = |n| wording::number(texts, n);
    (followers + engagement > 0 && followers.min(engagement) < all).then(|| {
        texts::fill(
            texts.reach_note,
            &[&number(followers), &number(engagement), &number(all)],
        )
    })
}

pub(super) fn dash_note(texts: &Texts) -> String {
    texts::fill(texts.dash_note, &[&wording::number(texts, Numbers::BASE)])
}

pub(super) fn days(texts: &Texts, digest: &Digest) -> Vec<DayRow> {
    /// Characters of a whole bar in the text part.
    const CELLS: u64 = 24;
    let skip = digest.by_day.len().saturating_sub(DAYS);
    let days = digest.by_day.get(skip..).unwrap_or_default();
    let widest = days.iter().map(DayCount::total).max().unwrap_or(0);
    if widest == 0 {
        return Vec::new();
    }
    // A part that is there at all is never rounded away.
    let part = |n: u64, whole: u64| match n {
        0 => 0,
        n => (u128::from(n) * u128::from(whole) / u128::from(widest))
            .try_into()
            .unwrap_or(whole)
            .max(1),
    };
    days.iter()
        .map(|day| {
            let parts = [day.negative, day.neutral, day.positive];
            let [bad, plain, good] = LIGHT.bars;
            let colours = [("bn", bad), ("bu", plain), ("bp", good)];
            let bars: Vec<Bar> = parts
                .iter()
                .zip(colours)
                .filter(|(n, _)| **n > 0)
                .map(|(n, (class, colour))| Bar {
                    class,
                    colour,
                    width: part(*n, 97),
                })
                .collect();
            let left = 100_u64.saturating_sub(bars.iter().map(|bar| bar.width).sum());
            let bar = parts
                .into_iter()
                .zip(['#', '.', '+'])
                .flat_map(|(n, sign)| (0..part(n, CELLS)).map(move |_| sign))
                .collect();
            DayRow {
                label: wording::day(texts, day.day),
                negative: wording::number(texts, day.negative),
                neutral: wording::number(texts, day.neutral),
                positive: wording::number(texts, day.positive),
                bars,
                left,
                bar,
            }
        })
        .collect()
}

pub(super) fn by_source(texts: &Texts, digest: &Digest) -> Vec<Row> {
    digest
        .by_source
        .iter()
        .take(ROWS)
        .map(|source| Row {
            label: harmless::breakable(&harmless::line(&source.name, NAME)),
            value: wording::number(texts, source.mentions),
            previous: dash(source.before.map(|n| wording::number(texts, n))),
            change: dash(
                source
                    .before
                    .and_then(|before| growth(texts, source.mentions, before)),
            ),
        })
        .collect()
}

pub(super) fn rising(texts: &'static Texts, digest: &Digest) -> Vec<RisingList> {
    let list = |heading: &'static str, risers: &[Riser]| RisingList {
        heading,
        items: risers
            .iter()
            .take(ROWS)
            .map(|riser| {
                let count = wording::number(texts, riser.count);
                let usual = wording::stars(texts, riser.usual);
                (
                    harmless::breakable(&harmless::line(&riser.name, NAME)),
                    texts::fill(texts.usual, &[&count, &usual]),
                )
            })
            .collect(),
    };
    [
        list(texts.rising_terms, &digest.rising.terms),
        list(texts.rising_authors, &digest.rising.authors),
        list(texts.rising_sources, &digest.rising.sources),
    ]
    .into_iter()
    .filter(|list| !list.items.is_empty())
    .collect()
}
