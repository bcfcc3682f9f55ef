//! Reads mails of a mailbox: a client of the few commands of IMAP that reading takes
//! (RFC 9051; RFC 3501 servers know them all).
//!
//! Invariant: nothing is changed in the mailbox: EXAMINE opens it read-only, BODY.PEEK marks
//! nothing as read.
//! Invariant: a password is said over an encrypted connection, or to this machine.

mod wire;

use std::time::Duration;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use bytes::Bytes;
use tokio::time::{Instant, timeout};
use url::Url;

use self::wire::{Command, Fault, Line, Wire};
use super::fetcher::{Fetched, Fetcher};
use super::host::HostKey;
use super::shown::shown;
use super::{FetchError, socket};
use crate::model::{
    MAIL_CURSOR, MAILS_LEFT, MailCursor, MailEncryption, MailQuery, Request, Response, Timestamp,
    push_mail,
};

/// Bytes of one mail that are read; what is longer has attachments.
const MAX_MAIL: usize = 1024 * 1024;

/// The longest silence.
const IDLE: Duration = Duration::from_secs(20);

/// A folder, opened.
struct Folder {
    validity: u32,
    /// The number that the next mail will get, where the server says so.
    next: Option<u32>,
}

impl Fetcher {
    /// Reads what a mailbox has that is new.
    pub(super) async fn read_mails(
        &self,
        request: &Request,
        query: &MailQuery,
    ) -> Result<Fetched, FetchError> {
        let url = &request.url;
        let turn = self.turn(HostKey::of(url), request.least_gap).await;
        let begun = Instant::now();
        let reading = Box::pin(self.converse(url, query));
        let response = timeout(self.patience(), reading).await.unwrap_or_else(|_| {
            Err(FetchError::TooSlow {
                url: shown(url),
                limit: self.patience(),
            })
        });
        let place = turn.keep_place();
        Ok(Fetched::Fresh {
            response: response?,
            memory: std::collections::BTreeMap::new(),
            moved: None,
            elapsed: begun.elapsed(),
            place,
        })
    }

    async fn converse(&self, url: &Url, query: &MailQuery) -> Result<Response, FetchError> {
        let mut wire = self.greeted(url, query).await?;
        let login = Command::new("LOGIN ")
            .string(&query.user)
            .text(" ")
            .string(query.password.reveal());
        wire.command(login).await.map_err(|fault| match fault {
            Fault::No(says) => FetchError::Login {
                url: shown(url),
                says: words(&says),
            },
            other => error(url, other),
        })?;
        let examine = Command::new("EXAMINE ").string(&folder_name(&query.folder));
        let (said, _) = wire.command(examine).await.map_err(|fault| match fault {
            Fault::No(says) => FetchError::Refused {
                url: shown(url),
                what: format!("the folder {}", query.folder),
                says: words(&says),
            },
            other => error(url, other),
        })?;
        let folder = opened(&said)
            .ok_or_else(|| error(url, Fault::Strange("a folder without UIDVALIDITY")))?;
        let response = read(&mut wire, url, query, &folder, self.max_body()).await;
        wire.leave().await;
        response.map_err(|fault| error(url, fault))
    }

    /// A connection to the server, encrypted as asked for, after its greeting.
    async fn greeted(&self, url: &Url, query: &MailQuery) -> Result<Wire, FetchError> {
        let ca_file = query.ca_file.as_deref();
        let port = url.port().unwrap_or(match query.encryption {
            MailEncryption::Implicit => 993,
            MailEncryption::StartTls | MailEncryption::None => 143,
        });
        let stream = socket::connect(self.guard(), url, port).await?;
        let idle = IDLE.min(self.patience() / 3);
        let at = |fault| error(url, fault);
        match query.encryption {
            MailEncryption::Implicit => {
                let mut wire = Wire::new(socket::encrypted(stream, url, ca_file).await?, idle);
                greeting(&mut wire).await.map_err(at)?;
                Ok(wire)
            }
            MailEncryption::None => {
                let mut wire = Wire::new(Box::new(stream), idle);
                greeting(&mut wire).await.map_err(at)?;
                Ok(wire)
            }
            MailEncryption::StartTls => {
                let stream = wire::start_tls(stream, idle).await.map_err(at)?;
                Ok(Wire::new(
                    socket::encrypted(stream, url, ca_file).await?,
                    idle,
                ))
            }
        }
    }
}

