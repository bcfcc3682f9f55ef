//! Match, then score: what the watchlists of an instance say of an item.

use std::cell::{Cell, LazyCell};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::config::{Digest, Schedule, Watchlist, WatchlistKind};
use crate::model::{
    BrandTone, Hit, Item, Lang, Mention, Priority, Scores, Serves, Timestamp, WatchlistId,
};
use crate::query::keys::Keys;
use crate::query::{Document, FindLang, Query, Set, Span};
use crate::score::{Input, Lists, Overrides, Scorer, detect_language};

/// All watchlists of an instance, compiled together.
#[derive(Debug)]
pub struct Judge {
    watchlists: Vec<Listener>,
    by_id: HashMap<WatchlistId, usize>,
    /// Queries that look at words and facts alone.
    set: Set<Purpose>,
    lists: Arc<Lists>,
}

/// A watchlist as the judge needs it.
#[derive(Debug)]
struct Listener {
    id: WatchlistId,
    languages: Vec<Lang>,
    own_accounts: Vec<String>,
    vips: Vec<String>,
    /// Whether it listens for a brand, and not for a subject that brands may share.
    is_brand: bool,
    /// Kept apart where the query asks for scores, which are known only after a first look.
    scored_query: Option<Query>,
    overrides: Overrides,
    /// The longest window of its digests.
    window: std::time::Duration,
    fingerprint: u64,
}

/// What a query of the set is for: which watchlist collects, or which raises the priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Purpose {
    Collect(usize),
    Priority(usize, Priority),
}

/// What the watchlists say of an item that at least one of them collects.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinion {
    /// The watchlists that collect it, with the places that matched.
    pub matches: Vec<(WatchlistId, Vec<Hit>)>,
    /// What it weighs: by the watchlist for which it is most urgent.
    pub scores: Scores,
}

/// Sentiments that differ by less sound the same.
const NOTABLE: f64 = 0.1;

impl Judge {
    /// Compiles the watchlists; what they collect is weighed by these lists.
    pub fn new(watchlists: &[Watchlist], lists: Arc<Lists>) -> Self {
        let mut queries = Vec::new();
        let mut listeners = Vec::new();
        for (number, watchlist) in watchlists.iter().enumerate() {
            let scored = watchlist.query.needs_scores();
            if !scored {
                queries.push((Purpose::Collect(number), watchlist.query.clone()));
            }
            queries.extend(
                watchlist
                    .priority
                    .iter()
                    .map(|(level, query)| (Purpose::Priority(number, *level), query.clone())),
            );
            listeners.push(Listener {
                id: watchlist.id.clone(),
                languages: watchlist.languages.clone(),
                own_accounts: watchlist.own_accounts.clone(),
                vips: watchlist.vips.clone(),
                is_brand: watchlist.kind != WatchlistKind::Topic,
                scored_query: scored.then(|| watchlist.query.clone()),
                overrides: Overrides::new(&watchlist.sentiment),
                window: window(&watchlist.digests),
                fingerprint: fingerprint(watchlist),
            });
        }
        Self {
            by_id: listeners
                .iter()
                .enumerate()
                .map(|(number, listener)| (listener.id.clone(), number))
                .collect(),
            set: Set::compile(queries),
            watchlists: listeners,
            lists,
        }
    }

