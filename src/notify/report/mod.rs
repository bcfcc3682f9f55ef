//! Statistics as one HTML page to send around: it loads nothing and runs nothing.
//!
//! In go figures; out comes a page with its pictures inside, readable on a telephone, in the dark,
//! on paper and by a screen reader.
//!
//! Invariant: the page names no other file, and nothing that a stranger wrote becomes markup.

mod columns;
mod words;

use askama::Template;
use chrono::{Datelike, NaiveDate};

use super::colours::{DARK, LIGHT, PRINT};
use super::harmless;
use super::texts::{self, Texts};
use super::wording;
use crate::model::{Measure, Period, Share, Statistics, Step, Timestamp};
use columns::{Columns, Size, columns};
use words::Words;

/// Characters of a name at most.
const NAME: usize = 60;

const WIDE: Size = Size {
    width: 760.0,
    height: 240.0,
    label: 62.0,
};

const NARROW: Size = Size {
    width: 360.0,
    height: 220.0,
    label: 62.0,
};

#[derive(Template)]
#[template(path = "stats/page.html")]
struct Page<'a> {
    texts: &'static Texts,
    words: &'static Words,
    title: &'a str,
    span: &'a str,
    tiles: &'a [Tile],
    empty: bool,
    by: &'static str,
    period: &'static str,
    picture: &'a str,
    pictures: &'a [Columns],
    rows: &'a [PeriodRow],
    sentiment: &'a [Slice],
    lists: &'a [List],
    made: &'a str,
}

/// A figure.
struct Tile {
    label: String,
    value: String,
    before: String,
}

struct PeriodRow {
    label: String,
    all: String,
    negative: String,
    neutral: String,
    positive: String,
}

/// A part of all.
struct Slice {
    class: &'static str,
    label: &'static str,
    mentions: String,
    percent: String,
    start: String,
    width: String,
}

