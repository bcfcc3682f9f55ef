//! How an item is recognised when it comes again.
//!
//! The rules, in their order:
//!
//! 1. the publisher's identifier, within its source;
//! 2. the address, where it is the item's own. From another source the address decides. Within
//!    the source, an item with another identifier is the same only if it says the same: the
//!    comments of one page may all link to the page;
//! 3. what it says and who says it, within its source: what comes back under a new identifier is
//!    not new. Two items of one poll that carry different identifiers are two, whatever they say.
//!
//! Where two items of one poll claim the same identifier or address and say different things,
//! that identifier or address tells nothing in this source and is left aside.
//!
//! Invariant: positions, times of polling and random numbers never decide.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use super::runs::{self, Runners, Runs};
use super::unmatched;
use crate::model::{Author, Item, SourceKey, Timestamp};

/// The first bytes say where it belongs (`NEAR` bytes of a hash of its source or site), the others
/// what it is: 88 bits of SHA-256, too many to meet by chance.
pub(super) type Key = [u8; 16];

/// How many bytes of a key are those of its source or site.
const NEAR: usize = 5;

/// Below this many bytes, a text says too little to be told from another by what it says alone;
/// its date then counts as well.
const TELLING: usize = 48;

/// What an item is recognised by, and what it said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The publisher's identifier in the source.
    pub(super) native: Option<Key>,
    /// The item's own address in the source.
    pub(super) address: Option<Key>,
    /// The item's own address in any source.
    pub(super) url: Option<Key>,
    /// What it says, and who, in the source.
    pub(super) said: Key,
    /// What it says: another number means that it was edited.
    pub(super) content: i64,
}

impl Identity {
    /// The identities of all items of one poll of the source `source`, in their order; each item
    /// comes with its canonical address. All of a poll must be given at once: items are compared
    /// with one another to see which of the source's identifiers mean something.
    pub fn of_poll<'a>(
        source: &SourceKey,
        items: impl IntoIterator<Item = (&'a Item, Option<&'a str>)>,
    ) -> Vec<Self> {
        let place = Place::of(&source.0);
        let mut found: Vec<Self> = items
            .into_iter()
            .map(|(item, url)| Self::of(place, item, url))
            .collect();
        let doubtful = |pick: fn(&Self) -> Option<Key>| {
            let mut first = HashMap::new();
            let mut doubtful = HashSet::new();
            for identity in &found {
                if let Some(key) = pick(identity)
                    && *first.entry(key).or_insert(identity.content) != identity.content
                {
                    doubtful.insert(key);
                }
            }
            doubtful
        };
        let natives = doubtful(|identity| identity.native);
        // Items with identifiers of their own may share an address; they are told by those.
        let addresses = doubtful(|identity| match identity.native {
            Some(_) => None,
            None => identity.address,
        });
        for identity in &mut found {
            identity.native.take_if(|key| natives.contains(key));
            if identity.address.is_some_and(|key| addresses.contains(&key)) {
                identity.address = None;
                identity.url = None;
            }
        }
        found
    }

    fn of(source: Place<'_>, item: &Item, canonical_url: Option<&str>) -> Self {
        let own = if item.permalink { canonical_url } else { None };
        let title = item.title.as_deref().unwrap_or_default();
        let rating = item.rating.map(f64::to_bits).unwrap_or_default();
        let reply = item.owner_reply.as_ref().map(|reply| reply.text.as_str());
        let short = title.len() + item.text.len() < TELLING;
        let date = item.published.filter(|_| short).map(Timestamp::millis);
        let rating = rating.to_string();
        let content = hash(
            "content",
            &[title, &item.text, &rating, reply.unwrap_or_default()],
        );
        Self {
            native: item
                .native_id
                .as_deref()
                .filter(|id| !id.is_empty())
                .map(|id| key("native", source, &[id])),
            address: own.map(|url| key("address", source, &[url])),
            url: own.map(|url| key("url", Place::of(site(url)), &[url])),
            said: key(
                "said",
                source,
                &[
                    item.author.name.as_deref().unwrap_or_default(),
                    item.author.handle.as_deref().unwrap_or_default(),
                    title,
                    &item.text,
                    &rating,
                    &date.map(|at| at.to_string()).unwrap_or_default(),
                ],
            ),
            content: content
                .first_chunk()
                .map_or(0, |bytes| i64::from_be_bytes(*bytes)),
        }
    }

    /// The identity of an item that comes alone, not among the others of its source: of a file
    /// that is too long to be read at once.
    pub fn alone(source: &SourceKey, item: &Item, canonical_url: Option<&str>) -> Self {
        Self::of(Place::of(&source.0), item, canonical_url)
    }

    /// What tells it from the other items of its source; without one, only what it says does.
    fn own(&self) -> Option<Key> {
        self.native.or(self.address)
    }
}

