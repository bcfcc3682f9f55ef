//! Finding copies: what was published before in the same words.
//!
//! It follows the store by the numbers of mentions, as the index follows it by changes: each new
//! mention is compared once, in the order in which they were collected, whoever does it.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::extract::Sketch;
use crate::model::{ItemKind, Mention, MentionId, Timestamp};
use crate::store::{Banded, CopiesFound, CopyOf, Store, StoreError};

/// What was published further apart is another publication.
pub const WITHIN: Duration = Duration::from_hours(7 * 24);

/// Bands of mentions collected longer ago are forgotten.
const REMEMBERED: Duration = Duration::from_hours(21 * 24);

/// How many mentions are compared in one transaction. Their bands lie all over the table, so that
/// each transaction writes most of its pages.
const BATCH: usize = 1_024;

/// So many polls wait for one another to be compared.
const TOGETHER: usize = 512;

/// How many polls recorded mentions that were not compared yet. That is done for several at once,
/// as each time costs a transaction, and at the latest by the last poll.
#[derive(Debug)]
pub(super) struct Uncompared {
    polling: AtomicUsize,
    recorded: AtomicUsize,
}

impl Default for Uncompared {
    /// As if there were something: a process that was killed may have left it.
    fn default() -> Self {
        Self {
            polling: AtomicUsize::new(0),
            recorded: AtomicUsize::new(1),
        }
    }
}

impl Uncompared {
    /// Begins a poll, which ends when what is given is dropped.
    pub(super) fn polling(&self) -> Polling<'_> {
        self.polling.fetch_add(1, Ordering::SeqCst);
        Polling(self)
    }

    /// Notes that a poll recorded mentions.
    pub(super) fn note(&self) {
        self.recorded.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether whoever asks is to compare now: enough is waiting, or no poll follows that would.
    pub(super) fn is_time(&self) -> bool {
        let others = self.polling.load(Ordering::SeqCst) > 0;
        let enough = if others { TOGETHER } else { 1 };
        let taken = |waiting| (waiting >= enough).then_some(0);
        self.recorded
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, taken)
            .is_ok()
    }
}

/// A poll in progress.
#[derive(Debug)]
pub(super) struct Polling<'a>(&'a Uncompared);

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        self.0.polling.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Compares all mentions that were not compared yet; gives how many are copies.
pub(super) fn follow(store: &mut Store, now: Timestamp) -> Result<usize, StoreError> {
    let mut folded = 0;
    loop {
        let after = store.copies_reached()?;
        let batch = store.said_after(after, BATCH)?;
        let Some(last) = batch.last() else {
            return Ok(folded);
        };
        let mut found = CopiesFound {
            after,
            upto: last.id,
            copies: Vec::new(),
            originals: Vec::new(),
            forget_before: now.minus(REMEMBERED),
        };
        store.at_once(|store| compare(store, &batch, &mut found))?;
        let more = batch.len() == BATCH;
        let copies = found.copies.len();
        if store.fold_copies(&found)? {
            folded += copies;
        }
        if !more {
            return Ok(folded);
        }
    }
}

/// These mentions, and those that came later and may be copies of them now, with the copies that
/// were folded into those: unfolded, in the order of their numbers.
fn with_later(store: &mut Store, ids: &[MentionId]) -> Result<Vec<MentionId>, StoreError> {
    let mut again: BTreeSet<i64> = ids.iter().map(|id| id.0).collect();
    for some in ids.chunks(BATCH) {
        for mention in store.mentions(some)? {
            let Some(sketch) = Sketch::of(&mention.item.text) else {
                continue;
            };
            let date = mention.date();
            let window = (date.minus(WITHIN), date.plus(WITHIN));
            for later in store.sharing(sketch.bands(), window)? {
                if later.0 > mention.id.0 && store.tells_for(mention.id, later)? {
                    again.insert(later.0);
                    again.extend(store.unfold(later)?.iter().map(|id| id.0));
                }
            }
        }
    }
    Ok(again.into_iter().map(MentionId).collect())
}

