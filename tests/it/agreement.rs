//! What a search finds is what the matcher says, for any query and any mentions.

use std::collections::BTreeMap;
use std::time::Duration;

use ascolto::index::{Dimension, Order, Window};
use ascolto::model::{
    Author, Intent, Item, ItemKind, Lang, Mention, MentionId, Priority, Scores, Sentiment,
    SourceState, Timestamp,
};
use ascolto::pipeline::search::{SearchOptions, search};
use ascolto::query::{Document, Names, Query, Role};
use ascolto::store::{Draft, Identity, Judged, PollRecord, Store, Verdict};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{
    ProptestConfig, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use proptest::sample::select;

use crate::world::{at, hit, key, scores, tone, watchlist};

const WORDS: &[&str] = &[
    "frigolux",
    "Frigolux",
    "FRIGOLUX",
    "frigo",
    "lux",
    "perché",
    "perche",
    "caffè",
    "l'acqua",
    "dell'Enel",
    "enel",
    "rimborso",
    "rimborsi",
    "#frigolux",
    "@frigolux",
    "#caffè",
    "C++",
    "AT&T",
    "example.com",
    "shop.example.com",
    "example[.]com",
    "e-mail",
    "\u{1f621}",
    "\u{1f44d}\u{1f3fd}",
    "\u{1f44d}",
    "wendy's",
    "Straße",
    "non",
    "il",
    "a",
    "b",
    "3.14",
    "snake_case",
    "ﬁne",
    "x-lux",
];

const GLUE: &[&str] = &[" ", " ", " ", ". ", ", ", "\n", "-", "_", "", " (", "/"];

fn text() -> impl Strategy<Value = String> {
    vec((select(WORDS), select(GLUE)), 0..9).prop_map(|parts| {
        parts
            .into_iter()
            .flat_map(|(word, glue)| [word, glue])
            .collect()
    })
}

fn atom() -> impl Strategy<Value = String> {
    let word = || select(WORDS);
    prop_oneof![
        8 => word().prop_map(str::to_owned),
        2 => (word(), word()).prop_map(|(a, b)| format!("\"{a} {b}\"")),
        1 => (word(), word(), 0..3).prop_map(|(a, b, n)| format!("\"{a} {b}\"~{n}")),
        1 => select(&["fri*", "frig*", "rimbors*", "caff*", "perch?", "frigolu?", "\"il fri*\"", "#fri*", "caf?è"][..])
            .prop_map(str::to_owned),
        1 => word().prop_map(|word| format!("{{{word}}}")),
        1 => (word(), word()).prop_map(|(a, b)| format!("{{{a} {b}}}")),
        1 => word().prop_map(|word| format!("raw:\"{word}\"")),
        1 => (word(), word(), word()).prop_map(|(a, b, c)| format!("raw:\"{a} {b} {c}\"")),
        1 => word().prop_map(|word| format!("title:{word}")),
        1 => word().prop_map(|word| format!("author:{word}")),
        1 => (word(), word()).prop_map(|(a, b)| format!("author:\"{a} {b}\"")),
        4 => select(&[
            "site:example.com", "site:shop.example.com", "site:com", "url:\"/r/x\"", "url:shop", "lang:it",
            "lang:(en OR fr)", "type:review", "type:(post OR comment)", "source:forum", "source:\"Il Caffè\"",
            "watch:w", "watch:V", "watch:w sentiment:negative", "watch:v sentiment:(neutral OR positive)",
            "watch:W score:<-0.5", "watch:w NOT score:>=0", "watch:V NOT sentiment:negative", "sentiment:negative", "intent:complaint", "priority:(high OR urgent)",
            "status:open", "status:closed", "tag:rosso", "rating:<=3", "rating:[1 TO 2]", "NOT rating:>3",
            "followers:>1000", "followers:>=0", "engagement:>=50", "score:<-0.5", "score:>=0", "score:[-1 TO 1]",
            "newer:24h", "older:1d", "newer:90m", "date:2026-11-18..2026-11-19",
        ][..]).prop_map(str::to_owned),
    ]
}

fn queries() -> impl Strategy<Value = String> {
    atom().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} OR {b})")),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} AND {b})")),
            2 => inner.clone().prop_map(|a| format!("(NOT {a})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} EXCEPT {b})")),
            1 => (inner.clone(), inner.clone(), 0..4).prop_map(|(a, b, n)| format!("({a} NEAR/{n} {b})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} ONEAR {b})")),
            1 => inner.prop_map(|a| format!("title:({a})")),
        ]
    })
}

