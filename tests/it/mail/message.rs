//! The message on the wire: parsed by somebody else's parser.

use ascolto::model::{Digest, Lang, Message, Section, WatchlistId};
use ascolto::notify::{Letter, MessageError, Rendered, message, render};
use mail_parser::{MessageParser, MimeHeaders as _};

use super::sample;

const FROM: &str = "Ascolto <ascolto@frigolux.example>";

fn letter<'a>(digest: &Digest, rendered: &'a Rendered, to: &'a str) -> Letter<'a> {
    Letter {
        from: FROM,
        to,
        date: digest.window.to,
        rendered,
    }
}

fn sent(digest: &Digest, to: &str) -> Message {
    let rendered = render::digest(digest).unwrap();
    message::digest(digest, &letter(digest, &rendered, to)).unwrap()
}

const HEAD: &str = r#"From: Ascolto <ascolto@frigolux.example>
To: "Cura Clienti" <care@frigolux.example>
Subject: [ascolto] Frigolux: 44 menzioni, 1 urgente, sentiment
 =?utf-8?b?4oiSMTgg4pa8LA==?= 1 fonte non letta =?utf-8?b?wrc=?= mar 4 nov
Date: Tue, 04 Nov 2025 07:00:00 +0000
Message-ID: <ascolto.d75ba204d0a6c7ba12c8b12ca72971c1@frigolux.example>
Auto-Submitted: auto-generated
X-Auto-Response-Suppress: All
List-Id: Frigolux <daily.frigolux.ascolto.frigolux.example>
List-Unsubscribe: <mailto:ascolto@frigolux.example?subject=unsubscribe%20frigolux%2Fdaily>
In-Reply-To: <ascolto.c8761bdf2a3ea2431dfcf0ff610cc52f@frigolux.example>
References: <ascolto.fc7f90d8391fc7550341156066e5accf@frigolux.example>
 <ascolto.c8761bdf2a3ea2431dfcf0ff610cc52f@frigolux.example>
MIME-Version: 1.0
Content-Type: multipart/alternative;
 boundary="=_ascoltod75ba204d0a6c7ba12c8b12ca72971c1""#;

/// The headers of the raw message, without the body.
fn head(message: &Message) -> String {
    let raw = String::from_utf8(message.raw.clone()).unwrap();
    raw.split("\r\n\r\n").next().unwrap().to_owned()
}

#[test]
fn headers_say_who_sends_what_and_how_to_stop_it() {
    let message = sent(
        &sample::busy(Lang::IT),
        "Cura Clienti <care@frigolux.example>",
    );
    assert_eq!(head(&message).replace('\r', ""), HEAD);
    assert_eq!(message.to, "care@frigolux.example");
    assert_eq!(message.from, "ascolto@frigolux.example");
    assert_eq!(message.key, "frigolux/daily#17 care@frigolux.example");
}

#[test]
fn both_parts_come_out_as_they_went_in() {
    let digest = sample::busy(Lang::IT);
    let rendered = render::digest(&digest).unwrap();
    let message = sent(&digest, "care@frigolux.example");
    assert!(message.raw.is_ascii());
    let longest = message.raw.split(|b| *b == b'\n').map(<[u8]>::len).max();
    assert!(longest.unwrap() <= 200, "{longest:?}");
    let parsed = MessageParser::default().parse(&message.raw).unwrap();
    assert_eq!(parsed.subject().unwrap(), rendered.subject);
    assert_eq!(parsed.text_body_count(), 1);
    assert_eq!(parsed.html_body_count(), 1);
    assert_eq!(parsed.attachment_count(), 0);
    assert!(parsed.content_type().unwrap().subtype() == Some("alternative"));
    let unix = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    assert_eq!(unix(&parsed.body_text(0).unwrap()), unix(&rendered.text));
    assert_eq!(unix(&parsed.body_html(0).unwrap()), unix(&rendered.html));
}

