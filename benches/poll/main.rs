//! What reading 2,000 feeds costs, beside a bare program of the same kind and newsboat:
//! `cargo bench --bench poll`.
//!
//! README.md beside this folder tells what is compared, and what came out. Every feed is a host of
//! its own on loopback; what counts is the processor's time of whole processes.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a table for a person, of numbers far below 2^53, beside bare libraries"
)]

mod bare;
mod farm;
#[expect(dead_code, reason = "each bench takes what it needs of it")]
#[path = "../ground/mod.rs"]
mod ground;

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::ensure;
use ascolto::clock::Clock;

use farm::{Asked, Farm};
use ground::child::{self, Run};
use ground::measure::median;
use ground::mentions::{Language, Random};
use ground::{flag, number, word};

const SEED: u64 = 7;
const ASCOLTO: &str = env!("CARGO_BIN_EXE_ascolto");
/// Names that the watchlists look for, and how many of them a watchlist has.
const WATCHED: usize = 1_000;
const TERMS: usize = 50;

/// How often the feeds are read, and what is new about them.
const PASSES: [&str; 3] = ["cold", "unchanged", "one new item each"];

/// A reader of feeds, and what its processes took.
struct Contestant {
    name: &'static str,
    command: fn(&Path) -> anyhow::Result<Command>,
    /// What must not be there when it reads for the first time.
    kept: &'static [&'static str],
    runs: [Vec<Run>; 3],
    /// The most memory that any of its processes held.
    mebibytes: f64,
}

fn main() -> anyhow::Result<()> {
    if word("--bare").is_some() {
        return bare::refresh(&folder().join(LIST), &folder().join("bare.db"));
    }
    let amount = number("--feeds", 2_000)?;
    let rounds = number("--rounds", 3)?;
    let mut random = Random::new(SEED);
    let language = Language::new(&mut random, 50_000, 100_000);
    let farm = Farm::open(&language, amount, Clock::System.now())?;
    prepare(&farm, language.names.get(..WATCHED).unwrap_or_default())?;
    println!(
        "{amount} feeds of {} items, {:.1} MB; medians of {rounds} rounds, newsboat once\n",
        farm::ITEMS,
        farm.bytes() as f64 / 1e6
    );
    let mut contestants = contestants();
    for round in 0..rounds {
        for contestant in &mut contestants {
            // It takes minutes, and is an order of magnitude away.
            if contestant.name != "newsboat" || round == 0 {
                contestant.measure(&farm)?;
            }
        }
    }
    report(&mut contestants, amount);
    if !flag("--keep") {
        fs::remove_dir_all(folder())?;
    }
    Ok(())
}

fn contestants() -> Vec<Contestant> {
    let mut all = vec![
        contestant("ascolto collect", &["instance/index"], |folder| {
            // Another build may be put beside the others.
            let program = word("--ascolto");
            let mut command = Command::new(program.as_deref().unwrap_or(ASCOLTO));
            command.arg("-C").arg(folder.join("instance"));
            command.args(["collect", "--all"]);
            Ok(command)
        }),
        contestant(
            "reqwest + feed-rs + SQLite",
            &["bare.db", "bare.db-wal", "bare.db-shm"],
            |_| {
                let mut command = Command::new(env::current_exe()?);
                command.args(["--bare", "yes"]);
                Ok(command)
            },
        ),
    ];
    let wanted = !flag("--no-peers");
    if wanted && Command::new("newsboat").arg("--version").output().is_ok() {
        all.push(contestant("newsboat", &["newsboat"], |folder| {
            let home = folder.join("newsboat");
            fs::create_dir_all(&home)?;
            let mut command = Command::new("newsboat");
            command.arg("-u").arg(folder.join(LIST));
            command.arg("-c").arg(home.join("cache.db"));
            command.arg("-C").arg(home.join("config"));
            command.args(["-x", "reload"]).env("HOME", &home);
            fs::write(home.join("config"), "")?;
            Ok(command)
        }));
    }
    all
}

