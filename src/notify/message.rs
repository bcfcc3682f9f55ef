//! The RFC 5322 message: made once, stored, and sent as it was stored.
//!
//! Invariant: the same letter gives the same bytes, so that a retry can be recognised by its
//! `Message-ID` and by its content.

use std::time::SystemTime;

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use url::Host;

use super::harmless;
use super::render::Rendered;
use crate::model::{Channel, Digest, Message, MessageKind, Notice, Stage, Timestamp};

/// Characters of a subject at most.
const SUBJECT: usize = 200;

/// Everything that goes into a message besides its address.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// The sender, as `[mail] from` has it: `Ascolto <ascolto@frigolux.example>`.
    pub from: &'a str,
    /// The one recipient, with or without a name.
    pub to: &'a str,
    /// Its `Date`: part of the message, so that a retry carries the same.
    pub date: Timestamp,
    /// Subject and bodies.
    pub rendered: &'a Rendered,
}

/// Why no message can be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MessageError {
    /// An address that is none.
    #[error("`{address}` is not a mail address: expected `name@host` or `Name <name@host>`")]
    Address {
        /// What was given, cleaned.
        address: String,
    },
    /// The parts do not make a message.
    #[error("cannot build the message: {reason}")]
    Build {
        /// What lettre says.
        reason: String,
    },
}

/// The message that carries an issue of a digest to one recipient.
///
/// It answers the issue before it and refers to the first, so that mail programs show the issues
/// of a digest as one conversation. Its key is `digest#issue recipient`.
pub fn digest(digest: &Digest, letter: &Letter<'_>) -> Result<Message, MessageError> {
    let to = address(letter.to)?;
    let id = |issue| message_id(&digest.key, issue, to.email.as_ref(), letter.from);
    let mut headers = list(&digest.key, &digest.name, &digest.contact, letter)?;
    headers.extend(thread(digest.issue, id)?);
    let parts = Parts {
        key: format!("{}#{} {}", digest.key, digest.issue, to.email),
        kind: MessageKind::Digest,
        message_id: id(digest.issue)?,
        headers,
    };
    build(letter, parts)
}

/// The message that tells one recipient of an incident.
///
/// All messages of an incident answer the one before and refer to the first, so that mail programs
/// show them as one conversation; so does the first that reaches somebody by escalation. Its key is
/// `alert/key#incident.number recipient`.
pub fn alert(notice: &Notice, letter: &Letter<'_>) -> Result<Message, MessageError> {
    let to = address(letter.to)?;
    let incident = format!("alert/{}#{}", notice.key, notice.incident);
    let id = |number| message_id(&incident, number, to.email.as_ref(), letter.from);
    let mut headers = list(&notice.key, &notice.name, &notice.contact, letter)?;
    if notice.urgent && notice.stage != Stage::Over {
        headers.push(header("Importance", "high".to_owned()));
    }
    headers.extend(thread(notice.number, id)?);
    let parts = Parts {
        key: format!("{incident}.{} {}", notice.number, to.email),
        kind: MessageKind::Alert,
        message_id: id(notice.number)?,
        headers,
    };
    build(letter, parts)
}

/// What a digest or an alert is, and how to be rid of it (RFC 2919, RFC 2369).
fn list(
    key: &str,
    name: &str,
    contact: &str,
    letter: &Letter<'_>,
) -> Result<Vec<HeaderValue>, MessageError> {
    Ok(vec![
        header("List-Id", list_id(key, name, letter.from)?),
        header(
            "List-Unsubscribe",
            format!("<{}>", unsubscribe_address(contact, key)),
        ),
    ])
}

/// What the message with that number answers (RFC 5322, section 3.6.4): the one before, and the
/// first; the first answers nothing.
fn thread(
    number: u64,
    id: impl Fn(u64) -> Result<String, MessageError>,
) -> Result<Vec<HeaderValue>, MessageError> {
    if number <= 1 {
        return Ok(Vec::new());
    }
    let (first, previous) = (id(1)?, id(number - 1)?);
    let references = if first == previous {
        first
    } else {
        format!("{first} {previous}")
    };
    Ok(vec![
        header("In-Reply-To", previous),
        header("References", references),
    ])
}

/// The message of `ascolto mail test`.
pub fn test(letter: &Letter<'_>) -> Result<Message, MessageError> {
    let to = address(letter.to)?;
    let key = format!("test/{} {}", letter.date.millis(), to.email);
    let parts = Parts {
        message_id: message_id(&key, 0, to.email.as_ref(), letter.from)?,
        key,
        kind: MessageKind::Test,
        headers: Vec::new(),
    };
    build(letter, parts)
}

