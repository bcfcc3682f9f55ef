//! The compliance cases for robots.txt of `google/robotstxt-spec-test`, in their text form of
//! protocol buffers, and files that were made to be slow.

use std::fs;
use std::iter::Peekable;
use std::path::Path;
use std::str::Bytes;
use std::time::{Duration, Instant};

use ascolto::fetch::{MAX_ROBOTS_BYTES, Robots};

use crate::corpus;

/// One expectation of one file.
struct Expectation {
    robots: Vec<u8>,
    url: String,
    agent: String,
    allowed: bool,
}

/// Reads the three fields that count and the outcome; the form needs no more than that.
fn expectations(text: &str) -> Vec<Expectation> {
    let mut found = Vec::new();
    let (mut robots, mut url, mut agent) = (Vec::new(), String::new(), String::new());
    let mut input = text.bytes().peekable();
    let mut word = String::new();
    while let Some(byte) = input.next() {
        match byte {
            b'#' => while input.next_if(|byte| *byte != b'\n').is_some() {},
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => word.push(char::from(byte)),
            b':' => match std::mem::take(&mut word).as_str() {
                "robotstxt" => robots = literals(&mut input),
                "testurl" => url = String::from_utf8(literals(&mut input)).unwrap(),
                "useragent" => agent = String::from_utf8(literals(&mut input)).unwrap(),
                "additional_explanation" => drop(literals(&mut input)),
                "expected_outcome" => {
                    while input.next_if_eq(&b' ').is_some() {}
                    found.push(Expectation {
                        robots: robots.clone(),
                        url: url.clone(),
                        agent: agent.clone(),
                        allowed: input.peek() == Some(&b'A'),
                    });
                }
                _ => {}
            },
            _ => word.clear(),
        }
    }
    found
}

/// String literals that follow one another are one.
fn literals(input: &mut Peekable<Bytes<'_>>) -> Vec<u8> {
    let mut value = Vec::new();
    loop {
        while input.next_if(u8::is_ascii_whitespace).is_some() {}
        if input.next_if_eq(&b'"').is_none() {
            return value;
        }
        loop {
            match input.next().expect("the literal ends") {
                b'"' => break,
                b'\\' => value.push(match input.next().expect("the escape ends") {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'x' => {
                        let digits = [input.next(), input.next()].map(|digit| digit.unwrap());
                        u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
                    }
                    other => other,
                }),
                byte => value.push(byte),
            }
        }
    }
}

/// Path and query as they stand, since the cases say that encoding is the caller's part.
fn path(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find(['/', '?']).map_or("", |at| &rest[at..]);
    let path = path.split('#').next().unwrap();
    if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    }
}

fn check(folder: &Path) -> (usize, Vec<String>) {
    let mut held = 0;
    let mut failed = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        if file
            .extension()
            .is_none_or(|extension| extension != "textproto")
        {
            continue;
        }
        for case in expectations(&fs::read_to_string(&file).unwrap()) {
            let robots = Robots::parse(&case.robots, &[case.agent.as_str()]);
            if robots.allows(&path(&case.url)) == case.allowed {
                held += 1;
            } else {
                failed.push(format!(
                    "{}: {} for {:?} should be {} by\n{}",
                    file.display(),
                    case.url,
                    case.agent,
                    if case.allowed {
                        "allowed"
                    } else {
                        "disallowed"
                    },
                    String::from_utf8_lossy(&case.robots)
                ));
            }
        }
    }
    (held, failed)
}

#[test]
fn every_expectation_holds() {
    let folder = corpus("robots");
    let (correctness, mut failed) = check(&folder.join("correctness"));
    let (stress, more) = check(&folder.join("stress"));
    failed.extend(more);
    assert!(
        failed.is_empty(),
        "{} failed:\n{}",
        failed.len(),
        failed.join("\n")
    );
    assert_eq!(correctness + stress, 400);
}

#[test]
fn hostile_files_are_read_in_milliseconds() {
    let fill = |head: &str, line: &str| {
        let mut file = head.to_owned();
        while file.len() + line.len() < MAX_ROBOTS_BYTES {
            file.push_str(line);
        }
        file
    };
    let files = [
        ("one long rule", fill("user-agent: *\ndisallow: /", "*a")),
        (
            "many wildcards",
            fill("user-agent: *\n", "disallow: /*a*a*a*b$\n"),
        ),
        ("many rules", fill("user-agent: *\n", "disallow:/*b\n")),
        ("many groups", fill("", "user-agent: *\ndisallow: /b\n")),
        ("one long line", fill("user-agent: *\ndisallow: /", "%aa")),
        ("no line ends", fill("", "user-agent ")),
        ("only line ends", fill("", "\r\n")),
    ];
    let path = format!("/{}", "a".repeat(2000));
    for (name, file) in files {
        let start = Instant::now();
        let robots = Robots::parse(file.as_bytes(), &["ascoltobot"]);
        let read = start.elapsed();
        let start_of_asking = Instant::now();
        assert!(robots.allows(&path), "{name}");
        let asked = start_of_asking.elapsed();
        println!("{name}: read in {read:?}, asked in {asked:?}");
        // Generous, since this also runs without optimisation.
        assert!(read + asked < Duration::from_secs(1), "{name}");
    }
}
