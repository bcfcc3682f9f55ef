//! How far `ascolto score` agrees with people: `cargo bench --bench sentiment -- FOLDER` prints the
//! table of docs/scores.md. FOLDER holds `dev/*.tsv` (id, language, domain, label, graded label, text,
//! more) and `aux/*.tsv` (id, language, domain, label, text).

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a table for a person, of numbers far below 2^53"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde_json::{Value, json};

/// What the table shows: a name, what the best of the rule-based systems before reached, the sets.
const GROUPS: &[(&str, &str, &[&str])] = &[
    ("Italian social", "0.527", &["sentipolc16", "umsab_it"]),
    (
        "Italian brand and care",
        "0.461",
        &["pa_tweets", "multiemotions"],
    ),
    (
        "Italian reviews, stars unseen",
        "0.570",
        &[
            "opener_hotel",
            "opener_attraction",
            "amazon_it_sent",
            "amazon_it_stars",
        ],
    ),
    (
        "English social",
        "0.565",
        &["semeval17", "umsab_en", "ss_twitter"],
    ),
    (
        "English brand and care",
        "0.516",
        &["airline", "apple_dfe", "sanders", "sxsw_brands"],
    ),
    ("vader_tweets", "0.747", &["vader_tweets"]),
    ("challenge, Italian", "0.465", &["challenge_it"]),
    ("challenge, English", "0.444", &["challenge_en"]),
    ("Spanish", "0.48", &["umsab_es"]),
    ("French", "0.49", &["umsab_fr"]),
    ("German", "0.43", &["umsab_de"]),
];

struct Row {
    language: String,
    label: String,
    graded: Option<f64>,
    text: String,
}

fn main() -> anyhow::Result<()> {
    // `cargo bench` adds arguments of its own.
    let folder = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    let folder = folder.context("name the folder with the labelled texts")?;
    let folder = Path::new(&folder);
    println!(
        "| texts | n | accuracy | macro-F1 | Pearson | best before |\n|---|---|---|---|---|---|"
    );
    for (group, best, sets) in GROUPS {
        let (mut n, mut accuracy, mut macro_f1, mut pearson) = (0, 0.0, 0.0, 0.0);
        for set in *sets {
            let rows = read(&folder.join(format!("dev/{set}.tsv")), 5)?;
            let answers = score(&rows, true)?;
            let class =
                |answer: &Value| match answer.pointer("/sentiment/label").and_then(Value::as_str) {
                    Some("positive") => "1",
                    Some("negative") => "-1",
                    _ => "0",
                };
            let pairs: Vec<(&str, &str)> = rows
                .iter()
                .zip(&answers)
                .map(|(row, answer)| (row.label.as_str(), class(answer)))
                .collect();
            let values: Vec<(f64, f64)> = rows
                .iter()
                .zip(&answers)
                .map(|(row, answer)| {
                    let found = answer.pointer("/sentiment/score").and_then(Value::as_f64);
                    let gold = row.graded.or_else(|| row.label.parse().ok());
                    (gold.unwrap_or_default(), found.unwrap_or_default())
                })
                .collect();
            let (right, f1) = agreement(&pairs);
            n += rows.len();
            accuracy += right / sets.len() as f64;
            macro_f1 += f1 / sets.len() as f64;
            pearson += correlation(&values) / sets.len() as f64;
        }
        println!("| {group} | {n} | {accuracy:.3} | {macro_f1:.3} | {pearson:.3} | {best} |");
    }
    languages(folder)?;
    println!("\n| texts | n | accuracy | macro-F1 | best before |\n|---|---|---|---|---|");
    for (name, set, best) in [
        ("complaint or not, English", "complaints_en", "0.629"),
        ("spam or not, English", "spam_sms_en", "–"),
        (
            "urgent or high or not, Italian",
            "challenge_priority_it",
            "–",
        ),
        (
            "urgent or high or not, English",
            "challenge_priority_en",
            "–",
        ),
    ] {
        let rows = read(&folder.join(format!("aux/{set}.tsv")), 4)?;
        let answers = score(&rows, true)?;
        let pairs: Vec<(&str, &str)> = rows
            .iter()
            .zip(&answers)
            .map(|(row, answer)| (yes(is_meant(&row.label)), yes(is_found(set, answer))))
            .collect();
        let (right, f1) = agreement(&pairs);
        println!(
            "| {name} | {} | {right:.3} | {f1:.3} | {best} |",
            rows.len()
        );
    }
    Ok(())
}

