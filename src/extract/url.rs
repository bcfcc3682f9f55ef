//! Addresses: made absolute, freed of redirectors, and brought to one form for comparison.

use std::borrow::Cow;

use url::{Host, Url};

/// Parameters that say where a reader came from, not what is read; a trailing `*` stands for
/// any end.
const TRACKING: &[&str] = &[
    "utm_*",
    "mtm_*",
    "pk_*",
    "piwik_*",
    "matomo_*",
    "hsa_*",
    "_hs*",
    "__hs*",
    "oly_*",
    "vero_*",
    "mkt_*",
    "wt_*",
    "at_*",
    "ns_*",
    "fb_action*",
    "fb_ref",
    "fb_source",
    "ga_*",
    "yclid",
    "ysclid",
    "gclid",
    "gclsrc",
    "gbraid",
    "wbraid",
    "dclid",
    "fbclid",
    "msclkid",
    "twclid",
    "ttclid",
    "li_fat_id",
    "igshid",
    "igsh",
    "igsi",
    "mc_cid",
    "mc_eid",
    "mc_tc",
    "_ga",
    "_gl",
    "_openstat",
    "rb_clickid",
    "s_cid",
    "s_kwcid",
    "epik",
    "cmpid",
    "cmp_id",
    "campaign_id",
    "wickedid",
    "trk",
    "trkcampaign",
    "trkinfo",
    "spm",
    "scm",
    "ref_src",
    "ref_url",
    "guccounter",
    "guce_referrer",
    "guce_referrer_sig",
    "smid",
    "smtyp",
    "soc_src",
    "soc_trk",
    "share_id",
    "sharesource",
    "__twitter_impression",
    "__tn__",
    "_branch_match_id",
    "_branch_referrer",
    "srsltid",
    "sfnsn",
    "mibextid",
    "xtor",
    "wt.mc_id",
    "ncid",
    "amp",
    "amp_js_v",
    "amp_gsa",
    "usqp",
    "outputtype",
];

/// Labels at the start of a host that lead to the same pages.
const VARIANT_HOSTS: &[&str] = &["www", "m", "mobile", "amp", "touch", "wap"];

/// Words that begin the anchor of one comment, answer or post among those of a page.
const ANCHOR_WORDS: &[&str] = &[
    "comment",
    "comments",
    "commento",
    "kommentar",
    "c",
    "cmt",
    "reply",
    "risposta",
    "answer",
    "post",
    "p",
    "msg",
    "message",
    "messaggio",
    "review",
    "recensione",
    "r",
    "issuecomment",
    "discussioncomment",
    "discussion_r",
    "pullrequestreview",
    "entry",
    "permalink",
];

/// The absolute form of `link` as found on a page at `base`: `http` or `https`, nothing else.
///
/// `www.example.com/x` is read as people mean it. Redirectors are left as they are; see
/// [`unwrap_redirect`].
pub fn absolute_url(base: Option<&Url>, link: &str) -> Option<Url> {
    let link = link.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    if link.is_empty() {
        return None;
    }
    let host_alone = link
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("www."));
    let url = if host_alone {
        Url::parse(&format!("https://{link}")).ok()?
    } else if let Some(base) = base {
        base.join(link).ok()?
    } else {
        Url::parse(link).ok()?
    };
    let web = matches!(url.scheme(), "http" | "https") && url.has_host();
    web.then_some(url)
}

/// The address behind a redirector that carries it in itself: Google, Facebook, YouTube, AMP
/// caches and the like. Other addresses come back as they are. Nothing is asked of the network.
pub fn unwrap_redirect(mut url: Url) -> Url {
    for _ in 0..3 {
        match target(&url) {
            Some(inner) => url = inner,
            None => break,
        }
    }
    url
}

/// One step of [`unwrap_redirect`].
fn target(url: &Url) -> Option<Url> {
    let host = url.host_str()?;
    let bare = host.strip_prefix("www.").unwrap_or(host);
    if is_google(bare) {
        if let Some(rest) = url.path().strip_prefix("/amp/") {
            return amp_path(rest, url.query());
        }
        if url.path() == "/url" {
            return google_target(url.query()?);
        }
    }
    if host.ends_with(".cdn.ampproject.org") {
        let rest = url.path().trim_start_matches('/');
        let (kind, rest) = rest.split_once('/')?;
        return matches!(kind, "c" | "v" | "i" | "r")
            .then(|| amp_path(rest, url.query()))
            .flatten();
    }
    let name = match (bare, url.path()) {
        ("l.facebook.com" | "lm.facebook.com" | "l.instagram.com" | "l.threads.com", _)
        | ("facebook.com", "/l.php") => "u",
        ("youtube.com" | "m.youtube.com", "/redirect") => "q",
        ("out.reddit.com" | "slack-redir.net", _)
        | ("bing.com", "/news/apiclick.aspx")
        | ("linkedin.com", "/redir/redirect") => "url",
        ("t.umblr.com", "/redirect") => "z",
        ("away.vk.com" | "vk.com", "/away.php") => "to",
        ("duckduckgo.com", "/l/") => "uddg",
        _ => return None,
    };
    let inner = url.query_pairs().find(|(key, _)| key == name)?.1;
    absolute_url(None, &inner)
}

