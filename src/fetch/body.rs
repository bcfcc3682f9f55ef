//! Reads bodies that may never end.
//!
//! Invariant: counts bytes after decompression, so that a small answer cannot become a large one.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::time::timeout;

/// The most room that is made for a body because it was announced; more is made as it comes.
const MOST_AT_ONCE: usize = 64 * 1024;

/// What happens to a body beyond the cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// The whole answer is refused.
    Refused,
    /// The rest is left aside.
    LeftAside,
}

/// Why a body was not read.
#[derive(Debug)]
pub(crate) enum BodyFault {
    /// It is longer than the cap.
    TooLarge,
    /// Nothing came for the idle time.
    Idle,
    /// The connection or the compression broke.
    Broken(reqwest::Error),
}

/// Reads at most `cap` bytes, waiting at most `idle` for each piece.
pub(crate) async fn read(
    mut response: reqwest::Response,
    cap: u64,
    beyond: Beyond,
    idle: Duration,
) -> Result<Bytes, BodyFault> {
    let announced = response.content_length().unwrap_or(0);
    if announced > cap && beyond == Beyond::Refused {
        return Err(BodyFault::TooLarge);
    }
    let cap = usize::try_from(cap).unwrap_or(usize::MAX);
    let room = usize::try_from(announced).map_or(MOST_AT_ONCE, |length| length.min(MOST_AT_ONCE));
    let mut body = BytesMut::with_capacity(room);
    loop {
        let piece = timeout(idle, response.chunk())
            .await
            .map_err(|_| BodyFault::Idle)?
            .map_err(BodyFault::Broken)?;
        let Some(piece) = piece else {
            return Ok(body.freeze());
        };
        let room = cap - body.len();
        if piece.len() > room {
            if beyond == Beyond::Refused {
                return Err(BodyFault::TooLarge);
            }
            body.extend_from_slice(piece.get(..room).unwrap_or(&piece));
            return Ok(body.freeze());
        }
        body.extend_from_slice(&piece);
    }
}
