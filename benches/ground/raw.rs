//! The least that indexing and storing the same documents takes: the bare libraries.

#![expect(clippy::disallowed_methods, reason = "bare libraries")]

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;

use rusqlite::{Connection, params};
use serde::Deserialize;
use tantivy::schema::{FAST, INDEXED, STRING, Schema, TEXT};
use tantivy::{Index, IndexWriter, TantivyDocument};

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    title: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(borrow)]
    url: Cow<'a, str>,
    #[serde(borrow)]
    source: Cow<'a, str>,
    #[serde(borrow)]
    published: Cow<'a, str>,
    #[serde(borrow)]
    author: Author<'a>,
    engagement: u64,
}

#[derive(Deserialize)]
struct Author<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    handle: Cow<'a, str>,
    followers: u64,
}

/// Reads the file; gives each line to `take` with its number from 1.
fn each(
    file: &File,
    mut take: impl FnMut(i64, &Line<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<i64> {
    let mut input = BufReader::with_capacity(1 << 16, file);
    let mut line = String::new();
    let mut number = 0;
    while input.read_line(&mut line)? > 0 {
        number += 1;
        take(number, &serde_json::from_str(&line)?)?;
        line.clear();
    }
    Ok(number)
}

#[expect(clippy::print_stdout, reason = "the caller looks for the number")]
fn done(number: i64) {
    println!("{number}");
}

pub(crate) fn decode(file: &File) -> anyhow::Result<()> {
    done(each(file, |_, _| Ok(()))?);
    Ok(())
}

/// Title and text with positions and not stored, a number and a date, the source and the author.
pub(crate) fn index(file: &File, folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let mut builder = Schema::builder();
    let id = builder.add_i64_field("id", INDEXED | FAST);
    let date = builder.add_i64_field("date", FAST);
    let title = builder.add_text_field("title", TEXT);
    let text = builder.add_text_field("text", TEXT);
    let source = builder.add_text_field("source", STRING | FAST);
    let author = builder.add_text_field("author", STRING | FAST);
    let index = Index::create_in_dir(folder, builder.build())?;
    let mut writer: IndexWriter = index.writer_with_num_threads(2, 200_000_000)?;
    let number = each(file, |number, line| {
        let mut document = TantivyDocument::new();
        document.add_i64(id, number);
        document.add_i64(date, millis(&line.published));
        document.add_text(title, &line.title);
        document.add_text(text, &line.text);
        document.add_text(source, &line.source);
        document.add_text(author, &line.author.name);
        writer.add_document(document)?;
        Ok(())
    })?;
    writer.commit()?;
    writer.wait_merging_threads()?;
    done(number);
    Ok(())
}

/// Rows with a unique address and an index of dates, a thousand in a transaction.
pub(crate) fn rows(file: &File, path: &Path) -> anyhow::Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        if Path::new(&name).exists() {
            fs::remove_file(&name)?;
        }
    }
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
         CREATE TABLE mentions (id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE,
             date INTEGER NOT NULL, source TEXT, author TEXT, handle TEXT, followers INTEGER,
             engagement INTEGER, title TEXT, text TEXT);
         CREATE INDEX by_date ON mentions (date);
         BEGIN",
    )?;
    let number = each(file, |number, line| {
        connection
            .prepare_cached(
                "INSERT INTO mentions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                number,
                line.url,
                millis(&line.published),
                line.source,
                line.author.name,
                line.author.handle,
                i64::try_from(line.author.followers)?,
                i64::try_from(line.engagement)?,
                line.title,
                line.text
            ])?;
        if number % 1_000 == 0 {
            connection.execute_batch("COMMIT; BEGIN")?;
        }
        Ok(())
    })?;
    connection.execute_batch("COMMIT")?;
    done(number);
    Ok(())
}

fn millis(text: &str) -> i64 {
    ascolto::model::Timestamp::parse(text).map_or(0, ascolto::model::Timestamp::millis)
}
