//! When a watchlist first collected a mention: what digests and alerts cover.

use rusqlite::params;

use super::row::{self, Put};
use super::{Durability, Store, StoreError, Write};
use crate::model::{Hit, Mention, MentionId, Scores, Sequence, WatchlistId};

/// A mention that a watchlist collected within a range of sequence numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Collected {
    /// When, in sequence numbers.
    pub seq: Sequence,
    /// What.
    pub mention: MentionId,
}

/// The sequence numbers that an issue covers: above `after`, up to `upto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Covered before.
    pub after: Sequence,
    /// The last one covered.
    pub upto: Sequence,
}

/// What a changed watchlist says of a stored mention.
#[derive(Debug, Clone, PartialEq)]
pub struct Redecided {
    /// Which mention.
    pub mention: MentionId,
    /// The number of its last change when it was looked at.
    pub seq: Sequence,
    /// The places that match, none where facts decide; `None` where the watchlist does not collect
    /// it.
    pub hits: Option<Vec<Hit>>,
    /// What the mention weighs by all watchlists that collect it now.
    pub scores: Scores,
}

impl Store {
    /// The mentions that `watchlist` first collected within `coverage`, at most `limit` of them
    /// in the order in which it did; those that were there before anyone listened are left out.
    /// To go on, ask again after the last sequence number given.
    pub fn collected(
        &self,
        watchlist: &WatchlistId,
        coverage: Coverage,
        limit: usize,
    ) -> Result<Vec<Collected>, StoreError> {
        self.of_watchlist(watchlist, |connection, number| {
            connection
                .prepare_cached(
                    "SELECT seq, mention FROM matches WHERE watchlist = ?1 \
                     AND seq > ?2 AND seq <= ?3 AND baseline = 0 ORDER BY seq LIMIT ?4",
                )?
                .query_map(
                    params![number, coverage.after.0, coverage.upto.0, row::rows(limit)],
                    |row| {
                        Ok(Collected {
                            seq: Sequence(row.get(0)?),
                            mention: MentionId(row.get(1)?),
                        })
                    },
                )?
                .collect()
        })
    }

    /// How many mentions `watchlist` has collected since it began, those that are gone included and
    /// copies left out.
    pub fn count_collected(&self, watchlist: &WatchlistId) -> Result<u64, StoreError> {
        self.of_watchlist(watchlist, |connection, number| {
            connection
                .prepare_cached(
                    "SELECT (SELECT count(*) FROM matches WHERE watchlist = ?1) \
                     - (SELECT count(*) FROM copies CROSS JOIN matches USING (mention) \
                        WHERE split = 0 AND watchlist = ?1)",
                )?
                .query_row([number], |row| row.get(0).map(row::unsigned))
        })
    }

    /// The mentions of [`Store::collected`] whole. One that the watchlist no longer collects,
    /// because it was edited since, is left out.
    pub fn collected_mentions(
        &self,
        watchlist: &WatchlistId,
        coverage: Coverage,
        limit: usize,
    ) -> Result<Vec<Mention>, StoreError> {
        let ids: Vec<_> = self
            .collected(watchlist, coverage, limit)?
            .into_iter()
            .map(|found| found.mention)
            .collect();
        let mut mentions = self.mentions(&ids)?;
        mentions.retain(|mention| mention.watchlists.contains(watchlist));
        Ok(mentions)
    }

    /// Takes over what `watchlist` says of stored mentions after it was changed: all of `decided`
    /// or nothing. Nothing of it enters a digest or an alert: it is of the past. Gives the mentions
    /// that were taken over, then those that were copies of these, or had these as copies, and
    /// stand for themselves until they are looked at again; those that are gone, or changed since they were looked at, are passed
    /// over.
    pub fn apply(
        &mut self,
        watchlist: &WatchlistId,
        decided: &[Redecided],
    ) -> Result<(Vec<MentionId>, Vec<MentionId>), StoreError> {
        self.write(Durability::Normal, |write| {
            let mut taken = Vec::new();
            for decided in decided {
                let found = write.mention(decided.mention)?;
                let Some(mut mention) = found.filter(|mention| mention.seq == decided.seq) else {
                    continue;
                };
                mention.watchlists.retain(|known| known != watchlist);
                mention.hits.retain(|hit| hit.watchlist != *watchlist);
                if let Some(hits) = &decided.hits {
                    mention.watchlists.push(watchlist.clone());
                    mention.watchlists.sort();
                    mention.hits.extend(hits.iter().cloned());
                }
                mention.scores = decided.scores.clone();
                mention.seq = write.next_sequence();
                write.put_mention(Put::Update, &mention)?;
                write.note_matches(&mention, true)?;
                taken.push(mention.id);
            }
            let mut unfolded = Vec::new();
            for mention in &taken {
                unfolded.extend(write.unfold_untold(*mention)?);
            }
            Ok((taken, unfolded))
        })
    }
}

impl Write<'_> {
    /// Notes the watchlists of a mention that did not collect it before, as of its present
    /// sequence number.
    pub(super) fn note_matches(&self, mention: &Mention, baseline: bool) -> rusqlite::Result<()> {
        let mut insert = self.tx.prepare_cached(
            "INSERT OR IGNORE INTO matches (watchlist, seq, mention, baseline) \
             VALUES (?1, ?2, ?3, ?4)",
        )?;
        for watchlist in &mention.watchlists {
            let number = self.watchlist_number(watchlist)?;
            insert.execute(params![number, mention.seq.0, mention.id.0, baseline])?;
        }
        Ok(())
    }
}
