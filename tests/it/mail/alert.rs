//! How alerts look, however many, silent or hostile.

use std::time::Duration;

use ascolto::model::{
    Basis, Entry, Facts, Lang, Marked, More, Named, Notice, Priority, SilentSource, Stage,
    WatchlistId,
};
use ascolto::notify::{Letter, message, render};
use chrono_tz::Europe::Rome;

use super::sample::{self, at};

const HOUR: Duration = Duration::from_hours(1);

fn notice(language: Lang, alert: &str, facts: Facts, entries: Vec<Entry>) -> Notice {
    Notice {
        alert: alert.to_owned(),
        key: format!("frigolux/{alert}"),
        name: "Frigolux".to_owned(),
        watchlist: WatchlistId("frigolux".into()),
        incident: 12,
        number: 1,
        stage: Stage::Raised,
        facts,
        query: "priority:urgent".to_owned(),
        language,
        timezone: Rome,
        at: at("2025-11-04T07:00:00Z"),
        since: at("2025-11-04T06:10:00Z"),
        told: None,
        places: Vec::new(),
        words: Vec::new(),
        total: entries.len() as u64,
        entries,
        more: None,
        urgent: true,
        held_since: None,
        passed: false,
        contact: "ascolto@frigolux.example".to_owned(),
    }
}

fn named(name: &str, mentions: u64) -> Named {
    Named {
        name: name.to_owned(),
        mentions,
    }
}

/// Two mentions, of which nobody was told yet.
fn entries(language: Lang) -> Vec<Entry> {
    let entries = sample::busy(language).act_now.into_iter();
    let fresh = entries.map(|entry| Entry {
        alerted: false,
        ..entry
    });
    fresh.collect()
}

fn threshold(language: Lang) -> Notice {
    let facts = Facts::Threshold {
        count: 12,
        bar: 10,
        within: HOUR * 2,
    };
    let name = if language == Lang::IT {
        "rimborsi"
    } else {
        "refunds"
    };
    Notice {
        stage: Stage::Again,
        number: 2,
        told: Some(at("2025-11-04T06:20:00Z")),
        query: "rimborso OR refund".to_owned(),
        total: 12,
        ..notice(language, name, facts, entries(language))
    }
}

fn unanswered(language: Lang) -> Notice {
    let facts = Facts::Unanswered { after: HOUR * 4 };
    let mut entries = entries(language);
    entries.truncate(1);
    Notice {
        query: "intent:(question OR complaint) priority:(high OR urgent)".to_owned(),
        since: at("2025-11-03T08:05:00Z"),
        ..notice(language, "open", facts, entries)
    }
}

fn urgent(language: Lang) -> Notice {
    Notice {
        since: at("2025-11-03T08:05:00Z"),
        ..notice(language, "urgent", Facts::When, entries(language))
    }
}

fn spike(language: Lang) -> Notice {
    let facts = Facts::Spike {
        count: 23,
        usual: 4.0,
        bar: 11,
        basis: Basis::Weeks,
    };
    Notice {
        query: "sentiment:negative".to_owned(),
        urgent: false,
        total: 23,
        places: vec![named("forum-casa", 14), named("negozio-casa", 9)],
        words: vec![named("scossa", 9), named("perde acqua", 7)],
        more: Some(More {
            count: 21,
            command: "ascolto search 'watch:frigolux (sentiment:negative)' --since 2025-11-04"
                .to_owned(),
        }),
        ..notice(
            language,
            if language == Lang::IT {
                "picco di lamentele"
            } else {
                "negative spike"
            },
            facts,
            entries(language),
        )
    }
}

fn silence(language: Lang) -> Notice {
    let facts = Facts::Silence {
        after: HOUR * 24,
        usual: Some(8.5),
        last: Some(at("2025-11-03T06:00:00Z")),
        sources: vec![SilentSource {
            name: "forum-casa".to_owned(),
            last: at("2025-11-01T06:00:00Z"),
            longest: HOUR * 9,
        }],
    };
    Notice {
        query: String::new(),
        held_since: Some(at("2025-11-04T03:00:00Z")),
        ..notice(language, "silence", facts, Vec::new())
    }
}

fn over(language: Lang) -> Notice {
    Notice {
        stage: Stage::Over,
        number: 3,
        told: Some(at("2025-11-04T06:20:00Z")),
        places: Vec::new(),
        words: Vec::new(),
        total: 41,
        entries: Vec::new(),
        more: None,
        ..spike(language)
    }
}

fn escalated(language: Lang) -> Notice {
    Notice {
        stage: Stage::Escalated,
        number: 2,
        told: Some(at("2025-11-04T06:30:00Z")),
        ..urgent(language)
    }
}

