//! What holds for the looks of every digest, however full, empty or hostile.

use ascolto::model::{Digest, Entry, Lang, Marked, More, Priority, Riser, SourceCount};
use ascolto::notify::{Letter, message, render};
use unicode_width::UnicodeWidthStr as _;

use super::{gallery, sample};

fn size(digest: &Digest) -> usize {
    let rendered = render::digest(digest).unwrap();
    let letter = Letter {
        from: "Ascolto <ascolto@frigolux.example>",
        to: "care@frigolux.example",
        date: digest.window.to,
        rendered: &rendered,
    };
    message::digest(digest, &letter).unwrap().raw.len()
}

/// As many long entries as anyone may collect in a day.
fn flooded(language: Lang, count: i64) -> Digest {
    let mut digest = sample::busy(language);
    let long = "perché è già così [Frigolux] ".repeat(20);
    digest.act_now = (0..count / 10)
        .map(|id| Entry {
            priority: Priority::Urgent,
            title: Some(sample::marked(&long)),
            ..sample::entry(id, &long)
        })
        .collect();
    digest.sections[0].entries = (0..count)
        .map(|id| sample::entry(100_000 + id, &long))
        .collect();
    digest.sections[0].total = u64::try_from(count).unwrap();
    digest
}

#[test]
fn ten_thousand_mentions_make_one_mail_that_webmail_does_not_cut() {
    for language in [Lang::IT, Lang::EN] {
        let digest = flooded(language, 10_000);
        let bytes = size(&digest);
        assert!((40_000..=render::MOST_BYTES).contains(&bytes), "{bytes}");
        let rendered = render::digest(&digest).unwrap();
        let shown = rendered.html.matches("ascolto show ").count();
        let listed = rendered.text.matches("ascolto show ").count();
        assert_eq!(shown, listed);
        // What is not shown is counted, to the last one: 39 were left out before rendering.
        let digits = |text: &str| text.replace(['.', ','], "");
        let all = digits(&rendered.text);
        let under = |heading: &str| {
            let (_, rest) = rendered.html.split_once(heading).unwrap();
            let block = rest.split("<h2").next().unwrap();
            u64::try_from(block.matches("ascolto show ").count()).unwrap()
        };
        let (act, other) = if language == Lang::IT {
            ("Da guardare subito</h2>", "Le altre menzioni</h2>")
        } else {
            ("Act now</h2>", "Other mentions</h2>")
        };
        for (left, heading) in [(1_000 - under(act), act), (10_039 - under(other), other)] {
            assert!(all.contains(&left.to_string()), "{left} under {heading}");
        }
    }
}

#[test]
fn lines_of_the_text_part_are_short_but_for_addresses_and_commands() {
    for language in gallery::LANGUAGES {
        let flooded = render::digest(&flooded(language, 100)).unwrap();
        for (name, mail) in gallery::mails(language)
            .into_iter()
            .chain([("flooded", flooded)])
        {
            for line in mail.text.lines() {
                let start = line.trim_start();
                let unbreakable = start.starts_with("https://") || start.starts_with("ascolto ");
                assert!(
                    unbreakable || line.width() <= 78,
                    "{name}_{language}: {line}"
                );
                assert_eq!(line.trim_end(), line.trim_end_matches(' '), "{line:?}");
            }
        }
    }
}