    fn scorer(&self) -> Scorer<'_> {
        Scorer::new(&self.lists)
    }

    /// What the watchlists that `serves` names say of an item; `None` where none collects it.
    pub fn judge(
        &self,
        item: &Item,
        source: &str,
        serves: &Serves,
        now: Timestamp,
    ) -> Option<Opinion> {
        self.opinion(item, source, serves, |_| true, now)
    }

    /// The same; the terms of its title and text, which are cut for it, are noted in `keys`.
    pub fn judge_and_note(
        &self,
        item: &Item,
        source: &str,
        serves: &Serves,
        now: Timestamp,
        keys: &Keys,
    ) -> Option<Opinion> {
        self.look(item, (source, Some(keys)), serves, |_| true, now)
    }

    /// The same, by those watchlists alone that `count`; the others that `serves` names have only
    /// their say in which language it may be.
    pub(super) fn opinion(
        &self,
        item: &Item,
        source: &str,
        serves: &Serves,
        count: impl Fn(&WatchlistId) -> bool,
        now: Timestamp,
    ) -> Option<Opinion> {
        self.look(item, (source, None), serves, count, now)
    }

    fn look(
        &self,
        item: &Item,
        (source, keys): (&str, Option<&Keys>),
        serves: &Serves,
        count: impl Fn(&WatchlistId) -> bool,
        now: Timestamp,
    ) -> Option<Opinion> {
        let mut wanted = self.wanted(item, serves);
        let languages = self.languages(&wanted);
        let lang = LazyCell::new(|| language(item, &languages));
        let find_lang = || *lang;
        for (wanted, listener) in wanted.iter_mut().zip(&self.watchlists) {
            *wanted &= count(&listener.id);
        }
        let allowed = |number: usize| wanted.get(number).copied().unwrap_or(false);
        // Most items are collected by nobody, and most queries do not ask for the language.
        let document = Document {
            lang: None,
            find_lang: Some(FindLang(&find_lang)),
            keys,
            ..Document::of_item(item, source, Lang::OTHER, now)
        };
        let found = self.set.matches(&document, now, |purpose| match purpose {
            Purpose::Collect(number) | Purpose::Priority(number, _) => allowed(*number),
        });
        let mut collected: Vec<(usize, Vec<Hit>)> = Vec::new();
        let mut raised: Vec<(usize, Priority, String)> = Vec::new();
        for (purpose, spans) in found {
            match *purpose {
                Purpose::Collect(number) => collected.push((number, self.hits(number, spans))),
                Purpose::Priority(..) => raised.extend(raised_by(*purpose, spans)),
            }
        }
        self.ask_for_scores(&document, &wanted, item, now, &mut collected);
        if collected.is_empty() {
            return None;
        }
        collected.sort_by_key(|(number, _)| *number);
        let scores = self.score_all(item, *lang, &collected, &raised)?;
        Some(Opinion {
            matches: collected
                .into_iter()
                .filter_map(|(number, hits)| Some((self.watchlists.get(number)?.id.clone(), hits)))
                .collect(),
            scores,
        })
    }

    /// Which of the watchlists may collect an item, among those that `serves` names.
    fn wanted(&self, item: &Item, serves: &Serves) -> Vec<bool> {
        self.watchlists
            .iter()
            // What the brand says of itself is no mention.
            .map(|listener| {
                serves.includes(&listener.id) && !item.author.is_one_of(&listener.own_accounts)
            })
            .collect()
    }

    /// What a stored mention weighs by the lists and watchlists of now: at the places where those
    /// that collect it matched, or by its words alone where the instance has none of them.
    pub(super) fn weigh(&self, mention: &Mention, serves: &Serves) -> Scores {
        let item = &mention.item;
        let collects: Vec<bool> = self
            .watchlists
            .iter()
            .map(|listener| mention.watchlists.contains(&listener.id))
            .collect();
        if !collects.contains(&true) {
            return self.scorer().score(&Input::of(item));
        }
        let lang = language(item, &self.languages(&self.wanted(item, serves)));
        let document = Document::of_item(item, &mention.source, lang, mention.collected);
        let found = self
            .set
            .matches(&document, mention.collected, |purpose| match purpose {
                Purpose::Collect(_) => false,
                Purpose::Priority(number, _) => collects.get(*number).copied().unwrap_or(false),
            });
        let raised: Vec<(usize, Priority, String)> = found
            .into_iter()
            .filter_map(|(purpose, spans)| raised_by(*purpose, spans))
            .collect();
        let own = |number: usize, listener: &Listener| {
            let own = |hit: &&Hit| hit.watchlist == listener.id;
            (number, mention.hits.iter().filter(own).cloned().collect())
        };
        let collected: Vec<(usize, Vec<Hit>)> = self
            .watchlists
            .iter()
            .enumerate()
            .filter(|(number, _)| collects.get(*number).copied().unwrap_or(false))
            .map(|(number, listener)| own(number, listener))
            .collect();
        self.score_all(item, lang, &collected, &raised)
            .unwrap_or_else(|| self.scorer().score(&Input::of(item)))
    }

    /// Whether a stored mention was weighed by the lists of now, and by the weights of a watchlist
    /// that collects it.
    pub(super) fn is_current(&self, mention: &Mention) -> bool {
        let known = &mention.scores.lists;
        let own = known.strip_prefix(self.lists.version());
        let mut collecting = self
            .watchlists
            .iter()
            .filter(|listener| mention.watchlists.contains(&listener.id))
            .peekable();
        match (own, collecting.peek()) {
            (None, _) => false,
            (Some(own), None) => own.is_empty(),
            (Some(own), Some(_)) => collecting
                .any(|listener| own.strip_prefix('+') == Some(listener.overrides.version())),
        }
    }

    /// Decides the watchlists whose query asks for scores: by the scores that the item has
    /// without any brand in view.
    fn ask_for_scores(
        &self,
        document: &Document<'_>,
        wanted: &[bool],
        item: &Item,
        now: Timestamp,
        collected: &mut Vec<(usize, Vec<Hit>)>,
    ) {
        let mut known: Option<Scores> = None;
        for (number, listener) in self.watchlists.iter().enumerate() {
            let Some(query) = &listener.scored_query else {
                continue;
            };
            if !wanted.get(number).copied().unwrap_or(false) {
                continue;
            }
            let scores = known.get_or_insert_with(|| self.scorer().score(&Input::of(item)));
            let document = document.with_scores(scores);
            if let Some(spans) = query.hits(&document, now) {
                collected.push((number, self.hits(number, spans)));
            }
        }
    }

    /// What an item weighs for the watchlist for which it is most urgent, with the sentiment about
    /// the brands of the others where that is another.
    fn score_all(
        &self,
        item: &Item,
        lang: Lang,
        collected: &[(usize, Vec<Hit>)],
        raised: &[(usize, Priority, String)],
    ) -> Option<Scores> {
        let mut all: Vec<(usize, Scores)> = collected
            .iter()
            .map(|(number, hits)| {
                let rivals = self.rivals(*number, collected);
                (
                    *number,
                    self.score(*number, item, lang, (hits, &rivals), raised),
                )
            })
            .collect();
        let weights = all.iter().map(|(_, scores)| scores.priority.score);
        let (most, _) = weights.enumerate().max_by_key(|(_, weight)| *weight)?;
        let (_, mut scores) = all.remove(most);
        scores.brands = all
            .into_iter()
            .filter(|(_, other)| {
                let (a, b) = (&other.sentiment, &scores.sentiment);
                a.label != b.label || (a.score - b.score).abs() >= NOTABLE
            })
            .filter_map(|(number, other)| {
                Some(BrandTone {
                    watchlist: self.watchlists.get(number)?.id.clone(),
                    sentiment: other.sentiment,
                })
            })
            .collect();
        Some(scores)
    }

    /// Where the text names the brands of other watchlists. A subject is no rival of a brand.
    fn rivals(&self, number: usize, collected: &[(usize, Vec<Hit>)]) -> Vec<Hit> {
        let is_brand = |number: usize| self.watchlists.get(number).is_some_and(|l| l.is_brand);
        if !is_brand(number) {
            return Vec::new();
        }
        collected
            .iter()
            .filter(|(other, _)| *other != number && is_brand(*other))
            .flat_map(|(_, hits)| hits.iter().cloned())
            .collect()
    }

    fn score(
        &self,
        number: usize,
        item: &Item,
        lang: Lang,
        (hits, rivals): (&[Hit], &[Hit]),
        raised: &[(usize, Priority, String)],
    ) -> Scores {
        let listener = self.watchlists.get(number);
        let vip = listener
            .filter(|listener| item.author.is_one_of(&listener.vips))
            .and_then(|_| item.author.handle.as_ref().or(item.author.name.as_ref()))
            .map(|name| (Priority::High, format!("vip {name}")));
        let terms: Vec<(Priority, String)> = raised
            .iter()
            .filter(|(whose, _, _)| *whose == number)
            .map(|(_, level, term)| (*level, term.clone()))
            .chain(vip)
            .collect();
        let overrides: Vec<&Overrides> = listener
            .map(|listener| &listener.overrides)
            .into_iter()
            .collect();
        self.scorer().score(&Input {
            hits,
            rivals,
            languages: listener.map_or(&[], |listener| &listener.languages),
            language: Some(lang),
            watchlist_terms: &terms,
            overrides: &overrides,
            ..Input::of(item)
        })
    }

    fn hits(&self, number: usize, spans: Vec<Span>) -> Vec<Hit> {
        let Some(listener) = self.watchlists.get(number) else {
            return Vec::new();
        };
        spans
            .into_iter()
            .map(|span| span.into_hit(listener.id.clone()))
            .collect()
    }

    /// The languages that the wanted watchlists read; empty where one reads all.
    fn languages(&self, wanted: &[bool]) -> Vec<Lang> {
        let mut languages = Vec::new();
        for (listener, _) in self
            .watchlists
            .iter()
            .zip(wanted)
            .filter(|(_, wanted)| **wanted)
        {
            if listener.languages.is_empty() {
                return Vec::new();
            }
            languages.extend(listener.languages.iter().copied());
        }
        languages.sort_unstable();
        languages.dedup();
        languages
    }

    /// How far back the digests of these watchlists look: what was published within it is news
    /// even on the first poll of a source.
    pub(super) fn window<'a>(
        &self,
        watchlists: impl Iterator<Item = &'a WatchlistId>,
    ) -> std::time::Duration {
        watchlists
            .filter_map(|id| self.watchlists.get(*self.by_id.get(id)?))
            .map(|listener| listener.window)
            .max()
            .unwrap_or_default()
    }

    /// The watchlists that `serves` names.
    pub(super) fn serving(&self, serves: &Serves) -> Vec<WatchlistId> {
        self.watchlists
            .iter()
            .map(|listener| &listener.id)
            .filter(|id| serves.includes(id))
            .cloned()
            .collect()
    }

    /// A number that changes when the watchlists that `serves` names would judge otherwise.
    pub(super) fn fingerprint(&self, serves: &Serves) -> u64 {
        let mut hasher = DefaultHasher::new();
        for listener in self
            .watchlists
            .iter()
            .filter(|listener| serves.includes(&listener.id))
        {
            listener.fingerprint.hash(&mut hasher);
        }
        hasher.finish()
    }
}

