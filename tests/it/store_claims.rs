//! Claims, digests and the outbox.

use std::time::Duration;

use ascolto::model::{Channel, DeliveryState, Message, MessageKind, Sequence};
use ascolto::store::{Coverage, IssueDraft, Issued, Outcome, Owner, Store};

use crate::world::{at, item, key, poll, record};

fn mail(key: &str) -> Message {
    Message {
        key: key.into(),
        kind: MessageKind::Digest,
        channel: Channel::Mail,
        from: "ascolto@frigolux.example".into(),
        to: "care@frigolux.example".into(),
        subject: "Frigolux".into(),
        message_id: format!("<{key}@frigolux.example>"),
        raw: b"Subject: Frigolux\r\n\r\nCiao".to_vec(),
    }
}

#[test]
fn one_polls_a_source_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let (mine, other) = (
        Owner::new(folder.path()).unwrap(),
        Owner::new(folder.path()).unwrap(),
    );
    let (forum, now) = (key("forum"), at(0));
    let claimed = store.claim_source(&forum, "forum", &mine, now).unwrap();
    assert_eq!(claimed.unwrap().last_poll, None);
    assert!(
        store
            .claim_source(&forum, "forum", &other, now)
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .claim_source(&forum, "forum", &mine, now)
            .unwrap()
            .is_none()
    );
    store.release_source(&forum, &other).unwrap();
    assert!(
        store
            .claim_source(&forum, "forum", &other, now)
            .unwrap()
            .is_none(),
        "not his to release"
    );

    // Recording the poll ends the claim, and the next who claims sees what came of it.
    let done = poll(&store, "forum", now, &[]);
    store.record_poll(&done, Some(&mine)).unwrap();
    let claimed = store.claim_source(&forum, "forum", &other, now).unwrap();
    assert_eq!(claimed.unwrap().last_poll, Some(now));

    // The death of the owner ends it, and so does time, also when the clock was set back.
    drop(other);
    assert!(
        store
            .claim_source(&forum, "forum", &mine, now)
            .unwrap()
            .is_some()
    );
    let third = Owner::new(folder.path()).unwrap();
    let soon = now.plus(Duration::from_mins(29));
    assert!(
        store
            .claim_source(&forum, "forum", &third, soon)
            .unwrap()
            .is_none()
    );
    let late = now.plus(Duration::from_mins(31));
    assert!(
        store
            .claim_source(&forum, "forum", &third, late)
            .unwrap()
            .is_some()
    );
    assert!(
        store
            .claim_source(&forum, "forum", &mine, now.minus(Duration::from_hours(9)))
            .unwrap()
            .is_some()
    );
}

#[test]
fn an_issue_and_its_mail_are_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    record(&mut store, "a", 0, &[item("1", "u1", "frigolux prima")]);
    let start = store.start_digest("w daily", at(0)).unwrap();
    assert_eq!(
        start.last_seq,
        Sequence(1),
        "what was there before is not covered"
    );
    assert_eq!(store.start_digest("w daily", at(50)).unwrap(), start);

    record(&mut store, "a", 1, &[item("2", "u2", "frigolux dopo")]);
    let draft = IssueDraft {
        digest: "w daily".into(),
        coverage: Coverage {
            after: start.last_seq,
            upto: store.max_seq().unwrap(),
        },
        window: (start.last_at, at(100)),
        now: at(101),
        mails: vec![mail("w daily 1 care"), mail("w daily 1 press")],
    };
    assert!(matches!(
        store.issue_digest(&draft).unwrap(),
        Issued::Made(_)
    ));
    let again = store.issue_digest(&draft).unwrap();
    let state = store.digest("w daily").unwrap().unwrap();
    assert_eq!(again, Issued::Overtaken(state));
    assert_eq!((state.last_seq, state.last_at), (Sequence(2), at(100)));
    assert_eq!(
        store.letters(&[DeliveryState::Waiting], 9).unwrap().len(),
        2
    );
    let issues = store.issues("w daily", 9).unwrap();
    assert_eq!(issues.len(), 1);
    assert_eq!(issues[0].message_ids.len(), 2);

    // An issue without mail covers as well, and one with the same numbers in a later window.
    let empty = IssueDraft {
        coverage: Coverage {
            after: Sequence(2),
            upto: Sequence(2),
        },
        window: (at(100), at(200)),
        mails: vec![],
        ..draft
    };
    assert!(matches!(
        store.issue_digest(&empty).unwrap(),
        Issued::Made(_)
    ));
    let state = store.digest("w daily").unwrap().unwrap();
    assert_eq!(state.last_at, at(200));

    // Either alone says that someone was quicker: numbers that were covered, a time that was.
    record(&mut store, "a", 2, &[item("3", "u3", "frigolux ancora")]);
    for (after, from) in [(1, 200), (2, 199)] {
        let late = IssueDraft {
            coverage: Coverage {
                after: Sequence(after),
                upto: store.max_seq().unwrap(),
            },
            window: (at(from), at(300)),
            mails: vec![mail("w daily 3 care")],
            ..empty.clone()
        };
        let overtaken = store.issue_digest(&late).unwrap();
        assert_eq!(overtaken, Issued::Overtaken(state), "{after} {from}");
    }
    assert_eq!(store.issues("w daily", 9).unwrap().len(), 2);
    assert_eq!(
        store.letters(&[DeliveryState::Waiting], 9).unwrap().len(),
        2
    );
}

