//! How mail leaves, and what is said when it does not.

use std::sync::Arc;

use ascolto::clock::Clock;
use ascolto::config::{FetchSettings, MailSettings};
use ascolto::fetch::Fetcher;
use ascolto::model::Secret;
use ascolto::model::{Lang, Message};
use ascolto::notify::{
    Certificate, Letter, Mailer, Phase, Retry, SendError, advice, message, render,
};
use ascolto::pipeline::archive::Archive;
use ascolto::pipeline::outbox::{Ways, deliver};
use ascolto::store::{Owner, Store};

use super::sample;
use super::server::{Manners, Server};

const FROM: &str = "Ascolto <ascolto@frigolux.example>";

fn settings(url: &str) -> MailSettings {
    MailSettings {
        from: FROM.to_owned(),
        url: Some(url.parse().unwrap()),
        password: None,
        ca_file: None,
        per_minute: None,
    }
}

fn message_to(to: &str) -> Message {
    let digest = sample::busy(Lang::IT);
    let rendered = render::digest(&digest).unwrap();
    message::digest(
        &digest,
        &Letter {
            from: FROM,
            to,
            date: digest.window.to,
            rendered: &rendered,
        },
    )
    .unwrap()
}

fn mailer(settings: &MailSettings) -> Mailer {
    Mailer::new(settings, "unused".into()).unwrap()
}

async fn attempt(settings: &MailSettings) -> SendError {
    mailer(settings)
        .send(&message_to("care@frigolux.example"))
        .await
        .unwrap_err()
}

fn told(error: &SendError, settings: &MailSettings) -> String {
    advice(error, settings).unwrap()
}

#[tokio::test]
async fn many_messages_share_a_connection_and_arrive_as_they_were_stored() {
    let server = Server::start(Manners::default()).await;
    let mailer = mailer(&settings(&format!("smtp://{}", server.address)));
    let messages: Vec<_> = (0..5)
        .map(|n| message_to(&format!("r{n}@frigolux.example")))
        .collect();
    for message in &messages {
        mailer.send(message).await.unwrap();
    }
    mailer.close().await;
    let seen = server.seen();
    assert_eq!(seen.connections, 1);
    assert_eq!(seen.messages.len(), 5);
    for (message, (to, content)) in messages.iter().zip(&seen.messages) {
        assert_eq!(&message.to, to);
        assert_eq!(
            content.trim_end(),
            String::from_utf8_lossy(&message.raw).trim_end()
        );
    }
}

#[tokio::test]
async fn every_kind_of_encryption_and_login_works() {
    let login = Some(("care", "pässword 1"));
    for (scheme, tls, manners) in [
        (
            "smtps",
            "",
            Manners {
                tls_from_start: true,
                login,
                ..Manners::default()
            },
        ),
        (
            "smtp",
            "?tls=required",
            Manners {
                starttls: true,
                login,
                ..Manners::default()
            },
        ),
        (
            "smtp",
            "?tls=opportunistic",
            Manners {
                starttls: true,
                login,
                ..Manners::default()
            },
        ),
        (
            "smtps",
            "",
            Manners {
                tls_from_start: true,
                login,
                login_only: true,
                ..Manners::default()
            },
        ),
    ] {
        let server = Server::start(manners).await;
        let url = format!("{scheme}://care@localhost:{}{tls}", server.address.port());
        let settings = MailSettings {
            password: Some(Secret::new("pässword 1".to_owned())),
            ca_file: Some(server.ca_file.clone()),
            ..settings(&url)
        };
        let mailer = mailer(&settings);
        for _ in 0..2 {
            mailer.send(&message_to("a@b.example")).await.unwrap();
        }
        let seen = server.seen();
        assert_eq!(
            (
                seen.messages.len(),
                seen.connections,
                seen.encrypted,
                seen.logins
            ),
            (2, 1, 1, 1),
            "{url}"
        );
    }
}

#[tokio::test]
async fn what_is_refused_for_now_is_tried_again_on_the_same_connection() {
    let server = Server::start(Manners {
        defer: 2,
        ..Manners::default()
    })
    .await;
    let mailer = mailer(&settings(&format!("smtp://{}", server.address)));
    let message = message_to("care@frigolux.example");
    for _ in 0..2 {
        let error = mailer.send(&message).await.unwrap_err();
        assert!(
            matches!(&error, SendError::Transient { phase: Phase::Body, code: 451, reply }
                if reply.contains("come back later")),
            "{error:?}"
        );
        assert_eq!(error.retry(), Retry::Later);
        assert!(!error.may_have_arrived());
    }
    mailer.send(&message).await.unwrap();
    let seen = server.seen();
    assert_eq!((seen.connections, seen.messages.len()), (1, 1));
}

