//! What each adapter reads, and what must hold of whatever it reads.

use std::collections::BTreeSet;
use std::fmt::Write;

use ascolto::extract::{clean_line, clean_text};
use ascolto::model::{Credential, Request};
use ascolto::sources::{Page, Refusal, Robots, adapter};
use url::Url;

use super::case::{Case, SECRET, answers, cases, now};

/// A request as a person reads it; nothing of what is secret.
fn asked(request: &Request) -> String {
    let secrets: Vec<&str> = request
        .credentials
        .iter()
        .map(|credential| match credential {
            Credential::Header { name, .. } | Credential::Parameter { name, .. } => name.as_str(),
        })
        .collect();
    let secrets = if secrets.is_empty() {
        String::new()
    } else {
        format!(" with {}", secrets.join(", "))
    };
    format!("{}{secrets}", request.url)
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
    let mut head = format!(
        "title: {:?}\nnext: {:?}\npoll hint: {:?}\nnotes: {:?}\n",
        page.title,
        page.next.as_ref().map(asked),
        page.poll_hint,
        page.notes,
    );
    if !page.keep.is_empty() {
        writeln!(head, "keep: {:?}", page.keep).unwrap();
    }
    if let Some(rest) = page.rest {
        writeln!(head, "rest: {rest:?}").unwrap();
    }
    for gone in &page.gone {
        writeln!(head, "gone: {:?} {:?}", gone.native_id, gone.url).unwrap();
    }
    format!(
        "{head}items: {}",
        serde_json::to_string_pretty(&items).unwrap()
    )
}

fn plan(case: &Case) -> String {
    let requests: Vec<String> = case.plan().unwrap().iter().map(asked).collect();
    requests.join("\n")
}

#[test]
fn every_fixture_is_read_as_recorded() {
    for case in cases() {
        let text = if case.status() < 300 {
            match case.parse(case.body.clone()) {
                Ok(page) => shown(&page),
                Err(error) => format!("error: {error}"),
            }
        } else {
            let refusal = case.refusal(case.body.clone());
            let text = refusal.as_ref().map(Refusal::to_string);
            format!(
                "refusal: {}",
                text.as_deref().unwrap_or("as the status says")
            )
        };
        // Feeds and pages are asked for at the address that is written; others plan.
        let text = if case.is("feed") || case.is("page") {
            text
        } else {
            format!("asks: {}\n{text}", plan(case))
        };
        insta::with_settings!({
            snapshot_path => case.path(),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!("page", text);
        });
    }
}

#[test]
fn two_readings_are_the_same() {
    for case in cases() {
        assert_eq!(
            case.parse(case.body.clone()),
            case.parse(case.body.clone()),
            "{}",
            case.folder
        );
        assert_eq!(case.plan(), case.plan(), "{}", case.folder);
    }
}

#[test]
fn text_is_free_of_markup_and_control_characters() {
    for case in answers() {
        let Ok(page) = case.parse(case.body.clone()) else {
            continue;
        };
        for item in page.items {
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
    for case in answers() {
        let Ok(page) = case.parse(case.body.clone()) else {
            continue;
        };
        let given = page
            .items
            .iter()
            .flat_map(|item| [item.url.as_deref(), item.parent.as_deref()])
            .flatten();
        if let Some(next) = &page.next {
            assert_eq!(
                next.url.scheme(),
                case.request().url.scheme(),
                "{}",
                case.folder
            );
        }
        for address in given {
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
    for case in answers() {
        let Ok(page) = case.parse(case.body.clone()) else {
            continue;
        };
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

/// The same answer again and again, each time as the page after: it must not go on for ever.
#[test]
fn pages_end() {
    for case in answers() {
        let most = adapter(&case.source.kind).max_pages(&case.state());
        assert!((1..=100).contains(&most), "{}: {most} pages", case.folder);
        let request = case.request();
        let Some(next) = case.page_or_none().and_then(|page| page.next) else {
            continue;
        };
        assert_ne!(next.url, request.url, "{} asks in a circle", case.folder);
        assert_eq!(next.credentials, request.credentials, "{}", case.folder);
        assert_eq!(next.obeys_robots, request.obeys_robots, "{}", case.folder);
        assert_eq!(next.least_gap, request.least_gap, "{}", case.folder);
        assert_eq!(next.units, request.units, "{}", case.folder);
    }
}

#[test]
fn plans_keep_to_the_manifest() {
    for case in cases() {
        let adapter = adapter(&case.source.kind);
        let manifest = adapter.manifest();
        let plan = case.plan().unwrap();
        assert!(!plan.is_empty(), "{}", case.folder);
        let mut parts = BTreeSet::new();
        for request in &plan {
            let obeys = manifest.robots == Robots::Obeyed;
            assert_eq!(request.obeys_robots, obeys, "{}", case.folder);
            assert_eq!(request.least_gap, manifest.least_gap, "{}", case.folder);
            assert!(parts.insert(&request.part), "{}: two parts", case.folder);
        }
        assert_eq!(
            plan.iter().any(|request| request.units > 0),
            adapter.ledger(now()).is_some(),
            "{}: units are booked in a ledger",
            case.folder
        );
    }
}

#[test]
fn secrets_are_seen_nowhere() {
    let mut with_secrets = 0;
    for case in cases() {
        let plan = case.plan().unwrap();
        with_secrets += usize::from(plan.iter().any(|request| !request.credentials.is_empty()));
        let page = case.parse(case.body.clone());
        let seen = [
            format!("{:?}", case.source),
            case.source.key().0,
            case.source.kind.identity(),
            format!("{plan:?}"),
            format!("{page:?}"),
            format!("{:?}", case.refusal(case.body.clone())),
            format!("{:?}", adapter(&case.source.kind).ledger(now())),
        ];
        for text in seen {
            assert!(!text.contains(SECRET), "{}: {text}", case.folder);
        }
    }
    assert!(with_secrets > 0 || cases().all(|case| !case.needs_secret()));
}

impl Case {
    fn page_or_none(&self) -> Option<Page> {
        self.parse(self.body.clone()).ok()
    }

    fn needs_secret(&self) -> bool {
        let text = std::fs::read_to_string(self.path().join("case.toml")).unwrap();
        text.contains("_file = ")
    }
}
