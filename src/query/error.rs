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

    pub(crate) fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The same problem, told of the name through which it was found.
    pub(crate) fn inside(mut self, what: &str, span: &Range<usize>) -> Self {
        self.message = format!("in {what}: {}", self.message);
        self.span = span.clone();
        self
    }
}

/// The problems of one query, as many as are worth keeping: a text that is no query at all has one
/// at every character.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    kept: Vec<Problem>,
    left_out: usize,
    fatal: bool,
}

/// How many problems of a query are kept, and how many are told.
const MOST_KEPT: usize = 1_000;
const MOST_TOLD: usize = 20;

impl Problems {
    pub(crate) fn push(&mut self, problem: Problem) {
        // What forbids the query is never left out in favour of warnings.
        let first_error = problem.is_error() && !self.fatal;
        self.fatal |= problem.is_error();
        if self.kept.len() < MOST_KEPT || first_error {
            self.kept.push(problem);
        } else {
            self.left_out += 1;
        }
    }

    /// Adds an error that takes some time to be put into words, where it will be kept.
    pub(crate) fn push_error(&mut self, problem: impl FnOnce() -> Problem) {
        if self.fatal && self.kept.len() >= MOST_KEPT {
            self.left_out += 1;
        } else {
            self.push(problem());
        }
    }

    /// Adds those of a part, each told as `tell` says.
    pub(crate) fn take(&mut self, part: Self, tell: impl Fn(Problem) -> Problem) {
        self.left_out += part.left_out;
        self.extend(part.kept.into_iter().map(tell));
    }

    /// Whether any of them forbids the query.
    pub(crate) fn fatal(&self) -> bool {
        self.fatal
    }

    pub(crate) fn len(&self) -> usize {
        self.kept.len() + self.left_out
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    pub(crate) fn first(self) -> Option<Problem> {
        self.kept.into_iter().next()
    }

    /// The first of them in the order of the query, errors before all else where there are too many,
    /// and how many more there are.
    pub(crate) fn told(mut self) -> Vec<Problem> {
        let place = |problem: &Problem| (problem.span.start, problem.span.end);
        self.kept.sort_by_key(place);
        if self.len() <= MOST_TOLD {
            return self.kept;
        }
        self.kept.sort_by_key(|problem| !problem.is_error());
        let more = self.len() - MOST_TOLD;
        let next = self.kept.get(MOST_TOLD).cloned();
        self.kept.truncate(MOST_TOLD);
        self.kept.sort_by_key(place);
        self.kept.extend(next.map(|next| Problem {
            message: format!("and {more} more problems in this query"),
            label: "the next one".to_owned(),
            hint: None,
            ..next
        }));
        self.kept
    }
}

impl Extend<Problem> for Problems {
    fn extend<I: IntoIterator<Item = Problem>>(&mut self, problems: I) {
        problems.into_iter().for_each(|problem| self.push(problem));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_problems_the_errors_are_told_first() {
        let mut problems = Problems::default();
        for at in 0..3_000 {
            problems.push(Problem::warning(at..at + 1, "odd", "here"));
        }
        problems.push(Problem::error(3_000..3_001, "wrong", "here"));
        assert!(problems.fatal());
        let told = problems.told();
        assert_eq!(told.len(), 21);
        assert_eq!(told[0].span, 0..1);
        assert_eq!(told[19].message, "wrong");
        assert_eq!(told[20].message, "and 2981 more problems in this query");
        assert_eq!(told[20].span, 19..20);
    }

    #[test]
    fn few_problems_are_all_told_in_their_order() {
        let mut problems = Problems::default();
        for at in (0..20).rev() {
            problems.push(Problem::error(at..at + 1, "wrong", "here"));
        }
        let places: Vec<usize> = problems.told().iter().map(|p| p.span.start).collect();
        assert_eq!(places, (0..20).collect::<Vec<_>>());
    }
}
