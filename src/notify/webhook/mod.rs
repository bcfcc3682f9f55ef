//! Alerts for chats and programs: the bodies that are posted, and the requests that post them.
//!
//! [`message`] makes the body once, to wait in the outbox like a mail; [`delivery`] makes the
//! request at the moment of sending, with what is secret (address, token, signature), so that none
//! of it lies in the outbox. Sending is `pipeline`'s.
//!
//! Invariant: what a stranger wrote is plain text in every chat: no markup, no mention of people
//! or groups, no link that is not `http`.
//! Invariant: neither an error nor a body holds an address, a token or a signing secret.

mod card;
mod discord;
mod json;
mod ntfy;
mod signature;
mod slack;
mod teams;
mod telegram;

use std::fmt;

use serde_json::Value;
use thiserror::Error;
use url::Url;

pub use signature::signature;

use super::harmless;
use super::message::{MessageError, bare_address, message_id};
use crate::config::{Webhook, WebhookKind};
use crate::model::{Channel, Message, MessageKind, Notice, Secret, Timestamp};
use card::Card;

/// A request that is ready to be posted.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Where to.
    pub url: Url,
    /// Its headers, among them what is secret: tokens and signatures.
    pub headers: Vec<(&'static str, String)>,
    /// Its body: JSON.
    pub body: Vec<u8>,
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Address and headers may hold secrets.
        f.debug_struct("Delivery")
            .field("host", &self.url.host_str())
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Why no request can be made: the settings lack something, so that a later try may do better.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DeliveryError {
    /// No such webhook any more.
    #[error("ascolto.toml has no webhook `{name}`")]
    Unknown {
        /// Its name.
        name: String,
    },
    /// A secret is not to be had here.
    #[error("the webhook `{name}` has no {what} here: the variable or file that holds it is empty")]
    Missing {
        /// Its name.
        name: String,
        /// `address`, `token` or `chat`.
        what: &'static str,
    },
    /// The address is none.
    #[error("the address of the webhook `{name}` cannot be used")]
    Address {
        /// Its name.
        name: String,
    },
}

/// The message that waits to be posted to `webhook`. Its key is
/// `alert/key#incident.number webhook:name`; `Message-ID` becomes the idempotency key.
pub fn message(
    notice: &Notice,
    webhook: &Webhook,
    subject: &str,
    from: &str,
) -> Result<Message, MessageError> {
    let incident = format!("alert/{}#{}", notice.key, notice.incident);
    let to = format!("webhook:{}", webhook.name);
    let id = message_id(&incident, notice.number, &to, from)?;
    let body = match webhook.kind {
        WebhookKind::Json => json::body(notice, subject),
        WebhookKind::Slack => slack::body(&Card::new(notice, subject)),
        WebhookKind::Discord => discord::body(&Card::new(notice, subject)),
        WebhookKind::Teams => teams::body(&Card::new(notice, subject)),
        WebhookKind::Telegram => telegram::body(&Card::new(notice, subject)),
        WebhookKind::Ntfy => ntfy::body(&Card::new(notice, subject)),
    };
    Ok(Message {
        key: format!("{incident}.{} {to}", notice.number),
        kind: MessageKind::Alert,
        channel: Channel::Webhook,
        from: bare_address(from),
        to: webhook.name.clone(),
        subject: subject.to_owned(),
        message_id: id,
        raw: body.to_string().into_bytes(),
    })
}

/// The request that posts a waiting message, signed and addressed as of `now`.
///
/// # Errors
///
/// [`DeliveryError`] where the settings no longer have the webhook, or lack a secret of it.
pub fn delivery(
    message: &Message,
    webhooks: &[Webhook],
    now: Timestamp,
) -> Result<Delivery, DeliveryError> {
    let name = &message.to;
    let webhook = webhooks
        .iter()
        .find(|webhook| webhook.name == *name)
        .ok_or_else(|| DeliveryError::Unknown { name: name.clone() })?;
    let missing = |what| DeliveryError::Missing {
        name: name.clone(),
        what,
    };
    let held = |secret: &Option<Secret>, what| {
        secret
            .as_ref()
            .map(|secret| secret.reveal().to_owned())
            .ok_or_else(|| missing(what))
    };
    let unusable = || DeliveryError::Address { name: name.clone() };
    let address = held(&webhook.address, "address")?;
    let mut url = Url::parse(&address).map_err(|_| unusable())?;
    let id = message.message_id.trim_matches(['<', '>']).to_owned();
    let mut headers = vec![
        ("content-type", "application/json; charset=utf-8".to_owned()),
        ("idempotency-key", id.clone()),
    ];
    let mut body = message.raw.clone();
    match webhook.kind {
        WebhookKind::Json => {
            headers.push(("webhook-id", id.clone()));
            headers.push(("webhook-timestamp", now.seconds().to_string()));
            if let Some(secret) = &webhook.secret {
                let signed = signature(secret.reveal(), &id, now, &body);
                headers.push(("webhook-signature", signed));
            }
        }
        WebhookKind::Telegram => {
            let token = held(&webhook.token, "token")?;
            let chat = webhook.chat.clone().ok_or_else(|| missing("chat"))?;
            url.path_segments_mut()
                .map_err(|()| unusable())?
                .pop_if_empty()
                .push(&format!("bot{}", token.trim()))
                .push("sendMessage");
            body = with(&body, "chat_id", chat);
        }
        WebhookKind::Ntfy => {
            let topic = ntfy::topic(&mut url).ok_or_else(unusable)?;
            if let Some(token) = &webhook.token {
                headers.push(("authorization", format!("Bearer {}", token.reveal().trim())));
            }
            body = with(&body, "topic", topic);
        }
        WebhookKind::Slack | WebhookKind::Discord | WebhookKind::Teams => {}
    }
    Ok(Delivery { url, headers, body })
}

/// What a server said that did not take a message, on one line.
pub fn refusal(status: u16, body: &[u8]) -> String {
    let said = String::from_utf8_lossy(body);
    let said = harmless::line(&said, 160);
    if said.is_empty() {
        format!("the server answered with status {status}")
    } else {
        format!("the server answered with status {status}: {said}")
    }
}

/// The body with one more key.
fn with(body: &[u8], key: &str, value: String) -> Vec<u8> {
    let mut body: Value = serde_json::from_slice(body).unwrap_or_default();
    if let Value::Object(fields) = &mut body {
        fields.insert(key.to_owned(), Value::String(value));
    }
    body.to_string().into_bytes()
}
