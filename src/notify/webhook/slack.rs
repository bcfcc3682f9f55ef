//! Slack's form: blocks of an incoming webhook (<https://docs.slack.dev/messaging/formatting-message-text>).
//!
//! What strangers wrote stands in `plain_text` alone, where neither markup nor `<!channel>` means
//! anything. The one place with markup is the link, with a word of our own.

use serde_json::{Value, json};

use super::card::{Card, cut};

pub(super) fn body(card: &Card) -> Value {
    let mut blocks = vec![
        json!({"type": "header", "text": plain(&card.title, 150)}),
        json!({"type": "section", "text": plain(&card.sentences(), 2_900)}),
    ];
    for item in &card.items {
        blocks.push(json!({"type": "divider"}));
        let text = [&*item.title, &item.words, &item.byline]
            .into_iter()
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>();
        blocks.push(json!({"type": "section", "text": lines(&text)}));
        if let Some(link) = &item.link {
            let link = format!("<{}|{}>", escaped(&address(link)), card.open);
            blocks.push(json!({
                "type": "context",
                "elements": [{"type": "mrkdwn", "text": link, "verbatim": true}],
            }));
        }
    }
    for line in card.foot() {
        blocks.push(json!({"type": "context", "elements": [plain(line, 2_000)]}));
    }
    // The text is what a notification shows; there it is markup, so it is escaped.
    json!({
        "text": escaped(&card.title),
        "mrkdwn": false,
        "unfurl_links": false,
        "unfurl_media": false,
        "blocks": blocks,
    })
}

fn plain(text: &str, room: usize) -> Value {
    json!({"type": "plain_text", "text": cut(text, room), "emoji": false})
}

fn lines(lines: &[&str]) -> Value {
    json!({"type": "plain_text", "text": lines.join("\n"), "emoji": false})
}

/// `&`, `<` and `>` are what Slack's markup is made of.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// An address without the characters that would end it.
fn address(url: &str) -> String {
    url.replace('|', "%7C")
        .replace('<', "%3C")
        .replace('>', "%3E")
}
