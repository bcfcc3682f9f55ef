//! One suite over all adapters: what each reads from its fixtures, and what none may ever do.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use ascolto::extract::{clean_line, clean_text};
use ascolto::model::{
    FeedSettings, ItemKind, PageFields, PageSettings, Response, SourceKind, SourceState, Timestamp,
};
use ascolto::sources::{Page, ParseError, adapter, check_selectors};
use bytes::Bytes;
use url::Url;

/// One recorded response.
struct Case {
    folder: &'static str,
    file: &'static str,
    content_type: &'static str,
    address: &'static str,
}

const CASES: &[Case] = &[
    case(
        "feed/atom_forum",
        "response.xml",
        "application/atom+xml",
        "https://forum.example/elettrodomestici/feed.atom",
    ),
    case("feed/bare", "response.xml", "", "https://poco.example/rss"),
    case(
        "feed/google_alert",
        "response.xml",
        "text/xml; charset=utf-8",
        "https://www.google.com/alerts/feeds/1/2",
    ),
    case(
        "feed/json_feed",
        "response.json",
        "application/feed+json",
        "https://arctica.example/blog/feed.json",
    ),
    case(
        "feed/rdf_utf16",
        "response.xml",
        "text/xml",
        "https://notizie.example/rdf",
    ),
    case(
        "feed/rss_damaged",
        "response.xml",
        "text/html; charset=UTF-8",
        "http://blog.example/feed",
    ),
    case(
        "feed/rss_news",
        "response.xml",
        "application/rss+xml; charset=UTF-8",
        "https://giornale.example/feed/",
    ),
    case(
        "feed/shared_ids",
        "response.xml",
        "",
        "https://negozio.example/frigo/rss",
    ),
    case(
        "feed/wordpress_comments",
        "response.xml",
        "",
        "https://blog.example/comments/feed/",
    ),
    case(
        "feed/youtube",
        "response.xml",
        "",
        "https://www.youtube.com/feeds/videos.xml?channel_id=UC1",
    ),
    case(
        "page/comments_nested",
        "response.html",
        "text/html",
        "https://blog.example/nuovo/",
    ),
    case(
        "page/reviews_en",
        "response.html",
        "text/html",
        "https://shop.example/fridge",
    ),
    case(
        "page/reviews_it",
        "response.html",
        "text/html",
        "https://negozio.example/p/frigo?pag=1",
    ),
];

const fn case(
    folder: &'static str,
    file: &'static str,
    content_type: &'static str,
    address: &'static str,
) -> Case {
    Case {
        folder,
        file,
        content_type,
        address,
    }
}

fn page_settings(url: Url, folder: &str) -> PageSettings {
    let some = |text: &str| Some(text.to_owned());
    let (item, fields, next) = match folder {
        "page/reviews_it" => (
            ".recensione",
            PageFields {
                title: some("h3"),
                text: some("p"),
                link: some("a.permalink"),
                author: some(".autore"),
                date: some("time"),
                rating: some(".stelle"),
                id: some("@data-id"),
            },
            some("a[rel=next]"),
        ),
        "page/comments_nested" => (
            "li.comment",
            PageFields {
                text: some("p"),
                author: some(".who"),
                date: some(".when"),
                id: some("@id"),
                rating: some(".stars"),
                ..PageFields::default()
            },
            None,
        ),
        _ => ("article", PageFields::default(), None),
    };
    PageSettings {
        url,
        item: item.to_owned(),
        fields,
        next,
        max_pages: 3,
        item_kind: ItemKind::Review,
    }
}

impl Case {
    fn kind(&self) -> SourceKind {
        let url = Url::parse(self.address).unwrap();
        if self.folder.starts_with("page/") {
            SourceKind::Page(Box::new(page_settings(url, self.folder)))
        } else {
            SourceKind::Feed(FeedSettings {
                url,
                item_kind: ItemKind::Article,
            })
        }
    }

    fn path(&self) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures/sources")
            .join(self.folder)
    }

    fn body(&self) -> Vec<u8> {
        fs::read(self.path().join(self.file)).unwrap()
    }

    fn parse(&self, body: Vec<u8>) -> Result<Page, ParseError> {
        let headers = if self.content_type.is_empty() {
            Vec::new()
        } else {
            vec![("content-type".to_owned(), self.content_type.to_owned())]
        };
        adapter(&self.kind()).parse(&Response {
            status: 200,
            headers,
            body: Bytes::from(body),
            url: Url::parse(self.address).unwrap(),
        })
    }
}

/// A page as a person reads it: what is not given is left out.
fn shown(page: &Page) -> String {
    let mut items = serde_json::to_value(&page.items).unwrap();
    for item in items.as_array_mut().unwrap() {
        let item = item.as_object_mut().unwrap();
        item.retain(|_, value| !value.is_null());
        let author = item["author"].as_object_mut().unwrap();
        author.retain(|_, value| !value.is_null());
    }
    format!(
        "title: {:?}\nnext: {:?}\npoll hint: {:?}\nnotes: {:?}\nitems: {}",
        page.title,
        page.next.as_ref().map(|next| next.url.as_str()),
        page.poll_hint,
        page.notes,
        serde_json::to_string_pretty(&items).unwrap()
    )
}

#[test]
fn every_fixture_is_read_as_recorded() {
    for case in CASES {
        let page = case.parse(case.body()).unwrap();
        insta::with_settings!({
            snapshot_path => case.path(),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!("page", shown(&page));
        });
    }
}

#[test]
fn two_readings_are_the_same() {
    for case in CASES {
        assert_eq!(
            case.parse(case.body()),
            case.parse(case.body()),
            "{}",
            case.folder
        );
    }
}

