//! Mail: how a digest looks, and how it leaves.

mod alert;
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

#[test]
fn a_test_message_looks_like_this() {
    for language in [Lang::IT, Lang::EN] {
        let now = sample::at("2025-11-04T07:00:00Z");
        let rome = chrono_tz::Europe::Rome;
        let mail = render::test(language, now, rome, "mail.example").unwrap();
        insta::assert_snapshot!(
            format!("test_{language}_text"),
            format!("{}\n\n{}", mail.subject, mail.text)
        );
        let html = format!("test_{language}.html");
        insta::assert_binary_snapshot!(html.as_str(), mail.html.into_bytes());
    }
}

#[test]
fn a_digest_looks_like_this() {
    for language in [Lang::IT, Lang::EN] {
        for (name, digest) in [
            ("busy", sample::busy(language)),
            ("quiet", sample::quiet(language)),
            ("deaf", sample::deaf(language)),
        ] {
            let mail = render::digest(&digest).unwrap();
            insta::assert_snapshot!(
                format!("{name}_{language}_text"),
                format!("{}\n\n{}", mail.subject, mail.text)
            );
            let html = format!("{name}_{language}.html");
            insta::assert_binary_snapshot!(html.as_str(), mail.html.into_bytes());
        }
    }
}
