//! Kinds that read what belongs to the brand, by its own account or key.

use std::time::Duration;

use url::Url;

use super::fields::Fields;
use super::kind::Kind;
use super::word::{self, Charset};
use crate::config::section::short;
use crate::config::value::{self, Fault};
use crate::model::{
    AppStoreSettings, BlueskySettings, FacebookPart, FacebookSettings, GoogleBusinessSettings,
    GooglePlaySettings, InstagramSettings, OauthSettings, SourceKind, ThreadsSettings,
    TrustpilotSettings,
};

/// The version of the Graph API that the adapters were written for.
const GRAPH: &str = "https://graph.facebook.com/v25.0/";

pub(super) const APP_STORE: Kind = Kind {
    keys: &["app", "country", "api"],
    ..Kind::new("app_store", Duration::from_hours(6), app_store)
};

pub(super) const BLUESKY: Kind = Kind {
    keys: &[
        "terms",
        "user",
        "password_env",
        "password_file",
        "stream",
        "api",
    ],
    ..Kind::new("bluesky", Duration::from_mins(10), bluesky)
};

pub(super) const FACEBOOK: Kind = Kind {
    keys: &["page", "parts", "token_env", "token_file", "api"],
    ..Kind::new("facebook", Duration::from_mins(30), facebook)
};

pub(super) const GOOGLE_BUSINESS: Kind = Kind {
    keys: &[
        "location",
        "client_id",
        "client_secret_env",
        "client_secret_file",
        "refresh_token_env",
        "refresh_token_file",
        "api",
        "tokens",
    ],
    ..Kind::new("google_business", Duration::from_hours(1), google_business)
};

pub(super) const GOOGLE_PLAY: Kind = Kind {
    keys: &["package", "key_env", "key_file", "api"],
    ..Kind::new("google_play", Duration::from_hours(3), google_play)
};

pub(super) const INSTAGRAM: Kind = Kind {
    keys: &["account", "hashtags", "token_env", "token_file", "api"],
    ..Kind::new("instagram", Duration::from_mins(30), instagram)
};

pub(super) const THREADS: Kind = Kind {
    keys: &["terms", "token_env", "token_file", "api"],
    ..Kind::new("threads", Duration::from_hours(1), threads)
};

pub(super) const TRUSTPILOT: Kind = Kind {
    keys: &["domain", "key_env", "key_file", "api"],
    ..Kind::new("trustpilot", Duration::from_hours(1), trustpilot)
};

/// Reports a secret that the settings do not even name.
fn must_name(fields: &mut Fields<'_, '_>, stem: &str) {
    if !fields.names_secret(stem) {
        let (key, sample) = (
            format!("{stem}_file"),
            format!("{stem}_file = \"the-{}\"", stem.replace('_', "-")),
        );
        fields.lacks(&key, &sample);
    }
}

fn digits(text: &str, what: &str, sample: &str) -> Result<String, Fault> {
    let number = text.trim();
    if !number.is_empty() && number.len() <= 30 && number.bytes().all(|b| b.is_ascii_digit()) {
        Ok(number.to_owned())
    } else {
        Err(Fault::new(format!("`{}` is not {what}", short(text)))
            .hint(format!("write it like \"{sample}\"")))
    }
}

fn app_store(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let app = fields.needed("app", "app = \"1234567890\"", |text| {
        let number = text.rsplit_once("/id").map_or(text, |(_, number)| number);
        digits(number, "the number of an app", "1234567890")
    });
    let country = if fields.has("country") {
        fields.parsed("country", |text| {
            let code = text.trim().to_ascii_lowercase();
            if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase()) {
                Ok(code)
            } else {
                Err(Fault::new(format!("`{}` is not a country", short(text)))
                    .hint("write its two letters: \"it\", \"gb\", \"us\"".to_owned()))
            }
        })
    } else {
        Some("it".to_owned())
    };
    Some(SourceKind::AppStore(AppStoreSettings {
        api: fields.api("https://itunes.apple.com/")?,
        app: app?,
        country: country?,
    }))
}

fn bluesky(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let (terms, password) = (fields.terms(), fields.secret("password"));
    let user = fields.parsed("user", |text| {
        word::read(
            text.trim().trim_start_matches('@'),
            "an account of Bluesky",
            Charset::Host,
            "frigolux.bsky.social",
        )
    });
    if fields.has("user") {
        must_name(fields, "password");
    } else if fields.names_secret("password") {
        fields.lacks("user", "user = \"frigolux.bsky.social\"");
    }
    let stream = if fields.has("stream") {
        fields.parsed("stream", |text| {
            let url = Url::parse(text).ok();
            url.filter(|url| matches!(url.scheme(), "ws" | "wss") && url.host().is_some())
                .ok_or_else(|| {
                    Fault::new(format!("`{}` is not the address of a stream", short(text)))
                        .hint("an address begins with wss://".to_owned())
                })
        })
    } else {
        Url::parse("wss://jetstream2.us-east.bsky.network/subscribe").ok()
    };
    Some(SourceKind::Bluesky(Box::new(BlueskySettings {
        api: fields.api("https://bsky.social/")?,
        stream: stream?,
        user,
        password,
        terms,
    })))
}

