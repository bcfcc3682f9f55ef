//! Sending what waits in the outbox.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{FusedFuture, OptionFuture, join};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};

use super::archive::Archive;
use crate::clock::Clock;
use crate::config::Webhook;
use crate::fetch::{self, FetchError, Fetcher};
use crate::model::{Channel, Timestamp};
use crate::notify::{Mailer, Retry, webhook};
use crate::store::{Letter, Outcome, Owner};

/// Messages that are on their way at the same time.
const AT_ONCE: usize = 4;

/// Messages that are claimed at a time.
const BATCH: usize = 32;

/// The ways on which messages leave.
#[derive(Debug, Clone, Copy)]
pub struct Ways<'a> {
    /// Mail.
    pub mailer: &'a Mailer,
    /// Webhooks are posted by the crawler's client, which keeps out of private networks.
    pub fetcher: &'a Fetcher,
    /// The webhooks of the settings.
    pub webhooks: &'a [Webhook],
}

/// What came of sending.
#[derive(Debug, Clone, Default)]
pub struct Delivered {
    /// Messages that a server took.
    pub sent: usize,
    /// Messages that are tried again later: recipient and why.
    pub waiting: Vec<(String, String)>,
    /// Messages that were refused for good: recipient and why.
    pub refused: Vec<(String, String)>,
    /// Whether more is due, and waits for the server's next minute.
    pub held: bool,
}

/// Sends what is due, by every channel at the same time: a mail server that is slow, or has had
/// its share of this minute, keeps no webhook waiting.
pub async fn deliver(
    archive: &Archive,
    ways: Ways<'_>,
    owner: &Arc<Owner>,
    clock: &Clock,
) -> anyhow::Result<Delivered> {
    let by = |channel| deliver_by(channel, archive, ways, owner, clock);
    // Where one fails the other ends what it has begun.
    let (posted, mailed) = join(by(Channel::Webhook), by(Channel::Mail)).await;
    let mut delivered = posted?;
    delivered.add(mailed?);
    Ok(delivered)
}

/// Sends what is due by one channel, until nothing is, or as many have left in this minute as may.
///
/// A message counts as sent once the server took it. If the process ends between the server's
/// answer and the note of it, the message is sent again with the same `Message-ID`.
pub async fn deliver_by(
    channel: Channel,
    archive: &Archive,
    ways: Ways<'_>,
    owner: &Arc<Owner>,
    clock: &Clock,
) -> anyhow::Result<Delivered> {
    let mut delivered = Delivered::default();
    loop {
        let (now, claimant) = (clock.now(), Arc::clone(owner));
        let room = ways.room(channel, now).min(BATCH);
        if room == 0 {
            let due = archive
                .run(move |store| store.next_letter_due(channel))
                .await?;
            delivered.held = due.is_some_and(|due| due <= now);
            return Ok(delivered);
        }
        let letters = archive
            .run(move |store| store.claim_letters(&claimant, channel, now, room))
            .await?;
        if letters.is_empty() {
            return Ok(delivered);
        }
        deliver_batch(archive, ways, clock, letters, &mut delivered).await?;
    }
}

impl Ways<'_> {
    /// How many messages may leave now by `channel`.
    fn room(&self, channel: Channel, now: Timestamp) -> usize {
        match channel {
            Channel::Mail => self.mailer.room(now),
            Channel::Webhook => usize::MAX,
        }
    }
}

/// Sends some messages, a few at a time. While one note of what came of them waits for the disk,
/// sending goes on, and the next note tells of all that was done meanwhile.
async fn deliver_batch(
    archive: &Archive,
    ways: Ways<'_>,
    clock: &Clock,
    letters: Vec<Letter>,
    delivered: &mut Delivered,
) -> anyhow::Result<()> {
    let mut waiting = letters.into_iter();
    let mut sending = FuturesUnordered::new();
    sending.extend(
        waiting
            .by_ref()
            .take(AT_ONCE)
            .map(|letter| send(ways, letter, clock)),
    );
    let mut done: Vec<(i64, Outcome)> = Vec::new();
    let mut noting = OptionFuture::default();
    loop {
        if noting.is_terminated() && !done.is_empty() {
            let outcomes = std::mem::take(&mut done);
            let note = archive.run(move |store| store.settle_letters(&outcomes));
            noting = OptionFuture::from(Some(Box::pin(note).fuse()));
        }
        tokio::select! {
            Some((letter, outcome)) = sending.next() => {
                delivered.note(&letter, &outcome);
                done.push((letter.id, outcome));
                sending.extend(waiting.next().map(|letter| send(ways, letter, clock)));
            }
            Some(noted) = &mut noting, if !noting.is_terminated() => noted?,
            else => return Ok(()),
        }
    }
}

