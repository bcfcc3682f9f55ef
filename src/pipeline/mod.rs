//! The verbs, and the only place where the layers meet.
//!
//! In: a checked configuration and an instance's folder. Out: mentions in the store, an index
//! that follows it, mails in the outbox and on their way.
//!
//! ```text
//! due source ─► adapter plans ─► fetch ─► adapter parses ─► match ─► score ─► ONE transaction
//!                                                                                   │
//!                         index_tail, digest, outbox pull from the store ◄──────────┘
//! ```
//!
//! Invariant: left of the transaction nothing is written; right of it everything can be made
//! again from the store.

pub mod agreement;
pub mod alert;
mod apart;
pub mod archive;
pub mod backup;
mod care;
pub mod collect;
pub mod copies;
mod covered;
pub mod daemon;
pub mod digest;
pub mod exclusions;
pub mod export;
mod failure;
mod figures;
pub mod follow;
pub mod forget;
mod full_text;
mod habit;
mod health;
pub mod import;
mod index_along;
mod index_feed;
pub mod index_tail;
mod ingest;
pub mod judge;
mod mails;
pub mod nothing;
mod open;
mod origins;
pub mod outbox;
mod parts;
pub mod poll;
pub mod probe;
mod read;
mod recall;
mod remembered;
pub mod rescore;
mod retention;
mod rising;
pub mod schedule;
pub mod search;
pub mod stats;
pub mod tuning;

pub use crate::sources::{MANIFESTS, Manifest};
pub use mails::Refusal;
pub use open::{Instance, read_lists, store_in};
