//! Headers that are sent with a request, and those that come back.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::FetchError;
use super::memory::{self, Memory};
use super::redirect::Chain;
use crate::model::Request;

/// Headers that are the crawler's own: an adapter that sets one of them is mistaken.
const OWN_HEADERS: [&str; 8] = [
    "accept-encoding",
    "connection",
    "content-length",
    "from",
    "host",
    "range",
    "transfer-encoding",
    "user-agent",
];

/// The headers of a hop. What the adapter adds may hold keys, so of it only what says which
/// form and language is wanted goes to other hosts than the first.
pub(crate) fn of_hop(
    request: &Request,
    chain: &Chain,
    memory: &Memory,
) -> Result<HeaderMap, FetchError> {
    let mut headers = HeaderMap::new();
    let same_origin = chain.same_origin() && chain.current().origin() == request.url.origin();
    for (name, value) in &request.headers {
        let harmless = ["accept", "accept-language"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known));
        if !same_origin && !harmless {
            continue;
        }
        if OWN_HEADERS.iter().any(|own| name.eq_ignore_ascii_case(own)) {
            return Err(FetchError::BadUrl {
                url: chain.start(),
                why: "one of its headers is the crawler's own",
            });
        }
        let (Ok(name), Ok(mut value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) else {
            return Err(FetchError::BadUrl {
                url: chain.start(),
                why: "one of its headers cannot be sent",
            });
        };
        value.set_sensitive(!harmless);
        headers.append(name, value);
    }
    for (name, value) in memory::conditions(memory) {
        // A validator that cannot be sent back is no reason not to ask.
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.insert(name, value);
        }
    }
    Ok(headers)
}

/// How many bytes they took, as HTTP/1.1 writes them.
pub(crate) fn length(headers: &HeaderMap) -> u64 {
    headers
        .iter()
        .map(|(name, value)| (name.as_str().len() + value.len() + 4) as u64)
        .sum()
}

/// Names and values as text, in the order received.
pub(crate) fn as_text(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}
