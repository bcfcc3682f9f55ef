//! Text to tokens: words, numbers, emoji, faces and the punctuation that ends things.
//!
//! Addresses (`https://…`, `www.…`) and account names (`@lia`) are left out before anything is
//! looked up: the `:/` of an address is no face. Apostrophes split words (`l'attesa`, `it's`), but
//! for the English `n't`, which is part of its word and loses the apostrophe as people do
//! (`don't`, `dont`).

use std::str::Chars;

use super::fold::{fold, is_apostrophe, keeps_accent};
use super::lexicon::{Language, hash_of};
use crate::model::Lang;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters.
    Word,
    /// Digits, with what clings to them: `1.200`, `10/10`, `4a`.
    Number,
    /// One emoji.
    Emoji,
    /// An emoticon: `:-)`.
    Face,
    /// The end of a sentence.
    Stop {
        /// Exclamation marks.
        bangs: u8,
        /// Question marks.
        asks: u8,
        /// Dots.
        dots: u8,
    },
    /// The end of a clause: a comma, a bracket, a dash.
    Comma,
    /// A quotation mark.
    Quote,
}

/// Which text a token stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// The title.
    Title,
    /// The text.
    Text,
}

/// One token. Offsets are bytes.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four shapes that any word may have"
)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) field: Field,
    /// In the field.
    pub(super) start: u32,
    pub(super) end: u32,
    /// In [`Tokens::folded`].
    folded_start: u32,
    folded_end: u32,
    /// Of the folded form, see [`hash_of`].
    pub(super) hash: u64,
    /// Two letters or more, all of them capitals.
    pub(super) capitals: bool,
    /// The first letter is a capital.
    pub(super) capitalised: bool,
    /// A letter three times or more in a row.
    pub(super) elongated: bool,
    /// Part of a hashtag.
    pub(super) hashtag: bool,
}

/// The tokens of a mention, and what was seen on the way.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    pub(super) list: Vec<Token>,
    folded: String,
    /// Addresses that were left out.
    pub(super) urls: u32,
    /// Account names that were left out.
    pub(super) names: u32,
    /// Hashtags.
    pub(super) hashtags: u32,
    /// Quotation marks.
    pub(super) quotes: u32,
    /// Where the first hashtag stands, which each language splits in its own way.
    first_hashtag: Option<Mark>,
}

/// A place from which a text may be read once more.
#[derive(Debug, Clone, Copy)]
struct Mark {
    field: Field,
    position: usize,
    tokens: usize,
    folded: usize,
    counts: [u32; 3],
}

/// Bytes of a field that are read; the rest of a longer one does not change its tone.
const LIMIT: usize = 100_000;

/// Letters of a hashtag that are looked at.
const LONGEST_HASHTAG: usize = 40;

impl Tokens {
    /// Forgets what was read, and keeps the room for more.
    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.folded.clear();
        (self.urls, self.names, self.hashtags, self.quotes) = (0, 0, 0, 0);
        self.first_hashtag = None;
    }

    /// Reads on from the first hashtag, now as a language that reads all else alike.
    pub(super) fn read_hashtags(&mut self, title: &str, text: &str, language: &Language) {
        let Some(mark) = self.first_hashtag.take() else {
            return;
        };
        self.list.truncate(mark.tokens);
        self.folded.truncate(mark.folded);
        [self.urls, self.names, self.quotes] = mark.counts;
        self.hashtags = 0;
        if mark.field == Field::Title {
            self.read_from(title, mark.position, Field::Title, language);
            self.read(text, Field::Text, language);
        } else {
            self.read_from(text, mark.position, Field::Text, language);
        }
    }

    /// Reads a field, after those that were read before.
    pub(super) fn read(&mut self, text: &str, field: Field, language: &Language) {
        self.read_from(text, 0, field, language);
    }

    fn read_from(&mut self, text: &str, position: usize, field: Field, language: &Language) {
        let end = text.floor_char_boundary(LIMIT);
        let text = text.get(..end).unwrap_or_default();
        let left = text.len().saturating_sub(position);
        self.list.reserve(left / 4);
        self.folded.reserve(left + 8);
        let mut reader = Reader {
            tokens: self,
            text,
            position,
            field,
            language,
        };
        while reader.step() {}
        let end = reader.position;
        self.push(
            Kind::Stop {
                bangs: 0,
                asks: 0,
                dots: 0,
            },
            field,
            end,
            end,
        );
    }

    /// The folded form of a token.
    pub(super) fn folded(&self, token: &Token) -> &str {
        self.folded
            .get(token.folded_start as usize..token.folded_end as usize)
            .unwrap_or_default()
    }

    fn push(&mut self, kind: Kind, field: Field, start: usize, end: usize) -> &mut Token {
        let at = offset(self.folded.len());
        self.list.push(Token {
            kind,
            field,
            start: offset(start),
            end: offset(end),
            folded_start: at,
            folded_end: at,
            hash: 0,
            capitals: false,
            capitalised: false,
            elongated: false,
            hashtag: false,
        });
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// Closes the last token over what was folded since it was pushed.
    fn close(&mut self, end: usize) {
        let folded_end = offset(self.folded.len());
        if let Some(token) = self.list.last_mut() {
            token.end = offset(end);
            token.folded_end = folded_end;
            let folded = self.folded.get(token.folded_start as usize..);
            token.hash = hash_of(folded.unwrap_or_default());
        }
    }
}

