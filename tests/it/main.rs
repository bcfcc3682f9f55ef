//! The one integration test binary: a map of what it holds.
#![expect(clippy::string_slice, clippy::unwrap_used, reason = "a test may panic")]

mod tidy;
