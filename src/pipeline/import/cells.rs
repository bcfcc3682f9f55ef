//! The cells of a table in CSV, record by record, in bounded memory.
//!
//! RFC 4180, read with patience: `;`, tab or `|` part cells as well as `,`, a quote in the middle
//! of a cell is a quote, and a quote that is never closed costs its own line, not the file.

use std::collections::VecDeque;
use std::io::{self, BufRead};

use super::lines::Lines;

/// A record may span lines up to so many bytes; more is a quote that nobody closed.
const LONGEST: usize = 1 << 20;

/// A record, or why it is none.
pub(super) enum Record {
    Cells(Vec<String>),
    /// A quote is open at the end. Where it was opened: the character in the line, from 1.
    Open(u64),
}

/// Reads records.
pub(super) struct Cells<R> {
    lines: Lines<R>,
    separator: u8,
    /// Lines that were read and are to be read again, with their numbers.
    again: VecDeque<(u64, String)>,
}

impl<R: BufRead> Cells<R> {
    pub(super) fn new(lines: Lines<R>) -> Self {
        Self {
            lines,
            separator: b',',
            again: VecDeque::new(),
        }
    }

    pub(super) fn lines(&self) -> &Lines<R> {
        &self.lines
    }

    /// The head of the table, and by what its cells are parted. `None` where there is nothing.
    pub(super) fn head(&mut self) -> io::Result<Option<Vec<String>>> {
        while let Some((number, line)) = self.line()? {
            if line.trim().is_empty() {
                continue;
            }
            // Excel reads and writes it.
            if let Some(given) = line.trim().strip_prefix("sep=") {
                self.separator = given.bytes().next().unwrap_or(b'\t');
                continue;
            }
            if self.separator == b',' {
                self.separator = separator_of(&line);
            }
            self.again.push_front((number, line));
            return Ok(match self.next()? {
                Some((_, Record::Cells(cells))) => Some(cells),
                _ => None,
            });
        }
        Ok(None)
    }

    /// The next record, with the number of its first line.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Record)>> {
        let Some((first, line)) = self.line()? else {
            return Ok(None);
        };
        let mut splitter = Splitter::new(self.separator);
        splitter.feed(&line);
        let mut held = vec![(first, line)];
        let mut bytes = 0;
        while splitter.is_open() {
            let next = if bytes > LONGEST { None } else { self.line()? };
            let Some((number, line)) = next else {
                let place = splitter.opened;
                for line in held.into_iter().skip(1).rev() {
                    self.again.push_front(line);
                }
                return Ok(Some((first, Record::Open(place))));
            };
            bytes += line.len();
            splitter.feed(&line);
            held.push((number, line));
        }
        Ok(Some((first, Record::Cells(splitter.finish()))))
    }

    fn line(&mut self) -> io::Result<Option<(u64, String)>> {
        match self.again.pop_front() {
            Some(line) => Ok(Some(line)),
            None => self.lines.next(),
        }
    }
}

/// What parts the cells of a head: the candidate that stands there most often outside quotes.
fn separator_of(line: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b';', 0), (b'\t', 0), (b',', 0), (b'|', 0)];
    for byte in line.bytes() {
        quoted ^= byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(one, _)| *one == byte && !quoted) {
            *count += 1;
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    counts
        .iter()
        .find(|(_, count)| *count == most && most > 0)
        .map_or(b',', |(byte, _)| *byte)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// Before the first character of a cell.
    Start,
    Plain,
    Quoted,
    /// Behind a quote that ends a quoted cell, unless another follows.
    Behind,
}

struct Splitter {
    separator: char,
    cells: Vec<String>,
    cell: String,
    at: At,
    opened: u64,
}

impl Splitter {
    fn new(separator: u8) -> Self {
        Self {
            separator: char::from(separator),
            cells: Vec::new(),
            cell: String::new(),
            at: At::Start,
            opened: 0,
        }
    }

    fn is_open(&self) -> bool {
        self.at == At::Quoted
    }

    fn feed(&mut self, line: &str) {
        for (c, place) in line.chars().zip(1..) {
            self.at = match (self.at, c) {
                (At::Start, '"') => {
                    self.opened = place;
                    At::Quoted
                }
                (At::Quoted, '"') => At::Behind,
                (At::Behind, '"') => {
                    self.cell.push('"');
                    At::Quoted
                }
                (At::Start | At::Plain | At::Behind, c) if c == self.separator => {
                    self.cells.push(std::mem::take(&mut self.cell));
                    At::Start
                }
                (At::Start | At::Plain | At::Behind, '\n' | '\r') => self.at,
                (at @ (At::Quoted | At::Plain), c) => {
                    self.cell.push(c);
                    at
                }
                (At::Start | At::Behind, c) => {
                    self.cell.push(c);
                    At::Plain
                }
            };
        }
    }

    fn finish(mut self) -> Vec<String> {
        self.cells.push(self.cell);
        self.cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(u64, Option<Vec<String>>)> {
        let mut cells = Cells::new(Lines::new(text.as_bytes()));
        let mut found = vec![(0, cells.head().unwrap())];
        while let Some((line, record)) = cells.next().unwrap() {
            found.push((
                line,
                match record {
                    Record::Cells(cells) => Some(cells),
                    Record::Open(_) => None,
                },
            ));
        }
        found
    }

    #[test]
    fn parts_cells_by_what_the_head_shows() {
        for (text, expected) in [
            ("a;b\n1,5;\"x;y\"\n", vec!["1,5", "x;y"]),
            ("a,b\r\n1.5,\"x,\"\"y\"\"\"\r\n", vec!["1.5", "x,\"y\""]),
            ("a\tb\nx\t5\" tube\n", vec!["x", "5\" tube"]),
            ("sep=|\na|b\nx|y\n", vec!["x", "y"]),
            ("a,b\n\"two\nlines\",y", vec!["two\nlines", "y"]),
            ("a,b\n\"x\"tail,y\n", vec!["xtail", "y"]),
        ] {
            let found = all(text);
            assert_eq!(found[1].1.as_deref().unwrap(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_its_line() {
        let found = all("a,b\n\"open,1\nx,2\ny,3\n");
        let lines: Vec<(u64, bool)> = found.iter().map(|(n, c)| (*n, c.is_some())).collect();
        assert_eq!(lines, [(0, true), (2, false), (3, true), (4, true)]);
    }
}
