//! What one call of each pure room takes, with its spread and against the last run:
//! `cargo bench --bench rooms`, or of some of them: `cargo bench --bench rooms -- extract`.
//!
//! The other benches say how fast the whole is beside its peers; this one says which part became
//! slower. Nothing that it reads is written by anyone, and all is the same in every run.

#![expect(clippy::unwrap_used, reason = "a program that measures may panic")]

#[expect(dead_code, reason = "each bench takes what it needs of it")]
#[path = "../ground/mod.rs"]
mod ground;
mod pages;

use std::hint::black_box;

use ascolto::config::Config;
use ascolto::extract::{Dialect, Sketch, article, canonical_url, clean_text, decode, structured};
use ascolto::fetch::Robots;
use ascolto::model::{Response, Timestamp};
use ascolto::notify::render;
use ascolto::pipeline::digest::Plan;
use ascolto::query::{Document, words};
use ascolto::score::{Input, Lists, Scorer, detect_language};
use ascolto::sources::read_feed;
use ascolto::store::Store;
use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use url::Url;

use ground::mentions::{Language, Mention, Random};
use ground::{archive, texts, watchlists};

const SEED: u64 = 42;

fn some(amount: usize) -> (Language, Vec<Mention>) {
    let mut random = Random::new(SEED);
    let language = Language::new(&mut random, 20_000, 2_000);
    let mentions = (0..amount).map(|_| language.mention(&mut random)).collect();
    (language, mentions)
}

/// Bytes of what is looked through, for figures a second.
fn bytes(mentions: &[Mention]) -> Throughput {
    Throughput::Bytes(mentions.iter().map(Mention::bytes).sum::<usize>() as u64)
}

fn query(criterion: &mut Criterion) {
    let (language, mentions) = some(200);
    let mut group = criterion.benchmark_group("query");
    let queries = watchlists::all_operators(&language.names);
    group.bench_function("compile a hundred watchlists", |bench| {
        bench.iter(|| watchlists::compile(black_box(&queries)).unwrap());
    });
    group.throughput(bytes(&mentions));
    group.bench_function("split into words", |bench| {
        bench.iter(|| {
            let mut count = 0;
            for mention in &mentions {
                words::split(black_box(&mention.text), &mut |_| count += 1);
            }
            count
        });
    });
    let now = Timestamp::from_seconds(1_795_000_000);
    for (what, queries) in [
        (
            "match a thousand names",
            watchlists::any_of(&language.names, 1_000),
        ),
        ("match all operators", queries),
    ] {
        let set = watchlists::compile(&queries).unwrap();
        group.bench_function(what, |bench| {
            bench.iter(|| {
                let found = |mention: &Mention| {
                    let document = Document {
                        title: Some(&mention.title),
                        text: &mention.text,
                        url: Some(&mention.url),
                        ..Document::default()
                    };
                    set.matches(black_box(&document), now, |_| true).len()
                };
                mentions.iter().map(found).sum::<usize>()
            });
        });
    }
    group.finish();
}

fn extract(criterion: &mut Criterion) {
    let (_, mentions) = some(40);
    let url = Url::parse("https://www.forum.example/t/1?utm_source=feed&page=2#post-7").unwrap();
    let mut group = criterion.benchmark_group("extract");
    let page = pages::article(&mentions);
    group.throughput(Throughput::Bytes(page.len() as u64));
    group.bench_function("charset of a page", |bench| {
        bench.iter(|| decode(black_box(page.as_bytes()), Some("text/html"), Dialect::Html));
    });
    group.bench_function("article of a page", |bench| {
        bench.iter(|| article(black_box(&page), url.as_str()).unwrap());
    });
    let reviews = pages::reviews(&mentions);
    group.throughput(Throughput::Bytes(reviews.len() as u64));
    group.bench_function("reviews of a page", |bench| {
        bench.iter(|| structured(black_box(&reviews), &url));
    });
    for (what, body) in [
        ("RSS feed of 20 items", pages::rss(&mentions)),
        ("Atom feed of 20 items", pages::atom(&mentions)),
    ] {
        group.throughput(Throughput::Bytes(body.len() as u64));
        let response = Response {
            status: 200,
            headers: vec![("content-type".to_owned(), "application/xml".to_owned())],
            body: Bytes::from(body),
            url: url.clone(),
        };
        assert_eq!(read_feed(&response).unwrap().items.len(), pages::ITEMS);
        group.bench_function(what, |bench| {
            bench.iter(|| read_feed(black_box(&response)).unwrap());
        });
    }
    group.throughput(bytes(&mentions));
    group.bench_function("tidy texts", |bench| {
        let tidy = |mention: &Mention| clean_text(black_box(&mention.text)).len();
        bench.iter(|| mentions.iter().map(tidy).sum::<usize>());
    });
    group.bench_function("sketches of texts", |bench| {
        let sketch = |mention: &&Mention| Sketch::of(black_box(&mention.text)).is_some();
        bench.iter(|| mentions.iter().filter(sketch).count());
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("canonical address", |bench| {
        bench.iter(|| canonical_url(black_box(url.as_str())));
    });
    group.finish();
}

fn score(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("score");
    group.bench_function("read the lists", |bench| {
        bench.iter(|| Lists::with(black_box(&[("it", "positive", "strepitoso\t3.0\n")])));
    });
    let scorer = Scorer::default();
    for (what, english) in [("English", true), ("Italian and English", false)] {
        let texts = texts::texts(500, english);
        let length = texts.iter().map(String::len).sum::<usize>();
        group.throughput(Throughput::Bytes(length as u64));
        group.bench_function(what, |bench| {
            let weigh = |text: &String| {
                let input = Input {
                    text: black_box(text),
                    ..Input::default()
                };
                scorer.score(&input).sentiment.score
            };
            bench.iter(|| texts.iter().map(weigh).sum::<f64>());
        });
        group.bench_function(format!("{what}, the language alone"), |bench| {
            let tell = |text: &String| detect_language(black_box(text), None, &[]).1;
            bench.iter(|| texts.iter().map(tell).fold(0.0, f32::max));
        });
    }
    group.finish();
}

fn fetch(criterion: &mut Criterion) {
    let file = pages::robots();
    let mut group = criterion.benchmark_group("robots.txt");
    group.throughput(Throughput::Bytes(file.len() as u64));
    group.bench_function("read", |bench| {
        bench.iter(|| Robots::parse(black_box(file.as_bytes()), &["ascolto"]));
    });
    let robots = Robots::parse(file.as_bytes(), &["ascolto"]);
    assert!(robots.allows("/t/48231") && !robots.allows("/section7/private/x"));
    group.throughput(Throughput::Elements(1));
    group.bench_function("ask", |bench| {
        bench.iter(|| robots.allows(black_box("/t/48231?page=2&sort=newest")));
    });
    group.finish();
}

fn notify(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    archive::fill(folder.path(), 2_000);
    let config = Config::open(folder.path()).unwrap().0;
    let store = Store::open(&folder.path().join("index")).unwrap();
    let plan = Plan::all(&config).next().unwrap();
    let prepared = plan.prepare(&store, archive::now(), false).unwrap();
    let mut group = criterion.benchmark_group("notify");
    group.bench_function("render a digest", |bench| {
        bench.iter(|| render::digest(black_box(&prepared.digest)).unwrap());
    });
    group.bench_function("render it and make the mail", |bench| {
        bench.iter(|| plan.mails(black_box(&prepared), archive::now()).unwrap());
    });
    group.finish();
}

criterion_group!(rooms, query, extract, score, fetch, notify);
criterion_main!(rooms);
