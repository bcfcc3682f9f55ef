//! No channel waits for another: a webhook leaves whatever becomes of the mails.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ascolto::clock::Clock;
use ascolto::config::{Config, FetchSettings, MailSettings, Webhook, WebhookKind};
use ascolto::fetch::Fetcher;
use ascolto::model::{Channel, Message, MessageKind, Secret, Timestamp};
use ascolto::notify::Mailer;
use ascolto::pipeline::Instance;
use ascolto::pipeline::archive::Archive;
use ascolto::pipeline::outbox::{Delivered, Ways, deliver};
use ascolto::store::{Owner, Store};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::sample;
use super::server::{Manners, Server};
use crate::loopback::{Answer, Site};

/// Longer than anything here takes, and far shorter than the patience with a mail server.
const SOON: Duration = Duration::from_secs(10);

fn mail(number: usize) -> Message {
    Message {
        key: format!("mail {number}"),
        kind: MessageKind::Digest,
        channel: Channel::Mail,
        from: "ascolto@frigolux.example".to_owned(),
        to: format!("care{number}@frigolux.example"),
        subject: "Frigolux".to_owned(),
        message_id: format!("<{number}@frigolux.example>"),
        raw: b"Subject: Frigolux\r\n\r\nCiao\r\n".to_vec(),
    }
}

fn post(key: &str) -> Message {
    Message {
        key: key.to_owned(),
        kind: MessageKind::Alert,
        channel: Channel::Webhook,
        to: "care".to_owned(),
        raw: b"{\"text\":\"urgent\"}".to_vec(),
        ..mail(0)
    }
}

fn now() -> Timestamp {
    sample::at("2026-11-20T11:00:00Z")
}

/// Sends mails that wait longest, and one webhook, where a server takes three mails a minute; and then
/// what came meanwhile, another webhook.
async fn send(mails: usize, site: &Site, server: &Server) -> [Delivered; 2] {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let mails: Vec<Message> = (0..mails).map(mail).collect();
    let earlier = sample::at("2026-11-20T10:59:00Z");
    assert_eq!(store.post(&mails, earlier).unwrap(), mails.len());
    assert_eq!(store.post(&[post("first")], now()).unwrap(), 1);
    let settings = MailSettings {
        url: Some(format!("smtp://{}", server.address).parse().unwrap()),
        per_minute: Some(3),
        ..MailSettings::default()
    };
    let mailer = Mailer::new(&settings, "unused".into()).unwrap();
    let fetcher = Fetcher::new(&FetchSettings {
        allow_private: vec!["127.0.0.0/8".parse().unwrap()],
        ..FetchSettings::default()
    })
    .unwrap();
    let webhooks = [Webhook {
        name: "care".to_owned(),
        kind: WebhookKind::Slack,
        address: Some(Secret::new(site.url("/care").to_string())),
        secret: None,
        token: None,
        chat: None,
    }];
    let ways = Ways {
        mailer: &mailer,
        fetcher: &fetcher,
        webhooks: &webhooks,
    };
    let owner = Arc::new(Owner::new(folder.path()).unwrap());
    let archive = Archive::new(store);
    let clock = Clock::fixed(now());
    let first = deliver(&archive, ways, &owner, &clock).await.unwrap();
    archive
        .run(|store| store.post(&[post("second")], now()))
        .await
        .unwrap();
    let second = deliver(&archive, ways, &owner, &clock).await.unwrap();
    mailer.close().await;
    [first, second]
}

#[tokio::test]
async fn a_webhook_leaves_while_mails_wait_for_the_next_minute() {
    for (mails, sent, held) in [(5, 4, true), (100, 4, true), (2, 3, false)] {
        let site = Site::serve("127.0.0.1", |_| Answer::ok("ok")).await;
        let server = Server::start(Manners::default()).await;
        let [first, second] = send(mails, &site, &server).await;
        assert_eq!(site.paths(), ["/care", "/care"], "with {mails} mails");
        assert_eq!((first.sent, first.held), (sent, held));
        assert_eq!((second.sent, second.held), (1, held));
        assert_eq!(server.seen().messages.len(), mails.min(3));
    }
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_raises_and_posts_while_a_mail_server_keeps_silent() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let site = Site::serve("127.0.0.1", |_| Answer::ok("ok")).await;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, "hook", site.url("/care").as_str());
    write(
        folder,
        "ascolto.toml",
        &format!(
            "[mail]\nfrom = \"Ascolto <ascolto@frigolux.example>\"\nurl = \"smtp://{}\"\n[fetch]\nallow_private = [\"127.0.0.0/8\"]\n\
             [[webhook]]\nname = \"care\"\nkind = \"slack\"\nurl_file = \"hook\"\n",
            silent.local_addr().unwrap()
        ),
    );
    write(
        folder,
        "watchlists/frigolux.toml",
        "name = \"Frigolux\"\nquery = 'frigolux'\n\n[[digest]]\nto = [\"care@frigolux.example\"]\n\
         every = \"daily\"\nat = \"08:30\"\ntimezone = \"UTC\"\nwhen_empty = \"send\"\n",
    );
    let (config, problems) = Config::open(folder).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let clock = Clock::fixed(now());
    let instance = Instance::new(config, clock.clone());
    let mut store = instance.store().unwrap();
    store.post(&[mail(1)], now()).unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let daemon = instance.daemon().unwrap();
    let running = tokio::spawn(async move {
        daemon
            .run(async {
                let _dropped = stopped.await;
            })
            .await
    });
    // The mail is on its way, to someone who never says a word.
    let (_held, _) = timeout(SOON, silent.accept()).await.unwrap().unwrap();
    store.post(&[post("first")], now()).unwrap();
    clock.set(sample::at("2026-11-21T09:00:00Z"));
    timeout(SOON, async {
        while site.asked().is_empty() || store.issues("frigolux/daily", 9).unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .unwrap();
    assert_eq!(site.paths(), ["/care"]);
    stop.send(()).unwrap();
    timeout(SOON, running).await.unwrap().unwrap().unwrap();
}
