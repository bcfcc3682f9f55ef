//! What holds for every query and every text.

use ascolto::model::{HitField, Timestamp};
use ascolto::query::{Document, Names, Query, Role, Set, words};
use proptest::prelude::{
    Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};

/// Terms that share words, so that random texts meet them.
fn term() -> impl Strategy<Value = String> {
    let fixed = [
        "ab",
        "ba",
        "abc",
        "è",
        "perché",
        "perche",
        "abc*",
        "a?b",
        "ab?*",
        "#ab",
        "@ab",
        "😡",
        "👍🏽",
        "👍",
        "{Ab}",
        "{Ab ba}",
        "raw:\"b a\"",
        "raw:\"++\"",
        "\"ab ba\"",
        "\"ab ba\"~2",
        "\"ab abc* 😡\"~1",
        "l'ab",
        "ab's",
        "ab.it",
        "ba-ab",
        "title:ab",
        "text:(ab OR ba)",
        "author:ab",
        "title:\"ab ba\"",
        "url:ab",
        "site:ab.it",
        "lang:it",
        "rating:>=3",
        "followers:[1 TO 20]",
        "type:(post OR review)",
        "newer:24h",
        "date:2026-11-21",
        "list:both",
        "query:one",
    ];
    prop::sample::select(fixed.map(str::to_owned).to_vec())
}

fn near_side() -> impl Strategy<Value = String> {
    let fixed = [
        "ab",
        "ba",
        "abc*",
        "\"ab ba\"~1",
        "#ab",
        "😡",
        "(ab OR 😡)",
        "{Ab}",
        "raw:\"b a\"",
    ];
    prop::sample::select(fixed.map(str::to_owned).to_vec())
}

fn query() -> impl Strategy<Value = String> {
    let near = (
        near_side(),
        0_u32..4,
        near_side(),
        any::<bool>(),
        near_side(),
    )
        .prop_map(|(a, n, b, ordered, c)| {
            let operator = if ordered { "ONEAR" } else { "NEAR" };
            format!("({a} {operator}/{n} {b} NEAR/2 {c})")
        });
    let except = (near_side(), near_side()).prop_map(|(a, b)| format!("({a} EXCEPT {b})"));
    let leaf = prop_oneof![4 => term(), 1 => near, 1 => except];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..9)
                .prop_map(|parts| format!("({})", parts.join(" OR "))),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(" "))),
            inner.prop_map(|part| format!("NOT {part}")),
        ]
    })
}

fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        6 => prop::sample::select(vec![
            "ab", "ba", "Ab", "abc", "abcd", "aab", "#ab", "@ab", "😡", "👍🏽", "👍", "è", "perché",
            "perche", "l'ab", "ab's", "b a", "++", "www.ab.it", "ab[.]it", "x",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    let gap = prop::sample::select(vec![" ", " ", " ", "", "\n", ", ", "-", "'"]);
    prop::collection::vec((word, gap), 0..14).prop_map(|parts| {
        parts
            .into_iter()
            .flat_map(|(word, gap)| [word, gap.to_owned()])
            .collect()
    })
}

fn names() -> Names {
    Names {
        lists: [(
            "both".to_owned(),
            vec!["ab".to_owned(), "ba abc".to_owned()],
        )]
        .into(),
        queries: [("one".to_owned(), "ab OR NOT ba".to_owned())].into(),
        timezone: chrono_tz::Europe::Rome,
    }
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T11:00:00Z").unwrap()
}

#[derive(Debug, Clone)]
struct Parts {
    title: String,
    text: String,
    rating: Option<f64>,
    followers: Option<u64>,
}

fn parts() -> impl Strategy<Value = Parts> {
    let rating = prop_oneof![Just(None), Just(Some(2.0)), Just(Some(4.0))];
    let followers = prop_oneof![Just(None), Just(Some(10)), Just(Some(99))];
    (text(), text(), rating, followers).prop_map(|(title, text, rating, followers)| Parts {
        title,
        text,
        rating,
        followers,
    })
}

impl Parts {
    fn document(&self) -> Document<'_> {
        Document {
            title: Some(&self.title),
            text: &self.text,
            author: Some("Ab Ba"),
            handle: Some("@ab"),
            url: Some("https://www.ab.it/ab"),
            rating: self.rating,
            followers: self.followers,
            ..Document::default()
        }
    }
}