fn facebook(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let page = fields.needed("page", "page = \"frigolux\"", |text| {
        word::read(text, "a page", Charset::Host, "frigolux")
    });
    let mut parts = fields.list("parts", |text| {
        let parts = [
            FacebookPart::Posts,
            FacebookPart::Mentions,
            FacebookPart::Reviews,
        ];
        value::choice(text, &parts.map(|part| (part.as_str(), part)), &[])
    });
    if parts.is_empty() {
        parts = vec![FacebookPart::Posts, FacebookPart::Mentions];
    }
    let mut each_once = Vec::new();
    for part in parts {
        if !each_once.contains(&part) {
            each_once.push(part);
        }
    }
    must_name(fields, "token");
    let token = fields.secret("token");
    Some(SourceKind::Facebook(FacebookSettings {
        api: fields.api(GRAPH)?,
        page: page?,
        parts: each_once,
        token,
    }))
}

fn google_business(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let sample = "accounts/123/locations/456";
    let location = fields.needed("location", &format!("location = \"{sample}\""), |text| {
        let name = word::read(text, "a place", Charset::Path, sample)?;
        let parts: Vec<&str> = name.split('/').collect();
        match parts.as_slice() {
            ["accounts", account, "locations", place]
                if !account.is_empty() && !place.is_empty() =>
            {
                Ok(name)
            }
            _ => Err(Fault::new(format!("`{}` is not a place", short(text)))
                .hint(format!("write it like \"{sample}\""))),
        }
    });
    let client_id = fields.needed(
        "client_id",
        "client_id = \"123.apps.googleusercontent.com\"",
        |text| {
            word::read(
                text,
                "an application",
                Charset::Host,
                "123.apps.googleusercontent.com",
            )
        },
    );
    must_name(fields, "client_secret");
    must_name(fields, "refresh_token");
    let (client_secret, refresh_token) = (
        fields.secret("client_secret"),
        fields.secret("refresh_token"),
    );
    let tokens = fields.base("tokens", "https://oauth2.googleapis.com/token");
    Some(SourceKind::GoogleBusiness(Box::new(
        GoogleBusinessSettings {
            api: fields.api("https://mybusiness.googleapis.com/v4/")?,
            location: location?,
            oauth: OauthSettings {
                tokens: tokens?,
                client_id: client_id?,
                client_secret,
                refresh_token,
            },
        },
    )))
}

fn google_play(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let sample = "example.frigolux.app";
    let package = fields.needed("package", &format!("package = \"{sample}\""), |text| {
        let name = word::read(text, "the package of an app", Charset::Host, sample)?;
        word::holding(name, '.', sample)
    });
    must_name(fields, "key");
    let key = fields.secret("key");
    Some(SourceKind::GooglePlay(GooglePlaySettings {
        api: fields.api("https://androidpublisher.googleapis.com/")?,
        package: package?,
        key,
    }))
}

fn instagram(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let account = fields.needed("account", "account = \"17841400000000000\"", |text| {
        digits(text, "the number of an account", "17841400000000000")
    });
    let hashtags = fields.list("hashtags", |text| {
        let tag = text.trim().trim_start_matches('#').to_lowercase();
        word::read(&tag, "a hashtag", Charset::Tag, "frigolux")
    });
    must_name(fields, "token");
    let token = fields.secret("token");
    Some(SourceKind::Instagram(InstagramSettings {
        api: fields.api(GRAPH)?,
        account: account?,
        // 30 in 7 days are all that an account may ask for.
        hashtags: hashtags.into_iter().take(30).collect(),
        token,
    }))
}

fn threads(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let terms = fields.terms();
    must_name(fields, "token");
    let token = fields.secret("token");
    Some(SourceKind::Threads(ThreadsSettings {
        api: fields.api("https://graph.threads.net/v1.0/")?,
        token,
        terms,
    }))
}

fn trustpilot(fields: &mut Fields<'_, '_>) -> Option<SourceKind> {
    let domain = fields.needed("domain", "domain = \"frigolux.example\"", |text| {
        let name = word::read(
            text,
            "the domain of a business",
            Charset::Host,
            "frigolux.example",
        )?;
        word::holding(name, '.', "frigolux.example")
    });
    must_name(fields, "key");
    let key = fields.secret("key");
    Some(SourceKind::Trustpilot(TrustpilotSettings {
        api: fields.api("https://api.trustpilot.com/v1/")?,
        domain: domain?,
        key,
    }))
}
