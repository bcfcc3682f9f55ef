//! The least that a reader of feeds does: reqwest, feed-rs and SQLite, as a program of its own.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use reqwest::header::{ETAG, IF_NONE_MATCH};
use reqwest::{Client, StatusCode};
use rusqlite::{Connection, OptionalExtension, params};
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Requests in flight at once, as many as ascolto's by default.
const IN_FLIGHT: usize = 64;

const SCHEMA: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS feeds (url TEXT PRIMARY KEY, etag TEXT);
    CREATE TABLE IF NOT EXISTS items (feed TEXT NOT NULL, id TEXT NOT NULL, title TEXT, url TEXT,
        author TEXT, text TEXT, published INTEGER, PRIMARY KEY (feed, id));
    CREATE INDEX IF NOT EXISTS by_date ON items (published);
    BEGIN";

struct Read {
    url: String,
    /// Nothing where nothing has changed.
    changed: Option<(Option<String>, feed_rs::model::Feed)>,
}

/// Reads the feeds whose addresses stand in `list`, a line each, into `database`.
pub(crate) fn refresh(list: &Path, database: &Path) -> anyhow::Result<()> {
    let store = Connection::open(database)?;
    store.execute_batch(SCHEMA)?;
    let mut feeds = Vec::new();
    for url in fs::read_to_string(list)?.lines() {
        let etag: Option<Option<String>> = store
            .prepare_cached("SELECT etag FROM feeds WHERE url = ?1")?
            .query_row([url], |row| row.get(0))
            .optional()?;
        feeds.push((url.to_owned(), etag.flatten()));
    }
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(read_all(feeds, &store))?;
    store.execute_batch("COMMIT")?;
    Ok(())
}

async fn read_all(feeds: Vec<(String, Option<String>)>, store: &Connection) -> anyhow::Result<()> {
    // As in ascolto, nothing is spent on certificates where only http is asked.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let no_certificates = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let client = Client::builder()
        .tls_backend_preconfigured(no_certificates)
        .no_proxy()
        .build()?;
    let turns = Arc::new(Semaphore::new(IN_FLIGHT));
    let mut tasks = JoinSet::new();
    for (url, etag) in feeds {
        let (client, turns) = (client.clone(), Arc::clone(&turns));
        tasks.spawn(async move {
            let _turn = turns.acquire().await?;
            read(&client, url, etag).await
        });
    }
    while let Some(read) = tasks.join_next().await {
        keep(store, read??)?;
    }
    Ok(())
}

async fn read(client: &Client, url: String, etag: Option<String>) -> anyhow::Result<Read> {
    let mut request = client.get(&url);
    if let Some(etag) = etag {
        request = request.header(IF_NONE_MATCH, etag);
    }
    let response = request.send().await?.error_for_status()?;
    if response.status() == StatusCode::NOT_MODIFIED {
        return Ok(Read { url, changed: None });
    }
    let etag = response
        .headers()
        .get(ETAG)
        .and_then(|etag| etag.to_str().ok())
        .map(str::to_owned);
    let body = response.bytes().await?;
    let feed = feed_rs::parser::parse(&*body).with_context(|| url.clone())?;
    Ok(Read {
        url,
        changed: Some((etag, feed)),
    })
}

fn keep(store: &Connection, read: Read) -> anyhow::Result<()> {
    let Some((etag, feed)) = read.changed else {
        return Ok(());
    };
    store
        .prepare_cached("INSERT OR REPLACE INTO feeds VALUES (?1, ?2)")?
        .execute(params![read.url, etag])?;
    for entry in feed.entries {
        let author = entry.authors.into_iter().next().map(|author| author.name);
        let text = entry
            .content
            .and_then(|content| content.body)
            .or_else(|| entry.summary.map(|summary| summary.content));
        store
            .prepare_cached("INSERT OR IGNORE INTO items VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
            .execute(params![
                read.url,
                entry.id,
                entry.title.map(|title| title.content),
                entry.links.first().map(|link| &link.href),
                author,
                text,
                entry
                    .published
                    .or(entry.updated)
                    .map(|at| at.timestamp_millis()),
            ])?;
    }
    Ok(())
}
