//! A language, by its ISO 639-1 code.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A language: two lower-case letters of ISO 639-1, or [`Lang::OTHER`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lang(Option<[u8; 2]>);

impl Lang {
    /// Italian.
    pub const IT: Self = Self(Some(*b"it"));
    /// English.
    pub const EN: Self = Self(Some(*b"en"));
    /// Spanish.
    pub const ES: Self = Self(Some(*b"es"));
    /// French.
    pub const FR: Self = Self(Some(*b"fr"));
    /// German.
    pub const DE: Self = Self(Some(*b"de"));
    /// Some language that has no shipped lists, or none that could be told.
    pub const OTHER: Self = Self(None);

    /// Reads `it`, `IT`, `it-IT`, `it_IT` or `other`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("other") {
            return Some(Self::OTHER);
        }
        let code = text.split(['-', '_']).next()?.as_bytes();
        match *code {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Some(Self(Some([a.to_ascii_lowercase(), b.to_ascii_lowercase()])))
            }
            _ => None,
        }
    }

    /// The code: `it`, or `other`.
    pub fn as_str(&self) -> &str {
        self.0
            .as_ref()
            .and_then(|code| std::str::from_utf8(code).ok())
            .unwrap_or("other")
    }
}

impl fmt::Debug for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lang({})", self.as_str())
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Lang {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Lang {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            de::Error::custom(format!(
                "expected a language code of two letters such as `it`, found `{text}`"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_codes_with_and_without_a_region() {
        assert_eq!(Lang::parse("it"), Some(Lang::IT));
        assert_eq!(Lang::parse("EN-gb"), Some(Lang::EN));
        assert_eq!(
            Lang::parse("pt_BR").map(|l| l.to_string()),
            Some("pt".into())
        );
        assert_eq!(Lang::parse("other"), Some(Lang::OTHER));
        assert_eq!(Lang::parse("italian"), None);
        assert_eq!(Lang::parse(""), None);
    }
}
