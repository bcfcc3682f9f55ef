//! What `fetch` takes and gives, so that adapters need not know `fetch`.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use url::Url;

use super::{EventQuery, Login, MailQuery, Secret, Timestamp};

/// A request that an adapter plans. `fetch` adds validators, the User-Agent and politeness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where to ask; without the parameters among `credentials`.
    pub url: Url,
    /// How.
    pub method: Method,
    /// Further headers, such as `Accept`.
    pub headers: Vec<(String, String)>,
    /// What is sent to this origin alone and shown nowhere: tokens and keys.
    pub credentials: Vec<Credential>,
    /// Where a token for it is had, which is sent as `Authorization: Bearer …`.
    pub login: Option<Box<Login>>,
    /// Whether robots.txt decides if this may be asked: true for pages found by following
    /// links or read by selectors, false for feeds and APIs that exist to be polled.
    pub obeys_robots: bool,
    /// The least time since the last request to the host, where it is more than the settings say.
    pub least_gap: Duration,
    /// Whether the body of a refusal (4xx, 5xx) says why, so that the adapter wants to read it.
    pub explains: bool,
    /// Which of the requests of one poll it is, where there are several: what is remembered of
    /// its answer is remembered under this name. Further pages bear the name of the first.
    pub part: String,
    /// What it takes of a vendor's quota, in the vendor's units.
    pub units: u32,
    /// Whether nothing else is asked of its host for a while, so that a connection is not kept.
    pub parting: bool,
    /// What was published before was read at earlier polls: a page that holds nothing newer is
    /// the last that is followed.
    pub since: Option<Timestamp>,
}

/// How a request is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Sends a body: for APIs whose questions do not fit into an address, and for logins. It is
    /// not sent again to where the answer redirects.
    Post(Payload),
    /// Reads mails of a mailbox; the address is an `imap` or `imaps` one.
    Mails(Box<MailQuery>),
    /// Reads events of a stream; the address is a `ws` or `wss` one.
    Events(Box<EventQuery>),
}

/// The body of a request. Its `Debug` shows nothing of it, as it may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload {
    /// Its media type.
    pub content_type: &'static str,
    /// What is sent, as it goes over the wire.
    pub bytes: Bytes,
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Payload({}, {} bytes)",
            self.content_type,
            self.bytes.len()
        )
    }
}

/// Something secret that goes with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A header.
    Header {
        /// Its name.
        name: String,
        /// Its value.
        value: Secret,
    },
    /// A parameter of the address.
    Parameter {
        /// Its name.
        name: String,
        /// Its value, not encoded.
        value: Secret,
    },
}

impl Request {
    /// A plain GET of a resource that exists to be polled.
    pub fn get(url: Url) -> Self {
        Self {
            url,
            method: Method::Get,
            headers: Vec::new(),
            credentials: Vec::new(),
            login: None,
            obeys_robots: false,
            least_gap: Duration::ZERO,
            explains: false,
            part: String::new(),
            units: 0,
            parting: false,
            since: None,
        }
    }

    /// A GET of an API that answers in JSON, also where it refuses.
    pub fn api(url: Url) -> Self {
        Self {
            explains: true,
            ..Self::get(url)
        }
        .with_header("Accept", "application/json")
    }

    /// The same as POST with this body.
    #[must_use]
    pub fn with_body(mut self, content_type: &'static str, bytes: impl Into<Bytes>) -> Self {
        self.method = Method::Post(Payload {
            content_type,
            bytes: bytes.into(),
        });
        self
    }

    /// With one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With `Authorization: Bearer …` (RFC 6750), where there is a token.
    #[must_use]
    pub fn with_bearer(self, token: Option<&Secret>) -> Self {
        match token {
            Some(token) => {
                let value = format!("Bearer {}", token.reveal());
                self.with_secret_header("authorization", Secret::new(value))
            }
            None => self,
        }
    }

    /// With a header that is shown nowhere.
    #[must_use]
    pub fn with_secret_header(mut self, name: &str, value: Secret) -> Self {
        let name = name.to_owned();
        self.credentials.push(Credential::Header { name, value });
        self
    }

    /// With a parameter of the address that is shown nowhere.
    #[must_use]
    pub fn with_secret_parameter(mut self, name: &str, value: Secret) -> Self {
        self.credentials.push(Credential::Parameter {
            name: name.to_owned(),
            value,
        });
        self
    }

    /// With a token that is asked for first.
    #[must_use]
    pub fn with_login(mut self, login: Login) -> Self {
        self.login = Some(Box::new(login));
        self
    }

    /// As one of several requests of a poll.
    #[must_use]
    pub fn as_part(mut self, part: impl Into<String>) -> Self {
        self.part = part.into();
        self
    }

    /// Of what was published since then.
    #[must_use]
    pub fn since(mut self, since: Option<Timestamp>) -> Self {
        self.since = since;
        self
    }

    /// The request of another page: all that this one has, but the address.
    #[must_use]
    pub fn at(&self, url: Url) -> Self {
        Self {
            url,
            ..self.clone()
        }
    }
}

/// What came back, body decoded and within the cap.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers, names in lower case, in the order received.
    pub headers: Vec<(String, String)>,
    /// The body after content decoding.
    pub body: Bytes,
    /// The address that answered, after redirects; without secret parameters.
    pub url: Url,
}

impl Response {
    /// The first header of that name, given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}
