//! Scores the labelled texts of `sentiment/` and prints how often the scorer and people agree.
//!
//! The floors stand below what was measured, so that they hold for a change of a list and fail
//! for a mistake. The labelled texts are no part of the program, and no weight is fitted to them.

use std::collections::BTreeSet;
use std::fs;

use ascolto::model::{Intent, Lang, Priority, Sentiment};
use ascolto::score::{Input, Scorer};

use crate::corpus;

/// Groups of sets, with the macro-F1 that their mean must not fall below.
const GROUPS: &[(&str, f64, &[&str])] = &[
    ("Italian social", 0.58, &["sentipolc16", "umsab_it"]),
    (
        "Italian brand and care",
        0.61,
        &["pa_tweets", "multiemotions"],
    ),
    (
        "Italian reviews",
        0.66,
        &[
            "opener_hotel",
            "opener_attraction",
            "amazon_it_sent",
            "amazon_it_stars",
        ],
    ),
    (
        "English social",
        0.60,
        &["semeval17", "umsab_en", "ss_twitter"],
    ),
    (
        "English brand and care",
        0.585,
        &["airline", "apple_dfe", "sanders", "sxsw_brands"],
    ),
    ("vader_tweets", 0.63, &["vader_tweets"]),
    (
        "English reviews and news",
        0.47,
        &["vader_amazon", "vader_movie", "vader_nyt"],
    ),
    ("challenge, Italian", 0.85, &["challenge_it"]),
    ("challenge, English", 0.85, &["challenge_en"]),
    ("Spanish", 0.54, &["umsab_es"]),
    ("French", 0.48, &["umsab_fr"]),
    ("German", 0.60, &["umsab_de"]),
];

#[test]
fn sentiment_agrees_with_people() {
    let scorer = Scorer::default();
    let mut low = Vec::new();
    for (group, floor, sets) in GROUPS {
        let mut sum = 0.0;
        for set in *sets {
            let rows = rows(&format!("dev/{set}.tsv"));
            let mut pairs = Vec::new();
            let mut values = Vec::new();
            for row in &rows {
                if row
                    .get(6)
                    .is_some_and(|extra| extra.contains("\"mixed\": 1"))
                {
                    continue;
                }
                let found = score(scorer, &row[1], &row[5]).sentiment;
                let gold: i32 = row[3].parse().unwrap();
                pairs.push((gold, class(found.label)));
                values.push((row[4].parse().unwrap_or(f64::from(gold)), found.score));
            }
            let (accuracy, macro_f1) = agreement(&pairs);
            println!(
                "{group:26} {set:18} n {:5}  accuracy {accuracy:.3}  macro-F1 {macro_f1:.3}  r {:.3}",
                pairs.len(),
                pearson(&values)
            );
            sum += macro_f1;
        }
        let mean = sum / f64::from(u32::try_from(sets.len()).unwrap());
        println!(
            "{group:26} {:18} macro-F1 {mean:.3} (at least {floor})",
            "mean"
        );
        if mean < *floor {
            low.push(format!("{group}: {mean:.3} < {floor}"));
        }
    }
    assert!(low.is_empty(), "{low:?}");
}

#[test]
fn intent_and_priority_agree_with_people() {
    let scorer = Scorer::default();
    let mut low = Vec::new();
    let mut check = |set: &str, floor: f64, judge: &dyn Fn(&[String]) -> (i32, i32)| {
        let pairs: Vec<(i32, i32)> = rows(&format!("aux/{set}.tsv"))
            .iter()
            .map(|row| judge(row))
            .collect();
        let (accuracy, macro_f1) = agreement(&pairs);
        println!(
            "{set:26} n {:5}  accuracy {accuracy:.3}  macro-F1 {macro_f1:.3}",
            pairs.len()
        );
        if macro_f1 < floor {
            low.push(format!("{set}: {macro_f1:.3} < {floor}"));
        }
    };
    check("complaints_en", 0.72, &|row| {
        let found = score(scorer, &row[1], &row[4]).intent.label;
        (
            i32::from(row[3] == "complaint"),
            i32::from(found == Intent::Complaint),
        )
    });
    check("spam_sms_en", 0.80, &|row| {
        let found = score(scorer, &row[1], &row[4]).intent.label;
        (
            i32::from(row[3] == "spam"),
            i32::from(found == Intent::Spam),
        )
    });
    for set in ["challenge_priority_it", "challenge_priority_en"] {
        check(set, 0.75, &|row| {
            let found = score(scorer, &row[1], &row[4]).priority.label;
            let found = match found {
                Priority::Urgent | Priority::High => 2,
                Priority::Normal => 1,
                Priority::Low => 0,
            };
            let gold = match row[3].as_str() {
                "alert" => 2,
                "normal" => 1,
                _ => 0,
            };
            (gold, found)
        });
    }
    assert!(low.is_empty(), "{low:?}");
}

fn rows(file: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(corpus("sentiment").join(file)).unwrap();
    let split = |line: &str| line.split('\t').map(str::to_owned).collect();
    text.lines().skip(1).map(split).collect()
}

fn score(scorer: Scorer<'_>, language: &str, text: &str) -> ascolto::model::Scores {
    let languages = [Lang::parse(language).unwrap()];
    scorer.score(&Input {
        text,
        languages: &languages,
        ..Input::default()
    })
}

fn class(label: Sentiment) -> i32 {
    match label {
        Sentiment::Negative => -1,
        Sentiment::Neutral => 0,
        Sentiment::Positive => 1,
    }
}

/// Accuracy, and the mean of F1 over the classes that occur.
fn agreement(pairs: &[(i32, i32)]) -> (f64, f64) {
    let count = |keep: &dyn Fn(&(i32, i32)) -> bool| {
        f64::from(u32::try_from(pairs.iter().filter(|pair| keep(pair)).count()).unwrap())
    };
    let classes: BTreeSet<i32> = pairs.iter().map(|(gold, _)| *gold).collect();
    let mut sum = 0.0;
    for class in &classes {
        let hit = count(&|(gold, found)| gold == class && found == class);
        let named = count(&|(_, found)| found == class);
        let there = count(&|(gold, _)| gold == class);
        sum += if hit > 0.0 {
            2.0 * hit / (named + there)
        } else {
            0.0
        };
    }
    let right = count(&|(gold, found)| gold == found);
    (
        right / count(&|_| true),
        sum / f64::from(u32::try_from(classes.len()).unwrap()),
    )
}

fn pearson(values: &[(f64, f64)]) -> f64 {
    let n = f64::from(u32::try_from(values.len()).unwrap());
    let mean = |pick: &dyn Fn(&(f64, f64)) -> f64| values.iter().map(pick).sum::<f64>() / n;
    let (x, y) = (mean(&|v| v.0), mean(&|v| v.1));
    let both = mean(&|v| (v.0 - x) * (v.1 - y));
    let spread = mean(&|v| (v.0 - x).powi(2)) * mean(&|v| (v.1 - y).powi(2));
    both / spread.sqrt()
}
