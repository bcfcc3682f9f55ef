//! The crawler against sites on loopback, honest and hostile.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use ascolto::config::FetchSettings;
use ascolto::fetch::{
    BODY_HASH, ETAG, FetchError, Fetched, Fetcher, LAST_MODIFIED, MOVED_CONFIRMED, Retry,
};
use ascolto::model::{Request, Response, SourceHealth, Timestamp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use crate::loopback::{Answer, Asked, Site};

type Memory = BTreeMap<String, String>;
type Headers = &'static [(&'static str, &'static str)];

const SECOND: Duration = Duration::from_secs(1);

fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T10:00:00Z").unwrap()
}

/// Loopback allowed, no gap, little time.
fn settings() -> FetchSettings {
    FetchSettings {
        contact: Some("care@frigolux.example".to_owned()),
        gap: Duration::ZERO,
        allow_private: vec!["127.0.0.0/8".parse().unwrap()],
        max_body: 1_000_000,
        timeout: 3 * SECOND,
        ..FetchSettings::default()
    }
}

fn fetcher() -> Fetcher {
    Fetcher::new(&settings()).unwrap()
}

async fn get(fetcher: &Fetcher, url: Url) -> Result<Fetched, FetchError> {
    fetcher.get(&Request::get(url), &Memory::new(), now()).await
}

fn fresh(fetched: Fetched) -> (Response, Memory) {
    match fetched {
        Fetched::Fresh {
            response, memory, ..
        } => (response, memory),
        Fetched::Unchanged { status, .. } => panic!("unchanged, status {status}"),
    }
}

fn unchanged(fetched: Fetched) -> (u16, Memory) {
    match fetched {
        Fetched::Unchanged { status, memory, .. } => (status, memory),
        Fetched::Fresh { response, .. } => panic!("fresh: {response:?}"),
    }
}

async fn failure(answer: Answer) -> FetchError {
    let site = Site::serve("127.0.0.1", move |_| answer.clone()).await;
    get(&fetcher(), site.url("/")).await.unwrap_err()
}

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
async fn redirects_are_followed_with_what_may_be_told() {
    let other = Site::serve("127.1.2.3", |_| Answer::ok("here")).await;
    let target = other.url("/new").to_string();
    let site = Site::serve("127.0.0.1", move |asked| match asked.path.as_str() {
        "/old" => Answer::redirect(302, "/older"),
        _ => Answer::redirect(301, &target),
    })
    .await;
    let mut request = Request::get(site.url("/old"));
    request.headers = vec![
        ("Accept".into(), "text/html".into()),
        ("Authorization".into(), "Bearer secret".into()),
    ];
    let fetched = fetcher()
        .get(&request, &Memory::new(), now())
        .await
        .unwrap();
    let (response, _) = fresh(fetched);
    assert_eq!(response.url, other.url("/new"));
    assert_eq!(site.asked()[1].headers["authorization"], "Bearer secret");
    let told = &other.asked()[0].headers;
    assert_eq!(told.get("authorization"), None, "keys stay with their host");
    assert_eq!(told["accept"], "text/html");
}

#[tokio::test]
async fn circles_and_endless_chains_end() {
    let site = Site::serve("127.0.0.1", |asked| match asked.path.as_str() {
        "/a" => Answer::redirect(302, "/b"),
        "/b" => Answer::redirect(302, "/a"),
        path => Answer::redirect(302, &format!("{path}x")),
    })
    .await;
    for (path, hops) in [("/a", 2), ("/x", 6)] {
        let before = site.asked().len();
        let error = get(&fetcher(), site.url(path)).await.unwrap_err();
        assert!(matches!(error, FetchError::Redirect { .. }), "{error}");
        assert_eq!(site.asked().len() - before, hops);
    }
}

#[tokio::test]
async fn a_login_page_in_the_way_is_a_wall() {
    let site = Site::serve("127.0.0.1", |asked| match asked.path.as_str() {
        "/feed" => Answer::redirect(302, "/login?next=/feed"),
        _ => Answer::ok("who are you?"),
    })
    .await;
    let error = get(&fetcher(), site.url("/feed")).await.unwrap_err();
    assert!(matches!(error, FetchError::Blocked { .. }), "{error}");
    assert_eq!(site.paths(), ["/feed"]);
}

