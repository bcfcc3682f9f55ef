//! A year of digests in a second: each goes out at its stated local time, once, and what it covers
//! follows what the one before covered, whatever clocks and crashes do.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ascolto::config::Config;
use ascolto::model::{DeliveryState, Priority, Timestamp};
use ascolto::pipeline::digest::Plan;
use ascolto::pipeline::schedule::next_after;
use ascolto::store::{Issue, Store};
use chrono::{Datelike, NaiveTime, Timelike, Weekday};
use chrono_tz::Tz;
use proptest::prelude::*;

use crate::alerts::{Room, at};
use crate::world::watchlist;

const ZONES: [&str; 3] = ["Europe/Rome", "America/New_York", "Asia/Kolkata"];

/// Whether the long form of a test was asked for: CI does, a developer need not wait.
pub(crate) fn is_long() -> bool {
    std::env::var_os("ASCOLTO_LONG_TESTS").is_some()
}

fn digests(every: &str) -> String {
    digests_in(&ZONES, every, "send")
}

fn digests_in(zones: &[&str], every: &str, when_empty: &str) -> String {
    zones
        .iter()
        .map(|zone| {
            format!(
                "[[digest]]\nname = \"{}\"\nto = [\"care@frigolux.example\"]\n{every}\n\
                 timezone = \"{zone}\"\nwhen_empty = \"{when_empty}\"\n\n",
                zone.replace('/', " ")
            )
        })
        .collect::<Vec<_>>()
        .concat()
}

/// Ticks from one due moment to the next, a little late each time as a daemon is; gives the issues
/// of each digest. `say` is asked before each tick, with its time.
fn issues(
    room: &mut Room,
    (from, to): (&str, &str),
    mut say: impl FnMut(&mut Room, Timestamp),
) -> BTreeMap<String, Vec<Issue>> {
    let (mut now, end) = (at(from), at(to));
    let mut seen: BTreeMap<String, Vec<Issue>> = BTreeMap::new();
    let config = room.config.clone();
    let plans: Vec<Plan<'_>> = Plan::all(&config).collect();
    for plan in &plans {
        plan.start(&mut room.store, now).unwrap();
    }
    let mut late = 0;
    loop {
        let dues = plans
            .iter()
            .filter_map(|plan| plan.next_due(&room.store, now).unwrap());
        late = (late * 7 + 3) % 11;
        now = dues.min().unwrap().max(now).plus(Duration::from_secs(late));
        if now >= end {
            return seen;
        }
        say(room, now);
        for plan in &plans {
            let due = plan.next_due(&room.store, now).unwrap().unwrap() <= now;
            let mails = plan.issue_if_due(&mut room.store, now).unwrap();
            // A second look at the same moment finds nothing to do.
            assert_eq!(plan.issue_if_due(&mut room.store, now).unwrap(), 0);
            assert!(plan.next_due(&room.store, now).unwrap().unwrap() > now);
            if due {
                let issue = room.store.issues(&plan.digest.key, 1).unwrap().remove(0);
                assert_eq!(issue.message_ids.len(), mails);
                let key = plan.digest.key.clone();
                seen.entry(key).or_default().push(issue);
            }
        }
    }
}

/// The moments at which each digest was issued, as its windows state them.
fn issued(room: &mut Room, from: &str, to: &str) -> BTreeMap<String, Vec<Timestamp>> {
    issues(room, (from, to), |_, _| {})
        .into_iter()
        .map(|(key, issues)| (key, issues.iter().map(|issue| issue.window.1).collect()))
        .collect()
}

fn zone_of(key: &str) -> Tz {
    let name = key.split_once('/').unwrap().1.replacen(' ', "/", 1);
    name.parse().unwrap()
}

