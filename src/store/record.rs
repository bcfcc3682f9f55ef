//! One poll, one transaction: what was found and how its source is.
//!
//! Invariant: recording the same poll again changes nothing, so a poll that was cut off before
//! its commit is simply read again.

use rusqlite::{Connection, OptionalExtension};

use super::identity::{
    self, Claims, Identity, Key, Known, Subject, is_said, recognise, recognise_own,
};
use super::names::Origin;
use super::owner::Owner;
use super::pieces::Pieces;
use super::row::{self, Put};
use super::runs::Runners;
use super::{Durability, Store, StoreError, Write};
use crate::model::{
    Hit, Item, Mention, MentionId, Scores, Sequence, SourceKey, SourceState, Status, Timestamp,
    WatchlistId,
};

/// What came of polling one source.
#[derive(Debug, Clone)]
pub struct PollRecord {
    /// How the source is now.
    pub state: SourceState,
    /// When this is.
    pub now: Timestamp,
    /// The watchlists that the items were matched against.
    pub judged_by: Vec<WatchlistId>,
    /// The identities of all items of the poll, also of those that need no draft because they
    /// are known and unchanged.
    pub seen: Vec<Identity>,
    /// The items to store.
    pub drafts: Vec<Draft>,
    /// What the source showed, where its pieces can be told when they come again.
    pub pieces: Option<Pieces>,
}

/// An item with what was decided about it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What the source showed.
    pub item: Item,
    /// Its address without what does not identify.
    pub canonical_url: Option<String>,
    /// What it is recognised by.
    pub identity: Identity,
    /// What the watchlists say.
    pub verdict: Verdict,
}

/// What the watchlists say about an item.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// None collects it.
    Unmatched,
    /// At least one does.
    Matched(Box<Judged>),
}

/// Why an item is collected, and what it weighs.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The watchlists that collect it, with the places that matched; a watchlist without places
    /// is one that matched by fields.
    pub matches: Vec<(WatchlistId, Vec<Hit>)>,
    /// What it weighs.
    pub scores: Scores,
    /// Whether it was there before anyone listened: then it enters no digest and no alert.
    pub baseline: bool,
}

/// What recording a poll changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Mentions that are new.
    pub new: Vec<MentionId>,
    /// Mentions that say something else now.
    pub edited: Vec<MentionId>,
    /// Known mentions that a further watchlist collects.
    pub joined: Vec<MentionId>,
    /// Items kept aside for the first time.
    pub kept: usize,
    /// Items that were known and taught nothing.
    pub known: usize,
    /// Mentions, and items kept aside, that were deleted, as they were where they were published.
    pub gone: usize,
    /// The last sequence number given.
    pub seq: Sequence,
}

impl Store {
    /// Which items of a poll of the source `key` are known and say what they said: these need
    /// not be matched and scored again. Of those that `passed` this is known already.
    pub fn unchanged(
        &self,
        key: &SourceKey,
        poll: &[Identity],
        passed: &[bool],
    ) -> Result<Vec<bool>, StoreError> {
        self.snapshot(|connection| {
            let runners = Runners::there(connection)?;
            let mut claims = None;
            poll.iter()
                .zip(passed)
                .map(|(identity, passed)| {
                    if *passed {
                        return Ok(true);
                    }
                    match recognise_own(connection, runners, key, identity)? {
                        Known::Same(_) => Ok(true),
                        Known::Edited(_) | Known::Elsewhere(_) => Ok(false),
                        // What is new in every word is not looked for among the others.
                        Known::New if !is_said(connection, runners, identity)? => Ok(false),
                        Known::New => {
                            let claims = match &mut claims {
                                Some(claims) => claims,
                                none => none.insert(Claims::of(connection, key, poll)?),
                            };
                            let known = recognise(connection, runners, key, identity, claims)?;
                            Ok(matches!(known, Known::Same(_)))
                        }
                    }
                })
                .collect()
        })
    }

    /// The text that is stored of an item that is known and unchanged.
    pub fn known_text(
        &self,
        key: &SourceKey,
        identity: &Identity,
    ) -> Result<Option<String>, StoreError> {
        self.snapshot(|connection| {
            let runners = Runners::there(connection)?;
            let known = recognise(connection, runners, key, identity, &Claims::default())?;
            let (table, number) = match known {
                Known::Same(Subject::Mention(id)) => ("SELECT text FROM mentions", id),
                Known::Same(Subject::Kept(id)) => ("SELECT item ->> 'text' FROM unmatched", id),
                _ => return Ok(None),
            };
            connection
                .prepare_cached(&format!("{table} WHERE id = ?1"))?
                .query_row([number], |row| row.get(0))
                .optional()
        })
    }

