//! What to take out of a query, from the mentions that people labelled as not relevant.
//!
//! In: the labels and the archive. Out: terms that stand in several of these mentions, with what else
//! they would take out of what the watchlist collected.
//!
//! Invariant: no proposal takes out a mention that someone labelled and did not call irrelevant.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;

use crate::config::{Config, Watchlist};
use crate::model::{Mention, MentionId, Timestamp, WatchlistId};
use crate::query::{Document, Query, Role, Set};
use crate::store::Store;

/// Mentions that are read at once.
const BATCH: usize = 256;

/// Proposals for one watchlist.
const MOST: usize = 5;

/// Terms of one watchlist that are looked for in the archive: those in most of its mentions.
const CANDIDATES: usize = 60;

/// Letters of the shortest word that is proposed.
const SHORTEST: usize = 4;

/// A term that could be taken out of the query of a watchlist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// As the query language writes it: `concorso`, `"offerta lavoro"`, `site:spam.example`.
    pub term: String,
    /// How many of the mentions labelled as not relevant it takes out.
    pub irrelevant: u64,
    /// How many other mentions of the watchlist it takes out.
    pub others: u64,
    /// Some of those others, the newest last.
    pub examples: Vec<MentionId>,
}

/// What is proposed for a watchlist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Whose query collects what is not relevant.
    pub watchlist: WatchlistId,
    /// How many of its mentions were labelled as not relevant.
    pub labelled: u64,
    /// The terms, those that take out most first.
    pub exclusions: Vec<Exclusion>,
    /// The whole query with them taken out, ready to be pasted: `query = '''…'''`.
    pub toml: String,
}

/// Proposals for every watchlist that has two mentions or more labelled as not relevant.
pub fn exclusions(store: &Store, config: &Config, now: Timestamp) -> Result<Vec<Proposal>> {
    let (irrelevant, kept) = labelled(store)?;
    let mut found = Vec::new();
    for watchlist in &config.watchlists {
        let own: Vec<&Mention> = irrelevant
            .iter()
            .filter(|mention| mention.watchlists.contains(&watchlist.id))
            .collect();
        if own.len() < 2 {
            continue;
        }
        let candidates = candidates(config, watchlist, &own, now);
        let proposed = weigh(store, watchlist, candidates, &own, &kept, now)?;
        if !proposed.is_empty() {
            found.push(Proposal {
                watchlist: watchlist.id.clone(),
                labelled: number(own.len()),
                toml: toml(watchlist, &proposed),
                exclusions: proposed,
            });
        }
    }
    Ok(found)
}

/// The mentions labelled as not relevant, and those labelled otherwise.
fn labelled(store: &Store) -> Result<(Vec<Mention>, BTreeSet<MentionId>)> {
    let (mut irrelevant, mut kept) = (Vec::new(), BTreeSet::new());
    let mut after = MentionId(0);
    loop {
        let batch = store.labelled_after(after, BATCH)?;
        let Some((last, _)) = batch.last() else {
            return Ok((irrelevant, kept));
        };
        after = last.id;
        for (mention, label) in batch {
            if label.relevant {
                kept.insert(mention.id);
            } else {
                irrelevant.push(mention);
            }
        }
    }
}

/// The terms that stand in two of the mentions at least and that the query can look for.
fn candidates(
    config: &Config,
    watchlist: &Watchlist,
    own: &[&Mention],
    now: Timestamp,
) -> Vec<(String, Query)> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for mention in own {
        let terms: BTreeSet<String> = terms_of(mention).collect();
        for term in terms {
            *seen.entry(term).or_default() += 1;
        }
    }
    let mut seen: Vec<(String, usize)> = seen.into_iter().filter(|(_, count)| *count > 1).collect();
    seen.sort_by(|a, b| (b.1, b.0.len(), &a.0).cmp(&(a.1, a.0.len(), &b.0)));
    let names = &config.settings.names;
    let own_terms = watchlist.query.to_string().to_lowercase();
    seen.into_iter()
        .filter(|(term, _)| !own_terms.contains(term.trim_matches('"')))
        .filter_map(|(term, _)| {
            let (query, warnings) = Query::parse(&term, Role::Search, names).ok()?;
            let matches = |mention: &&&Mention| {
                let document = Document::of_mention(mention);
                query.hits(&document, now).is_some()
            };
            let plain = warnings.is_empty() && own.iter().filter(matches).count() > 1;
            plain.then_some((term, query))
        })
        .take(CANDIDATES)
        .collect()
}

