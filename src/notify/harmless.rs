//! Collected text made fit for a mail: what strangers wrote cannot act on the page around it.

use unicode_normalization::char::is_combining_mark;
use url::Url;

use crate::model::Marked;

/// A piece of text, marked or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Whether it is what matched.
    pub(super) hit: bool,
    /// Its text.
    pub(super) text: String,
}

/// Letters in a row after which a line may break.
const LONGEST_RUN: usize = 28;

/// Combining marks in a row that any script needs; more only climb over the lines around them,
/// and without a letter under them they sit on what stands before.
const MOST_MARKS: usize = 4;

/// An address that a mail client shortens or refuses beyond this many bytes.
const LONGEST_URL: usize = 2_000;

/// `text` on one line: at most `room` characters, `…` where it was cut, no control, bidi or
/// invisible characters.
pub(super) fn line(text: &str, room: usize) -> String {
    let mut out = Cleaner::new(room);
    out.push(text);
    out.finish()
}

/// The pieces of `marked`, together at most `room` characters, cleaned like [`line()`].
pub(super) fn pieces(marked: &Marked, room: usize) -> Vec<Piece> {
    let mut cleaner = Cleaner::new(room);
    let mut out: Vec<Piece> = Vec::new();
    for (hit, text) in marked.pieces() {
        let before = cleaner.out.len();
        cleaner.push(text);
        let added = cleaner.out.get(before..).unwrap_or_default();
        if !added.is_empty() {
            out.push(Piece {
                hit,
                text: added.to_owned(),
            });
        }
    }
    out
}

/// The address if a reader may follow it: `http` or `https`, of a sensible length.
pub(super) fn address(url: Option<&str>) -> Option<String> {
    let url = url.filter(|url| url.len() <= LONGEST_URL)?;
    let url = Url::parse(url).ok()?;
    let ordinary = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
    let text = url.to_string();
    (ordinary && text.len() <= LONGEST_URL).then_some(text)
}

/// `text` with a place to break (U+200B) in every run of letters too long for a narrow screen.
pub(super) fn breakable(text: &str) -> String {
    let mut run = 0;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() {
            run = 0;
        } else if run == LONGEST_RUN && !is_combining_mark(c) && c != '\u{200d}' {
            out.push('\u{200b}');
            run = 1;
        } else {
            run += 1;
        }
        out.push(c);
    }
    out
}

struct Cleaner {
    out: String,
    room: usize,
    marks: usize,
    space: bool,
    full: bool,
}

impl Cleaner {
    fn new(room: usize) -> Self {
        Self {
            out: String::new(),
            room,
            marks: 0,
            space: true,
            full: false,
        }
    }

    fn push(&mut self, text: &str) {
        for c in text.chars() {
            if self.full {
                return;
            }
            if is_invisible(c) {
                continue;
            }
            let c = if c.is_control() || c.is_whitespace() {
                ' '
            } else {
                c
            };
            if c == ' ' && self.space {
                continue;
            }
            self.marks = if is_combining_mark(c) {
                self.marks + 1
            } else {
                0
            };
            if self.marks > MOST_MARKS || (self.marks > 0 && self.space) {
                continue;
            }
            if self.room == 0 {
                self.out.push('…');
                self.full = true;
                return;
            }
            self.room -= 1;
            self.space = c == ' ';
            self.out.push(c);
        }
    }

    fn finish(mut self) -> String {
        let kept = self.out.trim_end().len();
        self.out.truncate(kept);
        self.out
    }
}

/// Characters that show nothing, or turn the direction of what follows. The two joiners
/// (U+200C, U+200D) stay: scripts and emoji need them.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_only_what_can_be_seen_on_one_line() {
        for (from, to) in [
            ("  due\r\n righe\t ", "due righe"),
            ("a\u{202e}gpj.exe\u{2066}b", "agpj.exeb"),
            ("x\u{0}\u{1b}[31my", "x [31my"),
            ("a\u{200b}\u{feff}b", "ab"),
            ("\u{301}\u{301}a \u{301}b", "a b"),
            ("caffè 👩\u{200d}🍳", "caffè 👩\u{200d}🍳"),
        ] {
            assert_eq!(line(from, 100), to);
        }
        assert_eq!(line("abcdef", 3), "abc…");
        let climbing = format!("a{}", "\u{301}".repeat(500));
        assert_eq!(line(&climbing, 100).chars().count(), 5);
    }

    #[test]
    fn keeps_the_marks_of_the_pieces() {
        let marked = Marked {
            text: "il\u{202e} Frigo\u{202c}lux\n perde".to_owned(),
            hits: std::iter::once(6..17).collect(),
        };
        let shown: Vec<_> = pieces(&marked, 100)
            .into_iter()
            .map(|piece| (piece.hit, piece.text))
            .collect();
        assert_eq!(
            shown,
            [
                (false, "il ".to_owned()),
                (true, "Frigolux".to_owned()),
                (false, " perde".to_owned())
            ]
        );
        assert_eq!(pieces(&marked, 4).len(), 2);
    }

    #[test]
    fn follows_ordinary_addresses_alone() {
        for (url, kept) in [
            ("https://forum.example/a?b=1&c=è", true),
            ("javascript:alert(1)", false),
            ("JaVaScRiPt:alert(1)", false),
            ("javascript://forum.example/%0Aalert(1)", false),
            ("ftp://forum.example/a", false),
            ("data:text/html,x", false),
            ("file:///etc/passwd", false),
            ("//forum.example", false),
            ("not an address", false),
        ] {
            assert_eq!(address(Some(url)).is_some(), kept, "{url}");
        }
        assert_eq!(address(None), None);
        let long = format!("https://forum.example/{}", "a".repeat(3_000));
        assert_eq!(address(Some(&long)), None);
        assert_eq!(
            address(Some("https://a.example/\"><script>")).unwrap(),
            "https://a.example/%22%3E%3Cscript%3E"
        );
    }

    #[test]
    fn long_runs_can_break() {
        let broken = breakable(&"x".repeat(100));
        assert_eq!(broken.matches('\u{200b}').count(), 3);
        assert_eq!(breakable("short words stay"), "short words stay");
    }
}
