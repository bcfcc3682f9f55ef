//! A process from exec to its end: what it took of the processor, of time and of memory.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::ensure;

use super::measure::{mebibytes_of, seconds_of_children};

/// What a process took.
pub(crate) struct Run {
    /// Seconds of the processor, to a hundredth.
    pub(crate) seconds: f64,
    pub(crate) wall: f64,
    /// The most memory that it held, in MiB.
    pub(crate) mebibytes: f64,
    /// Of that memory, the most that is not of files.
    pub(crate) anonymous: f64,
    /// What it printed.
    pub(crate) printed: String,
}

/// Runs a process to its end, and looks at its memory a hundred times a second.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<Run> {
    // Not pipes: who waits for the end reads nothing meanwhile.
    let (printed, told) = (tempfile::tempfile()?, tempfile::tempfile()?);
    let (before, begun) = (seconds_of_children()?, Instant::now());
    let mut child = command
        .stdout(Stdio::from(printed.try_clone()?))
        .stderr(Stdio::from(told.try_clone()?))
        .spawn()?;
    let path = format!("/proc/{}/status", child.id());
    let (mut most, mut anonymous) = (0.0_f64, 0.0_f64);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        // It may end between the two.
        let text = fs::read_to_string(&path).unwrap_or_default();
        most = most.max(mebibytes_of(&text, "VmHWM").unwrap_or(0.0));
        anonymous = anonymous.max(mebibytes_of(&text, "RssAnon").unwrap_or(0.0));
        thread::sleep(Duration::from_millis(10));
    };
    let wall = begun.elapsed().as_secs_f64();
    let seconds = seconds_of_children()? - before;
    ensure!(status.success(), "{command:?} failed: {}", all(told)?);
    Ok(Run {
        seconds,
        wall,
        mebibytes: most,
        anonymous,
        printed: all(printed)?,
    })
}

fn all(mut file: File) -> anyhow::Result<String> {
    file.seek(SeekFrom::Start(0))?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(text)
}
