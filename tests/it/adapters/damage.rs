//! Responses cut, bent and stuffed: nothing panics, nothing is invented, nothing takes long.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use ascolto::model::Item;
use serde_json::{Value, json};

use super::case::{Case, answers};

/// The fixtures in JSON.
fn json_cases() -> impl Iterator<Item = (&'static Case, Value)> {
    answers()
        .filter(|case| case.is_json())
        .map(|case| (case, serde_json::from_slice(&case.body).unwrap()))
}

/// Every place of a document, as JSON Pointers; of long lists the first two entries.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(values) => {
            for (number, value) in values.iter().enumerate().take(2) {
                places(value, &format!("{at}/{number}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(value, &format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
}

fn items(case: &Case, document: &Value) -> Vec<Item> {
    let body = serde_json::to_vec(document).unwrap();
    case.parse(body).map(|page| page.items).unwrap_or_default()
}

#[test]
fn a_field_of_another_type_spoils_at_most_its_item() {
    let others = [
        Value::Null,
        json!(true),
        json!(-1),
        json!(1e300),
        json!(18_446_744_073_709_551_615_u64),
        json!("\u{0}\u{202e}<script>alert(1)</script>&amp;"),
        json!("x".repeat(300_000)),
        json!([[], {}]),
        json!({"a": {"b": []}}),
    ];
    // Of long documents the first of a kind will do.
    let mut kinds = BTreeSet::new();
    for (case, document) in json_cases() {
        let first = kinds.insert(case.source.kind.as_str());
        if !first && case.body.len() > 4_000 {
            continue;
        }
        let whole = items(case, &document);
        let known: BTreeSet<Option<String>> =
            whole.iter().map(|item| item.native_id.clone()).collect();
        let mut found = Vec::new();
        places(&document, "", &mut found);
        for place in found {
            let is_text = document.pointer(&place).is_some_and(Value::is_string);
            for other in &others {
                // Long texts take long to read; they matter where texts are read.
                let long = other.as_str().is_some_and(|text| text.len() > 1000);
                if long && !(is_text && first) {
                    continue;
                }
                let mut bent = document.clone();
                *bent.pointer_mut(&place).unwrap() = other.clone();
                let items = items(case, &bent);
                for item in &items {
                    assert!(item.text.len() <= 256 * 1024, "{} {place}", case.folder);
                    assert!(
                        !item.text.contains(['\u{0}', '\u{202e}']),
                        "{} {place}",
                        case.folder
                    );
                }
                // A place within one entry of a list leaves the other entries as they are.
                let strange = items
                    .iter()
                    .filter(|item| !known.contains(&item.native_id))
                    .count();
                assert!(
                    strange <= 1 || place.split('/').all(|part| part.parse::<usize>().is_err()),
                    "{} {place} {other}: {strange} new identities",
                    case.folder
                );
            }
        }
    }
}

/// What holds no number and no digit gives no date, no stars and no counts.
#[test]
fn nothing_is_invented() {
    fn without_digits(value: &mut Value) {
        match value {
            Value::Number(_) => *value = Value::Null,
            Value::String(text) => {
                *text = text.replace(|c: char| c.is_ascii_digit(), "x");
            }
            Value::Array(values) => values.iter_mut().for_each(without_digits),
            Value::Object(fields) => fields.values_mut().for_each(without_digits),
            _ => {}
        }
    }
    let check = |case: &Case, items: Vec<Item>| {
        for item in items {
            assert_eq!(item.published, None, "{}", case.folder);
            assert_eq!(item.engagement, None, "{}", case.folder);
            // Google writes stars as words.
            if !case.is("google_business") {
                assert_eq!(item.rating, None, "{}", case.folder);
            }
            assert_eq!(item.author.followers, None, "{}", case.folder);
        }
    };
    for (case, mut document) in json_cases() {
        without_digits(&mut document);
        check(case, items(case, &document));
    }
    for case in answers().filter(|case| !case.is_json()) {
        let bytes = case.body.iter().copied();
        let body = bytes.map(|byte| if byte.is_ascii_digit() { b'x' } else { byte });
        if let Ok(page) = case.parse(body.collect()) {
            check(case, page.items);
        }
    }
}

#[test]
fn a_response_cut_anywhere_gives_whole_items_or_an_error() {
    for case in answers() {
        let Ok(whole) = case.parse(case.body.clone()) else {
            continue;
        };
        let whole_length = case.body.trim_ascii_end().len();
        let most = if case.is_json() { 150 } else { 1_000 };
        let step = whole_length / most + 1;
        for length in (0..whole_length).step_by(step) {
            let cut = case.body.get(..length).unwrap().to_vec();
            let Ok(page) = case.parse(cut) else {
                continue;
            };
            assert!(
                page.items.len() <= whole.items.len() + 1,
                "{} at {length}",
                case.folder
            );
            if case.is("feed") && !["feed/rss_damaged", "feed/shared_ids"].contains(&&*case.folder)
            {
                for item in &page.items {
                    let as_whole = |other: &&Item| {
                        other.native_id == item.native_id
                            && other.title == item.title
                            && other.text == item.text
                    };
                    assert!(
                        whole.items.iter().any(|other| as_whole(&other)),
                        "{} at {length}: {item:?}",
                        case.folder
                    );
                }
            }
            let json = case.is_json() && !case.is("feed");
            assert!(
                !json,
                "{} at {length}: half a document was read",
                case.folder
            );
        }
    }
}

#[test]
fn what_is_no_answer_is_an_error_that_says_so() {
    let web_page =
        "<!DOCTYPE html><html><head><title>Accedi</title></head><body>Login</body></html>";
    for case in answers().filter(|case| case.is_json() && !case.is("feed")) {
        for (body, found) in [
            ("", "an empty response"),
            (" \n", "an empty response"),
            (web_page, "a web page"),
            ("Not found", "plain text"),
            ("{\"a\":", "JSON that breaks off"),
            ("{\"a\" 1}", "JSON that is damaged"),
        ] {
            let error = case.parse(body.into()).unwrap_err().to_string();
            assert!(error.contains(found), "{}: {body}: {error}", case.folder);
        }
        for body in ["{\"error\":\"x\"}", "\"x\"", "7", "null", "[7]", "{}", "[]"] {
            if let Ok(page) = case.parse(body.into()) {
                assert!(page.items.is_empty(), "{}: {body}", case.folder);
            }
        }
    }
}

#[test]
fn refusals_with_any_body_are_read() {
    for case in answers() {
        for body in [
            "",
            "<html>",
            "{\"error\":{\"message\":[]}}",
            "{\"message\":\"\\u0000x\"}",
            "[]",
            "\u{0}\u{ffff}",
        ] {
            if let Some(refusal) = case.refusal(body.into()) {
                assert!(!refusal.to_string().contains('\u{0}'), "{}", case.folder);
            }
        }
    }
}

#[test]
fn hostile_json_takes_no_time() {
    let many = 200_000;
    let bodies = [
        "[".repeat(many),
        "{\"a\":".repeat(many),
        format!("[{}]", "1,".repeat(1_100_000)),
        format!("{{\"{}\":1}}", "x".repeat(3_000_000)),
        "\u{feff}".repeat(many),
        "\u{0}".repeat(many),
    ];
    let mut kinds = BTreeSet::new();
    for case in answers().filter(|case| kinds.insert(case.source.kind.as_str())) {
        for body in &bodies {
            let started = Instant::now();
            let read = case.parse(body.clone().into_bytes());
            let items = read.map_or(0, |page| page.items.len());
            assert_eq!(items, 0, "{}", case.folder);
            let took = started.elapsed();
            assert!(took < Duration::from_secs(10), "{}: {took:?}", case.folder);
        }
    }
}
