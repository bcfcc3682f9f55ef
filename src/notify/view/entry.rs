//! Mentions, under their headings.

use chrono_tz::Tz;

use super::reasons;
use super::{ERROR, NAME, capital};
use crate::model::{Digest, Entry, Lang, More, Priority, Sentiment, Timestamp};
use crate::notify::harmless::{self, Piece};
use crate::notify::texts::{self, Texts};
use crate::notify::wording;

/// Characters of titles at most.
const TITLE: usize = 160;
/// Characters of snippets at most.
const SNIPPET: usize = 320;

/// For whom entries are written, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader {
    pub(super) texts: &'static Texts,
    pub(super) language: Lang,
    pub(super) timezone: Tz,
    pub(super) now: Timestamp,
}

impl Reader {
    fn of(digest: &Digest, texts: &'static Texts) -> Self {
        Self {
            texts,
            language: digest.language,
            timezone: digest.window.timezone,
            now: digest.window.to,
        }
    }
}

/// What is said of a mention's age beside its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// Nothing: it can wait.
    Unsaid,
    /// How long ago it was published.
    Ago,
    /// How long it has been waiting for an answer.
    Waiting,
}

/// Entries under a heading.
#[derive(Debug)]
pub(in crate::notify) struct Block {
    pub(in crate::notify) heading: String,
    pub(in crate::notify) intro: Option<&'static str>,
    pub(in crate::notify) entries: Vec<EntryView>,
    pub(in crate::notify) more: Option<MoreView>,
}

/// "And 37 more".
#[derive(Debug)]
pub(in crate::notify) struct MoreView {
    pub(in crate::notify) text: String,
    pub(in crate::notify) command: String,
}

/// One mention.
#[derive(Debug)]
pub(in crate::notify) struct EntryView {
    /// `urgent` or `high priority`; empty for what can wait.
    pub(in crate::notify) badge: &'static str,
    /// Whether the badge is the strongest.
    pub(in crate::notify) urgent: bool,
    /// The class of the sentiment's colour: `neg`, `neu` or `pos`.
    pub(in crate::notify) tone: &'static str,
    /// The sentiment, in words.
    pub(in crate::notify) sentiment: &'static str,
    /// Intent and how long it has been waiting.
    pub(in crate::notify) tags: Vec<String>,
    /// The title, or who wrote it and where.
    pub(in crate::notify) heading: Vec<Piece>,
    /// The language of title and snippet, where it is known and not the reader's.
    pub(in crate::notify) lang: Option<Lang>,
    /// The language of the heading, where it is a title and not the reader's.
    pub(in crate::notify) heading_lang: Option<Lang>,
    pub(in crate::notify) snippet: Vec<Piece>,
    pub(in crate::notify) byline: String,
    pub(in crate::notify) copies: Option<String>,
    pub(in crate::notify) why: String,
    pub(in crate::notify) url: Option<String>,
    pub(in crate::notify) show: String,
}

pub(super) fn act_now(texts: &'static Texts, digest: &Digest, room: usize) -> Option<Block> {
    if digest.act_now.is_empty() {
        return None;
    }
    let command = digest.search("priority:(high OR urgent) status:open");
    Some(Block {
        heading: texts.act_now.to_owned(),
        intro: Some(texts.act_now_intro),
        entries: entries(
            Reader::of(digest, texts),
            &digest.act_now,
            room,
            Age::Waiting,
        ),
        more: more(
            texts,
            digest.act_now.len().saturating_sub(room),
            digest.act_now_more.as_ref(),
            command,
        ),
    })
}

pub(super) fn sections(texts: &'static Texts, digest: &Digest, room: usize) -> Vec<Block> {
    let alone = digest.sections.len() < 2;
    digest
        .sections
        .iter()
        .filter(|section| !section.entries.is_empty() || section.more.is_some())
        .map(|section| {
            let heading = match (alone, digest.act_now.is_empty()) {
                (true, true) => texts.all_mentions.to_owned(),
                (true, false) => texts.other_mentions.to_owned(),
                (false, _) => format!(
                    "{}: {}",
                    harmless::line(&section.name, NAME),
                    texts.mentions.with(texts, section.total)
                ),
            };
            Block {
                heading,
                intro: None,
                entries: entries(
                    Reader::of(digest, texts),
                    &section.entries,
                    room,
                    Age::Unsaid,
                ),
                more: more(
                    texts,
                    section.entries.len().saturating_sub(room),
                    section.more.as_ref(),
                    digest.search(""),
                ),
            }
        })
        .collect()
}

/// Counts what was left out here and by whoever filled the digest.
pub(super) fn more(
    texts: &Texts,
    cut: usize,
    given: Option<&More>,
    command: String,
) -> Option<MoreView> {
    let count = u64::try_from(cut).unwrap_or(u64::MAX) + given.map_or(0, |more| more.count);
    (count > 0).then(|| MoreView {
        text: texts.more.with(texts, count),
        command: given.map_or(command, |more| harmless::line(&more.command, ERROR)),
    })
}

