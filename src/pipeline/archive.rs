//! The store, shared by the tasks of one process.

use std::sync::Arc;

use anyhow::Context;
use tokio::sync::Mutex;

use crate::store::{Store, StoreError};

/// A handle to the store. Work on it runs off the async threads, one piece after the other:
/// SQLite has one writer, and each piece is short.
#[derive(Debug, Clone)]
pub struct Archive(Arc<Mutex<Store>>);

impl Archive {
    /// Shares an open store.
    pub fn new(store: Store) -> Self {
        Self(Arc::new(Mutex::new(store)))
    }

    /// Runs `work` on the store.
    ///
    /// Dropping the future does not stop work that has begun: a transaction is finished or never
    /// started.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> Result<T, StoreError> + Send + 'static,
    ) -> anyhow::Result<T> {
        // Waiting takes no thread: hundreds of polls may wait at once. A panic in earlier work left
        // no transaction open: its guard rolled back.
        let mut store = Arc::clone(&self.0).lock_owned().await;
        let done = tokio::task::spawn_blocking(move || work(&mut store));
        Ok(done.await.context("work on the store was cut off")??)
    }
}
