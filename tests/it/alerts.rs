//! Alerts on a store of their own, at a clock that the test moves.

use std::time::Duration;

use ascolto::config::Config;
use ascolto::model::{
    DeliveryState, Item, MentionId, Priority, Scores, Sentiment, SourceHealth, SourceState, Status,
    Timestamp, WatchlistId,
};
use ascolto::pipeline::alert::Watch;
use ascolto::store::{Draft, Identity, Incident, Judged, Owner, PollRecord, Store, Verdict};
use mail_parser::{HeaderValue, MessageParser};
use tempfile::TempDir;

use crate::world::{hit, item, key, scores, tone, watchlist};

/// An instance with alerts, and the time.
pub(crate) struct Room {
    pub(crate) folder: TempDir,
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) now: Timestamp,
    next: usize,
}

/// A mail as its reader gets it.
#[derive(Debug)]
struct Mail {
    to: String,
    subject: String,
    id: String,
    answers: Option<String>,
    text: String,
}

/// How long the first mention waits for others.
const GATHER: Duration = Duration::from_secs(30);

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

impl Room {
    /// An instance in Rome whose watchlist has these alerts, at noon of a Friday.
    pub(crate) fn new(settings: &str, alerts: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(
            "ascolto.toml",
            &format!("timezone = \"Europe/Rome\"\nlanguage = \"en\"\n{settings}"),
        );
        write("hook", "https://x.example/hook\n");
        write("token", "geheim\n");
        write(
            "watchlists/w.toml",
            &format!(
                "name = \"Frigolux\"\nquery = 'frigolux'\n\n[[source]]\nkind = \"feed\"\n\
                 name = \"forum\"\nurl = \"https://forum.example/rss\"\n\n{alerts}"
            ),
        );
        let (config, problems) = Config::open(folder.path()).unwrap();
        assert!(problems.is_empty(), "{problems:?}");
        let store = Store::open(&folder.path().join("index")).unwrap();
        let mut room = Self {
            folder,
            config,
            store,
            now: at("2026-11-20T11:00:00Z"),
            next: 0,
        };
        assert_eq!(room.glance(), 0);
        room
    }

    pub(crate) fn set(&mut self, text: &str) {
        self.now = at(text);
    }

    fn pass(&mut self, minutes: u64) {
        self.now = self.now.plus(Duration::from_mins(minutes));
    }

    /// Collects mentions now, published now.
    pub(crate) fn say(&mut self, text: &str, priority: Priority, count: usize) -> Vec<MentionId> {
        self.say_at(text, priority, count, self.now, false)
    }

    fn say_at(
        &mut self,
        text: &str,
        priority: Priority,
        count: usize,
        published: Timestamp,
        baseline: bool,
    ) -> Vec<MentionId> {
        let items = (0..count)
            .map(|_| {
                self.next += 1;
                let id = format!("n{}", self.next);
                let mut item = item(&id, &format!("https://forum.example/{id}"), text);
                item.published = Some(published);
                item
            })
            .collect();
        self.hear(items, baseline, |scores| scores.priority.label = priority)
    }

    /// Collects these now, each a complaint that weighs what `weigh` says.
    pub(crate) fn hear(
        &mut self,
        items: Vec<Item>,
        baseline: bool,
        weigh: impl Fn(&mut Scores),
    ) -> Vec<MentionId> {
        let seen = Identity::of_poll(
            &key("forum"),
            items.iter().map(|item| (item, item.url.as_deref())),
        );
        let drafts = items
            .into_iter()
            .zip(&seen)
            .map(|(item, identity)| {
                let mut scores = scores(Sentiment::Negative);
                weigh(&mut scores);
                // As it is where two are compared: as a whole it is about the other.
                if item.text.contains("gelomax") {
                    scores.brands = vec![tone("w", Sentiment::Positive, 0.5)];
                }
                Draft {
                    canonical_url: item.url.clone(),
                    item,
                    identity: *identity,
                    verdict: Verdict::Matched(Box::new(Judged {
                        matches: vec![(watchlist("w"), vec![hit("w", "frigolux")])],
                        scores,
                        baseline,
                    })),
                }
            })
            .collect();
        let mut state = SourceState::new(key("forum"), "forum".into());
        state.health = SourceHealth::Ok;
        self.store
            .record_poll(
                &PollRecord {
                    state,
                    now: self.now,
                    judged_by: vec![WatchlistId("w".into())],
                    seen,
                    drafts,
                    pieces: None,
                },
                None,
            )
            .unwrap()
            .new
    }

