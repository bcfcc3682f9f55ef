//! From a place in a text's value back to its place in the file.

use std::ops::Range;

/// Where each part of a TOML string's value stands in the file.
///
/// Literal strings are kept as they are written, so that they map one to one; in basic strings an
/// escape such as `\"` is longer in the file than in the value.
#[derive(Debug)]
pub(super) struct Places {
    /// The whole string with its quotes.
    whole: Range<usize>,
    /// Runs of the value, in order.
    runs: Vec<Run>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    value: Range<usize>,
    file: Range<usize>,
}

impl Places {
    /// Follows the string that stands at `span` of `file` and has this `value`.
    pub(super) fn new(file: &str, span: Range<usize>, value: &str) -> Self {
        let raw = file.get(span.clone()).unwrap_or_default();
        let runs = runs(raw, span.start)
            .filter(|(decoded, _)| decoded == value)
            .map(|(_, runs)| runs)
            .unwrap_or_default();
        Self { whole: span, runs }
    }

    /// The bytes of the file behind bytes `range` of the value.
    pub(super) fn of(&self, range: &Range<usize>) -> Range<usize> {
        if self.runs.is_empty() {
            return self.whole.clone();
        }
        let start = self.start(range.start);
        let end = if range.end > range.start {
            self.end(range.end)
        } else {
            start
        };
        start..end.max(start)
    }

    fn start(&self, at: usize) -> usize {
        let index = self.runs.partition_point(|run| run.value.end <= at);
        match (self.runs.get(index), self.runs.last()) {
            (Some(run), _) if run.is_verbatim() => run.file.start + (at - run.value.start),
            (Some(run), _) => run.file.start,
            (None, Some(last)) => last.file.end,
            (None, None) => self.whole.start,
        }
    }

    fn end(&self, at: usize) -> usize {
        let index = self.runs.partition_point(|run| run.value.end < at);
        match (self.runs.get(index), self.runs.last()) {
            (Some(run), _) if run.is_verbatim() => run.file.start + (at - run.value.start),
            (Some(run), _) => run.file.end,
            (None, Some(last)) => last.file.end,
            (None, None) => self.whole.end,
        }
    }
}

impl Run {
    fn is_verbatim(&self) -> bool {
        self.value.len() == self.file.len()
    }
}

/// The value of a raw string and where its parts stand; `None` for what cannot be followed.
fn runs(raw: &str, offset: usize) -> Option<(String, Vec<Run>)> {
    for (quote, escapes, lines) in [
        ("'''", false, true),
        ("\"\"\"", true, true),
        ("'", false, false),
        ("\"", true, false),
    ] {
        let Some(body) = raw
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
        else {
            continue;
        };
        let mut at = offset + quote.len();
        let mut body = body;
        if lines {
            let newline = ["\n", "\r\n"]
                .into_iter()
                .find(|newline| body.starts_with(newline))
                .map_or(0, str::len);
            at += newline;
            body = body.get(newline..)?;
        }
        return follow(body, at, escapes);
    }
    // An unquoted text, which the parser complains of but reads.
    follow(raw, offset, false)
}

fn follow(body: &str, offset: usize, escapes: bool) -> Option<(String, Vec<Run>)> {
    let mut value = String::with_capacity(body.len());
    let mut runs = Vec::new();
    let mut rest = body;
    let mut at = offset;
    while !rest.is_empty() {
        let plain = if escapes {
            rest.find('\\').unwrap_or(rest.len())
        } else {
            rest.len()
        };
        let (text, after) = rest.split_at_checked(plain)?;
        if !text.is_empty() {
            runs.push(Run {
                value: value.len()..value.len() + text.len(),
                file: at..at + text.len(),
            });
            value.push_str(text);
            at += text.len();
        }
        rest = after;
        if let Some(escape) = rest.strip_prefix('\\') {
            let (decoded, length) = unescape(escape)?;
            if let Some(decoded) = decoded {
                runs.push(Run {
                    value: value.len()..value.len() + decoded.len_utf8(),
                    file: at..at + 1 + length,
                });
                value.push(decoded);
            }
            at += 1 + length;
            rest = escape.get(length..)?;
        }
    }
    if runs.is_empty() {
        runs.push(Run {
            value: 0..0,
            file: at..at,
        });
    }
    Some((value, runs))
}

