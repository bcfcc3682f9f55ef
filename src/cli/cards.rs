//! A mention as a card in the terminal.

use std::fmt::Write as _;
use std::ops::Range;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::terminal::{age, fit, lines, one_line};
use crate::model::{Hit, HitField, Mention, Priority, Sentiment, Timestamp};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const HIT: Style = AnsiColor::Yellow.on_default().bold();

/// A mention in four or five lines: badges and where it comes from, title, the words around the
/// hit, address.
pub(crate) fn card(mention: &Mention, hits: &[Hit], now: Timestamp, width: usize) -> String {
    let mut out = String::new();
    let number = format!("#{}", mention.id);
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
        let spans = spans_of(hits, HitField::Title);
        let excerpt = excerpt(title, &spans, width.saturating_sub(2));
        let _infallible = writeln!(out, "  {BOLD}{}{BOLD:#}", excerpt.styled(BOLD));
    }
    if !mention.item.text.trim().is_empty() {
        let spans = spans_of(hits, HitField::Text);
        let excerpt = excerpt(&mention.item.text, &spans, 2 * width.saturating_sub(2));
        for line in excerpt.wrapped(width.saturating_sub(2)) {
            let _infallible = writeln!(out, "  {line}");
        }
    }
    if let Some(url) = &mention.item.url {
        let _infallible = writeln!(out, "  {DIM}{}{DIM:#}", one_line(url));
    }
    out
}

/// A whole mention, for `show`.
pub(crate) fn whole(mention: &Mention, now: Timestamp, width: usize) -> String {
    let mut out = card(mention, &mention.hits, now, width);
    let mut row = |name: &str, value: &str| {
        let _infallible = writeln!(out, "  {DIM}{name:<11}{DIM:#} {value}");
    };
    let watchlists: Vec<&str> = mention.watchlists.iter().map(|id| id.as_str()).collect();
    row("watchlists", &watchlists.join(", "));
    if let Some(published) = mention.item.published {
        row("published", &published.to_string());
    }
    row("collected", &mention.collected.to_string());
    row("language", mention.scores.language.as_str());
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
        let _infallible = writeln!(out, "  {line}");
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
        facts.push(format!("+{} copies", mention.copies));
    }
    one_line(&facts.join(" · "))
}

fn spans_of(hits: &[Hit], field: HitField) -> Vec<Range<usize>> {
    let mut spans: Vec<_> = hits
        .iter()
        .filter(|hit| hit.field == field)
        .map(|hit| hit.start..hit.end)
        .collect();
    spans.sort_by_key(|span| (span.start, span.end));
    spans
}

/// Part of a text, as pieces that are hits or are not.
pub(crate) struct Excerpt {
    pieces: Vec<(String, bool)>,
}

/// The part of `text` around its first hit that fits `cells`, on one line.
pub(crate) fn excerpt(text: &str, hits: &[Range<usize>], cells: usize) -> Excerpt {
    let first = hits.first().map_or(0, |span| span.start);
    let start = start_before(text, first, cells / 3);
    let mut pieces: Vec<(String, bool)> = Vec::new();
    if start > 0 {
        pieces.push(("…".to_owned(), false));
    }
    let mut at = start;
    for span in hits {
        if span.start < at || text.get(span.clone()).is_none() {
            continue;
        }
        push(&mut pieces, text.get(at..span.start), false);
        push(&mut pieces, text.get(span.clone()), true);
        at = span.end;
    }
    push(&mut pieces, text.get(at..), false);
    Excerpt {
        pieces: cut(pieces, cells),
    }
}

/// Where to begin so that about `cells` stand before `hit`: at a sentence's start if one is
/// near, else at a word's.
fn start_before(text: &str, hit: usize, cells: usize) -> usize {
    let Some(before) = text.get(..hit) else {
        return 0;
    };
    let reach: usize = before
        .char_indices()
        .rev()
        .nth(cells)
        .map_or(0, |(at, _)| at);
    if reach == 0 {
        return 0;
    }
    let near = before.get(reach..).unwrap_or_default();
    let sentence = near.find(['.', '!', '?', '\n']).and_then(|at| {
        near.get(at..)
            .and_then(|rest| rest.find(char::is_alphanumeric))
            .map(|skip| at + skip)
    });
    let word = near.find(char::is_whitespace).map(|at| at + 1);
    reach + sentence.or(word).unwrap_or(0)
}

fn push(pieces: &mut Vec<(String, bool)>, text: Option<&str>, hit: bool) {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return;
    };
    // Spaces at the ends of a piece are borders between words and must stay.
    let mut line = one_line(text);
    if text.starts_with(char::is_whitespace) && !line.is_empty() && !pieces.is_empty() {
        line.insert(0, ' ');
    }
    if text.ends_with(char::is_whitespace) {
        line.push(' ');
    }
    pieces.push((line, hit));
}

fn cut(pieces: Vec<(String, bool)>, cells: usize) -> Vec<(String, bool)> {
    let mut left = cells;
    let mut kept = Vec::new();
    for (text, hit) in pieces {
        let wide = text.width();
        if wide <= left {
            left -= wide;
            kept.push((text, hit));
        } else {
            kept.push((fit(&text, left.max(1)), hit));
            break;
        }
    }
    kept
}

impl Excerpt {
    /// On one line, hits in colour; `around` is the style to go back to.
    fn styled(&self, around: Style) -> String {
        let mut out = String::new();
        for (text, hit) in &self.pieces {
            let _infallible = if *hit {
                write!(out, "{HIT}{text}{HIT:#}{around}")
            } else {
                write!(out, "{text}")
            };
        }
        out
    }

    /// Wrapped at spaces into lines of at most `cells`.
    fn wrapped(&self, cells: usize) -> Vec<String> {
        let mut lines = vec![String::new()];
        let mut used = 0;
        for (text, hit) in &self.pieces {
            for word in text.split_inclusive(' ') {
                let bare = word.trim_end().width();
                if used > 0 && used + bare > cells {
                    lines.push(String::new());
                    used = 0;
                }
                let Some(line) = lines.last_mut() else {
                    continue;
                };
                let shown = if used == 0 { word.trim_start() } else { word };
                let _infallible = if *hit {
                    write!(line, "{HIT}{shown}{HIT:#}")
                } else {
                    write!(line, "{shown}")
                };
                used += shown.width();
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, hits: &[Range<usize>], cells: usize) -> String {
        excerpt(text, hits, cells)
            .pieces
            .iter()
            .map(|(text, hit)| {
                if *hit {
                    format!("[{text}]")
                } else {
                    text.clone()
                }
            })
            .collect()
    }

    #[test]
    fn shows_the_sentence_around_the_hit() {
        let text = "Buongiorno a tutti, scrivo dopo tanto tempo e con molta pazienza. \
                    Il mio Frigolux perde acqua da due giorni e nessuno risponde.";
        let at = text.find("Frigolux").unwrap();
        assert_eq!(
            plain(text, std::slice::from_ref(&(at..at + 8)), 60),
            "…Il mio [Frigolux] perde acqua da due giorni e nessuno rispon…"
        );
    }

    #[test]
    fn keeps_spaces_between_pieces_and_survives_wrong_spans() {
        assert_eq!(
            plain("un Frigolux nuovo", &[3..11], 60),
            "un [Frigolux] nuovo"
        );
        assert_eq!(plain("città", &[4..5, 80..90], 60), "città");
    }

    #[test]
    fn wraps_at_words() {
        let shown = excerpt("uno due tre quattro", &[4..7], 80).wrapped(9);
        let shown: Vec<String> = shown
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
