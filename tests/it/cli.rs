//! The commands as scripts and people meet them: what they print, where, and how they end.

use std::path::Path;

use crate::harness::{Instance, Ran};

fn empty() -> Instance {
    Instance::new().file("ascolto.toml", "").file(
        "watchlists/frigolux.toml",
        "name = \"Frigolux\"\nquery = 'frigolux NOT volley'\nown_accounts = [\"@frigolux\"]\n",
    )
}

#[test]
fn a_new_instance_is_well() {
    let folder = Instance::new();
    folder.run_in(&["init", "--yes", "caffè dell'orto"]).code(0);
    let checked = folder.run_in(&["-C", "caffè dell'orto", "check"]).code(0);
    assert!(checked.stdout.contains("all well"), "{}", checked.stdout);
    let hint = "there is no source to read yet";
    assert!(checked.stderr.contains(hint), "{}", checked.stderr);
    let again = folder.run_in(&["init", "--yes", "caffè dell'orto"]).code(2);
    assert!(again.stderr.contains("exists already"), "{}", again.stderr);
}

#[test]
fn every_mistake_is_shown_at_once_with_its_place() {
    let instance = Instance::new()
        .file("ascolto.toml", "timezon = \"Europe/Rome\"\n")
        .file(
            "watchlists/x.toml",
            "name = \"X\"\nknid = \"brand\"\nquery = 'frigolux AND'\n\n\
         [[source]]\nkind = \"fed\"\nurl = \"forum.example/rss\"\n",
        );
    let ran = instance.run(&["check"]).code(3);
    for part in [
        "ascolto.toml:1:1: unknown key `timezon`",
        "did you mean `timezone`?",
        "watchlists/x.toml:2:1: unknown key `knid`",
        "did you mean `kind`?",
        "watchlists/x.toml:3:22: expected a word after `AND`",
        "watchlists/x.toml:6:8: there is no kind of source \"fed\"",
        "did you mean \"https://forum.example/rss\"?",
    ] {
        assert!(ran.stderr.contains(part), "{part}\n{}", ran.stderr);
    }
}

#[test]
fn outside_an_instance_the_way_in_is_shown() {
    let nothing = Instance::new();
    for command in [&["search", "x"][..], &["collect"], &["sources"], &["run"]] {
        let ran = nothing.run(command).code(3);
        assert!(ran.stderr.contains("ascolto init"), "{}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn match_answers_every_line_in_order() {
    let lines = "{\"id\": 7, \"text\": \"Il mio FRIGOLUX perde\"}\n\
                 {\"id\": \"b\", \"text\": \"Volley: la Frigolux vince\", \"author\": {\"name\": \"Lia\"}}\n\
                 {\"id\": null, \"text\": \"Siamo qui\", \"title\": \"Frigolux\", \"author\": \"@frigolux\"}\n";
    let answers = empty()
        .pipe(&["match", "--query", "frigolux"], lines)
        .code(0);
    let answers = answers.json_lines();
    assert_eq!(answers.len(), 3);
    assert_eq!(answers[0]["id"], 7);
    assert_eq!(answers[0]["watchlists"], serde_json::json!(["query"]));
    assert_eq!(
        answers[0]["hits"],
        serde_json::json!([{"watchlist": "query", "field": "text", "start": 7, "end": 15, "term": "frigolux"}])
    );
    assert_eq!(answers[2]["hits"][0]["field"], "title");

    let instance = empty();
    let file = instance.path().join("watchlists/frigolux.toml");
    let arguments = ["match", "--watchlist", file.to_str().unwrap()];
    let answers = instance.pipe(&arguments, lines).code(0).json_lines();
    assert_eq!(answers[0]["watchlists"], serde_json::json!(["frigolux"]));
    assert_eq!(answers[1]["watchlists"], serde_json::json!([]));
    assert_eq!(
        answers[2]["watchlists"],
        serde_json::json!([]),
        "what the brand says itself is no mention"
    );
}

#[test]
fn a_bad_line_is_named_and_the_others_are_answered() {
    let ran = empty()
        .pipe(
            &["score"],
            "{\"id\":1,\"text\":\"ok\"}\nnot json\n{\"id\":3,\"text\":\"bah\"}\n",
        )
        .code(3);
    assert_eq!(ran.json_lines().len(), 2);
    assert!(ran.stderr.contains("stdin:2:"), "{}", ran.stderr);
}

#[test]
fn scores_say_why() {
    let ran = empty()
        .pipe(
            &["score"],
            "{\"id\":1,\"text\":\"Il mio Frigolux perde acqua, una vergogna. Voglio il rimborso!\"}\n",
        )
        .code(0);
    let score = &ran.json_lines()[0];
    assert_eq!(score["language"], "it");
    assert_eq!(score["sentiment"]["label"], "negative");
    assert_eq!(score["intent"]["label"], "complaint");
    let because = score["sentiment"]["because"].as_array().unwrap();
    assert!(
        because.iter().any(|term| term["term"] == "perde acqua"),
        "{because:?}"
    );
}

#[test]
fn a_broken_query_ends_with_three_and_nothing_found_with_one() {
    let instance = empty();
    let broken = instance.run(&["search", "frigolux AND"]).code(3);
    assert!(
        broken
            .stderr
            .contains("error: query:1:13: expected a word after `AND`")
    );
    let nothing = instance.run(&["search", "frigolux"]).code(1);
    assert!(
        nothing.stderr.contains("nothing was collected yet"),
        "{}",
        nothing.stderr
    );
    assert_eq!(nothing.stdout, "");
    instance.run(&["show", "1"]).code(1);
    instance.run(&["show", "#1"]).code(1);
    let no_number = instance.run(&["show", "frigolux"]).code(2);
    assert!(
        no_number
            .stderr
            .contains("expected a number, as the lists show it"),
        "{}",
        no_number.stderr
    );
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let demo = Instance::demo();
    let script = format!(
        "'{}' search --limit 500 --format json | head -n 1; exit ${{PIPESTATUS[0]}}",
        crate::harness::binary().display()
    );
    let ran = std::process::Command::new("bash")
        .args(["-c", &script])
        .current_dir(demo.path())
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&ran.stderr), "");
}

