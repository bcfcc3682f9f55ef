//! What a mention and a search cost in an archive of ten thousand, and in one that is a thousand
//! times as large: `cargo bench --bench growth -- --most 10000000`.
//!
//! README.md beside this folder tells what is measured, and what came out. Each size is an
//! instance of its own; what counts is the processor's time of whole processes.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a table for a person, of numbers far below 2^53"
)]

#[expect(dead_code, reason = "each bench takes what it needs of it")]
#[path = "../ground/mod.rs"]
mod ground;

use std::fs;
use std::io::{self, Write};
use std::iter::successors;
use std::path::Path;
use std::process::Command;

use ascolto::pipeline::index_tail::bytes_in;
use ground::child::{self, Run};
use ground::mentions::Language;
use ground::{corpus, flag, number};

/// Searches of one kind: the kernel counts in hundredths of a second.
const TIMES: usize = 20;

fn main() -> anyhow::Result<()> {
    let (least, most) = (number("--least", 10_000)?, number("--most", 1_000_000)?);
    println!("comments; what a mention took to import, and the mean of {TIMES} searches each\n");
    println!(
        "| mentions | import, CPU µs a mention | MiB at most | bytes a mention on the disk \
         | word in ten mentions, ms | in one of 1,000 | frequent | with four facets |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for amount in successors(Some(least), |size| Some(size * 10)).take_while(|size| *size <= most) {
        measure(amount)?;
    }
    Ok(())
}

fn measure(amount: usize) -> anyhow::Result<()> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("growth-{amount}"));
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let file = folder.join(corpus::FILE);
    corpus::write_of(&folder, amount, Language::comment)?;
    let import = child::run(ascolto(&folder).arg("import").arg(&file))?;
    let watched = corpus::subject(&file)?;
    fs::remove_file(file)?;
    let bytes = bytes_in(&folder.join("instance/index"));
    print!(
        "| {amount} | {:.0} | {:.0} | {:.0} |",
        import.seconds / amount as f64 * 1e6,
        import.mebibytes,
        bytes as f64 / amount as f64,
    );
    let facets = ["--facets", "source,sentiment,author,day"];
    for words in [
        vec![corpus::RARE],
        vec![&*watched],
        vec![corpus::FREQUENT],
        [vec![corpus::FREQUENT], facets.to_vec()].concat(),
    ] {
        let runs: Vec<Run> = (0..TIMES)
            .map(|_| child::run(ascolto(&folder).arg("search").args(&words)))
            .collect::<anyhow::Result<_>>()?;
        let seconds: f64 = runs.iter().map(|run| run.seconds).sum();
        print!(" {:.1} |", seconds / TIMES as f64 * 1e3);
        io::stdout().flush()?;
    }
    println!();
    if !flag("--keep") {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

fn ascolto(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ascolto"));
    command.arg("-C").arg(folder.join("instance"));
    command
}
