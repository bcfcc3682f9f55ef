//! What a source's memory holds, by whose it is.
//!
//! - `kept/NAME`: cursors of the adapter ([`Page::keep`](crate::sources::Page::keep));
//! - `part/PART/KEY`: what `fetch` remembers of one of several requests of a poll; of a poll's
//!   only request it stands under `KEY` alone;
//! - `units/LEDGER`: what was spent of a vendor's quota in the ledger's period;
//! - `last-asked`: when a host that wants a longer gap than others was last asked;
//! - `judged-by`: the watchlists that the items were judged by.

use std::collections::BTreeMap;

use crate::fetch;
use crate::model::{Method, Request, SourceState, Timestamp};
use crate::sources::KEPT;

type Memory = BTreeMap<String, String>;

const PART: &str = "part/";
const UNITS: &str = "units/";
const LAST_ASKED: &str = "last-asked";

/// The address that the validators of a part belong to.
const ASKED: &str = "asked";

/// Makes the next poll read everything anew, as if it were the first: validators and cursors go.
pub(super) fn forget_progress(memory: &mut Memory) {
    fetch::forget_validators(memory);
    memory.retain(|key, _| !key.starts_with(KEPT) && !key.starts_with(PART));
}

/// What `fetch` remembers of this request; nothing of a POST. Validators of another address are
/// left out, as that one's being unchanged would say nothing of this one.
pub(super) fn of_request(memory: &Memory, request: &Request) -> Memory {
    if request.method != Method::Get {
        return Memory::new();
    }
    if request.part.is_empty() {
        return memory.clone();
    }
    let prefix = prefix(request);
    let own: Memory = memory
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix(&prefix)?.to_owned(), value.clone())))
        .collect();
    if own.get(ASKED).map(String::as_str) == Some(request.url.as_str()) {
        own
    } else {
        Memory::new()
    }
}

/// Takes back what `fetch` made of it.
pub(super) fn keep(memory: &mut Memory, request: &Request, own: Memory) {
    if request.method != Method::Get {
        return;
    }
    if request.part.is_empty() {
        // What was booked meanwhile stands here alone.
        let booked: Vec<(String, String)> = facts(memory).collect();
        *memory = own;
        memory.extend(booked);
        return;
    }
    let prefix = prefix(request);
    memory.retain(|key, _| !key.starts_with(&prefix));
    memory.extend(
        own.into_iter()
            .map(|(key, value)| (format!("{prefix}{key}"), value)),
    );
    memory.insert(format!("{prefix}{ASKED}"), request.url.to_string());
}

/// Drops what is remembered of parts that the plan no longer has.
pub(super) fn drop_other_parts(memory: &mut Memory, plan: &[Request]) {
    let prefixes: Vec<String> = plan.iter().map(prefix).collect();
    memory.retain(|key, _| {
        !key.starts_with(PART) || prefixes.iter().any(|prefix| key.starts_with(prefix))
    });
}

fn prefix(request: &Request) -> String {
    // Parts are named after what people write; a slash in one must not look like its end.
    format!("{PART}{}/", request.part.replace('/', "\u{2215}"))
}

/// Books what a request takes of a quota; what was booked for other periods goes.
pub(super) fn book(memory: &mut Memory, ledger: &str, units: u32) {
    let key = format!("{UNITS}{ledger}");
    let spent = memory.get(&key).and_then(|spent| spent.parse().ok());
    let spent = spent.unwrap_or(0_u64).saturating_add(u64::from(units));
    memory.retain(|key, _| !key.starts_with(UNITS));
    memory.insert(key, spent.to_string());
}

/// Of a memory, what is so whatever came of the poll: what was booked, and when was last asked.
pub(super) fn facts(memory: &Memory) -> impl Iterator<Item = (String, String)> + '_ {
    memory
        .iter()
        .filter(|(key, _)| key.starts_with(UNITS) || *key == LAST_ASKED)
        .map(|(key, value)| (key.clone(), value.clone()))
}

/// Notes that a host that wants a longer gap was asked up to now.
pub(super) fn note_asked(memory: &mut Memory, now: Timestamp) {
    memory.insert(LAST_ASKED.to_owned(), now.to_string());
}

/// When it was.
pub(super) fn last_asked(memory: &Memory) -> Option<Timestamp> {
    Timestamp::parse(memory.get(LAST_ASKED)?)
}

/// What all sources together have booked in a ledger.
pub(super) fn spent(states: &[SourceState], ledger: &str) -> u64 {
    let key = format!("{UNITS}{ledger}");
    states
        .iter()
        .filter_map(|state| state.memory.get(&key)?.parse::<u64>().ok())
        .fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::model::SourceKey;

    fn request(address: &str, part: &str) -> Request {
        Request::get(Url::parse(address).unwrap()).as_part(part)
    }

    fn own(etag: &str) -> Memory {
        Memory::from([(fetch::ETAG.to_owned(), etag.to_owned())])
    }

    #[test]
    fn each_part_has_a_memory_of_its_own() {
        let mut memory = Memory::from([("judged-by".to_owned(), "1".to_owned())]);
        let (a, b) = (request("http://x/a", "a/1"), request("http://x/b", "a"));
        keep(&mut memory, &a, own("A"));
        keep(&mut memory, &b, own("B"));
        assert_eq!(of_request(&memory, &a)[fetch::ETAG], "A");
        assert_eq!(of_request(&memory, &b)[fetch::ETAG], "B");
        let later = request("http://x/a?since=2", "a/1");
        assert!(of_request(&memory, &later).is_empty(), "another address");
        drop_other_parts(&mut memory, std::slice::from_ref(&b));
        assert!(of_request(&memory, &a).is_empty());
        assert_eq!(of_request(&memory, &b)[fetch::ETAG], "B");
        forget_progress(&mut memory);
        assert_eq!(memory.len(), 1);
    }

    #[test]
    fn the_only_request_keeps_everything_and_loses_no_booking() {
        let mut memory = Memory::new();
        let only = request("http://x/", "");
        book(&mut memory, "key day 1", 3);
        keep(&mut memory, &only, own("A"));
        book(&mut memory, "key day 1", 4);
        assert_eq!(of_request(&memory, &only)[fetch::ETAG], "A");
        let mut state = SourceState::new(SourceKey("youtube x".into()), "x".into());
        state.memory = memory.clone();
        assert_eq!(spent(&[state.clone(), state], "key day 1"), 14);
        book(&mut memory, "key day 2", 1);
        assert_eq!(facts(&memory).count(), 1);
        note_asked(&mut memory, Timestamp::from_seconds(7));
        keep(&mut memory, &only, own("B"));
        assert_eq!(last_asked(&memory), Some(Timestamp::from_seconds(7)));
        assert_eq!(facts(&memory).count(), 2);
    }
}
