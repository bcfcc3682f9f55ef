//! `kind = "imap"`: mails of a mailbox, read-only: alerts, notices of reviews, newsletters.
//!
//! In go mails as they were sent, in an mbox; out come items. A mail is one item, but for those of
//! Google Alerts, which hold one for each page that was found.
//!
//! Invariant: nothing is asked but EXAMINE and reading: a request of this kind cannot change a mailbox.

mod alert;

use std::time::Duration;

use mail_parser::{Message, MessageParser, PartType};

use super::api::each_once;
use super::{Access, Adapter, Answer, Asking, MAX_ITEMS, Manifest, Page, ParseError, Refusal};
use crate::extract::{clean_line, clean_text, plain_text};
use crate::model::{
    Author, ImapSettings, Item, MAIL_CURSOR, MAILS_LEFT, MailCursor, MailQuery, Method, Request,
    SourceState, Timestamp, mails,
};

pub(super) static MANIFEST: Manifest = Manifest {
    access: Access::OwnAccount,
    limits: "1 MiB of each mail; 1,000 mails a poll, and none older than 30 days at the first",
    ..Manifest::OPEN
};

/// How far back the first poll reads.
const FIRST: Duration = Duration::from_hours(30 * 24);

/// Mails of one page.
const MAILS: usize = 200;

/// Pages of a poll.
const PAGES: u32 = 5;

/// The name under which the cursor is kept.
const CURSOR: &str = "mails";

/// Reads a folder of a mailbox.
#[derive(Debug, Clone, Copy)]
pub(super) struct ImapAdapter<'a> {
    settings: &'a ImapSettings,
}

impl<'a> ImapAdapter<'a> {
    /// The adapter of one folder.
    pub(super) fn new(settings: &'a ImapSettings) -> Self {
        Self { settings }
    }

    fn request(self, after: Option<MailCursor>, now: Timestamp) -> Result<Request, Refusal> {
        let settings = self.settings;
        let Some(password) = settings.password.clone() else {
            return Err(Refusal::NoToken {
                service: "the mailbox",
                advice: "its password is where password_file or password_env says, and that is \
                         not to be had here",
            });
        };
        let mut url = settings.url.clone();
        // RFC 5092 writes folders and numbers of mails like this.
        let mut path = settings.folder.clone();
        if let Some(MailCursor { validity, uid }) = after {
            path = format!("{path};UIDVALIDITY={validity}/;UID={uid}");
        }
        url.set_path(&path);
        Ok(Request {
            method: Method::Mails(Box::new(MailQuery {
                encryption: settings.encryption,
                ca_file: settings.ca_file.clone(),
                user: settings.user.clone(),
                password,
                folder: settings.folder.clone(),
                from: settings.from.clone(),
                subject: settings.subject.clone(),
                after,
                since: now.minus(FIRST),
                most: MAILS,
            })),
            ..Request::get(url)
        })
    }
}

impl Adapter for ImapAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let after = asking.kept(CURSOR).and_then(MailCursor::parse);
        Ok(vec![self.request(after, asking.now)?])
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let mut page = Page::default();
        let mut forged = 0;
        for mail in mails(&answer.response.body) {
            let Some(message) = MessageParser::default().parse(&mail) else {
                continue;
            };
            if is_forged(&message) {
                forged += 1;
                continue;
            }
            if page.items.len() < MAX_ITEMS {
                page.items.extend(self.items(&message));
            }
        }
        each_once(&mut page.items);
        if forged > 0 {
            page.notes.push(format!(
                "left out, as the mailbox's server says that their senders are forged: {forged}"
            ));
        }
        let cursor = answer.response.header(MAIL_CURSOR);
        if let Some(cursor) = cursor.and_then(MailCursor::parse) {
            page.keep.insert(CURSOR.to_owned(), cursor.to_string());
            if answer.response.header(MAILS_LEFT).is_some() {
                page.next = self.request(Some(cursor), answer.now).ok();
            }
        }
        Ok(page)
    }

    fn max_pages(&self, _: &SourceState) -> u32 {
        PAGES
    }
}

