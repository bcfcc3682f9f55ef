//! A watchlist that is changed after the fact: tried on the past, applied to it, and nobody is told.

use std::time::{Duration, Instant};

use ascolto::clock::Clock;
use ascolto::demo::{Entry, Place, Server, World};
use serde_json::Value;

use crate::harness::Instance;

const NARROW: &str = "\"frigolux flx\"";
const WIDE: &str = "frigolux OR gelomax";

fn watchlist(server: &Server, query: &str) -> String {
    format!(
        "name = \"Frigolux\"\nquery = '{query}'\nown_accounts = [\"Assistenza Frigolux\"]\n\n\
         [[source]]\nkind = \"feed\"\nname = \"forum\"\nurl = \"{}\"\nevery = \"1m\"\n\n\
         [[digest]]\nto = [\"care@frigolux.example\"]\nevery = \"daily\"\nat = \"08:30\"\n",
        server.url(Place::Forum.path())
    )
}

/// An instance that collected ten posts of a forum by a narrow query: posts 0 to 2 name the
/// model, 3 to 5 the brand alone, 6 and 7 the rival; 8 is of the brand itself, 9 of nobody.
fn collected() -> (Server, Instance) {
    let now = Clock::System.now();
    let world = World::empty(now);
    let texts = [
        "Il frigolux FLX numero0 perde acqua",
        "Il frigolux FLX numero1 fa rumore",
        "Il frigolux FLX numero2 va benissimo",
        "Con il mio Frigolux numero3 mi trovo male",
        "Il Frigolux numero4 gela la verdura",
        "Ho venduto il Frigolux numero5",
        "Meglio un Gelomax numero6",
        "Il Gelomax numero7 costa troppo",
        "Il Frigolux numero8 resta in garanzia",
        "Domani piove numero9",
    ];
    for (number, text) in texts.iter().enumerate() {
        let ago = Duration::from_secs(60 * (30 - u64::try_from(number).unwrap()));
        let mut entry = Entry::new(format!("post-{number}"), now.minus(ago), *text);
        if number == 8 {
            "Assistenza Frigolux".clone_into(&mut entry.author);
        }
        world.add_item(Place::Forum, entry);
    }
    let server = Server::start(world).unwrap();
    let instance = collector(&server);
    assert_eq!(found(&instance, "watch:frigolux"), 3);
    (server, instance)
}

/// An instance with the narrow watchlist that has collected all that the server gives.
fn collector(server: &Server) -> Instance {
    let instance = Instance::new()
        .file(
            "ascolto.toml",
            "[fetch]\nallow_private = [\"127.0.0.1\"]\ngap = \"0s\"\n",
        )
        .file("watchlists/frigolux.toml", &watchlist(server, NARROW));
    instance.run(&["collect", "--all"]).code(0);
    instance
}

/// How many mentions a search finds.
fn found(instance: &Instance, query: &str) -> u64 {
    let ran = instance.run(&["search", query, "--count"]);
    ran.stdout.trim().parse().unwrap()
}

fn json(instance: &Instance, arguments: &[&str]) -> Value {
    let arguments = [arguments, &["--format", "json"]].concat();
    instance.run(&arguments).code(0).json_lines().remove(0)
}

/// `gained`, `lost` and `unchanged` of a test.
fn counts(tried: &Value) -> [u64; 3] {
    ["gained", "lost", "unchanged"].map(|side| tried[side]["count"].as_u64().unwrap())
}

/// Every byte of the database, its journal included.
fn stored(instance: &Instance) -> Vec<Vec<u8>> {
    ["ascolto.db", "ascolto.db-wal"]
        .map(|name| std::fs::read(instance.path().join("index").join(name)).unwrap_or_default())
        .to_vec()
}

