//! Counts by value, as bars.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};

use chrono_tz::Tz;
use clap::ValueEnum;
use serde::Serialize;

use super::bars;
use super::output::{Format, csv_cell, json_line};
use super::terminal::width;
use crate::index::{Dimension, Tally};
use crate::model::Share;

/// Values that are shown of a facet; days are all shown.
const SHOWN: usize = 12;

/// What mentions are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Facet {
    Source,
    Sentiment,
    Language,
    Watch,
    Author,
    Priority,
    Day,
}

impl Facet {
    pub(crate) const fn dimension(self) -> Dimension {
        match self {
            Self::Source => Dimension::Source,
            Self::Sentiment => Dimension::Sentiment,
            Self::Language => Dimension::Language,
            Self::Watch => Dimension::Watch,
            Self::Author => Dimension::Author,
            Self::Priority => Dimension::Priority,
            Self::Day => Dimension::HalfHour,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Sentiment => "sentiment",
            Self::Language => "language",
            Self::Watch => "watch",
            Self::Author => "author",
            Self::Priority => "priority",
            Self::Day => "day",
        }
    }

    /// The values with their counts: days in their order, all else the most first. Of these, only
    /// the first `wanted` are in order.
    fn values(self, tally: &Tally, zone: Tz, wanted: usize) -> Vec<(Cow<'_, str>, u64)> {
        if self == Self::Day {
            let mut days: BTreeMap<String, u64> = BTreeMap::new();
            for (at, count) in &tally.half_hours {
                let day = at.day_in(zone);
                *days.entry(day.to_string()).or_default() += count;
            }
            let days = days.into_iter().map(|(day, count)| (day.into(), count));
            return days.collect();
        }
        let mut values: Vec<(Cow<'_, str>, u64)> = tally
            .values
            .iter()
            .map(|(value, count)| (value.into(), *count))
            .collect();
        let order = |a: &(Cow<'_, str>, u64), b: &(Cow<'_, str>, u64)| {
            b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0))
        };
        if wanted < values.len() {
            // There may be as many authors as mentions.
            values.select_nth_unstable_by(wanted, order);
        }
        let first = wanted.min(values.len());
        if let Some(first) = values.get_mut(..first) {
            first.sort_unstable_by(order);
        }
        values
    }
}

#[derive(Serialize)]
struct Row<'a> {
    facet: &'a str,
    value: &'a str,
    mentions: u64,
}

/// Prints the counts of each facet. As CSV they are a table of their own; `below` tells that
/// another one stands above it.
pub(crate) fn print(
    facets: &[Facet],
    tallies: &[Tally],
    format: Format,
    zone: Tz,
    below: bool,
) -> anyhow::Result<()> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    if format == Format::Csv && !facets.is_empty() {
        let gap = if below { "\n" } else { "" };
        writeln!(out, "{gap}facet,value,mentions")?;
    }
    for (facet, tally) in facets.iter().zip(tallies) {
        let wanted = match format {
            Format::Table => SHOWN,
            Format::Json | Format::Csv => usize::MAX,
        };
        let values = facet.values(tally, zone, wanted);
        match format {
            Format::Table => write!(out, "{}", drawn(*facet, &values))?,
            Format::Json => {
                for (value, mentions) in &values {
                    let row = Row {
                        facet: facet.as_str(),
                        value,
                        mentions: *mentions,
                    };
                    json_line(&mut out, &row)?;
                }
            }
            Format::Csv => {
                let mut csv = csv::Writer::from_writer(&mut out);
                for (value, mentions) in &values {
                    csv.write_record([facet.as_str(), &csv_cell(value), &mentions.to_string()])?;
                }
                csv.flush()?;
            }
        }
    }
    out.flush()?;
    Ok(())
}

fn drawn(facet: Facet, values: &[(Cow<'_, str>, u64)]) -> String {
    let shown = if facet == Facet::Day {
        values.len()
    } else {
        SHOWN
    };
    let shares: Vec<Share> = values
        .iter()
        .take(shown)
        .map(|(value, mentions)| bars::plain(value, *mentions))
        .collect();
    let mut out = String::new();
    bars::heading(&mut out, facet.as_str());
    bars::draw(&mut out, &shares, width());
    if values.len() > shown {
        let _infallible = writeln!(out, "  and {} more", values.len() - shown);
    }
    out.push('\n');
    out
}
