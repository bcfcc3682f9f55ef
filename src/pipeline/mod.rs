//! pipeline

pub mod schedule;