#[test]
fn a_wider_watchlist_is_tried_and_applied_and_no_digest_tells_of_it() {
    let (server, instance) = collected();
    let issue = json(&instance, &["digest", "preview", "frigolux"]);
    instance.run(&["digest", "send", "frigolux"]).code(0);
    instance.write("watchlists/frigolux.toml", &watchlist(&server, WIDE));

    let before = stored(&instance);
    let file = instance.path().join("watchlists/frigolux.toml");
    let file = file.to_str().unwrap();
    let tried = json(&instance, &["watchlists", "test", file]);
    assert_eq!(counts(&tried), [5, 0, 3], "{tried}");
    assert_eq!(tried["gained_kept"], 5);
    assert_eq!(tried["is_new"], false);
    let examples = tried["gained"]["examples"].as_array().unwrap();
    assert_eq!(examples.len(), 3);
    assert_eq!(examples[0]["kept"], true);
    assert_eq!(examples[0]["mention"]["hits"][0]["term"], "gelomax");
    assert!(
        examples[0]["mention"]["text"]
            .as_str()
            .unwrap()
            .contains("numero7"),
        "the newest comes first"
    );
    let shown = instance.run(&["watchlists", "test", file]).code(0);
    assert!(
        shown.stdout.contains("5 gained, 0 lost, 3 unchanged"),
        "{}",
        shown.stdout
    );
    assert!(shown.stdout.contains("Il Gelomax numero7 costa troppo"));
    assert_eq!(before, stored(&instance), "a test writes nothing");
    assert_eq!(found(&instance, "numero3"), 0);

    let applied = json(&instance, &["watchlists", "apply", "frigolux"]);
    assert_eq!(
        (&applied["gained"], &applied["lost"]),
        (&5.into(), &0.into())
    );
    assert_eq!(found(&instance, "watch:frigolux"), 8);
    assert_eq!(found(&instance, "numero3 watch:frigolux"), 1);
    assert_eq!(found(&instance, "numero8 OR numero9"), 0);
    instance.run(&["index", "verify"]).code(0);

    let before = stored(&instance);
    let again = json(&instance, &["watchlists", "apply", "frigolux"]);
    assert_eq!(again["unchanged"], 8, "{again}");
    for kind in ["gained", "lost", "updated", "passed_over"] {
        assert_eq!(again[kind], 0, "{again}");
    }
    assert_eq!(before, stored(&instance), "a second time changes nothing");

    // Neither at once nor after the next poll.
    for _ in 0..2 {
        let next = json(&instance, &["digest", "preview", "frigolux"]);
        assert_ne!(issue["sections"], next["sections"]);
        assert!(!next.to_string().contains("numero"), "{next}");
        instance.run(&["collect", "--all"]).code(0);
    }
    assert_eq!(found(&instance, "watch:frigolux"), 8);
}

#[test]
fn a_narrower_watchlist_loses_and_says_why() {
    let (server, instance) = collected();
    let narrow = format!("{NARROW} AND NOT (rumore OR benissimo)");
    let outside = Instance::new().file("frigolux.toml", &watchlist(&server, &narrow));
    let file = outside.path().join("frigolux.toml");
    let file = file.to_str().unwrap();
    let tried = json(&instance, &["watchlists", "test", file]);
    assert_eq!(counts(&tried), [0, 2, 1], "{tried}");
    for example in tried["lost"]["examples"].as_array().unwrap() {
        let because = example["because"].as_str().unwrap();
        assert_eq!(because, "NOT (rumore OR benissimo) failed first");
        assert_eq!(example["mention"]["hits"][0]["term"], NARROW);
    }
    let shown = instance.run(&["watchlists", "test", file]).code(0);
    assert!(
        shown
            .stdout
            .contains("✗ NOT (rumore OR benissimo) failed first"),
        "{}",
        shown.stdout
    );

    instance.write("watchlists/frigolux.toml", &watchlist(&server, &narrow));
    let applied = json(&instance, &["watchlists", "apply", "frigolux"]);
    assert_eq!(
        (&applied["gained"], &applied["lost"]),
        (&0.into(), &2.into())
    );
    assert_eq!(found(&instance, "watch:frigolux"), 1);
    assert_eq!(found(&instance, "numero1"), 1, "what was lost stays");

    // And back: what was told once is not told again.
    instance.run(&["digest", "send", "frigolux"]).code(0);
    instance.write("watchlists/frigolux.toml", &watchlist(&server, NARROW));
    let applied = json(&instance, &["watchlists", "apply", "frigolux"]);
    assert_eq!(
        (&applied["gained"], &applied["lost"]),
        (&2.into(), &0.into())
    );
    assert_eq!(found(&instance, "watch:frigolux"), 3);
    let next = json(&instance, &["digest", "preview", "frigolux"]);
    assert!(!next.to_string().contains("numero"), "{next}");
}