    /// Which known items appear in a poll under identifiers of their own: for its parts.
    pub fn claims(&self, key: &SourceKey, poll: &[Identity]) -> Result<Claims, StoreError> {
        self.snapshot(|connection| Claims::of(connection, key, poll))
    }

    /// Stores some items of a poll ahead of the others, all or nothing: what `poll` has among its
    /// drafts, and nothing else of it. Its source stays as it is until [`Store::record_poll`].
    pub fn record_part(
        &mut self,
        poll: &PollRecord,
        claims: &mut Claims,
    ) -> Result<Recorded, StoreError> {
        self.write(Durability::Normal, |write| {
            let runners = Runners::there(write.tx)?;
            let mut recorder = Recorder::of(write, poll, runners, std::mem::take(claims));
            for draft in &poll.drafts {
                recorder.take(draft)?;
            }
            *claims = recorder.claims;
            Ok(recorder.recorded)
        })
    }

    /// Stores a poll: its items, their matches, and the state of the source, all or nothing.
    /// The claim that `owner` holds on the source ends with it.
    pub fn record_poll(
        &mut self,
        poll: &PollRecord,
        owner: Option<&Owner>,
    ) -> Result<Recorded, StoreError> {
        self.write(Durability::Normal, |write| {
            let runners = Runners::there(write.tx)?;
            let said = may_be_said(write.tx, runners, &poll.drafts)?;
            let claims = if said {
                Claims::of(write.tx, &poll.state.key, &poll.seen)?
            } else {
                Claims::default()
            };
            let mut recorder = Recorder::of(write, poll, runners, claims);
            recorder.said = said;
            for draft in &poll.drafts {
                recorder.take(draft)?;
            }
            if let Some(pieces) = &poll.pieces {
                recorder.write.keep_pieces(&recorder.origin, pieces)?;
            }
            let mut recorded = recorder.recorded;
            write.save_source(&poll.state, owner)?;
            recorded.seq = Sequence(write.sequence);
            Ok(recorded)
        })
    }
}

/// Whether an item of these may be recognised by what it says alone: only then anybody asks under
/// which identifiers the others are known.
fn may_be_said(
    connection: &Connection,
    runners: Runners<'_>,
    drafts: &[Draft],
) -> rusqlite::Result<bool> {
    let mut said: Vec<Key> = drafts.iter().map(|draft| draft.identity.said).collect();
    said.sort_unstable();
    if said.array_windows().any(|[one, next]| one == next) {
        return Ok(true);
    }
    for draft in drafts {
        if is_said(connection, runners, &draft.identity)? {
            return Ok(true);
        }
    }
    Ok(false)
}

struct Recorder<'a, 'b> {
    write: &'a mut Write<'b>,
    poll: &'a PollRecord,
    claims: Claims,
    origin: Origin,
    runners: Runners<'static>,
    /// Whether an item may be recognised by what it says alone.
    said: bool,
    recorded: Recorded,
}

impl Recorded {
    /// What came of a further part.
    pub fn add(&mut self, mut other: Self) {
        self.new.append(&mut other.new);
        self.edited.append(&mut other.edited);
        self.joined.append(&mut other.joined);
        self.kept += other.kept;
        self.known += other.known;
        self.gone += other.gone;
        self.seq = self.seq.max(other.seq);
    }
}

impl<'a, 'b> Recorder<'a, 'b> {
    fn of(
        write: &'a mut Write<'b>,
        poll: &'a PollRecord,
        runners: Runners<'static>,
        claims: Claims,
    ) -> Self {
        Self {
            origin: Origin {
                key: poll.state.key.clone(),
                name: poll.state.name.clone(),
            },
            claims,
            runners,
            said: true,
            write,
            poll,
            recorded: Recorded::default(),
        }
    }
}

