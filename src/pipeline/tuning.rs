//! A changed watchlist and the past: what it would have collected, and taking that over.
//!
//! Everything stored and everything kept aside is judged again, as of the moment at which it was
//! collected, batch after batch.
//!
//! A watchlist of the instance is asked about what its sources brought, and about what it collects
//! already. One that the instance does not have yet is asked about everything: which sources it
//! will read is not settled.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;

use super::copies;
use super::index_tail;
use super::judge::{Judge, Opinion};
use super::origins::Origins;
use super::rescore::is_same;
use crate::config::{Config, Watchlist};
use crate::model::{
    Hit, Item, Mention, MentionId, Sequence, Serves, SourceKey, Status, Timestamp, WatchlistId,
};
use crate::query::Document;
use crate::score::Lists;
use crate::store::{Judged, Kept, Redecided, Store};

/// Mentions or items that are read at once, and changed in one transaction.
const BATCH: usize = 256;

/// A watchlist as its file is now, beside the rest of its instance.
#[derive(Debug)]
pub struct Tuning {
    watchlist: Watchlist,
    is_new: bool,
    judge: Judge,
    origins: Origins,
}

/// Which part of the past.
#[derive(Debug, Clone, Copy)]
pub struct Past {
    /// What was collected at this moment or later; `None` = all.
    pub since: Option<Timestamp>,
    /// How many examples to keep of each kind, the newest.
    pub examples: usize,
}

/// What a watchlist would have collected.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tried {
    /// How many stored mentions were looked at.
    pub mentions: u64,
    /// How many items kept aside were looked at.
    pub kept: u64,
    /// What it does not collect now.
    pub gained: Side,
    /// How many of those are kept aside; the others are stored for another watchlist.
    pub gained_kept: u64,
    /// What it collects now and would not.
    pub lost: Side,
    /// What it collects either way.
    pub unchanged: Side,
    /// By source: how much else would match, in sources that it does not read.
    pub elsewhere: BTreeMap<String, u64>,
}

/// Mentions of one kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Side {
    /// How many.
    pub number: u64,
    /// Some of them, the newest first.
    pub examples: Vec<Example>,
}

/// A mention for a person to look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// It, with the hits of the watchlist alone: of the changed one, or of the present one where it
    /// is lost. An item kept aside has the number 0.
    pub mention: Mention,
    /// Why it is lost: the clause that failed first, or that it is the brand's own.
    pub because: Option<String>,
}

/// What taking a watchlist over changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// Stored mentions that it collects now as well.
    pub gained: u64,
    /// Items kept aside that became mentions.
    pub promoted: u64,
    /// Mentions that it collects no more.
    pub lost: u64,
    /// Mentions that it collects for other words, or that weigh otherwise.
    pub updated: u64,
    /// Mentions that it collects as before.
    pub unchanged: u64,
    /// What changed while it was looked at, and was left to the next time.
    pub passed_over: u64,
}

impl Tuning {
    /// The watchlist in the place of the instance's of that name, or beside the others, with the
    /// lists of the instance.
    pub fn new(config: &Config, watchlist: Watchlist, lists: Arc<Lists>) -> Self {
        let mut all = config.watchlists.clone();
        let own = all.iter_mut().find(|known| known.id == watchlist.id);
        let is_new = own.is_none();
        match own {
            Some(own) => own.clone_from(&watchlist),
            None => all.push(watchlist.clone()),
        }
        Self {
            judge: Judge::new(&all, lists),
            is_new,
            origins: Origins::of(config),
            watchlist,
        }
    }

