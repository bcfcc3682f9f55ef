//! The values of keys: texts read as addresses, sizes, zones, languages, words of a choice.
//! Those that tell the time stand in `time_value`.

use std::net::IpAddr;
use std::ops::Range;

use chrono_tz::{TZ_VARIANTS, Tz};
use ipnet::IpNet;
use url::{Host, Url};

use super::nearest::nearest;
use super::secret::masked;
use super::section::short;
use crate::model::Lang;

/// What is wrong with a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// What is wrong, and what was expected.
    pub(super) message: String,
    /// What to write instead.
    pub(super) hint: Option<String>,
    /// Which bytes of the value are meant; `None` = all.
    pub(super) at: Option<Range<usize>>,
}

impl Fault {
    /// A fault of the whole value.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            at: None,
        }
    }

    /// Says what to write instead.
    pub(super) fn hint(mut self, hint: impl Into<Option<String>>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Says which bytes of the value are meant.
    pub(super) fn at(mut self, at: Range<usize>) -> Self {
        self.at = Some(at);
        self
    }
}

/// A number of bytes: `10MB`, `512KB`, `1GiB`.
pub(super) fn size(text: &str) -> Result<u64, Fault> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = text.get(..digits).unwrap_or_default();
    let unit = text.get(digits..).unwrap_or_default().trim_start();
    let factor: Option<u64> = match unit.to_ascii_lowercase().as_str() {
        "b" => Some(1),
        "kb" => Some(1_000),
        "mb" => Some(1_000_000),
        "gb" => Some(1_000_000_000),
        "kib" => Some(1 << 10),
        "mib" => Some(1 << 20),
        "gib" => Some(1 << 30),
        _ => None,
    };
    let bytes = number.parse::<u64>().ok().zip(factor);
    let Some((number, factor)) = bytes else {
        let meant = match unit.to_ascii_lowercase().as_str() {
            "k" | "m" | "g" if !number.is_empty() => {
                format!("did you mean \"{number}{}B\"?", unit.to_ascii_uppercase())
            }
            _ => "a number and a unit, such as \"500KB\" or \"10MB\"".to_owned(),
        };
        return Err(Fault::new(format!("`{}` is not a size", short(text))).hint(meant));
    };
    match number.checked_mul(factor) {
        Some(bytes @ 1_000..=1_000_000_000) => Ok(bytes),
        _ => Err(Fault::new(format!(
            "`{}` is outside 1KB to 1GB",
            short(text)
        ))),
    }
}

/// An address that begins with `http://` or `https://`.
pub(super) fn web_address(text: &str) -> Result<Url, Fault> {
    let wrong =
        |hint: String| Fault::new(format!("`{}` is not a web address", short(text))).hint(hint);
    let general = || "an address begins with https:// or http://".to_owned();
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(wrong("an address holds no spaces".to_owned()));
    }
    let shown = masked(text);
    let Some((scheme, rest)) = shown.split_once("://") else {
        let host = text
            .trim_start_matches('/')
            .split('/')
            .next()
            .unwrap_or_default();
        return Err(wrong(
            if host.contains('.') || host.starts_with("localhost") {
                format!("did you mean \"https://{}\"?", text.trim_start_matches('/'))
            } else {
                general()
            },
        ));
    };
    if !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) {
        return Err(wrong(
            Some(scheme)
                .filter(|scheme| scheme.starts_with(['h', 'H']))
                .and_then(|scheme| nearest(scheme, ["https", "http"]))
                .map_or_else(general, |meant| {
                    format!("did you mean \"{meant}://{rest}\"?")
                }),
        ));
    }
    let url = Url::parse(text).map_err(|error| wrong(format!("{error}; {}", general())))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            Fault::new("an address may not hold a name or password").hint(
                "addresses are shown in lists and mails; leave out what stands before `@`"
                    .to_owned(),
            ),
        );
    }
    Ok(url)
}

