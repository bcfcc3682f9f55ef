//! Problems in a query: what is wrong, where, and what to write instead.

use std::ops::Range;

use crate::model::{Diagnostic, Severity};

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

    pub(crate) fn error(
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Error, span, message, label)
    }

    pub(crate) fn warning(
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Warning, span, message, label)
    }

    pub(crate) fn note(
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Note, span, message, label)
    }

    fn new(
        severity: Severity,
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            span,
            message: message.into(),
            label: label.into(),
            hint: None,
        }
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same problem, told of the name through which it was found.
    pub(crate) fn inside(mut self, what: &str, span: &Range<usize>) -> Self {
        self.message = format!("in {what}: {}", self.message);
        self.span = span.clone();
        self
    }
}
