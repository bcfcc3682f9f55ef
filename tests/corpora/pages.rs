//! News and blog pages, each with its true article text.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use ascolto::extract::{Dialect, article, decode};
use serde_json::Value;

use super::corpus;

/// The F1 that articles must come out with.
const GOAL: f64 = 0.965;

/// Pages whose precision or recall is below this are listed.
const LISTED: f64 = 0.9;

/// How often each run of four words occurs.
fn shingles(text: &str) -> HashMap<Vec<&str>, u32> {
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .collect();
    let mut counts = HashMap::new();
    for run in words.windows(words.len().clamp(1, 4)) {
        *counts.entry(run.to_vec()).or_default() += 1;
    }
    counts
}

/// The shares of the found that is true, and of the true that is found.
fn precision_and_recall(found: &str, truth: &str) -> (Option<f64>, Option<f64>) {
    let (found, truth) = (shingles(found), shingles(truth));
    let both: u32 = found
        .iter()
        .map(|(run, count)| truth.get(run).map_or(0, |other| *count.min(other)))
        .sum();
    let share = |all: &HashMap<Vec<&str>, u32>| {
        let all: u32 = all.values().sum();
        (all > 0).then(|| f64::from(both) / f64::from(all))
    };
    (share(&found), share(&truth))
}

fn html(file: &Path) -> String {
    let packed = fs::read(file).unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed.as_slice())
        .read_to_end(&mut bytes)
        .unwrap();
    decode(&bytes, None, Dialect::Html).into_owned()
}

fn mean(shares: &[f64]) -> f64 {
    let count = u32::try_from(shares.len()).unwrap();
    shares.iter().sum::<f64>() / f64::from(count)
}

#[test]
fn articles_come_out_as_their_readers_see_them() {
    let folder = corpus("pages");
    let truth = fs::read(folder.join("ground-truth.json")).unwrap();
    let truth: serde_json::Map<String, Value> = serde_json::from_slice(&truth).unwrap();
    let (mut precisions, mut recalls) = (Vec::new(), Vec::new());
    let mut slowest = Duration::ZERO;
    for (name, page) in &truth {
        let html = html(&folder.join("html").join(format!("{name}.html.gz")));
        let url = page["url"].as_str().unwrap();
        let started = Instant::now();
        let found = article(&html, url).unwrap_or_default();
        slowest = slowest.max(started.elapsed());
        let (precision, recall) =
            precision_and_recall(&found, page["articleBody"].as_str().unwrap());
        if precision.unwrap_or(0.0) < LISTED || recall.unwrap_or(0.0) < LISTED {
            println!("{precision:.3?} {recall:.3?} {url}");
        }
        precisions.extend(precision);
        recalls.extend(recall);
    }
    let (precision, recall) = (mean(&precisions), mean(&recalls));
    let f1 = 2.0 * precision * recall / (precision + recall);
    println!(
        "{} pages: precision {precision:.4}, recall {recall:.4}, F1 {f1:.4}; slowest {slowest:?}",
        truth.len()
    );
    assert!(f1 >= GOAL, "F1 is {f1:.4}");
}
