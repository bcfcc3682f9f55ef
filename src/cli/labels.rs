//! How far the lists agree with people's labels, for `ascolto lists check`.

use std::io::Write;

use super::terminal::{count, one_line};
use crate::pipeline::Instance;
use crate::pipeline::agreement::{Tally, agreement};
use crate::store::Store;

/// How many wrong terms are shown.
const MOST_TERMS: usize = 10;

/// Prints the agreement; nothing where nobody labelled anything.
pub(crate) fn print(instance: &Instance, out: &mut impl Write) -> anyhow::Result<()> {
    let Some(store) = Store::open_existing(&instance.index())? else {
        return Ok(());
    };
    let agreement = agreement(&store)?;
    if agreement.all.labelled == 0 {
        return Ok(());
    }
    writeln!(out, "all labels: {}", told(agreement.all))?;
    for (id, tally) in &agreement.watchlists {
        writeln!(out, "{id}: {}", told(*tally))?;
    }
    if !agreement.terms.is_empty() {
        writeln!(out, "terms that are wrong most often:")?;
    }
    for term in agreement.terms.iter().take(MOST_TERMS) {
        let name = one_line(&term.term);
        writeln!(out, "  {name}: wrong {}, right {}", term.wrong, term.right)?;
    }
    Ok(())
}

/// `12 labels, sentiment 9 of 10, priority 2 of 4, 1 not relevant`.
fn told(tally: Tally) -> String {
    let labels = usize::try_from(tally.labelled).unwrap_or(usize::MAX);
    let mut parts = vec![count(labels, "label", "labels")];
    if tally.sentiment > 0 {
        parts.push(format!(
            "sentiment {} of {} agree",
            tally.sentiment_agreed, tally.sentiment
        ));
    }
    if tally.priority > 0 {
        parts.push(format!(
            "priority {} of {} agree",
            tally.priority_agreed, tally.priority
        ));
    }
    if tally.not_relevant > 0 {
        parts.push(format!("{} not relevant", tally.not_relevant));
    }
    parts.join(", ")
}
