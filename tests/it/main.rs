//! The only test binary: a map, one line per file.
#![expect(clippy::unwrap_used, reason = "tests may panic")]

mod mail;
