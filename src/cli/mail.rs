//! `ascolto mail`.

use clap::{Args, Subcommand};

use super::app::{App, block_on};
use super::report_error::{Exit, Hinted};
use super::terminal::{count, one_line};
use crate::pipeline::outbox::Delivered;

/// Try the mail settings
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ascolto mail test --to care@frigolux.example")]
pub(crate) struct Mail {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Send a test message and explain what the server said
    Test {
        /// To whom; without it: to the sender
        #[arg(long, value_name = "ADDRESS")]
        to: Option<String>,
    },
}

impl Mail {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let Verb::Test { to } = self.verb;
        let instance = app.instance()?;
        let tested = block_on(async { instance.test_mail(to.as_deref()).await })?;
        match tested {
            Ok(place) => {
                anstream::println!("{}", one_line(&place));
                Ok(Exit::Done)
            }
            Err(refusal) => Err(Hinted {
                message: refusal.error,
                hint: refusal.advice,
                exit: Exit::Failed,
            }
            .into()),
        }
    }
}

/// Says what came of sending.
pub(crate) fn report(delivered: &Delivered) -> Exit {
    anstream::eprintln!("{} sent", count(delivered.sent, "mail", "mails"));
    for (to, error) in &delivered.waiting {
        anstream::eprintln!("{to}: not yet, tried again later: {}", one_line(error));
    }
    for (to, error) in &delivered.refused {
        anstream::eprintln!("{to}: refused for good: {}", one_line(error));
    }
    if delivered.refused.is_empty() && delivered.waiting.is_empty() {
        Exit::Done
    } else {
        Exit::Failed
    }
}
