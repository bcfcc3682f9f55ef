//! The form for programs of one's own: type, time and data, as the Standard Webhooks
//! specification asks for.

use serde_json::{Value, json};

use super::super::harmless;
use crate::model::{Entry, Marked, Named, Notice};

/// Characters of names, titles and the words around what matched.
const ROOM: usize = 320;
/// Reasons of each kind.
const REASONS: usize = 20;

pub(super) fn body(notice: &Notice, subject: &str) -> Value {
    let clean = Notice {
        entries: notice.entries.iter().map(entry).collect(),
        places: notice.places.iter().map(named).collect(),
        words: notice.words.iter().map(named).collect(),
        ..notice.clone()
    };
    json!({
        "type": format!("alert.{}", notice.stage.as_str()),
        "timestamp": notice.at,
        "subject": subject,
        "data": serde_json::to_value(&clean).unwrap_or_default(),
    })
}

fn named(named: &Named) -> Named {
    Named {
        name: harmless::line(&named.name, ROOM),
        mentions: named.mentions,
    }
}

/// The entry without control characters, with `http` addresses alone, and of bounded length.
fn entry(entry: &Entry) -> Entry {
    let mut clean = entry.clone();
    clean.url = harmless::address(entry.url.as_deref());
    clean.title = entry.title.as_ref().map(marked);
    clean.snippet = marked(&entry.snippet);
    clean.source = harmless::line(&entry.source, ROOM);
    clean.author = entry
        .author
        .as_deref()
        .map(|name| harmless::line(name, ROOM));
    clean.rating = entry.rating.filter(|rating| rating.is_finite());
    clean.why.terms.truncate(REASONS);
    clean.why.priority.truncate(REASONS);
    clean.why.sentiment.truncate(REASONS);
    for term in &mut clean.why.terms {
        *term = harmless::line(term, ROOM);
    }
    for points in &mut clean.why.priority {
        points.term = harmless::line(&points.term, ROOM);
    }
    for word in &mut clean.why.sentiment {
        word.term = harmless::line(&word.term, ROOM);
    }
    clean
}

fn marked(text: &Marked) -> Marked {
    let mut clean = Marked::default();
    for piece in harmless::pieces(text, ROOM) {
        let start = clean.text.len();
        clean.text.push_str(&piece.text);
        if piece.hit {
            clean.hits.push(start..clean.text.len());
        }
    }
    clean
}
