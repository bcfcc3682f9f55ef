//! Bodies and connections that are broken, too large or too slow.

use std::time::Instant;

use ascolto::config::FetchSettings;
use ascolto::fetch::{FetchError, Fetcher, Retry};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use super::{SECOND, failure, fetcher, fresh, get, settings};
use crate::loopback::{Answer, Site};

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