/// The watchlist that raises the priority, to what, and by which term.
fn raised_by(purpose: Purpose, spans: Vec<Span>) -> Option<(usize, Priority, String)> {
    let Purpose::Priority(number, level) = purpose else {
        return None;
    };
    let term = spans.into_iter().next().map(|span| span.term);
    Some((number, level, term.unwrap_or_default()))
}

/// Bytes of a text by which its language is told; more would change nothing.
const TELLING: usize = 1_600;

thread_local! {
    /// Room for a title and the beginning of a text, kept for the next.
    static JOINED: Cell<String> = Cell::default();
}

/// The language of an item, among those that the watchlists read.
fn language(item: &Item, allowed: &[Lang]) -> Lang {
    let hint = item.lang_hint;
    let Some(title) = &item.title else {
        return detect_language(&item.text, hint, allowed).0;
    };
    let mut joined = JOINED.take();
    joined.clear();
    joined.push_str(title);
    joined.push('\n');
    let telling = item.text.floor_char_boundary(TELLING);
    joined.push_str(item.text.get(..telling).unwrap_or_default());
    let (language, _) = detect_language(&joined, hint, allowed);
    JOINED.set(joined);
    language
}

fn fingerprint(watchlist: &Watchlist) -> u64 {
    let mut hasher = DefaultHasher::new();
    watchlist.id.hash(&mut hasher);
    watchlist.query.to_string().hash(&mut hasher);
    watchlist.own_accounts.hash(&mut hasher);
    hasher.finish()
}

/// The longest window of these digests; a day where there are none.
fn window(digests: &[Digest]) -> std::time::Duration {
    const HOUR: std::time::Duration = std::time::Duration::from_hours(1);
    digests
        .iter()
        .map(|digest| match digest.schedule {
            Schedule::Hourly { .. } => HOUR,
            Schedule::Daily { .. } | Schedule::Cron(_) => 24 * HOUR,
            Schedule::Weekly { .. } => 7 * 24 * HOUR,
        })
        .max()
        .unwrap_or(24 * HOUR)
}
