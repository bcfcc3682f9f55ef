//! Every kind has a manifest, fixtures, and a section in `docs/sources.md` whose example works.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ascolto::config::source_kinds;
use ascolto::sources::{Access, MANIFESTS, adapter};
use url::Url;

use super::case::{cases, configured};

/// The sections of `docs/sources.md` that are headed by a kind, with their text.
fn sections() -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sources.md");
    let text = fs::read_to_string(path).unwrap();
    text.split("\n## `")
        .skip(1)
        .map(|section| {
            let (kind, rest) = section.split_once('`').unwrap();
            let rest = rest.split("\n## ").next().unwrap();
            (kind.to_owned(), rest.to_owned())
        })
        .collect()
}

fn examples(section: &str) -> Vec<&str> {
    let blocks = section.split("```toml\n").skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap())
        .collect()
}

#[test]
fn every_kind_is_documented_with_an_example_that_works() {
    let sections = sections();
    for kind in source_kinds() {
        let section = sections
            .get(kind)
            .unwrap_or_else(|| panic!("docs/sources.md has no section `{kind}`"));
        let examples = examples(section);
        assert!(!examples.is_empty(), "`{kind}` has no example");
        for example in examples {
            let (sources, problems) = configured(example);
            // A variable of the environment that is not set here.
            let problems: Vec<&String> = problems
                .iter()
                .filter(|problem| !problem.contains("the environment has no variable"))
                .collect();
            assert!(problems.is_empty(), "{example}\n{problems:#?}");
            assert!(
                sources.iter().any(|source| source.kind.as_str() == kind),
                "{example}"
            );
        }
    }
    let kinds: Vec<&str> = source_kinds().collect();
    for kind in sections.keys() {
        assert!(kinds.contains(&kind.as_str()), "there is no kind `{kind}`");
    }
}

#[test]
fn every_kind_has_fixtures() {
    for kind in source_kinds() {
        assert!(cases().any(|case| case.is(kind)), "`{kind}` has no fixture");
    }
}

#[test]
fn what_its_operator_does_not_wish_is_off_at_first() {
    for (kind, section) in sections() {
        let example: String = examples(&section)[0]
            .lines()
            .filter(|line| !line.starts_with("enabled"))
            .flat_map(|line| [line, "\n"])
            .collect();
        let (sources, problems) = configured(&example);
        let source = sources.iter().find(|source| source.kind.as_str() == kind);
        let manifest = adapter(&source.unwrap().kind).manifest();
        let off = problems
            .iter()
            .any(|problem| problem.contains("this source is off"));
        assert_eq!(
            off,
            manifest.access == Access::Restricted,
            "{kind}: {problems:?}"
        );
        assert!(!manifest.limits.is_empty(), "{kind}");
        assert!(!manifest.cost.is_empty(), "{kind}");
        if let Some(terms) = manifest.terms_url {
            Url::parse(terms).unwrap();
        }
    }
}

#[test]
fn every_kind_has_its_manifest_in_the_list() {
    let listed: Vec<&str> = MANIFESTS.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(listed, source_kinds().collect::<Vec<&str>>());
    for (kind, manifest) in MANIFESTS {
        let case = cases().find(|case| case.is(kind)).unwrap();
        assert_eq!(adapter(&case.source.kind).manifest(), *manifest, "{kind}");
    }
}

#[test]
fn names_and_keys_hold_through_edits() {
    let first = "[[source]]\nkind = \"hacker_news\"\n";
    let (sources, _) = configured(first);
    let edited = "[[source]]\nkind = \"hacker_news\"\nterms = [\"other\"]\nevery = \"2h\"\n";
    let (other, _) = configured(edited);
    assert_eq!(sources[0].key(), other[0].key());
    assert_eq!(sources[0].name, "hacker_news");
}
