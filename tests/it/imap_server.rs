//! A mailbox's server on loopback that says what it is told to, also what no honest one would.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What the server does besides what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manners {
    Honest,
    /// Knows nobody.
    Refuses,
    /// Announces a mail of 100 GB and sends it.
    Boundless,
    /// Never ends a line.
    EndlessLine,
    /// Talks of other things and never answers.
    Chatters,
    /// Hangs up within a mail.
    HangsUp,
    /// Answers with what was not asked for.
    Nonsense,
}

/// The folder.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folder {
    pub(crate) validity: u32,
    /// Numbers and mails.
    pub(crate) mails: Vec<(u32, String)>,
}

/// The server; it ends with the process.
#[derive(Debug, Clone)]
pub(crate) struct ImapServer {
    pub(crate) port: u16,
    pub(crate) folder: Arc<Mutex<Folder>>,
    said: Arc<Mutex<Vec<String>>>,
}

impl ImapServer {
    pub(crate) fn start(manners: Manners) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            folder: Arc::default(),
            said: Arc::default(),
        };
        let this = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let this = this.clone();
                // That the other side hangs up is no mistake.
                thread::spawn(move || this.serve(stream, manners).ok());
            }
        });
        server
    }

    /// The commands that came, without their tags.
    pub(crate) fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    fn serve(&self, mut out: TcpStream, manners: Manners) -> std::io::Result<()> {
        let mut lines = BufReader::new(out.try_clone()?);
        match manners {
            Manners::EndlessLine => loop {
                out.write_all(&[b'x'; 8_192])?;
            },
            Manners::Nonsense => return out.write_all(b"220 mail.example ESMTP\r\n"),
            _ => out.write_all(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")?,
        }
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            // A string that is counted comes when it is asked for.
            while let Some(length) = line
                .trim_end()
                .strip_suffix('}')
                .and_then(|line| line.rsplit_once('{')?.1.parse::<usize>().ok())
            {
                out.write_all(b"+ go on\r\n")?;
                let mut literal = vec![0; length];
                lines.read_exact(&mut literal)?;
                line.push_str(&String::from_utf8(literal).unwrap());
                lines.read_line(&mut line)?;
            }
            let (tag, command) = line.trim_end().split_once(' ').unwrap_or_default();
            self.said.lock().unwrap().push(command.to_owned());
            let answer = self.answer(command, manners, &mut out)?;
            write!(out, "{tag} {answer}\r\n")?;
        }
    }

    fn answer(
        &self,
        command: &str,
        manners: Manners,
        out: &mut TcpStream,
    ) -> std::io::Result<&str> {
        let folder = self.folder.lock().unwrap().clone();
        let words: Vec<&str> = command.split(' ').collect();
        match words.as_slice() {
            ["LOGIN", ..] if manners == Manners::Refuses => {
                return Ok("NO [AUTHENTICATIONFAILED] Authentication failed.");
            }
            ["EXAMINE", ..] => {
                let next = folder.mails.last().map_or(1, |(uid, _)| uid + 1);
                write!(
                    out,
                    "* FLAGS (\\Seen)\r\n* {} EXISTS\r\n* OK [UIDVALIDITY {}] x\r\n* OK [UIDNEXT {next}] x\r\n",
                    folder.mails.len(),
                    folder.validity,
                )?;
                return Ok("OK [READ-ONLY] done");
            }
            ["UID", "SEARCH", ..] if manners == Manners::Chatters => loop {
                out.write_all(b"* 3 EXISTS\r\n")?;
            },
            ["UID", "SEARCH", rest @ ..] => {
                let from = rest
                    .iter()
                    .position(|word| *word == "UID")
                    .map(|at| rest[at + 1].trim_end_matches(":*").parse::<u32>().unwrap());
                // The last mail is always found, as `n:*` means `*:n` where n is greater.
                let found: Vec<String> = folder
                    .mails
                    .iter()
                    .enumerate()
                    .filter(|(at, (uid, _))| {
                        from.is_none_or(|from| *uid >= from || at + 1 == folder.mails.len())
                    })
                    .map(|(_, (uid, _))| uid.to_string())
                    .collect();
                write!(out, "* SEARCH {}\r\n", found.join(" "))?;
            }
            ["UID", "FETCH", uid, ..] => {
                let uid: u32 = uid.parse().unwrap();
                match manners {
                    Manners::Boundless => {
                        write!(out, "* 1 FETCH (UID {uid} BODY[]<0> {{100000000000}}\r\n")?;
                        loop {
                            out.write_all(&[b'x'; 8_192])?;
                        }
                    }
                    Manners::HangsUp => {
                        write!(out, "* 1 FETCH (UID {uid} BODY[]<0> {{1000}}\r\nSubject: x")?;
                        out.shutdown(std::net::Shutdown::Both)?;
                    }
                    _ => {}
                }
                let mail = folder.mails.iter().find(|(known, _)| *known == uid);
                if let Some((_, mail)) = mail {
                    write!(
                        out,
                        "* 9 FETCH (FLAGS ())\r\n* 1 FETCH (UID {uid} BODY[]<0> {{{}}}\r\n{mail})\r\n",
                        mail.len()
                    )?;
                }
            }
            _ => {}
        }
        Ok("OK done")
    }
}
