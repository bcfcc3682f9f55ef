//! Why a search found nothing.

use anyhow::{Context, Result};

use super::index_tail::folder;
use super::search::SearchOptions;
use crate::index::{Searcher, Window};
use crate::query::Query;
use crate::store::Store;

/// How many terms of a query are asked for one by one.
const MOST_TERMS: usize = 50;

/// Why a search found nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nothing {
    /// How many mentions match outside the window of time, where one was given.
    pub outside: usize,
    /// Terms that stand in no mention at all, each with a word that is nearly spelt so.
    pub missing: Vec<(String, Option<String>)>,
    /// Terms that stand in mentions, each with how many: none has all that was asked for.
    pub standing: Vec<(String, usize)>,
}

/// Looks at each term of a query that found nothing, and beyond its window of time.
pub fn why_nothing(store: &Store, query: &Query, options: &SearchOptions) -> Result<Nothing> {
    let mut why = Nothing::default();
    let searcher = Searcher::open(&folder(store))?.context("the index is being made")?;
    if options.window != Window::default() {
        let everywhere = SearchOptions {
            window: Window::default(),
            limit: 0,
            dimensions: Vec::new(),
            ..options.clone()
        };
        why.outside = super::search::search(store, query, &everywhere, &mut |_, _| {})?.total;
        if why.outside > 0 {
            return Ok(why);
        }
    }
    for lone in query.lone_terms().into_iter().take(MOST_TERMS) {
        let narrowed = searcher.narrow(&lone.query, Window::default(), options.now)?;
        let written = lone.sought.written();
        match searcher.count(&narrowed)? {
            0 => {
                let near = match &lone.word {
                    Some(word) => searcher.nearest(word)?,
                    None => None,
                };
                why.missing.push((written, near));
            }
            // What the index cannot tell for sure may stand nowhere.
            count if narrowed.exact => why.standing.push((written, count)),
            _ => {}
        }
    }
    Ok(why)
}
