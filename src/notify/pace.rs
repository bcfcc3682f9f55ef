//! How many messages go to a server in a minute: providers refuse senders who hurry.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::model::Timestamp;

/// The time in which messages are counted.
const MINUTE: Duration = Duration::from_mins(1);

/// Counts the messages of the last minute.
#[derive(Debug)]
pub(super) struct Pace {
    /// So many at most; `None` = as many as there are.
    most: Option<usize>,
    begun: Mutex<VecDeque<Timestamp>>,
}

impl Pace {
    pub(super) const fn new(most: Option<usize>) -> Self {
        Self {
            most,
            begun: Mutex::new(VecDeque::new()),
        }
    }

    /// How many messages may begin now.
    pub(super) fn room(&self, now: Timestamp) -> usize {
        let Some(most) = self.most else {
            return usize::MAX;
        };
        let mut begun = self.begun();
        // What is from the future was before the clock was set back.
        begun.retain(|at| *at <= now && now.since(*at) < MINUTE);
        most.saturating_sub(begun.len())
    }

    /// Notes that a message begins.
    pub(super) fn begin(&self, now: Timestamp) {
        if self.most.is_some() {
            self.begun().push_back(now);
        }
    }

    fn begun(&self) -> MutexGuard<'_, VecDeque<Timestamp>> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_no_minute_begin_more_than_may() {
        let pace = Pace::new(Some(3));
        let at = |second| Timestamp::from_seconds(1_700_000_000 + second);
        let mut begun: Vec<i64> = Vec::new();
        for second in 0..600 {
            if pace.room(at(second)) > 0 {
                pace.begin(at(second));
                begun.push(second);
            }
        }
        assert_eq!(begun.len(), 30, "three in each of ten minutes");
        assert!(begun.windows(4).all(|four| four[3] - four[0] >= 60));
        // A clock that was set back keeps nobody waiting.
        assert_eq!(pace.room(at(-3_600)), 3);
        assert_eq!(Pace::new(None).room(at(0)), usize::MAX);
    }
}
