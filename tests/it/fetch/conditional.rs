//! What is said to a site, and what is asked for only when it changed.

use ascolto::fetch::{BODY_HASH, ETAG, FetchError, LAST_MODIFIED};
use ascolto::model::Request;

use super::{Memory, failure, fetcher, fresh, now, unchanged};
use crate::loopback::{Answer, Asked, Site};

#[tokio::test]
async fn it_says_who_asks_and_what_it_takes() {
    let site = Site::serve("127.0.0.1", |_| Answer::ok("hello")).await;
    let mut request = Request::get(site.url("/feed?q=1"));
    request
        .headers
        .push(("Accept".into(), "application/rss+xml".into()));
    let fetched = fetcher().get(&request, &Memory::new(), now()).await;
    let (response, _) = fresh(fetched.unwrap());
    assert_eq!(response.body, "hello");
    assert_eq!(
        (response.status, response.url),
        (200, site.url("/feed?q=1"))
    );
    let headers = &site.asked()[0].headers;
    assert!(headers["user-agent"].starts_with("ascolto/"), "{headers:?}");
    assert!(headers["user-agent"].contains("ascoltobot; +care@frigolux.example"));
    assert_eq!(headers["from"], "care@frigolux.example");
    assert_eq!(headers["accept"], "application/rss+xml");
    assert_eq!(headers["accept-language"], "*");
    for coding in ["gzip", "br", "zstd"] {
        assert!(headers["accept-encoding"].contains(coding), "{headers:?}");
    }
    assert_eq!(site.paths(), ["/feed?q=1"], "no robots.txt for a feed");
}

fn honours(validator: &'static str, value: &'static str) -> impl Fn(&Asked) -> Answer {
    let header = match validator {
        "etag" => "if-none-match",
        _ => "if-modified-since",
    };
    move |asked| {
        if asked.headers.get(header).is_some_and(|sent| sent == value) {
            Answer::new(
                304,
                &[("last-modified", "Sat, 21 Nov 2026 09:30:00 GMT")],
                "",
            )
        } else {
            Answer::new(200, &[(validator, value)], "hello")
        }
    }
}

#[tokio::test]
async fn either_validator_gives_304() {
    for (validator, value) in [
        (ETAG, "W/\"x, y\""),
        (LAST_MODIFIED, "Sat, 21 Nov 2026 09:00:00 +0000"),
    ] {
        let site = Site::serve("127.0.0.1", honours(validator, value)).await;
        let fetcher = fetcher();
        let request = Request::get(site.url("/"));
        let given = Memory::from([("cursor".to_owned(), "7".to_owned())]);
        let (_, memory) = fresh(fetcher.get(&request, &given, now()).await.unwrap());
        assert_eq!(memory[validator], value, "verbatim");
        let (status, memory) = unchanged(fetcher.get(&request, &memory, now()).await.unwrap());
        assert_eq!(status, 304);
        assert_eq!(
            memory[LAST_MODIFIED], "Sat, 21 Nov 2026 09:30:00 GMT",
            "also by a 304"
        );
        assert_eq!(memory["cursor"], "7", "what belongs to others stays");
    }
}

#[tokio::test]
async fn the_same_body_is_unchanged_without_validators() {
    let site = Site::serve("127.0.0.1", |asked| {
        Answer::ok(if asked.number < 2 { "one" } else { "two" })
    })
    .await;
    let fetcher = fetcher();
    let request = Request::get(site.url("/"));
    let (_, memory) = fresh(fetcher.get(&request, &Memory::new(), now()).await.unwrap());
    let (status, memory) = unchanged(fetcher.get(&request, &memory, now()).await.unwrap());
    assert_eq!(status, 200);
    let (response, changed) = fresh(fetcher.get(&request, &memory, now()).await.unwrap());
    assert_eq!(response.body, "two");
    assert_ne!(changed[BODY_HASH], memory[BODY_HASH]);
}

#[tokio::test]
async fn a_304_that_nobody_asked_for_is_no_answer() {
    let error = failure(Answer::new(304, &[], "")).await;
    assert!(
        matches!(error, FetchError::Status { status: 304, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn an_adapter_cannot_pass_for_someone_else() {
    let site = Site::serve("127.0.0.1", |_| Answer::ok("hello")).await;
    for header in [
        ("User-Agent", "Mozilla/5.0"),
        ("host", "b.example"),
        ("x", "a\r\nb: c"),
    ] {
        let mut request = Request::get(site.url("/"));
        request.headers = vec![(header.0.into(), header.1.into())];
        let error = fetcher().get(&request, &Memory::new(), now()).await;
        assert!(
            matches!(error, Err(FetchError::BadUrl { .. })),
            "{header:?}: {error:?}"
        );
    }
    assert!(site.asked().is_empty());
}
