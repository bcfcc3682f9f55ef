//! A digest to look at and to test with: a day of an invented brand of refrigerators.

use ascolto::model::{
    Answers, Cadence, Care, DayCount, Digest, Entry, Intent, ItemKind, Lang, Marked, Measure,
    MentionId, More, Numbers, Points, Priority, Reach, Reading, Riser, Rising, Section, Sentiment,
    SourceCount, SourceHealth, SourceReport, Sum, Taken, Timestamp, Undelivered, Voice,
    WatchlistId, WeightedTerm, Why, Window,
};
use chrono::{Days, NaiveDate, NaiveTime};
use chrono_tz::Europe::Rome;

pub(super) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// Text whose words in `[brackets]` are marked.
pub(super) fn marked(text: &str) -> Marked {
    let mut out = Marked::default();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let (hit, after) = after.split_once(']').unwrap();
        out.text.push_str(before);
        let start = out.text.len();
        out.text.push_str(hit);
        out.hits.push(start..out.text.len());
        rest = after;
    }
    out.text.push_str(rest);
    out
}

/// A neutral post of ordinary priority.
pub(super) fn entry(id: i64, snippet: &str) -> Entry {
    Entry {
        id: MentionId(id),
        url: Some(format!("https://forum.example/discussioni/{id}#risposta-2")),
        title: None,
        snippet: marked(snippet),
        source: "forum-casa".to_owned(),
        author: Some("Lia Bianchi".to_owned()),
        followers: None,
        date: at("2025-11-03T17:40:00Z"),
        undated: false,
        language: Lang::IT,
        kind: ItemKind::Comment,
        rating: None,
        engagement: None,
        sentiment: Sentiment::Neutral,
        sentiment_score: 0.0,
        priority: Priority::Normal,
        priority_score: 20,
        intent: Intent::Mention,
        why: Why {
            terms: vec!["frigolux".to_owned()],
            ..Why::default()
        },
        copies: 0,
        copies_in: Vec::new(),
        alerted: false,
        answered: false,
    }
}

fn points(rule: &str, term: &str, points: i32) -> Points {
    Points {
        rule: rule.to_owned(),
        term: term.to_owned(),
        points,
    }
}

fn word(term: &str, weight: f64) -> WeightedTerm {
    WeightedTerm {
        term: term.to_owned(),
        weight,
        rules: Vec::new(),
    }
}

fn act_now() -> Vec<Entry> {
    vec![
        Entry {
            title: Some(marked(
                "[Frigolux] 200: scossa dalla maniglia, qualcuno sa che fare?",
            )),
            followers: Some(12_400),
            date: at("2025-11-03T08:05:00Z"),
            engagement: Some(86),
            sentiment: Sentiment::Negative,
            sentiment_score: -0.82,
            priority: Priority::Urgent,
            priority_score: 94,
            intent: Intent::Complaint,
            why: Why {
                terms: vec!["frigolux".to_owned()],
                priority: vec![
                    points("intent", "complaint", 18),
                    points("urgent", "scossa", 60),
                    points("followers", "12400", 10),
                ],
                sentiment: vec![word("scossa", -2.6), word("paura", -1.9)],
            },
            alerted: true,
            ..entry(
                812,
                "Ieri sera mia figlia ha preso una scossa toccando la maniglia del [Frigolux]. \
                 L’assistenza non risponde da due giorni e ho paura a lasciarlo acceso.",
            )
        },
        Entry {
            source: "negozio-casa".to_owned(),
            author: Some("Marco T.".to_owned()),
            url: Some("https://shop.example/frigolux-200/recensioni".to_owned()),
            date: at("2025-11-03T14:30:00Z"),
            kind: ItemKind::Review,
            rating: Some(1.0),
            sentiment: Sentiment::Negative,
            sentiment_score: -0.71,
            priority: Priority::High,
            priority_score: 62,
            intent: Intent::Complaint,
            why: Why {
                terms: vec!["frigolux".to_owned()],
                priority: vec![
                    points("high", "rimborso", 30),
                    points("rating", "1 of 5", 10),
                ],
                sentiment: vec![word("perde acqua", -2.1), word("mai più", -1.8)],
            },
            ..entry(
                809,
                "Dopo tre settimane il [Frigolux] perde acqua da sotto. Ho chiesto il rimborso: \
                 nessuna risposta. Mai più.",
            )
        },
    ]
}

