//! Kinds that read forums and sites of questions and answers.

use std::time::Duration;

use super::fields::Fields;
use super::kind::Kind;
use crate::model::{HackerNewsSettings, SourceKind};

pub(super) const HACKER_NEWS: Kind = Kind {
    keys: &["terms", "api"],
    ..Kind::new("hacker_news", Duration::from_hours(1), hacker_news)
};

fn hacker_news(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let terms = fields.terms();
    Some(SourceKind::HackerNews(HackerNewsSettings {
        api: fields.api("https://hn.algolia.com/")?,
        terms,
    }))
}
