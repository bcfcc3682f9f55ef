//! Alerts over HTTP: what each chat is posted, signed and retried.

use std::sync::Arc;

use ascolto::clock::Clock;
use ascolto::config::Config;
use ascolto::model::{DeliveryState, Priority};
use ascolto::notify::webhook::signature;
use ascolto::pipeline::Instance;
use serde_json::Value;

use crate::alerts::{Room, at};
use crate::loopback::{Answer, Asked, Site};

const HOSTILE: &str = "frigolux <!channel> @everyone <@U1> *b* _i_ `c` [x](javascript:alert(1)) \
     <script>alert(1)</script> \u{202e}gpj &amp; |p| https://evil.example/";

/// A room whose urgent alert goes to one webhook of this kind at this site.
fn room(kind: &str, keys: &str, site: &Site, path: &str) -> Room {
    let settings = format!(
        "[mail]\nfrom = \"Ascolto <ascolto@frigolux.example>\"\n[fetch]\n\
         allow_private = [\"127.0.0.0/8\"]\n[[webhook]]\nname = \"care\"\nkind = \"{kind}\"\n{keys}"
    );
    let mut room = Room::new(
        &settings,
        "[[alert]]\nname = \"urgent\"\nwhen = \"priority:urgent\"\nwebhooks = [\"care\"]\n",
    );
    let webhook = &mut room.config.settings.webhooks[0];
    webhook.address = Some(ascolto::model::Secret::new(site.url(path).to_string()));
    room
}

/// Sends what waits; gives what the outbox says of it.
async fn deliver(room: &Room, config: Config) -> (DeliveryState, Option<String>) {
    let instance = Instance::new(config, Clock::fixed(room.now));
    instance.deliver().await.unwrap();
    let letter = room.store.letters(DeliveryState::ALL, 1).unwrap().remove(0);
    (letter.state, letter.error)
}

async fn posted(kind: &str, keys: &str, path: &str) -> (Asked, Value) {
    let site = Site::serve("127.0.0.1", |_| Answer::ok("ok")).await;
    let mut room = room(kind, keys, &site, path);
    room.say(HOSTILE, Priority::Urgent, 7);
    room.say(&"W".repeat(1_000_000), Priority::Urgent, 1);
    assert_eq!(room.look(), 1);
    let config = room.config.clone();
    assert_eq!(deliver(&room, config).await, (DeliveryState::Sent, None));
    let asked = site.asked().remove(0);
    assert!(asked.body.len() < 25_000, "{}", asked.body.len());
    assert!(asked.headers["content-type"].starts_with("application/json"));
    let body = serde_json::from_slice(&asked.body).unwrap();
    (asked, body)
}

/// Every text in the value, with the path to it.
fn texts(value: &Value, path: &str, out: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => out.push((path.to_owned(), text.clone())),
        Value::Array(list) => list.iter().for_each(|it| texts(it, path, out)),
        Value::Object(fields) => {
            for (key, it) in fields {
                texts(it, &format!("{path}/{key}"), out);
            }
        }
        _ => {}
    }
}

fn all_texts(value: &Value) -> Vec<(String, String)> {
    let mut out = Vec::new();
    texts(value, "", &mut out);
    for (path, text) in &out {
        assert!(!text.contains(['\u{202e}', '\u{0}']), "{path}: {text}");
    }
    out
}

#[tokio::test]
async fn json_is_signed_as_of_the_moment_of_sending() {
    let (asked, body) = posted(
        "json",
        "url_file = \"hook\"\nsecret_file = \"token\"\n",
        "/hook",
    )
    .await;
    assert_eq!(body["type"], "alert.raised");
    assert_eq!(body["data"]["entries"].as_array().unwrap().len(), 8);
    assert_eq!(body["data"]["facts"]["rule"], "when");
    let moment = at("2026-11-20T11:00:30Z");
    assert_eq!(
        asked.headers["webhook-timestamp"],
        moment.seconds().to_string()
    );
    let id = &asked.headers["webhook-id"];
    assert_eq!(id, &asked.headers["idempotency-key"]);
    assert_eq!(
        asked.headers["webhook-signature"],
        signature("geheim", id, moment, &asked.body)
    );
    all_texts(&body);
}

