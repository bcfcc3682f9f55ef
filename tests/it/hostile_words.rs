//! What strangers wrote, in whatever a command prints: no formula for a spreadsheet, no command for a
//! terminal, no turned direction.

use std::fmt::Write as _;

use crate::harness::Instance;

/// Words that each field of the mentions begins with: formulas, and what moves a terminal.
const FORMULAS: [&str; 4] = [
    "=HYPERLINK(\"https://evil.example\")",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
];
const ACTS: &str = "\u{1b}[31m\u{1b}]0;evil\u{7}\u{9b}2J\u{202e}\u{2066}\u{200f}\u{8}";

/// Two mentions of each formula and one that acts on terminals; a digest and an alert to list.
fn instance() -> Instance {
    let mut lines = String::new();
    for (number, evil) in FORMULAS.iter().chain([&ACTS]).enumerate() {
        let line = serde_json::json!({
            "id": format!("{evil}{number}"),
            "title": format!("{evil} title"),
            "text": format!("{evil} Il mio frigolux perde acqua {evil} da {number} giorni {evil}"),
            "url": format!("https://a.example/{number}?q={evil}"),
            "author": {"name": format!("{evil}Lia"), "handle": format!("{evil}")},
            "source": format!("{evil}forum"),
            "parent": format!("https://a.example/{evil}"),
        });
        writeln!(lines, "{line}").unwrap();
    }
    let instance = Instance::new()
        .file("ascolto.toml", "timezone = \"Europe/Rome\"\nlanguage = \"en\"\n")
        .file(
            "watchlists/w.toml",
            "name = \"=W()\"\nquery = 'frigolux OR \"perde acqua\"'\n\n[[digest]]\n\
             to = [\"care@w.example\"]\nevery = \"daily\"\nat = \"08:00\"\nwhen_empty = \"send\"\n\n\
             [[alert]]\nname = \"=urgent()\"\nwhen = \"frigolux\"\nto = [\"care@w.example\"]\n",
        );
    instance.pipe(&["import", "--as-new", "-"], &lines).code(0);
    instance.run(&["digest", "send", "w"]).code(0);
    instance
}

/// What is printed of the mentions and of what is about them.
const COMMANDS: &[&[&str]] = &[
    &["search"],
    &[
        "search",
        "--limit",
        "0",
        "--facets",
        "author,source,watch,sentiment,day",
    ],
    &["export"],
    &["show", "5"],
    &["explain", "5"],
    &["stats"],
    &["stats", "w"],
    &["watchlists"],
    &["watchlists", "--terms"],
    &["watchlists", "test", "watchlists/w.toml"],
    &["alerts", "rules"],
    &["alerts", "test", "w/=urgent()"],
    &["digest", "list"],
    &["digest", "preview", "w"],
    &["outbox"],
    &["forget", "--author", "Lia", "--dry-run"],
    &["forget", "--url", "https://a.example/1", "--dry-run"],
];

/// Whether a command prints a table; the others print what a mention or a mail says.
fn is_table(command: &[&str]) -> bool {
    let page = matches!(command[0], "show" | "explain" | "forget");
    !page && !command.contains(&"preview") && !command.contains(&"test")
}

#[test]
fn no_cell_is_a_formula() {
    let instance = instance();
    let mut guarded = 0;
    for command in COMMANDS {
        let mut words = vec!["--format", "csv", "-C", "."];
        words.extend(*command);
        let ran = instance.run_in(&words);
        if !is_table(command) {
            continue;
        }
        assert_eq!(ran.code, 0, "{command:?}: {}", ran.stderr);
        for table in ran.stdout.split("\n\n") {
            let mut reader = csv::ReaderBuilder::new()
                .flexible(true)
                .has_headers(false)
                .from_reader(table.as_bytes());
            for cell in reader.records().flat_map(|row| {
                let cells: Vec<String> = row.unwrap().iter().map(str::to_owned).collect();
                cells
            }) {
                let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
                assert!(
                    !formula || cell.parse::<f64>().is_ok(),
                    "{command:?}: {cell}"
                );
                guarded += usize::from(cell.starts_with("'=") || cell.starts_with("'@"));
            }
        }
    }
    assert!(
        guarded > 10,
        "only {guarded} cells would have been formulas"
    );
}

#[test]
fn nothing_acts_on_a_terminal() {
    let instance = instance();
    let mut shown = 0;
    for command in COMMANDS {
        let mut words = vec!["-C", "."];
        words.extend(*command);
        let ran = instance.run_in(&words);
        for (stream, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
            let bad = text.chars().find(|c| {
                // JSON is for machines: marks that scripts need stay.
                let mark = matches!(c, '\u{200e}' | '\u{200f}') && command[0] != "export";
                let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
                mark || turns || (c.is_control() && *c != '\n')
            });
            assert_eq!(bad, None, "{command:?}, {stream}: {text:?}");
        }
        shown += usize::from(ran.stdout.contains("title") || ran.stdout.contains("Lia"));
    }
    assert!(
        shown >= 6,
        "only {shown} commands showed what strangers wrote"
    );
}
