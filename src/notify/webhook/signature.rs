//! The signature of a JSON webhook, as the Standard Webhooks specification has it
//! (<https://www.standardwebhooks.com>): HMAC-SHA256 (RFC 2104) over `id.timestamp.body`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

use crate::model::Timestamp;

/// The header `webhook-signature`: `v1,` and the signature in base64.
///
/// A secret that begins with `whsec_` holds its bytes in base64 after that; any other is taken as
/// it is. Whoever receives a message computes the same over the header `webhook-id`, a dot, the
/// header `webhook-timestamp`, a dot, and the body as it came; compares in constant time; and
/// refuses timestamps that are more than five minutes off.
pub fn signature(secret: &str, id: &str, now: Timestamp, body: &[u8]) -> String {
    let key = secret
        .strip_prefix("whsec_")
        .and_then(|encoded| STANDARD.decode(encoded.trim()).ok())
        .unwrap_or_else(|| secret.as_bytes().to_vec());
    let mut signed = format!("{id}.{}.", now.seconds()).into_bytes();
    signed.extend_from_slice(body);
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    format!("v1,{}", STANDARD.encode(hmac::sign(&key, &signed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    #[test]
    fn the_signature_is_that_of_the_specification() {
        let signed = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            Timestamp::from_seconds(1_614_265_330),
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
