//! What a search takes from exec to the last line, beside a bare Tantivy program and ripgrep:
//! `cargo bench --bench search`.
//!
//! README.md beside this folder tells what is compared, and what came out. All take turns over the
//! same mentions; what counts is the processor's time of whole processes.

#![expect(clippy::print_stdout, reason = "a table for a person")]

#[expect(dead_code, reason = "each bench takes what it needs of it")]
#[path = "../ground/mod.rs"]
mod ground;

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::ensure;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::QueryParser;
use tantivy::{Index, Order};

use ground::measure::{median, seconds_of_children};
use ground::{corpus, flag, number, raw, word};

/// A process and what its runs took.
struct Contestant {
    name: &'static str,
    what: String,
    command: Box<dyn Fn() -> anyhow::Result<Command>>,
    seconds: Vec<f64>,
    wall: Vec<f64>,
}

fn main() -> anyhow::Result<()> {
    if let Some(term) = word("--raw") {
        return bare(&term);
    }
    let amount = number("--mentions", 100_000)?;
    let rounds = number("--rounds", 5)?;
    let times = u32::try_from(number("--times", 20)?)?;
    let rare = prepare(amount)?;
    let mut contestants = contestants(&rare);
    for _ in 0..rounds {
        for contestant in &mut contestants {
            contestant.measure(times)?;
        }
    }
    println!("{amount} mentions; medians of {rounds} rounds of {times} runs each\n");
    println!("| what | program | CPU ms | wall ms |");
    println!("|---|---|---|---|");
    for one in &mut contestants {
        println!(
            "| {} | {} | {:.1} | {:.1} |",
            one.what,
            one.name,
            median(&mut one.seconds) * 1e3,
            median(&mut one.wall) * 1e3,
        );
    }
    if !flag("--keep") {
        fs::remove_dir_all(folder())?;
    }
    Ok(())
}

/// Makes the mentions, the instance that holds them and the bare index, where they are not kept
/// from before; gives a word that stands in one mention of a thousand.
fn prepare(amount: usize) -> anyhow::Result<String> {
    let file = folder().join(corpus::FILE);
    let made = folder().join(format!("made-{amount}"));
    if !made.exists() {
        if folder().exists() {
            fs::remove_dir_all(folder())?;
        }
        fs::create_dir_all(folder())?;
        corpus::write(&folder(), amount)?;
        raw::index(&File::open(&file)?, &folder().join("bare"))?;
        let status = ascolto(&["import"]).arg(&file).status()?;
        ensure!(status.success(), "the import failed");
        fs::write(made, "")?;
    }
    corpus::subject(&file)
}

fn contestants(rare: &str) -> Vec<Contestant> {
    let mut all = Vec::new();
    for (what, term) in [("rare word", rare), ("frequent word", corpus::FREQUENT)] {
        let term = term.to_owned();
        let asked = term.clone();
        all.push(contestant("ascolto search", what, move || {
            Ok(ascolto(&["search", &asked]))
        }));
        let asked = term.clone();
        all.push(contestant("Tantivy alone", what, move || {
            let mut command = Command::new(env::current_exe()?);
            command.args(["--raw", &asked]);
            Ok(command)
        }));
        if Command::new("rg").arg("--version").output().is_ok() {
            all.push(contestant("rg", what, move || {
                let mut command = Command::new("rg");
                command.args(["--ignore-case", "--word-regexp", "--count", &term]);
                command.arg(folder().join(corpus::FILE));
                Ok(command)
            }));
        }
    }
    let near = format!("{rare} NEAR/5 {}", corpus::FREQUENT);
    for (what, words) in [
        (
            "frequent word, four facets",
            vec![corpus::FREQUENT, "--facets", "source,sentiment,author,day"],
        ),
        (
            "frequent word, by relevance",
            vec![corpus::FREQUENT, "--sort", "relevance"],
        ),
        ("rare word NEAR the frequent", vec![near.as_str()]),
        ("nothing asked: the newest", vec![]),
    ] {
        let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        all.push(contestant("ascolto search", what, move || {
            let mut command = ascolto(&["search"]);
            command.args(&words);
            Ok(command)
        }));
    }
    all
}

fn contestant(
    name: &'static str,
    what: &str,
    command: impl Fn() -> anyhow::Result<Command> + 'static,
) -> Contestant {
    Contestant {
        name,
        what: what.to_owned(),
        command: Box::new(command),
        seconds: Vec::new(),
        wall: Vec::new(),
    }
}

impl Contestant {
    /// Runs so many processes one after the other: the kernel counts in hundredths of a second.
    fn measure(&mut self, times: u32) -> anyhow::Result<()> {
        let (before, begun) = (seconds_of_children()?, Instant::now());
        for _ in 0..times {
            let status = (self.command)()?
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()?;
            ensure!(
                status.success(),
                "{}: {} found nothing",
                self.what,
                self.name
            );
        }
        self.wall
            .push(begun.elapsed().as_secs_f64() / f64::from(times));
        self.seconds
            .push((seconds_of_children()? - before) / f64::from(times));
        Ok(())
    }
}

/// The least that a program on Tantivy does: opens the index, counts, and prints the numbers of
/// the 20 newest.
fn bare(term: &str) -> anyhow::Result<()> {
    let index = Index::open_in_dir(folder().join("bare"))?;
    let searcher = index.reader()?.searcher();
    let field = |name: &str| index.schema().get_field(name);
    let parser = QueryParser::for_index(&index, vec![field("title")?, field("text")?]);
    let query = parser.parse_query(term)?;
    let newest = TopDocs::with_limit(20).order_by_fast_field::<i64>("date", Order::Desc);
    let (newest, count) = searcher.search(&query, &(newest, Count))?;
    println!("{count}");
    for (date, place) in newest {
        let numbers = searcher
            .segment_reader(place.segment_ord)
            .fast_fields()
            .i64("id")?;
        println!("{:?} {date:?}", numbers.first(place.doc_id));
    }
    Ok(())
}

fn ascolto(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ascolto"));
    command.arg("-C").arg(folder().join("instance")).args(words);
    command
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("search")
}