impl Delivered {
    /// Adds what came of sending on.
    pub(super) fn add(&mut self, more: Self) {
        self.sent += more.sent;
        self.waiting.extend(more.waiting);
        self.refused.extend(more.refused);
        self.held = more.held;
    }

    fn note(&mut self, letter: &Letter, outcome: &Outcome) {
        let to = letter.message.to.clone();
        match outcome {
            Outcome::Sent(_) => self.sent += 1,
            Outcome::Retry(_, error) | Outcome::Unclear(_, error) => {
                self.waiting.push((to, error.clone()));
            }
            Outcome::Failed(error) => self.refused.push((to, error.clone())),
        }
    }
}

/// Why a message did not leave, and what to do.
struct Refused {
    error: String,
    retry: Retry,
    /// Not before this moment, where the server said so.
    until: Option<Timestamp>,
    /// Whether it may have arrived all the same.
    unclear: bool,
}

async fn send(ways: Ways<'_>, letter: Letter, clock: &Clock) -> (Letter, Outcome) {
    let sent = match letter.message.channel {
        Channel::Mail => {
            ways.mailer.begin(clock.now());
            mail(ways.mailer, &letter).await
        }
        Channel::Webhook => post(ways, &letter, clock.now()).await,
    };
    let outcome = match sent {
        Ok(()) => Outcome::Sent(clock.now()),
        Err(refused) => {
            tracing::warn!(
                message.kind = %letter.message.kind,
                message.channel = %letter.message.channel,
                message.attempts = letter.attempts,
                error = %refused.error,
                "a message could not be sent"
            );
            let next = again(clock.now(), letter.attempts);
            let next = refused.until.map_or(next, |until| next.max(until));
            match refused.retry {
                Retry::Never => Outcome::Failed(refused.error),
                Retry::Later if refused.unclear => Outcome::Unclear(next, refused.error),
                Retry::Later => Outcome::Retry(next, refused.error),
            }
        }
    };
    (letter, outcome)
}

async fn mail(mailer: &Mailer, letter: &Letter) -> Result<(), Refused> {
    mailer.send(&letter.message).await.map_err(|error| Refused {
        error: error.line(),
        retry: error.retry(),
        until: None,
        unclear: error.may_have_arrived(),
    })
}

async fn post(ways: Ways<'_>, letter: &Letter, now: Timestamp) -> Result<(), Refused> {
    let later = |error: String| Refused {
        error,
        retry: Retry::Later,
        until: None,
        unclear: false,
    };
    let delivery = webhook::delivery(&letter.message, ways.webhooks, now)
        .map_err(|error| later(error.to_string()))?;
    let posted = ways
        .fetcher
        .post(&delivery.url, &delivery.headers, delivery.body, now)
        .await;
    match posted {
        Ok(fetch::Posted {
            status: 200..=299, ..
        }) => Ok(()),
        Ok(answer) => Err(Refused {
            error: webhook::refusal(answer.status, &answer.body),
            // The rest concerns settings or the day, and passes when they are mended.
            retry: match answer.status {
                400 | 404 | 410 | 413 | 422 => Retry::Never,
                _ => Retry::Later,
            },
            until: answer.until,
            unclear: false,
        }),
        Err(error) => Err(Refused {
            unclear: matches!(
                error,
                FetchError::TooSlow { .. } | FetchError::Connection { .. }
            ),
            ..later(error.line())
        }),
    }
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
