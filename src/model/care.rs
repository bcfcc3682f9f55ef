//! What became of those who asked, and how far what was said may have carried: as far as it is
//! known, and nothing estimated.

use serde::Serialize;

use super::Measure;

/// How those who asked were looked after, by when they asked: as it stands now, not as it stood at
/// the end of the window.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Care {
    /// Questions and complaints; `None` where no answer was ever known, which is not the same as
    /// none given.
    pub answers: Measure<Answers>,
    /// Mentions that an alert told of as waiting for too long; `None` where no alert looks.
    pub late: Measure<u64>,
    /// Alerts; `None` where none was raised.
    pub alerts: Measure<Taken>,
}

impl Care {
    /// Whether there is nothing to tell of the window.
    pub const fn is_empty(&self) -> bool {
        self.answers.value.is_none() && self.late.value.is_none() && self.alerts.value.is_none()
    }
}

/// Questions and complaints, and their answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Answers {
    /// How many asked.
    pub asked: u64,
    /// How many of them have an answer: the source shows one, or the team dealt with the mention.
    pub answered: u64,
    /// The median time from publication to answer, in seconds; `None` where fewer than
    /// [`Numbers::BASE`](super::Numbers::BASE) answers have both times.
    pub first_answer: Option<u64>,
}

/// Alerts, and who took them on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// How many were raised.
    pub raised: u64,
    /// How many of them somebody acknowledged.
    pub acknowledged: u64,
    /// The median time from the first message to that, in seconds; `None` where there are fewer
    /// than [`Numbers::BASE`](super::Numbers::BASE).
    pub after: Option<u64>,
}

/// How far what was said may have carried.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Reach {
    /// Followers of those who wrote, each of them counted once.
    pub followers: Measure<Sum>,
    /// Likes, replies and shares together.
    pub engagement: Measure<Sum>,
}

/// A sum over the mentions whose source gives the figure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Sum {
    /// The sum.
    pub total: u64,
    /// How many mentions are in it: at least one.
    pub mentions: u64,
}
