//! Whether a mention's facts satisfy a condition.

use std::ops::Range;

use super::ast::{Fact, NumberField};
use super::document::Document;
use super::field::bare_address;
use super::fold;
use super::host::is_host;
use crate::model::{Timestamp, WatchlistId};

/// Whether the document satisfies the condition at `now`.
pub(crate) fn holds(fact: &Fact, document: &Document<'_>, now: Timestamp) -> bool {
    match fact {
        Fact::Url { form, .. } => !url_places(form, document).is_empty(),
        Fact::Site(hosts) => document
            .url
            .and_then(host)
            .is_some_and(|host| hosts.iter().any(|site| below(&host, site))),
        Fact::Kind(kinds) => one_of(document.kind, kinds),
        Fact::Lang(langs) => one_of(document.lang(), langs),
        Fact::Source(names) => document
            .source
            .is_some_and(|source| names.contains(&fold::fold(source.trim()))),
        Fact::Watch(names) => document
            .watchlists
            .iter()
            .any(|id| names.contains(&fold::fold(id.as_str()))),
        Fact::Sentiment(labels) => one_of(document.sentiment_seen(), labels),
        Fact::Intent(labels) => one_of(document.intent, labels),
        Fact::Priority(labels) => one_of(document.priority, labels),
        Fact::Status(labels) => one_of(document.status, labels),
        Fact::Tag(tags) => document
            .tags
            .iter()
            .any(|tag| tags.contains(&fold::fold(tag.trim()))),
        Fact::Number { field, ranges } => number(*field, document)
            .is_some_and(|number| ranges.iter().any(|range| range.contains(number))),
        Fact::Date(range) => document.date().is_some_and(|at| {
            range.from.is_none_or(|from| at >= from) && range.until.is_none_or(|until| at < until)
        }),
        Fact::Newer(span) => document.date().is_some_and(|at| at >= now.minus(*span)),
        Fact::Older(span) => document.date().is_some_and(|at| at < now.minus(*span)),
    }
}

/// What the document has where the condition looks.
pub(crate) fn actual(fact: &Fact, document: &Document<'_>) -> String {
    fn shown<T: ToString>(value: Option<T>) -> String {
        value.map_or_else(|| "unknown".to_owned(), |value| value.to_string())
    }
    fn all<T: AsRef<str>>(values: impl Iterator<Item = T>) -> String {
        let values: Vec<_> = values.map(|value| value.as_ref().to_owned()).collect();
        if values.is_empty() {
            "none".to_owned()
        } else {
            values.join(", ")
        }
    }
    match fact {
        Fact::Url { .. } => shown(document.url),
        Fact::Site(_) => shown(document.url.and_then(host)),
        Fact::Kind(_) => shown(document.kind),
        Fact::Lang(_) => shown(document.lang()),
        Fact::Source(_) => shown(document.source),
        Fact::Watch(_) => all(document.watchlists.iter().map(WatchlistId::as_str)),
        Fact::Sentiment(_) => shown(document.sentiment_seen()),
        Fact::Intent(_) => shown(document.intent),
        Fact::Priority(_) => shown(document.priority),
        Fact::Status(_) => shown(document.status),
        Fact::Tag(_) => all(document.tags.iter()),
        Fact::Number { field, .. } => shown(number(*field, document)),
        Fact::Date(_) | Fact::Newer(_) | Fact::Older(_) => shown(document.date()),
    }
}

fn one_of<T: PartialEq>(fact: Option<T>, values: &[T]) -> bool {
    fact.is_some_and(|fact| values.contains(&fact))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "no count of people reaches 2^53"
)]
fn number(field: NumberField, document: &Document<'_>) -> Option<f64> {
    match field {
        NumberField::Rating => document.rating,
        NumberField::Followers => document.followers.map(|count| count as f64),
        NumberField::Engagement => document.engagement.map(|count| count as f64),
        NumberField::Score => document.score_seen(),
    }
}

/// The host of an address, lower-cased, without `www.`, user and port.
pub(crate) fn host(url: &str) -> Option<String> {
    let (scheme, rest) = match url.trim().split_once("://") {
        Some((_, rest)) => (true, rest),
        None => (false, url.trim()),
    };
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    if !scheme && !is_host(authority) {
        return None;
    }
    let named = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = match named.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => named,
    };
    let host = host.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let host = host.trim_end_matches('.');
    (!host.is_empty()).then(|| host.to_owned())
}

/// Whether the host is the site or one of its sub-domains.
pub(crate) fn below(host: &str, site: &str) -> bool {
    host.strip_suffix(site)
        .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// Where the characters stand in the document's address.
pub(crate) fn url_places(form: &str, document: &Document<'_>) -> Vec<Range<usize>> {
    let Some(url) = document.url else {
        return Vec::new();
    };
    let bare = bare_address(url);
    let skipped = url.len() - bare.len();
    if bare.is_ascii() {
        let lower = bare.to_ascii_lowercase();
        return lower
            .match_indices(form)
            .map(|(at, found)| skipped + at..skipped + at + found.len())
            .collect();
    }
    // Lower-casing may change the length of a character: each byte remembers where it came from.
    let (mut lower, mut origin) = (String::new(), Vec::new());
    for (at, letter) in bare.char_indices() {
        for small in letter.to_lowercase() {
            lower.push(small);
            origin.resize(lower.len(), (at, at + letter.len_utf8()));
        }
    }
    lower
        .match_indices(form)
        .filter_map(|(at, found)| {
            let (start, _) = origin.get(at)?;
            let (_, end) = origin.get(at + found.len() - 1)?;
            Some(skipped + start..skipped + end)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_addresses() {
        for (url, expected) in [
            ("https://www.Reddit.com/r/x", Some("reddit.com")),
            (
                "http://user:pw@shop.example.com:8080/a@b",
                Some("shop.example.com"),
            ),
            ("https://example.com", Some("example.com")),
            ("https://example.com?x=http://b.it/", Some("example.com")),
            ("www.example.com/x", Some("example.com")),
            ("mailto:a@b.it", None),
            ("/relative", None),
        ] {
            assert_eq!(host(url).as_deref(), expected, "{url}");
        }
        assert!(below("old.reddit.com", "reddit.com"));
        assert!(!below("notreddit.com", "reddit.com"));
    }
}