/// A list of names with bars.
struct List {
    heading: &'static str,
    note: &'static str,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    own: bool,
    mentions: String,
    share: String,
    /// Class, start and width of each part of the bar, in hundredths.
    parts: Vec<(&'static str, String, String)>,
}

/// The statistics as a page.
///
/// # Errors
///
/// None that the statistics can cause; the error type is that of the templates.
pub fn page(statistics: &Statistics) -> Result<String, askama::Error> {
    let (texts, words) = (
        texts::of(statistics.language),
        words::of(statistics.language),
    );
    let name = statistics
        .name
        .as_deref()
        .map(|name| harmless::line(name, NAME));
    let title = name.map_or_else(
        || words.about_all.to_owned(),
        |name| texts::fill(words.about, &[&name]),
    );
    let step = match statistics.step {
        Step::Day => 0,
        Step::Week => 1,
        Step::Month => 2,
    };
    let names = period_names(texts, words, statistics);
    let number = |n| wording::number(texts, n);
    let pictures = [
        columns("wide", WIDE, &statistics.periods, &names, number),
        columns("narrow", NARROW, &statistics.periods, &names, number),
    ];
    let zone = statistics.window.timezone;
    let made = wording::moment(texts, statistics.made, zone);
    Page {
        texts,
        words,
        title: &title,
        span: &span(texts, statistics),
        tiles: &tiles(texts, words, statistics),
        empty: statistics.numbers.mentions == 0,
        by: words.by.get(step).copied().unwrap_or_default(),
        period: words.period.get(step).copied().unwrap_or_default(),
        picture: &picture(texts, words, statistics, &names),
        pictures: &pictures,
        rows: &period_rows(texts, statistics, &names),
        sentiment: &sentiment(texts, statistics),
        lists: &lists(texts, words, statistics),
        made: &texts::fill(words.made, &[&made]),
    }
    .render()
}

/// `23 ott – 22 nov 2026, Europe/Rome`.
fn span(texts: &Texts, statistics: &Statistics) -> String {
    let window = statistics.window;
    let first = window.from.day_in(window.timezone);
    let last = Timestamp::from_millis(window.to.millis().saturating_sub(1)).day_in(window.timezone);
    let last = last.max(first);
    let name = |day: NaiveDate, year: bool| {
        let month = usize::try_from(day.month0()).unwrap_or(0);
        let month = texts.months.get(month).copied().unwrap_or_default();
        if year {
            format!("{} {month} {}", day.day(), day.year())
        } else {
            format!("{} {month}", day.day())
        }
    };
    let zone = window.timezone.name();
    if first == last {
        return format!("{}, {zone}", name(first, true));
    }
    let years = first.year() != last.year();
    format!("{} – {}, {zone}", name(first, years), name(last, true))
}

fn tiles(texts: &Texts, words: &Words, statistics: &Statistics) -> Vec<Tile> {
    let numbers = &statistics.numbers;
    let tile = |label: &str, value: Option<String>, before: Option<String>| {
        value.map(|value| Tile {
            label: label.to_owned(),
            value,
            before: before.map_or_else(String::new, |before| texts::fill(words.before, &[&before])),
        })
    };
    let share = |label: &str, measure: Measure<f64>| {
        let percent = |share| wording::percent(texts, share);
        tile(
            label,
            measure.value.map(percent),
            measure.previous.map(percent),
        )
    };
    let number = |n| wording::number(texts, n);
    let points = |n| wording::points(texts, n);
    [
        tile(
            texts.mentions_label,
            Some(number(numbers.mentions)),
            numbers.mentions_before.map(number),
        ),
        tile(
            texts.authors_label,
            numbers.authors.value.map(number),
            numbers.authors.previous.map(number),
        ),
        tile(
            words.urgent,
            Some(number(numbers.urgent + numbers.high)),
            None,
        ),
        tile(
            texts.net_sentiment_label,
            numbers.net_sentiment.value.map(points),
            numbers.net_sentiment.previous.map(points),
        ),
        share(texts.negative_share_label, numbers.negative_share),
        share(texts.share_of_voice_label, numbers.share_of_voice),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Each period by its full and by its short name.
fn period_names(texts: &Texts, words: &Words, statistics: &Statistics) -> Vec<(String, String)> {
    let name = |period: &Period| {
        let month = usize::try_from(period.start.month0()).unwrap_or(0);
        let month = texts.months.get(month).copied().unwrap_or_default();
        let short = format!("{} {month}", period.start.day());
        match statistics.step {
            Step::Day => (wording::day(texts, period.start), short),
            Step::Week => (texts::fill(words.week_of, &[&short]), short),
            Step::Month => {
                let name = format!("{month} {}", period.start.year());
                (name.clone(), name)
            }
        }
    };
    let names = statistics.periods.iter().map(name);
    names
        .zip(&statistics.periods)
        .map(|((full, short), period)| {
            let count = wording::number(texts, period.total());
            (format!("{full}: {count}"), short)
        })
        .collect()
}

/// The picture in words.
fn picture(
    texts: &Texts,
    words: &Words,
    statistics: &Statistics,
    names: &[(String, String)],
) -> String {
    let largest = statistics
        .periods
        .iter()
        .zip(names)
        .max_by_key(|(period, _)| period.total());
    match largest {
        Some((period, (_, name))) if period.total() > 0 => texts::fill(
            words.picture,
            &[
                &wording::number(texts, statistics.numbers.mentions),
                &wording::number(texts, period.total()),
                name,
            ],
        ),
        _ => words.no_picture.to_owned(),
    }
}

fn period_rows(
    texts: &Texts,
    statistics: &Statistics,
    names: &[(String, String)],
) -> Vec<PeriodRow> {
    let number = |n| wording::number(texts, n);
    statistics
        .periods
        .iter()
        .zip(names)
        .map(|(period, (full, _))| PeriodRow {
            label: full.split(": ").next().unwrap_or_default().to_owned(),
            all: number(period.total()),
            negative: number(period.negative),
            neutral: number(period.neutral),
            positive: number(period.positive),
        })
        .collect()
}

fn sentiment(texts: &'static Texts, statistics: &Statistics) -> Vec<Slice> {
    let sum = |part: fn(&Period) -> u64| statistics.periods.iter().map(part).sum::<u64>();
    let parts = [
        ("neg", texts.negative, sum(|period| period.negative)),
        ("neu", texts.neutral, sum(|period| period.neutral)),
        ("pos", texts.positive, sum(|period| period.positive)),
    ];
    let all: u64 = parts.iter().map(|(_, _, count)| count).sum();
    let mut start = 0.0;
    parts
        .into_iter()
        .filter(|(_, _, count)| *count > 0)
        .map(|(class, label, count)| {
            let width = hundredths(count, all);
            let slice = Slice {
                class,
                label,
                mentions: wording::number(texts, count),
                percent: wording::percent(texts, width / 100.0),
                start: format!("{start:.2}"),
                width: format!("{width:.2}"),
            };
            start += width;
            slice
        })
        .collect()
}

fn lists(texts: &'static Texts, words: &'static Words, statistics: &Statistics) -> Vec<List> {
    let shares = |heading, note, shares: &[Share], others: u64| List {
        heading,
        note,
        rows: rows(texts, words, shares, others, statistics.numbers.mentions),
    };
    let list = |heading, note, found: &[Share]| shares(heading, note, found, 0);
    [
        voices(texts, words, statistics),
        intents(texts, words, statistics),
        shares(
            words.sources,
            words.sources_note,
            &statistics.sources,
            statistics.other_sources,
        ),
        list(
            words.complaints,
            words.complaints_note,
            &statistics.complaints,
        ),
        list(words.praise, words.praise_note, &statistics.praise),
        list(words.authors, words.authors_note, &statistics.authors),
        list(words.terms, words.terms_note, &statistics.terms),
        list(
            words.languages,
            words.languages_note,
            &statistics.languages_by_name(statistics.language),
        ),
    ]
    .into_iter()
    .filter(|list| !list.rows.is_empty())
    .collect()
}

fn rows(texts: &Texts, words: &Words, shares: &[Share], others: u64, all: u64) -> Vec<Row> {
    let most = shares
        .iter()
        .map(|share| share.mentions)
        .max()
        .unwrap_or(0)
        .max(others);
    let mut rows: Vec<Row> = shares
        .iter()
        .map(|share| {
            let neutral = share
                .mentions
                .saturating_sub(share.negative + share.positive);
            let counts = [
                ("neg", share.negative),
                ("neu", neutral),
                ("pos", share.positive),
            ];
            Row {
                name: harmless::breakable(&harmless::line(&share.name, NAME)),
                own: false,
                mentions: wording::number(texts, share.mentions),
                share: wording::percent(texts, hundredths(share.mentions, all) / 100.0),
                parts: parts(&counts, most),
            }
        })
        .collect();
    if others > 0 {
        rows.push(Row {
            name: words.other_sources.to_owned(),
            own: false,
            mentions: wording::number(texts, others),
            share: wording::percent(texts, hundredths(others, all) / 100.0),
            parts: parts(&[("plain", others)], most),
        });
    }
    rows
}

fn voices(texts: &Texts, words: &'static Words, statistics: &Statistics) -> List {
    let voices = statistics.voices.iter();
    List {
        heading: words.voices,
        note: words.voices_note,
        rows: beside(texts, voices.map(|it| (&*it.name, it.mentions, it.own))),
    }
}

fn intents(texts: &'static Texts, words: &'static Words, statistics: &Statistics) -> List {
    let intents = statistics.intents.iter();
    List {
        heading: words.intents,
        note: words.intents_note,
        rows: beside(
            texts,
            intents.map(|it| (texts.intent(it.intent), it.mentions, false)),
        ),
    }
}

/// Names that share all there is, with their mentions and whether they are one's own.
fn beside<'a>(texts: &Texts, of: impl Iterator<Item = (&'a str, u64, bool)> + Clone) -> Vec<Row> {
    let counts = of.clone().map(|(_, mentions, _)| mentions);
    let (all, most) = (counts.clone().sum(), counts.max().unwrap_or(0));
    of.map(|(name, mentions, own)| Row {
        name: harmless::breakable(&harmless::line(name, NAME)),
        own,
        mentions: wording::number(texts, mentions),
        share: wording::percent(texts, hundredths(mentions, all) / 100.0),
        parts: parts(&[(if own { "own" } else { "plain" }, mentions)], most),
    })
    .collect()
}

/// The parts of a bar whose whole is `most`.
fn parts(counts: &[(&'static str, u64)], most: u64) -> Vec<(&'static str, String, String)> {
    let mut start = 0.0;
    counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(class, count)| {
            let width = hundredths(*count, most);
            let part = (*class, format!("{start:.2}"), format!("{width:.2}"));
            start += width;
            part
        })
        .collect()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a length in a picture, of counts far below 2^52"
)]
fn hundredths(count: u64, whole: u64) -> f64 {
    count as f64 * 100.0 / whole.max(1) as f64
}