#[tokio::test]
async fn slack_reads_no_markup_in_what_strangers_wrote() {
    let (asked, body) = posted("slack", "url_file = \"hook\"\n", "/services/T0/B0/secret").await;
    assert_eq!(asked.path, "/services/T0/B0/secret");
    for block in body["blocks"].as_array().unwrap() {
        let elements = block["elements"].as_array().into_iter().flatten();
        for text in elements.chain(block.get("text")) {
            let words = text["text"].as_str().unwrap();
            if text["type"] == "mrkdwn" {
                assert!(words.starts_with("<https://forum.example/"), "{words}");
                assert!(words.ends_with("|Open>"), "{words}");
            } else {
                assert_eq!(text["type"], "plain_text");
            }
            assert!(words.chars().count() <= 3_000);
        }
    }
    assert!(!body["text"].as_str().unwrap().contains('<'), "{body}");
    assert!(body["blocks"].as_array().unwrap().len() <= 50);
    all_texts(&body);
}

#[tokio::test]
async fn discord_pings_nobody_and_shows_no_markup() {
    let (_, body) = posted("discord", "url_file = \"hook\"\n", "/api/webhooks/1/x").await;
    assert_eq!(body["allowed_mentions"]["parse"], serde_json::json!([]));
    let mut whole = 0;
    for (path, text) in all_texts(&body) {
        whole += text.chars().count();
        let plain = text.replace("[Open](https", "");
        for sign in ["@everyone", "<@", "*b*", "`c`", "](javascript"] {
            if let Some((before, _)) = plain.split_once(sign) {
                assert!(before.ends_with('\\'), "{path}: {text}");
            }
        }
    }
    assert!(whole <= 6_000, "{whole}");
    for field in body["embeds"][0]["fields"].as_array().unwrap() {
        assert!(field["name"].as_str().unwrap().chars().count() <= 256);
        assert!(field["value"].as_str().unwrap().chars().count() <= 1_024);
    }
}

#[tokio::test]
async fn teams_gets_a_card_of_plain_runs() {
    let (_, body) = posted("teams", "url_file = \"hook\"\n", "/workflows/x").await;
    let card = &body["attachments"][0]["content"];
    assert_eq!(card["type"], "AdaptiveCard");
    for (path, text) in all_texts(card) {
        if text.contains("channel") {
            assert!(path.ends_with("/inlines/text"), "{path}: {text}");
        }
        if path.ends_with("/url") {
            assert!(text.starts_with("https://forum.example/"), "{text}");
        }
    }
    assert!(!body.to_string().contains("\"TextBlock\""));
}

#[tokio::test]
async fn telegram_gets_its_html_and_calls_nobody() {
    let (asked, body) = posted("telegram", "token_file = \"token\"\nchat = \"-100\"\n", "/").await;
    assert_eq!(asked.path, "/botgeheim/sendMessage");
    assert_eq!(
        (body["chat_id"].as_str(), body["parse_mode"].as_str()),
        (Some("-100"), Some("HTML"))
    );
    let text = body["text"].as_str().unwrap();
    assert!(text.chars().count() <= 4_096);
    let page = scraper::Html::parse_fragment(text);
    let found: std::collections::BTreeSet<&str> = page
        .select(&scraper::Selector::parse("*").unwrap())
        .map(|element| element.value().name())
        .collect();
    assert!(
        found.iter().all(|name| ["html", "b", "a"].contains(name)),
        "{found:?}"
    );
    assert!(
        !text.contains("@everyone") && text.contains("@\u{2060}everyone"),
        "{text}"
    );
}

#[tokio::test]
async fn ntfy_gets_topic_title_and_link() {
    let (asked, body) = posted(
        "ntfy",
        "token_file = \"token\"\nurl = \"https://x.example/t\"\n",
        "/sub/frigolux",
    )
    .await;
    assert_eq!(asked.path, "/sub");
    assert_eq!(body["topic"], "frigolux");
    assert_eq!(body["priority"], 5);
    assert_eq!(asked.headers["authorization"], "Bearer geheim");
    assert!(
        body["click"]
            .as_str()
            .unwrap()
            .starts_with("https://forum.example/")
    );
    assert!(body["message"].as_str().unwrap().len() <= 4_096);
}