/// How often the language is told right when nobody names it: of whole texts, and of twenty letters
/// cut from each, a different place in each, without addresses, handles and tags.
fn languages(folder: &Path) -> anyhow::Result<()> {
    println!("\n| language | n | whole texts | twenty letters |\n|---|---|---|---|");
    for language in ["it", "en", "es", "fr", "de"] {
        let mut whole = Vec::new();
        for set in GROUPS.iter().flat_map(|(_, _, sets)| *sets) {
            let rows = read(&folder.join(format!("dev/{set}.tsv")), 5)?;
            whole.extend(rows.into_iter().filter(|row| row.language == language));
        }
        let scraps: Vec<Row> = whole
            .iter()
            .enumerate()
            .filter_map(|(place, row)| {
                let text = scrap(place, &row.text)?;
                Some(Row {
                    text,
                    language: row.language.clone(),
                    label: String::new(),
                    graded: None,
                })
            })
            .collect();
        let right = |rows: &[Row]| -> anyhow::Result<f64> {
            let answers = score(rows, false)?;
            let hits = answers
                .iter()
                .filter(|answer| answer.get("language").and_then(Value::as_str) == Some(language))
                .count();
            Ok(hits as f64 / rows.len() as f64)
        };
        println!(
            "| {language} | {} | {:.3} | {:.3} |",
            whole.len(),
            right(&whole)?,
            right(&scraps)?
        );
    }
    Ok(())
}

/// The words from some place in a text on, up to twenty letters; nothing where it has fewer.
fn scrap(place: usize, text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| !word.starts_with(['@', '#']) && !word.contains("http"))
        .collect();
    let begin = place % words.len().saturating_sub(3).max(1);
    let mut scrap = String::new();
    for word in words.get(begin..)? {
        scrap.push_str(word);
        if scrap.len() >= 20 {
            return Some(scrap);
        }
        scrap.push(' ');
    }
    None
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

fn is_meant(label: &str) -> bool {
    matches!(label, "complaint" | "spam" | "alert")
}

fn is_found(set: &str, answer: &Value) -> bool {
    let text = |path: &str| answer.pointer(path).and_then(Value::as_str);
    match set {
        "complaints_en" => text("/intent/label") == Some("complaint"),
        "spam_sms_en" => text("/intent/label") == Some("spam"),
        _ => matches!(text("/priority/label"), Some("urgent" | "high")),
    }
}

/// Reads a set, without the texts that are both pleased and displeased.
fn read(path: &Path, text: usize) -> anyhow::Result<Vec<Row>> {
    let file =
        fs::read_to_string(path).with_context(|| format!("while reading {}", path.display()))?;
    let mut rows = Vec::new();
    for line in file
        .lines()
        .skip(1)
        .filter(|line| !line.contains("\"mixed\": 1"))
    {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |at: usize| cells.get(at).copied().context("a row is too short");
        rows.push(Row {
            language: cell(1)?.to_owned(),
            label: cell(3)?.to_owned(),
            graded: (text > 4)
                .then(|| cell(4))
                .transpose()?
                .and_then(|cell| cell.parse().ok()),
            text: cell(text)?.to_owned(),
        });
    }
    Ok(rows)
}

/// Asks the program, as anyone would, who may name the language.
fn score(rows: &[Row], named: bool) -> anyhow::Result<Vec<Value>> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ascolto"))
        .args(["-C", env!("CARGO_TARGET_TMPDIR"), "score"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().context("no way in")?;
    let lines: Vec<String> = rows
        .iter()
        .enumerate()
        .map(|(id, row)| {
            let language = named.then_some(&row.language);
            json!({"id": id, "text": row.text, "language": language}).to_string()
        })
        .collect();
    let writer = std::thread::spawn(move || -> std::io::Result<()> {
        for line in lines {
            writeln!(stdin, "{line}")?;
        }
        Ok(())
    });
    let output = child.wait_with_output()?;
    writer
        .join()
        .map_err(|_| anyhow::anyhow!("the writer failed"))??;
    ensure!(output.status.success(), "`ascolto score` failed");
    let answers: Vec<Value> = String::from_utf8(output.stdout)?
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    ensure!(
        answers.len() == rows.len(),
        "{} answers to {} texts",
        answers.len(),
        rows.len()
    );
    Ok(answers)
}

/// Accuracy, and the mean of F1 over the classes that occur.
fn agreement(pairs: &[(&str, &str)]) -> (f64, f64) {
    let count = |keep: &dyn Fn(&(&str, &str)) -> bool| {
        pairs.iter().filter(|pair| keep(pair)).count() as f64
    };
    let classes: BTreeSet<&str> = pairs.iter().map(|(gold, _)| *gold).collect();
    let f1: f64 = classes
        .iter()
        .map(|class| {
            let hit = count(&|(gold, found)| gold == class && found == class);
            let named = count(&|(_, found)| found == class);
            let there = count(&|(gold, _)| gold == class);
            2.0 * hit / (named + there)
        })
        .sum();
    let right = count(&|(gold, found)| gold == found);
    (right / pairs.len() as f64, f1 / classes.len() as f64)
}

fn correlation(values: &[(f64, f64)]) -> f64 {
    let n = values.len() as f64;
    let mean = |pick: &dyn Fn(&(f64, f64)) -> f64| values.iter().map(pick).sum::<f64>() / n;
    let (x, y) = (mean(&|v| v.0), mean(&|v| v.1));
    let both = mean(&|v| (v.0 - x) * (v.1 - y));
    let spread = mean(&|v| (v.0 - x).powi(2)) * mean(&|v| (v.1 - y).powi(2));
    both / spread.sqrt()
}
