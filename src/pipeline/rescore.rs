//! Changed lists and the past: weighs the archive anew.
//!
//! Which watchlists collect a mention, and for which places, stays as it is; that is for
//! [`super::tuning`] to change.

use anyhow::Result;

use super::index_tail;
use super::judge::Judge;
use super::origins::Origins;
use crate::config::Config;
use crate::model::{Mention, MentionId, Scores, SentimentScore, Sequence, WeightedTerm};
use crate::store::Store;

/// Mentions that are read at once, and changed in one transaction.
const BATCH: usize = 256;

/// Weights that differ by less than this are the same number, written and read again.
const ROUNDING: f64 = 1e-9;

/// The lists and watchlists as they are now.
#[derive(Debug)]
pub struct Rescoring {
    judge: Judge,
    origins: Origins,
}

/// What weighing anew changed. The last four count mentions among those `weighed`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rescored {
    /// How many mentions were looked at.
    pub mentions: u64,
    /// How many got new scores, be it only that the lists have another version.
    pub weighed: u64,
    /// How many changed at least one label.
    pub relabelled: u64,
    /// How many changed the label of their sentiment.
    pub sentiment: u64,
    /// How many changed their intent.
    pub intent: u64,
    /// How many changed the label of their priority.
    pub priority: u64,
    /// What changed while it was looked at, and was left to the next time.
    pub passed_over: u64,
}

impl Rescoring {
    /// Weighs by this judge.
    pub fn new(config: &Config, judge: Judge) -> Self {
        Self {
            judge,
            origins: Origins::of(config),
        }
    }

    /// Weighs anew what was weighed by other lists, or everything where it is forced, and brings
    /// the index up to date. `progress` is told how many of how many were looked at.
    ///
    /// Each batch is one transaction, and what is weighed already is left alone: after a crash the
    /// same call goes on where it was, and a second call changes nothing.
    pub fn run(
        &self,
        store: &mut Store,
        force: bool,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Rescored> {
        let mut rescored = Rescored::default();
        let all = store.count_mentions()?;
        let mut after = MentionId(0);
        loop {
            let batch = store.mentions_after(after, BATCH)?;
            let Some(last) = batch.last() else {
                break;
            };
            after = last.id;
            self.batch(store, &batch, force, &mut rescored)?;
            progress(rescored.mentions, all);
        }
        index_tail::tail(store)?;
        Ok(rescored)
    }

    fn batch(
        &self,
        store: &mut Store,
        batch: &[Mention],
        force: bool,
        rescored: &mut Rescored,
    ) -> Result<()> {
        rescored.mentions += number(batch.len());
        let changed: Vec<(MentionId, Sequence, Scores)> = batch
            .iter()
            .filter(|mention| force || !self.judge.is_current(mention))
            .filter_map(|mention| {
                let watchlists = mention.watchlists.iter();
                let serves = self.origins.serves(&mention.source_key, watchlists);
                let scores = self.judge.weigh(mention, &serves);
                let same = is_same(&scores, &mention.scores);
                (!same).then_some((mention.id, mention.seq, scores))
            })
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        let taken = store.rescore(&changed)?;
        rescored.passed_over += number(changed.len() - taken.len());
        rescored.weighed += number(taken.len());
        for (id, _, scores) in changed.iter().filter(|(id, ..)| taken.contains(id)) {
            if let Some(before) = batch.iter().find(|mention| mention.id == *id) {
                rescored.count(&before.scores, scores);
            }
        }
        Ok(())
    }
}

impl Rescored {
    fn count(&mut self, before: &Scores, now: &Scores) {
        let differ = [
            before.sentiment.label != now.sentiment.label,
            before.intent.label != now.intent.label,
            before.priority.label != now.priority.label,
        ];
        let [sentiment, intent, priority] = differ;
        self.sentiment += u64::from(sentiment);
        self.intent += u64::from(intent);
        self.priority += u64::from(priority);
        self.relabelled += u64::from(differ.contains(&true));
    }
}

/// Whether two scores are the same, but for how a weight was rounded when it was written.
pub(super) fn is_same(a: &Scores, b: &Scores) -> bool {
    a.language == b.language
        && a.intent == b.intent
        && a.priority == b.priority
        && a.lists == b.lists
        && sounds_same(&a.sentiment, &b.sentiment)
        && a.brands.len() == b.brands.len()
        && a.brands
            .iter()
            .zip(&b.brands)
            .all(|(a, b)| a.watchlist == b.watchlist && sounds_same(&a.sentiment, &b.sentiment))
}

fn sounds_same(a: &SentimentScore, b: &SentimentScore) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() < ROUNDING;
    let same = |(a, b): (&WeightedTerm, &WeightedTerm)| {
        a.term == b.term && a.rules == b.rules && near(a.weight, b.weight)
    };
    a.label == b.label
        && near(a.score, b.score)
        && a.because.len() == b.because.len()
        && a.because.iter().zip(&b.because).all(same)
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