#[tokio::test]
async fn a_permanent_move_is_remembered_and_forgotten_when_it_misleads() {
    let site = Site::serve("127.0.0.1", |asked| {
        match (asked.path.as_str(), asked.number) {
            ("/old", 0..=4) => Answer::redirect(301, "/new"),
            ("/old", _) => Answer::ok("back"),
            (_, 0..=4) => Answer::ok(format!("{}", asked.number)),
            _ => Answer::new(404, &[], ""),
        }
    })
    .await;
    let fetcher = fetcher();
    let request = Request::get(site.url("/old"));
    let day = |days: u64| now().plus(Duration::from_hours(24 * days));
    let mut memory = Memory::new();
    for (days, expected) in [(0, None), (1, Some("/new")), (2, Some("/new"))] {
        let fetched = fetcher.get(&request, &memory, day(days)).await.unwrap();
        let Fetched::Fresh {
            memory: next,
            moved,
            ..
        } = fetched
        else {
            panic!("unchanged");
        };
        assert_eq!(
            moved.as_deref(),
            expected.map(|path| site.url(path)).as_ref()
        );
        memory = next;
    }
    assert_eq!(site.paths(), ["/old", "/new", "/old", "/new", "/new"]);
    let (response, memory) = fresh(fetcher.get(&request, &memory, day(3)).await.unwrap());
    assert_eq!(response.body, "back");
    assert_eq!(memory.get(MOVED_CONFIRMED), None);
    assert_eq!(site.paths()[5..], ["/new", "/old"]);
}

#[tokio::test]
async fn no_form_of_a_private_address_is_asked() {
    let site = Site::serve("127.0.0.1", |_| Answer::ok("secret")).await;
    let port = site.port();
    let guarded = Fetcher::new(&FetchSettings {
        allow_private: vec!["127.9.9.9/32".parse().unwrap()],
        ..settings()
    })
    .unwrap();
    let hosts = [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "017700000001",
        "127.1",
        "0",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[::1]",
        "[64:ff9b::7f00:1]",
        "localhost",
        "169.254.169.254",
    ];
    let targets: Vec<String> = hosts
        .iter()
        .map(|host| format!("http://{host}:{port}/latest/meta-data"))
        .collect();
    let list = targets.clone();
    let redirecting = Site::serve("127.9.9.9", move |asked| {
        let number: usize = asked.path[1..].parse().unwrap();
        Answer::redirect(302, &list[number])
    })
    .await;
    for (number, target) in targets.iter().enumerate() {
        let direct = get(&guarded, Url::parse(target).unwrap())
            .await
            .unwrap_err();
        assert!(
            matches!(direct, FetchError::Private { .. }),
            "{target}: {direct}"
        );
        let hop = get(&guarded, redirecting.url(&format!("/{number}")))
            .await
            .unwrap_err();
        assert!(matches!(hop, FetchError::Private { .. }), "{target}: {hop}");
    }
    assert!(site.asked().is_empty());
    for target in [
        "file:///etc/passwd",
        "ftp://127.9.9.9/",
        "gopher://127.9.9.9/",
    ] {
        let error = get(&guarded, Url::parse(target).unwrap())
            .await
            .unwrap_err();
        assert!(
            matches!(error, FetchError::BadUrl { .. }),
            "{target}: {error}"
        );
    }
}

#[tokio::test]
async fn what_the_settings_name_is_asked_by_name_too() {
    let site = Site::serve("127.0.0.1", |_| Answer::ok("hello")).await;
    for host in ["localhost", "2130706433", "[::ffff:127.0.0.1]"] {
        let url = Url::parse(&format!("http://{host}:{}/", site.port())).unwrap();
        let (response, _) = fresh(get(&fetcher(), url).await.unwrap());
        assert_eq!(response.body, "hello", "{host}");
    }
}

/// A gzip stream that becomes a thousand times longer: matches of 258 zeros, 13 bits each.
fn gzip_bomb(bytes: usize) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let (mut held, mut count) = (0_u32, 0);
    let mut put = |bits: &str| {
        for bit in bits.bytes() {
            held |= u32::from(bit == b'1') << count;
            count += 1;
            if count == 8 {
                out.push(u8::try_from(held).unwrap());
                (held, count) = (0, 0);
            }
        }
    };
    put("110");
    put("00110000");
    for _ in 0..bytes / 258 {
        put("1100010100000");
    }
    put("00000000000000");
    out
}