#[test]
fn a_year_of_daily_weekly_and_cron_digests_keeps_to_the_clocks() {
    let (from, to) = if is_long() {
        ("2026-03-01T12:00:00Z", "2027-03-01T12:00:00Z")
    } else {
        // Both changes of both clocks.
        ("2026-10-10T12:00:00Z", "2026-11-15T12:00:00Z")
    };
    for (every, most) in [
        ("every = \"daily\"\nat = \"02:30\"", 366),
        ("every = \"weekly\"\non = \"sunday\"\nat = \"02:30\"", 53),
        ("cron = \"15 6 * * MON-FRI\"", 262),
    ] {
        let mut room = Room::new("", &digests(every));
        let issued = issued(&mut room, from, to);
        assert_eq!(issued.len(), ZONES.len(), "{every}");
        for (key, moments) in issued {
            let zone = zone_of(&key);
            let days: Vec<_> = moments.iter().map(|at| at.day_in(zone)).collect();
            let mut once = days.clone();
            once.dedup();
            assert_eq!(days, once, "{key}");
            assert!(days.len() <= most + 1);
            for moment in &moments {
                let local = moment.in_zone(zone);
                let time = local.time();
                if every.contains("cron") {
                    assert_eq!(time, NaiveTime::from_hms_opt(6, 15, 0).unwrap(), "{key}");
                    assert!(local.weekday().num_days_from_monday() < 5);
                } else {
                    // Where half past two is skipped, three is the first moment after.
                    let skipped = time == NaiveTime::from_hms_opt(3, 0, 0).unwrap();
                    let stated = time == NaiveTime::from_hms_opt(2, 30, 0).unwrap();
                    assert!(stated || skipped, "{key}: {local}");
                }
                if every.contains("weekly") {
                    assert_eq!(local.weekday(), Weekday::Sun);
                }
            }
            // No day is left out.
            let gaps = days.windows(2).map(|pair| (pair[1] - pair[0]).num_days());
            let step = if every.contains("weekly") { 7 } else { 1 };
            for (gap, day) in gaps.zip(&days) {
                let weekend = every.contains("cron") && day.weekday() == Weekday::Fri;
                assert_eq!(gap, if weekend { 3 } else { step }, "{key}: after {day}");
            }
            // Nor are days before the first and after the last: a step, and a weekend for cron.
            let edges = [(at(from), moments[0]), (moments[moments.len() - 1], at(to))];
            for (before, after) in edges {
                let most = Duration::from_hours(24 * step.unsigned_abs().max(3) + 1);
                assert!(after.since(before) <= most, "{key}: {before} to {after}");
            }
        }
    }
}

#[test]
fn hourly_digests_come_every_hour_that_the_clocks_show_and_once() {
    let spans = if is_long() {
        // The weeks around each change of the clocks; the other hours are looked at below.
        vec![
            ("2026-03-05T12:00:00Z", "2026-04-01T12:00:00Z"),
            ("2026-10-22T12:00:00Z", "2026-11-04T12:00:00Z"),
        ]
    } else {
        vec![
            ("2026-10-24T20:00:00Z", "2026-10-25T06:00:00Z"),
            ("2026-11-01T02:00:00Z", "2026-11-01T10:00:00Z"),
            ("2027-03-27T22:00:00Z", "2027-03-28T06:00:00Z"),
        ]
    };
    for (from, to) in spans {
        let mut room = Room::new("", &digests("every = \"hourly\"\nat = \":05\""));
        let issued = issued(&mut room, from, to);
        assert_eq!(issued.len(), ZONES.len(), "{from}");
        for (key, moments) in issued {
            let zone = zone_of(&key);
            assert!(
                moments[0].since(at(from)) <= Duration::from_hours(2),
                "{key}"
            );
            for moment in &moments {
                assert_eq!(moment.in_zone(zone).minute(), 5, "{key}");
            }
            for pair in moments.windows(2) {
                let (first, second) = (pair[0].in_zone(zone), pair[1].in_zone(zone));
                let shown = second.naive_local() - first.naive_local();
                let hour = chrono::Duration::hours(1);
                // In spring the clocks leave one out, in autumn they show one twice.
                let skipped = shown == hour * 2 && first.offset() != second.offset();
                assert!(shown == hour || skipped, "{key}: {first} then {second}");
            }
        }
    }
}

