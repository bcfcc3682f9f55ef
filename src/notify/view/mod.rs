//! A digest in the words of its language: what the templates lay out, and nothing they must decide.
//!
//! Invariant: text and HTML are made from one view, and every text in it is already harmless.

mod alert;
mod care;
mod entry;
mod figures;
mod reasons;
mod sources;

pub(super) use alert::AlertView;
pub(super) use entry::{Block, EntryView};
pub(super) use figures::{DayRow, Figures, RisingList};
pub(super) use sources::Trouble;

use super::harmless::{self, Piece};
use super::message::unsubscribe_address;
use super::texts::{self, Texts};
use super::wording;
use crate::model::{Cadence, Digest, Measure, Numbers};

/// Characters of names (sources, authors, watchlists) at most.
const NAME: usize = 80;
/// Characters of error messages and server replies at most.
const ERROR: usize = 160;
/// Sources, risers and troubled sources shown at most.
const ROWS: usize = 8;

/// A digest, ready for the templates.
#[derive(Debug)]
pub(super) struct View {
    pub(super) texts: &'static Texts,
    pub(super) subject: String,
    pub(super) preheader: String,
    pub(super) name: String,
    pub(super) kicker: String,
    pub(super) window: String,
    pub(super) read: Option<String>,
    pub(super) lead: String,
    /// What could not be read, where something could not.
    pub(super) warning: Option<String>,
    pub(super) act_now: Option<Block>,
    pub(super) numbers: Figures,
    pub(super) notes: Vec<String>,
    pub(super) days: Vec<DayRow>,
    pub(super) by_source: Option<Figures>,
    pub(super) sections: Vec<Block>,
    pub(super) hidden: Option<String>,
    pub(super) rising: Vec<RisingList>,
    /// Answers and alerts, where something is known of them.
    pub(super) care: Option<Figures>,
    pub(super) care_notes: Vec<String>,
    pub(super) health: String,
    pub(super) troubled: Vec<Trouble>,
    pub(super) undelivered: Vec<String>,
    pub(super) footer: Vec<String>,
    pub(super) stop_address: String,
    pub(super) stop: String,
    pub(super) edition: String,
}

impl View {
    /// The view of `digest` with at most `room` entries under each heading.
    pub(super) fn new(digest: &Digest, room: usize) -> Self {
        let texts = texts::of(digest.language);
        let name = harmless::line(&digest.name, NAME);
        let window = wording::window(texts, &digest.window);
        let act_now = entry::act_now(texts, digest, room);
        let warning = sources::warning(texts, digest);
        let lead = lead(texts, digest);
        let sections = entry::sections(texts, digest, room);
        let notes = figures::notes(texts, digest, &name);
        let care_notes = care::notes(texts, digest, &notes);
        Self {
            texts,
            subject: texts::plain(&subject(texts, digest, &name)),
            preheader: preheader(act_now.as_ref(), &lead),
            kicker: texts.kicker.to_owned(),
            read: read(texts, digest),
            numbers: figures::numbers(texts, digest),
            notes,
            days: figures::days(texts, digest),
            by_source: figures::by_source(texts, digest),
            hidden: (digest.hidden > 0).then(|| texts.hidden.with(texts, digest.hidden)),
            rising: figures::rising(texts, digest),
            care: care::table(texts, digest),
            care_notes,
            health: sources::health(texts, digest),
            troubled: digest
                .reading
                .troubled
                .iter()
                .take(ROWS)
                .map(|report| sources::trouble(texts, digest, report))
                .collect(),
            undelivered: digest
                .undelivered
                .iter()
                .take(ROWS)
                .map(|mail| {
                    texts::fill(
                        texts.undelivered,
                        &[
                            &harmless::line(&mail.to, NAME),
                            &harmless::line(&mail.reply, ERROR),
                        ],
                    )
                })
                .collect(),
            footer: footer(texts, digest, &name),
            stop: texts::fill(texts.to_stop, &[&harmless::line(&digest.contact, NAME)]),
            stop_address: stop_address(digest),
            edition: edition(texts, digest),
            name,
            window,
            lead,
            warning,
            act_now,
            sections,
        }
    }
}

/// `Frigolux: 14 mentions, 2 urgent, sentiment −18 ▼ · Tue 4 Nov`.
fn subject(texts: &Texts, digest: &Digest, name: &str) -> String {
    let mut parts = Vec::new();
    let reading = &digest.reading;
    if reading.nothing_read() && digest.is_empty() {
        parts.push(texts.nothing_read.with(texts, u64::from(reading.sources)));
    } else {
        parts.push(mentions(texts, digest));
        parts.extend(pressing(texts, digest));
        parts.extend(sentiment(texts, digest).map(|(now, arrow)| {
            let word = texts.sentiment;
            if arrow.is_empty() {
                format!("{word} {now}")
            } else {
                format!("{word} {now} {arrow}")
            }
        }));
        if let Some(unread) = sources::unread(texts, digest) {
            parts.push(unread);
        }
    }
    let window = &digest.window;
    let to = window.to.day_in(window.timezone);
    let when = match digest.cadence {
        Cadence::Hourly { .. } => wording::moment(texts, window.to, window.timezone),
        Cadence::Weekly { .. } => {
            let from = window.from.day_in(window.timezone);
            format!(
                "{} – {}",
                wording::day(texts, from),
                wording::day(texts, to)
            )
        }
        _ => wording::day(texts, to),
    };
    format!("[ascolto] {name}: {} · {when}", parts.join(", "))
}