/// A time zone of the IANA database, `Europe/Rome`.
pub(super) fn time_zone(text: &str) -> Result<Tz, Fault> {
    text.parse().map_err(|_| {
        let names = || TZ_VARIANTS.iter().map(|zone| zone.name());
        let city = |name: &'static str| name.rsplit('/').next().unwrap_or(name);
        let by_city = || {
            let meant = nearest(text, names().map(city))?;
            names().find(|name| city(name) == meant)
        };
        let by_name = || nearest(text, names());
        let meant = if text.contains('/') {
            by_name().or_else(by_city)
        } else {
            by_city().or_else(by_name)
        };
        Fault::new(format!("`{}` is not a time zone", short(text))).hint(meant.map_or_else(
            || "a continent and a city, such as \"Europe/Rome\"".to_owned(),
            |meant| format!("did you mean \"{meant}\"?"),
        ))
    })
}

/// A mail address, with or without a name: `care@frigolux.example`, `Care <care@frigolux.example>`.
pub(super) fn mail_address(text: &str) -> Result<String, Fault> {
    let wrong = |hint: &str| {
        Fault::new(format!("`{}` is not a mail address", short(text))).hint(hint.to_owned())
    };
    let general = "write \"care@frigolux.example\", or \"Care <care@frigolux.example>\"";
    if text.chars().any(char::is_control) {
        return Err(wrong("an address holds no line breaks"));
    }
    let (name, address) = match text.trim().strip_suffix('>') {
        Some(open) => open.rsplit_once('<').ok_or_else(|| wrong(general))?,
        None => ("", text.trim()),
    };
    let name = name.trim().trim_matches('"').trim();
    if address.contains([',', ';']) || name.contains('@') {
        return Err(wrong(
            "each address stands in quotes of its own: [\"a@x.example\", \"b@x.example\"]",
        ));
    }
    if !address.contains('@') {
        return Err(wrong(general));
    }
    let fits = address
        .rsplit_once('@')
        .is_some_and(|(user, domain)| is_user(user) && is_domain(domain));
    if !fits {
        return Err(wrong(general));
    }
    Ok(match name {
        "" => address.to_owned(),
        _ if name.contains(['(', ')', '<', '>', '[', ']', ':', ';', '\\', ',', '.', '"']) => {
            let name = name.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{name}\" <{address}>")
        }
        _ => format!("{name} <{address}>"),
    })
}

/// What may stand before the `@` without quotes (RFC 5322, `dot-atom`).
fn is_user(user: &str) -> bool {
    user.len() <= 64
        && user.split('.').all(|atom| {
            !atom.is_empty()
                && atom
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c))
        })
}

fn is_domain(domain: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    domain.chars().all(plain) && matches!(Host::parse(domain), Ok(Host::Domain(_)))
}

/// The two-letter codes of ISO 639-1.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz \
    ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka \
    kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr \
    nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk \
    tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// A language by its code: `it`, `en`, `pt-BR`, or `other`.
pub(super) fn language(text: &str) -> Result<Lang, Fault> {
    let known = Lang::parse(text).filter(|lang| {
        *lang == Lang::OTHER
            || LANGUAGES
                .split_whitespace()
                .any(|code| code == lang.as_str())
    });
    known.ok_or_else(|| {
        let meant = match text.to_lowercase().as_str() {
            "italian" | "italiano" | "ita" => Some("it"),
            "english" | "inglese" | "eng" | "us" | "gb" => Some("en"),
            "spanish" | "spagnolo" | "español" | "spa" => Some("es"),
            "french" | "francese" | "français" | "fra" => Some("fr"),
            "german" | "tedesco" | "deutsch" | "deu" => Some("de"),
            _ => None,
        };
        Fault::new(format!("`{}` is not the code of a language", short(text))).hint(
            meant.map_or_else(
                || "two letters, such as \"it\" or \"en\"".to_owned(),
                |meant| format!("did you mean \"{meant}\"?"),
            ),
        )
    })
}

