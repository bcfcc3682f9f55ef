//! Follows redirects by hand, so that each hop passes the same checks as the first request.

use url::Url;

use super::FetchError;
use super::shown::shown;

/// Hops that are followed: what RFC 9309, section 2.3.1.2, asks for robots.txt, for all.
const MAX_HOPS: usize = 5;

/// Path segments of pages that stand before what was asked for.
const WALL_SEGMENTS: [&str; 6] = [
    "login", "signin", "sign_in", "sign-in", "authwall", "consent",
];

/// First labels of hosts that hold such pages.
const WALL_HOSTS: [&str; 5] = ["consent", "login", "signin", "accounts", "auth"];

/// A request on its way through redirects.
#[derive(Debug)]
pub(crate) struct Chain {
    /// All that was asked, the first one first; never empty.
    asked: Vec<Url>,
    current: Url,
    all_permanent: bool,
    permanent: Option<Url>,
}

impl Chain {
    /// Begins at `start`.
    pub(crate) fn new(start: &Url) -> Self {
        let current = without_fragment(start.clone());
        Self {
            asked: vec![current.clone()],
            current,
            all_permanent: true,
            permanent: None,
        }
    }

    /// What is to be asked now.
    pub(crate) fn current(&self) -> &Url {
        &self.current
    }

    /// What was asked at first, as errors may show it.
    pub(crate) fn start(&self) -> String {
        self.asked.first().map(shown).unwrap_or_default()
    }

    /// Whether the current hop goes to where the first one went.
    pub(crate) fn same_origin(&self) -> bool {
        self.asked
            .first()
            .is_some_and(|first| first.origin() == self.current.origin())
    }

    /// Where the redirects lead that were permanent (301, 308) from the first one on.
    pub(crate) fn permanent(&self) -> Option<&Url> {
        self.permanent.as_ref()
    }

    /// Whether the current page stands before what was asked: a login or consent page.
    pub(crate) fn is_wall(&self) -> bool {
        let Some(first) = self.asked.first().filter(|_| self.asked.len() > 1) else {
            return false;
        };
        (on_wall_host(&self.current) && !on_wall_host(first))
            || (has_wall_segment(&self.current) && !has_wall_segment(first))
    }

    /// Goes on to what an answer with this `status` and `Location` names.
    ///
    /// From https it never goes on to http: sites that redirect there mean their https address
    /// more often than not, so that is asked instead; with a port of its own there is none.
    pub(crate) fn follow(&mut self, status: u16, location: &str) -> Result<(), FetchError> {
        let next = self
            .current
            .join(location)
            .map_err(|_| self.fault("to an address that is none"))?;
        let mut next = without_fragment(next);
        let mut permanent = matches!(status, 301 | 308);
        if self.current.scheme() == "https" && next.scheme() == "http" {
            if next.port().is_some() || next.set_scheme("https").is_err() {
                return Err(self.fault("from https to http"));
            }
            permanent = false;
        }
        if self.asked.contains(&next) {
            return Err(self.fault("in a circle"));
        }
        if self.asked.len() > MAX_HOPS {
            return Err(self.fault("more than five times"));
        }
        self.all_permanent &= permanent;
        if self.all_permanent {
            self.permanent = Some(next.clone());
        }
        self.asked.push(next.clone());
        self.current = next;
        Ok(())
    }

    fn fault(&self, why: &'static str) -> FetchError {
        FetchError::Redirect {
            url: self.start(),
            why,
        }
    }
}

fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

fn on_wall_host(url: &Url) -> bool {
    url.host_str()
        .and_then(|host| host.split('.').next())
        .is_some_and(|label| WALL_HOSTS.contains(&label))
}

fn has_wall_segment(url: &Url) -> bool {
    url.path_segments().is_some_and(|mut segments| {
        segments.any(|segment| {
            let segment = segment.to_ascii_lowercase();
            let name = segment.split('.').next().unwrap_or_default();
            WALL_SEGMENTS.contains(&name)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Hops = &'static [(u16, &'static str)];

    fn chain(hops: &[(u16, &str)]) -> Result<Chain, FetchError> {
        let mut chain = Chain::new(&Url::parse("https://a.example/feed#top").unwrap());
        for (status, location) in hops {
            chain.follow(*status, location)?;
        }
        Ok(chain)
    }

    #[test]
    fn only_permanent_hops_from_the_first_on_are_a_move() {
        let cases: &[(Hops, Option<&str>)] = &[
            (&[], None),
            (&[(301, "/new")], Some("https://a.example/new")),
            (&[(302, "/new")], None),
            (&[(301, "/b"), (308, "/c")], Some("https://a.example/c")),
            (&[(301, "/b"), (302, "/c")], Some("https://a.example/b")),
            (&[(302, "/b"), (301, "/c")], None),
            (&[(301, "http://b.example/x")], None),
        ];
        for (hops, expected) in cases {
            let chain = chain(hops).unwrap();
            assert_eq!(chain.permanent().map(Url::as_str), *expected, "{hops:?}");
        }
    }

    #[test]
    fn circles_long_chains_and_lost_security_are_refused() {
        let long: Vec<(u16, String)> = (0..6).map(|n| (302, format!("/{n}"))).collect();
        let long: Vec<(u16, &str)> = long.iter().map(|(s, l)| (*s, l.as_str())).collect();
        assert!(chain(&long[..5]).is_ok());
        for hops in [
            long.as_slice(),
            &[(302, "/feed")],
            &[(302, "/feed#other")],
            &[(302, "http://a.example/feed")],
            &[(302, "http://a.example:8080/")],
            &[(302, "http://[")],
        ] {
            assert!(
                matches!(chain(hops), Err(FetchError::Redirect { .. })),
                "{hops:?}"
            );
        }
        let upgraded = chain(&[(302, "http://www.a.example/feed")]).unwrap();
        assert_eq!(upgraded.current().as_str(), "https://www.a.example/feed");
    }

    #[test]
    fn walls_are_known_by_where_one_is_sent() {
        let cases = [
            ("https://consent.google.com/ml?continue=x", true),
            ("https://accounts.google.com/ServiceLogin", true),
            ("/login/?next=%2Ffeed", true),
            ("/accounts/login.php", true),
            ("/authwall?trk=x", true),
            ("/blog/how-to-login", false),
            ("https://b.example/feed", false),
        ];
        for (location, expected) in cases {
            assert_eq!(
                chain(&[(302, location)]).unwrap().is_wall(),
                expected,
                "{location}"
            );
        }
        assert!(!chain(&[]).unwrap().is_wall());
    }
}
