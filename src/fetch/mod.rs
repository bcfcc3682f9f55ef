//! The polite crawler: the only HTTP client.
//!
//! In goes a [`Request`](crate::model::Request) that an adapter planned and what is remembered of
//! the last answer; out comes a [`Response`](crate::model::Response), the word that nothing
//! changed, or a [`FetchError`] that knows when it is worth another try. In between lie the rules
//! that make a crawler bearable: robots.txt (RFC 9309), conditional requests (RFC 9110, section
//! 13), `Retry-After`, one request at a time per host with a gap, and a User-Agent that says who
//! asks.
//!
//! Invariant: nothing leaves for a private network that the settings do not name, whatever a
//! URL, a redirect or a name server says.
//!
//! Invariant: an answer is bounded in bytes (after decompression), in time and in hops, so that
//! memory is bounded by the settings' `max_body` for each request in flight; a request is in flight
//! until who asked lets go of its [`Place`].
//!
//! Invariant: decisions take the time from the caller's `now`; only waiting uses a clock.

mod backoff;
mod body;
mod client;
mod credentials;
mod error;
mod fetcher;
mod guard;
mod headers;
mod host;
mod imap;
mod limits;
mod login;
mod memory;
#[cfg(unix)]
mod open_files;
mod parked;
mod post;
mod redirect;
mod robots;
mod robots_cache;
mod shown;
mod socket;
mod stream;
mod verdict;

pub use backoff::{CEILING, next_try};
pub use error::{FetchError, Retry, SetupError};
pub use fetcher::{Fetched, Fetcher};
pub use host::Place;
pub use memory::{
    BODY_HASH, ETAG, LAST_MODIFIED, MOVED_CONFIRMED, MOVED_FROM, MOVED_SINCE, MOVED_TO,
    forget_validators,
};
pub use post::Posted;
pub use robots::{MAX_ROBOTS_BYTES, Robots};
