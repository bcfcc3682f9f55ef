//! An issue of a digest: what it covers, what it shows, and the mails that it becomes.

use std::time::Duration;

use anyhow::Context;

use super::care;
use super::covered::{Covered, Past};
use super::figures;
use super::rising::{self, Words};
use super::schedule::{last_at_or_before, next_after};
use crate::config::{self, Config, Schedule, Watchlist, WatchlistKind, WhenEmpty};
use crate::model::{
    Cadence, DeliveryState, Digest, Entry, Lang, Mention, MentionId, Message, More, Reading,
    Rising, Section, Sequence, SourceHealth, SourceReport, SourceState, Timestamp, Undelivered,
    Voice, Window,
};
use crate::notify;
use crate::query::Document;
use crate::store::{Brief, Coverage, DigestState, IssueDraft, Issued, Store, StoreError};

/// Entries of a section that are handed to the renderer; the rest is counted.
const SHOWN: usize = 100;

/// Mentions that an issue with a filter loads at a time.
const BATCH: usize = 1_000;

/// Issues before this one that are compared with.
const BEFORE: usize = 4;

/// Mentions of them that are enough to compare with.
const MOST_BEFORE: u64 = 50_000;

/// An issue that is made on time states the scheduled time as its end; one that is later than
/// this states when it was made.
const ON_TIME: Duration = Duration::from_mins(10);

/// The copies of a mention whose sources are looked up.
const NAMED: usize = 50;

/// The step in which mentions are counted: a quarter of an hour divides the offset of every zone.
const STEP: Duration = Duration::from_mins(15);

/// What makes an issue: the configuration's part of it.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// The whole configuration.
    pub config: &'a Config,
    /// In whose file it stands, and whose mentions it tells of.
    pub watchlist: &'a Watchlist,
    /// When it comes, to whom, and what it leaves out.
    pub digest: &'a config::Digest,
}

/// An issue, not yet sent.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// What it shows.
    pub digest: Digest,
    /// What it covers.
    coverage: Coverage,
    /// Whether it is to be sent, by `when_empty` and the sources' health.
    pub worth_sending: bool,
}

impl<'a> Plan<'a> {
    /// The digests of an instance, in the order of the files.
    pub fn all(config: &'a Config) -> impl Iterator<Item = Self> {
        config.watchlists.iter().flat_map(move |watchlist| {
            watchlist.digests.iter().map(move |digest| Self {
                config,
                watchlist,
                digest,
            })
        })
    }

    /// Where the digest stands; one that was never issued begins with its last scheduled time.
    fn state(&self, store: &Store, now: Timestamp) -> Result<DigestState, StoreError> {
        Ok(store.digest(&self.digest.key)?.unwrap_or(DigestState {
            last_seq: Sequence(0),
            last_at: self.first_window(now),
        }))
    }

    fn first_window(&self, now: Timestamp) -> Timestamp {
        last_at_or_before(&self.digest.schedule, self.digest.timezone, now).unwrap_or(now)
    }

    /// Notes where the digest begins, so that what is collected from now on belongs to its
    /// first issue.
    pub fn start(&self, store: &mut Store, now: Timestamp) -> Result<(), StoreError> {
        let start = self.first_window(now);
        store.start_digest(&self.digest.key, start).map(drop)
    }

    /// When the next issue is due.
    pub fn next_due(&self, store: &Store, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let last = self.state(store, now)?.last_at;
        Ok(next_after(
            &self.digest.schedule,
            self.digest.timezone,
            last,
        ))
    }

    /// Prepares the next issue as of `now`; `asked` when a person asked for it out of turn.
    pub fn prepare(
        &self,
        store: &Store,
        now: Timestamp,
        asked: bool,
    ) -> Result<Prepared, StoreError> {
        let state = self.state(store, now)?;
        let scheduled = last_at_or_before(&self.digest.schedule, self.digest.timezone, now);
        let end = scheduled
            .filter(|due| !asked && *due > state.last_at && now.since(*due) <= ON_TIME)
            .unwrap_or(now)
            .max(state.last_at);
        let coverage = Coverage {
            after: state.last_seq,
            upto: store.max_seq()?,
        };
        let window = Window {
            from: state.last_at,
            to: end,
            timezone: self.digest.timezone,
        };
        let covered = self.covered(store, coverage, now)?;
        let before = self.before(store, window, now)?;
        let digest = self.fill(store, window, &covered, &before)?;
        let worth_sending = asked
            || covered.tally().mentions > 0
            || self.digest.when_empty == WhenEmpty::Send
            || digest.has_unread_sources();
        Ok(Prepared {
            digest: Digest {
                cadence: if asked {
                    Cadence::Asked
                } else {
                    cadence(&self.digest.schedule)
                },
                ..digest
            },
            coverage,
            worth_sending,
        })
    }