/// At most `room` of the entries.
pub(super) fn entries(reader: Reader, entries: &[Entry], room: usize, age: Age) -> Vec<EntryView> {
    entries
        .iter()
        .take(room)
        .map(|entry| EntryView::new(reader, entry, age))
        .collect()
}

impl EntryView {
    fn new(reader: Reader, entry: &Entry, age: Age) -> Self {
        let texts = reader.texts;
        let source = harmless::line(&entry.source, NAME);
        let author = entry
            .author
            .as_deref()
            .map(|name| harmless::line(name, NAME));
        let title = entry
            .title
            .as_ref()
            .map(|title| harmless::pieces(title, TITLE))
            .filter(|pieces| !pieces.is_empty());
        let titled = title.is_some();
        let heading = title.unwrap_or_else(|| {
            let text = match &author {
                Some(author) => texts::fill(texts.by_author_on, &[author, &source]),
                None => capital(&source),
            };
            vec![Piece { hit: false, text }]
        });
        let lang =
            Some(entry.language).filter(|lang| *lang != Lang::OTHER && *lang != reader.language);
        let mut tags = Vec::new();
        tags.push(texts.intent(entry.intent).to_owned());
        let gone = reader.now.since(entry.date);
        match age {
            Age::Unsaid => {}
            Age::Ago => tags.push(wording::ago(texts, gone)),
            Age::Waiting => tags.push(wording::waiting(texts, gone)),
        }
        if entry.answered {
            tags.push(texts.answered.to_owned());
        }
        if entry.alerted {
            tags.push(texts.alerted.to_owned());
        }
        Self {
            badge: match entry.priority {
                Priority::Urgent | Priority::High => texts.priority(entry.priority),
                Priority::Normal | Priority::Low => "",
            },
            urgent: entry.priority == Priority::Urgent,
            tone: match entry.sentiment {
                Sentiment::Negative => "neg",
                Sentiment::Neutral => "neu",
                Sentiment::Positive => "pos",
            },
            sentiment: texts.sentiment(entry.sentiment),
            tags,
            heading: clean(heading),
            lang,
            heading_lang: lang.filter(|_| titled),
            snippet: clean(harmless::pieces(&entry.snippet, SNIPPET)),
            byline: byline(reader, entry, titled.then_some((author, &source))),
            copies: copies(texts, entry),
            why: reasons::why(texts, entry, age != Age::Unsaid),
            url: harmless::address(entry.url.as_deref()),
            show: format!("ascolto show {}", entry.id),
        }
    }
}

fn clean(pieces: Vec<Piece>) -> Vec<Piece> {
    pieces
        .into_iter()
        .map(|piece| Piece {
            hit: piece.hit,
            text: harmless::breakable(&piece.text),
        })
        .collect()
}

/// Who, where, what and when; who and where only if the heading does not say it.
fn byline(reader: Reader, entry: &Entry, by: Option<(Option<String>, &String)>) -> String {
    let texts = reader.texts;
    let mut parts = Vec::new();
    let followers = entry.followers.map(|n| texts.followers.with(texts, n));
    match by {
        Some((Some(author), source)) => {
            parts.push(match followers {
                Some(followers) => format!("{author} ({followers})"),
                None => author,
            });
            parts.push(source.clone());
        }
        Some((None, source)) => parts.push(source.clone()),
        None => parts.extend(followers),
    }
    parts.push(texts.kind(entry.kind).to_owned());
    let date = wording::moment(texts, entry.date, reader.timezone);
    parts.push(if entry.undated {
        texts::fill(texts.collected, &[&date])
    } else {
        date
    });
    if let Some(rating) = entry.rating.filter(|rating| rating.is_finite()) {
        parts.push(texts::fill(texts.stars, &[&wording::stars(texts, rating)]));
    }
    if let Some(engagement) = entry.engagement.filter(|n| *n > 0) {
        parts.push(texts.engagement.with(texts, engagement));
    }
    harmless::breakable(&parts.join(" · "))
}

/// `+9 copies (La Stampa, Ansa, …)`.
fn copies(texts: &Texts, entry: &Entry) -> Option<String> {
    if entry.copies == 0 {
        return None;
    }
    let count = texts.copies.with(texts, u64::from(entry.copies));
    let mut names: Vec<String> = entry
        .copies_in
        .iter()
        .take(3)
        .map(|name| harmless::line(name, NAME))
        .collect();
    if entry.copies_in.len() > names.len() {
        names.push("…".to_owned());
    }
    Some(if names.is_empty() {
        count
    } else {
        format!("{count} ({})", names.join(", "))
    })
}
