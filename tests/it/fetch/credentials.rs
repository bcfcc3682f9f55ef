//! What is sent besides the address: bodies, tokens, keys; and what is heard of a refusal.

use ascolto::fetch::{FetchError, Fetched};
use ascolto::model::{Request, Secret};

use super::{Memory, fetcher, fresh, now};
use crate::loopback::{Answer, Site};

fn secret() -> Secret {
    Secret::new("s3cret".to_owned())
}

#[tokio::test]
async fn tokens_stay_with_their_site() {
    let other = Site::serve("127.3.0.2", |_| Answer::ok("there")).await;
    let there = other.url("/there?key=s3cret");
    let site = Site::serve("127.3.0.1", move |asked| match asked.path.as_str() {
        "/away?key=s3cret" => Answer::redirect(302, there.as_str()),
        "/near?key=s3cret" => Answer::redirect(302, "/here?key=s3cret&page=1"),
        _ => Answer::ok("here"),
    })
    .await;
    let request = |path: &str| {
        Request::get(site.url(path))
            .with_bearer(Some(&secret()))
            .with_secret_parameter("key", secret())
    };
    let memory = Memory::new();
    let (response, _) = fresh(
        fetcher()
            .get(&request("/near"), &memory, now())
            .await
            .unwrap(),
    );
    assert_eq!(
        response.url,
        site.url("/here?page=1"),
        "no secret comes back"
    );
    let (response, _) = fresh(
        fetcher()
            .get(&request("/away"), &memory, now())
            .await
            .unwrap(),
    );
    assert_eq!(response.url, other.url("/there"));
    let asked = site.asked();
    assert_eq!(asked[1].path, "/here?page=1&key=s3cret");
    assert!(
        asked
            .iter()
            .all(|asked| asked.headers["authorization"] == "Bearer s3cret")
    );
    let elsewhere = &other.asked()[0];
    assert_eq!(elsewhere.path, "/there");
    assert!(!elsewhere.headers.contains_key("authorization"));
}

#[tokio::test]
async fn a_body_is_sent_once_and_never_on() {
    let site = Site::serve("127.3.0.3", |asked| match asked.path.as_str() {
        "/moved" => Answer::redirect(307, "/login"),
        _ => Answer::ok(format!(
            "{} {}",
            asked.headers["content-type"], asked.headers["content-length"]
        )),
    })
    .await;
    let request = |path: &str| {
        Request::get(site.url(path)).with_body("application/json", r#"{"password":"s3cret"}"#)
    };
    assert!(!format!("{:?}", request("/login")).contains("s3cret"));
    let memory = Memory::new();
    let (response, _) = fresh(
        fetcher()
            .get(&request("/login"), &memory, now())
            .await
            .unwrap(),
    );
    assert_eq!(response.body, "application/json 21");
    let moved = fetcher().get(&request("/moved"), &memory, now()).await;
    assert!(
        matches!(moved, Err(FetchError::Redirect { .. })),
        "{moved:?}"
    );
    assert_eq!(site.paths(), ["/login", "/moved"]);
}

#[tokio::test]
async fn who_wants_to_know_why_is_given_the_body_of_a_refusal() {
    let site = Site::serve("127.3.0.4", |asked| {
        let body = "x".repeat(if asked.path == "/long" { 200_000 } else { 9 });
        Answer::new(403, &[("retry-after", "60")], body)
    })
    .await;
    let curious = |path: &str| Request {
        explains: true,
        ..Request::get(site.url(path))
    };
    for (path, length) in [("/", 9), ("/long", 64 * 1024)] {
        let refused = fetcher()
            .get(&curious(path), &Memory::new(), now())
            .await
            .unwrap();
        let Fetched::Refused { response, verdict } = refused else {
            panic!("{refused:?}");
        };
        assert_eq!((response.status, response.body.len()), (403, length));
        assert!(
            matches!(verdict, FetchError::RateLimited { .. }),
            "{verdict}"
        );
    }
}
