//! Telegram's form: `sendMessage` with its HTML (<https://core.telegram.org/bots/api#html-style>).

use serde_json::{Value, json};

use super::card::{Card, Item};

/// Characters of a message, with what escapes them: the limit is 4,096 without.
const ROOM: usize = 4_000;

pub(super) fn body(card: &Card) -> Value {
    let mut text = format!(
        "<b>{}</b>\n{}",
        escaped(&card.title),
        escaped(&card.sentences())
    );
    let mut foot = String::new();
    for line in card.foot() {
        foot.push_str("\n\n");
        foot.push_str(&escaped(line));
    }
    for item in &card.items {
        let shown = shown(item, card.open);
        if text.chars().count() + shown.chars().count() + foot.chars().count() > ROOM {
            break;
        }
        text.push_str(&shown);
    }
    text.push_str(&foot);
    json!({
        "text": text,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": true},
        "disable_notification": card.over,
    })
}

fn shown(item: &Item, open: &str) -> String {
    let mut out = format!("\n\n<b>{}</b>", escaped(&item.title));
    for line in [&item.words, &item.byline] {
        if !line.is_empty() {
            out.push('\n');
            out.push_str(&escaped(line));
        }
    }
    if let Some(link) = &item.link {
        let address = escape(link).replace('"', "&quot;");
        for part in ["\n<a href=\"", &address, "\">", open, "</a>"] {
            out.push_str(part);
        }
    }
    out
}

/// Telegram's HTML knows three entities, and calls everybody whose name stands after an `@`: a
/// word joiner keeps the two apart.
fn escaped(text: &str) -> String {
    escape(text).replace('@', "@\u{2060}")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
