//! A digest in the words of its language: what the templates lay out, and nothing they must decide.

use super::harmless::{self, Piece};
use super::texts::{self, Texts};
use super::wording;
use crate::model::{
    Cadence, Digest, Entry, Measure, More, Numbers, Priority, Riser, Sentiment, SourceReport,
};

/// Characters of names (sources, authors, watchlists) at most.
const NAME: usize = 80;
/// Characters of titles at most.
const TITLE: usize = 160;
/// Characters of snippets at most.
const SNIPPET: usize = 320;
/// Characters of error messages and server replies at most.
const ERROR: usize = 160;
/// Reasons shown of each kind.
const REASONS: usize = 4;
/// Sources, risers and troubled sources shown at most.
const ROWS: usize = 8;
/// Days of the picture at most.
const DAYS: usize = 31;

/// A digest, ready for the templates.
#[derive(Debug)]
pub(super) struct View {
    pub(super) texts: &'static Texts,
    pub(super) subject: String,
    pub(super) preheader: String,
    pub(super) name: String,
    pub(super) kicker: String,
    pub(super) window: String,
    pub(super) read: String,
    pub(super) lead: String,
    /// What could not be read, where something could not.
    pub(super) warning: Option<String>,
    pub(super) act_now: Option<Block>,
    pub(super) numbers: Vec<Row>,
    pub(super) notes: Vec<String>,
    pub(super) days: Vec<DayRow>,
    pub(super) by_source: Vec<Row>,
    pub(super) sections: Vec<Block>,
    pub(super) hidden: Option<String>,
    pub(super) rising: Vec<RisingList>,
    pub(super) health: String,
    pub(super) troubled: Vec<Trouble>,
    pub(super) undelivered: Vec<String>,
    pub(super) footer: Vec<String>,
    pub(super) stop_address: String,
    pub(super) stop: String,
    pub(super) edition: String,
}

/// Entries under a heading.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) heading: String,
    pub(super) intro: Option<&'static str>,
    pub(super) entries: Vec<EntryView>,
    pub(super) more: Option<MoreView>,
}

/// "And 37 more".
#[derive(Debug)]
pub(super) struct MoreView {
    pub(super) text: String,
    pub(super) command: String,
}

/// One mention.
#[derive(Debug)]
pub(super) struct EntryView {
    /// `urgent` or `high priority`; empty for what can wait.
    pub(super) badge: &'static str,
    /// Whether the badge is the strongest.
    pub(super) urgent: bool,
    /// The class of the sentiment's colour: `neg`, `neu` or `pos`.
    pub(super) tone: &'static str,
    /// The sentiment, in words.
    pub(super) sentiment: &'static str,
    /// Intent and how long it has been waiting.
    pub(super) tags: Vec<String>,
    /// The title, or who wrote it and where.
    pub(super) heading: Vec<Piece>,
    pub(super) snippet: Vec<Piece>,
    pub(super) byline: String,
    pub(super) copies: Option<String>,
    pub(super) why: String,
    pub(super) url: Option<String>,
    pub(super) read_on: String,
    pub(super) show: String,
}

/// A row of a data table.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) label: String,
    pub(super) value: String,
    pub(super) previous: String,
    pub(super) change: String,
}

/// A day of the picture.
#[derive(Debug)]
pub(super) struct DayRow {
    pub(super) label: String,
    pub(super) negative: String,
    pub(super) neutral: String,
    pub(super) positive: String,
    /// The picture: one part for each sentiment that occurs, in the order of the columns.
    pub(super) bars: Vec<Bar>,
    /// Hundredths of the row that stay empty.
    pub(super) left: u64,
    /// The same picture in characters.
    pub(super) bar: String,
}

/// A part of a bar.
#[derive(Debug)]
pub(super) struct Bar {
    pub(super) class: &'static str,
    pub(super) colour: &'static str,
    /// Hundredths of the row.
    pub(super) width: u64,
}

/// What rises, of one kind.
#[derive(Debug)]
pub(super) struct RisingList {
    pub(super) heading: &'static str,
    pub(super) items: Vec<(String, String)>,
}

