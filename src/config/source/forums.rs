//! Kinds that read forums and sites of questions and answers.

use std::time::Duration;

use super::fields::Fields;
use super::kind::Kind;
use super::word::{self, Charset};
use crate::model::{
    DiscourseSettings, GitHubSettings, HackerNewsSettings, LemmySettings, RedditSettings,
    SourceKind, StackExchangeSettings,
};

const HOUR: Duration = Duration::from_hours(1);

pub(super) const DISCOURSE: Kind = Kind {
    keys: &["url"],
    ..Kind::new("discourse", Duration::from_mins(30), discourse)
};

pub(super) const GITHUB: Kind = Kind {
    keys: &["terms", "repositories", "token_env", "token_file", "api"],
    ..Kind::new("github", HOUR, github)
};

pub(super) const HACKER_NEWS: Kind = Kind {
    keys: &["terms", "api"],
    ..Kind::new("hacker_news", HOUR, hacker_news)
};

pub(super) const LEMMY: Kind = Kind {
    keys: &["url", "terms"],
    ..Kind::new("lemmy", HOUR, lemmy)
};

pub(super) const REDDIT: Kind = Kind {
    keys: &[
        "terms",
        "subreddits",
        "user",
        "feed_token_env",
        "feed_token_file",
        "api",
    ],
    off: Some("Reddit does not wish its feeds to be read by programs without a contract"),
    ..Kind::new("reddit", HOUR, reddit)
};

pub(super) const STACK_EXCHANGE: Kind = Kind {
    keys: &["site", "terms", "key_env", "key_file", "api"],
    ..Kind::new("stack_exchange", Duration::from_hours(2), stack_exchange)
};

fn discourse(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let url = fields.address("url", "url = \"https://forum.example\"")?;
    Some(SourceKind::Discourse(DiscourseSettings { url }))
}

fn github(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let repositories = fields.list("repositories", |text| {
        word::read(text, "a repository", Charset::Path, "owner/name")
            .and_then(|name| word::holding(name, '/', "owner/name"))
    });
    let (terms, token) = (fields.terms(), fields.secret("token"));
    Some(SourceKind::GitHub(GitHubSettings {
        api: fields.api("https://api.github.com/")?,
        token,
        repositories,
        terms,
    }))
}

fn hacker_news(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let terms = fields.terms();
    Some(SourceKind::HackerNews(HackerNewsSettings {
        api: fields.api("https://hn.algolia.com/")?,
        terms,
    }))
}

fn lemmy(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let terms = fields.terms();
    let url = fields.address(
        "url",
        "url = \"https://feddit.it\", the address of an instance",
    )?;
    Some(SourceKind::Lemmy(LemmySettings { url, terms }))
}

fn reddit(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let subreddits = fields.list("subreddits", |text| {
        let name = text.trim().trim_matches('/');
        let name = name.strip_prefix("r/").unwrap_or(name);
        word::read(name, "a subreddit", Charset::Word, "Frigoriferi")
    });
    let user = fields.parsed("user", |text| {
        word::read(text, "a Reddit account", Charset::Word, "frigolux-care")
    });
    let (terms, feed_token) = (fields.terms(), fields.secret("feed_token"));
    if fields.names_secret("feed_token") && !fields.has("user") {
        fields.lacks(
            "user",
            "user = \"…\", the account that the feed token is of",
        );
    }
    Some(SourceKind::Reddit(RedditSettings {
        api: fields.api("https://www.reddit.com/")?,
        subreddits,
        user,
        feed_token,
        terms,
    }))
}

fn stack_exchange(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let site = fields.needed("site", "site = \"stackoverflow\"", |text| {
        let name = text.trim();
        let name = name.strip_suffix(".stackexchange.com").unwrap_or(name);
        let name = name.strip_suffix(".com").unwrap_or(name);
        word::read(
            name,
            "a site of Stack Exchange",
            Charset::Host,
            "stackoverflow",
        )
    });
    let (terms, key) = (fields.terms(), fields.secret("key"));
    Some(SourceKind::StackExchange(StackExchangeSettings {
        api: fields.api("https://api.stackexchange.com/2.3/")?,
        site: site?,
        key,
        terms,
    }))
}
