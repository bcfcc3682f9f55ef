//! Words: how a text is cut, the same for a mention, a query and the index.
//!
//! The text is cut by Unicode word boundaries (UAX #29), where a colon joins no letters; on top,
//! Italian and French elisions (`dell'Enel`) and the English possessive (`Wendy's`) are cut at
//! their apostrophe, sentences that lack the blank between them (`acqua.Frigolux perde`) at their
//! full stop, `_` at the ends of a word does not belong to it, a hashtag or handle is a word of
//! its own, and a defanged host (`example[.]com`) is read as the host.
//!
//! Each token bears two forms: `folded` (NFKC, case folded, accents kept) and `bare` (accents
//! removed too). A term without accents is compared with `bare`, one with accents with `folded`.
//! So an index that shall find every match of a pattern holds for each token
//! [`index_key`]`(kind, false, bare)` and, where the forms differ, at the same position also
//! [`index_key`]`(kind, true, folded)`; the pattern then asks for
//! `index_key(kind, accented, form)`, as a term ([`Shape::Whole`](super::ast::Shape)), as a prefix
//! or as a wildcard. `{Exact}` words are found by the bare form of their fold. Positions count
//! words only: hashtags, handles and hosts stand at the position of their first word, an emoji at
//! the position of the word that follows it.

use super::elision::elided;
use super::fold::{self, Forms};
use super::host::{is_host, parent, refanged};
use super::sign::{free_for_handle, long_handle, tag_length, tag_letter};
use super::{boundaries, emoji, sentence};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WordKind {
    /// A word; only these are counted by positions.
    Word,
    /// `#acme`, its span with the sign, its forms without. The word `acme` is told besides.
    Hashtag,
    /// `@acme`, its span with the sign, its forms without. The word `acme` is told besides.
    Handle,
    /// `shop.example.com`, told once for itself and once for each parent (`example.com`), all with
    /// the span of the whole. Its words are told besides.
    Host,
    /// An emoji, whole sequences as one. `folded` lacks variation selectors, `bare` skin tones too.
    Emoji,
}

/// A token of a text.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    /// What it is.
    pub kind: WordKind,
    /// The first byte in the text.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The number of words before it in the text.
    pub position: u32,
    /// How many words it takes: 1 for a word, 0 for an emoji, 1 or more for the others.
    pub width: u32,
    /// Folded: NFKC and full case folding, accents kept.
    pub folded: &'a str,
    /// Folded, and accents removed.
    pub bare: &'a str,
}

/// Cuts a text, telling each token in the order of the text (hosts and long handles right after
/// their words). Linear in the text.
pub fn split(text: &str, tell: &mut impl FnMut(Word<'_>)) {
    let mut splitter = Splitter {
        text,
        tell,
        forms: Forms::default(),
        position: 0,
        host: HostRun::default(),
        pieces: Vec::new(),
        tag_end: 0,
    };
    splitter.run();
    splitter.close_host();
}

/// What an ASCII character of a word says of it: 0 where it is none.
const JOINS: u8 = 1;
/// It is more than a lone `_`.
const COUNTS: u8 = 2;
/// Its fold is another.
const UNFOLDED: u8 = 4;
static PLAIN: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'0'..=b'9' | b'a'..=b'z' => JOINS | COUNTS,
            b'A'..=b'Z' => JOINS | COUNTS | UNFOLDED,
            b'_' => JOINS,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// What stands beside a sign that may join two halves of a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Neighbour {
    /// Of ASCII, or one of the two bytes of a letter from À to ɏ.
    Letter,
    /// Of ASCII.
    Digit,
    /// Any other character beyond ASCII.
    Foreign,
    Other,
}

fn neighbour(bytes: &[u8], at: usize) -> Neighbour {
    match bytes.get(at) {
        Some(b'a'..=b'z' | b'A'..=b'Z') => Neighbour::Letter,
        Some(b'0'..=b'9') => Neighbour::Digit,
        // But for × and ÷, all from U+00C0 to U+024F are letters.
        Some(&first @ 0xC3..=0xC9) => match (first, bytes.get(at + 1)) {
            (0xC3, Some(0x97 | 0xB7)) | (0xC9, Some(0x90..)) => Neighbour::Foreign,
            _ => Neighbour::Letter,
        },
        Some(0x80..) => Neighbour::Foreign,
        _ => Neighbour::Other,
    }
}

