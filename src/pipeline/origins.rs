//! Which watchlists each source is for.

use std::collections::HashMap;

use crate::config::Config;
use crate::model::{Serves, SourceKey, WatchlistId};

/// The sources of an instance, also those that are switched off, with the watchlists they serve.
#[derive(Debug)]
pub(super) struct Origins(HashMap<SourceKey, Serves>);

impl Origins {
    pub(super) fn of(config: &Config) -> Self {
        let sources = config.sources.iter().chain(&config.switched_off);
        Self(
            sources
                .map(|source| (source.key(), source.serves.clone()))
                .collect(),
        )
    }

    /// The watchlists that something of this source is for, and these as well.
    pub(super) fn serves<'a>(
        &self,
        source: &SourceKey,
        also: impl Iterator<Item = &'a WatchlistId>,
    ) -> Serves {
        let mut ids = match self.0.get(source) {
            Some(Serves::Every) => return Serves::Every,
            Some(Serves::Only(ids)) => ids.clone(),
            None => Vec::new(),
        };
        ids.extend(also.cloned());
        Serves::Only(ids)
    }
}
