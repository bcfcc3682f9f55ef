//! What a digest tells of answers, alerts and reach is what the store holds of them.

use std::time::Duration;

use ascolto::model::{
    Answers, Care, Channel, Digest, Intent, Item, Lang, Measure, MentionId, Message, MessageKind,
    OwnerReply, Priority, Reach, SourceHealth, SourceState, Status, Sum, Taken,
};
use ascolto::notify::render;
use ascolto::pipeline::alert::Watch;
use ascolto::pipeline::digest::Plan;
use ascolto::store::{CopiesFound, CopyOf, Outcome, Owner};

use crate::alerts::{Room, at};
use crate::harness::Instance;
use crate::world::item;

const RULES: &str = "[[digest]]\nto = [\"care@frigolux.example\"]\nevery = \"daily\"\n\
     at = \"08:00\"\n\n\
     [[alert]]\nname = \"urgent\"\nwhen = \"priority:urgent\"\nto = [\"a@frigolux.example\"]\n\n\
     [[alert]]\nname = \"open\"\nunanswered = true\nafter = \"2h\"\n\
     to = [\"a@frigolux.example\"]\n";

/// A day's reviews by `authors`, of which the first `answered` were answered an hour later, and the
/// others never; every third author has followers, every second review was liked.
fn reviews(room: &Room, day: &str, authors: u64, answered: u64) -> Vec<Item> {
    (0..authors)
        .map(|n| {
            let id = format!("{day}-{n}");
            let mut review = item(
                &id,
                &format!("https://forum.example/{id}"),
                "frigolux perde",
            );
            review.published = Some(room.now);
            review.author.name = Some(format!("Lia {n}"));
            review.author.followers = n.is_multiple_of(3).then_some(100 * (n + 1));
            review.engagement = n.is_multiple_of(2).then_some(n);
            review.owner_reply = (n < answered).then(|| OwnerReply {
                text: "Ci scriva.".to_owned(),
                published: Some(room.now.plus(Duration::from_mins(60 + n))),
            });
            review
        })
        .collect()
}

/// Issues what is due and gives what it showed.
fn issue(room: &mut Room, time: &str) -> Digest {
    room.set(time);
    let config = room.config.clone();
    let plan = Plan::all(&config).next().unwrap();
    let prepared = plan.prepare(&room.store, room.now, false).unwrap();
    let issued = plan.issue(&mut room.store, &prepared, room.now).unwrap();
    assert!(issued.is_some());
    prepared.digest
}

fn start(room: &mut Room) {
    let config = room.config.clone();
    let plan = Plan::all(&config).next().unwrap();
    plan.start(&mut room.store, room.now).unwrap();
    for watch in Watch::all(&config) {
        watch.look(&mut room.store, room.now, true).unwrap();
    }
}

const fn sum(total: u64, mentions: u64) -> Sum {
    Sum { total, mentions }
}

/// A day of twelve complaints, eleven of them answered.
fn friday(room: &mut Room) -> Digest {
    room.set("2026-11-20T06:00:00Z");
    start(room);
    issue(room, "2026-11-20T07:00:10Z");
    room.set("2026-11-20T12:00:00Z");
    let asked = reviews(room, "friday", 12, 11);
    room.hear(asked, false, |scores| scores.priority.label = Priority::Low);
    let friday = issue(room, "2026-11-21T07:00:10Z");
    assert_eq!(
        friday.care,
        Care {
            answers: Measure::new(
                Some(Answers {
                    asked: 12,
                    answered: 11,
                    first_answer: Some(65 * 60),
                }),
                None,
            ),
            late: Measure::new(Some(0), Some(0)),
            alerts: Measure::default(),
        }
    );
    assert_eq!(
        friday.reach,
        Reach {
            followers: Measure::new(Some(sum(100 + 400 + 700 + 1_000, 4)), None),
            engagement: Measure::new(Some(sum(30, 6)), None),
        }
    );
    friday
}

