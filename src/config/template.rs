//! The files of a new instance.

use std::fmt::Write;
use std::path::PathBuf;

use unicode_normalization::UnicodeNormalization;
use url::Url;

use super::instance::{SETTINGS_FILE, WATCHLISTS};
use super::value::mail_address;
use crate::model::Lang;
use crate::query::fold::{bare, fold, unaccented};

const SETTINGS: &str = include_str!("templates/ascolto.toml");
const WATCHLIST: &str = include_str!("templates/watchlist.toml");
const INDEX: &str = include_str!("../../index/README.md");

/// What someone said about the brand, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// The brand's name.
    pub brand: String,
    /// Its accounts, with or without `@`.
    pub handles: Vec<String>,
    /// The names of its competitors.
    pub competitors: Vec<String>,
    /// Its own site, as a host or an address.
    pub site: Option<String>,
    /// Who gets digests.
    pub mail: Option<String>,
    /// The language of mails: Italian or English.
    pub language: Lang,
}

impl Answers {
    /// Nothing but a name.
    pub fn new(brand: impl Into<String>, language: Lang) -> Self {
        Self {
            brand: brand.into(),
            handles: Vec::new(),
            competitors: Vec::new(),
            site: None,
            mail: None,
            language,
        }
    }
}

/// The files of a new instance, by their paths in its folder. What cannot stand in a file (a mail
/// address that is none, an account that is none) is left out.
pub fn instance_files(answers: &Answers) -> Vec<(PathBuf, String)> {
    let language = if answers.language == Lang::EN {
        "en"
    } else {
        "it"
    };
    let mut files = vec![(
        PathBuf::from(SETTINGS_FILE),
        SETTINGS.replace("{language}", language),
    )];
    let mut stems: Vec<String> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    let brand = one_line(&answers.brand);
    let brand = if spoken(&brand).is_empty() {
        "Frigolux".to_owned()
    } else {
        brand
    };
    for (index, name) in std::iter::once(&brand)
        .chain(&answers.competitors)
        .enumerate()
    {
        let name = one_line(name);
        if spoken(&name).is_empty() || seen.contains(&name.to_lowercase()) {
            continue;
        }
        seen.push(name.to_lowercase());
        let stem = file_stem(&name, &stems);
        stems.push(stem.clone());
        let text = if index == 0 {
            brand_watchlist(answers, &name)
        } else {
            competitor_watchlist(answers, &name)
        };
        files.push((PathBuf::from(WATCHLISTS).join(format!("{stem}.toml")), text));
    }
    files.push((PathBuf::from("index/README.md"), INDEX.to_owned()));
    files
}

fn brand_watchlist(answers: &Answers, name: &str) -> String {
    let handles: Vec<String> = answers
        .handles
        .iter()
        .filter_map(|text| handle(text))
        .collect();
    let mut terms = vec![term(name)];
    terms.extend(handles.iter().filter(|handle| is_plain(handle)).cloned());
    let joined = terms.join(" OR ");
    let site = answers.site.as_deref().and_then(host);
    let query = match site {
        Some(host) => format!("  ({joined})\n  NOT site:{host}"),
        None => format!("  {joined}"),
    };
    let own_accounts = if handles.is_empty() {
        String::new()
    } else {
        let quoted: Vec<String> = handles.iter().map(|handle| quoted(handle)).collect();
        format!(
            "\n# Your own accounts and names, to tell your own posts from other people's.\nown_accounts = [{}]\n",
            quoted.join(", ")
        )
    };
    let mail = answers
        .mail
        .as_deref()
        .and_then(|text| mail_address(text.trim()).ok());
    fill(&Parts {
        name,
        kind: "brand",
        query: &query,
        own_accounts: &own_accounts,
        priority: PRIORITY,
        digest: &digest(mail.as_deref()),
        alert: &alert(mail.as_deref()),
        examples: &examples(name, answers.language),
    })
}

