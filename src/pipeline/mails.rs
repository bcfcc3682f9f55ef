//! Sending from the command line: what the daemon does by itself, asked for once.

use std::sync::Arc;
use std::time::Duration;

use super::archive::Archive;
use super::open::Instance;
use super::outbox::{Delivered, Ways, deliver};
use crate::fetch::Fetcher;
use crate::notify::{self, message};
use crate::store::Owner;

/// The pause after which it is looked again whether the server may have more.
const HELD: Duration = Duration::from_secs(1);

/// Why a test message did not leave, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What happened.
    pub error: String,
    /// What to do.
    pub advice: String,
}

impl Instance {
    /// Sends what is due.
    pub async fn deliver(&self) -> anyhow::Result<Delivered> {
        let archive = Archive::new(self.store()?);
        let owner = Arc::new(Owner::new(&self.index())?);
        let mailer = self.mailer()?;
        let fetcher = Fetcher::new(&self.config.settings.fetch)?;
        let ways = Ways {
            mailer: &mailer,
            fetcher: &fetcher,
            webhooks: &self.config.settings.webhooks,
        };
        let mut all = Delivered::default();
        loop {
            let delivered = deliver(&archive, ways, &owner, &self.clock).await;
            let Ok(delivered) = delivered else {
                mailer.close().await;
                return delivered;
            };
            let held = delivered.held;
            all.add(delivered);
            if !held {
                mailer.close().await;
                return Ok(all);
            }
            tokio::time::sleep(HELD).await;
        }
    }

    /// Sends a test message to `to`, or to the sender: where it went, or why it did not.
    pub async fn test_mail(&self, to: Option<&str>) -> anyhow::Result<Result<String, Refusal>> {
        let settings = &self.config.settings;
        let now = self.clock.now();
        let rendered = notify::render::test(
            settings.language,
            now,
            settings.timezone,
            &settings.mail.from,
        )?;
        let to = to.unwrap_or(&settings.mail.from);
        let message = message::test(&message::Letter {
            from: &settings.mail.from,
            to,
            date: now,
            rendered: &rendered,
        })?;
        let refused = |error: &notify::SendError| Refusal {
            error: error.line(),
            advice: notify::advice(error, &settings.mail)
                .unwrap_or_else(|| "mend [mail] in ascolto.toml and try again".to_owned()),
        };
        let mailer = match notify::Mailer::new(&settings.mail, self.outbox()) {
            Ok(mailer) => mailer,
            Err(error) => return Ok(Err(refused(&error))),
        };
        let sent = mailer.send(&message).await;
        mailer.close().await;
        Ok(match sent {
            Ok(()) => Ok(match &settings.mail.url {
                Some(_) => format!("the server took the message to {}", message.to),
                None => format!(
                    "no mail server is set; the message lies in {}",
                    self.outbox().join(notify::file_name(&message)).display()
                ),
            }),
            Err(error) => Err(refused(&error)),
        })
    }
}
