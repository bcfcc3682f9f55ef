//! Text that fits a terminal and does nothing to it.

use std::time::Duration;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::model::Timestamp;

/// The number of a mention, an incident or a mail, as it was typed.
pub(crate) fn number(text: &str) -> Result<i64, String> {
    let digits = text.strip_prefix('#').unwrap_or(text);
    digits
        .parse()
        .map_err(|_| "expected a number, as the lists show it".to_owned())
}

/// The width to write for, in cells: the terminal's, within 40 to 120; 100 for a pipe or file.
pub(crate) fn width() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0).clamp(40, 120))
}

/// `text` on one line, without control characters and without characters that turn the
/// direction of what follows (Unicode Bidi_Control).
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else if !turns_direction(c) {
            line.push(c);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// `text` without control characters and direction marks, its spaces as they are.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() && !turns_direction(*c))
        .collect()
}

/// `text` with its line breaks, without other control characters or direction marks.
pub(crate) fn lines(text: &str) -> String {
    text.chars()
        .filter(|c| (*c == '\n' || !c.is_control()) && !turns_direction(*c))
        .collect()
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// `text` cut to `cells`, with an ellipsis where something was cut.
pub(crate) fn fit(text: &str, cells: usize) -> String {
    if text.width() <= cells {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let wide = grapheme.width();
        if used + wide + 1 > cells {
            break;
        }
        kept.push_str(grapheme);
        used += wide;
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// How long ago `then` was, in words: `now`, `12 min ago`, `3 h ago`, `5 days ago`; the date
/// for more than four weeks, and `in 2 h` for what lies ahead.
pub(crate) fn age(then: Timestamp, now: Timestamp) -> String {
    if then > now {
        let ahead = then.since(now);
        return if ahead < Duration::from_mins(1) {
            "now".to_owned()
        } else {
            format!("in {}", span(ahead))
        };
    }
    let gone = now.since(then);
    if gone < Duration::from_mins(1) {
        "now".to_owned()
    } else if gone < Duration::from_hours(24 * 28) {
        format!("{} ago", span(gone))
    } else {
        then.to_chrono().format("%Y-%m-%d").to_string()
    }
}

/// A span in its largest unit: `45 s`, `12 min`, `3 h`, `1 day`, `5 days`.
pub(crate) fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        86_400..172_800 => "1 day".to_owned(),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// `812 bytes`, `12 kB`, `3.4 MB`, `1.2 GB`.
pub(crate) fn bytes(number: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", number / unit, number % unit / (unit / 10));
    match number {
        0..1_000 => format!("{number} bytes"),
        1_000..1_000_000 => format!("{} kB", number / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

/// `1 mention`, `2 mentions`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{number} {many}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_by_cells_and_never_inside_a_character() {
        assert_eq!(fit("caffè", 5), "caffè");
        assert_eq!(fit("caffè lungo", 7), "caffè…");
        assert_eq!(fit("日本語テキスト", 6), "日本…");
        assert_eq!(fit("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 3), "👨‍👩‍👧‍👦…");
    }

    #[test]
    fn hostile_text_does_nothing() {
        assert_eq!(one_line("a\u{1b}[2J\n\tb \u{202E}c  "), "a [2J b c");
        assert_eq!(lines("a\u{7}\nb"), "a\nb");
    }

    #[test]
    fn says_age_in_words() {
        let now = Timestamp::from_seconds(1_800_000_000);
        for (seconds, expected) in [
            (10, "now"),
            (720, "12 min ago"),
            (7_300, "2 h ago"),
            (86_500, "1 day ago"),
            (5 * 86_400, "5 days ago"),
            (-7_300, "in 2 h"),
        ] {
            let then = Timestamp::from_seconds(1_800_000_000 - seconds);
            assert_eq!(age(then, now), expected);
        }
        assert_eq!(
            age(Timestamp::from_seconds(1_700_000_000), now),
            "2023-11-14"
        );
    }
}
