//! One request from start to end: robots.txt, the host's turn, redirects, the verdict.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use tokio::time::{Instant, timeout};
use url::{Position, Url};

use super::body::{self, Beyond, BodyFault};
use super::client::{self, Clients, MAX_HEADER_BYTES, TOKENS};
use super::credentials;
use super::guard::Guard;
use super::host::{HostKey, Hosts, Place, Turn};
use super::login::Tokens;
use super::parked::Parked;
use super::redirect::Chain;
use super::robots_cache::RobotsCache;
use super::shown::shown;
use super::verdict::{asks_to_wait, misled, verdict};
use super::{FetchError, MAX_ROBOTS_BYTES, Robots, SetupError, headers, limits, memory};
use crate::config::FetchSettings;
use crate::model::{Credential, Method, Request, Response, Timestamp};

/// Bytes of a refusal's body that are read for its reasons.
const MAX_REFUSAL_BYTES: u64 = 64 * 1024;

/// The longest time without a byte.
pub(super) const IDLE: Duration = Duration::from_secs(20);

/// The crawler. Clones share everything: queues, connections and what is known of the hosts.
#[derive(Debug, Clone)]
pub struct Fetcher {
    pub(super) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) clients: Clients,
    pub(super) guard: Guard,
    hosts: Hosts,
    pub(super) parked: Parked,
    robots: RobotsCache,
    tokens: Tokens,
    max_body: u64,
    pub(super) timeout: Duration,
}

/// What came of a request that was answered.
#[derive(Debug)]
pub enum Fetched {
    /// There is nothing that was not there before.
    Unchanged {
        /// 304, 204, or 200 with the same body as before.
        status: u16,
        /// What to remember from now on: the memory given, brought up to date.
        memory: BTreeMap<String, String>,
        /// The time that the site took, waiting for its turn not counted.
        elapsed: Duration,
    },
    /// A body to be read.
    Fresh {
        /// It, with the status (200 to 299) and the headers.
        response: Response,
        /// What to remember once the body was read: the memory given, brought up to date.
        memory: BTreeMap<String, String>,
        /// Where the address has moved for good: seen twice, a day apart or more. From then on
        /// it is asked there directly.
        moved: Option<Box<Url>>,
        /// The time that the site took, waiting for its turn not counted.
        elapsed: Duration,
        /// The request's place among those under way. Who drops it only when the body was put away
        /// does not gather bodies faster than they are read; who asks for more has to drop it first.
        place: Place,
    },
    /// A status that is no success, of a request whose refusals are explained in their body.
    Refused {
        /// It, with the first 64 KiB of the body.
        response: Response,
        /// What the status alone says.
        verdict: FetchError,
    },
}

/// One hop: what to ask, and how much of the answer to take.
struct Hop<'a> {
    url: &'a Url,
    method: &'a Method,
    headers: HeaderMap,
    credentials: &'a [Credential],
    max_body: u64,
    beyond: Beyond,
    least_gap: Duration,
    explains: bool,
    parting: bool,
}

/// The caller's time, carried on over the waiting.
#[derive(Debug, Clone, Copy)]
struct Moment {
    given: Timestamp,
    begun: Instant,
}

impl Moment {
    fn now(self) -> Timestamp {
        self.given.plus(self.begun.elapsed())
    }
}

impl Fetcher {
    /// A crawler that behaves as the settings say.
    pub fn new(settings: &FetchSettings) -> Result<Self, SetupError> {
        let guard = Guard::new(&settings.allow_private);
        Ok(Self {
            shared: Arc::new(Shared {
                clients: Clients::new(settings, guard.clone())?,
                guard,
                hosts: Hosts::new(settings.gap, settings.concurrency),
                parked: Parked::default(),
                robots: RobotsCache::default(),
                tokens: Tokens::default(),
                max_body: settings.max_body,
                timeout: settings.timeout,
            }),
        })
    }