/// A language in which mails are written: Italian or English.
pub(super) fn mail_language(text: &str) -> Result<Lang, Fault> {
    let lang = language(text)?;
    if [Lang::IT, Lang::EN].contains(&lang) {
        Ok(lang)
    } else {
        Err(Fault::new(format!("mails are not written in `{lang}`"))
            .hint("they are written in \"it\" or \"en\"".to_owned()))
    }
}

/// A network, `10.0.0.0/8`, or a single address.
pub(super) fn network(text: &str) -> Result<IpNet, Fault> {
    let address = text.parse::<IpAddr>().map(IpNet::from);
    text.parse::<IpNet>()
        .map(|net| net.trunc())
        .or(address)
        .map_err(|_| {
            let meant = match text {
                "localhost" => "\"127.0.0.1\"".to_owned(),
                _ if text.ends_with(".*") => {
                    format!("\"{}.0/24\"", text.trim_end_matches(".*"))
                }
                _ => "\"127.0.0.1\" or \"10.0.0.0/8\"".to_owned(),
            };
            Fault::new(format!("`{}` is not an IP address or network", short(text)))
                .hint(format!("write {meant}"))
        })
}

/// A CSS selector of an item's field, `css` or `css @attribute`; `@attribute` alone is the item's own.
pub(super) fn selector(text: &str) -> Result<String, Fault> {
    let wrong =
        |hint: String| Fault::new(format!("`{}` is not a CSS selector", short(text))).hint(hint);
    let (css, attribute) = match text.rsplit_once('@') {
        Some((css, attribute)) if css.is_empty() || css.ends_with(char::is_whitespace) => {
            (css.trim(), Some(attribute))
        }
        _ => (text.trim(), None),
    };
    if let Some(attribute) = attribute
        && (attribute.is_empty() || attribute.contains(|c: char| c.is_whitespace() || c == '"'))
    {
        return Err(wrong(
            "write `css @attribute`, such as \"a.more @href\"".to_owned(),
        ));
    }
    if css.is_empty() && attribute.is_some() {
        return Ok(text.to_owned());
    }
    match scraper::Selector::parse(css) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(wrong(
            "such as \"article.comment\", \"h2 a\" or \"time @datetime\"".to_owned(),
        )),
    }
}

