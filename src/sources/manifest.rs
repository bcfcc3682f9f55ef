//! What access to a kind of source takes and costs.

use std::time::Duration;

/// What access to a kind of source takes and costs: shown by `ascolto sources`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manifest {
    /// Who may read it.
    pub access: Access,
    /// Where its terms stand, if it has any of its own.
    pub terms_url: Option<&'static str>,
    /// How robots.txt applies.
    pub robots: Robots,
    /// The least time between two requests to its host, where it is more than good manners.
    pub least_gap: Duration,
    /// Its limits, in words.
    pub limits: &'static str,
    /// What it costs, in words.
    pub cost: &'static str,
}

/// Who may read a kind of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Open,
    /// The owner of the account or app.
    OwnAccount,
    /// Whoever holds a key.
    Keyed,
    /// Whoever pays.
    Paid,
    /// Its operator does not wish it to be read by programs: off until switched on.
    Restricted,
}

/// How robots.txt applies to a kind of source (RFC 9309 speaks of crawlers).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Robots {
    /// There is none: an API or a push.
    NotApplicable,
    /// Not asked: the address was given by a person and exists to be polled.
    UserInitiated,
    /// Asked, and obeyed.
    Obeyed,
}

impl Access {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::OwnAccount => "own account",
            Self::Keyed => "key",
            Self::Paid => "paid",
            Self::Restricted => "restricted",
        }
    }
}

impl Manifest {
    /// The manifest of what anyone may read free of charge and without a key, to begin with.
    pub(super) const OPEN: Self = Self {
        access: Access::Open,
        terms_url: None,
        robots: Robots::NotApplicable,
        least_gap: Duration::ZERO,
        limits: "",
        cost: "free",
    };
}