struct Splitter<'t, F> {
    text: &'t str,
    tell: &'t mut F,
    forms: Forms,
    position: u32,
    host: HostRun,
    pieces: Vec<(usize, usize)>,
    /// Where the last hashtag ended: the next may follow at once.
    tag_end: usize,
}

/// Words joined by hyphens and dots, which may be a host.
#[derive(Default)]
struct HostRun {
    start: usize,
    end: usize,
    position: u32,
    /// Whether a dot stands in it.
    dotted: bool,
    /// Where its words end that follow a dot, and the position after each: a host may end there.
    ends: Vec<(usize, u32)>,
}

/// No host is longer, in bytes, defanged or not.
const LONGEST_HOST: usize = 300;

impl<F: FnMut(Word<'_>)> Splitter<'_, F> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            at = match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' => self.plain_word(at),
                b'#' | b'@' => {
                    if bytes.get(at + 1).is_some_and(|next| *next >= 0x80) {
                        self.chunk(at)
                    } else {
                        self.sign(at, at + 1)
                    }
                }
                b'*' if bytes.get(at + 1).is_some_and(|next| *next >= 0x80) => self.chunk(at),
                0..=0x7F => at + 1,
                0xC3..=0xC9 if neighbour(bytes, at) == Neighbour::Letter => self.plain_word(at),
                0x80.. => self.chunk(at),
            };
        }
    }

    /// A word of ASCII and Latin letters, by the rules of UAX #29 for these; whatever else it
    /// touches is left to [`Self::chunk`]. Gives the byte after it.
    fn plain_word(&mut self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = start;
        let mut seen = 0;
        let mut dotted = false;
        let mut quoted = false;
        loop {
            while let Some(&byte) = bytes.get(at)
                && let letter @ 1.. = PLAIN[usize::from(byte)]
            {
                seen |= letter;
                at += 1;
            }
            let middle = match bytes.get(at) {
                Some(0x80..) if neighbour(bytes, at) == Neighbour::Letter => {
                    seen |= COUNTS | UNFOLDED;
                    at += 2;
                    continue;
                }
                // ‘ and ’.
                Some(0xE2) if matches!(bytes.get(at..at + 3), Some([_, 0x80, 0x98 | 0x99])) => 3,
                Some(0x80..) => return self.chunk(start),
                Some(b'.') if sentence::ends(self.text, at) => break,
                Some(b'.' | b'\'' | b',' | b';') => 1,
                Some(b'[') if bytes.get(at..at + 3) == Some(b"[.]") => return self.chunk(start),
                _ => break,
            };
            let sign = bytes.get(at).copied().unwrap_or(0);
            let before = match bytes.get(at - 1) {
                Some(0x80..) => Neighbour::Letter,
                _ => neighbour(bytes, at - 1),
            };
            let joins = match before {
                Neighbour::Letter => !matches!(sign, b',' | b';'),
                Neighbour::Digit => true,
                _ => false,
            };
            let after = neighbour(bytes, at + middle);
            if after == Neighbour::Foreign && joins || middle > 1 && !(joins && after == before) {
                return self.chunk(start);
            }
            if !joins || after != before {
                break;
            }
            dotted |= sign == b'.';
            quoted |= matches!(sign, b'\'' | 0xE2);
            at += middle;
        }
        let (start, end) = self.trimmed(start, at);
        if quoted {
            self.word_with_apostrophes(start, end, dotted);
        } else if dotted || seen & UNFOLDED != 0 {
            self.word(start, end, dotted);
        } else if seen & COUNTS != 0 {
            self.folded_word(start, end);
        }
        at
    }

    /// A word without the `_` around it, by which some set words apart.
    #[inline]
    fn trimmed(&self, start: usize, end: usize) -> (usize, usize) {
        let word = self.text.as_bytes().get(start..end).unwrap_or_default();
        if word.first() != Some(&b'_') && word.last() != Some(&b'_') {
            return (start, end);
        }
        let lead = word.iter().take_while(|byte| **byte == b'_').count();
        let trail = word.iter().rev().take_while(|byte| **byte == b'_').count();
        (start + lead, end.saturating_sub(trail).max(start + lead))
    }

    /// What begins at `start` and goes to the next ASCII white space, with emoji, tags and any
    /// script in it. Gives the byte after it.
    fn chunk(&mut self, start: usize) -> usize {
        let text = self.text;
        let end = text
            .as_bytes()
            .get(start..)
            .and_then(|rest| rest.iter().position(u8::is_ascii_whitespace))
            .map_or(text.len(), |length| start + length);
        let mut plain = start;
        let mut at = start;
        while let Some(letter) = text.get(at..end).and_then(|rest| rest.chars().next()) {
            let next = at + letter.len_utf8();
            let rest = text.get(at..end).unwrap_or_default();
            let emoji = match letter {
                // Between ® and ‼ are the letters of Latin, Greek and Cyrillic, and no emoji.
                '0'..='9' | '#' | '*' | '\u{A9}' | '\u{AE}' | '\u{203C}'.. => emoji::length(rest),
                _ => 0,
            };
            if emoji > 0 {
                self.plain_chunk(plain, at);
                self.emoji(at, at + emoji);
                at += emoji;
                plain = at;
            } else if matches!(letter, '#' | '@' | '＃' | '＠') {
                self.plain_chunk(plain, at);
                at = self.sign(at, next);
                plain = at;
            } else {
                at = next;
            }
        }
        self.plain_chunk(plain, end);
        end
    }

    /// A piece without emoji and tags.
    fn plain_chunk(&mut self, start: usize, end: usize) {
        let Some(piece) = self.text.get(start..end).filter(|piece| !piece.is_empty()) else {
            return;
        };
        let (cleaned, dots) = refanged(piece);
        // A defanged dot stands for three bytes.
        let place = |at: usize| start + at + 2 * dots.partition_point(|dot| *dot < at);
        let mut pieces = std::mem::take(&mut self.pieces);
        boundaries::words(&cleaned, &mut pieces);
        for &(from, to) in &pieces {
            let word = cleaned.get(from..to).unwrap_or_default();
            let dotted = word.contains('.');
            let (from, to) = self.trimmed(place(from), place(to));
            if word.contains(fold::apostrophe) {
                self.word_with_apostrophes(from, to, dotted);
            } else {
                self.word(from, to, dotted);
            }
        }
        self.pieces = pieces;
    }

    /// A hashtag or handle whose sign is `at..body`, if it is one. Gives the byte to go on from.
    fn sign(&mut self, at: usize, body: usize) -> usize {
        let text = self.text;
        let hashtag = matches!(text.get(at..body), Some("#" | "＃"));
        let before = text.get(..at).unwrap_or_default();
        let rest = text.get(body..).unwrap_or_default();
        let length = tag_length(rest);
        let free = if hashtag {
            at == self.tag_end && at > 0
                || !before
                    .chars()
                    .next_back()
                    .is_some_and(|c| tag_letter(c) || c == '&')
        } else {
            free_for_handle(before)
        };
        let run = rest.get(..length).unwrap_or_default();
        if !free || !run.chars().any(char::is_alphanumeric) {
            return body;
        }
        self.close_host();
        let end = body + length;
        let mut pieces = Vec::new();
        boundaries::words(run, &mut pieces);
        let kind = if hashtag {
            WordKind::Hashtag
        } else {
            WordKind::Handle
        };
        let width = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
        let position = self.position;
        self.forms.fill(run);
        self.tell(kind, (at, end), position, width);
        for (from, to) in pieces {
            self.word(body + from, body + to, false);
        }
        self.host.end = 0;
        if hashtag {
            self.tag_end = end;
        } else {
            let long = length + long_handle(rest.get(length..).unwrap_or_default());
            if long > length {
                // The words of its further part are told as well, each in its own place.
                let mut further = Vec::new();
                boundaries::words(rest.get(length..long).unwrap_or_default(), &mut further);
                let width = width + u32::try_from(further.len()).unwrap_or(0);
                self.forms.fill(rest.get(..long).unwrap_or_default());
                self.tell(kind, (at, body + long), position, width);
            }
        }
        end
    }

    fn emoji(&mut self, start: usize, end: usize) {
        self.close_host();
        let text = self.text.get(start..end).unwrap_or_default();
        fold::fill_emoji(&mut self.forms, text);
        self.tell(WordKind::Emoji, (start, end), self.position, 0);
    }

    /// Cuts elisions and the possessive off a word.
    fn word_with_apostrophes(&mut self, start: usize, end: usize, dotted: bool) {
        let text = self.text;
        let word = text.get(start..end).unwrap_or_default();
        let trimmed = word.trim_start_matches(fold::apostrophe);
        let mut start = start + word.len() - trimmed.len();
        let word = trimmed.trim_end_matches(fold::apostrophe);
        let end = start + word.len();
        let mut rest = word;
        while let Some((before, after)) = cut(rest, rest.find(fold::apostrophe)) {
            if !elided(before) {
                break;
            }
            self.word(start, start + before.len(), false);
            start = end - after.len();
            rest = after;
        }
        if let Some((before, after)) = cut(rest, rest.rfind(fold::apostrophe))
            && after.eq_ignore_ascii_case("s")
            && !before.is_empty()
        {
            self.word(start, start + before.len(), dotted);
            self.word(end - after.len(), end, false);
        } else if !rest.is_empty() {
            self.word(start, end, dotted);
        }
    }

    fn word(&mut self, start: usize, end: usize, dotted: bool) {
        self.join_host(start, end, dotted);
        let word = self.text.get(start..end).unwrap_or_default();
        if dotted && word.contains("[.]") {
            self.forms.fill(&word.replace("[.]", "."));
        } else {
            self.forms.fill(word);
        }
        self.tell(WordKind::Word, (start, end), self.position, 1);
        self.position = self.position.saturating_add(1);
    }

    /// A word of small ASCII letters and digits, as most are: it is its own fold.
    fn folded_word(&mut self, start: usize, end: usize) {
        let word = self.text.get(start..end).unwrap_or_default();
        self.join_host(start, end, false);
        (self.tell)(Word {
            kind: WordKind::Word,
            start,
            end,
            position: self.position,
            width: 1,
            folded: word,
            bare: word,
        });
        self.position = self.position.saturating_add(1);
    }

    /// Adds a word to the run that may be a host, or begins another.
    fn join_host(&mut self, start: usize, end: usize, dotted: bool) {
        // Between labels of which one ends or begins with a digit, a dot joins no word: la7.it.
        let gap = self.text.as_bytes().get(self.host.end..start);
        if self.host.end > 0 && matches!(gap, Some(b"-" | b"." | b"[.]")) {
            self.host.dotted |= dotted || gap != Some(b"-");
        } else {
            self.close_host();
            self.host.start = start;
            self.host.position = self.position;
            self.host.dotted = dotted;
        }
        self.host.end = end;
        if self.host.dotted && end - self.host.start <= LONGEST_HOST {
            self.host.ends.push((end, self.position + 1));
        }
    }

    /// Tells the host that the last words make, if they make one.
    #[inline]
    fn close_host(&mut self) {
        self.host.end = 0;
        if !self.host.ends.is_empty() {
            self.tell_host();
        }
    }

    fn tell_host(&mut self) {
        let run = std::mem::take(&mut self.host);
        let longest = run.ends.iter().rev().find_map(|&(end, after)| {
            let text = self.text.get(run.start..end)?;
            let cleaned = text.replace("[.]", ".");
            is_host(&cleaned).then_some((cleaned, end, after - run.position))
        });
        let Some((cleaned, end, width)) = longest else {
            return;
        };
        self.forms.fill(&cleaned);
        let (folded, bare) = (self.forms.folded().to_owned(), self.forms.bare().to_owned());
        let labels = folded.matches('.').count();
        let mut forms = (folded.as_str(), bare.as_str());
        for left in (1..=labels).rev() {
            // Whoever writes a longer name than this hides from no one: its parents are told.
            if left == labels || left <= MOST_PARENTS {
                (self.tell)(Word {
                    kind: WordKind::Host,
                    start: run.start,
                    end,
                    position: run.position,
                    width,
                    folded: forms.0,
                    bare: forms.1,
                });
            }
            forms = (parent(forms.0), parent(forms.1));
        }
    }

    fn tell(&mut self, kind: WordKind, (start, end): (usize, usize), position: u32, width: u32) {
        (self.tell)(Word {
            kind,
            start,
            end,
            position,
            width,
            folded: self.forms.folded(),
            bare: self.forms.bare(),
        });
    }
}

