//! The one binary of integration tests: a map, one line a file.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "tests may panic and may look around"
)]

mod adapters;
mod config;
mod fetch;
mod identity;
mod loopback;
mod mail;
mod query_md;
mod rust_source;
mod score;
mod store;
mod store_claims;
mod store_many;
mod tidy;
mod world;