fn competitor_watchlist(answers: &Answers, name: &str) -> String {
    fill(&Parts {
        name,
        kind: "competitor",
        query: &format!("  {}", term(name)),
        own_accounts: "",
        priority: "",
        digest: "",
        alert: "",
        examples: &examples(name, answers.language),
    })
}

struct Parts<'p> {
    name: &'p str,
    kind: &'static str,
    query: &'p str,
    own_accounts: &'p str,
    priority: &'p str,
    digest: &'p str,
    alert: &'p str,
    examples: &'p str,
}

fn fill(parts: &Parts<'_>) -> String {
    let name = quoted(parts.name);
    let values = [
        ("title", parts.name),
        ("name", name.as_str()),
        ("kind", parts.kind),
        ("query", parts.query),
        ("own_accounts", parts.own_accounts),
        ("priority", parts.priority),
        ("digest", parts.digest),
        ("alert", parts.alert),
        ("examples", parts.examples),
    ];
    // In one pass, as an answer may hold what looks like a place to fill.
    let mut filled = String::new();
    let mut rest = WATCHLIST;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let value = after.split_once('}').and_then(|(key, after)| {
            let (_, value) = values.iter().find(|(name, _)| *name == key)?;
            Some((*value, after))
        });
        if let Some((value, after)) = value {
            filled.push_str(value);
            rest = after;
        } else {
            filled.push('{');
            rest = after;
        }
    }
    filled.push_str(rest);
    filled.truncate(filled.trim_end().len());
    filled.push('\n');
    filled
}

const PRIORITY: &str = r#"
# Words that make a mention more or less urgent.
[priority]
urgent = ["incendio", "scossa", "avvocato", "denuncia", "codacons", "fire", "lawyer"]
high   = ["rimborso", "mai più", "truffa", "refund", "scam"]
low    = ["concorso", "giveaway"]

# Words that mean something special here: from -5 (bad) to 5 (good); 0 takes a word off the
# shipped list.
[sentiment]
#"senza frost" = 1.5
#"sbrinare" = 0
"#;

/// `{mark}` comments out what has no recipient yet.
const ALERT: &str = r#"
# Mails that do not wait for the digest; `ascolto run` sends them, within a minute. For `when` any
# query will do. `ascolto alerts test urgent` tells how often it would have been raised.
{mark}[[alert]]
{mark}name = "urgent"
{mark}when = "priority:urgent"
{mark}to = [{to}]
#webhooks = ["care-channel"]      # chats and programs that ascolto.toml names
#escalate = { after = "30m", to = ["boss@frigolux.example"] }   # until someone runs `ascolto ack`

# More complaints than usual at this hour of the week:
#[[alert]]
#name = "negative spike"
#spike = "sentiment:negative"
#to = [{to}]
#cooldown = "1h"                  # at most one mail in this time
#quiet_hours = "22:00-07:00"      # held back until they end; what is urgent is told all the same

# Questions and complaints that wait for an answer:
#[[alert]]
#name = "unanswered"
#unanswered = true                # or a query
#after = "4h"
#to = [{to}]

# Also: `threshold` (so many within a time) and `silence` (nothing, where there usually is
# something).
"#;

fn digest(mail: Option<&str>) -> String {
    let (mark, to) = mail.map_or(("#", "care@frigolux.example"), |mail| ("", mail));
    let mut text =
        String::from("\n# A mail with what was collected: \"hourly\", \"daily\" or \"weekly\".\n");
    for line in [
        "[[digest]]".to_owned(),
        format!("to = [{}]", quoted(to)),
        "every = \"daily\"".to_owned(),
        "at = \"08:30\"".to_owned(),
        "when_empty = \"skip\"             # \"send\": also when there is nothing new".to_owned(),
    ] {
        // Writing to a String cannot fail.
        let _written = writeln!(text, "{mark}{line}");
    }
    text
}

fn alert(mail: Option<&str>) -> String {
    let (mark, to) = mail.map_or(("#", "care@frigolux.example"), |mail| ("", mail));
    ALERT.replace("{mark}", mark).replace("{to}", &quoted(to))
}

