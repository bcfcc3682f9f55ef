//! A mail server on loopback that does what a test asks: STARTTLS, TLS from the start, logins,
//! refusals, and going away at the wrong moment.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What the server does.
#[derive(Debug, Clone, Default)]
pub(super) struct Manners {
    pub(super) tls_from_start: bool,
    pub(super) starttls: bool,
    /// `user\0password` that AUTH takes; without it no login is offered.
    pub(super) login: Option<(&'static str, &'static str)>,
    /// Offers AUTH LOGIN alone.
    pub(super) login_only: bool,
    /// Refuses MAIL without a login or without TLS by this answer.
    pub(super) sender_answer: Option<&'static str>,
    /// Recipients that begin with this word are refused with this answer.
    pub(super) recipient_answer: Option<(&'static str, &'static str)>,
    /// So many messages are answered 451 after DATA.
    pub(super) defer: usize,
    /// So many messages are taken without an answer: the connection ends.
    pub(super) vanish: usize,
    /// The connection ends after so many messages.
    pub(super) close_after: Option<usize>,
}

/// What the server saw.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub(super) connections: usize,
    pub(super) logins: usize,
    pub(super) encrypted: usize,
    /// Messages whose end arrived, answered or not: recipient and content.
    pub(super) messages: Vec<(String, String)>,
}

pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) ca_file: PathBuf,
    seen: Arc<Mutex<Seen>>,
    task: tokio::task::JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(super) async fn start(manners: Manners) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let signed = rcgen::generate_simple_self_signed(vec![
            "localhost".to_owned(),
            "127.0.0.1".to_owned(),
        ])
        .unwrap();
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, signed.cert.pem()).unwrap();
        let certificate = CertificateDer::from_pem_slice(signed.cert.pem().as_bytes()).unwrap();
        let key =
            PrivateKeyDer::from_pem_slice(signed.signing_key.serialize_pem().as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = Arc::clone(&seen);
        let left = Arc::new(Mutex::new((manners.defer, manners.vanish)));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().unwrap().connections += 1;
                let talk = Talk {
                    manners: manners.clone(),
                    seen: Arc::clone(&shared),
                    left: Arc::clone(&left),
                    acceptor: acceptor.clone(),
                };
                tokio::spawn(talk.serve(stream));
            }
        });
        Self {
            address,
            ca_file,
            seen,
            task,
            _folder: folder,
        }
    }

    pub(super) fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }
}

struct Talk {
    manners: Manners,
    seen: Arc<Mutex<Seen>>,
    left: Arc<Mutex<(usize, usize)>>,
    acceptor: TlsAcceptor,
}

enum End {
    Closed,
    StartTls,
}

impl Talk {
    async fn serve(self, stream: TcpStream) {
        stream.set_nodelay(true).unwrap();
        if self.manners.tls_from_start {
            if let Ok(stream) = self.acceptor.accept(stream).await {
                self.seen.lock().unwrap().encrypted += 1;
                self.talk(&mut BufStream::new(stream), true, true).await;
            }
            return;
        }
        let mut stream = BufStream::new(stream);
        if let End::StartTls = self.talk(&mut stream, false, true).await
            && let Ok(stream) = self.acceptor.accept(stream.into_inner()).await
        {
            self.seen.lock().unwrap().encrypted += 1;
            self.talk(&mut BufStream::new(stream), true, false).await;
        }
    }

