//! How alerts look, however many, silent or hostile.

use std::time::Duration;

use ascolto::model::{
    Basis, Entry, Facts, Lang, Marked, More, Notice, Priority, SilentSource, Stage, WatchlistId,
};
use ascolto::notify::{Letter, message, render};
use chrono_tz::Europe::Rome;
use unicode_width::UnicodeWidthStr as _;

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
        total: entries.len() as u64,
        entries,
        more: None,
        urgent: true,
        held_since: None,
        passed: false,
        contact: "ascolto@frigolux.example".to_owned(),
    }
}

fn urgent(language: Lang) -> Notice {
    let entries = sample::busy(language).act_now;
    let entries = entries
        .into_iter()
        .map(|entry| Entry {
            alerted: false,
            ..entry
        })
        .collect();
    notice(language, "urgent", Facts::When, entries)
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
            sample::busy(language).act_now,
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
        ..urgent(language)
    }
}

#[test]
fn an_alert_looks_like_this() {
    for language in [Lang::IT, Lang::EN] {
        for (name, notice) in [
            ("urgent", urgent(language)),
            ("spike", spike(language)),
            ("silence", silence(language)),
            ("over", over(language)),
            ("escalated", escalated(language)),
        ] {
            let mail = render::alert(&notice).unwrap();
            insta::assert_snapshot!(
                format!("alert_{name}_{language}_text"),
                format!("{}\n\n{}", mail.subject, mail.text)
            );
            if matches!(name, "urgent" | "spike" | "silence") {
                let html = format!("alert_{name}_{language}.html");
                insta::assert_binary_snapshot!(html.as_str(), mail.html.into_bytes());
            }
        }
    }
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

fn hostile(language: Lang) -> Notice {
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

#[test]
fn lines_of_an_alert_are_short_but_for_addresses_and_commands() {
    for language in [Lang::IT, Lang::EN] {
        for notice in [
            urgent(language),
            spike(language),
            silence(language),
            over(language),
            hostile(language),
        ] {
            for line in render::alert(&notice).unwrap().text.lines() {
                let line = line.trim_start();
                let unbreakable = line.starts_with("https://") || line.starts_with("ascolto ");
                assert!(unbreakable || line.width() <= 78, "{line}");
            }
        }
    }
}
