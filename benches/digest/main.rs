//! How fast an issue of a digest is made, and how fast mail leaves: the figures of
//! `benches/README.md`.
//!
//! `cargo bench --bench digest` fills an archive, then makes the issue in a process of its own, so
//! that its memory is its own; `-- mail` sends messages to a server on loopback.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program that measures may panic and print"
)]

#[expect(dead_code, reason = "each bench takes what it needs of it")]
#[path = "../ground/mod.rs"]
mod ground;
mod mail;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use ascolto::config::Config;
use ascolto::pipeline::digest::Plan;
use ascolto::store::Store;

use ground::archive;
use ground::measure::mebibytes;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|it| it != "--bench")
        .collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["make", folder] => make(Path::new(folder)),
        ["mail"] => mail::measure(10_000),
        ["mail", count] => mail::measure(count.parse().unwrap()),
        [] => measure(100_000),
        [count] => measure(count.parse().unwrap()),
        _ => println!("cargo bench --bench digest [-- MENTIONS | mail [MESSAGES]]"),
    }
}

fn measure(mentions: usize) {
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    archive::fill(folder.path(), mentions);
    println!(
        "{mentions} mentions in the window and as many in the one before, filled in {:.1} s",
        began.elapsed().as_secs_f64()
    );
    for _ in 0..3 {
        let ran = Command::new(std::env::current_exe().unwrap())
            .args(["make", folder.path().to_str().unwrap()])
            .output()
            .unwrap();
        print!("{}", String::from_utf8(ran.stdout).unwrap());
        assert!(
            ran.status.success(),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
    }
}

/// Makes the issue whole: counted, rendered, as messages.
fn make(folder: &Path) {
    let config = Config::open(folder).unwrap().0;
    let began = Instant::now();
    let store = Store::open(&folder.join("index")).unwrap();
    let plan = Plan::all(&config).next().unwrap();
    let prepared = plan.prepare(&store, archive::now(), false).unwrap();
    let counted = began.elapsed();
    let mails = plan.mails(&prepared, archive::now()).unwrap();
    println!(
        "{} mentions: {:.2} s, of these {:.2} s for rendering; {} KB a mail; {:.0} MiB at most; {} terms rose",
        prepared.digest.total(),
        began.elapsed().as_secs_f64(),
        began.elapsed().saturating_sub(counted).as_secs_f64(),
        mails[0].raw.len() / 1_000,
        mebibytes("VmHWM").unwrap(),
        prepared.digest.rising.terms.len(),
    );
}
