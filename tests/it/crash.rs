//! What a crash, a signal or a second process may do: nothing that anyone notices.

use std::time::{Duration, Instant};

use ascolto::clock::Clock;
use ascolto::demo::{Entry, Place, Server, World};

use crate::harness::Instance;

const SETTINGS: &str = "
[fetch]
allow_private = [\"127.0.0.1\"]
gap = \"0s\"
";

fn watchlist(server: &Server) -> String {
    format!(
        "name = \"Frigolux\"\nquery = 'frigolux'\n\n\
         [[source]]\nkind = \"feed\"\nname = \"forum\"\nurl = \"{}\"\nevery = \"1s\"\n",
        server.url(Place::Forum.path())
    )
}

fn listening(world: &World) -> (Server, Instance) {
    let server = Server::start(world.clone()).unwrap();
    let instance = Instance::new()
        .file("ascolto.toml", SETTINGS)
        .file("watchlists/frigolux.toml", &watchlist(&server));
    (server, instance)
}

fn add(world: &World, number: usize) {
    let text = format!("Il mio Frigolux numero{number} perde acqua da due giorni");
    world.add_item(
        Place::Forum,
        Entry::new(format!("item-{number}"), Clock::System.now(), text),
    );
}

/// Every item is stored once, indexed once, and found.
fn assert_complete(instance: &Instance, items: usize) {
    instance.run(&["collect", "--all"]).code(0);
    instance.run(&["index", "verify"]).code(0);
    let limit = (items + 10).to_string();
    let found = instance
        .run(&["search", "frigolux", "--limit", &limit, "--format", "json"])
        .code(0)
        .json_lines();
    let mut texts: Vec<&str> = found
        .iter()
        .map(|mention| mention["text"].as_str().unwrap())
        .collect();
    texts.sort_unstable();
    let stored = texts.len();
    texts.dedup();
    assert_eq!(stored, texts.len(), "something is there twice");
    assert_eq!(stored, items, "something is missing");
    for number in [0, items / 2, items - 1] {
        let word = format!("numero{number}");
        let found = instance
            .run(&["search", &word, "--format", "json"])
            .code(0)
            .json_lines();
        assert_eq!(found.len(), 1, "{word}");
    }
}

#[test]
fn killed_at_fifty_random_moments_it_loses_and_doubles_nothing() {
    let world = World::empty(Clock::System.now());
    let (_server, instance) = listening(&world);
    let mut items = 0;
    // A fixed walk through delays of 5 to 400 ms: from "not yet open" to "polls and indexes".
    let mut random = 88_172_645_463_325_252_u64;
    for _ in 0..50 {
        for _ in 0..3 {
            add(&world, items);
            items += 1;
        }
        let daemon = instance.start(&["run"]);
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        std::thread::sleep(Duration::from_millis(5 + random % 396));
        daemon.kill();
    }
    assert_complete(&instance, items);
}

#[test]
fn two_collects_and_a_daemon_share_an_instance() {
    let world = World::empty(Clock::System.now());
    let (_server, instance) = listening(&world);
    let daemon = instance.start(&["run"]);
    let items = 60;
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..6 {
                    let ran = instance.run(&["collect", "--all"]).code(0);
                    assert!(!ran.stderr.contains("error"), "{}", ran.stderr);
                    assert!(!ran.stderr.contains("lock"), "{}", ran.stderr);
                }
            });
        }
        for number in 0..items {
            add(&world, number);
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    assert_eq!(daemon.signal("TERM", 5), Some(0));
    assert_complete(&instance, items);
}

/// On a machine that has other things to do a process may wait for the processor for longer than it
/// needs: one of a few times is enough, and each is far below the time-out of the poll that hangs.
#[test]
fn signals_end_a_poll_within_two_seconds() {
    for signal in ["INT", "TERM"] {
        let quickest = (0..4)
            .map(|_| time_to_end(signal))
            .find(|took| *took <= Duration::from_secs(2));
        assert!(quickest.is_some(), "SIG{signal} took longer than it may");
    }
}

/// How long a daemon with a poll that hangs takes to end.
fn time_to_end(signal: &str) -> Duration {
    let world = World::new(Clock::System.now());
    let (_server, instance) = listening(&world);
    // A host that accepts connections and never answers: the poll hangs until its time-out.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let hanging = format!(
        "name = \"Silent\"\nquery = 'frigolux'\n\n[[source]]\nkind = \"feed\"\n\
         name = \"silent\"\nurl = \"http://{}/rss\"\nevery = \"1m\"\n",
        silent.local_addr().unwrap()
    );
    instance.write("watchlists/silent.toml", &hanging);
    let daemon = instance.start(&["run"]);
    silent.set_nonblocking(true).unwrap();
    let mut connection = None;
    let deadline = Instant::now() + Duration::from_mins(2);
    // One poll has ended, the other has its connection.
    while connection.is_none() || state_of(&instance, "forum") != "ok" {
        assert!(Instant::now() < deadline, "the polls never came so far");
        connection = connection.or_else(|| silent.accept().ok());
        std::thread::sleep(Duration::from_millis(50));
    }
    let signalled = Instant::now();
    assert_eq!(daemon.signal(signal, 15), Some(0), "SIG{signal}");
    let took = signalled.elapsed();
    instance.run(&["index", "verify"]).code(0);
    assert_eq!(state_of(&instance, "forum"), "ok");
    took
}

fn state_of(instance: &Instance, source: &str) -> String {
    let states = instance.run(&["sources", "--format", "json"]).code(0);
    let state = states
        .json_lines()
        .into_iter()
        .find(|state| state["name"] == source)
        .unwrap();
    state["state"].as_str().unwrap().to_owned()
}
