//! A progress bar on stderr, where stderr is a terminal.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that counts to `total` with `what` before it; invisible where stderr is no terminal.
pub(crate) fn bar(total: usize, what: &'static str) -> ProgressBar {
    let total = u64::try_from(total).unwrap_or(u64::MAX);
    draw(total, what, "{prefix} {bar:24} {pos}/{len}  {msg}")
}

/// A bar over the bytes of a file, or a count of them where the file's length is not known.
pub(crate) fn bytes_bar(total: Option<u64>, what: &'static str) -> ProgressBar {
    match total {
        Some(total) => draw(
            total,
            what,
            "{prefix} {bar:24} {bytes}/{total_bytes}  {eta} left  {msg}",
        ),
        None => draw(0, what, "{prefix} {bytes}  {msg}"),
    }
}

/// Something that turns while it lasts.
pub(crate) fn spinner(what: &'static str) -> ProgressBar {
    draw(0, what, "{spinner} {prefix}  {elapsed}")
}

fn draw(total: u64, what: &'static str, template: &str) -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(total), target);
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style);
    bar.set_prefix(what);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