proptest! {
    #[test]
    fn what_is_printed_reads_the_same(source in query()) {
        if let Ok((query, _)) = Query::parse(&source, Role::Search, &names()) {
            let printed = query.to_string();
            let again = Query::parse(&printed, Role::Search, &names());
            prop_assert_eq!(again.map(|(again, _)| again), Ok(query), "{}", printed);
        }
    }

    #[test]
    fn most_random_queries_are_queries(source in prop::collection::vec(query(), 24)) {
        let fine = source.iter().filter(|one| Query::parse(one, Role::Search, &names()).is_ok());
        prop_assert!(fine.count() > 6);
    }

    #[test]
    fn no_text_is_too_strange_to_parse(source in any::<String>()) {
        let problems = match Query::parse(&source, Role::Watchlist, &names()) {
            Ok((_, problems)) | Err(problems) => problems,
        };
        for problem in problems {
            prop_assert!(source.get(problem.span.clone()).is_some(), "{:?}", problem);
        }
    }

    #[test]
    fn no_heap_of_tokens_is_too_strange(source in prop::collection::vec(prop::sample::select(vec![
        "(", ")", "AND", "OR", "NOT", "-", "NEAR/3", "EXCEPT", "title:", "rating:", "[1 TO", "]",
        "\"", "“", "{", "}", "<<<", ">>>", "~2", "acme", "*", "?", "raw:", "list:", "query:one",
        " ", "#", "@", "è", "😡", "type:(", "'", "\\", "/a/", "x:y", "[.]", "site:a.b", "date:2026..",
    ]), 0..24)) {
        let source = source.concat();
        match Query::parse(&source, Role::Search, &names()) {
            Ok((query, problems)) => {
                for problem in problems {
                    prop_assert!(source.get(problem.span).is_some());
                }
                let printed = query.to_string();
                let again = Query::parse(&printed, Role::Search, &names());
                prop_assert_eq!(again.map(|(again, _)| again), Ok(query), "{}", printed);
            }
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    prop_assert!(source.get(problem.span.clone()).is_some(), "{:?}", problem);
                }
            }
        }
    }

    #[test]
    fn spans_lie_inside_the_text(source in query(), mention in parts()) {
        if let Ok((query, _)) = Query::parse(&source, Role::Search, &names()) {
            let document = mention.document();
            for span in query.hits(&document, now()).unwrap_or_default() {
                let range = span.start..span.end;
                let found = match span.field {
                    HitField::Title => document.title.unwrap().get(range),
                    HitField::Text => document.text.get(range),
                    HitField::Author => document.author.unwrap().get(range.clone())
                        .or_else(|| document.handle.unwrap().get(range)),
                    HitField::Url => document.url.unwrap().get(range),
                };
                prop_assert!(found.is_some_and(|text| !text.is_empty()), "{:?}", span);
            }
        }
    }

    #[test]
    fn a_set_agrees_with_its_queries(
        sources in prop::collection::vec(query(), 1..14),
        mention in parts(),
    ) {
        let queries: Vec<(usize, Query)> = sources
            .iter()
            .filter_map(|source| Query::parse(source, Role::Search, &names()).ok())
            .map(|(query, _)| query)
            .enumerate()
            .collect();
        let document = mention.document();
        let alone: Vec<_> = queries
            .iter()
            .filter_map(|(key, query)| Some((*key, query.hits(&document, now())?)))
            .collect();
        let set = Set::compile(queries);
        let together: Vec<_> = set
            .matches(&document, now(), |_| true)
            .into_iter()
            .map(|(key, spans)| (*key, spans))
            .collect();
        prop_assert_eq!(together, alone);
    }

    #[test]
    fn explaining_agrees_with_deciding(source in query(), mention in parts()) {
        if let Ok((query, _)) = Query::parse(&source, Role::Search, &names()) {
            let document = mention.document();
            let explanation = query.explain(&document, now());
            let matched = query.hits(&document, now()).is_some();
            prop_assert_eq!(explanation.matched(), matched);
            prop_assert_eq!(explanation.first_failure().is_none(), matched);
        }
    }

    #[test]
    fn a_word_of_the_text_is_found_where_it_stands(text in text()) {
        let mut all = Vec::new();
        words::split(&text, &mut |word| {
            // A dotted word may be a host, which is compared whole.
            let dotted = text.get(word.start..word.end).is_some_and(|word| word.contains('.'));
            if word.kind == words::WordKind::Word && !dotted {
                all.push((word.start, word.end));
            }
        });
        let document = Document { text: &text, ..Document::default() };
        for (start, end) in all {
            let word = text.get(start..end).unwrap();
            let source = format!("\"{}\"", word.replace('\\', "\\\\"));
            let (query, _) = Query::parse(&source, Role::Search, &names()).unwrap();
            let spans = query.hits(&document, now()).unwrap_or_default();
            prop_assert!(spans.iter().any(|span| (span.start, span.end) == (start, end)), "{word:?} {spans:?}");
        }
    }
}

