//! `ascolto search --follow`.

use std::thread;
use std::time::Duration;

use super::app::App;
use super::report_error::Exit;
use super::search::{Head, print};
use crate::index::Window;
use crate::pipeline::follow::Follower;
use crate::pipeline::search::Match;
use crate::query::Query;
use crate::store::Store;

/// How long to wait between two looks; one costs a look-up in the database.
const PAUSE: Duration = Duration::from_millis(500);

/// Prints what is there, the newest last, then what comes, until the process is ended or nobody
/// reads on.
pub(crate) fn follow(
    app: &App,
    store: &Store,
    query: &Query,
    window: Window,
    mut follower: Follower,
    known: &[Match],
) -> anyhow::Result<Exit> {
    print(known, app.format, app.clock.now(), Head::Shown)?;
    loop {
        let now = app.clock.now();
        let mut fresh = follower.next(store, query, window, now)?;
        // What came while the search was at work may be known from it.
        fresh.retain(|one| known.iter().all(|other| other.mention.id != one.mention.id));
        if !fresh.is_empty() {
            print(&fresh, app.format, now, Head::LeftOut)?;
        }
        thread::sleep(PAUSE);
    }
}
