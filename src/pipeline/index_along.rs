//! Indexes what this process stores while it goes on storing: mentions go to the index from memory,
//! instead of being read from the store again when all is stored.
//!
//! Whoever stores much holds the index's writer lock meanwhile, and takes over what others store
//! as well. So the lock is given back where nothing more comes for a while. Nothing depends on it:
//! what is not indexed here is found by who tails next.

use std::time::Duration;

use anyhow::Result;

use super::index_feed::Feed;
use super::index_tail::{self, MANY, folder, target};
use crate::index::{Effort, Indexer};
use crate::query::keys::Keys;
use crate::store::{Added, Store};

/// When nothing came for so long, others may write the index.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// The index beside a store that is being filled.
#[derive(Debug, Default)]
pub(super) struct Along {
    feed: Option<Feed>,
    /// Whether something is to be read from the store.
    behind: bool,
    /// Mentions that were stored while nothing was handed on.
    waiting: i64,
    /// Whether it went wrong: the tail that follows says why, where it does so as well.
    failed: bool,
}

impl Along {
    /// Hands on what is being stored, with the terms that were noted of all that was to be. If that
    /// comes to nothing, this has to be dropped.
    pub(super) fn take(&mut self, added: &Added, keys: &[Keys]) {
        let Some(feed) = &mut self.feed else {
            self.waiting += i64::try_from(added.mentions.len()).unwrap_or(i64::MAX);
            return;
        };
        match feed.take(added, keys) {
            Ok(taken) => self.behind |= !taken,
            Err(error) => self.fail(&error),
        }
    }

    /// Everything taken is stored now: follows what else was, and begins once there is much.
    pub(super) fn settle(&mut self, store: &Store) {
        if self.failed {
            return;
        }
        let settled = match &mut self.feed {
            Some(feed) if self.behind => feed.catch_up(store),
            Some(feed) => feed.commit_if_much(store),
            None if self.waiting >= MANY => self.begin(store),
            None => Ok(()),
        };
        self.behind = false;
        if let Err(error) = settled {
            self.fail(&error);
        }
    }

    /// Makes all of it durable and gives the right to write back.
    pub(super) fn rest(&mut self, store: &Store) {
        if let Some(feed) = self.feed.take()
            && let Err(error) = end(feed, store)
        {
            self.fail(&error);
        }
        self.waiting = 0;
    }

    fn begin(&mut self, store: &Store) -> Result<()> {
        self.waiting = 0;
        let found = Indexer::try_open(&folder(store), &target(store)?, Effort::Alongside)?;
        if let Some(indexer) = found {
            if let Some(why) = indexer.fresh() {
                tracing::info!(?why, "the index is made anew");
            }
            let mut feed = Feed::new(indexer);
            feed.catch_up(store)?;
            self.feed = Some(feed);
        }
        Ok(())
    }

    fn fail(&mut self, error: &anyhow::Error) {
        tracing::warn!("the index did not follow: {error:#}");
        self.feed = None;
        self.failed = true;
    }
}

fn end(mut feed: Feed, store: &Store) -> Result<()> {
    feed.catch_up(store)?;
    feed.commit(store)?;
    feed.end().0.finish()?;
    // What was stored between the last look and the end of the right to write was left to us.
    index_tail::tail(store).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Item, MentionId, SourceKey, Status, Timestamp, WatchlistId};
    use crate::pipeline::index_tail::{status, verify};
    use crate::score::{Input, Scorer};
    use crate::store::{Draft, Identity, Judged, Past, PastRecord, Taken, Verdict};

    fn past(number: i64, edit: fn(&mut Item)) -> Past {
        let mut item = Item {
            native_id: Some(number.to_string()),
            text: format!("Il frigo numero {number} perde acqua, è pessimo"),
            ..Item::default()
        };
        edit(&mut item);
        let source_key = SourceKey("import forum".to_owned());
        let judged = Judged {
            matches: vec![(WatchlistId("frigo".to_owned()), Vec::new())],
            scores: Scorer::default().score(&Input::of(&item)),
            baseline: true,
        };
        Past {
            draft: Draft {
                identity: Identity::alone(&source_key, &item, None),
                item,
                canonical_url: None,
                verdict: Verdict::Matched(Box::new(judged)),
            },
            source: "forum".to_owned(),
            source_key,
            collected: Timestamp::from_millis(number),
            status: Status::Open,
            tags: vec!["letto".to_owned()],
            copies: 0,
        }
    }

    /// Stores mentions in one transaction of two parts, and hands them on; says whether the index
    /// knows them then without having looked.
    fn store_some(
        store: &mut Store,
        along: &mut Along,
        numbers: &[i64],
        edit: fn(&mut Item),
    ) -> bool {
        let mut parts: Vec<PastRecord> = numbers
            .chunks(numbers.len().div_ceil(2))
            .map(|part| PastRecord {
                now: Timestamp::from_millis(0),
                items: part.iter().map(|number| past(*number, edit)).collect(),
            })
            .collect();
        parts.reverse();
        let told = |taken: Taken| along.take(&taken.added, &[]);
        store.record_past(|| parts.pop(), told).unwrap();
        let known = along.feed.is_some() && !along.behind;
        along.settle(store);
        known
    }

    #[test]
    fn what_is_handed_on_is_what_is_stored() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let mut other = Store::open(folder.path()).unwrap();
        let mut along = Along::default();
        store_some(&mut store, &mut along, &[1, 2, 3], |_| {});
        assert!(along.feed.is_none(), "three are not many");
        along.waiting = MANY;
        store_some(&mut store, &mut along, &[4, 5], |_| {});
        assert!(along.feed.is_some(), "{along:?}");

        // Numbers that no column holds.
        let beyond = |item: &mut Item| {
            item.author.followers = Some(u64::MAX);
            item.engagement = Some(u64::MAX);
            item.rating = Some(f64::INFINITY);
        };
        assert!(store_some(&mut store, &mut along, &[6, 7, 8], beyond));
        // Known ones change nothing, and what another changes is followed too.
        assert!(store_some(&mut store, &mut along, &[7, 9], |_| {}));
        other.set_tags(MentionId(2), &["altro".to_owned()]).unwrap();
        assert!(!store_some(&mut store, &mut along, &[10, 11], |_| {}));
        other
            .set_tags(MentionId(10), &["ultimo".to_owned()])
            .unwrap();
        assert!(!along.failed);
        along.rest(&store);

        let status = status(&store).unwrap();
        assert_eq!((status.stored, status.indexed), (11, Some(11)));
        assert_eq!(status.reached, status.upto);
        assert!(verify(&store).unwrap().is_equal());
    }

    #[test]
    fn what_is_not_stored_in_the_end_is_not_indexed() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let mut along = Along {
            waiting: MANY,
            ..Along::default()
        };
        store_some(&mut store, &mut along, &[1, 2], |_| {});
        let lost = Added {
            after: store.max_seq().unwrap(),
            upto: crate::model::Sequence(3),
            mentions: vec![store.mention(MentionId(2)).unwrap().unwrap()],
            places: vec![0],
        };
        along.take(&lost, &[]);
        drop(along);
        index_tail::tail(&store).unwrap();
        assert_eq!(status(&store).unwrap().indexed, Some(2));
        assert!(verify(&store).unwrap().is_equal());
    }
}
