//! A message of an incident in the words of its language.

use std::time::Duration;

use super::entry::{self, Age, Block, Reader};
use super::{NAME, ROWS, capital};
use crate::model::{Basis, Facts, Named, Notice, SilentSource, Stage, Window};
use crate::notify::harmless;
use crate::notify::message::unsubscribe_address;
use crate::notify::texts::{self, Texts};
use crate::notify::wording;

/// Characters of a query shown at most.
const QUERY: usize = 120;
/// Characters of a title in a subject at most.
const TITLE: usize = 60;

/// A message of an incident, ready for the templates.
#[derive(Debug)]
pub(in crate::notify) struct AlertView {
    pub(in crate::notify) texts: &'static Texts,
    pub(in crate::notify) subject: String,
    pub(in crate::notify) preheader: String,
    pub(in crate::notify) kicker: String,
    pub(in crate::notify) name: String,
    /// The stage in a word, where it is not the first.
    pub(in crate::notify) mark: &'static str,
    /// The class of its colour: `neg` or `pos`.
    pub(in crate::notify) mark_class: &'static str,
    pub(in crate::notify) lead: String,
    pub(in crate::notify) details: Vec<String>,
    pub(in crate::notify) block: Option<Block>,
    pub(in crate::notify) steps: Vec<Task>,
    pub(in crate::notify) footer: Vec<String>,
    pub(in crate::notify) stop_address: String,
    pub(in crate::notify) stop: String,
    pub(in crate::notify) edition: String,
}

/// Something to do.
#[derive(Debug)]
pub(in crate::notify) struct Task {
    pub(in crate::notify) text: &'static str,
    pub(in crate::notify) command: Option<String>,
}

impl AlertView {
    /// The view of `notice` with at most `room` entries.
    pub(in crate::notify) fn new(notice: &Notice, room: usize) -> Self {
        let texts = texts::of(notice.language);
        let alert = harmless::line(&notice.alert, NAME);
        let name = harmless::line(&notice.name, NAME);
        let reader = Reader {
            texts,
            language: notice.language,
            timezone: notice.timezone,
            now: notice.at,
        };
        let lead = lead(texts, notice);
        let block = block(reader, notice, room);
        let (mark, mark_class) = match notice.stage {
            Stage::Over => (texts.alert.over_word, "pos"),
            Stage::Escalated => (texts.alert.unattended_word, "neg"),
            Stage::Raised | Stage::Again => ("", ""),
        };
        Self {
            texts,
            subject: texts::plain(&subject(texts, notice, &name, &alert)),
            preheader: preheader(block.as_ref(), &lead),
            kicker: texts::fill(texts.alert.kicker, &[&alert]),
            mark,
            mark_class,
            lead,
            details: details(texts, notice),
            block,
            steps: steps(texts, notice),
            footer: footer(texts, notice, &name, &alert),
            stop_address: unsubscribe_address(&notice.contact, &notice.key),
            stop: texts::fill(
                texts.alert.to_stop,
                &[&harmless::line(&notice.contact, NAME)],
            ),
            edition: edition(texts, notice),
            name,
        }
    }
}

/// `[ascolto] Frigolux: picco di lamentele, 23 in 1 ora, di solito 4`.
fn subject(texts: &Texts, notice: &Notice, name: &str, alert: &str) -> String {
    let said = match notice.stage {
        Stage::Over => texts.alert.over.to_owned(),
        Stage::Raised => headline(texts, notice),
        Stage::Again => texts::fill(texts.alert.goes_on, &[&headline(texts, notice)]),
        Stage::Escalated => texts::fill(texts.alert.unattended, &[&headline(texts, notice)]),
    };
    let title = match (&notice.facts, notice.stage) {
        (Facts::When | Facts::Unanswered { .. }, Stage::Raised | Stage::Again) => {
            first(notice).map_or_else(String::new, |title| format!(" · {title}"))
        }
        _ => String::new(),
    };
    format!("[ascolto] {name}: {alert}, {said}{title}")
}

/// The first mention, by its title or its words.
fn first(notice: &Notice) -> Option<String> {
    let entry = notice.entries.first()?;
    let title = entry.title.as_ref().unwrap_or(&entry.snippet);
    Some(harmless::line(&title.text, TITLE)).filter(|title| !title.is_empty())
}

/// What was counted, in few words: `23 in 1 hour, usually 4`.
pub(super) fn headline(texts: &Texts, notice: &Notice) -> String {
    let number = |n| wording::number(texts, n);
    let shown = u64::try_from(notice.entries.len()).unwrap_or(u64::MAX)
        + notice.more.as_ref().map_or(0, |more| more.count);
    match &notice.facts {
        Facts::When => texts.mentions.with(texts, shown),
        Facts::Threshold { count, within, .. } => texts::fill(
            texts.alert.within,
            &[&number(*count), &span(texts, *within)],
        ),
        Facts::Spike { count, usual, .. } => {
            let hour = span(texts, Duration::from_hours(1));
            let count = texts::fill(texts.alert.within, &[&number(*count), &hour]);
            let usual = texts::fill(texts.alert.usually, &[&wording::stars(texts, *usual)]);
            format!("{count}, {usual}")
        }
        Facts::Silence {
            after,
            usual,
            sources,
            ..
        } => match usual {
            Some(_) => texts::fill(texts.alert.nothing_for, &[&span(texts, *after)]),
            None => texts
                .alert
                .silent_sources
                .with(texts, u64::try_from(sources.len()).unwrap_or(u64::MAX)),
        },
        Facts::Unanswered { after } => texts::fill(
            texts.alert.unanswered,
            &[&texts.mentions.with(texts, shown), &span(texts, *after)],
        ),
    }
}