#[test]
fn answers_and_reach_are_told_as_far_as_they_are_known() {
    let mut room = Room::new("", RULES);
    let friday = friday(&mut room);
    // The day after: fewer, three urgent; the alert is taken on, the team deals with one mention.
    room.set("2026-11-21T12:00:00Z");
    let asked = reviews(&room, "saturday", 3, 0);
    let ids = room.hear(asked, false, |scores| {
        scores.priority.label = Priority::Urgent;
    });
    assert_eq!(room.look(), 1);
    let incident = room.store.incidents(1).unwrap().remove(0);
    assert!(room.store.acknowledge(incident.id, true, room.now).unwrap());
    room.store.set_status(ids[0], Status::Closed).unwrap();
    room.set("2026-11-21T14:01:00Z");
    assert_eq!(room.look(), 1);
    let praised = reviews(&room, "praise", 2, 1);
    room.hear(praised, false, |scores| {
        scores.intent.label = Intent::Praise;
    });
    let saturday = issue(&mut room, "2026-11-22T07:00:10Z");
    assert_eq!(
        saturday.care,
        Care {
            answers: Measure::new(
                Some(Answers {
                    asked: 3,
                    answered: 1,
                    first_answer: None,
                }),
                friday.care.answers.value,
            ),
            late: Measure::new(Some(2), Some(0)),
            alerts: Measure::new(
                Some(Taken {
                    raised: 2,
                    acknowledged: 1,
                    after: None,
                }),
                None,
            ),
        }
    );
    // What has its answer presses no more; the same person counts once.
    let pressing: Vec<_> = saturday.act_now.iter().map(|entry| entry.id).collect();
    assert_eq!(pressing.len(), 3, "two urgent, one praise of high priority");
    assert!(!pressing.contains(&ids[0]));
    assert_eq!(saturday.reach.followers.value, Some(sum(100, 2)));
    assert_eq!(
        saturday.reach.followers.previous,
        friday.reach.followers.value
    );
    let shown = &saturday.sections[0].entries;
    assert_eq!(shown.iter().filter(|entry| entry.answered).count(), 2);
    let text = render::digest(&saturday).unwrap().text;
    assert_eq!(text.matches("· answered").count(), 2, "{text}");
    let told: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    for line in [
        "Questions and complaints 3 12",
        "Answered 1 11 (92%)",
        "First answer, median – 1 hour",
        "Past the time limit 2 0",
        "Alerts taken on 1 of 2 –",
    ] {
        let row: Vec<&str> = line.split(' ').collect();
        assert!(told.contains(&row), "{line}\n{text}");
    }
}

/// `when_empty = "skip"` keeps quiet of a quiet day, not of one on which nobody could listen.
#[test]
fn nothing_said_is_no_mail_and_nothing_read_is_one() {
    let mut room = Room::new("", RULES.split("[[alert]]").next().unwrap());
    room.set("2026-11-20T06:00:00Z");
    start(&mut room);
    let config = room.config.clone();
    let plan = Plan::all(&config).next().unwrap();
    let source = &config.sources[0];
    for (day, health, mails) in [
        (20, SourceHealth::Ok, 0),
        (21, SourceHealth::Slow, 0),
        (22, SourceHealth::Stale, 0),
        (23, SourceHealth::Failing, 1),
        (24, SourceHealth::Blocked, 1),
        (25, SourceHealth::Ok, 0),
    ] {
        room.set(&format!("2026-11-{day}T07:00:10Z"));
        let state = SourceState {
            health,
            error: Some("the server answered with status 503".to_owned()),
            ..SourceState::new(source.key(), source.name.clone())
        };
        room.store.save_source(&state, None).unwrap();
        let prepared = plan.prepare(&room.store, room.now, false).unwrap();
        let made = plan.issue_if_due(&mut room.store, room.now).unwrap();
        assert_eq!(made, mails, "{health:?}");
        let mail = render::digest(&prepared.digest).unwrap();
        let told = mail.text.contains("status 503") && mail.text.contains("forum");
        assert_eq!(
            told,
            health != SourceHealth::Ok,
            "{health:?}: {}",
            mail.text
        );
    }
    assert_eq!(room.store.issues("w/daily", 9).unwrap().len(), 6);
}

