//! From a file to items: JSON lines, or a table with a head.

use std::io::{self, BufRead, BufReader, Read};

use chrono_tz::Tz;

use super::cells::{Cells, Record};
use super::columns::{Column, column};
use super::decoded::Decoded;
use super::lines::{LONGEST, Lines};
use super::values;
use crate::extract::{canonical_url, clean_line, clean_text, looks_like_html, plain_text};
use crate::model::{Item, MentionInput, Status, Timestamp};

/// Tags of one row at most.
const TAGS: usize = 50;

/// What one row says.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub(super) item: Item,
    pub(super) canonical_url: Option<String>,
    pub(super) source: String,
    pub(super) collected: Option<Timestamp>,
    pub(super) status: Option<Status>,
    pub(super) tags: Vec<String>,
    pub(super) copies: u32,
}

/// A line that cannot be taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The line of the file, from 1.
    pub line: u64,
    /// The character of the line, from 1, where that can be told.
    pub column: Option<u64>,
    /// What is wrong with it.
    pub message: String,
}

/// The rows of a file.
pub(super) enum Rows<R> {
    Json(Lines<R>),
    Table(Table<R>),
}

/// A table, its head read.
pub(super) struct Table<R> {
    cells: Cells<R>,
    columns: Vec<Option<Column>>,
    head: Vec<String>,
    /// Whether it is a table that ascolto wrote: its texts are plain already.
    own: bool,
    zone: Tz,
}

/// Why a file cannot be read at all.
#[derive(Debug)]
pub(super) enum Unreadable {
    Io(io::Error),
    /// One JSON array.
    Array,
    /// A table whose head names neither a text nor a title.
    NoText(Vec<String>),
    Empty,
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What rows are read from.
pub(super) type Input<R> = BufReader<Decoded<R>>;

impl<R: Read> Rows<Input<R>> {
    /// Finds out what `input` is and reads the head of a table. `renamed` says what columns are:
    /// pairs of a name of ours and one of the table.
    pub(super) fn open(
        input: R,
        renamed: &[(String, String)],
        zone: Tz,
    ) -> Result<Self, Unreadable> {
        let mut lines = Lines::new(BufReader::with_capacity(1 << 16, Decoded::new(input)));
        match lines.first_byte()? {
            None => Err(Unreadable::Empty),
            Some(b'{') => Ok(Self::Json(lines)),
            Some(b'[') => Err(Unreadable::Array),
            Some(_) => Table::open(lines, renamed, zone).map(Self::Table),
        }
    }

    /// How many bytes of the input were read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        let lines = match self {
            Self::Json(lines) => lines,
            Self::Table(table) => table.cells.lines(),
        };
        lines.input().get_ref().bytes_read()
    }

    /// The names of columns that nothing is taken from.
    pub(super) fn unused_columns(&self) -> Vec<&str> {
        match self {
            Self::Json(_) => Vec::new(),
            Self::Table(table) => table
                .head
                .iter()
                .zip(&table.columns)
                .filter(|(name, column)| column.is_none() && !name.trim().is_empty())
                .map(|(name, _)| name.as_str())
                .collect(),
        }
    }

    /// The next row; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Result<Row, Refused>>> {
        match self {
            Self::Json(lines) => next_line(lines),
            Self::Table(table) => table.next(),
        }
    }
}

fn next_line<R: BufRead>(lines: &mut Lines<R>) -> io::Result<Option<Result<Row, Refused>>> {
    loop {
        let Some((number, line)) = lines.next()? else {
            return Ok(None);
        };
        if line.len() > LONGEST {
            return Ok(Some(Err(Refused {
                line: number,
                column: None,
                message: format!("the line is longer than {} MB", LONGEST >> 20),
            })));
        }
        if line.trim().is_empty() {
            continue;
        }
        let read = MentionInput::parse(&line).map_err(|error| Refused {
            line: number,
            column: u64::try_from(error.column()).ok(),
            message: without_place(&error.to_string()),
        });
        return Ok(Some(read.and_then(|input| of_json(input, number))));
    }
}

