//! How an error reaches a person, and the number that a script gets.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};

use crate::model::{Diagnostic, Severity};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or found.
    Done,
    /// Nothing was found.
    Nothing,
    /// Something went wrong on the way.
    Failed,
    /// The configuration or a query cannot be used as it stands.
    BadInput,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Nothing => 1,
            Exit::Failed => 2,
            Exit::BadInput => 3,
        })
    }
}

/// Problems in what a person wrote: they are printed as they are, and the exit code is 3.
#[derive(Debug)]
pub struct BadInput(pub Vec<Diagnostic>);

impl fmt::Display for BadInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, problem) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("\n\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for BadInput {}

/// Something that a person asked for and that is not there, with what to do.
#[derive(Debug)]
pub struct Hinted {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// The code to end with.
    pub exit: Exit,
}

impl fmt::Display for Hinted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nhint: {}", self.message, self.hint)
    }
}

impl std::error::Error for Hinted {}

/// Prints an error to stderr and says how to end.
///
/// A reader that went away (`ascolto search … | head`) is no error.
pub fn report(error: &anyhow::Error) -> Exit {
    if is_broken_pipe(error) {
        return Exit::Done;
    }
    if let Some(BadInput(problems)) = error.downcast_ref() {
        print_problems(problems);
        return Exit::BadInput;
    }
    let mut stderr = anstream::stderr().lock();
    let head = style(Severity::Error);
    let (message, hint, exit) = match error.downcast_ref::<Hinted>() {
        Some(hinted) => (hinted.message.clone(), Some(&hinted.hint), hinted.exit),
        None => (format!("{error:#}"), None, Exit::Failed),
    };
    let hint = hint.map_or(String::new(), |hint| format!("\nhint: {hint}"));
    match writeln!(stderr, "{head}error{head:#}: {message}{hint}") {
        // Nobody reads stderr: the exit code has to say it.
        Ok(()) | Err(_) => exit,
    }
}

/// Prints problems to stderr, in the order in which they stand.
pub fn print_problems(problems: &[Diagnostic]) {
    let mut stderr = anstream::stderr().lock();
    for (position, problem) in problems.iter().enumerate() {
        let gap = if position > 0 { "\n" } else { "" };
        if write!(stderr, "{gap}{}", Coloured(problem)).is_err() {
            return;
        }
    }
}

/// A diagnostic with colours, which say nothing that the words do not.
struct Coloured<'a>(&'a Diagnostic);

impl fmt::Display for Coloured<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = style(self.0.severity);
        let dim = Style::new().dimmed();
        for (position, line) in self.0.to_string().lines().enumerate() {
            let word = self.0.severity.as_str();
            match line.strip_prefix(word) {
                Some(rest) if position == 0 => writeln!(f, "{head}{word}{head:#}{rest}")?,
                _ if line.trim_start().starts_with("│ ") && line.contains('^') => {
                    writeln!(f, "{head}{line}{head:#}")?;
                }
                _ if line.starts_with("hint: ") => writeln!(f, "{line}")?,
                _ if line.trim() == "│" => writeln!(f, "{dim}{line}{dim:#}")?,
                _ => writeln!(f, "{line}")?,
            }
        }
        Ok(())
    }
}

const fn style(severity: Severity) -> Style {
    let colour = match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::Blue,
    };
    colour.on_default().bold()
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
    })
}