/// A digest may come more often than its sources are read: what was not due was not missed.
#[test]
fn what_was_not_due_is_not_told_as_unread() {
    let rule = RULES.split("[[alert]]").next().unwrap().trim_end();
    let hourly = rule
        .replace("daily", "hourly")
        .replace("at = \"08:00\"", "at = \":00\"\nwhen_empty = \"send\"");
    let mut room = Room::new("", &hourly);
    room.set("2026-11-20T06:00:00Z");
    start(&mut room);
    let source = room.config.sources[0].clone();
    // Read at half past five, and then every six hours.
    let mut state = SourceState {
        health: SourceHealth::Ok,
        last_ok: Some(at("2026-11-20T05:30:00Z")),
        next: Some(at("2026-11-20T11:30:00Z")),
        ..SourceState::new(source.key(), source.name)
    };
    room.store.save_source(&state, None).unwrap();
    let resting = issue(&mut room, "2026-11-20T07:00:10Z");
    assert_eq!((resting.reading.read, resting.reading.not_due), (0, 1));
    let mail = render::digest(&resting).unwrap();
    let words = mail.text.replace('\n', " ");
    assert!(words.contains("The others were not due"), "{words}");
    for wrong in ["could not be read", "could be read", "really is quiet"] {
        assert!(!words.contains(wrong), "{wrong}: {words}");
        assert!(!mail.subject.contains(wrong), "{}", mail.subject);
    }
    // Its time passed and nobody read it.
    let missed = issue(&mut room, "2026-11-20T12:00:10Z");
    assert_eq!((missed.reading.read, missed.reading.not_due), (0, 0));
    let subject = render::digest(&missed).unwrap().subject;
    assert!(
        subject.contains("the only source could not be read"),
        "{subject}"
    );
    // It fails: that its next try is tomorrow excuses nothing.
    state.health = SourceHealth::Failing;
    state.next = Some(at("2026-11-21T12:00:00Z"));
    room.store.save_source(&state, None).unwrap();
    let failing = issue(&mut room, "2026-11-20T13:00:10Z");
    assert_eq!((failing.reading.read, failing.reading.not_due), (0, 0));
    assert!(failing.reading.nothing_read());
}

/// What was refused for good is told in the digest that it is about, and in no other.
#[test]
fn what_was_refused_is_told_in_its_own_digest() {
    let mut room = Room::new("", RULES);
    room.set("2026-11-20T06:00:00Z");
    start(&mut room);
    let owner = Owner::new(&room.folder.path().join("index")).unwrap();
    for (key, to) in [
        ("w/daily#1 x", "gone@frigolux.example"),
        ("alert/w/urgent#1.1 x", "oncall@frigolux.example"),
        ("w/daily-too#1 x", "other@frigolux.example"),
        ("alert/v/urgent#1.1 x", "others@frigolux.example"),
    ] {
        let message = Message {
            key: key.to_owned(),
            kind: MessageKind::Alert,
            channel: Channel::Mail,
            from: "ascolto@frigolux.example".to_owned(),
            to: to.to_owned(),
            subject: String::new(),
            message_id: format!("<{to}>"),
            raw: b"x".to_vec(),
        };
        room.store.post(&[message], room.now).unwrap();
    }
    let claimed = room
        .store
        .claim_letters(&owner, Channel::Mail, room.now, 9)
        .unwrap();
    for letter in claimed {
        let refused = Outcome::Failed("550 no such mailbox".to_owned());
        room.store.settle_letter(letter.id, &refused).unwrap();
    }
    let digest = issue(&mut room, "2026-11-20T07:00:10Z");
    let mut told: Vec<&str> = digest.undelivered.iter().map(|it| it.to.as_str()).collect();
    told.sort_unstable();
    assert_eq!(told, ["gone@frigolux.example", "oncall@frigolux.example"]);
    let text = render::digest(&digest).unwrap().text;
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words.matches("550 no such mailbox").count(), 2, "{text}");
}

/// An issue that is made a moment late ends when it was due; one that is late by more says so.
#[test]
fn a_window_ends_when_it_was_due_or_when_it_was_made() {
    for (made, ends) in [
        ("2026-11-20T07:00:00Z", "2026-11-20T07:00:00Z"),
        ("2026-11-20T07:10:00Z", "2026-11-20T07:00:00Z"),
        ("2026-11-20T07:11:00Z", "2026-11-20T07:11:00Z"),
        ("2026-11-22T15:00:00Z", "2026-11-22T15:00:00Z"),
    ] {
        let mut room = Room::new("", RULES);
        room.set("2026-11-20T06:00:00Z");
        start(&mut room);
        let digest = issue(&mut room, made);
        assert_eq!(digest.window.to, at(ends), "{made}");
        assert_eq!(digest.window.from, at("2026-11-19T07:00:00Z"), "{made}");
    }
}

