//! Trying sources out: asked once, politely, and nothing is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use url::Url;

use super::apart::bounded;
use super::collect::by_host;
use super::failure::Failure;
use super::read::{self, DOORS, Step, parse};
use crate::clock::Clock;
use crate::config::FetchSettings;
use crate::fetch::{FetchError, Fetched, Fetcher};
use crate::model::{
    FeedSettings, Item, ItemKind, Recollection, Request, Response, Source, SourceHealth,
    SourceKind, SourceState,
};
use crate::sources::{self, Asking, Head, Page, ParseError};

pub use crate::sources::FeedLink;

/// What an address that may be anything is asked for.
const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, \
                      text/html;q=0.9, application/xml;q=0.8, */*;q=0.1";

/// Asks sources once. Clones share the queues of the hosts.
#[derive(Debug, Clone)]
pub struct Prober {
    fetcher: Fetcher,
    clock: Clock,
}

/// What a source gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// What was asked.
    pub url: Url,
    /// What answered, after redirects.
    pub answered: Url,
    /// The name that it gives itself.
    pub title: Option<String>,
    /// What it holds; of several pages, the first.
    pub items: Vec<Item>,
    /// How long it asks to be left alone between two polls.
    pub poll_hint: Option<Duration>,
    /// What is odd about it, in sentences.
    pub notes: Vec<String>,
}

/// Why a source gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// How a source like this would be.
    pub health: SourceHealth,
    /// Why, in one line.
    pub error: String,
}

/// What an address turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Look {
    /// A feed.
    Feed(Given),
    /// A web page.
    Page {
        /// The page after redirects.
        url: Url,
        /// Its title.
        title: Option<String>,
        /// The feeds that it names.
        feeds: Vec<FeedLink>,
        /// What the first of them gave; `None` where it names none.
        first: Option<Result<Given, Refused>>,
    },
}

/// What came of trying one of many sources.
#[derive(Debug, Clone)]
pub struct Tried {
    /// Which one, as the settings have it.
    pub source: Source,
    /// What it gave.
    pub outcome: Result<Given, Refused>,
}

/// What a response is.
enum Recognised {
    Feed(Box<Page>),
    Html(Head),
    Neither(ParseError),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self {
            health: failure.health,
            error: failure.error,
        }
    }
}

impl Prober {
    /// A prober that asks as the settings say.
    pub fn new(settings: &FetchSettings, clock: Clock) -> Result<Self> {
        Ok(Self {
            fetcher: Fetcher::new(settings).context("the crawler could not be set up")?,
            clock,
        })
    }

    /// Finds out what an address is, and tries the first feed that it names.
    pub async fn look(&self, url: &Url) -> Result<Look, Refused> {
        let (response, recognised) = self.recognise(url).await?;
        match recognised {
            Recognised::Feed(page) => Ok(Look::Feed(given(url, response, *page))),
            Recognised::Neither(error) => Err(Refused {
                health: SourceHealth::Failing,
                error: format!("{}: {error}", response.url),
            }),
            Recognised::Html(head) => {
                let first = match head.feeds.first() {
                    Some(link) => Some(self.feed(&link.url).await),
                    None => None,
                };
                Ok(Look::Page {
                    url: response.url,
                    title: head.title,
                    feeds: head.feeds,
                    first,
                })
            }
        }
    }

    async fn recognise(&self, url: &Url) -> Result<(Response, Recognised), Refused> {
        let mut request = Request::get(url.clone());
        request
            .headers
            .push(("Accept".to_owned(), ACCEPT.to_owned()));
        let response = self.ask(&request).await?;
        let body = response.clone();
        let recognised = bounded(url, move || match sources::read_feed(&body) {
            Ok(page) => Recognised::Feed(Box::new(page)),
            Err(error) => {
                sources::head(&body).map_or_else(|| Recognised::Neither(error), Recognised::Html)
            }
        })
        .await?;
        Ok((response, recognised))
    }

    async fn feed(&self, url: &Url) -> Result<Given, Refused> {
        let kind = SourceKind::Feed(FeedSettings {
            url: url.clone(),
            item_kind: ItemKind::Article,
            full_text: false,
        });
        self.first_page(&kind, &Request::get(url.clone())).await
    }

    /// Polls a source once: of each sort of request that it makes, the first, and its first page.
    pub async fn try_source(&self, source: &Source) -> Result<Given, Refused> {
        if source.kind.is_pushed() {
            return Ok(Given {
                url: source.kind.url().clone(),
                answered: source.kind.url().clone(),
                title: None,
                items: Vec::new(),
                poll_hint: None,
                notes: vec![
                    "nothing is asked for: what is sent to it is taken while `ascolto run` runs"
                        .to_owned(),
                ],
            });
        }
        let state = SourceState::new(source.key(), source.name.clone());
        let now = self.clock.now();
        let planned = sources::adapter(&source.kind).plan(&Asking {
            state: &state,
            terms: &source.terms,
            spent: 0,
            now,
        });
        let planned = planned.map_err(|refusal| Failure::of_refusal(&refusal, now))?;
        let mut all: Option<Given> = None;
        // Where a source asks for several things, one of each sort: that one word is found does
        // not say that the key for the comments is right.
        let mut sorts = BTreeSet::new();
        for request in planned {
            let sort = (
                request.url.host_str().map(str::to_owned),
                parent(&request.url),
            );
            if !sorts.insert(sort) {
                continue;
            }
            let given = self.first_page(&source.kind, &request).await?;
            match &mut all {
                None => all = Some(given),
                Some(all) => {
                    all.items.extend(given.items);
                    all.notes.extend(given.notes);
                }
            }
        }
        all.ok_or_else(|| Refused {
            health: SourceHealth::New,
            error: "it has nothing to ask for at present".to_owned(),
        })
    }

    /// Polls all, those of one host in turn, and tells what came of each as it comes.
    pub async fn try_all(
        &self,
        sources: Vec<Source>,
        tell: &mut (dyn FnMut(&Tried) + Send),
    ) -> Vec<Tried> {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        for (_, sources) in by_host(sources) {
            let (prober, sender) = (self.clone(), sender.clone());
            tasks.spawn(async move {
                for source in sources {
                    let outcome = prober.try_source(&source).await;
                    // The receiver is gone only when nobody waits any more.
                    if sender.send(Tried { source, outcome }).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut all = Vec::new();
        while let Some(tried) = receiver.recv().await {
            tell(&tried);
            all.push(tried);
        }
        all.sort_by(|a, b| a.source.name.cmp(&b.source.name));
        all
    }

    async fn first_page(&self, kind: &SourceKind, request: &Request) -> Result<Given, Refused> {
        let mut request = request.clone();
        for _ in 0..=DOORS {
            let now = self.clock.now();
            let (response, verdict) = match self.asked(&request).await? {
                Answered::With(response) => {
                    match parse(
                        kind,
                        &request,
                        response.clone(),
                        (0, Recollection::default()),
                        now,
                    )
                    .await?
                    {
                        Step::Read(page) => return Ok(given(&request.url, response, *page)),
                        Step::Instead(other) => request = *other,
                        Step::End => {}
                    }
                    continue;
                }
                Answered::No { response, verdict } => (response, verdict),
            };
            let refused = read::Refused {
                request: request.clone(),
                response,
                verdict,
                number: 0,
                now,
            };
            request = *refused.read(kind).await?;
        }
        let error = format!("{} and all other ways to it are refused", request.url);
        Err(Failure::of_body(error).into())
    }

    async fn ask(&self, request: &Request) -> Result<Response, Refused> {
        match self.asked(request).await? {
            Answered::With(response) => Ok(response),
            Answered::No { verdict, .. } => Err(Failure::from(verdict).into()),
        }
    }

    async fn asked(&self, request: &Request) -> Result<Answered, Refused> {
        let (nothing_known, now) = (BTreeMap::new(), self.clock.now());
        let fetched = self.fetcher.get(request, &nothing_known, now).await;
        match fetched.map_err(Failure::from)? {
            Fetched::Refused { response, verdict } => Ok(Answered::No { response, verdict }),
            Fetched::Fresh { response, .. } => Ok(Answered::With(response)),
            Fetched::Unchanged { status, .. } => Err(Refused {
                health: SourceHealth::Failing,
                error: format!("{} answered without a body (status {status})", request.url),
            }),
        }
    }
}

/// The path without its last part.
fn parent(url: &Url) -> String {
    let path = url.path();
    path.rsplit_once('/')
        .map_or(path, |(parent, _)| parent)
        .to_owned()
}

/// What came of a request.
enum Answered {
    With(Response),
    No {
        response: Response,
        verdict: FetchError,
    },
}

fn given(url: &Url, response: Response, page: Page) -> Given {
    Given {
        url: url.clone(),
        answered: response.url,
        title: page.title,
        items: page.items,
        poll_hint: page.poll_hint,
        notes: page.notes,
    }
}
