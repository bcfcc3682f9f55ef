//! What has passed its time goes, by watchlist, and gives its room back.

use std::time::{Duration, Instant};

use ascolto::clock::Clock;
use ascolto::model::{Channel, DeliveryState, Item, MentionId, Message, MessageKind};
use ascolto::pipeline::index_tail::{self, bytes_in};
use ascolto::store::{CopiesFound, CopyOf, Outcome, Owner, Store};

use crate::daemon::run_until;
use crate::harness::Instance;
use crate::world::{at, item, record, watchlist};

const DAY: i64 = 86_400;

#[tokio::test(flavor = "multi_thread")]
async fn a_watchlist_keeps_for_as_long_as_it_says_and_the_disk_is_given_back() {
    let instance = Instance::new()
        .file("ascolto.toml", "[retention]\nmentions = \"forever\"\n")
        .file(
            "watchlists/w.toml",
            "name = \"W\"\nquery = \"frigolux\"\nretention = \"30d\"\n",
        )
        .file("watchlists/v.toml", "name = \"V\"\nquery = \"gelomax\"\n");
    let index = instance.path().join("index");
    let mut store = Store::open(&index).unwrap();
    let long = "parole che occupano spazio sul disco, ".repeat(60);
    let items = |word: &str, count: usize| -> Vec<Item> {
        (0..count)
            .map(|n| item(&format!("{word}-{n}"), "", &format!("{word} {n} {long}")))
            .collect()
    };
    // Old ones of the one, of the other and of both; and new ones of the first.
    record(
        &mut store,
        "a",
        -90 * DAY,
        &items("frigolux scaduto", 3_000),
    );
    record(&mut store, "b", -90 * DAY, &items("gelomax", 100));
    record(&mut store, "c", -90 * DAY, &items("frigolux gelomax", 100));
    record(&mut store, "d", -DAY, &items("frigolux", 100));
    index_tail::tail(&store).unwrap();
    let before = bytes_in(&index);
    drop(store);
    let clock = Clock::fixed(at(0));
    run_until(instance.path(), &clock, || bytes_in(&index) < before / 4).await;
    let store = Store::open(&index).unwrap();
    assert_eq!(store.count_mentions().unwrap(), 300);
    assert!(index_tail::verify(&store).unwrap().is_equal());
}

/// The settings hold where no watchlist says otherwise; what matched nothing and the bytes of sent
/// mails have times of their own.
#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_drops_all_that_has_passed_its_time_and_nothing_else() {
    // More than goes in one transaction.
    const MANY: usize = 1_100;
    let instance = Instance::new()
        .file(
            "ascolto.toml",
            "[retention]\nmentions = \"60d\"\nunmatched = \"14d\"\n",
        )
        .file("watchlists/w.toml", "name = \"W\"\nquery = \"frigolux\"\n");
    let index = instance.path().join("index");
    let mut store = Store::open(&index).unwrap();
    let items = |word: &str, count: usize| -> Vec<Item> {
        (0..count)
            .map(|n| item(&format!("{word}-{n}"), "", &format!("{word} {n}")))
            .collect()
    };
    record(&mut store, "a", -61 * DAY, &items("frigolux vecchio", MANY));
    record(&mut store, "b", -59 * DAY, &items("frigolux", 3));
    record(&mut store, "c", -15 * DAY, &items("niente", MANY));
    record(&mut store, "d", -13 * DAY, &items("nulla", 4));
    let owner = Owner::new(&index).unwrap();
    let sent = |store: &mut Store, key: &str, day: i64| {
        let message = Message {
            key: key.to_owned(),
            kind: MessageKind::Digest,
            channel: Channel::Mail,
            from: "ascolto@frigolux.example".to_owned(),
            to: "care@frigolux.example".to_owned(),
            subject: "Frigolux".to_owned(),
            message_id: format!("<{key}>"),
            raw: b"Subject: Frigolux".to_vec(),
        };
        store.post(&[message], at(day * DAY)).unwrap();
        let claimed = store
            .claim_letters(&owner, Channel::Mail, at(day * DAY), 9)
            .unwrap();
        let outcome = Outcome::Sent(at(day * DAY));
        store.settle_letter(claimed[0].id, &outcome).unwrap();
        claimed[0].id
    };
    let old = sent(&mut store, "old", -31);
    let recent = sent(&mut store, "recent", -29);
    drop(owner);
    let left = || {
        let store = Store::open(&index).unwrap();
        let words = |id| store.letter_message(id).unwrap().unwrap().len();
        (
            store.count_mentions().unwrap(),
            store.count_kept().unwrap(),
            words(old),
            words(recent),
        )
    };
    assert_eq!(left(), (1_103, 1_104, 17, 17));
    let clock = Clock::fixed(at(0));
    run_until(instance.path(), &clock, || left() == (3, 4, 0, 17)).await;
    let store = Store::open(&index).unwrap();
    let states = store.letters(&[DeliveryState::Sent], 9).unwrap();
    assert_eq!(states.len(), 2, "the rows of mails stay");
}