fn items() -> impl Strategy<Value = (Item, Scores, bool, bool)> {
    let words = (
        option::of(text()),
        text(),
        option::of(text()),
        option::of(select(&["@frigolux", "lia", "frigolux", "u/lux"][..])),
    );
    let facts = (
        option::of(select(
            &[
                "https://www.Shop.example.com/r/x",
                "https://example.com/R/X?q=è",
                "mailto:a@b.c",
                "http://notexample.com",
            ][..],
        )),
        option::of(select(&[1.0, 2.0, 2.5, 3.0, 5.0][..])),
        option::of(select(&[0_u64, 120, 1000, 1001, 50_000][..])),
        option::of(select(&[0_u64, 49, 50, 51][..])),
        option::of(select(
            &[-1_i64, -3600, -86_400, -86_401, -5400, -200_000, 60][..],
        )),
    );
    let marks = (
        select(ItemKind::ALL.as_slice()),
        select(&[Lang::IT, Lang::EN, Lang::OTHER][..]),
        select(Sentiment::ALL),
        select(&[-1.0, -0.5, -0.51, 0.0, -0.0, 0.7][..]),
        select(Intent::ALL),
        select(Priority::ALL),
        proptest::bool::ANY,
        proptest::bool::ANY,
        (
            select(&["", "w", "v", "vw"][..]),
            select(Sentiment::ALL),
            select(&[-1.0, -0.5, 0.0, 0.7][..]),
        ),
    );
    (words, facts, marks).prop_map(
        |((title, text, name, handle), (url, rating, followers, engagement, date), marks)| {
            let (kind, language, sentiment, score, intent, priority, by_v, forum, own) = marks;
            let mut scores = scores(sentiment);
            scores.language = language;
            scores.sentiment.score = score;
            scores.intent.label = intent;
            scores.priority.label = priority;
            scores.priority.score = 10 * priority as u8;
            let (about, label, score) = own;
            scores.brands = ["w", "v"]
                .into_iter()
                .filter(|name| about.contains(name))
                .map(|name| tone(name, label, score))
                .collect();
            let item = Item {
                title,
                text,
                kind,
                rating,
                engagement,
                url: url.map(Into::into),
                author: Author {
                    name,
                    handle: handle.map(Into::into),
                    followers,
                },
                published: date.map(at),
                ..Item::default()
            };
            (item, scores, by_v, forum)
        },
    )
}

/// Stores the items as mentions, and marks a few.
fn fill(store: &mut Store, items: Vec<(Item, Scores, bool, bool)>) {
    for (n, (mut item, scores, by_v, forum)) in items.into_iter().enumerate() {
        item.native_id = Some(n.to_string());
        let name = if forum { "forum" } else { "IL caffè" };
        let collected_by = if by_v { "v" } else { "w" };
        let identity = Identity::of_poll(&key(name), [(&item, None)])[0];
        let judged = Judged {
            matches: vec![(watchlist(collected_by), vec![hit(collected_by, "")])],
            scores,
            baseline: false,
        };
        let poll = PollRecord {
            state: SourceState::new(key(name), name.into()),
            now: at(-10),
            judged_by: vec![],
            seen: vec![identity],
            drafts: vec![Draft {
                item,
                canonical_url: None,
                identity,
                verdict: Verdict::Matched(Box::new(judged)),
            }],
            pieces: None,
        };
        let new = store.record_poll(&poll, None).unwrap().new;
        if n % 3 == 0
            && let Some(id) = new.first()
        {
            store.set_tags(*id, &["Rosso".into()]).unwrap();
        }
    }
}

/// The tone that a mention has for a query: about the brand of its watchlist, where it has one.
fn label_seen(query: &Query, mention: &Mention) -> Sentiment {
    let brands = &mention.scores.brands;
    let own = brands
        .iter()
        .find(|brand| query.view() == Some(brand.watchlist.as_str()));
    own.map_or(mention.scores.sentiment.label, |own| own.sentiment.label)
}

