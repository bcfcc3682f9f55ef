//! How far the lists agree with people's labels, and what these would take out of the queries, for
//! `ascolto lists check`.

use std::io::Write;

use super::terminal::{count, one_line};
use crate::model::Timestamp;
use crate::pipeline::Instance;
use crate::pipeline::agreement::{Agreement, Tally, agreement};
use crate::pipeline::exclusions::{Exclusion, Proposal, exclusions};
use crate::store::Store;

/// How many wrong terms are shown.
pub(crate) const MOST_TERMS: usize = 10;

/// What the labels say.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    pub(crate) agreement: Agreement,
    pub(crate) proposals: Vec<Proposal>,
}

impl Labels {
    /// Reads them; nothing where nobody labelled anything.
    pub(crate) fn of(instance: &Instance, now: Timestamp) -> anyhow::Result<Self> {
        let Some(store) = Store::open_existing(&instance.index())? else {
            return Ok(Self::default());
        };
        let agreement = agreement(&store)?;
        let proposals = match agreement.all.not_relevant {
            0 | 1 => Vec::new(),
            _ => exclusions(&store, &instance.config, now)?,
        };
        Ok(Self {
            agreement,
            proposals,
        })
    }

    /// Prints them for a person.
    pub(crate) fn print(&self, out: &mut impl Write) -> anyhow::Result<()> {
        let agreement = &self.agreement;
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
        for proposal in &self.proposals {
            let labelled = usize::try_from(proposal.labelled).unwrap_or(usize::MAX);
            writeln!(
                out,
                "\n{} of {} not relevant; these terms would take out:",
                count(labelled, "mention", "mentions"),
                proposal.watchlist
            )?;
            for exclusion in &proposal.exclusions {
                writeln!(out, "  {}: {}", one_line(&exclusion.term), lost(exclusion))?;
            }
            writeln!(
                out,
                "to take them out, write this in watchlists/{id}.toml and try it with \
                 `ascolto watchlists test watchlists/{id}.toml`:\n\n{}",
                proposal.toml,
                id = proposal.watchlist,
            )?;
        }
        Ok(())
    }
}

/// `3 not relevant, 1 other (#812)`.
pub(crate) fn lost(exclusion: &Exclusion) -> String {
    let others = usize::try_from(exclusion.others).unwrap_or(usize::MAX);
    let examples: Vec<String> = exclusion
        .examples
        .iter()
        .map(|id| format!("#{id}"))
        .collect();
    let examples = if examples.is_empty() {
        String::new()
    } else {
        format!(" ({})", examples.join(", "))
    };
    format!(
        "{} not relevant, {}{examples}",
        exclusion.irrelevant,
        match others {
            0 => "nothing else".to_owned(),
            others => count(others, "other mention", "other mentions"),
        }
    )
}

/// `12 labels, sentiment 9 of 10, priority 2 of 4, 1 not relevant`.
pub(crate) fn told(tally: Tally) -> String {
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