    /// Sends a request when its host's turn has come, and follows it to its answer.
    ///
    /// `memory` is what the last answer to the same request left to remember (empty at first);
    /// keys other than those of this module pass through. Dropping the future gives the turn
    /// back. Errors say when another try is worth it: [`FetchError::retry`].
    ///
    /// A POST is never conditional and never redirected.
    pub async fn get(
        &self,
        request: &Request,
        memory: &BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<Fetched, FetchError> {
        let moment = Moment {
            given: now,
            begun: Instant::now(),
        };
        if let Method::Mails(query) = &request.method {
            return Box::pin(self.read_mails(request, query)).await;
        }
        if let Method::Events(query) = &request.method {
            return Box::pin(self.read_events(request, query, now)).await;
        }
        if let Some(login) = &request.login {
            return Box::pin(self.get_with_token(request, login, now)).await;
        }
        let mut memory = memory.clone();
        if let Some(target) = memory::moved(&memory, &request.url) {
            match self.follow(request, &target, &memory, moment).await {
                Err(error) if misled(&error) => memory::forget_move(&mut memory),
                outcome => return outcome,
            }
        }
        self.follow(request, &request.url, &memory, moment).await
    }

    async fn follow(
        &self,
        request: &Request,
        start: &Url,
        memory: &BTreeMap<String, String>,
        moment: Moment,
    ) -> Result<Fetched, FetchError> {
        let mut chain = Chain::new(start);
        let mut elapsed = Duration::ZERO;
        loop {
            let crawl_delay = self.permission(request, chain.current(), moment).await?;
            let hop = Hop {
                url: chain.current(),
                method: &request.method,
                headers: headers::of_hop(request, &chain, memory)?,
                credentials: credentials::of_hop(request, &chain),
                max_body: self.shared.max_body,
                beyond: Beyond::Refused,
                least_gap: crawl_delay.max(request.least_gap),
                explains: request.explains,
                parting: request.parting,
            };
            let (answer, place) = self.ask(hop, &mut elapsed, moment).await?;
            match answer.status {
                304 if memory::conditions(memory).next().is_none() => {
                    return Err(verdict(&answer, moment.now()));
                }
                204 | 304 => {
                    let mut memory = memory.clone();
                    note_move(&mut memory, request, start, &chain, moment.now());
                    memory::confirm(&mut memory, &answer);
                    return Ok(Fetched::Unchanged {
                        status: answer.status,
                        memory,
                        elapsed,
                    });
                }
                200..=299 => {
                    let mut memory = memory.clone();
                    note_move(&mut memory, request, start, &chain, moment.now());
                    return Ok(read(answer, &request.url, memory, (elapsed, place)));
                }
                status @ (301 | 302 | 303 | 307 | 308) => {
                    let Some(location) = answer.header("location") else {
                        return Err(verdict(&answer, moment.now()));
                    };
                    if request.method != Method::Get {
                        return Err(FetchError::Redirect {
                            url: chain.start(),
                            why: "elsewhere, where what was sent is not sent again",
                        });
                    }
                    let location = credentials::removed(request, chain.current(), location);
                    chain.follow(status, &location)?;
                    if chain.is_wall() {
                        return Err(FetchError::Blocked {
                            url: chain.start(),
                            status,
                            why: "it sends visitors to a login or consent page first",
                        });
                    }
                }
                _ if request.explains => {
                    return Ok(Fetched::Refused {
                        verdict: verdict(&answer, moment.now()),
                        response: answer,
                    });
                }
                _ => return Err(verdict(&answer, moment.now())),
            }
        }
    }

    /// Whether the URL may be asked at all; gives the least gap that its robots.txt asks for.
    async fn permission(
        &self,
        request: &Request,
        url: &Url,
        moment: Moment,
    ) -> Result<Duration, FetchError> {
        self.shared.guard.check(url)?;
        self.unless_parked(url, moment)?;
        if !request.obeys_robots {
            return Ok(Duration::ZERO);
        }
        let robots = self.robots(url, moment).await?;
        let path = &url[Position::BeforePath..Position::AfterQuery];
        if !robots.allows(path) {
            return Err(FetchError::Forbidden {
                url: shown(url),
                host: HostKey::of(url).to_string(),
            });
        }
        Ok(robots.crawl_delay().unwrap_or_default())
    }

    fn unless_parked(&self, url: &Url, moment: Moment) -> Result<(), FetchError> {
        let now = moment.now();
        [HostKey::of(url), HostKey::site(url)]
            .iter()
            .filter_map(|host| self.shared.parked.until(host, now))
            .max()
            .map_or(Ok(()), |until| {
                Err(FetchError::RateLimited {
                    url: shown(url),
                    until,
                })
            })
    }

    /// The robots.txt of the URL's site: from memory, or asked for now.
    async fn robots(&self, url: &Url, moment: Moment) -> Result<Arc<Robots>, FetchError> {
        let mut known = self.shared.robots.of(url).await;
        if let Some(robots) = known.fresh(moment.now()) {
            return Ok(robots);
        }
        match Box::pin(self.ask_robots(url, moment)).await {
            Ok(robots) => Ok(known.keep(robots, moment.now())),
            Err(error) => known.failed(moment.now()).ok_or(error),
        }
    }

    /// Asks for a robots.txt. None (4xx) allows everything; no answer, 5xx and 429 are errors, so
    /// that nothing is asked of the site (RFC 9309, section 2.3.1).
    async fn ask_robots(&self, url: &Url, moment: Moment) -> Result<Robots, FetchError> {
        let mut first = url.clone();
        first.set_path("/robots.txt");
        first.set_query(None);
        let mut chain = Chain::new(&first);
        let mut elapsed = Duration::ZERO;
        loop {
            self.shared.guard.check(chain.current())?;
            self.unless_parked(chain.current(), moment)?;
            let hop = Hop {
                url: chain.current(),
                method: &Method::Get,
                headers: HeaderMap::new(),
                credentials: &[],
                max_body: MAX_ROBOTS_BYTES as u64,
                beyond: Beyond::LeftAside,
                least_gap: Duration::ZERO,
                explains: false,
                // Of a site whose robots.txt is asked for, something else is asked next.
                parting: false,
            };
            let (answer, _) = self.ask(hop, &mut elapsed, moment).await?;
            match (answer.status, answer.header("location")) {
                (200..=299, _) => return Ok(Robots::parse(&answer.body, &TOKENS)),
                (status @ (301 | 302 | 303 | 307 | 308), Some(location)) => {
                    // More than five hops, or a circle: as good as none.
                    if chain.follow(status, location).is_err() {
                        return Ok(Robots::default());
                    }
                }
                (429 | 500.., _) => return Err(verdict(&answer, moment.now())),
                _ => return Ok(Robots::default()),
            }
        }
    }

    /// One hop: waits for the host's turn, asks, and reads the answer within what is left of the
    /// time and under the caps.
    async fn ask(
        &self,
        hop: Hop<'_>,
        elapsed: &mut Duration,
        moment: Moment,
    ) -> Result<(Response, Place), FetchError> {
        let url = hop.url;
        let shared = &self.shared;
        let turn = shared.hosts.turn(HostKey::of(url), hop.least_gap).await;
        // The host may have asked to be left alone while this request waited.
        if let Err(parked) = self.unless_parked(url, moment) {
            turn.give_back();
            return Err(parked);
        }
        let begun = Instant::now();
        let left = shared.timeout.saturating_sub(*elapsed);
        let outcome = timeout(left, Box::pin(self.exchange(hop)))
            .await
            .unwrap_or_else(|_| {
                Err(FetchError::TooSlow {
                    url: shown(url),
                    limit: shared.timeout,
                })
            });
        let took = begun.elapsed();
        *elapsed += took;
        tracing::debug!(
            fetch.url = shown(url),
            fetch.status = outcome.as_ref().map_or(0, |answer| answer.status),
            duration_ms = took.as_millis(),
            "asked"
        );
        if let Ok(answer) = &outcome {
            self.heed_limits(url, answer, moment.now());
        }
        let place = turn.keep_place();
        Ok((outcome?, place))
    }

    async fn exchange(&self, hop: Hop<'_>) -> Result<Response, FetchError> {
        let shared = &self.shared;
        let url = hop.url;
        // A third of the time, so that a short time is not spent on one silence.
        let idle = IDLE.min(shared.timeout / 3);
        let too_slow = || FetchError::TooSlow {
            url: shown(url),
            limit: idle,
        };
        let mut sent = hop.headers;
        credentials::add_headers(&mut sent, hop.credentials, url)?;
        let address = credentials::with_parameters(url, hop.credentials);
        let client = shared.clients.of(url, hop.parting)?;
        let sending = match hop.method {
            // Mails and events are read over other protocols, and never come here.
            Method::Get | Method::Mails(_) | Method::Events(_) => client.get(address),
            Method::Post(payload) => client
                .post(address)
                .header(CONTENT_TYPE, payload.content_type)
                .body(payload.bytes.clone()),
        };
        let sending = sending.headers(sent).send();
        let response = timeout(idle, sending)
            .await
            .map_err(|_| too_slow())?
            .map_err(|error| client::failure(url, error, shared.timeout))?;
        self.check_peer(url, &response)?;
        let too_large = |part, limit| FetchError::TooLarge {
            url: shown(url),
            part,
            limit,
        };
        if headers::length(response.headers()) > MAX_HEADER_BYTES {
            return Err(too_large("header", MAX_HEADER_BYTES));
        }
        let status = response.status().as_u16();
        let headers = headers::as_text(response.headers());
        // What was asked for is decoded by now, and its header gone.
        if let Some(coding) = response.headers().get(CONTENT_ENCODING)
            && response.status().is_success()
            && coding != "identity"
        {
            return Err(FetchError::Connection {
                url: shown(url),
                source: format!("the body is encoded as {coding:?}, which was not asked for")
                    .into(),
            });
        }
        let body = if response.status().is_success() {
            body::read(response, hop.max_body, hop.beyond, idle)
                .await
                .map_err(|fault| match fault {
                    BodyFault::TooLarge => too_large("body", hop.max_body),
                    BodyFault::Idle => too_slow(),
                    BodyFault::Broken(error) => client::failure(url, error, shared.timeout),
                })?
        } else if hop.explains {
            // Reasons that cannot be read are no reasons; the status stands.
            body::read(response, MAX_REFUSAL_BYTES, Beyond::LeftAside, idle)
                .await
                .unwrap_or_default()
        } else {
            Bytes::new()
        };
        Ok(Response {
            status,
            headers,
            body,
            url: url.clone(),
        })
    }

    /// The last word: the address that answered is one that may.
    pub(super) fn check_peer(
        &self,
        url: &Url,
        response: &reqwest::Response,
    ) -> Result<(), FetchError> {
        match response.remote_addr() {
            Some(peer) if !self.shared.guard.passes(peer.ip()) => Err(FetchError::Private {
                host: url.host_str().unwrap_or_default().to_owned(),
                address: peer.ip(),
            }),
            _ => Ok(()),
        }
    }

    /// Waits for a host's turn.
    pub(super) async fn turn(&self, host: HostKey, least_gap: Duration) -> Turn {
        self.shared.hosts.turn(host, least_gap).await
    }

    /// What keeps connections out of private networks.
    pub(super) fn guard(&self) -> &Guard {
        &self.shared.guard
    }

    /// The tokens that were asked for.
    pub(super) fn tokens(&self) -> &Tokens {
        &self.shared.tokens
    }

    /// The name under which requests are sent.
    pub(super) fn user_agent(&self) -> &str {
        self.shared.clients.user_agent()
    }

    /// An error where the host asked to be left alone.
    pub(super) fn unless_parked_at(&self, url: &Url, now: Timestamp) -> Result<(), FetchError> {
        let begun = Instant::now();
        self.unless_parked(url, Moment { given: now, begun })
    }

    /// How long one request may take.
    pub(super) fn patience(&self) -> Duration {
        self.shared.timeout
    }

    /// How many bytes of an answer are taken.
    pub(super) fn max_body(&self) -> u64 {
        self.shared.max_body
    }

    /// Leaves the host of a URL alone until then, as its answer asked in its body.
    pub fn rest(&self, url: &Url, until: Timestamp, now: Timestamp) {
        self.shared.parked.park(HostKey::of(url), until, now);
    }

    /// Leaves hosts alone that ask for it: after a 429 all hosts of the registrable domain,
    /// after a 503, and when a limit is used up, this one.
    fn heed_limits(&self, url: &Url, answer: &Response, now: Timestamp) {
        let parked = &self.shared.parked;
        if let Some(until) = asks_to_wait(answer, now) {
            parked.park(HostKey::site(url), until, now);
            return;
        }
        let until = match answer.status {
            503 => limits::retry_after(answer, now),
            200..=399 => limits::used_up(answer, now),
            _ => None,
        };
        if let Some(until) = until {
            parked.park(HostKey::of(url), until, now);
        }
    }
}

/// Notes where the request's address redirects to for good. An address that was asked where it
/// had moved to says nothing new unless it moves on.
fn note_move(
    memory: &mut BTreeMap<String, String>,
    request: &Request,
    start: &Url,
    chain: &Chain,
    now: Timestamp,
) {
    if chain.permanent().is_some() || *start == request.url {
        memory::note_move(memory, &request.url, chain.permanent(), now);
    }
}

fn read(
    response: Response,
    asked: &Url,
    mut memory: BTreeMap<String, String>,
    (elapsed, place): (Duration, Place),
) -> Fetched {
    if memory::replace(&mut memory, &response) {
        return Fetched::Unchanged {
            status: response.status,
            memory,
            elapsed,
        };
    }
    Fetched::Fresh {
        response,
        moved: memory::moved(&memory, asked).map(Box::new),
        memory,
        elapsed,
        place,
    }
}