#[test]
fn the_demo_leaves_what_it_promises() {
    let folder = Instance::new();
    let ran = folder.run_in(&["demo", "--keep", "demo"]).code(0);
    assert!(ran.stdout.contains("ascolto search"), "{}", ran.stdout);
    let demo = folder.path().join("demo");
    let mails: Vec<_> = demo.join("index/outbox").read_dir().unwrap().collect();
    assert_eq!(mails.len(), 1);
    let raw = std::fs::read(mails[0].as_ref().unwrap().path()).unwrap();
    let mail = mail_parser::MessageParser::default().parse(&raw).unwrap();
    let text = mail.body_text(0).unwrap();
    assert!(text.contains("Frigolux"));
    assert!(text.contains("80 elementi letti da 6 fonti"), "{text}");
    assert!(mail.body_html(0).unwrap().contains("Frigolux"));

    let languages = folder.run_in(&["-C", "demo", "search", "--limit", "500", "--format", "json"]);
    let languages: std::collections::BTreeSet<String> = languages
        .json_lines()
        .iter()
        .map(|mention| mention["language"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        languages.contains("it") && languages.contains("en"),
        "{languages:?}"
    );
    assert!(Path::new(&demo).join("digest.html").exists());
    folder.run_in(&["-C", "demo", "check"]).code(0);
    folder.run_in(&["-C", "demo", "index", "verify"]).code(0);
}

/// The keys of the first object that a command printed.
fn keys(ran: &Ran) -> Vec<String> {
    let first = &ran.json_lines()[0];
    first.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn a_page_of_json_is_the_documented_interface() {
    let demo = Instance::demo();
    let ran = demo.run(&["search", "rimborso", "--limit", "1", "--format", "json"]);
    assert_eq!(
        keys(&ran),
        [
            "id",
            "watchlists",
            "source",
            "type",
            "url",
            "title",
            "text",
            "author",
            "published",
            "collected",
            "language",
            "rating",
            "engagement",
            "parent",
            "hits",
            "sentiment",
            "intent",
            "priority",
            "copies"
        ]
    );
    let sources = demo.run(&["sources", "--format", "json"]).code(0);
    assert_eq!(
        keys(&sources),
        [
            "name", "kind", "url", "state", "since", "last_ok", "next", "error", "items"
        ]
    );
    let outbox = demo.run(&["outbox", "--format", "json"]).code(0);
    assert_eq!(
        keys(&outbox),
        [
            "id",
            "key",
            "kind",
            "to",
            "subject",
            "state",
            "attempts",
            "next",
            "error",
            "message_id",
            "channel",
            "uncertain"
        ]
    );
}