/// The sentence that tells it in one breath.
fn lead(texts: &Texts, notice: &Notice) -> String {
    let alert = &texts.alert;
    match notice.stage {
        Stage::Over => match &notice.facts {
            Facts::Unanswered { .. } => alert.lead_answered,
            Facts::Silence { .. } => alert.lead_heard,
            _ => alert.lead_over,
        }
        .to_owned(),
        Stage::Escalated => {
            let told = notice.told.unwrap_or(notice.since);
            texts::fill(
                alert.lead_unattended,
                &[&span(texts, notice.at.since(told))],
            )
        }
        Stage::Raised | Stage::Again => counted(texts, notice),
    }
}

/// The sentence that tells what was counted.
fn counted(texts: &Texts, notice: &Notice) -> String {
    let alert = &texts.alert;
    let shown = u64::try_from(notice.entries.len()).unwrap_or(u64::MAX)
        + notice.more.as_ref().map_or(0, |more| more.count);
    match &notice.facts {
        Facts::When => alert.lead_when.with(texts, shown),
        Facts::Threshold { count, bar, within } => texts::fill(
            alert.lead_threshold,
            &[
                &texts.mentions.with(texts, *count),
                &span(texts, *within),
                &wording::number(texts, *bar),
            ],
        ),
        Facts::Spike { count, usual, .. } => {
            let usual = wording::stars(texts, *usual);
            let phrase = match &*usual {
                "0" => alert.lead_spike_from_none,
                _ => alert.lead_spike,
            };
            texts::fill(phrase, &[&texts.mentions.with(texts, *count), &usual])
        }
        Facts::Silence {
            after,
            usual: Some(usual),
            ..
        } => {
            let usual = wording::stars(texts, usual.round().max(1.0));
            let phrase = match &*usual {
                "1" => alert.lead_silence_of_one,
                _ => alert.lead_silence,
            };
            texts::fill(phrase, &[&span(texts, *after), &usual])
        }
        Facts::Silence { sources, .. } => {
            let names: Vec<String> = sources
                .iter()
                .take(ROWS)
                .map(|source| harmless::line(&source.name, NAME))
                .collect();
            let count = u64::try_from(sources.len()).unwrap_or(u64::MAX);
            let said = alert.lead_source.with(texts, count);
            texts::fill(&said, &[&names.join(", ")])
        }
        Facts::Unanswered { after } => {
            let said = alert.lead_unanswered.with(texts, shown);
            texts::fill(&said, &[&span(texts, *after)])
        }
    }
}

fn details(texts: &Texts, notice: &Notice) -> Vec<String> {
    let alert = &texts.alert;
    let moment = |at| wording::moment(texts, at, notice.timezone);
    let zone = notice.timezone.name();
    let mut lines = Vec::new();
    if notice.stage == Stage::Over {
        let window = Window {
            from: notice.since,
            to: notice.at,
            timezone: notice.timezone,
        };
        lines.push(format!("{}.", capital(&wording::window(texts, &window))));
        if matches!(notice.facts, Facts::Threshold { .. } | Facts::Spike { .. }) {
            lines.push(texts::fill(alert.height, &[&headline(texts, notice)]));
        }
    } else if notice.stage == Stage::Escalated && notice.facts != Facts::When {
        lines.push(counted(texts, notice));
    }
    let from = moment(notice.since);
    match &notice.facts {
        _ if notice.stage == Stage::Over => {}
        Facts::When | Facts::Unanswered { .. } => {
            let earliest = alert.earliest.with(texts, notice.total.max(1));
            lines.push(texts::fill(&earliest, &[&from, zone]));
        }
        Facts::Silence { last: Some(_), .. } => {}
        _ => lines.push(texts::fill(alert.since, &[&from, zone])),
    }
    match &notice.facts {
        Facts::Spike { bar, basis, .. } if notice.stage != Stage::Over => {
            let phrase = match basis {
                Basis::Weeks => alert.basis_weeks,
                Basis::Day => alert.basis_day,
            };
            lines.push(texts::fill(phrase, &[&wording::number(texts, *bar)]));
        }
        Facts::Silence { last, sources, .. } if notice.stage != Stage::Over => {
            lines.extend(last.map(|last| texts::fill(alert.last_mention, &[&moment(last), zone])));
            lines.extend(sources.iter().take(ROWS).map(|source| {
                let SilentSource {
                    name,
                    last,
                    longest,
                } = source;
                texts::fill(
                    alert.source_silent,
                    &[
                        &harmless::line(name, NAME),
                        &moment(*last),
                        &span(texts, *longest),
                    ],
                )
            }));
        }
        _ => {}
    }
    lines.extend(listed(texts, alert.places, &notice.places));
    lines.extend(listed(texts, alert.words, &notice.words));
    if notice.total > 0 && notice.number > 1 {
        lines.push(alert.in_all.with(texts, notice.total));
    }
    if let Some(held) = notice.held_since {
        lines.push(texts::fill(alert.held, &[&moment(held)]));
    }
    if notice.passed {
        lines.push(alert.passed.to_owned());
    }
    lines
}

