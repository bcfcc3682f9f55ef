//! Mail bodies: a digest or an alert as subject, text and HTML.

use askama::Template;

use super::colours::{DARK, LIGHT};
use super::texts::{self, Texts};
use super::view::{AlertView, View};
use super::{plain, wording};
use crate::model::{Digest, Lang, Notice, Timestamp};

/// A rendered mail: what `message` makes an RFC 5322 message of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The subject, on one line.
    pub subject: String,
    /// The plain-text part, complete, lines of at most 78 columns but for addresses and commands.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// Entries under each heading at first; fewer where the mail would be too large.
const ROOM: usize = 25;

/// Bytes of a whole message at most, encoded: webmail cuts what is longer.
pub const MOST_BYTES: usize = 100_000;

/// Bytes that headers and part borders may take of it.
const HEADERS: usize = 3_000;

#[derive(Template)]
#[template(path = "digest/body.txt")]
struct DigestText<'a> {
    view: &'a View,
}

#[derive(Template)]
#[template(path = "digest/body.html")]
struct DigestHtml<'a> {
    view: &'a View,
}

#[derive(Template)]
#[template(path = "alert/body.txt")]
struct AlertText<'a> {
    view: &'a AlertView,
}

#[derive(Template)]
#[template(path = "alert/body.html")]
struct AlertHtml<'a> {
    view: &'a AlertView,
}

/// The words of a test message.
struct TestView {
    texts: &'static Texts,
    subject: &'static str,
    preheader: &'static str,
    sent: String,
    edition: String,
}

#[derive(Template)]
#[template(path = "test/body.txt")]
struct TestText<'a> {
    view: &'a TestView,
}

#[derive(Template)]
#[template(path = "test/body.html")]
struct TestHtml<'a> {
    view: &'a TestView,
}

/// A digest as mail, in the digest's language, in at most [`MOST_BYTES`] once it is a message:
/// what finds no place is counted, with the command that lists it.
///
/// # Errors
///
/// None that a digest can cause; the error type is that of the templates.
pub fn digest(digest: &Digest) -> Result<Rendered, askama::Error> {
    fitted(|room| {
        let view = View::new(digest, room);
        Ok(Rendered {
            subject: view.subject.clone(),
            text: DigestText { view: &view }.render()?,
            html: DigestHtml { view: &view }.render()?,
        })
    })
}

/// A message of an incident as mail, in the alert's language, in at most [`MOST_BYTES`] once it is
/// a message.
///
/// # Errors
///
/// None that a notice can cause; the error type is that of the templates.
pub fn alert(notice: &Notice) -> Result<Rendered, askama::Error> {
    fitted(|room| {
        let view = AlertView::new(notice, room);
        Ok(Rendered {
            subject: view.subject.clone(),
            text: AlertText { view: &view }.render()?,
            html: AlertHtml { view: &view }.render()?,
        })
    })
}

/// What `render` makes with as much room for entries as fits into [`MOST_BYTES`].
fn fitted(
    render: impl Fn(usize) -> Result<Rendered, askama::Error>,
) -> Result<Rendered, askama::Error> {
    let mut room = ROOM;
    loop {
        let rendered = render(room)?;
        let size = encoded(&rendered.text) + encoded(&rendered.html) + HEADERS;
        if size <= MOST_BYTES || room == 0 {
            return Ok(rendered);
        }
        room = (room * MOST_BYTES / size).min(room - 1);
    }
}

/// The mail of `ascolto mail test`, sent `now` from the machine or address `by`.
///
/// # Errors
///
/// None that the arguments can cause; the error type is that of the templates.
pub fn test(
    language: Lang,
    now: Timestamp,
    timezone: chrono_tz::Tz,
    by: &str,
) -> Result<Rendered, askama::Error> {
    let texts = texts::of(language);
    let at = format!(
        "{}, {}",
        wording::moment(texts, now, timezone),
        timezone.name()
    );
    let view = TestView {
        texts,
        subject: texts.test_subject,
        preheader: texts.test_body,
        sent: texts::fill(texts.test_sent, &[&at, by]),
        edition: format!("ascolto {}", env!("CARGO_PKG_VERSION")),
    };
    Ok(Rendered {
        subject: view.subject.to_owned(),
        text: TestText { view: &view }.render()?,
        html: TestHtml { view: &view }.render()?,
    })
}

/// How many bytes `text` takes at most once encoded (quoted-printable, RFC 2045, section 6.7):
/// three for what is not plain ASCII, and a soft break every 73.
fn encoded(text: &str) -> usize {
    let escaped = text.bytes().filter(|b| !b.is_ascii() || *b == b'=').count();
    let length = text.len() + 2 * escaped + text.matches('\n').count();
    length + length / 24 + 1
}
