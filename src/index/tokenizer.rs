//! Cuts texts for Tantivy exactly as the matcher cuts them.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::query::keys;
use crate::query::words::{self, push_index_key};

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

/// The tokenizer, with room for one token.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    token: Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        Stream {
            text,
            token: &mut self.token,
            rest: None,
        }
    }
}

/// The tokens of one text.
#[derive(Debug)]
pub(super) struct Stream<'a> {
    text: &'a str,
    token: &'a mut Token,
    /// Those that were not given yet, where they are asked for one by one.
    rest: Option<std::vec::IntoIter<Token>>,
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        let (text, token) = (self.text, &mut *self.token);
        let rest = self.rest.get_or_insert_with(|| {
            let mut all = Vec::new();
            each(text, token, &mut |token| all.push(token.clone()));
            all.into_iter()
        });
        match rest.next() {
            Some(next) => *self.token = next,
            None => return false,
        }
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }

    /// Gives each token as it is cut: so Tantivy asks for those that it indexes.
    fn process(&mut self, sink: &mut dyn FnMut(&Token)) {
        match self.rest.take() {
            None => each(self.text, self.token, sink),
            Some(rest) => rest.for_each(|token| sink(&token)),
        }
    }
}

/// Tells the tokens of a text, or of the terms that were noted when it was cut, each in `token`.
fn each(text: &str, token: &mut Token, tell: &mut dyn FnMut(&Token)) {
    let noted = keys::split_keys(text, &mut |position, term| {
        token.text.clear();
        token.text.push_str(term);
        finish(token, position);
        tell(token);
    });
    if noted {
        return;
    }
    words::split(text, &mut |word| {
        for (accented, form) in word.terms() {
            token.text.clear();
            push_index_key(&mut token.text, word.kind, accented, form);
            finish(token, word.position);
            tell(token);
        }
    });
}

fn finish(token: &mut Token, position: u32) {
    if token.text.len() > LONGEST {
        let longest = token.text.floor_char_boundary(LONGEST);
        token.text.truncate(longest);
    }
    token.position = usize::try_from(position).unwrap_or(usize::MAX);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_the_same_one_by_one_and_at_once() {
        let text = format!(
            "Perché @lia_b va a shop.example.com? {}",
            "à".repeat(LONGEST)
        );
        let mut words = Words::default();
        let mut told = Vec::new();
        let mut note = |token: &Token| told.push((token.position, token.text.clone()));
        words.token_stream(&text).process(&mut note);
        let mut asked = Vec::new();
        let mut stream = words.token_stream(&text);
        while let Some(token) = stream.next() {
            asked.push((token.position, token.text.clone()));
        }
        assert_eq!(told, asked);
        let first: Vec<_> = told.iter().take(3).cloned().collect();
        let named = ["perche", "=perché", "@lia_b"].map(str::to_owned);
        assert_eq!(
            first.iter().map(|(_, key)| key.clone()).collect::<Vec<_>>(),
            named
        );
        assert!(told.iter().all(|(_, key)| key.len() <= LONGEST));
    }

    #[test]
    fn keys_are_cut_between_characters() {
        assert_eq!(cut("acme"), "acme");
        let long = "è".repeat(LONGEST);
        assert_eq!(cut(&long).len(), LONGEST);
        assert_eq!(cut(&format!("a{long}")).len(), LONGEST - 1);
    }
}