fn examples(name: &str, language: Lang) -> String {
    let name = spoken(name);
    let (hit, miss) = if language == Lang::EN {
        (
            format!("Two weeks with {name} and no answer from support."),
            "A rainy day, nothing else to report.",
        )
    } else {
        (
            format!("Due settimane con {name} e nessuna risposta dall'assistenza."),
            "Oggi piove, nient'altro da segnalare.",
        )
    };
    let mut text = format!("[[example]]\ntext = {}\nmatches = true", quoted(&hit));
    // A brand may be called by a word of it, also by one with an accent too many.
    let words = |text: &str| -> Vec<String> {
        let text = bare(text);
        let words = text.split(|c: char| !c.is_alphanumeric());
        let words = words.filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    let said = words(miss);
    if !miss.contains(name.as_str()) && !words(&name).iter().any(|word| said.contains(word)) {
        let _written = write!(
            text,
            "\n\n[[example]]\ntext = {}\nmatches = false",
            quoted(miss)
        );
    }
    text
}

/// A name without what would end a phrase or the text around it.
fn spoken(name: &str) -> String {
    let words: String = name
        .chars()
        .map(|c| if is_quote(c) { ' ' } else { c })
        .collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    // Three apostrophes would end the text of the query.
    let mut before = ' ';
    let mut words = words;
    words.retain(|c| {
        let again = c == '\'' && before == '\'';
        before = c;
        !again
    });
    words.trim().to_owned()
}

/// A name as a term of a query: a word, a phrase, or the characters as they stand.
fn term(name: &str) -> String {
    const OPERATORS: [&str; 6] = ["AND", "OR", "NOT", "NEAR", "ONEAR", "EXCEPT"];
    let name = spoken(name);
    // Without its accents a word is found with and without them; with them only as it is.
    let words = if bare(&name) == fold(&name) {
        name.clone()
    } else {
        spoken(&unaccented(&name))
    };
    // In a phrase they would stand for other letters.
    let words = words.replace(['*', '?'], " ");
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().all(char::is_alphanumeric)
        && !words.is_empty()
        && !OPERATORS
            .iter()
            .any(|operator| operator.eq_ignore_ascii_case(&words))
    {
        words
    } else if words.chars().any(char::is_alphanumeric) && (is_plain(&name) || !name.contains('@')) {
        // What an `@` begins is read as an account, however far it goes.
        format!("\"{words}\"")
    } else {
        format!("raw:\"{name}\"")
    }
}

fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '＂' | '\\'
    )
}

/// `@name`, or nothing if it can be no account.
fn handle(text: &str) -> Option<String> {
    let name = text.trim().trim_start_matches('@');
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    (name.contains(char::is_alphanumeric) && name.chars().count() <= 64 && name.chars().all(fits))
        .then(|| format!("@{name}"))
}

