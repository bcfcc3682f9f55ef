//! Mentions that others collected, taken over from a file.
//!
//! Invariant: recording the same lines again changes nothing.

use super::identity::{self, Identity, Known, Subject, recognise_past};
use super::names::Origin;
use super::record::{Draft, Judged, Verdict, judge};
use super::runs::{Runners, Runs};
use super::{Durability, Store, StoreError, Write, row};
use crate::model::{Mention, MentionId, Sequence, SourceKey, Status, Timestamp};

/// A part of a file, judged.
#[derive(Debug, Clone)]
pub struct PastRecord {
    /// When this is.
    pub now: Timestamp,
    /// What the part holds, in the order of the file.
    pub items: Vec<Past>,
}

/// An item of a file.
#[derive(Debug, Clone)]
pub struct Past {
    /// The item, judged.
    pub draft: Draft,
    /// The name of its source.
    pub source: String,
    /// What its source is known by in the store.
    pub source_key: SourceKey,
    /// When it was collected, there or here.
    pub collected: Timestamp,
    /// What the team did with it.
    pub status: Status,
    /// The team's labels.
    pub tags: Vec<String>,
    /// How many copies were folded into it.
    pub copies: u32,
}

/// What recording a part of a file changed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Taken {
    /// Mentions that are new.
    pub new: u64,
    /// Known mentions that a further watchlist collects.
    pub joined: u64,
    /// Items kept aside for the first time.
    pub kept: u64,
    /// Items that were known.
    pub known: u64,
    /// The date of the oldest mention that is new.
    pub oldest: Option<Timestamp>,
    /// The mentions that are new, for who follows the store.
    pub added: Added,
}

/// New mentions as they were stored, in the order of their numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Added {
    /// The last sequence number that was given before them.
    pub after: Sequence,
    /// The last sequence number given since.
    pub upto: Sequence,
    /// Each whole, as the store has it.
    pub mentions: Vec<Mention>,
    /// The place of each among the items of the part.
    pub places: Vec<usize>,
}

impl Added {
    /// Whether these mentions are all that changed in between: each took one number.
    pub fn is_all(&self) -> bool {
        i64::try_from(self.mentions.len()).is_ok_and(|added| self.after.0 + added == self.upto.0)
    }
}

impl Store {
    /// Which of the items of a file are known for certain. Of what an import stored lately that may
    /// not be said yet; it is seen when it is stored again.
    pub fn known_past(&self, items: &[(&SourceKey, &Identity)]) -> Result<Vec<bool>, StoreError> {
        self.snapshot(|connection| {
            items
                .iter()
                .map(|(key, identity)| {
                    Ok(
                        match recognise_past(connection, Runners::None, key, identity)?.0 {
                            Known::Same(Subject::Kept(_)) | Known::New | Known::Elsewhere(_) => {
                                false
                            }
                            Known::Same(_) | Known::Edited(_) => true,
                        },
                    )
                })
                .collect()
        })
    }

    /// Stores parts of a file for as long as `next` gives one, all or nothing; `told` hears what
    /// each changed, before it is certain. Others wait for the write lock meanwhile.
    pub fn record_past(
        &mut self,
        mut next: impl FnMut() -> Option<PastRecord>,
        mut told: impl FnMut(Taken),
    ) -> Result<(), StoreError> {
        let mut runs = self.runs.take();
        let expects_much = runs.is_some();
        let done = self.write(Durability::Normal, |write| {
            if let Some(runs) = &mut runs {
                runs.begin(write.tx)?;
            }
            while let Some(record) = next() {
                let mut taken = Taken::default();
                taken.added.after = Sequence(write.sequence);
                for (place, past) in record.items.into_iter().enumerate() {
                    write.take_past(past, record.now, runs.as_mut(), &mut taken)?;
                    // It is the last that was added, or none was.
                    taken.added.places.resize(taken.added.mentions.len(), place);
                }
                taken.added.upto = Sequence(write.sequence);
                told(taken);
            }
            match &mut runs {
                Some(runs) => runs.write(write.tx),
                None => Ok(()),
            }
        });
        // What it knows of a transaction that came to nothing is not so.
        self.runs = match done {
            Ok(()) => runs,
            Err(_) => expects_much.then(Runs::default),
        };
        done
    }

