//! Reads a text, a token after the other.

use std::str::Chars;

use super::shape::Shape;
use super::{Field, Kind, Mark, Tokens};
use crate::model::Lang;
use crate::score::fold::{fold, is_apostrophe, keeps_accent};
use crate::score::lexicon::Language;

/// Letters of a hashtag that are looked at.
const LONGEST_HASHTAG: usize = 40;

/// Where in which text the next token begins, and where it is put.
pub(super) struct Reader<'a> {
    pub(super) tokens: &'a mut Tokens,
    pub(super) text: &'a str,
    pub(super) position: usize,
    pub(super) field: Field,
    pub(super) language: &'a Language,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn before(&self) -> Option<char> {
        self.text.get(..self.position)?.chars().next_back()
    }

    /// Reads one token; false at the end.
    pub(super) fn step(&mut self) -> bool {
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

    /// Reads on as long as the letters have no accents: nearly all have none.
    fn plain_letters(&mut self, shape: &mut Shape) {
        let from = self.position;
        let bytes = self.text.as_bytes().get(from..).unwrap_or_default();
        let run = shape.plain(bytes);
        if run.letters == 0 {
            return;
        }
        self.position += run.letters;
        let folded = &mut self.tokens.folded;
        let to = folded.len();
        folded.push_str(self.text.get(from..self.position).unwrap_or_default());
        if run.capitals
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
