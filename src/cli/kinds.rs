//! `ascolto sources kinds`.

use serde::Serialize;

use super::app::App;
use super::output::Table;
use super::report_error::Exit;
use crate::pipeline::MANIFESTS;

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
    let rows = MANIFESTS.iter().map(|(kind, manifest)| {
        let row = Row {
            kind,
            access: manifest.access.as_str(),
            cost: manifest.cost,
            limits: manifest.limits,
            terms: manifest.terms_url,
        };
        let cells = [row.kind, row.access, row.limits];
        (cells.map(str::to_owned).to_vec(), row)
    });
    let table = Table {
        head: &["kind", "access", "limits"],
        elastic: 2,
        rows: rows.collect(),
    };
    table.print(app.format)?;
    Ok(Exit::Done)
}
