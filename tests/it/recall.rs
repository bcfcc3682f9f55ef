//! What a feed showed before is passed over: the real program, beside one that remembers nothing.

use ascolto::clock::Clock;
use ascolto::demo::{Server, World};
use ascolto::model::{Piece, Timestamp};
use ascolto::store::{Identity, Pieces, Store};
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::harness::Instance;
use crate::world::{at, item, key, poll};

const WATCHLIST: &str = "name = \"Frigolux\"\nquery = 'frigolux'\n";

fn instance(url: &str) -> Instance {
    let settings = format!(
        "[fetch]\nallow_private = [\"127.0.0.1\"]\ngap = \"0s\"\n\n\
         [[source]]\nkind = \"feed\"\nname = \"forum\"\nurl = \"{url}\"\n"
    );
    Instance::new()
        .file("ascolto.toml", &settings)
        .file("watchlists/frigolux.toml", WATCHLIST)
}

fn database(instance: &Instance) -> Connection {
    Connection::open(instance.path().join("index/ascolto.db")).unwrap()
}

/// All rows of a question, as the database gives them.
fn rows(connection: &Connection, question: &str) -> Vec<Vec<Value>> {
    let mut statement = connection.prepare(question).unwrap();
    let width = statement.column_count();
    let rows = statement.query_map([], |row| (0..width).map(|column| row.get(column)).collect());
    rows.unwrap().map(Result::unwrap).collect()
}

/// What is stored, but for the times of reading.
fn stored(instance: &Instance) -> Vec<Vec<Vec<Value>>> {
    let connection = database(instance);
    [
        "SELECT id, seq, published, native_id, url, permalink, canonical_url, title, text, \
         author_name, lang_hint, language, watchlists, hits, copies FROM mentions ORDER BY id",
        "SELECT id, canonical_url, item FROM unmatched ORDER BY id",
        "SELECT key, subject, content FROM identities ORDER BY key, subject",
        "SELECT watchlist, seq, mention, baseline FROM matches ORDER BY watchlist, seq",
        "SELECT health, items, error, memory ->> 'habit' FROM sources",
    ]
    .map(|question| rows(&connection, question))
    .to_vec()
}

fn entry(id: &str, text: &str) -> String {
    format!(
        "<item><guid>{id}</guid><link>/{id}</link><title>Su {id}</title>\
         <description><![CDATA[<p>{text}</p>]]></description>\
         <pubDate>Fri, 20 Nov 2026 07:12:00 GMT</pubDate></item>\n"
    )
}

#[test]
fn what_is_passed_over_changes_nothing_that_is_stored() {
    let world = World::empty(Clock::System.now());
    let server = Server::start(world.clone()).unwrap();
    let url = server.url("/rss");
    // The other one forgets what the feed showed before each poll.
    let (recalls, forgets) = (instance(&url), instance(&url));
    let both = [&recalls, &forgets];
    let feed = |around: &str, items: &[&str]| {
        let body = format!(
            "<rss><channel><title>Forum</title>{around}{}</channel></rss>",
            items.concat()
        );
        world.put("/rss", "application/rss+xml", body);
    };
    let a = entry("a", "Il mio Frigolux perde acqua");
    let b = entry("b", "Niente di nuovo, tutto tranquillo in cucina da me");
    let c = entry("c", "Un altro Frigolux, lo stesso guaio di prima");
    let mut told = 0;
    for step in 0..11 {
        match step {
            0 => feed("", &[&a, &b]),
            1 => feed("<lastBuildDate>1</lastBuildDate>", &[&c, &a, &b]),
            // Edited, one so that it is collected now.
            2 => feed(
                "",
                &[
                    &c.replace("guaio", "danno"),
                    &a,
                    &b.replace("Niente", "Frigolux"),
                ],
            ),
            // What is known comes back under another id, beside the first and without it.
            3 => feed(
                "",
                &[&a.replace(">a<", ">a2<").replace("/a<", "/a2<"), &c, &a, &b],
            ),
            4 => feed(
                "",
                &[&c.replace(">c<", ">c2<").replace("/c<", "/c2<"), &b, &a],
            ),
            // Two with one id, or one address.
            5 => feed("", &[&a.replace("acqua", "gas"), &a, &b, &c]),
            6 => feed("", &[&c.replace(">c<", ">c3<"), &b, &c, &a]),
            7 => feed("<link>https://forum.example/a</link>", &[&b, &a]),
            8 => {
                for instance in both {
                    let forgotten = server.url("/b");
                    instance.run(&["forget", "--url", &forgotten, "--yes"]);
                }
                feed("<ttl>5</ttl>", &[&entry("d", "Frigolux nuovo"), &c, &b, &a]);
            }
            9 => {
                for instance in both {
                    let wider = WATCHLIST.replace("frigolux", "frigolux OR tranquillo");
                    instance.write("watchlists/frigolux.toml", &wider);
                }
                feed("<ttl>6</ttl>", &[&entry("d", "Frigolux nuovo"), &c, &b, &a]);
            }
            // What was kept aside has expired, and is new.
            _ => {
                for instance in both {
                    let mut store = Store::open(&instance.path().join("index")).unwrap();
                    store
                        .purge_kept(Timestamp::from_seconds(i64::MAX / 1_000), 100)
                        .unwrap();
                }
                feed("", &[&entry("e", "Frigolux"), &c, &b, &a]);
            }
        }
        told += if step > 0 { known(&recalls, &url) } else { 0 };
        compare(&recalls, &forgets, step);
    }
    assert!(told > 15, "{told}");
}