fn mentions(texts: &Texts, digest: &Digest) -> String {
    match digest.total() {
        0 => texts.no_mentions.to_owned(),
        n => texts.mentions.with(texts, n),
    }
}

/// How many mentions press, of the strongest kind that there is.
fn pressing(texts: &Texts, digest: &Digest) -> Option<String> {
    let Numbers { urgent, high, .. } = digest.numbers;
    match (urgent, high) {
        (0, 0) => None,
        (0, high) => Some(texts.high.with(texts, high)),
        (urgent, _) => Some(texts.urgent.with(texts, urgent)),
    }
}

/// The net sentiment, and an arrow where it moved by a point or more.
fn sentiment(texts: &Texts, digest: &Digest) -> Option<(String, &'static str)> {
    let Measure { value, previous } = digest.numbers.net_sentiment;
    let value = value?;
    let arrow = match previous {
        Some(previous) if value - previous >= 1.0 => "▲",
        Some(previous) if previous - value >= 1.0 => "▼",
        _ => "",
    };
    Some((wording::points(texts, value), arrow))
}

/// The sentence that tells the day in one breath.
fn lead(texts: &Texts, digest: &Digest) -> String {
    if digest.is_empty() {
        return if digest.reading.nothing_read() {
            texts.deaf.to_owned()
        } else if digest.has_unread_sources() {
            texts.not_quiet.to_owned()
        } else if digest.reading.read < digest.reading.sources {
            texts.quiet_so_far.to_owned()
        } else {
            texts.quiet.to_owned()
        };
    }
    let mut lead = mentions(texts, digest);
    if let Some(authors) = digest.numbers.authors.value {
        lead.push(' ');
        lead.push_str(&texts.by_authors.with(texts, authors));
    }
    if let Some(pressing) = pressing(texts, digest) {
        lead.push_str(", ");
        lead.push_str(&pressing);
    }
    lead.push('.');
    if let Some((now, _)) = sentiment(texts, digest) {
        lead.push(' ');
        lead.push_str(&capital(texts.sentiment));
        lead.push(' ');
        lead.push_str(&now);
        if let Some(previous) = digest.numbers.net_sentiment.previous {
            lead.push_str(", ");
            lead.push_str(&texts::fill(
                texts.it_was,
                &[&wording::points(texts, previous)],
            ));
        }
        lead.push('.');
    }
    lead
}

fn preheader(act_now: Option<&Block>, lead: &str) -> String {
    let Some(first) = act_now.and_then(|block| block.entries.first()) else {
        return lead.to_owned();
    };
    let join = |pieces: &[Piece]| -> String { pieces.iter().map(|p| p.text.as_str()).collect() };
    harmless::line(
        &format!("{} · {}", join(&first.heading), join(&first.snippet)),
        120,
    )
}

/// What was read; nothing where there is nothing to read.
fn read(texts: &Texts, digest: &Digest) -> Option<String> {
    let reading = &digest.reading;
    (reading.sources > 0).then(|| {
        format!(
            "{} {}",
            texts.items_read.with(texts, reading.items),
            texts.from_sources.with(texts, u64::from(reading.read))
        )
    })
}

fn footer(texts: &Texts, digest: &Digest, name: &str) -> Vec<String> {
    let cadence = match &digest.cadence {
        Cadence::Hourly { minute } => texts::fill(texts.hourly, &[&minute.to_string()]),
        Cadence::Daily { at } => texts::fill(texts.daily, &[&at.format("%H:%M").to_string()]),
        Cadence::Weekly { on, at } => texts::fill(
            texts.weekly,
            &[
                &at.format("%H:%M").to_string(),
                wording::long_weekday(texts, *on),
            ],
        ),
        Cadence::Cron { line } => texts::fill(texts.cron, &[&harmless::line(line, NAME)]),
        Cadence::Asked => texts.asked.to_owned(),
    };
    vec![
        texts::fill(
            texts.because,
            &[&cadence, name, digest.window.timezone.name()],
        ),
        texts::fill(texts.to_change, &[digest.watchlist.as_str()]),
    ]
}

/// A `mailto:` address that asks to be taken off.
fn stop_address(digest: &Digest) -> String {
    unsubscribe_address(&digest.contact, &digest.key)
}

fn edition(texts: &Texts, digest: &Digest) -> String {
    let issue = match digest.issue {
        0 => texts.preview.to_owned(),
        n => texts::fill(texts.issue, &[&wording::number(texts, n)]),
    };
    format!(
        "{}, {issue} · ascolto {}",
        harmless::line(&digest.key, NAME),
        env!("CARGO_PKG_VERSION")
    )
}

/// The text with its first letter in upper case.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
