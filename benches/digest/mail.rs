//! Ten thousand digests to a mail server on loopback: from the outbox, as the daemon sends them.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use ascolto::clock::Clock;
use ascolto::config::Config;
use ascolto::model::{Channel, DeliveryState, Message, MessageKind};
use ascolto::pipeline::Instance;
use ascolto::store::Store;
use lettre::address::Envelope;
use lettre::transport::smtp::PoolConfig;
use lettre::{SmtpTransport, Transport};

use super::ground::archive;

/// Bytes of a message: a digest of a quiet day has about as many.
const BYTES: usize = 40_000;

/// Messages that lettre's own transport sends: it is slow enough to tell by few.
const ALONE: u32 = 100;

pub(crate) fn measure(count: usize) {
    alone(server());
    let folder = tempfile::tempdir().unwrap();
    let address = server();
    archive::fill(folder.path(), 1);
    std::fs::write(
        folder.path().join("ascolto.toml"),
        format!(
            "[mail]\nfrom = \"Ascolto <ascolto@frigolux.example>\"\nurl = \"smtp://{address}\"\n"
        ),
    )
    .unwrap();
    let mut store = Store::open(&folder.path().join("index")).unwrap();
    let body: Arc<str> = "Il Frigolux perde acqua da due giorni.\r\n"
        .repeat(BYTES / 40)
        .into();
    for batch in 0..count.div_ceil(1_000) {
        let mails: Vec<Message> = (batch * 1_000..count.min((batch + 1) * 1_000))
            .map(|number| Message {
                key: format!("frigolux/daily#{number} care@frigolux.example"),
                kind: MessageKind::Digest,
                channel: Channel::Mail,
                from: "ascolto@frigolux.example".to_owned(),
                to: "care@frigolux.example".to_owned(),
                subject: format!("[ascolto] {number}"),
                message_id: format!("<{number}@frigolux.example>"),
                raw: format!("Message-ID: <{number}@frigolux.example>\r\n\r\n{body}").into_bytes(),
            })
            .collect();
        store.post(&mails, archive::now()).unwrap();
    }
    drop(store);
    let config = Config::open(folder.path()).unwrap().0;
    let instance = Instance::new(config, Clock::fixed(archive::now()));
    let began = Instant::now();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let delivered = runtime.block_on(instance.deliver()).unwrap();
    let took = began.elapsed().as_secs_f64();
    let store = Store::open(&folder.path().join("index")).unwrap();
    let sent = store
        .letters(&[DeliveryState::Sent], count + 1)
        .unwrap()
        .len();
    assert_eq!((delivered.sent, sent), (count, count));
    println!(
        "{count} messages of {} KB in {took:.1} s: {:.0} a second",
        BYTES / 1_000,
        f64::from(u32::try_from(count).unwrap()) / took
    );
}

/// What lettre does by itself, on one connection.
fn alone(address: SocketAddr) {
    let mailer = SmtpTransport::builder_dangerous(address.ip().to_string())
        .port(address.port())
        .pool_config(PoolConfig::new().max_size(1))
        .build();
    let who = |name: &str| format!("{name}@frigolux.example").parse().unwrap();
    let envelope = Envelope::new(Some(who("ascolto")), vec![who("care")]).unwrap();
    let mail = "Il Frigolux perde acqua da due giorni.\r\n".repeat(BYTES / 40);
    let began = Instant::now();
    for _ in 0..ALONE {
        mailer.send_raw(&envelope, mail.as_bytes()).unwrap();
    }
    println!(
        "lettre alone, one connection: {:.0} a second",
        f64::from(ALONE) / began.elapsed().as_secs_f64()
    );
}

/// A server that takes everything, a thread a connection.
fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || drop(talk(&stream)));
        }
    });
    address
}

fn talk(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream.try_clone()?;
    writer.write_all(b"220 post\r\n")?;
    let mut line = Vec::new();
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.starts_with(b"DATA") {
            writer.write_all(b"354 go on\r\n")?;
            while line != b".\r\n" {
                line.clear();
                if reader.read_until(b'\n', &mut line)? == 0 {
                    return Ok(());
                }
            }
        }
        let answer: &[u8] = if line.starts_with(b"QUIT") {
            b"221 bye\r\n"
        } else {
            b"250 ok\r\n"
        };
        writer.write_all(answer)?;
    }
}
