//! What is no TOML, said so that someone who never heard of TOML can mend it.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use super::document::{Document, Finding};
use super::secret::masked;

/// Up to this many bytes a broken file is read on after its first error.
const READ_ON: usize = 512 * 1024;
/// How often a broken file is read anew without the lines that stopped the reading.
const ROUNDS: usize = 12;

/// A file's text as far as it is TOML.
#[derive(Debug)]
pub(super) struct Readable<'t> {
    /// The text; lines that stop the reading are blank, so that places stay the same.
    text: Cow<'t, str>,
    /// What is no TOML.
    findings: Vec<(Range<usize>, Finding)>,
}

/// Finds out what of a file is TOML.
pub(super) fn readable(text: &str) -> Readable<'_> {
    let Err(first) = DeTable::parse(text) else {
        return Readable {
            text: Cow::Borrowed(text),
            findings: Vec::new(),
        };
    };
    let shown = masked(text);
    if text.len() > READ_ON {
        return Readable {
            text: Cow::Borrowed(""),
            findings: vec![explain(&shown, &first)],
        };
    }
    let mut text = Cow::Borrowed(text);
    let mut findings = Vec::new();
    for round in 1..=ROUNDS {
        let (table, mut errors) = DeTable::parse_recoverable(&text);
        errors.sort_by_key(|error| error.span().map_or(0, |span| span.start));
        let stops = stop(&text, &table, &errors);
        if let Some((end, blank, is_header)) = stops
            && round < ROUNDS
        {
            // What comes after is looked at in the next round.
            errors.retain(|error| error.span().is_some_and(|span| span.start <= end));
            findings.extend(errors.iter().map(|error| explain(&shown, error)));
            let instead = if is_header {
                format!("[\"~{round}\"]")
            } else {
                String::new()
            };
            text = Cow::Owned(replaced(&text, &blank, &instead));
        } else {
            findings.extend(errors.iter().map(|error| explain(&shown, error)));
            break;
        }
    }
    Readable { text, findings }
}

impl Readable<'_> {
    /// The tables of the file; what is no TOML is reported.
    pub(super) fn tables<'r>(&'r self, document: &mut Document<'_>) -> DeTable<'r> {
        for (span, finding) in &self.findings {
            document.report_syntax(span.clone(), finding.clone());
        }
        DeTable::parse_recoverable(&self.text).0.into_inner()
    }
}

/// The first error after which the parser reads nothing more, or everything wrong: where it stands,
/// the lines without which the rest can be read, and whether they are a header.
fn stop(
    text: &str,
    table: &Spanned<DeTable<'_>>,
    errors: &[Error],
) -> Option<(usize, Range<usize>, bool)> {
    let unclosed = errors
        .iter()
        .any(|error| error.message().starts_with("unclosed array,"));
    if unclosed {
        let start = open_list(table.get_ref(), text.len())?;
        let list = line_of(text, start);
        let first = errors
            .iter()
            .filter_map(Error::span)
            .find(|span| span.start > start)?;
        let end = line_of(text, first.start).start.max(list.end);
        return Some((first.start, list.start..end, false));
    }
    errors.iter().find_map(|error| {
        let starts = |start: &str| error.message().starts_with(start);
        let is_header = starts("unclosed table,") || starts("unclosed array table,");
        let line = line_of(text, error.span()?.start);
        (is_header || starts("key with no value")).then_some((line.end, line, is_header))
    })
}

/// Where the list begins that runs to the end of the file, if one does.
fn open_list(table: &DeTable<'_>, end: usize) -> Option<usize> {
    table
        .iter()
        .filter_map(|(_, value)| open_list_in(value, end))
        .min()
}

fn open_list_in(value: &Spanned<DeValue<'_>>, end: usize) -> Option<usize> {
    match value.get_ref() {
        DeValue::Table(table) => open_list(table, end),
        DeValue::Array(_) if value.span().end + 1 >= end => Some(value.span().start),
        DeValue::Array(elements) => elements
            .iter()
            .filter_map(|element| open_list_in(element, end))
            .min(),
        _ => None,
    }
}

/// The line around a place, with its line break.
fn line_of(text: &str, at: usize) -> Range<usize> {
    let before = text.get(..at).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let end = text
        .get(before.len()..)
        .and_then(|rest| rest.find('\n'))
        .map_or(text.len(), |newline| before.len() + newline + 1);
    start..end
}

/// The text with `instead`, or what of it fits, and spaces where `range` was; line breaks stay.
///
/// For a header it is a name that nothing has, so that the keys below it are not taken for those of
/// the section above.
fn replaced(text: &str, range: &Range<usize>, instead: &str) -> String {
    let line = text.get(range.clone()).unwrap_or_default();
    let fits = line.trim_end_matches(['\r', '\n']).len() >= instead.len();
    let mut instead = if fits { instead } else { "" }.chars();
    let mut blanked = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if range.contains(&at) && c != '\n' {
            blanked.extend((0..c.len_utf8()).map(|_| instead.next().unwrap_or(' ')));
        } else {
            blanked.push(c);
        }
    }
    blanked
}

