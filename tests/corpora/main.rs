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
