//! Mails of a mailbox: what to read of it, and how they travel from `fetch` to an adapter.

use std::path::PathBuf;

use super::{Secret, Timestamp};

/// What to read of one folder of a mailbox over IMAP (RFC 3501, RFC 9051). Nothing is changed
/// there: the folder is opened read-only, and no mail is marked as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailQuery {
    /// How the connection is encrypted.
    pub encryption: MailEncryption,
    /// A file with further certificates to trust, in PEM form.
    pub ca_file: Option<PathBuf>,
    /// Who reads.
    pub user: String,
    /// That one's password.
    pub password: Secret,
    /// The folder's name.
    pub folder: String,
    /// Only mails whose sender holds one of these, whatever the case; none = any.
    pub from: Vec<String>,
    /// Only mails whose subject holds one of these, whatever the case; none = any.
    pub subject: Vec<String>,
    /// What was read before.
    pub after: Option<MailCursor>,
    /// Where nothing was read before, or the server counts anew: mails that came since.
    pub since: Timestamp,
    /// How many mails to read at most, the oldest first.
    pub most: usize,
}

/// How a connection to a mailbox is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailEncryption {
    /// From the first byte: `imaps://`.
    Implicit,
    /// By STARTTLS before anything secret is said: `imap://`.
    StartTls,
    /// Not at all: on this machine alone.
    None,
}

/// How far a folder was read. Numbers of mails only ever grow, as long as the folder keeps its
/// `UIDVALIDITY` (RFC 9051, section 2.3.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailCursor {
    /// The folder's `UIDVALIDITY`.
    pub validity: u32,
    /// The number of the last mail that was read.
    pub uid: u32,
}

impl MailCursor {
    /// Reads what [`Display`](std::fmt::Display) wrote: `1700000000:58`.
    pub fn parse(text: &str) -> Option<Self> {
        let (validity, uid) = text.split_once(':')?;
        Some(Self {
            validity: validity.parse().ok()?,
            uid: uid.parse().ok()?,
        })
    }
}

impl std::fmt::Display for MailCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.validity, self.uid)
    }
}

/// The header of a response that says how far the folder was read: a [`MailCursor`].
pub const MAIL_CURSOR: &str = "mail-cursor";

/// The header of a response that says how many mails are left to be read.
pub const MAILS_LEFT: &str = "mails-left";

/// The line before each mail of a response in `application/mbox` (RFC 4155).
const SEPARATOR: &[u8] = b"From ascolto@localhost Thu Jan  1 00:00:00 1970\n";

/// Appends a mail to a body in `application/mbox`: a line that looks like the separator gets a `>`
/// before it, as does one that has one already, so that [`mails`] gives back what was written.
pub fn push_mail(mbox: &mut Vec<u8>, mail: &[u8]) {
    mbox.extend_from_slice(SEPARATOR);
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        if without_quotes(line).starts_with(b"From ") {
            mbox.push(b'>');
        }
        mbox.extend_from_slice(line);
    }
    if !mail.ends_with(b"\n") {
        mbox.push(b'\n');
    }
    mbox.push(b'\n');
}

/// The mails of a body in `application/mbox`.
pub fn mails(mbox: &[u8]) -> Vec<Vec<u8>> {
    let mut mails: Vec<Vec<u8>> = Vec::new();
    for line in mbox.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b"From ") {
            mails.push(Vec::new());
        } else if let Some(mail) = mails.last_mut() {
            let quoted = line.starts_with(b">") && without_quotes(line).starts_with(b"From ");
            mail.extend_from_slice(if quoted {
                line.get(1..).unwrap_or_default()
            } else {
                line
            });
        }
    }
    mails
}

fn without_quotes(line: &[u8]) -> &[u8] {
    let quotes = line.iter().take_while(|byte| **byte == b'>').count();
    line.get(quotes..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_come_out_as_they_went_in() {
        let sent: [&[u8]; 4] = [
            b"Subject: a\r\n\r\nFrom here\r\n>From there\r\n",
            b"",
            b"Subject: \xff\n\nFrom ",
            b">>From\n",
        ];
        let mut mbox = Vec::new();
        for mail in sent {
            push_mail(&mut mbox, mail);
        }
        let received = mails(&mbox);
        assert_eq!(received.len(), 4);
        for (mail, sent) in received.iter().zip(sent) {
            assert_eq!(mail.trim_ascii_end(), sent.trim_ascii_end());
        }
    }

    #[test]
    fn cursors_are_read_back() {
        let cursor = MailCursor {
            validity: 17,
            uid: 4_294_967_295,
        };
        assert_eq!(MailCursor::parse(&cursor.to_string()), Some(cursor));
        for text in ["", "17", "17:", ":1", "17:-1", "17:4294967296"] {
            assert_eq!(MailCursor::parse(text), None, "{text}");
        }
    }
}
