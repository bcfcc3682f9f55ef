//! What is read whole, what is folded, and what has fallen silent: the real program against sites
//! on loopback.

use std::fmt::Write as _;

use ascolto::clock::Clock;
use ascolto::demo::{Server, World};
use serde_json::Value;

use crate::harness::Instance;

const SETTINGS: &str = "[fetch]\nallow_private = [\"127.0.0.1\"]\ngap = \"0s\"\n";

const PARAGRAPH: &str = "Dopo mesi di attesa i proprietari dei frigoriferi hanno avuto ragione: la \
    giunta ha stabilito che la guarnizione difettosa va cambiata a spese del produttore, e che i \
    danni al pavimento sono compresi nella garanzia fino alla fine dell'anno prossimo.";

const NEWS: &str = "La Frigolux richiama quarantamila frigoriferi venduti dalla primavera scorsa per \
    un difetto alla guarnizione che lascia uscire acqua. I clienti riceveranno una lettera con le \
    istruzioni e la sostituzione gratuita del pezzo entro due settimane, ha detto l'azienda.";

/// An item of a feed: link, title, words, and how many minutes ago it was published.
struct Entry<'a>(&'a str, &'a str, &'a str, u64);

fn feed(server: &Server, entries: &[Entry<'_>]) -> String {
    let now = Clock::System.now();
    let mut out = String::from("<rss version=\"2.0\"><channel><title>Notizie</title>");
    for Entry(link, title, text, minutes) in entries {
        let published = now.minus(std::time::Duration::from_mins(*minutes));
        write!(
            out,
            "<item><guid>{link}</guid><link>{}</link><title>{title}</title>\
             <description>{text}</description><pubDate>{published}</pubDate></item>",
            server.url(link)
        )
        .unwrap();
    }
    out.push_str("</channel></rss>");
    out
}

fn instance(sources: &[(&str, &str, &str)]) -> Instance {
    let mut watchlist = String::from("name = \"Frigolux\"\nquery = 'frigolux'\n");
    for (name, url, more) in sources {
        write!(
            watchlist,
            "\n[[source]]\nkind = \"feed\"\nname = \"{name}\"\nurl = \"{url}\"\nbackfill = true\n{more}\n"
        )
        .unwrap();
    }
    Instance::new()
        .file("ascolto.toml", SETTINGS)
        .file("watchlists/frigolux.toml", &watchlist)
}

fn collect(instance: &Instance) -> Vec<Value> {
    instance
        .run(&["collect", "--all", "--format", "json"])
        .code(0)
        .json_lines()
}

fn search(instance: &Instance, query: &str) -> Vec<Value> {
    let ran = instance.run(&["search", query, "--format", "json"]);
    ran.json_lines()
}

fn asked(server: &Server, path: &str) -> usize {
    let requests = server.requests();
    requests.iter().filter(|seen| seen.path == path).count()
}

#[test]
fn articles_behind_teasers_are_read_once_and_politely() {
    let world = World::empty(Clock::System.now());
    let server = Server::start(world.clone()).unwrap();
    let article = format!(
        "<html><title>Uno</title><nav><a href=/>Home</a></nav><article><h1>Uno</h1><p>{PARAGRAPH}</p>\
         <p>«Finalmente», dice chi ha un Frigolux in cucina da tre anni.</p><p>{PARAGRAPH}</p>\
         <p>Pubblicità</p></article></html>"
    );
    world.put("/uno", "text/html", article.clone());
    world.put("/privato/due", "text/html", article.clone());
    world.put("/tre", "text/html", "<html><p>Accedi per leggere.");
    world.put(
        "/robots.txt",
        "text/plain",
        "User-agent: *\nDisallow: /privato/\n",
    );
    let teasers = [
        Entry("/uno", "Uno", "La giunta ha deciso…", 9),
        Entry("/privato/due", "Due", "Frigolux, la causa è finita…", 8),
        Entry("/tre", "Tre", "Un Frigolux per tutti…", 7),
        Entry("/quattro", "Quattro", "Un Frigolux in meno…", 6),
    ];
    world.put("/rss", "application/rss+xml", feed(&server, &teasers));
    let instance = instance(&[("giornale", &server.url("/rss"), "full_text = true")]);

    let rows = collect(&instance);
    let notes = rows[0]["notes"].to_string();
    assert!(
        notes.contains("3 of 4 articles could not be read"),
        "{notes}"
    );
    let found = search(&instance, "cucina");
    assert_eq!(found.len(), 1, "only the article says it: {found:?}");
    let text = found[0]["text"].as_str().unwrap();
    assert!(
        text.starts_with("Dopo mesi") && text.ends_with("prossimo."),
        "{text}"
    );
    assert!(!text.contains("Pubblicità"), "{text}");
    let others = search(&instance, "frigolux");
    assert_eq!(
        others.len(),
        4,
        "teasers stay where the article cannot be read"
    );
    assert_eq!(asked(&server, "/privato/due"), 0, "robots.txt is obeyed");
    assert_eq!(asked(&server, "/uno"), 1);

    // A feed with one more item: the pages of the others are not asked for again.
    let mut more = vec![Entry("/cinque", "Cinque", "Novità…", 1)];
    more.extend(teasers);
    world.put(
        "/cinque",
        "text/html",
        article.replace("Finalmente", "Basta"),
    );
    world.put("/rss", "application/rss+xml", feed(&server, &more));
    collect(&instance);
    assert_eq!((asked(&server, "/uno"), asked(&server, "/tre")), (1, 1));
    assert_eq!(asked(&server, "/cinque"), 1);

    // An edited watchlist reads the feed anew, but neither the pages nor the teasers.
    let path = instance.path().join("watchlists/frigolux.toml");
    let edited = std::fs::read_to_string(path).unwrap();
    let edited = edited.replace("query = 'frigolux'", "query = 'frigolux OR cucina'");
    instance.write("watchlists/frigolux.toml", &edited);
    collect(&instance);
    assert_eq!(asked(&server, "/uno"), 1);
    assert_eq!(search(&instance, "Finalmente").len(), 1);
}

/// Three sources: an agency, a newspaper that prints its news, and people who quote both.
fn syndicated(world: &World, server: &Server) -> Instance {
    let quoted = format!(
        "{NEWS} Io ne ho uno e nessuno mi ha scritto: il servizio clienti mi ha lasciato in attesa per \
         un'ora, poi mi hanno detto che il mio numero di serie non c'entra, e intanto la cucina è \
         allagata; chi altro è nella mia situazione si faccia vivo, così scriviamo insieme."
    );
    let short = "Il mio Frigolux perde acqua da ieri sera.";
    world.put(
        "/ansa",
        "application/rss+xml",
        feed(
            server,
            &[
                Entry("/a/1", "Frigolux, maxi richiamo", NEWS, 60),
                Entry("/a/2", "Breve", short, 59),
            ],
        ),
    );
    let syndicated = format!("ROMA - {NEWS} (ANSA)");
    let cut: String = NEWS.chars().take(170).collect();
    world.put(
        "/stampa",
        "application/rss+xml",
        feed(
            server,
            &[
                Entry("/s/1", "Perdono acqua: tutti a casa", &syndicated, 30),
                Entry("/s/2", "Breve", short, 29),
                Entry("/s/3", "La mia storia", &quoted, 28),
            ],
        ),
    );
    world.put(
        "/social",
        "application/rss+xml",
        feed(
            server,
            &[Entry("/p/1", "", &format!("RT @ansa: {cut}…"), 10)],
        ),
    );
    let instance = instance(&[
        ("ansa", &server.url("/ansa"), ""),
        ("stampa", &server.url("/stampa"), ""),
        ("social", &server.url("/social"), ""),
    ]);
    for name in ["ansa", "stampa", "social"] {
        instance.run(&["collect", "--source", name]).code(0);
    }
    instance
}

#[test]
fn a_changed_watchlist_looks_at_copies_again() {
    let world = World::empty(Clock::System.now());
    let server = Server::start(world.clone()).unwrap();
    let instance = syndicated(&world, &server);
    collect(&instance);
    let watchlist = std::fs::read_to_string(instance.path().join("watchlists/frigolux.toml"));
    let watchlist = watchlist.unwrap();
    let entries = || {
        let mut entries: Vec<(String, u64)> = search(&instance, "frigolux")
            .iter()
            .filter(|row| row["watchlists"][0] == "frigolux")
            .map(|row| (row["source"].to_string(), row["copies"].as_u64().unwrap()))
            .collect();
        entries.sort();
        entries
    };
    let copies = |entries: &[(String, u64)]| entries.iter().map(|(_, copies)| copies).sum::<u64>();
    let before = entries();
    assert_eq!((before.len(), copies(&before)), (4, 2), "{before:?}");

    // Without the original, its copies are entries again, and one is a copy of another.
    let without = watchlist.replace("'frigolux'", "'frigolux NOT source:ansa'");
    instance.write("watchlists/frigolux.toml", &without);
    instance.run(&["watchlists", "apply", "frigolux"]).code(0);
    let found = entries();
    assert_eq!((found.len(), copies(&found)), (3, 1), "{found:?}");
    assert!(found.iter().all(|(source, _)| source != "\"ansa\""));

    // With it, all is as it was.
    instance.write("watchlists/frigolux.toml", &watchlist);
    instance.run(&["watchlists", "apply", "frigolux"]).code(0);
    assert_eq!(entries(), before);
    instance.run(&["index", "verify"]).code(0);
}

#[test]
fn a_digest_counts_copies_and_later_ones_are_no_news() {
    let world = World::empty(Clock::System.now());
    let server = Server::start(world.clone()).unwrap();
    let instance = syndicated(&world, &server);
    let watchlist = std::fs::read_to_string(instance.path().join("watchlists/frigolux.toml"));
    let digest = "\n[[digest]]\nto = [\"care@frigolux.example\"]\nevery = \"daily\"\n\
                  at = \"08:30\"\nlanguage = \"en\"\nwhen_empty = \"send\"\n";
    let watchlist = watchlist.unwrap() + digest;
    instance.write("watchlists/frigolux.toml", &watchlist);
    // As if the digest had been there from the first visit on.
    std::fs::remove_dir_all(instance.path().join("index")).unwrap();
    for name in ["ansa", "stampa", "social"] {
        instance.run(&["collect", "--source", name]).code(0);
    }
    let first = instance.run(&["digest", "preview", "frigolux"]);
    let first = first.code(0).stdout;
    assert!(first.contains("+2 copies"), "{first}");
    assert_eq!(first.matches("maxi richiamo").count(), 1, "{first}");
    instance.run(&["digest", "send", "frigolux"]).code(0);

    // Published again after the first was told of: it counts there, and is told to nobody.
    let again = format!("MILANO - {NEWS} Lo riferisce l'agenzia.");
    world.put(
        "/stampa",
        "application/rss+xml",
        feed(&server, &[Entry("/s/9", "Ancora il richiamo", &again, 1)]),
    );
    collect(&instance);
    let later = instance.run(&["digest", "preview", "frigolux"]);
    let later = later.code(0).stdout;
    assert!(
        !later.contains("richiamo") && !later.contains("copies"),
        "{later}"
    );
    let found = search(&instance, "frigolux");
    assert!(found.iter().any(|row| row["copies"] == 3), "{found:#?}");
}

#[test]
fn copies_are_one_entry_that_can_be_told_apart() {
    let world = World::empty(Clock::System.now());
    let server = Server::start(world.clone()).unwrap();
    let instance = syndicated(&world, &server);
    collect(&instance);

    let found = search(&instance, "frigolux");
    let copies: Vec<u64> = found
        .iter()
        .map(|row| row["copies"].as_u64().unwrap())
        .collect();
    assert_eq!(copies.iter().sum::<u64>(), 2, "{found:#?}");
    assert_eq!(
        found.len(),
        4,
        "one news, two short ones, one story: {found:#?}"
    );
    let original = found.iter().find(|row| row["copies"] == 2).unwrap();
    let id = original["id"].to_string();
    assert_eq!(original["source"], "ansa");
    instance.run(&["index", "verify"]).code(0);

    let shown = instance.run(&["show", &id]).code(0).stdout;
    assert!(
        shown.contains("Copies:") && shown.contains("stampa") && shown.contains("social"),
        "{shown}"
    );
    let explained = instance.run(&["explain", &id]).code(0).stdout;
    assert!(explained.contains("Folded into it"), "{explained}");
    let list = instance
        .run(&["copies", "list", &id, "--format", "json"])
        .code(0)
        .json_lines();
    let copy = list.iter().find(|row| row["source"] == "stampa").unwrap()["id"].to_string();
    let why = instance.run(&["explain", &copy]).code(0).stdout;
    assert!(why.contains(&format!("It is a copy of {id}")), "{why}");

    instance.run(&["copies", "split", &copy]).code(0);
    let apart = search(&instance, "frigolux");
    assert_eq!(apart.len(), 5, "{apart:#?}");
    let again = apart
        .iter()
        .find(|row| row["id"] == original["id"])
        .unwrap();
    assert_eq!(again["copies"], 1);
    instance.run(&["copies", "split", &copy]).code(1);
    instance.run(&["copies", "split", &id]).code(1);
    // Reading it again, and making the index anew, folds nothing that was told apart.
    collect(&instance);
    instance.run(&["index", "rebuild"]).code(0);
    instance.run(&["index", "verify"]).code(0);
    assert_eq!(search(&instance, "frigolux").len(), 5);
}

#[test]
fn a_source_that_fell_silent_is_stale() {
    let world = World::empty(Clock::System.now());
    let server = Server::start(world.clone()).unwrap();
    let day = 24 * 60;
    let links: Vec<String> = (0..20).map(|number| format!("/n/{number}")).collect();
    let entries = |days_ago: u64| -> Vec<Entry<'_>> {
        links
            .iter()
            .zip(0..)
            .map(|(link, number)| Entry(link, "Nota", "Frigolux", (days_ago + number) * day))
            .collect()
    };
    world.put("/old", "application/rss+xml", feed(&server, &entries(40)));
    world.put("/live", "application/rss+xml", feed(&server, &entries(2)));
    let instance = instance(&[
        ("old", &server.url("/old"), ""),
        ("live", &server.url("/live"), ""),
    ]);
    collect(&instance);
    let states = || -> Vec<(String, String, String)> {
        let rows = instance.run(&["sources", "--format", "json"]).json_lines();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        rows.iter()
            .map(|row| (text(&row["name"]), text(&row["state"]), text(&row["error"])))
            .collect()
    };
    let state = |name: &str| states().into_iter().find(|row| row.0 == name).unwrap();
    let old = state("old");
    assert_eq!(old.1, "stale", "{old:?}");
    assert!(old.2.contains("nothing new since"), "{old:?}");
    assert_eq!(state("live").1, "ok");
    collect(&instance);
    assert_eq!(
        state("old").1,
        "stale",
        "a poll that finds nothing changes nothing"
    );

    world.put(
        "/old",
        "application/rss+xml",
        feed(&server, &[Entry("/n/new", "Eccoci", "Frigolux", 1)]),
    );
    collect(&instance);
    assert_eq!(state("old").1, "ok");
}

