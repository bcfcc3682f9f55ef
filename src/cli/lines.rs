//! JSON lines from stdin, one mention a line, answered in their order as they come.
//!
//! Whole lines are read in blocks, as many as are there at once. A few threads answer the blocks;
//! what they say is written in the order of the input.

use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, anyhow};
use serde::Serialize;

use super::report_error::Exit;
use crate::model::{Diagnostic, MentionInput, Severity};

/// The longest line that is read, in bytes.
const LONGEST: u64 = 16 << 20;
/// What is read at once, in bytes.
const BUFFER: usize = 1 << 17;
/// More threads than this answer no sooner: reading and writing are done by one each.
const MOST_THREADS: usize = 8;

/// Whole lines, and the number of the first.
struct Block {
    first: usize,
    bytes: Vec<u8>,
}

/// What is said to a block.
#[derive(Default)]
struct Answers {
    lines: Vec<u8>,
    problems: Vec<Diagnostic>,
}

/// Answers each line of stdin with `answer`; a line that cannot be read is told on stderr and
/// makes the command fail in the end, after all others were answered.
pub(crate) fn answer_each<T: Serialize>(
    answer: impl Fn(MentionInput) -> T + Sync,
) -> anyhow::Result<Exit> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = threads.min(MOST_THREADS);
    let (hand_out, blocks) = sync_channel::<(Block, Sender<anyhow::Result<Answers>>)>(threads);
    let (queue, answers) = sync_channel::<Receiver<anyhow::Result<Answers>>>(2 * threads);
    let (blocks, answer) = (Mutex::new(blocks), &answer);
    thread::scope(|scope| {
        let writer = scope.spawn(move || write(&answers));
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((block, reply)) = next(&blocks) {
                    // Nobody listens any more where writing failed.
                    let _unheard = reply.send(block.answers(answer));
                }
            });
        }
        let read = read(|block| {
            let (reply, answers) = channel();
            queue.send(answers).is_ok() && hand_out.send((block, reply)).is_ok()
        });
        drop((queue, hand_out));
        let written = writer
            .join()
            .map_err(|_| anyhow!("the answers cannot be written"))?;
        read.context("stdin cannot be read")?;
        written
    })
}

fn next<T>(queue: &Mutex<Receiver<T>>) -> Option<T> {
    let queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    queue.recv().ok()
}

/// Gives the lines of stdin, in blocks, to `give`, until it wants no more.
fn read(mut give: impl FnMut(Block) -> bool) -> std::io::Result<()> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        // Whoever forgot the pipe would wait for an answer to nothing.
        anstream::eprintln!(
            "reads JSON lines such as {{\"text\": \"…\"}} from what is typed; Ctrl-D ends it"
        );
    }
    let mut input = BufReader::with_capacity(BUFFER, stdin.lock());
    let mut first = 1;
    loop {
        let mut bytes = Vec::new();
        let read = (&mut input).take(LONGEST).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(());
        }
        // What else is there already, without waiting for more.
        let more = memchr::memrchr(b'\n', input.buffer()).map_or(0, |last| last + 1);
        bytes.extend(input.buffer().iter().take(more));
        input.consume(more);
        let lines = bytes.split_inclusive(|byte| *byte == b'\n').count();
        if !give(Block { first, bytes }) {
            return Ok(());
        }
        first += lines;
    }
}

impl Block {
    fn answers<T: Serialize>(&self, answer: impl Fn(MentionInput) -> T) -> anyhow::Result<Answers> {
        let mut said = Answers::default();
        for (number, line) in (self.first..).zip(self.bytes.split(|byte| *byte == b'\n')) {
            let text = String::from_utf8_lossy(line);
            let text = text.trim_start_matches('\u{FEFF}');
            if text.trim().is_empty() {
                continue;
            }
            match MentionInput::parse(text) {
                Ok(mention) => {
                    serde_json::to_writer(&mut said.lines, &answer(mention))?;
                    said.lines.push(b'\n');
                }
                Err(error) => said.problems.push(Diagnostic::new(
                    Severity::Error,
                    format!("stdin:{number}:{}", error.column()),
                    error.to_string(),
                )),
            }
        }
        Ok(said)
    }
}

/// Writes the answers in their order.
fn write(answers: &Receiver<Receiver<anyhow::Result<Answers>>>) -> anyhow::Result<Exit> {
    let mut out = std::io::stdout().lock();
    let mut wrong = false;
    loop {
        let next = match answers.try_recv() {
            Ok(next) => next,
            Err(TryRecvError::Disconnected) => break,
            Err(TryRecvError::Empty) => {
                // Who waits for an answer at a terminal or pipe gets it at once.
                out.flush()?;
                let Ok(next) = answers.recv() else { break };
                next
            }
        };
        let Ok(said) = next.recv() else { continue };
        let said = said?;
        out.write_all(&said.lines)?;
        if !said.problems.is_empty() {
            wrong = true;
            out.flush()?;
            super::print_problems(&said.problems);
        }
    }
    out.flush()?;
    Ok(if wrong { Exit::BadInput } else { Exit::Done })
}
