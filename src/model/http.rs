//! What `fetch` takes and gives, so that adapters need not know `fetch`.

use bytes::Bytes;
use url::Url;

/// A request that an adapter plans. `fetch` adds validators, the User-Agent and politeness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where to ask.
    pub url: Url,
    /// Further headers, such as `Accept`.
    pub headers: Vec<(String, String)>,
    /// Whether robots.txt decides if this may be asked: true for pages found by following
    /// links or read by selectors, false for feeds and APIs that exist to be polled.
    pub obeys_robots: bool,
}

impl Request {
    /// A plain GET of a resource that exists to be polled.
    pub fn get(url: Url) -> Self {
        Self {
            url,
            headers: Vec::new(),
            obeys_robots: false,
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
    /// The address that answered, after redirects.
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
