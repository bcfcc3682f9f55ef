//! Whole processes: compiling in one of its own, and `ascolto match` from exec to the last answer.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::ensure;
use ascolto::model::MentionInput;

use crate::ground::measure::{median, seconds, seconds_of_children};
use crate::ground::mentions::{Language, Mention};
use crate::ground::watchlists;

/// Prints what compiling watchlists of these sizes takes.
pub(crate) fn compile(counts: &[usize]) -> anyhow::Result<()> {
    println!("\n| terms | seconds to parse and compile | MiB held | MiB at most |");
    println!("|---|---|---|---|");
    for count in counts {
        let status = Command::new(crate::own_path()?)
            .args(["--compile", &count.to_string()])
            .status()?;
        ensure!(status.success(), "compiling {count} terms failed");
    }
    Ok(())
}

/// Prints what `ascolto match` takes over the mentions as JSON lines, and what reading them alone
/// takes.
pub(crate) fn run(
    language: &Language,
    mentions: &[Mention],
    bytes: usize,
    rounds: usize,
) -> anyhow::Result<()> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("match");
    fs::create_dir_all(&folder)?;
    let lines: Vec<String> = (0..).zip(mentions).map(|(id, one)| one.line(id)).collect();
    let input = folder.join("mentions.jsonl");
    let mut file = BufWriter::new(File::create(&input)?);
    for line in &lines {
        writeln!(file, "{line}")?;
    }
    file.flush()?;

    let mut runs = Vec::new();
    for (terms, queries) in [
        ("10", watchlists::any_of(&language.names, 10)),
        ("1,000", watchlists::any_of(&language.names, 1_000)),
        ("100,000", watchlists::any_of(&language.names, 100_000)),
        ("all operators", watchlists::all_operators(&language.names)),
    ] {
        let mut files = Vec::new();
        for (number, query) in queries.iter().enumerate() {
            let path = folder.join(format!("{}-{number}.toml", terms.replace([',', ' '], "")));
            fs::write(&path, format!("name = \"{number}\"\nquery = '{query}'\n"))?;
            files.push(path);
        }
        runs.push((terms, files, Vec::new()));
    }
    let mut parsing = Vec::new();
    for _ in 0..rounds {
        let before = seconds()?;
        for line in &lines {
            MentionInput::parse(line)?;
        }
        parsing.push(seconds()? - before);
        for (terms, files, taken) in &mut runs {
            let before = seconds_of_children()?;
            let mut command = Command::new(env!("CARGO_BIN_EXE_ascolto"));
            command.arg("match").current_dir(&folder);
            for file in files.iter() {
                command.arg("--watchlist").arg(file);
            }
            let status = command
                .stdin(File::open(&input)?)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()?;
            ensure!(status.success(), "ascolto match with {terms} terms failed");
            taken.push(seconds_of_children()? - before);
        }
    }
    println!("\n| terms | process | MB/s | mentions/s | seconds |");
    println!("|---|---|---|---|---|");
    let row = |terms: &str, name: &str, taken: f64| {
        println!(
            "| {terms} | {name} | {:.0} | {:.0} | {taken:.2} |",
            bytes as f64 / 1e6 / taken,
            mentions.len() as f64 / taken,
        );
    };
    row("none", "reading the lines only", median(&mut parsing));
    for (terms, _, mut taken) in runs {
        row(terms, "ascolto match", median(&mut taken));
    }
    fs::remove_dir_all(&folder)?;
    Ok(())
}
