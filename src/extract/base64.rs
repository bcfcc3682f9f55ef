//! Base64 as feeds carry it: with line breaks, with or without padding.

/// Decodes base64 (RFC 4648, also its alphabet for addresses), skipping white space;
/// `None` if anything else stands in it.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut bits = 0_u32;
    let mut held = 0_u32;
    for byte in text.trim_end_matches(['=', ' ', '\n', '\r', '\t']).bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b' ' | b'\n' | b'\r' | b'\t' => continue,
            _ => return None,
        };
        held = (held << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.extend(u8::try_from((held >> bits) & 0xff));
        }
    }
    (bits < 6).then_some(out)
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
