//! The sources: what could be read and what could not.

use super::{ERROR, NAME, capital};
use crate::model::{Digest, SourceReport};
use crate::notify::harmless;
use crate::notify::texts::{self, Texts};
use crate::notify::wording;

/// A source that is not well.
#[derive(Debug)]
pub(in crate::notify) struct Trouble {
    pub(in crate::notify) name: String,
    pub(in crate::notify) text: String,
}

pub(super) fn unread(texts: &Texts, digest: &Digest) -> Option<String> {
    let count = u64::try_from(digest.reading.unread()).unwrap_or(u64::MAX);
    (count > 0).then(|| texts.sources_not_read.with(texts, count))
}

pub(super) fn warning(texts: &Texts, digest: &Digest) -> Option<String> {
    if digest.reading.nothing_read() {
        let sources = u64::from(digest.reading.sources);
        return Some(capital(&texts.nothing_read.with(texts, sources)));
    }
    let names: Vec<String> = digest
        .reading
        .troubled
        .iter()
        .filter(|report| report.is_unread())
        .take(3)
        .map(|report| harmless::line(&report.name, NAME))
        .collect();
    unread(texts, digest).map(|unread| {
        let more = if digest.reading.unread() > names.len() {
            ", …"
        } else {
            ""
        };
        format!("{}: {}{more}", capital(&unread), names.join(", "))
    })
}

pub(super) fn health(texts: &Texts, digest: &Digest) -> String {
    let reading = &digest.reading;
    if reading.sources == 0 {
        return texts.no_sources.to_owned();
    }
    if reading.troubled.is_empty() && reading.read == reading.sources {
        return texts.all_read.with(texts, u64::from(reading.sources));
    }
    let none_missed = reading.read + reading.not_due == reading.sources;
    texts::fill(
        if none_missed && reading.troubled.is_empty() {
            texts.some_due
        } else {
            texts.some_read
        },
        &[
            &wording::number(texts, u64::from(reading.read)),
            &wording::number(texts, u64::from(reading.sources)),
        ],
    )
}

pub(super) fn trouble(texts: &Texts, digest: &Digest, report: &SourceReport) -> Trouble {
    let moment = |at| wording::moment(texts, at, digest.window.timezone);
    let state = texts.health(report.health);
    let mut parts = vec![match report.since {
        Some(since) => texts::fill(texts.since, &[state, &moment(since)]),
        None => state.to_owned(),
    }];
    parts.push(match report.last_ok {
        Some(at) => texts::fill(texts.last_ok, &[&moment(at)]),
        None => texts.never_ok.to_owned(),
    });
    if let Some(next) = report.next {
        parts.push(texts::fill(texts.next_try, &[&moment(next)]));
    }
    let mut text = parts.join("; ");
    if let Some(error) = &report.error {
        text.push_str(". ");
        text.push_str(&harmless::breakable(&harmless::line(error, ERROR)));
    }
    Trouble {
        name: harmless::breakable(&harmless::line(&report.name, NAME)),
        text,
    }
}
