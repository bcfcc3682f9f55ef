//! When a site may be asked again: verdicts, gaps, robots.txt.

use std::time::Duration;

use ascolto::config::FetchSettings;
use ascolto::fetch::{FetchError, Fetcher, Retry};
use ascolto::model::{Request, SourceHealth, Timestamp};

use super::{Headers, Memory, SECOND, failure, fetcher, get, now, page, settings};
use crate::loopback::{Answer, Asked, Site};

#[tokio::test]
async fn statuses_become_verdicts() {
    let at = |seconds| Retry::At(now().plus(Duration::from_secs(seconds)));
    let challenge: Headers = &[("cf-mitigated", "challenge")];
    let (failing, blocked) = (SourceHealth::Failing, SourceHealth::Blocked);
    let cases: [(u16, Headers, Retry, SourceHealth); 18] = [
        (404, &[], Retry::Later, failing),
        (410, &[], Retry::Never, failing),
        (400, &[], Retry::Never, failing),
        (403, challenge, Retry::Never, blocked),
        (503, challenge, Retry::Never, blocked),
        (401, &[], Retry::Never, blocked),
        (451, &[], Retry::Never, blocked),
        (302, &[], Retry::Never, failing),
        (500, &[], Retry::Later, failing),
        (503, &[], Retry::Later, failing),
        (503, &[("retry-after", "120")], at(120), failing),
        (429, &[("retry-after", "90")], at(90), failing),
        (429, &[("retry-after", "999999")], at(86_400), failing),
        (
            429,
            &[("x-ratelimit-reset", "2026-11-21T10:01:00Z")],
            at(60),
            failing,
        ),
        (429, &[], at(600), failing),
        (403, &[("retry-after", "90")], at(90), failing),
        (
            403,
            &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "70")],
            at(70),
            failing,
        ),
        (
            403,
            &[("x-ratelimit-remaining", "9")],
            Retry::Never,
            blocked,
        ),
    ];
    for (status, headers, retry, health) in cases {
        let error = failure(Answer::new(status, headers, "sorry")).await;
        let rounded = match error.retry() {
            Retry::At(until) => Retry::At(Timestamp::from_seconds(until.seconds())),
            other => other,
        };
        assert_eq!(rounded, retry, "{status} {headers:?}");
        assert_eq!(error.health(), health, "{status} {headers:?}");
    }
    assert!(matches!(
        failure(Answer::new(410, &[], "")).await,
        FetchError::Gone { .. }
    ));
}

#[tokio::test]
async fn a_host_that_asked_to_wait_is_not_asked() {
    let site = Site::serve("127.0.0.1", |_| {
        Answer::new(429, &[("retry-after", "60")], "")
    })
    .await;
    let fetcher = fetcher();
    let ask = |path: &str, now| {
        let (fetcher, request) = (fetcher.clone(), Request::get(site.url(path)));
        async move {
            fetcher
                .get(&request, &Memory::new(), now)
                .await
                .unwrap_err()
        }
    };
    for path in ["/a", "/b"] {
        assert!(matches!(
            ask(path, now()).await,
            FetchError::RateLimited { .. }
        ));
    }
    assert_eq!(site.paths(), ["/a"]);
    ask("/c", now().plus(70 * SECOND)).await;
    assert_eq!(site.paths(), ["/a", "/c"]);
}

#[tokio::test]
async fn a_limit_that_is_used_up_is_heeded_before_it_hurts() {
    let site = Site::serve("127.0.0.1", |_| {
        let headers = [
            ("x-ratelimit-remaining", "0.0"),
            ("x-ratelimit-reset", "50"),
        ];
        Answer::new(200, &headers, "hello")
    })
    .await;
    let fetcher = fetcher();
    assert!(get(&fetcher, site.url("/a")).await.is_ok());
    let error = get(&fetcher, site.url("/b")).await.unwrap_err();
    assert!(matches!(error, FetchError::RateLimited { .. }), "{error}");
    assert_eq!(site.paths(), ["/a"]);
}

#[tokio::test]
async fn robots_txt_is_obeyed_and_asked_for_once_a_day() {
    let site = Site::serve("127.0.0.1", |asked| match asked.path.as_str() {
        "/robots.txt" => Answer::ok("user-agent: ascoltobot\ndisallow: /private\n"),
        "/moved" => Answer::redirect(302, "/private/x"),
        _ => Answer::ok("hello"),
    })
    .await;
    let fetcher = fetcher();
    let ask = |path: &str, now| {
        let (fetcher, request) = (fetcher.clone(), page(site.url(path)));
        async move { fetcher.get(&request, &Memory::new(), now).await }
    };
    assert!(ask("/public", now()).await.is_ok());
    for path in ["/private", "/moved"] {
        let error = ask(path, now()).await.unwrap_err();
        assert!(
            matches!(error, FetchError::Forbidden { .. }),
            "{path}: {error}"
        );
        assert_eq!(error.health(), SourceHealth::Blocked);
    }
    assert!(
        get(&fetcher, site.url("/private")).await.is_ok(),
        "a feed that was named"
    );
    assert_eq!(
        site.paths(),
        ["/robots.txt", "/public", "/moved", "/private"]
    );
    assert!(
        ask("/public", now().plus(Duration::from_hours(25)))
            .await
            .is_ok()
    );
    assert_eq!(site.paths()[4..], ["/robots.txt", "/public"]);
}

