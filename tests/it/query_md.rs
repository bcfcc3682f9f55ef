//! The query language, case by case: `tests/fixtures/query/*.md`.
//!
//! In a fenced block, `query:` begins a case. `yes:` is a text that it matches, with ⟦ ⟧ around
//! every place that it must tell and around no other; `no:` is one that it does not match. A text
//! that begins with `{` is a mention in JSON. `error:`, `warning:` and `note:` are messages that
//! parsing must give (parts of them), `at:` the query with ⟦ ⟧ around the place of the last of them,
//! `hint:` a part of its hint; `prints:` is the canonical form. A query without `warning:` or
//! `note:` must give none. `role: watchlist` goes before `query:` lines of its block.

use std::fs;
use std::path::Path;

use ascolto::model::{
    HitField, Intent, ItemKind, Lang, Priority, Sentiment, Severity, Status, Timestamp, WatchlistId,
};
use ascolto::query::{Document, Names, Problem, Query, Role, Span};
use serde_json::Value;

const OPEN: char = '⟦';
const SHUT: char = '⟧';

fn names() -> Names {
    let list = |terms: &[&str]| terms.iter().map(ToString::to_string).collect();
    Names {
        lists: [
            (
                "competitors".to_owned(),
                list(&["gelomax", "arctica", "\"polar frost\"", "caldaie bianche"]),
            ),
            ("gone".to_owned(), list(&[])),
            ("bad".to_owned(), list(&["a*"])),
        ]
        .into(),
        queries: [
            ("core".to_owned(), "frigolux OR {FLX}".to_owned()),
            ("brand core".to_owned(), "query:core NOT gelato".to_owned()),
            ("chicken".to_owned(), "query:egg".to_owned()),
            ("egg".to_owned(), "query:chicken OR uovo".to_owned()),
            ("broken".to_owned(), "acme AND".to_owned()),
        ]
        .into(),
        timezone: chrono_tz::Europe::Rome,
    }
}

/// 2026-11-21 12:00 in Rome.
fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T11:00:00Z").unwrap()
}

#[derive(Default)]
struct Case {
    place: String,
    role: Option<Role>,
    query: String,
    lines: Vec<(String, String)>,
}

fn cases(path: &Path) -> Vec<Case> {
    let text = fs::read_to_string(path).unwrap();
    let mut found: Vec<Case> = Vec::new();
    let (mut fenced, mut role) = (false, None);
    for (number, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            fenced = !fenced;
            role = None;
            continue;
        }
        if !fenced || line.trim().is_empty() {
            continue;
        }
        let place = format!("{}:{}", path.file_name().unwrap().display(), number + 1);
        let (key, value) = line
            .split_once(':')
            .unwrap_or_else(|| panic!("{place}: not a line of a case"));
        let value = value
            .strip_prefix(' ')
            .unwrap_or(value)
            .replace("\\n", "\n")
            .replace("\\t", "\t");
        match key.trim() {
            "role" => role = (value.trim() == "watchlist").then_some(Role::Watchlist),
            "query" => found.push(Case {
                place,
                role,
                query: value,
                lines: Vec::new(),
            }),
            key => found
                .last_mut()
                .unwrap()
                .lines
                .push((key.to_owned(), value)),
        }
    }
    found
}

/// The text without marks, and the places that they mark.
fn unmarked(text: &str) -> (String, Vec<(usize, usize)>) {
    let (mut plain, mut open, mut places) = (String::new(), Vec::new(), Vec::new());
    for letter in text.chars() {
        match letter {
            OPEN => open.push(plain.len()),
            SHUT => places.push((open.pop().unwrap(), plain.len())),
            _ => plain.push(letter),
        }
    }
    assert!(open.is_empty(), "{text}");
    (plain, places)
}

#[derive(Default)]
struct Mention {
    title: Option<String>,
    text: String,
    author: Option<String>,
    handle: Option<String>,
    url: Option<String>,
    value: Value,
    tags: Vec<String>,
    watchlists: Vec<WatchlistId>,
    marked: Vec<(HitField, usize, usize)>,
}