impl Recorder<'_, '_> {
    fn take(&mut self, draft: &Draft) -> rusqlite::Result<()> {
        let (tx, key, identity) = (self.write.tx, &self.origin.key, &draft.identity);
        let known = if self.said {
            recognise(tx, self.runners, key, identity, &self.claims)?
        } else {
            recognise_own(tx, self.runners, key, identity)?
        };
        if known == Known::New && self.write.is_forgotten(&draft.item.author)? {
            self.recorded.known += 1;
            return Ok(());
        }
        let subject = match (known, &draft.verdict) {
            (Known::New, Verdict::Matched(judged)) => self.insert(draft, judged)?,
            (Known::New, Verdict::Unmatched) => self.keep(draft)?,
            (
                Known::Same(Subject::Gone)
                | Known::Edited(Subject::Gone)
                | Known::Elsewhere(Subject::Gone),
                _,
            ) => {
                self.recorded.known += 1;
                return Ok(());
            }
            (Known::Same(subject), verdict) => {
                self.again(draft, subject, verdict)?;
                self.claims.note(subject, &draft.identity);
                return Ok(());
            }
            (Known::Edited(Subject::Mention(id)), _) => self.edit(draft, MentionId(id))?,
            (Known::Elsewhere(subject @ Subject::Mention(_)), verdict) => {
                self.again(draft, subject, verdict)?;
                subject
            }
            (
                Known::Edited(Subject::Kept(number)) | Known::Elsewhere(Subject::Kept(number)),
                Verdict::Matched(judged),
            ) => self.promote(draft, number, judged)?,
            (Known::Edited(subject @ Subject::Kept(number)), Verdict::Unmatched) => {
                let url = draft.canonical_url.as_deref();
                self.write.replace_kept(number, &draft.item, url)?;
                self.recorded.known += 1;
                subject
            }
            (Known::Elsewhere(subject @ Subject::Kept(_)), Verdict::Unmatched) => {
                self.recorded.known += 1;
                subject
            }
        };
        let elsewhere = matches!(known, Known::Elsewhere(_));
        identity::remember(
            self.write.tx,
            self.runners,
            &draft.identity,
            subject,
            elsewhere,
        )?;
        self.claims.note(subject, &draft.identity);
        Ok(())
    }

    fn insert(&mut self, draft: &Draft, judged: &Judged) -> rusqlite::Result<Subject> {
        let id = self.write.collect(
            &draft.item,
            draft.canonical_url.as_deref(),
            &self.origin,
            self.poll.now,
            judged,
        )?;
        self.recorded.new.push(id);
        Ok(Subject::Mention(id.0))
    }

    fn keep(&mut self, draft: &Draft) -> rusqlite::Result<Subject> {
        let url = draft.canonical_url.as_deref();
        let number = self
            .write
            .keep(&draft.item, url, &self.origin, self.poll.now)?;
        self.recorded.kept += 1;
        Ok(Subject::Kept(number))
    }

    /// An item that was kept aside is collected now.
    fn promote(
        &mut self,
        draft: &Draft,
        number: i64,
        judged: &Judged,
    ) -> rusqlite::Result<Subject> {
        self.write.drop_kept(number)?;
        let subject = self.insert(draft, judged)?;
        identity::redirect(self.write.tx, Subject::Kept(number), subject)?;
        Ok(subject)
    }

    /// An item that says what it said, or that another source brought: only a watchlist that
    /// does not collect it yet changes anything.
    fn again(
        &mut self,
        draft: &Draft,
        subject: Subject,
        verdict: &Verdict,
    ) -> rusqlite::Result<()> {
        match (subject, verdict) {
            (Subject::Kept(number), Verdict::Matched(judged)) => {
                self.promote(draft, number, judged)?;
            }
            (Subject::Mention(id), Verdict::Matched(judged))
                if self.write.join(draft, MentionId(id), judged)? =>
            {
                self.recorded.joined.push(MentionId(id));
            }
            _ => self.recorded.known += 1,
        }
        Ok(())
    }

    /// The item was edited where it was published.
    fn edit(&mut self, draft: &Draft, id: MentionId) -> rusqlite::Result<Subject> {
        let subject = Subject::Mention(id.0);
        // What says something else now stands for itself.
        self.write.split_copy(id)?;
        let Some(mut mention) = self.write.mention(id)? else {
            return Ok(subject);
        };
        mention.seq = self.write.next_sequence();
        mention.item = draft.item.clone();
        mention.canonical_url.clone_from(&draft.canonical_url);
        mention.hits.clear();
        let poll = self.poll;
        mention
            .watchlists
            .retain(|watchlist| !poll.judged_by.contains(watchlist));
        // Who was alerted or read it in a digest will not be told again; a watchlist that
        // collects it only now will be.
        let mut baseline = false;
        if let Verdict::Matched(judged) = &draft.verdict {
            mention.scores = judged.scores.clone();
            baseline = judged.baseline;
            judge(&mut mention, judged.matches.clone());
        }
        self.write.put_mention(Put::Update, &mention)?;
        self.write.note_matches(&mention, baseline)?;
        self.recorded.edited.push(id);
        Ok(subject)
    }
}