/// Whether a query can name the account without further signs.
fn is_plain(handle: &str) -> bool {
    let name = handle.trim_start_matches('@');
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.contains(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(fits)
}

/// The host of a site that was given as a host or an address.
fn host(text: &str) -> Option<String> {
    let text = text.trim();
    let url = if text.contains("://") {
        Url::parse(text)
    } else {
        Url::parse(&format!("https://{text}"))
    };
    let url = url.ok()?;
    let host = url.host_str()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    let is_label = |label: &str| {
        label.starts_with(|c: char| c.is_ascii_alphanumeric())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    (host.contains('.') && host.split('.').all(is_label)).then(|| host.to_owned())
}

/// A name on one line: what cannot be typed is taken out.
fn one_line(text: &str) -> String {
    let kept: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(80)
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text in TOML's quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A file name for a watchlist: lower-case letters, digits and `-`, unlike those taken.
fn file_stem(name: &str, taken: &[String]) -> String {
    // A small letter may be two characters, one of them none of a file name (`İ`).
    let name: String = name.to_lowercase().nfc().collect();
    let words: Vec<&str> = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let stem: String = words.join("-").chars().take(60).collect();
    let stem = if stem.is_empty() {
        "brand".to_owned()
    } else {
        stem
    };
    let mut numbered = stem.clone();
    let mut number = 2;
    while taken.contains(&numbered) {
        numbered = format!("{stem}-{number}");
        number += 1;
    }
    numbered
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::document::Document;
    use super::super::instance::Config;
    use super::super::keys;
    use super::*;

    fn loaded(answers: &Answers) -> super::super::Loaded {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in instance_files(answers) {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Config::load(dir.path())
    }

    fn problems_of(answers: &Answers) -> Vec<String> {
        let loaded = loaded(answers);
        let examples = loaded.run_examples(crate::model::Timestamp::from_seconds(1_800_000_000));
        loaded
            .problems
            .iter()
            .chain(&examples)
            .map(ToString::to_string)
            .collect()
    }

    fn errors_of(answers: &Answers) -> Vec<String> {
        let problems = problems_of(answers).into_iter();
        problems
            .filter(|problem| problem.starts_with("error"))
            .collect()
    }

    fn full() -> Answers {
        Answers {
            brand: "Caffè dell'Orto \"Vero\"".to_owned(),
            handles: vec![
                "@orto".to_owned(),
                "orto.it".to_owned(),
                "no account".to_owned(),
            ],
            competitors: vec![
                "Gelomax".to_owned(),
                "O'Neill & Figli".to_owned(),
                "Gelomax".to_owned(),
            ],
            site: Some("https://www.orto.example/shop".to_owned()),
            mail: Some("Care <care@orto.example>".to_owned()),
            language: Lang::EN,
        }
    }

    /// The template with every key taken out of its comment.
    fn uncommented(text: &str) -> String {
        text.lines()
            .map(|line| match line.strip_prefix('#') {
                Some(code)
                    if code.starts_with(|c: char| c.is_alphabetic() || "[\"".contains(c)) =>
                {
                    code
                }
                _ => line,
            })
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn a_new_instance_has_no_problems() {
        assert_eq!(problems_of(&full()), Vec::<String>::new());
        assert_eq!(
            problems_of(&Answers::new("Frigolux", Lang::IT)),
            Vec::<String>::new()
        );
        for brand in [
            "",
            "AND",
            "C++",
            "3",
            "'''",
            "{name}",
            "\\",
            "a\nb",
            "“Frigo”",
            "ÈÉ 日本",
        ] {
            assert_eq!(
                errors_of(&Answers::new(brand, Lang::IT)),
                Vec::<String>::new(),
                "{brand}"
            );
        }
    }

    #[test]
    fn names_brand_accounts_and_site_as_given() {
        let files = instance_files(&full());
        let paths: Vec<_> = files
            .iter()
            .map(|(path, _)| path.to_str().unwrap())
            .collect();
        assert_eq!(
            paths,
            [
                "ascolto.toml",
                "watchlists/caffè-dell-orto-vero.toml",
                "watchlists/gelomax.toml",
                "watchlists/o-neill-figli.toml",
                "index/README.md"
            ]
        );
        let (_, brand) = &files[1];
        assert!(
            brand.contains("(\"Caffe dell'Orto Vero\" OR @orto)\n  NOT site:orto.example"),
            "{brand}"
        );
        assert!(brand.contains("name = \"Caffè dell'Orto \\\"Vero\\\"\""));
        assert!(brand.contains("own_accounts = [\"@orto\", \"@orto.it\"]"));
        assert!(brand.contains("\nto = [\"Care <care@orto.example>\"]"));
    }

    #[test]
    fn the_template_shows_every_key_and_every_key_can_be_used() {
        let text = uncommented(&SETTINGS.replace("{language}", "it"));
        for section in keys::SETTINGS {
            assert!(text.contains(section.header), "{}", section.header);
            for key in section.keys {
                let shown = text.lines().any(|line| {
                    line.starts_with(&format!("{key} = ")) || line.trim_matches(['[', ']']) == *key
                });
                assert!(shown, "{key} is missing in the template");
            }
        }
        let readable = super::super::syntax::readable(&text);
        let mut document = Document::new("ascolto.toml", &text);
        let table = readable.tables(&mut document);
        let around = super::super::settings_file::Surroundings {
            dir: PathBuf::from("/nowhere"),
            timezone: chrono_tz::Tz::UTC,
            variable: |_| None,
        };
        let (_, sources) = super::super::settings_file::read(&mut document, &table, &around);
        assert_eq!(sources.len(), 2);
        let messages: Vec<_> = document
            .into_problems()
            .into_iter()
            .map(|problem| problem.message)
            .collect();
        // The pairs that contradict one another, and the file that is not there.
        assert_eq!(
            messages,
            [
                "`password_env` and `password_file` both give a password",
                "there is no file `mail-server.pem`",
                "`url_env` and `url_file` both give a url",
                "`token_env` and `token_file` both give a token",
                "`secret_env` and `secret_file` both give a secret"
            ]
        );
    }

    #[test]
    fn the_alerts_of_a_new_watchlist_can_be_used_as_they_stand() {
        for mail in [None, Some("care@orto.example".to_owned())] {
            let answers = Answers {
                mail: mail.clone(),
                ..full()
            };
            let alerts = |config: &Config| -> Vec<String> {
                let alerts = config.watchlists.iter().flat_map(|list| &list.alerts);
                alerts.map(|alert| alert.name.clone()).collect()
            };
            let at_first = alerts(&loaded(&answers).config);
            assert_eq!(at_first, mail.iter().map(|_| "urgent").collect::<Vec<_>>());
            let dir = tempfile::tempdir().unwrap();
            for (path, text) in instance_files(&answers) {
                let path = dir.path().join(path);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                // The webhook that it names stands in a comment of the settings.
                let text = text.replace("#webhooks", "# webhooks");
                let text = match text.split_once("# Mails that do not wait") {
                    Some((before, alerts)) => format!("{before}#{}", uncommented(alerts)),
                    None => text,
                };
                std::fs::write(path, text).unwrap();
            }
            let (config, problems) = Config::open(dir.path()).unwrap();
            assert!(problems.is_empty(), "{problems:?}");
            assert_eq!(alerts(&config), ["urgent", "negative spike", "unanswered"]);
        }
    }

    #[test]
    fn the_template_says_what_holds_anyway() {
        let text = SETTINGS.replace("{language}", "it");
        let text: String = text
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(code)
                    if [
                        "from ",
                        "gap ",
                        "timeout ",
                        "max_body ",
                        "concurrency ",
                        "allow_private ",
                        "mentions ",
                        "unmatched ",
                    ]
                    .iter()
                    .any(|key| code.starts_with(key)) =>
                {
                    code
                }
                _ => line,
            })
            .collect::<Vec<_>>()
            .join("\n");
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("ascolto.toml"), text).unwrap();
        let written = Config::load(dir.path()).config.settings;
        let mut default = super::super::Settings::new(written.timezone);
        default.names = written.names.clone();
        assert_eq!(format!("{written:?}"), format!("{default:?}"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_is_typed_makes_a_sound_instance(
            brand in "\\PC{0,20}",
            handle in "\\PC{0,12}",
            competitor in "\\PC{0,20}",
            site in "\\PC{0,20}",
            mail in "\\PC{0,20}",
        ) {
            let answers = Answers {
                brand,
                handles: vec![handle],
                competitors: vec![competitor],
                site: Some(site),
                mail: Some(mail),
                language: Lang::IT,
            };
            prop_assert!(!loaded(&answers).has_errors());
        }

        #[test]
        fn whatever_a_brand_is_called_its_examples_come_out(
            brand in "[a-zA-ZàèéìòùÈß0-9 '\"“”«&.,+/@#!:(){}*?~<>\\\\-]{0,20}",
        ) {
            prop_assert_eq!(errors_of(&Answers::new(brand, Lang::EN)), Vec::<String>::new());
        }
    }
}