impl ImapAdapter<'_> {
    /// What a mail holds; nothing where the filters of the settings do not mean it.
    fn items(self, message: &Message<'_>) -> Vec<Item> {
        let sender = Sender::of(message);
        let subject = message.subject().map(clean_line).unwrap_or_default();
        if !holds_one(&self.settings.from, &sender.whole())
            || !holds_one(&self.settings.subject, &subject)
        {
            return Vec::new();
        }
        let published = message
            .date()
            .filter(|date| date.is_valid())
            .map(|date| Timestamp::from_seconds(date.to_timestamp()));
        if sender.is_google_alerts() {
            let found = alert::items(&html(message), published);
            if !found.is_empty() {
                return found;
            }
        }
        let text = words(message);
        if text.is_empty() && subject.is_empty() {
            return Vec::new();
        }
        vec![Item {
            native_id: message
                .message_id()
                .map(clean_line)
                .filter(|id| !id.is_empty()),
            kind: self.settings.item_kind,
            title: Some(subject).filter(|subject| !subject.is_empty()),
            text,
            author: Author {
                name: sender.name.clone().or_else(|| sender.address.clone()),
                handle: sender.address.filter(|_| sender.name.is_some()),
                ..Author::default()
            },
            published,
            ..Item::default()
        }]
    }
}

/// Whether the text holds one of these, whatever the case; any text does where there are none.
/// Servers decide by the same rule, but not all of them by the decoded text.
fn holds_one(sought: &[String], text: &str) -> bool {
    let text = text.to_lowercase();
    sought.is_empty()
        || sought
            .iter()
            .any(|sought| text.contains(&sought.to_lowercase()))
}

/// Who sent a mail, as it says.
struct Sender {
    name: Option<String>,
    address: Option<String>,
}

impl Sender {
    fn of(message: &Message<'_>) -> Self {
        let from = message.from().and_then(|from| from.first());
        let part = |part: Option<&str>| part.map(clean_line).filter(|part| !part.is_empty());
        Self {
            name: part(from.and_then(|from| from.name())),
            address: part(from.and_then(|from| from.address())),
        }
    }

    fn whole(&self) -> String {
        let address = self.address.as_deref().unwrap_or_default();
        format!("{} <{address}>", self.name.as_deref().unwrap_or_default())
    }

    fn is_google_alerts(&self) -> bool {
        let address = self.address.as_deref().unwrap_or_default();
        address.eq_ignore_ascii_case("googlealerts-noreply@google.com")
    }
}

/// Whether the mailbox's own server, which writes the topmost of these headers (RFC 8601), says that
/// the sender's domain did not send the mail and wants such mails refused.
fn is_forged(message: &Message<'_>) -> bool {
    message
        .header_raw("Authentication-Results")
        .is_some_and(|results| results.to_ascii_lowercase().contains("dmarc=fail"))
}

/// The HTML of a mail; empty where it has none.
fn html<'m>(message: &'m Message<'_>) -> std::borrow::Cow<'m, str> {
    message
        .html_bodies()
        .find_map(|part| match &part.body {
            PartType::Html(html) => Some(std::borrow::Cow::Borrowed(html.as_ref())),
            _ => None,
        })
        .unwrap_or_default()
}

/// The words of a mail: its plain part, unless the one in HTML says much more. Newsletters have
/// "open this mail in a browser" for a plain part.
fn words(message: &Message<'_>) -> String {
    let plain: Vec<&str> = message
        .text_bodies()
        .filter_map(|part| match &part.body {
            PartType::Text(text) => Some(text.as_ref()),
            _ => None,
        })
        .collect();
    let plain = clean_text(plain.join("\n\n"));
    let html = plain_text(&html(message));
    if plain.len().saturating_mul(2) < html.len() {
        html
    } else {
        plain
    }
}
