//! What taking over a file costs, beside the bare libraries: `cargo bench --bench import`.
//!
//! README.md beside this folder tells what is compared, and what came out. Each contestant is a
//! process of its own over the same file; they take turns, and what counts is the processor's time.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a table for a person, of numbers far below 2^53"
)]

#[expect(dead_code, reason = "each bench takes what it needs of it")]
#[path = "../ground/mod.rs"]
mod ground;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use ascolto::pipeline::index_tail::bytes_in;
use ground::child::{self, Run};
use ground::measure::median;
use ground::{corpus, flag, number, raw, word};

/// A contestant and what its runs took.
struct Contestant {
    name: &'static str,
    command: fn(&Path) -> anyhow::Result<Command>,
    runs: Vec<Run>,
}

fn main() -> anyhow::Result<()> {
    match word("--raw").as_deref() {
        Some("decode") => return raw::decode(&file()?),
        Some("index") => return raw::index(&file()?, &folder().join("raw-index")),
        Some("rows") => return raw::rows(&file()?, &folder().join("raw.db")),
        _ => {}
    }
    let amount = number("--mentions", 100_000)?;
    let rounds = number("--rounds", 3)?;
    fs::create_dir_all(folder())?;
    let bytes = corpus::write(&folder(), amount)?;
    println!(
        "{amount} mentions, {:.0} MB of JSON lines; medians of {rounds} rounds\n",
        bytes as f64 / 1e6
    );
    let mut contestants = [
        contestant("decoding alone", |_| raw_program("decode")),
        contestant("Tantivy alone", |_| raw_program("index")),
        contestant("SQLite alone", |_| raw_program("rows")),
        contestant("ascolto import", |folder| {
            let instance = folder.join("instance");
            let index = instance.join("index");
            if index.exists() {
                fs::remove_dir_all(index)?;
            }
            let mut command = Command::new(env!("CARGO_BIN_EXE_ascolto"));
            command
                .arg("-C")
                .arg(instance)
                .arg("import")
                .arg(folder.join(corpus::FILE));
            Ok(command)
        }),
        contestant("the same once more", |folder| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_ascolto"));
            command.arg("-C").arg(folder.join("instance")).arg("import");
            command.arg(folder.join(corpus::FILE));
            Ok(command)
        }),
    ];
    for _ in 0..rounds {
        for contestant in &mut contestants {
            contestant.measure(amount)?;
        }
    }
    println!(
        "| what | CPU s | mentions a CPU second | wall s | MiB at most | of it not of files |"
    );
    println!("|---|---|---|---|---|---|");
    let mut taken = Vec::new();
    for one in &contestants {
        let of = |value: fn(&Run) -> f64| one.runs.iter().map(value).collect::<Vec<_>>();
        let most = |values: Vec<f64>| values.into_iter().fold(0.0, f64::max);
        let seconds = median(&mut of(|run| run.seconds));
        println!(
            "| {} | {seconds:.1} | {:.0} | {:.1} | {:.0} | {:.0} |",
            one.name,
            amount as f64 / seconds,
            median(&mut of(|run| run.wall)),
            most(of(|run| run.mebibytes)),
            most(of(|run| run.anonymous)),
        );
        taken.push(seconds);
    }
    if let [_, index, rows, import, _] = taken.as_slice() {
        println!(
            "\nimport / (Tantivy + SQLite) = {:.2}",
            import / (index + rows)
        );
    }
    let bytes = bytes_in(&folder().join("instance/index"));
    println!(
        "on the disk: {:.0} bytes a mention",
        bytes as f64 / amount as f64
    );
    if !flag("--keep") {
        fs::remove_dir_all(folder())?;
    }
    Ok(())
}

fn contestant(name: &'static str, command: fn(&Path) -> anyhow::Result<Command>) -> Contestant {
    Contestant {
        name,
        command,
        runs: Vec::new(),
    }
}

impl Contestant {
    fn measure(&mut self, amount: usize) -> anyhow::Result<()> {
        let run = child::run(&mut (self.command)(&folder())?)?;
        let all = run.printed.contains(&amount.to_string());
        ensure!(all, "{} did not take over all: {}", self.name, run.printed);
        self.runs.push(run);
        Ok(())
    }
}

/// This program as one of the bare ones.
fn raw_program(which: &str) -> anyhow::Result<Command> {
    let mut command = Command::new(env::current_exe().context("this program has no path")?);
    command.args(["--raw", which]);
    Ok(command)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("import")
}

fn file() -> anyhow::Result<fs::File> {
    Ok(fs::File::open(folder().join(corpus::FILE))?)
}