/// A day written by the worst of neighbours.
pub(super) fn hostile(language: Lang) -> Digest {
    let evil = "</td></table><script>alert(1)</script>{{ 7*7 }}{a}\u{202e}\u{0}\u{1b}[31m&<b>";
    let mut digest = sample::busy(language);
    let entry = Entry {
        url: Some("javascript:alert(document.cookie)".to_owned()),
        title: Some(Marked::plain(format!("{evil} {}", "W".repeat(1_000_000)))),
        snippet: Marked::plain(format!("{}{evil}", "\u{301}".repeat(100_000))),
        source: evil.to_owned(),
        author: Some(format!("{}{evil}", "x".repeat(1_000_000))),
        rating: Some(f64::NAN),
        sentiment_score: f64::INFINITY,
        copies: u32::MAX,
        copies_in: vec![evil.to_owned(); 5],
        priority: Priority::Urgent,
        ..sample::entry(1, "x")
    };
    let mut linked = entry.clone();
    linked.url = Some("https://evil.example/\" onclick=\"alert(1)\"><img src=x>".to_owned());
    linked.why.terms = vec![evil.to_owned()];
    digest.act_now = vec![entry.clone(), linked];
    digest.sections[0].entries = vec![entry];
    digest.sections[0].more = Some(More {
        count: u64::MAX - 100,
        command: evil.to_owned(),
    });
    evil.clone_into(&mut digest.name);
    digest.contact = format!("\"><script>{evil}");
    evil.clone_into(&mut digest.reading.troubled[0].name);
    digest.reading.troubled[0].error = Some(evil.repeat(1_000));
    evil.clone_into(&mut digest.undelivered[0].reply);
    digest.by_source = vec![SourceCount {
        name: evil.to_owned(),
        mentions: 12_345_678,
        before: Some(12_345_678),
    }];
    digest.rising.terms = vec![Riser {
        name: evil.to_owned(),
        count: u64::MAX,
        usual: f64::NAN,
    }];
    digest
}

#[test]
fn hostile_text_is_text() {
    for language in [Lang::IT, Lang::EN] {
        let rendered = render::digest(&hostile(language)).unwrap();
        let page = scraper::Html::parse_document(&rendered.html);
        let count = |css: &str| {
            let selector = scraper::Selector::parse(css).unwrap();
            page.select(&selector).count()
        };
        for css in ["script", "img", "b", "[onclick]", "h1 *", "iframe", "form"] {
            assert_eq!(count(css), 0, "{css}");
        }
        assert!(
            page.errors.iter().all(|e| !e.contains("Unexpected token")),
            "{:?}",
            page.errors
        );
        let links = scraper::Selector::parse("a").unwrap();
        for link in page.select(&links) {
            let to = link.value().attr("href").unwrap();
            assert!(
                to.starts_with("https://") || to.starts_with("mailto:"),
                "{to}"
            );
        }
        for text in [&rendered.html, &rendered.text, &rendered.subject] {
            assert!(!text.contains(['\u{202e}', '\u{0}', '\u{1b}']), "control");
        }
        let sheet = scraper::Selector::parse(".sheet").unwrap();
        let words = page.select(&sheet).flat_map(|sheet| sheet.text());
        for run in words.flat_map(|text| text.split([' ', '\u{a0}', '\u{200b}', '\n'])) {
            assert!(run.chars().count() <= 60, "{run}");
        }
        assert!(size(&hostile(language)) <= render::MOST_BYTES);
        assert!(!rendered.subject.contains('\n'));
    }
}

#[test]
fn the_page_is_built_for_those_who_hear_it() {
    for language in gallery::LANGUAGES {
        for (_, rendered) in gallery::mails(language) {
            let page = scraper::Html::parse_document(&rendered.html);
            let all = |css: &str| {
                let selector = scraper::Selector::parse(css).unwrap();
                page.select(&selector).map(|e| e.html()).collect::<Vec<_>>()
            };
            assert_eq!(all(&format!("html[lang={language}]")).len(), 1);
            assert_eq!(all("h1").len(), 1);
            assert_eq!(all("title").len(), 1);
            // Every table is either laid out only, or has a caption and headed columns.
            for table in all("table:not([role=presentation])") {
                assert!(table.contains("<caption"), "{table}");
                assert!(table.contains("scope=\"col\"") && table.contains("scope=\"row\""));
            }
            let headings_of_layout = all("table[role=presentation] > tbody > tr > th");
            assert!(headings_of_layout.is_empty(), "{headings_of_layout:?}");
            assert!(all("img").is_empty());
            for link in all("a") {
                let words = link.split('>').nth(1).unwrap();
                assert!(words.len() > 8, "{link}");
            }
        }
    }
}
