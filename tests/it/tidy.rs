//! The house rules that the compiler does not know: direction, size, names, words.

use std::fs;
use std::path::Path;

use crate::rust_source::{blank_comments_and_strings, has_word, tokens, without_tests};

/// What each module may use, from bottom to top: a row may name only modules above it.
const DIRECTION: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("clock", &["model"]),
    ("query", &["model"]),
    ("extract", &["model"]),
    ("score", &["model"]),
    ("config", &["model", "query"]),
    ("fetch", &["config", "model"]),
    ("store", &["model"]),
    ("index", &["model", "query"]),
    ("notify", &["config", "model"]),
    ("sources", &["extract", "model"]),
    (
        "pipeline",
        &[
            "clock", "config", "extract", "fetch", "index", "model", "notify", "query", "score",
            "sources", "store",
        ],
    ),
    ("demo", &["model"]),
    (
        "cli",
        &[
            "clock", "config", "demo", "index", "model", "pipeline", "query", "score", "store",
        ],
    ),
    ("main", &["cli"]),
];

/// What may stand only in these modules.
const HOMES: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("tantivy", &["index"]),
    ("reqwest", &["fetch"]),
    ("lettre", &["notify"]),
    (
        "async",
        &["fetch", "notify", "pipeline", "demo", "cli", "main"],
    ),
    (
        "await",
        &["fetch", "notify", "pipeline", "demo", "cli", "main"],
    ),
    ("SystemTime::now", &["clock"]),
    ("Utc::now", &["clock"]),
    ("Local::now", &["clock"]),
    ("Instant::now", &["clock", "fetch", "pipeline", "cli"]),
];

const CODE_LINES: usize = 600;
const BAG_NAMES: [&str; 7] = [
    "util", "utils", "common", "helper", "helpers", "types", "misc",
];
const UNFINISHED_WORDS: [&str; 3] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
];
const UNFINISHED_CODE: [&str; 4] = ["todo!", "unimplemented!", "dbg!", "#[ignore"];

/// A file: its path with `/`, and its text.
type File = (String, String);

fn problems(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in files {
        let code = blank_comments_and_strings(text);
        let is_test = path.starts_with("tests/") || path.ends_with("/tests.rs");
        let own = if is_test {
            code.clone()
        } else {
            without_tests(&code)
        };
        check_form(path, text, &code, &own, &mut found);
        if !is_test && path != "src/lib.rs" {
            check_direction(path, &own, &mut found);
        }
    }
    found
}

fn check_form(path: &str, text: &str, code: &str, own: &str, found: &mut Vec<String>) {
    let lines = own.lines().filter(|line| !line.trim().is_empty()).count();
    if lines > CODE_LINES {
        found.push(format!(
            "{path} has {lines} code lines; a file may have {CODE_LINES}"
        ));
    }
    for part in path.trim_end_matches(".rs").split('/') {
        if BAG_NAMES.contains(&part) {
            found.push(format!(
                "{path} is called `{part}`; name it after what it does"
            ));
        }
    }
    for word in UNFINISHED_WORDS.iter().filter(|word| has_word(text, word)) {
        found.push(format!("{path} says `{word}`"));
    }
    for word in UNFINISHED_CODE.iter().filter(|word| code.contains(*word)) {
        found.push(format!("{path} has `{word}`"));
    }
    if path.starts_with("src/") && path.ends_with("/mod.rs") {
        let mut head = text.lines().take_while(|line| line.starts_with("//!"));
        if !head.any(|line| line.contains("Invariant:")) {
            found.push(format!(
                "{path} does not start with docs that name an \"Invariant:\""
            ));
        }
    }
}