/// `a op1 b op2 c …` over the words of a text, by trying every choice of places.
fn places_of_chain(
    text: &[&str],
    first: &str,
    rest: &[(u32, bool, &str)],
) -> std::collections::BTreeSet<usize> {
    fn go(
        text: &[&str],
        rest: &[(u32, bool, &str)],
        used: &mut Vec<usize>,
        found: &mut std::collections::BTreeSet<usize>,
    ) {
        let Some(((distance, ordered, term), rest)) = rest.split_first() else {
            found.extend(used.iter().copied());
            return;
        };
        let distance = *distance as usize;
        let (low, high) = (*used.iter().min().unwrap(), *used.iter().max().unwrap());
        for at in (0..text.len()).filter(|at| text[*at] == *term) {
            let fits = if at > high {
                at - high - 1 <= distance
            } else if at < low {
                !ordered && low - at - 1 <= distance
            } else {
                !ordered && !used.contains(&at)
            };
            if fits {
                used.push(at);
                go(text, rest, used, found);
                used.pop();
            }
        }
    }
    let mut found = std::collections::BTreeSet::new();
    for at in (0..text.len()).filter(|at| text[*at] == first) {
        go(text, rest, &mut vec![at], &mut found);
    }
    found
}

proptest! {
    #[test]
    fn chains_of_near_are_what_trying_everything_gives(
        text in prop::collection::vec(prop::sample::select(vec!["a1", "b1", "x1"]), 0..12),
        first in prop::sample::select(vec!["a1", "b1"]),
        rest in prop::collection::vec(
            (0_u32..4, any::<bool>(), prop::sample::select(vec!["a1", "b1"])),
            1..4,
        ),
    ) {
        let mut source = first.to_owned();
        for (distance, ordered, term) in &rest {
            let operator = if *ordered { "ONEAR" } else { "NEAR" };
            source = format!("{source} {operator}/{distance} {term}");
        }
        let (query, _) = Query::parse(&source, Role::Search, &names()).unwrap();
        let joined = text.join(" ");
        let document = Document { text: &joined, ..Document::default() };
        let spans = query.hits(&document, now());
        let expected = places_of_chain(&text, first, &rest);
        prop_assert_eq!(spans.is_some(), !expected.is_empty(), "{}", source);
        let told: std::collections::BTreeSet<usize> =
            spans.unwrap_or_default().iter().map(|span| span.start / 3).collect();
        prop_assert_eq!(told, expected, "{}", source);
    }

    #[test]
    fn loose_phrases_are_what_trying_everything_gives(
        text in prop::collection::vec(prop::sample::select(vec!["a1", "b1", "x1"]), 0..12),
        words in prop::collection::vec(prop::sample::select(vec!["a1", "b1"]), 2..4),
        slop in 0_usize..4,
    ) {
        fn go(text: &[&str], words: &[&str], from: usize, left: usize, first: bool) -> bool {
            let Some((word, words)) = words.split_first() else { return true };
            (from..text.len()).any(|at| {
                let gap = if first { 0 } else { at - from };
                text[at] == *word && gap <= left && go(text, words, at + 1, left - gap, false)
            })
        }
        let source = format!("\"{}\"~{slop}", words.join(" "));
        let (query, _) = Query::parse(&source, Role::Search, &names()).unwrap();
        let joined = text.join(" ");
        let document = Document { text: &joined, ..Document::default() };
        let matched = query.hits(&document, now()).is_some();
        prop_assert_eq!(matched, go(&text, &words, 0, slop, true), "{} {:?}", source, text);
    }
}

