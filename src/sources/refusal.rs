//! What services say instead of an answer.

use std::time::Duration;

use serde_json::Value;

use super::Answer;
use crate::extract::{clean_line, looks_like_html, plain_text};
use crate::model::Timestamp;

/// The characters of a service's own words that are passed on.
const WORDS: usize = 200;

/// Why a service gives no answer, or why it cannot even be asked. Each says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The settings name a token that is not to be had here, or none where one is needed.
    #[error("{service} needs a token: {advice}")]
    NoToken {
        /// The service.
        service: &'static str,
        /// Where one gets it, and which key names it.
        advice: &'static str,
    },
    /// The token is not accepted, or not for this.
    #[error(
        "{service} does not accept the token{}; make a new one",
        in_their_words(says)
    )]
    BadToken {
        /// The service.
        service: &'static str,
        /// In the service's words; may be empty.
        says: String,
    },
    /// There is nothing to search for.
    #[error("no words to search for: add terms = [\"…\"] to the source")]
    NoTerms,
    /// The service has had too many requests.
    #[error("{service} asks to wait {} s", wait.as_secs())]
    Limited {
        /// The service.
        service: &'static str,
        /// How long.
        wait: Duration,
    },
    /// What may be asked in a period was asked.
    #[error(
        "the quota of {service} is used up until {until}{}",
        in_their_words(says)
    )]
    Quota {
        /// The service.
        service: &'static str,
        /// When it begins anew.
        until: Timestamp,
        /// In the service's words; may be empty.
        says: String,
    },
    /// There is no such channel, site, tag or project.
    #[error("{service} knows no {what}{}", in_their_words(says))]
    NotFound {
        /// The service.
        service: &'static str,
        /// What was asked for: "channel `acme`".
        what: String,
        /// In the service's words; may be empty.
        says: String,
    },
    /// It is there, but not for programs without further rights.
    #[error("{service} does not show this: {why}")]
    Closed {
        /// The service.
        service: &'static str,
        /// Why, and what would open it.
        why: String,
    },
    /// The service cannot make sense of the question.
    #[error("{service} does not understand the question{}", in_their_words(says))]
    BadQuestion {
        /// The service.
        service: &'static str,
        /// In the service's words; may be empty.
        says: String,
    },
    /// The service is out of order.
    #[error("{service} has trouble of its own{}", in_their_words(says))]
    Trouble {
        /// The service.
        service: &'static str,
        /// In the service's words; may be empty.
        says: String,
    },
}

fn in_their_words(says: &str) -> String {
    if says.is_empty() {
        String::new()
    } else {
        format!(" (\"{says}\")")
    }
}

/// A service's own words, made fit for one line.
pub(super) fn words(text: &str) -> String {
    let line = if looks_like_html(text) {
        clean_line(plain_text(text))
    } else {
        clean_line(text)
    };
    let mut short: String = line.chars().take(WORDS).collect();
    if line.chars().nth(WORDS).is_some() {
        short.push('…');
    }
    short
}

/// What the JSON body of a refusal says, where most APIs say it.
pub(super) fn said(answer: &Answer<'_>) -> String {
    let Ok(body) = serde_json::from_slice::<Value>(&answer.response.body) else {
        return String::new();
    };
    [
        "/error/message",
        "/errors/0/message",
        "/error_message",
        "/error_description",
        "/message",
        "/error",
        "/errors/0",
        "/detail",
        "/reason",
    ]
    .into_iter()
    .find_map(|pointer| body.pointer(pointer)?.as_str())
    .map(words)
    .unwrap_or_default()
}

/// What a refusal is whose service is not known further: a token that is not accepted, where one
/// was sent.
pub(super) fn of_status(answer: &Answer<'_>) -> Option<Refusal> {
    let sent_token = !answer.request.credentials.is_empty();
    (answer.response.status == 401 && sent_token).then(|| Refusal::BadToken {
        service: "the service",
        says: said(answer),
    })
}
