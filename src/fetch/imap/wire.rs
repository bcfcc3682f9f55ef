//! The lines of IMAP (RFC 9051, section 4): text, and literals of counted bytes.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::fetch::error::Cause;
use crate::fetch::socket::Socket;

/// Bytes of a line without its literals: an answer to SEARCH names every mail found in one.
const MAX_LINE: u64 = 1024 * 1024;

/// Lines of one answer: a server may tell of other things meanwhile, but not for ever.
const MAX_LINES: usize = 10_000;

/// Bytes of one literal.
const MAX_LITERAL: u64 = 2 * 1024 * 1024;

/// Why a conversation ended.
#[derive(Debug)]
pub(super) enum Fault {
    /// Nothing came for this long.
    Idle(Duration),
    /// The connection broke.
    Broken(Cause),
    /// The server says more than is taken.
    TooLarge(u64),
    /// The server does not speak IMAP.
    Strange(&'static str),
    /// The server says no, in its words.
    No(String),
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::Broken(error.into())
    }
}

/// A line of the server: its text, `{5}` where a literal stood, and the literals.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) literals: Vec<Vec<u8>>,
}

/// What is sent.
#[derive(Debug)]
pub(super) struct Command {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Text(String),
    Literal(Vec<u8>),
}

impl Command {
    /// A command by its name, with arguments that hold nothing of what people wrote.
    pub(super) fn new(text: &str) -> Self {
        Self {
            pieces: vec![Piece::Text(text.to_owned())],
        }
    }

    /// And this text.
    pub(super) fn text(mut self, text: &str) -> Self {
        if let Some(Piece::Text(last)) = self.pieces.last_mut() {
            last.push_str(text);
        } else {
            self.pieces.push(Piece::Text(text.to_owned()));
        }
        self
    }

    /// And a string: in quotes, or as a literal where quotes cannot hold it.
    pub(super) fn string(mut self, string: &str) -> Self {
        if string
            .chars()
            .all(|c| c.is_ascii() && !c.is_ascii_control())
        {
            let escaped = string.replace('\\', "\\\\").replace('"', "\\\"");
            self.text(&format!("\"{escaped}\""))
        } else {
            self.pieces.push(Piece::Literal(string.as_bytes().to_vec()));
            self
        }
    }
}

/// One end of the conversation.
pub(super) struct Wire {
    stream: BufReader<Box<dyn Socket>>,
    idle: Duration,
    number: u32,
}

impl Wire {
    /// Speaks over this connection; `idle` is the longest silence.
    pub(super) fn new(stream: Box<dyn Socket>, idle: Duration) -> Self {
        Self {
            stream: BufReader::new(stream),
            idle,
            number: 0,
        }
    }

    /// Sends a command and waits for its end; gives what the server said before, and the text
    /// after its `OK`.
    pub(super) async fn command(&mut self, command: Command) -> Result<(Vec<Line>, String), Fault> {
        self.number += 1;
        let tag = format!("a{}", self.number);
        let mut said = Vec::new();
        let mut written = format!("{tag} ").into_bytes();
        for piece in command.pieces {
            match piece {
                Piece::Text(text) => written.extend_from_slice(text.as_bytes()),
                Piece::Literal(bytes) => {
                    written.extend_from_slice(format!("{{{}}}\r\n", bytes.len()).as_bytes());
                    self.write(&written).await?;
                    self.until_asked_for_more(&tag, &mut said).await?;
                    written = bytes;
                }
            }
        }
        written.extend_from_slice(b"\r\n");
        self.write(&written).await?;
        loop {
            let line = self.line().await?;
            match end(&line.text, &tag) {
                Some(ended) => return ended.map(|text| (said, text)),
                None => said.push(line),
            }
            if said.len() > MAX_LINES {
                return Err(Fault::Strange("an answer without an end"));
            }
        }
    }

    async fn until_asked_for_more(&mut self, tag: &str, said: &mut Vec<Line>) -> Result<(), Fault> {
        loop {
            let line = self.line().await?;
            if line.text.starts_with('+') {
                return Ok(());
            }
            if let Some(ended) = end(&line.text, tag) {
                return ended.and(Err(Fault::Strange("an end before the beginning")));
            }
            said.push(line);
            if said.len() > MAX_LINES {
                return Err(Fault::Strange("an answer without an end"));
            }
        }
    }

