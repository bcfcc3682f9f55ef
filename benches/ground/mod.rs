//! What the benches share: what they read, made up and the same in every run, and what they measure
//! by. Each takes what it needs.

pub(crate) mod archive;
pub(crate) mod child;
pub(crate) mod corpus;
pub(crate) mod measure;
pub(crate) mod mentions;
pub(crate) mod raw;
pub(crate) mod texts;
pub(crate) mod watchlists;

use std::env;

/// The word after a flag of the command line.
pub(crate) fn word(flag: &str) -> Option<String> {
    env::args().skip_while(|word| word != flag).nth(1)
}

/// The number after a flag of the command line, or the usual one.
pub(crate) fn number(flag: &str, usual: usize) -> anyhow::Result<usize> {
    Ok(word(flag).map_or(Ok(usual), |text| text.parse())?)
}

/// Whether a flag stands on the command line.
pub(crate) fn flag(flag: &str) -> bool {
    env::args().any(|word| word == flag)
}
