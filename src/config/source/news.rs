//! Kinds that read news and blogs.

use std::time::Duration;

use super::fields::Fields;
use super::kind::Kind;
use super::word::{self, Charset};
use crate::config::document::Finding;
use crate::config::section::short;
use crate::config::value::{Fault, language};
use crate::model::{GoogleAlertsSettings, GoogleNewsSettings, Lang, SourceKind, WordPressSettings};

pub(super) const GOOGLE_ALERTS: Kind = Kind {
    keys: &["url"],
    ..Kind::new("google_alerts", Duration::from_mins(30), google_alerts)
};

pub(super) const GOOGLE_NEWS: Kind = Kind {
    keys: &["terms", "language", "country", "api"],
    ..Kind::new("google_news", Duration::from_hours(1), google_news)
};

pub(super) const WORDPRESS: Kind = Kind {
    keys: &["url"],
    ..Kind::new("wordpress", Duration::from_mins(30), wordpress)
};

fn google_alerts(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let sample = "url = \"https://www.google.com/alerts/feeds/…/…\"";
    let url = fields.address("url", sample)?;
    if !url.path().contains("/alerts/feeds/") {
        fields.report(
            Finding::error(fields.place("url"), "this is not the feed of an alert").hint(
                "at google.com/alerts, set the alert to Deliver to: RSS feed, and copy the feed's address"
                    .to_owned(),
            ),
        );
        return None;
    }
    Some(SourceKind::GoogleAlerts(GoogleAlertsSettings { url }))
}

fn google_news(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let language = fields.parsed("language", language).unwrap_or(Lang::IT);
    let country = fields.parsed("country", |text| {
        let country = word::read(text, "the code of a country", Charset::Word, "IT")?;
        if country.len() == 2 {
            Ok(country.to_uppercase())
        } else {
            Err(
                Fault::new(format!("`{}` is not the code of a country", short(text)))
                    .hint("two letters, such as \"IT\" or \"GB\"".to_owned()),
            )
        }
    });
    let of_language = match language.as_str() {
        "en" => "GB".to_owned(),
        other => other.to_uppercase(),
    };
    let terms = fields.terms();
    Some(SourceKind::GoogleNews(GoogleNewsSettings {
        api: fields.api("https://news.google.com/")?,
        language,
        country: country.unwrap_or(of_language),
        terms,
    }))
}

fn wordpress(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let url = fields.address("url", "url = \"https://blog.example\"")?;
    Some(SourceKind::WordPress(WordPressSettings { url }))
}
