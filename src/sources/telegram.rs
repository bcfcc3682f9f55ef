//! `kind = "telegram"`: the public preview of a channel, `t.me/s/NAME`.
//!
//! The newest messages stand at the end of the page; `before` leads to older ones. A channel
//! without a preview redirects to its page without messages.

use std::time::Duration;

use scraper::{ElementRef, Html, Selector};

use super::api::{address, keep_read, parameter, since, with_parameter};
use super::{
    Adapter, Answer, Asking, Manifest, Page, ParseError, Refusal, Robots, html, page_request,
};
use crate::extract::{check_html, clean_line, plain_text};
use crate::model::{Author, Item, ItemKind, Request, SourceState, TelegramSettings, Timestamp};

const EXPECTED: &str = "the preview of a Telegram channel";
const SERVICE: &str = "Telegram";

pub(super) static MANIFEST: Manifest = Manifest {
    terms_url: Some("https://telegram.org/tos"),
    robots: Robots::Obeyed,
    limits: "public channels that have a preview; comments are not in it",
    ..Manifest::OPEN
};

/// Messages are edited for two days.
const OVERLAP: Duration = Duration::from_hours(48);

/// Reads the preview of a channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct TelegramAdapter<'a> {
    settings: &'a TelegramSettings,
}

impl<'a> TelegramAdapter<'a> {
    /// The adapter of one channel.
    pub(super) fn new(settings: &'a TelegramSettings) -> Self {
        Self { settings }
    }

    fn message(self, message: ElementRef<'_>) -> Option<(u64, Option<Item>)> {
        // `data-post` is `channel/17`.
        let post = message.attr("data-post")?;
        let (channel, number) = post.rsplit_once('/')?;
        let number: u64 = number.parse().ok()?;
        let text = first(message, ".tgme_widget_message_text.js-message_text")
            .or_else(|| first(message, ".tgme_widget_message_text"))
            .map(|text| plain_text(&text.inner_html()))
            .filter(|text| !text.is_empty())
            .or_else(|| line(message, ".tgme_widget_message_poll_question"));
        let Some(text) = text else {
            return Some((number, None));
        };
        let url = address(&self.settings.api, &format!("{channel}/{number}"), &[]);
        let published = first(message, ".tgme_widget_message_date time[datetime]")
            .or_else(|| first(message, "time[datetime]"))
            .and_then(|time| Timestamp::parse(time.attr("datetime")?));
        let parent = first(message, "a.tgme_widget_message_reply[href]")
            .and_then(|reply| crate::extract::absolute_url(Some(&url), reply.attr("href")?));
        let item = Item {
            native_id: Some(format!("{channel}/{number}")),
            url: Some(url.into()),
            permalink: true,
            kind: ItemKind::Post,
            text,
            author: Author {
                name: line(message, ".tgme_widget_message_owner_name"),
                handle: Some(format!("@{}", clean_line(channel))),
                followers: None,
            },
            published,
            parent: parent.map(String::from),
            ..Item::default()
        };
        Some((number, Some(item)))
    }
}

impl Adapter for TelegramAdapter<'_> {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn plan(&self, asking: &Asking<'_>) -> Result<Vec<Request>, Refusal> {
        let url = address(
            &self.settings.api,
            &format!("s/{}", self.settings.channel),
            &[],
        );
        Ok(vec![page_request(url).since(since(asking, "", OVERLAP))])
    }

    fn parse(&self, answer: &Answer<'_>) -> Result<Page, ParseError> {
        let response = answer.response;
        let in_preview = |url: &url::Url| url.path().contains("/s/");
        if in_preview(&answer.request.url) && !in_preview(&response.url) {
            return Err(no_preview(&self.settings.channel).into());
        }
        let text = html::text(response, EXPECTED)?;
        check_html(&text).map_err(|found| ParseError::TooDeep { found })?;
        let document = Html::parse_document(&text);
        let title = document.root_element();
        let is_channel = first(title, ".tgme_channel_info, .tgme_channel_history").is_some();
        let Ok(messages) = Selector::parse(".tgme_widget_message[data-post]") else {
            return Err(ParseError::Empty { expected: EXPECTED });
        };
        let found: Vec<(u64, Option<Item>)> = document
            .select(&messages)
            .filter_map(|message| self.message(message))
            .collect();
        if found.is_empty() && !is_channel {
            let is_telegram = first(title, ".tgme_page, .tgme_body_wrap").is_some();
            return Err(if is_telegram {
                no_preview(&self.settings.channel).into()
            } else {
                ParseError::NotThisKind {
                    expected: EXPECTED,
                    found: "something else".to_owned(),
                }
            });
        }
        let asked = parameter(&answer.request.url, "before").and_then(|before| before.parse().ok());
        let asked: u64 = asked.unwrap_or(u64::MAX);
        let oldest = found.iter().map(|(number, _)| *number).min();
        let mut seen = std::collections::BTreeSet::new();
        let mut page = Page {
            title: line(title, ".tgme_channel_info_header_title"),
            next: oldest
                .filter(|oldest| (2..asked).contains(oldest))
                .map(|oldest| {
                    let url = with_parameter(&answer.request.url, "before", &oldest.to_string());
                    answer.request.at(url)
                }),
            items: found
                .into_iter()
                .filter(|(number, _)| seen.insert(*number))
                .filter_map(|(_, item)| item)
                .collect(),
            ..Page::default()
        };
        keep_read(&mut page, answer);
        Ok(page)
    }

    fn max_pages(&self, state: &SourceState) -> u32 {
        if state.last_ok.is_none() { 2 } else { 10 }
    }
}

fn no_preview(channel: &str) -> Refusal {
    Refusal::Closed {
        service: SERVICE,
        why: format!("`{channel}` is no public channel, or has no preview"),
    }
}

/// The first match of a selector of ours.
fn first<'a>(element: ElementRef<'a>, css: &str) -> Option<ElementRef<'a>> {
    element.select(&Selector::parse(css).ok()?).next()
}

fn line(element: ElementRef<'_>, css: &str) -> Option<String> {
    let text: String = first(element, css)?.text().collect();
    Some(clean_line(&text)).filter(|line| !line.is_empty())
}