    /// The next line of the server.
    pub(super) async fn line(&mut self) -> Result<Line, Fault> {
        let mut line = Line::default();
        let mut taken = 0;
        loop {
            let idle = self.idle;
            let mut bytes = Vec::new();
            let mut bounded = (&mut self.stream).take(MAX_LINE);
            timeout(idle, bounded.read_until(b'\n', &mut bytes))
                .await
                .map_err(|_| Fault::Idle(idle))??;
            if bytes.last() != Some(&b'\n') {
                return Err(if bytes.len() as u64 >= MAX_LINE {
                    Fault::TooLarge(MAX_LINE)
                } else {
                    Fault::Broken("it was closed before the end of the answer".into())
                });
            }
            line.text
                .push_str(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']));
            let Some(length) = literal_length(&line.text) else {
                return Ok(line);
            };
            taken += length;
            if taken > MAX_LITERAL {
                return Err(Fault::TooLarge(MAX_LITERAL));
            }
            line.literals.push(self.literal(length).await?);
        }
    }

    /// Counted bytes. They are not waited for at once, so that a slow mail is not a silent one.
    async fn literal(&mut self, length: u64) -> Result<Vec<u8>, Fault> {
        let idle = self.idle;
        let mut literal = Vec::new();
        let mut bounded = (&mut self.stream).take(length);
        loop {
            let read = timeout(idle, bounded.read_buf(&mut literal))
                .await
                .map_err(|_| Fault::Idle(idle))??;
            if literal.len() as u64 == length {
                return Ok(literal);
            }
            if read == 0 {
                return Err(Fault::Broken("it was closed within a mail".into()));
            }
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let idle = self.idle;
        let stream = self.stream.get_mut();
        let writing = async {
            stream.write_all(bytes).await?;
            stream.flush().await
        };
        Ok(timeout(idle, writing)
            .await
            .map_err(|_| Fault::Idle(idle))??)
    }

    /// Says goodbye without waiting for an answer.
    pub(super) async fn leave(&mut self) {
        if let Err(fault) = self.write(b"z LOGOUT\r\n").await {
            tracing::trace!(?fault, "the mail server was gone already");
        }
    }
}

/// Asks for encryption on a connection that is not: reads the greeting, says STARTTLS, and gives
/// the connection back. What came before its encryption is not believed (CVE-2011-0411).
pub(super) async fn start_tls(stream: TcpStream, idle: Duration) -> Result<TcpStream, Fault> {
    let mut stream = BufReader::new(stream);
    let mut said = Vec::new();
    for answer in ["* ", "s1 "] {
        if answer == "s1 " {
            timeout(idle, stream.get_mut().write_all(b"s1 STARTTLS\r\n"))
                .await
                .map_err(|_| Fault::Idle(idle))??;
        }
        loop {
            said.clear();
            let mut bounded = (&mut stream).take(8 * 1024);
            timeout(idle, bounded.read_until(b'\n', &mut said))
                .await
                .map_err(|_| Fault::Idle(idle))??;
            let line = String::from_utf8_lossy(&said).trim_end().to_owned();
            if line.is_empty() {
                return Err(Fault::Broken("it was closed at the greeting".into()));
            }
            if answer == "* " {
                super::greets(&line)?;
                break;
            }
            if let Some(ended) = end(&line, "s1") {
                ended?;
                break;
            }
        }
    }
    if stream.buffer().is_empty() {
        Ok(stream.into_inner())
    } else {
        Err(Fault::Strange("more than was asked for before encryption"))
    }
}

/// The text after `OK` where the line ends the command of this tag.
fn end(line: &str, tag: &str) -> Option<Result<String, Fault>> {
    let rest = line.strip_prefix(tag)?.strip_prefix(' ')?;
    let (status, text) = rest.split_once(' ').unwrap_or((rest, ""));
    Some(if status.eq_ignore_ascii_case("OK") {
        Ok(text.to_owned())
    } else {
        Err(Fault::No(text.to_owned()))
    })
}

/// The bytes of the literal that follows a line: `{12}` or `{12+}` at its end.
fn literal_length(line: &str) -> Option<u64> {
    let (_, number) = line.strip_suffix('}')?.rsplit_once('{')?;
    number.strip_suffix('+').unwrap_or(number).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_quoted_or_counted() {
        let command = Command::new("LOGIN ")
            .string("a\"b\\c")
            .text(" ")
            .string("p\u{e0}");
        let [Piece::Text(text), Piece::Literal(literal)] = command.pieces.as_slice() else {
            panic!("{command:?}")
        };
        assert_eq!(text, "LOGIN \"a\\\"b\\\\c\" ");
        assert_eq!(literal, "p\u{e0}".as_bytes());
        let smuggled = Command::new("LOGIN ").string("a\r\nb DELETE x");
        assert!(matches!(smuggled.pieces.as_slice(), [_, Piece::Literal(_)]));
    }

    #[test]
    fn ends_and_literals_are_told() {
        assert!(matches!(end("a1 OK done", "a1"), Some(Ok(text)) if text == "done"));
        assert!(matches!(end("a1 no [X] y", "a1"), Some(Err(Fault::No(text))) if text == "[X] y"));
        assert!(end("a12 OK done", "a1").is_none());
        assert_eq!(literal_length("* 1 FETCH (BODY[] {12}"), Some(12));
        assert_eq!(literal_length("x {12+}"), Some(12));
        assert_eq!(literal_length("x {-1}"), None);
        assert_eq!(literal_length("x 12}"), None);
    }
}
