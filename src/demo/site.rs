//! A site as its file in `world/` has it.

use std::cmp::Reverse;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

use crate::model::Timestamp;

/// A site: what it is, and what stands on it, newest first.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) about: About,
    pub(super) entries: Vec<Entry>,
    /// When something was last added: `Last-Modified`.
    pub(super) changed: Timestamp,
}

/// The head of a site's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct About {
    pub(super) name: String,
    pub(super) home: String,
    pub(super) language: String,
    #[serde(default)]
    pub(super) product: String,
    #[serde(default)]
    pub(super) brand: String,
    #[serde(default)]
    pub(super) path: String,
}

/// Something that was published at a [`Place`](super::Place).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// The publisher's identifier, unique at its place.
    pub id: String,
    /// When; `None` = undated.
    pub published: Option<Timestamp>,
    /// The author's name.
    pub author: String,
    /// The title: of the thread, the article, or the review.
    pub title: String,
    /// Paragraphs of plain text, with empty lines between them; HTML where `markup` is set.
    pub text: String,
    /// Whether `text` is HTML already, to be published as it stands.
    pub markup: bool,
    /// The path of its page (of the article, for a comment); made from `id` where empty.
    pub path: String,
    /// The entry that it answers to.
    pub reply_to: Option<String>,
    /// 1 to 5, at a shop.
    pub stars: Option<u8>,
    /// The maker's answer, at a shop.
    pub answer: Option<String>,
    /// Whether the feed leaves its identifier out.
    pub without_id: bool,
}

impl Entry {
    /// An entry with what no entry lacks; the rest by struct update.
    pub fn new(id: impl Into<String>, published: Timestamp, text: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            published: Some(published),
            author: "anna".to_owned(),
            text: text.into(),
            ..Self::default()
        }
    }

    /// The path of its page, from the site's home.
    pub(super) fn page(&self) -> String {
        match self.path.as_str() {
            "" => format!("/{}", self.id),
            path => path.to_owned(),
        }
    }
}

impl Site {
    /// The site whose file is `text`, with what it wrote before `now`; an uninhabited one has only
    /// its name.
    #[expect(
        clippy::expect_used,
        reason = "the files are part of the program, and a test reads each of them"
    )]
    pub(super) fn read(text: &str, now: Timestamp, inhabited: bool) -> Self {
        let file: File = toml::from_str(text).expect("a file of the demo world");
        let mut entries: Vec<Entry> = file
            .rows
            .into_iter()
            .filter(|_| inhabited)
            .map(|row| row.into_entry(now))
            .collect();
        // Undated ones stand among those of the day before.
        let day_before = now.minus(Duration::from_hours(24));
        entries.sort_by_key(|entry| Reverse(entry.published.unwrap_or(day_before)));
        let changed = entries.iter().filter_map(|entry| entry.published).max();
        Self {
            about: file.site,
            entries,
            changed: changed.unwrap_or(day_before),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    site: About,
    #[serde(rename = "entry")]
    rows: Vec<Row>,
}

/// An entry as its file has it.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Row {
    id: String,
    /// How long before now; an undated entry has none.
    #[serde(deserialize_with = "read_ago")]
    ago: Option<Duration>,
    author: String,
    title: String,
    text: String,
    markup: bool,
    path: String,
    reply_to: Option<String>,
    stars: Option<u8>,
    answer: Option<String>,
    without_id: bool,
}

impl Row {
    fn into_entry(self, now: Timestamp) -> Entry {
        Entry {
            id: self.id,
            published: self.ago.map(|ago| now.minus(ago)),
            author: self.author,
            title: self.title,
            text: self.text.trim().to_owned(),
            markup: self.markup,
            path: self.path,
            reply_to: self.reply_to,
            stars: self.stars,
            answer: self.answer.map(|text| text.trim().to_owned()),
            without_id: self.without_id,
        }
    }
}

fn read_ago<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_ago(&text).map(Some).ok_or_else(|| {
        de::Error::custom(format!("expected a time such as `2d 3h`, found `{text}`"))
    })
}

/// Reads `2d 3h`, `1h 20m`, `9m`.
fn parse_ago(text: &str) -> Option<Duration> {
    let mut minutes = 0_u32;
    for part in text.split_whitespace() {
        let count = part.get(..part.len() - 1)?.parse::<u32>().ok()?;
        let unit = match part.chars().next_back()? {
            'd' => 24 * 60,
            'h' => 60,
            'm' => 1,
            _ => return None,
        };
        minutes = minutes.checked_add(count.checked_mul(unit)?)?;
    }
    (minutes > 0).then(|| Duration::from_secs(u64::from(minutes) * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_how_long_ago() {
        let minutes = |count: u64| Some(Duration::from_secs(count * 60));
        for (text, expected) in [
            ("9m", minutes(9)),
            ("1h 20m", minutes(80)),
            ("2d 3h", minutes(51 * 60)),
            ("", None),
            ("0m", None),
            ("3", None),
            ("3w", None),
            ("h", None),
            ("è", None),
            ("99999999999999999d", None),
        ] {
            assert_eq!(parse_ago(text), expected, "{text}");
        }
    }
}
