//! How a request gets its token: by another request before it.

use std::time::Duration;

use super::{Request, Secret};

/// Where a token is had. `fetch` asks for it once, and uses it until it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// What is asked, as POST; of an assertion, without its body.
    pub request: Request,
    /// Where the answer, in JSON, has the token (JSON Pointer, RFC 6901).
    pub token: &'static str,
    /// How long a token lasts, where the answer's `expires_in` does not say.
    pub lasts: Duration,
    /// What is signed and sent, where the login is one of a service account.
    pub assertion: Option<Assertion>,
}

/// What a service account says of itself (RFC 7523, section 2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Who.
    pub issuer: String,
    /// What the token is for.
    pub scope: String,
    /// Who gives the token.
    pub audience: String,
    /// The private key, PKCS #8 in PEM form.
    pub key: Secret,
}
