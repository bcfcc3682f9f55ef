//! A file of `watchlists/`, read.

use std::collections::BTreeSet;
use std::path::PathBuf;

use toml::de::DeTable;

use super::alert_section;
use super::digest_section;
use super::document::{Document, Finding};
use super::keys::WATCHLIST;
use super::queries;
use super::section::{Section, Text, described, number, short};
use super::settings::Settings;
use super::settings_file::{Surroundings, kept};
use super::source::{self, ListedSource};
use super::value::{self, language};
use super::watchlist::{Alert, Digest, Example, Watchlist, WatchlistKind};
use crate::model::{Lang, Priority, WatchlistId};
use crate::query::{Query, Role};

/// The strongest weight that a word can be given; the shipped lists keep within it.
const STRONGEST: f64 = 5.0;

/// A watchlist and the sources that its file lists.
#[derive(Debug)]
pub(super) struct Listed {
    /// What the file listens for and tells.
    pub(super) watchlist: Watchlist,
    /// The `[[source]]`s of the file, not yet joined with those of other files.
    pub(super) sources: Vec<ListedSource>,
    /// Where its name stands.
    pub(super) name_span: std::ops::Range<usize>,
}

/// Reads a watchlist. What is wrong is reported; with errors there is no watchlist.
pub(super) fn read<'t>(
    document: &mut Document<'t>,
    entries: &'t DeTable<'t>,
    id: WatchlistId,
    path: PathBuf,
    settings: &Settings,
    around: &Surroundings,
) -> Option<Listed> {
    let top = Section::top(document, entries, WATCHLIST);
    let name = top.text(document, "name");
    if name
        .as_ref()
        .is_some_and(|name| name.value.trim().is_empty())
    {
        document.report(Finding::error(top.place("name"), "`name` is empty"));
    }
    let kind = top.parsed(document, "kind", kind);
    let languages = languages(document, &top);
    let query = main_query(document, &top, settings);
    let own_accounts = top
        .texts(document, "own_accounts")
        .into_iter()
        .map(|text| text.value.to_owned())
        .collect();
    let retention = top.parsed(document, "retention", kept);
    let sources = top
        .tables(document, "source", WATCHLIST)
        .iter()
        .filter_map(|section| source::read(document, section, around))
        .collect();
    let (priority, vips) = priority(document, &top, settings);
    let sentiment = sentiment(document, &top);
    let digests = digests(document, &top, &id, settings);
    let alerts = alerts(document, &top, &id, settings);
    let examples = examples(document, &top);
    if document.has_errors() {
        return None;
    }
    let watchlist = Watchlist {
        name: name.map_or_else(|| id.to_string(), |name| name.value.trim().to_owned()),
        id,
        path,
        kind: kind.unwrap_or(WatchlistKind::Brand),
        languages,
        query: query?,
        own_accounts,
        priority,
        vips,
        sentiment,
        digests,
        alerts,
        examples,
        retention,
    };
    Some(Listed {
        watchlist,
        sources,
        name_span: top.place("name"),
    })
}

fn kind(text: &str) -> Result<WatchlistKind, value::Fault> {
    value::choice(
        text,
        &[
            ("brand", WatchlistKind::Brand),
            ("competitor", WatchlistKind::Competitor),
            ("topic", WatchlistKind::Topic),
        ],
        &[
            ("marca", "brand"),
            ("marchio", "brand"),
            ("concorrente", "competitor"),
            ("rival", "competitor"),
            ("tema", "topic"),
            ("argomento", "topic"),
            ("subject", "topic"),
        ],
    )
}

fn languages<'t>(document: &mut Document<'t>, top: &Section<'t>) -> Vec<Lang> {
    let mut languages = Vec::new();
    for text in top.texts(document, "languages") {
        if let Some(lang) = text.read(document, language)
            && !languages.contains(&lang)
        {
            languages.push(lang);
        }
    }
    languages
}

fn main_query<'t>(
    document: &mut Document<'t>,
    top: &Section<'t>,
    settings: &Settings,
) -> Option<Query> {
    if !top.has("query") {
        top.report_missing(
            document,
            "query",
            "query = '''frigolux OR \"frigo lux\"''', with the words to listen for",
        );
        return None;
    }
    let text = top.text(document, "query")?;
    if text.value.trim().is_empty() {
        document.report(
            Finding::error(text.span, "`query` is empty").hint(
                "write the words to listen for: query = 'frigolux OR \"frigo lux\"'".to_owned(),
            ),
        );
        return None;
    }
    queries::query(document, &text, Role::Watchlist, &settings.names)
}

