//! `ascolto ack`.

use clap::Args;

use super::app::App;
use super::report_error::{Exit, Hinted};
use super::terminal::number;
use crate::pipeline::alert::is_over_once_acknowledged;

/// Say that somebody looks after an incident
///
/// It is then not escalated. An incident about single mentions is closed; one about a state (a
/// spike, silence) is not told of again until it is over.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ascolto ack 12")]
pub(crate) struct Ack {
    /// The incident's number, as the message and `ascolto alerts` show it
    #[arg(value_parser = number)]
    id: i64,
}

impl Ack {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let mut store = app.archive()?.store()?;
        let Some(incident) = store.incident(self.id)? else {
            return Err(Hinted {
                message: format!("there is no incident {}", self.id),
                hint: "`ascolto alerts` lists them".to_owned(),
                exit: Exit::Nothing,
            }
            .into());
        };
        let over = is_over_once_acknowledged(&incident.facts);
        store.acknowledge(self.id, over, app.clock.now())?;
        let said = match (incident.acked, incident.closed) {
            (Some(_), _) => "was acknowledged before",
            (None, Some(_)) => "was over already; noted",
            (None, None) => "is acknowledged",
        };
        anstream::eprintln!("incident {} of {} {said}", self.id, incident.alert);
        Ok(Exit::Done)
    }
}
