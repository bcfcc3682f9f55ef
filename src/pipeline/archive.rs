//! The store, shared by the tasks of one process.
//!
//! Invariant: who is told that something was written can rely on it as on a transaction of its own:
//! it was committed, whole, and the failure of another's work undid nothing of it.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use tokio::sync::{Mutex as Turns, OwnedMutexGuard, oneshot};

use crate::store::{Store, StoreError};

/// At most so many works are done in one transaction: others, in other processes too, wait for its
/// end.
const TOGETHER: usize = 64;

/// A handle to the store. Work on it runs off the async threads, one piece after the other:
/// SQLite has one writer, and each piece is short.
#[derive(Debug, Clone)]
pub struct Archive {
    store: Arc<Turns<Store>>,
    waiting: Arc<Mutex<Vec<Box<dyn Piece>>>>,
}

/// Work that may be done together with others'.
trait Piece: Send {
    /// Does it; says whether it succeeded. It may be asked again where that was undone.
    fn attempt(&mut self, store: &mut Store) -> bool;

    /// Tells who waits for it what came of the last attempt.
    fn tell(self: Box<Self>);
}

impl fmt::Debug for dyn Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Piece")
    }
}

struct Waiting<T, W> {
    work: W,
    done: Option<Result<T, StoreError>>,
    told: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W> Piece for Waiting<T, W>
where
    T: Send,
    W: FnMut(&mut Store) -> Result<T, StoreError> + Send,
{
    fn attempt(&mut self, store: &mut Store) -> bool {
        self.done = catch_unwind(AssertUnwindSafe(|| (self.work)(store))).ok();
        matches!(self.done, Some(Ok(_)))
    }

    fn tell(self: Box<Self>) {
        // Who is not there any more need not be told, and who is learns of a panic by the silence.
        if let Some(done) = self.done {
            drop(self.told.send(done));
        }
    }
}

impl Archive {
    /// Shares an open store.
    pub fn new(store: Store) -> Self {
        Self {
            store: Arc::new(Turns::new(store)),
            waiting: Arc::default(),
        }
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
        let mut store = Arc::clone(&self.store).lock_owned().await;
        let done = tokio::task::spawn_blocking(move || work(&mut store));
        Ok(done.await.context("work on the store was cut off")??)
    }

    /// Looks something up in the store when its turn has come, on the spot: for what takes less time
    /// than waking a thread for it.
    pub async fn glance<T>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        work(&*self.store.lock().await)
    }

    /// Runs `work` on the store, in one transaction with what others wait to have done: where many
    /// sources are polled at once, a commit each costs as much as what is written.
    ///
    /// `work` may be asked again, as if it had not been asked before: where one of them fails,
    /// nothing of all happened, and each is done by itself.
    pub async fn run_with_others<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Store) -> Result<T, StoreError> + Send + 'static,
    ) -> anyhow::Result<T> {
        let (told, mut done) = oneshot::channel();
        self.waiting().push(Box::new(Waiting {
            work,
            done: None,
            told,
        }));
        let done = loop {
            tokio::select! {
                biased;
                done = &mut done => break done,
                // It may not be among those that wait longest; then this comes round again.
                store = Arc::clone(&self.store).lock_owned() => self.begin(store),
            }
        };
        Ok(done.context("work on the store was cut off")??)
    }

    /// Does what waits, and then lets go of the store.
    fn begin(&self, mut store: OwnedMutexGuard<Store>) {
        let pieces: Vec<Box<dyn Piece>> = {
            let mut waiting = self.waiting();
            let many = waiting.len().min(TOGETHER);
            waiting.drain(..many).collect()
        };
        tokio::task::spawn_blocking(move || all(&mut store, pieces));
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<Box<dyn Piece>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn all(store: &mut Store, mut pieces: Vec<Box<dyn Piece>>) {
    let together = pieces.len() > 1 && {
        let tried = store.together(|store| {
            let all = pieces.iter_mut().all(|piece| piece.attempt(store));
            all.then_some(())
        });
        matches!(tried, Ok(Some(())))
    };
    for mut piece in pieces {
        if !together {
            piece.attempt(store);
        }
        piece.tell();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SourceKey, SourceState};

    fn state(name: &str) -> SourceState {
        SourceState::new(SourceKey(name.to_owned()), name.to_owned())
    }

    fn archive() -> (tempfile::TempDir, Archive) {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::new(Store::open(folder.path()).unwrap());
        (folder, archive)
    }

    type Work<T> = Box<dyn FnMut(&mut Store) -> Result<T, StoreError> + Send>;

    /// Keeps the store until all of `works` wait for it.
    async fn together<T: Send + 'static>(
        archive: &Archive,
        works: Vec<Work<T>>,
    ) -> Vec<anyhow::Result<T>> {
        let turn = Arc::clone(&archive.store).lock_owned().await;
        let count = works.len();
        let tasks: Vec<_> = works
            .into_iter()
            .map(|work| {
                let archive = archive.clone();
                tokio::spawn(async move { archive.run_with_others(work).await })
            })
            .collect();
        while archive.waiting().len() < count {
            tokio::task::yield_now().await;
        }
        drop(turn);
        let mut all = Vec::new();
        for task in tasks {
            all.push(task.await.unwrap());
        }
        all
    }

    #[tokio::test]
    async fn what_waits_is_done_together_and_told_to_each() {
        let (_folder, archive) = archive();
        let works = (0..100_usize)
            .map(|number| {
                Box::new(move |store: &mut Store| {
                    store.save_source(&state(&format!("s{number}")), None)?;
                    Ok((number, store.source_states()?.len()))
                }) as Work<_>
            })
            .collect();
        let done = together(&archive, works).await;
        for (number, done) in done.into_iter().enumerate() {
            // Each sees what was done before it.
            assert_eq!(done.unwrap(), (number, number + 1));
        }
        let states = archive.run(|store| store.source_states()).await.unwrap();
        assert_eq!(states.len(), 100);
    }

    #[tokio::test]
    async fn the_failure_of_one_is_its_own_matter() {
        let (_folder, archive) = archive();
        let works: Vec<Work<()>> = vec![
            Box::new(|store| store.save_source(&state("before"), None)),
            Box::new(|store| {
                store.save_source(&state("half"), None)?;
                // Not to be had within a transaction; alone it would.
                store.together(|_| Some(()))?;
                Ok(())
            }),
            Box::new(|_| panic!("a mistake")),
            Box::new(|store| store.save_source(&state("after"), None)),
        ];
        let done = together(&archive, works).await;
        assert!(done[0].is_ok() && done[1].is_ok() && done[3].is_ok());
        assert!(done[2].is_err());
        let states = archive.run(|store| store.source_states()).await.unwrap();
        let names: Vec<&str> = states.iter().map(|state| state.name.as_str()).collect();
        assert_eq!(names, ["after", "before", "half"]);
    }
}