/// What an author is recognised by who was forgotten for good: each of the names, as hashes.
pub(super) fn author_keys(author: &Author) -> Vec<Key> {
    [&author.name, &author.handle]
        .into_iter()
        .flatten()
        .map(|name| name.trim().trim_start_matches('@').to_lowercase())
        .filter(|name| !name.is_empty())
        .map(|name| key("author", Place::of(""), &[&name]))
        .collect()
}

/// A source or a site, and the bytes that the keys of all its items begin with.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    name: &'a str,
    near: [u8; NEAR],
}

impl<'a> Place<'a> {
    fn of(name: &'a str) -> Self {
        let mut near = [0; NEAR];
        for (byte, from) in near.iter_mut().zip(hash("place", &[name])) {
            *byte = from;
        }
        Self { name, near }
    }
}

/// A key of an item, beside the other keys of `place` in the database's order: a poll then reads
/// and writes a few pages, not one somewhere for each of its keys.
fn key(kind: &str, place: Place<'_>, parts: &[&str]) -> Key {
    let own = hash(kind, &[&[place.name], parts].concat());
    let mut key = Key::default();
    for (byte, from) in key.iter_mut().zip(place.near.iter().chain(&own)) {
        *byte = *from;
    }
    key
}

fn hash(kind: &str, parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(kind);
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// What an address has in common with those of the same site: all up to its path.
fn site(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url
        .get(start..)
        .and_then(|rest| rest.find('/'))
        .map_or(url.len(), |at| start + at);
    url.get(..end).unwrap_or(url)
}

/// What an identity stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    /// A mention, by its number.
    Mention(i64),
    /// An item that matched nothing, by its number.
    Kept(i64),
    /// Something that was deleted and must not come back.
    Gone,
}

impl Subject {
    pub(super) fn from_column(number: i64) -> Self {
        match number {
            0 => Self::Gone,
            1.. => Self::Mention(number),
            _ => Self::Kept(number.saturating_neg()),
        }
    }

    pub(super) fn column(self) -> i64 {
        match self {
            Self::Mention(number) => number,
            Self::Kept(number) => -number,
            Self::Gone => 0,
        }
    }
}

/// What the store knows about an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Nothing.
    New,
    /// It is known, and says what it said.
    Same(Subject),
    /// It is known by this source, and says something else now.
    Edited(Subject),
    /// Another source brought it.
    Elsewhere(Subject),
}

/// The items of one poll that were recognised so far, and under which identifier.
#[derive(Debug, Default)]
pub struct Claims(HashMap<Subject, Key>);

impl Claims {
    /// Notes which known items appear in this poll under identifiers of their own.
    pub(super) fn of(
        connection: &Connection,
        source: &SourceKey,
        seen: &[Identity],
    ) -> rusqlite::Result<Self> {
        let mut claims = Self::default();
        let runners = Runners::there(connection)?;
        for identity in seen {
            if let Known::Same(subject) | Known::Edited(subject) | Known::Elsewhere(subject) =
                by_own(connection, runners, source, identity)?
            {
                claims.note(subject, identity);
            }
        }
        Ok(claims)
    }

    /// Notes that `identity` is `subject`.
    pub(super) fn note(&mut self, subject: Subject, identity: &Identity) {
        if let Some(own) = identity.own()
            && subject != Subject::Gone
        {
            self.0.entry(subject).or_insert(own);
        }
    }

    /// Whether `subject` may appear in this poll as `identity` as well.
    fn allow(&self, subject: Subject, identity: &Identity) -> bool {
        match (self.0.get(&subject), identity.own()) {
            (Some(claimed), Some(own)) => *claimed == own,
            _ => true,
        }
    }
}

/// Looks an item up by all rules.
pub(super) fn recognise(
    connection: &Connection,
    runners: Runners<'_>,
    source: &SourceKey,
    identity: &Identity,
    claims: &Claims,
) -> rusqlite::Result<Known> {
    let known = by_own(connection, runners, source, identity)?;
    if known != Known::New {
        return Ok(known);
    }
    let same = subjects(connection, runners, identity.said)?
        .into_iter()
        .find(|subject| claims.allow(*subject, identity));
    Ok(same.map_or(Known::New, Known::Same))
}