/// A source that is not well.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) name: String,
    pub(super) text: String,
}

impl View {
    /// The view of `digest` with at most `room` entries under each heading.
    pub(super) fn new(digest: &Digest, room: usize) -> Self {
        let texts = texts::of(digest.language);
        let name = harmless::line(&digest.name, NAME);
        let window = wording::window(texts, &digest.window);
        let act_now = act_now(texts, digest, room);
        let warning = warning(texts, digest);
        let lead = lead(texts, digest);
        let sections = sections(texts, digest, room);
        Self {
            texts,
            subject: subject(texts, digest, &name),
            preheader: preheader(act_now.as_ref(), &lead),
            kicker: texts.kicker.to_owned(),
            read: read(texts, digest),
            numbers: numbers(texts, digest),
            notes: notes(texts, digest, &name),
            days: days(texts, digest),
            by_source: by_source(texts, digest),
            hidden: (digest.hidden > 0).then(|| texts.hidden.with(texts, digest.hidden)),
            rising: rising(texts, digest),
            health: health(texts, digest),
            troubled: digest
                .reading
                .troubled
                .iter()
                .take(ROWS)
                .map(|report| trouble(texts, digest, report))
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
    if reading.nothing_read() {
        let sources = wording::number(texts, u64::from(reading.sources));
        parts.push(texts::fill(texts.nothing_read, &[&sources]));
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
        if let Some(unread) = unread(texts, digest) {
            parts.push(unread);
        }
    }
    let window = &digest.window;
    let to = wording::local_day(window.to, window.timezone);
    let when = match digest.cadence {
        Cadence::Hourly { .. } => wording::moment(texts, window.to, window.timezone),
        Cadence::Weekly { .. } => {
            let from = wording::local_day(window.from, window.timezone);
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

fn unread(texts: &Texts, digest: &Digest) -> Option<String> {
    let count = u64::try_from(digest.reading.unread()).unwrap_or(u64::MAX);
    (count > 0).then(|| texts.sources_not_read.with(texts, count))
}

fn warning(texts: &Texts, digest: &Digest) -> Option<String> {
    if digest.reading.nothing_read() {
        let sources = wording::number(texts, u64::from(digest.reading.sources));
        return Some(capital(&texts::fill(texts.nothing_read, &[&sources])));
    }
    let names: Vec<String> = digest
        .reading
        .troubled
        .iter()
        .filter(|report| report.is_unread())
        .take(3)
        .map(|report| harmless::line(&report.name, NAME))
        .collect();
    unread(texts, digest).map(|unread| {
        let more = if digest.reading.unread() > names.len() {
            ", …"
        } else {
            ""
        };
        format!("{}: {}{more}", capital(&unread), names.join(", "))
    })
}

/// The sentence that tells the day in one breath.
fn lead(texts: &Texts, digest: &Digest) -> String {
    if digest.is_empty() {
        return if digest.has_unread_sources() || digest.reading.nothing_read() {
            texts.not_quiet.to_owned()
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

fn read(texts: &Texts, digest: &Digest) -> String {
    format!(
        "{} {}",
        texts.items_read.with(texts, digest.reading.items),
        texts
            .from_sources
            .with(texts, u64::from(digest.reading.read))
    )
}

fn act_now(texts: &'static Texts, digest: &Digest, room: usize) -> Option<Block> {
    if digest.act_now.is_empty() {
        return None;
    }
    let command = format!(
        "ascolto search {}",
        quoted(&format!(
            "watch:{} (priority:urgent OR priority:high) status:open",
            digest.watchlist
        ))
    );
    Some(Block {
        heading: texts.act_now.to_owned(),
        intro: Some(texts.act_now_intro),
        entries: entries(texts, digest, &digest.act_now, room, true),
        more: more(
            texts,
            digest.act_now.len().saturating_sub(room),
            digest.act_now_more.as_ref(),
            command,
        ),
    })
}

fn sections(texts: &'static Texts, digest: &Digest, room: usize) -> Vec<Block> {
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
            let window = &digest.window;
            let command = format!(
                "ascolto search {}",
                quoted(&format!(
                    "watch:{} date:{}..{}",
                    section.watchlist,
                    wording::local_day(window.from, window.timezone),
                    wording::local_day(window.to, window.timezone)
                ))
            );
            Block {
                heading,
                intro: None,
                entries: entries(texts, digest, &section.entries, room, false),
                more: more(
                    texts,
                    section.entries.len().saturating_sub(room),
                    section.more.as_ref(),
                    command,
                ),
            }
        })
        .collect()
}

/// Counts what was left out here and by whoever filled the digest.
fn more(texts: &Texts, cut: usize, given: Option<&More>, command: String) -> Option<MoreView> {
    let count = u64::try_from(cut).unwrap_or(u64::MAX) + given.map_or(0, |more| more.count);
    (count > 0).then(|| MoreView {
        text: texts.more.with(texts, count),
        command: given.map_or(command, |more| harmless::line(&more.command, ERROR)),
    })
}

/// An argument as a shell takes it.
fn quoted(argument: &str) -> String {
    format!("'{}'", argument.replace('\'', "'\\''"))
}

fn entries(
    texts: &'static Texts,
    digest: &Digest,
    entries: &[Entry],
    room: usize,
    waiting: bool,
) -> Vec<EntryView> {
    entries
        .iter()
        .take(room)
        .map(|entry| EntryView::new(texts, digest, entry, waiting))
        .collect()
}

impl EntryView {
    fn new(texts: &'static Texts, digest: &Digest, entry: &Entry, waiting: bool) -> Self {
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
        let mut tags = Vec::new();
        tags.push(texts.intent(entry.intent).to_owned());
        if waiting {
            tags.push(wording::waiting(texts, digest.window.to.since(entry.date)));
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
            snippet: clean(harmless::pieces(&entry.snippet, SNIPPET)),
            byline: byline(texts, digest, entry, titled.then_some((author, &source))),
            copies: copies(texts, entry),
            why: why(texts, entry, waiting),
            url: harmless::address(entry.url.as_deref()),
            read_on: texts::fill(texts.read_on, &[&source]),
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
fn byline(
    texts: &Texts,
    digest: &Digest,
    entry: &Entry,
    by: Option<(Option<String>, &String)>,
) -> String {
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
    let date = wording::moment(texts, entry.date, digest.window.timezone);
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

/// `frigolux; priority 62: rimborso +30; sentiment −0,7: perde acqua −2,1`.
fn why(texts: &Texts, entry: &Entry, pressing: bool) -> String {
    let quote = |term: &str| harmless::line(term, NAME);
    let mut parts = Vec::new();
    let terms: Vec<String> = entry
        .why
        .terms
        .iter()
        .take(REASONS)
        .map(|t| quote(t))
        .collect();
    if !terms.is_empty() {
        parts.push(terms.join(", "));
    }
    let mut rules: Vec<_> = entry.why.priority.iter().collect();
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.points.abs()));
    let rules: Vec<String> = rules
        .iter()
        .take(REASONS)
        .map(|rule| {
            // A number alone ("12400 +10") says nothing: its rule says what was counted.
            let term = if rule.term.chars().any(char::is_alphabetic) {
                rule.term.clone()
            } else {
                format!("{} {}", rule.rule, rule.term)
            };
            weighed(
                &quote(&term),
                &wording::points(texts, f64::from(rule.points)),
            )
        })
        .collect();
    if !rules.is_empty() {
        let score = entry.priority_score.to_string();
        let word = texts::fill(texts.why_priority, &[&score]);
        parts.push(format!("{word}: {}", rules.join(", ")));
    }
    let mut words: Vec<_> = entry.why.sentiment.iter().collect();
    words.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    let words: Vec<String> = words
        .iter()
        .take(REASONS)
        .map(|word| weighed(&quote(&word.term), &wording::signed(texts, word.weight)))
        .collect();
    if rules.is_empty() && words.is_empty() && !pressing {
        // Only the terms are left, and they are marked in the snippet.
        return String::new();
    }
    if !words.is_empty() {
        let score = wording::signed(texts, entry.sentiment_score);
        let word = texts::fill(texts.why_sentiment, &[&score]);
        parts.push(format!("{word}: {}", words.join(", ")));
    }
    harmless::breakable(&parts.join("; "))
}

/// A term and its weight, on one line.
fn weighed(term: &str, weight: &str) -> String {
    format!("{term}\u{a0}{weight}")
}

fn numbers(texts: &Texts, digest: &Digest) -> Vec<Row> {
    let numbers = &digest.numbers;
    let count = |label: &str, value: Option<u64>, previous: Option<u64>| Row {
        label: label.to_owned(),
        value: dash(value.map(|n| wording::number(texts, n))),
        previous: dash(previous.map(|n| wording::number(texts, n))),
        change: dash(
            value
                .zip(previous)
                .and_then(|(now, before)| growth(texts, now, before)),
        ),
    };
    let share = |label: &str, measure: Measure<f64>| Row {
        label: label.to_owned(),
        value: dash(measure.value.map(|share| wording::percent(texts, share))),
        previous: dash(measure.previous.map(|share| wording::percent(texts, share))),
        change: moved(texts, measure, 100.0),
    };
    let mut rows = vec![
        count(
            texts.mentions_label,
            Some(numbers.mentions),
            numbers.mentions_before,
        ),
        count(
            texts.authors_label,
            numbers.authors.value,
            numbers.authors.previous,
        ),
        Row {
            label: texts.net_sentiment_label.to_owned(),
            value: dash(
                numbers
                    .net_sentiment
                    .value
                    .map(|p| wording::points(texts, p)),
            ),
            previous: dash(
                numbers
                    .net_sentiment
                    .previous
                    .map(|p| wording::points(texts, p)),
            ),
            change: moved(texts, numbers.net_sentiment, 1.0),
        },
        share(texts.negative_share_label, numbers.negative_share),
    ];
    if !digest.voices.is_empty() {
        rows.push(share(texts.share_of_voice_label, numbers.share_of_voice));
    }
    rows.retain(|row| row.value != "–" || row.previous != "–");
    rows
}

/// The change of a count in percent; none on a base that is too small.
fn growth(texts: &Texts, now: u64, before: u64) -> Option<String> {
    if before < Numbers::BASE {
        return None;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a percentage is rounded to a whole number anyway"
    )]
    let change = (now as f64 - before as f64) / before as f64 * 100.0;
    Some(format!("{}%", wording::points(texts, change)))
}

fn moved(texts: &Texts, measure: Measure<f64>, scale: f64) -> String {
    dash(measure.value.zip(measure.previous).map(|(now, before)| {
        let points = wording::points(texts, (now - before) * scale);
        texts::fill(texts.points, &[&points])
    }))
}

fn dash(text: Option<String>) -> String {
    text.unwrap_or_else(|| "–".to_owned())
}

fn notes(texts: &Texts, digest: &Digest, name: &str) -> Vec<String> {
    let mut notes = Vec::new();
    if !digest.voices.is_empty() {
        let voices: Vec<String> = digest
            .voices
            .iter()
            .take(ROWS)
            .map(|voice| {
                let label = if voice.own {
                    name.to_owned()
                } else {
                    harmless::line(&voice.name, NAME)
                };
                format!("{label} {}", wording::number(texts, voice.mentions))
            })
            .collect();
        notes.push(format!("{}: {}.", texts.voices, voices.join(", ")));
    }
    let rows = numbers(texts, digest);
    if rows
        .iter()
        .any(|row| row.label == texts.net_sentiment_label)
    {
        notes.push(texts.net_sentiment_note.to_owned());
    }
    if rows.iter().any(|row| row.change == "–") {
        let base = wording::number(texts, Numbers::BASE);
        notes.push(texts::fill(texts.dash_note, &[&base]));
    }
    notes
}

fn days(texts: &Texts, digest: &Digest) -> Vec<DayRow> {
    /// Characters of a whole bar in the text part.
    const CELLS: u64 = 24;
    let skip = digest.by_day.len().saturating_sub(DAYS);
    let days = digest.by_day.get(skip..).unwrap_or_default();
    let widest = days
        .iter()
        .map(crate::model::DayCount::total)
        .max()
        .unwrap_or(0);
    if widest == 0 {
        return Vec::new();
    }
    // A part that is there at all is never rounded away.
    let part = |n: u64, whole: u64| match n {
        0 => 0,
        n => (u128::from(n) * u128::from(whole) / u128::from(widest))
            .try_into()
            .unwrap_or(whole)
            .max(1),
    };
    days.iter()
        .map(|day| {
            let parts = [day.negative, day.neutral, day.positive];
            let colours = [("bn", "#c0392b"), ("bu", "#8b939d"), ("bp", "#2e8b57")];
            let bars: Vec<Bar> = parts
                .iter()
                .zip(colours)
                .filter(|(n, _)| **n > 0)
                .map(|(n, (class, colour))| Bar {
                    class,
                    colour,
                    width: part(*n, 97),
                })
                .collect();
            let left = 100_u64.saturating_sub(bars.iter().map(|bar| bar.width).sum());
            let bar = parts
                .into_iter()
                .zip(['#', '.', '+'])
                .flat_map(|(n, sign)| (0..part(n, CELLS)).map(move |_| sign))
                .collect();
            DayRow {
                label: wording::day(texts, day.day),
                negative: wording::number(texts, day.negative),
                neutral: wording::number(texts, day.neutral),
                positive: wording::number(texts, day.positive),
                bars,
                left,
                bar,
            }
        })
        .collect()
}

fn by_source(texts: &Texts, digest: &Digest) -> Vec<Row> {
    digest
        .by_source
        .iter()
        .take(ROWS)
        .map(|source| Row {
            label: harmless::breakable(&harmless::line(&source.name, NAME)),
            value: wording::number(texts, source.mentions),
            previous: dash(source.before.map(|n| wording::number(texts, n))),
            change: dash(
                source
                    .before
                    .and_then(|before| growth(texts, source.mentions, before)),
            ),
        })
        .collect()
}

fn rising(texts: &'static Texts, digest: &Digest) -> Vec<RisingList> {
    let list = |heading: &'static str, risers: &[Riser]| RisingList {
        heading,
        items: risers
            .iter()
            .take(ROWS)
            .map(|riser| {
                let count = wording::number(texts, riser.count);
                let usual = wording::stars(texts, riser.usual);
                (
                    harmless::breakable(&harmless::line(&riser.name, NAME)),
                    texts::fill(texts.usual, &[&count, &usual]),
                )
            })
            .collect(),
    };
    [
        list(texts.rising_terms, &digest.rising.terms),
        list(texts.rising_authors, &digest.rising.authors),
        list(texts.rising_sources, &digest.rising.sources),
    ]
    .into_iter()
    .filter(|list| !list.items.is_empty())
    .collect()
}

fn health(texts: &Texts, digest: &Digest) -> String {
    let reading = &digest.reading;
    if reading.troubled.is_empty() && reading.read == reading.sources {
        return texts.all_read.with(texts, u64::from(reading.sources));
    }
    texts::fill(
        texts.some_read,
        &[
            &wording::number(texts, u64::from(reading.read)),
            &wording::number(texts, u64::from(reading.sources)),
        ],
    )
}

fn trouble(texts: &Texts, digest: &Digest, report: &SourceReport) -> Trouble {
    let moment = |at| wording::moment(texts, at, digest.window.timezone);
    let state = texts.health(report.health);
    let mut parts = vec![match report.since {
        Some(since) => texts::fill(texts.since, &[state, &moment(since)]),
        None => state.to_owned(),
    }];
    parts.push(match report.last_ok {
        Some(at) => texts::fill(texts.last_ok, &[&moment(at)]),
        None => texts.never_ok.to_owned(),
    });
    if let Some(next) = report.next {
        parts.push(texts::fill(texts.next_try, &[&moment(next)]));
    }
    let mut text = parts.join("; ");
    if let Some(error) = &report.error {
        text.push_str(". ");
        text.push_str(&harmless::breakable(&harmless::line(error, ERROR)));
    }
    Trouble {
        name: harmless::breakable(&harmless::line(&report.name, NAME)),
        text,
    }
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
    super::message::unsubscribe_address(&digest.contact, &digest.key)
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
