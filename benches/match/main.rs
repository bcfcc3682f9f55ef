//! How fast mentions are matched, beside what one would write by hand: `cargo bench --bench match`.
//!
//! README.md beside this folder tells what is compared, and what came out. All contestants take
//! turns in one run, and what counts is the processor's time: wall time is as noisy as the
//! neighbours.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a table for a person, of numbers far below 2^53"
)]

#[expect(dead_code, reason = "each bench takes what it needs of it")]
#[path = "../ground/mod.rs"]
mod ground;
mod process;

use std::collections::HashSet;
use std::env;
use std::hint::black_box;

use aho_corasick::{AhoCorasick, MatchKind};
use anyhow::{Context, ensure};
use ascolto::model::{ItemKind, Lang, Timestamp};
use ascolto::query::{Document, Set};
use unicode_segmentation::UnicodeSegmentation;

use ground::measure::{mebibytes, median, seconds};
use ground::mentions::{Language, Mention, Random};
use ground::{number, watchlists, word};

const SEED: u64 = 42;
const NAMES: usize = 100_000;

/// Something that counts the hits in a mention.
struct Contestant<'a> {
    name: &'static str,
    terms: &'static str,
    /// Whether it finds every name: ASCII splitting misses those in «quotes».
    exact: bool,
    count: Box<dyn FnMut(&Mention) -> usize + 'a>,
    seconds: Vec<f64>,
    hits: usize,
}

impl<'a> Contestant<'a> {
    fn new(
        name: &'static str,
        terms: &'static str,
        count: impl FnMut(&Mention) -> usize + 'a,
    ) -> Self {
        Self {
            name,
            terms,
            exact: !name.starts_with("ASCII"),
            count: Box::new(count),
            seconds: Vec::new(),
            hits: 0,
        }
    }

    fn run(&mut self, mentions: &[Mention]) -> anyhow::Result<()> {
        let before = seconds()?;
        self.hits = mentions.iter().map(|mention| (self.count)(mention)).sum();
        self.seconds.push(seconds()? - before);
        Ok(())
    }
}

fn main() -> anyhow::Result<()> {
    if let Some(count) = word("--compile") {
        return compiling(count.parse()?);
    }
    let amount = number("--mentions", 100_000)?;
    let rounds = number("--rounds", 5)?;
    let only: Vec<String> = env::args()
        .skip_while(|word| word != "--only")
        .skip(1)
        .collect();

    let mut random = Random::new(SEED);
    let language = Language::new(&mut random, 50_000, NAMES);
    let mentions: Vec<Mention> = (0..amount).map(|_| language.mention(&mut random)).collect();
    let bytes: usize = mentions.iter().map(Mention::bytes).sum();
    println!(
        "{amount} mentions, {:.1} MB of title and text, {} bytes each; medians of {rounds} rounds\n",
        bytes as f64 / 1e6,
        bytes / amount.max(1)
    );

    let mut contestants = Vec::new();
    for (count, terms) in [(10, "10"), (1_000, "1,000"), (NAMES, "100,000")] {
        let names = language.names.get(..count).unwrap_or_default();
        contestants.push(automaton(names, terms)?);
        contestants.push(hashed_ascii(names, terms));
        contestants.push(hashed(names, terms));
        let set = watchlists::compile(&watchlists::any_of(names, count))?;
        contestants.push(ascolto("ascolto", terms, set));
    }
    let set = watchlists::compile(&watchlists::all_operators(&language.names))?;
    contestants.push(ascolto("ascolto", "all operators", set));
    contestants.retain(|one| {
        only.is_empty()
            || only
                .iter()
                .any(|only| [one.name, one.terms].contains(&only.as_str()))
    });

    for _ in 0..rounds {
        for contestant in &mut contestants {
            contestant.run(&mentions)?;
        }
    }
    let agreed = contestants.iter().all(|one| {
        contestants
            .iter()
            .filter(|other| other.terms == one.terms && other.exact == one.exact)
            .all(|other| other.hits == one.hits)
    });
    println!("| terms | what | MB/s | mentions/s | µs a mention | hits |");
    println!("|---|---|---|---|---|---|");
    for contestant in &mut contestants {
        let taken = median(&mut contestant.seconds);
        println!(
            "| {} | {} | {:.0} | {:.0} | {:.2} | {} |",
            contestant.terms,
            contestant.name,
            bytes as f64 / 1e6 / taken,
            amount as f64 / taken,
            taken * 1e6 / amount as f64,
            contestant.hits
        );
    }
    drop(contestants);
    ensure!(agreed, "the contestants count different hits");
    if only.is_empty() {
        process::compile(&[10, 1_000, NAMES])?;
        process::run(&language, &mentions, bytes, rounds.min(3))?;
    }
    Ok(())
}