#[test]
fn the_same_letter_gives_the_same_bytes_and_each_recipient_another_id() {
    let digest = sample::busy(Lang::EN);
    let first = sent(&digest, "care@frigolux.example");
    assert_eq!(first, sent(&digest, "care@frigolux.example"));
    let other = sent(&digest, "pr@frigolux.example");
    assert_ne!(first.message_id, other.message_id);
    assert!(first.message_id.ends_with("@frigolux.example>"));
    let id = |recipient, from| message::message_id("frigolux/daily", 17, recipient, from).unwrap();
    assert_eq!(id("CARE@frigolux.example", FROM), first.message_id);
    assert!(id("a@b.example", "ascolto@caffè.example").ends_with("@xn--caff-8oa.example>"));
}

#[test]
fn the_issues_of_a_digest_are_one_conversation() {
    let to = "care@frigolux.example";
    let issue = |issue| {
        sent(
            &Digest {
                issue,
                ..sample::quiet(Lang::EN)
            },
            to,
        )
    };
    let (first, second, third) = (issue(1), issue(2), issue(3));
    let parsed = |message: &Message| {
        let parsed = MessageParser::default()
            .parse(&message.raw)
            .unwrap()
            .into_owned();
        let list = |value: &mail_parser::HeaderValue<'_>| -> Vec<String> {
            value
                .clone()
                .into_text_list()
                .unwrap_or_default()
                .into_iter()
                .map(|id| format!("<{id}>"))
                .collect()
        };
        (list(parsed.in_reply_to()), list(parsed.references()))
    };
    let id = |message: &Message| message.message_id.clone();
    assert_eq!(parsed(&first), (vec![], vec![]));
    assert_eq!(parsed(&second), (vec![id(&first)], vec![id(&first)]));
    assert_eq!(
        parsed(&third),
        (vec![id(&second)], vec![id(&first), id(&second)])
    );
}

#[test]
fn no_name_and_no_subject_can_add_a_header() {
    let evil = "Frigolux\r\nBcc: all@evil.example\r\n\r\n<script>";
    let digest = Digest {
        name: evil.to_owned(),
        key: format!("k/{evil}"),
        contact: evil.to_owned(),
        watchlist: WatchlistId(evil.to_owned()),
        sections: vec![Section {
            watchlist: WatchlistId(evil.to_owned()),
            name: evil.to_owned(),
            total: 1,
            entries: Vec::new(),
            more: None,
        }],
        ..sample::busy(Lang::EN)
    };
    let rendered = Rendered {
        subject: format!("one\r\nBcc: all@evil.example {}", "x".repeat(5_000)),
        ..render::digest(&digest).unwrap()
    };
    let message = message::digest(&digest, &letter(&digest, &rendered, "a@b.example")).unwrap();
    let head = head(&message);
    for line in head.split("\r\n") {
        let folded = line.starts_with([' ', '\t']);
        let known = [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "MIME-Version",
            "X-Auto-Response-Suppress",
            "List-Id",
            "List-Unsubscribe",
            "In-Reply-To",
            "References",
            "Content-Type",
        ];
        let name = line.split(':').next().unwrap();
        assert!(folded || known.contains(&name), "{line}");
        assert!(!line.contains(['\r', '\n']), "{line}");
    }
    let parsed = MessageParser::default().parse(&message.raw).unwrap();
    assert!(parsed.bcc().is_none());
    assert!(parsed.subject().unwrap().chars().count() <= 201);
    for address in [
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example\n",
        "nobody",
        "",
    ] {
        let refused = message::digest(&digest, &letter(&digest, &rendered, address));
        assert!(
            matches!(refused, Err(MessageError::Address { .. })),
            "{address:?}"
        );
    }
}

#[test]
fn a_test_message_is_a_message_too() {
    let now = sample::at("2026-11-21T21:00:00Z");
    for (language, title) in [(Lang::IT, "La posta funziona"), (Lang::EN, "Mail works")] {
        let rendered = render::test(
            language,
            now,
            chrono_tz::Europe::Rome,
            "smtps://mail.example",
        )
        .unwrap();
        let letter = Letter {
            from: FROM,
            to: "me@frigolux.example",
            date: now,
            rendered: &rendered,
        };
        let message = message::test(&letter).unwrap();
        let parsed = MessageParser::default().parse(&message.raw).unwrap();
        assert!(parsed.body_text(0).unwrap().contains(title));
        assert!(parsed.body_html(0).unwrap().contains(title));
        assert!(rendered.text.contains("sab 21 nov 22:00") || rendered.text.contains("Sat 21 Nov"));
    }
}