fn others() -> Vec<Entry> {
    vec![
        Entry {
            title: Some(marked(
                "[Frigolux] apre a Bologna: duecento posti entro l’estate",
            )),
            source: "notizie".to_owned(),
            author: Some("Redazione economia".to_owned()),
            url: Some("https://notizie.example/economia/frigolux-bologna".to_owned()),
            kind: ItemKind::Article,
            engagement: Some(1_312),
            sentiment: Sentiment::Positive,
            sentiment_score: 0.44,
            copies: 9,
            copies_in: ["La Gazzetta", "Corriere del Po", "Ansia", "Il Giorno Dopo"]
                .map(str::to_owned)
                .to_vec(),
            ..entry(
                805,
                "L’azienda di elettrodomestici [Frigolux] annuncia un nuovo stabilimento alle \
                 porte della città, con duecento assunzioni.",
            )
        },
        Entry {
            author: None,
            kind: ItemKind::Question,
            intent: Intent::Question,
            language: Lang::EN,
            source: "appliances-qa".to_owned(),
            url: Some("https://questions.example/q/4411".to_owned()),
            title: Some(marked("How do I reset the filter light on a [FLX] 300?")),
            ..entry(
                807,
                "The manual of my [Frigolux] says to hold the button for five seconds, but \
                 nothing happens.",
            )
        },
        Entry {
            sentiment: Sentiment::Positive,
            sentiment_score: 0.63,
            intent: Intent::Praise,
            answered: true,
            rating: Some(4.5),
            kind: ItemKind::Review,
            undated: true,
            ..entry(
                811,
                "Silenzioso e bello da vedere: il mio [Frigolux] consuma la metà di quello vecchio.",
            )
        },
    ]
}

fn troubled() -> Vec<SourceReport> {
    vec![
        SourceReport {
            name: "recensioni-app".to_owned(),
            health: SourceHealth::Failing,
            since: Some(at("2025-11-03T13:10:00Z")),
            last_ok: Some(at("2025-11-03T12:55:00Z")),
            next: Some(at("2025-11-04T07:40:00Z")),
            error: Some("503 Service Unavailable".to_owned()),
        },
        SourceReport {
            name: "blog-cucina".to_owned(),
            health: SourceHealth::Stale,
            since: Some(at("2025-10-29T08:00:00Z")),
            last_ok: Some(at("2025-11-04T06:30:00Z")),
            next: None,
            error: None,
        },
    ]
}

fn numbers() -> Numbers {
    Numbers {
        mentions: 44,
        mentions_before: Some(36),
        urgent: 1,
        high: 1,
        authors: Measure::new(Some(38), Some(33)),
        net_sentiment: Measure::new(Some(-18.0), Some(-12.4)),
        negative_share: Measure::new(Some(0.43), Some(0.36)),
        share_of_voice: Measure::new(Some(0.58), Some(0.55)),
    }
}

fn reach() -> Reach {
    let sum = |total, mentions| Some(Sum { total, mentions });
    Reach {
        followers: Measure::new(sum(48_210, 17), sum(36_400, 14)),
        engagement: Measure::new(sum(1_904, 29), sum(611, 22)),
    }
}

fn care() -> Care {
    let answers = |asked, answered, first_answer| Answers {
        asked,
        answered,
        first_answer,
    };
    let taken = |raised, acknowledged| Taken {
        raised,
        acknowledged,
        after: None,
    };
    Care {
        answers: Measure::new(
            Some(answers(21, 5, None)),
            Some(answers(16, 13, Some(5 * 3_600 + 400))),
        ),
        late: Measure::new(Some(2), Some(0)),
        alerts: Measure::new(Some(taken(3, 2)), Some(taken(1, 1))),
    }
}

fn by_day() -> Vec<DayCount> {
    let first = NaiveDate::from_ymd_opt(2025, 10, 29).unwrap();
    [
        (4, 9, 6),
        (3, 12, 8),
        (6, 10, 5),
        (2, 5, 4),
        (1, 3, 4),
        (9, 14, 7),
        (19, 14, 11),
    ]
    .into_iter()
    .enumerate()
    .map(|(n, (negative, neutral, positive))| DayCount {
        day: first + Days::new(u64::try_from(n).unwrap()),
        negative,
        neutral,
        positive,
    })
    .collect()
}

fn source(name: &str, mentions: u64, before: Option<u64>) -> SourceCount {
    SourceCount {
        name: name.to_owned(),
        mentions,
        before,
    }
}

fn riser(name: &str, count: u64, usual: f64) -> Riser {
    Riser {
        name: name.to_owned(),
        count,
        usual,
    }
}

