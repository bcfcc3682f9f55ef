//! The tests that look from outside, in one binary.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests may panic"
)]

mod query_md;
mod query_properties;