/// The words of a JSON error without its own line and column, which count from the line's start.
fn without_place(message: &str) -> String {
    message
        .rsplit_once(" at line ")
        .map_or(message, |(words, _)| words)
        .to_owned()
}

fn of_json(input: MentionInput, line: u64) -> Result<Row, Refused> {
    let row = Row {
        source: input.source,
        collected: input.collected,
        status: input.status,
        tags: input.tags,
        copies: input.copies,
        item: input.item,
        canonical_url: None,
    };
    finish(row, line)
}

impl<R: BufRead> Table<R> {
    fn open(lines: Lines<R>, renamed: &[(String, String)], zone: Tz) -> Result<Self, Unreadable> {
        let mut cells = Cells::new(lines);
        let Some(head) = cells.head()? else {
            return Err(Unreadable::Empty);
        };
        let mut columns: Vec<Option<Column>> = Vec::new();
        for name in &head {
            let given = renamed
                .iter()
                .find(|(_, theirs)| theirs.trim().eq_ignore_ascii_case(name.trim()));
            let found = given.map_or_else(|| column(name), |(ours, _)| column(ours));
            // The first of two columns with one meaning counts, but one that was named always.
            let taken = renamed
                .iter()
                .any(|(ours, _)| given.is_none() && column(ours) == found);
            columns.push(found.filter(|found| !taken && !columns.contains(&Some(*found))));
        }
        let has_words = columns
            .iter()
            .any(|column| matches!(column, Some(Column::Text | Column::Title)));
        if !has_words {
            return Err(Unreadable::NoText(head));
        }
        Ok(Self {
            cells,
            columns,
            own: ["watchlists", "sentiment_score"]
                .iter()
                .all(|ours| head.iter().any(|name| name == ours)),
            head,
            zone,
        })
    }

    fn next(&mut self) -> io::Result<Option<Result<Row, Refused>>> {
        loop {
            let Some((line, record)) = self.cells.next()? else {
                return Ok(None);
            };
            let cells = match record {
                Record::Cells(cells) => cells,
                Record::Open(place) => {
                    return Ok(Some(Err(Refused {
                        line,
                        column: Some(place),
                        message: "a quote is opened here and never closed".to_owned(),
                    })));
                }
            };
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            return Ok(Some(self.row(line, &cells)));
        }
    }

    fn row(&self, line: u64, cells: &[String]) -> Result<Row, Refused> {
        let refuse = |message: String| Refused {
            line,
            column: None,
            message,
        };
        let beyond = cells.get(self.head.len()..).unwrap_or_default();
        if beyond.iter().any(|cell| !cell.trim().is_empty()) {
            return Err(refuse(format!(
                "the row has {} cells and the head {}: a cell that holds the separator stands \
                 without quotes",
                cells.len(),
                self.head.len()
            )));
        }
        let mut row = Row::default();
        let (mut date, mut time) = (None, None);
        for ((name, column), cell) in self.head.iter().zip(&self.columns).zip(cells) {
            let cell = unguarded(cell.trim());
            let Some(column) = column.filter(|_| !is_blank(cell)) else {
                continue;
            };
            let moment = |cell: &str| {
                values::moment(cell, self.zone).ok_or_else(|| {
                    refuse(format!(
                        "column \"{}\": cannot read \"{}\" as a date",
                        clean_line(name),
                        short(cell)
                    ))
                })
            };
            match column {
                Column::Published => {
                    moment(cell)?;
                    date = Some(cell.to_owned());
                }
                Column::Time => time = Some(cell.to_owned()),
                Column::Collected => row.collected = Some(moment(cell)?),
                Column::Text if !self.own && looks_like_html(cell) => {
                    row.item.text = plain_text(cell);
                }
                other => put(&mut row, other, cell),
            }
        }
        row.item.published = match (date, time) {
            (Some(date), Some(time)) if !date.contains(':') => {
                values::moment(&format!("{date} {time}"), self.zone)
                    .or_else(|| values::moment(&date, self.zone))
            }
            (Some(date), _) => values::moment(&date, self.zone),
            (None, _) => None,
        };
        finish(row, line)
    }
}

