//! TLS with a mail server: what is trusted, and what went wrong.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use lettre::transport::smtp::client::{
    AsyncTokioStream, Certificate as LettreCertificate, TlsParameters, TlsParametersBuilder,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig};
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::send_error::{Certificate, SendError};
use super::smtp::Smtp;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Encrypts `stream` from its first byte, trusting what the system and `ca_file` trust.
pub(super) async fn wrapped(
    stream: TcpStream,
    server: &Smtp,
    ca_file: Option<&Path>,
    patience: Duration,
) -> Result<Box<dyn AsyncTokioStream>, SendError> {
    let refuse = |error: Cause| refused(server, error);
    let roots = match ca_file {
        Some(path) => CertificateDer::pem_slice_iter(&read(path)?)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| no_certificate(path))?,
        None => Vec::new(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(roots, Arc::clone(&provider))
        .map_err(|error| refuse(error.into()))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| refuse(error.into()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    let name = ServerName::try_from(server.host.clone()).map_err(|error| refuse(error.into()))?;
    let handshake = TlsConnector::from(Arc::new(config)).connect(name, stream);
    match timeout(patience, handshake).await {
        Ok(Ok(stream)) => Ok(Box::new(Encrypted(Box::new(stream)))),
        Ok(Err(error)) => Err(refuse(error.into())),
        Err(elapsed) => Err(refuse(elapsed.into())),
    }
}

/// What lettre needs for STARTTLS, with the same trust.
pub(super) fn parameters(
    server: &Smtp,
    ca_file: Option<&Path>,
) -> Result<TlsParameters, SendError> {
    let mut builder = TlsParametersBuilder::new(server.host.clone());
    if let Some(path) = ca_file {
        let certificate =
            LettreCertificate::from_pem(&read(path)?).map_err(|_| no_certificate(path))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder
        .build_rustls()
        .map_err(|error| refused(server, Box::new(error)))
}

/// The error for a handshake that failed.
pub(super) fn refused(server: &Smtp, source: Cause) -> SendError {
    SendError::Tls {
        host: server.host.clone(),
        port: server.port,
        certificate: rustls_error(&*source).and_then(certificate),
        source,
    }
}

fn certificate(error: &rustls::Error) -> Option<Certificate> {
    match error {
        rustls::Error::InvalidCertificate(why) => Some(match why {
            CertificateError::UnknownIssuer => Certificate::Unknown,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Certificate::OtherName
            }
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Certificate::Expired,
            _ => Certificate::Other,
        }),
        _ => None,
    }
}

/// The TLS library's own error, below those of lettre and of the system.
fn rustls_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

fn read(path: &Path) -> Result<Vec<u8>, SendError> {
    fs::read(path).map_err(|error| SendError::Settings {
        problem: format!(
            "cannot read the certificate file {}: {error}",
            path.display()
        ),
    })
}

fn no_certificate(path: &Path) -> SendError {
    SendError::Settings {
        problem: format!("{} holds no certificate in PEM form", path.display()),
    }
}

/// A TLS stream as lettre takes it.
#[derive(Debug)]
struct Encrypted(Box<TlsStream<TcpStream>>);

impl AsyncTokioStream for Encrypted {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_shutdown(context)
    }
}
