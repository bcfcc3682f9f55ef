//! What is remembered of a source between two requests: validators, a hash of the body, and
//! permanent redirects that were seen.
//!
//! Invariant: pure; keys that are not of this file are passed through untouched.

use std::collections::BTreeMap;
use std::time::Duration;

use sha2::{Digest, Sha256};
use url::Url;

use crate::model::{Response, Timestamp};

/// The `ETag`, exactly as received: weak mark and quotes included.
pub const ETAG: &str = "etag";
/// The `Last-Modified`, exactly as received.
pub const LAST_MODIFIED: &str = "last-modified";
/// SHA-256 of the decoded body, in hexadecimal: many servers ignore validators.
pub const BODY_HASH: &str = "body-sha256";
/// The address that was asked when it redirected for good.
pub const MOVED_FROM: &str = "moved-from";
/// Where it redirects to for good.
pub const MOVED_TO: &str = "moved-to";
/// When that was first seen, in RFC 3339.
pub const MOVED_SINCE: &str = "moved-since";
/// `yes` once it was seen again a day later or more: from then on `moved-to` is asked directly.
pub const MOVED_CONFIRMED: &str = "moved-confirmed";

/// A redirect must be seen again after this time to be believed.
const CONFIRMED_AFTER: Duration = Duration::from_hours(24);

/// Memory, by key.
pub(crate) type Memory = BTreeMap<String, String>;

/// Takes out what would make the next answer "unchanged": to be called when the last body could
/// not be read, or when the reader itself has changed.
pub fn forget_validators(memory: &mut BTreeMap<String, String>) {
    for key in [ETAG, LAST_MODIFIED, BODY_HASH] {
        memory.remove(key);
    }
}

/// The headers that make a request conditional; both, since servers heed one or the other.
pub(crate) fn conditions(memory: &Memory) -> impl Iterator<Item = (&'static str, &str)> {
    [
        ("if-none-match", ETAG),
        ("if-modified-since", LAST_MODIFIED),
    ]
    .into_iter()
    .filter_map(|(header, key)| Some((header, memory.get(key)?.as_str())))
}

/// Takes over what a 304 says anew (RFC 9111, section 3.2).
pub(crate) fn confirm(memory: &mut Memory, answer: &Response) {
    for key in [ETAG, LAST_MODIFIED] {
        if let Some(value) = answer.header(key) {
            memory.insert(key.to_owned(), value.to_owned());
        }
    }
}

/// Remembers a whole answer; true if its body is the one remembered.
pub(crate) fn replace(memory: &mut Memory, answer: &Response) -> bool {
    for key in [ETAG, LAST_MODIFIED] {
        memory.remove(key);
    }
    confirm(memory, answer);
    let hash = hash(&answer.body);
    let same = memory.get(BODY_HASH) == Some(&hash);
    memory.insert(BODY_HASH.to_owned(), hash);
    same
}

/// Where to ask instead of `asked`, once that was confirmed.
pub(crate) fn moved(memory: &Memory, asked: &Url) -> Option<Url> {
    if memory.get(MOVED_CONFIRMED).map(String::as_str) != Some("yes")
        || memory.get(MOVED_FROM).map(String::as_str) != Some(asked.as_str())
    {
        return None;
    }
    Url::parse(memory.get(MOVED_TO)?).ok()
}

/// Notes where `asked` redirected to for good this time, if anywhere.
pub(crate) fn note_move(memory: &mut Memory, asked: &Url, target: Option<&Url>, now: Timestamp) {
    let Some(target) = target else {
        forget_move(memory);
        return;
    };
    let known = memory.get(MOVED_FROM).map(String::as_str) == Some(asked.as_str())
        && memory.get(MOVED_TO).map(String::as_str) == Some(target.as_str());
    let since = memory
        .get(MOVED_SINCE)
        .and_then(|text| Timestamp::parse(text));
    match since {
        Some(since) if known => {
            if now.since(since) >= CONFIRMED_AFTER {
                memory.insert(MOVED_CONFIRMED.to_owned(), "yes".to_owned());
            }
        }
        _ => {
            memory.remove(MOVED_CONFIRMED);
            memory.insert(MOVED_FROM.to_owned(), asked.as_str().to_owned());
            memory.insert(MOVED_TO.to_owned(), target.as_str().to_owned());
            memory.insert(MOVED_SINCE.to_owned(), now.to_string());
        }
    }
}

/// Forgets where it redirected to.
pub(crate) fn forget_move(memory: &mut Memory) {
    for key in [MOVED_FROM, MOVED_TO, MOVED_SINCE, MOVED_CONFIRMED] {
        memory.remove(key);
    }
}

fn hash(body: &[u8]) -> String {
    format!("{:x}", Sha256::digest(body))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn answer(headers: &[(&str, &str)], body: &'static str) -> Response {
        Response {
            status: 200,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: Bytes::from_static(body.as_bytes()),
            url: url("http://a.example/"),
        }
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn validators_come_and_go_with_the_answer() {
        let mut memory = Memory::from([("cursor".to_owned(), "7".to_owned())]);
        let first = answer(&[("etag", "W/\"a\""), ("last-modified", "yesterday")], "x");
        assert!(!replace(&mut memory, &first));
        let sent: Vec<_> = conditions(&memory).collect();
        assert_eq!(
            sent,
            [
                ("if-none-match", "W/\"a\""),
                ("if-modified-since", "yesterday")
            ]
        );
        confirm(&mut memory, &answer(&[("last-modified", "today")], ""));
        assert_eq!(memory[LAST_MODIFIED], "today");
        assert_eq!(memory[ETAG], "W/\"a\"");
        assert!(replace(&mut memory, &answer(&[], "x")), "the same body");
        assert_eq!(conditions(&memory).count(), 0, "no validator was sent");
        assert!(!replace(&mut memory, &answer(&[], "y")));
        forget_validators(&mut memory);
        assert_eq!(
            memory,
            Memory::from([("cursor".to_owned(), "7".to_owned())])
        );
    }

    #[test]
    fn a_move_is_believed_when_seen_again_a_day_later() {
        let (old, new, other) = (
            url("http://a.example/"),
            url("http://b.example/"),
            url("http://c.example/"),
        );
        let start = Timestamp::parse("2026-11-21T10:00:00Z").unwrap();
        let hours = |hours| start.plus(Duration::from_hours(hours));
        let mut memory = Memory::new();
        note_move(&mut memory, &old, Some(&new), start);
        note_move(&mut memory, &old, Some(&new), hours(23));
        assert_eq!(moved(&memory, &old), None);
        note_move(&mut memory, &old, Some(&new), hours(24));
        assert_eq!(moved(&memory, &old), Some(new.clone()));
        assert_eq!(moved(&memory, &other), None, "another address");
        note_move(&mut memory, &old, Some(&other), hours(25));
        assert_eq!(moved(&memory, &old), None, "somewhere else now");
        note_move(&mut memory, &old, Some(&other), hours(50));
        assert_eq!(moved(&memory, &old), Some(other));
        note_move(&mut memory, &old, None, hours(51));
        assert_eq!(memory, Memory::new());
    }
}
