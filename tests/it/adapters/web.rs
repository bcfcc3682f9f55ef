//! Feeds and pages: what is something else, what is hostile, what is very long.

use std::time::{Duration, Instant};

use ascolto::model::{Request, SourceKind};
use ascolto::sources::{Answer, MAX_ITEMS, adapter, check_selectors};

use super::case::{cases, now};

#[test]
fn what_is_something_else_is_called_by_its_name() {
    let web_page =
        "<!DOCTYPE html><html><head><title>Accedi</title></head><body><p>Login</body></html>";
    for case in cases().filter(|case| case.is("feed")) {
        for (body, expected) in [
            ("", "expected a feed, found an empty response"),
            ("  \n ", "expected a feed, found an empty response"),
            (
                web_page,
                "expected a feed, found an HTML page: `ascolto sources test` looks for the feed that it names",
            ),
            (
                "<html><body>x",
                "expected a feed, found an HTML page: `ascolto sources test` looks for the feed that it names",
            ),
            ("Not found", "expected a feed, found plain text"),
            (
                "{\"error\": 1}",
                "expected a feed, found another kind of JSON",
            ),
            (
                "<opml version='1.0'><body/></opml>",
                "expected a feed, found an OPML list of feeds",
            ),
            ("<urlset></urlset>", "expected a feed, found a sitemap"),
            (
                "<rss><channel><title>x",
                "expected a whole item, found a feed that breaks off before its first item",
            ),
        ] {
            assert_eq!(
                case.parse(body.into()).unwrap_err().to_string(),
                expected,
                "{}",
                case.folder
            );
        }
    }
    for case in cases().filter(|case| case.is("page")) {
        let SourceKind::Page(settings) = &case.source.kind else {
            unreachable!()
        };
        let item = &settings.item;
        for (body, expected) in [
            (
                "",
                "expected an HTML page, found an empty response".to_owned(),
            ),
            ("{\"a\":1}", "expected an HTML page, found JSON".to_owned()),
            (
                "<?xml version='1.0'?><rss></rss>",
                "expected an HTML page, found a feed: use `kind = \"feed\"`".to_owned(),
            ),
            (
                web_page,
                format!(
                    "expected at least one match of `item = \"{item}\"`, found none on the page"
                ),
            ),
        ] {
            assert_eq!(
                case.parse(body.into()).unwrap_err().to_string(),
                expected,
                "{}",
                case.folder
            );
        }
    }
}

#[test]
fn hostile_responses_take_no_time() {
    let many = 30_000;
    let bomb = format!(
        "<!DOCTYPE lolz [<!ENTITY lol \"lol\">{}]><rss><channel><item><title>&lol9;</title></item></channel></rss>",
        (1..10)
            .map(|n| format!(
                "<!ENTITY lol{n} \"{}\">",
                format!("&lol{};", n - 1).repeat(10)
            ))
            .collect::<Vec<String>>()
            .concat()
    );
    let bodies = [
        bomb,
        format!(
            "<rss><channel>{}",
            "<item><title>x</title></item>".repeat(many)
        ),
        format!("<rss><channel><item><description>{}", "<div>".repeat(many)),
        format!(
            "<rss><channel><item><description>{}</description></item></channel></rss>",
            "&lt;div&gt;".repeat(many)
        ),
        format!("<rss><channel>{}", "<item>".repeat(many)),
        format!("<feed><entry>{}</entry></feed>", "<a b='".repeat(many)),
        format!(
            "<rss><channel><item><title>{}</title></item></channel></rss>",
            "x".repeat(5_000_000)
        ),
        format!("<rss{}><channel>", " xmlns:a='b'".repeat(many)),
        format!("{{\"items\":{}", "[".repeat(many)),
        format!("<html>{}", "<div class=comment>".repeat(20_000)),
        format!("<html>{}", "<li class=comment><ul>".repeat(250)),
        "\u{0}".repeat(many),
        "\u{feff}".repeat(many),
    ];
    for case in cases().filter(|case| matches!(&*case.folder, "feed/bare" | "page/comments_nested"))
    {
        for body in &bodies {
            let started = Instant::now();
            let page = case.parse(body.clone().into_bytes());
            let start: String = body.chars().take(60).collect();
            assert!(
                started.elapsed() < Duration::from_secs(10),
                "{}: {start}",
                case.folder
            );
            let longest = page
                .iter()
                .flat_map(|page| &page.items)
                .map(|item| item.text.len())
                .max();
            assert!(
                longest.unwrap_or(0) <= 256 * 1024,
                "{}: {start}",
                case.folder
            );
        }
    }
}

#[test]
fn of_a_hundred_thousand_items_the_first_are_read_and_the_others_counted() {
    let case = cases().find(|case| case.folder == "feed/bare").unwrap();
    let items: Vec<String> = (0..100_000)
        .map(|n| format!("<item><guid>{n}</guid><title>t{n}</title></item>"))
        .collect();
    let items = items.concat();
    let page = case
        .parse(format!("<rss><channel>{items}</channel></rss>").into())
        .unwrap();
    assert_eq!(page.items.len(), MAX_ITEMS);
    assert_eq!(
        page.items[MAX_ITEMS - 1].native_id.as_deref(),
        Some("19999")
    );
    assert_eq!(
        page.notes,
        ["left out, beyond the first 20000: 80000".to_owned()]
    );
}

#[test]
fn selectors_that_cannot_be_read_are_named() {
    let case = cases()
        .find(|case| case.folder == "page/reviews_it")
        .unwrap();
    let SourceKind::Page(settings) = &case.source.kind else {
        unreachable!()
    };
    let mut settings = settings.clone();
    assert_eq!(check_selectors(&settings), []);
    settings.item = "..review".to_owned();
    settings.fields.date = Some("time[".to_owned());
    settings.next = Some("a:nosuch(x) @href".to_owned());
    let problems = check_selectors(&settings);
    assert_eq!(
        problems.iter().map(|(field, _)| *field).collect::<Vec<_>>(),
        ["item", "date", "next"]
    );
    assert_eq!(
        problems[1].1,
        "expected a CSS selector such as `.review` or `a.title @href`, found `time[`"
    );
    let request = Request::get(settings.url.clone());
    let error = adapter(&SourceKind::Page(settings))
        .parse(&Answer {
            request: &request,
            response: &case.response(&request, b"<p>x".to_vec()),
            page: 0,
            now: now(),
        })
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected a CSS selector in `item`, found `..review`"
    );
}
