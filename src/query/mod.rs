//! The query language: text to syntax tree to spans that matched.

pub mod ast;
pub mod words;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::model::{Diagnostic, Severity};

/// Where a query stands: a watchlist may not say everything that a search may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Decides what is collected.
    Watchlist,
    /// Looks through what was collected: searches, alerts, digest filters.
    Search,
}

/// The named lists and queries of an instance, and its time zone.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// `[lists]`: terms by name.
    pub lists: BTreeMap<String, Vec<String>>,
    /// `[queries]`: queries by name.
    pub queries: BTreeMap<String, String>,
    /// The zone in which `date:` counts days.
    pub timezone: chrono_tz::Tz,
}

/// A problem in a query, with its place in the query's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// Bytes of the query's text.
    pub span: Range<usize>,
    /// What is wrong, and what was expected.
    pub message: String,
    /// What stands at the place.
    pub label: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Problem {
    /// The problem as it is printed, for a query that stands alone.
    pub fn diagnostic(&self, origin: &str, source: &str) -> Diagnostic {
        let found = Diagnostic::new(self.severity, origin, self.message.clone()).at(
            source,
            self.span.clone(),
            self.label.clone(),
        );
        match &self.hint {
            Some(hint) => found.hint(hint.clone()),
            None => found,
        }
    }
}

/// A query that was parsed and checked; it cannot be made otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    source: String,
    root: ast::Node,
}

impl Query {
    /// Parses and checks a query: the query with its warnings and notes, or all its problems.
    pub fn parse(
        source: &str,
        role: Role,
        names: &Names,
    ) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        let _stub = (role, names);
        Ok((
            Self {
                source: source.to_owned(),
                root: ast::Node {
                    span: 0..source.len(),
                    kind: ast::NodeKind::And(Vec::new()),
                },
            },
            Vec::new(),
        ))
    }

    /// The text that it was parsed from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The syntax tree.
    pub fn root(&self) -> &ast::Node {
        &self.root
    }
}
