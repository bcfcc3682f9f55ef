//! The watchlists of the comparison.

use anyhow::bail;
use ascolto::query::{Names, Query, Role, Set};

/// The most terms of one watchlist.
const MOST: usize = 1_000;

/// Queries for any of the first `count` names, spread over watchlists.
pub(crate) fn any_of(names: &[String], count: usize) -> Vec<String> {
    let names = names.get(..count).unwrap_or(names);
    names.chunks(MOST).map(|part| part.join(" OR ")).collect()
}

/// A hundred queries with every operator of the language, of about a thousand terms in all.
pub(crate) fn all_operators(names: &[String]) -> Vec<String> {
    let shapes: [fn(&[String]) -> String; 5] = [
        |n| {
            format!(
                "({} OR {}) NEAR/5 (truffa OR scam OR {}) NOT \"{} {}\"",
                n[0], n[1], n[2], n[3], n[4]
            )
        },
        |n| {
            format!(
                "{} EXCEPT \"{} shop\" OR {{{}}} OR \"{} the {}\"~2",
                n[0],
                n[0],
                capital(&n[1]),
                n[2],
                n[3]
            )
        },
        |n| {
            format!(
                "({}* OR {}?{} OR raw:\"{}++\") lang:it NOT rating:>3",
                n[0],
                head(&n[1], 3),
                tail(&n[1], 4),
                n[2]
            )
        },
        |n| {
            format!(
                "title:{} OR #{} OR @{} OR {} AND (😡 OR 👍) OR author:rossi {}",
                n[0], n[1], n[2], n[3], n[4]
            )
        },
        |n| {
            format!(
                "({} OR {} ONEAR/2 ({} OR non)) type:(article OR review) \
                 NOT (site:shop.example OR url:offerta OR {}) date:2026-01-01..2026-12-31",
                n[0], n[1], n[2], n[3]
            )
        },
    ];
    names
        .chunks_exact(10)
        .take(100)
        .zip(shapes.iter().cycle())
        .map(|(part, shape)| format!("{} OR {}", shape(part), part[5..].join(" OR ")))
        .collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn head(word: &str, length: usize) -> &str {
    word.get(..length).unwrap_or(word)
}

fn tail(word: &str, from: usize) -> &str {
    word.get(from..).unwrap_or("x")
}

/// Parses the queries and compiles them together.
pub(crate) fn compile(queries: &[String]) -> anyhow::Result<Set<usize>> {
    let mut parsed = Vec::new();
    for (number, text) in queries.iter().enumerate() {
        match Query::parse(text, Role::Watchlist, &Names::default()) {
            Ok((query, _)) => parsed.push((number, query)),
            Err(problems) => bail!("{text}: {problems:?}"),
        }
    }
    Ok(Set::compile(parsed))
}
