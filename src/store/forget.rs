//! Forgetting a person, an address or a watchlist: gone, and not to come back.
//!
//! Invariant: of what is forgotten, hashes remain, and nothing from which it could be read.

use rusqlite::params;

use super::identity::{self, Subject, author_keys};
use super::row::{self, Put};
use super::{Durability, Store, StoreError, Write, runs};
use crate::model::{Author, DeliveryState, MentionId, MessageKind, Timestamp, WatchlistId};

/// What is to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// Everything of an author, by name or handle.
    Author(String),
    /// What was published at an address: as it is written, and without what does not identify.
    Url(String, String),
    /// What only this watchlist collects; what others collect as well stays with them.
    Watchlist(WatchlistId),
}

/// What would be forgotten.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forgettable {
    /// Mentions to delete.
    pub mentions: Vec<MentionId>,
    /// Mentions that other watchlists collect too: only what this one says of them goes.
    pub shared: Vec<MentionId>,
    /// Items kept aside.
    pub kept: Vec<i64>,
    /// Mails posted since the first of the mentions was collected, which may show it.
    pub letters: Vec<ForgettableLetter>,
}

/// A mail whose words go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForgettableLetter {
    /// Its number in the outbox.
    pub id: i64,
    /// What it is in the outbox.
    pub key: String,
    /// Whether it has not been sent yet: then it will not be.
    pub waiting: bool,
}

impl Forgettable {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.mentions.is_empty() && self.shared.is_empty() && self.kept.is_empty()
    }
}

impl Store {
    /// What there is to forget.
    pub fn forgettable(&self, whom: &Whom) -> Result<Forgettable, StoreError> {
        let mut found = Forgettable::default();
        let mut oldest: Option<i64> = None;
        self.snapshot(|connection| {
            let number = match whom {
                Whom::Watchlist(name) => {
                    self.names.borrow_mut().watchlist_number(connection, name)?
                }
                _ => None,
            };
            let mut statement = connection.prepare(
                "SELECT id, collected, url, canonical_url, author_name, author_handle, \
                 watchlists FROM mentions",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let is_it = match whom {
                    Whom::Author(name) => Author {
                        name: row.get(4)?,
                        handle: row.get(5)?,
                        followers: None,
                    }
                    .is_one_of(&handles(name)),
                    Whom::Url(url, canonical) => [row.get_ref(2)?, row.get_ref(3)?]
                        .into_iter()
                        .filter_map(|value| value.as_str().ok())
                        .any(|known| known == url || known == canonical),
                    Whom::Watchlist(_) => {
                        let collects: Vec<i64> = row::from_json(row, 6)?;
                        let is_it = number.is_some_and(|number| collects.contains(&number));
                        if is_it && collects.len() > 1 {
                            found.shared.push(MentionId(row.get(0)?));
                            oldest = Some(earlier(oldest, row.get(1)?));
                            continue;
                        }
                        is_it
                    }
                };
                if is_it {
                    found.mentions.push(MentionId(row.get(0)?));
                    oldest = Some(earlier(oldest, row.get(1)?));
                }
            }
            Ok(())
        })?;
        self.kept_of(whom, &mut found)?;
        if let Some(oldest) = oldest {
            found.letters = self.letters_since(Timestamp::from_millis(oldest))?;
        }
        Ok(found)
    }

    fn kept_of(&self, whom: &Whom, found: &mut Forgettable) -> Result<(), StoreError> {
        let mut after = 0;
        loop {
            let page = self.kept(after, Timestamp::from_millis(i64::MIN), 1_000)?;
            for kept in &page {
                after = kept.number;
                let is_it = match whom {
                    Whom::Author(name) => kept.item.author.is_one_of(&handles(name)),
                    Whom::Url(url, canonical) => [&kept.item.url, &kept.canonical_url]
                        .into_iter()
                        .flatten()
                        .any(|known| known == url || known == canonical),
                    Whom::Watchlist(_) => false,
                };
                if is_it {
                    found.kept.push(kept.number);
                }
            }
            if page.len() < 1_000 {
                return Ok(());
            }
        }
    }

    fn letters_since(&self, since: Timestamp) -> Result<Vec<ForgettableLetter>, StoreError> {
        self.read(|connection| {
            connection
                .prepare(
                    "SELECT id, key, state FROM outbox WHERE created >= ?1 AND kind <> ?2 \
                     AND length(message) > 0 ORDER BY id",
                )?
                .query_map(params![since.millis(), MessageKind::Test.as_str()], |row| {
                    let state: String = row.get(2)?;
                    Ok(ForgettableLetter {
                        id: row.get(0)?,
                        key: row.get(1)?,
                        waiting: state == DeliveryState::Waiting.as_str(),
                    })
                })?
                .collect()
        })
    }