#[tokio::test]
async fn a_server_gets_a_bounded_number_in_a_minute_and_the_rest_waits() {
    let server = Server::start(Manners::default()).await;
    let settings = MailSettings {
        per_minute: Some(3),
        ..settings(&format!("smtp://{}", server.address))
    };
    let folder = tempfile::tempdir().unwrap();
    let now = sample::at("2025-11-04T07:00:00Z");
    let mut store = Store::open(folder.path()).unwrap();
    let mails: Vec<Message> = (0..5)
        .map(|n| message_to(&format!("care{n}@frigolux.example")))
        .collect();
    assert_eq!(store.post(&mails, now).unwrap(), 5);
    let (archive, owner) = (
        Archive::new(store),
        Arc::new(Owner::new(folder.path()).unwrap()),
    );
    let fetcher = Fetcher::new(&FetchSettings::default()).unwrap();
    let mailer = mailer(&settings);
    let ways = Ways {
        mailer: &mailer,
        fetcher: &fetcher,
        webhooks: &[],
    };
    let clock = Clock::fixed(now);
    for sent in [3, 0] {
        let delivered = deliver(&archive, ways, &owner, &clock).await.unwrap();
        assert_eq!((delivered.sent, delivered.held), (sent, true));
        assert!(delivered.waiting.is_empty() && delivered.refused.is_empty());
    }
    assert_eq!(server.seen().messages.len(), 3);
}

#[tokio::test]
async fn one_bad_recipient_does_not_stop_the_others() {
    let refusal = Some(("gone", "550 5.1.1 no such mailbox"));
    let server = Server::start(Manners {
        recipient_answer: refusal,
        ..Manners::default()
    })
    .await;
    let settings = settings(&format!("smtp://{}", server.address));
    let mailer = mailer(&settings);
    mailer.send(&message_to("one@b.example")).await.unwrap();
    let error = mailer
        .send(&message_to("gone@b.example"))
        .await
        .unwrap_err();
    assert_eq!(error.retry(), Retry::Never);
    assert_eq!(
        error.line(),
        "refused (recipient): 550 5.1.1 no such mailbox"
    );
    assert!(told(&error, &settings).contains("no such recipient"));
    mailer.send(&message_to("two@b.example")).await.unwrap();
    let seen = server.seen();
    assert_eq!((seen.connections, seen.messages.len()), (1, 2));
}

#[tokio::test]
async fn an_answer_that_was_lost_is_told_apart_and_repeated_with_the_same_bytes() {
    let server = Server::start(Manners {
        vanish: 1,
        ..Manners::default()
    })
    .await;
    let mailer = mailer(&settings(&format!("smtp://{}", server.address)));
    let message = message_to("care@frigolux.example");
    let error = mailer.send(&message).await.unwrap_err();
    assert!(error.may_have_arrived(), "{error:?}");
    assert_eq!(error.retry(), Retry::Later);
    mailer.send(&message).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen.messages.len(), 2);
    assert_eq!(seen.messages[0], seen.messages[1]);
}

#[tokio::test]
async fn a_connection_that_the_server_closed_meanwhile_is_replaced() {
    let server = Server::start(Manners {
        close_after: Some(1),
        ..Manners::default()
    })
    .await;
    let mailer = mailer(&settings(&format!("smtp://{}", server.address)));
    for _ in 0..3 {
        mailer.send(&message_to("a@b.example")).await.unwrap();
    }
    let seen = server.seen();
    assert_eq!((seen.connections, seen.messages.len()), (3, 3));
}

