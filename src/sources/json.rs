//! JSON of APIs, read with patience: a field of another type than documented is a field that is
//! not there, and never the end of its item or page.

use serde_json::Value;
use url::Url;

use super::{MAX_ITEMS, ParseError};
use crate::extract::{
    Dialect, clean_line, clean_text, decode, looks_like_html, parse_date, plain_text,
};
use crate::model::{Response, Timestamp};

/// The most values of a document that is read: each takes memory, however short it is written.
const MAX_VALUES: usize = 1_000_000;

/// The document of a response that should be `expected`.
pub(super) fn document(response: &Response, expected: &'static str) -> Result<Value, ParseError> {
    if response.body.trim_ascii().is_empty() {
        return Err(ParseError::Empty { expected });
    }
    let text = decode(
        &response.body,
        response.header("content-type"),
        Dialect::Json,
    );
    let start = text.trim_start();
    let not = |found: &str| ParseError::NotThisKind {
        expected,
        found: found.to_owned(),
    };
    if start.starts_with('<') {
        return Err(not(
            "a web page: is the address right, and open to programs?",
        ));
    }
    if memchr::memchr_iter(b',', start.as_bytes()).count() > MAX_VALUES {
        return Err(ParseError::Malformed {
            expected: "an answer of bounded size",
            found: format!("one of more than {MAX_VALUES} values"),
        });
    }
    serde_json::from_str(start).map_err(|error| {
        if error.is_eof() {
            ParseError::Malformed {
                expected,
                found: "JSON that breaks off".to_owned(),
            }
        } else if start.starts_with(['{', '[']) {
            ParseError::Malformed {
                expected,
                found: format!("JSON that is damaged in line {}", error.line()),
            }
        } else {
            not("plain text")
        }
    })
}

/// The list at a JSON Pointer (RFC 6901); there must be one, if only an empty one.
pub(super) fn list<'v>(
    document: &'v Value,
    pointer: &str,
    expected: &'static str,
) -> Result<impl Iterator<Item = Fields<'v>> + use<'v>, ParseError> {
    match document.pointer(pointer) {
        Some(Value::Array(values)) => Ok(values.iter().take(MAX_ITEMS).map(Fields)),
        _ => Err(ParseError::NotThisKind {
            expected,
            found: "another kind of JSON".to_owned(),
        }),
    }
}

/// A value whose parts are read by JSON Pointer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'v>(pub(super) &'v Value);

