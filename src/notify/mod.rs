//! The mail room: how a digest looks and how it leaves.
//!
//! [`render`] turns a [`Digest`](crate::model::Digest) into subject, text and HTML; [`message`]
//! makes an RFC 5322 message of them, byte for byte the same however often it is tried; [`Mailer`]
//! hands it to a server, a folder or a test. [`webhook`] makes the requests by which alerts reach
//! chats and programs. What to send, and when, is `pipeline`'s.
//!
//! Invariant: nothing that a stranger wrote becomes markup, a header or a link that is not `http`.
//! Invariant: a message counts as sent only after the server took it (250).
//! Invariant: no error and no log line holds a password.

mod advice;
mod colours;
mod folder;
mod harmless;
mod mailer;
pub mod message;
mod plain;
pub mod render;
pub mod report;
mod send_error;
mod smtp;
mod smtp_tls;
mod texts;
mod view;
pub mod webhook;
mod wording;

pub use advice::advice;
pub use folder::{file_name, is_file_of};
pub use mailer::{Mailer, Sent};
pub use message::{Letter, MessageError};
pub use render::Rendered;
pub use send_error::{Certificate, Phase, Retry, SendError};
pub use smtp::Smtp;
