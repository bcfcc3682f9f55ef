//! A mention as a card in the terminal.

use std::fmt::Write as _;
use std::ops::Range;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::links::link;
use super::terminal::{age, fit, lines, one_line, printable};
use crate::model::{Hit, HitField, Marked, Mention, Priority, Sentiment, Timestamp, WatchlistId};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const HIT: Style = AnsiColor::Yellow.on_default().bold();

/// A mention in four or five lines: badges and where it comes from, title, the words around the
/// hit, address.
pub(crate) fn card(mention: &Mention, hits: &[Hit], now: Timestamp, width: usize) -> String {
    let mut out = String::new();
    // What is only kept aside has no number that anyone could ask for.
    let number = match mention.id.0 {
        0 => String::new(),
        id => format!("#{id}"),
    };
    let facts = fit(
        &facts(mention, now),
        width.saturating_sub(badge_width(mention) + number.len() + 2),
    );
    let gap = width.saturating_sub(badge_width(mention) + facts.width() + number.len());
    let _infallible = writeln!(
        out,
        "{}{facts}{}{DIM}{number}{DIM:#}",
        badges(mention),
        " ".repeat(gap)
    );
    if let Some(title) = &mention.item.title {
        let title = Marked::around(
            title,
            &places(hits, HitField::Title),
            width.saturating_sub(4),
        );
        let _infallible = writeln!(out, "  {BOLD}{}{BOLD:#}", styled(&title, BOLD));
    }
    if !mention.item.text.trim().is_empty() {
        let room = 2 * width.saturating_sub(4);
        let text = Marked::around(&mention.item.text, &places(hits, HitField::Text), room);
        for line in wrapped(&text, width.saturating_sub(2)) {
            let _infallible = writeln!(out, "  {line}");
        }
    }
    if let Some(url) = &mention.item.url {
        let link = link(url, width.saturating_sub(2));
        let _infallible = writeln!(out, "  {DIM}{link}{DIM:#}");
    }
    out
}

/// A whole mention, for `show`.
pub(crate) fn whole(mention: &Mention, now: Timestamp, width: usize) -> String {
    let mut out = card(mention, &mention.hits, now, width);
    let mut row = |name: &str, value: &str| {
        let _infallible = writeln!(out, "  {DIM}{name:<11}{DIM:#} {value}");
    };
    let watchlists: Vec<&str> = mention.watchlists.iter().map(WatchlistId::as_str).collect();
    row("watchlists", &watchlists.join(", "));
    if let Some(published) = mention.item.published {
        row("published", &published.to_string());
    }
    row("collected", &mention.collected.to_string());
    row("language", mention.scores.language.as_str());
    if !mention.scores.brands.is_empty() {
        let whole = &mention.scores.sentiment;
        row(
            "sentiment",
            &format!("{} ({:+.2}) as a whole", whole.label, whole.score),
        );
    }
    for brand in &mention.scores.brands {
        let (tone, about) = (&brand.sentiment, one_line(brand.watchlist.as_str()));
        row(
            "sentiment",
            &format!("{} ({:+.2}) about {about}", tone.label, tone.score),
        );
    }
    if let Some(rating) = mention.item.rating {
        row("rating", &format!("{rating} of 5"));
    }
    if let Some(engagement) = mention.item.engagement {
        row("engagement", &engagement.to_string());
    }
    if let Some(parent) = &mention.item.parent {
        row("answers", &one_line(parent));
    }
    if mention.copies > 0 {
        row("copies", &mention.copies.to_string());
    }
    row("status", mention.status.as_str());
    if !mention.tags.is_empty() {
        row("tags", &mention.tags.join(", "));
    }
    out.push('\n');
    for line in lines(&mention.item.text).lines() {
        for part in wrapped(&Marked::plain(line), width.saturating_sub(2)) {
            let _infallible = writeln!(out, "  {part}");
        }
    }
    if let Some(reply) = &mention.item.owner_reply {
        let _infallible = writeln!(
            out,
            "\n  {BOLD}The brand answered:{BOLD:#} {}",
            one_line(&reply.text)
        );
    }
    out
}

