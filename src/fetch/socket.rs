//! Connections that are not HTTP: TCP to addresses that the guard lets pass, and TLS over it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::FetchError;
use super::error::Cause;
use super::guard::{Guard, ResolveError};
use super::shown::shown;

/// A connection is made in this time or not at all; so is TLS over it.
const CONNECT: Duration = Duration::from_secs(10);

/// What is spoken over, encrypted or not.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Socket for S {}

/// The host of an address. Those whose scheme the URL standard does not know give theirs as it is
/// written.
fn host(url: &Url) -> Result<Host<String>, FetchError> {
    url.host_str()
        .and_then(|host| Host::parse(host).ok())
        .ok_or_else(|| FetchError::BadUrl {
            url: shown(url),
            why: "it names no host",
        })
}

/// Connects to the host of an address.
pub(crate) async fn connect(guard: &Guard, url: &Url, port: u16) -> Result<TcpStream, FetchError> {
    let host = host(url)?;
    let found: Vec<SocketAddr> = match &host {
        Host::Ipv4(address) => vec![(*address, port).into()],
        Host::Ipv6(address) => vec![(*address, port).into()],
        Host::Domain(name) => tokio::net::lookup_host((name.as_str(), port))
            .await
            .map_err(|error| FetchError::Dns {
                host: name.clone(),
                source: error.into(),
            })?
            .collect(),
    };
    let vetted = guard.vet(&found).map_err(|error| match error {
        ResolveError::Private { address } => FetchError::Private {
            host: host.to_string(),
            address,
        },
        other => FetchError::Dns {
            host: host.to_string(),
            source: other.into(),
        },
    })?;
    let failed = |source: Cause| FetchError::Connection {
        url: shown(url),
        source,
    };
    let stream = timeout(CONNECT, TcpStream::connect(vetted.as_slice()))
        .await
        .map_err(|_| FetchError::TooSlow {
            url: shown(url),
            limit: CONNECT,
        })?
        .map_err(|error| failed(error.into()))?;
    stream
        .set_nodelay(true)
        .map_err(|error| failed(error.into()))?;
    Ok(stream)
}

/// Encrypts a connection, trusting what the system and `ca_file` trust.
pub(crate) async fn encrypted(
    stream: TcpStream,
    url: &Url,
    ca_file: Option<&Path>,
) -> Result<Box<dyn Socket>, FetchError> {
    let refused = |source: Cause| FetchError::Tls {
        url: shown(url),
        source,
    };
    let roots = match ca_file {
        Some(path) => {
            let pem = std::fs::read(path).map_err(|error| refused(error.into()))?;
            CertificateDer::pem_slice_iter(&pem)
                .collect::<Result<Vec<_>, _>>()
                .map_err(|_| refused(format!("{} holds no certificate", path.display()).into()))?
        }
        None => Vec::new(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(roots, Arc::clone(&provider))
        .map_err(|error| refused(error.into()))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| refused(error.into()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    let name = match host(url)? {
        Host::Domain(name) => ServerName::try_from(name).map_err(|error| refused(error.into()))?,
        Host::Ipv4(address) => ServerName::from(std::net::IpAddr::V4(address)),
        Host::Ipv6(address) => ServerName::from(std::net::IpAddr::V6(address)),
    };
    let handshake = TlsConnector::from(Arc::new(config)).connect(name, stream);
    match timeout(CONNECT, handshake).await {
        Ok(Ok(stream)) => Ok(Box::new(stream)),
        Ok(Err(error)) => Err(refused(error.into())),
        Err(_) => Err(FetchError::TooSlow {
            url: shown(url),
            limit: CONNECT,
        }),
    }
}
