//! Which encoding bytes are in, and the text they mean.
//!
//! The order is that of browsers (byte order mark, HTTP, declaration within the first 1024
//! bytes, detection), with the corrections that real feeds need: a declaration that the bytes
//! contradict is not believed.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, ISO_8859_15, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Where a declaration is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `<?xml encoding="…"?>`; HTML's form too, as feeds are served as either.
    Xml,
    /// `<meta charset="…">` and `<meta http-equiv … content="…; charset=…">`.
    Html,
    /// Nowhere: JSON is UTF-8 unless HTTP or a byte order mark says otherwise.
    Json,
}

/// A declaration stands within this many bytes, or is not seen.
const DECLARATION_WITHIN: usize = 1024;

/// The text of `bytes`, given the `Content-Type` header that came with them.
///
/// Never fails: what is not valid in the encoding found becomes U+FFFD, stray Windows-1252
/// bytes in UTF-8 become what they mean. Control characters but tab and line breaks are left out.
pub fn decode<'a>(bytes: &'a [u8], content_type: Option<&str>, dialect: Dialect) -> Cow<'a, str> {
    without_controls(transcode(bytes, content_type, dialect))
}

fn transcode<'a>(bytes: &'a [u8], content_type: Option<&str>, dialect: Dialect) -> Cow<'a, str> {
    if let Some(text) = by_marks(bytes) {
        return text;
    }
    let from_http = content_type
        .and_then(|header| parameter(header.as_bytes(), b"charset"))
        .and_then(encoding);
    let from_declaration = || declared(bytes, dialect).and_then(encoding);
    for candidate in [from_http, from_declaration()].into_iter().flatten() {
        if let Some(text) = try_encoding(bytes, candidate) {
            return text;
        }
    }
    if let Some(text) = as_utf8(bytes) {
        return text;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    guess.decode_without_bom_handling(bytes).0
}

/// Decides by a byte order mark, or by where the zero bytes of `<?xml` and `<rss` stand.
fn by_marks(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let first = |count: usize| bytes.get(..count).unwrap_or_default();
    match (first(4), first(2)) {
        ([0xff, 0xfe, 0, 0] | [b'<', 0, 0, 0], _) => {
            return Some(utf32(bytes, u32::from_le_bytes).into());
        }
        ([0, 0, 0xfe, 0xff] | [0, 0, 0, b'<'], _) => {
            return Some(utf32(bytes, u32::from_be_bytes).into());
        }
        ([0x4c, 0x6f, 0xa7, 0x94], _) => return Some(ebcdic(bytes).into()),
        (_, [0xff, 0xfe]) | ([b'<' | b'{', 0, _, 0], _) => {
            return Some(UTF_16LE.decode_with_bom_removal(bytes).0);
        }
        (_, [0xfe, 0xff]) | ([0, b'<' | b'{', 0, _], _) => {
            return Some(UTF_16BE.decode_with_bom_removal(bytes).0);
        }
        _ => {}
    }
    let rest = bytes.strip_prefix(b"\xef\xbb\xbf")?;
    Some(as_utf8(rest).unwrap_or_else(|| String::from_utf8_lossy(rest)))
}

fn utf32(bytes: &[u8], read: fn([u8; 4]) -> u32) -> String {
    bytes
        .chunks_exact(4)
        .filter_map(|four| <[u8; 4]>::try_from(four).ok())
        .map(|four| char::from_u32(read(four)).unwrap_or('\u{FFFD}'))
        .collect()
}

/// The text in `candidate`, unless the bytes contradict it.
fn try_encoding<'a>(bytes: &'a [u8], candidate: &'static Encoding) -> Option<Cow<'a, str>> {
    if candidate == UTF_8 {
        return as_utf8(bytes);
    }
    if candidate == UTF_16LE || candidate == UTF_16BE {
        // Real UTF-16 was seen by its zero bytes; a label alone is a mistake.
        return None;
    }
    let western = candidate == WINDOWS_1252 || candidate == ISO_8859_15;
    if western && !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok() {
        // Two accents in a row that happen to be UTF-8 do not occur in western text.
        return as_utf8(bytes);
    }
    let (text, damaged) = candidate.decode_without_bom_handling(bytes);
    if damaged && !candidate.is_single_byte() && std::str::from_utf8(bytes).is_ok() {
        return as_utf8(bytes);
    }
    Some(text)
}

/// The bytes as UTF-8, where they mostly are; stray bytes are read as Windows-1252.
fn as_utf8(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(Cow::Borrowed(text));
    }
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().bytes().filter(|byte| *byte >= 0xc0).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    let cut_short =
        bad == 1 && std::str::from_utf8(bytes).is_err_and(|problem| problem.error_len().is_none());
    if good <= bad && !cut_short {
        return None;
    }
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        if cut_short {
            continue;
        }
        out.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    Some(Cow::Owned(out))
}

