//! Kinds that read social networks.

use std::time::Duration;

use super::fields::Fields;
use super::kind::Kind;
use super::word::{self, Charset};
use crate::config::section::short;
use crate::config::value::Fault;
use crate::model::{MastodonSettings, SourceKind, TelegramSettings, YouTubeSettings};

/// What the Data API gives to a key in a day, less a tenth for its owner.
const DAILY_UNITS: u32 = 9_000;

pub(super) const MASTODON: Kind = Kind {
    keys: &["url", "tags", "terms", "token_env", "token_file"],
    ..Kind::new("mastodon", Duration::from_mins(15), mastodon)
};

pub(super) const TELEGRAM: Kind = Kind {
    keys: &["channel", "api"],
    ..Kind::new("telegram", Duration::from_hours(1), telegram)
};

pub(super) const YOUTUBE: Kind = Kind {
    keys: &[
        "channel",
        "key_env",
        "key_file",
        "daily_units",
        "api",
        "feeds",
    ],
    ..Kind::new("youtube", Duration::from_hours(1), youtube)
};

fn mastodon(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let url = fields.address("url", "url = \"https://mastodon.social\"");
    let tags = fields.list("tags", |text| {
        let tag = text.trim().trim_start_matches('#');
        word::read(&tag.to_lowercase(), "a hashtag", Charset::Tag, "frigolux")
    });
    let (terms, token) = (fields.terms(), fields.secret("token"));
    Some(SourceKind::Mastodon(MastodonSettings {
        url: url?,
        tags,
        token,
        names_token: fields.names_secret("token"),
        terms,
    }))
}

fn telegram(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let channel = fields.needed("channel", "channel = \"frigolux\"", |text| {
        let name = text.trim();
        let name = name
            .rsplit_once("t.me/s/")
            .or_else(|| name.rsplit_once("t.me/"))
            .map_or(name, |(_, name)| name);
        let name = name.trim_start_matches('@');
        word::read(name, "a public channel", Charset::Word, "frigolux")
    });
    Some(SourceKind::Telegram(TelegramSettings {
        api: fields.api("https://t.me/")?,
        channel: channel?,
    }))
}

fn youtube(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let channel = fields.needed("channel", "channel = \"UC…\", the channel's id", |text| {
        let id = text.trim();
        let id = id.rsplit_once("/channel/").map_or(id, |(_, id)| id);
        if !id.starts_with("UC") {
            return Err(Fault::new(format!("`{}` is not the id of a channel", short(text))).hint(
                "it begins with UC: on the channel's page under About, Share channel, Copy channel ID"
                    .to_owned(),
            ));
        }
        word::read(id, "the id of a channel", Charset::Word, "UC_x5XG1OV2P6uZZ5FSM9Ttw")
    });
    let key = fields.secret("key");
    let daily_units = fields.integer("daily_units", 1..=10_000_000);
    let feeds = fields.base("feeds", "https://www.youtube.com/");
    Some(SourceKind::YouTube(YouTubeSettings {
        api: fields.api("https://www.googleapis.com/youtube/v3/")?,
        feeds: feeds?,
        channel: channel?,
        key,
        names_key: fields.names_secret("key"),
        daily_units: daily_units.unwrap_or(DAILY_UNITS),
    }))
}
