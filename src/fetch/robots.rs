//! What a robots.txt allows, by RFC 9309.
//!
//! Invariant: pure, and linear in the file; asking is linear in the path for each rule, whatever
//! wildcards the rules hold.

use std::time::Duration;

use memchr::memmem;

/// Bytes of a robots.txt that are read: what RFC 9309, section 2.5, asks for at least.
pub const MAX_ROBOTS_BYTES: usize = 500 * 1024;

/// Bytes of a line that are read, as Google's parser does: no address that is asked is longer.
const MAX_LINE_BYTES: usize = 2083 * 8 - 1;

/// The longest `Crawl-delay` that is honoured; a longer one counts as this.
const MAX_CRAWL_DELAY: Duration = Duration::from_mins(1);

/// Keys that stand for `disallow` on sites that mistyped it.
const DISALLOW: [&str; 6] = [
    "disallow",
    "dissallow",
    "dissalow",
    "disalow",
    "diasllow",
    "disallaw",
];

/// The rules of one robots.txt that concern one crawler.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Robots {
    /// By length, longest first; at one length those that allow come first.
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
}

impl Robots {
    /// Reads a robots.txt for a crawler of these product tokens (without version; compared
    /// without case). Only the first [`MAX_ROBOTS_BYTES`] count. Anything can be read; lines
    /// that make no sense are passed over.
    pub fn parse(file: &[u8], tokens: &[&str]) -> Self {
        let file = file.get(..MAX_ROBOTS_BYTES).unwrap_or(file);
        let mut reader = Reader::default();
        for line in without_byte_order_mark(file).split(|byte| matches!(byte, b'\n' | b'\r')) {
            let line = line.get(..MAX_LINE_BYTES).unwrap_or(line);
            if let Some((key, value)) = key_and_value(line) {
                reader.read(key, value, tokens);
            }
        }
        reader.finish()
    }

    /// The rules that forbid everything.
    pub fn forbids_all() -> Self {
        Self {
            rules: vec![Rule::new(b"/", false)],
            crawl_delay: None,
        }
    }

    /// Whether `path` may be asked: path and query as they go over the wire, percent-encoded,
    /// without fragment. The longest rule that matches decides; at one length, the one that
    /// allows.
    pub fn allows(&self, path: &str) -> bool {
        let path = comparable(path.as_bytes(), Side::Path);
        self.rules
            .iter()
            .find(|rule| rule.matches(&path))
            .is_none_or(|rule| rule.allow)
    }

    /// `Crawl-delay`, which RFC 9309 does not know: the least gap, zero to sixty seconds.
    pub fn crawl_delay(&self) -> Option<Duration> {
        self.crawl_delay
    }
}

/// A group of lines counts for the crawler that it names, or for all.
#[derive(Debug, Default)]
struct Reader {
    /// Only once a line named this crawler.
    named: Option<Group>,
    everyone: Group,
    in_named: bool,
    in_everyone: bool,
    /// A rule stood since the last `user-agent`, so that the next one opens another group.
    after_rule: bool,
}

#[derive(Debug, Default)]
struct Group {
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
}

impl Reader {
    fn read(&mut self, key: &[u8], value: &[u8], tokens: &[&str]) {
        if is_user_agent(key) {
            self.user_agent(value, tokens);
        } else if key.eq_ignore_ascii_case(b"allow") {
            self.rule(value, true);
        } else if DISALLOW
            .iter()
            .any(|word| key.eq_ignore_ascii_case(word.as_bytes()))
        {
            self.rule(value, false);
        } else if key.eq_ignore_ascii_case(b"crawl-delay") {
            self.crawl_delay(value);
        }
    }

    fn user_agent(&mut self, value: &[u8], tokens: &[&str]) {
        if self.after_rule {
            self.in_named = false;
            self.in_everyone = false;
            self.after_rule = false;
        }
        let token = product_token(value);
        if let [b'*', rest @ ..] = value
            && rest.first().is_none_or(u8::is_ascii_whitespace)
        {
            self.in_everyone = true;
        } else if !token.is_empty()
            && tokens
                .iter()
                .any(|own| own.as_bytes().eq_ignore_ascii_case(token))
        {
            self.in_named = true;
            self.named.get_or_insert_default();
        }
    }

    fn rule(&mut self, value: &[u8], allow: bool) {
        self.after_rule = true;
        if value.is_empty() {
            return;
        }
        for group in self.current() {
            group.add(value, allow);
        }
    }