#[tokio::test]
async fn a_wrong_password_is_explained_and_never_shown() {
    for login_only in [false, true] {
        let server = Server::start(Manners {
            login: Some(("care", "right")),
            login_only,
            ..Manners::default()
        })
        .await;
        let settings = MailSettings {
            password: Some(Secret::new("hunter22".to_owned())),
            ..settings(&format!("smtp://care@{}", server.address))
        };
        let error = attempt(&settings).await;
        assert!(
            matches!(error, SendError::Login { code: 535, .. }),
            "{error:?}"
        );
        assert_eq!(error.retry(), Retry::Later);
        assert!(told(&error, &settings).contains("wrong user or password"));
        let mailer = mailer(&settings);
        for text in [error.line(), format!("{error:?}"), format!("{mailer:?}")] {
            assert!(!text.contains("hunter22"), "{text}");
            assert!(!text.contains("aHVudGVyMjI"), "{text}");
            assert!(!text.contains("aHVudGVyMjI"), "{text}");
        }
    }
}

#[tokio::test]
async fn tls_that_does_not_work_is_explained() {
    // A certificate that nobody trusts.
    for (scheme, tls, manners) in [
        (
            "smtps",
            "",
            Manners {
                tls_from_start: true,
                ..Manners::default()
            },
        ),
        (
            "smtp",
            "?tls=required",
            Manners {
                starttls: true,
                ..Manners::default()
            },
        ),
    ] {
        let server = Server::start(manners).await;
        let settings = settings(&format!(
            "{scheme}://localhost:{}{tls}",
            server.address.port()
        ));
        let error = attempt(&settings).await;
        assert!(
            matches!(
                error,
                SendError::Tls {
                    certificate: Some(Certificate::Unknown),
                    ..
                }
            ),
            "{error:?}"
        );
        assert!(told(&error, &settings).contains("ca_file"));
    }
    // TLS from the start where the server speaks plainly, and the other way round.
    let server = Server::start(Manners::default()).await;
    let wrapped = settings(&format!("smtps://localhost:{}", server.address.port()));
    let error = attempt(&wrapped).await;
    assert!(
        matches!(
            error,
            SendError::Tls {
                certificate: None,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(told(&error, &wrapped).contains("?tls=required"));
    let required = settings(&format!("smtp://{}?tls=required", server.address));
    let error = attempt(&required).await;
    assert!(matches!(error, SendError::NoStartTls { .. }), "{error:?}");
    assert!(told(&error, &required).contains("smtps://"));
}

#[tokio::test]
async fn a_server_that_wants_more_first_is_understood() {
    let answer = Some("530 5.7.0 Must issue a STARTTLS command first");
    let server = Server::start(Manners {
        sender_answer: answer,
        ..Manners::default()
    })
    .await;
    let settings = settings(&format!("smtp://{}", server.address));
    let error = attempt(&settings).await;
    assert_eq!(error.retry(), Retry::Later);
    assert!(told(&error, &settings).contains("?tls=required"));
}

#[tokio::test]
async fn nothing_that_listens_is_said_so() {
    let free = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let settings = settings(&format!("smtp://{free}"));
    let error = attempt(&settings).await;
    assert!(matches!(error, SendError::Connect { .. }), "{error:?}");
    assert!(told(&error, &settings).contains("nothing answers at port"));
}

#[test]
fn settings_that_cannot_work_are_refused_at_once() {
    for (url, password, problem) in [
        (
            "http://mail.example",
            None,
            "expected `smtp://` or `smtps://`",
        ),
        (
            "smtp://mail.example?tls=always",
            None,
            "expected `required` or `opportunistic`",
        ),
        ("smtps://care@mail.example", None, "no password"),
        ("smtps://mail.example", Some("x"), "no user"),
        ("smtp://care@mail.example", Some("x"), "in the clear"),
    ] {
        let settings = MailSettings {
            password: password.map(|word| Secret::new(word.to_owned())),
            ..settings(url)
        };
        let error = Mailer::new(&settings, "unused".into()).unwrap_err();
        assert!(error.to_string().contains(problem), "{url}: {error}");
    }
}

#[tokio::test]
async fn without_a_server_mail_is_written_to_a_folder_once() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = folder.path().join("index/outbox");
    let settings = MailSettings {
        url: None,
        ..settings("smtp://unused")
    };
    let mailer = Mailer::new(&settings, outbox.clone()).unwrap();
    for to in ["a@b.example", "a@b.example", "c@b.example"] {
        mailer.send(&message_to(to)).await.unwrap();
    }
    let mut names: Vec<_> = std::fs::read_dir(&outbox)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names[0].starts_with("2025-11-04T0700-frigolux-daily-17-a-b-example-"));
    assert_eq!(
        std::fs::read(outbox.join(&names[0])).unwrap(),
        message_to("a@b.example").raw
    );
}