/// Each kind of alert and each stage of one.
pub(super) fn each(language: Lang) -> Vec<(&'static str, Notice)> {
    vec![
        ("alert_urgent", urgent(language)),
        ("alert_threshold", threshold(language)),
        ("alert_spike", spike(language)),
        ("alert_silence", silence(language)),
        ("alert_unanswered", unanswered(language)),
        ("alert_escalated", escalated(language)),
        ("alert_over", over(language)),
    ]
}

#[test]
fn messages_of_an_incident_are_one_conversation() {
    let sent = |notice: &Notice| {
        let rendered = render::alert(notice).unwrap();
        let letter = Letter {
            from: "Ascolto <ascolto@frigolux.example>",
            to: "care@frigolux.example",
            date: notice.at,
            rendered: &rendered,
        };
        message::alert(notice, &letter).unwrap()
    };
    let first = sent(&urgent(Lang::IT));
    assert_eq!(first, sent(&urgent(Lang::IT)), "made again it is the same");
    let third = sent(&Notice {
        number: 3,
        ..urgent(Lang::IT)
    });
    let raw = String::from_utf8(third.raw).unwrap().replace("\r\n ", " ");
    let second = sent(&Notice {
        number: 2,
        ..urgent(Lang::IT)
    });
    assert!(
        raw.contains(&format!("In-Reply-To: {}", second.message_id)),
        "{raw}"
    );
    assert!(
        raw.contains(&format!(
            "References: {} {}",
            first.message_id, second.message_id
        )),
        "{raw}"
    );
    assert!(raw.contains("Auto-Submitted: auto-generated"));
    assert!(raw.contains("Importance: high"));
    assert_eq!(
        first.key,
        "alert/frigolux/urgent#12.1 care@frigolux.example"
    );
}

pub(super) fn hostile(language: Lang) -> Notice {
    let evil = "</td></table><script>alert(1)</script>{{ 7*7 }}{a}\u{202e}\u{0}\u{1b}[31m&<b>";
    let entry = Entry {
        url: Some("javascript:alert(document.cookie)".to_owned()),
        title: Some(Marked::plain(format!("{evil} {}", "W".repeat(1_000_000)))),
        snippet: Marked::plain(format!("{}{evil}", "\u{301}".repeat(100_000))),
        source: evil.to_owned(),
        author: Some(evil.repeat(10_000)),
        priority: Priority::Urgent,
        ..sample::entry(1, "x")
    };
    let facts = Facts::Silence {
        after: HOUR,
        usual: Some(f64::NAN),
        last: None,
        sources: vec![
            SilentSource {
                name: evil.repeat(1_000),
                last: at("2025-11-01T06:00:00Z"),
                longest: Duration::MAX,
            };
            20
        ],
    };
    Notice {
        alert: evil.to_owned(),
        key: format!("{evil}/{evil}"),
        name: evil.to_owned(),
        query: evil.repeat(1_000),
        places: vec![named(&evil.repeat(1_000), u64::MAX); 30],
        words: vec![named(&evil.repeat(1_000), u64::MAX); 30],
        contact: format!("\"><script>{evil}"),
        more: Some(More {
            count: u64::MAX - 100,
            command: evil.to_owned(),
        }),
        ..notice(language, "x", facts, vec![entry; 30])
    }
}

#[test]
fn hostile_text_is_text_in_alerts_too() {
    for language in [Lang::IT, Lang::EN] {
        for stage in [Stage::Raised, Stage::Again, Stage::Escalated, Stage::Over] {
            let notice = Notice {
                stage,
                number: 2,
                ..hostile(language)
            };
            let mail = render::alert(&notice).unwrap();
            let page = scraper::Html::parse_document(&mail.html);
            for css in ["script", "img", "b", "h1 *", "iframe", "form"] {
                let selector = scraper::Selector::parse(css).unwrap();
                assert_eq!(page.select(&selector).count(), 0, "{css}");
            }
            for link in page.select(&scraper::Selector::parse("a").unwrap()) {
                let to = link.value().attr("href").unwrap();
                assert!(
                    to.starts_with("https://") || to.starts_with("mailto:"),
                    "{to}"
                );
            }
            for text in [&mail.html, &mail.text, &mail.subject] {
                assert!(!text.contains(['\u{202e}', '\u{0}', '\u{1b}']), "control");
            }
            assert!(mail.html.len() + mail.text.len() <= render::MOST_BYTES);
            let letter = Letter {
                from: "Ascolto <ascolto@frigolux.example>",
                to: "care@frigolux.example",
                date: notice.at,
                rendered: &mail,
            };
            assert!(message::alert(&notice, &letter).unwrap().raw.len() <= render::MOST_BYTES);
        }
    }
}
