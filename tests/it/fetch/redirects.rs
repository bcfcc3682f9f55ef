//! Where an answer leads: redirects, permanent moves, private addresses.

use std::time::Duration;

use ascolto::config::FetchSettings;
use ascolto::fetch::{FetchError, Fetched, Fetcher, MOVED_CONFIRMED};
use ascolto::model::Request;
use url::Url;

use super::{Memory, fetcher, fresh, get, now, page, settings};
use crate::loopback::{Answer, Site};

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

/// robots.txt may be anywhere, but not in a private network: nobody asks there to find out.
#[tokio::test]
async fn the_way_to_robots_txt_leads_into_no_private_network() {
    let secret = Site::serve("127.0.0.1", |_| Answer::ok("user-agent: *\nallow: /\n")).await;
    let target = secret.url("/robots.txt").to_string();
    let site = Site::serve("127.9.9.9", move |asked| match asked.path.as_str() {
        "/robots.txt" => Answer::redirect(302, &target),
        _ => Answer::ok("hello"),
    })
    .await;
    let guarded = Fetcher::new(&FetchSettings {
        allow_private: vec!["127.9.9.9/32".parse().unwrap()],
        ..settings()
    })
    .unwrap();
    let error = guarded
        .get(&page(site.url("/page")), &Memory::new(), now())
        .await
        .unwrap_err();
    assert!(matches!(error, FetchError::Private { .. }), "{error}");
    assert_eq!(secret.paths(), [""; 0]);
    assert_eq!(site.paths(), ["/robots.txt"]);
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
