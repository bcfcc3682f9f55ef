//! The three forms of data on stdout: tables for people, JSON lines and CSV for machines.

use std::io::{self, Write};

use anstyle::Style;
use clap::ValueEnum;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::terminal::{fit, one_line, width};

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// One JSON object a line; the fields are documented and stable.
    Json,
    /// Comma-separated, with a header.
    Csv,
}

/// Rows to print in any form. A row is also an object: the fields of `R` are the JSON.
pub(crate) struct Table<R> {
    /// Column names.
    pub(crate) head: &'static [&'static str],
    /// The column that gives way when the terminal is narrow.
    pub(crate) elastic: usize,
    /// The rows, each as cells and as an object.
    pub(crate) rows: Vec<(Vec<String>, R)>,
}

impl<R: Serialize> Table<R> {
    /// Prints the rows to stdout.
    pub(crate) fn print(&self, format: Format) -> anyhow::Result<()> {
        let mut out = anstream::stdout().lock();
        match format {
            Format::Table => self.print_table(&mut out)?,
            Format::Json => {
                for (_, object) in &self.rows {
                    json_line(&mut out, object)?;
                }
            }
            Format::Csv => {
                let mut csv = csv::Writer::from_writer(&mut out);
                csv.write_record(self.head)?;
                for (cells, _) in &self.rows {
                    csv.write_record(cells.iter().map(|cell| csv_cell(cell)))?;
                }
                csv.flush()?;
            }
        }
        Ok(())
    }

    fn print_table(&self, out: &mut impl Write) -> io::Result<()> {
        let cells: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|(cells, _)| cells.iter().map(|cell| one_line(cell)).collect())
            .collect();
        let widths = self.widths(&cells, width());
        let dim = Style::new().dimmed();
        let head: Vec<String> = self.head.iter().map(|&name| name.to_owned()).collect();
        writeln!(out, "{dim}{}{dim:#}", row(&head, &widths))?;
        for cells in &cells {
            writeln!(out, "{}", row(cells, &widths))?;
        }
        Ok(())
    }

    /// The columns' widths: as wide as the widest cell, the elastic one as wide as is left.
    fn widths(&self, cells: &[Vec<String>], available: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = self.head.iter().map(|name| name.width()).collect();
        for row in cells {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let gaps = 2 * widths.len().saturating_sub(1);
        let used: usize = widths.iter().sum::<usize>() + gaps;
        if let Some(elastic) = widths.get_mut(self.elastic)
            && used > available
        {
            *elastic = elastic.saturating_sub(used - available).max(12);
        }
        widths
    }
}

fn row(cells: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, &width) in cells.iter().zip(widths) {
        let cell = fit(cell, width);
        let gap = width.saturating_sub(cell.width()) + 2;
        line.push_str(&cell);
        line.extend(std::iter::repeat_n(' ', gap));
    }
    line.truncate(line.trim_end().len());
    line
}

/// One JSON object and a line break.
pub(crate) fn json_line(out: &mut impl Write, object: &impl Serialize) -> anyhow::Result<()> {
    let line = serde_json::to_string(object)?;
    out.write_all(line.as_bytes())?;
    out.write_all(b"\n")?;
    Ok(())
}

/// A cell that no spreadsheet takes for a formula: one that begins like a formula gets an
/// apostrophe before it (OWASP, "CSV Injection").
pub(crate) fn csv_cell(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err() {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_numbers_stay_numbers() {
        assert_eq!(csv_cell("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(csv_cell("@lia"), "'@lia");
        assert_eq!(csv_cell("-0.71"), "-0.71");
        assert_eq!(csv_cell("Frigolux"), "Frigolux");
    }

    #[test]
    fn the_elastic_column_gives_way() {
        let table = Table {
            head: &["name", "error"],
            elastic: 1,
            rows: vec![(vec!["forum".into(), "x".repeat(100)], ())],
        };
        let cells: Vec<Vec<String>> = table.rows.iter().map(|(cells, ())| cells.clone()).collect();
        assert_eq!(table.widths(&cells, 60), [5, 53]);
        assert_eq!(table.widths(&cells, 10), [5, 12]);
        assert_eq!(table.widths(&cells, 200), [5, 100]);
    }
}
