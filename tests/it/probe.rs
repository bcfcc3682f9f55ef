//! Trying sources out before anything is stored.

use ascolto::clock::Clock;
use ascolto::demo::{Place, Server, World};

use crate::harness::Instance;

const SETTINGS: &str = "[fetch]\nallow_private = [\"127.0.0.1\"]\ngap = \"0s\"\n";

const HOME: &str = "<!doctype html><html><head><title>CasaEGuai</title>\
    <link rel=alternate type='application/rss+xml' title='Il forum' href='/forum/rss'>\
    <link rel=alternate type='application/atom+xml' href='/agency/atom.xml'></head><body></html>";

fn world() -> (World, Server, Instance) {
    let world = World::new(Clock::System.now());
    world.put("/home", "text/html; charset=utf-8", HOME);
    world.put(
        "/plain",
        "text/html",
        "<html><title>Nulla</title><p>Niente feed.",
    );
    let server = Server::start(world.clone()).unwrap();
    let instance = Instance::new().file("ascolto.toml", SETTINGS);
    (world, server, instance)
}

#[test]
fn a_feed_is_shown_with_what_to_paste() {
    let (_world, server, instance) = world();
    for place in [
        Place::Forum,
        Place::Blog,
        Place::News,
        Place::Agency,
        Place::Magazine,
    ] {
        let url = server.url(place.path());
        let ran = instance.run(&["sources", "test", &url, "--format", "json"]);
        let told = ran.code(0).json_lines().remove(0);
        assert_eq!(told["kind"], "feed", "{told}");
        assert!(told["items"].as_u64().unwrap() > 5, "{told}");
        assert_eq!(told["first"].as_array().unwrap().len(), 5);
        assert!(told["title"].is_string(), "{told}");
        let source = told["source"].as_str().unwrap();
        let watchlist = format!("name = \"X\"\nquery = 'frigolux'\n\n{source}");
        let own = Instance::new()
            .file("ascolto.toml", SETTINGS)
            .file("watchlists/x.toml", &watchlist);
        let checked = own.run(&["check"]).code(0);
        assert!(checked.stdout.contains("1 source,"), "{}", checked.stdout);
    }
    let url = server.url(Place::Forum.path());
    let shown = instance.run(&["sources", "test", &url]).code(0).stdout;
    assert!(shown.starts_with("a feed, \""), "{shown}");
    assert!(
        shown.contains(&format!("[[source]]\nkind  = \"feed\"\nurl   = \"{url}\"")),
        "{shown}"
    );
    assert!(!instance.path().join("index").exists(), "nothing is stored");
}

#[test]
fn a_page_leads_to_its_feeds() {
    let (_world, server, instance) = world();
    let url = server.url("/home");
    let shown = instance.run(&["sources", "test", &url]).code(0).stdout;
    assert!(
        shown.starts_with("a web page, \"CasaEGuai\"\nit names 2 feeds:\n"),
        "{shown}"
    );
    let forum = server.url("/forum/rss");
    assert!(shown.contains(&format!("{forum}  Il forum")), "{shown}");
    assert!(shown.contains(&format!("url   = \"{forum}\"")), "{shown}");

    let url = server.url("/plain");
    let ran = instance.run(&["sources", "test", &url]).code(1);
    assert!(ran.stdout.contains("kind   = \"page\""), "{}", ran.stdout);
    assert!(ran.stderr.contains("it names no feed"), "{}", ran.stderr);
}

#[test]
fn a_source_of_the_instance_is_read_as_its_file_says() {
    let (_world, server, instance) = world();
    for (path, text) in ascolto::demo::instance_files(server.address()) {
        instance.write(path.to_str().unwrap(), &text);
    }
    let shop = server.url(Place::Shop.path());
    for name in ["bottega", shop.as_str()] {
        let ran = instance.run(&["sources", "test", name, "--format", "json"]);
        let told = ran.code(0).json_lines().remove(0);
        assert_eq!(
            (&told["kind"], &told["items"]),
            (&"page".into(), &10.into())
        );
    }
}

#[test]
fn what_cannot_be_read_says_why() {
    let (world, server, instance) = world();
    world.fail("/home", 503);
    let ran = instance
        .run(&["sources", "test", &server.url("/home")])
        .code(2);
    assert!(ran.stderr.contains("503"), "{}", ran.stderr);
    world.put(
        "/opml",
        "text/xml",
        "<?xml version='1.0'?><opml><body/></opml>",
    );
    let ran = instance.run(&["sources", "test", &server.url("/opml")]);
    assert!(
        ran.code(2)
            .stderr
            .contains("expected a feed, found an OPML list")
    );
    instance.run(&["sources", "test", "nonsense"]).code(3);

    // Without an instance the settings are the defaults, which do not reach into this machine.
    let nowhere = Instance::new();
    let ran = nowhere.run(&["sources", "test", &server.url("/forum/rss")]);
    assert!(ran.code(2).stderr.contains("private network"));
}

#[test]
fn check_online_asks_every_source_once_and_stores_nothing() {
    let (world, server, instance) = world();
    for (path, text) in ascolto::demo::instance_files(server.address()) {
        instance.write(path.to_str().unwrap(), &text);
    }
    let ran = instance.run(&["check", "--online"]).code(0);
    assert!(ran.stdout.contains("all well"), "{}", ran.stdout);
    let rows = instance
        .run(&["check", "--online", "--format", "json"])
        .code(0)
        .json_lines();
    assert_eq!(rows.len(), 7);
    assert!(
        rows.iter()
            .all(|row| row["state"] == "ok" && row["items"].as_u64().unwrap() > 0)
    );
    assert!(!instance.path().join("index").exists(), "nothing is stored");

    // A port on which nobody listens any more, and a place that answers with an error.
    let dead = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    instance.write(
        "watchlists/dead.toml",
        &format!(
            "name = \"Dead\"\nquery = 'frigolux'\n\n[[source]]\nkind = \"feed\"\n\
             name = \"dead\"\nurl = \"http://{dead}/rss\"\nevery = \"1h\"\n"
        ),
    );
    world.fail(Place::Blog.path(), 404);
    let ran = instance
        .run(&["check", "--online", "--format", "json"])
        .code(2);
    let rows = ran.json_lines();
    let failing: Vec<&str> = rows
        .iter()
        .filter(|row| row["state"] == "failing")
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    assert_eq!(failing, ["blog", "dead"]);
    // What it was, and not through which layers of the program the news came.
    let dead = rows.iter().find(|row| row["name"] == "dead").unwrap();
    let error = dead["error"].as_str().unwrap();
    assert!(
        error.contains("refused") && !error.contains("client error"),
        "{error}"
    );
    assert!(
        ran.stderr.contains("2 of 8 sources cannot be read"),
        "{}",
        ran.stderr
    );
    instance.run(&["check"]).code(0);
}
