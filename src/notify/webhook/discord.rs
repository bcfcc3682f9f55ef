//! Discord's form: one embed, and nobody is pinged
//! (<https://discord.com/developers/docs/resources/webhook#execute-webhook>).

use serde_json::{Value, json};

use super::card::{Card, cut};

const RED: u32 = 0x00a8_261b;
const GREEN: u32 = 0x001b_6b3a;
const BLUE: u32 = 0x001a_4f8b;

pub(super) fn body(card: &Card) -> Value {
    let fields: Vec<Value> = card
        .items
        .iter()
        .map(|item| {
            let mut value = format!("{}\n{}", escaped(&item.words), escaped(&item.byline));
            if let Some(link) = &item.link {
                let address = link.replace('(', "%28").replace(')', "%29");
                let linked = format!("\n[{}]({address})", card.open);
                if value.chars().count() + linked.chars().count() <= 1_024 {
                    value.push_str(&linked);
                }
            }
            json!({"name": cut_escaped(&item.title, 250), "value": value.trim()})
        })
        .collect();
    let colour = match (card.over, card.urgent) {
        (true, _) => GREEN,
        (false, true) => RED,
        (false, false) => BLUE,
    };
    json!({
        "allowed_mentions": {"parse": []},
        "embeds": [{
            "title": cut_escaped(&card.title, 250),
            "description": cut_escaped(&card.sentences(), 2_000),
            "color": colour,
            "fields": fields,
            "footer": {"text": cut(&card.foot().join(" "), 1_000)},
        }],
    })
}

/// Every sign that Discord's Markdown, mentions or emoji are made of, with a backslash before it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && !matches!(c, ',' | ';' | '?' | '\'' | '"' | '%' | '&' | '$')
        {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The text, escaped, at most `room` characters of it with what escapes them.
fn cut_escaped(text: &str, room: usize) -> String {
    let mut shown = text.chars().count();
    loop {
        let cut = escaped(&cut(text, shown + 1));
        if cut.chars().count() <= room || shown == 0 {
            return cut;
        }
        shown = (shown * room / cut.chars().count().max(1)).min(shown - 1);
    }
}
