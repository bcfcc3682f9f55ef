//! Hosts that asked to be left alone for a while.
//!
//! A source's memory keeps what its host asked for, so that a new process leaves it alone as well.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use url::Url;

use super::Fetcher;
use super::host::HostKey;
use crate::model::Timestamp;

/// Until when a source's host is left alone, in RFC 3339.
const HOST_RESTS: &str = "host-rests-until";
/// Until when all hosts of its registrable domain are.
const SITE_RESTS: &str = "site-rests-until";

/// Beyond this number, those whose time has come are forgotten.
const REMEMBERED: usize = 1024;

/// Until when each host, or all hosts of a site, are left alone.
#[derive(Debug, Default)]
pub(crate) struct Parked {
    until: Mutex<HashMap<HostKey, Timestamp>>,
}

impl Parked {
    /// Leaves `host` alone until then, or longer if it was asked for before.
    pub(crate) fn park(&self, host: HostKey, until: Timestamp, now: Timestamp) {
        let mut parked = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if parked.len() >= REMEMBERED {
            parked.retain(|_, until| *until > now);
        }
        let entry = parked.entry(host).or_insert(until);
        *entry = (*entry).max(until);
    }

    /// Until when `host` is left alone, if it is.
    pub(crate) fn until(&self, host: &HostKey, now: Timestamp) -> Option<Timestamp> {
        let parked = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        parked.get(host).copied().filter(|until| *until > now)
    }
}

impl Fetcher {
    /// Notes in the memory of a source how long its host is left alone, if it is.
    pub fn note_rest(&self, url: &Url, memory: &mut BTreeMap<String, String>, now: Timestamp) {
        for (key, host) in rests(url) {
            match self.shared.parked.until(&host, now) {
                Some(until) => memory.insert(key.to_owned(), until.to_string()),
                None => memory.remove(key),
            };
        }
    }

    /// Leaves the host of a source alone as long as an earlier process was asked to.
    pub fn keep_rest(&self, url: &Url, memory: &BTreeMap<String, String>, now: Timestamp) {
        for (key, host) in rests(url) {
            let until = memory.get(key).and_then(|until| Timestamp::parse(until));
            if let Some(until) = until.filter(|until| *until > now) {
                self.shared.parked.park(host, until, now);
            }
        }
    }
}

fn rests(url: &Url) -> [(&'static str, HostKey); 2] {
    [
        (HOST_RESTS, HostKey::of(url)),
        (SITE_RESTS, HostKey::site(url)),
    ]
}
