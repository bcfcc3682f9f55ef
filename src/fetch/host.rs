//! One request at a time to a host, with a gap between two, and a bound over all hosts.
//!
//! Invariant: who asks first is served first; dropping a turn, or the wait for one, lets the
//! next pass.

use std::collections::HashMap;
use std::fmt;
use std::net::Ipv6Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Queue, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};
use url::{Host, Url};

/// From so many hosts on, those that are idle are forgotten.
const REMEMBERED: usize = 1024;

/// No gap is longer.
const LONGEST: Duration = Duration::from_hours(24);

/// A host that was not asked for this long, and waits for nobody, can be forgotten.
const IDLE: Duration = Duration::from_mins(5);

/// What counts as one host: the name, or address and port, since one machine may hold several
/// sites that have nothing to do with one another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct HostKey(String);

impl HostKey {
    /// The host of a URL that has one.
    pub(crate) fn of(url: &Url) -> Self {
        let port = url.port_or_known_default().unwrap_or_default();
        Self(match url.host() {
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                if name == "localhost" || name.ends_with(".localhost") {
                    format!("{name}:{port}")
                } else {
                    name.to_owned()
                }
            }
            Some(Host::Ipv4(address)) => format!("{address}:{port}"),
            Some(Host::Ipv6(address)) => bracketed(address, port),
            None => String::new(),
        })
    }

    /// The host and all that share its registrable domain (`psl`): how far a 429 reaches.
    pub(crate) fn site(url: &Url) -> Self {
        let key = Self::of(url);
        match url.host() {
            Some(Host::Domain(_)) => psl::domain_str(&key.0)
                .map_or_else(|| key.clone(), |domain| Self(format!("*.{domain}"))),
            _ => key,
        }
    }
}

impl fmt::Display for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn bracketed(address: Ipv6Addr, port: u16) -> String {
    format!("[{address}]:{port}")
}

/// When the last request to a host ended; `None` = none yet.
type LastEnd = Option<Instant>;

#[derive(Debug)]
struct Queues {
    by_host: HashMap<HostKey, Arc<Queue<LastEnd>>>,
    /// How many are to be there before idle ones are looked for again: looking takes a while where
    /// thousands are busy.
    look_at: usize,
}

/// The queues of all hosts.
#[derive(Debug)]
pub(crate) struct Hosts {
    queues: Mutex<Queues>,
    everyone: Arc<Semaphore>,
    gap: Duration,
}

impl Hosts {
    /// Queues with `gap` between two requests, and at most `concurrency` requests at once.
    pub(crate) fn new(gap: Duration, concurrency: usize) -> Self {
        Self {
            queues: Mutex::new(Queues {
                by_host: HashMap::new(),
                look_at: REMEMBERED,
            }),
            everyone: Arc::new(Semaphore::new(concurrency.clamp(1, Semaphore::MAX_PERMITS))),
            gap,
        }
    }

    /// Waits for the host's turn: until the requests before it have ended, and the gap (or
    /// `least_gap`, if longer) has passed since.
    pub(crate) async fn turn(&self, host: HostKey, least_gap: Duration) -> Turn {
        let queue = self.queue(host);
        let last_end = queue.lock_owned().await;
        if let Some(end) = *last_end {
            // A gap beyond what a clock can tell is as good as the longest delay.
            let gap = self.gap.max(least_gap).min(LONGEST);
            sleep_until(end + gap).await;
        }
        // Only now, so that who waits for a gap keeps no other host waiting.
        let permit = Arc::clone(&self.everyone).acquire_owned().await.ok();
        Turn {
            last_end,
            used: true,
            place: Place { _permit: permit },
        }
    }

    fn queue(&self, host: HostKey) -> Arc<Queue<LastEnd>> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if queues.by_host.len() >= queues.look_at {
            queues.by_host.retain(|_, queue| {
                Arc::strong_count(queue) > 1
                    || queue
                        .try_lock()
                        .is_ok_and(|end| end.is_some_and(|end| end.elapsed() < IDLE))
            });
            queues.look_at = REMEMBERED.max(2 * queues.by_host.len());
        }
        Arc::clone(queues.by_host.entry(host).or_default())
    }
}

/// The right to ask one host, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    last_end: OwnedMutexGuard<LastEnd>,
    used: bool,
    place: Place,
}

/// A place among the requests that may be under way at once. Who keeps it keeps another request from
/// being sent.
#[derive(Debug, Default)]
pub struct Place {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Turn {
    /// Lets the next pass at once, as nothing was asked.
    pub(crate) fn give_back(mut self) {
        self.used = false;
    }

