//! The terms of an index, noted while a text is cut for another purpose: cutting is what takes
//! longest, of matching as of indexing.

use std::cell::{Ref, RefCell};

use super::words::{Word, push_index_key, split};

/// Begins what [`Keys`] holds of a text; no text of a word has it, nor does one that was cleaned.
const MARK: char = '\u{1}';

/// Stands for a step of 0 positions; others are so many characters before or after it.
const STEP: u32 = 0x400;

/// The terms of an index of a title and a text, noted while these were cut for another purpose.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    title: RefCell<String>,
    text: RefCell<String>,
}

impl Keys {
    /// Forgets what was noted, and keeps the room for more.
    pub fn clear(&mut self) {
        self.title.get_mut().clear();
        self.text.get_mut().clear();
    }

    /// Cuts a title and notes its terms, telling each word.
    pub(crate) fn split_title(&self, title: &str, tell: &mut impl FnMut(Word<'_>)) {
        note(&self.title, title, tell);
    }

    /// Cuts a text and notes its terms, telling each word.
    pub(crate) fn split_text(&self, text: &str, tell: &mut impl FnMut(Word<'_>)) {
        note(&self.text, text, tell);
    }

    /// The terms of the title, for [`split_keys`]; `None` where they were not noted.
    pub fn title(&self) -> Option<Ref<'_, str>> {
        noted(&self.title)
    }

    /// The terms of the text, for [`split_keys`]; `None` where they were not noted.
    pub fn text(&self) -> Option<Ref<'_, str>> {
        noted(&self.text)
    }
}

fn noted(keys: &RefCell<String>) -> Option<Ref<'_, str>> {
    Ref::filter_map(keys.borrow(), |keys| {
        keys.starts_with(MARK).then_some(keys.as_str())
    })
    .ok()
}

/// Each term is a step from the position of the one before, its kind and form as
/// [`push_index_key`] writes them, and a mark.
fn note(into: &RefCell<String>, text: &str, tell: &mut impl FnMut(Word<'_>)) {
    let mut keys = into.take();
    keys.clear();
    keys.reserve(text.len() + text.len() / 2);
    keys.push(MARK);
    let (mut last, mut far) = (0, false);
    split(text, &mut |word| {
        let step = STEP.wrapping_add(word.position).wrapping_sub(last);
        last = word.position;
        for (accented, form) in word.terms() {
            let step = if accented { STEP } else { step };
            // Beyond are no characters; a word is never that far from the one before.
            match char::from_u32(step).filter(|_| step < 2 * STEP) {
                Some(step) => keys.push(step),
                None => far = true,
            }
            push_index_key(&mut keys, word.kind, accented, form);
            keys.push(MARK);
        }
        tell(word);
    });
    if far {
        keys.clear();
    }
    into.replace(keys);
}

/// Tells the terms that [`Keys`] noted, each with its position; says whether `noted` is such.
pub fn split_keys(noted: &str, tell: &mut impl FnMut(u32, &str)) -> bool {
    let Some(mut rest) = noted.strip_prefix(MARK) else {
        return false;
    };
    let mut position = 0_u32;
    while let Some(end) = memchr::memchr(MARK as u8, rest.as_bytes()) {
        let term = rest.get(..end).unwrap_or_default();
        rest = rest.get(end + 1..).unwrap_or_default();
        let mut letters = term.chars();
        let step = letters.next().map_or(STEP, u32::from);
        position = position.wrapping_add(step).wrapping_sub(STEP);
        tell(position, letters.as_str());
    }
    true
}

/// A text as a mention has it, which cannot be taken for what [`Keys`] notes.
pub fn unmarked(text: &str) -> &str {
    text.trim_start_matches(MARK)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;
    use crate::query::words::index_key;

    fn terms(text: &str) -> Vec<(u32, String)> {
        let mut terms = Vec::new();
        split(unmarked(text), &mut |word| {
            for (accented, form) in word.terms() {
                terms.push((word.position, index_key(word.kind, accented, form)));
            }
        });
        terms
    }

    fn noted_terms(text: &str) -> Vec<(u32, String)> {
        let keys = Keys::default();
        keys.split_text(text, &mut |_| {});
        let mut terms = Vec::new();
        let mut tell = |position, term: &str| terms.push((position, term.to_owned()));
        assert!(split_keys(&keys.text().unwrap(), &mut tell));
        terms
    }

    proptest! {
        #[test]
        fn terms_that_were_noted_are_those_of_the_text(text in any::<String>()) {
            assert_eq!(noted_terms(&text), terms(&text));
        }

        #[test]
        fn terms_of_tags_and_hosts_are_noted(
            text in "([a-zè]{1,3}|[#@.\\- \u{1}’👍🏽]|shop\\.example\\.com|@lia\\.example\\.org){0,20}"
        ) {
            assert_eq!(noted_terms(&text), terms(&text));
        }
    }

    #[test]
    fn a_text_is_not_taken_for_noted_terms() {
        let mut keys = Keys::default();
        assert!(keys.text().is_none());
        keys.split_text("perché", &mut |_| {});
        assert!(keys.text().is_some());
        keys.clear();
        assert!(keys.text().is_none());
        assert!(!split_keys("perché", &mut |_, _| {}));
        assert!(!split_keys(unmarked("\u{1}\u{400}a\u{1}"), &mut |_, _| {}));
    }
}
