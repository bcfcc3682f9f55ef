//! JSON as publishers write it into pages: in comments, with comments, with raw line breaks in
//! strings, a comma too many or the end missing.

use serde_json::Value as Json;

use crate::extract::entities::{Ampersands, unescape};

/// The documents in a script; what is not JSON is repaired within reason.
pub(super) fn parse(script: &str) -> Result<Vec<Json>, String> {
    let text = unwrap(script);
    let error = match documents(text) {
        Ok(values) => return Ok(values),
        Err(error) => error,
    };
    if let Ok(values) = documents(&repaired(text)) {
        return Ok(values);
    }
    // Escaped as if it were markup: `{&quot;@type&quot;: …`.
    if text.contains("&quot;") && !text.contains('"') {
        let plain = unescape(text, Ampersands::Strict);
        if let Ok(values) = documents(&plain).or_else(|_| documents(&repaired(&plain))) {
            return Ok(values);
        }
    }
    Err(error.to_string())
}

/// One document after the other, with or without semicolons between.
fn documents(text: &str) -> Result<Vec<Json>, serde_json::Error> {
    let mut values = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter() {
        values.push(value?);
    }
    Ok(values)
}

/// Without what hides it from old browsers and XML: comment and CDATA marks, and what ends a
/// statement.
fn unwrap(script: &str) -> &str {
    let mut text = script;
    for _ in 0..8 {
        let before = text;
        text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == ';');
        for mark in [
            "<!--",
            "<![CDATA[",
            "//<![CDATA[",
            "// <![CDATA[",
            "/*<![CDATA[*/",
            "/* <![CDATA[ */",
        ] {
            // A comment that ends where it began is none around the data.
            let Some(inner) = text.strip_prefix(mark) else {
                continue;
            };
            if mark != "<!--" || !closes_first(inner) {
                text = inner;
            }
        }
        for mark in [
            "-->",
            "]]>",
            "//]]>",
            "// ]]>",
            "/*]]>*/",
            "/* ]]> */",
            "//-->",
            "// -->",
        ] {
            text = text.strip_suffix(mark).unwrap_or(text);
        }
        if text == before {
            break;
        }
    }
    text
}

/// Whether a comment ends before any data begins.
fn closes_first(inner: &str) -> bool {
    let data = inner.find(['{', '[']).unwrap_or(inner.len());
    inner.get(..data).is_some_and(|text| text.contains("-->"))
}

/// The text with comments and superfluous commas left out, control characters and quotes within
/// strings escaped, and what is open at the end closed.
fn repaired(text: &str) -> String {
    let mut repair = Repair {
        out: String::with_capacity(text.len() + 16),
        rest: text,
        open: Vec::new(),
    };
    while let Some(c) = repair.rest.chars().next() {
        if repair.skip_comment() {
            continue;
        }
        match c {
            '"' => repair.string(),
            '{' | '[' => {
                repair.open.push(if c == '{' { '}' } else { ']' });
                repair.take(c);
            }
            '}' | ']' => {
                repair.drop_comma();
                if repair.open.pop_if(|open| *open == c).is_some() {
                    repair.take(c);
                } else {
                    repair.pass(c);
                }
            }
            ';' => repair.pass(c),
            c if c.is_control() && !c.is_whitespace() => repair.pass(c),
            _ => repair.take(c),
        }
    }
    repair.drop_comma();
    while let Some(close) = repair.open.pop() {
        repair.out.push(close);
    }
    repair.out
}

struct Repair<'a> {
    out: String,
    rest: &'a str,
    /// The brackets that will close what is open.
    open: Vec<char>,
}