    /// What an issue covers.
    fn covered(
        &self,
        store: &Store,
        coverage: Coverage,
        now: Timestamp,
    ) -> Result<Covered, StoreError> {
        let mut covered = Covered::default();
        let languages = &self.watchlist.languages;
        let mut add = |brief: Brief| {
            let hidden = !reads(languages, brief.language);
            covered.add(brief, hidden);
        };
        if self.digest.filter.is_none() {
            store.collected_briefly(&self.watchlist.id, coverage, add)?;
            return Ok(covered);
        }
        let mut from = coverage;
        loop {
            let batch = store.collected(&self.watchlist.id, from, BATCH)?;
            let Some(last) = batch.last().map(|found| found.seq) else {
                return Ok(covered);
            };
            let ids: Vec<_> = batch.iter().map(|found| found.mention).collect();
            let copies = store.copies_among(&ids)?;
            for mention in store.mentions(&ids)? {
                if copies.contains(&mention.id) {
                    continue;
                }
                if mention.watchlists.contains(&self.watchlist.id) && self.passes(&mention, now) {
                    add(Brief::of(&mention.seen_by(&self.watchlist.id), last));
                }
            }
            from.after = last;
        }
    }

    fn passes(&self, mention: &Mention, now: Timestamp) -> bool {
        self.digest.filter.as_ref().is_none_or(|filter| {
            let document = Document::of_mention(mention).seen_by(&self.watchlist.id);
            filter.hits(&document, now).is_some()
        })
    }

    /// What the issues before covered, the last first, as far as their windows were about as long.
    fn before(
        &self,
        store: &Store,
        window: Window,
        now: Timestamp,
    ) -> Result<Vec<Past>, StoreError> {
        let length = |(from, to): (Timestamp, Timestamp)| to.since(from).as_secs_f64();
        let this = length((window.from, window.to));
        let (mut before, mut counted) = (Vec::new(), 0);
        for issue in store.issues(&self.digest.key, BEFORE)? {
            if (length(issue.window) - this).abs() > 0.1 * this || counted > MOST_BEFORE {
                break;
            }
            let covered = self.covered(store, issue.coverage, now)?;
            counted += covered.tally().mentions;
            before.push(Past {
                window: issue.window,
                covered,
            });
        }
        Ok(before)
    }

    fn fill(
        &self,
        store: &Store,
        window: Window,
        covered: &Covered,
        before: &[Past],
    ) -> Result<Digest, StoreError> {
        let watchlist = self.watchlist;
        let voices = self.voices(store, (window.from, window.to))?;
        let from = figures::first_day(window.timezone, window.from, window.to);
        let counts = store.counts(&watchlist.id, (from, window.to), STEP)?;
        let oldest = covered
            .oldest
            .map_or(window.from, |date| date.min(window.from));
        let since = oldest.day_in(self.config.settings.timezone);
        let last = before.first().map(|past| &past.covered);
        let voices_before = match before.first() {
            Some(past) => self.voices(store, past.window)?,
            None => Vec::new(),
        };
        Ok(Digest {
            name: watchlist.name.clone(),
            watchlist: watchlist.id.clone(),
            key: self.digest.key.clone(),
            issue: next_number(store, &self.digest.key)?,
            language: self.digest.language,
            window,
            since,
            cadence: Cadence::Asked,
            reading: self.reading(store, window)?,
            act_now_more: more(
                covered.pressing(),
                &More::search(&watchlist.id, "priority:(high OR urgent)", since),
            ),
            act_now: self.entries(store, &covered.oldest_pressing(SHOWN))?,
            numbers: figures::numbers(
                &covered.tally(),
                last.map(Covered::tally).as_ref(),
                [&voices, &voices_before],
            ),
            reach: care::reach(covered, last),
            care: care::care(store, watchlist, window, covered, before)?,
            voices,
            by_source: figures::by_source(covered, last),
            by_day: figures::by_day(&counts, window.timezone, from, window.to),
            sections: vec![Section {
                watchlist: watchlist.id.clone(),
                name: watchlist.name.clone(),
                total: covered.tally().mentions,
                more: more(covered.others(), &More::search(&watchlist.id, "", since)),
                entries: self.entries(store, &covered.weightiest_others(SHOWN))?,
            }],
            rising: risen(store, covered, before)?,
            hidden: covered.hidden,
            undelivered: self.undelivered(store, window.from)?,
            contact: notify::message::bare_address(&self.config.settings.mail.from),
        })
    }

