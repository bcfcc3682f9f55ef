//! `ascolto sources kinds`.

use std::io::{self, Write};

use serde::Serialize;

use super::app::App;
use super::output::{Format, Table};
use super::report_error::Exit;
use super::terminal::width;
use crate::pipeline::MANIFESTS;

/// The columns before what access takes.
const KIND: usize = 17;
const ACCESS: usize = 13;

/// What access takes is told on lines of at least so many columns.
const NARROWEST: usize = 30;

#[derive(Serialize)]
struct Row {
    kind: &'static str,
    access: &'static str,
    cost: &'static str,
    limits: &'static str,
    terms: Option<&'static str>,
}

/// Lists the kinds of sources.
pub(super) fn run(app: &App) -> anyhow::Result<Exit> {
    let rows: Vec<Row> = MANIFESTS
        .iter()
        .map(|(kind, manifest)| Row {
            kind,
            access: manifest.access.as_str(),
            cost: manifest.cost,
            limits: manifest.limits,
            terms: manifest.terms_url,
        })
        .collect();
    if app.format == Format::Table {
        print(&rows, &mut anstream::stdout().lock())?;
        return Ok(Exit::Done);
    }
    let table = Table {
        head: &["kind", "access", "cost", "limits"],
        elastic: 3,
        rows: rows
            .into_iter()
            .map(|row| {
                let cells = [row.kind, row.access, row.cost, row.limits];
                (cells.map(str::to_owned).to_vec(), row)
            })
            .collect(),
    };
    table.print(app.format)?;
    Ok(Exit::Done)
}

/// A table whose last column goes on below: nothing of it may be cut off.
fn print(rows: &[Row], out: &mut impl Write) -> io::Result<()> {
    let columns = width().saturating_sub(KIND + ACCESS).max(NARROWEST);
    let dim = anstyle::Style::new().dimmed();
    let head = format!("{:KIND$}{:ACCESS$}what it takes", "kind", "access");
    writeln!(out, "{dim}{head}{dim:#}")?;
    for row in rows {
        let (mut kind, mut access) = (row.kind, row.access);
        for line in wrapped(&format!("{}; {}", row.cost, row.limits), columns) {
            writeln!(out, "{kind:KIND$}{access:ACCESS$}{line}")?;
            (kind, access) = ("", "");
        }
    }
    Ok(())
}

/// The words in lines of at most so many columns.
fn wrapped(words: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_cut_off() {
        let lines = wrapped("free; the newest 500 reviews of a country", 20);
        assert_eq!(lines, ["free; the newest 500", "reviews of a country"]);
        for (kind, manifest) in MANIFESTS {
            assert!(kind.len() < KIND && manifest.access.as_str().len() < ACCESS);
            assert!(manifest.limits.is_ascii() && manifest.cost.is_ascii());
        }
    }
}