/// The character that the text after a backslash stands for (none for a continued line), and the
/// length of that text.
fn unescape(text: &str) -> Option<(Option<char>, usize)> {
    let simple = |c| Some((Some(c), 1));
    match text.chars().next()? {
        'b' => simple('\u{8}'),
        'e' => simple('\u{1b}'),
        'f' => simple('\u{c}'),
        'n' => simple('\n'),
        'r' => simple('\r'),
        't' => simple('\t'),
        '"' => simple('"'),
        '\\' => simple('\\'),
        'x' => hexadecimal(text, 2),
        'u' => hexadecimal(text, 4),
        'U' => hexadecimal(text, 8),
        c if c.is_ascii_whitespace() => {
            let kept = text.trim_start_matches([' ', '\t', '\n', '\r']);
            Some((None, text.len() - kept.len()))
        }
        _ => None,
    }
}

fn hexadecimal(text: &str, digits: usize) -> Option<(Option<char>, usize)> {
    let code = u32::from_str_radix(text.get(1..=digits)?, 16).ok()?;
    Some((Some(char::from_u32(code)?), 1 + digits))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use toml::de::DeTable;

    use super::*;

    fn first_text(file: &str) -> (Range<usize>, String) {
        let table = DeTable::parse(file).unwrap();
        let value = table.get_ref().get("q").unwrap();
        (value.span(), value.get_ref().as_str().unwrap().to_owned())
    }

    /// Each case: a file, and a word of the value that must be found in the file where the
    /// second word stands.
    #[test]
    fn finds_words_behind_escapes_and_line_breaks() {
        for (file, in_value, in_file) in [
            ("q = 'acme AND '", "AND", "AND"),
            ("q = '''\nacme\n  AND x'''", "AND", "AND"),
            ("q = '''\r\nacme\r\n  AND x'''", "AND", "AND"),
            ("q = '''acme AND x'''", "acme", "acme"),
            (r#"q = "\"frigo lux\" AND""#, "AND", "AND"),
            (
                r#"q = "\"frigo lux\" AND""#,
                "\"frigo lux\"",
                r#"\"frigo lux\""#,
            ),
            (r#"q = "caff\u00e8 AND x""#, "AND", "AND"),
            (r#"q = "caff\u00e8 AND x""#, "caffè", r"caff\u00e8"),
            (r#"q = "caff\xe8 AND x""#, "caffè", r"caff\xe8"),
            ("q = \"\"\"\na \\\n   b AND c\"\"\"", "AND", "AND"),
            ("q = \"\"\"\na \\\n   b AND c\"\"\"", "b", "b"),
        ] {
            let (span, value) = first_text(file);
            let at = value.find(in_value).unwrap();
            let place = Places::new(file, span, &value).of(&(at..at + in_value.len()));
            assert_eq!(file.get(place), Some(in_file), "{file}");
        }
    }

    #[test]
    fn points_after_the_last_character_at_the_end() {
        let file = "q = 'acme AND '\n";
        let (span, value) = first_text(file);
        let end = value.len();
        assert_eq!(Places::new(file, span, &value).of(&(end..end)), 14..14);
    }

    #[test]
    fn gives_the_whole_text_where_it_cannot_follow() {
        assert_eq!(
            Places::new("q = 'a'", 4..7, "something else").of(&(1..2)),
            4..7
        );
    }

    proptest! {
        #[test]
        fn every_word_is_found(words in proptest::collection::vec("[a-zè\"\\\\\t]{1,8}", 1..8)) {
            let value = words.join("\n");
            let escaped: String = value
                .chars()
                .map(|c| match c {
                    '"' => "\\\"".to_owned(),
                    '\\' => "\\\\".to_owned(),
                    '\n' => "\\n".to_owned(),
                    'è' => "\\u00E8".to_owned(),
                    c => c.to_string(),
                })
                .collect();
            let file = format!("q = \"{escaped}\"");
            let (span, read) = first_text(&file);
            prop_assert_eq!(&read, &value);
            let places = Places::new(&file, span, &value);
            prop_assert!(!places.runs.is_empty());
            for (at, c) in value.char_indices() {
                let place = places.of(&(at..at + c.len_utf8()));
                let expected = match c {
                    '"' => "\\\"",
                    '\\' => "\\\\",
                    '\n' => "\\n",
                    'è' => "\\u00E8",
                    _ => value.get(at..at + c.len_utf8()).unwrap(),
                };
                prop_assert_eq!(file.get(place), Some(expected));
            }
        }
    }
}
