//! Statistics to look at: a month of the invented brand.

use ascolto::model::{
    Intent, IntentCount, Lang, Measure, Numbers, Period, Share, Statistics, Step, Voice,
    WatchlistId, Window,
};
use chrono::{Days, NaiveDate};
use chrono_tz::Europe::Rome;

use super::sample::at;

fn share(name: &str, mentions: u64, negative: u64, positive: u64) -> Share {
    Share {
        name: name.to_owned(),
        mentions,
        negative,
        positive,
    }
}

fn periods() -> Vec<Period> {
    let first = NaiveDate::from_ymd_opt(2025, 10, 6).unwrap();
    (0..30)
        .map(|day| Period {
            start: first + Days::new(day),
            negative: (day * 7 + 3) % 11 + if day == 24 { 25 } else { 0 },
            neutral: (day * 5 + 2) % 13,
            positive: (day * 3 + 1) % 8,
        })
        .collect()
}

/// A month with everything in it.
pub(super) fn month(language: Lang) -> Statistics {
    let periods = periods();
    let mentions = periods.iter().map(Period::total).sum();
    Statistics {
        name: Some("Frigolux".to_owned()),
        watchlist: Some(WatchlistId("frigolux".to_owned())),
        language,
        window: Window {
            from: at("2025-10-05T22:00:00Z"),
            to: at("2025-11-04T23:00:00Z"),
            timezone: Rome,
        },
        made: at("2025-11-05T07:30:00Z"),
        numbers: Numbers {
            mentions,
            mentions_before: Some(412),
            urgent: 9,
            high: 41,
            authors: Measure::new(Some(377), Some(301)),
            net_sentiment: Measure::new(Some(-12.5), Some(-3.0)),
            negative_share: Measure::new(Some(0.38), Some(0.31)),
            share_of_voice: Measure::new(Some(0.58), Some(0.61)),
        },
        step: Step::Day,
        periods,
        sources: vec![
            share("forum-casa", 198, 96, 31),
            share(
                "una-fonte-dal-nome-molto-lungo.notizie-di-provincia.example",
                140,
                22,
                40,
            ),
            share("negozio-casa", 88, 51, 20),
        ],
        other_sources: 37,
        voices: [
            ("Frigolux", 463, true),
            ("Gelomax", 262, false),
            ("Arctica", 99, false),
        ]
        .map(|(name, mentions, own)| Voice {
            name: name.to_owned(),
            mentions,
            own,
        })
        .to_vec(),
        intents: [
            (Intent::Complaint, 181),
            (Intent::Mention, 123),
            (Intent::Question, 96),
            (Intent::Praise, 63),
        ]
        .map(|(intent, mentions)| IntentCount { intent, mentions })
        .to_vec(),
        authors: vec![share("Lia Bianchi", 12, 7, 1), share("@marco_t", 6, 0, 4)],
        terms: vec![share("frigolux", 430, 170, 90), share("flx", 44, 9, 12)],
        complaints: vec![share("perde acqua", 61, 58, 0), share("scossa", 33, 33, 0)],
        praise: vec![share("silenzioso", 40, 2, 36)],
        languages: vec![
            share("it", 394, 166, 80),
            share("en", 58, 12, 20),
            share("other", 11, 0, 0),
        ],
    }
}

/// A month in which nothing was said.
pub(super) fn empty(language: Lang) -> Statistics {
    Statistics {
        numbers: Numbers::default(),
        periods: Vec::new(),
        sources: Vec::new(),
        other_sources: 0,
        voices: Vec::new(),
        intents: Vec::new(),
        authors: Vec::new(),
        terms: Vec::new(),
        complaints: Vec::new(),
        praise: Vec::new(),
        languages: Vec::new(),
        ..month(language)
    }
}
