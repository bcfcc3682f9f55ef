//! What a person says a mention is.

use super::mention::{Priority, Sentiment};
use super::timestamp::Timestamp;

/// A person's judgement of a mention, kept apart from what the lists say. What is `None` was not
/// judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// How it sounds.
    pub sentiment: Option<Sentiment>,
    /// How soon someone should look.
    pub priority: Option<Priority>,
    /// False where it should not have been collected.
    pub relevant: bool,
    /// When it was judged last.
    pub labelled: Timestamp,
}