/// Looks an item up without asking what it says.
pub(super) fn recognise_own(
    connection: &Connection,
    runners: Runners<'_>,
    source: &SourceKey,
    identity: &Identity,
) -> rusqlite::Result<Known> {
    by_own(connection, runners, source, identity)
}

/// Whether anything of the source says what this item says.
pub(super) fn is_said(
    connection: &Connection,
    runners: Runners<'_>,
    identity: &Identity,
) -> rusqlite::Result<bool> {
    look_up(connection, runners, identity.said).map(|found| found.is_some())
}

/// Looks up an item of a file, and what it is recognised by from then on.
///
/// Files are not polls: their lines are read apart from one another, and an address that says
/// something else now is rather one that several lines share than one that was edited. Such an
/// address tells nothing, and what the line says decides. Nor does anything come back under a new
/// identifier: what has one of its own is recognised by it alone.
pub(super) fn recognise_past(
    connection: &Connection,
    runners: Runners<'_>,
    source: &SourceKey,
    identity: &Identity,
) -> rusqlite::Result<(Known, Identity)> {
    let mut identity = *identity;
    let mut known = by_own(connection, runners, source, &identity)?;
    if matches!(known, Known::Edited(_)) && identity.native.is_none() {
        identity.address = None;
        identity.url = None;
        known = Known::New;
    }
    if known == Known::New && identity.own().is_none() {
        let said = subjects(connection, runners, identity.said)?;
        known = said.first().map_or(Known::New, |known| Known::Same(*known));
    }
    Ok((known, identity))
}

/// What is stored of an item of which only the identifier and the address are known.
pub(super) fn still_here(
    connection: &Connection,
    source: &SourceKey,
    identity: &Identity,
) -> rusqlite::Result<Option<Subject>> {
    Ok(match by_own(connection, Runners::All, source, identity)? {
        Known::New => None,
        Known::Same(subject) | Known::Edited(subject) | Known::Elsewhere(subject) => {
            Some(subject).filter(|subject| *subject != Subject::Gone)
        }
    })
}

/// Looks an item up by identifier and address: rules 1 and 2.
fn by_own(
    connection: &Connection,
    runners: Runners<'_>,
    source: &SourceKey,
    identity: &Identity,
) -> rusqlite::Result<Known> {
    let compare = |(subject, content): (Subject, Option<i64>)| {
        if subject == Subject::Gone || content == Some(identity.content) {
            Known::Same(subject)
        } else {
            Known::Edited(subject)
        }
    };
    if let Some(native) = identity.native
        && let Some(found) = look_up(connection, runners, native)?
    {
        return Ok(compare(found));
    }
    let (Some(url), Some(address)) = (identity.url, identity.address) else {
        return Ok(Known::New);
    };
    if identity.native.is_none()
        && let Some(found) = look_up(connection, runners, address)?
    {
        return Ok(compare(found));
    }
    let Some((subject, _)) = look_up(connection, runners, url)? else {
        return Ok(Known::New);
    };
    if subject == Subject::Gone {
        return Ok(Known::Same(subject));
    }
    let here = match identity.native {
        Some(_) => look_up(connection, runners, address)?,
        None => None,
    };
    let origin = origin_of(connection, subject)?;
    let first_here = origin.filter(|(key, _)| *key == source.0);
    match (&first_here, here) {
        (None, None) => Ok(Known::Elsewhere(subject)),
        _ if subjects(connection, runners, identity.said)?.contains(&subject) => {
            Ok(Known::Same(subject))
        }
        // It had no identifier before, or has none now: the source changed its ways.
        (Some((_, had_native)), _) if !had_native || identity.native.is_none() => {
            Ok(Known::Edited(subject))
        }
        _ => Ok(Known::New),
    }
}

fn look_up(
    connection: &Connection,
    runners: Runners<'_>,
    key: Key,
) -> rusqlite::Result<Option<(Subject, Option<i64>)>> {
    let found = connection
        .prepare_cached("SELECT subject, content FROM identities WHERE key = ?1 LIMIT 1")?
        .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let found = match found {
        None => runners.find(connection, key)?,
        found => found,
    };
    Ok(found.map(|(number, content)| (Subject::from_column(number), content)))
}

