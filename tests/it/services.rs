//! The real binary against services on loopback: plan, fetch, parse, match, store, and what is
//! told where a service refuses.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::harness::Instance;
use crate::loopback::{Answer, Asked, Site};

const SETTINGS: &str = "[fetch]\nallow_private = [\"127.0.0.0/8\"]\ngap = \"0s\"\n";
const WATCHLIST: &str = "name = \"Frigolux\"\nquery = '(frigolux OR \"frigo lux\") NOT volley'\n";
const TOKEN: &str = "t0p-secret";

fn instance(source: &str) -> Instance {
    Instance::new()
        .file("ascolto.toml", SETTINGS)
        .file("token", TOKEN)
        .file(
            "watchlists/frigolux.toml",
            &format!("{WATCHLIST}\n[[source]]\n{source}"),
        )
}

fn json(body: &str) -> Answer {
    Answer::new(200, &[("content-type", "application/json")], body)
}

/// What the archive holds, newest first.
fn found(instance: &Instance) -> Vec<Value> {
    let ran = instance.run(&["search", "", "--format", "json"]);
    if ran.stdout.is_empty() {
        return Vec::new();
    }
    ran.json_lines()
}

fn state(instance: &Instance) -> Value {
    let ran = instance.run(&["sources", "--format", "json"]);
    ran.code(0).json_lines().remove(0)
}

fn query(asked: &Asked, name: &str) -> Option<String> {
    let url = url::Url::parse("http://x/")
        .unwrap()
        .join(&asked.path)
        .unwrap();
    let pair = url.query_pairs().find(|(key, _)| key == name);
    pair.map(|(_, value)| value.into_owned())
}

