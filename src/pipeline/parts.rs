//! Judging and recording what a poll found: all at once, or a part after the other where it is
//! much, so that memory holds a part and nobody waits long for the store.
//!
//! Invariant: the source is as it was until the last part is recorded. What is cut off between two
//! parts is read again, and what was recorded of it is known then.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::apart::{here_or_apart, is_much};
use super::judge::Judge;
use super::poll::{Arrival, Crawler};
use crate::model::{Item, Source, Timestamp};
use crate::store::{Draft, Judged, PollRecord, Recorded, Verdict};

/// Items of a part.
const PART: usize = 1_000;

impl Crawler {
    /// Judges and records what arrived, and in the end the rest of `record`; gives also how many
    /// items were beyond the judge.
    pub(super) async fn record_parts(
        &self,
        job: &Arc<Job>,
        mut arrivals: Vec<Arrival>,
        mut record: PollRecord,
    ) -> anyhow::Result<(Recorded, usize)> {
        let mut recorded = Recorded::default();
        let mut all_beyond = 0;
        if arrivals.len() > PART {
            let (key, seen) = (record.state.key.clone(), std::mem::take(&mut record.seen));
            let mut claims = self
                .archive
                .run(move |store| Ok((store.claims(&key, &seen)?, seen)))
                .await?;
            while arrivals.len() > PART {
                let rest = arrivals.split_off(PART);
                let (drafts, beyond) = judged(job, std::mem::replace(&mut arrivals, rest)).await?;
                all_beyond += beyond;
                record.drafts = drafts;
                let part;
                (part, claims, record) = self
                    .archive
                    .run(move |store| {
                        let part = store.record_part(&record, &mut claims.0)?;
                        Ok((part, claims, record))
                    })
                    .await?;
                recorded.add(part);
            }
            record.seen = claims.1;
        }
        let (drafts, beyond) = judged(job, arrivals).await?;
        record.drafts = drafts;
        let owner = Arc::clone(&self.owner);
        let last = self
            .archive
            .run_with_others(move |store| store.record_poll(&record, Some(&owner)))
            .await?;
        recorded.add(last);
        Ok((recorded, all_beyond + beyond))
    }
}

async fn judged(job: &Arc<Job>, arrivals: Vec<Arrival>) -> anyhow::Result<(Vec<Draft>, usize)> {
    let job = Arc::clone(job);
    let much = is_much(arrivals.iter().map(|arrival| &arrival.item));
    here_or_apart(much, move || job.judge(arrivals)).await
}

/// Judging the items of one poll, off the async threads.
pub(super) struct Job {
    pub(super) judge: Arc<Judge>,
    pub(super) source: Source,
    /// Whether what comes was there before anyone listened.
    pub(super) past: bool,
    pub(super) now: Timestamp,
}

impl Job {
    /// Judges the items; gives also how many of them were beyond the judge. One item that trips
    /// over a mistake of ours must not keep the others of its source from being read.
    fn judge(&self, arrivals: Vec<Arrival>) -> (Vec<Draft>, usize) {
        let mut beyond = 0;
        let mut drafts = Vec::with_capacity(arrivals.len());
        for arrival in arrivals {
            let judging = AssertUnwindSafe(|| self.verdict(&arrival.item));
            let verdict = catch_unwind(judging).unwrap_or_else(|_| {
                beyond += 1;
                Verdict::Unmatched
            });
            drafts.push(Draft {
                verdict,
                item: arrival.item,
                canonical_url: arrival.canonical_url,
                identity: arrival.identity,
            });
        }
        (drafts, beyond)
    }

    fn verdict(&self, item: &Item) -> Verdict {
        let source = &self.source;
        let opinion = self
            .judge
            .judge(item, &source.name, &source.serves, self.now);
        let Some(opinion) = opinion else {
            return Verdict::Unmatched;
        };
        let window = self.judge.window(opinion.matches.iter().map(|(id, _)| id));
        let recent = item
            .published
            .is_some_and(|at| at >= self.now.minus(window));
        Verdict::Matched(Box::new(Judged {
            matches: opinion.matches,
            scores: opinion.scores,
            baseline: self.past && !recent,
        }))
    }
}
