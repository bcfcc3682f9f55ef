//! Alerts: what raises one, when it is told, and what is told.
//!
//! In: what a watchlist collected since the alert last looked, and the time. Out: incidents and
//! their messages, queued in one transaction with how far the alert came.
//!
//! ```text
//! new mentions ─► rule (does it hold? is it over?) ─► step (tell, hold back, rest) ─► one transaction
//!                   ▲ usual: the same hour of the week        ▲ cool-down, quiet hours, ack
//! ```
//!
//! Invariant: `rule`, `usual` and `step` are pure: the past comes by `past::Past`, the time as an
//! argument. A replay over the archive decides by the same functions as the daemon.
//! Invariant: what was there before anyone listened, and what was taken over from the past, raises
//! nothing.

mod past;
mod quiet;
mod replay;
mod rule;
mod step;
mod told;
mod usual;
mod watch;

pub use replay::{Replay, Replayed};
pub use watch::Watch;

use crate::model::Facts;

/// Whether an incident is over once somebody looks after it: one about single mentions is, one
/// about a state goes on until the state ends.
pub fn is_over_once_acknowledged(facts: &Facts) -> bool {
    matches!(facts, Facts::When | Facts::Unanswered { .. })
}