#[test]
fn a_message_waits_is_tried_and_stays_sent() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let owner = Owner::new(folder.path()).unwrap();
    assert_eq!(store.post(&[mail("1"), mail("2")], at(0)).unwrap(), 2);
    assert_eq!(
        store.post(&[mail("2"), mail("3")], at(1)).unwrap(),
        1,
        "a key is posted once"
    );
    assert_eq!(
        store
            .claim_letters(&owner, Channel::Mail, at(-1), 9)
            .unwrap(),
        [],
        "not due"
    );

    let claimed = store
        .claim_letters(&owner, Channel::Mail, at(2), 2)
        .unwrap();
    let keys: Vec<_> = claimed
        .iter()
        .map(|letter| letter.message.key.as_str())
        .collect();
    assert_eq!(keys, ["1", "2"]);
    assert_eq!(claimed[0].message, mail("1"));
    assert_eq!(
        store
            .claim_letters(&owner, Channel::Mail, at(2), 9)
            .unwrap()
            .len(),
        1,
        "the third"
    );

    let (first, second) = (claimed[0].id, claimed[1].id);
    store.settle_letter(first, &Outcome::Sent(at(3))).unwrap();
    store
        .settle_letter(second, &Outcome::Retry(at(60), "451 later".into()))
        .unwrap();
    assert_eq!(
        store.next_letter_due(Channel::Mail).unwrap(),
        Some(at(1)),
        "the third, claimed but waiting"
    );
    assert_eq!(
        store
            .claim_letters(&owner, Channel::Mail, at(59), 9)
            .unwrap(),
        []
    );
    let again = store
        .claim_letters(&owner, Channel::Mail, at(60), 9)
        .unwrap();
    assert_eq!(
        (again[0].attempts, again[0].error.as_deref()),
        (2, Some("451 later"))
    );
    assert_eq!(again[0].message.message_id, mail("2").message_id);
    store
        .settle_letter(second, &Outcome::Failed("550 no such user".into()))
        .unwrap();
    assert_eq!(
        store.letters(&[DeliveryState::Failed], 9).unwrap()[0].id,
        second
    );
    assert!(store.retry_letter(second, at(70)).unwrap());
    assert_eq!(
        store
            .claim_letters(&owner, Channel::Mail, at(70), 9)
            .unwrap()
            .len(),
        1
    );

    store
        .settle_letter(first, &Outcome::Retry(at(99), "lost the answer".into()))
        .unwrap();
    assert!(!store.retry_letter(first, at(70)).unwrap());
    let sent = store.letters(&[DeliveryState::Sent], 9).unwrap();
    assert_eq!((sent.len(), sent[0].sent), (1, Some(at(3))));
    assert_eq!(store.purge_letters(at(4)).unwrap(), 1);
    assert_eq!(store.letter_message(first).unwrap(), Some(vec![]));
}

#[test]
fn the_letters_of_a_dead_owner_are_taken_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let (dying, heir) = (
        Owner::new(folder.path()).unwrap(),
        Owner::new(folder.path()).unwrap(),
    );
    store.post(&[mail("1")], at(0)).unwrap();
    assert_eq!(
        store
            .claim_letters(&dying, Channel::Mail, at(0), 9)
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        store.claim_letters(&heir, Channel::Mail, at(0), 9).unwrap(),
        []
    );
    drop(dying);
    let taken = store.claim_letters(&heir, Channel::Mail, at(0), 9).unwrap();
    assert_eq!(taken[0].attempts, 2, "the attempt that was cut off counts");
}