#[test]
fn what_is_its_own_is_lost_and_weights_are_taken_over() {
    let (server, instance) = collected();
    let text = watchlist(&server, NARROW).replace("\"Assistenza Frigolux\"", "\"anna\"");
    let outside = Instance::new().file("frigolux.toml", &text);
    let file = outside.path().join("frigolux.toml");
    let tried = json(&instance, &["watchlists", "test", file.to_str().unwrap()]);
    assert_eq!(counts(&tried), [0, 3, 0], "{tried}");
    assert_eq!(
        tried["lost"]["examples"][0]["because"],
        "its author is one of own_accounts"
    );

    let text = format!(
        "{}\n[priority]\nurgent = [\"rumore\"]\n",
        watchlist(&server, NARROW)
    );
    instance.write("watchlists/frigolux.toml", &text);
    let applied = json(&instance, &["watchlists", "apply", "frigolux"]);
    assert_eq!(applied["updated"], 1, "{applied}");
    assert_eq!(applied["unchanged"], 2);
    assert_eq!(found(&instance, "numero1 priority:urgent"), 1);
}

#[test]
fn a_new_watchlist_gains_all_that_matches() {
    let (_server, instance) = collected();
    let outside = Instance::new().file(
        "rumore.toml",
        "name = \"Rumore e pioggia\"\nquery = 'rumore OR piove OR gelomax'\n",
    );
    let file = outside.path().join("rumore.toml");
    let file = file.to_str().unwrap();
    let tried = json(&instance, &["watchlists", "test", file]);
    assert_eq!(counts(&tried), [4, 0, 0], "{tried}");
    assert_eq!(tried["gained_kept"], 3);
    assert_eq!(tried["is_new"], true);
    let none = json(&instance, &["watchlists", "test", file, "--since", "0s"]);
    assert_eq!(counts(&none), [0, 0, 0]);

    // Within the instance, its sources are settled: it reads none of those that brought these.
    instance.write(
        "watchlists/rumore.toml",
        &std::fs::read_to_string(file).unwrap(),
    );
    let inside = json(&instance, &["watchlists", "test", file]);
    assert_eq!(counts(&inside), [0, 0, 0], "{inside}");
    assert_eq!(inside["elsewhere"]["forum"], 4);

    let wrong = outside.file("broken.toml", "name = \"x\"\nquery = '(a'\n");
    let file = wrong.path().join("broken.toml");
    let ran = instance.run(&["watchlists", "test", file.to_str().unwrap()]);
    assert!(ran.code(3).stderr.contains("broken.toml:2"));
    instance.run(&["watchlists", "apply", "nobody"]).code(3);
}

#[test]
fn the_list_counts_each_term_and_names_the_silent_ones() {
    let (server, instance) = collected();
    let query = format!("{NARROW} OR acqua OR {{FLX}} OR ghiacciaia OR vuvuzela");
    instance.write("watchlists/frigolux.toml", &watchlist(&server, &query));
    instance.run(&["watchlists", "apply", "frigolux"]).code(0);
    let rows = instance.run(&["watchlists", "--terms", "--format", "json"]);
    let rows = rows.code(0).json_lines();
    let terms: Vec<(&str, u64, u64)> = rows
        .iter()
        .map(|row| {
            (
                row["term"].as_str().unwrap(),
                row["last_30_days"].as_u64().unwrap(),
                row["ever"].as_u64().unwrap(),
            )
        })
        .collect();
    let expected = [
        (NARROW, 3, 3),
        ("acqua", 1, 1),
        ("{FLX}", 3, 3),
        ("ghiacciaia", 0, 0),
        ("vuvuzela", 0, 0),
    ];
    assert_eq!(terms, expected);
    for arguments in [&["watchlists"][..], &["watchlists", "list"]] {
        let shown = instance.run(arguments).code(0).stdout;
        assert!(
            shown.contains("frigolux: 2 terms never matched: ghiacciaia, vuvuzela"),
            "{shown}"
        );
    }
}

