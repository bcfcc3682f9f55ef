//! What makes an item the same item when it has neither an id nor an address of its own.

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::model::Item;

/// A fingerprint of the words, author and date of an item: 64 hexadecimal digits.
///
/// Letter case, white space and the ways to write one character do not count; anything else
/// that a reader sees does. It holds nothing of where or when the item was read.
pub fn content_hash(item: &Item) -> String {
    let mut hasher = Sha256::new();
    let published = item.published.map(|at| at.to_string());
    for field in [
        item.title.as_deref(),
        Some(item.text.as_str()),
        item.author
            .name
            .as_deref()
            .or(item.author.handle.as_deref()),
        published.as_deref(),
    ] {
        hasher.update(folded(field.unwrap_or_default()));
        // A separator that folded text cannot hold.
        hasher.update([0x1f]);
    }
    format!("{:x}", hasher.finalize())
}

/// Text with compatibility forms, case and white space made alike.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        if word.is_ascii() {
            let begin = out.len();
            out.push_str(word);
            if let Some(word) = out.get_mut(begin..) {
                word.make_ascii_lowercase();
            }
        } else {
            out.extend(word.nfkc().flat_map(char::to_lowercase));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Author, Timestamp};

    fn item(title: &str, text: &str, author: &str) -> Item {
        Item {
            title: Some(title.to_owned()),
            text: text.to_owned(),
            author: Author {
                name: Some(author.to_owned()),
                ..Author::default()
            },
            published: Timestamp::parse("2026-11-20T07:12:00Z"),
            ..Item::default()
        }
    }

    #[test]
    fn the_same_words_are_the_same_item() {
        let one = content_hash(&item("Ottimo", "Perché no?\nDavvero", "Lia"));
        assert_eq!(one.len(), 64);
        assert!(one.bytes().all(|b| b.is_ascii_hexdigit()));
        for other in [
            item("ottimo", "perché  no? davvero ", "LIA"),
            item("Ottimo", "Perche\u{301} no?\r\nDavvero", "Lia"),
        ] {
            assert_eq!(content_hash(&other), one);
        }
    }

    #[test]
    fn other_words_authors_or_dates_are_another() {
        let one = item("Ottimo", "Sì 👍", "Lia");
        let mut later = one.clone();
        later.published = Timestamp::parse("2026-11-20T07:13:00Z");
        let mut undated = one.clone();
        undated.published = None;
        for other in [
            item("Ottimo", "Sì 👎", "Lia"),
            item("Ottimo", "Sì 👍", "Leo"),
            item("Ottimo Sì", "👍", "Lia"),
            item("Ottimo", "No", "Lia"),
            later,
            undated,
        ] {
            assert_ne!(content_hash(&other), content_hash(&one));
        }
    }

    #[test]
    fn where_it_was_read_does_not_count() {
        let one = item("a", "b", "c");
        let mut moved = one.clone();
        moved.url = Some("https://elsewhere.example/".to_owned());
        moved.native_id = Some("7".to_owned());
        moved.engagement = Some(3);
        assert_eq!(content_hash(&moved), content_hash(&one));
    }
}