    async fn talk<S>(&self, stream: &mut BufStream<S>, encrypted: bool, greet: bool) -> End
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut recipient = String::new();
        let mut taken = 0;
        if greet {
            say(stream, "220 loopback ESMTP").await;
        }
        while let Some(line) = hear(stream).await {
            let verb = line.split([' ', ':']).next().unwrap().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => say(stream, &self.offers(encrypted)).await,
                "STARTTLS" => {
                    say(stream, "220 go ahead").await;
                    return End::StartTls;
                }
                "AUTH" => self.auth(stream, &line).await,
                "MAIL" => say(stream, self.manners.sender_answer.unwrap_or("250 ok")).await,
                "RCPT" => {
                    recipient = line.split(['<', '>']).nth(1).unwrap().to_owned();
                    match self.manners.recipient_answer {
                        Some((who, answer)) if recipient.starts_with(who) => {
                            say(stream, answer).await;
                        }
                        _ => say(stream, "250 ok").await,
                    }
                }
                "DATA" => {
                    say(stream, "354 go on").await;
                    let Some(content) = body(stream).await else {
                        return End::Closed;
                    };
                    taken += 1;
                    if !self.answer(stream, &recipient, content).await
                        || self.manners.close_after == Some(taken)
                    {
                        return End::Closed;
                    }
                }
                "QUIT" => {
                    say(stream, "221 bye").await;
                    return End::Closed;
                }
                _ => say(stream, "250 ok").await,
            }
        }
        End::Closed
    }

    fn offers(&self, encrypted: bool) -> String {
        let mut offers = vec!["250-loopback", "250-8BITMIME"];
        if self.manners.starttls && !encrypted {
            offers.push("250-STARTTLS");
        }
        if self.manners.login.is_some() {
            offers.push(if self.manners.login_only {
                "250-AUTH LOGIN"
            } else {
                "250-AUTH PLAIN LOGIN"
            });
        }
        offers.push("250 SIZE 1000000");
        offers.join("\r\n")
    }

    async fn auth<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: &mut BufStream<S>, line: &str) {
        let (user, password) = self.manners.login.unwrap();
        let given = if line.to_ascii_uppercase().starts_with("AUTH LOGIN") {
            say(stream, "334 VXNlcm5hbWU6").await;
            let user = hear(stream).await.unwrap();
            say(stream, "334 UGFzc3dvcmQ6").await;
            format!("\0{}\0{}", text(&user), text(&hear(stream).await.unwrap()))
        } else {
            text(line.rsplit(' ').next().unwrap())
        };
        if given == format!("\0{user}\0{password}") {
            self.seen.lock().unwrap().logins += 1;
            say(stream, "235 welcome").await;
        } else {
            // The worst manners: it repeats what it was told.
            let answer = format!("535 5.7.8 bad {} {line}", given.replace('\0', " "));
            say(stream, &answer).await;
        }
    }

    /// Whether the connection goes on.
    async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: &mut BufStream<S>,
        recipient: &str,
        content: String,
    ) -> bool {
        let (defer, vanish) = {
            let mut left = self.left.lock().unwrap();
            let now = *left;
            left.0 = left.0.saturating_sub(1);
            if now.0 == 0 {
                left.1 = left.1.saturating_sub(1);
            }
            (now.0 > 0, now.0 == 0 && now.1 > 0)
        };
        if defer {
            say(stream, "451 4.7.1 come back later").await;
            return true;
        }
        let message = (recipient.to_owned(), content);
        self.seen.lock().unwrap().messages.push(message);
        if vanish {
            return false;
        }
        say(stream, "250 2.0.0 taken").await;
        true
    }
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufStream<S>, line: &str) {
    let line = format!("{line}\r\n");
    if stream.write_all(line.as_bytes()).await.is_ok() {
        drop(stream.flush().await);
    }
}

async fn hear<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufStream<S>) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}

/// Reads up to the dot alone on a line.
async fn body<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufStream<S>) -> Option<String> {
    let mut content = String::new();
    loop {
        let line = hear(stream).await?;
        if line == "." {
            return Some(content);
        }
        content.push_str(line.strip_prefix('.').unwrap_or(&line));
        content.push_str("\r\n");
    }
}

/// Base64 without a crate: the tests need four lines of it.
fn text(encoded: &str) -> String {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut out) = (0_u32, 0, Vec::new());
    for c in encoded.trim_end_matches('=').chars() {
        bits = bits << 6 | u32::try_from(LETTERS.find(c).unwrap()).unwrap();
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).unwrap());
        }
    }
    String::from_utf8(out).unwrap()
}
