//! Every phrase of a mail, once in Italian and once in English.
//!
//! Invariant: a phrase that one language has, the other has too; templates hold no words.
//!
//! `{n}` stands for a number, `{a}`, `{b}` and `{c}` for what the place of use says.

mod alert;
mod english;
mod italian;

pub(super) use alert::AlertTexts;
pub(super) use english::ENGLISH;
pub(super) use italian::ITALIAN;

use super::wording;
use crate::model::{Intent, ItemKind, Lang, Priority, Sentiment, SourceHealth};

/// A phrase for one and a phrase for any other number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plural {
    one: &'static str,
    other: &'static str,
}

impl Plural {
    /// The phrase for `n`, the number on one line with what it counts.
    pub(super) fn with(self, texts: &Texts, n: u64) -> String {
        let phrase = if n == 1 { self.one } else { self.other };
        let number = wording::number(texts, n);
        phrase
            .replace("{n} ", &format!("{number}\u{a0}"))
            .replace("{n}", &number)
    }
}

const fn plural(one: &'static str, other: &'static str) -> Plural {
    Plural { one, other }
}

/// The phrases of one language.
#[derive(Debug)]
pub(super) struct Texts {
    /// The code for `lang="…"`.
    pub(super) code: &'static str,
    pub(super) thousands: char,
    pub(super) decimal: &'static str,
    pub(super) weekdays: [&'static str; 7],
    pub(super) long_weekdays: [&'static str; 7],
    pub(super) months: [&'static str; 12],
    pub(super) waiting_minutes: Plural,
    pub(super) waiting_hours: Plural,
    pub(super) waiting_days: Plural,

    pub(super) kicker: &'static str,
    pub(super) mentions: Plural,
    pub(super) urgent: Plural,
    pub(super) high: Plural,
    pub(super) no_mentions: &'static str,
    pub(super) sentiment: &'static str,
    pub(super) sources_not_read: Plural,
    pub(super) nothing_read: Plural,
    pub(super) items_read: Plural,
    pub(super) from_sources: Plural,
    pub(super) by_authors: Plural,
    pub(super) it_was: &'static str,
    pub(super) quiet: &'static str,
    pub(super) quiet_so_far: &'static str,
    pub(super) not_quiet: &'static str,
    pub(super) deaf: &'static str,

    pub(super) act_now: &'static str,
    pub(super) act_now_intro: &'static str,
    pub(super) all_mentions: &'static str,
    pub(super) other_mentions: &'static str,
    pub(super) by_author_on: &'static str,
    pub(super) why: &'static str,
    pub(super) why_priority: &'static str,
    pub(super) why_sentiment: &'static str,
    pub(super) negative_tone: &'static str,
    pub(super) followers: Plural,
    pub(super) engagement: Plural,
    pub(super) stars: &'static str,
    pub(super) collected: &'static str,
    pub(super) copies: Plural,
    pub(super) answered: &'static str,
    pub(super) alerted: &'static str,
    pub(super) more: Plural,
    pub(super) in_terminal: &'static str,
    pub(super) hidden: Plural,

    pub(super) numbers: &'static str,
    pub(super) numbers_caption: &'static str,
    pub(super) numbers_caption_alone: &'static str,
    pub(super) measure: &'static str,
    pub(super) now: &'static str,
    pub(super) before: &'static str,
    pub(super) change: &'static str,
    pub(super) mentions_label: &'static str,
    pub(super) authors_label: &'static str,
    pub(super) net_sentiment_label: &'static str,
    pub(super) negative_share_label: &'static str,
    pub(super) share_of_voice_label: &'static str,
    pub(super) reach_note: &'static str,
    pub(super) followers_label: &'static str,
    pub(super) engagement_label: &'static str,
    pub(super) points: &'static str,
    pub(super) net_sentiment_note: &'static str,
    pub(super) dash_note: &'static str,
    pub(super) voices: &'static str,

    pub(super) by_day: &'static str,
    pub(super) by_day_caption: &'static str,
    pub(super) day: &'static str,
    pub(super) negative: &'static str,
    pub(super) neutral: &'static str,
    pub(super) positive: &'static str,
    pub(super) by_source: &'static str,
    pub(super) by_source_caption: &'static str,
    pub(super) by_source_caption_alone: &'static str,
    pub(super) source: &'static str,

    pub(super) rising: &'static str,
    pub(super) rising_terms: &'static str,
    pub(super) rising_authors: &'static str,
    pub(super) rising_sources: &'static str,
    pub(super) usual: &'static str,

    pub(super) care: &'static str,
    pub(super) care_caption: &'static str,
    pub(super) care_caption_alone: &'static str,
    pub(super) asked_label: &'static str,
    pub(super) answered_label: &'static str,
    pub(super) first_answer_label: &'static str,
    pub(super) late_label: &'static str,
    pub(super) taken_label: &'static str,
    pub(super) taken_after_label: &'static str,
    pub(super) taken: &'static str,
    pub(super) care_note: &'static str,

    pub(super) health: &'static str,
    pub(super) all_read: Plural,
    pub(super) no_sources: &'static str,
    pub(super) some_read: &'static str,
    pub(super) some_due: &'static str,
    pub(super) health_words: [&'static str; 7],
    pub(super) since: &'static str,
    pub(super) last_ok: &'static str,
    pub(super) never_ok: &'static str,
    pub(super) next_try: &'static str,
    pub(super) undelivered: &'static str,

    pub(super) hourly: &'static str,
    pub(super) daily: &'static str,
    pub(super) weekly: &'static str,
    pub(super) cron: &'static str,
    pub(super) asked: &'static str,
    pub(super) because: &'static str,
    pub(super) to_change: &'static str,
    pub(super) to_stop: &'static str,
    pub(super) stop_link: &'static str,
    pub(super) no_tracking: &'static str,
    pub(super) issue: &'static str,
    pub(super) preview: &'static str,

    pub(super) priorities: [&'static str; 4],
    pub(super) sentiments: [&'static str; 3],
    pub(super) intents: [&'static str; 5],
    pub(super) kinds: [&'static str; 7],

    /// The phrases of alerts.
    pub(super) alert: AlertTexts,

    pub(super) test_subject: &'static str,
    pub(super) test_title: &'static str,
    pub(super) test_body: &'static str,
    pub(super) test_sent: &'static str,
}

/// The phrases of `language`; English for any language that has none.
pub(super) fn of(language: Lang) -> &'static Texts {
    if language == Lang::IT {
        &ITALIAN
    } else {
        &ENGLISH
    }
}

/// A phrase with `{a}`, `{b}`, `{c}` replaced by what is given, in one pass: what a stranger wrote
/// is never read as a place to fill. `{n}` is the first.
pub(super) fn fill(phrase: &str, with: &[&str]) -> String {
    let mut out = String::with_capacity(phrase.len() + 32);
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            continue;
        };
        let place = match name {
            "b" => 1,
            "c" => 2,
            _ => 0,
        };
        out.push_str(with.get(place).copied().unwrap_or_default());
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A phrase for places where a no-break space is one too many: subjects, which people search.
pub(super) fn plain(phrase: &str) -> String {
    phrase.replace('\u{a0}', " ")
}

impl Texts {
    pub(super) fn priority(&self, priority: Priority) -> &'static str {
        let [low, normal, high, urgent] = self.priorities;
        match priority {
            Priority::Low => low,
            Priority::Normal => normal,
            Priority::High => high,
            Priority::Urgent => urgent,
        }
    }

    pub(super) fn sentiment(&self, sentiment: Sentiment) -> &'static str {
        let [negative, neutral, positive] = self.sentiments;
        match sentiment {
            Sentiment::Negative => negative,
            Sentiment::Neutral => neutral,
            Sentiment::Positive => positive,
        }
    }

    pub(super) fn intent(&self, intent: Intent) -> &'static str {
        let [complaint, praise, question, spam, mention] = self.intents;
        match intent {
            Intent::Complaint => complaint,
            Intent::Praise => praise,
            Intent::Question => question,
            Intent::Spam => spam,
            Intent::Mention => mention,
        }
    }

    pub(super) fn kind(&self, kind: ItemKind) -> &'static str {
        let [post, comment, review, article, video, question, message] = self.kinds;
        match kind {
            ItemKind::Post => post,
            ItemKind::Comment => comment,
            ItemKind::Review => review,
            ItemKind::Article => article,
            ItemKind::Video => video,
            ItemKind::Question => question,
            ItemKind::Message => message,
        }
    }

    pub(super) fn health(&self, health: SourceHealth) -> &'static str {
        let [ok, slow, failing, blocked, stale, off, new] = self.health_words;
        match health {
            SourceHealth::Ok => ok,
            SourceHealth::Slow => slow,
            SourceHealth::Failing => failing,
            SourceHealth::Blocked => blocked,
            SourceHealth::Stale => stale,
            SourceHealth::Off => off,
            SourceHealth::New => new,
        }
    }
}
