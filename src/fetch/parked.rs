//! Hosts that asked to be left alone for a while.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::host::HostKey;
use crate::model::Timestamp;

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