impl Mention {
    fn parse(text: &str) -> Self {
        let mut mention = Self::default();
        let value = if text.starts_with('{') {
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
        } else {
            serde_json::json!({ "text": text })
        };
        let mut take = |field: HitField, value: &Value| {
            let (plain, places) = unmarked(value.as_str()?);
            let marks = places.into_iter().map(|(start, end)| (field, start, end));
            mention.marked.extend(marks);
            Some(plain)
        };
        mention.title = take(HitField::Title, &value["title"]);
        mention.text = take(HitField::Text, &value["text"]).unwrap_or_default();
        mention.url = take(HitField::Url, &value["url"]);
        mention.author = take(HitField::Author, &value["author"]["name"]);
        mention.handle = take(HitField::Author, &value["author"]["handle"]);
        let words = |key: &str| {
            let all = value[key].as_array().cloned().unwrap_or_default();
            all.iter()
                .map(|one| one.as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        mention.tags = words("tags");
        mention.watchlists = words("watchlists").into_iter().map(WatchlistId).collect();
        mention.value = value;
        mention.marked.sort();
        mention
    }

    fn document(&self) -> Document<'_> {
        let word = |key: &str| self.value[key].as_str();
        Document {
            title: self.title.as_deref(),
            text: &self.text,
            author: self.author.as_deref(),
            handle: self.handle.as_deref(),
            url: self.url.as_deref(),
            source: word("source"),
            kind: word("type").map(|kind| ItemKind::parse(kind).unwrap()),
            lang: word("language").map(|lang| Lang::parse(lang).unwrap()),
            rating: self.value["rating"].as_f64(),
            followers: self.value["author"]["followers"].as_u64(),
            engagement: self.value["engagement"].as_u64(),
            published: word("published").map(|at| Timestamp::parse(at).unwrap()),
            collected: word("collected").map(|at| Timestamp::parse(at).unwrap()),
            sentiment: word("sentiment").map(|label| Sentiment::parse(label).unwrap()),
            score: self.value["score"].as_f64(),
            intent: word("intent").map(|label| Intent::parse(label).unwrap()),
            priority: word("priority").map(|label| Priority::parse(label).unwrap()),
            status: word("status").map(|label| Status::parse(label).unwrap()),
            tags: &self.tags,
            watchlists: &self.watchlists,
            ..Document::default()
        }
    }
}

fn told(spans: &[Span]) -> Vec<(HitField, usize, usize)> {
    let mut places: Vec<_> = spans
        .iter()
        .map(|span| (span.field, span.start, span.end))
        .collect();
    places.sort();
    places.dedup();
    places
}

/// What is wrong with a case; empty where nothing is.
fn run(case: &Case) -> Vec<String> {
    let mut wrong = Vec::new();
    let role = case.role.unwrap_or(Role::Search);
    let parsed = Query::parse(&case.query, role, &names());
    let (query, problems) = match &parsed {
        Ok((query, problems)) => (Some(query), problems.as_slice()),
        Err(problems) => (None, problems.as_slice()),
    };
    let mut last: Option<&Problem> = None;
    let mut expected = 0;
    for (key, value) in &case.lines {
        match key.as_str() {
            "yes" | "no" => {
                let Some(query) = query else { continue };
                let mention = Mention::parse(value);
                let document = mention.document();
                match (query.hits(&document, now()), key.as_str()) {
                    (Some(spans), "yes") if told(&spans) != mention.marked => wrong.push(format!(
                        "{value}\n    told {:?}\n    want {:?}",
                        told(&spans),
                        mention.marked
                    )),
                    (Some(_), "yes") | (None, "no") => {}
                    (matched, _) => wrong.push(format!("{value}\n    told {matched:?}")),
                }
                let explanation = query.explain(&document, now());
                if explanation.matched() != query.hits(&document, now()).is_some() {
                    wrong.push(format!("{value}\n    explained as {explanation}"));
                }
            }
            "error" | "warning" | "note" => {
                expected += 1;
                let severity = match key.as_str() {
                    "error" => Severity::Error,
                    "warning" => Severity::Warning,
                    _ => Severity::Note,
                };
                last = problems
                    .iter()
                    .find(|one| one.severity == severity && one.message.contains(value.trim()));
                if last.is_none() {
                    wrong.push(format!("no {key} `{value}`"));
                }
            }
            "at" => {
                let (plain, places) = unmarked(value);
                assert_eq!(plain, case.query, "{}", case.place);
                let span = last.map(|problem| (problem.span.start, problem.span.end));
                if span != places.first().copied() {
                    wrong.push(format!("placed at {span:?}, not {places:?}"));
                }
            }
            "hint" => {
                let hint = last.and_then(|problem| problem.hint.as_deref());
                if !hint.is_some_and(|hint| hint.contains(value.trim())) {
                    wrong.push(format!("hint {hint:?}, not `{value}`"));
                }
            }
            "prints" => {
                let printed = query.map(ToString::to_string).unwrap_or_default();
                if printed != *value {
                    wrong.push(format!("prints {printed}\n       not {value}"));
                }
            }
            key => panic!("{}: unknown line `{key}`", case.place),
        }
    }
    if let Some(query) = query {
        let again = Query::parse(&query.to_string(), role, &names());
        if again.as_ref().map(|(again, _)| again) != Ok(query) {
            wrong.push(format!("does not read what it prints: {query}"));
        }
    }
    if problems.len() != expected {
        wrong.push(format!(
            "{} problems, not {expected}: {problems:#?}",
            problems.len()
        ));
    }
    wrong
}

#[test]
fn every_case_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/query");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let cases: Vec<Case> = files.iter().flat_map(|path| cases(path)).collect();
    let wrong: Vec<String> = cases
        .iter()
        .flat_map(|case| {
            run(case)
                .into_iter()
                .map(|wrong| format!("{} {}\n  {wrong}", case.place, case.query))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let checked: usize = cases.iter().map(|case| case.lines.len()).sum();
    assert!(checked >= 250, "only {checked} cases were found");
}

#[test]
fn the_page_for_people_shows_queries_that_parse() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("watchlists/README.md");
    let page = fs::read_to_string(page).unwrap();
    let mut parsed = 0;
    for row in page.lines().filter(|line| line.starts_with("| `")) {
        let cell = row.split('|').nth(1).unwrap();
        for query in cell.split('`').skip(1).step_by(2) {
            if query.starts_with("<<<") {
                continue;
            }
            let result = Query::parse(query, Role::Search, &names());
            assert!(result.is_ok(), "{query}: {result:?}");
            parsed += 1;
        }
    }
    for block in page.split("```").skip(1).step_by(2) {
        // What stands after three blanks tells people what the line does.
        let query: String = block
            .lines()
            .map(|line| line.split("   ").next().unwrap())
            .collect::<Vec<_>>()
            .join("\n");
        let result = Query::parse(&query, Role::Watchlist, &names());
        assert!(result.is_ok(), "{query}: {result:?}");
        parsed += 1;
    }
    assert!(parsed > 40, "only {parsed}");
}
