//! Lines with their numbers, none longer than memory can bear.

use std::io::{self, BufRead};

/// The longest line that is read, in bytes; what is behind it is left out.
pub(super) const LONGEST: usize = 16 << 20;

/// Reads lines.
pub(super) struct Lines<R> {
    input: R,
    number: u64,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            number: 0,
            line: Vec::new(),
        }
    }

    pub(super) fn input(&self) -> &R {
        &self.input
    }

    /// The first byte that is no white space, where it stands in what is ready to be read.
    pub(super) fn first_byte(&mut self) -> io::Result<Option<u8>> {
        let ready = self.input.fill_buf()?;
        Ok(ready
            .iter()
            .find(|byte| !byte.is_ascii_whitespace())
            .copied())
    }

    /// The next line with its end, and its number from 1.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, String)>> {
        self.line.clear();
        loop {
            let ready = self.input.fill_buf()?;
            if ready.is_empty() {
                break;
            }
            let end = memchr::memchr(b'\n', ready);
            let taken = end.map_or(ready.len(), |at| at + 1);
            let room = (LONGEST + 1).saturating_sub(self.line.len()).min(taken);
            self.line.extend(ready.get(..room).unwrap_or_default());
            self.input.consume(taken);
            if end.is_some() {
                break;
            }
        }
        if self.line.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let line = match String::from_utf8(std::mem::take(&mut self.line)) {
            Ok(line) => line,
            Err(wrong) => String::from_utf8_lossy(wrong.as_bytes()).into_owned(),
        };
        Ok(Some((self.number, line)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lines_and_bounds_them() {
        let long = "x".repeat(LONGEST + 100);
        let text = format!("a\n\n{long}\nb");
        let mut lines = Lines::new(text.as_bytes());
        let mut found = Vec::new();
        while let Some((number, line)) = lines.next().unwrap() {
            found.push((number, line.trim_end().len()));
        }
        assert_eq!(found, [(1, 1), (2, 0), (3, LONGEST + 1), (4, 1)]);
    }
}
