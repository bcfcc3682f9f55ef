//! Keeps requests out of private networks.
//!
//! An address in the URL itself never reaches a resolver, so it is checked as such (the `url`
//! crate has turned `2130706433`, `0x7f.1` and their like into an address by then). A name is
//! resolved here, and only addresses that passed are handed on: the one that is connected to is
//! the one that was checked, whatever the name says a moment later.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;
use url::{Host, Url};

use super::FetchError;
use super::shown::shown;

/// What may be asked.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    allowed: Arc<[IpNet]>,
}

impl Guard {
    /// A guard that lets public addresses pass, and those in `allow_private`.
    pub(crate) fn new(allow_private: &[IpNet]) -> Self {
        Self {
            allowed: allow_private.into(),
        }
    }

    /// Checks the scheme, and the host when it is an address.
    pub(crate) fn check(&self, url: &Url) -> Result<(), FetchError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::BadUrl {
                url: shown(url),
                why: "only http and https can be fetched",
            });
        }
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(name)) if !name.is_empty() => return Ok(()),
            Some(Host::Domain(_)) | None => {
                return Err(FetchError::BadUrl {
                    url: shown(url),
                    why: "it names no host",
                });
            }
        };
        if self.passes(address) {
            return Ok(());
        }
        Err(FetchError::Private {
            host: url.host_str().unwrap_or_default().to_owned(),
            address,
        })
    }

    /// Whether `address` may be connected to.
    pub(crate) fn passes(&self, address: IpAddr) -> bool {
        let inner = embedded(address);
        is_public(inner.map_or(address, IpAddr::V4))
            || self.allowed.iter().any(|net| {
                net.contains(&address)
                    || inner.is_some_and(|inner| net.contains(&IpAddr::V4(inner)))
            })
    }

    /// Of the addresses that were found, those that may be connected to.
    pub(crate) fn vet(&self, found: &[SocketAddr]) -> Result<Vec<SocketAddr>, ResolveError> {
        let vetted: Vec<SocketAddr> = found
            .iter()
            .filter(|address| self.passes(address.ip()))
            .copied()
            .collect();
        match (vetted.is_empty(), found.first()) {
            (false, _) => Ok(vetted),
            (true, Some(refused)) => Err(ResolveError::Private {
                address: refused.ip(),
            }),
            (true, None) => Err(ResolveError::NoAddress),
        }
    }
}

/// Why a name gave no address to connect to.
#[derive(Debug, Error)]
pub(crate) enum ResolveError {
    /// All its addresses are private.
    #[error("the name stands for the private address {address}")]
    Private {
        /// The first of them.
        address: IpAddr,
    },
    /// It has none.
    #[error("the name has no address")]
    NoAddress,
    /// It could not be looked up.
    #[error("the name could not be looked up")]
    Lookup {
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0))
                .await
                .map_err(|source| ResolveError::Lookup { source })?
                .collect();
            Ok(Box::new(guard.vet(&found)?.into_iter()) as Addrs)
        })
    }
}

/// The IPv4 address that an IPv6 address stands for: mapped (`::ffff:0:0/96`), compatible
/// (`::/96`), NAT64 (`64:ff9b::/96`, RFC 6052) and 6to4 (`2002::/16`, RFC 3056).
fn embedded(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(address) = address else {
        return None;
    };
    let (high, low) = match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, _] => return None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => (high, low),
        _ => return None,
    };
    Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)))
}

