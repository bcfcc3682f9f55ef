//! A tokenizer for XML and HTML that reads whatever comes, in one pass.
//!
//! It knows tags, text and the odd sections, and nothing of documents: what belongs together is
//! for its callers to say. It never fails and never goes back further than one tag.

use std::borrow::Cow;

use super::entities::{Ampersands, unescape};

/// A piece of markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// Text between tags, character references not yet replaced.
    Text(&'a str),
    /// The inside of a CDATA section: text as it stands.
    Literal(&'a str),
    /// `<name …>`.
    Start {
        /// The name as written, with its prefix.
        name: &'a str,
        /// What stands between name and `>`.
        attributes: Attributes<'a>,
        /// Whether it ends with `/>`.
        empty: bool,
    },
    /// `</name>`.
    End(&'a str),
    /// `<!DOCTYPE …>`, from `!` to before `>`.
    Declaration(&'a str),
    /// A tag or section that the end of the input cuts off.
    Unfinished(&'a str),
}

/// The attributes of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes<'a>(&'a str);

impl<'a> Attributes<'a> {
    /// Names as written, and values with their references replaced.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> {
        let mut rest = Pairs(self.0);
        std::iter::from_fn(move || rest.next())
    }

    /// The value of the first attribute of that name, in any case.
    pub fn get(self, name: &str) -> Option<Cow<'a, str>> {
        self.iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The bytes that the attributes take.
    pub fn len(self) -> usize {
        self.0.len()
    }

    /// How many attributes there may be at most, but for the first: what can stand before one.
    pub(crate) fn gaps(self) -> usize {
        let is_gap = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'/');
        self.0.bytes().filter(is_gap).count()
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0.trim().is_empty()
    }
}

/// The attributes not read yet.
struct Pairs<'a>(&'a str);

impl<'a> Pairs<'a> {
    fn next(&mut self) -> Option<(&'a str, Cow<'a, str>)> {
        let rest = self.0.trim_start_matches(|c: char| {
            c.is_ascii_whitespace() || matches!(c, '/' | '=' | '"' | '\'')
        });
        if rest.is_empty() {
            self.0 = "";
            return None;
        }
        let end = rest
            .find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/'))
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let Some(value) = after.trim_ascii_start().strip_prefix('=') else {
            self.0 = after;
            return Some((name, Cow::Borrowed("")));
        };
        let value = value.trim_ascii_start();
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let inner = value.get(1..).unwrap_or_default();
                inner.split_once(quote).unwrap_or((inner, ""))
            }
            _ => value.split_at(
                value
                    .find(|c: char| c.is_ascii_whitespace())
                    .unwrap_or(value.len()),
            ),
        };
        self.0 = after;
        Some((name, unescape(value, Ampersands::Strict)))
    }
}

/// An iterator over the tokens of a text.
#[derive(Debug, Clone)]
pub struct Markup<'a> {
    text: &'a str,
    at: usize,
    /// Where the token given last begins.
    begun: usize,
    /// Endings that were looked for up to the end of the text and are not there, so that they
    /// are not looked for again.
    hopeless: Vec<Ending>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    SingleQuote,
    DoubleQuote,
    Instruction,
    Subset,
}

