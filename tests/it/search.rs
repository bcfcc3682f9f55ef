//! Searching as people do it: what comes first, further forms of a word, what there is to say
//! where nothing was found, and mentions as they come.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;
use unicode_width::UnicodeWidthStr;

use crate::harness::{Instance, Ran};

/// A few mentions, by number: title, text and day of November 2026.
const MENTIONS: &[(&str, &str, u32)] = &[
    (
        "Prova",
        "frigolux e una lunga storia di altre cose da dire sul rimborso",
        1,
    ),
    (
        "Il frigolux",
        "una storia lunga come tante altre, con molte parole da leggere",
        2,
    ),
    (
        "Rimborsi",
        "ho chiesto due rimborsi per un frigolux e il frigolux è ancora qui",
        3,
    ),
    ("Pezzi", "frigolux: niente compressore di ricambio", 4),
];

fn line(number: usize, title: &str, text: &str, day: u32) -> String {
    json!({
        "id": number, "title": title, "text": text, "url": format!("https://a.example/{number}"),
        "published": format!("2026-11-{day:02}T08:00:00Z"), "source": "forum", "language": "it",
    })
    .to_string()
        + "\n"
}

fn instance() -> Instance {
    let lines: String = (1..)
        .zip(MENTIONS)
        .map(|(number, (title, text, day))| line(number, title, text, *day))
        .collect();
    let instance = Instance::new()
        .file("ascolto.toml", "timezone = \"Europe/Rome\"\n")
        .file(
            "watchlists/all.toml",
            "name = \"All\"\nquery = 'frigolux'\n",
        )
        .file("mentions.jsonl", &lines);
    import(&instance, "mentions.jsonl");
    instance
}

fn import(instance: &Instance, file: &str) {
    let path = instance.path().join(file);
    instance.run(&["import", path.to_str().unwrap()]).code(0);
}

fn titles(ran: &Ran) -> Vec<String> {
    let lines = ran.json_lines();
    let title = |line: &serde_json::Value| line["title"].as_str().unwrap().to_owned();
    lines.iter().map(title).collect()
}

#[test]
fn the_title_and_the_rarer_word_come_first() {
    let instance = instance();
    let by = |query: &str| {
        let ran = instance.run(&["search", query, "--sort", "relevance", "--format", "json"]);
        titles(&ran.code(0))
    };
    // Of texts alike in length, the one whose title says it too.
    assert_eq!(by("frigolux").len(), 4);
    assert_eq!(by("frigolux")[0], "Il frigolux");
    // `compressore` stands in one mention, `storia` in two.
    assert_eq!(by("compressore OR storia")[0], "Pezzi");
    let newest = instance.run(&["search", "frigolux", "--format", "json"]);
    assert_eq!(
        titles(&newest),
        ["Pezzi", "Rimborsi", "Il frigolux", "Prova"]
    );
}

#[test]
fn a_mention_is_shown_whole_and_no_wider_than_may_be() {
    let text = format!(
        "{}\n\n  {}",
        "frigolux che perde acqua ".repeat(40),
        "ultima riga"
    );
    let instance = instance().file("long.jsonl", &line(50, "Lungo", &text, 5));
    import(&instance, "long.jsonl");
    let found = instance.run(&["search", "ultima", "--format", "json"]);
    let id = found.code(0).json_lines()[0]["id"].to_string();
    let shown = instance.run(&["show", &id]).code(0).stdout;
    assert!(shown.lines().all(|line| line.width() <= 100), "{shown}");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&shown).ends_with(&words(&text)), "{shown}");
    assert!(shown.ends_with("\n  ultima riga\n"), "{shown}");
}

#[test]
fn further_forms_are_found_when_asked_for() {
    let instance = instance();
    let count = |words: &[&str]| {
        let ran = instance.run(&[&["search", "--count"], words].concat());
        ran.stdout.trim().parse::<usize>().unwrap()
    };
    assert_eq!(count(&["rimborso"]), 1);
    assert_eq!(count(&["rimborso", "--stem"]), 2);
    assert_eq!(
        count(&["\"sul rimborso\"", "--stem"]),
        1,
        "a phrase is as it is"
    );
    assert_eq!(
        count(&["frigolux NOT rimborso", "--stem"]),
        3,
        "NOT is as it is"
    );
    let told = instance.run(&["search", "rimborso", "--stem"]).code(0);
    assert!(
        told.stderr.contains("also looked for: rimborsi\n"),
        "{}",
        told.stderr
    );
    assert!(told.stdout.contains("due rimborsi"), "{}", told.stdout);
}

#[test]
fn nothing_is_explained() {
    let instance = instance();
    for (words, reasons) in [
        (
            &["frigolus"][..],
            &["no mention holds `frigolus`: did you mean `frigolux`?"][..],
        ),
        (
            &["compressore zanzara"],
            &[
                "no mention holds `zanzara`\n",
                "`compressore` stands in 1, but not with all else that the query asks for",
            ],
        ),
        (
            &["compressore rimborsi"],
            &["`compressore` stands in 1, `rimborsi` stands in 1, but none holds all"],
        ),
        (
            &["frigolux", "--since", "2026-11-10"],
            &["4 mentions match at other times: look without --since and --until"],
        ),
    ] {
        let ran = instance.run(&[&["search"], words].concat()).code(1);
        assert!(ran.stderr.starts_with("no mentions\n"), "{}", ran.stderr);
        for reason in reasons {
            assert!(ran.stderr.contains(reason), "{reason}\n{}", ran.stderr);
        }
    }
}

