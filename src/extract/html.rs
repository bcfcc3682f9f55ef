//! HTML to plain text, in one pass and without a tree.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::entities::{Ampersands, has_reference, unescape};
use super::markup::{Attributes, Markup, Token};
use super::sanitize::{MAX_TEXT, clean_text};

/// Elements around which a reader sees an empty line.
const PARAGRAPHS: &[&str] = &[
    "article",
    "aside",
    "blockquote",
    "dl",
    "fieldset",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
];

/// Elements that begin and end a line.
const LINES: &[&str] = &[
    "address",
    "br",
    "caption",
    "center",
    "dd",
    "details",
    "dir",
    "div",
    "dt",
    "figcaption",
    "legend",
    "li",
    "menu",
    "option",
    "summary",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "body",
    "html",
];

/// Elements that are set within a line.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
    "font", "i", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small",
    "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "img", "input", "wbr",
    "picture", "source", "button", "td", "th", "col", "colgroup", "link", "meta", "title", "nobr",
];

/// Elements that hold nothing for a reader, and no markup either.
const RAW: &[&str] = &[
    "script", "style", "noscript", "iframe", "noembed", "noframes", "xmp",
];

/// Elements that hold markup, but nothing for a reader.
const HIDDEN: &[&str] = &[
    "audio", "canvas", "datalist", "head", "map", "math", "object", "select", "svg", "template",
    "textarea", "video",
];

/// Elements without an end.
pub(super) const VOID: &[&str] = &[
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input",
    "keygen", "link", "meta", "param", "source", "track", "wbr",
];

/// What an element is, as bits: one for each of the lists that name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Role(u8);

impl Role {
    const PARAGRAPH: u8 = 1;
    const LINE: u8 = 2;
    const INLINE: u8 = 4;
    const RAW: u8 = 8;
    const HIDDEN: u8 = 16;
    const VOID: u8 = 32;

    /// What the element of that name is, however it is written.
    fn of(name: &str) -> Self {
        let mut lower = [0; LONGEST];
        let Some(lower) = lower.get_mut(..name.len()) else {
            return Self(0);
        };
        lower.copy_from_slice(name.as_bytes());
        lower.make_ascii_lowercase();
        Self(ROLES.get(&*lower).copied().unwrap_or(0))
    }

    fn is(self, bit: u8) -> bool {
        self.0 & bit != 0
    }

    fn is_known(self) -> bool {
        self.0 != 0
    }
}

/// No name in the lists is longer.
const LONGEST: usize = 10;

static ROLES: LazyLock<HashMap<&'static [u8], u8>> = LazyLock::new(|| {
    let lists = [
        (PARAGRAPHS, Role::PARAGRAPH),
        (LINES, Role::LINE),
        (INLINE, Role::INLINE),
        (RAW, Role::RAW),
        (HIDDEN, Role::HIDDEN),
        (VOID, Role::VOID),
    ];
    let mut roles = HashMap::new();
    for (list, role) in lists {
        for name in list {
            *roles.entry(name.as_bytes()).or_default() |= role;
        }
    }
    roles
});

/// The words of a piece of HTML, with line breaks where a reader sees them.
///
/// Scripts, styles and hidden elements are left out, character references replaced; the result is
/// cleaned as [`clean_text`] does and no longer than [`MAX_TEXT`]. Text without
/// any markup keeps its own line breaks. What was escaped twice by a publisher's mistake is read
/// twice.
pub fn plain_text(html: &str) -> String {
    let flat = flatten(html);
    let out = if flat.bare && !has_sections(html) {
        unescape(html, Ampersands::Lenient)
    } else {
        Cow::Borrowed(flat.out.as_str())
    };
    if flat.tags == 0 && has_closing_tag(&out) {
        return clean_text(&flatten(&out).out);
    }
    clean_text(out)
}

/// Whether `text` is HTML beyond doubt: it holds a character reference, the end of a known
/// element, or one that has no end. `The <b> tag` does not.
pub fn looks_like_html(text: &str) -> bool {
    has_reference(text) || has_closing_tag(text)
}

/// Whether `text` may be HTML: it holds a character reference or any known element.
pub fn may_be_html(text: &str) -> bool {
    Markup::new(text).any(|token| match token {
        Token::Start { name, .. } | Token::End(name) => Role::of(name).is_known(),
        _ => false,
    }) || has_reference(text)
        || has_sections(text)
}

/// Whether `text` holds comments, declarations or instructions, which are no tokens of their own.
fn has_sections(text: &str) -> bool {
    memchr::memchr_iter(b'<', text.as_bytes())
        .any(|at| matches!(text.as_bytes().get(at + 1), Some(b'!' | b'?')))
}

/// Whether `text` holds the end of a known element, or one that has no end.
fn has_closing_tag(text: &str) -> bool {
    memchr::memchr(b'<', text.as_bytes()).is_some()
        && Markup::new(text).any(|token| match token {
            Token::End(name) => Role::of(name).is_known(),
            Token::Start { name, .. } => Role::of(name).is(Role::VOID),
            _ => false,
        })
}