impl<'a> Markup<'a> {
    /// The tokens of `text`.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            begun: 0,
            hopeless: Vec::new(),
        }
    }

    /// Where the token given last begins, in bytes of the text.
    pub(crate) fn begun(&self) -> usize {
        self.begun
    }

    /// The text from `start` to the end of the token given last.
    pub(crate) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Whether each token so far was told by its own bytes and those before its end: none looked
    /// for an ending that is not there. The same bytes are the same tokens then, whatever follows.
    pub(crate) fn is_sure(&self) -> bool {
        self.hopeless.is_empty()
    }

    /// Skips the inside of an element that holds no markup, such as `script`: everything up to
    /// `</name`.
    pub fn skip_raw(&mut self, name: &str) -> &'a str {
        let rest = self.rest();
        let end = memchr::memchr_iter(b'<', rest.as_bytes())
            .find(|at| {
                rest.get(at + 1..)
                    .and_then(|tag| tag.strip_prefix('/'))
                    .and_then(|tag| tag.get(..name.len()))
                    .is_some_and(|found| found.eq_ignore_ascii_case(name))
            })
            .unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn give_up(&mut self, ending: Ending) {
        if !self.hopeless.contains(&ending) {
            self.hopeless.push(ending);
        }
    }

    /// Takes `length` bytes.
    fn take(&mut self, length: usize) -> &'a str {
        let taken = self.rest().get(..length).unwrap_or_else(|| self.rest());
        self.at += taken.len();
        taken
    }

    /// Text up to the next `<` that starts something.
    fn text(&mut self) -> Token<'a> {
        let rest = self.rest();
        let end = memchr::memchr_iter(b'<', rest.as_bytes())
            .find(|at| *at > 0 && starts_markup(rest.get(at + 1..).unwrap_or_default()))
            .unwrap_or(rest.len());
        Token::Text(self.take(end))
    }

    /// A comment, CDATA section or declaration; `None` for what holds nothing to tell.
    fn section(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        if let Some(body) = rest.strip_prefix("<!--") {
            // `<!-->` is a whole comment, as in browsers.
            let end = if body.starts_with('>') {
                Some(4 + 1)
            } else {
                find(body, b"-->").map(|end| 4 + end + 3)
            };
            return match end {
                Some(length) => {
                    self.take(length);
                    None
                }
                None => Some(Token::Unfinished(self.take(rest.len()))),
            };
        }
        if let Some(body) = rest.strip_prefix("<![CDATA[") {
            return Some(match find(body, b"]]>") {
                Some(end) => {
                    self.take(9 + end + 3);
                    Token::Literal(body.get(..end).unwrap_or_default())
                }
                None => Token::Unfinished(self.take(rest.len())),
            });
        }
        if rest.starts_with("<?") {
            return self.instruction();
        }
        let length = self.declaration_length(rest);
        let Some(length) = length else {
            return Some(Token::Unfinished(self.take(rest.len())));
        };
        let taken = self.take(length);
        Some(Token::Declaration(
            taken.get(1..taken.len() - 1).unwrap_or_default(),
        ))
    }

    /// `<?…?>`, or up to `>` where `?>` is missing.
    fn instruction(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        let proper = if self.hopeless.contains(&Ending::Instruction) {
            None
        } else {
            find(rest, b"?>").map(|end| end + 2)
        };
        if proper.is_none() {
            self.give_up(Ending::Instruction);
        }
        match proper.or_else(|| rest.find('>').map(|end| end + 1)) {
            Some(length) => {
                self.take(length);
                None
            }
            None => Some(Token::Unfinished(self.take(rest.len()))),
        }
    }

    /// The length of `<!…>`, an internal subset in brackets included.
    fn declaration_length(&mut self, rest: &str) -> Option<usize> {
        let first = rest.find('>')? + 1;
        let bracket = rest.get(..first).and_then(|head| head.find('['));
        let Some(bracket) = bracket.filter(|_| !self.hopeless.contains(&Ending::Subset)) else {
            return Some(first);
        };
        let mut quote = None;
        for (at, byte) in rest.bytes().enumerate().skip(bracket) {
            match (quote, byte) {
                (None, b'"' | b'\'') => quote = Some(byte),
                (Some(open), _) if open == byte => quote = None,
                (None, b']') => {
                    let close = rest.get(at..)?.find('>')?;
                    return Some(at + close + 1);
                }
                _ => {}
            }
        }
        self.give_up(Ending::Subset);
        Some(first)
    }

    /// A start or end tag.
    fn tag(&mut self) -> Token<'a> {
        let rest = self.rest();
        let Some(length) = self.tag_length(rest) else {
            return Token::Unfinished(self.take(rest.len()));
        };
        let tag = self.take(length);
        let inner = tag.get(1..tag.len() - 1).unwrap_or_default();
        if let Some(name) = inner.strip_prefix('/') {
            return Token::End(
                name.split(|c: char| c.is_ascii_whitespace() || c == '/')
                    .next()
                    .unwrap_or_default(),
            );
        }
        let (inner, empty) = match inner.strip_suffix('/') {
            Some(inner) => (inner, true),
            None => (inner, false),
        };
        let end = inner
            .find(|c: char| c.is_ascii_whitespace() || c == '/')
            .unwrap_or(inner.len());
        let (name, attributes) = inner.split_at(end);
        Token::Start {
            name,
            attributes: Attributes(attributes),
            empty,
        }
    }

    /// The length of the tag at the start of `rest`: to the `>` outside quotes, or to the first
    /// `>` at all where a quote is never closed.
    fn tag_length(&mut self, rest: &str) -> Option<usize> {
        let bytes = rest.as_bytes();
        let mut at = 1;
        let mut after_equals = false;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'>' => return Some(at + 1),
                b'"' | b'\'' if after_equals => {
                    let ending = if *byte == b'"' {
                        Ending::DoubleQuote
                    } else {
                        Ending::SingleQuote
                    };
                    if !self.hopeless.contains(&ending) {
                        let Some(close) = memchr::memchr(*byte, bytes.get(at + 1..)?) else {
                            self.give_up(ending);
                            break;
                        };
                        at += close + 1;
                    }
                    after_equals = false;
                }
                b'=' => after_equals = true,
                byte if byte.is_ascii_whitespace() => {}
                _ => after_equals = false,
            }
            at += 1;
        }
        memchr::memchr(b'>', bytes).map(|end| end + 1)
    }
}