/// The moments from `from` to `to` at which the clocks of `zone` show five past, the first of each
/// that they show twice.
fn five_past(zone: Tz, (from, to): (&str, &str)) -> Vec<Timestamp> {
    let (mut now, end) = (at(from), at(to));
    let (mut shown, mut moments) = (BTreeSet::new(), Vec::new());
    while now < end {
        let local = now.in_zone(zone).naive_local();
        if local.minute() == 5 && shown.insert(local) {
            moments.push(now);
        }
        now = now.plus(Duration::from_mins(5));
    }
    moments
}

#[test]
fn a_year_of_hourly_moments_is_what_the_clocks_show() {
    let schedule = ascolto::config::Schedule::Hourly { minute: 5 };
    let span = ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    for zone in ZONES {
        let zone: Tz = zone.parse().unwrap();
        let (first, end) = (at(span.0), at(span.1));
        let next = |now: &Timestamp| next_after(&schedule, zone, *now).filter(|due| *due < end);
        let moments: Vec<Timestamp> = std::iter::successors(next(&first), next).collect();
        assert_eq!(moments, five_past(zone, span), "{zone}");
    }
}

/// Rendering 26,000 mails would take minutes: where nothing was said an issue covers, and no mail
/// is made. Something is said in every hour of the days around a change of the clocks, and in one of
/// a hundred else.
#[test]
fn hourly_digests_of_a_year_come_at_each_hour_and_cover_what_was_said_once() {
    let span = if is_long() {
        ("2026-03-01T12:00:00Z", "2027-03-01T12:00:00Z")
    } else {
        ("2026-10-24T12:00:00Z", "2026-11-02T12:00:00Z")
    };
    std::thread::scope(|scope| {
        for zone in ZONES {
            scope.spawn(move || {
                let digest = digests_in(&[zone], "every = \"hourly\"\nat = \":05\"", "skip");
                let zone: Tz = zone.parse().unwrap();
                let mut room = Room::new("", &digest);
                let (mut ticks, mut said) = (0, 0);
                let made = issues(&mut room, span, |room, now| {
                    ticks += 1;
                    let offset = |at: Timestamp| {
                        at.in_zone(zone).naive_local() - at.in_zone(Tz::UTC).naive_local()
                    };
                    let day = Duration::from_hours(24);
                    if ticks % 100 == 0 || offset(now.minus(day)) != offset(now.plus(day)) {
                        room.now = now;
                        said += room.say("frigolux", Priority::Normal, 1).len();
                    }
                });
                let [made] = &made.into_values().collect::<Vec<_>>()[..] else {
                    panic!("one digest was asked for");
                };
                let moments: Vec<_> = made.iter().map(|issue| issue.window.1).collect();
                assert_eq!(moments, five_past(zone, span), "{zone}");
                let mut covered = 0;
                for pair in made.windows(2) {
                    assert_eq!(pair[0].window.1, pair[1].window.0, "{zone}");
                    assert_eq!(pair[0].coverage.upto, pair[1].coverage.after, "{zone}");
                }
                for issue in made {
                    let list = watchlist("w");
                    let found = room.store.collected(&list, issue.coverage, 99).unwrap();
                    assert_eq!(found.is_empty(), issue.message_ids.is_empty(), "{zone}");
                    covered += found.len();
                }
                assert_eq!(covered, said, "{zone}");
                let mails = room.store.letters(DeliveryState::ALL, 99_999).unwrap();
                assert_eq!(mails.len(), said, "{zone}");
            });
        }
    });
}

#[test]
fn after_an_outage_comes_one_issue_not_one_for_each_window() {
    let mut room = Room::new("", &digests("every = \"daily\"\nat = \"08:30\""));
    issued(&mut room, "2026-10-01T12:00:00Z", "2026-10-03T12:00:00Z");
    let now = at("2026-10-20T12:00:00Z");
    for _ in 0..3 {
        for plan in Plan::all(&room.config) {
            plan.issue_if_due(&mut room.store, now).unwrap();
        }
    }
    let keys: Vec<String> = Plan::all(&room.config)
        .map(|plan| plan.digest.key.clone())
        .collect();
    for key in keys {
        let issues = room.store.issues(&key, 99).unwrap();
        // Two days with an issue each, and one for the seventeen days after them.
        assert_eq!(issues.len(), 3, "{key}");
        assert_eq!(issues[0].window.0, issues[1].window.1);
        assert!(issues[0].window.1 > at("2026-10-19T12:00:00Z"), "{key}");
    }
}

