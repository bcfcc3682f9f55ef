//! Reading a source: each request of the plan, page after page.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use url::Url;

use super::apart::bounded;
use super::failure::Failure;
use super::poll::Crawler;
use super::recall::{Found, Recalled};
use super::remembered;
use crate::fetch::{FetchError, Fetched, Place};
use crate::model::{
    Credential, Item, Print, Recollection, Request, Response, Source, SourceKind, SourceState,
    Timestamp,
};
use crate::sources::{self, Answer, Asking, KEPT, Page, ParseError};
use crate::store::Identity;

/// What was read from a source.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) items: Vec<Found>,
    /// What the items depend on beside their own bytes, where they can be told by these.
    pub(super) around: Option<Print>,
    /// Whether what is known may be passed over.
    pub(super) recalls: bool,
    /// What each piece is that may be passed over.
    pub(super) recalled: HashMap<Print, Identity>,
    /// What was deleted where it was published.
    pub(super) gone: Vec<Item>,
    pub(super) notes: Vec<String>,
    /// The source's memory as it is to be from now on.
    pub(super) memory: BTreeMap<String, String>,
    /// How long the slowest answer took.
    pub(super) elapsed: Duration,
    /// Whether no request gave anything that was not there before.
    pub(super) unchanged: bool,
    /// Whether at least one request was answered.
    pub(super) answered: bool,
    /// How long the host asks to be left alone.
    pub(super) rest: Option<Duration>,
    /// Why a request of the plan failed; the first that did.
    pub(super) failure: Option<Failure>,
    /// The place of the last request that gave something: kept until that is recorded, so that
    /// bodies are not gathered faster than they are read.
    pub(super) place: Option<Place>,
}

impl Reading {
    fn fail(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
    }
}

/// A rest that a service asks for in its answer is sat out within a poll if it is no longer.
const SHORT_REST: Duration = Duration::from_mins(1);

/// How often a poll knocks at another door.
pub(super) const DOORS: u32 = 3;

/// What one request gave.
pub(super) enum Step {
    /// Not this, but the same may be had by this.
    Instead(Box<Request>),
    /// Nothing that was not there before, or nothing that can be read.
    End,
    /// A page.
    Read(Box<Page>),
}

impl Crawler {
    /// Fetches and parses what the adapter plans: where it is to be read `afresh`, also what is
    /// known. An error is one of the store.
    pub(super) async fn read(
        &self,
        source: &Source,
        state: &SourceState,
        afresh: bool,
        now: Timestamp,
    ) -> anyhow::Result<Reading> {
        let mut reading = Reading {
            memory: state.memory.clone(),
            unchanged: true,
            ..Reading::default()
        };
        let ledger = sources::adapter(&source.kind).ledger(now);
        let spent = match &ledger {
            Some(ledger) => {
                let states = self.archive.run(|store| store.source_states()).await?;
                remembered::spent(&states, ledger)
            }
            None => 0,
        };
        let (planned, pages, recalls) = {
            let adapter = sources::adapter(&source.kind);
            let asking = Asking {
                state,
                terms: &source.terms,
                spent,
                now,
            };
            let recalls = adapter.recalls() && state.last_ok.is_some();
            (adapter.plan(&asking), adapter.max_pages(state), recalls)
        };
        let planned = match planned {
            Ok(planned) => planned,
            Err(refusal) => {
                reading.fail(Failure::of_refusal(&refusal, now));
                return Ok(reading);
            }
        };
        reading.recalls = recalls && !afresh && planned.len() == 1;
        remembered::drop_other_parts(&mut reading.memory, &planned);
        let gap = planned.iter().map(|request| request.least_gap).max();
        let gap = gap.filter(|gap| !gap.is_zero());
        if let Some(gap) = gap {
            self.keep_gap(source, gap).await?;
        }
        let once = planned.len() == 1 && self.alone.contains(&source.key());
        for mut request in planned {
            // What obeys robots.txt goes over the connection that brought it.
            request.parting = once && !request.obeys_robots;
            if let Some(rest) = reading.rest.filter(|rest| *rest <= SHORT_REST) {
                reading.place = None;
                tokio::time::sleep(rest).await;
            }
            self.follow(source, request, pages, ledger.as_deref(), &mut reading)
                .await;
        }
        if gap.is_some() {
            // It may have waited long for its turn.
            remembered::note_asked(&mut reading.memory, self.clock.now());
        }
        Ok(reading)
    }