async fn greeting(wire: &mut Wire) -> Result<(), Fault> {
    let line = wire.line().await?;
    greets(&line.text)
}

fn greets(line: &str) -> Result<(), Fault> {
    let rest = line.strip_prefix("* ").unwrap_or_default();
    match rest
        .split(' ')
        .next()
        .map(str::to_ascii_uppercase)
        .as_deref()
    {
        Some("OK" | "PREAUTH") => Ok(()),
        Some("BYE") => Err(Fault::No(rest.to_owned())),
        _ => Err(Fault::Strange("a greeting that is none of IMAP's")),
    }
}

/// What EXAMINE told of the folder.
fn opened(said: &[Line]) -> Option<Folder> {
    let code = |name: &str| {
        said.iter().find_map(|line| {
            let (_, rest) = line.text.split_once(&format!("[{name} "))?;
            rest.split(']').next()?.trim().parse().ok()
        })
    };
    Some(Folder {
        validity: code("UIDVALIDITY")?,
        next: code("UIDNEXT"),
    })
}

async fn read(
    wire: &mut Wire,
    url: &Url,
    query: &MailQuery,
    folder: &Folder,
    max_body: u64,
) -> Result<Response, Fault> {
    let after = query
        .after
        .filter(|cursor| cursor.validity == folder.validity)
        .map(|cursor| cursor.uid);
    let (said, _) = wire.command(search(query, after)).await?;
    let mut found: Vec<u32> = said.iter().flat_map(|line| numbers(&line.text)).collect();
    // `n:*` always gives the last mail, even where it is older than `n`.
    found.retain(|uid| after.is_none_or(|after| *uid > after));
    found.sort_unstable();
    found.dedup();
    let mut mbox = Vec::new();
    let mut reached = after;
    let mut left = found.len();
    for uid in found.iter().take(query.most) {
        let fetch = format!("UID FETCH {uid} (UID BODY.PEEK[]<0.{MAX_MAIL}>)");
        let (said, _) = wire.command(Command::new(&fetch)).await?;
        let bodies = said.iter().filter(|line| line.text.contains("BODY[]"));
        // A mail that was deleted meanwhile gives none.
        if let Some(mail) = bodies.flat_map(|line| &line.literals).next() {
            push_mail(&mut mbox, mail);
        }
        left -= 1;
        reached = Some(*uid);
        if (mbox.len() + MAX_MAIL) as u64 > max_body {
            break;
        }
    }
    if left == 0
        && let Some(next) = folder.next
    {
        reached = reached.max(Some(next.saturating_sub(1)));
    }
    let mut headers = vec![("content-type".to_owned(), "application/mbox".to_owned())];
    if let Some(uid) = reached {
        let cursor = MailCursor {
            validity: folder.validity,
            uid,
        };
        headers.push((MAIL_CURSOR.to_owned(), cursor.to_string()));
    }
    if left > 0 {
        headers.push((MAILS_LEFT.to_owned(), left.to_string()));
    }
    Ok(Response {
        status: 200,
        headers,
        body: Bytes::from(mbox),
        url: url.clone(),
    })
}

fn search(query: &MailQuery, after: Option<u32>) -> Command {
    let sought = || query.from.iter().chain(&query.subject);
    let charset = if sought().all(|text| text.is_ascii()) {
        ""
    } else {
        "CHARSET UTF-8 "
    };
    let which = match after {
        Some(uid) => format!("UID {}:*", u64::from(uid) + 1),
        None => format!("SINCE {}", day(query.since)),
    };
    let command = Command::new(&format!("UID SEARCH {charset}{which}"));
    let command = any_of(command, "FROM", &query.from);
    any_of(command, "SUBJECT", &query.subject)
}

/// `OR` takes two keys: the first, and all others.
fn any_of(mut command: Command, key: &str, texts: &[String]) -> Command {
    for (number, text) in texts.iter().enumerate() {
        let or = if number + 1 < texts.len() { " OR" } else { "" };
        command = command.text(&format!("{or} {key} ")).string(text);
    }
    command
}

/// `21-Nov-2026` (RFC 9051, `date`).
fn day(at: Timestamp) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let text = at.to_string();
    let mut parts = text.split(['-', 'T']);
    let year = parts.next().unwrap_or("1970");
    let month = parts.next().and_then(|month| month.parse::<usize>().ok());
    let month = month.and_then(|month| MONTHS.get(month.checked_sub(1)?));
    let day = parts.next().unwrap_or("01");
    format!("{day}-{}-{year}", month.unwrap_or(&"Jan"))
}

