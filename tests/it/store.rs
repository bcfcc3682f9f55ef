//! What the store keeps, and how it recognises what it knows.

use ascolto::model::{Author, Item, MentionId, OwnerReply, Priority, Sentiment, Sequence, Status};
use ascolto::store::{Change, Coverage, Judged, Kept, Redecided, Store, StoreError};
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::world::{at, hit, item, key, poll_for, record, scores, watchlist};

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    (folder, store)
}

#[test]
fn gives_back_what_it_took() {
    let (_folder, mut store) = store();
    let whole = Item {
        title: Some("Frigorifero".into()),
        author: Author {
            name: Some("Lia".into()),
            handle: Some("@lia".into()),
            followers: Some(u64::MAX / 4),
        },
        published: Some(at(-7)),
        lang_hint: Some(ascolto::model::Lang::IT),
        rating: Some(2.5),
        engagement: Some(14),
        parent: Some("https://forum.example/t/1".into()),
        owner_reply: Some(OwnerReply {
            text: "Ci scusiamo".into(),
            published: Some(at(3)),
        }),
        ..item("1", "https://forum.example/1", "frigolux perde \u{1f4a7}")
    };
    let recorded = record(&mut store, "forum", 0, std::slice::from_ref(&whole));
    let mention = store.mention(recorded.new[0]).unwrap().unwrap();
    assert_eq!(mention.item, whole);
    assert_eq!(mention.source, "forum");
    assert_eq!(mention.source_key, key("forum"));
    assert_eq!(mention.collected, at(0));
    assert_eq!(mention.canonical_url, whole.url);
    assert_eq!(mention.watchlists, [watchlist("w")]);
    assert_eq!(mention.hits, [hit("w", "frigolux")]);
    assert_eq!(mention.scores, scores(Sentiment::Negative));
    assert_eq!(mention.seq, store.max_seq().unwrap());
    let state = store.source_state(&key("forum")).unwrap().unwrap();
    assert_eq!(state.memory["etag"], at(0).to_string());
}

#[test]
fn what_is_known_and_unchanged_is_not_written() {
    let (_folder, mut store) = store();
    let items = [item("1", "u1", "frigolux uno"), item("2", "u2", "altro")];
    let first = record(&mut store, "a", 0, &items);
    assert_eq!((first.new.len(), first.kept), (1, 1));
    let poll = crate::world::poll(&store, "a", at(1), &items);
    assert!(poll.drafts.is_empty());
    let seq = store.max_seq().unwrap();
    store.record_poll(&poll, None).unwrap();
    assert_eq!(store.max_seq().unwrap(), seq);
}

#[test]
fn an_edit_is_taken_over_in_place_and_enters_no_second_digest() {
    let (_folder, mut store) = store();
    let id = record(&mut store, "a", 0, &[item("1", "u1", "frigolux perde")]).new[0];
    let covered = store.max_seq().unwrap();
    let edited = record(&mut store, "a", 1, &[item("1", "u1", "frigolux riparato")]);
    assert_eq!(edited.edited, [id]);
    let mention = store.mention(id).unwrap().unwrap();
    assert_eq!(mention.item.text, "frigolux riparato");
    assert!(mention.seq > covered, "the index must see it");
    let rest = Coverage {
        after: covered,
        upto: store.max_seq().unwrap(),
    };
    assert_eq!(store.collected(&watchlist("w"), rest, 9).unwrap(), []);

    // It stops to match, and matches again: a mention all the while, and told once.
    record(&mut store, "a", 2, &[item("1", "u1", "silenzio")]);
    let mention = store.mention(id).unwrap().unwrap();
    assert_eq!((mention.watchlists, mention.hits), (vec![], vec![]));
    record(&mut store, "a", 3, &[item("1", "u1", "frigolux di nuovo")]);
    assert_eq!(
        store.mention(id).unwrap().unwrap().watchlists,
        [watchlist("w")]
    );
    let all = Coverage {
        after: Sequence(0),
        upto: store.max_seq().unwrap(),
    };
    assert_eq!(store.collected(&watchlist("w"), all, 9).unwrap().len(), 1);
    assert_eq!(store.count_mentions().unwrap(), 1);
}