    /// Waits where the kind leaves its host a longer gap than others and an earlier process asked it
    /// just now; within a process the host's turn sees to that.
    async fn keep_gap(&self, source: &Source, gap: Duration) -> anyhow::Result<()> {
        let now = self.clock.now();
        let kind = format!("{} ", source.kind.as_str());
        let states = self.archive.run(|store| store.source_states()).await?;
        let last = states
            .iter()
            .filter(|state| state.key.0.starts_with(&kind))
            .filter_map(|state| remembered::last_asked(&state.memory))
            .filter(|last| *last <= now)
            .max();
        if let Some(last) = last {
            tokio::time::sleep(last.plus(gap).since(now).min(gap)).await;
        }
        Ok(())
    }

    /// Reads one request of the plan and the pages after it.
    async fn follow(
        &self,
        source: &Source,
        first: Request,
        pages: u32,
        ledger: Option<&str>,
        reading: &mut Reading,
    ) {
        let mut kept = BTreeMap::new();
        let mut request = first;
        for number in 0..pages.max(1) {
            if let Some(ledger) = ledger {
                remembered::book(&mut reading.memory, ledger, request.units);
            }
            let mut step = self.step(source, &request, number, reading).await;
            for _ in 0..DOORS {
                let Ok(Step::Instead(other)) = step else {
                    break;
                };
                request = Request {
                    part: request.part,
                    ..*other
                };
                step = self.step(source, &request, number, reading).await;
            }
            let mut page = match step {
                Ok(Step::Read(page)) => page,
                Ok(Step::Instead(other)) => {
                    let error = format!("{} and all other ways to it are refused", other.url);
                    return reading.fail(Failure::of_body(error));
                }
                Ok(Step::End) => break,
                // What the first pages gave is kept; the rest comes next time.
                Err(failure) if number > 0 => {
                    let error = failure.error;
                    reading
                        .notes
                        .push(format!("a further page was not read: {error}"));
                    return;
                }
                Err(failure) => return reading.fail(failure),
            };
            let all_known = request.since.is_some_and(|since| {
                let mut dated = page
                    .items
                    .iter()
                    .filter_map(|item| item.published)
                    .peekable();
                dated.peek().is_some() && dated.all(|at| at < since)
            });
            kept.append(&mut page.keep);
            let (mut found, around) = Found::on(&mut page, &reading.recalled);
            // Further pages are part of what the first one says.
            reading.around = around.filter(|_| number == 0 && page.next.is_none());
            reading.items.append(&mut found);
            reading.gone.append(&mut page.gone);
            reading.notes.append(&mut page.notes);
            reading.rest = reading.rest.max(page.rest);
            let Some(next) = page.next.filter(|_| !all_known) else {
                break;
            };
            if reading.items.len() >= sources::MAX_ITEMS {
                let most = sources::MAX_ITEMS;
                reading.notes.push(format!(
                    "further pages were not read: one poll takes {most} items"
                ));
                return;
            }
            request = Request {
                part: request.part,
                since: request.since,
                parting: false,
                ..next
            };
        }
        let kept = kept
            .into_iter()
            .map(|(name, value)| (format!("{KEPT}{name}"), value));
        reading.memory.extend(kept);
    }

    /// Sends one request and reads its answer.
    async fn step(
        &self,
        source: &Source,
        request: &Request,
        number: u32,
        reading: &mut Reading,
    ) -> Result<Step, Failure> {
        let (kind, now) = (&source.kind, self.clock.now());
        // Who waits for a place must not keep one.
        reading.place = None;
        let known = if number == 0 {
            remembered::of_request(&reading.memory, request)
        } else {
            BTreeMap::new()
        };
        let page = match self.fetcher.get(request, &known, now).await? {
            Fetched::Unchanged {
                memory, elapsed, ..
            } => {
                reading.answered = true;
                reading.elapsed = reading.elapsed.max(elapsed);
                remembered::keep(&mut reading.memory, request, memory);
                return Ok(Step::End);
            }
            Fetched::Refused { response, verdict } => {
                let refused = Refused {
                    request: request.clone(),
                    response,
                    verdict,
                    number,
                    now,
                };
                return refused.read(kind).await.map(Step::Instead);
            }
            Fetched::Fresh {
                response,
                memory,
                moved,
                elapsed,
                place,
            } => {
                let known = if number == 0 && reading.recalls {
                    let recalled = self.recalled(source).await;
                    reading.recalled = recalled.identities;
                    recalled.known
                } else {
                    Recollection::default()
                };
                let step = parse(kind, request, response, (number, known), now).await?;
                let Step::Read(page) = step else {
                    return Ok(step);
                };
                if number == 0 {
                    let moved =
                        moved.map(|url| format!("it has moved for good: write url = \"{url}\""));
                    reading.notes.extend(moved);
                    remembered::keep(&mut reading.memory, request, memory);
                }
                reading.elapsed = reading.elapsed.max(elapsed);
                reading.place = Some(place);
                page
            }
        };
        reading.answered = true;
        reading.unchanged = false;
        if let Some(rest) = page.rest {
            self.fetcher.rest(&request.url, now.plus(rest), now);
        }
        Ok(Step::Read(page))
    }
}

