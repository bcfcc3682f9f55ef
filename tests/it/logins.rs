//! Tokens that are asked for first: once in their life, and anew when they are no longer taken.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ascolto::config::FetchSettings;
use ascolto::fetch::{Fetched, Fetcher};
use ascolto::model::{Assertion, Login, Request, Secret, Timestamp};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

use crate::loopback::{Answer, Site};

/// A key made for these tests and used nowhere.
const KEY: &str = include_str!("../fixtures/keys/service_account.pem");
const PUBLIC: &[u8] = include_bytes!("../fixtures/keys/service_account.der");

fn fetcher() -> Fetcher {
    Fetcher::new(&FetchSettings {
        gap: Duration::ZERO,
        allow_private: vec!["127.0.0.0/8".parse().unwrap()],
        ..FetchSettings::default()
    })
    .unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_795_000_000 + seconds)
}

/// A site that gives the tokens `t0`, `t1`, …, and takes the last one alone.
async fn site() -> Site {
    let given = Arc::new(AtomicUsize::new(0));
    Site::serve("127.0.0.1", move |asked| {
        if asked.path == "/token" {
            let number = given.fetch_add(1, Ordering::SeqCst);
            return Answer::ok(format!(
                "{{\"accessJwt\":\"t{number}\",\"expires_in\":3600}}"
            ));
        }
        if asked.path == "/revoke" {
            given.fetch_add(1, Ordering::SeqCst);
            return Answer::ok("{}");
        }
        let good = format!("Bearer t{}", given.load(Ordering::SeqCst) - 1);
        if asked.headers.get("authorization") == Some(&good) {
            Answer::ok(format!("{{\"n\":{}}}", asked.number))
        } else {
            Answer::new(401, &[], "{\"error\":\"ExpiredToken\"}")
        }
    })
    .await
}

fn request(site: &Site) -> Request {
    Request::api(site.url("/search")).with_login(Login {
        request: Request::api(site.url("/token"))
            .with_body("application/json", "{\"password\":\"x\"}"),
        token: "/accessJwt",
        lasts: Duration::from_mins(5),
        assertion: None,
    })
}

#[tokio::test]
async fn a_token_is_asked_for_once_and_anew_when_it_ends() {
    let site = site().await;
    let (fetcher, request) = (fetcher(), request(&site));
    let get = async |now| fetcher.get(&request, &BTreeMap::new(), now).await.unwrap();
    for now in [at(0), at(60)] {
        assert!(matches!(get(now).await, Fetched::Fresh { .. }));
    }
    assert_eq!(site.paths(), ["/token", "/search", "/search"]);
    // Two minutes before its end it is not used any more.
    assert!(matches!(get(at(3_500)).await, Fetched::Fresh { .. }));
    assert_eq!(site.paths()[3..], ["/token", "/search"]);
    // Revoked: refused once, asked for anew, once.
    fetcher
        .get(
            &Request::get(site.url("/revoke")),
            &BTreeMap::new(),
            at(3_501),
        )
        .await
        .unwrap();
    assert!(matches!(get(at(3_502)).await, Fetched::Fresh { .. }));
    assert_eq!(
        site.paths()[5..],
        ["/revoke", "/search", "/token", "/search"]
    );
}

#[tokio::test]
async fn a_login_that_is_refused_is_the_answer() {
    let site = Site::serve("127.0.0.1", |_| {
        Answer::new(401, &[], "{\"error\":\"AuthenticationRequired\"}")
    })
    .await;
    let fetched = fetcher()
        .get(&request(&site), &BTreeMap::new(), at(0))
        .await
        .unwrap();
    let Fetched::Refused { response, .. } = fetched else {
        panic!("{fetched:?}")
    };
    assert_eq!(response.status, 401);
    assert_eq!(site.paths(), ["/token"], "nothing is asked without a token");

    let empty = Site::serve("127.0.0.1", |_| Answer::ok("{\"accessJwt\":7}")).await;
    let error = fetcher()
        .get(&request(&empty), &BTreeMap::new(), at(0))
        .await
        .unwrap_err();
    assert!(
        error.line().contains("the service gave no token"),
        "{}",
        error.line()
    );
}

fn decoded(text: &str) -> Vec<u8> {
    ascolto::extract::decode_base64(&text.replace('-', "+").replace('_', "/")).unwrap()
}

#[tokio::test]
async fn a_service_account_signs_what_it_says() {
    let body = Arc::new(std::sync::Mutex::new(String::new()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::clone(&body);
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = vec![0; 16_384];
        let mut length = 0;
        while !seen.lock().unwrap().contains("assertion=") {
            length += stream.read(&mut read[length..]).await.unwrap();
            *seen.lock().unwrap() = String::from_utf8_lossy(&read[..length]).into_owned();
        }
        stream
            .write_all(b"HTTP/1.1 403 x\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")
            .await
            .unwrap();
    });
    let url = url::Url::parse(&format!("http://127.0.0.1:{port}/token")).unwrap();
    let request = Request::api(url.clone()).with_login(Login {
        request: Request::api(url.clone()),
        token: "/access_token",
        lasts: Duration::from_mins(5),
        assertion: Some(Assertion {
            issuer: "ascolto@frigolux.example".to_owned(),
            scope: "reviews".to_owned(),
            audience: url.to_string(),
            key: Secret::new(KEY.to_owned()),
        }),
    });
    let fetched = fetcher()
        .get(&request, &BTreeMap::new(), at(0))
        .await
        .unwrap();
    assert!(matches!(fetched, Fetched::Refused { .. }));
    let sent = body.lock().unwrap().clone();
    let (form, token) = sent.rsplit_once("&assertion=").unwrap();
    assert!(form.ends_with("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"));
    let parts: Vec<&str> = token.split('.').collect();
    let claims: serde_json::Value = serde_json::from_slice(&decoded(parts[1])).unwrap();
    assert_eq!(claims["iss"], "ascolto@frigolux.example");
    assert_eq!(claims["aud"], url.as_str());
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        600
    );
    let signed = format!("{}.{}", parts[0], parts[1]);
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, PUBLIC)
        .verify(signed.as_bytes(), &decoded(parts[2]))
        .unwrap();
}
