//! Why a message did not leave, in types: what to do follows from them, never from a text.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a message did not leave. No variant holds a password.
#[derive(Debug, Error)]
pub enum SendError {
    /// The settings cannot work.
    #[error("{problem}")]
    Settings {
        /// What is wrong and what was expected.
        problem: String,
    },
    /// The server cannot be reached.
    #[error("cannot connect to {host}:{port}")]
    Connect {
        /// The server.
        host: String,
        /// Its port.
        port: u16,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// No TLS with the server: its certificate is not trusted, or it does not speak TLS there.
    #[error("cannot secure the connection to {host}:{port}")]
    Tls {
        /// The server.
        host: String,
        /// Its port.
        port: u16,
        /// What is wrong with its certificate, where that is the reason.
        certificate: Option<Certificate>,
        /// What the TLS library says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// `?tls=required`, and the server does not offer STARTTLS.
    #[error("{host}:{port} does not offer STARTTLS")]
    NoStartTls {
        /// The server.
        host: String,
        /// Its port.
        port: u16,
    },
    /// The password would have to travel in the clear.
    #[error("{host}:{port} offers no encryption: the password stays here")]
    Unencrypted {
        /// The server.
        host: String,
        /// Its port.
        port: u16,
    },
    /// The server takes no login that ascolto knows (PLAIN, LOGIN).
    #[error("{host}:{port} offers no login by PLAIN or LOGIN")]
    NoLogin {
        /// The server.
        host: String,
        /// Its port.
        port: u16,
    },
    /// The server refused user or password.
    #[error("the login was refused: {code} {reply}")]
    Login {
        /// The server's answer: 454, 534, 535, …
        code: u16,
        /// What it said.
        reply: String,
    },
    /// The server refused for now: 4xx.
    #[error("refused for now ({phase}): {code} {reply}")]
    Transient {
        /// When.
        phase: Phase,
        /// 400 to 499.
        code: u16,
        /// What it said.
        reply: String,
    },
    /// The server refused: 5xx.
    #[error("refused ({phase}): {code} {reply}")]
    Permanent {
        /// When.
        phase: Phase,
        /// 500 to 599.
        code: u16,
        /// What it said.
        reply: String,
    },
    /// The connection ended, or what came was no answer.
    #[error("the connection was lost ({phase}): {reason}")]
    Lost {
        /// When.
        phase: Phase,
        /// What happened.
        reason: String,
    },
    /// No answer in time.
    #[error("no answer within {seconds} s ({phase})")]
    Timeout {
        /// When.
        phase: Phase,
        /// How long was waited.
        seconds: u64,
    },
    /// The folder cannot be written.
    #[error("cannot write {}", path.display())]
    Folder {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// What is wrong with a server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    /// Nobody that the system trusts signed it.
    Unknown,
    /// It is for another name.
    OtherName,
    /// It is not valid at this date.
    Expired,
    /// Something else.
    Other,
}

/// How far the conversation with the server had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// The server's greeting and EHLO.
    Greeting,
    /// STARTTLS.
    StartTls,
    /// AUTH.
    Login,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA, before anything of the message.
    Data,
    /// The message, and the answer to it.
    Body,
}

/// Whether to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// With back-off: the cause may pass, or a person may mend it.
    Later,
    /// Not: this message to this recipient is refused for good.
    Never,
}

impl SendError {
    /// Whether to try this message again.
    ///
    /// Only a final word about the recipient or the message itself ends the tries. What is wrong
    /// with settings, login or sender concerns all messages, and none of them should be lost
    /// because a password expired over the weekend.
    pub const fn retry(&self) -> Retry {
        match self {
            // 530 is "log in first" or "STARTTLS first", whenever it comes (RFC 4954, RFC 3207).
            Self::Permanent {
                phase: Phase::Recipient | Phase::Data | Phase::Body,
                code,
                ..
            } if *code != 530 => Retry::Never,
            _ => Retry::Later,
        }
    }

    /// Whether the server may have taken the message although its answer was not seen: the next
    /// try, with the same `Message-ID`, may then be a second copy.
    pub const fn may_have_arrived(&self) -> bool {
        matches!(
            self,
            Self::Lost {
                phase: Phase::Body,
                ..
            } | Self::Timeout {
                phase: Phase::Body,
                ..
            }
        )
    }

    /// The error and its causes on one line, for the outbox and for logs.
    pub fn line(&self) -> String {
        let mut line = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let text = error.to_string();
            if !line.contains(&text) {
                line.push_str(": ");
                line.push_str(&text);
            }
            cause = error.source();
        }
        super::harmless::line(&line, 300)
    }
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Greeting => "greeting",
            Self::StartTls => "STARTTLS",
            Self::Login => "login",
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::Data => "before the message",
            Self::Body => "after the message",
        })
    }
}