impl<'v> Fields<'v> {
    /// The value there, unless it is `null`.
    pub(super) fn at(self, pointer: &str) -> Option<&'v Value> {
        self.0.pointer(pointer).filter(|value| !value.is_null())
    }

    /// The values there, where there is a list.
    pub(super) fn list(self, pointer: &str) -> impl Iterator<Item = Fields<'v>> + use<'v> {
        let values = self.at(pointer).and_then(Value::as_array);
        values.into_iter().flatten().take(MAX_ITEMS).map(Fields)
    }

    /// A text as it stands there, unless it is blank.
    pub(super) fn raw(self, pointer: &str) -> Option<&'v str> {
        let text = self.at(pointer)?.as_str()?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// A text or whole number there, as an identifier.
    pub(super) fn id(self, pointer: &str) -> Option<String> {
        match self.at(pointer)? {
            Value::String(text) => Some(clean_line(text)).filter(|text| !text.is_empty()),
            Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
            _ => None,
        }
    }

    /// A text of one line.
    pub(super) fn line(self, pointer: &str) -> Option<String> {
        Some(clean_line(self.raw(pointer)?)).filter(|line| !line.is_empty())
    }

    /// HTML of one line, or a line that may be HTML.
    pub(super) fn html_line(self, pointer: &str) -> Option<String> {
        let raw = self.raw(pointer)?;
        let line = if looks_like_html(raw) {
            clean_line(plain_text(raw))
        } else {
            clean_line(raw)
        };
        Some(line).filter(|line| !line.is_empty())
    }

    /// Plain text, or Markdown, as it stands; empty where there is none.
    pub(super) fn text(self, pointer: &str) -> String {
        self.raw(pointer).map(clean_text).unwrap_or_default()
    }

    /// HTML, as text; empty where there is none.
    pub(super) fn html(self, pointer: &str) -> String {
        self.raw(pointer).map(plain_text).unwrap_or_default()
    }

    /// A number that counts something; what is negative counts nothing.
    pub(super) fn count(self, pointer: &str) -> Option<u64> {
        match self.at(pointer)? {
            Value::Number(number) => number
                .as_u64()
                .or_else(|| number.as_i64().map(|_| 0))
                .or_else(|| whole(number.as_f64()?)),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The sum of several counts; `None` where none of them is there.
    pub(super) fn counts(self, pointers: &[&str]) -> Option<u64> {
        pointers
            .iter()
            .filter_map(|pointer| self.count(pointer))
            .reduce(u64::saturating_add)
    }

    /// Stars of five, where there is a whole number of them.
    pub(super) fn stars(self, pointer: &str) -> Option<f64> {
        let stars = u8::try_from(self.count(pointer)?).ok()?;
        (1..=5).contains(&stars).then(|| f64::from(stars))
    }

    /// A moment: RFC 3339 or another written date.
    pub(super) fn date(self, pointer: &str) -> Option<Timestamp> {
        parse_date(self.raw(pointer)?)
    }

    /// A moment in seconds since 1970.
    pub(super) fn seconds(self, pointer: &str) -> Option<Timestamp> {
        let seconds = match self.at(pointer)? {
            Value::Number(number) => number.as_i64()?,
            Value::String(text) => text.trim().parse().ok()?,
            _ => return None,
        };
        // What lies before 1980 or after 2200 is a mistake, or no time at all.
        (315_532_800..7_258_118_400)
            .contains(&seconds)
            .then(|| Timestamp::from_seconds(seconds))
    }

    /// An address of the web, absolute or relative to `base`.
    pub(super) fn address(self, pointer: &str, base: &Url) -> Option<Url> {
        crate::extract::absolute_url(Some(base), self.raw(pointer)?)
    }
}

/// The whole number below, where it can be told.
fn whole(number: f64) -> Option<u64> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to lie where whole numbers are exact"
    )]
    (0.0..9_007_199_254_740_992.0)
        .contains(&number)
        .then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_of_another_type_is_not_there() {
        let value = json!({
            "id": 7, "half": 1.5, "big": 1e300, "minus": -3, "flag": true, "list": [1], "null": null,
            "text": " a\u{7}\u{0} b ", "digits": "12", "html": "<b>x</b> &amp; y", "blank": "  ",
            "time": 1_795_000_000, "zero": 0
        });
        let fields = Fields(&value);
        assert_eq!(fields.id("/id").as_deref(), Some("7"));
        assert_eq!(fields.id("/half"), None);
        assert_eq!(fields.id("/flag"), None);
        assert_eq!(fields.raw("/id"), None);
        assert_eq!(fields.line("/text").as_deref(), Some("a b"));
        assert_eq!(fields.raw("/blank"), None);
        assert_eq!(fields.html("/html"), "x & y");
        assert_eq!(fields.count("/digits"), Some(12));
        assert_eq!(fields.count("/half"), Some(1));
        assert_eq!(fields.count("/minus"), Some(0));
        assert_eq!(fields.count("/big"), None);
        assert_eq!(fields.counts(&["/id", "/none", "/digits"]), Some(19));
        assert_eq!(fields.counts(&["/none", "/flag"]), None);
        assert!(fields.seconds("/time").is_some());
        assert_eq!(fields.seconds("/zero"), None);
        assert_eq!(fields.seconds("/big"), None);
        assert_eq!(fields.at("/null"), None);
        assert_eq!(fields.list("/id").count(), 0);
        assert_eq!(fields.list("/list").count(), 1);
    }
}