#[test]
fn an_edit_that_makes_it_match_collects_what_was_kept_aside() {
    let (_folder, mut store) = store();
    assert_eq!(
        record(&mut store, "a", 0, &[item("1", "u1", "niente")]).kept,
        1
    );
    assert_eq!(
        record(&mut store, "a", 1, &[item("1", "u1", "ancora niente")]).new,
        []
    );
    assert_eq!(
        store.kept(0, at(0), 9).unwrap()[0].item.text,
        "ancora niente"
    );
    let recorded = record(
        &mut store,
        "a",
        2,
        &[item("1", "u1", "niente, ma frigolux")],
    );
    assert_eq!(recorded.new.len(), 1);
    assert_eq!(store.count_kept().unwrap(), 0);
    assert_eq!(
        record(
            &mut store,
            "a",
            3,
            &[item("1", "u1", "niente, ma frigolux")]
        )
        .new,
        []
    );
}

#[test]
fn a_second_source_adds_its_watchlists_and_takes_no_turns() {
    let (_folder, mut store) = store();
    let short = [item("1", "u1", "frigolux e gelomax, il riassunto")];
    let long = [item(
        "x",
        "u1",
        "frigolux e gelomax, il testo intero della prova",
    )];
    let id = store
        .record_poll(&poll_for(&store, "a", at(0), &short, &["w"]), None)
        .unwrap()
        .new[0];
    let poll = poll_for(&store, "b", at(1), &long, &["v"]);
    assert_eq!(store.record_poll(&poll, None).unwrap().joined, [id]);
    let mention = store.mention(id).unwrap().unwrap();
    assert_eq!(mention.watchlists, [watchlist("v"), watchlist("w")]);
    assert_eq!(
        mention.item.text, long[0].text,
        "the words that the new watchlist matched"
    );
    assert_eq!(
        mention.hits,
        [hit("v", "gelomax")],
        "no places in words that are gone"
    );
    for _ in 0..3 {
        for (name, items, watchlists) in [("a", &short, ["w"]), ("b", &long, ["v"])] {
            let poll = poll_for(&store, name, at(2), items, &watchlists);
            assert!(poll.drafts.is_empty(), "{name}");
            store.record_poll(&poll, None).unwrap();
        }
    }
    assert_eq!(store.mention(id).unwrap().unwrap(), mention);
}

#[test]
fn the_baseline_is_stored_but_told_to_nobody() {
    let (_folder, mut store) = store();
    let mut poll = crate::world::poll(&store, "a", at(0), &[item("1", "u1", "frigolux")]);
    poll.drafts[0].verdict = crate::world::judge(&poll.drafts[0].item, true, &["w"]);
    let id = store.record_poll(&poll, None).unwrap().new[0];
    let all = Coverage {
        after: Sequence(0),
        upto: store.max_seq().unwrap(),
    };
    assert_eq!(store.collected(&watchlist("w"), all, 9).unwrap(), []);
    assert!(store.mention(id).unwrap().is_some());
}

