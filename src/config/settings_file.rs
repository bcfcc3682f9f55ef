//! `ascolto.toml`, read.

use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;
use toml::de::DeTable;
use url::Url;

use super::document::{Document, Finding};
use super::keys::SETTINGS;
use super::queries;
use super::secret_value;
use super::section::{Section, Text, short, text};
use super::settings::{FetchSettings, MailSettings, RetentionSettings, Settings};
use super::source::{self, ListedSource};
use super::time_value::{self, duration_within};
use super::value::{Fault, mail_address, mail_language, network, size, time_zone, web_address};
use super::webhook_section;
use crate::model::Lang;
use crate::query::{Names, Role};

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

/// What the settings take from outside their file.
#[derive(Debug, Clone)]
pub(super) struct Surroundings {
    /// The instance's folder, which the paths of files start from.
    pub(super) dir: PathBuf,
    /// The system's time zone.
    pub(super) timezone: Tz,
    /// The environment's variable of that name.
    pub(super) variable: fn(&str) -> Option<String>,
}

/// Reads the settings and the sources that serve every watchlist.
///
/// What is wrong is reported and stands at its default in the result.
pub(super) fn read<'t>(
    document: &mut Document<'t>,
    entries: &'t DeTable<'t>,
    around: &Surroundings,
) -> (Settings, Vec<ListedSource>) {
    let top = Section::top(document, entries, SETTINGS);
    let timezone = top
        .parsed(document, "timezone", time_zone)
        .unwrap_or(around.timezone);
    let language = top
        .parsed(document, "language", mail_language)
        .unwrap_or(Lang::IT);
    let mail = mail(document, &top, around);
    let fetch = fetch(document, &top);
    let retention = retention(document, &top);
    let names = names(document, &top, timezone);
    let webhooks = webhook_section::all(document, &top, around);
    let sources = top
        .tables(document, "source", SETTINGS)
        .iter()
        .filter_map(|section| source::read(document, section, around))
        .collect();
    let settings = Settings {
        timezone,
        language,
        mail,
        fetch,
        retention,
        webhooks,
        names,
    };
    (settings, sources)
}

fn mail<'t>(document: &mut Document<'t>, top: &Section<'t>, around: &Surroundings) -> MailSettings {
    let mut settings = MailSettings::default();
    let Some(section) = top.table(document, "mail", SETTINGS) else {
        return settings;
    };
    let from = section.parsed(document, "from", mail_address);
    settings.url = section.parsed(document, "url", mail_server);
    if settings.url.is_some() && !section.has("from") {
        document.report(
            Finding::warning(section.place("url"), "mail is sent without `from`").hint(
                "servers refuse unknown senders: add from = \"Ascolto <you@your-brand.example>\""
                    .to_owned(),
            ),
        );
    }
    if let Some(from) = from {
        settings.from = from;
    }
    settings.password = secret_value::secret(
        document,
        &section,
        "password",
        around,
        "mail can be sent only",
    );
    check_login(document, &section, settings.url.as_ref());
    if let Some(path) = section.text(document, "ca_file") {
        let file = around.dir.join(path.value);
        if !file.is_file() {
            document.report(
                Finding::error(
                    path.span.clone(),
                    format!("there is no file `{}`", short(path.value)),
                )
                .hint("the path starts from the folder of this file".to_owned()),
            );
        }
        settings.ca_file = Some(file);
    }
    settings.per_minute = section.integer(document, "per_minute", 1..=100_000);
    settings
}

/// An address of a mail server in lettre's form.
fn mail_server(text: &str) -> Result<Url, Fault> {
    let wrong = |hint: &str| {
        // Not shown: it may hold a password.
        Fault::new("this is not the address of a mail server").hint(hint.to_owned())
    };
    let general =
        "write \"smtps://care@mail.example:465\", or \"smtp://care@mail.example:587?tls=required\"";
    let url = Url::parse(text).map_err(|_| wrong(general))?;
    if !["smtp", "smtps"].contains(&url.scheme()) || url.host_str().is_none_or(str::is_empty) {
        return Err(wrong(general));
    }
    for (key, setting) in url.query_pairs() {
        if key != "tls" || !["required", "opportunistic"].contains(&setting.as_ref()) {
            return Err(wrong("after `?` stands tls=required or tls=opportunistic"));
        }
    }
    Ok(url)
}