    fn crawl_delay(&mut self, value: &[u8]) {
        let Some(delay) = std::str::from_utf8(value)
            .ok()
            .and_then(|text| text.parse::<f64>().ok())
            .filter(|seconds| *seconds >= 0.0)
        else {
            return;
        };
        let delay = Duration::try_from_secs_f64(delay)
            .unwrap_or(MAX_CRAWL_DELAY)
            .min(MAX_CRAWL_DELAY);
        for group in self.current() {
            group.crawl_delay = group.crawl_delay.max(Some(delay));
        }
    }

    /// The groups that a line belongs to.
    fn current(&mut self) -> impl Iterator<Item = &mut Group> {
        let named = self.named.as_mut().filter(|_| self.in_named);
        let everyone = self.in_everyone.then_some(&mut self.everyone);
        named.into_iter().chain(everyone)
    }

    fn finish(self) -> Robots {
        let Group {
            mut rules,
            crawl_delay,
        } = self.named.unwrap_or(self.everyone);
        rules.sort_by_key(|rule| (std::cmp::Reverse(rule.length), !rule.allow));
        Robots { rules, crawl_delay }
    }
}

impl Group {
    fn add(&mut self, value: &[u8], allow: bool) {
        self.rules.push(Rule::new(value, allow));
        // Servers take `/shop/` for `/shop/index.html`, so who allows the one allows the other.
        if allow && let Some(folder) = value.strip_suffix(b"/index.html") {
            let mut pattern = folder.to_vec();
            pattern.extend_from_slice(b"/$");
            self.rules.push(Rule::new(&pattern, true));
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    /// Percent-encoded; `*` stands for any bytes.
    pattern: Vec<u8>,
    /// The pattern ended in `$`: it must reach the end of the path.
    to_the_end: bool,
    /// Of the whole pattern, special characters included: the longest that matches decides.
    length: usize,
    allow: bool,
}

impl Rule {
    fn new(value: &[u8], allow: bool) -> Self {
        let to_the_end = value.last() == Some(&b'$');
        let pattern = comparable(value.strip_suffix(b"$").unwrap_or(value), Side::Pattern);
        let length = pattern.len() + usize::from(to_the_end);
        Self {
            pattern,
            to_the_end,
            length,
            allow,
        }
    }

    /// Takes each piece between two `*` where it first occurs: a later place could only leave
    /// less for the pieces after it, so nothing has to be tried twice.
    fn matches(&self, path: &[u8]) -> bool {
        let mut pieces = self.pattern.split(|byte| *byte == b'*');
        let Some(mut rest) = pieces.next().and_then(|first| path.strip_prefix(first)) else {
            return false;
        };
        let mut pieces = pieces.peekable();
        if pieces.peek().is_none() {
            return !self.to_the_end || rest.is_empty();
        }
        while let Some(piece) = pieces.next() {
            if self.to_the_end && pieces.peek().is_none() {
                return rest.ends_with(piece);
            }
            if piece.is_empty() {
                continue;
            }
            let Some(after) = memmem::find(rest, piece).and_then(|at| rest.get(at + piece.len()..))
            else {
                return false;
            };
            rest = after;
        }
        true
    }
}

/// A byte order mark, also one cut short, is no part of the first line.
fn without_byte_order_mark(file: &[u8]) -> &[u8] {
    const MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];
    let marked = file.iter().zip(MARK).take_while(|(a, b)| **a == *b).count();
    file.get(marked..).unwrap_or(file)
}

/// `key: value`, without comment; the colon may be missing where two words stand alone.
fn key_and_value(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b'#', line).unwrap_or(line.len());
    let line = line.get(..end)?.trim_ascii();
    let at = if let Some(colon) = memchr::memchr(b':', line) {
        colon
    } else {
        let space = line.iter().position(u8::is_ascii_whitespace)?;
        let value = line.get(space..)?.trim_ascii();
        if value.iter().any(u8::is_ascii_whitespace) {
            return None;
        }
        space
    };
    let key = line.get(..at)?.trim_ascii();
    let value = line.get(at + 1..)?.trim_ascii();
    (!key.is_empty()).then_some((key, value))
}

fn is_user_agent(key: &[u8]) -> bool {
    ["user-agent", "useragent", "user agent"]
        .iter()
        .any(|word| key.eq_ignore_ascii_case(word.as_bytes()))
}

