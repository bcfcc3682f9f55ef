//! What is the same item, and what is another.

use ascolto::model::{Author, Item, OwnerReply};
use ascolto::store::Store;

use crate::world::{at, item, record};

/// What the cases below say, by its letter.
const TEXTS: [(&str, &str); 3] = [
    (
        "L",
        "frigolux che perde acqua da due giorni e nessuno risponde al telefono",
    ),
    (
        "O",
        "frigolux silenzioso, consumi bassi, lo ricomprerei subito senza pensarci",
    ),
    ("S", "frigolux ottimo"),
];

/// What it shows; a poll and another (source: items); how many mentions there are in the end.
/// An item is identifier, address, text; then author, or date in seconds. `-` is none.
const CASES: &[(&str, &str, &str, usize)] = &[
    ("the same again", "a: 1 u1 L", "a: 1 u1 L", 1),
    (
        "the identifier decides in its source",
        "a: 1 u1 L",
        "a: 1 u2 O",
        1,
    ),
    ("and says nothing in another", "a: 1 u1 L", "b: 1 u2 L", 2),
    (
        "from another source the address decides",
        "a: 1 u1 L",
        "b: 9 u1 O",
        1,
    ),
    (
        "without identifiers the address decides",
        "a: - u1 L",
        "a: - u1 O",
        1,
    ),
    (
        "another identifier, same address and words",
        "a: 1 u1 L",
        "a: 2 u1 L",
        1,
    ),
    (
        "another identifier and words, same address",
        "a: 1 u1 L",
        "a: 2 u1 O",
        2,
    ),
    ("identifiers came later", "a: - u1 L", "a: 1 u1 O", 1),
    ("identifiers went away", "a: 1 u1 L", "a: - u1 O", 1),
    (
        "back under a new identifier and address",
        "a: 1 u1 L",
        "a: 2 u2 L",
        1,
    ),
    ("the same words elsewhere", "a: 1 u1 L", "b: 2 u2 L", 2),
    ("nothing but words", "a: - - L", "a: - - L", 1),
    ("nothing but other words", "a: - - L", "a: - - O", 2),
    (
        "the same words by another author",
        "a: 1 u1 L Lia",
        "a: 2 u2 L Ugo",
        2,
    ),
    (
        "short words of another day",
        "a: 1 u1 S 0",
        "a: 2 u2 S 9",
        2,
    ),
    (
        "long words with a date that moves",
        "a: 1 u1 L 0",
        "a: 2 u2 L 9",
        1,
    ),
    (
        "two of one poll, whatever they say",
        "a: 1 u1 L, 2 u2 L",
        "a: 2 u2 L, 1 u1 L",
        2,
    ),
    (
        "one that comes beside its twin",
        "a: 1 u1 L",
        "a: 2 u2 L, 1 u1 L",
        2,
    ),
    (
        "one identifier for all says nothing",
        "a: p u1 L, p u2 O",
        "a: p u2 O, p u1 L",
        2,
    ),
    (
        "one address for all says nothing",
        "a: - u L",
        "a: - u O, - u L",
        2,
    ),
    (
        "comments that link to their page",
        "a: 1 u L, 2 u O",
        "a: 2 u O, 1 u L",
        2,
    ),
    (
        "the same item twice in a poll",
        "a: 1 u1 L, 1 u1 L",
        "a: 1 u1 L",
        1,
    ),
    (
        "twice without identifiers",
        "a: - - L, - - L",
        "a: - - L",
        1,
    ),
    (
        "twins whose identifiers change",
        "a: 1 u1 L, 2 u2 L",
        "a: 3 u3 L, 4 u4 L",
        2,
    ),
];

fn read(poll: &str) -> (&str, Vec<Item>) {
    let (source, items) = poll.split_once(": ").unwrap();
    let items = items.split(", ").map(|words| {
        let mut words = words
            .split(' ')
            .map(|word| if word == "-" { "" } else { word });
        let (id, url) = (words.next().unwrap(), words.next().unwrap());
        let letter = words.next().unwrap();
        let text = TEXTS.iter().find(|(name, _)| *name == letter).unwrap().1;
        let last = words.next();
        let seconds = last.and_then(|word| word.parse().ok());
        Item {
            author: Author {
                name: last.filter(|_| seconds.is_none()).map(Into::into),
                ..Author::default()
            },
            published: seconds.map(at),
            ..item(id, url, text)
        }
    });
    (source, items.collect())
}

#[test]
fn recognises_what_it_knows() {
    for (what, before, after, count) in CASES {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let ((first, before), (second, after)) = (read(before), read(after));
        record(&mut store, first, 0, &before);
        record(&mut store, second, 1, &after);
        let found = store.newest(0, 9).unwrap();
        assert_eq!(found.len(), *count, "{what}: {found:?}");

        // What still stands there teaches nothing: no two sources take turns with a mention.
        let seq = store.max_seq().unwrap();
        for _ in 0..2 {
            if first != second {
                record(&mut store, first, 2, &before);
            }
            record(&mut store, second, 3, &after);
        }
        assert_eq!(
            store.max_seq().unwrap(),
            seq,
            "{what}: written without need"
        );
    }
}

#[test]
fn unmatched_items_are_recognised_by_the_same_rules() {
    for (what, before, after, count) in CASES {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let ((first, mut before), (second, mut after)) = (read(before), read(after));
        for item in before.iter_mut().chain(&mut after) {
            item.text = item.text.replace("frigolux", "nessuno.");
        }
        record(&mut store, first, 0, &before);
        record(&mut store, second, 1, &after);
        assert_eq!(
            store.count_kept().unwrap(),
            u64::try_from(*count).unwrap(),
            "{what}"
        );
        assert_eq!(store.count_mentions().unwrap(), 0, "{what}");
    }
}

/// The words stay, what belongs to them does not: the answer of the owner comes later, or the stars
/// change.
#[test]
fn an_answer_and_other_stars_are_edits() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let (_, mut items) = read("a: 1 u1 L, 2 u2 O");
    let ids = record(&mut store, "a", 0, &items).new;
    items[0].owner_reply = Some(OwnerReply {
        text: "Ci scriva".to_owned(),
        published: Some(at(1)),
    });
    items[1].rating = Some(1.0);
    assert_eq!(record(&mut store, "a", 1, &items).edited, ids);
    assert_eq!(record(&mut store, "a", 2, &items).edited, []);
    for (id, item) in ids.iter().zip(&items) {
        let mention = store.mention(*id).unwrap().unwrap();
        assert_eq!(mention.item.owner_reply, item.owner_reply);
        assert_eq!(mention.item.rating, item.rating);
    }
    items[0].owner_reply = None;
    assert_eq!(record(&mut store, "a", 3, &items).edited, [ids[0]]);
}
