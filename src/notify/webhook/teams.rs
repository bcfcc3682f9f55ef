//! Microsoft Teams' form: an Adaptive Card for a workflow that posts what it receives
//! (<https://adaptivecards.io/explorer/>).
//!
//! A `TextBlock` reads Markdown; what strangers wrote stands in `TextRun`s, which do not.

use serde_json::{Value, json};

use super::card::Card;

pub(super) fn body(card: &Card) -> Value {
    let colour = match (card.over, card.urgent) {
        (true, _) => "Good",
        (false, true) => "Attention",
        (false, false) => "Default",
    };
    let mut parts = vec![
        text(&json!([{
            "type": "TextRun", "text": card.title, "weight": "Bolder", "size": "Large", "color": colour
        }])),
        text(&json!([{"type": "TextRun", "text": card.sentences()}])),
    ];
    for item in &card.items {
        let mut words = vec![
            text(&json!([{"type": "TextRun", "text": item.title, "weight": "Bolder"}])),
            text(&json!([{"type": "TextRun", "text": item.words}])),
            text(&json!([{"type": "TextRun", "text": item.byline, "isSubtle": true}])),
        ];
        if let Some(link) = &item.link {
            words.push(json!({
                "type": "ActionSet",
                "actions": [{"type": "Action.OpenUrl", "title": card.open, "url": link}],
            }));
        }
        parts.push(json!({"type": "Container", "separator": true, "items": words}));
    }
    for line in card.foot() {
        parts.push(text(
            &json!([{"type": "TextRun", "text": line, "isSubtle": true}]),
        ));
    }
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "msteams": {"width": "Full"},
                "fallbackText": "ascolto",
                "body": parts,
            },
        }],
    })
}

fn text(inlines: &Value) -> Value {
    json!({"type": "RichTextBlock", "inlines": inlines})
}
