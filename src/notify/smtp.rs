//! A mail server, spoken to through lettre on streams of our own.
//!
//! lettre writes the dot that ends a message apart from the message and never sets TCP_NODELAY,
//! so that each mail waits 44 ms for a delayed acknowledgement; on a stream with the option set
//! it does not. Each step of the conversation is taken apart, so that an error says how far it
//! had come.

use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::{Host, Url};

use super::pace::Pace;
use super::send_error::{Phase, SendError};
use super::{message, smtp_tls};
use crate::config::MailSettings;
use crate::model::Message;

/// Connections that wait to be used again, at most.
const IDLE: usize = 4;
/// Messages in a minute to a server elsewhere, unless the settings say otherwise. One on the same
/// machine has a queue and a pace of its own.
const PER_MINUTE: u32 = 60;
/// For a connection and for TLS.
const CONNECT: Duration = Duration::from_secs(30);
/// For an answer to a command (RFC 5321, section 4.5.3.2 asks for 5 minutes; a server that slow
/// is better tried again later).
const COMMAND: Duration = Duration::from_mins(2);
/// For the answer to the message, which must not be cut short: it may have been taken.
const BODY: Duration = Duration::from_mins(10);

/// A mail server and the connections to it.
pub struct Smtp {
    pub(super) host: String,
    pub(super) port: u16,
    security: Security,
    loopback: bool,
    hello: ClientId,
    login: Option<Login>,
    ca_file: Option<PathBuf>,
    pub(super) pace: Pace,
    idle: Mutex<Vec<AsyncSmtpConnection>>,
}

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    /// Not at all.
    Plain,
    /// By STARTTLS, where the server offers it.
    Opportunistic,
    /// By STARTTLS, or no mail leaves.
    Required,
    /// From the first byte: `smtps://`.
    Implicit,
}

struct Login {
    credentials: Credentials,
    password: String,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .finish_non_exhaustive()
    }
}

impl Smtp {
    /// Reads the address of the server: `smtp://` or `smtps://`, user and port optional,
    /// `?tls=required|opportunistic`, the name for EHLO as path.
    pub(super) fn new(url: &Url, settings: &MailSettings) -> Result<Self, SendError> {
        // The schemes are unknown to the URL standard: addresses come as names.
        let host = url
            .host_str()
            .and_then(|host| Host::parse(host).ok())
            .ok_or_else(|| {
                wrong("the mail server has no host: expected `smtp://host:port`".to_owned())
            })?;
        let loopback = match &host {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
        };
        let security = security(url)?;
        let port = url.port().unwrap_or(match security {
            Security::Implicit => 465,
            Security::Required | Security::Opportunistic => 587,
            Security::Plain => 25,
        });
        let login = login(url, settings)?;
        if login.is_some() && security == Security::Plain && !loopback {
            return Err(wrong(format!(
                "the password would travel to {host} in the clear: \
                 write `smtps://` or add `?tls=required`"
            )));
        }
        let per_minute = settings
            .per_minute
            .or_else(|| (!loopback).then_some(PER_MINUTE));
        let hello = match url.path().trim_matches('/') {
            "" => ClientId::default(),
            name => ClientId::Domain(name.to_owned()),
        };
        let host = match &host {
            Host::Domain(name) => name.clone(),
            Host::Ipv4(ip) => ip.to_string(),
            Host::Ipv6(ip) => ip.to_string(),
        };
        Ok(Self {
            host,
            port,
            security,
            loopback,
            hello,
            login,
            ca_file: settings.ca_file.clone(),
            pace: Pace::new(per_minute.map(|most| usize::try_from(most).unwrap_or(usize::MAX))),
            idle: Mutex::new(Vec::new()),
        })
    }

    pub(super) async fn send(&self, message: &Message) -> Result<(), SendError> {
        let (from, to) = (bare(&message.from)?, bare(&message.to)?);
        let idle = self.lock().pop();
        if let Some(mut connection) = idle {
            match self.deliver(&mut connection, &from, &to, message).await {
                // A server may close a connection that was idle too long; nothing was said yet.
                Err(
                    SendError::Lost {
                        phase: Phase::Sender,
                        ..
                    }
                    | SendError::Transient {
                        phase: Phase::Sender,
                        code: 421,
                        ..
                    },
                ) => {}
                outcome => return self.settle(connection, outcome).await,
            }
        }
        let mut connection = self.connect().await?;
        let outcome = self.deliver(&mut connection, &from, &to, message).await;
        self.settle(connection, outcome).await
    }