/// A changed watchlist is taken over: what it gains, what it loses, and nobody is told.
#[test]
fn a_changed_watchlist_is_applied_to_the_past() {
    let (_folder, mut store) = store();
    let items = [
        item("1", "u1", "frigolux e gelomax"),
        item("2", "u2", "altro"),
        item("3", "u3", "frigolux"),
    ];
    let ids = record(&mut store, "a", 0, &items).new;
    let before = store.max_seq().unwrap();
    let judged = |text| Judged {
        matches: vec![(watchlist("v"), vec![hit("v", text)])],
        scores: scores(Sentiment::Positive),
        baseline: false,
    };
    let seen = store.mentions(&ids).unwrap();
    let decided = |n: usize, hits: Option<Vec<_>>| Redecided {
        mention: seen[n].id,
        seq: seen[n].seq,
        hits,
        scores: scores(Sentiment::Positive),
    };
    let all = [
        decided(0, None),
        decided(1, Some(vec![hit("v", "frigolux")])),
        Redecided {
            mention: MentionId(99),
            ..decided(0, None)
        },
    ];
    let (taken, _) = store.apply(&watchlist("v"), &all).unwrap();
    assert_eq!(taken, [ids[0], ids[1]], "what is gone is passed over");
    let late = [decided(0, Some(vec![hit("v", "gelomax")]))];
    let (taken, _) = store.apply(&watchlist("v"), &late).unwrap();
    assert_eq!(taken, [], "what changed meanwhile is passed over");
    let kept = store.kept(0, at(0), 9).unwrap().remove(0);
    let other = Kept {
        item: item("2", "u2", "altro ancora"),
        ..kept.clone()
    };
    let made = store
        .apply_kept(&[(other, judged("altro")), (kept, judged("altro"))])
        .unwrap();
    assert_eq!(made.len(), 1);

    let found = store.mentions(&[ids[0], ids[1], made[0]]).unwrap();
    assert_eq!(found[0].watchlists, [watchlist("w")]);
    assert_eq!(found[0].hits, [hit("w", "frigolux")]);
    assert_eq!(found[1].watchlists, [watchlist("v"), watchlist("w")]);
    assert_eq!(found[2].item.text, "altro");
    assert_eq!(store.count_kept().unwrap(), 0);
    let since = Coverage {
        after: before,
        upto: store.max_seq().unwrap(),
    };
    assert_eq!(store.collected(&watchlist("v"), since, 9).unwrap(), []);
    assert_eq!(
        record(&mut store, "a", 1, &items).new,
        [],
        "and it is known when it comes again"
    );
}

#[test]
fn a_follower_sees_every_change_and_every_deletion() {
    let (_folder, mut store) = store();
    let items: Vec<_> = (0..10)
        .map(|n| item(&n.to_string(), &format!("u{n}"), &format!("frigolux {n}")))
        .collect();
    let ids = record(&mut store, "a", 0, &items).new;
    let first = store.changes(Sequence(0), 4).unwrap();
    assert!(first.more);
    assert_eq!(first.list.len(), 4);
    store.set_status(ids[0], Status::Closed).unwrap();
    store
        .delete_mentions(&[ids[9], ids[9], MentionId(99)])
        .unwrap();
    store
        .set_tags(ids[5], &["b".into(), "a".into(), "b".into()])
        .unwrap();
    store.set_tags(ids[5], &["a".into(), "b".into()]).unwrap();
    let seq_of = |store: &Store, n: usize| store.mention(ids[n]).unwrap().unwrap().seq;
    let moved_on = seq_of(&store, 4).0 - 1;
    let taken = store
        .rescore(&[
            (ids[4], Sequence(moved_on), scores(Sentiment::Positive)),
            (ids[6], seq_of(&store, 6), scores(Sentiment::Positive)),
            (ids[7], seq_of(&store, 7), scores(Sentiment::Negative)),
        ])
        .unwrap();
    assert_eq!(taken, [ids[6], ids[7]], "what moved on is left alone");
    let mut seen = Vec::new();
    let mut after = first.upto;
    loop {
        let batch = store.changes(after, 3).unwrap();
        seen.extend(batch.list.iter().map(|change| match change {
            Change::Put(mention) => (mention.id, true),
            Change::Delete(id) => (*id, false),
        }));
        after = batch.upto;
        if !batch.more {
            break;
        }
    }
    let order: Vec<_> = [4, 7, 8]
        .map(|n| (ids[n], true))
        .into_iter()
        .chain([
            (ids[0], true),
            (ids[9], false),
            (ids[5], true),
            (ids[6], true),
        ])
        .collect();
    assert_eq!(
        seen, order,
        "changed ones come once, where they changed last"
    );
    assert_eq!(after, store.max_seq().unwrap());
    assert_eq!(store.changes(after, 3).unwrap().list, []);
}

