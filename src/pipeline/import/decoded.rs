//! The bytes of a file as UTF-8, whatever program wrote it.
//!
//! Spreadsheets write UTF-8 with a byte order mark, UTF-16, or the Windows code page, and say
//! nowhere which. Decided is at the first byte that is not ASCII; until then all are the same.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes that are read at once.
const CHUNK: usize = 1 << 16;

/// Reads `R` as UTF-8. Bytes that are wrong in UTF-8 are passed on as they are.
pub(super) struct Decoded<R> {
    input: R,
    raw: Vec<u8>,
    state: State,
    out: Vec<u8>,
    given: usize,
    read: u64,
    ended: bool,
}

enum State {
    Start,
    /// Nothing but ASCII so far, and perhaps the begin of a letter of UTF-8.
    Plain(Vec<u8>),
    Utf8,
    Other(Box<Decoder>),
}

impl<R: Read> Decoded<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            raw: vec![0; CHUNK],
            state: State::Start,
            out: Vec::new(),
            given: 0,
            read: 0,
            ended: false,
        }
    }

    /// How many bytes of the input were read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.read
    }

    /// Reads and decodes the next piece; nothing is in `out` only at the end.
    fn fill(&mut self) -> io::Result<()> {
        self.out.clear();
        self.given = 0;
        while self.out.is_empty() && !self.ended {
            let mut length = self.input.read(&mut self.raw)?;
            while matches!(self.state, State::Start) && length > 0 && length < 3 {
                let rest = self.raw.get_mut(length..).unwrap_or_default();
                match self.input.read(rest)? {
                    0 => break,
                    more => length += more,
                }
            }
            self.read += u64::try_from(length).unwrap_or(0);
            let piece = self.raw.get(..length).unwrap_or_default();
            decode(&mut self.state, piece, &mut self.out);
            self.ended = length == 0;
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.given >= self.out.len() {
            self.fill()?;
        }
        let mut rest = self.out.get(self.given..).unwrap_or_default();
        let taken = rest.read(into)?;
        self.given += taken;
        Ok(taken)
    }
}

/// Decodes a piece; an empty one is the end.
fn decode(state: &mut State, piece: &[u8], out: &mut Vec<u8>) {
    let is_end = piece.is_empty();
    let mut piece = piece;
    if matches!(state, State::Start) {
        *state = match piece {
            [0xef, 0xbb, 0xbf, rest @ ..] => {
                piece = rest;
                State::Utf8
            }
            [0xff, 0xfe, rest @ ..] => {
                piece = rest;
                State::Other(Box::new(UTF_16LE.new_decoder_without_bom_handling()))
            }
            [0xfe, 0xff, rest @ ..] => {
                piece = rest;
                State::Other(Box::new(UTF_16BE.new_decoder_without_bom_handling()))
            }
            [first, 0, ..] if *first != 0 => {
                State::Other(Box::new(UTF_16LE.new_decoder_without_bom_handling()))
            }
            [0, second, ..] if *second != 0 => {
                State::Other(Box::new(UTF_16BE.new_decoder_without_bom_handling()))
            }
            _ => State::Plain(Vec::new()),
        };
    }
    let begun = match state {
        State::Plain(begun) => std::mem::take(begun),
        _ => Vec::new(),
    };
    let joined = [begun.as_slice(), piece].concat();
    if matches!(state, State::Plain(_)) {
        let windows = || State::Other(Box::new(WINDOWS_1252.new_decoder_without_bom_handling()));
        *state = match std::str::from_utf8(&joined) {
            Ok(text) if text.is_ascii() => State::Plain(Vec::new()),
            Ok(_) => State::Utf8,
            // A letter that is cut by the end of a piece is no mistake; one cut by the end of all is.
            Err(error) if error.error_len().is_none() && !piece.is_empty() => {
                let (whole, cut) = joined.split_at(error.valid_up_to());
                if whole.is_ascii() {
                    out.extend_from_slice(whole);
                    *state = State::Plain(cut.to_vec());
                    return;
                }
                State::Utf8
            }
            Err(_) => windows(),
        };
        piece = &joined;
    }
    match state {
        State::Start | State::Plain(_) | State::Utf8 => out.extend_from_slice(piece),
        State::Other(decoder) => {
            let room = decoder
                .max_utf8_buffer_length(piece.len())
                .unwrap_or(CHUNK * 4);
            let begin = out.len();
            out.resize(begin + room, 0);
            let into = out.get_mut(begin..).unwrap_or_default();
            let (result, _, written, _) = decoder.decode_to_utf8(piece, into, is_end);
            debug_assert!(result == CoderResult::InputEmpty, "there is room for all");
            out.truncate(begin + written);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time: the worst that a pipe can do.
    struct Drop<'a>(&'a [u8]);

    impl Read for Drop<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let one = into.len().min(1);
            self.0.read(&mut into[..one])
        }
    }

    #[test]
    fn reads_what_spreadsheets_write() {
        let text = "città;«perché»;€\n";
        let utf16 = |swap: bool| -> Vec<u8> {
            text.encode_utf16()
                .flat_map(|unit| {
                    if swap {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    }
                })
                .collect()
        };
        let western = WINDOWS_1252.encode(text).0.into_owned();
        for (bytes, what) in [
            (text.as_bytes().to_vec(), "UTF-8"),
            (
                [b"\xef\xbb\xbf", text.as_bytes()].concat(),
                "UTF-8 with a mark",
            ),
            ([b"\xff\xfe", utf16(false).as_slice()].concat(), "UTF-16LE"),
            ([b"\xfe\xff", utf16(true).as_slice()].concat(), "UTF-16BE"),
            (utf16(false), "UTF-16LE without a mark"),
            (western, "Windows-1252"),
        ] {
            let mut all = String::new();
            Decoded::new(&bytes[..]).read_to_string(&mut all).unwrap();
            assert_eq!(all, text, "{what}");
            if what != "UTF-8" && what != "Windows-1252" {
                let mut all = String::new();
                Decoded::new(Drop(&bytes)).read_to_string(&mut all).unwrap();
                assert_eq!(all, text, "{what}, byte by byte");
            }
        }
    }

    #[test]
    fn decides_late_where_the_first_accent_comes_late() {
        let mut bytes = vec![b'a'; 3 * CHUNK];
        bytes.push(0xe0);
        let mut all = String::new();
        Decoded::new(&bytes[..]).read_to_string(&mut all).unwrap();
        assert!(all.ends_with("aà"));
    }
}
