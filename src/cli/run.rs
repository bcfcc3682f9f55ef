//! `ascolto run`.

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::app::{App, block_on};
use super::frugal::with_little_memory;
use super::report_error::Exit;

/// Poll, index, raise alerts and send digests until stopped
///
/// Ends within two seconds on Ctrl-C or SIGTERM, with nothing half-written. Any other command may
/// be used on the instance at the same time.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ascolto run")]
pub(crate) struct Run {}

/// Runs the daemon.
pub(crate) fn run(app: &App) -> anyhow::Result<Exit> {
    with_little_memory();
    let instance = app.instance()?;
    block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let daemon = instance.daemon()?;
        tracing::info!(
            sources = instance.config.sources.len(),
            watchlists = instance.config.watchlists.len(),
            "listening"
        );
        daemon
            .run(async {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            })
            .await
    })?;
    Ok(Exit::Done)
}
