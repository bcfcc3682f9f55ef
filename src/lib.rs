//! ascolto: a social listening and brand-mention monitor.
//!
//! Data flows one way: `sources` plan requests, `fetch` sends them, `extract` turns bytes into
//! text and facts, `query` decides what matches, `score` weighs it, and `store` keeps it in one
//! transaction. `index` and `notify` are made from the store and can be made again. `pipeline`
//! is where the layers meet; `cli` is how a person reaches it. ARCHITECTURE.md shows the rooms.

pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod extract;
pub mod fetch;
pub mod index;
pub mod model;
pub mod notify;
pub mod pipeline;
pub mod query;
pub mod score;
pub mod sources;
pub mod store;
