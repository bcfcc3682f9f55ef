//! A problem with its place, printed the same way everywhere.

use std::fmt;
use std::ops::Range;

use memchr::memchr_iter;
use unicode_width::UnicodeWidthStr;

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// Probably not what was meant.
    Warning,
    /// Cannot be used as it stands.
    Error,
}

impl Severity {
    /// The word that starts the message.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A problem in something that a person wrote, with place, excerpt and what to do.
///
/// `Display` gives the form without colour:
///
/// ```text
/// error: watchlists/acme.toml:7:18: expected a word after `AND`
///   │
/// 7 │ query = 'acme AND '
///   │                  ^ the query ends here
/// hint: to search for the word itself, write "and" in quotes
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The file, or `query` for one given on the command line.
    pub origin: String,
    /// Line and column, both from 1, columns in characters; `None` where the whole file is meant.
    pub place: Option<(usize, usize)>,
    /// What is wrong, and what was expected.
    pub message: String,
    /// The line it is on and the columns (in terminal cells, from 0) to mark.
    excerpt: Option<(String, Range<usize>)>,
    /// What the mark means; may be empty.
    pub label: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// A problem without a place in a file.
    pub fn new(severity: Severity, origin: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity,
            origin: origin.into(),
            place: None,
            message: message.into(),
            excerpt: None,
            label: String::new(),
            hint: None,
        }
    }

    /// Says that the problem is at bytes `span` of `source`, and marks it there with `label`.
    /// A span over several lines is marked to the end of its first.
    #[must_use]
    pub fn at(mut self, source: &str, span: Range<usize>, label: impl Into<String>) -> Self {
        let start = floor_boundary(source, span.start);
        let end = floor_boundary(source, span.end.max(start));
        let before = source.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line_end = source
            .get(start..)
            .and_then(|rest| rest.find('\n'))
            .map_or(source.len(), |at| start + at);
        let line = source.get(line_start..line_end).unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let lead = source.get(line_start..start).unwrap_or_default();
        let marked = source
            .get(start..end.min(line_start + line.len()).max(start))
            .unwrap_or_default();
        let tail = line.get(lead.len() + marked.len()..).unwrap_or_default();
        self.place = Some((
            memchr_iter(b'\n', before.as_bytes()).count() + 1,
            lead.chars().count() + 1,
        ));
        let (lead, marked, tail) = (last_of(lead), first_of(marked), first_of(tail));
        let from = lead.width();
        let cells = marked.width().max(1);
        self.excerpt = Some((format!("{lead}{marked}{tail}"), from..from + cells));
        self.label = label.into();
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The parts of the excerpt: the line, and the cells of it that are marked.
    pub fn excerpt(&self) -> Option<(&str, Range<usize>)> {
        self.excerpt
            .as_ref()
            .map(|(line, cells)| (line.as_str(), cells.clone()))
    }
}

/// Characters shown before, in and after what is marked; a line may be a megabyte long.
const WINDOW: usize = 100;

/// The end of a text, as a terminal may show it.
fn last_of(text: &str) -> String {
    match text.char_indices().rev().nth(WINDOW - 1) {
        Some((at, _)) if at > 0 => format!("…{}", shown(text.get(at..).unwrap_or_default())),
        _ => shown(text),
    }
}

/// The beginning of a text, as a terminal may show it.
fn first_of(text: &str) -> String {
    match text.char_indices().nth(WINDOW) {
        Some((at, _)) => format!("{}…", shown(text.get(..at).unwrap_or_default())),
        None => shown(text),
    }
}

/// The last character boundary at or before `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A line as a terminal may show it: tabs as four spaces, no control characters.
fn shown(line: &str) -> String {
    line.replace('\t', "    ")
        .chars()
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect()
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.severity.as_str(), self.origin)?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)?;
        if let (Some((line, cells)), Some((number, _))) = (&self.excerpt, self.place) {
            let number = number.to_string();
            let gutter = " ".repeat(number.len());
            write!(f, "\n{gutter} │\n{number} │ {line}\n{gutter} │ ")?;
            write!(f, "{}{}", " ".repeat(cells.start), "^".repeat(cells.len()))?;
            if !self.label.is_empty() {
                write!(f, " {}", self.label)?;
            }
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_the_place() {
        let source = "name = \"Acme\"\nquery = 'acme AND '\n";
        let at = source.find(" '\n").unwrap() + 1;
        let problem = Diagnostic::new(
            Severity::Error,
            "watchlists/acme.toml",
            "expected a word after `AND`",
        )
        .at(source, at..at, "the query ends here")
        .hint("to search for the word itself, write \"and\" in quotes");
        assert_eq!(
            problem.to_string(),
            "error: watchlists/acme.toml:2:19: expected a word after `AND`\n  │\n\
             2 │ query = 'acme AND '\n  │                   ^ the query ends here\n\
             hint: to search for the word itself, write \"and\" in quotes"
        );
    }

    #[test]
    fn survives_spans_outside_the_text_and_inside_characters() {
        for (start, end) in [(0, 0), (1, 2), (2, 1), (5, 99), (99, 120)] {
            let text = Diagnostic::new(Severity::Warning, "query", "odd")
                .at("caffè\tè", start..end, "here")
                .to_string();
            assert!(text.starts_with("warning: query:1:"), "{text}");
        }
    }

    #[test]
    fn shows_a_long_line_around_the_place() {
        let source = format!("{}here{}", "a".repeat(100_000), "b".repeat(100_000));
        let problem =
            Diagnostic::new(Severity::Error, "query", "odd").at(&source, 100_000..100_004, "");
        assert_eq!(problem.place, Some((1, 100_001)));
        let (line, cells) = problem.excerpt().unwrap();
        assert_eq!(
            line,
            format!("…{}here{}…", "a".repeat(100), "b".repeat(100))
        );
        assert_eq!(cells, 101..105);
    }

    #[test]
    fn shows_no_control_sequences() {
        let text = Diagnostic::new(Severity::Error, "query", "odd")
            .at("a\u{1b}[2Jb", 0..1, "")
            .to_string();
        assert!(!text.contains('\u{1b}'));
    }
}