/// Killed in the middle again and again, it goes on where it was.
#[test]
fn an_apply_that_is_killed_is_finished_by_the_next() {
    const POSTS: u64 = 1_500;
    let now = Clock::System.now();
    let world = World::empty(now);
    for number in 0..POSTS {
        let text = format!("Il mio Gelomax numero{number} perde acqua da due giorni");
        world.add_item(
            Place::Forum,
            Entry::new(format!("post-{number}"), now, text),
        );
    }
    let server = Server::start(world).unwrap();
    let instance = collector(&server);
    assert_eq!(found(&instance, "gelomax"), 0);
    instance.write("watchlists/frigolux.toml", &watchlist(&server, WIDE));
    let log = instance.path().join("index/ascolto.db-wal");
    let written = || std::fs::metadata(&log).map_or(0, |log| log.len());
    let mut so_far = 0;
    for round in 0..3 {
        let before = written();
        let applying = instance.start(&["watchlists", "apply", "frigolux"]);
        let deadline = Instant::now() + Duration::from_secs(20);
        while written() == before && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        // At once, in the middle of the first commit; and later, between two.
        std::thread::sleep(Duration::from_millis(15 * round));
        applying.kill();
        let now = found(&instance, "gelomax");
        assert!(now >= so_far, "{now} after {so_far}");
        assert!(round > 0 || now < POSTS, "it was over at its first write");
        so_far = now;
        if so_far == POSTS {
            break;
        }
    }
    instance.run(&["watchlists", "apply", "frigolux"]).code(0);
    assert_eq!(found(&instance, "gelomax watch:frigolux"), POSTS);
    instance.run(&["index", "verify"]).code(0);
    let again = json(&instance, &["watchlists", "apply", "frigolux"]);
    assert_eq!(
        (&again["unchanged"], &again["gained"]),
        (&POSTS.into(), &0.into())
    );
    // None of them comes back as new when the source is read again.
    instance.run(&["collect", "--all"]).code(0);
    assert_eq!(found(&instance, "gelomax"), POSTS);
}

/// A source whose watchlist was edited is read afresh. What it still shows was there before anyone
/// asked for it: it is collected, and a digest tells only of what is new.
#[test]
fn what_an_edited_watchlist_finds_in_a_source_is_of_the_past() {
    let now = Clock::System.now();
    let world = World::empty(now);
    let say = |id: &str, days: u64, text: &str| {
        let ago = Duration::from_hours(24 * days + 1);
        world.add_item(Place::Forum, Entry::new(id, now.minus(ago), text));
    };
    say("old", 40, "Il Gelomax antico costava poco");
    say("own", 40, "Il frigolux FLX vecchio perde acqua");
    let server = Server::start(world.clone()).unwrap();
    let instance = collector(&server);
    instance.run(&["digest", "send", "frigolux"]).code(0);
    instance.write("watchlists/frigolux.toml", &watchlist(&server, WIDE));
    say("new", 0, "Il Gelomax odierno costa troppo");
    instance.run(&["collect", "--all"]).code(0);
    assert_eq!(found(&instance, "watch:frigolux"), 3);
    let issue = json(&instance, &["digest", "preview", "frigolux"]).to_string();
    assert!(issue.contains("odierno"), "{issue}");
    assert!(
        !issue.contains("antico") && !issue.contains("vecchio"),
        "{issue}"
    );
}