/// Polls with what is known and without, and compares what came of it.
fn compare(recalls: &Instance, forgets: &Instance, step: usize) {
    if step > 0 {
        database(forgets).execute("DELETE FROM pieces", []).unwrap();
    }
    let told = [recalls, forgets].map(|instance| {
        let polled = instance.run(&["collect", "--all", "--format", "json"]);
        let mut row = polled.code(0).json_lines().remove(0);
        row.as_object_mut().unwrap().remove("next");
        row
    });
    assert_eq!(told[0], told[1], "step {step}");
    assert_eq!(stored(recalls), stored(forgets), "step {step}");
}

/// How many pieces need not be read again.
fn known(instance: &Instance, url: &str) -> usize {
    let store = Store::open(&instance.path().join("index")).unwrap();
    let key = store.source_states().unwrap().remove(0).key;
    assert!(key.0.ends_with(url), "{key:?}");
    store.known_pieces(&key, "forum").unwrap().pieces.len()
}

#[test]
fn pieces_are_known_as_long_as_their_items_are() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let known = |store: &Store| -> Vec<u8> {
        let pieces = store.known_pieces(&key("f"), "f").unwrap();
        assert!(pieces.pieces.is_empty() || pieces.around == [9; 12]);
        pieces
            .pieces
            .iter()
            .map(|(piece, _)| piece.print[0])
            .collect()
    };
    assert_eq!(known(&store), [0; 0]);
    let items = [
        item("1", "https://f.example/1", "un frigolux rotto"),
        item("2", "https://f.example/2", "niente"),
    ];
    let mut first = poll(&store, "f", at(10), &items);
    first.pieces = Some(pieces(&first.seen));
    store.record_poll(&first, None).unwrap();
    assert_eq!(known(&store), [0, 1]);
    // Another name, another source: nothing is known of these.
    assert!(
        store
            .known_pieces(&key("f"), "g")
            .unwrap()
            .pieces
            .is_empty()
    );
    assert!(
        store
            .known_pieces(&key("g"), "f")
            .unwrap()
            .pieces
            .is_empty()
    );

    let edited = [item("1", "https://f.example/1", "un frigolux nuovo")];
    let second = poll(&store, "f", at(20), &edited);
    store.record_poll(&second, None).unwrap();
    assert_eq!(known(&store), [1], "the first says something else now");
    store.record_poll(&first, None).unwrap();
    assert_eq!(known(&store), [0, 1]);
    store.purge_kept(at(50), 10).unwrap();
    assert_eq!(known(&store), [0], "the second would be new");
    store.drop_source(&key("f")).unwrap();
    assert_eq!(known(&store), [0; 0]);
}

fn pieces(seen: &[Identity]) -> Pieces {
    let piece = |(place, identity): (u8, &Identity)| {
        let piece = Piece {
            print: [place; 12],
            id: Some(u32::from(place)),
            address: None,
            published: None,
        };
        (piece, *identity)
    };
    Pieces {
        around: [9; 12],
        pieces: (0..).zip(seen).map(piece).collect(),
    }
}