/// Whether the address belongs to the public internet, by the special-purpose registries of
/// RFC 6890 as they stand today.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    !matches!(
        (first, second, third),
        (0 | 10 | 127 | 224.., _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

/// Global unicast is `2000::/3`; protocol assignments (Teredo among them) and documentation
/// lie within it.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    match (first, second) {
        (0x2001, 0..=0x01ff | 0x0db8) | (0x3fff, 0..=0x0fff) => false,
        _ => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(allowed: &[&str]) -> Guard {
        let nets: Vec<IpNet> = allowed.iter().map(|net| net.parse().unwrap()).collect();
        Guard::new(&nets)
    }

    fn verdict(guard: &Guard, url: &str) -> &'static str {
        match guard.check(&Url::parse(url).unwrap()) {
            Ok(()) => "passes",
            Err(FetchError::Private { .. }) => "private",
            Err(_) => "bad",
        }
    }

    #[test]
    fn an_address_is_known_in_every_form() {
        let cases = [
            ("http://example.com/", "passes"),
            ("https://93.184.215.14/", "passes"),
            ("http://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/", "passes"),
            ("ftp://example.com/", "bad"),
            ("file:///etc/passwd", "bad"),
            ("data:text/plain,hello", "bad"),
            ("http://127.0.0.1/", "private"),
            ("http://127.1/", "private"),
            ("http://2130706433/", "private"),
            ("http://0x7f000001/", "private"),
            ("http://0x7f.1/", "private"),
            ("http://0177.0.0.1/", "private"),
            ("http://127。0。0。1/", "private"),
            ("http://①②⑦.0.0.1/", "private"),
            ("http://%31%32%37.0.0.1/", "private"),
            ("http://0.0.0.0/", "private"),
            ("http://0/", "private"),
            ("http://10.1.2.3/", "private"),
            ("http://100.64.0.1/", "private"),
            ("http://100.128.0.1/", "passes"),
            ("http://169.254.169.254/latest/meta-data", "private"),
            ("http://172.15.0.1/", "passes"),
            ("http://172.16.0.1/", "private"),
            ("http://172.31.255.255/", "private"),
            ("http://172.32.0.1/", "passes"),
            ("http://192.0.0.192/", "private"),
            ("http://192.168.1.1/", "private"),
            ("http://198.18.0.1/", "private"),
            ("http://224.0.0.1/", "private"),
            ("http://255.255.255.255/", "private"),
            ("http://[::]/", "private"),
            ("http://[::1]/", "private"),
            ("http://[::ffff:127.0.0.1]/", "private"),
            ("http://[::ffff:a00:1]/", "private"),
            ("http://[::127.0.0.1]/", "private"),
            ("http://[64:ff9b::7f00:1]/", "private"),
            ("http://[64:ff9b::5db8:d70e]/", "passes"),
            ("http://[64:ff9b:1::7f00:1]/", "private"),
            ("http://[2002:7f00:1::]/", "private"),
            ("http://[2002:a9fe:a9fe::1]/", "private"),
            ("http://[2001:0:4136:e378::1]/", "private"),
            ("http://[2001:db8::1]/", "private"),
            ("http://[fc00::1]/", "private"),
            ("http://[fd00:ec2::254]/", "private"),
            ("http://[fe80::1]/", "private"),
            ("http://[fec0::1]/", "private"),
            ("http://[ff02::1]/", "private"),
        ];
        for (url, expected) in cases {
            assert_eq!(verdict(&guard(&[]), url), expected, "{url}");
        }
    }

    #[test]
    fn what_the_settings_name_passes() {
        let guard = guard(&["127.0.0.1/32", "10.0.0.0/8", "fd00::/8"]);
        let cases = [
            ("http://127.0.0.1:8080/", "passes"),
            ("http://2130706433/", "passes"),
            ("http://[::ffff:127.0.0.1]/", "passes"),
            ("http://127.0.0.2/", "private"),
            ("http://[::1]/", "private"),
            ("http://10.200.0.1/", "passes"),
            ("http://[fd12::1]/", "passes"),
            ("http://[fe80::1]/", "private"),
        ];
        for (url, expected) in cases {
            assert_eq!(verdict(&guard, url), expected, "{url}");
        }
    }

    #[test]
    fn of_a_names_addresses_only_those_that_pass_are_used() {
        let addresses = |texts: &[&str]| -> Vec<SocketAddr> {
            texts.iter().map(|text| text.parse().unwrap()).collect()
        };
        let guard = guard(&[]);
        let mixed = addresses(&["10.0.0.1:0", "93.184.215.14:0", "[::1]:0"]);
        assert_eq!(guard.vet(&mixed).unwrap(), addresses(&["93.184.215.14:0"]));
        assert!(matches!(
            guard.vet(&addresses(&["10.0.0.1:0", "[::1]:0"])),
            Err(ResolveError::Private { address }) if address.to_string() == "10.0.0.1"
        ));
        assert!(matches!(guard.vet(&[]), Err(ResolveError::NoAddress)));
    }
}