    /// Keeps the connection for the next message if it can still be used.
    async fn settle(
        &self,
        mut connection: AsyncSmtpConnection,
        outcome: Result<(), SendError>,
    ) -> Result<(), SendError> {
        let usable = match &outcome {
            Ok(()) => true,
            Err(SendError::Transient { code, .. }) if *code == 421 => false,
            Err(SendError::Transient { .. } | SendError::Permanent { .. }) => self
                .step(Phase::Sender, COMMAND, connection.command(Rset))
                .await
                .is_ok(),
            Err(_) => false,
        };
        if usable {
            let mut idle = self.lock();
            if idle.len() < IDLE {
                idle.push(connection);
            }
        }
        outcome
    }

    pub(super) async fn close(&self) {
        let idle = std::mem::take(&mut *self.lock());
        for mut connection in idle {
            // Nothing is lost if the server is gone already.
            drop(timeout(CONNECT, connection.quit()).await);
        }
    }

    async fn deliver(
        &self,
        connection: &mut AsyncSmtpConnection,
        from: &Address,
        to: &Address,
        message: &Message,
    ) -> Result<(), SendError> {
        let mut parameters = Vec::new();
        if !(message.from.is_ascii() && message.to.is_ascii()) {
            if !connection
                .server_info()
                .supports_feature(Extension::SmtpUtfEight)
            {
                return Err(wrong(format!(
                    "{}:{} takes no addresses with letters outside ASCII",
                    self.host, self.port
                )));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let mail = Mail::new(Some(from.clone()), parameters);
        self.step(Phase::Sender, COMMAND, connection.command(mail))
            .await?;
        let recipient = Rcpt::new(to.clone(), Vec::new());
        self.step(Phase::Recipient, COMMAND, connection.command(recipient))
            .await?;
        self.step(Phase::Data, COMMAND, connection.command(Data))
            .await?;
        self.step(Phase::Body, BODY, connection.message(&message.raw))
            .await?;
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let unreachable = |source| SendError::Connect {
            host: self.host.clone(),
            port: self.port,
            source,
        };
        let stream = match timeout(CONNECT, TcpStream::connect((&*self.host, self.port))).await {
            Ok(stream) => stream.map_err(unreachable)?,
            Err(elapsed) => return Err(unreachable(elapsed.into())),
        };
        stream.set_nodelay(true).map_err(unreachable)?;
        let mut encrypted = self.security == Security::Implicit;
        let stream = if encrypted {
            smtp_tls::wrapped(stream, self, self.ca_file.as_deref(), CONNECT).await?
        } else {
            Box::new(stream)
        };
        let greeting = AsyncSmtpConnection::connect_with_transport(stream, &self.hello);
        let mut connection = self.step(Phase::Greeting, COMMAND, greeting).await?;
        if matches!(self.security, Security::Required | Security::Opportunistic) {
            if connection.can_starttls() {
                let parameters = smtp_tls::parameters(self, self.ca_file.as_deref())?;
                let upgrade = connection.starttls(parameters, &self.hello);
                match timeout(CONNECT, upgrade).await {
                    Ok(outcome) => outcome.map_err(|error| self.tls_or_answer(error))?,
                    Err(_) => return Err(too_slow(Phase::StartTls, CONNECT)),
                }
                encrypted = true;
            } else if self.security == Security::Required {
                return Err(SendError::NoStartTls {
                    host: self.host.clone(),
                    port: self.port,
                });
            }
        }
        if let Some(login) = &self.login {
            self.log_in(&mut connection, login, encrypted).await?;
        }
        Ok(connection)
    }

    async fn log_in(
        &self,
        connection: &mut AsyncSmtpConnection,
        login: &Login,
        encrypted: bool,
    ) -> Result<(), SendError> {
        let (host, port) = (self.host.clone(), self.port);
        if !encrypted && !self.loopback {
            return Err(SendError::Unencrypted { host, port });
        }
        let known = [Mechanism::Plain, Mechanism::Login];
        if connection
            .server_info()
            .get_auth_mechanism(&known)
            .is_none()
        {
            return Err(SendError::NoLogin { host, port });
        }
        let attempt = connection.auth(&known, &login.credentials);
        match self.step(Phase::Login, COMMAND, attempt).await {
            Ok(_) => Ok(()),
            Err(
                SendError::Transient { code, reply, .. } | SendError::Permanent { code, reply, .. },
            ) => Err(SendError::Login {
                code,
                reply: masked(&reply, &login.password),
            }),
            Err(other) => Err(other),
        }
    }

    /// Awaits one step and says how far it came.
    async fn step<T>(
        &self,
        phase: Phase,
        patience: Duration,
        step: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
    ) -> Result<T, SendError> {
        match timeout(patience, step).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(failure(phase, &error)),
            Err(_) => Err(too_slow(phase, patience)),
        }
    }

    /// STARTTLS fails by an answer, or by TLS.
    fn tls_or_answer(&self, error: lettre::transport::smtp::Error) -> SendError {
        if error.status().is_some() || error.is_response() {
            failure(Phase::StartTls, &error)
        } else {
            smtp_tls::refused(self, Box::new(error))
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<AsyncSmtpConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a server's answer, or the lack of one, means.
fn failure(phase: Phase, error: &lettre::transport::smtp::Error) -> SendError {
    let said = std::error::Error::source(error)
        .map_or_else(|| error.to_string(), std::string::ToString::to_string);
    let reply = super::harmless::line(&said, 200);
    let code = error.status().map(u16::from);
    match code {
        Some(code) if error.is_transient() => SendError::Transient { phase, code, reply },
        Some(code) => SendError::Permanent { phase, code, reply },
        None => SendError::Lost {
            phase,
            reason: reply,
        },
    }
}

const fn too_slow(phase: Phase, patience: Duration) -> SendError {
    SendError::Timeout {
        phase,
        seconds: patience.as_secs(),
    }
}

/// A reply without the password and without what may be its encoded form, which a server in its
/// debug mode may repeat.
fn masked(reply: &str, password: &str) -> String {
    /// Letters of a word that may be an encoded login.
    const ENCODED: usize = 16;
    let words: Vec<&str> = reply
        .split(' ')
        .map(|word| {
            let encoded = word.len() >= ENCODED
                && !word.contains("://")
                && word
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='));
            if encoded || (!password.is_empty() && word.contains(password)) {
                "…"
            } else {
                word
            }
        })
        .collect();
    let reply = words.join(" ");
    if password.is_empty() {
        reply
    } else {
        reply.replace(password, "…")
    }
}

fn security(url: &Url) -> Result<Security, SendError> {
    let tls = url
        .query_pairs()
        .find(|(key, _)| key == "tls")
        .map(|(_, value)| value.into_owned());
    match (url.scheme(), tls.as_deref()) {
        ("smtp", None) => Ok(Security::Plain),
        ("smtp", Some("required")) => Ok(Security::Required),
        ("smtp", Some("opportunistic")) => Ok(Security::Opportunistic),
        ("smtps", _) => Ok(Security::Implicit),
        ("smtp", Some(other)) => Err(wrong(format!(
            "`tls={other}` is not known: expected `required` or `opportunistic`"
        ))),
        (scheme, _) => Err(wrong(format!(
            "`{scheme}://` is not a mail server: expected `smtp://` or `smtps://`"
        ))),
    }
}

/// The user of the address with the password of the settings, or the one in the address.
fn login(url: &Url, settings: &MailSettings) -> Result<Option<Login>, SendError> {
    let user = decoded(url.username());
    let password = match (&settings.password, url.password()) {
        (Some(secret), _) => secret.reveal().to_owned(),
        (None, Some(password)) => decoded(password),
        (None, None) if user.is_empty() => return Ok(None),
        (None, None) => {
            return Err(wrong(
                "the mail server has a user but no password: \
                 name it by `password_env` or `password_file`"
                    .to_owned(),
            ));
        }
    };
    if user.is_empty() {
        return Err(wrong(
            "there is a password but no user: write `smtps://user@host`".to_owned(),
        ));
    }
    Ok(Some(Login {
        credentials: Credentials::new(user, password.clone()),
        password,
    }))
}

/// Undoes percent-encoding; bytes that are no UTF-8 become U+FFFD.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let pair = (byte == b'%')
            .then(|| Some((hex(ahead.next()?)?, hex(ahead.next()?)?)))
            .flatten();
        if let Some((high, low)) = pair {
            bytes.push(high << 4 | low);
            rest = ahead;
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

fn bare(address: &str) -> Result<Address, SendError> {
    message::address(address)
        .map(|mailbox| mailbox.email)
        .map_err(|error| wrong(error.to_string()))
}

const fn wrong(problem: String) -> SendError {
    SendError::Settings { problem }
}