/// Whether name and password belong together.
fn check_login<'t>(document: &mut Document<'t>, section: &Section<'t>, url: Option<&Url>) {
    let Some(url) = url else {
        return;
    };
    let place = section.place("url");
    let has_password = section.has("password_env") || section.has("password_file");
    if url.password().is_some() {
        document.report(
            Finding::warning(
                place,
                "the password stands in the file for everyone to read",
            )
            .hint(
                "take it out of `url` and name it with password_file = \"mail-password\""
                    .to_owned(),
            ),
        );
    } else if has_password && url.username().is_empty() {
        document.report(
            Finding::error(place, "there is a password, but `url` has no user name").hint(
                "write the name before the server: smtps://care%40brand.example@mail.example"
                    .to_owned(),
            ),
        );
    } else if !has_password && !url.username().is_empty() {
        document.report(
            Finding::warning(place, "`url` has a user name, but there is no password")
                .hint("add password_file = \"mail-password\", or password_env = \"ASCOLTO_MAIL_PASSWORD\"".to_owned()),
        );
    }
}

fn fetch<'t>(document: &mut Document<'t>, top: &Section<'t>) -> FetchSettings {
    let mut settings = FetchSettings::default();
    let Some(section) = top.table(document, "fetch", SETTINGS) else {
        return settings;
    };
    settings.contact = section.parsed(document, "contact", contact);
    if let Some(gap) = section.parsed(
        document,
        "gap",
        duration_within(Duration::ZERO..=60 * MINUTE),
    ) {
        settings.gap = gap;
    }
    settings.allow_private = section
        .texts(document, "allow_private")
        .iter()
        .filter_map(|text| text.read(document, network))
        .collect();
    if let Some(bytes) = section.parsed(document, "max_body", size) {
        settings.max_body = bytes;
    }
    let within = duration_within(Duration::from_secs(1)..=10 * MINUTE);
    if let Some(timeout) = section.parsed(document, "timeout", within) {
        settings.timeout = timeout;
    }
    if let Some(concurrency) = section.integer(document, "concurrency", 1..=1024) {
        settings.concurrency = usize::try_from(concurrency).unwrap_or(settings.concurrency);
    }
    settings
}

/// A web or mail address by which the owner of a crawler is reached.
fn contact(text: &str) -> Result<String, Fault> {
    if text.contains("://") {
        return web_address(text).map(|url| url.to_string());
    }
    if text.contains('@') {
        return mail_address(text);
    }
    web_address(text)
        .map(|url| url.to_string())
        .map_err(|fault| Fault {
            message: format!(
                "`{}` is neither a web address nor a mail address",
                short(text)
            ),
            ..fault
        })
}

fn retention<'t>(document: &mut Document<'t>, top: &Section<'t>) -> RetentionSettings {
    let mut settings = RetentionSettings::default();
    let Some(section) = top.table(document, "retention", SETTINGS) else {
        return settings;
    };
    if let Some(mentions) = section.parsed(document, "mentions", kept) {
        settings.mentions = (mentions < time_value::LONGEST).then_some(mentions);
    }
    let within = duration_within(Duration::ZERO..=time_value::LONGEST);
    if let Some(unmatched) = section.parsed(document, "unmatched", within) {
        settings.unmatched = unmatched;
    }
    settings
}

/// How long mentions are kept: a day at least, or `forever`.
pub(super) fn kept(text: &str) -> Result<Duration, Fault> {
    if text == "forever" {
        return Ok(time_value::LONGEST);
    }
    duration_within(DAY..=time_value::LONGEST)(text).map_err(|fault| Fault {
        hint: fault
            .hint
            .filter(|hint| hint.starts_with("did you mean"))
            .or_else(|| Some("write a duration such as \"400d\", or \"forever\"".to_owned())),
        ..fault
    })
}

fn names<'t>(document: &mut Document<'t>, top: &Section<'t>, timezone: Tz) -> Names {
    let mut names = Names {
        timezone,
        ..Names::default()
    };
    if let Some(section) = top.table(document, "lists", SETTINGS) {
        for (key, value) in section.entries() {
            let terms = queries::terms(document, key.value, value);
            names.lists.insert(key.value.to_owned(), terms);
        }
    }
    let Some(section) = top.table(document, "queries", SETTINGS) else {
        return names;
    };
    let written: Vec<Text<'t>> = section
        .entries()
        .into_iter()
        .filter_map(|(key, value)| {
            let what = format!("query `{}`", short(key.value));
            let text = text(document, &what, value)?;
            names
                .queries
                .insert(key.value.to_owned(), text.value.to_owned());
            Some(text)
        })
        .collect();
    for text in written {
        queries::query(document, &text, Role::Search, &names);
    }
    names
}