/// A full day.
pub(super) fn busy(language: Lang) -> Digest {
    Digest {
        name: "Frigolux".to_owned(),
        watchlist: WatchlistId("frigolux".to_owned()),
        key: "frigolux/daily".to_owned(),
        issue: 17,
        language,
        window: Window {
            from: at("2025-11-03T07:00:00Z"),
            to: at("2025-11-04T07:00:00Z"),
            timezone: Rome,
        },
        since: NaiveDate::from_ymd_opt(2025, 11, 2).unwrap(),
        cadence: Cadence::Daily {
            at: NaiveTime::from_hms_opt(8, 0, 0).unwrap(),
        },
        reading: Reading {
            items: 1_247,
            read: 31,
            not_due: 0,
            sources: 32,
            troubled: troubled(),
        },
        act_now: act_now(),
        act_now_more: None,
        numbers: numbers(),
        reach: reach(),
        care: care(),
        voices: [
            ("Frigolux", 44, true),
            ("Gelomax", 23, false),
            ("Arctica", 9, false),
        ]
        .map(|(name, mentions, own)| Voice {
            name: name.to_owned(),
            mentions,
            own,
        })
        .to_vec(),
        by_source: vec![
            source("forum-casa", 21, Some(14)),
            source("notizie", 12, Some(12)),
            source("negozio-casa", 8, Some(10)),
            source("appliances-qa", 3, None),
        ],
        by_day: by_day(),
        sections: vec![Section {
            watchlist: WatchlistId("frigolux".to_owned()),
            name: "Frigolux".to_owned(),
            total: 44,
            entries: others(),
            more: Some(More {
                count: 39,
                command: "ascolto search 'watch:frigolux' --since 2025-11-02".to_owned(),
            }),
        }],
        rising: Rising {
            terms: vec![riser("scossa", 9, 0.4), riser("perde acqua", 7, 2.0)],
            authors: Vec::new(),
            sources: vec![riser("forum-casa", 21, 13.5)],
        },
        hidden: 3,
        undelivered: vec![Undelivered {
            to: "vecchio@frigolux.example".to_owned(),
            at: at("2025-11-03T07:00:12Z"),
            reply: "550 5.1.1 mailbox unavailable".to_owned(),
        }],
        contact: "ascolto@frigolux.example".to_owned(),
    }
}

/// A full day of those who never got a digest before: there is nothing to compare with.
pub(super) fn first(language: Lang) -> Digest {
    let day = busy(language);
    let alone = |measure: Measure<f64>| Measure::new(measure.value, None);
    Digest {
        issue: 1,
        numbers: Numbers {
            mentions_before: None,
            authors: Measure::new(day.numbers.authors.value, None),
            net_sentiment: alone(day.numbers.net_sentiment),
            negative_share: alone(day.numbers.negative_share),
            share_of_voice: alone(day.numbers.share_of_voice),
            ..day.numbers
        },
        reach: Reach {
            followers: Measure::new(day.reach.followers.value, None),
            engagement: Measure::new(day.reach.engagement.value, None),
        },
        care: Care::default(),
        by_source: ["forum-casa", "notizie"]
            .map(|name| source(name, 22, None))
            .to_vec(),
        by_day: day.by_day.into_iter().skip(5).collect(),
        rising: Rising::default(),
        undelivered: Vec::new(),
        reading: Reading {
            troubled: Vec::new(),
            ..day.reading
        },
        ..day
    }
}

/// A day on which nothing was said, and everything could be read.
pub(super) fn quiet(language: Lang) -> Digest {
    let empty = Numbers {
        mentions_before: Some(2),
        ..Numbers::default()
    };
    Digest {
        reading: Reading {
            items: 310,
            read: 4,
            not_due: 0,
            sources: 4,
            troubled: Vec::new(),
        },
        act_now: Vec::new(),
        numbers: empty,
        voices: Vec::new(),
        reach: Reach::default(),
        care: Care::default(),
        by_source: Vec::new(),
        by_day: Vec::new(),
        sections: Vec::new(),
        rising: Rising::default(),
        hidden: 0,
        undelivered: Vec::new(),
        ..busy(language)
    }
}

/// A day on which no source answered.
pub(super) fn deaf(language: Lang) -> Digest {
    Digest {
        reading: Reading {
            items: 0,
            read: 0,
            not_due: 0,
            sources: 2,
            troubled: vec![
                SourceReport {
                    name: "forum-casa".to_owned(),
                    ..troubled().remove(0)
                },
                SourceReport {
                    name: "notizie".to_owned(),
                    health: SourceHealth::Blocked,
                    since: None,
                    last_ok: None,
                    next: None,
                    error: Some("robots.txt: Disallow: /".to_owned()),
                },
            ],
        },
        ..quiet(language)
    }
}
