//! The signature of a JSON webhook, as the Standard Webhooks specification has it
//! (<https://www.standardwebhooks.com>): HMAC-SHA256 (RFC 2104) over `id.timestamp.body`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::model::Timestamp;

/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;

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
    format!("v1,{}", STANDARD.encode(hmac(&key, &signed)))
}

fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; BLOCK];
    if key.len() > BLOCK {
        for (to, from) in block.iter_mut().zip(Sha256::digest(key)) {
            *to = from;
        }
    } else {
        for (to, from) in block.iter_mut().zip(key) {
            *to = *from;
        }
    }
    let inner = Sha256::new()
        .chain_update(block.map(|byte| byte ^ 0x36))
        .chain_update(text)
        .finalize();
    Sha256::new()
        .chain_update(block.map(|byte| byte ^ 0x5c))
        .chain_update(inner)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes
            .iter()
            .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    }

    /// The cases 1, 2 and 6 of RFC 4231.
    #[test]
    fn hmac_is_that_of_the_rfc() {
        for (key, text, expected) in [
            (
                &[0x0b; 20][..],
                "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xaa; 131],
                "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            assert_eq!(hex(&hmac(key, text.as_bytes())), expected);
        }
    }

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