/// The encoding of a label, also in the spellings that only feeds know.
fn encoding(label: &[u8]) -> Option<&'static Encoding> {
    let known = Encoding::for_label_no_replacement(label);
    if known.is_some() {
        return known;
    }
    let label = String::from_utf8_lossy(label)
        .trim()
        .to_ascii_lowercase()
        .replace('_', "-");
    match label.as_str() {
        "utf" | "utf-8n" | "unicode" | "utf8mb4" | "utf-8-bom" => return Some(UTF_8),
        "gb-2312" | "gb2312-80" | "cp936" | "euc-cn" => return Some(GB18030),
        _ => {}
    }
    let plain = label.trim_start_matches("x-").trim_start_matches("cs");
    Encoding::for_label_no_replacement(plain.as_bytes()).or_else(|| {
        let number = plain
            .trim_start_matches("windows")
            .trim_start_matches("cp")
            .trim_start_matches('-');
        Encoding::for_label_no_replacement(format!("windows-{number}").as_bytes())
    })
}

/// The label declared at the start of `bytes`.
fn declared(bytes: &[u8], dialect: Dialect) -> Option<&[u8]> {
    let head = bytes.get(..DECLARATION_WITHIN).unwrap_or(bytes);
    let xml = || {
        let start = memchr::memmem::find(head, b"<?xml")?;
        let rest = head.get(start..)?;
        let end = memchr::memchr(b'>', rest).unwrap_or(rest.len());
        parameter(rest.get(..end)?, b"encoding")
    };
    let meta = || {
        memchr::memchr_iter(b'<', head).find_map(|at| {
            let rest = head.get(at..)?;
            if !rest.get(1..5)?.eq_ignore_ascii_case(b"meta") {
                return None;
            }
            let end = memchr::memchr(b'>', rest).unwrap_or(rest.len());
            parameter(rest.get(..end)?, b"charset")
        })
    };
    match dialect {
        Dialect::Xml | Dialect::Html => xml().or_else(meta),
        Dialect::Json => None,
    }
}

/// The value of `name=value`, quoted or not, in any case.
fn parameter<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let at = text
        .windows(name.len())
        .position(|window| window.eq_ignore_ascii_case(name))?;
    let rest = text.get(at + name.len()..)?.trim_ascii_start();
    let value = rest.strip_prefix(b"=")?.trim_ascii_start();
    let value = match value.first()? {
        quote @ (b'"' | b'\'') => value.get(1..)?.split(|byte| byte == quote).next()?,
        _ => value
            .split(|byte| byte.is_ascii_whitespace() || b";\"'>/?,".contains(byte))
            .next()?,
    };
    (!value.is_empty()).then_some(value)
}

