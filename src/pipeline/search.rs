//! Searching: Tantivy narrows, the matcher has the last word.
//!
//! The index answers most queries exactly. For the others it finds every match and more; these
//! candidates are read from the store and decided one by one by the matcher that also decides
//! for watchlists, so that counts and counts by value are exact either way.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::index_tail::{self, folder, tail_quickly};
use crate::index::{Dimension, IndexError, Narrowed, Order, Searcher, Tally, Window, standing};
use crate::model::{Mention, MentionId, Timestamp};
use crate::query::{Document, Query, Span};
use crate::store::Store;

/// Candidates that are read from the store at once.
const BATCH: usize = 256;

/// How a search is asked for.
#[derive(Debug, Clone)]
pub struct SearchOptions {
    /// Only mentions of this stretch of time, by date of publication (of collection, where
    /// undated).
    pub window: Window,
    /// In which order.
    pub order: Order,
    /// How many on a page; 0 to count only.
    pub limit: usize,
    /// Which page, from 0.
    pub page: usize,
    /// What all matches are counted by.
    pub dimensions: Vec<Dimension>,
    /// When this is: what `newer:` and `older:` count from.
    pub now: Timestamp,
    /// Whether each word may also be another form of it, by the stemmers of Italian and English.
    pub stem: bool,
    /// How long to wait while another process brings the index up to date.
    pub patience: Duration,
}

impl SearchOptions {
    /// The 20 newest, asked at `now`.
    pub fn new(now: Timestamp) -> Self {
        Self {
            window: Window::default(),
            order: Order::Newest,
            limit: 20,
            page: 0,
            dimensions: Vec::new(),
            now,
            stem: false,
            patience: Duration::from_secs(1),
        }
    }
}

/// A mention that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// What was found, seen by the watchlist that the query asks about.
    pub mention: Mention,
    /// Where the query matched in it; none where facts decided.
    pub spans: Vec<Span>,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// The page asked for.
    pub page: Vec<Match>,
    /// How many mentions match in all.
    pub total: usize,
    /// Counts of all matches by each of the dimensions asked for, in their order.
    pub tallies: Vec<Tally>,
    /// The forms of its words that were looked for as well.
    pub forms: Vec<String>,
    /// The query with these forms, where there are any.
    pub widened: Option<Query>,
    /// How many changes of the store are not in the index yet, because another process is still
    /// writing it.
    pub behind: u64,
}

/// Finds the mentions that match `query`. `progress` is told how many of how many candidates were
/// looked at, where the index cannot decide alone.
pub fn search(
    store: &Store,
    query: &Query,
    options: &SearchOptions,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Found> {
    catch_up(store, options.patience)?;
    match attempt(store, query, options, progress) {
        Err(error) if is_damage(&error) => {
            tracing::warn!(%error, "the index is made anew");
            index_tail::rebuild(store, options.patience)?;
            attempt(store, query, options, progress)
        }
        done => done,
    }
}

fn is_damage(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<IndexError>()
        .is_some_and(IndexError::is_damage)
}

/// Brings the index up to the store, or waits for who is doing it.
fn catch_up(store: &Store, patience: Duration) -> Result<()> {
    let wanted = store.max_seq()?;
    let begun = Instant::now();
    let tailed = tail_quickly(store)?;
    let behind = || standing(&folder(store)).is_none_or(|standing| standing.upto < wanted);
    while tailed.elsewhere && behind() && begun.elapsed() < patience {
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

fn attempt(
    store: &Store,
    query: &Query,
    options: &SearchOptions,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Found> {
    let token = store.token()?;
    let searcher = Searcher::open(&folder(store))?
        .filter(|searcher| searcher.token() == token)
        .context("the index is being made by another ascolto; try again in a moment")?;
    let behind = store.max_seq()?.0 - searcher.reached().0;
    let (widened, forms) = if options.stem {
        with_forms(query, &searcher)?
    } else {
        (None, Vec::new())
    };
    let query = widened.as_ref().unwrap_or(query);
    let narrowed = searcher.narrow(query, options.window, options.now)?;
    let found = if narrowed.exact {
        exactly(store, query, options, &searcher, &narrowed)?
    } else {
        by_matcher(store, query, options, &searcher, &narrowed, progress)?
    };
    Ok(Found {
        behind: u64::try_from(behind).unwrap_or(0),
        forms,
        widened,
        ..found
    })
}

/// The query widened by the words of the index that share a stem with one of its own, and these.
fn with_forms(query: &Query, searcher: &Searcher) -> Result<(Option<Query>, Vec<String>)> {
    let mut forms = BTreeMap::new();
    for word in query.plain_words() {
        let same = searcher.same_stem(&word)?;
        forms.insert(word, same);
    }
    let widened = query.widened(&forms);
    Ok((Some(widened), forms.into_values().flatten().collect()))
}

/// The index decides; the matcher only tells where.
fn exactly(
    store: &Store,
    query: &Query,
    options: &SearchOptions,
    searcher: &Searcher,
    narrowed: &Narrowed,
) -> Result<Found> {
    let skipped = options.page.saturating_mul(options.limit);
    let wanted = if options.limit == 0 {
        0
    } else {
        skipped.saturating_add(options.limit)
    };
    let (ids, total, tallies) = if !options.dimensions.is_empty() {
        searcher.list_and_tally(
            narrowed,
            (options.order, wanted),
            &options.dimensions,
            query.view(),
        )?
    } else if wanted == 0 {
        (Vec::new(), searcher.count(narrowed)?, Vec::new())
    } else {
        let (ids, total) = searcher.list(narrowed, options.order, wanted)?;
        (ids, total, Vec::new())
    };
    let page = ids.get(skipped..).unwrap_or_default();
    let page = store.mentions(page)?.into_iter().map(|mention| Match {
        spans: decide(query, &mention, options.now).unwrap_or_default(),
        mention: query.view_of(mention),
    });
    let page = page.collect();
    Ok(Found {
        page,
        total,
        tallies,
        ..Found::default()
    })
}

/// The matcher decides on each candidate, in the order asked for.
fn by_matcher(
    store: &Store,
    query: &Query,
    options: &SearchOptions,
    searcher: &Searcher,
    narrowed: &Narrowed,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Found> {
    let (candidates, _) = searcher.list(narrowed, options.order, usize::MAX)?;
    let skipped = options.page.saturating_mul(options.limit);
    let mut found = Found {
        tallies: vec![Tally::default(); options.dimensions.len()],
        ..Found::default()
    };
    for (n, batch) in candidates.chunks(BATCH).enumerate() {
        for mention in mentions(store, batch)? {
            let Some(spans) = decide(query, &mention, options.now) else {
                continue;
            };
            let mention = query.view_of(mention);
            for (tally, dimension) in found.tallies.iter_mut().zip(&options.dimensions) {
                tally.count(*dimension, &mention);
            }
            if found.total >= skipped && found.page.len() < options.limit {
                found.page.push(Match { mention, spans });
            }
            found.total += 1;
        }
        progress(
            (n * BATCH + batch.len()).min(candidates.len()),
            candidates.len(),
        );
    }
    Ok(found)
}

fn mentions(store: &Store, ids: &[MentionId]) -> Result<Vec<Mention>> {
    store.mentions(ids).context("while reading what was found")
}

fn decide(query: &Query, mention: &Mention, now: Timestamp) -> Option<Vec<Span>> {
    query.hits(&Document::of_mention(mention), now)
}
