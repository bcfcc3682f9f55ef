//! The picture of the periods: stacked columns, as numbers that a template writes into an SVG.

use crate::model::Period;

/// Room above the columns, for the topmost number of the scale.
const TOP: f64 = 12.0;
/// Room below, for the names of the periods.
const BOTTOM: f64 = 30.0;
/// Room on the left, for the numbers of the scale.
const LEFT: f64 = 46.0;
/// Room on the right, for half of the last name.
const RIGHT: f64 = 22.0;
/// The widest column.
const WIDEST: f64 = 44.0;

/// How large a picture is, and how much room a name under a column needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) label: f64,
}

/// A picture of columns.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) class: &'static str,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) left: f64,
    pub(super) lines: Vec<Line>,
    pub(super) bars: Vec<Column>,
}

/// A line of the scale.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) y: String,
    pub(super) text_y: String,
    pub(super) value: String,
}

/// A column.
#[derive(Debug)]
pub(super) struct Column {
    /// What it says, in words.
    pub(super) title: String,
    pub(super) parts: Vec<Part>,
    pub(super) middle: String,
    /// The name under it; empty where there is no room.
    pub(super) label: String,
}

/// A part of a column.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) class: &'static str,
    pub(super) x: String,
    pub(super) y: String,
    pub(super) width: String,
    pub(super) height: String,
}

/// Draws the periods; `titles` and `labels` are theirs, in their order.
pub(super) fn columns(
    class: &'static str,
    size: Size,
    periods: &[Period],
    names: &[(String, String)],
    number: impl Fn(u64) -> String,
) -> Columns {
    let most = periods.iter().map(Period::total).max().unwrap_or(0);
    let (step, top) = scale(most);
    let plot = size.height - TOP - BOTTOM;
    let y = |value: u64| TOP + plot * (1.0 - ratio(value, top));
    let slot =
        (size.width - LEFT - RIGHT) / ratio(u64::try_from(periods.len().max(1)).unwrap_or(1), 1);
    let width = (slot * 0.76).min(WIDEST);
    let every = (size.label / slot).ceil().max(1.0);
    let columns = periods
        .iter()
        .zip(names)
        .zip(0_u32..)
        .map(|((period, (title, label)), at)| {
            let middle = LEFT + slot * (f64::from(at) + 0.5);
            let mut stacked = 0;
            let parts = [
                ("neg", period.negative),
                ("neu", period.neutral),
                ("pos", period.positive),
            ]
            .into_iter()
            .filter(|(_, value)| *value > 0)
            .map(|(class, value)| {
                let bottom = y(stacked);
                stacked += value;
                Part {
                    class,
                    x: fine(middle - width / 2.0),
                    y: fine(y(stacked)),
                    width: fine(width),
                    height: fine(bottom - y(stacked)),
                }
            })
            .collect();
            // Counted from the last, so that the newest has its name.
            let from_end = f64::from(u32::try_from(periods.len()).unwrap_or(u32::MAX) - 1 - at);
            Column {
                title: title.clone(),
                parts,
                middle: fine(middle),
                label: if from_end % every < 0.5 {
                    label.clone()
                } else {
                    String::new()
                },
            }
        });
    Columns {
        class,
        width: size.width,
        height: size.height,
        left: LEFT,
        bars: columns.collect(),
        lines: (0..=top / step)
            .map(|line| Line {
                y: fine(y(line * step)),
                text_y: fine(y(line * step) + 4.0),
                value: number(line * step),
            })
            .collect(),
    }
}

/// The distance of the lines and the topmost: round numbers, three to five lines.
fn scale(most: u64) -> (u64, u64) {
    let mut unit = 1;
    loop {
        for step in [unit, 2 * unit, 5 * unit] {
            if most.max(1).div_ceil(step) <= 4 {
                return (step, most.max(1).div_ceil(step) * step);
            }
        }
        unit *= 10;
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a length in a picture, of counts far below 2^52"
)]
fn ratio(value: u64, whole: u64) -> f64 {
    value as f64 / whole.max(1) as f64
}

/// A length to a tenth.
fn fine(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_round() {
        for (most, expected) in [
            (0, (1, 1)),
            (3, (1, 3)),
            (5, (2, 6)),
            (17, (5, 20)),
            (41, (20, 60)),
            (1_234, (500, 1_500)),
        ] {
            assert_eq!(scale(most), expected, "{most}");
        }
    }
}