/// Fields are cut at [`LIMIT`], so every offset fits.
fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

struct Reader<'a> {
    tokens: &'a mut Tokens,
    text: &'a str,
    position: usize,
    field: Field,
    language: &'a Language,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn before(&self) -> Option<char> {
        self.text.get(..self.position)?.chars().next_back()
    }

    /// Reads one token; false at the end.
    fn step(&mut self) -> bool {
        match self.text.as_bytes().get(self.position) {
            None => return false,
            Some(b' ') => {
                self.position += 1;
                return true;
            }
            Some(byte) if byte.is_ascii_alphabetic() && !matches!(byte | 0x20, b'h' | b'w') => {
                self.word();
                return true;
            }
            Some(_) => {}
        }
        let mut characters = self.rest().chars();
        let Some(first) = characters.next() else {
            return false;
        };
        if first.is_alphabetic() {
            if self.is_address() {
                self.skip_address();
            } else {
                self.word();
            }
        } else if first.is_ascii_digit() || first.is_numeric() {
            self.number();
        } else if !self.face() {
            self.sign(first, characters);
        }
        true
    }

    fn is_address(&self) -> bool {
        let rest = self.rest().as_bytes();
        let starts = |prefix: &[u8]| {
            rest.get(..prefix.len())
                .is_some_and(|s| s.eq_ignore_ascii_case(prefix))
        };
        matches!(rest.first(), Some(b'h' | b'H' | b'w' | b'W'))
            && (starts(b"http://") || starts(b"https://") || starts(b"www."))
    }

    fn skip_address(&mut self) {
        let length = self
            .rest()
            .find(char::is_whitespace)
            .unwrap_or(self.rest().len());
        self.position += length;
        self.tokens.urls += 1;
    }

    fn word(&mut self) {
        let start = self.position;
        self.tokens.push(Kind::Word, self.field, start, start);
        let mut shape = Shape::default();
        loop {
            self.plain_letters(&mut shape);
            if matches!(self.text.as_bytes().get(self.position), None | Some(b' ')) {
                break;
            }
            let rest = self.text.get(self.position..).unwrap_or_default();
            let mut characters = rest.chars();
            let Some(character) = characters.next() else {
                break;
            };
            if is_letter(character) {
                shape.letter(character);
                fold(character, self.language.folding, &mut self.tokens.folded);
                self.position += character.len_utf8();
            } else if is_apostrophe(character) {
                let ends_in_n = matches!(shape.previous, 'n' | 'N');
                let follower = characters.next();
                let alone = characters.next().is_none_or(|c| !c.is_alphanumeric());
                self.position += character.len_utf8();
                if !(ends_in_n && matches!(follower, Some('t' | 'T')) && alone) {
                    break;
                }
            } else if character.is_ascii_digit() {
                self.tokens.folded.push(character);
                self.position += 1;
            } else {
                break;
            }
        }
        let written = self.text.get(start..self.position).unwrap_or_default();
        if matches!(written.len(), 3 | 4) && !written.is_ascii() && keeps_accent(written) {
            self.tokens.folded.push('\'');
        }
        self.tokens.close(self.position);
        if let Some(token) = self.tokens.list.last_mut() {
            token.capitals = shape.letters >= 2 && shape.capitals == shape.letters;
            token.capitalised = shape.first_capital;
            token.elongated = shape.elongated;
        }
    }

    /// Reads on as long as the letters have no accents: nearly all have none. Eight bytes are looked
    /// at at once, as most words have no more.
    fn plain_letters(&mut self, shape: &mut Shape) {
        let from = self.position;
        let bytes = self.text.as_bytes().get(from..).unwrap_or_default();
        let mut count = 0;
        let mut capitals = 0;
        // Two letters in a row alike are rare enough to look at them one by one.
        let mut doubled = false;
        while let Some(chunk) = bytes.get(count..).filter(|rest| !rest.is_empty()) {
            let word = eight(chunk);
            let letters = letters_of(word);
            let here = (!letters).trailing_zeros() as usize / 8;
            let within = if here == 8 {
                u64::MAX
            } else {
                (1 << (here * 8)) - 1
            };
            capitals += ones(!word & 0x2020_2020_2020_2020 & within);
            let lower = word | 0x2020_2020_2020_2020;
            let next = lower ^ (lower >> 8);
            let alike = next.wrapping_sub(0x0101_0101_0101_0101) & !next & 0x8080_8080_8080_8080;
            doubled |= here > 1 && alike & (within >> 8) != 0;
            count += here;
            if here < 8 {
                break;
            }
        }
        let Some(read) = bytes.get(..count).filter(|read| !read.is_empty()) else {
            return;
        };
        let (first, last) = (read[0], read[count - 1]);
        let goes_on = first.eq_ignore_ascii_case(&narrow(shape.previous));
        if doubled || goes_on || count > 8 {
            shape.runs(read);
        } else {
            shape.run = 1;
        }
        shape.capitals += capitals;
        shape.first_capital |= shape.letters == 0 && first.is_ascii_uppercase();
        shape.letters += u32::try_from(count).unwrap_or(u32::MAX);
        shape.previous = char::from(last);
        self.position += count;
        let folded = &mut self.tokens.folded;
        let to = folded.len();
        folded.push_str(self.text.get(from..from + count).unwrap_or_default());
        if capitals > 0
            && let Some(added) = folded.get_mut(to..)
        {
            added.make_ascii_lowercase();
        }
    }

    fn number(&mut self) {
        let start = self.position;
        self.tokens.push(Kind::Number, self.field, start, start);
        let folding = self.language.folding;
        loop {
            let rest = self.text.get(self.position..).unwrap_or_default();
            let mut characters = rest.chars();
            let Some(character) = characters.next() else {
                break;
            };
            let joins = matches!(character, '.' | ',' | '/' | ':')
                && characters.next().is_some_and(|next| next.is_ascii_digit());
            if !(character.is_alphanumeric() || matches!(character, 'ª' | 'º' | '°' | '%') || joins)
            {
                break;
            }
            fold(character, folding, &mut self.tokens.folded);
            self.position += character.len_utf8();
        }
        self.tokens.close(self.position);
    }

    /// Reads an emoticon, the longest that stands here.
    fn face(&mut self) -> bool {
        let rest = self.rest();
        let before = self.before();
        let found = self.language.faces_from(rest).iter().find(|face| {
            if !rest.starts_with(face.as_ref()) {
                return false;
            }
            let clear_before = before.is_none_or(|c| {
                !c.is_alphanumeric()
                    || (c.is_alphabetic() && !face.ends_with(['/', '\\', 'p', 'P']))
            });
            let after = rest.get(face.len()..).and_then(|s| s.chars().next());
            let open_end =
                face.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '\\' | '|'));
            clear_before && !(open_end && after.is_some_and(|c| c.is_alphanumeric() || c == '/'))
        });
        let Some(face) = found else {
            return false;
        };
        let start = self.position;
        self.position += face.len();
        self.tokens.push(Kind::Face, self.field, start, start);
        self.tokens.folded.push_str(face);
        self.tokens.close(self.position);
        true
    }

    fn sign(&mut self, first: char, mut after: Chars<'_>) {
        let start = self.position;
        let width = first.len_utf8();
        let next = after.next();
        match first {
            '@' => self.name(),
            '#' if next.is_some_and(char::is_alphabetic) => self.hashtag(),
            '.' if next.is_some_and(|c| c.is_ascii_digit()) => self.position += 1,
            // `entrata.è bello`: no sentence begins in lower case, but something ends.
            '.' if next.is_some_and(char::is_lowercase) => {
                self.position += 1;
                self.tokens.push(Kind::Comma, self.field, start, start + 1);
            }
            '.' | '!' | '?' | '…' | '¡' | '¿' => self.stop(),
            '\n' | '\r' => {
                self.position += 1;
                let goes_on = self
                    .rest()
                    .trim_start_matches([' ', '\t'])
                    .starts_with(char::is_lowercase);
                let kind = if goes_on {
                    Kind::Comma
                } else {
                    Kind::Stop {
                        bangs: 0,
                        asks: 0,
                        dots: 0,
                    }
                };
                self.tokens.push(kind, self.field, start, start + 1);
            }
            '"' | '“' | '”' | '«' | '»' | '„' => {
                self.position += width;
                self.tokens.quotes += 1;
                self.tokens
                    .push(Kind::Quote, self.field, start, start + width);
            }
            ',' | ';' | ':' | '(' | ')' | '[' | ']' | '–' | '—' | '|' | '/' => {
                self.position += width;
                self.tokens
                    .push(Kind::Comma, self.field, start, start + width);
            }
            '-' if self.before().is_none_or(char::is_whitespace) => {
                self.position += 1;
                self.tokens.push(Kind::Comma, self.field, start, start + 1);
            }
            _ if is_emoji(first) => {
                self.position += width;
                self.tokens.push(Kind::Emoji, self.field, start, start);
                self.tokens.folded.push(first);
                self.tokens.close(start + width);
            }
            _ => self.position += width,
        }
    }

    fn name(&mut self) {
        let length = self
            .rest()
            .char_indices()
            .skip(1)
            .find(|(_, c)| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-')))
            .map_or(self.rest().len(), |(at, _)| at);
        self.position += length;
        self.tokens.names += u32::from(length > 1);
    }

    fn stop(&mut self) {
        let start = self.position;
        let (mut bangs, mut asks, mut dots) = (0_u8, 0_u8, 0_u8);
        for character in self.rest().chars() {
            match character {
                '!' => bangs = bangs.saturating_add(1),
                '?' => asks = asks.saturating_add(1),
                '.' => dots = dots.saturating_add(1),
                '…' => dots = dots.saturating_add(3),
                '¡' | '¿' => {}
                _ => break,
            }
            self.position += character.len_utf8();
        }
        let end = self.position;
        self.tokens
            .push(Kind::Stop { bangs, asks, dots }, self.field, start, end);
    }

    /// Reads a hashtag as the words that it is made of, where they are known.
    fn hashtag(&mut self) {
        let tokens = &mut *self.tokens;
        if tokens.first_hashtag.is_none() {
            tokens.first_hashtag = Some(Mark {
                field: self.field,
                position: self.position,
                tokens: tokens.list.len(),
                folded: tokens.folded.len(),
                counts: [tokens.urls, tokens.names, tokens.quotes],
            });
        }
        self.tokens.hashtags += 1;
        self.position += 1;
        let start = self.position;
        let length = self
            .rest()
            .find(|c: char| !(is_letter(c) || c.is_ascii_digit() || c == '_'))
            .unwrap_or(self.rest().len());
        let end = start + length;
        let body = self.text.get(start..end).unwrap_or_default();
        let mut folded = String::with_capacity(body.len());
        for character in body.chars() {
            fold(character, self.language.folding, &mut folded);
        }
        let mut cuts = [0_usize; LONGEST_HASHTAG];
        let known = self.language.lang != Lang::OTHER && folded.len() < LONGEST_HASHTAG;
        let count = if known {
            self.language.split(&folded, &mut cuts)
        } else {
            0
        };
        if count == 0 {
            self.tokens.push(Kind::Word, self.field, start, end);
            self.tokens.folded.push_str(&folded);
            self.tokens.close(end);
            self.mark_hashtag(body);
        }
        let mut from = 0;
        for &cut in cuts.iter().take(count) {
            self.tokens.push(Kind::Word, self.field, start, end);
            self.tokens
                .folded
                .push_str(folded.get(from..cut).unwrap_or_default());
            self.tokens.close(end);
            self.mark_hashtag(body);
            from = cut;
        }
        self.position = end;
    }

    fn mark_hashtag(&mut self, body: &str) {
        if let Some(token) = self.tokens.list.last_mut() {
            token.hashtag = true;
            token.capitalised = body.starts_with(char::is_uppercase);
        }
    }
}

