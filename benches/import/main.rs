//! What taking over a file costs, beside the bare libraries: `cargo bench --bench import`.
//!
//! README.md beside this folder tells what is compared, and what came out. Each contestant is a
//! process of its own over the same file; they take turns, and what counts is the processor's time.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a table for a person, of numbers far below 2^53, beside bare libraries"
)]

mod corpus;
#[expect(dead_code, reason = "shared with `match`, which needs more of it")]
#[path = "../match/measure.rs"]
mod measure;
#[expect(dead_code, reason = "shared with `match`, which needs more of it")]
#[path = "../match/mentions.rs"]
mod mentions;
mod raw;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use measure::{median, seconds_of_children};

/// A contestant and what its runs took.
struct Contestant {
    name: &'static str,
    run: fn(&Path) -> anyhow::Result<Command>,
    seconds: Vec<f64>,
    wall: Vec<f64>,
    mebibytes: f64,
    anonymous: f64,
}

fn main() -> anyhow::Result<()> {
    match word("--raw").as_deref() {
        Some("decode") => return raw::decode(&file()?),
        Some("index") => return raw::index(&file()?, &folder().join("raw-index")),
        Some("rows") => return raw::rows(&file()?, &folder().join("raw.db")),
        _ => {}
    }
    let amount = word("--mentions").map_or(Ok(100_000), |text| text.parse())?;
    let rounds = word("--rounds").map_or(Ok(3), |text| text.parse())?;
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
    for one in &mut contestants {
        let seconds = median(&mut one.seconds);
        println!(
            "| {} | {seconds:.1} | {:.0} | {:.1} | {:.0} | {:.0} |",
            one.name,
            amount as f64 / seconds,
            median(&mut one.wall),
            one.mebibytes,
            one.anonymous,
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
    if !env::args().any(|word| word == "--keep") {
        fs::remove_dir_all(folder())?;
    }
    Ok(())
}

fn contestant(name: &'static str, run: fn(&Path) -> anyhow::Result<Command>) -> Contestant {
    Contestant {
        name,
        run,
        seconds: Vec::new(),
        wall: Vec::new(),
        mebibytes: 0.0,
        anonymous: 0.0,
    }
}

impl Contestant {
    fn measure(&mut self, amount: usize) -> anyhow::Result<()> {
        let mut command = (self.run)(&folder())?;
        let (before, begun) = (seconds_of_children()?, Instant::now());
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let (mebibytes, anonymous) = watch(&mut child)?;
        let output = child.wait_with_output()?;
        self.wall.push(begun.elapsed().as_secs_f64());
        self.seconds.push(seconds_of_children()? - before);
        self.mebibytes = self.mebibytes.max(mebibytes);
        self.anonymous = self.anonymous.max(anonymous);
        ensure!(output.status.success(), "{} failed", self.name);
        let told = String::from_utf8_lossy(&output.stdout);
        let all = told.contains(&amount.to_string());
        ensure!(all, "{} did not take over all: {told}", self.name);
        Ok(())
    }
}

/// Waits for the end of a child; gives the most memory that it had, all and what is not of files.
fn watch(child: &mut Child) -> anyhow::Result<(f64, f64)> {
    let path = format!("/proc/{}/status", child.id());
    let (mut most, mut anonymous) = (0.0_f64, 0.0_f64);
    while child.try_wait()?.is_none() {
        let status = fs::read_to_string(&path).unwrap_or_default();
        for line in status.lines() {
            let value = |rest: &str| rest.trim().trim_end_matches(" kB").parse::<f64>().ok();
            if let Some(held) = line.strip_prefix("VmHWM:").and_then(value) {
                most = most.max(held / 1024.0);
            }
            if let Some(held) = line.strip_prefix("RssAnon:").and_then(value) {
                anonymous = anonymous.max(held / 1024.0);
            }
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok((most, anonymous))
}

/// This program as one of the bare ones.
fn raw_program(which: &str) -> anyhow::Result<Command> {
    let mut command = Command::new(env::current_exe().context("this program has no path")?);
    command.args(["--raw", which]);
    Ok(command)
}

/// The word after a flag of the command line.
fn word(flag: &str) -> Option<String> {
    env::args().skip_while(|word| word != flag).nth(1)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("import")
}

fn file() -> anyhow::Result<fs::File> {
    Ok(fs::File::open(folder().join(corpus::FILE))?)
}

fn bytes_in(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(found) if found.is_dir() => bytes_in(&entry.path()),
            Ok(found) => found.len(),
            Err(_) => 0,
        })
        .sum()
}
