//! Addresses as they may stand in errors and logs.

use url::Url;

/// Parts of a parameter's name that make its value a secret.
const SECRET: [&str; 13] = [
    "key",
    "token",
    "secret",
    "auth",
    "pass",
    "pwd",
    "sig",
    "session",
    "credential",
    "code",
    "jwt",
    "feed",
    "hash",
];

/// The URL without user, password and fragment, and with `…` for the values of parameters whose
/// names speak of keys, tokens and the like.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    // Both fail only for URLs that can hold neither.
    if url.set_username("").is_err() || url.set_password(None).is_err() {
        tracing::trace!("a URL without user and password");
    }
    let Some(query) = url.query().map(str::to_owned) else {
        return url.into();
    };
    url.set_query(None);
    let parameters: Vec<String> = query.split('&').map(masked).collect();
    format!("{url}?{}", parameters.join("&"))
}

fn masked(parameter: &str) -> String {
    let Some((name, value)) = parameter.split_once('=') else {
        return parameter.to_owned();
    };
    let folded = name.to_ascii_lowercase();
    if !value.is_empty() && SECRET.iter().any(|word| folded.contains(word)) {
        format!("{name}=…")
    } else {
        parameter.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let cases = [
            ("https://a.example/x", "https://a.example/x"),
            (
                "https://a.example/x?q=frigo&page=2#top",
                "https://a.example/x?q=frigo&page=2",
            ),
            (
                "https://a.example/?token=abc&q=1",
                "https://a.example/?token=…&q=1",
            ),
            (
                "https://a.example/?access_token=abc",
                "https://a.example/?access_token=…",
            ),
            (
                "https://a.example/?API-Key=a%20b&x",
                "https://a.example/?API-Key=…&x",
            ),
            ("https://lia:geheim@a.example/", "https://a.example/"),
        ];
        for (url, expected) in cases {
            assert_eq!(shown(&Url::parse(url).unwrap()), expected);
        }
    }
}