    fn entries(&self, store: &Store, ids: &[MentionId]) -> Result<Vec<Entry>, StoreError> {
        let alerted = store.alerted(ids)?;
        store
            .mentions(ids)?
            .into_iter()
            .map(|mention| {
                let copies_in = if mention.copies > 0 {
                    sources_of_copies(store, &mention)?
                } else {
                    Vec::new()
                };
                Ok(Entry {
                    alerted: alerted.contains(&mention.id),
                    copies_in,
                    ..Entry::of(&mention.seen_by(&self.watchlist.id), &self.watchlist.id)
                })
            })
            .collect()
    }

    /// Messages of this digest, and of the watchlist's alerts, that were refused for good.
    fn undelivered(&self, store: &Store, since: Timestamp) -> Result<Vec<Undelivered>, StoreError> {
        let digest = format!("{}#", self.digest.key);
        let alerts = format!("alert/{}/", self.watchlist.id);
        Ok(store
            .letters(&[DeliveryState::Failed], 50)?
            .into_iter()
            .filter(|letter| {
                let key = &letter.message.key;
                let own = key.starts_with(&digest) || key.starts_with(&alerts);
                own && letter.created >= since
            })
            .map(|letter| Undelivered {
                to: letter.message.to,
                at: letter.created,
                reply: letter.error.unwrap_or_default(),
            })
            .collect())
    }

    /// Mentions of this watchlist and, for a brand, of the competitors.
    fn voices(
        &self,
        store: &Store,
        window: (Timestamp, Timestamp),
    ) -> Result<Vec<Voice>, StoreError> {
        if self.watchlist.kind != WatchlistKind::Brand {
            return Ok(Vec::new());
        }
        let set = self.config.watchlists.iter().filter(|other| {
            other.id == self.watchlist.id || other.kind == WatchlistKind::Competitor
        });
        let mut voices = Vec::new();
        for watchlist in set {
            let counts = store.counts(&watchlist.id, window, STEP)?;
            voices.push(Voice {
                name: watchlist.name.clone(),
                mentions: counts.iter().map(|count| count.mentions).sum(),
                own: watchlist.id == self.watchlist.id,
            });
        }
        if voices.len() < 2 {
            voices.clear();
        }
        Ok(voices)
    }

    /// What was read in the window, and which sources are not well.
    fn reading(&self, store: &Store, window: Window) -> Result<Reading, StoreError> {
        let states = store.source_states()?;
        let mut reading = Reading::default();
        let mut keys = Vec::new();
        let serving = self
            .config
            .sources
            .iter()
            .filter(|source| source.serves.includes(&self.watchlist.id));
        for source in serving {
            reading.sources += 1;
            let key = source.key();
            let state = states.iter().find(|state| state.key == key);
            keys.push(key);
            let Some(state) = state else {
                continue;
            };
            if state.last_ok.is_some_and(|at| at >= window.from) {
                reading.read += 1;
            } else if is_not_due(state, window) {
                reading.not_due += 1;
            }
            if matches!(
                state.health,
                SourceHealth::Failing
                    | SourceHealth::Blocked
                    | SourceHealth::Stale
                    | SourceHealth::Slow
            ) {
                reading.troubled.push(SourceReport {
                    name: source.name.clone(),
                    health: state.health,
                    since: state.since,
                    last_ok: state.last_ok,
                    next: state.next,
                    error: state.error.clone(),
                });
            }
        }
        reading.items = store.count_read(&keys, (window.from, window.to))?;
        reading
            .troubled
            .sort_by_key(|report| (trouble(report.health), report.since));
        Ok(reading)
    }