/// The letters, `_` and `-` at the start: `FooBot/2.1` names the crawler `FooBot`.
fn product_token(value: &[u8]) -> &[u8] {
    let end = value
        .iter()
        .position(|byte| !(byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-')))
        .unwrap_or(value.len());
    value.get(..end).unwrap_or(value)
}

/// Where text that is made comparable comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Pattern,
    Path,
}

/// One spelling for what is spelled in several ways: escapes in upper case; characters that some
/// software escapes and some does not always escaped, or, if they are unreserved (RFC 3986,
/// section 2.3), never. In a pattern `*` is a wildcard; everywhere else it and `$` are escaped,
/// so that a pattern can mean them by their escapes.
///
/// Escaped letters and digits stay as they are, as the compliance cases have it.
fn comparable(text: &[u8], side: Side) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at).copied() {
        if let Some(escape) = text.get(at..at + 3).filter(|_| byte == b'%')
            && let Some(escaped) = escaped_byte(escape)
        {
            if matches!(escaped, b'-' | b'.' | b'_' | b'~') {
                out.push(escaped);
            } else {
                push_escape(&mut out, escaped);
            }
            at += 3;
            continue;
        }
        let escape = match byte {
            b'<' | b'>' | b'"' | b'\'' | b'`' | b'{' | b'}' | b'^' | b'$' => true,
            b'*' => side == Side::Path,
            _ => side == Side::Pattern && !byte.is_ascii_graphic(),
        };
        if escape {
            push_escape(&mut out, byte);
        } else {
            out.push(byte);
        }
        at += 1;
    }
    out
}

fn escaped_byte(escape: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*escape.get(at)?).to_digit(16);
    u8::try_from(digit(1)? * 16 + digit(2)?).ok()
}

