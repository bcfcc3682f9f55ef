//! The only test binary: one line a file.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

mod store;
mod store_claims;
mod store_many;
mod world;
