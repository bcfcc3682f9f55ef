//! Keys of an import, kept in sorted runs until they are sorted into the table of all keys.
//!
//! Keys are hashes. In a large archive each falls on a page of its own, which would be read, written to the
//! log and copied back for it. So each transaction of an import writes its keys as a run, one after
//! the other; once there are very many, they are sorted in together, and a page is written once
//! for all that fall on it.
//!
//! Invariant: who looks a key up finds it in the table or in a run. A key may be in both while runs
//! are being sorted in.
//! Invariant: where a key's subject changes, all runs are sorted in before.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, Row};

use super::identity::{Key, Subject};
use super::{Durability, Store, StoreError};

/// With so many keys, or so many runs, they are sorted in. The keys are remembered in 20 MB; each run is
/// one more place where others look.
const ENOUGH: usize = 1_750_000;
const MANY: usize = 256;

/// Keys that are sorted in together, in one transaction: others wait for the write lock meanwhile.
const TOGETHER: i64 = 250_000;

/// What a key stands for: its subject, and the fingerprint seen last, where the key tells.
type Meaning = (i64, Option<i64>);

/// The runs of this process, and the keys of the transaction that is open.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// Those of the transaction, in the order in which they came.
    open: Vec<(Key, Meaning)>,
    /// The same by key; of several meanings, the first as the table would have it.
    by_key: HashMap<Key, Meaning>,
    /// The last bytes of all keys that this process wrote to runs: what is not among them is not
    /// there.
    written: HashSet<u64>,
    /// The runs that this process wrote.
    own: HashSet<i64>,
    /// Whether there are others.
    foreign: bool,
}

/// Where keys are looked up.
#[derive(Debug, Clone, Copy)]
pub(super) enum Runners<'a> {
    /// In the table and in all runs.
    All,
    /// In the table alone, for who asks only to save work, or where there are no runs.
    None,
    /// The same as `All`, quickly, for who writes runs.
    Own(&'a Runs),
}

impl Runs {
    /// Looks at what others wrote. Within each transaction, at its begin.
    pub(super) fn begin(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let there: HashSet<i64> = connection
            .prepare_cached("SELECT run FROM identity_runs")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        self.own.retain(|run| there.contains(run));
        self.foreign = there.len() > self.own.len();
        Ok(())
    }

    /// Notes a new key, to be written with the others.
    pub(super) fn note(&mut self, key: Key, subject: Subject, content: Option<i64>) {
        let meaning = (subject.column(), content);
        self.open.push((key, meaning));
        let first = self.by_key.entry(key).or_insert(meaning);
        if meaning.0 < first.0 {
            *first = meaning;
        }
    }

    /// Writes what was noted as a run.
    pub(super) fn write(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if self.open.is_empty() {
            return Ok(());
        }
        self.open.sort_unstable();
        self.open
            .dedup_by_key(|(key, (subject, _))| (*key, *subject));
        let run = connection
            .prepare_cached("INSERT INTO identity_runs (keys) VALUES (?1)")?
            .insert([i64::try_from(self.open.len()).unwrap_or(i64::MAX)])?;
        let mut insert = connection.prepare_cached(
            "INSERT INTO run_identities (run, key, subject, content) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (key, (subject, content)) in self.open.drain(..) {
            insert.execute((run, key, subject, content))?;
            self.written.insert(mark(key));
        }
        self.by_key.clear();
        self.own.insert(run);
        Ok(())
    }

    fn is_enough(&self) -> bool {
        self.written.len() >= ENOUGH || self.own.len() >= MANY
    }

    fn find(&self, connection: &Connection, key: Key) -> rusqlite::Result<Option<Meaning>> {
        if let Some(meaning) = self.by_key.get(&key) {
            return Ok(Some(*meaning));
        }
        if self.foreign || self.written.contains(&mark(key)) {
            return find(connection, key);
        }
        Ok(None)
    }
}

/// The bytes of a key that differ the most, as a number.
fn mark(key: Key) -> u64 {
    key.last_chunk().map_or(0, |last| u64::from_le_bytes(*last))
}

