//! `[[webhook]]`, read.

use url::Url;

use super::digest_section::name;
use super::document::{Document, Finding};
use super::keys::SETTINGS;
use super::secret_value::secret;
use super::section::Section;
use super::settings::{Webhook, WebhookKind};
use super::settings_file::Surroundings;
use super::value::{self, web_address};
use crate::model::Secret;

/// Where Telegram's bots are spoken to.
const TELEGRAM: &str = "https://api.telegram.org";

/// Every `[[webhook]]` of the settings.
pub(super) fn all<'t>(
    document: &mut Document<'t>,
    top: &Section<'t>,
    around: &Surroundings,
) -> Vec<Webhook> {
    let mut webhooks: Vec<Webhook> = Vec::new();
    for section in top.tables(document, "webhook", SETTINGS) {
        let Some(webhook) = read(document, &section, around) else {
            continue;
        };
        if webhooks.iter().any(|other| other.name == webhook.name) {
            document.report(
                Finding::error(
                    section.place("name"),
                    format!("two webhooks are called \"{}\"", webhook.name),
                )
                .hint("give each a name of its own".to_owned()),
            );
        }
        webhooks.push(webhook);
    }
    webhooks
}

fn read<'t>(
    document: &mut Document<'t>,
    section: &Section<'t>,
    around: &Surroundings,
) -> Option<Webhook> {
    if !section.has("name") {
        section.report_missing(
            document,
            "name",
            "name = \"care-channel\", which alerts name",
        );
    }
    if !section.has("kind") {
        section.report_missing(
            document,
            "kind",
            "kind = \"slack\" (or \"discord\", \"teams\", \"telegram\", \"ntfy\", \"json\")",
        );
    }
    let name = section.parsed(document, "name", name);
    let kind = section.parsed(document, "kind", kind);
    let address = address(document, section, kind, around);
    let signing = secret(
        document,
        section,
        "secret",
        around,
        "signed messages can be sent only",
    );
    let token = secret(
        document,
        section,
        "token",
        around,
        "messages can be sent only",
    );
    let chat = section
        .text(document, "chat")
        .map(|text| text.value.trim().to_owned());
    let kind = kind?;
    report_keys(document, section, kind);
    Some(Webhook {
        name: name?,
        kind,
        address,
        secret: signing,
        token,
        chat,
    })
}

/// Reports keys that this kind does not read, and those that it lacks.
fn report_keys<'t>(document: &mut Document<'t>, section: &Section<'t>, kind: WebhookKind) {
    let misplaced = [
        ("chat", kind == WebhookKind::Telegram),
        ("secret_env", kind == WebhookKind::Json),
        ("secret_file", kind == WebhookKind::Json),
        (
            "token_env",
            matches!(kind, WebhookKind::Telegram | WebhookKind::Ntfy),
        ),
        (
            "token_file",
            matches!(kind, WebhookKind::Telegram | WebhookKind::Ntfy),
        ),
    ];
    for (key, fits) in misplaced {
        if section.has(key) && !fits {
            document.report(
                Finding::error(
                    section.place(key),
                    format!("a webhook of kind \"{}\" has no `{key}`", kind.as_str()),
                )
                .hint("take it away".to_owned()),
            );
        }
    }
    if kind == WebhookKind::Telegram {
        if !section.has("token_env") && !section.has("token_file") {
            section.report_missing(
                document,
                "token_env",
                "token_env = \"ASCOLTO_TELEGRAM_TOKEN\", the name of the variable with the bot's token",
            );
        }
        if !section.has("chat") {
            section.report_missing(
                document,
                "chat",
                "chat = \"-1001234567890\", the number of the chat",
            );
        }
    }
}

fn kind(text: &str) -> Result<WebhookKind, value::Fault> {
    value::choice(
        text,
        &[
            ("json", WebhookKind::Json),
            ("slack", WebhookKind::Slack),
            ("discord", WebhookKind::Discord),
            ("teams", WebhookKind::Teams),
            ("telegram", WebhookKind::Telegram),
            ("ntfy", WebhookKind::Ntfy),
        ],
        &[
            ("msteams", "teams"),
            ("microsoft_teams", "teams"),
            ("generic", "json"),
            ("http", "json"),
        ],
    )
}

/// The address from one of its three places. Those of Slack, Discord and Teams let anybody who
/// knows them write, so `url` is not the place for them.
fn address<'t>(
    document: &mut Document<'t>,
    section: &Section<'t>,
    kind: Option<WebhookKind>,
    around: &Surroundings,
) -> Option<Secret> {
    let held = secret(
        document,
        section,
        "url",
        around,
        "messages can be sent only",
    );
    let is_secret = matches!(
        kind,
        Some(WebhookKind::Slack | WebhookKind::Discord | WebhookKind::Teams)
    );
    let elsewhere = section.has("url_env") || section.has("url_file");
    if section.has("url") {
        let url = section.parsed(document, "url", web_address);
        if is_secret || elsewhere {
            let finding = if elsewhere {
                Finding::error(
                    section.place("url"),
                    "`url` stands here and in another place",
                )
                .hint("take one of the two away".to_owned())
            } else {
                Finding::warning(
                    section.place("url"),
                    "whoever reads this address can write into the channel",
                )
                .hint("put it into a file or variable: url_file = \"slack-url\", or url_env = \"ASCOLTO_SLACK_URL\"".to_owned())
            };
            document.report(finding);
        }
        return url.map(|url| Secret::new(url.into()));
    }
    if let Some(held) = held {
        // Not shown: it may be a secret.
        if !is_web_address(held.reveal().trim()) {
            let key = if section.has("url_env") {
                "url_env"
            } else {
                "url_file"
            };
            document.report(
                Finding::warning(section.place(key), "what is held there is no web address")
                    .hint("an address begins with https:// or http://".to_owned()),
            );
            return None;
        }
        return Some(Secret::new(held.reveal().trim().to_owned()));
    }
    match kind {
        Some(WebhookKind::Telegram) if !elsewhere => Some(Secret::new(TELEGRAM.to_owned())),
        Some(WebhookKind::Ntfy) if !elsewhere => {
            section.report_missing(document, "url", "url = \"https://ntfy.sh/your-topic\"");
            None
        }
        _ => {
            if !elsewhere {
                section.report_missing(
                    document,
                    "url_file",
                    "url_file = \"webhook-url\", a file that holds the address alone",
                );
            }
            None
        }
    }
}

fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
