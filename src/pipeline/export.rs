//! Writing mentions out: every one that a query finds, in the order of their numbers.
//!
//! Invariant: memory holds the numbers of what was found, and a few mentions.

use anyhow::{Context, Result};

use super::index_tail::{folder, tail};
use crate::index::{Order, Searcher, Window};
use crate::model::{Mention, Timestamp};
use crate::query::{Document, Query};
use crate::store::Store;

/// Mentions that are read at once.
const BATCH: usize = 512;

/// What is done with each mention, told how many candidates of how many were looked at.
pub type Writing<'a> = dyn FnMut(&Mention, (usize, usize)) -> Result<()> + 'a;

/// Gives each mention within `window` that `query` finds at `now` to `write`, and tells how many
/// candidates of how many were looked at; gives how many were found.
pub fn export(
    store: &Store,
    query: &Query,
    window: Window,
    now: Timestamp,
    write: &mut Writing<'_>,
) -> Result<usize> {
    tail(store)?;
    let token = store.token()?;
    let searcher = Searcher::open(&folder(store))?
        .filter(|searcher| searcher.token() == token)
        .context("the index is being made by another ascolto; try again in a moment")?;
    let narrowed = searcher.narrow(query, window, now)?;
    let (mut ids, _) = searcher.list(&narrowed, Order::Newest, usize::MAX)?;
    ids.sort_unstable();
    let mut found = 0;
    for (number, batch) in ids.chunks(BATCH).enumerate() {
        for mention in store.mentions(batch)? {
            let matches =
                narrowed.exact || query.hits(&Document::of_mention(&mention), now).is_some();
            if matches {
                write(&query.view_of(mention), (number * BATCH, ids.len()))?;
                found += 1;
            }
        }
    }
    Ok(found)
}
