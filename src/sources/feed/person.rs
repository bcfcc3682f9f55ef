//! Authors, in the forms that feeds give them.

use crate::extract::{clean_line, looks_like_html, plain_text};

use super::element::Element;
use super::names::Space;

/// The name in an author element: its `name`, else its `email`, else its text.
pub(super) fn author(element: &Element<'_>) -> Option<String> {
    for name in ["name", "email"] {
        let found = element
            .elements()
            .find(|child| child.name == name)
            .and_then(|child| name_in(&child.text()));
        if found.is_some() {
            return found;
        }
    }
    if element.elements().next().is_some() && element.space == Space::Atom {
        return None;
    }
    name_in(&element.text())
}

/// The name in `lia@example.com (Lia Rossi)`, `Lia Rossi <lia@example.com>`,
/// `Lia Rossi (lia@example.com)`, `mailto:lia@example.com` or just `Lia Rossi`.
pub(super) fn name_in(text: &str) -> Option<String> {
    let text = if looks_like_html(text) {
        clean_line(plain_text(text))
    } else {
        clean_line(text)
    };
    let text = text.strip_prefix("mailto:").unwrap_or(&text);
    let (outside, inside) = parts(text);
    let named = [outside, inside]
        .into_iter()
        .find(|part| !part.is_empty() && !is_mailbox(part))
        .or_else(|| [outside, inside].into_iter().find(|part| !part.is_empty()))?;
    Some(named.trim_matches('"').trim().to_owned()).filter(|name| !name.is_empty())
}

/// What stands outside and inside the brackets at the end, where one of both is a mailbox.
fn parts(text: &str) -> (&str, &str) {
    for (open, close) in [('(', ')'), ('<', '>'), ('[', ']')] {
        if let Some((outside, inside)) = text
            .strip_suffix(close)
            .and_then(|text| text.split_once(open))
        {
            let (outside, inside) = (outside.trim(), inside.trim());
            if is_mailbox(outside) || is_mailbox(inside) || outside.is_empty() {
                return (outside, inside);
            }
        }
    }
    (text, "")
}

fn is_mailbox(text: &str) -> bool {
    !text.contains(' ')
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_name() {
        for (text, name) in [
            ("Lia Rossi", Some("Lia Rossi")),
            ("lia@example.com (Lia Rossi)", Some("Lia Rossi")),
            ("lia@example.com(Lia)", Some("Lia")),
            ("Lia Rossi <lia@example.com>", Some("Lia Rossi")),
            ("\"Rossi, Lia\" <lia@example.com>", Some("Rossi, Lia")),
            ("Lia Rossi (lia@example.com)", Some("Lia Rossi")),
            ("lia@example.com ()", Some("lia@example.com")),
            ("lia@example.com", Some("lia@example.com")),
            ("mailto:lia@example.com", Some("lia@example.com")),
            ("Lia (la prima)", Some("Lia (la prima)")),
            ("<a href='x'>Lia &amp; Leo</a>", Some("Lia & Leo")),
            ("<lia@example.com>", Some("lia@example.com")),
            ("@lia", Some("@lia")),
            ("  ", None),
            ("()", None),
        ] {
            assert_eq!(name_in(text).as_deref(), name, "{text}");
        }
    }
}