struct Flat {
    out: String,
    /// How many known elements there were.
    tags: usize,
    /// Whether there was nothing but text.
    bare: bool,
    /// Inside `pre`, where line breaks count.
    preformatted: usize,
    /// Whether nothing but spaces follows the last line break.
    line_start: bool,
}

fn flatten(html: &str) -> Flat {
    let mut flat = Flat {
        out: String::with_capacity(html.len().min(MAX_TEXT * 2)),
        tags: 0,
        bare: true,
        preformatted: 0,
        line_start: true,
    };
    // The element that is being skipped, and how many of its name are open.
    let mut skipping: Option<(&str, usize)> = None;
    let mut markup = Markup::new(html);
    while let Some(token) = markup.next() {
        if flat.out.len() > MAX_TEXT * 2 {
            break;
        }
        if let Some((hidden, open)) = &mut skipping {
            match token {
                Token::Start { name, empty, .. } if name.eq_ignore_ascii_case(hidden) => {
                    *open += usize::from(!empty);
                }
                Token::End(name) if name.eq_ignore_ascii_case(hidden) => *open -= 1,
                _ => {}
            }
            if *open == 0 {
                skipping = None;
            }
            continue;
        }
        flat.bare &= matches!(token, Token::Text(_));
        match token {
            Token::Text(text) => flat.push(&unescape(text, Ampersands::Lenient)),
            Token::Literal(text) => flat.push(text),
            Token::Start {
                name,
                attributes,
                empty,
            } => {
                let role = Role::of(name);
                flat.tags += usize::from(role.is_known());
                if role.is(Role::RAW) && !empty {
                    markup.skip_raw(name);
                } else if !empty && !role.is(Role::VOID) && is_hidden(role, attributes) {
                    skipping = Some((name, 1));
                } else {
                    flat.start(name, role, attributes);
                }
            }
            Token::End(name) => {
                let role = Role::of(name);
                flat.tags += usize::from(role.is_known());
                flat.end(name, role);
            }
            Token::Declaration(_) => {}
            Token::Unfinished(rest) => flat.cut_off(rest),
        }
    }
    flat
}

impl Flat {
    /// Adds text; white space that is only layout of the source becomes a space.
    fn push(&mut self, text: &str) {
        if self.preformatted == 0 && self.line_start && text.trim_ascii_start().is_empty() {
            return;
        }
        self.line_start &= text.trim_start().is_empty();
        if self.preformatted > 0 {
            self.out.push_str(text);
            return;
        }
        let mut rest = text;
        while let Some(at) = memchr::memchr3(b'\n', b'\r', b'\t', rest.as_bytes()) {
            let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
            self.out.push_str(before);
            self.out.push(' ');
            rest = after.get(1..).unwrap_or_default();
        }
        self.out.push_str(rest);
    }

    fn start(&mut self, name: &str, role: Role, attributes: Attributes<'_>) {
        if name.eq_ignore_ascii_case("img") {
            // Emoji that a blog serves as pictures.
            if let Some(alt) = attributes.get("alt")
                && alt.chars().count() <= 8
                && !alt.is_ascii()
            {
                self.push(&alt);
            }
        }
        if name.eq_ignore_ascii_case("pre") {
            self.preformatted += 1;
        }
        self.gap(name, role);
    }

    fn end(&mut self, name: &str, role: Role) {
        if name.eq_ignore_ascii_case("pre") {
            self.preformatted = self.preformatted.saturating_sub(1);
        }
        self.gap(name, role);
    }

    /// The space that an element makes around itself.
    fn gap(&mut self, name: &str, role: Role) {
        if role.is(Role::PARAGRAPH) {
            self.break_line();
            self.break_line();
        } else if role.is(Role::LINE) {
            // A line ends once, however many elements begin and end there.
            if name.eq_ignore_ascii_case("br") || !self.line_start {
                self.break_line();
            }
            self.line_start = true;
        } else if role.is(Role::INLINE)
            && ["td", "th"]
                .iter()
                .any(|cell| cell.eq_ignore_ascii_case(name))
        {
            self.out.push(' ');
        }
    }

    /// Ends a line. What cleaning would take away, spaces at its end and a second empty line, is
    /// not written first: what is clean is not gone through again.
    fn break_line(&mut self) {
        let text = self.out.trim_end_matches(' ');
        if !text.ends_with('\r') {
            self.out.truncate(text.len());
        }
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
        self.line_start = true;
    }

