//! A message that waits to leave, as the store keeps it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A message to one recipient, rendered once and sent as it is, however often it is tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// What it is, unique in the outbox: the same digest issue or alert for the same recipient
    /// has the same key, so that it cannot be queued twice.
    pub key: String,
    /// What kind of message.
    pub kind: MessageKind,
    /// How it leaves.
    pub channel: Channel,
    /// The envelope's sender: a bare address.
    pub from: String,
    /// The envelope's recipient: a bare address; for a webhook its name.
    pub to: String,
    /// The subject, for lists; the one that is sent stands in `raw`.
    pub subject: String,
    /// The `Message-ID`, with its angle brackets.
    pub message_id: String,
    /// The whole message (RFC 5322), lines ending in CRLF; for a webhook the body, in JSON.
    #[serde(skip)]
    pub raw: Vec<u8>,
}

/// How a message leaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// By mail.
    #[default]
    Mail,
    /// To a webhook, named by `to`.
    Webhook,
}

/// Why a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageKind {
    /// An issue of a digest.
    Digest,
    /// An alert.
    Alert,
    /// `ascolto mail test`.
    Test,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// To be sent, for the first time or again.
    Waiting,
    /// A server took it: it answered 250, or 2xx to a webhook.
    Sent,
    /// A server refused it for good.
    Failed,
}

macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ }) => {
        impl $name {
            /// All values, in the order in which they are documented.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it, as in the database and JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Reads the word for it.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words!(Channel { Mail = "mail", Webhook = "webhook" });
words!(MessageKind { Digest = "digest", Alert = "alert", Test = "test" });
words!(DeliveryState { Waiting = "waiting", Sent = "sent", Failed = "failed" });
