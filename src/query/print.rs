//! The canonical form of a query: every bracket written, every alias resolved.

use std::fmt::{self, Display, Formatter, Write};

use super::ast::{DateRange, Fact, Node, NodeKind, NumberField, NumberRange};
use super::term::quote;

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            NodeKind::Or(parts) => joined(f, parts, " OR "),
            NodeKind::And(parts) => joined(f, parts, " AND "),
            NodeKind::Not(node) => {
                f.write_str("NOT ")?;
                nested(f, node)
            }
            NodeKind::Except { keep, without } => {
                nested(f, keep)?;
                f.write_str(" EXCEPT ")?;
                nested(f, without)
            }
            NodeKind::Near {
                left,
                right,
                distance,
                ordered,
            } => {
                nested(f, left)?;
                let operator = if *ordered { "ONEAR" } else { "NEAR" };
                write!(f, " {operator}/{distance} ")?;
                nested(f, right)
            }
            NodeKind::Term(term) => f.write_str(&term.written),
            NodeKind::Within { field, node } => {
                write!(f, "{}:", field.as_str())?;
                match &node.kind {
                    NodeKind::Not(_) => write!(f, "({node})"),
                    _ => nested(f, node),
                }
            }
            NodeKind::Fact(fact) => fact.fmt(f),
            NodeKind::Named { list, name, .. } => {
                write!(
                    f,
                    "{}:{}",
                    if *list { "list" } else { "query" },
                    value(name)
                )
            }
        }
    }
}

fn joined(f: &mut Formatter<'_>, parts: &[Node], operator: &str) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(operator)?;
        }
        nested(f, part)?;
    }
    Ok(())
}

/// A part in brackets, unless it is one thing.
fn nested(f: &mut Formatter<'_>, node: &Node) -> fmt::Result {
    match &node.kind {
        NodeKind::Or(_) | NodeKind::And(_) | NodeKind::Except { .. } | NodeKind::Near { .. } => {
            write!(f, "({node})")
        }
        _ => node.fmt(f),
    }
}

impl Display for Fact {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url { written, .. } => write!(f, "url:{}", quote(written)),
            Self::Site(hosts) => values(f, "site", hosts),
            Self::Kind(kinds) => values(f, "type", kinds),
            Self::Lang(langs) => values(f, "lang", langs),
            Self::Source(names) => values(f, "source", names),
            Self::Watch(names) => values(f, "watch", names),
            Self::Sentiment(labels) => values(f, "sentiment", labels),
            Self::Intent(labels) => values(f, "intent", labels),
            Self::Priority(labels) => values(f, "priority", labels),
            Self::Status(labels) => values(f, "status", labels),
            Self::Tag(tags) => values(f, "tag", tags),
            Self::Number { field, ranges } => numbers(f, *field, ranges),
            Self::Date(range) => date(f, range),
            Self::Newer(span) => duration(f, "newer", span.as_secs()),
            Self::Older(span) => duration(f, "older", span.as_secs()),
        }
    }
}

fn values<T: Display>(f: &mut Formatter<'_>, field: &str, all: &[T]) -> fmt::Result {
    write!(f, "{field}:")?;
    if let [one] = all {
        return f.write_str(&value(&one.to_string()));
    }
    f.write_char('(')?;
    for (at, one) in all.iter().enumerate() {
        if at > 0 {
            f.write_str(" OR ")?;
        }
        f.write_str(&value(&one.to_string()))?;
    }
    f.write_char(')')
}

/// A value, in quotes where it is not a plain word.
fn value(text: &str) -> String {
    let plain = text
        .chars()
        .all(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '_'));
    if plain
        && !text.is_empty()
        && !matches!(text, "AND" | "OR" | "NOT" | "EXCEPT" | "NEAR" | "ONEAR")
    {
        text.to_owned()
    } else {
        quote(text)
    }
}

fn numbers(f: &mut Formatter<'_>, field: NumberField, ranges: &[NumberRange]) -> fmt::Result {
    write!(f, "{}:", field.as_str())?;
    if let [range] = ranges {
        return number(f, range);
    }
    f.write_char('(')?;
    for (at, range) in ranges.iter().enumerate() {
        if at > 0 {
            f.write_str(" OR ")?;
        }
        // In a bracket of values a range is written without brackets of its own.
        f.write_char('"')?;
        number_plain(f, range)?;
        f.write_char('"')?;
    }
    f.write_char(')')
}

fn number(f: &mut Formatter<'_>, range: &NumberRange) -> fmt::Result {
    match (range.low, range.high) {
        (Some((low, true)), Some((high, true))) if low < high => write!(f, "[{low} TO {high}]"),
        _ => number_plain(f, range),
    }
}

fn number_plain(f: &mut Formatter<'_>, range: &NumberRange) -> fmt::Result {
    match (range.low, range.high) {
        (Some((low, _)), Some((high, _))) if low < high => write!(f, "{low}..{high}"),
        (Some((low, _)), Some(_)) => write!(f, "{low}"),
        (Some((low, with)), None) => write!(f, "{}{low}", if with { ">=" } else { ">" }),
        (None, Some((high, with))) => write!(f, "{}{high}", if with { "<=" } else { "<" }),
        (None, None) => f.write_str("*..*"),
    }
}

fn date(f: &mut Formatter<'_>, range: &DateRange) -> fmt::Result {
    f.write_str("date:")?;
    match (range.first, range.last) {
        (Some(first), Some(last)) if first == last => write!(f, "{first}"),
        (first, last) => {
            if let Some(first) = first {
                write!(f, "{first}")?;
            }
            f.write_str("..")?;
            if let Some(last) = last {
                write!(f, "{last}")?;
            }
            Ok(())
        }
    }
}

fn duration(f: &mut Formatter<'_>, field: &str, seconds: u64) -> fmt::Result {
    let (number, unit) = if seconds > 0 && seconds.is_multiple_of(604_800) {
        (seconds / 604_800, 'w')
    } else if seconds > 0 && seconds.is_multiple_of(86_400) {
        (seconds / 86_400, 'd')
    } else if seconds.is_multiple_of(3600) {
        (seconds / 3600, 'h')
    } else {
        (seconds / 60, 'm')
    };
    write!(f, "{field}:{number}{unit}")
}