    /// Nine days with two mentions in each of their fourteen hours, and the hour after them.
    pub(crate) fn usual(&mut self) {
        for day in 20..=28 {
            for hour in 6..20 {
                self.set(&format!("2026-11-{day:02}T{hour:02}:10:00Z"));
                self.say("frigolux perde acqua", Priority::Normal, 2);
                assert_eq!(self.look(), 0, "{day} {hour}");
            }
        }
        self.set("2026-11-28T20:00:00Z");
    }

    /// Lets every alert look, and once more when what came in has gathered; gives how many messages
    /// were queued.
    pub(crate) fn look(&mut self) -> usize {
        let queued = self.glance();
        self.now = self.now.plus(GATHER);
        queued + self.glance()
    }

    /// Lets every alert look once.
    fn glance(&mut self) -> usize {
        Watch::all(&self.config)
            .map(|watch| watch.look(&mut self.store, self.now, true).unwrap())
            .sum()
    }

    /// What was queued so far, the first first.
    fn mails(&self) -> Vec<Mail> {
        let mut letters = self.store.letters(DeliveryState::ALL, 1_000).unwrap();
        letters.reverse();
        letters
            .into_iter()
            .map(|letter| {
                let raw = self.store.letter_message(letter.id).unwrap().unwrap();
                let mail = MessageParser::default().parse(&raw).unwrap();
                let answers = match mail.in_reply_to() {
                    HeaderValue::Text(id) => Some(format!("<{id}>")),
                    _ => None,
                };
                Mail {
                    to: letter.message.to,
                    subject: mail.subject().unwrap().to_owned(),
                    id: letter.message.message_id,
                    answers,
                    text: mail.body_text(0).unwrap().into_owned(),
                }
            })
            .collect()
    }

    fn incident(&self) -> Incident {
        self.store.incidents(1).unwrap().remove(0)
    }
}

/// An alert that keeps quiet at night.
const BY_DAY: &str = "[[alert]]\nname = \"high\"\nwhen = \"priority:(high OR urgent)\"\n\
     to = [\"care@frigolux.example\"]\nquiet_hours = \"22:00-07:00\"\n";

const URGENT: &str = "[[alert]]\nname = \"urgent\"\nwhen = \"priority:urgent\"\n\
     to = [\"oncall@frigolux.example\"]\n";

#[test]
fn an_urgent_mention_is_told_at_once_and_once() {
    let mut room = Room::new("", URGENT);
    room.say("un frigolux qualsiasi", Priority::Normal, 3);
    assert_eq!(room.look(), 0);
    room.say("il frigolux ha dato una scossa", Priority::Urgent, 1);
    assert_eq!(room.look(), 1);
    for _ in 0..3 {
        room.pass(60);
        assert_eq!(room.look(), 0);
    }
    let mails = room.mails();
    assert_eq!(mails[0].to, "oncall@frigolux.example");
    assert_eq!(
        mails[0].subject,
        "[ascolto] Frigolux: urgent, 1 mention · il frigolux ha dato una scossa"
    );
    for part in [
        "A mention that you wanted to hear of at once.",
        "https://forum.example/n4",
        "ascolto ack 1",
        "(urgent: at once, priority:urgent)",
        "watchlists/w.toml",
    ] {
        let words = mails[0].text.replace('\n', " ");
        assert!(words.contains(part), "{part}: {words}");
    }
}

#[test]
fn what_was_there_before_and_what_is_old_raises_nothing() {
    let mut room = Room::new("", URGENT);
    room.say_at("frigolux", Priority::Urgent, 5, room.now, true);
    let long_ago = at("2026-10-01T00:00:00Z");
    room.say_at("frigolux", Priority::Urgent, 5, long_ago, false);
    assert_eq!(room.look(), 0);
    // A rule that is new has not listened to what was collected before it.
    room.say("frigolux scossa", Priority::Urgent, 5);
    let more = format!("{URGENT}\n{}", URGENT.replace("\"urgent\"", "\"second\""));
    let text = std::fs::read_to_string(room.folder.path().join("watchlists/w.toml")).unwrap();
    std::fs::write(
        room.folder.path().join("watchlists/w.toml"),
        text.replace(URGENT, &more),
    )
    .unwrap();
    room.config = Config::open(room.folder.path()).unwrap().0;
    assert_eq!(room.look(), 1);
    assert!(room.mails()[0].subject.contains("urgent, 5 mentions"));
}