#[test]
fn text_is_free_of_markup_and_control_characters() {
    for case in CASES {
        for item in case.parse(case.body()).unwrap().items {
            let title = item.title.clone().unwrap_or_default();
            assert_eq!(title, clean_line(&title), "{}", case.folder);
            assert_eq!(item.text, clean_text(&item.text), "{}", case.folder);
            for text in [&title, &item.text] {
                for markup in ["</", "<p", "<b>", "<br", "&amp;", "&#", "alert("] {
                    assert!(!text.contains(markup), "{}: {text}", case.folder);
                }
            }
        }
    }
}

#[test]
fn addresses_are_of_the_web_and_absolute() {
    for case in CASES {
        let page = case.parse(case.body()).unwrap();
        let given = page
            .items
            .iter()
            .flat_map(|item| [item.url.as_deref(), item.parent.as_deref()])
            .flatten();
        for address in given.chain(page.next.as_ref().map(|next| next.url.as_str())) {
            let url = Url::parse(address).unwrap();
            assert!(
                matches!(url.scheme(), "http" | "https"),
                "{}: {address}",
                case.folder
            );
        }
    }
}

#[test]
fn ids_and_own_addresses_are_unique() {
    for case in CASES {
        let page = case.parse(case.body()).unwrap();
        let mut ids = BTreeSet::new();
        let mut addresses = BTreeSet::new();
        for item in page.items {
            if let Some(id) = item.native_id {
                assert!(ids.insert(id), "{}", case.folder);
            }
            if item.permalink {
                assert!(addresses.insert(item.url.unwrap()), "{}", case.folder);
            }
        }
    }
}

/// Every text without digits: nothing may come out dated, numbered or rated.
#[test]
fn nothing_is_invented() {
    for case in CASES {
        let body: Vec<u8> = case
            .body()
            .into_iter()
            .map(|byte| if byte.is_ascii_digit() { b'x' } else { byte })
            .collect();
        let Ok(page) = case.parse(body) else {
            continue;
        };
        for item in page.items {
            assert_eq!(item.published, None, "{}", case.folder);
            assert_eq!(item.engagement, None, "{}", case.folder);
            assert_eq!(item.rating, None, "{}", case.folder);
        }
    }
}

#[test]
fn a_response_cut_anywhere_gives_whole_items_or_an_error() {
    for case in CASES {
        let body = case.body();
        let whole = case.parse(body.clone()).unwrap();
        let is_feed = case.folder.starts_with("feed/");
        for length in 0..body.len() {
            let Ok(page) = case.parse(body.iter().copied().take(length).collect()) else {
                continue;
            };
            assert!(
                page.items.len() <= whole.items.len() + 1,
                "{} at {length}",
                case.folder
            );
            if is_feed && case.folder != "feed/rss_damaged" && case.folder != "feed/shared_ids" {
                for item in &page.items {
                    let as_whole = |other: &&ascolto::model::Item| {
                        other.native_id == item.native_id
                            && other.title == item.title
                            && other.text == item.text
                    };
                    assert!(
                        whole.items.iter().any(|other| as_whole(&other)),
                        "{} at {length}: {item:?}",
                        case.folder
                    );
                }
            }
        }
    }
}

#[test]
fn what_is_something_else_is_called_by_its_name() {
    let web_page =
        "<!DOCTYPE html><html><head><title>Accedi</title></head><body><p>Login</body></html>";
    for case in CASES.iter().filter(|case| case.folder.starts_with("feed/")) {
        for (body, expected) in [
            ("", "expected a feed, found an empty response"),
            ("  \n ", "expected a feed, found an empty response"),
            (web_page, "expected a feed, found an HTML page"),
            ("<html><body>x", "expected a feed, found an HTML page"),
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
    for case in CASES.iter().filter(|case| case.folder.starts_with("page/")) {
        let item = match case.kind() {
            SourceKind::Page(settings) => settings.item.clone(),
            SourceKind::Feed(_) => unreachable!(),
        };
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
    for case in CASES
        .iter()
        .filter(|case| matches!(case.folder, "feed/bare" | "page/comments_nested"))
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
fn a_hundred_thousand_items_are_all_read() {
    let case = &CASES[1];
    let items: Vec<String> = (0..100_000)
        .map(|n| format!("<item><guid>{n}</guid><title>t{n}</title></item>"))
        .collect();
    let items = items.concat();
    let page = case
        .parse(format!("<rss><channel>{items}</channel></rss>").into())
        .unwrap();
    assert_eq!(page.items.len(), 100_000);
    assert_eq!(page.items[99_999].native_id.as_deref(), Some("99999"));
}

#[test]
fn plans_ask_for_the_address_of_the_settings() {
    for case in CASES {
        let kind = case.kind();
        let adapter = adapter(&kind);
        let source = SourceState::new(
            ascolto::model::SourceKey(case.folder.to_owned()),
            case.folder.to_owned(),
        );
        let plan = adapter.plan(&source, Timestamp::from_seconds(1_763_622_720));
        assert_eq!(plan.len(), 1);
        assert_eq!(plan[0].url.as_str(), case.address);
        assert_eq!(plan[0].obeys_robots, case.folder.starts_with("page/"));
        assert!(adapter.max_pages(&source) >= 1);
        assert!(!adapter.manifest().limits.is_empty());
    }
}

#[test]
fn selectors_that_cannot_be_read_are_named() {
    let url = Url::parse("https://shop.example/").unwrap();
    let mut settings = page_settings(url, "page/reviews_it");
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
    let kind = SourceKind::Page(Box::new(settings));
    let error = adapter(&kind)
        .parse(&Response {
            status: 200,
            headers: Vec::new(),
            body: Bytes::from_static(b"<p>x"),
            url: Url::parse("https://shop.example/").unwrap(),
        })
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected a CSS selector in `item`, found `..review`"
    );
}
