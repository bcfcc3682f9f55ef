//! How fast texts are scored, beside the crate `vader_sentiment`: `cargo bench --bench score`.
//!
//! README.md beside this folder tells what is compared, and what came out. All take turns in one run,
//! on one thread; what counts is the processor's time.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a table for a person, of numbers far below 2^53"
)]

#[expect(dead_code, reason = "each bench takes what it needs of it")]
#[path = "../ground/mod.rs"]
mod ground;

use std::hint::black_box;

use ascolto::model::Lang;
use ascolto::score::{Input, Scorer, detect_language};
use vader_sentiment::SentimentIntensityAnalyzer;

use ground::measure::{median, seconds};
use ground::texts;

const TEXTS: usize = 60_000;
const ROUNDS: usize = 5;

struct Contestant<'a> {
    name: &'static str,
    texts: &'a [String],
    score: Box<dyn Fn(&str) -> f64 + 'a>,
    seconds: Vec<f64>,
}

fn main() -> anyhow::Result<()> {
    let english = texts::texts(TEXTS, true);
    let both = texts::texts(TEXTS, false);
    let vader = SentimentIntensityAnalyzer::new();
    let scorer = Scorer::default();
    let whole = |text: &str, languages: &[Lang], language: Option<Lang>| {
        let input = Input {
            text,
            languages,
            language,
            ..Input::default()
        };
        scorer.score(&input).sentiment.score
    };
    let mut contestants = [
        Contestant::new("vader_sentiment, English", &english, |text| {
            vader
                .polarity_scores(text)
                .get("compound")
                .copied()
                .unwrap_or_default()
        }),
        Contestant::new("ascolto, English", &english, |text| whole(text, &[], None)),
        Contestant::new("ascolto, Italian and English", &both, |text| {
            whole(text, &[Lang::IT, Lang::EN], None)
        }),
        Contestant::new("ascolto, language known", &english, |text| {
            whole(text, &[], Some(Lang::EN))
        }),
        Contestant::new("ascolto, the language alone", &both, |text| {
            f64::from(detect_language(text, None, &[]).1)
        }),
    ];
    for _ in 0..ROUNDS {
        for contestant in &mut contestants {
            contestant.run()?;
        }
    }
    println!("| | texts/s | MB/s | µs a text |\n|---|---|---|---|");
    for contestant in &mut contestants {
        let bytes: usize = contestant.texts.iter().map(String::len).sum();
        let taken = median(&mut contestant.seconds);
        println!(
            "| {} | {:.0} | {:.1} | {:.2} |",
            contestant.name,
            contestant.texts.len() as f64 / taken,
            bytes as f64 / taken / 1e6,
            taken * 1e6 / contestant.texts.len() as f64,
        );
    }
    let bytes: usize = both.iter().map(String::len).sum();
    println!(
        "\n{TEXTS} texts of {:.0} bytes on the average, {ROUNDS} rounds",
        bytes as f64 / TEXTS as f64
    );
    Ok(())
}

impl<'a> Contestant<'a> {
    fn new(name: &'static str, texts: &'a [String], score: impl Fn(&str) -> f64 + 'a) -> Self {
        Self {
            name,
            texts,
            score: Box::new(score),
            seconds: Vec::new(),
        }
    }

    fn run(&mut self) -> anyhow::Result<()> {
        let before = seconds()?;
        let mut sum = 0.0;
        for text in self.texts {
            sum += (self.score)(text);
        }
        black_box(sum);
        self.seconds.push(seconds()? - before);
        Ok(())
    }
}