#[test]
fn what_was_deleted_does_not_come_back() {
    let (_folder, mut store) = store();
    let items = [
        item("1", "u1", "frigolux da dimenticare"),
        item("2", "u2", "frigolux da dimenticare anche questo"),
    ];
    let ids = record(&mut store, "a", 0, &items).new;
    assert_eq!(store.delete_mentions(&ids).unwrap(), 2);
    assert_eq!(record(&mut store, "a", 1, &items).new, []);
    let edited = [item("1", "u1", "frigolux in altre parole")];
    assert_eq!(record(&mut store, "a", 2, &edited).new, []);
    assert_eq!(
        record(&mut store, "b", 3, &edited).new,
        [],
        "nor from elsewhere"
    );
    let new = record(&mut store, "a", 4, &[item("3", "u3", "frigolux nuovo")]).new;
    assert!(new[0] > ids[1], "numbers are not used again");
}

#[test]
fn what_is_old_is_purged() {
    let (_folder, mut store) = store();
    record(
        &mut store,
        "a",
        0,
        &[item("1", "u1", "frigolux"), item("2", "u2", "niente")],
    );
    record(
        &mut store,
        "a",
        100,
        &[item("3", "u3", "frigolux dopo"), item("4", "u4", "nulla")],
    );
    assert_eq!(store.purge_mentions(at(50), 10).unwrap(), 1);
    assert_eq!(store.purge_kept(at(50), 10).unwrap(), 1);
    assert_eq!(
        (store.count_mentions().unwrap(), store.count_kept().unwrap()),
        (1, 1)
    );
    assert_eq!(store.purge_mentions(at(50), 10).unwrap(), 0);
    store.compact().unwrap();
    assert_eq!(store.dates().unwrap(), Some((at(100), at(100))));
}

#[test]
fn counts_by_time_source_and_tone() {
    let (_folder, mut store) = store();
    for (n, name) in [(0, "a"), (1, "a"), (2, "b")] {
        let found = Item {
            published: Some(at(n * 3600)),
            ..item(
                &n.to_string(),
                &format!("{name}{n}"),
                &format!("frigolux {n}"),
            )
        };
        record(&mut store, name, 0, &[found]);
    }
    let counts = store
        .counts(&watchlist("w"), (at(0), at(7201)), Duration::from_hours(2))
        .unwrap();
    assert_eq!(counts.iter().map(|count| count.mentions).sum::<u64>(), 3);
    assert!(
        counts
            .iter()
            .all(|count| count.bucket.start.seconds() % 7200 == 0)
    );
    assert!(
        counts
            .iter()
            .all(|count| count.bucket.priority == Priority::High)
    );
    let none = store.counts(
        &watchlist("nobody"),
        (at(0), at(9)),
        Duration::from_hours(1),
    );
    assert_eq!(none.unwrap(), []);
}

#[test]
fn reads_many_in_the_order_asked() {
    let (_folder, mut store) = store();
    let items: Vec<_> = (0..150)
        .map(|n| item(&n.to_string(), &format!("u{n}"), &format!("frigolux {n}")))
        .collect();
    let mut ids = record(&mut store, "a", 0, &items).new;
    ids.reverse();
    ids.push(MentionId(999));
    let found = store.mentions(&ids).unwrap();
    assert_eq!(found.len(), 150);
    assert!(
        found
            .iter()
            .zip(&ids)
            .all(|(mention, id)| mention.id == *id)
    );
}