/// Looks at mentions again whose watchlists changed: those that say what an earlier one says, and are
/// collected by no more watchlists, are folded into it. Gives how many were.
pub(super) fn look_again(
    store: &mut Store,
    ids: &[MentionId],
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut folded = 0;
    let again = with_later(store, ids)?;
    for some in again.chunks(BATCH) {
        let copies = store.copies_among(some)?;
        let mut batch = store.mentions(some)?;
        // What others are copies of is no copy itself.
        batch.retain(|mention| mention.copies == 0 && !copies.contains(&mention.id));
        batch.sort_unstable_by_key(|mention| mention.id.0);
        let mut found = CopiesFound {
            after: MentionId(0),
            upto: MentionId(0),
            copies: Vec::new(),
            originals: Vec::new(),
            forget_before: now.minus(REMEMBERED),
        };
        store.at_once(|store| compare(store, &batch, &mut found))?;
        found
            .originals
            .retain(|original| original.collected >= found.forget_before);
        folded += found.copies.len();
        store.fold_again(&found)?;
    }
    Ok(folded)
}

fn compare(store: &Store, batch: &[Mention], found: &mut CopiesFound) -> Result<(), StoreError> {
    // The originals of this batch, which the store cannot find yet.
    let mut here: HashMap<i64, Vec<usize>> = HashMap::new();
    for (place, mention) in batch.iter().enumerate() {
        let Some(sketch) = Sketch::of(&mention.item.text) else {
            continue;
        };
        let date = mention.date();
        let window = (date.minus(WITHIN), date.plus(WITHIN));
        let mut candidates = store.mentions(&store.sharing(sketch.bands(), window)?)?;
        let mut near: Vec<usize> = sketch
            .bands()
            .iter()
            .filter_map(|band| here.get(band))
            .flatten()
            .copied()
            .collect();
        near.sort_unstable();
        near.dedup();
        candidates.extend(near.into_iter().filter_map(|near| batch.get(near).cloned()));
        let mut best: Option<(u16, MentionId)> = None;
        for first in &candidates {
            let likeness = Sketch::of(&first.item.text)
                .filter(|_| may_be_copy(mention, first))
                .and_then(|other| sketch.is_copy_of(&other));
            if let Some(likeness) = likeness
                && best.is_none_or(|(most, _)| likeness > most)
                && store.tells_for(first.id, mention.id)?
            {
                best = Some((likeness, first.id));
            }
        }
        if let Some((likeness, original)) = best {
            found.copies.push(CopyOf {
                mention: mention.id,
                original,
                likeness,
                split: false,
            });
            continue;
        }
        for band in sketch.bands() {
            let others = here.entry(*band).or_default();
            if others.len() < 8 {
                others.push(place);
            }
        }
        found.originals.push(Banded {
            mention: mention.id,
            date,
            collected: mention.collected,
            bands: sketch.bands().to_vec(),
        });
    }
    Ok(())
}

/// Whether two mentions may be one thing published twice, whatever they say. What people write to
/// a brand in the same words, but each for themselves, is counted one by one.
fn may_be_copy(mention: &Mention, first: &Mention) -> bool {
    let apart = mention
        .date()
        .since(first.date())
        .max(first.date().since(mention.date()));
    if first.id >= mention.id || apart > WITHIN || mention.item.rating != first.item.rating {
        return false;
    }
    let name = |mention: &Mention| {
        let author = &mention.item.author;
        let name = author.handle.as_ref().or(author.name.as_ref());
        name.map(|name| name.trim_start_matches('@').to_lowercase())
    };
    match mention.item.kind {
        ItemKind::Review | ItemKind::Comment | ItemKind::Question | ItemKind::Message => {
            name(mention).is_some() && name(mention) == name(first)
        }
        ItemKind::Post | ItemKind::Article | ItemKind::Video => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_poll_or_many_together_compare() {
        let uncompared = Uncompared::default();
        assert!(uncompared.is_time(), "what a killed process left");
        assert!(!uncompared.is_time());
        let (first, second) = (uncompared.polling(), uncompared.polling());
        uncompared.note();
        drop(first);
        assert!(!uncompared.is_time(), "the second will");
        drop(second);
        assert!(uncompared.is_time());
        let _slow = uncompared.polling();
        for _ in 1..TOGETHER {
            uncompared.note();
        }
        assert!(!uncompared.is_time());
        uncompared.note();
        assert!(uncompared.is_time());
    }
}