    /// What an unfinished tag leaves: nothing of HTML, everything of text such as `a <b`.
    fn cut_off(&mut self, rest: &str) {
        if let Some(body) = rest.strip_prefix("<![CDATA[") {
            self.push(body);
            return;
        }
        let name: &str = rest
            .trim_start_matches(['<', '/'])
            .split(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        if !rest.starts_with("<!") && !Role::of(name).is_known() {
            self.push(&unescape(rest, Ampersands::Lenient));
        }
    }
}

fn is_hidden(role: Role, attributes: Attributes<'_>) -> bool {
    if role.is(Role::HIDDEN) {
        return true;
    }
    if attributes.is_empty() {
        return false;
    }
    attributes.iter().any(|(key, value)| {
        key.eq_ignore_ascii_case("hidden")
            || (key.eq_ignore_ascii_case("style") && {
                let style: String = value
                    .chars()
                    .filter(|c| !c.is_whitespace())
                    .take(1024)
                    .collect::<String>()
                    .to_ascii_lowercase();
                style.contains("display:none") || style.contains("visibility:hidden")
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, proptest};

    #[test]
    fn names_are_found_in_any_case() {
        for (list, bit) in [
            (PARAGRAPHS, Role::PARAGRAPH),
            (LINES, Role::LINE),
            (INLINE, Role::INLINE),
            (RAW, Role::RAW),
            (HIDDEN, Role::HIDDEN),
            (VOID, Role::VOID),
        ] {
            for name in list {
                assert!(Role::of(name).is(bit), "{name}");
                assert!(Role::of(&name.to_uppercase()).is(bit), "{name}");
            }
        }
        for name in ["", "bold", "blockquotes", "è"] {
            assert!(!Role::of(name).is_known(), "{name}");
        }
    }

    #[test]
    fn keeps_words_and_line_breaks() {
        for (html, text) in [
            ("plain", "plain"),
            ("two\nlines", "two\nlines"),
            ("two\nlines <i>of source</i>", "two lines of source"),
            ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
            ("a<br/><br />b", "a\n\nb"),
            ("<div><div>a</div></div><div>b</div>", "a\nb"),
            (
                "<ul>\n <li>one</li>\n <li>two</li></ul>after",
                "one\ntwo\n\nafter",
            ),
            ("<b>bold</b>ly go\n  <i>there</i>", "boldly go there"),
            (
                "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
                "a b\nc",
            ),
            ("x<pre>a\n  b</pre>y", "x\n\na\nb\n\ny"),
            ("caff&egrave; &amp; t&#233; &copy 2026", "caffè & té © 2026"),
            ("1 < 2 && 3 > 2, I <3 you", "1 < 2 && 3 > 2, I <3 you"),
            ("<custom-tag>in</custom-tag>side", "inside"),
            (
                "bravi <img class=emoji alt='👏' src=x><img alt='A long caption'>",
                "bravi 👏",
            ),
            ("&lt;b&gt;escaped&lt;/b&gt; twice", "escaped twice"),
            ("<code>&lt;b&gt;x&lt;/b&gt;</code>", "<b>x</b>"),
        ] {
            assert_eq!(plain_text(html), text, "{html}");
        }
    }

    #[test]
    fn leaves_out_what_no_reader_sees() {
        for (html, text) in [
            ("a<script>if (1<2) alert('</p>')</script>b", "ab"),
            ("a<STYLE>p{}</STYLE>b<style>", "ab"),
            ("a<!-- <p>no</p> -->b", "ab"),
            ("a<div hidden>no<div>no</div>no</div>b", "ab"),
            ("a<span style='DISPLAY : none'>no</span>b", "ab"),
            (
                "a<template><p>no</template>b<noscript><img></noscript>c",
                "abc",
            ),
            ("<head><title>no</title></head>yes", "yes"),
            ("cut <a href=\"http://x", "cut"),
            ("if a <b then", "if a"),
            ("if a <z then", "if a <z then"),
            ("\u{202e}x&#x202e;&#27;y", "xy"),
        ] {
            assert_eq!(plain_text(html), text, "{html}");
        }
    }

    #[test]
    fn tells_html_from_words() {
        for (text, surely, perhaps) in [
            ("AT&T", false, false),
            ("Vec<T> & co", false, false),
            ("a < b", false, false),
            ("The <b> tag", false, true),
            ("<p>One<p>Two", false, true),
            ("Rock &amp; Roll", true, true),
            ("a <b>bold</b> claim", true, true),
            ("line<br>line", true, true),
        ] {
            assert_eq!(looks_like_html(text), surely, "{text}");
            assert_eq!(may_be_html(text), perhaps, "{text}");
        }
    }

    #[test]
    fn deep_and_large_input_takes_linear_time() {
        let deep = format!("{}x{}", "<div>".repeat(200_000), "</div>".repeat(200_000));
        assert_eq!(plain_text(&deep), "x");
        let hidden = "<div hidden>".repeat(200_000);
        assert_eq!(plain_text(&hidden), "");
        assert_eq!(plain_text(&"x".repeat(3_000_000)).len(), MAX_TEXT);
        assert_eq!(plain_text(&"<br> ".repeat(300_000)), "");
    }

    proptest! {
        #[test]
        fn never_panics_and_comes_out_clean(html in any::<String>(), parts in proptest::collection::vec("[<>/&;'\"= a-z!\\-\\[\\]]{0,9}", 0..20)) {
            for input in [html, parts.concat()] {
                let text = plain_text(&input);
                assert_eq!(clean_text(&text), text);
            }
        }
    }
}