/// A zstd frame of blocks that repeat one byte 128 KiB long each: 4 bytes for 131,072.
fn zstd_bomb(blocks: usize) -> Vec<u8> {
    let mut out = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
    for _ in 0..blocks {
        let header = (131_072_u32 << 3) | (1 << 1);
        out.extend_from_slice(&header.to_le_bytes()[..3]);
        out.push(b'x');
    }
    out
}

#[tokio::test]
async fn bodies_are_decoded() {
    // "hello", stored by each format.
    let cases: [(&str, &[u8]); 3] = [
        (
            "gzip",
            b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x01\x05\0\xfa\xffhello\x86\xa6\x10\x36\x05\0\0\0",
        ),
        ("br", b"\x0b\x02\x80hello\x03"),
        ("zstd", b"\x28\xb5\x2f\xfd\x20\x05\x29\0\0hello"),
    ];
    for (coding, bytes) in cases {
        let site = Site::serve("127.0.0.1", move |_| {
            Answer::new(200, &[("content-encoding", coding)], bytes)
        })
        .await;
        let (response, _) = fresh(get(&fetcher(), site.url("/")).await.unwrap());
        assert_eq!(response.body, "hello", "{coding}");
    }
}

#[tokio::test]
async fn nothing_is_taken_beyond_the_caps() {
    let gzip = gzip_bomb(50_000_000);
    let zstd = zstd_bomb(400);
    assert!(gzip.len() < 400_000 && zstd.len() < 2_000);
    let long = "x".repeat(100_000);
    let cases = [
        (
            "gzip bomb",
            Answer::new(200, &[("content-encoding", "gzip")], gzip),
        ),
        (
            "zstd bomb",
            Answer::new(200, &[("content-encoding", "zstd")], zstd),
        ),
        (
            "announced",
            Answer::head(200, &[("content-length", "99999999999")]).bytes("\r\nx"),
        ),
        (
            "endless",
            Answer::head(200, &[])
                .bytes("\r\n")
                .endless("x".repeat(65_536)),
        ),
        (
            "long header",
            Answer::new(200, &[("x-long", &long)], "hello"),
        ),
        (
            "header of a redirect",
            Answer::new(302, &[("location", "/x"), ("x-long", &long)], ""),
        ),
    ];
    for (name, answer) in cases {
        let error = failure(answer).await;
        assert!(
            matches!(error, FetchError::TooLarge { .. }),
            "{name}: {error}"
        );
        assert_eq!(error.retry(), Retry::Later);
    }
    let endless = Answer::head(200, &[]).endless(b"x-more: more\r\n");
    let error = failure(endless).await;
    assert!(
        matches!(error, FetchError::Connection { .. }),
        "endless header: {}",
        error.line()
    );
}

#[tokio::test]
async fn what_does_not_come_in_time_is_given_up() {
    let drip = |mut answer: Answer| {
        for _ in 0..100 {
            answer = answer.pause(SECOND / 10).bytes("x");
        }
        answer
    };
    let cases = [
        ("no answer", Answer::default().pause(10 * SECOND)),
        ("half a header", Answer::head(200, &[]).pause(10 * SECOND)),
        (
            "half a body",
            Answer::head(200, &[("content-length", "5")])
                .bytes("\r\nhe")
                .pause(10 * SECOND),
        ),
        ("drop by drop", drip(Answer::head(200, &[]).bytes("\r\n"))),
        (
            "header drop by drop",
            drip(Answer::head(200, &[]).bytes("x-slow: ")),
        ),
    ];
    let fetcher = Fetcher::new(&FetchSettings {
        timeout: SECOND * 6 / 10,
        ..settings()
    })
    .unwrap();
    for (name, answer) in cases {
        let site = Site::serve("127.0.0.1", move |_| answer.clone()).await;
        let start = Instant::now();
        let error = get(&fetcher, site.url("/")).await.unwrap_err();
        assert!(
            matches!(error, FetchError::TooSlow { .. }),
            "{name}: {error}"
        );
        assert!(
            start.elapsed() < 5 * SECOND,
            "{name}: {:?}",
            start.elapsed()
        );
    }
}

