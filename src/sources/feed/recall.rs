//! By what an item is told that stood there before: its bytes, and what it takes from around them.

use std::fmt::Debug;

use sha2::{Digest, Sha256};

use crate::model::{Piece, Print, Shown};

/// So many items of a feed are told when they come again: more than nearly all feeds show, and few
/// enough to be remembered.
pub(super) const TOLD: usize = 1_000;

/// What another version would read otherwise, it reads anew.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The print of an item's bytes.
pub(super) fn print(raw: &str) -> Print {
    first(Sha256::digest(raw).as_slice())
}

/// The print of what items take from around them.
pub(super) fn around(taken: impl Debug) -> Print {
    first(Sha256::digest(format!("{VERSION} {taken:?}")).as_slice())
}

fn first(hash: &[u8]) -> Print {
    let mut print = Print::default();
    for (byte, from) in print.iter_mut().zip(hash) {
        *byte = *from;
    }
    print
}

/// A short hash (FNV-1a) that stays the same from one version to the next.
pub(super) fn short(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash: u32, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// Whether each item has an identifier or an address, and none has that of another: then no item
/// depends on which others there are.
pub(super) fn stand_alone(claims: impl Iterator<Item = (Option<u32>, Option<u32>)>) -> bool {
    let (mut ids, mut addresses) = (Vec::new(), Vec::new());
    for (id, address) in claims {
        if id.is_none() && address.is_none() {
            return false;
        }
        ids.extend(id);
        addresses.extend(address);
    }
    [ids, addresses].into_iter().all(|mut all| {
        all.sort_unstable();
        all.array_windows().all(|[one, next]| one != next)
    })
}

/// What a piece that is known claims.
pub(super) fn claims(shown: &Shown) -> Option<(Option<u32>, Option<u32>)> {
    match shown {
        Shown::Known(Piece { id, address, .. }) => Some((*id, *address)),
        Shown::Read(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::collection::vec;
    use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
    use proptest::sample::Index;
    use proptest::test_runner::Config;

    use bytes::Bytes;
    use url::Url;

    use super::*;
    use crate::model::{Item, Recollection, Response};
    use crate::sources::Page;
    use crate::sources::feed::read_beside;

    fn read(body: &str, known: &Recollection) -> Option<Page> {
        let response = Response {
            status: 200,
            headers: Vec::new(),
            body: Bytes::from(body.to_owned()),
            url: Url::parse("https://feeds.example/dir/feed.xml").unwrap(),
        };
        read_beside(&response, known).ok()
    }

    /// What was read so far, by the answer's surroundings and its bytes.
    type Read = HashMap<(Print, Print), Item>;

    /// Reads `body` with what is known and without, and compares; gives what is known from then on,
    /// and how many items were passed over.
    fn compare(body: &str, known: &Recollection, items: &mut Read) -> (Recollection, usize) {
        let (whole, beside) = (read(body, &Recollection::default()), read(body, known));
        let (Some(whole), Some(beside)) = (&whole, beside) else {
            assert!(whole.is_none(), "{body}");
            return (known.clone(), 0);
        };
        assert_eq!(
            (&whole.notes, &whole.title, &whole.next, whole.poll_hint),
            (&beside.notes, &beside.title, &beside.next, beside.poll_hint),
            "{body}"
        );
        let Some(outline) = beside.outline else {
            assert_eq!(
                (&whole.items, &None),
                (&beside.items, &whole.outline),
                "{body}"
            );
            return (known.clone(), 0);
        };
        let mut read = beside.items.into_iter();
        let (mut next, mut passed) = (Recollection::default(), 0);
        next.around = outline.around;
        let mut together = Vec::new();
        for shown in outline.pieces {
            let (piece, item) = match shown {
                Shown::Known(piece) => {
                    passed += 1;
                    (Some(piece), items[&(known.around, piece.print)].clone())
                }
                Shown::Read(piece) => (piece, read.next().unwrap()),
            };
            if let Some(piece) = piece {
                items.insert((outline.around, piece.print), item.clone());
                next.pieces.insert(piece.print, piece);
                assert_eq!(piece.published, item.published);
            }
            together.push(item);
        }
        assert_eq!(read.next(), None);
        assert_eq!(together, whole.items, "{body}");
        (next, passed)
    }

    fn piece() -> impl Strategy<Value = String> {
        let item = (0..9_u8, 0..3_u8, 0..6_u8).prop_map(|(number, version, form)| match form {
            0 => format!("<item><guid>{number}</guid><title>t {version}</title></item>"),
            1 => format!("<item><title>t {version}</title><link>/{number}</link></item>"),
            2 => format!(
                "<item><guid>{number}</guid><link>/{number}</link><description><![CDATA[<p>d \
                 {version}</p>]]></description><pubDate>Fri, 20 Nov 2026 07:12:0{version} GMT\
                 </pubDate></item>"
            ),
            3 => format!(
                "<entry><id>{number}</id><link href='{number}'/><content type='xhtml'><div \
                 xmlns='http://www.w3.org/1999/xhtml'>c {version}</div></content></entry>"
            ),
            4 => format!("<item><title>only words, {number} {version}</title></item>"),
            _ => format!(
                "<item xml:lang='it'><guid>{number}</guid><dc:creator>L</dc:creator></item>"
            ),
        });
        let around = prop_oneof![
            Just("<title>Feed</title>"),
            Just("<title>Comments on it</title>"),
            Just("<link>https://site.example/a/</link>"),
            Just("<link>https://feeds.example/1</link>"),
            Just("<language>it</language>"),
            Just("<author><name>Lia</name></author>"),
            Just("<lastBuildDate>1</lastBuildDate>"),
            Just("<lastBuildDate>2</lastBuildDate>"),
            Just("<ttl>60</ttl>"),
        ]
        .prop_map(str::to_owned);
        prop_oneof![6 => item, 1 => around]
    }

    fn head() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("<rss><channel>"),
            Just("<rss xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>T</title>"),
            Just("<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://b.example/'>"),
            Just("<!DOCTYPE rss [<!ENTITY t 'x'>]><rss><channel>"),
            Just("<rdf:RDF><channel></channel>"),
        ]
        .prop_map(str::to_owned)
    }

    /// What breaks markup, or makes something else of what follows it.
    fn breakage() -> impl Strategy<Value = &'static str> {
        prop_oneof![
            Just("<item>"),
            Just("</item>"),
            Just("<entry>"),
            Just("</entry>"),
            Just("</channel>"),
            Just("</rss>"),
            Just("<![CDATA["),
            Just("]]>"),
            Just("<!--"),
            Just("-->"),
            Just("<?php"),
            Just("?>"),
            Just("<!X ["),
            Just("<!X [ ' ]>"),
            Just("<a b=\""),
            Just("<a b='"),
            Just("\">"),
            Just("<div xmlns='http://www.w3.org/1999/xhtml'>"),
            Just("<x xmlns:dc='http://www.w3.org/2005/Atom'>"),
            Just("<title>"),
            Just("</title>"),
            Just("<"),
            Just("&t;"),
            Just(" "),
        ]
    }

    fn broken(mut body: String, breaks: &[(Index, &str)]) -> String {
        for (place, what) in breaks {
            let at = body.floor_char_boundary(place.index(body.len() + 1));
            body.insert_str(at, what);
        }
        body
    }

    proptest! {
        #![proptest_config(Config { cases: 1_500, ..Config::default() })]

        #[test]
        fn what_is_passed_over_is_what_reading_gives(
            head in head(),
            heads in vec(head(), 2),
            pieces in vec(piece(), 1..9),
            edits in vec((vec((any::<Index>(), piece()), 0..3), any::<Index>(), 0..4_u8), 3),
            breaks in vec((any::<Index>(), breakage()), 0..3),
            more in vec(vec((any::<Index>(), breakage()), 0..2), 3),
        ) {
            let mut items = Read::new();
            let mut pieces = pieces;
            let mut known = Recollection::default();
            let body = broken(format!("{head}{}", pieces.concat()), &breaks);
            (known, _) = compare(&body, &known, &mut items);
            for (turn, (added, at, how)) in edits.into_iter().enumerate() {
                for (at, piece) in added {
                    pieces.insert(at.index(pieces.len() + 1), piece);
                }
                match how {
                    0 => { pieces.remove(at.index(pieces.len())); }
                    1 => pieces.reverse(),
                    _ => {}
                }
                if pieces.is_empty() {
                    return Ok(());
                }
                let head = heads.get(turn).filter(|_| how == 2).unwrap_or(&head);
                let body = broken(format!("{head}{}</channel>", pieces.concat()), &more[turn]);
                (known, _) = compare(&body, &known, &mut items);
            }
        }
    }

    fn feed(around: &str, items: &[&str]) -> String {
        format!("<rss><channel>{around}{}</channel></rss>", items.concat())
    }

    const A: &str = "<item><guid>a</guid><title>A</title></item>";
    const B: &str = "<item><guid>b</guid><link>/b</link></item>";
    const C: &str = "<item><guid>c</guid><title>C</title></item>";

    #[test]
    fn what_stood_there_before_is_passed_over() {
        for (before, after, passed) in [
            (feed("", &[A, B]), feed("", &[C, A, B]), 2),
            (feed("", &[A, B]), feed("", &[B, "\n", A]), 2),
            (feed("", &[A, B]), feed("", &[B]), 1),
            // Of the channel only what items take from it counts.
            (
                feed("<lastBuildDate>1</lastBuildDate>", &[A]),
                feed("<lastBuildDate>2</lastBuildDate><ttl>5</ttl>", &[C, A]),
                1,
            ),
            (feed("", &[A]), feed("<language>it</language>", &[A]), 0),
            (
                feed("", &[A]),
                feed("<link>https://s.example/</link>", &[A]),
                0,
            ),
            (feed("", &[A]), format!("<rss>{A}</rss>"), 1),
            // Edited.
            (feed("", &[A, B]), feed("", &[&A.replace('A', "E"), B]), 1),
            // An id that another has tells nothing any more, also of what is known.
            (
                feed("", &[A, B]),
                feed("", &[&A.replace('A', "E"), A, B]),
                0,
            ),
            (
                feed("", &[A, B]),
                feed("", &["<item><link>/b</link></item>", A, B]),
                0,
            ),
            // Without an end of its own.
            (
                feed("", &["<item><guid>a</guid>", B]),
                feed("", &["<item><guid>a</guid>", B]),
                0,
            ),
            (
                feed("", &[A, "<item><guid>z</guid>"]),
                feed("", &[A, "<item><guid>z</guid>"]),
                1,
            ),
            // A quote that is never closed may be closed in another answer.
            (feed("", &[A, "<item><a b=\"></item>"]), feed("", &[A]), 0),
        ] {
            let mut items = Read::new();
            let (known, none) = compare(&before, &Recollection::default(), &mut items);
            assert_eq!(none, 0);
            assert_eq!(compare(&after, &known, &mut items).1, passed, "{after}");
        }
    }

    #[test]
    fn a_bounded_number_of_items_is_told() {
        let many: Vec<String> = (0..3_000)
            .map(|number| format!("<item><guid>{number}</guid></item>"))
            .collect();
        let many = many.concat();
        let mut items = Read::new();
        let (known, _) = compare(&feed("", &[&many]), &Recollection::default(), &mut items);
        assert_eq!(known.pieces.len(), TOLD);
        let after = feed("", &[A, &many]);
        assert_eq!(compare(&after, &known, &mut items).1, TOLD - 1);
    }
}
