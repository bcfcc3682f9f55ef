//! The plain-text part: wrapped, aligned, complete.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::harmless::Piece;
use super::view::{EntryView, Row, View};

/// Columns of a line at most; addresses and commands are never broken.
const COLUMNS: usize = 76;

/// `text` in lines of at most 76 columns, each after `indent` spaces.
pub(super) fn wrap(text: impl AsRef<str>, indent: usize) -> String {
    lines(text.as_ref(), indent, indent)
}

/// A bullet and its text.
pub(super) fn item(text: impl AsRef<str>) -> String {
    let wrapped = lines(text.as_ref(), 2, 2);
    format!("-{}", wrapped.get(1..).unwrap_or_default())
}

/// `1. ` and its text.
pub(super) fn numbered(number: impl std::fmt::Display, text: impl AsRef<str>) -> String {
    let label = format!("{number}.");
    let wrapped = lines(text.as_ref(), label.len() + 1, 3);
    let rest = wrapped.get(label.len()..).unwrap_or_default();
    format!("{label}{rest}")
}

/// A heading with a line under it.
pub(super) fn heading(text: impl AsRef<str>) -> String {
    let text = wrap(text, 0);
    let width = text.lines().map(UnicodeWidthStr::width).max().unwrap_or(0);
    format!("{text}\n{}", "-".repeat(width))
}

/// Pieces as one text, what matched between asterisks.
pub(super) fn marked(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| {
            if piece.hit {
                format!("*{}*", piece.text)
            } else {
                piece.text.clone()
            }
        })
        .collect()
}

/// The heading of an entry.
pub(super) fn title(entry: &EntryView) -> String {
    marked(&entry.heading)
}

/// `[urgent · negative · complaint]`.
pub(super) fn tags(entry: &EntryView) -> String {
    let mut tags = Vec::new();
    if !entry.badge.is_empty() {
        tags.push(entry.badge);
    }
    tags.push(entry.sentiment);
    tags.extend(entry.tags.iter().map(String::as_str));
    format!("[{}]", tags.join(" · "))
}

/// Who, where, when, and the copies.
pub(super) fn byline(entry: &EntryView) -> String {
    match &entry.copies {
        Some(copies) => format!("{} · {copies}", entry.byline),
        None => entry.byline.clone(),
    }
}

/// The table of numbers.
pub(super) fn numbers(view: &View) -> String {
    let texts = view.texts;
    let mut rows = vec![[texts.measure, texts.now, texts.before, texts.change]];
    rows.extend(
        view.numbers
            .iter()
            .map(|row| [&*row.label, &*row.value, &*row.previous, &*row.change]),
    );
    table(&rows)
}

/// A table of now and before, whose first column is headed `label`.
pub(super) fn pairs(view: &View, label: &str, of: &[Row]) -> String {
    let texts = view.texts;
    let mut rows = vec![[label, texts.now, texts.before]];
    rows.extend(of.iter().map(
        |Row {
             label,
             value,
             previous,
             ..
         }| [&**label, &**value, &**previous],
    ));
    table(&rows)
}

/// The days, with a bar in characters.
pub(super) fn days(view: &View) -> String {
    let texts = view.texts;
    let mut rows = vec![[texts.day, texts.negative, texts.neutral, texts.positive]];
    rows.extend(
        view.days
            .iter()
            .map(|day| [&*day.label, &*day.negative, &*day.neutral, &*day.positive]),
    );
    let key = format!(
        "# {}  . {}  + {}",
        texts.negative.to_lowercase(),
        texts.neutral.to_lowercase(),
        texts.positive.to_lowercase()
    );
    let bars = std::iter::once("").chain(view.days.iter().map(|day| &*day.bar));
    let lines: Vec<String> = table(&rows)
        .lines()
        .zip(bars)
        .map(|(line, bar)| format!("{line}  {bar}").trim_end().to_owned())
        .collect();
    format!("{}\n{key}", lines.join("\n"))
}

/// Columns of equal width: the first to the left, the others to the right. The first is cut
/// where the line would be too long.
fn table<const N: usize>(rows: &[[&str; N]]) -> String {
    /// Columns of the first column at most, and of the others.
    const MOST: [usize; 2] = [30, 14];
    let visible = |text: &str| text.replace('\u{200b}', "").replace('\u{a0}', " ");
    let widths: [usize; N] = std::array::from_fn(|column| {
        rows.iter()
            .map(|row| row.get(column).map_or(0, |cell| visible(cell).width()))
            .max()
            .unwrap_or(0)
            .min(MOST[usize::from(column > 0)])
    });
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let mut line = String::new();
            for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
                let cell = fitted(&visible(cell), width);
                let gap = " ".repeat(width.saturating_sub(cell.width()));
                if column == 0 {
                    line = format!("{cell}{gap}");
                } else {
                    line = format!("{line}  {gap}{cell}");
                }
            }
            line.trim_end().to_owned()
        })
        .collect();
    lines.join("\n")
}

/// `text`, cut to `width` columns.
fn fitted(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    for grapheme in text.graphemes(true) {
        if out.width() + grapheme.width() + 1 > width {
            break;
        }
        out.push_str(grapheme);
    }
    out.push('…');
    out
}

/// Breaks between words (a no-break space joins), and within a word only where it alone is longer than a line.
fn lines(text: &str, first: usize, indent: usize) -> String {
    let text = text.replace('\u{200b}', "");
    let mut out = " ".repeat(first);
    let mut column = first;
    let mut fresh = true;
    for word in text.split([' ', '\n']).filter(|word| !word.is_empty()) {
        let width = word.width();
        if !fresh && column + 1 + width <= COLUMNS {
            out.push(' ');
            out.push_str(word);
            column += 1 + width;
            continue;
        }
        if !fresh {
            newline(&mut out, &mut column, indent);
        }
        fresh = false;
        if column + width <= COLUMNS {
            out.push_str(word);
            column += width;
            continue;
        }
        for grapheme in word.graphemes(true) {
            let width = grapheme.width();
            if column + width > COLUMNS {
                newline(&mut out, &mut column, indent);
            }
            out.push_str(grapheme);
            column += width;
        }
    }
    out.replace('\u{a0}', " ")
}

fn newline(out: &mut String, column: &mut usize, indent: usize) {
    out.push('\n');
    out.push_str(&" ".repeat(indent));
    *column = indent;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_between_words_and_long_words_within() {
        assert_eq!(wrap("uno due", 2), "  uno due");
        assert_eq!(wrap("", 0), "");
        let long = wrap(format!("{} è {}", "a".repeat(70), "b".repeat(200)), 3);
        assert!(long.lines().all(|line| line.width() <= COLUMNS), "{long}");
        assert_eq!(long.matches('b').count(), 200);
        assert_eq!(numbered(12, "uno"), "12. uno");
        assert_eq!(item("uno"), "- uno");
        assert_eq!(heading("perché"), "perché\n------");
    }

    #[test]
    fn columns_line_up() {
        assert_eq!(
            table(&[["a", "n"], ["caffè", "12"], ["x", "–"]]),
            "a       n\ncaffè  12\nx       –"
        );
    }
}