/// Words, pairs of words, the author and the site of a mention, as a query writes them.
fn terms_of(mention: &Mention) -> impl Iterator<Item = String> {
    let item = &mention.item;
    let whole = format!(
        "{} . {}",
        item.title.as_deref().unwrap_or_default(),
        item.text
    );
    let words: Vec<String> = whole
        .split_whitespace()
        .filter(|word| !word.contains("://"))
        .map(|word| {
            word.trim_matches(|c: char| !c.is_alphanumeric())
                .to_lowercase()
        })
        .map(|word| match word.rsplit_once(['\'', '’']) {
            Some((_, last)) => last.to_owned(),
            None => word,
        })
        .collect();
    let is_plain =
        |word: &String| word.chars().count() >= SHORTEST && word.chars().all(char::is_alphabetic);
    let pairs: Vec<String> = words
        .windows(2)
        .filter(|pair| pair.iter().all(is_plain))
        .map(|pair| format!("\"{}\"", pair.join(" ")))
        .collect();
    let author = item.author.handle.as_ref().or(item.author.name.as_ref());
    let author = author
        .filter(|name| !name.contains('"'))
        .map(|name| format!("author:\"{name}\""));
    let singles: Vec<String> = words.into_iter().filter(is_plain).collect();
    singles.into_iter().chain(pairs).chain(author)
}

/// Looks for the candidates in all that the watchlist collected, and takes the best.
fn weigh(
    store: &Store,
    watchlist: &Watchlist,
    candidates: Vec<(String, Query)>,
    own: &[&Mention],
    kept: &BTreeSet<MentionId>,
    now: Timestamp,
) -> Result<Vec<Exclusion>> {
    let terms: Vec<String> = candidates.iter().map(|(term, _)| term.clone()).collect();
    let queries = candidates.into_iter().map(|(_, query)| query);
    let set = Set::compile(queries.enumerate().collect());
    let irrelevant: BTreeSet<MentionId> = own.iter().map(|mention| mention.id).collect();
    let mut found: HashMap<usize, (BTreeSet<MentionId>, Vec<MentionId>)> = HashMap::new();
    store.each_mention(|mention| {
        if !mention.watchlists.contains(&watchlist.id) {
            return;
        }
        for (at, _) in set.matches(&Document::of_mention(mention), now, |_| true) {
            let (out, others) = found.entry(*at).or_default();
            if irrelevant.contains(&mention.id) {
                out.insert(mention.id);
            } else {
                others.push(mention.id);
            }
        }
    })?;
    let mut left = irrelevant;
    let mut taken = Vec::new();
    while taken.len() < MOST {
        let best = found
            .iter()
            .filter(|(_, (_, others))| !others.iter().any(|id| kept.contains(id)))
            .map(|(at, (out, others))| (out.intersection(&left).count(), others.len(), *at))
            // A word that takes out more good ones than bad ones is no proposal.
            .filter(|(out, others, _)| *out > 0 && out >= others)
            .max_by_key(|(out, others, at)| (*out, std::cmp::Reverse((*others, *at))));
        let Some((_, _, at)) = best else {
            break;
        };
        let Some((out, mut others)) = found.remove(&at) else {
            break;
        };
        left.retain(|id| !out.contains(id));
        let count = others.len();
        others.drain(..count.saturating_sub(3));
        taken.push(Exclusion {
            term: terms.get(at).cloned().unwrap_or_default(),
            irrelevant: number(out.len()),
            others: number(count),
            examples: others,
        });
    }
    Ok(taken)
}

/// The query of a watchlist without these terms, as it stands in its file.
fn toml(watchlist: &Watchlist, exclusions: &[Exclusion]) -> String {
    let terms: Vec<&str> = exclusions.iter().map(|e| e.term.as_str()).collect();
    format!(
        "query = '''\n({})\nNOT ({})\n'''",
        watchlist.query.source().trim(),
        terms.join(" OR ")
    )
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
