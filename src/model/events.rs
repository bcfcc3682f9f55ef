//! Events of a stream: what to take of it.

use super::{SearchTerm, Timestamp};

/// What to take of a stream of events in JSON, of which each says when it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventQuery {
    /// Only events whose text may hold one of these.
    pub sought: Vec<SearchTerm>,
    /// Where an event says what became of something, and the words of those that are taken whatever
    /// they say: what was taken before may have been changed or deleted.
    pub always: (&'static str, &'static [&'static str]),
    /// Where an event has its text (JSON Pointer, RFC 6901).
    pub text: &'static str,
    /// Where it has its time, in microseconds since 1970.
    pub time: &'static str,
    /// An event of this time or later is the last.
    pub until: Timestamp,
}

/// The header of a response that tells the time of the last event, in microseconds since 1970.
pub const STREAM_CURSOR: &str = "stream-cursor";

/// The same of the first event.
pub const STREAM_FIRST: &str = "stream-first";

/// The header that says that there was more than time or room for.
pub const STREAM_BEHIND: &str = "stream-behind";

/// The header that tells how the stream ended before its time.
pub const STREAM_BROKE: &str = "stream-broke";
