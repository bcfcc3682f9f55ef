//! JSON lines from stdin, one mention a line, answered in order as they come.

use std::io::{BufRead, BufReader, Read, Write};

use anyhow::Context;
use serde::Serialize;

use super::report_error::Exit;
use crate::model::{Diagnostic, MentionInput, Severity};

/// The longest line that is read, in bytes.
const LONGEST: u64 = 16 << 20;

/// Answers each line of stdin with `answer`; a line that cannot be read is told on stderr and
/// makes the command fail in the end, after all others were answered.
pub(crate) fn answer_each<T: Serialize>(
    mut answer: impl FnMut(MentionInput) -> T,
) -> anyhow::Result<Exit> {
    let mut input = BufReader::with_capacity(1 << 16, std::io::stdin().lock());
    let mut out = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let mut wrong = false;
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = (&mut input)
            .take(LONGEST)
            .read_until(b'\n', &mut line)
            .context("stdin cannot be read")?;
        if read == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&line);
        if text.trim().is_empty() {
            continue;
        }
        match MentionInput::parse(&text) {
            Ok(mention) => {
                serde_json::to_writer(&mut out, &answer(mention))?;
                out.write_all(b"\n")?;
                // Who waits for an answer at a terminal or pipe gets it at once.
                if input.buffer().is_empty() {
                    out.flush()?;
                }
            }
            Err(error) => {
                wrong = true;
                out.flush()?;
                let place = Diagnostic::new(
                    Severity::Error,
                    format!("stdin:{number}:{}", error.column()),
                    error.to_string(),
                );
                super::print_problems(&[place]);
            }
        }
    }
    out.flush()?;
    Ok(if wrong { Exit::BadInput } else { Exit::Done })
}
