//! Tokens and keys: put into a request at the last moment, and taken out of what comes back.
//!
//! Invariant: they go to the origin that the request names and to no other, and no address that
//! leaves this room holds them.

use std::borrow::Cow;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::FetchError;
use super::redirect::Chain;
use super::shown::shown;
use crate::model::{Credential, Request};

/// The credentials of a hop: those of the request while it goes where the request goes.
pub(crate) fn of_hop<'r>(request: &'r Request, chain: &Chain) -> &'r [Credential] {
    if chain.same_origin() && chain.current().origin() == request.url.origin() {
        &request.credentials
    } else {
        &[]
    }
}

/// Adds those that are headers.
pub(crate) fn add_headers(
    headers: &mut HeaderMap,
    credentials: &[Credential],
    url: &Url,
) -> Result<(), FetchError> {
    for credential in credentials {
        let Credential::Header { name, value } = credential else {
            continue;
        };
        let (Ok(name), Ok(mut value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value.reveal()),
        ) else {
            return Err(FetchError::BadUrl {
                url: shown(url),
                why: "its token holds characters that no token has",
            });
        };
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(())
}

/// The address with those that are parameters.
pub(crate) fn with_parameters(url: &Url, credentials: &[Credential]) -> Url {
    let mut url = url.clone();
    for credential in credentials {
        if let Credential::Parameter { name, value } = credential {
            url.query_pairs_mut().append_pair(name, value.reveal());
        }
    }
    url
}

/// The target of a redirect without the secret parameters that it repeats.
pub(crate) fn removed<'l>(request: &Request, from: &Url, location: &'l str) -> Cow<'l, str> {
    let secret = |name: &str, value: &str| {
        request
            .credentials
            .iter()
            .any(|credential| match credential {
                Credential::Parameter {
                    name: known,
                    value: word,
                } => known == name || word.reveal() == value,
                Credential::Header { value: word, .. } => word.reveal() == value,
            })
    };
    let Ok(mut target) = from.join(location) else {
        return Cow::Borrowed(location);
    };
    if !target
        .query_pairs()
        .any(|(name, value)| secret(&name, &value))
    {
        return Cow::Borrowed(location);
    }
    let kept: Vec<(String, String)> = target
        .query_pairs()
        .filter(|(name, value)| !secret(name, value))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    target.set_query(None);
    if !kept.is_empty() {
        target.query_pairs_mut().extend_pairs(kept);
    }
    Cow::Owned(target.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    #[test]
    fn parameters_are_added_and_taken_out_again() {
        let url = Url::parse("https://api.example/v3/x?q=frigo").unwrap();
        let request =
            Request::get(url.clone()).with_secret_parameter("key", Secret::new("a b&c".into()));
        assert_eq!(
            with_parameters(&url, &request.credentials).as_str(),
            "https://api.example/v3/x?q=frigo&key=a+b%26c"
        );
        for (location, expected) in [
            (
                "/v4/x?q=frigo&key=a+b%26c",
                "https://api.example/v4/x?q=frigo",
            ),
            ("/v4/x?other=a%20b%26c", "https://api.example/v4/x"),
            ("/v4/x?q=frigo", "/v4/x?q=frigo"),
            ("http://[", "http://["),
        ] {
            assert_eq!(removed(&request, &url, location), expected);
        }
    }

    #[test]
    fn a_token_with_line_breaks_is_refused_and_not_shown() {
        let url = Url::parse("https://api.example/").unwrap();
        let request = Request::get(url.clone()).with_bearer(Some(&Secret::new("x\ny".into())));
        let error = add_headers(&mut HeaderMap::new(), &request.credentials, &url).unwrap_err();
        assert_eq!(
            error.to_string(),
            "https://api.example/ cannot be fetched: its token holds characters that no token has"
        );
    }

    #[test]
    fn they_go_to_their_own_origin_alone() {
        let url = Url::parse("https://api.example/x").unwrap();
        let request = Request::get(url.clone()).with_bearer(Some(&Secret::new("t".into())));
        let mut chain = Chain::new(&url);
        assert_eq!(of_hop(&request, &chain).len(), 1);
        chain.follow(302, "/y").unwrap();
        assert_eq!(of_hop(&request, &chain).len(), 1);
        chain.follow(302, "https://elsewhere.example/y").unwrap();
        assert_eq!(of_hop(&request, &chain), []);
    }
}
