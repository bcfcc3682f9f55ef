//! A file of the instance while it is read: its text, and what is wrong with it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use super::secret::masked;
use crate::model::{Diagnostic, Severity};
use crate::query;

/// Problems shown of one file; what is beyond is counted. Bounds the work on a hostile file.
const SHOWN: usize = 100;

/// A problem at a place of a file.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    severity: Severity,
    span: Option<Range<usize>>,
    message: String,
    label: String,
    hint: Option<String>,
}

impl Finding {
    fn new(severity: Severity, span: Option<Range<usize>>, message: String) -> Self {
        Self {
            severity,
            span,
            message,
            label: String::new(),
            hint: None,
        }
    }

    /// Something that cannot be used as it stands.
    pub(super) fn error(span: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, Some(span), message.into())
    }

    /// Something that is probably not what was meant.
    pub(super) fn warning(span: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, Some(span), message.into())
    }

    /// An error about the file as a whole.
    pub(super) fn of_file(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, None, message.into())
    }

    /// Says what stands at the place.
    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Says what to do.
    pub(super) fn hint(mut self, hint: impl Into<Option<String>>) -> Self {
        self.hint = hint.into();
        self
    }

    /// A problem of a query that stands in the file, at `span` of it.
    pub(super) fn of_query(problem: query::Problem, span: Range<usize>) -> Self {
        Self {
            severity: problem.severity,
            span: Some(span),
            message: problem.message,
            label: problem.label,
            hint: problem.hint,
        }
    }
}

/// A file that is being read.
#[derive(Debug)]
pub(super) struct Document<'t> {
    /// The path within the instance, as messages name it.
    pub(super) origin: &'t str,
    /// What stands in it, as it was read: what places in messages count in.
    pub(super) text: &'t str,
    /// The text as messages may show it: same length, no passwords.
    pub(super) shown: Cow<'t, str>,
    /// Starts of the lines that are no TOML: what was guessed from them is not complained of.
    broken: BTreeSet<usize>,
    found: Vec<(Option<usize>, Diagnostic)>,
    reported: usize,
    errors: usize,
    beyond: usize,
}

impl<'t> Document<'t> {
    /// A file of which nothing was read yet.
    pub(super) fn new(origin: &'t str, text: &'t str) -> Self {
        Self {
            origin,
            text,
            shown: masked(text),
            broken: BTreeSet::new(),
            found: Vec::new(),
            reported: 0,
            errors: 0,
            beyond: 0,
        }
    }

    /// Adds a problem.
    pub(super) fn report(&mut self, finding: Finding) {
        self.reported += 1;
        if self.reported > 10 * SHOWN {
            self.errors += usize::from(finding.severity == Severity::Error);
            self.beyond += 1;
            return;
        }
        if let Some(span) = &finding.span
            && !self.broken.is_empty()
            && self.broken.contains(&self.line_start(span.start))
        {
            return;
        }
        self.add(finding);
    }

    /// Adds a place that is no TOML; only the first of a line.
    pub(super) fn report_syntax(&mut self, span: Range<usize>, finding: Finding) {
        let line = self.line_start(span.start);
        if self.broken.insert(line) {
            self.add(finding);
        }
    }

    fn add(&mut self, finding: Finding) {
        self.errors += usize::from(finding.severity == Severity::Error);
        if self.is_full() {
            self.beyond += 1;
            return;
        }
        let start = finding.span.as_ref().map(|span| span.start);
        let mut diagnostic = Diagnostic::new(finding.severity, self.origin, finding.message);
        if let Some(span) = finding.span {
            diagnostic = diagnostic.at(&self.shown, span, finding.label);
        }
        if let Some(hint) = finding.hint {
            diagnostic = diagnostic.hint(hint);
        }
        self.found.push((start, diagnostic));
    }

    fn line_start(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        self.text
            .get(..at)
            .and_then(|before| before.rfind('\n'))
            .map_or(0, |newline| newline + 1)
    }

    /// Whether what is reported from now on is only counted.
    pub(super) fn is_full(&self) -> bool {
        self.found.len() >= SHOWN
    }

    /// Whether parts of the file are no TOML, so that what seems missing may be there.
    pub(super) fn is_broken(&self) -> bool {
        !self.broken.is_empty()
    }

    /// Whether anything was found that cannot be used.
    pub(super) fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// What was found, in the order of the file.
    pub(super) fn into_problems(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|(start, _)| *start);
        let mut problems: Vec<Diagnostic> =
            self.found.into_iter().map(|(_, problem)| problem).collect();
        if self.beyond > 0 {
            problems.push(Diagnostic::new(
                if self.errors > 0 {
                    Severity::Error
                } else {
                    Severity::Warning
                },
                self.origin,
                format!("{} more problems in this file", self.beyond),
            ));
        }
        problems
    }
}
