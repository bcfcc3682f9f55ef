//! What every chat shows of an incident: few words, cleaned, without any chat's markup.

use super::super::harmless;
use super::super::texts;
use super::super::view::AlertView;
use crate::model::{Notice, Stage};

/// Mentions shown; who wants more has the mail or the terminal.
const SHOWN: usize = 5;
/// Characters of a title.
const TITLE: usize = 120;
/// Characters of the words of a mention.
const WORDS: usize = 280;
/// Characters of an address: a longer one takes the room of the rest.
const ADDRESS: usize = 600;

/// An incident in few words.
#[derive(Debug)]
pub(super) struct Card {
    /// What the subject of the mail says, without `[ascolto]`.
    pub(super) title: String,
    /// The sentences that tell it.
    pub(super) lines: Vec<String>,
    /// The mentions.
    pub(super) items: Vec<Item>,
    /// What is not shown, and the command that shows it.
    pub(super) more: Option<String>,
    /// How to say that somebody looks after it.
    pub(super) todo: Option<String>,
    /// The word for a link.
    pub(super) open: &'static str,
    /// Whether it presses.
    pub(super) urgent: bool,
    /// Whether it is over.
    pub(super) over: bool,
}

/// A mention in few words.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) title: String,
    pub(super) words: String,
    pub(super) byline: String,
    /// `http` or `https`.
    pub(super) link: Option<String>,
}

impl Card {
    pub(super) fn new(notice: &Notice, subject: &str) -> Self {
        let view = AlertView::new(notice, SHOWN);
        let texts = texts::of(notice.language);
        let mut lines = vec![if view.mark.is_empty() {
            view.lead
        } else {
            format!("{} {}", view.mark, view.lead)
        }];
        lines.extend(view.details);
        let (mut items, mut more) = (Vec::new(), None);
        if let Some(block) = view.block {
            for entry in block.entries {
                let join = |pieces: &[harmless::Piece], room| {
                    let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
                    harmless::line(&text, room)
                };
                items.push(Item {
                    title: join(&entry.heading, TITLE),
                    words: join(&entry.snippet, WORDS),
                    byline: harmless::line(&entry.byline, TITLE),
                    link: entry.url.filter(|url| url.len() <= ADDRESS),
                });
            }
            more = block.more.map(|more| {
                texts::fill(
                    texts.alert.more_in_terminal,
                    &[&more.text, &harmless::line(&more.command, WORDS)],
                )
            });
        }
        let todo = view
            .steps
            .into_iter()
            .filter_map(|step| Some(format!("{} {}", step.text, step.command?)))
            .next_back();
        let title = subject.strip_prefix("[ascolto] ").unwrap_or(subject);
        Self {
            title: harmless::line(title, 200),
            lines,
            items,
            more,
            todo,
            open: texts.alert.open,
            urgent: notice.urgent,
            over: notice.stage == Stage::Over,
        }
    }

    /// All sentences around the mentions.
    pub(super) fn sentences(&self) -> String {
        self.lines.join(" ")
    }

    /// What stands below the mentions.
    pub(super) fn foot(&self) -> Vec<&str> {
        [self.more.as_deref(), self.todo.as_deref()]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// At most `room` characters of `text`.
pub(super) fn cut(text: &str, room: usize) -> String {
    harmless::line(text, room.saturating_sub(1))
}
