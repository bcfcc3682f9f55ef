//! Counts beside each other, as bars.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::terminal::{fit, one_line};
use crate::model::Share;

/// The widest of the names, and of the bars.
const NAME: usize = 28;
const BAR: usize = 48;

/// A count of which it is not told how it sounds.
pub(super) fn plain(name: &str, mentions: u64) -> Share {
    Share {
        name: name.to_owned(),
        mentions,
        negative: 0,
        positive: 0,
    }
}

/// Names with counts and bars, for a terminal of so many cells; the negative part of each comes
/// first, the positive last, told by signs and colours.
pub(super) fn draw(out: &mut String, shares: &[Share], width: usize) {
    let (red, green) = (AnsiColor::Red.on_default(), AnsiColor::Green.on_default());
    let bar = AnsiColor::Cyan.on_default();
    let most = shares.iter().map(|share| share.mentions).max().unwrap_or(1);
    let figures = most.to_string().len();
    let names: Vec<String> = shares
        .iter()
        .map(|share| fit(&one_line(&share.name), NAME))
        .collect();
    let widest = names.iter().map(|name| name.width()).max().unwrap_or(0);
    let room = width.saturating_sub(widest + figures + 6).clamp(8, BAR);
    for (name, share) in names.iter().zip(shares) {
        // Whoever is there is seen.
        let all = cells(share.mentions, most, room).max(usize::from(share.mentions > 0));
        let bad = cells(share.negative, most, room);
        let good = cells(share.positive, most, room);
        let rest = all.saturating_sub(bad + good);
        let pad = " ".repeat(widest - name.width());
        let neutral = if share.negative + share.positive > 0 {
            "·"
        } else {
            "▇"
        };
        let _infallible = writeln!(
            out,
            "  {name}{pad}  {:>figures$}  {red}{}{red:#}{bar}{}{bar:#}{green}{}{green:#}",
            share.mentions,
            "#".repeat(bad),
            neutral.repeat(rest),
            "+".repeat(good),
        );
    }
}

pub(super) fn heading(out: &mut String, what: &str) {
    let bold = Style::new().bold();
    let _infallible = writeln!(out, "{bold}{what}{bold:#}");
}

/// Cells for `n` of `most` in `room`: none for none, and never more than there is room for.
pub(super) fn cells(n: u64, most: u64, room: usize) -> usize {
    let room = u64::try_from(room).unwrap_or(u64::MAX);
    usize::try_from(n.saturating_mul(room) / most.max(1)).unwrap_or(usize::MAX)
}
