//! The crawler against sites on loopback, honest and hostile.

mod conditional;
mod credentials;
mod hostile;
mod patience;
mod redirects;

use std::collections::BTreeMap;
use std::time::Duration;

use ascolto::config::FetchSettings;
use ascolto::fetch::{FetchError, Fetched, Fetcher};
use ascolto::model::{Request, Response, Timestamp};
use url::Url;

use crate::loopback::{Answer, Site};

type Memory = BTreeMap<String, String>;
type Headers = &'static [(&'static str, &'static str)];

const SECOND: Duration = Duration::from_secs(1);

fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T10:00:00Z").unwrap()
}

/// Loopback allowed, no gap, little time.
fn settings() -> FetchSettings {
    FetchSettings {
        contact: Some("care@frigolux.example".to_owned()),
        gap: Duration::ZERO,
        allow_private: vec!["127.0.0.0/8".parse().unwrap()],
        max_body: 1_000_000,
        timeout: 3 * SECOND,
        ..FetchSettings::default()
    }
}

fn fetcher() -> Fetcher {
    Fetcher::new(&settings()).unwrap()
}

async fn get(fetcher: &Fetcher, url: Url) -> Result<Fetched, FetchError> {
    fetcher.get(&Request::get(url), &Memory::new(), now()).await
}

fn fresh(fetched: Fetched) -> (Response, Memory) {
    match fetched {
        Fetched::Fresh {
            response, memory, ..
        } => (response, memory),
        Fetched::Unchanged { status, .. } => panic!("unchanged, status {status}"),
        Fetched::Refused { verdict, .. } => panic!("refused: {verdict}"),
    }
}

fn unchanged(fetched: Fetched) -> (u16, Memory) {
    match fetched {
        Fetched::Unchanged { status, memory, .. } => (status, memory),
        Fetched::Fresh { response, .. } => panic!("fresh: {response:?}"),
        Fetched::Refused { verdict, .. } => panic!("refused: {verdict}"),
    }
}

async fn failure(answer: Answer) -> FetchError {
    let site = Site::serve("127.0.0.1", move |_| answer.clone()).await;
    get(&fetcher(), site.url("/")).await.unwrap_err()
}

fn page(url: Url) -> Request {
    Request {
        obeys_robots: true,
        ..Request::get(url)
    }
}
