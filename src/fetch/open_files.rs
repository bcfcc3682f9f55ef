//! How many connections the process may hold.
//!
//! A connection stays open for some seconds after its answer, so that the next page of its host
//! comes over the same. Who reads two thousand sites holds more connections than the 1,024 files that
//! most systems let a program open unless it asks for more; it may ask up to a second limit.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Enough for all connections of ten thousand sources.
const WANTED: u64 = 16_384;

/// Asks the system for room for [`WANTED`] files, or for as many as may be asked for.
pub(crate) fn make_room() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(WANTED, |most| most.min(WANTED));
    if limit.current.is_none_or(|current| current >= wanted) {
        return;
    }
    let raised = Rlimit {
        current: Some(wanted),
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(%error, wanted, "the system gives no room for more open files");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_low_limit_is_raised_to_what_may_be_asked_for() {
        let before = getrlimit(Resource::Nofile);
        let low = Rlimit {
            current: Some(256),
            maximum: before.maximum,
        };
        setrlimit(Resource::Nofile, low).unwrap();
        make_room();
        let after = getrlimit(Resource::Nofile);
        assert_eq!(after.maximum, before.maximum);
        assert_eq!(
            after.current,
            Some(before.maximum.map_or(WANTED, |most| most.min(WANTED)))
        );
    }
}
