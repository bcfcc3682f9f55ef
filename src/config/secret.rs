//! What looks like a password in a text is not shown.

use std::borrow::Cow;
use std::ops::Range;

/// The text with `*` for what looks like a password: what stands between `:` and `@` of an
/// address, and the value of a key such as `password` or `token`. It keeps its length in bytes, so
/// that places in it stay right.
pub(super) fn masked(text: &str) -> Cow<'_, str> {
    let mut secrets: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        secrets.extend(secret_of_key(line).map(|at| at.start + start..at.end + start));
        if let Some(at) = secret_of_address(line) {
            secrets.push(at.start + start..at.end + start);
        }
        start += line.len();
    }
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    secrets.sort_by_key(|secret| secret.start);
    let mut secrets = secrets.into_iter().peekable();
    let mut shown = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        while secrets.next_if(|secret| secret.end <= at).is_some() {}
        if secrets.peek().is_some_and(|secret| secret.contains(&at)) {
            shown.extend(std::iter::repeat_n('*', c.len_utf8()));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

fn secret_of_address(line: &str) -> Option<Range<usize>> {
    let from = line.find("://")? + 3;
    let rest = line.get(from..)?;
    let host = rest.rfind('@')?;
    let colon = rest.get(..host)?.find(':')?;
    Some(from + colon + 1..from + host)
}

fn secret_of_key(line: &str) -> Option<Range<usize>> {
    let (key, value) = line.split_once(['=', ':'])?;
    let key = key.trim().trim_matches(['"', '\'']).to_lowercase();
    let names_one = [
        "password", "passwort", "passwd", "secret", "token", "api_key",
    ]
    .iter()
    .any(|word| key.ends_with(word));
    let names_place = key.ends_with("_env") || key.ends_with("_file");
    let value_start = line.len() - value.trim_start().len();
    (names_one && !names_place && !key.contains(char::is_whitespace))
        .then(|| value_start..line.trim_end().len().max(value_start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_nothing_of_it() {
        let secret = crate::model::Secret::new("hunter2".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        for (text, shown) in [
            (
                "url = \"smtps://me:hunter2@mail.example\"",
                "url = \"smtps://me:*******@mail.example\"",
            ),
            (
                "url = smtps://me:h@nter:2@mail.example",
                "url = smtps://me:********@mail.example",
            ),
            ("password = \"hè\"\nname = 1", "password = *****\nname = 1"),
            ("password_env = \"NAME\"", "password_env = \"NAME\""),
            (
                "url = \"https://forum.example:8080/rss\"",
                "url = \"https://forum.example:8080/rss\"",
            ),
        ] {
            assert_eq!(masked(text), shown);
            assert_eq!(masked(text).len(), text.len());
        }
    }
}
