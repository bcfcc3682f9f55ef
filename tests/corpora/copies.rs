//! How often real short texts are taken for copies of one another, and edited ones are found.

use std::collections::{HashMap, HashSet};
use std::fs;

use ascolto::extract::{Dialect, Sketch, article, decode};
use serde_json::Value;

use crate::corpus;

/// The share of real texts that may be taken for a copy of one that shares no long stretch with it.
const MOST_FALSE: f64 = 0.000_5;

/// The share of edited texts that must be found.
const LEAST_TRUE: f64 = 0.95;

/// All texts of the labelled sets, those that are the same to the letter once.
fn texts() -> Vec<String> {
    let mut seen = HashSet::new();
    let mut texts = Vec::new();
    for entry in fs::read_dir(corpus("sentiment").join("dev")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "tsv") {
            continue;
        }
        for line in fs::read_to_string(path).unwrap().lines().skip(1) {
            let text = line.split('\t').nth(5).unwrap_or_default().to_owned();
            let letters: String = text
                .split_whitespace()
                .filter(|word| !word.contains("://") && !word.starts_with('@'))
                .flat_map(str::chars)
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_lowercase)
                .collect();
            if seen.insert(letters) {
                texts.push(text);
            }
        }
    }
    texts
}

/// The longest stretch of letters that two texts have in common, as a share of the shorter.
fn stretch(one: &str, other: &str) -> f64 {
    let letters = |text: &str| -> Vec<char> {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).take(2_000).collect()
    };
    let (one, other) = (letters(one), letters(other));
    let mut longest = 0_u32;
    let mut before = vec![0_u32; other.len() + 1];
    for a in &one {
        let mut here = vec![0; other.len() + 1];
        for (place, b) in other.iter().enumerate() {
            if a == b {
                here[place + 1] = before[place] + 1;
                longest = longest.max(here[place + 1]);
            }
        }
        before = here;
    }
    let shorter = u32::try_from(one.len().min(other.len())).unwrap();
    f64::from(longest) / f64::from(shorter.max(1))
}

#[test]
fn what_people_write_each_for_themselves_is_rarely_folded() {
    let texts = texts();
    let mut by_band: HashMap<i64, Vec<usize>> = HashMap::new();
    let mut sketches: Vec<(usize, Sketch)> = Vec::new();
    let (mut found, mut compared) = (Vec::new(), 0_u32);
    for (number, text) in texts.iter().enumerate() {
        let Some(sketch) = Sketch::of(text) else {
            continue;
        };
        let mut near: Vec<usize> = sketch
            .bands()
            .iter()
            .filter_map(|band| by_band.get(band))
            .flatten()
            .copied()
            .collect();
        near.sort_unstable();
        near.dedup();
        compared += u32::try_from(near.len()).unwrap();
        let copy = near
            .iter()
            .find(|place| sketch.is_copy_of(&sketches[**place].1).is_some());
        if let Some(place) = copy {
            found.push((number, sketches[*place].0));
        }
        for band in sketch.bands() {
            by_band.entry(*band).or_default().push(sketches.len());
        }
        sketches.push((number, sketch));
    }
    let doubtful: Vec<_> = found
        .iter()
        .filter(|(copy, first)| stretch(&texts[*copy], &texts[*first]) < 0.6)
        .collect();
    for (copy, first) in &doubtful {
        println!("- {}\n  {}", texts[*copy], texts[*first]);
    }
    let count = |number: usize| f64::from(u32::try_from(number).unwrap());
    let share = count(doubtful.len()) / count(texts.len());
    println!(
        "{} texts, {} long enough to be compared, {compared} comparisons, {} folded, {} of them \
         without a long stretch in common ({:.3} %)",
        texts.len(),
        sketches.len(),
        found.len(),
        doubtful.len(),
        share * 100.0
    );
    assert!(share <= MOST_FALSE, "{share}");
}

#[test]
fn what_was_passed_on_is_found() {
    let folder = corpus("pages");
    let truth = fs::read(folder.join("ground-truth.json")).unwrap();
    let truth: serde_json::Map<String, Value> = serde_json::from_slice(&truth).unwrap();
    let mut tried: HashMap<&str, (u32, u32)> = HashMap::new();
    for (name, page) in &truth {
        let body = page["articleBody"].as_str().unwrap();
        let words: Vec<&str> = body.split_whitespace().collect();
        // A post, a notice and an article of the same words.
        for length in [45, 120, 500] {
            let Some(first) = words.get(..length.min(words.len())) else {
                continue;
            };
            if first.len() < 40 {
                continue;
            }
            let text = first.join(" ");
            let most = first[..first.len() * 2 / 3].join(" ");
            let rest = first[3..].join(" ");
            let edits = [
                ("RT", format!("RT @someone: {text}")),
                ("via", format!("{text} via @someone https://t.example/x1")),
                (
                    "agency",
                    format!("ROMA (AGENZIA) - {text} Riproduzione riservata. Fonte: AGENZIA"),
                ),
                ("headline", format!("Un altro titolo. {rest}")),
                ("cut", format!("{most}…")),
                ("capitals", text.to_uppercase()),
            ];
            let Some(first) = Sketch::of(&text) else {
                continue;
            };
            for (edit, text) in edits {
                let copy = Sketch::of(&text).unwrap();
                let near = copy.bands().iter().any(|band| first.bands().contains(band));
                let counted = tried.entry(edit).or_default();
                counted.0 += u32::from(near && copy.is_copy_of(&first).is_some());
                counted.1 += 1;
            }
        }
        // What the extraction makes of the page is a copy of what its readers see.
        let packed = fs::read(folder.join("html").join(format!("{name}.html.gz"))).unwrap();
        let mut html = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&packed[..]), &mut html)
            .unwrap();
        let html = decode(&html, None, Dialect::Html);
        let own = article(&html, page["url"].as_str().unwrap()).unwrap_or_default();
        if let (Some(own), Some(first)) = (Sketch::of(&own), Sketch::of(body)) {
            let near = own.bands().iter().any(|band| first.bands().contains(band));
            let counted = tried.entry("page").or_default();
            counted.0 += u32::from(near && own.is_copy_of(&first).is_some());
            counted.1 += 1;
        }
    }
    let (mut found, mut all) = (0, 0);
    for (edit, (hits, count)) in &tried {
        println!("{edit:<10} {hits} of {count}");
        found += hits;
        all += count;
    }
    let share = f64::from(found) / f64::from(all);
    println!("{found} of {all} ({:.1} %)", share * 100.0);
    assert!(share >= LEAST_TRUE, "{share}");
}
