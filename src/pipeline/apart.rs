//! Work off the async threads, where it takes long or may go wrong.

use std::num::NonZero;
use std::sync::LazyLock;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::Semaphore;
use url::Url;

use super::failure::Failure;
use crate::model::Item;

/// Bytes of one body are read within this time, or not at all.
const PARSING: Duration = Duration::from_secs(30);

/// Items with more bytes than this are gone through off the async threads: it is a millisecond or two.
const MUCH: usize = 64 * 1024;

/// Whether going through these items takes longer than an async thread may be kept.
pub(super) fn is_much<'a>(items: impl IntoIterator<Item = &'a Item>) -> bool {
    let bytes = |item: &Item| item.text.len() + item.title.as_ref().map_or(0, String::len) + 256;
    items.into_iter().map(bytes).sum::<usize>() > MUCH
}

/// Does what takes long off the async threads, and the rest at once: a thread that is woken for
/// every poll costs more than what it does.
pub(super) async fn here_or_apart<T: Send + 'static>(
    much: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<T> {
    if much {
        tokio::task::spawn_blocking(work)
            .await
            .context("work on what was read was cut off")
    } else {
        Ok(work())
    }
}

/// Who reads a body: some more than there are processors, so that one that takes its full time
/// keeps no others waiting, and not as many as there are polls, each with a thread and its memory.
static READERS: LazyLock<Semaphore> = LazyLock::new(|| {
    let processors = std::thread::available_parallelism().map_or(2, NonZero::get);
    Semaphore::new(processors + 2)
});

/// Reads a body off the async threads, within a time, and survives an adapter that panics.
pub(super) async fn bounded<T: Send + 'static>(
    url: &Url,
    read: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    // It is never closed. What is given up goes on for a while, but holds no place.
    let _reader = READERS.acquire().await.ok();
    match tokio::time::timeout(PARSING, tokio::task::spawn_blocking(read)).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(_)) => Err(Failure::of_body(format!(
            "{url}: reading it failed unexpectedly; this is a mistake of ascolto's"
        ))),
        Err(_) => Err(Failure::of_body(format!(
            "{url}: reading it took longer than {} s and was given up",
            PARSING.as_secs()
        ))),
    }
}