/// `google.com`, `google.it`, `google.co.uk`, `news.google.com` is none of them.
fn is_google(host: &str) -> bool {
    host.strip_prefix("google.")
        .is_some_and(|rest| rest.len() <= 6)
}

/// `s/example.com/path`, where `s` stands for https.
fn amp_path(rest: &str, query: Option<&str>) -> Option<Url> {
    let (scheme, rest) = match rest.strip_prefix("s/") {
        Some(rest) => ("https", rest),
        None => ("http", rest),
    };
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    absolute_url(None, &format!("{scheme}://{rest}{query}"))
}

/// The `url=` or `q=` of Google's redirect. Google does not always escape the inner address, so
/// that in an alert it reaches up to the last `&ct=ga`.
fn google_target(query: &str) -> Option<Url> {
    let start = ["url=", "q="].into_iter().find_map(|name| {
        if query.starts_with(name) {
            return Some(name.len());
        }
        query
            .find(&format!("&{name}"))
            .map(|at| at + 1 + name.len())
    })?;
    let rest = query.get(start..)?;
    let value = match rest.rfind("&ct=ga") {
        Some(end) => rest.get(..end)?,
        None => rest.split('&').next()?,
    };
    let decoded: String = url::form_urlencoded::parse(
        format!("v={}", value.replace('&', "%26").replace('+', "%2B")).as_bytes(),
    )
    .next()?
    .1
    .into_owned();
    absolute_url(None, &decoded)
}

/// One form for all addresses of the same thing, to tell whether two are the same: host (lower
/// case, without `www.`, `m.` or `amp.`), port where it is not the scheme's own, path and query
/// without tracking parameters, and the anchor only where it names one comment or state.
///
/// The scheme is left out (`http` and `https` lead to the same page) and redirectors are
/// unwrapped. It is a key, not an address to open. `None` for what is not a web address.
pub fn canonical_url(address: &str) -> Option<String> {
    let url = unwrap_redirect(absolute_url(None, address)?);
    let mut out = String::with_capacity(url.as_str().len());
    match url.host()? {
        Host::Domain(domain) => out.push_str(plain_host(domain)),
        // As it is written in the address.
        _ => out.push_str(url.host_str()?),
    }
    if let Some(port) = url.port() {
        out.push(':');
        out.push_str(&port.to_string());
    }
    push_plain_path(url.path(), &mut out);
    let mut separator = '?';
    for pair in url.query().unwrap_or_default().split('&') {
        if !pair.is_empty() && !is_tracking(pair) {
            out.push(separator);
            out.push_str(&plain_escapes(pair));
            separator = '&';
        }
    }
    if let Some(fragment) = url.fragment().filter(|anchor| is_kept(anchor)) {
        out.push('#');
        out.push_str(fragment);
    }
    Some(out)
}

/// The host without a final dot and without a label that leads to the same pages.
fn plain_host(domain: &str) -> &str {
    let mut host = domain.trim_end_matches('.');
    while let Some((label, rest)) = host.split_once('.') {
        if !VARIANT_HOSTS.contains(&label) || !rest.contains('.') {
            break;
        }
        host = rest;
    }
    host
}

/// Adds the path without a final slash and without the mark of an AMP page.
fn push_plain_path(path: &str, out: &mut String) {
    let path = plain_escapes(path);
    let mut rest = &*path;
    loop {
        let trimmed = rest.trim_end_matches('/');
        let trimmed = trimmed.strip_suffix("/amp").unwrap_or(trimmed);
        let trimmed = trimmed.strip_suffix(".amp").unwrap_or(trimmed);
        if let Some(stem) = trimmed.strip_suffix(".amp.html") {
            out.push_str(stem.trim_end_matches(".amp"));
            out.push_str(".html");
            return;
        }
        if trimmed == rest {
            out.push_str(rest);
            return;
        }
        rest = trimmed;
    }
}

/// Percent escapes in upper case; those of letters, digits and `-._~` written out (RFC 3986,
/// 6.2.2).
fn plain_escapes(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let code = after
            .get(..2)
            .filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        rest = after;
        match code {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                out.push(char::from(byte));
                rest = after.get(2..).unwrap_or_default();
            }
            Some(_) => {
                out.push('%');
                out.push_str(&after.get(..2).unwrap_or_default().to_ascii_uppercase());
                rest = after.get(2..).unwrap_or_default();
            }
            None => out.push('%'),
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Whether a `name=value` of a query only tracks.
fn is_tracking(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default();
    TRACKING.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => name
            .get(..start.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(start)),
        None => name.eq_ignore_ascii_case(known),
    })
}

fn is_kept(anchor: &str) -> bool {
    anchor.starts_with(['!', '/']) || is_comment_anchor(anchor)
}

