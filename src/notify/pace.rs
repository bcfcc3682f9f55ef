//! How many messages go to a server in a minute: providers refuse senders who hurry.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The time in which messages are counted.
const MINUTE: Duration = Duration::from_mins(1);

/// Counts the messages of the last minute.
#[derive(Debug)]
pub(super) struct Pace {
    /// So many at most; `None` = as many as there are.
    most: Option<usize>,
    begun: Mutex<VecDeque<Instant>>,
}

impl Pace {
    pub(super) const fn new(most: Option<usize>) -> Self {
        Self {
            most,
            begun: Mutex::new(VecDeque::new()),
        }
    }

    /// How many messages may begin now.
    pub(super) fn room(&self) -> usize {
        let Some(most) = self.most else {
            return usize::MAX;
        };
        let (mut begun, now) = (self.begun(), Instant::now());
        while begun
            .front()
            .is_some_and(|at| now.duration_since(*at) >= MINUTE)
        {
            begun.pop_front();
        }
        most.saturating_sub(begun.len())
    }

    /// Notes that a message begins.
    pub(super) fn begin(&self) {
        if self.most.is_some() {
            self.begun().push_back(Instant::now());
        }
    }

    fn begun(&self) -> std::sync::MutexGuard<'_, VecDeque<Instant>> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn in_no_minute_begin_more_than_may() {
        let pace = Pace::new(Some(3));
        let mut begun: Vec<Instant> = Vec::new();
        for _ in 0..600 {
            if pace.room() > 0 {
                pace.begin();
                begun.push(Instant::now());
            }
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert_eq!(begun.len(), 30, "three in each of ten minutes");
        for minute in begun.windows(4) {
            assert!(minute[3].duration_since(minute[0]) >= MINUTE);
        }
        assert_eq!(Pace::new(None).room(), usize::MAX);
    }
}