/// What raises or lowers priority, and who is heard at once, whatever they say.
fn priority<'t>(
    document: &mut Document<'t>,
    top: &Section<'t>,
    settings: &Settings,
) -> (Vec<(Priority, Query)>, Vec<String>) {
    let Some(section) = top.table(document, "priority", WATCHLIST) else {
        return (Vec::new(), Vec::new());
    };
    let queries = [
        ("urgent", Priority::Urgent),
        ("high", Priority::High),
        ("low", Priority::Low),
    ]
    .into_iter()
    .filter_map(|(key, priority)| {
        let value = section.get(key)?;
        let what = format!("`{key}`");
        let query = queries::query_or_terms(document, &what, value, &settings.names)?;
        Some((priority, query))
    })
    .collect();
    let names = section.texts(document, "vip").into_iter();
    let vips = names.map(|name| name.value.trim().to_owned()).collect();
    (queries, vips)
}

fn sentiment<'t>(document: &mut Document<'t>, top: &Section<'t>) -> Vec<(String, f64)> {
    let Some(section) = top.table(document, "sentiment", WATCHLIST) else {
        return Vec::new();
    };
    let mut weights = Vec::new();
    for (term, value) in section.entries() {
        let weight = number(value.get_ref()).filter(|weight| weight.abs() <= STRONGEST);
        if term.value.trim().is_empty() {
            document.report(Finding::error(term.span, "a term holds no word"));
        } else if let Some(weight) = weight {
            weights.push((term.value.trim().to_owned(), weight));
        } else {
            document.report(
                Finding::error(
                    value.span(),
                    format!(
                        "the weight of `{}` is a number from -5 to 5, not {}",
                        short(term.value),
                        described(value.get_ref())
                    ),
                )
                .hint(
                    "-2.5 is clearly bad, 1.5 rather good, 0 takes the word off the shipped list"
                        .to_owned(),
                ),
            );
        }
    }
    weights
}

fn digests<'t>(
    document: &mut Document<'t>,
    top: &Section<'t>,
    id: &WatchlistId,
    settings: &Settings,
) -> Vec<Digest> {
    let mut seen = BTreeSet::new();
    let mut digests = Vec::new();
    for section in top.tables(document, "digest", WATCHLIST) {
        let Some(digest) = digest_section::digest(document, &section, id, settings) else {
            continue;
        };
        let name = digest.key.split_once('/').map_or("", |(_, name)| name);
        if !seen.insert(name.to_lowercase()) {
            document.report(
                Finding::error(section.place("name"), format!("two digests are called \"{name}\""))
                    .hint("give each a name of its own, such as name = \"management\"; by it ascolto remembers what was sent".to_owned()),
            );
        }
        digests.push(digest);
    }
    digests
}

fn alerts<'t>(
    document: &mut Document<'t>,
    top: &Section<'t>,
    id: &WatchlistId,
    settings: &Settings,
) -> Vec<Alert> {
    let mut alerts: Vec<Alert> = Vec::new();
    for section in top.tables(document, "alert", WATCHLIST) {
        let Some(alert) = alert_section::alert(document, &section, id, settings) else {
            continue;
        };
        let same = |other: &Alert| other.name.to_lowercase() == alert.name.to_lowercase();
        if alerts.iter().any(same) {
            document.report(
                Finding::error(
                    section.place("name"),
                    format!("two alerts are called \"{}\"", alert.name),
                )
                .hint("give each a name of its own".to_owned()),
            );
        }
        alerts.push(alert);
    }
    alerts
}

fn examples<'t>(document: &mut Document<'t>, top: &Section<'t>) -> Vec<Example> {
    let mut examples = Vec::new();
    for section in top.tables(document, "example", WATCHLIST) {
        let title = section.text(document, "title");
        let text = section.text(document, "text");
        if !section.has("title") && !section.has("text") {
            section.report_missing(document, "text", "text = \"what somebody might write\"");
        }
        if !section.has("matches") {
            section.report_missing(document, "matches", "matches = true, or matches = false");
        }
        let Some(matches) = section.flag(document, "matches") else {
            continue;
        };
        let place = text.as_ref().or(title.as_ref());
        examples.push(Example {
            span: place.map_or_else(|| section.span.clone(), |text| text.span.clone()),
            title: title.map(|title| title.value.to_owned()),
            text: text.map_or_else(String::new, |text: Text<'_>| text.value.to_owned()),
            matches,
        });
    }
    examples
}