impl Repair<'_> {
    fn pass(&mut self, c: char) {
        self.rest = self.rest.get(c.len_utf8()..).unwrap_or_default();
    }

    fn take(&mut self, c: char) {
        self.out.push(c);
        self.pass(c);
    }

    /// Removes a comma that nothing follows.
    fn drop_comma(&mut self) {
        let kept = self.out.trim_end();
        let kept = kept.strip_suffix(',').unwrap_or(kept).len();
        self.out.truncate(kept);
    }

    fn skip_comment(&mut self) -> bool {
        for (begin, end) in [("//", "\n"), ("/*", "*/"), ("<!--", "-->")] {
            if let Some(inner) = self.rest.strip_prefix(begin) {
                self.rest = inner.split_once(end).map_or("", |(_, rest)| rest);
                return true;
            }
        }
        false
    }

    /// A string up to the quote that ends it: one after which JSON goes on.
    fn string(&mut self) {
        self.take('"');
        while let Some(c) = self.rest.chars().next() {
            match c {
                '\\' => {
                    let next = self.rest.chars().nth(1);
                    match next {
                        Some('u') => self.code_point(),
                        Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => {
                            self.take('\\');
                            self.take(next.unwrap_or('\\'));
                        }
                        _ => self.pass('\\'),
                    }
                }
                '"' if self.ends_string() => {
                    self.take('"');
                    return;
                }
                '"' => {
                    self.out.push_str("\\\"");
                    self.pass('"');
                }
                '\n' => {
                    self.out.push_str("\\n");
                    self.pass(c);
                }
                '\t' => {
                    self.out.push(' ');
                    self.pass(c);
                }
                c if c.is_control() => self.pass(c),
                c => self.take(c),
            }
        }
        self.out.push('"');
    }

    /// `\u` and four digits; half of a pair becomes a replacement character.
    fn code_point(&mut self) {
        let unit = |from: &str| {
            let digits = from.strip_prefix("\\u")?.get(..4)?;
            u16::from_str_radix(digits, 16).ok()
        };
        let first = unit(self.rest);
        let second = self.rest.get(6..).and_then(unit);
        let length = match (first, second) {
            (None, _) => return self.pass('\\'),
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                self.out.push('\u{fffd}');
                self.rest = self.rest.get(6..).unwrap_or_default();
                return;
            }
            _ => 6,
        };
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .unwrap_or((self.rest, ""));
        self.out.push_str(taken);
        self.rest = rest;
    }

    /// Whether the quote that comes next ends a string.
    fn ends_string(&self) -> bool {
        let mut after = self.rest.chars().skip(1).skip_while(|c| c.is_whitespace());
        matches!(after.next(), None | Some(',' | ':' | '}' | ']' | '/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_publishers_write() {
        for (script, expected) in [
            (r#"{"a": 1}"#, r#"[{"a":1}]"#),
            ("\u{feff} {\"a\": 1};\n", r#"[{"a":1}]"#),
            ("<!-- {\"a\": 1} -->", r#"[{"a":1}]"#),
            (
                "<!-- A note. -->\n{\"a\": \"<!-- b -->\"}",
                r#"[{"a":"<!-- b -->"}]"#,
            ),
            ("//<![CDATA[\n{\"a\": 1}\n//]]>", r#"[{"a":1}]"#),
            (
                "// A note {\n{\"a\": 1, /* b */ \"c\": [1, 2,],}",
                r#"[{"a":1,"c":[1,2]}]"#,
            ),
            (
                "{\"a\": \"two\nlines\tand \\'quotes\\'\"}",
                r#"[{"a":"two\nlines and 'quotes'"}]"#,
            ),
            (
                r#"{"a": "he said "no" to us", "b": 1}"#,
                r#"[{"a":"he said \"no\" to us","b":1}]"#,
            ),
            (r#"{"a": [{"b": "cut"#, r#"[{"a":[{"b":"cut"}]}]"#),
            (r#"{"a": 1}{"b": 2}"#, r#"[{"a":1},{"b":2}]"#),
            (
                r#"{"a": "https://x.example/", // a note
                "b": 1}"#,
                r#"[{"a":"https://x.example/","b":1}]"#,
            ),
            ("{&quot;a&quot;: &quot;b&quot;}", r#"[{"a":"b"}]"#),
            (
                r#"{"a": "\ud83d\ude00 \ud83d \u12"}"#,
                "[{\"a\":\"😀 \u{fffd} u12\"}]",
            ),
            ("null", "[null]"),
        ] {
            let found = parse(script).map(|values| Json::Array(values).to_string());
            assert_eq!(found.as_deref(), Ok(expected), "{script}");
        }
        for script in ["var x = 1", "{a: 1}", "<p>no</p>"] {
            assert!(parse(script).is_err(), "{script}");
        }
    }

    #[test]
    fn hostile_scripts_take_linear_time() {
        for pattern in [
            "{\"a\":", "[", "\"", "\\\"", "//", "/*", "<!--", "\" ", ",", "]", "; ",
        ] {
            parse(&pattern.repeat(400_000)).ok();
        }
    }
}
