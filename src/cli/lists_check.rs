//! `ascolto lists check`: what is wrong with the lines of an instance's lists.

use std::collections::HashMap;
use std::io::Write;

use super::app::App;
use super::labels;
use super::report_error::{Exit, print_problems};
use super::terminal::count;
use crate::config::{Config, LISTS, ListFile};
use crate::model::{Diagnostic, Lang, Severity};
use crate::pipeline::read_lists;
use crate::score::{Entry, Lists};

/// Prints all that is wrong with the lists of the instance, and how far all lists agree with what
/// people say of the mentions.
pub(crate) fn run(app: &App) -> anyhow::Result<Exit> {
    let instance = app.archive()?;
    let config = &instance.config;
    let problems = problems(config);
    print_problems(&problems);
    let lists = read_lists(config).0;
    let own = own_lines(&lists);
    let errors = number(&problems, Severity::Error);
    let verdict = match (errors, number(&problems, Severity::Warning)) {
        (0, 0) => "all well".to_owned(),
        (0, warnings) => format!("well, with {}", count(warnings, "warning", "warnings")),
        (errors, _) => count(errors, "error", "errors"),
    };
    let mut out = anstream::stdout().lock();
    writeln!(
        out,
        "{} in {LISTS}, {}: {verdict}",
        count(config.lists.len(), "list", "lists"),
        count(own.len(), "line", "lines"),
    )?;
    labels::print(&instance, &mut out)?;
    Ok(if errors == 0 {
        Exit::Done
    } else {
        Exit::BadInput
    })
}

fn number(problems: &[Diagnostic], severity: Severity) -> usize {
    let of_it = |problem: &&Diagnostic| problem.severity == severity;
    problems.iter().filter(of_it).count()
}

/// All that is wrong with the lines of the instance's lists, file by file.
pub(crate) fn problems(config: &Config) -> Vec<Diagnostic> {
    if config.lists.is_empty() {
        return Vec::new();
    }
    let (lists, faults) = read_lists(config);
    let mut problems: Vec<Diagnostic> = faults
        .iter()
        .map(|fault| {
            at(
                config,
                &fault.list,
                fault.line,
                Severity::Error,
                &fault.message,
            )
            .hint(fault.hint)
        })
        .collect();
    let own = own_lines(&lists);
    problems.extend(conflicts(config, &own));
    problems.extend(dead(config, &lists, &own));
    problems.sort_by(|a, b| (&a.origin, a.place).cmp(&(&b.origin, b.place)));
    problems
}

/// The lines of the instance, each once, with a language that it serves.
fn own_lines(lists: &Lists) -> Vec<(Lang, &Entry)> {
    let mut lines: Vec<(Lang, &Entry)> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for language in [
        Lang::IT,
        Lang::EN,
        Lang::ES,
        Lang::FR,
        Lang::DE,
        Lang::OTHER,
    ] {
        for entry in lists.entries(language).iter().filter(|entry| entry.own) {
            if seen.insert((&entry.list, entry.line)) {
                lines.push((language, entry));
            }
        }
    }
    lines
}

/// Terms that stand twice and do not weigh the same.
fn conflicts(config: &Config, own: &[(Lang, &Entry)]) -> Vec<Diagnostic> {
    let mut known: HashMap<(Lang, &str, String), &Entry> = HashMap::new();
    let mut problems = Vec::new();
    for (language, entry) in own {
        let key = (*language, entry.section(), entry.term.to_lowercase());
        let Some(before) = known.insert(key, entry) else {
            continue;
        };
        let differs = (before.weight - entry.weight).abs() > f32::EPSILON;
        if differs {
            let message = format!(
                "`{}` stands in {}:{} as well, with the weight {}",
                entry.term, before.list, before.line, before.weight
            );
            problems.push(
                at(config, &entry.list, entry.line, Severity::Warning, &message)
                    .hint("the later one counts; take one of the two out"),
            );
        }
    }
    problems
}

/// Terms that no text can have.
fn dead(config: &Config, lists: &Lists, own: &[(Lang, &Entry)]) -> Vec<Diagnostic> {
    own.iter()
        .filter(|(language, entry)| !lists.can_match(*language, entry))
        .map(|(_, entry)| {
            let (what, hint) = if entry.section() == "function" {
                (
                    "counts for nothing: the language is told by the shipped lists alone",
                    "take the line out",
                )
            } else {
                (
                    "can never match: signs are not read as part of a word",
                    "write letters, digits or emoji only",
                )
            };
            let message = format!("`{}` {what}", entry.term);
            at(config, &entry.list, entry.line, Severity::Warning, &message).hint(hint)
        })
        .collect()
}

/// A problem with a whole line of a list.
fn at(config: &Config, list: &str, line: usize, severity: Severity, message: &str) -> Diagnostic {
    let problem = Diagnostic::new(severity, list, message);
    let text = config.lists.iter().find(|file| file.name == list);
    match text.and_then(|file| span(file, line)) {
        Some((text, span)) => problem.at(text, span, ""),
        None => problem,
    }
}

/// Where a line stands in the text of its file.
fn span(file: &ListFile, line: usize) -> Option<(&str, std::ops::Range<usize>)> {
    let mut start = 0;
    for (number, text) in file.text.split_inclusive('\n').enumerate() {
        if number + 1 == line {
            return Some((&file.text, start..start + text.trim_end().len()));
        }
        start += text.len();
    }
    None
}