impl<'a> Iterator for Markup<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let rest = self.rest();
            self.begun = self.at;
            if rest.is_empty() {
                return None;
            }
            let after = rest.strip_prefix('<').filter(|after| starts_markup(after));
            match after.and_then(|after| after.chars().next()) {
                None => return Some(self.text()),
                Some('!' | '?') => {
                    if let Some(token) = self.section() {
                        return Some(token);
                    }
                }
                Some(_) => return Some(self.tag()),
            }
        }
    }
}

/// Where an ending begins. Bodies are read through for these, so that it is worth looking at many
/// bytes at once.
fn find(text: &str, ending: &[u8]) -> Option<usize> {
    memchr::memmem::find(text.as_bytes(), ending)
}

/// Whether `<` before this begins a tag or section rather than being text, as in `1 < 2`, `<3`
/// and `<lia@example.com>`.
fn starts_markup(after: &str) -> bool {
    let name = match after.as_bytes() {
        [b'!', b'-' | b'[', ..] | [b'?', ..] => return true,
        [b'!', letter, ..] => return letter.is_ascii_alphabetic(),
        [b'/', ..] => after.get(1..).unwrap_or_default(),
        _ => after,
    };
    let Some(first) = name.chars().next() else {
        return false;
    };
    if !(first.is_alphabetic() || first == '_') {
        return false;
    }
    // An address is no name: neither a mailbox nor `<https://…>`.
    let name = name
        .bytes()
        .take(64)
        .take_while(|byte| !byte.is_ascii_whitespace() && *byte != b'>');
    let mut before = b' ';
    for byte in name {
        if byte == b'@' || (before == b':' && byte == b'/') {
            return false;
        }
        if matches!(byte, b'=' | b'"' | b'\'') {
            break;
        }
        before = byte;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        Markup::new(text)
            .map(|token| match token {
                Token::Text(text) => format!("text {text}"),
                Token::Literal(text) => format!("literal {text}"),
                Token::Start {
                    name,
                    attributes,
                    empty,
                } => {
                    let attributes: Vec<String> = attributes
                        .iter()
                        .map(|(name, value)| format!(" {name}={value}"))
                        .collect();
                    format!(
                        "{} {name}{}",
                        if empty { "empty" } else { "start" },
                        attributes.concat()
                    )
                }
                Token::End(name) => format!("end {name}"),
                Token::Declaration(text) => format!("declaration {text}"),
                Token::Unfinished(text) => format!("unfinished {text}"),
            })
            .collect()
    }

    #[test]
    fn reads_what_is_well_formed() {
        assert_eq!(
            tokens(
                "<?xml version='1.0'?><!-- a > b --><a:b c=\"x > y\" d='&lt;'>1 &lt; 2<![CDATA[<i>]]></a:b><br/><br />"
            ),
            [
                "start a:b c=x > y d=<",
                "text 1 &lt; 2",
                "literal <i>",
                "end a:b",
                "empty br",
                "empty br"
            ]
        );
        assert_eq!(
            tokens("<!DOCTYPE rss [<!ENTITY a \"]>\">]><rss>"),
            ["declaration !DOCTYPE rss [<!ENTITY a \"]>\">]", "start rss"]
        );
    }

    #[test]
    fn reads_what_is_not() {
        for (text, expected) in [
            ("1 < 2 <3 <<b>", vec!["text 1 < 2 <3 <", "start b"]),
            (
                "<lia@example.com> <https://a.example/>",
                vec!["text <lia@example.com> <https://a.example/>"],
            ),
            (
                "<a href=x/y target=_blank>z",
                vec!["start a href=x/y target=_blank", "text z"],
            ),
            ("<a b=\"c>d</a>", vec!["start a b=c", "text d", "end a"]),
            ("<a disabled b>", vec!["start a disabled= b="]),
            ("<a b", vec!["unfinished <a b"]),
            ("x<![CDATA[y", vec!["text x", "unfinished <![CDATA[y"]),
            ("<!--x", vec!["unfinished <!--x"]),
            (
                "<p title=it's>don't</p>",
                vec!["start p title=it's", "text don't", "end p"],
            ),
            ("</p >x</>", vec!["end p", "text x</>"]),
        ] {
            assert_eq!(tokens(text), expected, "{text}");
        }
    }

    #[test]
    fn skips_raw_text() {
        let mut markup = Markup::new("<script>if (a</b/) {}</SCRIPT>x");
        markup.next();
        assert_eq!(markup.skip_raw("script"), "if (a</b/) {}");
        assert_eq!(markup.next(), Some(Token::End("SCRIPT")));
    }

    #[test]
    fn hostile_input_takes_linear_time() {
        for pattern in [
            "<a '",
            "<a b='",
            "<a b=\"'>",
            "<!",
            "<?",
            "<!DOCTYPE [",
            "<![CDATA[",
            "<!--",
            "</",
            "<a b=\"x\" b='>",
            "&#",
        ] {
            let text = pattern.repeat(300_000);
            let length: usize = Markup::new(&text).count();
            assert!(length <= 600_000, "{pattern}");
        }
    }
}