/// Whether the part after `#` names one comment, answer or post of a page: `comment-3`,
/// `c1234`, `issuecomment-99`, `20261120`.
pub fn is_comment_anchor(anchor: &str) -> bool {
    let Some(digit) = anchor.find(|c: char| c.is_ascii_digit()) else {
        return false;
    };
    let (word, number) = anchor.split_at(digit);
    let word = word.trim_end_matches(['-', '_', '=', '/', ':']);
    let known = word.is_empty()
        || ANCHOR_WORDS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word));
    known
        && number
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, proptest};

    #[test]
    fn links_become_absolute() {
        let base = Url::parse("https://forum.example/a/b.html?x=1").unwrap();
        for (link, expected) in [
            ("/c", Some("https://forum.example/c")),
            ("c", Some("https://forum.example/a/c")),
            ("//cdn.example/c", Some("https://cdn.example/c")),
            ("?p=2", Some("https://forum.example/a/b.html?p=2")),
            (
                " https://other.example/è \n",
                Some("https://other.example/%C3%A8"),
            ),
            ("www.other.example/x", Some("https://www.other.example/x")),
            ("javascript:alert(1)", None),
            ("mailto:lia@example.com", None),
            ("tag:example.com,2026:1", None),
            ("http://", None),
            ("", None),
        ] {
            let found = absolute_url(Some(&base), link);
            assert_eq!(found.as_ref().map(Url::as_str), expected, "{link}");
        }
        assert_eq!(absolute_url(None, "/relative"), None);
    }

    #[test]
    fn addresses_of_the_same_thing_are_alike() {
        for (address, expected) in [
            ("https://Example.COM:443/a/", "example.com/a"),
            (
                "http://www.example.com/a?utm_source=x&id=7&fbclid=y#top",
                "example.com/a?id=7",
            ),
            (
                "https://m.example.com/a?id=7&UTM_Medium=z",
                "example.com/a?id=7",
            ),
            ("https://example.com/a/amp/?amp=1", "example.com/a"),
            ("https://amp.example.com/a.amp.html", "example.com/a.html"),
            ("https://example.com", "example.com"),
            ("https://example.com/?", "example.com"),
            ("http://example.com:8080/a", "example.com:8080/a"),
            (
                "https://example.com/%7Elia/caff%c3%a8",
                "example.com/~lia/caff%C3%A8",
            ),
            ("https://example.com/a#comment-3", "example.com/a#comment-3"),
            ("https://example.com/a#c1234", "example.com/a#c1234"),
            ("https://example.com/#!/a", "example.com#!/a"),
            ("https://example.com/a#section-two", "example.com/a"),
            ("https://example.com/a#:~:text=b", "example.com/a"),
            ("https://m.it/a", "m.it/a"),
            ("http://127.0.0.1:8000/a", "127.0.0.1:8000/a"),
            ("http://[::1]/a", "[::1]/a"),
            ("https://bücher.example/", "xn--bcher-kva.example"),
            ("https://example.com/a?b=1&a=2", "example.com/a?b=1&a=2"),
            (
                "https://www.youtube.com/watch?v=abc&si=1&utm_id=2",
                "youtube.com/watch?v=abc&si=1",
            ),
        ] {
            assert_eq!(
                canonical_url(address).as_deref(),
                Some(expected),
                "{address}"
            );
        }
        for address in [
            "",
            "mailto:a@b.c",
            "urn:uuid:1",
            "not an address",
            "https://",
        ] {
            assert_eq!(canonical_url(address), None, "{address}");
        }
    }

    #[test]
    fn redirectors_are_unwrapped() {
        for (address, expected) in [
            (
                "https://www.google.com/url?rct=j&sa=t&url=https://news.example/a%3Fid%3D7&ct=ga&cd=CAIy&usg=AOv",
                "https://news.example/a?id=7",
            ),
            (
                "https://www.google.it/url?rct=j&url=https://news.example/a?x=1&y=2&ct=ga&cd=C",
                "https://news.example/a?x=1&y=2",
            ),
            (
                "https://www.google.com/url?q=https%3A%2F%2Fnews.example%2Fa&sa=U",
                "https://news.example/a",
            ),
            (
                "https://www.google.com/amp/s/news.example/a",
                "https://news.example/a",
            ),
            (
                "https://news-example.cdn.ampproject.org/c/s/news.example/a",
                "https://news.example/a",
            ),
            (
                "https://l.facebook.com/l.php?u=https%3A%2F%2Fnews.example%2Fa&h=x",
                "https://news.example/a",
            ),
            (
                "https://www.google.com/search?q=frigolux",
                "https://www.google.com/search?q=frigolux",
            ),
            (
                "https://www.google.com/url?q=javascript:alert(1)",
                "https://www.google.com/url?q=javascript:alert(1)",
            ),
            (
                "https://news.example/url?url=https://b.example/",
                "https://news.example/url?url=https://b.example/",
            ),
        ] {
            let url = Url::parse(address).unwrap();
            assert_eq!(unwrap_redirect(url).as_str(), expected, "{address}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_settles(path in "[a-zA-Z0-9/%.?&=#!è-]{0,40}", noise in any::<String>()) {
            let _: Option<String> = canonical_url(&noise);
            let once = canonical_url(&format!("https://www.example.com/{path}"));
            if let Some(once) = once {
                let again = canonical_url(&format!("http://{once}"));
                assert_eq!(again, Some(once));
            }
        }
    }
}