impl Runners<'_> {
    /// All that are there: to be asked once within a transaction, where many keys are looked up that
    /// are in no table.
    pub(super) fn there(connection: &Connection) -> rusqlite::Result<Runners<'static>> {
        let any: bool = connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM identity_runs)")?
            .query_row([], |row| row.get(0))?;
        Ok(if any { Runners::All } else { Runners::None })
    }

    /// What a key that is not in the table stands for.
    pub(super) fn find(
        self,
        connection: &Connection,
        key: Key,
    ) -> rusqlite::Result<Option<Meaning>> {
        match self {
            Self::All => find(connection, key),
            Self::None => Ok(None),
            Self::Own(runs) => runs.find(connection, key),
        }
    }

    /// All subjects of a key that are not in the table.
    pub(super) fn subjects(self, connection: &Connection, key: Key) -> rusqlite::Result<Vec<i64>> {
        let own = match self {
            Self::None => return Ok(Vec::new()),
            Self::All => None,
            Self::Own(runs) => runs.by_key.get(&key),
        };
        let mut subjects = connection
            .prepare_cached(&format!("SELECT subject {IN_RUNS}"))?
            .query_map([key], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        subjects.extend(own.map(|(subject, _)| *subject));
        Ok(subjects)
    }
}

/// A key in the runs: each of them is looked through by its order.
const IN_RUNS: &str = "FROM identity_runs CROSS JOIN run_identities USING (run) WHERE key = ?1";

fn find(connection: &Connection, key: Key) -> rusqlite::Result<Option<Meaning>> {
    connection
        .prepare_cached(&format!(
            "SELECT subject, content {IN_RUNS} ORDER BY subject LIMIT 1"
        ))?
        .query_row([key], meaning)
        .optional()
}

fn meaning(row: &Row<'_>) -> rusqlite::Result<Meaning> {
    Ok((row.get(0)?, row.get(1)?))
}

/// Sorts all runs in, within the transaction that is open.
pub(super) fn sort_in(connection: &Connection) -> rusqlite::Result<()> {
    if let Some((last, _)) = last(connection)? {
        part(connection, last, &Key::default(), None)?;
        drop_until(connection, last)?;
    }
    Ok(())
}

/// The last run, and how many keys there are in all.
fn last(connection: &Connection) -> rusqlite::Result<Option<(i64, i64)>> {
    let found = connection
        .prepare_cached("SELECT max(run), sum(keys) FROM identity_runs")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(match found {
        (Some(last), Some(keys)) => Some((last, keys)),
        _ => None,
    })
}

/// Sorts in the keys from `from` up to but not including `to` of the runs up to `last`. What is known
/// of them already is newer.
fn part(
    connection: &Connection,
    last: i64,
    from: &[u8],
    to: Option<&[u8]>,
) -> rusqlite::Result<()> {
    // Longer than any key, and above each.
    let above = [u8::MAX; size_of::<Key>() + 1];
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO identities (key, subject, content) \
             SELECT key, subject, content \
             FROM identity_runs CROSS JOIN run_identities USING (run) \
             WHERE run <= ?1 AND key >= ?2 AND key < ?3 ORDER BY key, subject",
        )?
        .execute((last, from, to.unwrap_or(&above)))
        .map(drop)
}

fn drop_until(connection: &Connection, last: i64) -> rusqlite::Result<()> {
    let others: bool = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM identity_runs WHERE run > ?1)")?
        .query_row([last], |row| row.get(0))?;
    if others {
        connection.execute("DELETE FROM run_identities WHERE run <= ?1", [last])?;
    } else {
        // All at once: rows are not looked at.
        connection.execute("DELETE FROM run_identities", [])?;
    }
    connection
        .execute("DELETE FROM identity_runs WHERE run <= ?1", [last])
        .map(drop)
}

/// A key of the largest run that about so many keys of all of them are below, from `from` on; none
/// where there are not as many.
fn border(
    connection: &Connection,
    (last, keys): (i64, i64),
    from: &[u8],
) -> rusqlite::Result<Option<Vec<u8>>> {
    let largest = connection
        .prepare_cached(
            "SELECT run, keys FROM identity_runs WHERE run <= ?1 ORDER BY keys DESC LIMIT 1",
        )?
        .query_row([last], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        })
        .optional()?;
    let Some((run, of_run)) = largest else {
        return Ok(None);
    };
    let skip = of_run.saturating_mul(TOGETHER) / keys.max(1);
    connection
        .prepare_cached(
            "SELECT key FROM run_identities WHERE run = ?1 AND key > ?2 \
             ORDER BY key LIMIT 1 OFFSET ?3",
        )?
        .query_row((run, from, skip), |row| row.get(0))
        .optional()
}