/// Says what is wrong at a place, where, and what to do.
fn explain(text: &str, error: &Error) -> (Range<usize>, Finding) {
    let span = error.span().unwrap_or(0..0);
    let message = error.message();
    let starts = |start: &str| message.starts_with(start);
    let written = text.get(span.clone()).unwrap_or_default();
    // A bare word that begins like `false`, `true`, `inf` or `nan` is taken for one.
    let is_word = ["invalid boolean", "invalid float"]
        .iter()
        .any(|word| starts(word))
        && written.starts_with(char::is_alphabetic);
    let finding = if starts("string values must be quoted") || is_word {
        unquoted(text, span.clone())
    } else if starts("invalid multi-line") {
        let quotes = if starts("invalid multi-line literal") {
            "'''"
        } else {
            "\"\"\""
        };
        return unclosed_lines(text, &span, quotes);
    } else if starts("invalid basic string") || starts("invalid literal string") {
        let quote = if starts("invalid basic") { '"' } else { '\'' };
        Finding::error(
            span.clone(),
            format!("a text that begins with {quote} is never closed"),
        )
        .label(format!("{quote} is missing"))
        .hint("a text of several lines begins and ends with '''".to_owned())
    } else if starts("duplicate key") {
        twice(text, span.clone())
    } else if starts("key with no value") || starts("invalid unquoted key") {
        return no_equals_sign(text, &span);
    } else if starts("missing escaped value") {
        Finding::error(span.clone(), "a backslash means something else in \"…\"")
            .label("after this backslash")
            .hint(
                "write the text in single quotes, '…', where a backslash is only itself".to_owned(),
            )
    } else if starts("unexpected key or value") {
        Finding::error(span.clone(), "nothing may follow here")
            .label("the value ends before this")
            .hint("a text that holds quotes stands in the other ones: 'say \"hi\"'; every key has a line of its own".to_owned())
    } else if starts("unclosed table") || starts("unclosed array table") {
        let bracket = if starts("unclosed table") { "]" } else { "]]" };
        Finding::error(span.clone(), format!("`{bracket}` is missing")).label("here")
    } else if starts("missing comma") {
        Finding::error(
            span.clone(),
            "a comma is missing between two values, or `]` after the last",
        )
        .label("before this")
    } else if starts("unclosed array") {
        Finding::error(span.clone(), "`]` is missing at the end of a list").label("here")
    } else if starts("invalid time") || starts("invalid date") {
        Finding::error(span.clone(), format!("`{written}` is no time of day"))
            .hint("write it with two digits and in quotes, such as \"08:30\"".to_owned())
    } else {
        Finding::error(span.clone(), message.to_owned())
    };
    (span, finding)
}

fn unquoted(text: &str, span: Range<usize>) -> Finding {
    let written = text.get(span.clone()).unwrap_or_default().trim();
    let bare = written.trim_matches(['“', '”', '„', '‘', '’', '«', '»']);
    if written.is_empty() {
        return Finding::error(span, "a value is missing after `=`").label("here");
    }
    if bare.len() != written.len() {
        return Finding::error(span, "curly quotes do not hold a text")
            .hint(format!("use straight ones: \"{bare}\""));
    }
    let hint = match written.to_lowercase().as_str() {
        "true" | "yes" | "on" | "sì" | "si" | "vero" => "write true".to_owned(),
        "false" | "no" | "off" | "falso" => "write false".to_owned(),
        _ if written.chars().count() > 60 => "put quotes around it".to_owned(),
        _ => format!("write \"{written}\""),
    };
    Finding::error(span, "a text stands in quotes").hint(hint)
}

fn unclosed_lines(text: &str, end: &Range<usize>, quotes: &str) -> (Range<usize>, Finding) {
    let start = text
        .get(..end.start)
        .and_then(|before| before.rfind(quotes))
        .unwrap_or(end.start);
    let span = start..start + quotes.len();
    let finding = Finding::error(
        span.clone(),
        format!("a text that begins with {quotes} is never closed"),
    )
    .label("it begins here and runs to the end of the file")
    .hint(format!("put {quotes} on a line of its own after the text"));
    (span, finding)
}

fn twice(text: &str, span: Range<usize>) -> Finding {
    let name = text.get(span.clone()).unwrap_or_default();
    let header = text
        .get(..span.start)
        .is_some_and(|before| before.trim_end_matches([' ', '\t']).ends_with('['));
    let finding =
        Finding::error(span, format!("`{name}` stands twice")).label("for the second time");
    finding.hint(if header {
        format!(
            "put both under one header; what may stand several times has two brackets: [[{name}]]"
        )
    } else {
        "take one of the two away".to_owned()
    })
}

fn no_equals_sign(text: &str, span: &Range<usize>) -> (Range<usize>, Finding) {
    let line_start = text
        .get(..span.start)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |newline| newline + 1);
    let line = text
        .get(line_start..)
        .and_then(|rest| rest.lines().next())
        .unwrap_or_default();
    let written = line.split(['=', '#']).next().unwrap_or_default().trim_end();
    let leading = written.len() - written.trim_start().len();
    let place = line_start + leading..line_start + written.len().max(leading);
    let key = written.trim();
    let shown: String = key.chars().take(40).collect();
    let finding = if let Some((name, value)) = key.split_once(':') {
        Finding::error(place.clone(), "between a key and its value stands `=`").hint(format!(
            "write {} = {}",
            name.trim(),
            if value.trim().is_empty() {
                "…"
            } else {
                value.trim()
            }
        ))
    } else if line.contains('=') {
        let bare = shown.replace('"', "");
        Finding::error(
            place.clone(),
            "a key with spaces, accents or signs stands in quotes",
        )
        .hint(if bare.contains(' ') && bare.is_ascii() {
            format!(
                "write {} = …, or \"{bare}\" = … for words of your own",
                bare.replace(' ', "_")
            )
        } else {
            format!("write \"{bare}\" = …")
        })
    } else {
        Finding::error(
            place.clone(),
            format!("expected `=` and a value after `{shown}`"),
        )
        .hint("a line is `key = value`, a [header], or a # comment".to_owned())
    };
    (place, finding)
}