/// `Where: forum 14, shop 6.`
fn listed(texts: &Texts, phrase: &str, named: &[Named]) -> Option<String> {
    let listed: Vec<String> = named
        .iter()
        .take(ROWS)
        .map(|named| {
            let name = harmless::breakable(&harmless::line(&named.name, NAME));
            format!("{name}\u{a0}{}", wording::number(texts, named.mentions))
        })
        .collect();
    (!listed.is_empty()).then(|| texts::fill(phrase, &[&listed.join(", ")]))
}

fn block(reader: Reader, notice: &Notice, room: usize) -> Option<Block> {
    if notice.entries.is_empty() {
        return None;
    }
    let texts = reader.texts;
    let age = match notice.facts {
        Facts::Unanswered { .. } => Age::Waiting,
        _ => Age::Ago,
    };
    let heading = match notice.facts {
        Facts::When | Facts::Unanswered { .. } => texts.alert.new_mentions,
        _ => texts.alert.its_mentions,
    };
    Some(Block {
        heading: heading.to_owned(),
        intro: None,
        entries: entry::entries(reader, &notice.entries, room, age),
        more: entry::more(
            texts,
            notice.entries.len().saturating_sub(room),
            notice.more.as_ref(),
            format!("ascolto search 'watch:{}'", notice.watchlist),
        ),
    })
}

fn steps(texts: &Texts, notice: &Notice) -> Vec<Task> {
    let mut steps = Vec::new();
    if notice.stage == Stage::Over || notice.passed {
        return steps;
    }
    if matches!(notice.facts, Facts::Silence { .. }) {
        steps.push(Task {
            text: texts.alert.do_check,
            command: Some("ascolto sources".to_owned()),
        });
    } else if !notice.entries.is_empty() {
        steps.push(Task {
            text: texts.alert.do_answer,
            command: None,
        });
    }
    steps.push(Task {
        text: texts.alert.do_ack,
        command: Some(format!("ascolto ack {}", notice.incident)),
    });
    steps
}

fn footer(texts: &Texts, notice: &Notice, name: &str, alert: &str) -> Vec<String> {
    let said = &texts.alert;
    let rule = match &notice.facts {
        Facts::When => said.rule_when.to_owned(),
        Facts::Threshold { bar, within, .. } => texts::fill(
            said.rule_threshold,
            &[&wording::number(texts, *bar), &span(texts, *within)],
        ),
        Facts::Spike { .. } => said.rule_spike.to_owned(),
        Facts::Silence { after, .. } => texts::fill(said.rule_silence, &[&span(texts, *after)]),
        Facts::Unanswered { after } => texts::fill(said.rule_unanswered, &[&span(texts, *after)]),
    };
    let query = harmless::line(&notice.query, QUERY);
    let query = if query.is_empty() {
        texts.alert.all_mentions.to_owned()
    } else {
        query
    };
    vec![
        texts::fill(
            texts.alert.because,
            &[alert, &format!("{rule}, {query}"), name],
        ),
        texts::fill(texts.alert.to_change, &[notice.watchlist.as_str()]),
    ]
}

fn edition(texts: &Texts, notice: &Notice) -> String {
    let said = texts::fill(
        texts.alert.edition,
        &[
            &harmless::line(&notice.key, NAME),
            &notice.incident.to_string(),
            &wording::number(texts, notice.number),
        ],
    );
    format!("{said} · ascolto {}", env!("CARGO_PKG_VERSION"))
}

fn preheader(block: Option<&Block>, lead: &str) -> String {
    let Some(first) = block.and_then(|block| block.entries.first()) else {
        return lead.to_owned();
    };
    let words: String = first
        .heading
        .iter()
        .map(|piece| piece.text.as_str())
        .chain([" · "])
        .chain(first.snippet.iter().map(|piece| piece.text.as_str()))
        .collect();
    harmless::line(&words, 120)
}

/// `1 hour`, `30 minutes`, `2 days`.
fn span(texts: &Texts, span: Duration) -> String {
    let minutes = span.as_secs() / 60;
    let (hours, days) = (minutes / 60, minutes / (60 * 24));
    if days >= 2 {
        texts.alert.days.with(texts, days)
    } else if hours >= 1 && (minutes.is_multiple_of(60) || hours >= 10) {
        texts.alert.hours.with(texts, hours)
    } else {
        texts.alert.minutes.with(texts, minutes.max(1))
    }
}
