//! Runs ascolto over corpora that others wrote and that are not part of it.
//!
//! `ASCOLTO_CORPORA=/path cargo test --test corpora -- --nocapture`; without the variable every
//! test here fails and says so. Plain `cargo test` leaves this binary out.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "tests may panic, and a table of what differs is their output"
)]

mod collect;
mod copies;
mod feeds;
mod microdata;
mod pages;
mod robots;
mod sentiment;

use std::path::PathBuf;
use std::time::Instant;

/// The folder of a corpus.
fn corpus(name: &str) -> PathBuf {
    #[expect(
        clippy::disallowed_methods,
        reason = "where the corpora lie is no setting of the program"
    )]
    let Ok(root) = std::env::var("ASCOLTO_CORPORA") else {
        panic!("ASCOLTO_CORPORA is not set: it names the folder that holds `{name}`");
    };
    let folder = PathBuf::from(root).join(name);
    assert!(folder.is_dir(), "there is no folder {}", folder.display());
    folder
}

/// Counts the files of a corpus of which all comes out that is in them.
struct Wholes {
    good: u32,
    all: u32,
    started: Instant,
}

impl Wholes {
    fn new() -> Self {
        Self {
            good: 0,
            all: 0,
            started: Instant::now(),
        }
    }

    /// Takes a file in; prints why it is not whole.
    fn count(&mut self, name: &str, problems: &[String]) {
        self.all += 1;
        if problems.is_empty() {
            self.good += 1;
        } else {
            println!("{name:<55} {}", problems.join("\n        "));
        }
    }

    /// Prints the share of whole files; fails below `goal`.
    fn at_least(self, goal: f64) {
        let (good, all) = (self.good, self.all);
        let share = f64::from(good) / f64::from(all);
        println!(
            "{good} of {all} files whole ({:.1} %), {:?}",
            share * 100.0,
            self.started.elapsed()
        );
        assert!(share >= goal, "{good} of {all} files are whole");
    }
}
