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

/// Cells that the elastic column keeps before the widest gives way too.
const ELASTIC: usize = 12;
/// Cells below which a column says nothing.
const NARROWEST: usize = 8;

/// Rows to print in any form. A row is also an object: the fields of `R` are the JSON.
pub(crate) struct Table<R> {
    /// Column names.
    pub(crate) head: &'static [&'static str],
    /// The column that gives way first when the terminal is narrow; then the widest do.
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

    /// The columns' widths: as wide as the widest cell; where that is too wide for the terminal the
    /// elastic one gives way, and then the widest, until they fit or nothing could be read.
    fn widths(&self, cells: &[Vec<String>], available: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = self.head.iter().map(|name| name.width()).collect();
        for row in cells {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let gaps = 2 * widths.len().saturating_sub(1);
        let surplus =
            |widths: &[usize]| (widths.iter().sum::<usize>() + gaps).saturating_sub(available);
        let left_over = surplus(&widths);
        if let Some(elastic) = widths.get_mut(self.elastic) {
            *elastic = elastic.saturating_sub(left_over).max(ELASTIC.min(*elastic));
        }
        for _ in 0..surplus(&widths) {
            match widths.iter_mut().max() {
                Some(widest) if *widest > NARROWEST => *widest -= 1,
                _ => break,
            }
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
        assert_eq!(table.widths(&cells, 19), [5, 12]);
        assert_eq!(table.widths(&cells, 10), [5, 8]);
        assert_eq!(table.widths(&cells, 200), [5, 100]);
    }

    #[test]
    fn the_widest_columns_give_way_once_the_elastic_one_has() {
        let row = [
            "7".to_owned(),
            "a".repeat(40),
            "b".repeat(20),
            "c".repeat(30),
        ];
        let table = Table {
            head: &["id", "alert", "to", "what"],
            elastic: 3,
            rows: vec![(row.to_vec(), ())],
        };
        for (available, expected) in [
            (98, [2, 40, 20, 30]),
            (80, [2, 40, 20, 12]),
            (60, [2, 20, 20, 12]),
            (40, [2, 11, 11, 10]),
            (10, [2, 8, 8, 8]),
        ] {
            assert_eq!(
                table.widths(&[row.to_vec()], available),
                expected,
                "{available}"
            );
        }
    }
}
