//! What forgetting does to the database: what was kept aside, what several watchlists collect, mails
//! that were sent and mails that wait.

use ascolto::model::{
    Channel, DeliveryState, Item, Label, MentionId, Message, MessageKind, Sentiment, Sequence,
};
use ascolto::store::{Coverage, Outcome, Owner, Store, Whom};

use crate::world::{at, hit, item, record, watchlist};

fn by(author: &str, item: Item) -> Item {
    let mut item = item;
    item.author.handle = Some(author.to_owned());
    item
}

/// What was kept aside, and mentions.
fn counts(store: &Store) -> (u64, u64) {
    (store.count_kept().unwrap(), store.count_mentions().unwrap())
}

fn forget(store: &mut Store, whom: &Whom) {
    let found = store.forgettable(whom).unwrap();
    assert!(!found.is_empty(), "{whom:?}");
    store.forget(whom, &found, false).unwrap();
    let left = store.forgettable(whom).unwrap();
    assert!(left.is_empty(), "{left:?}");
}

fn everything(store: &Store) -> Coverage {
    Coverage {
        after: Sequence(0),
        upto: store.max_seq().unwrap(),
    }
}

#[test]
fn what_was_kept_aside_goes_and_comes_back_from_no_source_and_no_backup() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("now")).unwrap();
    let items = [
        by(
            "@lia",
            item("1", "https://a.example/1", "niente da dire su nessuno"),
        ),
        by(
            "@ugo",
            item("2", "https://a.example/2", "altro che nessuno cercava"),
        ),
        by("@lia", item("3", "https://a.example/3", "il mio frigolux")),
    ];
    record(&mut store, "a", 0, &items);
    assert_eq!(counts(&store), (2, 1));
    let before = folder.path().join("before");
    std::fs::create_dir(&before).unwrap();
    store.copy_to(&before.join("ascolto.db")).unwrap();

    forget(&mut store, &Whom::Author("lia".to_owned()));
    let mut older = Store::open(&before).unwrap();
    assert_eq!(older.forget_as(&store).unwrap(), 2);
    for store in [&mut store, &mut older] {
        assert_eq!(counts(store), (1, 0));
        let mut edited = items.clone();
        edited[0].text.push_str(", e un frigolux");
        for items in [&items, &edited] {
            let again = record(store, "a", 1, items);
            assert_eq!((again.new, again.kept), (vec![], 0));
        }
        assert_eq!(counts(store), (1, 0));
    }
    // What is at an address goes in the same way.
    let url = "https://a.example/2".to_owned();
    forget(&mut store, &Whom::Url(url.clone(), url));
    assert_eq!(store.count_kept().unwrap(), 0);
}

#[test]
fn of_what_others_collect_only_what_the_watchlist_said_goes() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let items = [
        item("1", "u1", "frigolux e gelomax"),
        item("2", "u2", "gelomax"),
    ];
    let ids = record(&mut store, "a", 0, &items).new;
    let before = store.max_seq().unwrap();
    forget(&mut store, &Whom::Watchlist(watchlist("v")));
    let left = store.mention(ids[0]).unwrap().unwrap();
    assert_eq!(left.watchlists, [watchlist("w")]);
    assert_eq!(left.hits, [hit("w", "frigolux")]);
    assert!(left.seq > before, "the index must see it");
    assert_eq!(store.mention(ids[1]).unwrap(), None);
    let all = everything(&store);
    assert_eq!(store.collected(&watchlist("v"), all, 9).unwrap(), []);
    assert_eq!(store.collected(&watchlist("w"), all, 9).unwrap().len(), 1);
}

#[test]
fn nothing_of_a_deleted_mention_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let ids = record(&mut store, "a", 0, &[item("1", "u1", "frigolux")]).new;
    let label = Label {
        sentiment: Some(Sentiment::Positive),
        priority: None,
        relevant: true,
        labelled: at(1),
    };
    assert!(store.set_label(ids[0], Some(&label)).unwrap());
    store.delete_mentions(&ids).unwrap();
    assert_eq!(store.label(ids[0]).unwrap(), None);
    let all = everything(&store);
    assert_eq!(store.collected(&watchlist("w"), all, 9).unwrap(), []);
    assert_eq!(store.count_collected(&watchlist("w")).unwrap(), 0);
}

fn message(key: &str, kind: MessageKind) -> Message {
    Message {
        key: key.to_owned(),
        kind,
        channel: Channel::Mail,
        from: "ascolto@frigolux.example".to_owned(),
        to: "care@frigolux.example".to_owned(),
        subject: format!("Frigolux: {key}"),
        message_id: format!("<{key}@frigolux.example>"),
        raw: b"Subject: Frigolux\r\n\r\nLia".to_vec(),
    }
}

#[test]
fn mails_lose_their_words_and_those_that_wait_are_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let owner = Owner::new(folder.path()).unwrap();
    store
        .post(&[message("earlier", MessageKind::Digest)], at(-1))
        .unwrap();
    let items = [by("@lia", item("1", "u1", "frigolux"))];
    record(&mut store, "a", 0, &items);
    store
        .post(&[message("sent", MessageKind::Alert)], at(1))
        .unwrap();
    let claimed = store
        .claim_letters(&owner, Channel::Mail, at(2), 9)
        .unwrap();
    let sent = claimed.iter().find(|letter| letter.message.key == "sent");
    store
        .settle_letter(sent.unwrap().id, &Outcome::Sent(at(2)))
        .unwrap();
    let waiting = [
        message("digest", MessageKind::Digest),
        message("alert", MessageKind::Alert),
        message("test", MessageKind::Test),
    ];
    store.post(&waiting, at(3)).unwrap();

    forget(&mut store, &Whom::Author("@Lia".to_owned()));
    let (waits, gone, sent) = (
        DeliveryState::Waiting,
        DeliveryState::Failed,
        DeliveryState::Sent,
    );
    for (key, state, subject, words) in [
        ("earlier", waits, true, true),
        ("sent", sent, false, false),
        // Of a digest the subject counts, and names nobody.
        ("digest", gone, true, false),
        ("alert", gone, false, false),
        ("test", waits, true, true),
    ] {
        let letters = store.letters(DeliveryState::ALL, 9).unwrap();
        let letter = letters.iter().find(|letter| letter.message.key == key);
        let letter = letter.unwrap();
        assert_eq!(letter.state, state, "{key}");
        assert_eq!(!letter.message.subject.is_empty(), subject, "{key}");
        let raw = store.letter_message(letter.id).unwrap().unwrap();
        assert_eq!(!raw.is_empty(), words, "{key}");
        let told = letter.error.as_deref().unwrap_or_default();
        assert_eq!(told.contains("forgotten"), state == gone, "{key}: {told}");
    }
    let heir = Owner::new(folder.path()).unwrap();
    drop(owner);
    let due = store.claim_letters(&heir, Channel::Mail, at(9), 9).unwrap();
    let mut due: Vec<&str> = due.iter().map(|one| one.message.key.as_str()).collect();
    due.sort_unstable();
    assert_eq!(due, ["earlier", "test"]);
    assert_eq!(store.mention(MentionId(1)).unwrap(), None);
}