/// One word of several, each standing for a value.
pub(super) fn choice<T: Copy>(
    text: &str,
    choices: &[(&str, T)],
    others: &[(&str, &str)],
) -> Result<T, Fault> {
    if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
        return Ok(*value);
    }
    let lower = text.to_lowercase();
    let meant = others
        .iter()
        .find(|(other, _)| *other == lower)
        .map(|(_, word)| *word)
        .or_else(|| nearest(text, choices.iter().map(|(word, _)| *word)));
    let words: Vec<String> = choices
        .iter()
        .map(|(word, _)| format!("\"{word}\""))
        .collect();
    let (last, first) = words
        .split_last()
        .map_or(("", &[][..]), |(last, first)| (last.as_str(), first));
    let expected = if first.is_empty() {
        last.to_owned()
    } else {
        format!("{} or {last}", first.join(", "))
    };
    Err(
        Fault::new(format!("expected {expected}, found \"{}\"", short(text)))
            .hint(meant.map(|meant| format!("did you mean \"{meant}\"?"))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint<T: std::fmt::Debug>(result: Result<T, Fault>) -> String {
        result.unwrap_err().hint.unwrap_or_default()
    }

    #[test]
    fn reads_sizes() {
        assert_eq!(size("10MB"), Ok(10_000_000));
        assert_eq!(size("512 KiB"), Ok(524_288));
        assert_eq!(hint(size("10M")), "did you mean \"10MB\"?");
        for text in [
            "",
            "MB",
            "10",
            "10XB",
            "0MB",
            "5000GB",
            "99999999999999999999GB",
        ] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn reads_web_addresses() {
        assert!(web_address("https://forum.example/rss").is_ok());
        assert!(web_address("http://127.0.0.1:8080/").is_ok());
        for (text, meant) in [
            (
                "forum.example/rss",
                "did you mean \"https://forum.example/rss\"?",
            ),
            ("//forum.example", "did you mean \"https://forum.example\"?"),
            (
                "htps://forum.example",
                "did you mean \"https://forum.example\"?",
            ),
            (
                "ftp://forum.example",
                "an address begins with https:// or http://",
            ),
            ("https://a b", "an address holds no spaces"),
            ("forum", "an address begins with https:// or http://"),
        ] {
            assert_eq!(hint(web_address(text)), meant, "{text}");
        }
        assert!(web_address("https://").is_err());
        assert!(web_address("https://me:secret@forum.example/").is_err());
    }

    #[test]
    fn reads_time_zones() {
        assert_eq!(time_zone("Europe/Rome"), Ok(Tz::Europe__Rome));
        for (text, meant) in [
            ("europe/rome", "Europe/Rome"),
            ("Europe/Roma", "Europe/Rome"),
            ("Rome", "Europe/Rome"),
            ("Kolkata", "Asia/Kolkata"),
        ] {
            assert_eq!(hint(time_zone(text)), format!("did you mean \"{meant}\"?"));
        }
        assert_eq!(
            hint(time_zone("the office")),
            "a continent and a city, such as \"Europe/Rome\""
        );
    }

    #[test]
    fn reads_mail_addresses() {
        for (text, kept) in [
            ("care@frigolux.example", "care@frigolux.example"),
            ("Ascolto <a@b.example>", "Ascolto <a@b.example>"),
            ("\"Lia B.\" <a@b.example>", "\"Lia B.\" <a@b.example>"),
            ("Caffè Buono <a@b.example>", "Caffè Buono <a@b.example>"),
            ("ascolto@localhost", "ascolto@localhost"),
        ] {
            let read = mail_address(text).unwrap();
            assert_eq!(read, kept);
            assert!(
                read.parse::<lettre::message::Mailbox>().is_ok(),
                "{read} cannot be read again"
            );
        }
        for text in [
            "",
            "care",
            "care@",
            "@frigolux",
            "a@b.example, c@d.example",
            "a@b.example\nBcc: c@d.example",
            "Care <care@b.example",
            "Care care@b.example>",
            "a b@c.example",
        ] {
            assert!(mail_address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn reads_languages() {
        assert_eq!(language("it"), Ok(Lang::IT));
        assert_eq!(language("en-GB"), Ok(Lang::EN));
        assert_eq!(hint(language("italiano")), "did you mean \"it\"?");
        assert!(language("xx").is_err());
        assert!(mail_language("de").is_err());
    }

    #[test]
    fn reads_networks_and_selectors() {
        assert_eq!(network("127.0.0.1").unwrap().to_string(), "127.0.0.1/32");
        assert_eq!(network("10.1.0.0/8").unwrap().to_string(), "10.0.0.0/8");
        assert_eq!(network("::1").unwrap().to_string(), "::1/128");
        assert_eq!(hint(network("localhost")), "write \"127.0.0.1\"");
        assert_eq!(hint(network("10.0.0.*")), "write \"10.0.0.0/24\"");
        for text in [
            "article.comment",
            "h2 a",
            "time @datetime",
            "@id",
            "a[href*='@'] @href",
        ] {
            assert!(selector(text).is_ok(), "{text}");
        }
        for text in ["", "..x", "a >", "time @", "p:has("] {
            assert!(selector(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_the_words_that_may_stand() {
        let fault = choice("skipp", &[("skip", 1), ("send", 2)], &[]).unwrap_err();
        assert_eq!(
            fault.message,
            "expected \"skip\" or \"send\", found \"skipp\""
        );
        assert_eq!(fault.hint.as_deref(), Some("did you mean \"skip\"?"));
    }
}