fn push_escape(out: &mut Vec<u8>, byte: u8) {
    const HEX: [u8; 16] = *b"0123456789ABCDEF";
    let (high, low) = (usize::from(byte >> 4), usize::from(byte & 15));
    out.extend([b'%', HEX[high], HEX[low]]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OWN: [&str; 2] = ["ascoltobot", "ascolto"];

    fn allows(file: &str, path: &str) -> bool {
        Robots::parse(file.as_bytes(), &OWN).allows(path)
    }

    #[test]
    fn the_rules_of_a_group_decide() {
        let cases: &[(&str, &str, bool)] = &[
            ("", "/x", true),
            ("User-agent: *\nDisallow: /", "/x", false),
            ("User-agent: *\nDisallow:", "/x", true),
            ("Disallow: /", "/x", true),
            // Our own group, by any of our names, without version, in any case.
            ("user-agent: AscoltoBot/1.0\ndisallow: /a", "/a", false),
            ("user-agent: ascolto\ndisallow: /a", "/a", false),
            ("user-agent: ascoltobotter\ndisallow: /a", "/a", true),
            (
                "user-agent: *\ndisallow: /\nuser-agent: ascoltobot\nallow: /",
                "/a",
                true,
            ),
            (
                "user-agent: ascoltobot\ndisallow:\nuser-agent: *\ndisallow: /",
                "/a",
                true,
            ),
            // Groups of one name are one; names that follow one another share their rules.
            (
                "user-agent: ascoltobot\ndisallow: /a\nuser-agent: x\nallow: /\nuser-agent: ascoltobot\ndisallow: /b",
                "/b",
                false,
            ),
            (
                "user-agent: x\nuser-agent: ascoltobot\ndisallow: /a",
                "/a",
                false,
            ),
            (
                "user-agent: x\ncrawl-delay: 2\nuser-agent: ascoltobot\ndisallow: /a",
                "/a",
                false,
            ),
            // The longest match, and at one length the one that allows.
            ("user-agent: *\ndisallow: /a\nallow: /a/b", "/a/b/c", true),
            ("user-agent: *\ndisallow: /a/b\nallow: /a", "/a/b/c", false),
            ("user-agent: *\ndisallow: /a\nallow: /a", "/a", true),
            (
                "user-agent: *\ndisallow: /*.php\nallow: /ind",
                "/index.php",
                false,
            ),
            // Wildcards and the end.
            ("user-agent: *\ndisallow: /a*b$", "/axxb", false),
            ("user-agent: *\ndisallow: /a*b$", "/axbxb", false),
            ("user-agent: *\ndisallow: /a*b$", "/ab", false),
            ("user-agent: *\ndisallow: /a*b$", "/abc", true),
            ("user-agent: *\ndisallow: /ab*b$", "/ab", true),
            ("user-agent: *\ndisallow: /a$", "/a", false),
            ("user-agent: *\ndisallow: /a$", "/ab", true),
            ("user-agent: *\ndisallow: *", "/", false),
            (
                "user-agent: *\ndisallow: /*?*session=",
                "/x?y=1&session=2",
                false,
            ),
            // Escapes and characters that a request cannot hold.
            ("user-agent: *\ndisallow: /%e2%82%ac", "/%E2%82%AC", false),
            ("user-agent: *\ndisallow: /€", "/%e2%82%ac", false),
            ("user-agent: *\ndisallow: /a<b", "/a%3Cb", false),
            ("user-agent: *\ndisallow: /?q='x'", "/?q=%27x%27", false),
            ("user-agent: *\ndisallow: /%7Elia", "/~lia", false),
            ("user-agent: *\ndisallow: /~lia", "/%7elia", false),
            // By its escape a special character means itself.
            ("user-agent: *\ndisallow: /a-%2A.html", "/a-*.html", false),
            ("user-agent: *\ndisallow: /a-%2A.html", "/a-x.html", true),
            ("user-agent: *\ndisallow: /a%24", "/a$", false),
            ("user-agent: *\ndisallow: /a$b", "/a$b", false),
            ("user-agent: *\ndisallow: /100%", "/100%", false),
            // What people write.
            ("user-agent *\ndisallow /a", "/a", false),
            ("useragent: *\ndissallow : /a # all of it", "/a", false),
            ("user-agent: *\rdisallow: /a\r", "/a", false),
            ("<html>no robots here: sorry</html>", "/a", true),
        ];
        for (file, path, expected) in cases {
            assert_eq!(allows(file, path), *expected, "{file:?} {path}");
        }
        assert!(!Robots::forbids_all().allows("/"));
    }

    #[test]
    fn crawl_delay_is_kept_within_bounds() {
        let cases = [
            ("user-agent: *\ncrawl-delay: 5", Some(5.0)),
            ("user-agent: *\ncrawl-delay: 0.5", Some(0.5)),
            ("user-agent: *\ncrawl-delay: 86400", Some(60.0)),
            ("user-agent: *\ncrawl-delay: 1e400", Some(60.0)),
            ("user-agent: *\ncrawl-delay: -1", None),
            ("user-agent: *\ncrawl-delay: NaN", None),
            ("user-agent: *\ncrawl-delay: soon", None),
            (
                "user-agent: *\ncrawl-delay: 5\n\nuser-agent: ascoltobot\ndisallow: /a",
                None,
            ),
            ("crawl-delay: 5", None),
        ];
        for (file, expected) in cases {
            let delay = Robots::parse(file.as_bytes(), &OWN).crawl_delay();
            assert_eq!(delay, expected.map(Duration::from_secs_f64), "{file:?}");
        }
    }

    #[test]
    fn a_line_is_cut_where_no_address_reaches() {
        let long = format!("/{}", "a".repeat(MAX_LINE_BYTES - "disallow: /".len()));
        let file = format!("user-agent: *\ndisallow: {long}/more\n");
        assert!(!allows(&file, &format!("{long}/other")));
        assert!(allows(&file, "/a"));
    }

    /// The definition itself, slow and plain.
    fn matches_by_definition(pattern: &[u8], path: &[u8]) -> bool {
        match pattern {
            [] => true,
            b"$" => path.is_empty(),
            [b'*', rest @ ..] => {
                (0..=path.len()).any(|at| matches_by_definition(rest, &path[at..]))
            }
            [byte, rest @ ..] => {
                path.first() == Some(byte) && matches_by_definition(rest, &path[1..])
            }
        }
    }

    proptest! {
        #[test]
        fn wildcards_match_as_defined(pattern in "/[ab*]{0,8}\\$?", path in "/[ab]{0,10}") {
            let rule = Rule::new(pattern.as_bytes(), true);
            prop_assert_eq!(
                rule.matches(&comparable(path.as_bytes(), Side::Path)),
                matches_by_definition(pattern.as_bytes(), path.as_bytes())
            );
        }

        #[test]
        fn anything_can_be_read(file in proptest::collection::vec(any::<u8>(), 0..400), path in ".*") {
            let robots = Robots::parse(&file, &OWN);
            robots.allows(&path);
        }
    }
}
