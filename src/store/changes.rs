//! What changed after a sequence number, for those who follow the store; and small changes of
//! single mentions.

use rusqlite::params;

use super::row::{self, Put};
use super::{Durability, Store, StoreError, Write};
use crate::model::{Mention, MentionId, Scores, Sequence, Status};

/// Something that a follower has to take over.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The mention is new or differs; this is how it is now, but for the places that matched and
    /// the reasons of its scores, which are long to read and of which no follower makes anything.
    Put(Box<Mention>),
    /// The mention is gone, or another says the same and stands for it.
    Delete(MentionId),
}

/// A batch of changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// In the order of their sequence numbers.
    pub list: Vec<Change>,
    /// With these, everything up to this number is known.
    pub upto: Sequence,
    /// Whether there is more.
    pub more: bool,
}

impl Store {
    /// What changed after `after`: at most `limit` mentions in the order of their changes, each
    /// as it is now, and the deletions in between. A mention that changes while someone reads
    /// batch after batch comes again, under its new number; nothing is missed.
    pub fn changes(&self, after: Sequence, limit: usize) -> Result<Changes, StoreError> {
        self.snapshot(|connection| {
            let max: i64 =
                connection.query_row("SELECT sequence FROM counter", [], |row| row.get(0))?;
            let puts = connection
                .prepare_cached(&format!(
                    "SELECT {}, EXISTS (SELECT 1 FROM copies WHERE copies.mention = mentions.id \
                     AND split = 0) FROM mentions WHERE seq > ?1 ORDER BY seq LIMIT ?2",
                    *row::UNEXPLAINED
                ))?
                .query_map(params![after.0, row::rows(limit)], |row| {
                    let is_copy: bool = row.get(row::WIDTH)?;
                    Ok((row::read(connection, &self.names, row)?, is_copy))
                })?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let more = puts.len() >= limit;
            let upto = match puts.last() {
                Some((last, _)) if more => last.seq,
                _ => Sequence(max),
            };
            let deletes = connection
                .prepare_cached(
                    "SELECT seq, mention FROM tombstones WHERE seq > ?1 AND seq <= ?2 \
                     ORDER BY seq",
                )?
                .query_map([after.0, upto.0], |row| {
                    Ok((Sequence(row.get(0)?), MentionId(row.get(1)?)))
                })?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut list: Vec<_> = deletes
                .into_iter()
                .map(|(seq, id)| (seq, Change::Delete(id)))
                .collect();
            for (mention, is_copy) in puts {
                let change = if is_copy {
                    (mention.seq, Change::Delete(mention.id))
                } else {
                    (mention.seq, Change::Put(Box::new(mention)))
                };
                list.push(change);
            }
            list.sort_by_key(|(seq, _)| *seq);
            Ok(Changes {
                list: list.into_iter().map(|(_, change)| change).collect(),
                upto,
                more,
            })
        })
    }

    /// Sets what the team did with a mention; says whether it is there.
    pub fn set_status(&mut self, id: MentionId, status: Status) -> Result<bool, StoreError> {
        self.change(id, |mention| mention.status = status)
    }

    /// Sets the team's labels of a mention; says whether it is there.
    pub fn set_tags(&mut self, id: MentionId, tags: &[String]) -> Result<bool, StoreError> {
        self.change(id, |mention| {
            mention.tags = tags.to_vec();
            mention.tags.sort();
            mention.tags.dedup();
        })
    }

    /// Sets how many copies were folded into a mention; says whether it is there.
    pub fn set_copies(&mut self, id: MentionId, copies: u32) -> Result<bool, StoreError> {
        self.change(id, |mention| mention.copies = copies)
    }

    /// Replaces the scores of mentions, after the lists changed: those that still are as they were
    /// at that sequence number. Gives which these are; the others are passed over.
    pub fn rescore(
        &mut self,
        scores: &[(MentionId, Sequence, Scores)],
    ) -> Result<Vec<MentionId>, StoreError> {
        self.write(Durability::Normal, |write| {
            let mut taken = Vec::with_capacity(scores.len());
            for (id, seq, scores) in scores {
                let found = write.mention(*id)?;
                if found.is_some_and(|mention| mention.seq == *seq) {
                    write.change(*id, |mention| mention.scores = scores.clone())?;
                    taken.push(*id);
                }
            }
            Ok(taken)
        })
    }

    fn change(
        &mut self,
        id: MentionId,
        edit: impl FnOnce(&mut Mention),
    ) -> Result<bool, StoreError> {
        self.write(Durability::Normal, |write| write.change(id, edit))
    }
}

impl Write<'_> {
    /// Changes a mention; one that stays as it is, is not written.
    fn change(&mut self, id: MentionId, edit: impl FnOnce(&mut Mention)) -> rusqlite::Result<bool> {
        let Some(mut mention) = self.mention(id)? else {
            return Ok(false);
        };
        let before = mention.clone();
        edit(&mut mention);
        if mention != before {
            mention.seq = self.next_sequence();
            self.put_mention(Put::Update, &mention)?;
        }
        Ok(true)
    }
}
