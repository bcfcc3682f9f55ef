//! What to change in `[mail]` when a message does not leave.

use std::io;

use super::send_error::{Certificate, Phase, SendError};
use crate::config::MailSettings;

/// What a person can do about `error`, in one or two sentences; `None` where waiting is all.
pub fn advice(error: &SendError, settings: &MailSettings) -> Option<String> {
    let url = settings.url.as_ref();
    let implicit = url.is_some_and(|url| url.scheme() == "smtps");
    let upgrades = url.is_some_and(|url| url.query_pairs().any(|(key, _)| key == "tls"));
    let port = url.and_then(url::Url::port);
    let text = match error {
        SendError::Settings { .. } | SendError::Folder { .. } => return None,
        SendError::Connect { source, port, .. } => unreachable(source, *port),
        SendError::Tls {
            certificate: Some(certificate),
            host,
            ..
        } => distrusted(*certificate, host),
        SendError::Tls { host, .. } if implicit => format!(
            "the server does not speak TLS from the start there: \
             `smtps://` is for port 465; for port 587 write `smtp://{host}:587?tls=required`"
        ),
        SendError::Tls { .. } => {
            "the server offered STARTTLS and then did not manage it: ask whoever runs it".to_owned()
        }
        SendError::NoStartTls { host, .. } => format!(
            "the server offers no STARTTLS there: try `smtps://{host}:465`, or, for a server on \
             this machine, leave `?tls=required` out"
        ),
        SendError::Unencrypted { host, .. } => format!(
            "ascolto sends no password in the clear: write `smtp://{host}:587?tls=required` or \
             `smtps://{host}:465`"
        ),
        SendError::NoLogin { .. } if !implicit && !upgrades => {
            "most servers offer a login only once the connection is encrypted: \
             add `?tls=required`; for a server that needs no login, leave the user out of `url`"
                .to_owned()
        }
        SendError::NoLogin { .. } => {
            "the server wants no login here, or one that ascolto does not know: \
             leave the user out of `url`, or try port 587 or 465"
                .to_owned()
        }
        SendError::Login { code, .. } => refused_login(*code),
        SendError::Permanent { code: 530, .. } if !implicit && !upgrades => {
            "the server wants STARTTLS first: add `?tls=required` to `url`".to_owned()
        }
        SendError::Permanent { code: 530, .. } => {
            "the server wants a login first: write the user into `url` (`smtps://user@host`) and \
             name the password by `password_env` or `password_file`"
                .to_owned()
        }
        SendError::Permanent { phase, .. } => refused(*phase, &settings.from),
        SendError::Transient { .. } => {
            "the server asks to come back later; ascolto does, with growing gaps".to_owned()
        }
        SendError::Timeout {
            phase: Phase::Greeting,
            ..
        }
        | SendError::Lost {
            phase: Phase::Greeting,
            ..
        } if !implicit && (port == Some(465) || port.is_none()) => {
            "a server that says nothing may wait for TLS: port 465 is `smtps://`".to_owned()
        }
        SendError::Timeout { .. } | SendError::Lost { .. } => {
            "the server or the network between is in trouble; ascolto tries again".to_owned()
        }
    };
    Some(text)
}

fn unreachable(source: &io::Error, port: u16) -> String {
    match source.kind() {
        io::ErrorKind::ConnectionRefused => format!(
            "nothing answers at port {port}: 465 is usual for `smtps://`, 587 for \
             `smtp://…?tls=required`, 25 for a relay of one's own"
        ),
        io::ErrorKind::TimedOut => format!(
            "something drops what goes to port {port}: many networks block port 25, few block 587 \
             and 465"
        ),
        _ => "check the name of the server in `[mail] url`, and the network".to_owned(),
    }
}

fn distrusted(certificate: Certificate, host: &str) -> String {
    match certificate {
        Certificate::Unknown => "its certificate is signed by nobody that this system trusts: \
             for a server of your own, name the certificate (PEM) by `[mail] ca_file`"
            .to_owned(),
        Certificate::OtherName => format!(
            "its certificate is for another name than `{host}`: write the name that stands in \
             the certificate"
        ),
        Certificate::Expired => "its certificate is not valid today: \
             whoever runs the server must renew it; check this machine's clock too"
            .to_owned(),
        Certificate::Other => {
            "its certificate cannot be used: ask whoever runs the server".to_owned()
        }
    }
}

fn refused_login(code: u16) -> String {
    match code {
        534 => "this account wants an app password: make one with your mail provider and put it \
             where the password stands"
            .to_owned(),
        400..500 => "the server cannot check the login right now; ascolto tries again".to_owned(),
        _ => "wrong user or password: check the user in `url` and what `password_env` or \
             `password_file` hold; accounts with two-step login want an app password"
            .to_owned(),
    }
}

fn refused(phase: Phase, from: &str) -> String {
    match phase {
        Phase::Sender => format!(
            "the server does not let this login send as `{from}`: \
             set `[mail] from` to the address of the account"
        ),
        Phase::Recipient => {
            "the server knows no such recipient, or does not relay to it without a login: \
             check the address in `to`"
                .to_owned()
        }
        _ => "the server does not want this message; its words say why".to_owned(),
    }
}