/// Mentions in languages that the team does not read are kept and counted, and shown nowhere.
#[test]
fn other_languages_are_counted_and_not_shown() {
    let mut room = Room::new("", RULES.split("[[alert]]").next().unwrap());
    room.config.watchlists[0].languages = vec![Lang::IT];
    room.set("2026-11-20T06:00:00Z");
    start(&mut room);
    let mut say = |text: &str, language: Lang, count| {
        let items = (0..count)
            .map(|n| {
                let id = format!("{language}-{n}");
                let text = format!("frigolux {text} {n}");
                item(&id, &format!("https://forum.example/{id}"), &text)
            })
            .collect();
        room.hear(items, false, |scores| scores.language = language);
    };
    say("perde acqua", Lang::IT, 3);
    say("tropft", Lang::DE, 2);
    let digest = issue(&mut room, "2026-11-20T07:00:10Z");
    assert_eq!((digest.numbers.mentions, digest.hidden), (3, 2));
    let mail = render::digest(&digest).unwrap();
    for page in [&mail.text, &mail.html] {
        assert!(!page.contains("tropft"), "{page}");
        assert!(page.contains("perde acqua"), "{page}");
    }
    assert!(
        mail.text.contains("2 mentions in other languages"),
        "{}",
        mail.text
    );
    assert_eq!(room.store.count_mentions().unwrap(), 5);
}

/// A digest with a filter tells of what passes it, and of copies as little as any other.
#[test]
fn a_filter_lets_through_what_it_matches_and_no_copies() {
    let rule = RULES.split("[[alert]]").next().unwrap().trim_end();
    let mut room = Room::new("", &format!("{rule}\nfilter = 'rimborso'\n"));
    room.set("2026-11-20T06:00:00Z");
    start(&mut room);
    let passing = room.say("frigolux rimborso", Priority::Normal, 2);
    room.say("frigolux silenzioso", Priority::Urgent, 3);
    let found = CopiesFound {
        after: MentionId(0),
        upto: passing[1],
        copies: vec![CopyOf {
            mention: passing[1],
            original: passing[0],
            likeness: 1_000,
            split: false,
        }],
        originals: Vec::new(),
        forget_before: room.now.minus(Duration::from_hours(1)),
    };
    assert!(room.store.fold_copies(&found).unwrap());
    let digest = issue(&mut room, "2026-11-20T07:00:10Z");
    assert_eq!((digest.numbers.mentions, digest.numbers.urgent), (1, 0));
    assert_eq!(digest.sections[0].entries[0].id, passing[0]);
    let text = render::digest(&digest).unwrap().text;
    assert!(
        text.contains("+1 copy") && !text.contains("silenzioso"),
        "{text}"
    );
}

#[test]
fn where_no_answer_was_ever_known_none_is_missed() {
    let mut room = Room::new("", RULES.split("[[alert]]").next().unwrap());
    room.set("2026-11-20T06:00:00Z");
    start(&mut room);
    room.say("frigolux, come si fa?", Priority::High, 20);
    let digest = issue(&mut room, "2026-11-20T07:00:10Z");
    assert_eq!(digest.care, Care::default());
    assert_eq!(digest.reach, Reach::default());
    let mail = render::digest(&digest).unwrap();
    for word in ["Answer", "Followers", "Interactions"] {
        assert!(!mail.text.contains(word), "{}", mail.text);
    }
}

#[test]
fn the_command_of_what_is_left_out_finds_what_was_published_long_before() {
    let line = |n: u32, day: u32| {
        format!(
            "{{\"text\":\"frigolux perde acqua {n}\",\"url\":\"https://f.example/{n}\",\
             \"published\":\"2026-03-{day:02}T23:30:00Z\"}}\n"
        )
    };
    let lines: String = (0..130).map(|n| line(n, 1 + n % 28)).collect();
    let instance = Instance::new()
        .file(
            "ascolto.toml",
            "language = \"en\"\ntimezone = \"Europe/Rome\"\n",
        )
        .file(
            "watchlists/w.toml",
            "name = \"W\"\nquery = \"frigolux\"\n\n[[digest]]\nto = [\"a@w.example\"]\n\
             every = \"weekly\"\ntimezone = \"Asia/Kolkata\"\n",
        );
    instance.pipe(&["import", "--as-new", "-"], &lines).code(0);
    let preview = instance.run(&["digest", "preview", "w"]).code(0).stdout;
    assert!(preview.contains("There is no source to read"), "{preview}");
    assert!(!preview.contains("read from"), "{preview}");
    let command = preview
        .lines()
        .find(|line| line.starts_with("   ascolto search 'watch:w' --since "))
        .unwrap();
    let day = command.rsplit(' ').next().unwrap();
    let found = instance
        .run(&["search", "watch:w", "--since", day, "--count"])
        .code(0);
    assert_eq!(found.stdout.trim(), "130");
}
