//! The command line.
//!
//! Invariant: data goes to stdout, everything else to stderr.

mod cards;
mod check;
mod init;
mod report_error;
mod terminal;
mod when;

pub use report_error::{BadInput, Exit, Hinted, print_problems, report};
