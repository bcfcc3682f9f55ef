//! A file of mentions that no one wrote, and an instance of twenty watchlists that collects them all.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};

use super::mentions::{Language, Mention, Random};

pub(crate) const FILE: &str = "mentions.jsonl";

/// A word that stands in two mentions of five.
pub(crate) const FREQUENT: &str = "anche";
/// A word that stands in ten mentions of any number.
pub(crate) const RARE: &str = "bergamotto";

const SEED: u64 = 7;
const WATCHLISTS: usize = 20;
/// Names that a watchlist looks for.
const TERMS: usize = 50;
const SOURCES: usize = 40;
const AUTHORS: usize = 50_000;
/// 2025-11-20T00:00:00Z; the mentions are of the year after it.
const BEGIN: i64 = 1_763_596_800;

/// Writes the file and the instance; gives the file's bytes.
pub(crate) fn write(folder: &Path, amount: usize) -> anyhow::Result<u64> {
    write_of(folder, amount, Language::mention)
}

/// The same of other mentions.
pub(crate) fn write_of(
    folder: &Path,
    amount: usize,
    make: fn(&Language, &mut Random) -> Mention,
) -> anyhow::Result<u64> {
    let mut random = Random::new(SEED);
    let language = Language::new(&mut random, 50_000, 100_000);
    let watched = language.names.get(..WATCHLISTS * TERMS).unwrap_or_default();
    instance(&folder.join("instance"), watched)?;
    let mut file = BufWriter::new(File::create(folder.join(FILE))?);
    for id in 0..amount {
        let mention = make(&language, &mut random);
        let subject = watched
            .get(random.below(watched.len()))
            .map_or("", String::as_str);
        let rare = if id % amount.div_ceil(10) == 0 {
            RARE
        } else {
            ""
        };
        let author = random.below(AUTHORS);
        let second = i64::try_from(random.below(366 * 86_400))?;
        let line = json!({
            "title": format!("{subject}: {} {rare}", mention.title),
            "text": mention.text,
            "url": format!("https://www.forum{}.example/t/{id}", random.below(SOURCES)),
            "type": "comment",
            "author": {"name": format!("Lia {author}"), "handle": format!("@lia{author}"),
                "followers": random.below(20_000)},
            "source": format!("forum {}", random.below(SOURCES)),
            "published": moment(BEGIN + second),
            "engagement": random.below(200),
        });
        writeln!(file, "{line}")?;
    }
    file.flush()?;
    Ok(file.get_ref().metadata()?.len())
}

/// What the first mention is about: a name that stands in one mention of a thousand.
pub(crate) fn subject(file: &Path) -> anyhow::Result<String> {
    let mut first = String::new();
    BufReader::new(File::open(file)?).read_line(&mut first)?;
    let line: Value = serde_json::from_str(&first)?;
    let title = line.get("title").and_then(Value::as_str);
    let subject = title.and_then(|title| title.split_once(':'));
    Ok(subject
        .context("the first mention has no subject")?
        .0
        .to_owned())
}

fn moment(seconds: i64) -> String {
    ascolto::model::Timestamp::from_seconds(seconds).to_string()
}

fn instance(folder: &Path, watched: &[String]) -> anyhow::Result<()> {
    fs::create_dir_all(folder.join("watchlists"))?;
    fs::write(
        folder.join("ascolto.toml"),
        "timezone = \"Europe/Rome\"\n[retention]\nmentions = \"forever\"\n",
    )?;
    for (number, names) in watched.chunks(TERMS).enumerate() {
        let toml = format!(
            "name = \"Brand {number}\"\nkind = \"brand\"\nlanguages = [\"it\", \"en\"]\n\
             query = '{}'\n\n[priority]\nurgent = [\"incendio\", \"scossa\", \"avvocato\"]\n\
             high = [\"rimborso\", \"truffa\", \"refund\"]\n",
            names.join(" OR ")
        );
        fs::write(folder.join(format!("watchlists/brand{number}.toml")), toml)?;
    }
    Ok(())
}