/// The numbers of `* SEARCH 2 3 5`.
fn numbers(line: &str) -> Vec<u32> {
    let rest = line.strip_prefix("* ").unwrap_or_default();
    match rest.split_at_checked(6) {
        Some((word, numbers)) if word.eq_ignore_ascii_case("SEARCH") => numbers
            .split_ascii_whitespace()
            .map_while(|number| number.parse().ok())
            .collect(),
        _ => Vec::new(),
    }
}

/// The base64 of folders' names: a comma for the slash, no padding.
const MODIFIED: GeneralPurpose = GeneralPurpose::new(&alphabet::IMAP_MUTF7, NO_PAD);

/// A folder's name as servers have it: what is not ASCII in a base64 of its own (RFC 3501,
/// section 5.1.3).
fn folder_name(name: &str) -> String {
    fn flush(shifted: &mut Vec<u16>, out: &mut String) {
        if shifted.is_empty() {
            return;
        }
        out.push('&');
        let bytes: Vec<u8> = shifted.drain(..).flat_map(u16::to_be_bytes).collect();
        MODIFIED.encode_string(&bytes, out);
        out.push('-');
    }
    let mut out = String::new();
    let mut shifted = Vec::new();
    for c in name.chars() {
        if (' '..='~').contains(&c) {
            flush(&mut shifted, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            shifted.extend_from_slice(c.encode_utf16(&mut [0; 2]));
        }
    }
    flush(&mut shifted, &mut out);
    out
}

/// A server's own words, short enough for a line.
fn words(says: &str) -> String {
    says.chars().filter(|c| !c.is_control()).take(200).collect()
}

fn error(url: &Url, fault: Fault) -> FetchError {
    let url = shown(url);
    match fault {
        Fault::Idle(limit) => FetchError::TooSlow { url, limit },
        Fault::Broken(source) => FetchError::Connection { url, source },
        Fault::TooLarge(limit) => FetchError::TooLarge {
            url,
            part: "answer",
            limit,
        },
        Fault::Strange(what) => FetchError::Connection {
            url,
            source: format!("the server says what IMAP does not know: {what}").into(),
        },
        Fault::No(says) => FetchError::Refused {
            url,
            what: "this".to_owned(),
            says: words(&says),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_folders_are_encoded_as_servers_have_them() {
        for (name, encoded) in [
            ("INBOX", "INBOX"),
            ("A & B", "A &- B"),
            // The example of RFC 3501.
            (
                "~peter/mail/\u{53f0}\u{5317}/\u{65e5}\u{672c}\u{8a9e}",
                "~peter/mail/&U,BTFw-/&ZeVnLIqe-",
            ),
            ("Priorit\u{e0}", "Priorit&AOA-"),
            ("\u{1f4ec}", "&2D3c7A-"),
        ] {
            assert_eq!(folder_name(name), encoded);
        }
    }

    #[test]
    fn answers_are_read_with_patience() {
        assert_eq!(numbers("* SEARCH 2 30 5"), [2, 30, 5]);
        assert_eq!(numbers("* search"), [0_u32; 0]);
        assert_eq!(numbers("* SEARCHED 4"), [0_u32; 0]);
        assert_eq!(numbers("* SEARCH 4 (MODSEQ 9)"), [4]);
        assert_eq!(numbers("* \u{e0}\u{e0}\u{e0}\u{e0} 4"), [0_u32; 0]);
        assert_eq!(
            day(Timestamp::parse("2026-02-03T23:59:59Z").unwrap()),
            "03-Feb-2026"
        );
        let line = |text: &str| Line {
            text: text.to_owned(),
            literals: Vec::new(),
        };
        let said = [
            line("* 3 EXISTS"),
            line("* OK [UIDVALIDITY 17] x"),
            line("* OK [UIDNEXT 9]"),
        ];
        let folder = opened(&said).unwrap();
        assert_eq!((folder.validity, folder.next), (17, Some(9)));
        assert!(opened(&[line("* OK [UIDVALIDITY x]")]).is_none());
        assert!(greets("* OK ready").is_ok() && greets("* PREAUTH x").is_ok());
        assert!(greets("* BYE too many").is_err() && greets("220 mail ESMTP").is_err());
    }
}