#[test]
fn new_mentions_are_told_once_as_they_come() {
    let instance = instance();
    let watching = [
        "search",
        "frigolux NOT gelo",
        "--follow",
        "--format",
        "json",
        "--limit",
        "2",
    ];
    let running = instance.start(&watching);
    let told = || fs::read_to_string(instance.path().join("search.log")).unwrap();
    let until = |lines: usize| {
        let deadline = Instant::now() + Duration::from_mins(1);
        while told().lines().count() < lines && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    until(2);
    instance.write(
        "more.jsonl",
        &[
            line(11, "Nuovo", "il frigolux nuovo di zecca", 5),
            line(12, "Gelo", "frigolux e gelo", 5),
            line(13, "Vecchio", "un frigolux di dieci anni fa", 1),
        ]
        .concat(),
    );
    import(&instance, "more.jsonl");
    until(4);
    std::thread::sleep(Duration::from_millis(700));
    running.kill();
    let log = told();
    let titles: Vec<String> = log
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|line| line["title"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(titles, ["Rimborsi", "Pezzi", "Nuovo", "Vecchio"]);
}

#[test]
fn many_lines_are_answered_in_their_order() {
    let instance = Instance::new();
    let mut input = "\u{FEFF}".to_owned();
    for number in 0..20_000 {
        writeln!(input, "{{\"id\":{number},\"text\":\"acme {number}\"}}").unwrap();
        if number % 5_000 == 4_999 {
            input.push_str("{\"id\": \n\n");
        }
    }
    let ran = instance
        .pipe(&["match", "--query", "-gelo acme"], &input)
        .code(3);
    let ids: Vec<u64> = ran
        .json_lines()
        .iter()
        .map(|line| line["id"].as_u64().unwrap())
        .collect();
    assert_eq!(ids, (0..20_000).collect::<Vec<u64>>());
    for place in [
        "stdin:5001:",
        "stdin:10003:",
        "stdin:15005:",
        "stdin:20007:",
    ] {
        assert!(ran.stderr.contains(place), "{place}\n{}", ran.stderr);
    }
}

#[test]
fn a_query_with_hundreds_of_mistakes_is_told_of_twenty() {
    let instance = Instance::new();
    let query = "lagn:it ".repeat(500);
    let ran = instance.pipe(&["match", "--query", &query], "").code(3);
    assert_eq!(ran.stderr.matches("no field `lagn`").count(), 20);
    assert!(
        ran.stderr.contains("and 480 more problems in this query"),
        "{}",
        ran.stderr
    );
}

/// How many mentions of a brand a narrower search finds.
fn found(demo: &Instance, narrowed: &[&str]) -> u64 {
    let count = [&["search", "watch:frigolux", "--count"], narrowed].concat();
    demo.run(&count).stdout.trim().parse().unwrap()
}

#[test]
fn facets_count_what_the_search_finds() {
    let demo = Instance::demo();
    let facets = "source,sentiment,language,watch,author,priority,day";
    let asked = ["search", "watch:frigolux", "--facets", facets];
    let ask = |more: &[&str]| demo.run(&[&asked[..], more].concat()).code(0);
    let rows = ask(&["--limit", "0", "--format", "json"]).json_lines();
    let all = found(&demo, &[]);
    let mut sums = std::collections::BTreeMap::new();
    for row in &rows {
        let (facet, value) = (
            row["facet"].as_str().unwrap(),
            row["value"].as_str().unwrap(),
        );
        let mentions = row["mentions"].as_u64().unwrap();
        *sums.entry(facet).or_insert(0) += mentions;
        let alone = match facet {
            "day" => found(&demo, &["--since", value, "--until", value]),
            // A query asks for words of a name, not for the name.
            "author" => continue,
            "language" => found(&demo, &[&format!("lang:{value}")]),
            field => found(&demo, &[&format!("{field}:\"{value}\"")]),
        };
        assert_eq!(mentions, alone, "{facet} {value}");
    }
    for facet in facets
        .split(',')
        .filter(|facet| !["author", "watch"].contains(facet))
    {
        assert_eq!(sums[facet], all, "{facet}");
    }

    let csv = ask(&["--limit", "0", "--format", "csv"]).stdout;
    let (head, body) = csv.split_once('\n').unwrap();
    assert_eq!(head, "facet,value,mentions");
    assert_eq!(body.lines().count(), rows.len(), "{csv}");
    let both = ask(&["--limit", "1", "--format", "csv"]).stdout;
    let (mentions, counts) = both.split_once("\n\n").unwrap();
    assert!(mentions.starts_with("id,published,"), "{both}");
    assert_eq!(counts, csv);

    let drawn = ask(&["--limit", "0"]).stdout;
    for line in drawn.lines() {
        assert!(line.width() <= 80, "{line}");
    }
    assert_eq!(
        drawn
            .lines()
            .filter(|line| facets.split(',').any(|name| name == *line))
            .count(),
        7
    );
}