    /// Forgets what was found; with `for_good`, what the author writes from now on as well. All or
    /// nothing. The words stay on the disk until [`Store::compact`].
    pub fn forget(
        &mut self,
        whom: &Whom,
        found: &Forgettable,
        for_good: bool,
    ) -> Result<(), StoreError> {
        self.write(Durability::Full, |write| {
            for id in &found.mentions {
                write.note_forgotten(Subject::Mention(id.0))?;
            }
            write.delete_mentions(&found.mentions)?;
            for number in &found.kept {
                write.note_forgotten(Subject::Kept(*number))?;
                write.drop_kept(*number)?;
                identity::redirect(write.tx, Subject::Kept(*number), Subject::Gone)?;
            }
            if let Whom::Watchlist(name) = whom {
                for id in &found.shared {
                    write.leave(*id, name)?;
                }
            }
            for letter in &found.letters {
                write.empty_letter(letter.id)?;
            }
            if let (Whom::Author(name), true) = (whom, for_good) {
                for key in author_keys(&Author {
                    name: Some(name.clone()),
                    ..Author::default()
                }) {
                    write.tx.execute(
                        "INSERT OR IGNORE INTO forgotten (key, author) VALUES (?1, 1)",
                        [key],
                    )?;
                }
            }
            Ok(())
        })
    }

    /// Lets what an author writes from now on be collected again; says whether it was not.
    pub fn remember_author(&mut self, name: &str) -> Result<bool, StoreError> {
        let author = Author {
            name: Some(name.to_owned()),
            ..Author::default()
        };
        self.write(Durability::Full, |write| {
            let mut removed = 0;
            for key in author_keys(&author) {
                removed += write
                    .tx
                    .execute("DELETE FROM forgotten WHERE key = ?1 AND author = 1", [key])?;
            }
            Ok(removed > 0)
        })
    }

    /// Takes over what another database of the same instance has forgotten: what this one still
    /// knows of it is deleted. Gives how many mentions and items kept aside went.
    pub fn forget_as(&mut self, other: &Self) -> Result<usize, StoreError> {
        let keys: Vec<(Vec<u8>, i64)> = other.read(|connection| {
            connection
                .prepare("SELECT key, author FROM forgotten")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })?;
        self.write(Durability::Full, |write| {
            runs::sort_in(write.tx)?;
            let mut gone = 0;
            for (key, author) in keys {
                write.tx.execute(
                    "INSERT OR IGNORE INTO forgotten (key, author) VALUES (?1, ?2)",
                    params![key, author],
                )?;
                let subjects = write
                    .tx
                    .prepare_cached("SELECT subject FROM identities WHERE key = ?1")?
                    .query_map([&key], |row| row.get(0).map(Subject::from_column))?
                    .collect::<rusqlite::Result<Vec<_>>>()?;
                for subject in subjects {
                    gone += usize::from(match subject {
                        Subject::Mention(id) => write.delete_mention(MentionId(id))?,
                        Subject::Kept(number) => {
                            write.drop_kept(number)?;
                            identity::redirect(write.tx, subject, Subject::Gone)?;
                            true
                        }
                        Subject::Gone => false,
                    });
                }
            }
            if gone > 0 {
                // Any of the mails may show it.
                write.tx.execute("UPDATE outbox SET message = x''", [])?;
            }
            Ok(gone)
        })
    }
}

impl Write<'_> {
    /// Whether what this author writes is not to be collected.
    pub(super) fn is_forgotten(&mut self, author: &Author) -> rusqlite::Result<bool> {
        let some = match self.forgets_authors {
            Some(known) => known,
            None => self
                .tx
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM forgotten WHERE author = 1)")?
                .query_row([], |row| row.get(0))?,
        };
        self.forgets_authors = Some(some);
        if !some {
            return Ok(false);
        }
        for key in author_keys(author) {
            let found: bool = self
                .tx
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM forgotten WHERE key = ?1 AND author = 1)",
                )?
                .query_row([key], |row| row.get(0))?;
            if found {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Notes by what a subject was recognised, so that an older backup does not bring it back.
    fn note_forgotten(&self, subject: Subject) -> rusqlite::Result<()> {
        runs::sort_in(self.tx)?;
        self.tx
            .prepare_cached(
                "INSERT OR IGNORE INTO forgotten (key, author) \
                 SELECT key, 0 FROM identities WHERE subject = ?1",
            )?
            .execute([subject.column()])
            .map(drop)
    }

    /// Takes a watchlist off a mention that others collect.
    fn leave(&mut self, id: MentionId, watchlist: &WatchlistId) -> rusqlite::Result<()> {
        let Some(mut mention) = self.mention(id)? else {
            return Ok(());
        };
        mention.watchlists.retain(|known| known != watchlist);
        mention.hits.retain(|hit| hit.watchlist != *watchlist);
        mention.seq = self.next_sequence();
        self.put_mention(Put::Update, &mention)?;
        let number = self.watchlist_number(watchlist)?;
        self.tx
            .prepare_cached("DELETE FROM matches WHERE mention = ?1 AND watchlist = ?2")?
            .execute([id.0, number])
            .map(drop)
    }

    /// Takes the words off a mail; one that waits is not sent any more.
    fn empty_letter(&self, id: i64) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached(
                "UPDATE outbox SET message = x'', \
                 subject = CASE kind WHEN 'digest' THEN subject ELSE '' END, \
                 error = CASE state WHEN 'waiting' \
                     THEN 'taken back: it held something that was forgotten' ELSE error END, \
                 state = CASE state WHEN 'waiting' THEN 'failed' ELSE state END \
                 WHERE id = ?1",
            )?
            .execute([id])
            .map(drop)
    }
}

/// A name with and without the sign of a handle.
fn handles(name: &str) -> [String; 2] {
    let plain = name.trim().trim_start_matches('@');
    [plain.to_owned(), format!("@{plain}")]
}

fn earlier(oldest: Option<i64>, at: i64) -> i64 {
    oldest.map_or(at, |oldest| oldest.min(at))
}
