//! An alert listens to what is said of its own brand.

use ascolto::model::Priority;

use crate::alerts::Room;

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