#[tokio::test]
async fn broken_answers_are_errors() {
    let cases = [
        ("nothing", Answer::default()),
        ("no HTTP", Answer::default().bytes("hello\r\n\r\n")),
        (
            "too short",
            Answer::head(200, &[("content-length", "50")]).bytes("\r\nhello"),
        ),
        (
            "bad length",
            Answer::head(200, &[("content-length", "many")]).bytes("\r\nhello"),
        ),
        (
            "bad chunk",
            Answer::head(200, &[("transfer-encoding", "chunked")]).bytes("\r\nzz\r\nhello"),
        ),
        (
            "cut chunk",
            Answer::head(200, &[("transfer-encoding", "chunked")]).bytes("\r\nff\r\nhello"),
        ),
        (
            "not asked for",
            Answer::new(200, &[("content-encoding", "deflate")], "hello"),
        ),
        (
            "no gzip",
            Answer::new(200, &[("content-encoding", "gzip")], "hello"),
        ),
    ];
    for (name, answer) in cases {
        let error = failure(answer).await;
        assert!(
            matches!(error, FetchError::Connection { .. }),
            "{name}: {error}"
        );
        assert_eq!(error.retry(), Retry::Later, "{name}");
    }
    let longer = Answer::head(200, &[("content-length", "5")]).bytes("\r\nhello, and more");
    let site = Site::serve("127.0.0.1", move |_| longer.clone()).await;
    let (response, _) = fresh(get(&fetcher(), site.url("/")).await.unwrap());
    assert_eq!(response.body, "hello");
}

#[tokio::test]
async fn no_connection_no_tls_and_no_name_are_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let plain = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 x\r\n\r\n").await.unwrap();
        // Hangs up only when the other side has.
        drop(stream.read_to_end(&mut Vec::new()).await);
    });
    let secure = Url::parse(&format!("https://127.0.0.1:{port}/?token=geheim")).unwrap();
    let error = get(&fetcher(), secure).await.unwrap_err();
    assert!(matches!(error, FetchError::Tls { .. }), "{}", error.line());
    assert!(!error.line().contains("geheim"), "{}", error.line());
    plain.await.unwrap();
    let site = Site::serve("127.0.0.1", |_| Answer::ok("hello")).await;
    let closed = site.url("/");
    drop(site);
    let error = get(&fetcher(), closed).await.unwrap_err();
    assert!(
        matches!(error, FetchError::Connection { .. }),
        "{}",
        error.line()
    );
    // A label that is too long to ask any name server for.
    let nowhere = Url::parse(&format!("http://{}.invalid/", "x".repeat(64))).unwrap();
    let error = get(&fetcher(), nowhere).await.unwrap_err();
    assert!(matches!(error, FetchError::Dns { .. }), "{}", error.line());
}

#[tokio::test]
async fn a_certificate_that_nobody_signed_is_refused() {
    let own = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut connection = rustls::ServerConnection::new(config.into()).unwrap();
        // Until the client hangs up.
        while connection
            .complete_io(&mut stream)
            .is_ok_and(|(read, _)| read > 0)
        {}
        connection.is_handshaking()
    });
    let url = Url::parse(&format!("https://127.0.0.1:{port}/")).unwrap();
    let error = get(&fetcher(), url).await.unwrap_err();
    assert!(matches!(error, FetchError::Tls { .. }), "{}", error.line());
    assert!(error.line().contains("certificate"), "{}", error.line());
    drop(server.join());
}

fn page(url: Url) -> Request {
    Request {
        obeys_robots: true,
        ..Request::get(url)
    }
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
    for pair in site.asked().windows(2) {
        let gap = pair[1].began.duration_since(pair[0].began);
        assert!(gap >= Duration::from_millis(300), "{gap:?}");
    }
}

#[tokio::test]
async fn a_request_that_is_dropped_holds_nobody() {
    let site = Site::serve("127.0.0.1", |asked| match asked.path.as_str() {
        "/slow" => Answer::default().pause(30 * SECOND),
        _ => Answer::ok("hello"),
    })
    .await;
    let fetcher = fetcher();
    let dropped = tokio::time::timeout(SECOND / 5, get(&fetcher, site.url("/slow"))).await;
    assert!(dropped.is_err());
    let next = tokio::time::timeout(SECOND, get(&fetcher, site.url("/next"))).await;
    assert!(next.is_ok_and(|fetched| fetched.is_ok()));
}
