//! Names of services: channels, tags, sites, repositories.

use crate::config::section::short;
use crate::config::value::Fault;

/// What a name may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// Letters and digits of ASCII, `_` and `-`.
    Word,
    /// These and dots.
    Host,
    /// These and slashes.
    Path,
    /// Letters and digits of any script, and `_`.
    Tag,
}

impl Charset {
    fn has(self, c: char) -> bool {
        match self {
            Self::Word => c.is_ascii_alphanumeric() || matches!(c, '_' | '-'),
            Self::Host => Self::Word.has(c) || c == '.',
            Self::Path => Self::Host.has(c) || c == '/',
            Self::Tag => c.is_alphanumeric() || c == '_',
        }
    }
}

/// A name of 1 to 100 characters; `what` it names, and one of its kind, are told where it is none.
pub(super) fn read(
    text: &str,
    what: &str,
    charset: Charset,
    sample: &str,
) -> Result<String, Fault> {
    let name = text.trim();
    let fits = !name.is_empty()
        && name.chars().count() <= 100
        && name.chars().all(|c| charset.has(c))
        && !name.starts_with(['.', '/'])
        && !name.contains("..");
    if fits {
        Ok(name.to_owned())
    } else {
        Err(Fault::new(format!("`{}` is not {what}", short(text)))
            .hint(format!("write it like \"{sample}\"")))
    }
}

/// The name, where it holds this character.
pub(super) fn holding(name: String, c: char, sample: &str) -> Result<String, Fault> {
    if name.contains(c) {
        Ok(name)
    } else {
        Err(Fault::new(format!("`{}` has no `{c}`", short(&name)))
            .hint(format!("write it like \"{sample}\"")))
    }
}