    /// Renders a prepared issue for each recipient and queues it with its coverage, in one
    /// transaction; an issue that is not worth sending covers all the same.
    ///
    /// Gives the number of mails queued; `None` where another process was quicker.
    pub fn issue(
        &self,
        store: &mut Store,
        prepared: &Prepared,
        now: Timestamp,
    ) -> anyhow::Result<Option<usize>> {
        let mails = if prepared.worth_sending {
            self.mails(prepared, now)
                .with_context(|| format!("the digest {} could not be written", self.digest.key))?
        } else {
            Vec::new()
        };
        let window = prepared.digest.window;
        let queued = mails.len();
        let issued = store.issue_digest(&IssueDraft {
            digest: self.digest.key.clone(),
            coverage: prepared.coverage,
            window: (window.from, window.to),
            now,
            mails,
        })?;
        Ok(matches!(issued, Issued::Made(_)).then_some(queued))
    }

    /// Makes the issue if it is due; gives how many mails were queued.
    pub fn issue_if_due(&self, store: &mut Store, now: Timestamp) -> anyhow::Result<usize> {
        if self.next_due(store, now)?.is_none_or(|due| due > now) {
            return Ok(0);
        }
        let prepared = self.prepare(store, now, false)?;
        Ok(self.issue(store, &prepared, now)?.unwrap_or(0))
    }

    /// The mails that an issue becomes, one for each recipient.
    pub fn mails(&self, prepared: &Prepared, now: Timestamp) -> anyhow::Result<Vec<Message>> {
        let rendered = prepared.render()?;
        self.digest
            .to
            .iter()
            .map(|to| {
                let letter = notify::Letter {
                    from: &self.config.settings.mail.from,
                    to,
                    date: now,
                    rendered: &rendered,
                };
                Ok(notify::message::digest(&prepared.digest, &letter)?)
            })
            .collect()
    }
}

impl Prepared {
    /// The issue as subject, text and HTML.
    pub fn render(&self) -> anyhow::Result<notify::Rendered> {
        Ok(notify::render::digest(&self.digest)?)
    }
}

/// Where the copies of a mention stand, each source once, the first first.
fn sources_of_copies(store: &Store, original: &Mention) -> Result<Vec<String>, StoreError> {
    let copies = store.copies_of(original.id)?;
    let ids: Vec<_> = copies.iter().take(NAMED).map(|copy| copy.mention).collect();
    let mut names = Vec::new();
    for copy in store.mentions(&ids)? {
        if copy.source != original.source && !names.contains(&copy.source) {
            names.push(copy.source);
        }
    }
    Ok(names)
}

/// Whether a source that was not read in the window did not have to be: it was read before, and its
/// turn comes after.
fn is_not_due(state: &SourceState, window: Window) -> bool {
    let unread = matches!(state.health, SourceHealth::Failing | SourceHealth::Blocked);
    !unread && state.last_ok.is_some() && state.next.is_some_and(|next| next >= window.to)
}

fn reads(languages: &[Lang], language: Lang) -> bool {
    languages.is_empty() || languages.contains(&language)
}

/// What is named more than usual in the windows before.
fn risen(store: &Store, covered: &Covered, before: &[Past]) -> Result<Rising, StoreError> {
    let windows = u32::try_from(before.len()).unwrap_or(u32::MAX);
    if windows == 0 {
        return Ok(Rising::default());
    }
    let (mut then, mut words, mut words_then) =
        (Covered::default(), Words::default(), Words::default());
    for mention in store.mentions(&covered.sample(rising::SAMPLE))? {
        words.add(&mention);
    }
    for window in before {
        then.join(&window.covered);
        for mention in store.mentions(&window.covered.sample(rising::SAMPLE / before.len()))? {
            words_then.add(&mention);
        }
    }
    Ok(rising::rising(
        covered,
        &then,
        windows,
        (&words, &words_then),
    ))
}

fn more(all: usize, command: &str) -> Option<More> {
    (all > SHOWN).then(|| More {
        count: count(all - SHOWN),
        command: command.to_owned(),
    })
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn trouble(health: SourceHealth) -> u8 {
    match health {
        SourceHealth::Failing => 0,
        SourceHealth::Blocked => 1,
        SourceHealth::Stale => 2,
        _ => 3,
    }
}

fn next_number(store: &Store, key: &str) -> Result<u64, StoreError> {
    Ok(store.count_sent_issues(key)? + 1)
}

fn cadence(schedule: &Schedule) -> Cadence {
    match schedule {
        Schedule::Hourly { minute } => Cadence::Hourly { minute: *minute },
        Schedule::Daily { at } => Cadence::Daily { at: *at },
        Schedule::Weekly { on, at } => Cadence::Weekly { on: *on, at: *at },
        Schedule::Cron(line) => Cadence::Cron {
            line: line.to_string(),
        },
    }
}