#[test]
fn a_burst_is_one_mail_and_an_incident_one_thread() {
    let mut room = Room::new("", URGENT);
    room.say("frigolux scossa", Priority::Urgent, 400);
    assert_eq!(room.look(), 1);
    for _ in 0..5 {
        room.pass(2);
        room.say("frigolux fumo", Priority::Urgent, 3);
        assert_eq!(room.look(), 0);
    }
    room.pass(5);
    assert_eq!(room.look(), 1);
    room.pass(60 * 4);
    assert_eq!(room.look(), 1);
    let mails = room.mails();
    assert!(mails[0].subject.contains("400 mentions"), "{mails:?}");
    assert!(mails[0].text.contains("And 3"), "{}", mails[0].text);
    assert!(
        mails[1].subject.contains("it goes on: 15 mentions"),
        "{mails:?}"
    );
    assert!(mails[2].subject.ends_with("urgent, over"), "{mails:?}");
    assert!(
        mails[2].text.contains("415 mentions in all"),
        "{}",
        mails[2].text
    );
    assert_eq!(mails[0].answers, None);
    assert_eq!(mails[1].answers.as_ref(), Some(&mails[0].id));
    assert_eq!(mails[2].answers.as_ref(), Some(&mails[1].id));
    // The next one is another incident, and another thread.
    room.say("frigolux scossa", Priority::Urgent, 1);
    assert_eq!(room.look(), 1);
    assert_eq!(room.mails()[3].answers, None);
    assert_eq!(room.incident().id, 2);
}

#[test]
fn what_several_sources_bring_within_half_a_minute_is_one_mail() {
    let mut room = Room::new("", URGENT);
    for second in [0, 7, 19, 29] {
        room.now = at("2026-11-20T12:00:00Z").plus(Duration::from_secs(second));
        room.say("frigolux scossa", Priority::Urgent, 1);
        assert_eq!(room.glance(), 0, "{second}");
        assert_eq!(room.incident().messages, 0);
    }
    room.now = at("2026-11-20T12:00:30Z");
    assert_eq!(room.glance(), 1);
    let mails = room.mails();
    assert!(mails[0].subject.contains("urgent, 4 mentions"), "{mails:?}");
    assert!(!mails[0].text.contains("quiet hours since"), "{mails:?}");
    // A daemon that was away while they came does not wait for more.
    let mut late = Room::new("", URGENT);
    late.say("frigolux scossa", Priority::Urgent, 2);
    late.pass(10);
    assert_eq!(late.glance(), 1);
}

#[test]
fn an_urgent_mention_at_night_waits_for_those_that_come_with_it() {
    let mut room = Room::new("", BY_DAY);
    room.set("2026-11-20T22:00:00Z");
    room.say("frigolux rimborso", Priority::High, 1);
    assert_eq!(room.look(), 0);
    room.set("2026-11-21T01:00:00Z");
    room.say("frigolux scossa", Priority::Urgent, 1);
    assert_eq!(room.glance(), 0);
    room.set("2026-11-21T01:00:20Z");
    room.say("frigolux fumo", Priority::Urgent, 1);
    assert_eq!(room.glance(), 0);
    room.set("2026-11-21T01:00:30Z");
    assert_eq!(room.glance(), 1);
    assert!(room.mails()[0].subject.contains("3 mentions"));
}

#[test]
fn quiet_hours_hold_back_what_is_not_urgent_and_send_it_as_one_mail() {
    let mut room = Room::new("", BY_DAY);
    for hour in ["21:30", "23:00", "23:30"] {
        room.set(&format!("2026-11-20T{hour}:00Z"));
        room.say("frigolux rimborso", Priority::High, 2);
        assert_eq!(room.look(), 0, "{hour}");
    }
    assert_eq!(room.incident().waiting, 6);
    room.set("2026-11-21T05:59:00Z");
    assert_eq!(room.look(), 0);
    room.set("2026-11-21T06:00:30Z");
    assert_eq!(room.look(), 1);
    assert_eq!(room.look(), 0);
    let mails = room.mails();
    assert!(mails[0].subject.contains("6 mentions"), "{mails:?}");
    assert!(
        mails[0]
            .text
            .contains("Held back by the quiet hours since Fri 20 Nov 22:30."),
        "{}",
        mails[0].text
    );
    // The next night an urgent one takes along what was held back.
    room.set("2026-11-21T22:00:00Z");
    room.say("frigolux rimborso", Priority::High, 1);
    assert_eq!(room.look(), 0);
    room.say("frigolux scossa", Priority::Urgent, 1);
    assert_eq!(room.look(), 1);
    assert!(room.mails()[1].subject.contains("2 mentions"));
}

