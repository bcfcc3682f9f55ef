//! How mail leaves: by a server, into a folder, or into a test's hands.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use super::folder;
use super::send_error::SendError;
use super::smtp::Smtp;
use crate::config::MailSettings;
use crate::model::{Message, Timestamp};

/// Where mail goes.
#[derive(Debug)]
pub enum Mailer {
    /// To a server.
    Smtp(Box<Smtp>),
    /// As `.eml` files.
    Folder(PathBuf),
    /// Nowhere: kept for a test to look at.
    Memory(Sent),
}

/// The messages that [`Mailer::Memory`] was given, in order.
#[derive(Debug, Clone, Default)]
pub struct Sent(Arc<Mutex<Vec<Message>>>);

impl Sent {
    /// All so far.
    pub fn messages(&self) -> Vec<Message> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn push(&self, message: Message) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(message);
    }
}

impl Mailer {
    /// The mailer of `settings`: their server, or `.eml` files in `outbox` where they name none.
    ///
    /// Nothing is asked of the server yet.
    ///
    /// # Errors
    ///
    /// [`SendError::Settings`] where the address of the server or the certificate file is wrong.
    pub fn new(settings: &MailSettings, outbox: PathBuf) -> Result<Self, SendError> {
        match &settings.url {
            Some(url) => Ok(Self::Smtp(Box::new(Smtp::new(url, settings)?))),
            None => Ok(Self::Folder(outbox)),
        }
    }

    /// Sends `message` as it is. `Ok` means: the server took it (250), or the file is on disk.
    ///
    /// Any number of calls may run at once; connections are used again. Dropping the future ends
    /// the attempt, and whether the server took the message is then unknown.
    pub async fn send(&self, message: &Message) -> Result<(), SendError> {
        match self {
            Self::Smtp(smtp) => smtp.send(message).await,
            Self::Folder(folder) => {
                let (folder, message) = (folder.clone(), message.clone());
                let path = folder.join(folder::file_name(&message));
                tokio::task::spawn_blocking(move || folder::write(&folder, &message).map(drop))
                    .await
                    .unwrap_or_else(|error| {
                        Err(SendError::Folder {
                            path,
                            source: std::io::Error::other(error),
                        })
                    })
            }
            Self::Memory(sent) => {
                sent.push(message.clone());
                Ok(())
            }
        }
    }

    /// How many messages may be sent now: the server gets a bounded number in a minute.
    pub fn room(&self, now: Timestamp) -> usize {
        match self {
            Self::Smtp(smtp) => smtp.pace.room(now),
            Self::Folder(_) | Self::Memory(_) => usize::MAX,
        }
    }

    /// Counts a message that is about to be sent, for [`room`](Self::room).
    pub fn begin(&self, now: Timestamp) {
        if let Self::Smtp(smtp) = self {
            smtp.pace.begin(now);
        }
    }

    /// Ends the connections that wait to be used again.
    pub async fn close(&self) {
        if let Self::Smtp(smtp) = self {
            smtp.close().await;
        }
    }
}
