//! What became of those who asked.

use std::time::Duration;

use super::figures::{Row, dash, dash_note};
use crate::model::{Answers, Digest, Measure, Numbers, Taken};
use crate::notify::texts::{self, Texts};
use crate::notify::wording;

/// The rows of the table; none where nothing is known.
pub(super) fn rows(texts: &Texts, digest: &Digest) -> Vec<Row> {
    let care = &digest.care;
    if care.is_empty() {
        return Vec::new();
    }
    let number = |n| wording::number(texts, n);
    let median = |seconds| wording::roughly(texts, Duration::from_secs(seconds));
    let mut rows = Vec::new();
    if care.answers.value.is_some() {
        rows.push(row(texts.asked_label, care.answers, |of| {
            Some(number(of.asked))
        }));
        rows.push(row(texts.answered_label, care.answers, |of| {
            Some(answered(texts, of))
        }));
        rows.push(row(texts.first_answer_label, care.answers, |of| {
            of.first_answer.map(median)
        }));
    }
    if care.late.value.is_some() {
        rows.push(row(texts.late_label, care.late, |late| Some(number(late))));
    }
    if care.alerts.value.is_some() {
        rows.push(row(texts.taken_label, care.alerts, |of| {
            Some(texts::fill(
                texts.taken,
                &[&number(of.acknowledged), &number(of.raised)],
            ))
        }));
        if care.alerts.value.is_some_and(|of| of.after.is_some()) {
            rows.push(row(texts.taken_after_label, care.alerts, |of: Taken| {
                of.after.map(median)
            }));
        }
    }
    rows
}

/// What counts as an answer, and what a dash says where the notes above did not say it.
pub(super) fn notes(texts: &Texts, digest: &Digest, above: &[String], rows: &[Row]) -> Vec<String> {
    let mut notes = Vec::new();
    if digest.care.answers.value.is_some() {
        notes.push(texts.care_note.to_owned());
    }
    let dash = dash_note(texts);
    let dashed = rows
        .iter()
        .any(|row| row.value == "–" || row.previous == "–");
    if dashed && !above.contains(&dash) {
        notes.push(dash);
    }
    notes
}

fn row<T: Copy>(label: &str, measure: Measure<T>, say: impl Fn(T) -> Option<String>) -> Row {
    Row {
        label: label.to_owned(),
        value: dash(measure.value.and_then(&say)),
        previous: dash(measure.previous.and_then(&say)),
        change: String::new(),
    }
}

/// `3 (25%)`; the share only on a base that says something.
fn answered(texts: &Texts, of: Answers) -> String {
    let count = wording::number(texts, of.answered);
    if of.asked < Numbers::BASE {
        return count;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a percentage is rounded to a whole number anyway"
    )]
    let share = of.answered as f64 / of.asked as f64;
    format!("{count} ({})", wording::percent(texts, share))
}