/// One automaton over all terms; what it finds must be a whole word.
fn automaton<'a>(names: &[String], terms: &'static str) -> anyhow::Result<Contestant<'a>> {
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(names)?;
    let whole = move |text: &str| {
        let joined = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        automaton
            .find_iter(text)
            .filter(|found| {
                let (before, after) = (text.get(..found.start()), text.get(found.end()..));
                !joined(before.and_then(|text| text.chars().next_back()))
                    && !joined(after.and_then(|text| text.chars().next()))
            })
            .count()
    };
    Ok(Contestant::new("aho-corasick", terms, move |mention| {
        whole(&mention.title) + whole(&mention.text)
    }))
}

/// Runs of letters and digits (whatever is not ASCII counts as a letter), each looked up in a hash
/// table with its ASCII letters made small: the least that can be called splitting.
fn hashed_ascii<'a>(names: &[String], terms: &'static str) -> Contestant<'a> {
    let table: HashSet<Vec<u8>> = names.iter().map(|name| name.clone().into_bytes()).collect();
    let mut lower = Vec::new();
    let mut known = move |text: &str| {
        text.as_bytes()
            .split(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric())
            .filter(|word| {
                lower.clear();
                lower.extend_from_slice(word);
                lower.make_ascii_lowercase();
                !word.is_empty() && table.contains(&lower)
            })
            .count()
    };
    Contestant::new("ASCII words and hash", terms, move |mention| {
        known(&mention.title) + known(&mention.text)
    })
}

/// Unicode's words, each looked up in a hash table.
fn hashed<'a>(names: &[String], terms: &'static str) -> Contestant<'a> {
    let table: HashSet<String> = names.iter().cloned().collect();
    let mut lower = String::new();
    let mut known = move |text: &str| {
        text.unicode_words()
            .filter(|word| {
                lower.clear();
                if word.is_ascii() {
                    lower.push_str(word);
                    lower.make_ascii_lowercase();
                } else {
                    lower.push_str(&word.to_lowercase());
                }
                table.contains(&lower)
            })
            .count()
    };
    Contestant::new("Unicode words and hash", terms, move |mention| {
        known(&mention.title) + known(&mention.text)
    })
}

fn ascolto<'a>(name: &'static str, terms: &'static str, set: Set<usize>) -> Contestant<'a> {
    Contestant::new(name, terms, move |mention| {
        let document = Document {
            title: Some(&mention.title),
            text: &mention.text,
            url: Some(&mention.url),
            author: Some("Lia Rossi"),
            handle: Some("@lia"),
            kind: Some(ItemKind::Article),
            lang: Some(Lang::IT),
            published: Some(Timestamp::from_millis(1_795_000_000_000)),
            ..Document::default()
        };
        let matched = set.matches(
            black_box(&document),
            Timestamp::from_millis(1_795_300_000_000),
            |_| true,
        );
        matched.iter().map(|(_, spans)| spans.len()).sum()
    })
}

/// Compiles watchlists of so many terms in a process of its own, and tells what it took.
fn compiling(count: usize) -> anyhow::Result<()> {
    let mut random = Random::new(SEED);
    let language = Language::new(&mut random, 0, NAMES);
    let queries = watchlists::any_of(&language.names, count);
    // Once for nothing: the allocator tidies up after the names.
    drop(watchlists::compile(&watchlists::any_of(
        &language.names,
        10,
    ))?);
    let (before, began) = (mebibytes("VmRSS")?, seconds()?);
    let set = black_box(watchlists::compile(&queries)?);
    let taken = seconds()? - began;
    let (held, most) = (mebibytes("VmRSS")? - before, mebibytes("VmHWM")? - before);
    ensure!(!set.is_empty(), "nothing was compiled");
    println!("| {count} | {taken:.3} | {held:.1} | {most:.1} |");
    Ok(())
}

/// The path of this very program.
fn own_path() -> anyhow::Result<std::path::PathBuf> {
    env::current_exe().context("this program has no path")
}
