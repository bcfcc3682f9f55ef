//! The one binary of integration tests: a map, one line a file.

#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "tests may panic and may look around"
)]

mod adapters;
mod agreement;
mod alert_tones;
mod alerts;
mod calendar;
mod care;
mod cli;
mod config;
mod crash;
mod daemon;
mod day;
mod digest;
mod docs;
mod fetch;
mod forgetting;
mod harness;
mod help;
mod hostile_words;
mod identity;
mod imap;
mod imap_server;
mod index;
mod jetstream;
mod lists;
mod logins;
mod loopback;
mod mail;
mod mail_crash;
mod probe;
mod query_md;
mod query_properties;
mod reading;
mod recall;
mod retention;
mod rust_source;
mod score;
mod search;
mod services;
mod stats;
mod store;
mod store_claims;
mod store_many;
mod tidy;
mod traps;
mod tuning;
mod webhook;
mod webhooks;
mod world;