/// A cell as it was before it was guarded against being taken for a formula.
fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'')
        .filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r']))
        .unwrap_or(cell)
}

fn is_blank(cell: &str) -> bool {
    matches!(
        cell,
        "" | "-" | "–" | "n/a" | "N/A" | "null" | "NULL" | "None"
    )
}

fn put(row: &mut Row, column: Column, cell: &str) {
    let item = &mut row.item;
    match column {
        Column::Text => cell.clone_into(&mut item.text),
        Column::Title => item.title = Some(cell.to_owned()),
        Column::Url => {
            item.url = Some(cell.to_owned());
            item.permalink = true;
        }
        Column::Permalink => {
            if let Some(own) = values::yes(cell) {
                item.permalink = own;
            } else {
                // In many exports it is the address itself.
                item.url.get_or_insert_with(|| cell.to_owned());
                item.permalink = true;
            }
        }
        Column::Author if cell.starts_with('@') => item.author.handle = Some(cell.to_owned()),
        Column::Author => item.author.name = Some(cell.to_owned()),
        Column::Handle => item.author.handle = Some(cell.to_owned()),
        Column::Followers => item.author.followers = values::count(cell),
        Column::Source => cell.clone_into(&mut row.source),
        Column::Kind => item.kind = values::kind(cell).unwrap_or_default(),
        Column::Language => item.lang_hint = values::language(cell),
        Column::Rating => item.rating = values::rating(cell),
        Column::Engagement => item.engagement = values::count(cell),
        Column::Parent => item.parent = Some(cell.to_owned()),
        Column::NativeId => item.native_id = Some(cell.to_owned()),
        Column::Status => row.status = Status::parse(cell),
        Column::Tags => {
            row.tags = cell.split([',', ' ']).map(str::to_owned).collect();
        }
        Column::Copies => {
            row.copies = values::count(cell)
                .and_then(|n| n.try_into().ok())
                .unwrap_or(0);
        }
        Column::Published | Column::Time | Column::Collected => {}
    }
}

/// Brings what a stranger wrote into the form of everything collected.
fn finish(mut row: Row, line: u64) -> Result<Row, Refused> {
    let item = &mut row.item;
    item.text = clean_text(std::mem::take(&mut item.text));
    item.title = line_of(item.title.take());
    if item.text.is_empty() && item.title.is_none() {
        return Err(Refused {
            line,
            column: None,
            message: "it has neither a title nor a text".to_owned(),
        });
    }
    item.author.name = line_of(item.author.name.take());
    item.author.handle = line_of(item.author.handle.take());
    item.native_id = line_of(item.native_id.take());
    item.parent = line_of(item.parent.take());
    item.rating = item.rating.filter(|rating| rating.is_finite());
    if let Some(reply) = &mut item.owner_reply {
        reply.text = clean_text(std::mem::take(&mut reply.text));
    }
    item.url = item.url.take().map(clean_line);
    row.canonical_url = item.url.as_deref().and_then(canonical_url);
    if row.canonical_url.is_none() {
        item.url = None;
        item.permalink = false;
    }
    row.source = clean_line(row.source);
    row.tags = row.tags.into_iter().map(clean_line).collect();
    row.tags.retain(|tag| !tag.is_empty());
    row.tags.sort();
    row.tags.dedup();
    row.tags.truncate(TAGS);
    Ok(row)
}

fn line_of(text: Option<String>) -> Option<String> {
    text.map(clean_line).filter(|text| !text.is_empty())
}

/// A value for a message.
fn short(text: &str) -> String {
    let line = clean_line(text);
    match line.char_indices().nth(40) {
        Some((cut, _)) => format!("{}…", line.get(..cut).unwrap_or_default()),
        None => line,
    }
}