impl Store {
    /// Sorts the keys of what was imported in where there are very many, for who imports
    /// ([`Store::expect_much`]).
    pub fn sort_in_if_much(&mut self) -> Result<(), StoreError> {
        if self.runs.as_ref().is_some_and(Runs::is_enough) {
            self.sort_in()?;
        }
        Ok(())
    }

    /// Sorts the keys of what was imported in, a part after the other: whoever recognises
    /// something looks for it in fewer places then.
    pub fn sort_in(&mut self) -> Result<(), StoreError> {
        let Some(all) = self.read(last)? else {
            return Ok(());
        };
        let mut from = Vec::new();
        loop {
            let to = self.write(Durability::Normal, |write| {
                let to = border(write.tx, all, &from)?;
                part(write.tx, all.0, &from, to.as_deref())?;
                if to.is_none() {
                    drop_until(write.tx, all.0)?;
                }
                Ok(to)
            })?;
            match to {
                Some(border) => from = border,
                None => break,
            }
        }
        if let Some(runs) = &mut self.runs {
            *runs = Runs::default();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::{Just, Strategy, prop_oneof, proptest};
    use proptest::test_runner::Config;

    use super::*;
    use crate::model::{Item, Scores, SourceKey, SourceState, Status, Timestamp, WatchlistId};
    use crate::score::{Input, Scorer};
    use crate::store::{
        Draft, Identity, Judged, MIGRATIONS, Past, PastRecord, PollRecord, Verdict,
    };

    /// An item: its source, its identifier, its address, what it says.
    type Line = (u8, Option<u8>, Option<u8>, u8);

    #[derive(Debug, Clone)]
    enum Step {
        /// Lines of a file, in one transaction.
        Import(Vec<Line>),
        /// Another program polls a source.
        Poll(u8, Vec<Line>),
        /// What is kept aside for longer than a moment goes, and is new if it comes again.
        Purge,
        SortIn,
        /// The program that imports dies, and another goes on.
        Cut,
    }

    fn line() -> impl Strategy<Value = Line> {
        // Items with identifiers do not share addresses.
        let own = prop_oneof![
            (0..8_u8).prop_map(|number| (Some(number), Some(number))),
            (option::of(0..8_u8), Just(None)),
            (Just(None), option::of(0..8_u8)),
        ];
        (0..2_u8, own, 0..6_u8)
            .prop_map(|(source, (native, url), said)| (source, native, url, said))
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            6 => vec(line(), 1..6).prop_map(Step::Import),
            3 => (0..2_u8, vec(line(), 1..4)).prop_map(|(source, lines)| Step::Poll(source, lines)),
            1 => Just(Step::Purge),
            1 => Just(Step::SortIn),
            1 => Just(Step::Cut),
        ]
    }

    fn source(number: u8) -> SourceKey {
        SourceKey(format!("feed {number}"))
    }

    fn item((_, native, url, said): Line) -> Item {
        Item {
            native_id: native.map(|number| number.to_string()),
            url: url.map(|number| format!("https://forum.example/{number}")),
            permalink: url.is_some(),
            text: format!("Il frigo {said} perde acqua da due giorni e nessuno risponde"),
            ..Item::default()
        }
    }

    fn draft(line: Line, identity: Identity, scores: &Scores, all: bool) -> Draft {
        let item = item(line);
        Draft {
            canonical_url: item.url.clone(),
            item,
            identity,
            verdict: if all || !line.3.is_multiple_of(3) {
                Verdict::Matched(Box::new(Judged {
                    matches: vec![(WatchlistId("frigo".to_owned()), Vec::new())],
                    scores: scores.clone(),
                    baseline: true,
                }))
            } else {
                Verdict::Unmatched
            },
        }
    }

    /// Does the step; tells what it changed.
    fn act(step: &Step, (store, other): (&mut Store, &mut Store), all: bool) -> String {
        let scores = Scorer::default().score(&Input::of(&Item::default()));
        let now = Timestamp::from_millis(0);
        match step {
            Step::Import(lines) => {
                let items = lines.iter().map(|line| {
                    let item = item(*line);
                    let source_key = source(line.0);
                    let identity = Identity::alone(&source_key, &item, item.url.as_deref());
                    Past {
                        draft: draft(*line, identity, &scores, all),
                        source: "forum".to_owned(),
                        source_key,
                        collected: now,
                        status: Status::Open,
                        tags: Vec::new(),
                        copies: 0,
                    }
                });
                let items = items.collect();
                let mut record = Some(PastRecord { now, items });
                let mut told = String::new();
                let take = |taken| told = format!("{taken:?}");
                store.record_past(|| record.take(), take).unwrap();
                told
            }
            Step::Poll(number, lines) => {
                let key = source(*number);
                let items: Vec<Item> = lines.iter().map(|line| item(*line)).collect();
                let seen =
                    Identity::of_poll(&key, items.iter().map(|item| (item, item.url.as_deref())));
                let drafts = lines.iter().zip(&seen);
                let drafts = drafts.map(|(line, identity)| draft(*line, *identity, &scores, all));
                let poll = PollRecord {
                    state: SourceState::new(key, "forum".to_owned()),
                    now,
                    judged_by: Vec::new(),
                    drafts: drafts.collect(),
                    seen,
                    pieces: None,
                };
                format!("{:?}", other.record_poll(&poll, None).unwrap())
            }
            Step::Purge => {
                let purged = other.purge_kept(Timestamp::from_millis(1), 2);
                format!("{}", purged.unwrap())
            }
            Step::SortIn => {
                store.sort_in().unwrap();
                String::new()
            }
            Step::Cut => String::new(),
        }
    }

    fn keys(store: &Store) -> Vec<(Key, Meaning)> {
        let read = |row: &Row<'_>| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)));
        store
            .read(|connection| {
                connection
                    .prepare("SELECT key, subject, content FROM identities ORDER BY key, subject")?
                    .query_map([], read)?
                    .collect()
            })
            .unwrap()
    }

    proptest! {
        #![proptest_config(Config { cases: 24, ..Config::default() })]

        #[test]
        fn runs_change_nothing(steps in vec(step(), 1..14)) {
            let (plain, apart) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            let open = |folder: &tempfile::TempDir| Store::open(folder.path()).unwrap();
            let mut plain = (open(&plain), open(&plain));
            let mut stores = (open(&apart), open(&apart));
            stores.0.runs = Some(Runs::default());
            for (number, step) in steps.iter().enumerate() {
                if matches!(step, Step::Cut) {
                    stores.0 = open(&apart);
                    stores.0.runs = Some(Runs::default());
                }
                let all = number >= 7;
                let expected = act(step, (&mut plain.0, &mut plain.1), all);
                assert_eq!(act(step, (&mut stores.0, &mut stores.1), all), expected, "{step:?}");
            }
            stores.0.sort_in().unwrap();
            assert_eq!(keys(&stores.0), keys(&plain.0));
        }
    }

    #[test]
    fn many_keys_are_sorted_in_part_by_part() {
        let connection = Connection::open_in_memory().unwrap();
        for migration in MIGRATIONS {
            connection.execute_batch(migration).unwrap();
        }
        let mut runs = Runs::default();
        for number in 0..9_000_u32 {
            let key = number.wrapping_mul(2_654_435_761).to_be_bytes().repeat(4);
            let key = Key::try_from(key).unwrap();
            runs.note(key, Subject::Mention(i64::from(number) + 1), None);
            if number % 1_000 == 999 {
                runs.write(&connection).unwrap();
            }
        }
        let all = last(&connection).unwrap().unwrap();
        assert_eq!(all, (9, 9_000));
        let count = |table: &str| {
            let sql = format!("SELECT count(*) FROM {table}");
            connection.query_row(&sql, [], |row| row.get(0))
        };
        // As if there were a hundred times as many.
        let as_if = (all.0, all.1 * 100);
        let (mut from, mut parts) = (Vec::new(), Vec::new());
        loop {
            let to = border(&connection, as_if, &from).unwrap();
            part(&connection, as_if.0, &from, to.as_deref()).unwrap();
            parts.push(count("identities").unwrap());
            let Some(border) = to else {
                break;
            };
            from = border;
        }
        assert_eq!(parts.len(), 4, "{parts:?}");
        assert!((2_200..2_800).contains(&parts[0]), "{parts:?}");
        assert_eq!(parts.last(), Some(&9_000));
        assert_eq!(count("run_identities"), Ok(9_000));
        drop_until(&connection, all.0).unwrap();
        assert_eq!(count("run_identities"), Ok(0));
        assert_eq!(last(&connection), Ok(None));
    }
}
