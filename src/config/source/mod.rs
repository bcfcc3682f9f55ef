//! `[[source]]`, read: what all kinds have here, and the keys of each kind in the file of its family.
//!
//! To add a kind: its settings in `model::source`, a [`Kind`] and its reader in a file
//! of this folder, a line in [`KINDS`].
//!
//! Invariant: a key that the kind does not read is an error.
//! Invariant: a secret is named, never written: `token_env` or `token_file`.

mod fields;
mod forums;
mod kind;
mod mail;
mod networks;
mod news;
mod owned;
mod web;
mod word;

use std::ops::Range;
use std::time::Duration;

use url::{Host, Url};

use self::fields::Fields;
use self::kind::{COMMON, KINDS, Kind, MEANT};
use super::document::{Document, Finding};
use super::nearest::nearest;
use super::section::{Section, short};
use super::settings_file::Surroundings;
use super::time_value::{self, duration_within};
use super::value::{Fault, web_address};
use crate::model::SourceKind;

/// The least time between two polls.
const LEAST_EVERY: Duration = Duration::from_secs(1);
/// A site of someone else's that is asked more often than this has reason to complain.
const POLITE_EVERY: Duration = Duration::from_mins(1);
/// The greatest.
const MOST_EVERY: Duration = Duration::from_hours(31 * 24);

/// A source as one file lists it, before those of all files are brought together.
#[derive(Debug, Clone)]
pub(super) struct ListedSource {
    /// The name, where it was given.
    pub(super) name: Option<String>,
    /// Kind and settings.
    pub(super) kind: SourceKind,
    /// The time between two polls.
    pub(super) every: Duration,
    /// Whether the first poll counts as new.
    pub(super) backfill: bool,
    /// Items older than this are left aside.
    pub(super) freshness: Option<Duration>,
    /// Whether it is polled at all.
    pub(super) enabled: bool,
    /// Where it stands: its header, or its name where it has one.
    pub(super) span: Range<usize>,
}

/// The words for all kinds, in alphabetical order.
pub fn source_kinds() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.word)
}

/// Reads one `[[source]]`; `None` where it lacks what it cannot do without.
pub(super) fn read<'t>(
    document: &mut Document<'t>,
    section: &Section<'t>,
    around: &Surroundings,
) -> Option<ListedSource> {
    let kind = kind(document, section);
    report_unknown(document, section, kind);
    let name = section.parsed(document, "name", source_name);
    let within = duration_within(LEAST_EVERY..=MOST_EVERY);
    let every = section.parsed(document, "every", within);
    let backfill = section.flag(document, "backfill").unwrap_or(false);
    let within = duration_within(Duration::from_hours(1)..=time_value::LONGEST);
    let freshness = section.parsed(document, "freshness", within);
    let enabled = section.flag(document, "enabled");
    let Some(kind) = kind else {
        section.parsed(document, "url", web_address);
        return None;
    };
    let settings = (kind.read)(&mut Fields {
        document,
        section,
        around,
    });
    let at_home = settings.as_ref().is_some_and(|kind| is_at_home(kind.url()));
    if every.is_some_and(|every| every < POLITE_EVERY) && !at_home {
        document.report(
            Finding::warning(section.place("every"), "this asks the site very often")
                .hint("once a minute is plenty: what has not changed is not sent again".to_owned()),
        );
    }
    if let (Some(why), None) = (kind.off, enabled) {
        document.report(
            Finding::warning(section.place("kind"), format!("this source is off: {why}"))
                .hint("to read it all the same, add enabled = true".to_owned()),
        );
    }
    let place = ["name", "url", "kind"]
        .into_iter()
        .find(|key| section.has(key));
    Some(ListedSource {
        span: section.place(place.unwrap_or_default()),
        name,
        kind: settings?,
        every: every.unwrap_or(kind.every),
        backfill,
        freshness,
        enabled: enabled.unwrap_or(kind.off.is_none()),
    })
}

/// Whether the address is one of this machine or of a private network, where nobody minds.
fn is_at_home(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_private(),
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unique_local(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn kind<'t>(document: &mut Document<'t>, section: &Section<'t>) -> Option<&'static Kind> {
    if !section.has("kind") {
        section.report_missing(document, "kind", "kind = \"feed\", or kind = \"page\"");
    }
    section.parsed(document, "kind", |text| {
        let find = |word: &str| KINDS.iter().find(|kind| kind.word == word).copied();
        find(text).ok_or_else(|| {
            let lower = text.to_lowercase();
            let meant = MEANT
                .iter()
                .find(|(other, _)| *other == lower)
                .and_then(|(_, word)| find(word))
                .map(|kind| kind.word)
                .or_else(|| nearest(text, source_kinds()));
            let hint = meant.map_or_else(
                || {
                    let words: Vec<&str> = source_kinds().collect();
                    format!("the kinds are {}", words.join(", "))
                },
                |meant| format!("did you mean \"{meant}\"?"),
            );
            Fault::new(format!("there is no kind of source \"{}\"", short(text))).hint(hint)
        })
    })
}

/// Reports the keys that the kind does not read; without a kind, those that no kind reads.
fn report_unknown<'t>(document: &mut Document<'t>, section: &Section<'t>, kind: Option<&Kind>) {
    let all = || KINDS.iter().flat_map(|kind| kind.keys);
    let keys: Vec<&'static str> =
        kind.map_or_else(|| all().copied().collect(), |kind| kind.keys.to_vec());
    let own: Vec<&'static str> = COMMON.iter().copied().chain(keys).collect();
    for (key, _) in section.entries() {
        if own.contains(&key.value) {
            continue;
        }
        let others: Vec<&str> = KINDS
            .iter()
            .filter(|kind| kind.keys.contains(&key.value))
            .map(|kind| kind.word)
            .collect();
        let finding = if let (Some(kind), [_, ..]) = (kind, others.as_slice()) {
            let message = format!("kind = \"{}\" has no `{}`", kind.word, key.value);
            Finding::error(key.span, message).hint(belongs(key.value, &others))
        } else {
            let message = format!("unknown key `{}` in [[source]]", short(key.value));
            Finding::error(key.span, message).hint(meant(key.value, kind, &own))
        };
        document.report(finding);
    }
}

/// What was probably meant by a key that no kind has.
fn meant(key: &str, kind: Option<&Kind>, own: &[&'static str]) -> String {
    let longer = |word: &&&str| key.len() >= 4 && word.starts_with(key);
    let meant = nearest(key, own.iter().copied()).or_else(|| own.iter().find(longer).copied());
    match (meant, kind) {
        (Some(meant), _) => format!("did you mean `{meant}`?"),
        (None, Some(kind)) => {
            format!(
                "the keys of kind = \"{}\" are {}",
                kind.word,
                own.join(", ")
            )
        }
        (None, None) => format!("the keys of every kind are {}", COMMON.join(", ")),
    }
}

fn belongs(key: &str, kinds: &[&str]) -> String {
    match kinds {
        [only] => format!("`{key}` belongs to kind = \"{only}\""),
        many => format!("`{key}` belongs to the kinds {}", many.join(", ")),
    }
}

fn source_name(text: &str) -> Result<String, Fault> {
    let name = text.trim();
    if name.is_empty()
        || name.chars().count() > 80
        || name.chars().any(|c| c.is_control() || c == '"')
    {
        return Err(Fault::new(format!("`{}` cannot be a name", short(text)))
            .hint("a name has 1 to 80 characters, without quotes and line breaks".to_owned()));
    }
    Ok(name.to_owned())
}
