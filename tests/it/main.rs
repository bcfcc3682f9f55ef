//! The one binary of integration tests: a map, one line a file.

#![expect(clippy::unwrap_used, reason = "tests may panic and may look around")]

mod adapters;