    /// Makes the connection ready for a great many rows: more memory for pages, the log written back
    /// less often, and keys of new mentions in runs until they are sorted in.
    pub fn expect_much(&mut self) -> Result<(), StoreError> {
        // What an import left that was cut off.
        self.sort_in()?;
        self.runs = Some(Runs::default());
        self.read(|connection| {
            connection
                .execute_batch("PRAGMA cache_size = -64000; PRAGMA wal_autocheckpoint = 32000;")
        })
    }

    /// Ends what [`Store::expect_much`] began: the log, which grew to hundreds of megabytes, gives its
    /// room on the disk back, unless someone reads just then.
    pub fn expect_little(&mut self) -> Result<(), StoreError> {
        self.sort_in()?;
        self.runs = None;
        self.read(|connection| {
            connection.execute_batch(
                "PRAGMA cache_size = -32000; PRAGMA wal_autocheckpoint = 4000;
                 PRAGMA wal_checkpoint(TRUNCATE);",
            )
        })
    }
}

impl Write<'_> {
    fn take_past(
        &mut self,
        mut past: Past,
        now: Timestamp,
        mut runs: Option<&mut Runs>,
        taken: &mut Taken,
    ) -> rusqlite::Result<()> {
        let runners = runs.as_deref().map_or(Runners::All, Runners::Own);
        let identity = &past.draft.identity;
        let (known, own) = recognise_past(self.tx, runners, &past.source_key, identity)?;
        if known == Known::New && self.is_forgotten(&past.draft.item.author)? {
            taken.known += 1;
            return Ok(());
        }
        let verdict = std::mem::replace(&mut past.draft.verdict, Verdict::Unmatched);
        let subject = match (known, verdict) {
            (Known::New, Verdict::Matched(judged)) => self.add_past(past, *judged, taken)?,
            (Known::New, Verdict::Unmatched) => {
                let origin = Origin {
                    key: past.source_key,
                    name: past.source,
                };
                let url = past.draft.canonical_url.as_deref();
                taken.kept += 1;
                Subject::Kept(self.keep(&past.draft.item, url, &origin, now)?)
            }
            (
                Known::Same(Subject::Kept(number)) | Known::Elsewhere(Subject::Kept(number)),
                Verdict::Matched(judged),
            ) => {
                self.drop_kept(number)?;
                let subject = self.add_past(past, *judged, taken)?;
                if let Some(runs) = &mut runs {
                    runs.write(self.tx)?;
                }
                return identity::redirect(self.tx, Subject::Kept(number), subject);
            }
            (
                Known::Same(Subject::Mention(id)) | Known::Elsewhere(Subject::Mention(id)),
                Verdict::Matched(judged),
            ) => {
                if self.join(&past.draft, MentionId(id), &judged)? {
                    taken.joined += 1;
                } else {
                    taken.known += 1;
                }
                return Ok(());
            }
            // What was edited there is left as it is here: a file tells of the past.
            _ => {
                taken.known += 1;
                return Ok(());
            }
        };
        identity::remember_past(self.tx, runs, &own, subject)
    }

    fn add_past(
        &mut self,
        past: Past,
        judged: Judged,
        taken: &mut Taken,
    ) -> rusqlite::Result<Subject> {
        let mut mention = Mention {
            id: MentionId(0),
            seq: Sequence(0),
            item: past.draft.item,
            canonical_url: past.draft.canonical_url,
            source: past.source,
            source_key: past.source_key,
            collected: past.collected,
            watchlists: Vec::new(),
            hits: Vec::new(),
            scores: judged.scores,
            copies: past.copies,
            status: past.status,
            tags: past.tags,
        };
        judge(&mut mention, judged.matches);
        row::round(&mut mention);
        let date = mention.date();
        taken.oldest = Some(taken.oldest.map_or(date, |oldest| oldest.min(date)));
        taken.new += 1;
        let added = self.add(mention, judged.baseline)?;
        let subject = Subject::Mention(added.id.0);
        taken.added.mentions.push(added);
        Ok(subject)
    }
}