/// All that a key stands for.
pub(super) fn subjects(
    connection: &Connection,
    runners: Runners<'_>,
    key: Key,
) -> rusqlite::Result<Vec<Subject>> {
    let mut numbers = connection
        .prepare_cached("SELECT subject FROM identities WHERE key = ?1")?
        .query_map([key], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<i64>>>()?;
    numbers.extend(runners.subjects(connection, key)?);
    numbers.sort_unstable_by_key(|number| (number.unsigned_abs(), *number));
    numbers.dedup();
    Ok(numbers.into_iter().map(Subject::from_column).collect())
}

/// The key of the source that brought a subject first, and whether it had an identifier there.
fn origin_of(
    connection: &Connection,
    subject: Subject,
) -> rusqlite::Result<Option<(String, bool)>> {
    match subject {
        Subject::Mention(id) => connection
            .prepare_cached(
                "SELECT origins.key, native_id IS NOT NULL FROM mentions \
                 JOIN origins ON origins.id = origin WHERE mentions.id = ?1",
            )?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional(),
        Subject::Kept(id) => unmatched::origin_of(connection, id),
        Subject::Gone => Ok(None),
    }
}

/// Remembers that `identity`, read from its source, is `subject`.
///
/// An address within the source is kept where it is what the item is recognised by, or where the
/// item was first brought by another source: there it says that this source has it as well.
pub(super) fn remember(
    connection: &Connection,
    runners: Runners<'_>,
    identity: &Identity,
    subject: Subject,
    elsewhere: bool,
) -> rusqlite::Result<()> {
    let number = subject.column();
    let mut set = connection.prepare_cached(
        "INSERT INTO identities (key, subject, content) VALUES (?1, ?2, ?3) \
         ON CONFLICT DO UPDATE SET content = excluded.content",
    )?;
    if let Some(native) = identity.native {
        set.execute((native, number, Some(identity.content)))?;
    }
    match (identity.address, identity.native) {
        (Some(address), None) => {
            set.execute((address, number, Some(identity.content)))?;
        }
        (Some(address), Some(_)) if elsewhere => {
            set.execute((address, number, None::<i64>))?;
        }
        _ => {}
    }
    if let Some(url) = identity.url
        && look_up(connection, runners, url)?.is_none()
    {
        set.execute((url, number, None::<i64>))?;
    }
    set.execute((identity.said, number, None::<i64>))?;
    Ok(())
}

/// Remembers a new item of a file by what [`recognise_past`] will look up: in `runs` where there are
/// some, else at once.
pub(super) fn remember_past(
    connection: &Connection,
    runs: Option<&mut Runs>,
    identity: &Identity,
    subject: Subject,
) -> rusqlite::Result<()> {
    let mut keys = [None; 3];
    keys[0] = identity.native.map(|key| (key, Some(identity.content)));
    keys[1] = match (identity.address, identity.native) {
        (Some(address), None) => Some((address, Some(identity.content))),
        _ => None,
    };
    keys[2] = match identity.own() {
        Some(_) => identity.url.map(|key| (key, None)),
        None => Some((identity.said, None)),
    };
    let keys = keys.into_iter().flatten();
    if let Some(runs) = runs {
        keys.for_each(|(key, content)| runs.note(key, subject, content));
        return Ok(());
    }
    let mut set = connection.prepare_cached(
        "INSERT OR IGNORE INTO identities (key, subject, content) VALUES (?1, ?2, ?3)",
    )?;
    for (key, content) in keys {
        set.execute((key, subject.column(), content))?;
    }
    Ok(())
}

/// Makes all that stood for `from` stand for `to`.
pub(super) fn redirect(
    connection: &Connection,
    from: Subject,
    to: Subject,
) -> rusqlite::Result<()> {
    runs::sort_in(connection)?;
    connection
        .prepare_cached("UPDATE OR REPLACE identities SET subject = ?2 WHERE subject = ?1")?
        .execute([from.column(), to.column()])
        .map(drop)
}

/// Forgets how a subject was recognised, so that it would be new.
pub(super) fn forget(connection: &Connection, subject: Subject) -> rusqlite::Result<()> {
    runs::sort_in(connection)?;
    connection
        .prepare_cached("DELETE FROM identities WHERE subject = ?1")?
        .execute([subject.column()])
        .map(drop)
}
