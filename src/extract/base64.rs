//! Base64 as feeds carry it: with line breaks, with or without padding.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// What feeds carry is taken with or without padding, and with bits left over.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Decodes base64 (RFC 4648, also its alphabet for addresses), skipping white space;
/// `None` if anything else stands in it.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .trim_end_matches(['=', ' ', '\n', '\r', '\t'])
        .bytes()
        .filter(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t'))
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        })
        .collect();
    LENIENT.decode(digits).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes() {
        for (from, to) in [
            ("RXhhbXBsZSA8Yj50ZXN0PC9iPg==", Some("Example <b>test</b>")),
            ("RXhh\n  bXBs ZQ", Some("Example")),
            ("", Some("")),
            ("not base64!", None),
            ("A", None),
        ] {
            assert_eq!(
                decode_base64(from),
                to.map(|text| text.as_bytes().to_vec()),
                "{from}"
            );
        }
    }
}