    /// Lets the next ask this host, but keeps the place among the requests of all.
    pub(crate) fn keep_place(mut self) -> Place {
        std::mem::take(&mut self.place)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.used {
            *self.last_end = Some(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_with_port() {
        let cases = [
            (
                "https://forum.example.co.uk/x",
                "forum.example.co.uk",
                "*.example.co.uk",
            ),
            (
                "http://forum.example.co.uk:8080/x",
                "forum.example.co.uk",
                "*.example.co.uk",
            ),
            ("https://a.tumblr.com/", "a.tumblr.com", "*.tumblr.com"),
            ("http://127.0.0.1:8080/", "127.0.0.1:8080", "127.0.0.1:8080"),
            ("http://localhost/", "localhost:80", "localhost:80"),
            ("https://[::1]/", "[::1]:443", "[::1]:443"),
        ];
        for (url, host, site) in cases {
            let url = Url::parse(url).unwrap();
            assert_eq!(HostKey::of(&url).to_string(), host);
            assert_eq!(HostKey::site(&url).to_string(), site);
        }
    }

    fn host(name: &str) -> HostKey {
        HostKey(name.to_owned())
    }

    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[tokio::test]
    async fn the_gap_runs_from_end_to_start() {
        let hosts = Hosts::new(millis(80), 8);
        let turn = hosts.turn(host("a"), Duration::ZERO).await;
        tokio::time::sleep(millis(40)).await;
        drop(turn);
        let end = Instant::now();
        drop(hosts.turn(host("b"), Duration::ZERO).await);
        assert!(end.elapsed() < millis(80), "another host does not wait");
        drop(hosts.turn(host("a"), Duration::ZERO).await);
        assert!(end.elapsed() >= millis(80));
        let end = Instant::now();
        hosts.turn(host("a"), Duration::ZERO).await.give_back();
        let given_back = Instant::now();
        drop(hosts.turn(host("a"), Duration::ZERO).await);
        assert!(given_back.elapsed() < millis(80), "nothing was asked");
        assert!(end.elapsed() >= millis(80));
        let end = Instant::now();
        drop(hosts.turn(host("a"), millis(160)).await);
        assert!(
            end.elapsed() >= millis(160),
            "a crawl delay is the least gap"
        );
    }

    #[tokio::test]
    async fn a_wait_that_is_given_up_holds_nobody() {
        let hosts = Arc::new(Hosts::new(millis(50), 1));
        let turn = hosts.turn(host("a"), Duration::ZERO).await;
        let waiting = tokio::spawn({
            let hosts = Arc::clone(&hosts);
            async move { hosts.turn(host("a"), Duration::from_mins(10)).await }
        });
        tokio::time::sleep(millis(20)).await;
        drop(turn);
        tokio::time::sleep(millis(20)).await;
        waiting.abort();
        let next = hosts.turn(host("a"), Duration::ZERO);
        assert!(
            tokio::time::timeout(Duration::from_secs(5), next)
                .await
                .is_ok()
        );
    }

    #[tokio::test]
    async fn all_hosts_together_are_bounded_and_served_in_order() {
        let hosts = Arc::new(Hosts::new(Duration::ZERO, 2));
        let served = Arc::new(Mutex::new(Vec::new()));
        let mut turns = vec![
            hosts.turn(host("a"), Duration::ZERO).await,
            hosts.turn(host("b"), Duration::ZERO).await,
        ];
        let mut tasks = Vec::new();
        for name in ["c", "d", "e"] {
            let (hosts, served) = (Arc::clone(&hosts), Arc::clone(&served));
            tasks.push(tokio::spawn(async move {
                let _turn = hosts.turn(host(name), Duration::ZERO).await;
                served.lock().unwrap().push(name);
            }));
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(millis(30)).await;
        assert!(served.lock().unwrap().is_empty());
        turns.pop();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*served.lock().unwrap(), ["c", "d", "e"]);
    }

    #[tokio::test]
    async fn hosts_without_a_request_in_their_gap_are_forgotten() {
        let hosts = Hosts::new(Duration::ZERO, 8);
        for number in 0..REMEMBERED {
            drop(hosts.queue(host(&number.to_string())));
        }
        let kept = hosts.turn(host("0"), Duration::ZERO).await;
        drop(hosts.turn(host("one more"), Duration::ZERO).await);
        drop(kept);
        assert_eq!(hosts.queues.lock().unwrap().by_host.len(), 2);
    }
}