#[tokio::test]
async fn a_refusal_is_told_without_the_secret_and_the_same_body_comes_again() {
    let site = Site::serve("127.0.0.1", |asked| match asked.number {
        0 => Answer::new(503, &[("retry-after", "600")], "later\u{7}"),
        1 => Answer::new(404, &[], "no_service"),
        _ => Answer::ok("ok"),
    })
    .await;
    let mut room = room(
        "slack",
        "url_file = \"hook\"\n",
        &site,
        "/services/T0/B0/geheim",
    );
    room.say("frigolux scossa", Priority::Urgent, 1);
    room.look();
    let config = room.config.clone();
    let (state, error) = deliver(&room, config.clone()).await;
    assert_eq!(state, DeliveryState::Waiting);
    assert_eq!(
        error.as_deref(),
        Some("the server answered with status 503: later")
    );
    let letter = room.store.letters(DeliveryState::ALL, 1).unwrap().remove(0);
    assert_eq!(letter.next, at("2026-11-20T11:10:30Z"));
    let again = at("2026-11-20T11:00:00Z");
    room.store.retry_letter(letter.id, again).unwrap();
    let (state, error) = deliver(&room, config.clone()).await;
    assert_eq!(state, DeliveryState::Failed);
    assert_eq!(
        error.as_deref(),
        Some("the server answered with status 404: no_service")
    );
    room.store.retry_letter(letter.id, again).unwrap();
    assert_eq!(deliver(&room, config).await.0, DeliveryState::Sent);
    let asked = site.asked();
    assert_eq!(
        (asked[0].body.clone(), &asked[0].headers),
        (asked[2].body.clone(), &asked[2].headers)
    );
}

/// The server took the words and said nothing: it may have them.
#[tokio::test]
async fn what_may_have_arrived_without_an_answer_is_counted() {
    let site = Site::serve("127.0.0.1", |asked| match asked.number {
        0 => Answer::default(),
        1 => Answer::new(500, &[], "broken"),
        _ => Answer::ok("ok"),
    })
    .await;
    let mut room = room("slack", "url_file = \"hook\"\n", &site, "/services/geheim");
    room.say("frigolux scossa", Priority::Urgent, 1);
    room.look();
    for (asked, uncertain, expected) in [
        (1, 1, DeliveryState::Waiting),
        (2, 1, DeliveryState::Waiting),
        (3, 1, DeliveryState::Sent),
    ] {
        let (state, _) = deliver(&room, room.config.clone()).await;
        assert_eq!((state, site.asked().len()), (expected, asked));
        let letter = room.store.letters(DeliveryState::ALL, 1).unwrap().remove(0);
        assert_eq!(
            (letter.uncertain, letter.attempts as usize),
            (uncertain, asked)
        );
        room.store
            .retry_letter(letter.id, at("2026-11-20T11:00:00Z"))
            .unwrap();
    }
}

#[tokio::test]
async fn private_networks_and_dead_ends_are_told_by_their_host_alone() {
    let site = Site::serve("127.0.0.1", |_| {
        Answer::redirect(307, "http://127.0.0.1/elsewhere")
    })
    .await;
    let mut room = room("slack", "url_file = \"hook\"\n", &site, "/services/geheim");
    room.say("frigolux scossa", Priority::Urgent, 1);
    room.look();
    let redirected = deliver(&room, room.config.clone()).await;
    let mut guarded = room.config.clone();
    guarded.settings.fetch.allow_private.clear();
    room.store
        .retry_letter(1, at("2026-11-20T11:00:00Z"))
        .unwrap();
    let refused = deliver(&room, guarded).await;
    let mut closed = room.config.clone();
    closed.settings.webhooks[0].address = Some(ascolto::model::Secret::new(
        "http://127.0.0.1:1/services/geheim?token=geheim".to_owned(),
    ));
    room.store
        .retry_letter(1, at("2026-11-20T11:00:00Z"))
        .unwrap();
    let nobody = deliver(&room, closed).await;
    let mut unknown = room.config.clone();
    unknown.settings.webhooks.clear();
    room.store
        .retry_letter(1, at("2026-11-20T11:00:00Z"))
        .unwrap();
    let gone = deliver(&room, unknown).await;
    for ((state, error), word) in [
        (redirected, "307"),
        (refused, "private network"),
        (nobody, "failed"),
        (gone, "no webhook `care`"),
    ] {
        let error = error.unwrap();
        assert_eq!(state, DeliveryState::Waiting);
        assert!(error.contains(word), "{error}");
        assert!(
            !error.contains("geheim") && !error.contains("services"),
            "{error}"
        );
    }
    assert_eq!(site.asked().len(), 1);
    drop(Arc::new(site));
}
