//! Every mail and page in both languages: what holds for all of them, and what `.ci/screenshots all`
//! shows.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{env, fs};

use ascolto::model::{Lang, Notice};
use ascolto::notify::{Rendered, render, report};

use super::sample::{self, at};
use super::{alert, figures, looks};

/// The languages of the mails.
pub(super) const LANGUAGES: [Lang; 2] = [Lang::IT, Lang::EN];

/// The mails that a language has, each by its name.
pub(super) fn mails(language: Lang) -> Vec<(&'static str, Rendered)> {
    let digests = [
        ("digest", sample::busy(language)),
        ("digest_first", sample::first(language)),
        ("digest_quiet", sample::quiet(language)),
        ("digest_deaf", sample::deaf(language)),
        ("digest_hostile", looks::hostile(language)),
    ];
    let alerts = alert::each(language)
        .into_iter()
        .chain([("alert_hostile", alert::hostile(language))]);
    let mut mails: Vec<_> = digests
        .iter()
        .map(|(name, digest)| (*name, render::digest(digest).unwrap()))
        .chain(alerts.map(|(name, notice): (_, Notice)| (name, render::alert(&notice).unwrap())))
        .collect();
    mails.push(("test", test(language)));
    mails
}

/// The pages that a language has: those of its mails, and of its statistics.
pub(super) fn pages(language: Lang) -> Vec<(&'static str, String)> {
    let statistics = [
        ("stats", figures::month(language)),
        ("stats_empty", figures::empty(language)),
    ];
    let mails = mails(language).into_iter();
    mails
        .map(|(name, mail)| (name, mail.html))
        .chain(statistics.map(|(name, of)| (name, report::page(&of).unwrap())))
        .collect()
}

/// The message of `mail test`.
pub(super) fn test(language: Lang) -> Rendered {
    let (now, rome) = (at("2025-11-04T07:00:00Z"), chrono_tz::Europe::Rome);
    render::test(language, now, rome, "mail.example").unwrap()
}

/// The letter itself: what stands on the sheet.
pub(super) fn letter(html: &str) -> &str {
    parted(html).1
}

/// A page in what is before its letter, the letter, and what is after it.
fn parted(html: &str) -> (&str, &str, &str) {
    let sheet = html.find("<td class=\"sheet ink\"").unwrap();
    let start = sheet + html[sheet..].find('\n').unwrap() + 1;
    let end = html.rfind("</td></tr></table>\n<!--[if mso]>").unwrap();
    (&html[..start], &html[start..end], &html[end..])
}

/// All of a page but its letter, its language, its title and the line that lists of mails show.
fn frame(html: &str) -> String {
    let (head, _, tail) = parted(html);
    let mut frame = format!("{head}…\n{tail}");
    for (before, after) in [
        ("<html lang=\"", "\""),
        ("<title>", "</title>"),
        ("mso-hide:all\">", "&#847;"),
    ] {
        let start = frame.find(before).unwrap() + before.len();
        let end = start + frame[start..].find(after).unwrap();
        frame.replace_range(start..end, "…");
    }
    frame
}

#[test]
fn all_mails_are_written_on_the_same_sheet() {
    let sheet = frame(&test(Lang::EN).html);
    for language in LANGUAGES {
        for (name, mail) in mails(language) {
            assert_eq!(frame(&mail.html), sheet, "{name}_{language}");
            let subject = mail.subject.replace('&', "&#38;").replace('\'', "&#39;");
            let subject = subject.replace('<', "&#60;").replace('>', "&#62;");
            assert!(
                mail.html.contains(&format!("<title>{subject}</title>")),
                "{name}_{language}: {subject}"
            );
        }
    }
    insta::assert_snapshot!("sheet", sheet);
}

/// How often each word stands in a text, whatever its case.
fn words(text: &str) -> BTreeMap<String, usize> {
    let mut words = BTreeMap::new();
    let text = text.replace('\u{200b}', "").to_lowercase();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        *words.entry(word.to_owned()).or_default() += 1;
    }
    words
}

#[test]
fn the_text_part_says_all_that_the_page_says() {
    for language in LANGUAGES {
        let harmless = mails(language)
            .into_iter()
            .filter(|(name, _)| !name.ends_with("hostile"));
        for (name, mail) in harmless {
            let page = scraper::Html::parse_document(&mail.html);
            let sheet = scraper::Selector::parse(".sheet").unwrap();
            // Two things are said otherwise: the link that writes a mail, and the empty corner of a table.
            let link = scraper::Selector::parse("a[href^='mailto:']").unwrap();
            let mut shown: String = page
                .select(&sheet)
                .flat_map(|sheet| sheet.text())
                .flat_map(|text| [text, " "])
                .collect();
            for link in page.select(&link) {
                shown = shown.replace(&link.text().collect::<String>(), "");
            }
            let said = words(&mail.text);
            for (word, count) in words(&shown) {
                let told = said.get(&word).copied().unwrap_or(0);
                assert!(
                    word.is_empty() || told >= count,
                    "{name}_{language}: {word:?} {told} < {count}"
                );
            }
        }
    }
}

/// Writes every page into the folder that `ASCOLTO_PAGES` names, for `.ci/screenshots all`.
fn keep(name: &str, page: &str) {
    if let Some(folder) = env::var_os("ASCOLTO_PAGES") {
        let path = PathBuf::from(folder).join(format!("{name}.html"));
        fs::write(path, page).unwrap();
    }
}

#[test]
fn every_page_is_whole() {
    for language in LANGUAGES {
        for (name, page) in pages(language) {
            let errors = scraper::Html::parse_document(&page).errors;
            assert_eq!(errors, Vec::<String>::new(), "{name}_{language}");
            keep(&format!("{name}_{language}"), &page);
        }
    }
}
