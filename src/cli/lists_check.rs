//! `ascolto lists check`: what is wrong with the lines of an instance's lists.

use std::collections::HashMap;
use std::io::Write;

use serde::Serialize;

use super::app::App;
use super::labels::{self, Labels};
use super::lists::LANGUAGES;
use super::output::{Format, Table};
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
    let lists = read_lists(config).0;
    let own = own_lines(&lists);
    let errors = number(&problems, Severity::Error);
    let exit = if errors == 0 {
        Exit::Done
    } else {
        Exit::BadInput
    };
    let labels = Labels::of(&instance, app.clock.now())?;
    if app.format != Format::Table {
        rows(&problems, &labels).print(app.format)?;
        return Ok(exit);
    }
    print_problems(&problems);
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
    labels.print(&mut out)?;
    Ok(exit)
}

/// A finding, for machines: what it is, where, about which term, and what it says.
#[derive(Serialize)]
struct Finding {
    /// `error`, `warning`, `agreement`, `wrong_term` or `exclusion`.
    kind: &'static str,
    /// The file and line, or the watchlist; nothing where it is about all.
    place: String,
    /// The term that it is about, where there is one.
    term: String,
    /// What it says, in words.
    message: String,
    /// Labels or mentions that it counts: those that agree or that are rightly taken out …
    right: u64,
    /// … and those that do not.
    wrong: u64,
}

/// All findings as rows.
fn rows(problems: &[Diagnostic], labels: &Labels) -> Table<Finding> {
    let mut findings: Vec<Finding> = problems
        .iter()
        .map(|problem| Finding {
            kind: match problem.severity {
                Severity::Error => "error",
                _ => "warning",
            },
            place: match problem.place {
                Some((line, _)) => format!("{}:{line}", problem.origin),
                None => problem.origin.clone(),
            },
            term: String::new(),
            message: problem.message.clone(),
            right: 0,
            wrong: 0,
        })
        .collect();
    let agreement = &labels.agreement;
    let tallies = agreement
        .watchlists
        .iter()
        .map(|(id, tally)| (id.to_string(), *tally));
    let all = (agreement.all.labelled > 0).then_some((String::new(), agreement.all));
    findings.extend(
        all.into_iter()
            .chain(tallies)
            .map(|(place, tally)| Finding {
                kind: "agreement",
                place,
                term: String::new(),
                message: labels::told(tally),
                right: tally.sentiment_agreed,
                wrong: tally.sentiment - tally.sentiment_agreed,
            }),
    );
    let terms = agreement.terms.iter().take(labels::MOST_TERMS);
    findings.extend(terms.map(|term| Finding {
        kind: "wrong_term",
        place: String::new(),
        term: term.term.clone(),
        message: format!("wrong {}, right {}", term.wrong, term.right),
        right: term.right,
        wrong: term.wrong,
    }));
    for proposal in &labels.proposals {
        findings.extend(proposal.exclusions.iter().map(|exclusion| Finding {
            kind: "exclusion",
            place: proposal.watchlist.to_string(),
            term: exclusion.term.clone(),
            message: labels::lost(exclusion),
            right: exclusion.irrelevant,
            wrong: exclusion.others,
        }));
    }
    Table {
        head: &["kind", "place", "term", "message", "right", "wrong"],
        elastic: 3,
        rows: findings
            .into_iter()
            .map(|finding| (cells(&finding), finding))
            .collect(),
    }
}

fn cells(finding: &Finding) -> Vec<String> {
    vec![
        finding.kind.to_owned(),
        finding.place.clone(),
        finding.term.clone(),
        finding.message.clone(),
        finding.right.to_string(),
        finding.wrong.to_string(),
    ]
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
    for language in LANGUAGES {
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
