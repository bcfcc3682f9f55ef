//! What a digest tells of answers, alerts and reach is what the store holds of them.

use std::time::Duration;

use ascolto::model::{
    Answers, Care, Digest, Intent, Item, Measure, OwnerReply, Priority, Reach, Status, Sum, Taken,
};
use ascolto::notify::render;
use ascolto::pipeline::alert::Watch;
use ascolto::pipeline::digest::Plan;

use crate::alerts::Room;
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

#[test]
fn answers_and_reach_are_told_as_far_as_they_are_known() {
    let mut room = Room::new("", RULES);
    room.set("2026-11-20T06:00:00Z");
    start(&mut room);
    issue(&mut room, "2026-11-20T07:00:10Z");
    room.set("2026-11-20T12:00:00Z");
    let asked = reviews(&room, "friday", 12, 11);
    room.hear(asked, false, |scores| scores.priority.label = Priority::Low);
    let friday = issue(&mut room, "2026-11-21T07:00:10Z");
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
    let sum = |total, mentions| Some(Sum { total, mentions });
    assert_eq!(
        friday.reach,
        Reach {
            followers: Measure::new(sum(100 + 400 + 700 + 1_000, 4), None),
            engagement: Measure::new(sum(30, 6), None),
        }
    );

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
    assert_eq!(saturday.reach.followers.value, sum(100, 2));
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
