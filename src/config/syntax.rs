//! What is no TOML, said so that someone who never heard of TOML can mend it.

use std::ops::Range;

use toml::de::{DeTable, Error};

use super::document::{Document, Finding};

/// Up to this many bytes a broken file is read on after its first error.
const READ_ON: usize = 512 * 1024;

/// Reads the tables of a file; what is no TOML is reported, and the rest is read all the same.
pub(super) fn parse<'t>(document: &mut Document<'t>) -> DeTable<'t> {
    let text = document.text;
    let first = match DeTable::parse(text) {
        Ok(table) => return table.into_inner(),
        Err(error) => error,
    };
    let (table, mut errors) = if text.len() <= READ_ON {
        DeTable::parse_recoverable(text)
    } else {
        (toml::Spanned::new(0..0, DeTable::new()), vec![first])
    };
    errors.sort_by_key(|error| error.span().map_or(0, |span| span.start));
    // After a forgotten comma or bracket, everything up to the end looks wrong.
    let unclosed = errors
        .iter()
        .any(|error| error.message().starts_with("unclosed array"));
    let shown = document.shown.clone();
    for error in errors {
        let (span, finding) = explain(&shown, &error);
        document.report_syntax(span, finding);
        if unclosed && error.message().starts_with("missing comma") {
            break;
        }
    }
    table.into_inner()
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
        Finding::error(
            place.clone(),
            "a key with spaces, accents or signs stands in quotes",
        )
        .hint(format!("write \"{}\" = …", shown.replace('"', "")))
    } else {
        Finding::error(
            place.clone(),
            format!("expected `=` and a value after `{shown}`"),
        )
        .hint("a line is `key = value`, a [header], or a # comment".to_owned())
    };
    (place, finding)
}
