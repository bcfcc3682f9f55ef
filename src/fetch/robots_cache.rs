//! Remembers the robots.txt of each site for a day.
//!
//! Invariant: one robots.txt is asked for by one request at a time; who needs it meanwhile waits
//! for that answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Queue, OwnedMutexGuard};
use url::Url;

use super::Robots;
use crate::model::Timestamp;

/// How long a robots.txt counts (RFC 9309, section 2.4).
const FRESH: Duration = Duration::from_hours(24);

/// How long an old one may serve while the site does not answer.
const STALE: Duration = Duration::from_hours(30 * 24);

/// How long an old one serves before the site is asked again.
const PATIENCE: Duration = Duration::from_hours(1);

/// Sites beyond this number are forgotten: more than anyone reads, as whoever is forgotten is asked
/// for its robots.txt at each poll.
const REMEMBERED: usize = 8192;

/// What is known of one site.
#[derive(Debug, Default)]
pub(crate) struct Known {
    robots: Option<(Arc<Robots>, Timestamp)>,
    /// When the site last gave none although an old one was there.
    failed: Option<Timestamp>,
}

impl Known {
    /// Its robots.txt, if it was read within a day; an older one if the site gave none just now.
    pub(crate) fn fresh(&self, now: Timestamp) -> Option<Arc<Robots>> {
        let just_failed = self.failed.is_some_and(|at| now.since(at) < PATIENCE);
        self.within(if just_failed { STALE } else { FRESH }, now)
    }

    /// The site gave none at `now`: the old one, if it was read within thirty days.
    pub(crate) fn failed(&mut self, now: Timestamp) -> Option<Arc<Robots>> {
        self.failed = Some(now);
        self.within(STALE, now)
    }

    /// Remembers what was read at `now`.
    pub(crate) fn keep(&mut self, robots: Robots, now: Timestamp) -> Arc<Robots> {
        let robots = Arc::new(robots);
        self.robots = Some((Arc::clone(&robots), now));
        self.failed = None;
        robots
    }

    fn within(&self, span: Duration, now: Timestamp) -> Option<Arc<Robots>> {
        let (robots, read) = self.robots.as_ref()?;
        (now.since(*read) < span).then(|| Arc::clone(robots))
    }
}

/// What is known of all sites, by scheme, host and port.
#[derive(Debug, Default)]
pub(crate) struct RobotsCache {
    sites: Mutex<HashMap<String, Arc<Queue<Known>>>>,
}

impl RobotsCache {
    /// What is known of the URL's site, for oneself alone until dropped.
    pub(crate) async fn of(&self, url: &Url) -> OwnedMutexGuard<Known> {
        self.site(url.origin().ascii_serialization())
            .lock_owned()
            .await
    }

    fn site(&self, origin: String) -> Arc<Queue<Known>> {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        if sites.len() >= REMEMBERED && !sites.contains_key(&origin) {
            sites.retain(|_, site| Arc::strong_count(site) > 1);
        }
        Arc::clone(sites.entry(origin).or_default())
    }
}
