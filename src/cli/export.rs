//! `ascolto export`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::app::App;
use super::output::{Format, csv_cell, json_line};
use super::progress::bar;
use super::report_error::Exit;
use super::terminal::count;
use super::when::Between;
use crate::model::{Mention, MentionJson, Timestamp, WatchlistId};
use crate::pipeline::export::export;

/// Write mentions out: JSON lines or CSV
///
/// Without a query: all. JSON lines hold everything, and `ascolto import` takes them over
/// elsewhere as they were. CSV is for spreadsheets: no cell of it can be taken for a formula.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ascolto export > all.jsonl\n  \
    ascolto export 'watch:frigolux type:review' --since 90d --format csv > reviews.csv\n  \
    ascolto export --excel --output menzioni.csv")]
pub(crate) struct Export {
    /// Which mentions; the query language is that of watchlists
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    #[command(flatten)]
    between: Between,

    /// Write into this file, which appears when it is whole
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// CSV as an Italian Excel opens it by a double click: semicolons, and a mark for accents
    #[arg(long)]
    excel: bool,
}

impl Export {
    pub(crate) fn run(self, app: &App) -> anyhow::Result<Exit> {
        let instance = app.archive()?;
        let settings = &instance.config.settings;
        let query = App::query_of(&self.query, &settings.names)?;
        let now = app.clock.now();
        let window = self.between.window(settings.timezone, now);
        let store = instance.store()?;
        let bar = bar(0, "exporting");
        let mut run = |out: &mut dyn Write| {
            let mut form = Form::new(out, app.format, self.excel)?;
            let found = export(&store, &query, window, now, &mut |mention, (done, all)| {
                bar.set_length(u64::try_from(all).unwrap_or(u64::MAX));
                bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
                form.write(mention)
            })?;
            form.finish()?;
            anyhow::Ok(found)
        };
        let found = match &self.output {
            Some(path) => into_file(path, &mut run),
            None => run(&mut BufWriter::new(std::io::stdout().lock())),
        };
        bar.finish_and_clear();
        let found = found?;
        anstream::eprintln!("{}", count(found, "mention", "mentions"));
        Ok(if found == 0 {
            Exit::Nothing
        } else {
            Exit::Done
        })
    }
}

/// Writes a file beside its place and moves it there when it is whole.
fn into_file(
    path: &Path,
    run: &mut dyn FnMut(&mut dyn Write) -> anyhow::Result<usize>,
) -> anyhow::Result<usize> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let unwritten = || format!("{} could not be written", path.display());
    let mut file = BufWriter::new(File::create(&part).with_context(unwritten)?);
    let done = run(&mut file).and_then(|found| {
        file.flush().with_context(unwritten)?;
        std::fs::rename(&part, path).with_context(unwritten)?;
        Ok(found)
    });
    if done.is_err()
        && let Err(error) = std::fs::remove_file(&part)
    {
        tracing::debug!(path = %part.display(), %error, "could not remove what was begun");
    }
    done
}

/// The form that mentions are written in.
enum Form<'a> {
    Json(&'a mut dyn Write),
    Csv(Box<csv::Writer<&'a mut dyn Write>>),
}

impl<'a> Form<'a> {
    fn new(out: &'a mut dyn Write, format: Format, excel: bool) -> anyhow::Result<Self> {
        if !excel && format != Format::Csv {
            return Ok(Self::Json(out));
        }
        let mut csv = csv::WriterBuilder::new();
        if excel {
            out.write_all("\u{feff}".as_bytes())?;
            csv.delimiter(b';').terminator(csv::Terminator::CRLF);
        }
        let mut csv = csv.from_writer(out);
        csv.write_record(COLUMNS)?;
        Ok(Self::Csv(Box::new(csv)))
    }

    fn write(&mut self, mention: &Mention) -> anyhow::Result<()> {
        match self {
            Self::Json(out) => json_line(out, &MentionJson::whole(mention)),
            Self::Csv(csv) => {
                Ok(csv.write_record(cells(mention).iter().map(|cell| csv_cell(cell)))?)
            }
        }
    }

    fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Json(out) => out.flush()?,
            Self::Csv(mut csv) => csv.flush()?,
        }
        Ok(())
    }
}

/// The columns, by the names that `ascolto import` knows them by.
const COLUMNS: [&str; 25] = [
    "id",
    "published",
    "collected",
    "source",
    "type",
    "watchlists",
    "author",
    "handle",
    "followers",
    "title",
    "text",
    "url",
    "permalink",
    "parent",
    "language",
    "rating",
    "engagement",
    "sentiment",
    "sentiment_score",
    "intent",
    "priority",
    "status",
    "tags",
    "copies",
    "native_id",
];

fn cells(mention: &Mention) -> [String; 25] {
    fn or_empty<T: ToString>(value: Option<&T>) -> String {
        value.map(ToString::to_string).unwrap_or_default()
    }
    let item = &mention.item;
    let author = &item.author;
    let scores = &mention.scores;
    let watchlists: Vec<&str> = mention.watchlists.iter().map(WatchlistId::as_str).collect();
    let published: Option<Timestamp> = item.published;
    [
        mention.id.to_string(),
        or_empty(published.as_ref()),
        mention.collected.to_string(),
        mention.source.clone(),
        item.kind.to_string(),
        watchlists.join(" "),
        or_empty(author.name.as_ref()),
        or_empty(author.handle.as_ref()),
        or_empty(author.followers.as_ref()),
        or_empty(item.title.as_ref()),
        item.text.clone(),
        or_empty(item.url.as_ref()),
        item.url
            .as_ref()
            .map_or_else(String::new, |_| item.permalink.to_string()),
        or_empty(item.parent.as_ref()),
        scores.language.to_string(),
        or_empty(item.rating.as_ref()),
        or_empty(item.engagement.as_ref()),
        scores.sentiment.label.to_string(),
        format!("{:.2}", scores.sentiment.score),
        scores.intent.label.to_string(),
        scores.priority.label.to_string(),
        mention.status.to_string(),
        mention.tags.join(" "),
        mention.copies.to_string(),
        or_empty(item.native_id.as_ref()),
    ]
}
