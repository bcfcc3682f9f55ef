//! An alert listens to what is said of its own brand, in the languages of the team.

use ascolto::model::{Lang, Priority};

use crate::alerts::Room;
use crate::world::item;

/// How many messages a rule sends of forty mentions in an hour, after nine days with two in each.
fn told(rule: &str, text: &str) -> usize {
    let mut room = Room::new(
        "",
        &format!("[[alert]]\nname = \"blame\"\n{rule}\nto = [\"pr@frigolux.example\"]\n"),
    );
    if rule.starts_with("spike") {
        room.usual();
    }
    room.say(text, Priority::Normal, 40);
    room.look()
}

#[test]
fn blame_of_another_brand_is_no_blame_of_this_one() {
    for rule in [
        "when = \"sentiment:negative score:<0\"",
        "threshold = \"sentiment:negative\"\ncount = 3\nwithin = \"1h\"",
        "spike = \"sentiment:negative\"",
    ] {
        assert_eq!(told(rule, "frigolux pessimo"), 1, "{rule}");
        assert_eq!(told(rule, "frigolux ottimo, gelomax pessimo"), 0, "{rule}");
    }
}

#[test]
fn what_the_team_cannot_read_raises_nothing() {
    let rule = "[[alert]]\nname = \"urgent\"\nwhen = \"priority:urgent\"\n\
                to = [\"pr@frigolux.example\"]\n";
    for (languages, raised) in [
        (vec![], 1),
        (vec![Lang::IT, Lang::EN], 0),
        (vec![Lang::DE], 1),
    ] {
        let mut room = Room::new("", rule);
        room.config.watchlists[0].languages = languages;
        let fire = item("1", "https://forum.example/1", "frigolux brennt");
        room.hear(vec![fire], false, |scores| {
            scores.language = Lang::DE;
            scores.priority.label = Priority::Urgent;
        });
        let languages = &room.config.watchlists[0].languages;
        let shown = format!("{languages:?}");
        assert_eq!(room.look(), raised, "{shown}");
    }
}

#[test]
fn at_night_an_urgent_mention_that_nobody_looks_after_is_escalated() {
    // At night; and when it ends: that it is over, to both, after what the night held back.
    for (priority, at_night, later) in [(Priority::Urgent, 1, 2), (Priority::High, 0, 3)] {
        let rule = "[[alert]]\nname = \"high\"\nwhen = \"priority:(high OR urgent)\"\n\
                    to = [\"oncall@frigolux.example\"]\nquiet_hours = \"22:00-07:00\"\n\
                    escalate = { after = \"30m\", to = [\"boss@frigolux.example\"] }\n";
        let mut room = Room::new("", rule);
        // Told at ten to ten; half an hour later it is night in Rome.
        room.set("2026-11-20T20:50:00Z");
        room.say("frigolux scossa", priority, 1);
        assert_eq!(room.look(), 1);
        room.set("2026-11-20T21:21:00Z");
        assert_eq!(room.look(), at_night, "{priority}");
        room.set("2026-11-21T06:00:30Z");
        assert_eq!(room.look(), later, "{priority}");
    }
}
