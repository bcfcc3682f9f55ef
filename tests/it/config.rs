//! Instances of every kind of brokenness, and the sound ones that come with the project.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use ascolto::config::{Config, ConfigError, Loaded, Schedule, WatchlistKind};
use ascolto::model::{Diagnostic, Serves, Severity, Timestamp};
use proptest::prelude::{ProptestConfig, prop_assert, proptest};
use tempfile::TempDir;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn load(files: &[(&str, &str)]) -> Loaded {
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, text)| (*path, text.as_bytes()))
        .collect();
    Config::load(folder(&files).path())
}

fn shown(problems: &[Diagnostic]) -> String {
    let mut text = String::new();
    for problem in problems {
        writeln!(text, "{problem}\n").unwrap();
    }
    text.trim_end().to_owned()
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T08:00:00Z").unwrap()
}

/// Runs `tests/fixtures/config/problems.md`.
#[test]
fn every_problem_is_told_with_its_place() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/config/problems.md");
    let text = fs::read_to_string(&path).unwrap();
    let mut written = String::new();
    for (number, case) in text.split("\n## ").enumerate() {
        if number == 0 {
            written.push_str(case);
            continue;
        }
        let given = case.split("\n~~~ problems\n").next().unwrap();
        let files: Vec<(&str, &str)> = given
            .split("\n~~~ ")
            .skip(1)
            .map(|block| {
                let (name, rest) = block.split_once('\n').unwrap();
                (name, rest.split("\n~~~").next().unwrap())
            })
            .collect();
        let has_settings = files.iter().any(|(name, _)| *name == "ascolto.toml");
        let settings = (!has_settings).then_some(("ascolto.toml", ""));
        let all: Vec<(&str, &str)> = settings.into_iter().chain(files).collect();
        let told = shown(&load(&all).problems);
        write!(
            written,
            "\n## {}\n\n~~~ problems\n{told}\n~~~\n",
            given.trim_end()
        )
        .unwrap();
    }
    if std::env::var_os("UPDATE_PROBLEMS").is_some() {
        fs::write(&path, &written).unwrap();
    }
    for (expected, found) in text.split("\n## ").zip(written.split("\n## ")) {
        assert_eq!(expected, found);
    }
    assert_eq!(text, written);
}

#[test]
fn a_folder_without_settings_is_no_instance() {
    let dir = folder(&[]);
    let loaded = Config::load(dir.path());
    assert!(!loaded.usable);
    assert!(
        loaded.problems[0]
            .message
            .starts_with("not an instance: no ascolto.toml in ")
    );
    assert!(matches!(
        Config::open(dir.path()),
        Err(ConfigError::NotAnInstance { .. })
    ));
}

#[test]
fn a_broken_watchlist_is_left_out_and_the_rest_is_used() {
    let loaded = load(&[
        ("ascolto.toml", ""),
        (
            "watchlists/a.toml",
            "query = 'acme'\nkind = 'brnd'\n[[source]]\nkind = 'feed'\nurl = 'https://a.example'",
        ),
        (
            "watchlists/b.toml",
            "query = 'bravo'\n[[source]]\nkind = 'feed'\nurl = 'https://b.example'",
        ),
    ]);
    assert!(loaded.usable && loaded.has_errors());
    assert_eq!(loaded.config.watchlists.len(), 1);
    assert_eq!(loaded.config.sources.len(), 1);
    assert_eq!(loaded.config.sources[0].name, "b");
}

#[test]
fn broken_settings_stop_everything() {
    let dir = folder(&[("ascolto.toml", b"timezon = 1")]);
    assert!(matches!(
        Config::open(dir.path()),
        Err(ConfigError::Broken { .. })
    ));
}

#[test]
fn the_watchlist_of_the_contract_is_read() {
    let loaded = load(&[
        (
            "ascolto.toml",
            "timezone = \"Europe/Rome\"\n[lists]\ncompetitors = [\"gelomax\", \"\\\"polar frost\\\"\"]\n[queries]\ncore = \"frigolux OR {FLX}\"\n",
        ),
        (
            "watchlists/frigolux.toml",
            include_str!("../../watchlists/frigolux.toml"),
        ),
    ]);
    assert_eq!(shown(&loaded.problems), "");
    let config = loaded.config;
    assert_eq!(config.settings.names.lists["competitors"].len(), 2);
    let watchlist = &config.watchlists[0];
    assert_eq!(watchlist.kind, WatchlistKind::Brand);
    assert_eq!(watchlist.digests[0].key, "frigolux/daily");
    assert_eq!(watchlist.digests[1].key, "frigolux/management");
    assert!(matches!(
        watchlist.digests[1].schedule,
        Schedule::Weekly { .. }
    ));
    assert_eq!(watchlist.alerts.len(), 2);
    assert_eq!(watchlist.priority.len(), 3);
    assert_eq!(watchlist.sentiment[2], ("sbrinare".to_owned(), 0.0));
}