#[test]
fn what_is_older_than_fresh_is_taken_on_the_first_visit_alone() {
    let world = World::empty(Clock::System.now());
    let server = Server::start(world.clone()).unwrap();
    let day = 24 * 60;
    let old = Entry("/n/old", "Tempo fa", "Il Frigolux della nonna", 90 * day);
    let put = |entries: &[Entry<'_>]| {
        let body = feed(&server, entries);
        world.put("/bounded", "application/rss+xml", body.clone());
        world.put("/free", "application/rss+xml", body);
    };
    put(std::slice::from_ref(&old));
    let instance = instance(&[
        ("bounded", &server.url("/bounded"), "freshness = \"30d\""),
        ("free", &server.url("/free"), ""),
    ]);
    collect(&instance);
    put(&[
        Entry("/n/new", "Oggi", "Il Frigolux nuovo fa rumore", 10),
        Entry(
            "/n/dug",
            "Archivio",
            "Un Frigolux ritrovato in cantina",
            60 * day,
        ),
        old,
    ]);
    let rows = collect(&instance);
    let new = |name: &str| {
        let row = rows.iter().find(|row| row["name"] == name).unwrap();
        row["new"].as_u64().unwrap()
    };
    // Both show the same three; who was first has them, so the second counts none of its own.
    assert_eq!(new("bounded") + new("free"), 2, "{rows:?}");
    let titles = |query: &str| -> Vec<String> {
        let mut found: Vec<String> = search(&instance, query)
            .iter()
            .map(|found| found["title"].as_str().unwrap().to_owned())
            .collect();
        found.sort();
        found
    };
    assert_eq!(titles("frigolux"), ["Archivio", "Oggi", "Tempo fa"]);
    assert!(!titles("source:bounded").contains(&"Archivio".to_owned()));
}