fn check_direction(path: &str, own: &str, found: &mut Vec<String>) {
    let module = module_path(path);
    let top = module.first().copied().unwrap_or_default();
    let Some((_, allowed)) = DIRECTION.iter().find(|(name, _)| *name == top) else {
        found.push(format!(
            "{path}: `{top}` has no row in the table of directions"
        ));
        return;
    };
    let mut names = names_from_root(own, module.len());
    names.sort();
    names.dedup();
    for name in names.iter().filter(|name| *name != top) {
        let known = *name == "*" || DIRECTION.iter().any(|(other, _)| other == name);
        if known && !allowed.contains(&name.as_str()) {
            found.push(format!(
                "{path} names `{name}`; `{top}` may use {allowed:?}"
            ));
        }
    }
    for (word, homes) in HOMES.iter().filter(|(word, _)| has_word(own, word)) {
        if !homes.contains(&top) {
            found.push(format!("{path} has `{word}`, which belongs in {homes:?}"));
        }
    }
}

/// `src/query/lexer.rs` is `["query", "lexer"]`, `src/query/mod.rs` is `["query"]`.
fn module_path(path: &str) -> Vec<&str> {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    path.split('/').filter(|part| *part != "mod").collect()
}

/// The first names after `crate::`, after `ascolto::`, and after a chain of `super::` that ends at
/// the root of the crate, `depth` modules up. A `*` is everything.
fn names_from_root(code: &str, depth: usize) -> Vec<String> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let after_path = at >= 1 && tokens[at - 1] == "::";
        match tokens[at] {
            "crate" | "ascolto" if !after_path => found.extend(first_names(&tokens[at + 1..])),
            "super" if !after_path || at < 2 || tokens[at - 2] == "self" => {
                let chain = tokens[at..].chunks(2);
                let ups = chain.take_while(|pair| pair[0] == "super").count();
                if ups >= depth {
                    found.extend(first_names(&tokens[at + 2 * ups - 1..]));
                }
            }
            _ => {}
        }
    }
    found
}

/// The names right after a root: `::a::b` gives a, `::{a, b::{c, d}}` gives a and b, ` as x` all.
fn first_names(rest: &[&str]) -> Vec<String> {
    match rest {
        ["::", "{", group @ ..] => {
            let (mut level, mut starts, mut found) = (0_i32, true, Vec::new());
            for token in group {
                match *token {
                    "{" => level += 1,
                    "}" => level -= 1,
                    name if starts && level == 0 => {
                        found.push(if name == "self" { "*" } else { name }.to_owned());
                    }
                    _ => {}
                }
                starts = *token == "," && level == 0;
                if level < 0 {
                    break;
                }
            }
            found
        }
        ["::", name, ..] => vec![(*name).to_owned()],
        ["as", ..] => vec!["*".to_owned()],
        _ => Vec::new(),
    }
}

fn read(folder: &Path, root: &Path, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, root, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            let text = fs::read_to_string(&path).unwrap();
            files.push((name.replace('\\', "/"), text));
        }
    }
}

#[test]
fn the_house_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    read(&root.join("src"), root, &mut files);
    read(&root.join("tests"), root, &mut files);
    assert!(files.len() > 20, "found only {} files", files.len());
    let found = problems(&files);
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn the_table_has_no_upward_row() {
    for (row, (name, allowed)) in DIRECTION.iter().enumerate() {
        for used in *allowed {
            let below = DIRECTION[..row].iter().any(|(other, _)| other == used);
            assert!(below, "`{name}` may use `{used}`, which is not below it");
        }
    }
    for (word, homes) in HOMES {
        let known = |home: &&&str| DIRECTION.iter().any(|(name, _)| name == *home);
        assert_eq!(homes.iter().filter(known).count(), homes.len(), "{word}");
    }
}