/// What no watchlist collects any more has the time of the settings; a batch that holds nothing to
/// drop does not end the dropping.
#[test]
fn each_mention_is_kept_by_those_who_collect_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let texts = [("gelomax", 4), ("frigolux e gelomax", 2), ("frigolux", 3)];
    for (day, (text, count)) in (-90..).zip(texts) {
        let items: Vec<Item> = (0..count)
            .map(|n| item(&format!("{text} {n}"), "", &format!("{text} {n}")))
            .collect();
        record(&mut store, text, day * DAY, &items);
    }
    // Edited away from all watchlists.
    record(
        &mut store,
        "frigolux",
        -80 * DAY,
        &[item("frigolux 0", "", "altro")],
    );
    assert_eq!(store.count_mentions().unwrap(), 9);
    let own = [
        (watchlist("w"), Some(at(-30 * DAY))),
        (watchlist("v"), None),
    ];
    let mut purge = |others: Option<i64>| {
        let (mut gone, mut cursor) = (0, None);
        // Ends: each page begins after the last.
        for _ in 0..20 {
            let others = others.map(|day| at(day * DAY));
            let (deleted, next) = store
                .purge_kept_long_enough(&own, others, cursor, 2)
                .unwrap();
            gone += deleted;
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(cursor, None);
        (gone, store.count_mentions().unwrap())
    };
    assert_eq!(purge(None), (2, 7), "of `w` alone; one is of nobody");
    assert_eq!(purge(Some(-100)), (0, 7));
    assert_eq!(purge(Some(-30)), (1, 6), "the one of nobody");
}

#[test]
fn an_original_goes_with_its_thousands_of_copies_at_once() {
    const COPIES: i64 = 6_000;
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let items: Vec<Item> = (0..=COPIES)
        .map(|n| item(&n.to_string(), "", &format!("frigolux {n}")))
        .collect();
    let ids = record(&mut store, "a", -90 * DAY, &items).new;
    let copies = ids[1..].iter().map(|mention| CopyOf {
        mention: *mention,
        original: ids[0],
        likeness: 900,
        split: false,
    });
    let found = CopiesFound {
        after: MentionId(0),
        upto: ids[0],
        copies: copies.collect(),
        originals: Vec::new(),
        forget_before: at(0),
    };
    assert!(store.fold_copies(&found).unwrap());
    assert_eq!(store.mention(ids[0]).unwrap().unwrap().copies, 6_000);

    // One copy after the other inherits what is left, a batch at a time.
    let begun = Instant::now();
    let mut gone = 0;
    while gone < items.len() {
        gone += store.purge_mentions(at(0), 500).unwrap();
        let left = store.count_mentions().unwrap();
        let originals = store.count_originals().unwrap();
        assert_eq!(originals, u64::from(left > 0), "{left} are left");
    }
    assert_eq!(gone, items.len());
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
}