#[test]
fn depth_is_bounded() {
    for source in [
        "(".repeat(100_000),
        format!("{}a{}", "(".repeat(100_000), ")".repeat(100_000)),
        format!("{}a", "NOT ".repeat(100_000)),
        format!("{}a", "-".repeat(100_000)),
        format!("a{}", " NEAR/2 a".repeat(100_000)),
        format!("a{}", " EXCEPT a".repeat(100_000)),
        "title:".repeat(100_000),
        "title:(".repeat(100_000),
        ")".repeat(100_000),
        "type:(".repeat(100_000),
        "AND ".repeat(100_000),
        "<<<".repeat(100_000),
        "{".repeat(100_000),
        "\"".repeat(100_001),
    ] {
        assert!(Query::parse(&source, Role::Search, &names()).is_err());
    }
    let deep = format!("{}a{}", "(NOT ".repeat(30), ")".repeat(30));
    assert!(Query::parse(&deep, Role::Search, &names()).is_ok());
}

#[test]
fn hostile_queries_are_soon_told_of() {
    let mut names = names();
    // Names within names, each twice: without a bound, 2^40 of them.
    for number in 0..40 {
        let next = number + 1;
        let twice = format!("query:deep{next} query:deep{next}");
        names.queries.insert(format!("deep{number}"), twice);
        let twice = format!("query:wrong{next} query:wrong{next}");
        names.queries.insert(format!("wrong{number}"), twice);
    }
    for number in 0..25 {
        let next = number + 1;
        let twice = format!("query:wide{next} query:wide{next}");
        names.queries.insert(format!("wide{number}"), twice);
    }
    names.queries.insert("deep40".to_owned(), "ab".to_owned());
    names.queries.insert("wide25".to_owned(), "ab".to_owned());
    names
        .queries
        .insert("wrong20".to_owned(), "ab AND".to_owned());
    let many = vec!["a*".to_owned(); 5_000];
    names.lists.insert("bad".to_owned(), many);
    for part in [
        "(",
        ")",
        "\"",
        "NOT ",
        "-",
        "* ",
        "[",
        "{",
        "<<<",
        "\\",
        "lagn:it ",
        "rating:[1 TO ",
        "a NEAR/2 ",
        "list:bad ",
        "query:deep0 ",
        "query:wrong0 ",
        "query:wide0 ",
        "/a/ ",
        "AND ",
    ] {
        let source = part.repeat(200_000 / part.len());
        let began = std::time::Instant::now();
        let problems = Query::parse(&source, Role::Search, &names).unwrap_err();
        let took = began.elapsed();
        assert!(took.as_secs() < 20, "{part} took {took:?}");
        assert!(
            problems.len() <= 21,
            "{part} has {} problems",
            problems.len()
        );
    }
}

#[test]
fn hostile_texts_take_linear_time() {
    let queries = [
        "ab NEAR/30 ab NEAR/30 ab NEAR/30 ab",
        "\"ab ab ab\"~30",
        "\"ab ab\"~30 NEAR/30 ab",
        "ab EXCEPT \"ab ab\"",
        "raw:\"ab ab ab\" OR raw:\"ab\" OR raw:\"b a\"",
        "abc* OR a?b OR #ab OR ab.it",
    ];
    let names = names();
    for text in [
        "ab ".repeat(5_000),
        "ab.".repeat(5_000),
        "a".repeat(15_000),
        "#".repeat(15_000),
        "@a.".repeat(5_000),
        "l'".repeat(8_000),
        "e\u{301}".repeat(5_000),
        "[.]a".repeat(4_000),
        "😡\u{200D}".repeat(4_000),
        "a-b.".repeat(4_000),
    ] {
        let document = Document {
            text: &text,
            ..Document::default()
        };
        for source in queries {
            let (query, _) = Query::parse(source, Role::Search, &names).unwrap();
            let began = std::time::Instant::now();
            query.hits(&document, now());
            let took = began.elapsed();
            assert!(
                took.as_secs() < 20,
                "{source} took {took:?} on {:?}",
                text.get(..12)
            );
        }
    }
}
