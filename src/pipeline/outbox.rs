//! Sending what waits in the outbox.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::archive::Archive;
use crate::clock::Clock;
use crate::model::Timestamp;
use crate::notify::{Mailer, Retry};
use crate::store::{Letter, Outcome, Owner};

/// Messages that are on their way at the same time.
const AT_ONCE: usize = 4;

/// Messages that are claimed at a time.
const BATCH: usize = 32;

/// What came of sending.
#[derive(Debug, Clone, Default)]
pub struct Delivered {
    /// Messages that a server took.
    pub sent: usize,
    /// Messages that are tried again later: recipient and why.
    pub waiting: Vec<(String, String)>,
    /// Messages that were refused for good: recipient and why.
    pub refused: Vec<(String, String)>,
}

/// Sends what is due, until nothing is.
///
/// A message counts as sent once the server took it. If the process ends between the server's
/// answer and the note of it, the message is sent again with the same `Message-ID`.
pub async fn deliver(
    archive: &Archive,
    mailer: &Mailer,
    owner: &Arc<Owner>,
    clock: &Clock,
) -> anyhow::Result<Delivered> {
    let mut delivered = Delivered::default();
    loop {
        let (now, claimant) = (clock.now(), Arc::clone(owner));
        let letters = archive
            .run(move |store| store.claim_letters(&claimant, now, BATCH))
            .await?;
        if letters.is_empty() {
            return Ok(delivered);
        }
        let mut waiting = letters.into_iter();
        let mut sending = FuturesUnordered::new();
        sending.extend(
            waiting
                .by_ref()
                .take(AT_ONCE)
                .map(|letter| send(mailer, letter, clock)),
        );
        while let Some((letter, outcome)) = sending.next().await {
            let to = letter.message.to.clone();
            match &outcome {
                Outcome::Sent(_) => delivered.sent += 1,
                Outcome::Retry(_, error) => delivered.waiting.push((to, error.clone())),
                Outcome::Failed(error) => delivered.refused.push((to, error.clone())),
            }
            archive
                .run(move |store| store.settle_letter(letter.id, &outcome))
                .await?;
            sending.extend(waiting.next().map(|letter| send(mailer, letter, clock)));
        }
    }
}

async fn send(mailer: &Mailer, letter: Letter, clock: &Clock) -> (Letter, Outcome) {
    let outcome = match mailer.send(&letter.message).await {
        Ok(()) => Outcome::Sent(clock.now()),
        Err(error) => {
            tracing::warn!(
                message.kind = %letter.message.kind,
                message.attempts = letter.attempts,
                error = %error.line(),
                "a message could not be sent"
            );
            match error.retry() {
                Retry::Later => Outcome::Retry(again(clock.now(), letter.attempts), error.line()),
                Retry::Never => Outcome::Failed(error.line()),
            }
        }
    };
    (letter, outcome)
}

/// When to try again after so many attempts: a minute later, then twice as long each time, up to
/// four hours.
fn again(now: Timestamp, attempts: u32) -> Timestamp {
    let pause = Duration::from_mins(1 << attempts.saturating_sub(1).min(8));
    now.plus(pause.min(Duration::from_hours(4)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_four_hours() {
        let now = Timestamp::from_seconds(0);
        let minutes = |attempts| again(now, attempts).seconds() / 60;
        assert_eq!(
            (minutes(0), minutes(1), minutes(2), minutes(3)),
            (1, 1, 2, 4)
        );
        assert_eq!((minutes(9), minutes(60)), (240, 240));
    }
}