/// Nothing that the instance prints or stores shows the token.
fn nothing_shows_the_token(instance: &Instance) {
    for arguments in [
        &["sources"][..],
        &["sources", "--format", "json"],
        &["check"],
        &["check", "--online"],
        &["collect", "--all"],
    ] {
        let ran = instance.run(arguments);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!said.contains(TOKEN), "{arguments:?}: {said}");
    }
    for entry in std::fs::read_dir(instance.path().join("index")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let shown = bytes
                .windows(TOKEN.len())
                .any(|part| part == TOKEN.as_bytes());
            assert!(!shown, "{}", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hacker_news_is_searched_for_the_words_of_the_watchlist() {
    let site = Site::serve("127.0.0.1", |asked| {
        let hits = match (
            query(asked, "query").as_deref(),
            query(asked, "page").as_deref(),
        ) {
            (Some("\"frigolux\""), None) => {
                r#"[{"objectID":"1","title":"Frigolux leaks","created_at_i":1795244520,"points":3},
                    {"objectID":"2","comment_text":"The frigolux volley team won","parent_id":1}]"#
            }
            (Some("\"frigolux\""), Some("1")) => {
                r#"[{"objectID":"3","comment_text":"My <i>Frigolux</i> too","parent_id":1}]"#
            }
            _ => "[]",
        };
        let page = query(asked, "page").unwrap_or_else(|| "0".to_owned());
        json(&format!(
            "{{\"hits\":{hits},\"page\":{page},\"nbPages\":2}}"
        ))
    })
    .await;
    let instance = instance(&format!(
        "kind = \"hacker_news\"\napi = \"{}\"\n",
        site.url("/")
    ));
    instance.run(&["check"]).code(0);
    instance.run(&["collect"]).code(0);
    let found = found(&instance);
    let mut addresses: Vec<&str> = found
        .iter()
        .map(|mention| mention["url"].as_str().unwrap())
        .collect();
    addresses.sort_unstable();
    assert_eq!(
        addresses,
        [
            "https://news.ycombinator.com/item?id=1",
            "https://news.ycombinator.com/item?id=3"
        ]
    );
    let asked = site.asked();
    let words: Vec<String> = asked
        .iter()
        .filter_map(|asked| query(asked, "query"))
        .collect();
    assert_eq!(
        words,
        [
            "\"frigolux\"",
            "\"frigolux\"",
            "\"frigo lux\"",
            "\"frigo lux\""
        ]
    );
    assert!(
        asked
            .iter()
            .all(|asked| query(asked, "numericFilters").is_none())
    );
    instance.run(&["collect", "--all"]).code(0);
    let again = &site.asked()[asked.len()];
    assert!(
        query(again, "numericFilters")
            .unwrap()
            .starts_with("created_at_i>")
    );
    // An edited query is asked of the past as well.
    instance.write(
        "watchlists/frigolux.toml",
        &format!(
            "name = \"F\"\nquery = 'gelomax'\n[[source]]\nkind = \"hacker_news\"\napi = \"{}\"\n",
            site.url("/")
        ),
    );
    let before = site.asked().len();
    instance.run(&["collect", "--all"]).code(0);
    let afresh = &site.asked()[before];
    assert_eq!(query(afresh, "query").as_deref(), Some("\"gelomax\""));
    assert_eq!(query(afresh, "numericFilters"), None);
    assert_eq!(state(&instance)["name"], "hacker_news");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hashtag_is_walked_forward_with_a_token_that_nobody_sees() {
    let site = Site::serve("127.0.0.1", |asked| {
        if asked.headers.get("authorization").map(String::as_str) != Some("Bearer t0p-secret") {
            let body = r#"{"error":"This method requires an authenticated user"}"#;
            return Answer::new(422, &[("content-type", "application/json")], body);
        }
        let post = |id: u32| {
            format!(
                r#"{{"id":"{id}","uri":"https://a.example/s/{id}","url":"https://a.example/@x/{id}","visibility":"public",
                   "content":"<p>#frigolux {id}</p>","created_at":"2026-11-21T08:00:00Z","account":{{"acct":"x"}}}}"#
            )
        };
        if asked.path.contains("/search") {
            return json(r#"{"statuses":[],"accounts":[],"hashtags":[]}"#);
        }
        let from: u32 = query(asked, "min_id").map_or(0, |id| id.parse().unwrap());
        let posts: Vec<String> = (from + 1..=from + 2).map(post).collect();
        json(&format!("[{}]", posts.join(",")))
    })
    .await;
    let source = |token: &str| {
        format!(
            "kind = \"mastodon\"\nurl = \"{}\"\ntags = [\"frigolux\"]\n{token}",
            site.url("/")
        )
    };
    let closed = instance(&source(""));
    let ran = closed.run(&["collect"]);
    assert!(ran.stderr.contains("needs a token"), "{}", ran.stderr);
    let told = state(&closed);
    assert_eq!(told["state"], "failing");
    assert!(
        told["error"].as_str().unwrap().contains("token_file"),
        "{told}"
    );

    let open = instance(&source("token_file = \"token\"\n"));
    open.run(&["collect"]).code(0);
    assert_eq!(found(&open).len(), 2);
    open.run(&["collect", "--all"]).code(0);
    assert_eq!(found(&open).len(), 4);
    nothing_shows_the_token(&open);
    let walked: Vec<String> = site
        .asked()
        .iter()
        .filter_map(|asked| query(asked, "min_id"))
        .collect();
    assert_eq!(walked.first().map(String::as_str), Some("2"), "{walked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_json_api_is_read_with_its_key_and_its_refusals_are_told() {
    let refuse = Arc::new(AtomicUsize::new(0));
    let refusing = Arc::clone(&refuse);
    let site = Site::serve("127.0.0.1", move |asked| {
        match refusing.load(Ordering::Relaxed) {
            0 => {}
            status => {
                let body = r#"{"message":"Key t0p-secret has expired"}"#;
                let status = u16::try_from(status).unwrap();
                return Answer::new(status, &[("content-type", "application/json")], body);
            }
        }
        if query(asked, "key").as_deref() != Some("t0p-secret") {
            return Answer::new(401, &[], "");
        }
        json(match query(asked, "page").as_deref() {
            None => r#"{"reviews":[{"id":1,"text":"Il Frigolux perde","stars":2,"at":1795244520}],"next":"/r?page=2"}"#,
            _ => r#"{"reviews":[{"id":2,"text":"Frigo Lux ottimo","stars":5,"at":1795244521}],"next":null}"#,
        })
    })
    .await;
    let instance = instance(&format!(
        "kind = \"json_api\"\nname = \"shop\"\nurl = \"{}\"\nitems = \"/reviews\"\nid = \"/id\"\ntext = \"/text\"\n\
         rating = \"/stars\"\ndate = \"/at\"\nnext = \"/next\"\ntoken_file = \"token\"\ntoken_parameter = \"key\"\n",
        site.url("/r")
    ));
    instance.run(&["check"]).code(0);
    let tested = instance.run(&["sources", "test", "shop"]).code(0);
    assert!(tested.stdout.contains("1 item"), "{}", tested.stdout);
    instance.run(&["collect"]).code(0);
    let ratings: Vec<f64> = found(&instance)
        .iter()
        .map(|mention| mention["rating"].as_f64().unwrap())
        .collect();
    assert_eq!(ratings.len(), 2);
    nothing_shows_the_token(&instance);
    refuse.store(403, Ordering::Relaxed);
    instance.run(&["collect", "--all"]);
    let told = state(&instance);
    assert_eq!(told["state"], "failing");
    let error = told["error"].as_str().unwrap();
    assert!(error.contains("does not accept the token"), "{error}");
    assert!(!error.contains(TOKEN), "{error}");
    refuse.store(429, Ordering::Relaxed);
    instance.run(&["collect", "--all"]);
    assert!(
        state(&instance)["error"]
            .as_str()
            .unwrap()
            .contains("asks to wait")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wordpress_that_closed_its_api_is_read_by_its_feed() {
    let feed = "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>Commenti</title>\
        <item><title>Di: Lia</title><link>http://127.0.0.1/p/#comment-3</link><dc:creator>Lia</dc:creator>\
        <guid isPermaLink='false'>http://127.0.0.1/?p=1#comment-3</guid><description>Il Frigolux perde</description></item>\
        </channel></rss>";
    let site = Site::serve("127.0.0.1", move |asked| {
        if asked.path.starts_with("/blog/comments/feed/") {
            return Answer::new(200, &[("content-type", "application/rss+xml")], feed);
        }
        let body = r#"{"code":"rest_no_route","message":"No route","data":{"status":404}}"#;
        Answer::new(404, &[("content-type", "application/json")], body)
    })
    .await;
    let instance = instance(&format!(
        "kind = \"wordpress\"\nurl = \"{}\"\n",
        site.url("/blog")
    ));
    let tested = instance.run(&["check", "--online"]).code(0);
    assert!(tested.stdout.contains("ok"), "{}", tested.stdout);
    let before = site.asked().len();
    instance.run(&["collect"]).code(0);
    assert_eq!(found(&instance).len(), 1);
    let doors: Vec<String> = site.paths().split_off(before);
    assert_eq!(doors.len(), 3, "{doors:?}");
    assert!(
        doors[0].starts_with("/blog/wp-json/wp/v2/comments?"),
        "{doors:?}"
    );
    assert!(
        doors[1].starts_with("/blog/?rest_route=%2Fwp%2Fv2%2Fcomments"),
        "{doors:?}"
    );
    assert_eq!(doors[2], "/blog/comments/feed/");
    assert_eq!(state(&instance)["state"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_of_several_requests_gave_counts_though_another_fails() {
    let site = Site::serve("127.0.0.1", |asked| {
        if query(asked, "query").as_deref() == Some("\"frigo lux\"") {
            return Answer::new(500, &[], "");
        }
        json(r#"{"hits":[{"objectID":"1","title":"Frigolux leaks"}],"page":0,"nbPages":1}"#)
    })
    .await;
    let instance = instance(&format!(
        "kind = \"hacker_news\"\napi = \"{}\"\n",
        site.url("/")
    ));
    instance.run(&["collect"]);
    assert_eq!(found(&instance).len(), 1);
    let told = state(&instance);
    assert_eq!(told["state"], "failing");
    assert!(
        told["error"].as_str().unwrap().contains("status 500"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_with_one_key_share_its_quota() {
    let site = Site::serve("127.0.0.1", |asked| {
        if asked.path.starts_with("/feeds/") {
            return Answer::ok("<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title></feed>");
        }
        json(r#"{"items":[{"id":"t","snippet":{"videoId":"v","topLevelComment":{"id":"t","snippet":{"textOriginal":"Frigolux"}}}}]}"#)
    })
    .await;
    let source = |channel: &str| {
        format!(
            "[[source]]\nkind = \"youtube\"\nname = \"{channel}\"\nchannel = \"{channel}\"\nkey_file = \"token\"\n\
             daily_units = 7\napi = \"{}\"\nfeeds = \"{}\"\n",
            site.url("/v3"),
            site.url("/")
        )
    };
    let both = Instance::new()
        .file("ascolto.toml", SETTINGS)
        .file("token", TOKEN)
        .file(
            "watchlists/frigolux.toml",
            &format!("{WATCHLIST}{}{}", source("UC1"), source("UC2")),
        );
    both.run(&["collect"]).code(0);
    let spent = |site: &Site| {
        site.paths()
            .iter()
            .filter(|path| path.starts_with("/v3"))
            .count()
    };
    assert_eq!(spent(&site), 2);
    // Five pages might be read, and seven units are the bound: one poll more, and no further.
    both.run(&["collect", "--all"]);
    both.run(&["collect", "--all"]);
    assert_eq!(spent(&site), 3);
    let ran = both.run(&["sources"]);
    assert!(
        ran.stderr.contains("the quota of YouTube is used up until"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains(TOKEN));
}

#[test]
fn words_that_cannot_be_searched_for_are_told_by_check() {
    let with = |query: &str, source: &str| {
        Instance::new().file("ascolto.toml", SETTINGS).file(
            "watchlists/x.toml",
            &format!(
                "name = \"X\"\nquery = '{query}'\n\n[[source]]\nkind = \"hacker_news\"\n{source}"
            ),
        )
    };
    let none = with("frigo* OR author:lia", "").run(&["check"]).code(3);
    let problem = "`hacker_news` cannot search for what the query asks: frigo*, author:lia";
    assert!(none.stderr.contains(problem), "{}", none.stderr);
    let some = with("frigolux OR frigo*", "").run(&["check"]).code(0);
    let note = "`hacker_news` finds nothing by these parts of the query: frigo*";
    assert!(some.stderr.contains(note), "{}", some.stderr);
    let own = with("frigo*", "terms = [\"frigolux\"]\n")
        .run(&["check"])
        .code(0);
    assert!(!own.stderr.contains("frigo*"), "{}", own.stderr);
}
