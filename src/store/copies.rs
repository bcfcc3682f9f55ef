//! Which mentions are copies of others.
//!
//! Invariant: a copy loses nothing. It stays a mention with its matches; only lists leave it out.
//! Invariant: no copy is an original: there are no chains.
//! Invariant: `mentions.copies` is the number of an original's copies that are not split off.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, params};

use super::{Durability, Store, StoreError, Write, row};
use crate::model::{MentionId, Timestamp};

/// The most mentions that are looked at for one band: more share it only where it says nothing.
const MOST_OF_BAND: usize = 12;

/// The most mentions that a new one is compared with.
const MOST: usize = 16;

/// The bands of a mention, by which others that are alike find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banded {
    /// Whose bands these are.
    pub mention: MentionId,
    /// Published, or collected where undated.
    pub date: Timestamp,
    /// When it was collected.
    pub collected: Timestamp,
    /// Numbers made of its runs of words: who shares one is compared with it.
    pub bands: Vec<i64>,
}

/// A mention that says what another said before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyOf {
    /// The copy.
    pub mention: MentionId,
    /// What it is a copy of.
    pub original: MentionId,
    /// How much of it stands in the original, in thousandths.
    pub likeness: u16,
    /// Whether it was told apart again.
    pub split: bool,
}

/// What looking for copies among the mentions after one up to another gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiesFound {
    /// Looked for up to here before.
    pub after: MentionId,
    /// Looked for up to here now.
    pub upto: MentionId,
    /// Those that say what another said before.
    pub copies: Vec<CopyOf>,
    /// The others.
    pub originals: Vec<Banded>,
    /// Bands of mentions collected before this are forgotten.
    pub forget_before: Timestamp,
}

impl Store {
    /// Up to which mention copies were looked for.
    pub fn copies_reached(&self) -> Result<MentionId, StoreError> {
        self.read(reached)
    }

    /// The originals of about that date that share a band, those that share most first.
    pub fn sharing(
        &self,
        bands: &[i64],
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<MentionId>, StoreError> {
        self.read(|connection| {
            let mut shared: HashMap<i64, usize> = HashMap::new();
            let mut look_up = connection.prepare_cached(
                "SELECT mention FROM sketches WHERE band = ?1 AND date BETWEEN ?2 AND ?3 LIMIT ?4",
            )?;
            for band in bands {
                let found = look_up.query_map(
                    params![band, from.millis(), to.millis(), row::rows(MOST_OF_BAND)],
                    |row| row.get::<_, i64>(0),
                )?;
                for mention in found {
                    *shared.entry(mention?).or_default() += 1;
                }
            }
            let mut found: Vec<(i64, usize)> = shared.into_iter().collect();
            found.sort_unstable_by_key(|(mention, count)| (std::cmp::Reverse(*count), *mention));
            Ok(found
                .into_iter()
                .take(MOST)
                .map(|(mention, _)| MentionId(mention))
                .collect())
        })
    }

    /// Whether whoever is told of `original` need not be told of `copy`: all watchlists that collect
    /// the copy collect the original, and what is news is not hidden behind what was there before.
    pub fn tells_for(&self, original: MentionId, copy: MentionId) -> Result<bool, StoreError> {
        self.read(|connection| tells_for(connection, original, copy))
    }

    /// Lets the copies of a mention stand for themselves until they are looked at again; gives them.
    pub fn unfold(&mut self, original: MentionId) -> Result<Vec<MentionId>, StoreError> {
        if self.copies_of(original)?.is_empty() {
            return Ok(Vec::new());
        }
        self.write(Durability::Normal, |write| {
            write.unfold_where(original, |_, _, _| Ok(false))
        })
    }

    /// Folds mentions that were looked at again, whatever was looked at before.
    pub fn fold_again(&mut self, found: &CopiesFound) -> Result<(), StoreError> {
        self.write(Durability::Normal, |write| write.take_in(found))
    }

    /// Folds copies into their originals; says whether another process had not done it before.
    pub fn fold_copies(&mut self, found: &CopiesFound) -> Result<bool, StoreError> {
        self.write(Durability::Normal, |write| write.fold(found))
    }

    /// The copies of a mention, the first collected first; those split off left out.
    pub fn copies_of(&self, original: MentionId) -> Result<Vec<CopyOf>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT mention, original, likeness, split FROM copies \
                     WHERE original = ?1 AND split = 0 ORDER BY mention",
                )?
                .query_map([original.0], read)?
                .collect()
        })
    }

    /// What a mention is or was a copy of.
    pub fn copy_of(&self, mention: MentionId) -> Result<Option<CopyOf>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT mention, original, likeness, split FROM copies WHERE mention = ?1",
                )?
                .query_row([mention.0], read)
                .optional()
        })
    }

    /// Which of these mentions are copies.
    pub fn copies_among(&self, ids: &[MentionId]) -> Result<HashSet<MentionId>, StoreError> {
        self.read(|connection| {
            let mut copies = HashSet::new();
            for id in ids {
                if is_copy(connection, *id)? {
                    copies.insert(*id);
                }
            }
            Ok(copies)
        })
    }

    /// How many mentions are no copies.
    pub fn count_originals(&self) -> Result<u64, StoreError> {
        self.read(|connection| {
            connection
                .query_row(
                    "SELECT (SELECT count(*) FROM mentions) \
                     - (SELECT count(*) FROM copies WHERE split = 0)",
                    [],
                    |row| row.get(0),
                )
                .map(row::unsigned)
        })
    }

    /// Tells a copy apart from its original, for good; says whether it was one.
    pub fn split_copy(&mut self, mention: MentionId) -> Result<bool, StoreError> {
        self.write(Durability::Full, |write| write.split_copy(mention))
    }
}

