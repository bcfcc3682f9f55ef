//! Tokens that are had by asking: a session for a password (Bluesky), or a token of OAuth 2.0 for
//! a refresh token (RFC 6749, section 6) or a signed assertion (RFC 7523).
//!
//! Invariant: a token is asked for once in its life, and kept in memory alone.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::FetchError;
use super::fetcher::{Fetched, Fetcher};
use super::shown::shown;
use crate::model::{Assertion, Login, Method, Request, Secret, Timestamp};

/// A token is not used so close to its end.
const MARGIN: Duration = Duration::from_mins(2);

/// The life of an assertion.
const ASSERTION: Duration = Duration::from_mins(10);

/// What an answer with a token is taken for that is none.
const NO_TOKEN: &str = "the service gave no token";

/// The tokens that are still good.
#[derive(Default)]
pub(super) struct Tokens {
    known: Mutex<HashMap<Vec<u8>, (Secret, Timestamp)>>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(…)")
    }
}

impl Tokens {
    fn of(&self, key: &[u8], now: Timestamp) -> Option<Secret> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (token, until) = known.get(key)?;
        (*until > now).then(|| token.clone())
    }

    fn keep(&self, key: Vec<u8>, token: Secret, until: Timestamp) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(key, (token, until));
    }

    fn drop(&self, key: &[u8]) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(key);
    }
}

impl Fetcher {
    /// Sends a request with the token of its login. A token that is no longer taken is asked for
    /// anew, once.
    pub(super) async fn get_with_token(
        &self,
        request: &Request,
        login: &Login,
        now: Timestamp,
    ) -> Result<Fetched, FetchError> {
        let key = name(login);
        for tried in 0..2 {
            let known = self.tokens().of(&key, now).filter(|_| tried == 0);
            let is_old = known.is_some();
            let token = match known {
                Some(token) => token,
                None => match self.log_in(login, now).await? {
                    Ok((token, lasts)) => {
                        let until = now.plus(lasts.saturating_sub(MARGIN));
                        self.tokens().keep(key.clone(), token.clone(), until);
                        token
                    }
                    Err(refused) => return Ok(refused),
                },
            };
            let sent = Request {
                login: None,
                ..request.clone()
            }
            .with_bearer(Some(&token));
            let fetched =
                Box::pin(self.get(&sent, &HashMap::new().into_iter().collect(), now)).await?;
            let expired = matches!(&fetched, Fetched::Refused { response, .. }
                if matches!(response.status, 400 | 401));
            if !expired {
                return Ok(fetched);
            }
            self.tokens().drop(&key);
            if !is_old {
                return Ok(fetched);
            }
        }
        Err(no_token(login))
    }

    /// Asks for a token; the refusal, where there is one, is the answer to all.
    async fn log_in(
        &self,
        login: &Login,
        now: Timestamp,
    ) -> Result<Result<(Secret, Duration), Fetched>, FetchError> {
        let mut request = login.request.clone();
        request.login = None;
        if let Some(assertion) = &login.assertion {
            let signed = signed(assertion, now).ok_or_else(|| FetchError::BadUrl {
                url: shown(&request.url),
                why: "the private key of the service account cannot be read",
            })?;
            let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
            let body = format!("grant_type={grant}&assertion={signed}");
            request = request.with_body("application/x-www-form-urlencoded", body);
        }
        let fetched =
            Box::pin(self.get(&request, &HashMap::new().into_iter().collect(), now)).await?;
        let Fetched::Fresh { response, .. } = fetched else {
            return Ok(Err(fetched));
        };
        let body: Value = serde_json::from_slice(&response.body).map_err(|_| no_token(login))?;
        let token = body.pointer(login.token).and_then(Value::as_str);
        let token = token
            .filter(|token| !token.is_empty() && token.len() <= 16 * 1024)
            .ok_or_else(|| no_token(login))?;
        let lasts = body.pointer("/expires_in").and_then(Value::as_u64);
        let lasts = lasts.map_or(login.lasts, |seconds| {
            Duration::from_secs(seconds.min(24 * 60 * 60))
        });
        Ok(Ok((Secret::new(token.to_owned()), lasts)))
    }
}

fn no_token(login: &Login) -> FetchError {
    FetchError::Connection {
        url: shown(&login.request.url),
        source: NO_TOKEN.into(),
    }
}

/// What tells one login from another, and tells nothing.
fn name(login: &Login) -> Vec<u8> {
    let mut digest = Sha256::new();
    digest.update(login.request.url.as_str());
    if let Method::Post(payload) = &login.request.method {
        digest.update(&payload.bytes);
    }
    if let Some(assertion) = &login.assertion {
        for part in [&assertion.issuer, &assertion.scope, &assertion.audience] {
            digest.update(part);
            digest.update([0]);
        }
        digest.update(assertion.key.reveal());
    }
    digest.finalize().to_vec()
}

/// A signed assertion (RFC 7519, RS256), as Google's service accounts make them.
fn signed(assertion: &Assertion, now: Timestamp) -> Option<String> {
    let der = PrivatePkcs8KeyDer::from_pem_slice(assertion.key.reveal().as_bytes()).ok()?;
    let key = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).ok()?;
    let head = json!({ "alg": "RS256", "typ": "JWT" }).to_string();
    let claims = json!({
        "iss": assertion.issuer,
        "scope": assertion.scope,
        "aud": assertion.audience,
        "iat": now.seconds(),
        "exp": now.plus(ASSERTION).seconds(),
    })
    .to_string();
    let text = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(head.as_bytes()),
        URL_SAFE_NO_PAD.encode(claims.as_bytes())
    );
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        text.as_bytes(),
        &mut signature,
    )
    .ok()?;
    Some(format!("{text}.{}", URL_SAFE_NO_PAD.encode(&signature)))
}