fn badge_words(mention: &Mention) -> Vec<(&'static str, Style)> {
    let mut words = Vec::new();
    match mention.scores.priority.label {
        Priority::Urgent => words.push(("URGENT", AnsiColor::Red.on_default().bold().invert())),
        Priority::High => words.push(("HIGH", AnsiColor::Red.on_default().bold())),
        Priority::Normal => {}
        Priority::Low => words.push(("LOW", DIM)),
    }
    words.push(match mention.scores.sentiment.label {
        Sentiment::Negative => ("NEGATIVE", AnsiColor::Red.on_default()),
        Sentiment::Neutral => ("NEUTRAL", DIM),
        Sentiment::Positive => ("POSITIVE", AnsiColor::Green.on_default()),
    });
    words
}

fn badges(mention: &Mention) -> String {
    badge_words(mention)
        .into_iter()
        .fold(String::new(), |mut out, (word, style)| {
            let _infallible = write!(out, "{style}{word}{style:#}  ");
            out
        })
}

fn badge_width(mention: &Mention) -> usize {
    badge_words(mention)
        .iter()
        .map(|(word, _)| word.len() + 2)
        .sum()
}

/// `complaint · 3 h ago · forum · Lia (@lia, 120 followers)`.
fn facts(mention: &Mention, now: Timestamp) -> String {
    let item = &mention.item;
    let mut facts = vec![
        mention.scores.intent.label.to_string(),
        age(mention.date(), now),
        mention.source.clone(),
    ];
    if let Some(rating) = item.rating {
        facts.push(format!("{rating}/5"));
    }
    let author = &item.author;
    let about = [
        author.handle.clone().filter(|_| author.name.is_some()),
        author.followers.map(|count| format!("{count} followers")),
    ];
    let about: Vec<String> = about.into_iter().flatten().collect();
    if let Some(name) = author.name.as_ref().or(author.handle.as_ref()) {
        facts.push(if about.is_empty() {
            name.clone()
        } else {
            format!("{name} ({})", about.join(", "))
        });
    }
    if mention.copies > 0 {
        let copies = if mention.copies == 1 {
            "copy"
        } else {
            "copies"
        };
        facts.push(format!("+{} {copies}", mention.copies));
    }
    one_line(&facts.join(" · "))
}

fn places(hits: &[Hit], field: HitField) -> Vec<Range<usize>> {
    hits.iter()
        .filter(|hit| hit.field == field)
        .map(|hit| hit.start..hit.end)
        .collect()
}

/// Marked text on one line, hits in colour; `around` is the style to go back to.
fn styled(marked: &Marked, around: Style) -> String {
    let mut out = String::new();
    for (hit, piece) in marked.pieces() {
        let piece = printable(piece);
        let _infallible = if hit {
            write!(out, "{HIT}{piece}{HIT:#}{around}")
        } else {
            write!(out, "{piece}")
        };
    }
    out
}

/// Marked text wrapped at spaces into lines of at most `cells`, hits in colour.
fn wrapped(marked: &Marked, cells: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for (hit, piece) in marked.pieces() {
        let piece = printable(piece);
        for word in piece.split_inclusive(' ') {
            if used > 0 && used + word.trim_end().width() > cells {
                if let Some(full) = lines.last_mut() {
                    full.truncate(full.trim_end().len());
                }
                lines.push(String::new());
                used = 0;
            }
            let Some(line) = lines.last_mut() else {
                continue;
            };
            let shown = if used == 0 { word.trim_start() } else { word };
            let _infallible = if hit {
                write!(line, "{HIT}{shown}{HIT:#}")
            } else {
                write!(line, "{shown}")
            };
            used += shown.width();
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_at_words() {
        let marked = Marked::around("uno due tre quattro", &[0..3, 4..7], 80);
        let shown: Vec<String> = wrapped(&marked, 9)
            .iter()
            .map(|line| {
                anstream::adapter::strip_str(line)
                    .to_string()
                    .trim_end()
                    .to_owned()
            })
            .collect();
        assert_eq!(shown, ["uno due", "tre", "quattro"]);
    }
}