/// What the letters of a word look like.
#[derive(Debug, Default)]
struct Shape {
    letters: u32,
    capitals: u32,
    /// How often the last letter stands in a row.
    run: u32,
    previous: char,
    first_capital: bool,
    elongated: bool,
}

/// Up to eight bytes as a number, the first one lowest; what is missing is 0.
fn eight(bytes: &[u8]) -> u64 {
    if let Some(chunk) = bytes.first_chunk() {
        return u64::from_le_bytes(*chunk);
    }
    let last_first = bytes.iter().rev();
    last_first.fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

/// A byte of ones for each byte that is a letter without an accent.
fn letters_of(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let lower = (word | (0x20 * ONES)) & !HIGH;
    // The high bit of each byte: at least `a`, and not above `z`.
    let from_a = lower + (0x80 - 0x61) * ONES;
    let above_z = lower + (0x80 - 0x7b) * ONES;
    let letters = from_a & !above_z & !word & HIGH;
    (letters >> 7) * 0xff
}

/// How many bytes have the bit set by which small letters differ from capitals.
fn ones(bits: u64) -> u32 {
    let sum = (bits >> 5).wrapping_mul(0x0101_0101_0101_0101) >> 56;
    u32::try_from(sum).unwrap_or_default()
}

/// A character as a byte, where it is one.
fn narrow(character: char) -> u8 {
    u8::try_from(character).unwrap_or(0)
}

impl Shape {
    /// Counts letters in a row.
    fn runs(&mut self, letters: &[u8]) {
        let mut previous = narrow(self.previous) | 0x20;
        let mut longest = 0;
        for letter in letters {
            let letter = letter | 0x20;
            self.run = u32::from(letter == previous) * self.run + 1;
            longest = longest.max(self.run);
            previous = letter;
        }
        self.elongated |= longest >= 3;
    }

    fn letter(&mut self, character: char) {
        let capital = character.is_uppercase();
        self.first_capital |= self.letters == 0 && capital;
        self.letters += 1;
        self.capitals += u32::from(capital);
        let again = character.eq_ignore_ascii_case(&self.previous);
        self.run = if again { self.run + 1 } else { 1 };
        self.elongated |= self.run >= 3;
        self.previous = character;
    }
}

fn is_letter(character: char) -> bool {
    character.is_ascii_alphabetic()
        || (!character.is_ascii()
            && (character.is_alphabetic() || matches!(character, '\u{300}'..='\u{36f}')))
}

/// Pictures that can carry a tone; skin tones, joiners and flags do not.
fn is_emoji(character: char) -> bool {
    matches!(u32::from(character),
        0x1F191..=0x1F19A | 0x1F300..=0x1F3FA | 0x1F400..=0x1F64F | 0x1F680..=0x1F6FF | 0x1F900..=0x1FAFF
        | 0x2600..=0x27BF | 0x2B50 | 0x2B55 | 0x203C)
}

#[cfg(test)]
mod tests {
    use crate::score::Lists;

    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut tokens = Tokens::default();
        tokens.read(text, Field::Text, Lists::shipped().language(Lang::IT));
        tokens
            .list
            .iter()
            .map(|token| match token.kind {
                Kind::Stop { .. } => ".".to_owned(),
                Kind::Comma => ",".to_owned(),
                Kind::Quote => "\"".to_owned(),
                _ => tokens.folded(token).to_owned(),
            })
            .collect()
    }

    #[test]
    fn splits_text_into_what_can_be_looked_up() {
        for (text, expected) in [
            ("Un'attesa infinita!", "un attesa infinita . ."),
            ("È così, però no", "e cosi , pero no ."),
            ("I don't, it's DON’T", "i dont , it s dont ."),
            ("vedi http://t.co/x:/( e www.a.it ok", "vedi e ok ."),
            ("@lia ciao:) :/ 10:30", "ciao :) :/ 10:30 ."),
            ("voto 2/10, 1.200 euro", "voto 2/10 , 1.200 euro ."),
            ("pessimo😡👍🏽❤️", "pessimo 😡 👍 ❤ ."),
            ("un po' di piu'", "un po di piu ."),
        ] {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn hashtags_are_split_into_known_words() {
        assert_eq!(words("#maipiu").join(" "), "mai piu .");
        assert_eq!(words("#MaiPiù").join(" "), "mai piu .");
        assert_eq!(words("#qwertyx").join(" "), "qwertyx .");
    }

    #[test]
    fn offsets_point_into_the_text() {
        let text = "Già perché? 😡 l'uovo";
        let mut tokens = Tokens::default();
        tokens.read(text, Field::Text, Lists::shipped().language(Lang::IT));
        let found: Vec<&str> = tokens
            .list
            .iter()
            .filter_map(|t| text.get(t.start as usize..t.end as usize))
            .collect();
        assert_eq!(found, ["Già", "perché", "?", "😡", "l'", "uovo", ""]);
    }
}
