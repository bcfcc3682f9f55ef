//! The sources of all files, brought together.
//!
//! The same kind and address in several files is one source that serves those watchlists, so that
//! a site is asked once. A source in `ascolto.toml` serves every watchlist.
//!
//! A source without a name is called after its address: the host without `www.` and public suffix
//! (`https://forum.example/rss` is `forum`), an IP address as it is. Where several would have the
//! same name, each gets the words of its path and query that not all of them have (`forum-rss`,
//! `forum-reviews`), and, should that not tell them apart, a number in the order of their addresses.
//! Given names come first: they are never changed.

use std::collections::{BTreeMap, BTreeSet};

use url::{Host, Url};

use super::document::Document;
use super::source::ListedSource;
use super::watchlist::Watchlist;
use crate::model::{Diagnostic, SearchTerms, Serves, Severity, Source, SourceKey, WatchlistId};

/// A source with the file that lists it.
#[derive(Debug)]
pub(super) struct SourceInFile {
    origin: String,
    line: usize,
    spot: Diagnostic,
    watchlist: Option<WatchlistId>,
    listed: ListedSource,
}

impl SourceInFile {
    /// A source that stands in a file; in `ascolto.toml` it has no watchlist of its own.
    pub(super) fn new(
        document: &Document<'_>,
        watchlist: Option<WatchlistId>,
        listed: ListedSource,
    ) -> Self {
        let span = listed.span.clone();
        let spot =
            Diagnostic::new(Severity::Warning, document.origin, "").at(&document.shown, span, "");
        Self {
            origin: document.origin.to_owned(),
            line: spot.place.map_or(1, |(line, _)| line),
            spot,
            watchlist,
            listed,
        }
    }

    fn problem(&self, severity: Severity, message: String) -> Diagnostic {
        let mut problem = self.spot.clone();
        problem.severity = severity;
        problem.message = message;
        problem
    }
}

/// All sources of an instance.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Those that are polled, by name.
    pub(super) sources: Vec<Source>,
    /// Those that are switched off, by name.
    pub(super) switched_off: Vec<Source>,
    /// Names given twice, and settings that contradict one another.
    pub(super) problems: Vec<Diagnostic>,
}

/// One source, of one or several files.
struct Merged {
    first: SourceInFile,
    serves: Serves,
}

/// Brings the sources of all files together, in the order of the files.
pub(super) fn gather(listed: Vec<SourceInFile>, watchlists: &[Watchlist]) -> Gathered {
    let mut gathered = Gathered::default();
    let mut merged: Vec<Merged> = Vec::new();
    let mut by_key: BTreeMap<SourceKey, usize> = BTreeMap::new();
    for source in listed {
        let key = source.listed.kind.key();
        let known = by_key.get(&key).and_then(|index| merged.get_mut(*index));
        if let Some(known) = known {
            merge(known, &source, &mut gathered.problems);
            continue;
        }
        by_key.insert(key, merged.len());
        let serves = source
            .watchlist
            .clone()
            .map_or(Serves::Every, |id| Serves::Only(vec![id]));
        merged.push(Merged {
            first: source,
            serves,
        });
    }
    let names = names(&merged, &mut gathered.problems);
    for (merged, name) in merged.into_iter().zip(names) {
        let terms = searched(&merged, watchlists, &mut gathered.problems);
        let listed = merged.first.listed;
        let source = Source {
            name,
            kind: listed.kind,
            every: listed.every,
            serves: merged.serves,
            terms,
            backfill: listed.backfill,
            freshness: listed.freshness,
        };
        if listed.enabled {
            gathered.sources.push(source);
        } else {
            gathered.switched_off.push(source);
        }
    }
    gathered.sources.sort_by(|a, b| a.name.cmp(&b.name));
    gathered.switched_off.sort_by(|a, b| a.name.cmp(&b.name));
    gathered
}

/// Takes in a source that stands in another place already.
fn merge(known: &mut Merged, other: &SourceInFile, problems: &mut Vec<Diagnostic>) {
    let place = format!("{}:{}", known.first.origin, known.first.line);
    let same_file = known.first.origin == other.origin;
    if same_file {
        problems.push(other.problem(
            Severity::Warning,
            format!("this source stands in {place} already"),
        ));
    }
    let (mine, theirs) = (&mut known.first.listed, &other.listed);
    if let Some(name) = &theirs.name {
        match &mine.name {
            None => mine.name = Some(name.clone()),
            Some(first) if first != name => problems.push(other.problem(
                Severity::Warning,
                format!("this source is called `{first}` in {place}; that name is used"),
            )),
            Some(_) => {}
        }
    }
    if mine.kind != theirs.kind {
        problems.push(other.problem(
            Severity::Warning,
            format!("this source has other settings in {place}; those are used"),
        ));
    }
    if mine.every != theirs.every {
        mine.every = mine.every.min(theirs.every);
        problems.push(other.problem(
            Severity::Note,
            format!(
                "this source has another `every` in {place}; the shorter, {}, is used",
                super::time_value::written_duration(mine.every)
            ),
        ));
    }
    mine.backfill |= theirs.backfill;
    mine.enabled |= theirs.enabled;
    mine.freshness = mine
        .freshness
        .zip(theirs.freshness)
        .map(|(mine, theirs)| mine.max(theirs));
    match (&mut known.serves, &other.watchlist) {
        (Serves::Only(ids), Some(id)) if !ids.contains(id) => ids.push(id.clone()),
        (Serves::Only(_), Some(_)) | (Serves::Every, _) => {}
        (serves, None) => *serves = Serves::Every,
    }
}

