//! New mentions as they come, by a query.

use anyhow::{Context, Result};

use super::search::Match;
use crate::index::Window;
use crate::model::{MentionId, Timestamp};
use crate::query::{Document, Query};
use crate::store::Store;

/// Mentions that are read from the store at once.
const BATCH: usize = 500;

/// A place in the stream of mentions: all with a number above it are yet to come.
#[derive(Debug, Clone)]
pub struct Follower {
    after: MentionId,
}

impl Follower {
    /// From now on.
    pub fn from_now(store: &Store) -> Result<Self> {
        let after = store
            .newest_id()
            .context("the mentions cannot be read")?
            .unwrap_or(MentionId(0));
        Ok(Self { after })
    }

    /// The mentions that came since the last look and match `query`, in the order in which they
    /// were collected. The matcher alone decides, so it does not matter how far the index is.
    pub fn next(
        &mut self,
        store: &Store,
        query: &Query,
        window: Window,
        now: Timestamp,
    ) -> Result<Vec<Match>> {
        let mut matches = Vec::new();
        loop {
            let batch = store
                .mentions_after(self.after, BATCH)
                .context("the mentions cannot be read")?;
            let Some(last) = batch.last() else {
                return Ok(matches);
            };
            self.after = last.id;
            let ids: Vec<MentionId> = batch.iter().map(|mention| mention.id).collect();
            let copies = store
                .copies_among(&ids)
                .context("the copies cannot be read")?;
            matches.extend(batch.into_iter().filter_map(|mention| {
                if copies.contains(&mention.id) {
                    return None;
                }
                let spans = query.hits(&Document::of_mention(&mention), now)?;
                let inside = window.contains(mention.date());
                inside.then(|| Match {
                    mention: query.view_of(mention),
                    spans,
                })
            }));
        }
    }
}