/// Adds the watchlists that collect a mention, with the places that they matched.
pub(super) fn judge(mention: &mut Mention, matches: Vec<(WatchlistId, Vec<Hit>)>) {
    for (watchlist, hits) in matches {
        mention.hits.retain(|hit| hit.watchlist != watchlist);
        mention.hits.extend(hits);
        mention.watchlists.push(watchlist);
    }
    mention.watchlists.sort();
    mention.watchlists.dedup();
}

impl Write<'_> {
    /// Makes a mention of an item; gives its number.
    pub(super) fn collect(
        &mut self,
        item: &Item,
        canonical_url: Option<&str>,
        origin: &Origin,
        collected: Timestamp,
        judged: &Judged,
    ) -> rusqlite::Result<MentionId> {
        let mut mention = Mention {
            id: MentionId(0),
            seq: Sequence(0),
            item: item.clone(),
            canonical_url: canonical_url.map(Into::into),
            source: origin.name.clone(),
            source_key: origin.key.clone(),
            collected,
            watchlists: Vec::new(),
            hits: Vec::new(),
            scores: judged.scores.clone(),
            copies: 0,
            status: Status::Open,
            tags: Vec::new(),
        };
        judge(&mut mention, judged.matches.clone());
        self.add(mention, judged.baseline).map(|added| added.id)
    }

    /// Stores a mention under numbers of its own; gives it back with them.
    pub(super) fn add(
        &mut self,
        mut mention: Mention,
        baseline: bool,
    ) -> rusqlite::Result<Mention> {
        mention.seq = self.next_sequence();
        mention.id = self.put_mention(Put::Insert, &mention)?;
        self.note_matches(&mention, baseline)?;
        Ok(mention)
    }

    /// Adds the watchlists that do not collect the mention yet; says whether there were any.
    ///
    /// Where this source tells it in other words, the words that the new watchlist matched are
    /// taken over, and the places that others matched in the old words are dropped. What each
    /// source said last is remembered apart, so two tellings never take turns.
    pub(super) fn join(
        &mut self,
        draft: &Draft,
        id: MentionId,
        judged: &Judged,
    ) -> rusqlite::Result<bool> {
        let Some(mut mention) = self.mention(id)? else {
            return Ok(false);
        };
        if judged
            .matches
            .iter()
            .all(|(watchlist, _)| mention.watchlists.contains(watchlist))
        {
            return Ok(false);
        }
        if (&mention.item.title, &mention.item.text) != (&draft.item.title, &draft.item.text) {
            mention.item.title.clone_from(&draft.item.title);
            mention.item.text.clone_from(&draft.item.text);
            mention.scores = judged.scores.clone();
            mention.hits.clear();
        }
        mention.seq = self.next_sequence();
        judge(&mut mention, judged.matches.clone());
        self.put_mention(Put::Update, &mention)?;
        self.note_matches(&mention, judged.baseline)?;
        // The original may not be among what the further watchlist collects.
        self.split_copy(id)?;
        Ok(true)
    }

    /// A mention as this transaction sees it.
    pub(super) fn mention(&self, id: MentionId) -> rusqlite::Result<Option<Mention>> {
        self.tx
            .prepare_cached(&format!(
                "SELECT {} FROM mentions WHERE id = ?1",
                row::COLUMNS
            ))?
            .query_row([id.0], |found| row::read(self.tx, self.names, found))
            .optional()
    }

    /// Writes a mention; gives its number.
    pub(super) fn put_mention(&self, put: Put, mention: &Mention) -> rusqlite::Result<MentionId> {
        let origin = self.origin_number(&Origin {
            key: mention.source_key.clone(),
            name: mention.source.clone(),
        })?;
        row::write(self.tx, put, mention, origin, |watchlist| {
            self.watchlist_number(watchlist)
        })
    }
}
