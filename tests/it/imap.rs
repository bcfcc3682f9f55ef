//! A mailbox as a source: what is asked of its server, what is kept, and what hostile servers do.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use ascolto::config::FetchSettings;
use ascolto::fetch::{FetchError, Fetcher};
use ascolto::model::{MailEncryption, MailQuery, Method, Request, Secret, SourceHealth, Timestamp};
use url::Url;

use crate::harness::Instance;
use crate::imap_server::{ImapServer, Manners};

fn mail(id: &str, from: &str, text: &str) -> String {
    format!(
        "Message-ID: <{id}@mail.example>\r\nDate: Sat, 21 Nov 2026 09:00:00 +0000\r\nFrom: {from}\r\n\
         Subject: Frigolux {id}\r\n\r\n{text}\r\nFrom here on it leaks.\r\n"
    )
}

fn instance(port: u16, keys: &str) -> Instance {
    Instance::new()
        .file(
            "ascolto.toml",
            "timezone = \"Europe/Rome\"\n[fetch]\nallow_private = [\"127.0.0.1\"]\ngap = \"0s\"\n",
        )
        .file("mailbox-password", "se\"gr\\eto è\n")
        .file(
            "watchlists/frigolux.toml",
            &format!(
                "name = \"Frigolux\"\nquery = 'frigolux'\n\n[[source]]\nkind = \"imap\"\nname = \"post\"\n\
                 url = \"imap://127.0.0.1:{port}?tls=none\"\nuser = \"care@frigolux.example\"\n\
                 password_file = \"mailbox-password\"\nbackfill = true\n{keys}"
            ),
        )
}

fn titles(instance: &Instance) -> Vec<String> {
    let found = instance.run(&["search", "frigolux", "--format", "json"]);
    let mut titles: Vec<String> = found
        .json_lines()
        .iter()
        .map(|line| line["title"].as_str().unwrap().to_owned())
        .collect();
    titles.sort();
    titles
}

#[test]
fn new_mails_are_read_once_and_nothing_is_changed() {
    let server = ImapServer::start(Manners::Honest);
    let put = |uid: u32, from: &str| {
        let mail = mail(&uid.to_string(), from, "È arrivato rotto.");
        server.folder.lock().unwrap().mails.push((uid, mail));
    };
    server.folder.lock().unwrap().validity = 17;
    put(3, "lia@mail.example");
    put(8, "Recensioni Città <noreply@reviews.example>");
    let instance = instance(
        server.port,
        "folder = \"Priorità\"\nfrom = [\"città\", \"lia@mail.example\"]\nsubject = \"frigolux\"\n",
    );
    instance.run(&["collect", "--all"]).code(0);
    assert_eq!(titles(&instance), ["Frigolux 3", "Frigolux 8"]);

    put(9, "lia@mail.example");
    instance.run(&["collect", "--all"]).code(0);
    assert_eq!(
        titles(&instance),
        ["Frigolux 3", "Frigolux 8", "Frigolux 9"]
    );
    instance.run(&["collect", "--all"]).code(0);

    // The server counts anew: what is known is known by its Message-ID.
    {
        let mut folder = server.folder.lock().unwrap();
        folder.validity = 18;
        for (uid, _) in &mut folder.mails {
            *uid += 100;
        }
    }
    put(200, "lia@mail.example");
    instance.run(&["collect", "--all"]).code(0);
    assert_eq!(
        titles(&instance),
        ["Frigolux 200", "Frigolux 3", "Frigolux 8", "Frigolux 9"]
    );

    let said = server.said();
    let polls: Vec<&[String]> = said.split(|command| command == "LOGOUT").collect();
    assert_eq!(
        polls[0][..2],
        [
            "LOGIN \"care@frigolux.example\" {12}\r\nse\"gr\\eto è",
            "EXAMINE \"Priorit&AOA-\"",
        ]
    );
    assert!(
        polls[0][2].starts_with("UID SEARCH CHARSET UTF-8 SINCE "),
        "{}",
        polls[0][2]
    );
    assert!(
        polls[0][2]
            .ends_with(" OR FROM {6}\r\ncittà FROM \"lia@mail.example\" SUBJECT \"frigolux\""),
        "{}",
        polls[0][2]
    );
    assert!(
        polls[1][2].starts_with("UID SEARCH CHARSET UTF-8 UID 9:* OR"),
        "{}",
        polls[1][2]
    );
    assert_eq!(
        polls[2].len(),
        3,
        "the last mail is not fetched again: {:?}",
        polls[2]
    );
    assert!(polls[3][2].contains(" SINCE "), "{}", polls[3][2]);
    for command in &said {
        let verb = command.split(' ').next().unwrap();
        assert!(
            ["LOGIN", "EXAMINE", "UID", "LOGOUT"].contains(&verb),
            "{command}"
        );
        assert!(
            !command.starts_with("UID FETCH") || command.contains("BODY.PEEK[]"),
            "{command}"
        );
        assert!(!command.starts_with("UID STORE"), "{command}");
    }
}

