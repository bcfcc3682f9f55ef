//! Text to tokens: words, numbers, emoji, faces and the punctuation that ends things.
//!
//! Addresses (`https://…`, `www.…`) and account names (`@lia`) are left out before anything is
//! looked up: the `:/` of an address is no face. Apostrophes split words (`l'attesa`, `it's`), but
//! for the English `n't`, which is part of its word and loses the apostrophe as people do
//! (`don't`, `dont`).
//!
//! Invariant: tokens stand in the order of the text, title first, and their offsets lie on its
//! characters' borders; a field ends with a [`Kind::Stop`].

mod reader;
mod shape;

use super::lexicon::{Language, hash_of};
use reader::Reader;

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

#[cfg(test)]
mod tests {
    use crate::model::Lang;
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