#[tokio::test]
async fn without_robots_txt_all_is_allowed_and_without_an_answer_nothing() {
    let cases = [
        ("missing", Answer::new(404, &[], ""), true),
        ("refused", Answer::new(403, &[], ""), true),
        ("circle", Answer::redirect(301, "/robots.txt"), true),
        ("failing", Answer::new(500, &[], ""), false),
        ("busy", Answer::new(429, &[("retry-after", "9")], ""), false),
        ("broken", Answer::default(), false),
        (
            "long",
            Answer::head(200, &[])
                .bytes("\r\n")
                .endless("disallow: /b\n"),
            true,
        ),
    ];
    for (name, answer, allowed) in cases {
        let site = Site::serve("127.0.0.1", move |asked| match asked.path.as_str() {
            "/robots.txt" => answer.clone(),
            _ => Answer::ok("hello"),
        })
        .await;
        let request = page(site.url("/page"));
        let fetched = fetcher().get(&request, &Memory::new(), now()).await;
        assert_eq!(fetched.is_ok(), allowed, "{name}: {fetched:?}");
        let asked = site.paths().iter().any(|path| path == "/page");
        assert_eq!(asked, allowed, "{name}");
    }
}

#[tokio::test]
async fn an_old_robots_txt_serves_while_the_site_gives_none() {
    let site = Site::serve("127.0.0.1", |asked| {
        match (asked.path.as_str(), asked.number) {
            ("/robots.txt", 0) => Answer::ok("user-agent: *\ndisallow: /private\n"),
            ("/robots.txt", _) => Answer::new(500, &[], ""),
            _ => Answer::ok("hello"),
        }
    })
    .await;
    let fetcher = fetcher();
    for days in [0, 2, 31] {
        let now = now().plus(Duration::from_hours(24 * days));
        let public = fetcher
            .get(&page(site.url("/a")), &Memory::new(), now)
            .await;
        assert_eq!(public.is_ok(), days < 30, "{days}: {public:?}");
        let private = fetcher
            .get(&page(site.url("/private")), &Memory::new(), now)
            .await;
        assert!(private.is_err(), "{days}");
    }
    let asked = site
        .paths()
        .iter()
        .filter(|path| *path == "/robots.txt")
        .count();
    // Once a day and then once an hour while an old one serves, each time without one.
    assert_eq!(asked, 1 + 1 + 2);
}

#[tokio::test]
async fn a_host_is_asked_once_at_a_time_with_a_gap_and_others_meanwhile() {
    const GAP: Duration = Duration::from_millis(150);
    let slow = |_: &Asked| {
        Answer::default()
            .pause(SECOND / 10)
            .bytes("HTTP/1.1 200 x\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello")
    };
    let one = Site::serve("127.0.0.2", slow).await;
    let two = Site::serve("127.0.0.3", slow).await;
    let fetcher = Fetcher::new(&FetchSettings {
        gap: GAP,
        ..settings()
    })
    .unwrap();
    let mut tasks = Vec::new();
    for site in [&one, &two] {
        for path in ["/a", "/b", "/c"] {
            let (fetcher, request) = (fetcher.clone(), page(site.url(path)));
            tasks.push(tokio::spawn(async move {
                fetcher.get(&request, &Memory::new(), now()).await
            }));
        }
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    for site in [&one, &two] {
        let asked = site.asked();
        assert_eq!(asked.len(), 4, "robots.txt is one of them");
        for pair in asked.windows(2) {
            let gap = pair[1].began.duration_since(pair[0].ended.unwrap());
            assert!(gap >= GAP, "{gap:?}");
        }
    }
    let ended = |site: &Site| site.asked()[3].ended.unwrap();
    assert!(
        two.asked()[0].began < ended(&one),
        "neither waits for the other"
    );
    assert!(
        one.asked()[0].began < ended(&two),
        "neither waits for the other"
    );
}

#[tokio::test]
async fn a_crawl_delay_is_the_least_gap() {
    let site = Site::serve("127.0.0.1", |asked| match asked.path.as_str() {
        "/robots.txt" => Answer::ok("user-agent: *\ncrawl-delay: 0.3\n"),
        _ => Answer::ok("hello"),
    })
    .await;
    let fetcher = fetcher();
    for path in ["/a", "/b"] {
        let fetched = fetcher
            .get(&page(site.url(path)), &Memory::new(), now())
            .await;
        assert!(fetched.is_ok());
    }
    assert_eq!(site.paths(), ["/robots.txt", "/a", "/b"]);
    for pair in site.asked().windows(2) {
        let gap = pair[1].began.duration_since(pair[0].began);
        assert!(gap >= Duration::from_millis(300), "{gap:?}");
    }
}
