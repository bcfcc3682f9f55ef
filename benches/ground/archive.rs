//! An archive of a busy day: made up, the same in every run.

#![expect(clippy::unwrap_used, reason = "a program that measures may panic")]

use std::path::Path;
use std::time::Duration;

use ascolto::model::{
    Author, Hit, HitField, Intent, IntentScore, Item, Lang, Points, Priority, PriorityScore,
    Scores, Sentiment, SentimentScore, SourceKey, SourceState, Timestamp, WatchlistId,
    WeightedTerm,
};
use ascolto::store::{Coverage, Draft, Identity, IssueDraft, Judged, PollRecord, Store, Verdict};

/// Half past eight of the day after.
pub(crate) fn now() -> Timestamp {
    Timestamp::parse("2026-11-22T07:30:05Z").unwrap()
}

/// An instance with a daily digest that has covered one day and is due for the next, each with so
/// many mentions.
pub(crate) fn fill(folder: &Path, mentions: usize) {
    std::fs::create_dir_all(folder.join("watchlists")).unwrap();
    std::fs::write(
        folder.join("ascolto.toml"),
        "timezone = \"Europe/Rome\"\n[mail]\nfrom = \"Ascolto <ascolto@frigolux.example>\"\n",
    )
    .unwrap();
    let digest =
        "[[digest]]\nto = [\"care@frigolux.example\"]\nevery = \"daily\"\nat = \"08:30\"\n";
    for (name, kind, rest) in [("frigolux", "brand", digest), ("gelomax", "competitor", "")] {
        let text = format!("name = \"{name}\"\nkind = \"{kind}\"\nquery = '{name}'\n{rest}");
        std::fs::write(folder.join(format!("watchlists/{name}.toml")), text).unwrap();
    }
    let mut store = Store::open(&folder.join("index")).unwrap();
    let end = Timestamp::parse("2026-11-22T07:30:00Z").unwrap();
    let day = Duration::from_hours(24);
    let (middle, start) = (end.minus(day), end.minus(day * 2));
    let state = store.start_digest("frigolux/daily", start).unwrap();
    let mut random = 88_172_645_463_325_252_u64;
    say(&mut store, start, mentions, 0, &mut random);
    let upto = store.max_seq().unwrap();
    store
        .issue_digest(&IssueDraft {
            digest: "frigolux/daily".to_owned(),
            coverage: Coverage {
                after: state.last_seq,
                upto,
            },
            window: (start, middle),
            now: middle,
            mails: Vec::new(),
        })
        .unwrap();
    say(&mut store, middle, mentions, mentions, &mut random);
}

fn next(random: &mut u64) -> usize {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    usize::try_from(*random >> 24).unwrap_or(0)
}

/// Mentions spread over the day, in polls of five hundred from forty sources.
fn say(store: &mut Store, start: Timestamp, count: usize, first: usize, random: &mut u64) {
    let mut at = 0;
    while at < count {
        let batch = 500.min(count - at);
        let name = format!("source-{}", next(random) % 40);
        let key = SourceKey(format!("feed https://{name}.example/rss"));
        let span = 86_400_000 * (at + batch) / count;
        let moment = start.plus(Duration::from_millis(span as u64 - 1));
        let items: Vec<Item> = (0..batch)
            .map(|n| item(first + at + n, moment, random))
            .collect();
        let seen = Identity::of_poll(&key, items.iter().map(|item| (item, item.url.as_deref())));
        let drafts = items
            .into_iter()
            .zip(&seen)
            .map(|(item, identity)| Draft {
                canonical_url: item.url.clone(),
                verdict: Verdict::Matched(Box::new(judged(&item, random))),
                item,
                identity: *identity,
            })
            .collect();
        store
            .record_poll(
                &PollRecord {
                    state: SourceState::new(key, name),
                    now: moment,
                    judged_by: vec![WatchlistId("frigolux".into())],
                    seen,
                    drafts,
                    pieces: None,
                },
                None,
            )
            .unwrap();
        at += batch;
    }
}

/// About 800 bytes of made-up words, as frequent as Zipf says.
fn item(number: usize, moment: Timestamp, random: &mut u64) -> Item {
    const SYLLABLES: [&str; 16] = [
        "ca", "re", "mi", "to", "lo", "ne", "sa", "di", "fri", "pe", "va", "gu", "bo", "zi", "ra",
        "chè",
    ];
    let mut text = format!("Il Frigolux numero {number}");
    while text.len() < 800 {
        let rank = 20_000 / (1 + next(random) % 20_000);
        let mut word = rank * 2_654_435_761 % 65_536;
        text.push(' ');
        for _ in 0..3 {
            text.push_str(SYLLABLES.get(word % 16).copied().unwrap_or_default());
            word /= 16;
        }
    }
    Item {
        native_id: Some(format!("n{number}")),
        url: Some(format!("https://forum.example/thread/{number}")),
        permalink: true,
        title: Some(format!("Frigolux, discussione {number}")),
        text,
        author: Author {
            name: Some(format!("Autore {}", next(random) % 30_000)),
            ..Author::default()
        },
        published: Some(moment),
        engagement: Some((next(random) % 500) as u64),
        ..Item::default()
    }
}

fn judged(item: &Item, random: &mut u64) -> Judged {
    let (sentiment, score) = match next(random) % 10 {
        0..3 => (Sentiment::Negative, -0.6),
        3..5 => (Sentiment::Positive, 0.5),
        _ => (Sentiment::Neutral, 0.0),
    };
    let priority = match next(random) % 100 {
        0 => Priority::Urgent,
        1..6 => Priority::High,
        6..90 => Priority::Normal,
        _ => Priority::Low,
    };
    let watchlist = WatchlistId("frigolux".into());
    let hit = Hit {
        watchlist: watchlist.clone(),
        field: HitField::Text,
        start: 3,
        end: 11,
        term: "frigolux".into(),
    };
    Judged {
        matches: vec![(watchlist, vec![hit])],
        scores: Scores {
            language: if item.text.len().is_multiple_of(50) {
                Lang::EN
            } else {
                Lang::IT
            },
            sentiment: SentimentScore {
                label: sentiment,
                score,
                because: vec![WeightedTerm {
                    term: "perde acqua".into(),
                    weight: -2.1,
                    rules: Vec::new(),
                }],
            },
            intent: IntentScore {
                label: Intent::Complaint,
                because: vec!["perde".into()],
            },
            priority: PriorityScore {
                label: priority,
                score: 40,
                because: vec![Points {
                    rule: "intent".into(),
                    term: "complaint".into(),
                    points: 18,
                }],
            },
            brands: Vec::new(),
            lists: "1".into(),
        },
        baseline: false,
    }
}