/// Whether a mention is left out of lists, as another says the same.
pub(super) fn is_copy(connection: &Connection, mention: MentionId) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM copies WHERE mention = ?1 AND split = 0)")?
        .query_row([mention.0], |row| row.get(0))
}

/// Both collect it now, and whoever collects the copy has collected the original, no later.
fn tells_for(
    connection: &Connection,
    original: MentionId,
    copy: MentionId,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT NOT EXISTS (SELECT 1 FROM mentions AS copy, json_each(copy.watchlists) AS list \
             JOIN matches AS told ON told.mention = copy.id AND told.watchlist = list.value \
             WHERE copy.id = ?2 AND NOT EXISTS (SELECT 1 FROM matches AS first \
             JOIN mentions AS original ON original.id = first.mention \
             WHERE first.mention = ?1 AND first.watchlist = told.watchlist \
             AND first.baseline <= told.baseline AND EXISTS (SELECT 1 \
             FROM json_each(original.watchlists) AS now WHERE now.value = first.watchlist)))",
        )?
        .query_row([original.0, copy.0], |row| row.get(0))
}

fn reached(connection: &Connection) -> rusqlite::Result<MentionId> {
    connection
        .prepare_cached("SELECT mention FROM copies_reached")?
        .query_row([], |row| row.get(0).map(MentionId))
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<CopyOf> {
    Ok(CopyOf {
        mention: MentionId(row.get(0)?),
        original: MentionId(row.get(1)?),
        likeness: row.get(2)?,
        split: row.get(3)?,
    })
}

impl Write<'_> {
    fn fold(&mut self, found: &CopiesFound) -> rusqlite::Result<bool> {
        if reached(self.tx)? != found.after {
            return Ok(false);
        }
        self.take_in(found)?;
        self.tx
            .prepare_cached("DELETE FROM sketches WHERE collected < ?1")?
            .execute([found.forget_before.millis()])?;
        self.tx
            .prepare_cached("UPDATE copies_reached SET mention = ?1")?
            .execute([found.upto.0])?;
        Ok(true)
    }

    fn take_in(&mut self, found: &CopiesFound) -> rusqlite::Result<()> {
        let mut bands: Vec<(i64, &Banded)> = found
            .originals
            .iter()
            .flat_map(|original| original.bands.iter().map(move |band| (*band, original)))
            .collect();
        // In the order of the table, so that each of its pages is touched once.
        bands.sort_unstable_by_key(|(band, original)| (*band, original.mention.0));
        let mut insert = self.tx.prepare_cached(
            "INSERT OR IGNORE INTO sketches (band, mention, date, collected) \
             VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (band, original) in bands {
            insert.execute(params![
                band,
                original.mention.0,
                original.date.millis(),
                original.collected.millis(),
            ])?;
        }
        drop(insert);
        let mut touched = Vec::new();
        for copy in &found.copies {
            // Either may have been deleted since it was looked at.
            if is_copy(self.tx, copy.original)?
                || self.mention(copy.original)?.is_none()
                || self.mention(copy.mention)?.is_none()
            {
                continue;
            }
            let folded = self
                .tx
                .prepare_cached(
                    "INSERT OR IGNORE INTO copies (mention, original, likeness) \
                     VALUES (?1, ?2, ?3)",
                )?
                .execute(params![copy.mention.0, copy.original.0, copy.likeness])?;
            if folded == 0 {
                continue;
            }
            self.drop_sketch(copy.mention)?;
            self.renumber(copy.mention)?;
            touched.push(copy.original);
        }
        touched.sort_unstable_by_key(|id| id.0);
        touched.dedup();
        for original in touched {
            self.count_copies(original)?;
        }
        Ok(())
    }

    /// The watchlists of a mention changed: what it no longer tells for, or what no longer tells for
    /// it, stands for itself until it is looked at again. Gives these.
    pub(super) fn unfold_untold(&mut self, mention: MentionId) -> rusqlite::Result<Vec<MentionId>> {
        self.unfold_where(mention, tells_for)
    }

    /// Unfolds what a mention is a copy of and its copies, but for what is to stay.
    fn unfold_where(
        &mut self,
        mention: MentionId,
        stays: impl Fn(&Connection, MentionId, MentionId) -> rusqlite::Result<bool>,
    ) -> rusqlite::Result<Vec<MentionId>> {
        let folded = self
            .tx
            .prepare_cached(
                "SELECT mention, original FROM copies \
                 WHERE (mention = ?1 OR original = ?1) AND split = 0 ORDER BY mention",
            )?
            .query_map([mention.0], |row| {
                Ok((MentionId(row.get(0)?), MentionId(row.get(1)?)))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let mut unfolded = Vec::new();
        let mut touched = HashSet::new();
        for (copy, original) in folded {
            if stays(self.tx, original, copy)? {
                continue;
            }
            self.tx
                .prepare_cached("DELETE FROM copies WHERE mention = ?1")?
                .execute([copy.0])?;
            self.renumber(copy)?;
            touched.insert(original.0);
            unfolded.push(copy);
        }
        for original in touched {
            self.count_copies(MentionId(original))?;
        }
        Ok(unfolded)
    }

    /// The mentions, those first that are copies: an original whose copies are deleted with it has
    /// no heir to be found.
    pub(super) fn copies_first(&self, ids: &[MentionId]) -> rusqlite::Result<Vec<MentionId>> {
        let mut copies = Vec::with_capacity(ids.len());
        let mut others = Vec::new();
        for id in ids {
            if is_copy(self.tx, *id)? {
                copies.push(*id);
            } else {
                others.push(*id);
            }
        }
        copies.append(&mut others);
        Ok(copies)
    }

    fn drop_sketch(&self, mention: MentionId) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached("DELETE FROM sketches WHERE mention = ?1")?
            .execute([mention.0])
            .map(drop)
    }

    /// Tells a copy apart; says whether it was one.
    pub(super) fn split_copy(&mut self, mention: MentionId) -> rusqlite::Result<bool> {
        let original = self
            .tx
            .prepare_cached("SELECT original FROM copies WHERE mention = ?1 AND split = 0")?
            .query_row([mention.0], |row| row.get(0).map(MentionId))
            .optional()?;
        let Some(original) = original else {
            return Ok(false);
        };
        self.tx
            .prepare_cached("UPDATE copies SET split = 1 WHERE mention = ?1")?
            .execute([mention.0])?;
        self.renumber(mention)?;
        self.count_copies(original)?;
        Ok(true)
    }

    /// A mention is being deleted: its first copy takes its place, and those of others lose one.
    /// Gives the original that has one copy less, to be counted by [`Write::count_copies`].
    pub(super) fn forget_copies(
        &mut self,
        mention: MentionId,
    ) -> rusqlite::Result<Option<MentionId>> {
        let original = self
            .tx
            .prepare_cached("DELETE FROM copies WHERE mention = ?1 RETURNING original")?
            .query_row([mention.0], |row| row.get(0).map(MentionId))
            .optional()?;
        if original.is_some() {
            return Ok(original);
        }
        let heir = self
            .tx
            .prepare_cached(
                "SELECT mention FROM copies WHERE original = ?1 AND split = 0 \
                 ORDER BY mention LIMIT 1",
            )?
            .query_row([mention.0], |row| row.get(0).map(MentionId))
            .optional()?;
        if let Some(heir) = heir {
            self.tx
                .prepare_cached("DELETE FROM copies WHERE mention = ?1")?
                .execute([heir.0])?;
            self.tx
                .prepare_cached("UPDATE copies SET original = ?2 WHERE original = ?1")?
                .execute([mention.0, heir.0])?;
            self.tx
                .prepare_cached("UPDATE OR REPLACE sketches SET mention = ?2 WHERE mention = ?1")?
                .execute([mention.0, heir.0])?;
            self.renumber(heir)?;
            self.count_copies(heir)?;
        }
        self.drop_sketch(mention)?;
        Ok(None)
    }

    /// Gives a mention a new number, so that followers look at it again.
    fn renumber(&mut self, mention: MentionId) -> rusqlite::Result<()> {
        let seq = self.next_sequence();
        self.tx
            .prepare_cached("UPDATE mentions SET seq = ?2 WHERE id = ?1")?
            .execute([mention.0, seq.0])
            .map(drop)
    }

    /// Brings the number of copies of an original up to date.
    pub(super) fn count_copies(&mut self, original: MentionId) -> rusqlite::Result<()> {
        let seq = self.next_sequence();
        self.tx
            .prepare_cached(
                "UPDATE mentions SET seq = ?2, copies = (SELECT count(*) FROM copies \
                 WHERE original = ?1 AND split = 0) WHERE id = ?1",
            )?
            .execute([original.0, seq.0])
            .map(drop)
    }
}
