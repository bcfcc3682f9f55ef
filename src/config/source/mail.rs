//! Kinds that read what is sent to the brand.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use url::Url;

use super::fields::Fields;
use super::kind::Kind;
use super::word::{self, Charset};
use crate::config::document::Finding;
use crate::config::section::short;
use crate::config::value::Fault;
use crate::model::{ImapSettings, ItemKind, MailEncryption, SourceKind, WebhookSettings};

pub(super) const IMAP: Kind = Kind {
    keys: &[
        "url",
        "user",
        "password_env",
        "password_file",
        "folder",
        "from",
        "subject",
        "type",
        "ca_file",
    ],
    ..Kind::new("imap", Duration::from_mins(10), imap)
};

pub(super) const WEBHOOK: Kind = Kind {
    keys: &["path", "listen", "token_env", "token_file", "type"],
    ..Kind::new("webhook", Duration::from_hours(24), webhook)
};

fn webhook(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let path = fields.needed("path", "path = \"shop\"", |text| {
        word::read(text, "the last part of an address", Charset::Word, "shop")
    });
    let listen = if fields.has("listen") {
        fields.parsed("listen", |text| {
            text.trim().parse::<SocketAddr>().map_err(|_| {
                Fault::new(format!("`{}` is not an address and a port", short(text)))
                    .hint("write it like \"127.0.0.1:8787\"".to_owned())
            })
        })
    } else {
        Some(SocketAddr::from(([127, 0, 0, 1], 8787)))
    };
    if listen.is_some_and(|listen| !listen.ip().is_loopback()) {
        fields.report(
            Finding::warning(
                fields.place("listen"),
                "everyone who reaches this machine can write here, unencrypted".to_owned(),
            )
            .hint("listen on 127.0.0.1 behind a web server that speaks https".to_owned()),
        );
    }
    if !fields.names_secret("token") {
        fields.lacks("token_file", "token_file = \"webhook-token\"");
    }
    let token = fields.secret("token");
    let item_kind = fields.item_kind().unwrap_or_default();
    let (path, listen) = (path?, listen?);
    Some(SourceKind::Webhook(WebhookSettings {
        url: Url::parse(&format!("http://{listen}/ingest/{path}")).ok()?,
        listen,
        token,
        item_kind,
    }))
}

fn imap(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let url = fields.needed("url", "url = \"imaps://mail.example\"", mail_server);
    let user = fields.needed("user", "user = \"care@frigolux.example\"", one_line);
    let password = fields.secret("password");
    if !fields.names_secret("password") {
        fields.lacks("password_file", "password_file = \"mailbox-password\"");
    }
    let folder = fields.parsed("folder", one_line);
    let from = fields.list("from", one_line);
    let subject = fields.list("subject", one_line);
    let item_kind = fields.item_kind().unwrap_or(ItemKind::Message);
    let dir = fields.around.dir.clone();
    let ca_file = fields.parsed("ca_file", |text| {
        let path = dir.join(text);
        if path.is_file() {
            Ok(path)
        } else {
            Err(Fault::new(format!("there is no file `{text}`"))
                .hint("the path starts from the folder of this file".to_owned()))
        }
    });
    let (url, encryption) = url?;
    Some(SourceKind::Imap(Box::new(ImapSettings {
        url,
        encryption,
        ca_file,
        user: user?,
        password,
        folder: folder.unwrap_or_else(|| "INBOX".to_owned()),
        from,
        subject,
        item_kind,
    })))
}

/// An address of a mailbox's server, and how the connection to it is encrypted.
fn mail_server(text: &str) -> Result<(Url, MailEncryption), Fault> {
    let wrong = |hint: &str| {
        // Not shown: it may hold a password.
        Fault::new("this is not the address of a mailbox's server").hint(hint.to_owned())
    };
    let general = "write \"imaps://mail.example\", or \"imap://mail.example\" for STARTTLS";
    let mut url = Url::parse(text).map_err(|_| wrong(general))?;
    if !["imap", "imaps"].contains(&url.scheme()) || url.host_str().is_none_or(str::is_empty) {
        return Err(wrong(general));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(
            "the user stands in `user`, the password where `password_file` says",
        ));
    }
    if !matches!(url.path(), "" | "/") {
        return Err(wrong("the folder stands in `folder`"));
    }
    let plain = match url.query() {
        None => false,
        Some("tls=none") => true,
        Some(_) => return Err(wrong("after `?` stands tls=none, or nothing")),
    };
    let encryption = match (url.scheme(), plain) {
        ("imaps", false) => MailEncryption::Implicit,
        ("imap", false) => MailEncryption::StartTls,
        ("imap", true) if is_loopback(&url) => MailEncryption::None,
        _ => {
            return Err(wrong(
                "the password would travel in the clear: tls=none is for this machine alone",
            ));
        }
    };
    url.set_query(None);
    url.set_fragment(None);
    url.set_path("/");
    Ok((url, encryption))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn one_line(text: &str) -> Result<String, Fault> {
    let line = text.trim();
    if line.is_empty() || line.chars().any(char::is_control) {
        return Err(Fault::new("a word or a line is missing here"));
    }
    Ok(line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_travel_encrypted_or_not_at_all() {
        for (text, expected) in [
            ("imaps://mail.example", Some(MailEncryption::Implicit)),
            ("imap://mail.example:143/", Some(MailEncryption::StartTls)),
            (
                "imap://127.0.0.1:14143?tls=none",
                Some(MailEncryption::None),
            ),
            ("imap://[::1]:14143/?tls=none", Some(MailEncryption::None)),
            ("imap://mail.example?tls=none", None),
            ("imap://127.0.0.1.mail.example?tls=none", None),
            ("imaps://localhost?tls=none", None),
            ("imaps://lia:geheim@mail.example", None),
            ("imaps://mail.example/INBOX", None),
            ("imaps://", None),
            ("https://mail.example", None),
            ("mail.example", None),
        ] {
            let read = mail_server(text);
            let encryption = read.as_ref().ok().map(|(_, encryption)| *encryption);
            assert_eq!(encryption, expected, "{text}");
            if let Err(fault) = read {
                assert!(!format!("{fault:?}").contains("geheim"));
            }
        }
    }
}