fn contestant(
    name: &'static str,
    kept: &'static [&'static str],
    command: fn(&Path) -> anyhow::Result<Command>,
) -> Contestant {
    Contestant {
        name,
        command,
        kept,
        runs: Default::default(),
        mebibytes: 0.0,
    }
}

impl Contestant {
    /// Reads the feeds for the first time, unchanged, and with one new item each.
    fn measure(&mut self, farm: &Farm) -> anyhow::Result<()> {
        for name in self.kept {
            let path = folder().join(name);
            if path.is_dir() {
                fs::remove_dir_all(path)?;
            } else if path.exists() {
                fs::remove_file(path)?;
            }
        }
        for pass in 0..PASSES.len() {
            farm.show(usize::from(pass == 2));
            if pass == 1 {
                // newsboat notes an ETag only at the second sight of it.
                self.read(farm)?;
            }
            let (run, asked) = self.read(farm)?;
            let expected = Asked {
                whole: if pass == 1 { 0 } else { farm.len() },
                unchanged: if pass == 1 { farm.len() } else { 0 },
            };
            ensure!(
                asked == expected,
                "{}, {}: {asked:?} instead of {expected:?}",
                self.name,
                PASSES.get(pass).unwrap_or(&"")
            );
            self.mebibytes = self.mebibytes.max(run.mebibytes);
            if let Some(runs) = self.runs.get_mut(pass) {
                runs.push(run);
            }
        }
        Ok(())
    }

    /// Reads all feeds once; gives also what was asked of their server.
    fn read(&self, farm: &Farm) -> anyhow::Result<(Run, Asked)> {
        farm.asked();
        let run = child::run(&mut (self.command)(&folder())?)?;
        Ok((run, farm.asked()))
    }
}

fn report(contestants: &mut [Contestant], amount: usize) {
    println!(
        "| run | what | CPU s | feeds a CPU second | ascolto's over it | wall s | MiB at most |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (pass, what) in PASSES.iter().enumerate() {
        let mut ascolto = f64::NAN;
        for one in contestants.iter_mut() {
            let Some(runs) = one.runs.get(pass) else {
                continue;
            };
            let of =
                |value: fn(&Run) -> f64| median(&mut runs.iter().map(value).collect::<Vec<_>>());
            let seconds = of(|run| run.seconds);
            if ascolto.is_nan() {
                ascolto = seconds;
            }
            println!(
                "| {what} | {} | {seconds:.2} | {:.0} | {:.2} | {:.1} | {:.0} |",
                one.name,
                amount as f64 / seconds,
                seconds / ascolto,
                of(|run| run.wall),
                one.mebibytes,
            );
        }
    }
}

/// Writes the list of addresses and the instance.
fn prepare(farm: &Farm, watched: &[String]) -> anyhow::Result<()> {
    if folder().exists() {
        fs::remove_dir_all(folder())?;
    }
    let watchlists = folder().join("instance/watchlists");
    fs::create_dir_all(&watchlists)?;
    let mut list = String::new();
    let mut settings =
        "timezone = \"Europe/Rome\"\n[fetch]\nallow_private = [\"127.0.0.0/8\"]\n".to_owned();
    for (number, url) in farm.urls().enumerate() {
        writeln!(list, "{url}")?;
        write!(
            settings,
            "\n[[source]]\nkind = \"feed\"\nname = \"forum {number}\"\nurl = \"{url}\"\n"
        )?;
    }
    fs::write(folder().join(LIST), list)?;
    fs::write(folder().join("instance/ascolto.toml"), settings)?;
    for (number, names) in watched.chunks(TERMS).enumerate() {
        let toml = format!(
            "name = \"Brand {number}\"\nkind = \"brand\"\nquery = '{}'\n",
            names.join(" OR ")
        );
        fs::write(watchlists.join(format!("brand{number}.toml")), toml)?;
    }
    Ok(())
}

/// The name of the list of addresses.
const LIST: &str = "feeds.txt";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("poll")
}