#[test]
fn finds_what_is_planted() {
    let long = "let x = 1;\n".repeat(CODE_LINES + 1);
    let unfinished = format!("// {} later", UNFINISHED_WORDS[0]);
    let docs = "//! Docs.\n//!\n//! Invariant: none.\n";
    #[rustfmt::skip]
    let cases: &[(&str, &str, &str)] = &[
        ("src/query/bad.rs", "use crate::cli::App;", r#"src/query/bad.rs names `cli`; `query` may use ["model"]"#),
        ("src/query/bad.rs", "fn f() { crate :: cli::run() }", "names `cli`"),
        ("src/query/bad.rs", "use crate::{model::{Item, cli}, store};", "names `store`"),
        ("src/query/bad.rs", "use super::super::cli::App;", "names `cli`"),
        ("src/query/bad.rs", "use super::super::{model, cli};", "names `cli`"),
        ("src/query/bad.rs", "use self::super::super::store;", "names `store`"),
        ("src/query/bad.rs", "use crate::*;", "names `*`"),
        ("src/query/bad.rs", "use crate as all;", "names `*`"),
        ("src/query/mod.rs", &format!("{docs}use super::cli::App;"), "names `cli`"),
        ("src/clock.rs", "use super::store;", "names `store`"),
        ("src/main.rs", "use ascolto::store::Store;", "src/main.rs names `store`; `main` may use [\"cli\"]"),
        ("src/attic/old.rs", "", "`attic` has no row"),
        ("src/query/long.rs", &long, "601 code lines"),
        ("src/query/utils.rs", "", "is called `utils`"),
        ("src/query/common/words.rs", "", "is called `common`"),
        ("src/query/bad.rs", &unfinished, "says"),
        ("src/query/bad.rs", "fn f() { todo!() }", "has `todo!`"),
        ("tests/it/bad.rs", "#[ignore = \"slow\"]", "has `#[ignore`"),
        ("src/query/bad.rs", "async fn f() {}", "has `async`"),
        ("src/query/bad.rs", "fn f() { g().await }", "has `await`"),
        ("src/cli/bad.rs", "use rusqlite::Connection;", "has `rusqlite`"),
        ("src/cli/bad.rs", "use tantivy::Index;", "has `tantivy`"),
        ("src/cli/bad.rs", "use reqwest::Client;", "has `reqwest`"),
        ("src/cli/bad.rs", "use lettre::Message;", "has `lettre`"),
        ("src/cli/bad.rs", "let now = chrono::Utc::now();", "has `Utc::now`"),
        ("src/cli/bad.rs", "let now = std::time::SystemTime::now();", "has `SystemTime::now`"),
        ("src/score/bad.rs", "let now = Instant::now();", "has `Instant::now`"),
        ("src/score/mod.rs", "//! Docs without.", "does not start with docs"),
    ];
    for (path, text, expected) in cases {
        let found = problems(&[((*path).to_owned(), (*text).to_owned())]);
        assert_eq!(found.len(), 1, "{path}: {text}: {found:?}");
        assert!(found[0].contains(expected), "{path}: {text}: {found:?}");
    }
}

#[test]
fn leaves_alone_what_is_well() {
    let padding = "// a comment\n\n".repeat(CODE_LINES);
    #[rustfmt::skip]
    let cases: &[(&str, &str)] = &[
        ("src/query/good.rs", "use crate::model::Item; use crate::query::Query; use super::words::cli;"),
        ("src/query/deep/good.rs", "use super::super::Query; use super::super::super::model::Item;"),
        ("src/query/good.rs", "// crate::cli, todo!\n/* crate::cli /* nested */ rusqlite */\nconst A: &str = \"crate::cli async\";"),
        ("src/query/good.rs", "const A: (&str, char, &str) = (r#\"\"crate::cli\"#, '\"', \"crate::cli\\\\\"); fn f<'a>(a: &'a str) {}"),
        ("src/query/good.rs", "#[cfg(test)]\nmod tests { use crate::cli; fn f() { { Utc::now() } } }\nfn g() {}"),
        ("src/query/tests.rs", "use crate::cli::App;"),
        ("src/query/good.rs", &padding),
        ("src/fetch/good.rs", "async fn f() { g(Instant::now()).await; awaited(); }"),
        ("src/main.rs", "use ascolto::cli;"),
        ("src/lib.rs", "pub mod cli;"),
    ];
    for (path, text) in cases {
        let found = problems(&[((*path).to_owned(), (*text).to_owned())]);
        assert!(found.is_empty(), "{path}: {text}: {found:?}");
    }
}