#[test]
fn the_repository_is_an_instance_and_its_examples_come_out() {
    let loaded = Config::load(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert_eq!(shown(&loaded.problems), "");
    assert_eq!(shown(&loaded.run_examples(now())), "");
    assert_eq!(loaded.config.watchlists.len(), 3);
    assert_eq!(loaded.config.sources.len(), 5);
    for watchlist in &loaded.config.watchlists {
        let hits = watchlist.examples.iter().filter(|example| example.matches);
        assert!(hits.count() >= 3 && watchlist.examples.iter().any(|example| !example.matches));
    }
    let hosts = loaded
        .config
        .sources
        .iter()
        .map(|source| source.kind.url().host_str());
    assert!(hosts.flatten().all(|host| host.ends_with(".example")));
}

#[test]
fn the_demo_is_an_instance_and_its_examples_come_out() {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in ascolto::demo::instance_files(([127, 0, 0, 1], 4711).into()) {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let loaded = Config::load(dir.path());
    assert_eq!(shown(&loaded.problems), "");
    assert_eq!(shown(&loaded.run_examples(now())), "");
}

#[test]
fn sources_are_named_after_their_addresses() {
    let feed = |url: &str| format!("[[source]]\nkind = \"feed\"\nurl = \"{url}\"\n");
    for (urls, names) in [
        (vec!["https://www.forum.example/rss"], vec!["forum"]),
        (
            vec!["https://blog.frigolux.co.uk/feed"],
            vec!["blog.frigolux"],
        ),
        (vec!["http://127.0.0.1:8080/rss"], vec!["127.0.0.1"]),
        (vec!["http://[::1]/rss"], vec!["::1"]),
        (
            vec![
                "https://forum.example/c/frigo/rss",
                "https://forum.example/c/gelo/rss",
            ],
            vec!["forum-frigo", "forum-gelo"],
        ),
        (
            vec!["https://forum.example/", "https://forum.example/rss"],
            vec!["forum", "forum-rss"],
        ),
        (
            vec!["http://127.0.0.1:8080/rss", "http://127.0.0.1:9090/rss"],
            vec!["127.0.0.1-8080", "127.0.0.1-9090"],
        ),
        (
            vec!["http://forum.example/rss", "https://forum.example/rss"],
            vec!["forum", "forum-2"],
        ),
    ] {
        for order in [urls.clone(), urls.iter().rev().copied().collect()] {
            let settings: String = order.iter().copied().map(feed).collect();
            let loaded = load(&[
                ("ascolto.toml", &settings),
                ("watchlists/a.toml", "query = 'acme'"),
            ]);
            assert_eq!(shown(&loaded.problems), "");
            let found: Vec<_> = loaded
                .config
                .sources
                .iter()
                .map(|source| source.name.as_str())
                .collect();
            assert_eq!(found, names, "{order:?}");
        }
    }
}

#[test]
fn a_source_of_several_files_is_one() {
    let source = "[[source]]\nkind = 'feed'\nurl = 'https://forum.example/rss'\n";
    let off = "enabled = false\n";
    let loaded = load(&[
        ("ascolto.toml", ""),
        (
            "watchlists/a.toml",
            &format!("query = 'acme'\n{source}{off}"),
        ),
        ("watchlists/b.toml", &format!("query = 'bravo'\n{source}")),
        (
            "watchlists/c.toml",
            "query = 'coral'\n[[source]]\nkind = 'feed'\nurl = 'https://c.example/rss'\nenabled = false",
        ),
    ]);
    assert_eq!(shown(&loaded.problems), "");
    let [source] = &loaded.config.sources[..] else {
        panic!("one source");
    };
    assert!(matches!(&source.serves, Serves::Only(ids) if ids.len() == 2));
    assert_eq!(loaded.config.switched_off[0].name, "c");
}

#[test]
fn passwords_come_from_files_and_are_never_shown() {
    let dir = folder(&[
        ("ascolto.toml", b"[mail]\nfrom = 'a@b.example'\nurl = 'smtps://me@mail.example'\npassword_file = 'mail-password'\n"),
        ("mail-password", b"hunter2\n"),
        ("watchlists/a.toml", b"query = 'acme'\n[[source]]\nkind = 'feed'\nurl = 'https://a.example/'"),
    ]);
    let loaded = Config::load(dir.path());
    assert_eq!(shown(&loaded.problems), "");
    let password = loaded.config.settings.mail.password.clone().unwrap();
    assert_eq!(password.reveal(), "hunter2");
    for settings in [
        "[mail]\nurl = \"smtps://me:hunter2@mail.example\"\n",
        "[mail]\nurl = \"smpts://me:hunter2@mail.example\"\n",
        "[mail]\nurl = smtps://me:hunter2@mail.example\n",
        "[mail]\nurl: \"smtps://me:hunter2@mail.example\"\n",
        "[mail]\npassword = \"hunter2\"\n",
        "[mail]\npassword = hunter2\n",
        "[[source]]\nkind = \"feed\"\nurl = \"https://me:hunter2@forum.example\"\n",
        "[[source]]\nkind = \"feed\"\nurl = \"htps://me:hunter2@forum.example\"\n",
    ] {
        let told = shown(&load(&[("ascolto.toml", settings)]).problems);
        assert!(!told.is_empty() && !told.contains("hunter2"), "{told}");
    }
}

#[test]
fn hostile_files_are_told_of_quickly() {
    let nested = "a = ".to_owned() + &"[".repeat(1_000_000);
    let unknown: String =
        (0..100_000).fold(String::new(), |text, key| text + &format!("k{key} = 1\n"));
    let inline = format!(
        "mail = {{ {} }}",
        (0..50_000)
            .map(|key| format!("k{key} = 1"))
            .collect::<Vec<_>>()
            .join(", ")
    );
    for (name, text) in [
        ("brackets", "[".repeat(1_000_000).into_bytes()),
        ("nested", nested.into_bytes()),
        ("deep keys", "a.".repeat(500_000).into_bytes()),
        ("NULs", vec![0; 1_000_000]),
        ("quotes", "'".repeat(1_000_001).into_bytes()),
        ("lines", "x\n".repeat(500_000).into_bytes()),
        ("unknown keys", unknown.into_bytes()),
        ("unknown keys on one line", inline.into_bytes()),
        (
            "a huge number",
            format!("[fetch]\nconcurrency = {}", "9".repeat(100_000)).into_bytes(),
        ),
        (
            "a huge float",
            b"[fetch]\nconcurrency = 1e999999999".to_vec(),
        ),
        (
            "a huge duration",
            format!("[fetch]\ngap = \"{}s\"", "9".repeat(100_000)).into_bytes(),
        ),
        ("no UTF-8", vec![0xC3; 1_000_000]),
        ("too long", vec![b'#'; 9_000_000]),
    ] {
        let dir = folder(&[("ascolto.toml", &text), ("watchlists/a.toml", &text)]);
        let begun = std::time::Instant::now();
        let loaded = Config::load(dir.path());
        assert!(loaded.has_errors() && !loaded.usable, "{name}");
        assert!(
            loaded.problems.len() <= 210,
            "{name}: {}",
            loaded.problems.len()
        );
        // Far above what it takes; work that grows with the square would take hours.
        assert!(
            begun.elapsed().as_secs() < 60,
            "{name} took {:?}",
            begun.elapsed()
        );
    }
}

#[test]
fn a_problem_in_a_query_is_shown_in_the_file() {
    let problem = ascolto::query::Query::parse(
        "acme AND ",
        ascolto::query::Role::Watchlist,
        &ascolto::query::Names::default(),
    );
    let Err(problems) = problem else {
        panic!("an unfinished query is an error");
    };
    let loaded = load(&[
        ("ascolto.toml", ""),
        (
            "watchlists/acme.toml",
            "name = 'Acme'\nquery = 'acme AND '\n",
        ),
    ]);
    let found = &loaded.problems[0];
    assert_eq!(found.message, problems[0].message);
    assert_eq!(found.place, Some((2, 10 + problems[0].span.start)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let loaded = load(&[("ascolto.toml", &text), ("watchlists/a.toml", &text)]);
        prop_assert!(loaded.problems.iter().all(|problem| !problem.to_string().is_empty()));
    }

    #[test]
    fn no_rearranged_file_makes_it_panic(
        cuts in proptest::collection::vec((0_usize..6_000, 0_usize..400, "[\\[\\]='\"\n#.{}ax1]{0,4}"), 1..12),
    ) {
        let mut text = include_str!("../../watchlists/frigolux.toml").to_owned();
        for (at, length, put) in cuts {
            let floor = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            let range = floor(at)..floor(at + length);
            text.replace_range(range, &put);
        }
        let loaded = load(&[("ascolto.toml", &text), ("watchlists/a.toml", &text)]);
        for problem in &loaded.problems {
            prop_assert!(problem.severity <= Severity::Error && !problem.to_string().is_empty());
        }
    }
}