/// The `Message-ID` of issue `issue` of what `key` names for `recipient`: the same for the same
/// three, in the domain of the sender.
pub fn message_id(
    key: &str,
    issue: u64,
    recipient: &str,
    from: &str,
) -> Result<String, MessageError> {
    let domain = domain(&address(from)?);
    let recipient = recipient.to_lowercase();
    let hash = Sha256::digest(format!("{key}\n{issue}\n{recipient}"));
    let hash = format!("{hash:x}");
    Ok(format!("<ascolto.{hash:.32}@{domain}>"))
}

/// The address of a sender without its name: `ascolto@frigolux.example` of
/// `Ascolto <ascolto@frigolux.example>`. What is no address is given back as it is.
pub fn bare_address(from: &str) -> String {
    address(from).map_or_else(|_| from.to_owned(), |mailbox| mailbox.email.to_string())
}

/// The `mailto:` address that asks to be taken off a digest (RFC 2369, section 3.2).
pub(super) fn unsubscribe_address(contact: &str, key: &str) -> String {
    let contact = escaped(contact, b"@.+-_");
    let key = escaped(key, b".-_");
    format!("mailto:{contact}?subject=unsubscribe%20{key}")
}

/// Percent-encodes all but ASCII letters, digits and `kept`.
fn escaped(text: &str, kept: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for half in [byte >> 4, byte & 15] {
                out.push(
                    char::from_digit(u32::from(half), 16).map_or('0', |c| c.to_ascii_uppercase()),
                );
            }
        }
    }
    out
}

struct Parts {
    key: String,
    kind: MessageKind,
    message_id: String,
    headers: Vec<HeaderValue>,
}

fn build(letter: &Letter<'_>, parts: Parts) -> Result<Message, MessageError> {
    let (from, to) = (address(letter.from)?, address(letter.to)?);
    let subject = harmless::line(&letter.rendered.subject, SUBJECT);
    let mut builder = MessageBuilder::new()
        .from(from.clone())
        .to(to.clone())
        .subject(&subject)
        .date(SystemTime::from(letter.date.to_chrono()))
        .message_id(Some(parts.message_id.clone()))
        .raw_header(header("Auto-Submitted", "auto-generated".to_owned()))
        .raw_header(header("X-Auto-Response-Suppress", "All".to_owned()));
    for value in parts.headers {
        builder = builder.raw_header(value);
    }
    // A border that follows from the message: the same letter, the same bytes.
    let border: String = parts
        .message_id
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(39)
        .collect();
    let body = MultiPart::alternative()
        .boundary(format!("=_{border}"))
        .singlepart(part(ContentType::TEXT_PLAIN, &letter.rendered.text))
        .singlepart(part(ContentType::TEXT_HTML, &letter.rendered.html));
    let built = builder.multipart(body).map_err(build_error)?;
    Ok(Message {
        key: parts.key,
        kind: parts.kind,
        channel: Channel::Mail,
        from: from.email.to_string(),
        to: to.email.to_string(),
        subject,
        message_id: parts.message_id,
        raw: built.formatted(),
    })
}

/// A body in quoted-printable: readable in a raw message, never longer than 76 columns, all ASCII.
fn part(kind: ContentType, body: &str) -> SinglePart {
    SinglePart::builder()
        .header(kind)
        .header(ContentTransferEncoding::QuotedPrintable)
        .body(body.to_owned())
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

/// `Frigolux <daily.frigolux.ascolto.frigolux.example>` (RFC 2919): the name that filters sort by.
fn list_id(key: &str, name: &str, from: &str) -> Result<String, MessageError> {
    let domain = domain(&address(from)?);
    let labels: Vec<String> = key.rsplit('/').map(label).collect();
    // In a phrase these would end it; they are not worth quoting.
    let name: String = harmless::line(name, 60)
        .chars()
        .map(|c| {
            if "()<>[]:;@\\,.\"".contains(c) {
                ' '
            } else {
                c
            }
        })
        .collect();
    let list = format!("<{}.ascolto.{domain}>", labels.join("."));
    Ok(format!("{} {list}", name.trim()).trim().to_owned())
}

/// A part of a list's name: ASCII letters, digits and hyphens.
fn label(text: &str) -> String {
    let label: String = text
        .chars()
        .take(40)
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let label = label.trim_matches('-');
    if label.is_empty() {
        "list".to_owned()
    } else {
        label.to_owned()
    }
}

/// Reads an address; one with a control character is none, whatever lettre thinks of it.
pub(super) fn address(text: &str) -> Result<Mailbox, MessageError> {
    let refused = || MessageError::Address {
        address: harmless::line(text, 100),
    };
    if text.chars().any(char::is_control) {
        return Err(refused());
    }
    text.trim().parse().map_err(|_| refused())
}

/// The sender's domain in ASCII.
fn domain(from: &Mailbox) -> String {
    Host::parse(from.email.domain())
        .map_or_else(|_| "localhost".to_owned(), |host| host.to_string())
}

fn build_error(error: impl std::fmt::Display) -> MessageError {
    MessageError::Build {
        reason: error.to_string(),
    }
}
