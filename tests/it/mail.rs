//! Mail: how a digest looks, and how it leaves.

mod alert;
mod channels;
mod contrast;
mod figures;
mod gallery;
mod looks;
mod message;
mod sample;
mod sending;
mod server;

use ascolto::model::{Cadence, Digest, Lang, Measure, Numbers};
use ascolto::notify::render;

#[test]
fn subjects_say_it_all_on_one_line() {
    let subject = |digest: &Digest| render::digest(digest).unwrap().subject;
    let mut english = sample::busy(Lang::EN);
    english.reading.troubled.clear();
    insta::assert_snapshot!(subject(&english), @"[ascolto] Frigolux: 44 mentions, 1 urgent, sentiment −18 ▼ · Tue 4 Nov");
    english.numbers.urgent = 0;
    english.numbers.net_sentiment = Measure::new(Some(6.0), Some(-2.0));
    insta::assert_snapshot!(subject(&english), @"[ascolto] Frigolux: 44 mentions, 1 high priority, sentiment +6 ▲ · Tue 4 Nov");
    english.numbers = Numbers {
        mentions: 1,
        ..Numbers::default()
    };
    insta::assert_snapshot!(subject(&english), @"[ascolto] Frigolux: 1 mention · Tue 4 Nov");
    insta::assert_snapshot!(subject(&sample::busy(Lang::IT)), @"[ascolto] Frigolux: 44 menzioni, 1 urgente, sentiment −18 ▼, 1 fonte non letta · mar 4 nov");
    insta::assert_snapshot!(subject(&sample::quiet(Lang::IT)), @"[ascolto] Frigolux: nessuna menzione · mar 4 nov");
    insta::assert_snapshot!(subject(&sample::deaf(Lang::IT)), @"[ascolto] Frigolux: nessuna fonte letta su 2 · mar 4 nov");
    // What came in otherwise, by a file or a webhook, is counted all the same.
    let mut imported = sample::busy(Lang::IT);
    imported.reading = sample::deaf(Lang::IT).reading;
    assert!(subject(&imported).contains("44 menzioni, 1 urgente"));
    let mut alone = sample::deaf(Lang::EN);
    alone.reading.sources = 1;
    insta::assert_snapshot!(subject(&alone), @"[ascolto] Frigolux: the only source could not be read · Tue 4 Nov");
    let hourly = Digest {
        cadence: Cadence::Hourly { minute: 0 },
        ..sample::quiet(Lang::EN)
    };
    insta::assert_snapshot!(subject(&hourly), @"[ascolto] Frigolux: no mentions · Tue 4 Nov 08:00");
    let mut weekly = sample::quiet(Lang::IT);
    weekly.cadence = Cadence::Weekly {
        on: chrono::Weekday::Mon,
        at: chrono::NaiveTime::MIN,
    };
    weekly.window.from = sample::at("2025-10-28T07:00:00Z");
    insta::assert_snapshot!(subject(&weekly), @"[ascolto] Frigolux: nessuna menzione · mar 28 ott – mar 4 nov");
}

/// Subject and text of each mail in both languages; its page in one, as the other says the same.
#[test]
fn a_mail_looks_like_this() {
    for language in gallery::LANGUAGES {
        for (name, mail) in gallery::mails(language) {
            if name.ends_with("hostile") {
                continue;
            }
            insta::assert_snapshot!(
                format!("{name}_{language}"),
                format!("{}\n\n{}", mail.subject, mail.text)
            );
            let shown = match name {
                "digest" | "alert_over" | "alert_escalated" => Lang::IT,
                "digest_deaf" | "alert_spike" | "alert_silence" | "test" => Lang::EN,
                _ => continue,
            };
            if language == shown {
                insta::assert_snapshot!(format!("{name}_page"), gallery::letter(&mail.html));
            }
        }
    }
}