/// What a source that searches is asked for; that it would be asked for nothing, or not for all
/// that its watchlists look for, is a problem.
fn searched(
    merged: &Merged,
    watchlists: &[Watchlist],
    problems: &mut Vec<Diagnostic>,
) -> SearchTerms {
    let listed = &merged.first.listed;
    let Some(own) = listed.kind.terms() else {
        return SearchTerms::default();
    };
    if !own.is_empty() {
        return SearchTerms {
            terms: own.to_vec(),
            left_out: Vec::new(),
        };
    }
    let mut terms = SearchTerms::default();
    let mut served = watchlists
        .iter()
        .filter(|watchlist| merged.serves.includes(&watchlist.id))
        .peekable();
    if served.peek().is_none() || !listed.enabled {
        return terms;
    }
    for watchlist in served {
        terms.extend(watchlist.query.search_terms());
    }
    let kind = listed.kind.as_str();
    let left_out = terms.left_out.join(", ");
    if terms.terms.is_empty() {
        let message = format!("`{kind}` cannot search for what the query asks: {left_out}");
        problems.push(merged.first.problem(Severity::Error, message).hint(
            "add the words to search for to the source: terms = [\"frigolux\", \"frigo lux\"]",
        ));
    } else if !left_out.is_empty() {
        let message = format!("`{kind}` finds nothing by these parts of the query: {left_out}");
        problems.push(merged.first.problem(Severity::Note, message).hint(
            "what holds one of the other words is found; or name the words with terms = [\"…\"]",
        ));
    }
    terms
}

/// A name for each source, all different (ignoring case).
fn names(merged: &[Merged], problems: &mut Vec<Diagnostic>) -> Vec<String> {
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut names = vec![String::new(); merged.len()];
    for (index, source) in merged.iter().enumerate() {
        let listed = &source.first.listed;
        let Some(name) = &listed.name else {
            let name = listed.kind.name();
            let base = name.map_or_else(|| host_name(listed.kind.url()), str::to_owned);
            groups.entry(base).or_default().push(index);
            continue;
        };
        let place = format!("{}:{}", source.first.origin, source.first.line);
        match taken.get(&name.to_lowercase()) {
            None => {
                taken.insert(name.to_lowercase(), place);
                if let Some(slot) = names.get_mut(index) {
                    slot.clone_from(name);
                }
            }
            Some(other) => {
                problems.push(
                    source
                        .first
                        .problem(
                            Severity::Error,
                            format!("another source is called `{name}`: {other}"),
                        )
                        .hint("give each source a name of its own, or none"),
                );
                // Still told apart, so that the rest can be checked.
                groups.entry(name.clone()).or_default().push(index);
            }
        }
    }
    let mut taken: BTreeSet<String> = taken.into_keys().collect();
    for (base, members) in groups {
        for (index, name) in told_apart(&base, &members, merged, &taken) {
            taken.insert(name.to_lowercase());
            if let Some(slot) = names.get_mut(index) {
                *slot = name;
            }
        }
    }
    names
}

/// Names for the sources that would all be called `base`.
fn told_apart(
    base: &str,
    members: &[usize],
    merged: &[Merged],
    taken: &BTreeSet<String>,
) -> Vec<(usize, String)> {
    let is_free = |name: &str| !taken.contains(&name.to_lowercase());
    if let [only] = members
        && is_free(base)
    {
        return vec![(*only, base.to_owned())];
    }
    let mut words: Vec<(SourceKey, usize, Vec<String>)> = members
        .iter()
        .filter_map(|index| {
            let kind = &merged.get(*index)?.first.listed.kind;
            let words = match kind.name() {
                Some(_) => split(&kind.identity()),
                None => address_words(kind.url()),
            };
            Some((kind.key(), *index, words))
        })
        .collect();
    words.sort();
    let shared: BTreeSet<String> = match words.split_first() {
        Some(((_, _, first), rest)) if !rest.is_empty() => first
            .iter()
            .filter(|word| rest.iter().all(|(_, _, words)| words.contains(word)))
            .cloned()
            .collect(),
        _ => BTreeSet::new(),
    };
    let mut given: BTreeSet<String> = BTreeSet::new();
    let mut named = Vec::new();
    for (_, index, words) in words {
        let mut name = base.to_owned();
        for word in words.iter().filter(|word| !shared.contains(*word)).take(6) {
            name.push('-');
            name.push_str(word);
        }
        let mut numbered = name.clone();
        let mut number = 2;
        while !is_free(&numbered) || given.contains(&numbered.to_lowercase()) {
            numbered = format!("{name}-{number}");
            number += 1;
        }
        given.insert(numbered.to_lowercase());
        named.push((index, numbered));
    }
    named
}

/// The host without `www.` and public suffix, or the IP address.
fn host_name(url: &Url) -> String {
    match url.host() {
        Some(Host::Domain(host)) => {
            let host = host.trim_end_matches('.');
            let host = host.strip_prefix("www.").unwrap_or(host);
            psl::suffix_str(host)
                .and_then(|suffix| host.strip_suffix(suffix))
                .map(|name| name.trim_end_matches('.'))
                .filter(|name| !name.is_empty())
                .unwrap_or(host)
                .to_owned()
        }
        Some(Host::Ipv4(address)) => address.to_string(),
        Some(Host::Ipv6(address)) => address.to_string(),
        None => "source".to_owned(),
    }
}

/// What else tells an address from others: port, path and query, word by word.
fn address_words(url: &Url) -> Vec<String> {
    let port = url.port().map(|port| port.to_string());
    let path = url.path().trim_end_matches(['/']);
    let path = path
        .strip_suffix(".html")
        .or_else(|| path.strip_suffix(".php"))
        .unwrap_or(path);
    port.into_iter()
        .chain(split(path))
        .chain(split(url.query().unwrap_or_default()))
        .collect()
}

fn split(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}
