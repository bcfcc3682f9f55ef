//! Seconds of the processor and bytes of memory, as Linux counts them.

use std::fs;
use std::thread;
use std::time::Duration;

use anyhow::Context;

/// The seconds of the processor that this thread has used.
pub(crate) fn seconds() -> anyhow::Result<f64> {
    // The kernel books the time at its next tick, or when the thread goes to sleep.
    thread::sleep(Duration::from_millis(1));
    let text = fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds = text.split(' ').next().context("schedstat is empty")?;
    Ok(nanoseconds.parse::<f64>()? / 1e9)
}

/// The seconds of the processor that ended children have used, to a hundredth.
pub(crate) fn seconds_of_children() -> anyhow::Result<f64> {
    let text = fs::read_to_string("/proc/self/stat")?;
    // The name of the command, in brackets, may hold anything; 13 fields lie behind it.
    let (_, fields) = text.rsplit_once(") ").context("stat has no command")?;
    let ticks: Vec<f64> = fields
        .split(' ')
        .skip(13)
        .take(2)
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / 100.0)
}

/// A row of this process's `/proc/self/status` in MiB: `VmRSS` for now, `VmHWM` for the most so far.
pub(crate) fn mebibytes(row: &str) -> anyhow::Result<f64> {
    mebibytes_of(&fs::read_to_string("/proc/self/status")?, row).context("status lacks the row")
}

/// A row of such a text in MiB.
pub(crate) fn mebibytes_of(status: &str, row: &str) -> Option<f64> {
    let value = status
        .lines()
        .find_map(|line| line.strip_prefix(row)?.strip_prefix(':'))?;
    let kilobytes: f64 = value.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}

/// The middle of the values.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