#[test]
fn a_copy_is_whole_and_follows_no_other_numbers() {
    let (folder, mut store) = store();
    record(&mut store, "a", 0, &[item("1", "u1", "frigolux")]);
    let target = folder.path().join("copy");
    fs::create_dir(&target).unwrap();
    store.copy_to(&target.join("ascolto.db")).unwrap();
    let copy = Store::open(&target).unwrap();
    assert_eq!(copy.count_mentions().unwrap(), 1);
    assert_eq!(copy.token().unwrap(), store.token().unwrap());
}

#[test]
fn says_what_is_wrong_with_the_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("ascolto.db"),
        "certainly no database, but long enough".repeat(99),
    )
    .unwrap();
    let error = Store::open(folder.path()).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");

    let folder = tempfile::tempdir().unwrap();
    drop(Store::open(folder.path()).unwrap());
    raw(folder.path())
        .execute_batch("PRAGMA user_version = 99")
        .unwrap();
    let error = Store::open(folder.path()).unwrap_err();
    assert!(
        error.to_string().contains("made by a newer ascolto"),
        "{error}"
    );

    assert!(
        Store::open_existing(&folder.path().join("none"))
            .unwrap()
            .is_none()
    );
}

/// The rows of a version, after those of the one that its head names.
fn rows(dump: &Path) -> String {
    let own = fs::read_to_string(dump).unwrap();
    let (head, _) = own.split_once('\n').unwrap();
    let Some((_, before)) = head.split_once("beside what is in: ") else {
        return own;
    };
    rows(&dump.with_file_name(before)) + &own
}

/// Every migration is applied to the tables that the one before left, with rows in them.
#[test]
fn every_migration_keeps_what_was_stored() {
    let dumps = fs::read_dir(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/migrations"
    ))
    .unwrap();
    let mut versions: Vec<_> = dumps.map(|entry| entry.unwrap().path()).collect();
    versions.sort();
    assert_eq!(
        versions.len(),
        ascolto::store::VERSION,
        "one data file a migration"
    );
    for (n, dump) in versions.iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let connection = raw(folder.path());
        for migration in &ascolto::store::MIGRATIONS[..=n] {
            connection.execute_batch(migration).unwrap();
        }
        connection.execute_batch(&rows(dump)).unwrap();
        connection
            .execute_batch(&format!("PRAGMA user_version = {}", n + 1))
            .unwrap();
        drop(connection);
        let mut store = Store::open(folder.path()).unwrap();
        let mention = store.mention(MentionId(812)).unwrap().unwrap();
        assert_eq!(
            mention.item.text,
            "Il mio frigolux perde acqua",
            "{}",
            dump.display()
        );
        assert_eq!(mention.watchlists, [watchlist("w")]);
        assert_eq!(mention.hits[0].term, "frigolux");
        assert_eq!(store.kept(0, at(-1_000_000_000), 9).unwrap().len(), 1);
        assert_eq!(store.source_states().unwrap().len(), 1);
        assert_eq!(store.issues("w daily", 9).unwrap().len(), 1);
        let new = record(&mut store, "forum", 0, &[item("2", "u2", "frigolux nuovo")]).new;
        assert_eq!(new, [MentionId(813)]);
        assert_eq!(store.max_seq().unwrap(), Sequence(8));
        let label = store.label(MentionId(812)).unwrap();
        let said = label.and_then(|label| label.sentiment);
        assert_eq!(said, (n >= 1).then_some(Sentiment::Neutral));
        let alerts = ascolto::store::MIGRATIONS
            .iter()
            .position(|migration| migration.contains("CREATE TABLE alerts"));
        let told = store.alerted(&[MentionId(812)]).unwrap();
        assert_eq!(told.len(), usize::from(Some(n) == alerts));
        store.delete_mentions(&[MentionId(812)]).unwrap();
        assert_eq!(store.label(MentionId(812)).unwrap(), None);
        assert!(store.alerted(&[MentionId(812)]).unwrap().is_empty());
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the file as another program sees it"
)]
fn raw(folder: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(folder.join("ascolto.db")).unwrap()
}