/// Leaves out what neither XML nor plain text may hold.
fn without_controls(text: Cow<'_, str>) -> Cow<'_, str> {
    let forbidden = |c: char| {
        matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'
            | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    let bytes = text.as_bytes();
    // The three that are no control characters begin with this byte, as do some emoji.
    let marked = memchr::memchr_iter(0xef, bytes).any(|at| {
        let rest = bytes.get(at + 1..).unwrap_or_default();
        matches!(rest, [0xbb, 0xbf, ..] | [0xbf, 0xbe | 0xbf, ..])
    });
    if marked || has_controls(bytes) {
        Cow::Owned(text.replace(forbidden, ""))
    } else {
        text
    }
}

/// Whether there is a control character of ASCII but tabs and line breaks.
fn has_controls(bytes: &[u8]) -> bool {
    let control = |byte: u8| matches!(byte, 0..=8 | 0xb | 0xc | 0xe..=0x1f | 0x7f);
    // Without a branch for each byte, so that many are looked at in one step.
    let any = |bytes: &[u8]| bytes.iter().fold(false, |any, byte| any | control(*byte));
    bytes.chunks(256).any(any)
}

/// EBCDIC (code page 37), which XML declares as `ebcdic-cp-us` and no browser reads.
fn ebcdic(bytes: &[u8]) -> String {
    const LATIN_1: [u8; 256] = *include_bytes!("ebcdic.bin");
    let latin: Cow<'_, [u8]> = bytes
        .iter()
        .map(|byte| LATIN_1.get(usize::from(*byte)).copied().unwrap_or(b'?'))
        .collect();
    encoding_rs::mem::decode_latin1(&latin).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xml(bytes: &[u8], header: Option<&str>) -> String {
        decode(bytes, header, Dialect::Xml).into_owned()
    }

    #[test]
    fn a_byte_order_mark_decides_before_all_else() {
        let header = Some("text/xml; charset=iso-8859-1");
        assert_eq!(xml("\u{feff}<a>è</a>".as_bytes(), header), "<a>è</a>");
        let wide = |big: bool, mark: &str| -> Vec<u8> {
            format!("{mark}<a>è😀</a>")
                .encode_utf16()
                .flat_map(|unit| {
                    if big {
                        unit.to_be_bytes()
                    } else {
                        unit.to_le_bytes()
                    }
                })
                .collect()
        };
        for mark in ["\u{feff}", ""] {
            for big in [true, false] {
                assert_eq!(
                    xml(&wide(big, mark), header),
                    "<a>è😀</a>",
                    "{big} {mark:?}"
                );
            }
        }
        let widest = |big: bool| -> Vec<u8> {
            "\u{feff}<a>è</a>"
                .chars()
                .flat_map(|c| {
                    let code = u32::from(c);
                    if big {
                        code.to_be_bytes()
                    } else {
                        code.to_le_bytes()
                    }
                })
                .collect()
        };
        assert_eq!(xml(&widest(true), None), "<a>è</a>");
        assert_eq!(xml(&widest(false), None), "<a>è</a>");
    }

    #[test]
    fn http_comes_before_the_declaration() {
        let body = b"<?xml version='1.0' encoding='iso-8859-1'?><a>\xcf\xd2\xc9</a>";
        assert!(xml(body, Some("text/xml; charset=\"KOI8-R\"")).contains("ори"));
        assert!(xml(body, None).contains("ÏÒÉ"));
    }

    #[test]
    fn declarations_are_read_in_all_spellings() {
        for (declared, bytes, expected) in [
            ("koi8-r", &b"\xcf\xd2\xc9"[..], "ори"),
            ("windows-1251", b"\xe8", "и"),
            ("windows_1252", b"\x93ok\x94", "“ok”"),
            ("cp1252", b"\x80", "€"),
            ("ISO-8859-15", b"\xa4", "€"),
            ("gb2312", b"\xc4\xe3\xba\xc3", "你好"),
            ("gb_2312", b"\xc4\xe3\xba\xc3", "你好"),
            ("big5", b"\xa7A\xa6n", "你好"),
            ("euc-kr", b"\xbe\xc8", "안"),
            ("shift_jis", b"\x82\xa0", "あ"),
        ] {
            let mut body =
                format!("<?xml version=\"1.0\" encoding=\"{declared}\"?><a>").into_bytes();
            body.extend_from_slice(bytes);
            let text = xml(&body, None);
            assert!(text.ends_with(expected), "{declared}: {text}");
        }
        let page = b"<html><head><meta http-equiv=content-type content='text/html; charset=iso-8859-1'>\xe8";
        assert!(decode(page, None, Dialect::Html).ends_with('è'));
        let page = b"<html><META CHARSET=windows-1252>\x92";
        assert!(decode(page, None, Dialect::Html).ends_with('’'));
    }

    #[test]
    fn a_wrong_declaration_is_not_believed() {
        let western = b"<?xml version='1.0' encoding='utf-8'?><a>Perch\xe9 la lavatrice perde? Non lo s\xf2, per\xf2 \xe8 rotta</a>";
        assert!(xml(western, None).contains("Perché la lavatrice perde? Non lo sò, però è rotta"));
        let unicode = "<?xml version='1.0' encoding='iso-8859-1'?><a>perché è così</a>";
        assert!(
            xml(unicode.as_bytes(), Some("text/xml; charset=ISO-8859-1")).contains("perché è così")
        );
        let wide_label = "<?xml version='1.0' encoding='utf-16'?><a>perché</a>";
        assert!(xml(wide_label.as_bytes(), None).contains("perché"));
        let mixed = b"<a>perch\xc3\xa9 \xc3\xa8 cos\xc3\xac \x93vero\x94</a>";
        assert_eq!(xml(mixed, None), "<a>perché è così “vero”</a>");
        assert_eq!(xml(b"caff\xc3", Some("text/plain; charset=utf-8")), "caff");
    }

    #[test]
    fn control_characters_are_left_out() {
        assert_eq!(xml(b"\0a\x08b\tc\r\nd\x7f\x0c", None), "ab\tc\r\nd");
    }

    #[test]
    fn reads_ebcdic() {
        let body = [0x4c, 0x6f, 0xa7, 0x94, 0x93, 0x6f, 0x6e];
        assert_eq!(xml(&body, None), "<?xml?>");
    }
}