#[derive(Debug, Clone)]
enum Event {
    /// So many mentions come in.
    Say(usize),
    /// So many minutes pass; the clock may be set back.
    Pass(i64),
    /// The daemon ticks.
    Tick,
    /// The process dies between preparing an issue and writing it, and starts again.
    Crash,
    /// Someone asks for an issue out of turn.
    Send,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (1_usize..5).prop_map(Event::Say),
        4 => (1_i64..2_000).prop_map(Event::Pass),
        1 => (-3_000_i64..0).prop_map(Event::Pass),
        5 => Just(Event::Tick),
        1 => Just(Event::Crash),
        1 => Just(Event::Send),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if is_long() { 150 } else { 24 }, ..ProptestConfig::default() })]

    /// Whatever happens, the issues of a digest cover ranges that follow one another, and each
    /// mention lies in exactly one of them in the end.
    #[test]
    fn every_mention_enters_exactly_one_issue(
        zone in prop::sample::select(ZONES.to_vec()),
        every in prop::sample::select(vec![
            "every = \"hourly\"", "every = \"daily\"\nat = \"02:30\"", "cron = \"*/20 * * * *\"",
        ]),
        events in prop::collection::vec(event(), 1..60),
    ) {
        let digest = format!(
            "[[digest]]\nname = \"d\"\nto = [\"care@frigolux.example\"]\n{every}\ntimezone = \"{zone}\"\n"
        );
        let mut room = Room::new("", &digest);
        let mut now = at("2026-10-24T20:00:00Z");
        let index = room.folder.path().join("index");
        let mut said = 0;
        Plan::all(&room.config).next().unwrap().start(&mut room.store, now).unwrap();
        for event in events.into_iter().chain([Event::Say(1), Event::Pass(3_000), Event::Tick]) {
            match event {
                Event::Say(count) => {
                    room.set(&now.to_string());
                    said += room.say("frigolux", Priority::Normal, count).len();
                }
                Event::Pass(minutes) => {
                    now = Timestamp::from_millis(now.millis() + minutes * 60_000);
                }
                Event::Tick => {
                    let config: &Config = &room.config;
                    Plan::all(config).next().unwrap().issue_if_due(&mut room.store, now).unwrap();
                }
                Event::Crash => {
                    let plan = Plan::all(&room.config).next().unwrap();
                    drop(plan.prepare(&room.store, now, false).unwrap());
                    room.store = Store::open(&index).unwrap();
                }
                Event::Send => {
                    let plan = Plan::all(&room.config).next().unwrap();
                    let prepared = plan.prepare(&room.store, now, true).unwrap();
                    plan.issue(&mut room.store, &prepared, now).unwrap();
                }
            }
        }
        // The clock may have been set back before the last tick: what is due comes in the end.
        let plan = Plan::all(&room.config).next().unwrap();
        let prepared = plan.prepare(&room.store, now, true).unwrap();
        plan.issue(&mut room.store, &prepared, now).unwrap();
        let mut issues = room.store.issues("w/d", 10_000).unwrap();
        issues.reverse();
        let (mut covered, mut reached, mut ended) = (0, issues[0].coverage.after, issues[0].window.0);
        for issue in &issues {
            prop_assert_eq!(issue.coverage.after, reached);
            prop_assert_eq!(issue.window.0, ended);
            prop_assert!(issue.window.1 >= issue.window.0);
            (reached, ended) = (issue.coverage.upto, issue.window.1);
            covered += room.store.collected(&watchlist("w"), issue.coverage, 10_000).unwrap().len();
        }
        prop_assert_eq!(covered, said);
    }
}