/// How many parents of a host are told: `example.com` of `a.b.c.example.com` is one.
const MOST_PARENTS: usize = 8;

fn cut(text: &str, at: Option<usize>) -> Option<(&str, &str)> {
    let (before, from) = text.split_at_checked(at?)?;
    let mut letters = from.chars();
    letters.next();
    Some((before, letters.as_str()))
}

/// The term of an index under which a token's or a pattern's form is filed.
pub fn index_key(kind: WordKind, accented: bool, form: &str) -> String {
    let mut key = String::with_capacity(form.len() + 2);
    push_index_key(&mut key, kind, accented, form);
    key
}

/// Adds [`index_key`] to what is in `keys`.
pub fn push_index_key(keys: &mut String, kind: WordKind, accented: bool, form: &str) {
    match kind {
        WordKind::Word | WordKind::Emoji => {}
        WordKind::Hashtag => keys.push('#'),
        WordKind::Handle => keys.push('@'),
        WordKind::Host => keys.push('/'),
    }
    if accented {
        keys.push('=');
    }
    keys.push_str(form);
}

impl<'w> Word<'w> {
    /// The forms under which an index files it, each with whether it is the accented one.
    pub fn terms(&self) -> impl Iterator<Item = (bool, &'w str)> + use<'w> {
        // What is its own fold is the same place in memory, most of the time.
        let same = std::ptr::eq(self.folded, self.bare) || self.folded == self.bare;
        let accented = (!same).then_some((true, self.folded));
        [(false, self.bare)].into_iter().chain(accented)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, proptest};
    use unicode_segmentation::UnicodeSegmentation;

    use super::*;

    fn told(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        split(text, &mut |word| {
            let written = text.get(word.start..word.end).unwrap();
            let sign = match word.kind {
                WordKind::Word => "",
                WordKind::Hashtag => "tag ",
                WordKind::Handle => "handle ",
                WordKind::Host => "host ",
                WordKind::Emoji => "emoji ",
            };
            let form = if written.to_lowercase() == word.folded {
                String::new()
            } else {
                format!("={}", word.folded)
            };
            found.push(format!("{}:{sign}{written}{form}", word.position));
        });
        found
    }

    #[test]
    fn texts_and_their_tokens() {
        for (text, tokens) in [
            ("Il mio Frigolux!", "0:Il 1:mio 2:Frigolux"),
            ("dell'Enel l’Enel", "0:dell 1:Enel 2:l 3:Enel"),
            ("quest'anno d'un'altra", "0:quest 1:anno 2:d 3:un 4:altra"),
            ("lʼEnel dell‘Enel", "0:l 1:Enel 2:dell 3:Enel"),
            ("Wendy's WENDY’S", "0:Wendy 1:s 2:WENDY 3:S"),
            ("l'Oréal's", "0:l 1:Oréal 2:s"),
            ("don't O'Neill", "0:don't 1:O'Neill"),
            ("jusqu'à qu'il", "0:jusqu 1:à 2:qu 3:il"),
            ("un po' di", "0:un 1:po 2:di"),
            ("ʼacmeʼ 'acme'", "0:acme 1:acme"),
            ("e-mail AT&T C++", "0:e 1:mail 2:AT 3:T 4:C"),
            ("1.000,50 € 3:15", "0:1.000,50 1:3 2:15"),
        ] {
            assert_eq!(told(text), tokens.split(' ').collect::<Vec<_>>(), "{text}");
        }
    }

    #[test]
    fn tags_hosts_and_emoji() {
        for (text, tokens) in [
            (
                "#acme @Acme!",
                &[
                    "0:tag #acme=acme",
                    "0:acme",
                    "1:handle @Acme=acme",
                    "1:Acme",
                ][..],
            ),
            (
                "a#b info@acme.it",
                &["0:a", "1:b", "2:info", "3:acme.it", "3:host acme.it"],
            ),
            ("#acme's", &["0:tag #acme=acme", "0:acme", "1:s"]),
            ("#città", &["0:tag #città=città", "0:città"]),
            ("#東京 x", &["0:tag #東京=東京", "0:東", "1:京", "2:x"]),
            (
                "@a.bsky.social",
                &[
                    "0:handle @a=a",
                    "0:a",
                    "0:handle @a.bsky.social=a.bsky.social",
                    "1:bsky.social",
                    "1:host bsky.social",
                ],
            ),
            (
                "un.example[.]com!",
                &[
                    "0:un.example[.]com=un.example.com",
                    "0:host un.example[.]com=un.example.com",
                    "0:host un.example[.]com=example.com",
                ],
            ),
            (
                "www.frigo-lux.it/x",
                &[
                    "0:www.frigo",
                    "1:lux.it",
                    "0:host www.frigo-lux.it",
                    "0:host www.frigo-lux.it=frigo-lux.it",
                    "2:x",
                ],
            ),
            ("a 😡😡 b", &["0:a", "1:emoji 😡", "1:emoji 😡", "1:b"]),
            ("ok👍🏽❤️", &["0:ok", "1:emoji 👍🏽", "1:emoji ❤️=❤"]),
            (
                "1️⃣ 😡#acme",
                &["0:emoji 1️⃣=1⃣", "0:emoji 😡", "0:tag #acme=acme", "0:acme"],
            ),
            (".@acme x@", &["0:handle @acme=acme", "0:acme", "1:x"]),
        ] {
            assert_eq!(told(text), tokens, "{text}");
        }
    }

    proptest! {
        #[test]
        fn tokens_lie_inside_the_text(text in any::<String>()) {
            let mut last = 0;
            split(&text, &mut |word| {
                assert!(text.get(word.start..word.end).is_some_and(|t| !t.is_empty()));
                if word.kind == WordKind::Word {
                    assert!(word.start >= last);
                    last = word.end;
                }
            });
        }

        #[test]
        fn words_are_those_of_unicode(text in "[abeABE0-1 _.,:;!?()èàßɐ×’…–\u{4e00}-\u{4e10}ア-オก-ค-]{0,40}") {
            let mut found = Vec::new();
            split(&text, &mut |word| if word.kind == WordKind::Word {
                found.push((word.start, word.end));
            });
            // But for colons, sentences without a blank, and `_` at the ends.
            let mut expected = Vec::new();
            for (start, word) in text.unicode_word_indices() {
                let cut = |(at, sign): (usize, char)| {
                    sign == ':' || sign == '.' && sentence::ends(&text, start + at)
                };
                let cuts = word.char_indices().filter(|one| cut(*one)).map(|(at, _)| at);
                let mut from = 0;
                for to in cuts.chain([word.len()]) {
                    let piece = word.get(from..to).unwrap();
                    let bare = piece.trim_start_matches('_');
                    let begin = start + to - bare.len();
                    expected.push((begin, begin + bare.trim_end_matches('_').len()));
                    from = to + 1;
                }
            }
            prop_assert!(found == expected, "{found:?} {expected:?}");
        }
    }
}