    /// Whether the instance does not have the watchlist yet.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// What it would have collected. Nothing is written. `progress` is told how many of how many
    /// were looked at.
    pub fn test(
        &self,
        store: &Store,
        past: Past,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Tried> {
        let mut tried = Tried::default();
        let mut walk = Walk::begin(store, past.since)?;
        while let Some(batch) = walk.mentions(store)? {
            for mention in batch {
                tried.mentions += 1;
                self.try_mention(mention, past.examples, &mut tried);
            }
            progress(walk.done, walk.all);
        }
        while let Some(batch) = walk.kept(store)? {
            for kept in batch {
                tried.kept += 1;
                let Some(opinion) = self.of_kept(&kept) else {
                    self.try_elsewhere(&kept.item, &kept.source, &kept.source_key, &mut tried);
                    continue;
                };
                tried.gained_kept += 1;
                let date = kept.item.published.unwrap_or(kept.collected);
                tried.gained.take(past.examples, date, || Example {
                    mention: imagined(kept, opinion),
                    because: None,
                });
            }
            progress(walk.done, walk.all);
        }
        Ok(tried)
    }

    fn try_mention(&self, mut mention: Mention, examples: usize, tried: &mut Tried) {
        let id = &self.watchlist.id;
        let has = mention.watchlists.contains(id);
        let opinion = self.of_mention(&mention);
        let hits = opinion.as_ref().and_then(|opinion| self.hits(opinion));
        let side = match (has, &hits) {
            (false, None) => {
                self.try_elsewhere(&mention.item, &mention.source, &mention.source_key, tried);
                return;
            }
            (false, Some(_)) => &mut tried.gained,
            (true, Some(_)) => &mut tried.unchanged,
            (true, None) => &mut tried.lost,
        };
        side.take(examples, mention.date(), || {
            let because = hits.is_none().then(|| self.why_not(&mention));
            mention.hits = hits.unwrap_or_else(|| self.own_hits(&mention));
            Example { mention, because }
        });
    }

    /// Counts what the watchlist would collect if it read the source.
    fn try_elsewhere(&self, item: &Item, source: &str, key: &SourceKey, tried: &mut Tried) {
        let id = &self.watchlist.id;
        if self.serves(key, &[]).includes(id) {
            return;
        }
        let serves = self.serves(key, std::slice::from_ref(id));
        let count = |known: &WatchlistId| known == id;
        let at = item.published.unwrap_or(Timestamp::from_millis(0));
        if self
            .judge
            .opinion(item, source, &serves, count, at)
            .is_some()
        {
            *tried.elsewhere.entry(source.to_owned()).or_default() += 1;
        }
    }

    /// Takes it over: makes mentions of what was kept aside and matches, adds the watchlist to
    /// stored mentions or removes it, weighs these anew, and brings the index up to date.
    ///
    /// Each batch is one transaction, and what agrees already is left alone: after a crash the same
    /// call goes on where it was, and a second call changes nothing.
    pub fn apply(
        &self,
        store: &mut Store,
        since: Option<Timestamp>,
        now: Timestamp,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Applied> {
        let mut applied = Applied::default();
        let mut touched = Vec::new();
        let mut walk = Walk::begin(store, since)?;
        while let Some(batch) = walk.mentions(store)? {
            self.apply_mentions(store, &batch, &mut applied, &mut touched)?;
            progress(walk.done, walk.all);
        }
        while let Some(batch) = walk.kept(store)? {
            let matched: Vec<(Kept, Judged)> = batch
                .into_iter()
                .filter_map(|kept| {
                    let opinion = self.of_kept(&kept)?;
                    let judged = Judged {
                        matches: opinion.matches,
                        scores: opinion.scores,
                        baseline: true,
                    };
                    Some((kept, judged))
                })
                .collect();
            let made = store.apply_kept(&matched)?.len();
            applied.promoted += number(made);
            applied.passed_over += number(matched.len() - made);
            progress(walk.done, walk.all);
        }
        // What was a copy for other watchlists may be one no more, and the other way round.
        touched.sort_unstable_by_key(|id: &MentionId| id.0);
        touched.dedup();
        copies::look_again(store, &touched, now)?;
        copies::follow(store, now)?;
        index_tail::tail(store)?;
        Ok(applied)
    }

    fn apply_mentions(
        &self,
        store: &mut Store,
        batch: &[Mention],
        applied: &mut Applied,
        touched: &mut Vec<MentionId>,
    ) -> Result<()> {
        let id = &self.watchlist.id;
        let decided: Vec<Redecided> = batch
            .iter()
            .filter_map(|mention| {
                let decided = self.decide(mention);
                if decided.is_none() && mention.watchlists.contains(id) {
                    applied.unchanged += 1;
                }
                decided
            })
            .collect();
        let (taken, unfolded) = store.apply(id, &decided)?;
        touched.extend(taken.iter().chain(&unfolded));
        applied.passed_over += number(decided.len() - taken.len());
        let collected_before = |mention: MentionId| {
            let found = batch.iter().find(|known| known.id == mention);
            found.is_some_and(|known| known.watchlists.contains(id))
        };
        for redecided in decided.iter().filter(|one| taken.contains(&one.mention)) {
            match (
                collected_before(redecided.mention),
                redecided.hits.is_some(),
            ) {
                (false, _) => applied.gained += 1,
                (true, false) => applied.lost += 1,
                (true, true) => applied.updated += 1,
            }
        }
        Ok(())
    }

    /// What is to change about a stored mention; `None` where all is as it should be.
    fn decide(&self, mention: &Mention) -> Option<Redecided> {
        let has = mention.watchlists.contains(&self.watchlist.id);
        let opinion = self.of_mention(mention);
        let hits = opinion.as_ref().and_then(|opinion| self.hits(opinion));
        let scores = opinion.map_or_else(|| mention.scores.clone(), |opinion| opinion.scores);
        let same = match &hits {
            None => !has,
            Some(hits) => {
                has && *hits == self.own_hits(mention) && is_same(&scores, &mention.scores)
            }
        };
        (!same).then_some(Redecided {
            mention: mention.id,
            seq: mention.seq,
            hits,
            scores,
        })
    }

    /// What the watchlists that collect a mention, and this one, say of it.
    fn of_mention(&self, mention: &Mention) -> Option<Opinion> {
        let id = &self.watchlist.id;
        let serves = self.serves(&mention.source_key, &mention.watchlists);
        self.judge.opinion(
            &mention.item,
            &mention.source,
            &serves,
            |known| known == id || mention.watchlists.contains(known),
            mention.collected,
        )
    }

    /// What this watchlist says of an item kept aside.
    fn of_kept(&self, kept: &Kept) -> Option<Opinion> {
        let id = &self.watchlist.id;
        let serves = self.serves(&kept.source_key, &[]);
        let count = |known: &WatchlistId| known == id;
        self.judge
            .opinion(&kept.item, &kept.source, &serves, count, kept.collected)
    }

    /// The watchlists that something of this source is for, which `collected_by` collect already.
    fn serves(&self, source: &SourceKey, collected_by: &[WatchlistId]) -> Serves {
        let own = self.is_new.then_some(&self.watchlist.id);
        self.origins.serves(source, collected_by.iter().chain(own))
    }

    /// The places that this watchlist matched; `None` where it does not match.
    fn hits(&self, opinion: &Opinion) -> Option<Vec<Hit>> {
        let mut matches = opinion.matches.iter();
        let (_, hits) = matches.find(|(id, _)| *id == self.watchlist.id)?;
        Some(hits.clone())
    }

    /// The places of this watchlist that are stored.
    fn own_hits(&self, mention: &Mention) -> Vec<Hit> {
        let own = |hit: &&Hit| hit.watchlist == self.watchlist.id;
        mention.hits.iter().filter(own).cloned().collect()
    }

    /// Why the watchlist would not collect a mention.
    fn why_not(&self, mention: &Mention) -> String {
        if mention.item.author.is_one_of(&self.watchlist.own_accounts) {
            return "its author is one of own_accounts".to_owned();
        }
        let document = Document::of_mention(mention);
        let explained = self.watchlist.query.explain(&document, mention.collected);
        match explained.first_failure() {
            Some(clause) => match &clause.actual {
                Some(actual) => format!("{} failed first: it is {actual}", clause.clause),
                None => format!("{} failed first", clause.clause),
            },
            // Its language or its scores were others when it was collected.
            None => format!("{} failed", explained.clause),
        }
    }
}

impl Side {
    /// Counts one, and keeps it where it is among the newest.
    fn take(&mut self, most: usize, date: Timestamp, example: impl FnOnce() -> Example) {
        self.number += 1;
        let at = self
            .examples
            .partition_point(|known| known.mention.date() >= date);
        if at < most {
            self.examples.insert(at, example());
            self.examples.truncate(most);
        }
    }
}

/// The way through mentions and items kept aside, in the order of their numbers.
struct Walk {
    since: Option<Timestamp>,
    mention: MentionId,
    kept: i64,
    done: u64,
    all: u64,
}

impl Walk {
    fn begin(store: &Store, since: Option<Timestamp>) -> Result<Self> {
        Ok(Self {
            since,
            mention: MentionId(0),
            kept: 0,
            done: 0,
            all: store.count_mentions()? + store.count_kept_since(Self::earliest(since))?,
        })
    }

    fn earliest(since: Option<Timestamp>) -> Timestamp {
        since.unwrap_or(Timestamp::from_millis(i64::MIN))
    }

    /// The next mentions; may be none of a batch, `None` at the end.
    fn mentions(&mut self, store: &Store) -> Result<Option<Vec<Mention>>> {
        let mut batch = store.mentions_after(self.mention, BATCH)?;
        let Some(last) = batch.last() else {
            return Ok(None);
        };
        self.mention = last.id;
        self.done += number(batch.len());
        if let Some(since) = self.since {
            batch.retain(|mention| mention.collected >= since);
        }
        Ok(Some(batch))
    }

    /// The next items kept aside; `None` at the end.
    fn kept(&mut self, store: &Store) -> Result<Option<Vec<Kept>>> {
        let batch = store.kept(self.kept, Self::earliest(self.since), BATCH)?;
        let Some(last) = batch.last() else {
            return Ok(None);
        };
        self.kept = last.number;
        self.done += number(batch.len());
        Ok(Some(batch))
    }
}

/// The mention that an item kept aside would have been.
fn imagined(kept: Kept, opinion: Opinion) -> Mention {
    let item: Item = kept.item;
    let (watchlists, hits): (Vec<_>, Vec<_>) = opinion.matches.into_iter().unzip();
    Mention {
        id: MentionId(0),
        seq: Sequence(0),
        item,
        canonical_url: kept.canonical_url,
        source: kept.source,
        source_key: kept.source_key,
        collected: kept.collected,
        watchlists,
        hits: hits.into_iter().flatten().collect(),
        scores: opinion.scores,
        copies: 0,
        status: Status::Open,
        tags: Vec::new(),
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
