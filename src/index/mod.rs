//! The full-text index: a Tantivy index of the mentions, made from the store.
//!
//! In go mentions with the sequence number that they reach; out come the numbers of the mentions
//! that a query may match, in order, and counts over them. Texts are indexed, not kept: the store
//! has them.
//!
//! Invariant: nothing outside this module knows Tantivy.
//! Invariant: each commit carries the sequence number that it reaches, so a crash between store
//! and index loses nothing: the index goes on from there.
//! Invariant: what a query may match is found. Where the index cannot tell for sure, it says so,
//! and the matcher has the last word.

mod complement;
mod counted;
mod error;
mod folder;
mod forms;
mod ranked;
mod schema;
mod search;
mod tally;
mod tokenizer;
mod translate;
mod writer;

pub use error::IndexError;
pub use schema::fingerprint;
pub use search::{Entry, Narrowed, Order, Searcher, Window, standing};
pub use tally::{Dimension, Tally};
pub use writer::{Effort, Fresh, Indexer, Target};