impl Crawler {
    /// What need not be read again of a source's answer. It is never needed, so that a store which
    /// cannot tell it is left to tell so where it matters.
    async fn recalled(&self, source: &Source) -> Recalled {
        let key = source.key();
        let pieces = self
            .archive
            .glance(|store| store.known_pieces(&key, &source.name))
            .await;
        Recalled::from(pieces.unwrap_or_default())
    }
}

/// Parses a body, but for what is known of it. A page is trusted to name its neighbours, not other sites to read; what bears a
/// token stays with the origin that the token is for.
pub(super) async fn parse(
    kind: &SourceKind,
    request: &Request,
    response: Response,
    (number, known): (u32, Recollection),
    now: Timestamp,
) -> Result<Step, Failure> {
    let answered = response.url.clone();
    let asked = request.clone();
    let kind = kind.clone();
    let parsed = bounded(&answered, move || {
        let adapter = sources::adapter(&kind);
        let answer = Answer {
            request: &asked,
            response: &response,
            page: number,
            now,
        };
        match adapter.parse_beside(&answer, &known) {
            Ok(page) => Ok(Step::Read(Box::new(page))),
            // Some sites answer with their front page what they do not have.
            Err(error @ (ParseError::NotThisKind { .. } | ParseError::Empty { .. })) => adapter
                .instead(&answer)
                .map(|other| Step::Instead(Box::new(other)))
                .ok_or(error),
            Err(error) => Err(error),
        }
    })
    .await?;
    let step = parsed
        .map_err(|error| without_secrets(Failure::of_parsing(&error, &answered, now), request))?;
    let Step::Read(mut page) = step else {
        return Ok(step);
    };
    page.next = page.next.filter(|next| {
        let beside = |url: &Url| next.url.host() == url.host() && next.url.port() == url.port();
        let neighbour = beside(&answered) || beside(&request.url);
        let open = next.credentials.is_empty() && next.login.is_none();
        neighbour && (open || next.url.origin() == request.url.origin())
    });
    Ok(Step::Read(page))
}

/// A request that was refused with a body.
pub(super) struct Refused {
    pub(super) request: Request,
    pub(super) response: Response,
    /// What the status alone says.
    pub(super) verdict: FetchError,
    pub(super) number: u32,
    pub(super) now: Timestamp,
}

impl Refused {
    /// What to ask instead, or why there is nothing to be had.
    pub(super) async fn read(self, kind: &SourceKind) -> Result<Box<Request>, Failure> {
        let url = self.response.url.clone();
        let Self {
            request,
            response,
            verdict,
            number,
            now,
        } = self;
        let (kind, asked) = (kind.clone(), request.clone());
        let said = bounded(&url, move || {
            let adapter = sources::adapter(&kind);
            let answer = Answer {
                request: &request,
                response: &response,
                page: number,
                now,
            };
            adapter
                .instead(&answer)
                .map(Box::new)
                .ok_or_else(|| adapter.refusal(&answer))
        })
        .await?;
        said.map_err(|refusal| without_secrets(Failure::of_status(refusal, verdict, now), &asked))
    }
}

/// Services repeat tokens in their complaints; what is kept and shown does not.
fn without_secrets(mut failure: Failure, request: &Request) -> Failure {
    for credential in &request.credentials {
        let (Credential::Header { value, .. } | Credential::Parameter { value, .. }) = credential;
        let secret = value.reveal();
        let secret = secret.strip_prefix("Bearer ").unwrap_or(secret);
        if !secret.is_empty() {
            failure.error = failure.error.replace(secret, "…");
        }
    }
    failure
}