/// What the order promises, told in another way.
fn rank(order: Order, mention: &Mention) -> (u64, Timestamp, MentionId) {
    let weight = match order {
        Order::Priority => mention.scores.priority.score.into(),
        Order::Engagement => mention.item.engagement.map_or(0, |count| count + 1),
        Order::Newest | Order::Relevance => 0,
    };
    (weight, mention.date(), mention.id)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn search_and_matcher_agree(items in vec(items(), 1..14), queries in vec(queries(), 24), since in option::of(-100_000..0_i64)) {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        fill(&mut store, items);
        let all = store.mentions_after(MentionId(0), 99).unwrap();
        let now = at(0);
        let window = Window { since: since.map(at), until: since.map(|since| at(since + 90_000)) };
        let parse = |text: String| {
            let (query, _) = Query::parse(&text, Role::Search, &Names::default()).ok()?;
            Some((text, query))
        };
        let queries: Vec<_> = queries.into_iter().filter_map(parse).collect();
        prop_assert!(queries.len() >= 6, "only {} of 24 can be read", queries.len());
        for (n, (text, query)) in queries.into_iter().enumerate() {
            let expected: Vec<_> = all
                .iter()
                .filter(|mention| window.contains(mention.date()))
                .filter(|mention| query.hits(&Document::of_mention(mention), now).is_some())
                .collect();
            let orders = [Order::Priority, Order::Engagement, Order::Relevance];
            for order in [Order::Newest, orders[n % 3]] {
                let options = SearchOptions {
                    window, order, limit: 99, dimensions: vec![Dimension::Source, Dimension::Watch, Dimension::HalfHour, Dimension::Sentiment],
                    ..SearchOptions::new(now)
                };
                let found = search(&store, &query, &options, &mut |_, _| {}).unwrap();
                prop_assert_eq!(found.total, expected.len(), "{}", text);
                let mut ids: Vec<_> = found.page.iter().map(|found| found.mention.id).collect();
                let mut wanted: Vec<_> = expected.iter().map(|mention| rank(order, mention)).collect();
                wanted.sort();
                let mut wanted: Vec<_> = wanted.into_iter().rev().map(|(_, _, id)| id).collect();
                if order == Order::Relevance {
                    ids.sort();
                    wanted.sort();
                }
                prop_assert_eq!(&ids, &wanted, "{} {:?}", text, order);
                let mut sources = BTreeMap::<_, u64>::new();
                for mention in &expected {
                    *sources.entry(mention.source.clone()).or_default() += 1;
                }
                prop_assert_eq!(&found.tallies[0].values, &sources, "{}", text);
                // What is shown is what was asked and counted: the tone about the one brand.
                let shown = |labels: &mut dyn Iterator<Item = Sentiment>| {
                    let mut counts = BTreeMap::<_, u64>::new();
                    for label in labels {
                        *counts.entry(label.to_string()).or_default() += 1;
                    }
                    counts
                };
                let tones = shown(&mut found.page.iter().map(|found| found.mention.scores.sentiment.label));
                prop_assert_eq!(&found.tallies[3].values, &tones, "{}", text);
                let seen = shown(&mut expected.iter().map(|mention| label_seen(&query, mention)));
                prop_assert_eq!(&seen, &tones, "{}", text);
                prop_assert_eq!(found.tallies[1].values.values().sum::<u64>(), expected.len() as u64);
                prop_assert_eq!(found.tallies[2].half_hours.values().sum::<u64>(), expected.len() as u64);
                let pages = (0..=expected.len() / 4).flat_map(|page| {
                    let options = SearchOptions { page, limit: 4, dimensions: vec![], patience: Duration::ZERO, ..options.clone() };
                    search(&store, &query, &options, &mut |_, _| {}).unwrap().page
                });
                if order == Order::Newest {
                    let paged: Vec<_> = pages.map(|found| found.mention.id).collect();
                    prop_assert_eq!(&paged, &ids, "{}", text);
                }
            }
        }
    }
}
