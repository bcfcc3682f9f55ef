//! ntfy's form: a message published as JSON (<https://docs.ntfy.sh/publish/#publish-as-json>).

use serde_json::{Value, json};
use url::Url;

use super::card::{Card, cut};

/// Bytes of a message; a longer one becomes an attachment.
const ROOM: usize = 3_500;

pub(super) fn body(card: &Card) -> Value {
    let mut message = card.sentences();
    for item in &card.items {
        let shown = format!("\n\n{}\n{}\n{}", item.title, item.words, item.byline);
        if message.len() + shown.len() > ROOM {
            break;
        }
        message.push_str(&shown);
    }
    for line in card.foot() {
        if message.len() + line.len() < ROOM + 400 {
            message.push_str("\n\n");
            message.push_str(line);
        }
    }
    let priority = match (card.over, card.urgent) {
        (true, _) => 2,
        (false, true) => 5,
        (false, false) => 3,
    };
    let mut body = json!({
        "title": cut(&card.title, 200),
        "message": message,
        "priority": priority,
        "markdown": false,
    });
    let link = card.items.iter().find_map(|item| item.link.clone());
    if let (Some(link), Value::Object(fields)) = (link, &mut body) {
        fields.insert("click".to_owned(), Value::String(link));
    }
    body
}

/// Takes the topic, the last part of the path, off the address: JSON is posted to the server.
pub(super) fn topic(url: &mut Url) -> Option<String> {
    let topic = url
        .path_segments()?
        .rfind(|part| !part.is_empty())?
        .to_owned();
    url.path_segments_mut().ok()?.pop_if_empty().pop();
    Some(topic)
}
