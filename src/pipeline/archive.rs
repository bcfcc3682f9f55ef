//! The store, shared by the tasks of one process.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;

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
        let store = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || {
            // A panic in earlier work left no transaction open: the guard rolls back.
            work(&mut store.lock().unwrap_or_else(PoisonError::into_inner))
        });
        Ok(done.await.context("work on the store was cut off")??)
    }
}