#[test]
fn a_spike_against_the_hour_of_the_week_opens_and_closes() {
    let mut room = Room::new(
        "",
        "[[alert]]\nname = \"negative spike\"\nspike = \"sentiment:negative\"\n\
         to = [\"pr@frigolux.example\"]\n",
    );
    room.usual();
    room.say("frigolux richiamo", Priority::Normal, 23);
    assert_eq!(room.look(), 1);
    room.pass(15);
    room.say("frigolux richiamo", Priority::Normal, 10);
    assert_eq!(room.look(), 0, "the cool-down is an hour");
    room.pass(44);
    room.say("frigolux richiamo", Priority::Normal, 4);
    room.pass(1);
    assert_eq!(room.look(), 1);
    room.pass(120);
    assert_eq!(room.look(), 1);
    let mails = room.mails();
    assert_eq!(
        mails[0].subject,
        "[ascolto] Frigolux: negative spike, 25 in 1 hour, usually 2"
    );
    assert!(
        mails[0].text.contains("of the last day"),
        "{}",
        mails[0].text
    );
    assert!(mails[1].subject.contains("it goes on"), "{mails:?}");
    assert_eq!(mails[2].subject, "[ascolto] Frigolux: negative spike, over");
    assert_eq!(mails[2].answers.as_ref(), Some(&mails[1].id));
}

#[test]
fn a_threshold_counts_what_was_read_late() {
    let mut room = Room::new(
        "",
        "[[alert]]\nname = \"many\"\nthreshold = \"rimborso\"\ncount = 3\nwithin = \"1h\"\n\
         to = [\"pr@frigolux.example\"]\n",
    );
    let noon = room.now;
    room.say("frigolux", Priority::Normal, 9);
    room.say("frigolux rimborso", Priority::Normal, 2);
    assert_eq!(room.look(), 0);
    room.pass(180);
    // The source was read after three hours; it was published within the hour.
    let later = noon.plus(Duration::from_mins(40));
    room.say_at("frigolux rimborso", Priority::Normal, 1, later, false);
    assert_eq!(room.glance(), 1);
    assert!(room.mails()[0].subject.contains("many, 3 in 1 hour"));
}

#[test]
fn silence_is_told_and_so_is_its_end() {
    let mut room = Room::new(
        "",
        "[[alert]]\nname = \"silence\"\nsilence = true\nafter = \"12h\"\n\
         to = [\"care@frigolux.example\"]\n",
    );
    for day in 20..=27 {
        for hour in [0, 6, 11, 18] {
            room.set(&format!("2026-11-{day:02}T{hour:02}:30:00Z"));
            room.say("frigolux", Priority::Normal, 1);
            assert_eq!(room.look(), 0, "{day} {hour}");
        }
    }
    room.set("2026-11-28T06:00:00Z");
    assert_eq!(room.look(), 0, "half an hour is left");
    room.set("2026-11-28T06:31:00Z");
    assert_eq!(room.look(), 1);
    room.set("2026-11-28T09:00:00Z");
    assert_eq!(room.look(), 0);
    room.say("frigolux", Priority::Normal, 1);
    assert_eq!(room.look(), 1);
    let mails = room.mails();
    assert!(
        mails[0].subject.contains("silence, nothing for 12 hours"),
        "{mails:?}"
    );
    assert!(
        mails[0].text.contains("ascolto sources"),
        "{}",
        mails[0].text
    );
    assert!(mails[1].subject.ends_with("silence, over"), "{mails:?}");
}

#[test]
fn what_nobody_answers_is_told_and_its_answer_too() {
    let mut room = Room::new(
        "",
        "[[alert]]\nname = \"open\"\nunanswered = true\nafter = \"2h\"\n\
         to = [\"care@frigolux.example\"]\n",
    );
    let ids = room.say("frigolux, come si fa?", Priority::High, 2);
    room.say("frigolux", Priority::Low, 2);
    room.pass(119);
    assert_eq!(room.look(), 0);
    room.store.set_status(ids[0], Status::Closed).unwrap();
    room.pass(2);
    assert_eq!(room.look(), 1);
    let mails = room.mails();
    assert!(
        mails[0]
            .subject
            .contains("open, 1 mention unanswered for more than 2 hours"),
        "{mails:?}"
    );
    room.store.set_status(ids[1], Status::Pending).unwrap();
    assert_eq!(room.look(), 1);
    assert!(room.mails()[1].text.contains("All of it was answered."));
}

