//! Cuts texts for Tantivy exactly as the matcher cuts them.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::query::words::{self, Word, WordKind, push_index_key};

/// The name under which the fields ask for it.
pub(super) const NAME: &str = "words";

/// Longer keys are cut: Tantivy drops words beyond 64 KiB, and a word that long would then be
/// missed by a search for its beginning.
pub(super) const LONGEST: usize = 512;

/// The key as it stands in the index.
pub(super) fn cut(key: &str) -> &str {
    let mut end = key.len().min(LONGEST);
    while !key.is_char_boundary(end) {
        end -= 1;
    }
    key.get(..end).unwrap_or_default()
}

/// The tokenizer.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    keys: String,
    /// Where each key ends in `keys`, and its position in the text.
    places: Vec<(usize, u32)>,
}

impl Words {
    fn take(&mut self, word: Word<'_>) {
        self.push(word.kind, false, word.bare, word.position);
        // What is its own fold is the same place in memory, most of the time.
        if !std::ptr::eq(word.folded, word.bare) && word.folded != word.bare {
            self.push(word.kind, true, word.folded, word.position);
        }
    }

    fn push(&mut self, kind: WordKind, accented: bool, form: &str, position: u32) {
        let start = self.keys.len();
        push_index_key(&mut self.keys, kind, accented, form);
        let longest = self.keys.len().min(start + LONGEST);
        self.keys.truncate(self.keys.floor_char_boundary(longest));
        self.places.push((self.keys.len(), position));
    }
}

impl Tokenizer for Words {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        self.keys.clear();
        self.places.clear();
        words::split(text, &mut |word| self.take(word));
        Stream {
            words: self,
            next: 0,
            start: 0,
            token: Token::default(),
        }
    }
}

/// The tokens of one text.
#[derive(Debug)]
pub(super) struct Stream<'a> {
    words: &'a Words,
    next: usize,
    start: usize,
    token: Token,
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        let Some(&(end, position)) = self.words.places.get(self.next) else {
            return false;
        };
        self.token.text.clear();
        let key = self.words.keys.get(self.start..end).unwrap_or_default();
        self.token.text.push_str(key);
        self.token.position = usize::try_from(position).unwrap_or(usize::MAX);
        self.next += 1;
        self.start = end;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_cut_between_characters() {
        assert_eq!(cut("acme"), "acme");
        let long = "è".repeat(LONGEST);
        assert_eq!(cut(&long).len(), LONGEST);
        assert_eq!(cut(&format!("a{long}")).len(), LONGEST - 1);
    }
}