#[test]
fn a_full_mailbox_is_read_page_after_page() {
    let server = ImapServer::start(Manners::Honest);
    {
        let mut folder = server.folder.lock().unwrap();
        folder.validity = 1;
        folder.mails = (1..=450)
            .map(|uid| (uid, mail(&uid.to_string(), "a@b.example", "x")))
            .collect();
    }
    let instance = instance(server.port, "");
    instance.run(&["collect", "--all"]).code(0);
    let stored = ascolto::store::Store::open(&instance.path().join("index"))
        .and_then(|store| store.count_mentions());
    assert_eq!(stored.unwrap(), 450);
    let logins = server
        .said()
        .iter()
        .filter(|said| said.starts_with("LOGIN"))
        .count();
    assert_eq!(logins, 3);
}

fn fetcher() -> Fetcher {
    Fetcher::new(&FetchSettings {
        gap: Duration::ZERO,
        allow_private: vec!["127.0.0.1/32".parse().unwrap()],
        max_body: 4_000_000,
        timeout: Duration::from_secs(6),
        ..FetchSettings::default()
    })
    .unwrap()
}

async fn failure(address: &str, encryption: MailEncryption) -> FetchError {
    let request = Request {
        method: Method::Mails(Box::new(MailQuery {
            encryption,
            ca_file: None,
            user: "care".to_owned(),
            password: Secret::new("geheim".to_owned()),
            folder: "INBOX".to_owned(),
            from: Vec::new(),
            subject: Vec::new(),
            after: None,
            since: Timestamp::from_seconds(1_790_000_000),
            most: 100,
        })),
        ..Request::get(Url::parse(address).unwrap())
    };
    let now = Timestamp::from_seconds(1_795_000_000);
    let fetched = fetcher().get(&request, &BTreeMap::new(), now).await;
    fetched.unwrap_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_hostile_server_is_an_error_in_bounded_time_and_memory() {
    for (manners, part) in [
        (
            Manners::Refuses,
            "does not accept the user and password (\"[AUTHENTICATIONFAILED] Authentication failed.\")",
        ),
        (Manners::Boundless, "the answer of "),
        (Manners::EndlessLine, "the answer of "),
        (Manners::Chatters, "an answer without an end"),
        (Manners::HangsUp, "closed within a mail"),
        (Manners::Nonsense, "a greeting that is none of IMAP's"),
    ] {
        let server = ImapServer::start(manners);
        server
            .folder
            .lock()
            .unwrap()
            .mails
            .push((1, "x".to_owned()));
        let begun = Instant::now();
        let address = format!("imap://127.0.0.1:{}/", server.port);
        let error = failure(&address, MailEncryption::None).await;
        assert!(error.line().contains(part), "{manners:?}: {}", error.line());
        assert!(!error.line().contains("geheim"), "{}", error.line());
        assert_eq!(error.health(), SourceHealth::Failing);
        assert!(begun.elapsed() < Duration::from_secs(8), "{manners:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_is_not_said_before_encryption() {
    let server = ImapServer::start(Manners::Honest);
    let address = format!("imap://127.0.0.1:{}/", server.port);
    // It says OK to STARTTLS, and then speaks no TLS.
    let error = failure(&address, MailEncryption::StartTls).await;
    assert!(
        matches!(error, FetchError::Tls { .. } | FetchError::TooSlow { .. }),
        "{error}"
    );
    let error = failure(&address, MailEncryption::Implicit).await;
    assert!(
        matches!(error, FetchError::Tls { .. } | FetchError::TooSlow { .. }),
        "{error}"
    );
    let said = server.said();
    assert!(said.iter().all(|said| !said.contains("geheim")), "{said:?}");
}

#[tokio::test]
async fn mailboxes_of_private_networks_are_not_asked() {
    for address in ["imap://10.0.0.1/", "imap://2130706434:1/", "imap://[::1]/"] {
        let error = failure(address, MailEncryption::None).await;
        assert!(
            matches!(error, FetchError::Private { .. }),
            "{address}: {error}"
        );
    }
}