#[test]
fn what_nobody_acknowledges_is_escalated_once() {
    let rule =
        format!("{URGENT}escalate = {{ after = \"30m\", to = [\"boss@frigolux.example\"] }}\n");
    let mut room = Room::new("", &rule);
    room.say("frigolux scossa", Priority::Urgent, 1);
    assert_eq!(room.look(), 1);
    room.pass(29);
    assert_eq!(room.look(), 0);
    room.pass(1);
    assert_eq!(room.look(), 1);
    room.pass(60);
    assert_eq!(room.look(), 0);
    let mails = room.mails();
    assert_eq!(mails[1].to, "boss@frigolux.example");
    assert!(
        mails[1]
            .subject
            .contains("nobody is looking after it: 1 mention"),
        "{mails:?}"
    );
    assert!(
        mails[1].text.contains("frigolux* scossa"),
        "{}",
        mails[1].text
    );
    // Whoever takes it over in time hears nothing.
    room.pass(60 * 24);
    room.look();
    room.say("frigolux scossa", Priority::Urgent, 1);
    assert_eq!(room.look(), 1);
    let incident = room.incident().id;
    assert!(room.store.acknowledge(incident, true, room.now).unwrap());
    room.pass(60);
    assert_eq!(room.look(), 0);
}

#[test]
fn the_commands_list_acknowledge_and_replay() {
    use crate::harness::binary;
    let mut room = Room::new("", URGENT);
    room.now = ascolto::clock::Clock::System.now().minus(2 * GATHER);
    room.look();
    room.say("frigolux scossa", Priority::Urgent, 2);
    assert_eq!(room.look(), 1);
    let run = |arguments: &[&str]| {
        let ran = std::process::Command::new(binary())
            .arg("-C")
            .arg(room.folder.path())
            .args(arguments)
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            ran.status.code().unwrap(),
            text(ran.stdout),
            text(ran.stderr),
        )
    };
    let (code, listed, _) = run(&["alerts"]);
    assert!(
        code == 0 && listed.contains("w/urgent") && listed.contains("open"),
        "{listed}"
    );
    assert_eq!(run(&["ack", "7"]).0, 1);
    let (code, _, said) = run(&["ack", "1"]);
    assert!(
        code == 0 && said.contains("incident 1 of w/urgent is acknowledged"),
        "{said}"
    );
    let (_, listed, _) = run(&["alerts", "--format", "json"]);
    assert!(listed.contains("\"state\":\"over\""), "{listed}");
    let (code, listed, _) = run(&["alerts", "rules"]);
    assert!(code == 0 && listed.contains("priority:urgent"), "{listed}");
    let (code, listed, said) = run(&["alerts", "test", "urgent", "--since", "7d"]);
    assert_eq!(code, 0, "{said}");
    assert!(
        listed.contains("raised") && listed.contains("frigolux scossa"),
        "{listed}"
    );
    assert!(
        said.contains("w/urgent: 1 incident and 1 message in 7 days"),
        "{said}"
    );
    let (code, _, said) = run(&["alerts", "test", "urgente"]);
    assert!(
        code == 3 && said.contains("there are: `w/urgent`"),
        "{said}"
    );
}

#[test]
fn two_who_look_at_once_tell_once() {
    let mut room = Room::new("", URGENT);
    room.say("frigolux scossa", Priority::Urgent, 50);
    room.now = room.now.plus(GATHER);
    let index = room.folder.path().join("index");
    let queued: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..6)
            .map(|_| {
                let (config, index, now) = (&room.config, &index, room.now);
                scope.spawn(move || {
                    let mut store = Store::open(index).unwrap();
                    (0..20)
                        .map(|_| {
                            let watch = Watch::all(config).next().unwrap();
                            watch.look(&mut store, now, true).unwrap()
                        })
                        .sum::<usize>()
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .sum()
    });
    assert_eq!(queued, 1);
    assert_eq!(room.mails().len(), 1);
    drop(Owner::new(&index).unwrap());
}
